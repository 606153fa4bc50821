"""Notices: each one page, what stands on it, in Chinese fonts, with pictures; what is too long is cut."""

import re
import zipfile
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from briefing import order_notice
from briefing.order_notice import PICTURE_MM, Notice, _fitted, _signs, as_pdf, can_print_pdf, write_notices
from data.errors import DataError

DAY = date(2026, 6, 1)
_A4_MM = 297.0
_EMU_A_MM = 36_000


def notice(number: int = 1, **more: object) -> Notice:
    """A notice of an ordinary order."""
    ordinary = {
        "key": number,
        "number": f"2026-{number:06d}",
        "unit": "路灯中心",
        "place": "人民路 起点–1 000 米",
        "district": "西区",
        "clause": "11 条　城区主次干道公益广告密度",
        "book": "某市要求（2017）",
        "missing": "缺 4 处",
        "finding": "人民路：任选 500 米步行段内最少 1 处，应不少于 5 处",
        "deal_by": date(2026, 6, 4),
    }
    return Notice(**(ordinary | more))


def document(content: bytes):
    return Document(BytesIO(content))


def texts(content: bytes) -> str:
    """All that stands in a Word file, tables and paragraphs."""
    body = document(content).element.body
    return "\n".join(node.text or "" for node in body.iter(qn("w:t")))


def picture() -> bytes:
    """A picture of the form of the room for it."""
    file = BytesIO()
    Image.new("RGB", tuple(round(10 * side) for side in PICTURE_MM), "white").save(file, "PNG")
    return file.getvalue()


def test_what_stands_on_a_notice():
    told = texts(write_notices([notice(ask="请尽快")], office="某市指挥部", on=DAY, demo=True))
    for part in (
        "限期整改通知单",
        "演示数据",
        "2026-000001",
        "路灯中心",
        "人民路 起点–1 000 米（西区）",
        "某市要求（2017）第 11 条　城区主次干道公益广告密度",
        "缺 4 处。人民路：任选 500 米",
        "2026年6月4日前",
        "请尽快",
        "某市指挥部（章）",
        "2026年6月1日",
        "回执（编号：2026-000001）",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 6, 4), "请于 2026年6月4日前整改到位"),
        (date(2026, 6, 5), "原定 2026年6月4日前整改到位，现已超期 1 天，请立即整改"),
        (date(2026, 6, 15), "原定 2026年6月4日前整改到位，现已超期 11 天，请立即整改"),
    ],
)
def test_nothing_is_asked_by_a_day_that_is_past(on, told):
    said = texts(write_notices([notice(ask="请尽快")], office="某市", on=on))
    assert told in said and "请尽快" in said and ("请于" in said) == (on == date(2026, 6, 4))


@pytest.mark.parametrize(
    ("standing", "told"), [("dealt", "待复查"), ("rechecked", "待销号公示"), ("closed", "已整改并销号公示")]
)
def test_what_is_done_is_said_and_not_demanded(standing, told):
    said = texts(write_notices([notice(standing=standing, ask="请尽快")], office="某市", on=date(2026, 6, 15)))
    assert told in said and "请于" not in said and "请立即整改" not in said and "请尽快" not in said


@pytest.mark.parametrize("gap", [" ", "\u202f", "\u00a0"])
def test_a_number_and_its_unit_stay_on_one_line(gap):
    said = texts(write_notices([notice(finding=f"达标率{gap}100{gap}%，缺 1\u202f034 米")], office="某市", on=DAY))
    assert "100\u00a0%" in said and "1\u00a0034 米" in said


def test_each_notice_begins_a_page_and_its_rows_cannot_grow():
    made = document(write_notices([notice(n) for n in range(1, 6)], office="某市", on=DAY))
    breaks = [paragraph.paragraph_format.page_break_before for paragraph in made.paragraphs]
    assert breaks.count(True) == 4
    rows = [row for table in made.tables for row in table.rows]
    assert len(made.tables) == 10 and all(row.height_rule == 2 for row in rows), "every height is exact"
    section = made.sections[0]
    own = [row.height for table in made.tables[:2] for row in table.rows]
    heads = [p.paragraph_format.line_spacing for p in made.paragraphs[: len(made.paragraphs) // 5]]
    used = sum(own) + sum(heads) + section.top_margin + section.bottom_margin
    assert used / _EMU_A_MM < _A4_MM - 5, "a page has room to spare"


def test_every_run_says_its_chinese_font():
    made = document(write_notices([notice()], office="某市", on=DAY))
    runs = [run for run in made.element.body.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    fonts = {run.rPr.rFonts.get(qn("w:eastAsia")) for run in runs}
    assert fonts == {"宋体", "黑体"}
    assert made.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=800),
    width=st.floats(40, 150),
    lines=st.integers(1, 5),
)
@settings(max_examples=150, deadline=None)
def test_a_text_fits_or_is_cut(text, width, lines):
    fitted, size = _fitted(text, 12, width, lines)
    assert 9 <= size <= 12 and "\n" not in fitted
    assert _signs(fitted) * size * 25.4 / 72 <= width * int(lines * 12 / size)
    clean = order_notice._plain(text)
    assert fitted == clean or (fitted.endswith("…") and clean.startswith(fitted[:-1]))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "=cmd()", "a\0b\x1bc", "名" * 3000, "𠮷﷽🏴"])
def test_hostile_names_are_written_as_they_are(hostile):
    content = write_notices([notice(unit=hostile, place=hostile, ask=hostile)], office=hostile, on=DAY)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
    assert "<script>" not in texts(content) or "<script>alert(1)</script>" in texts(content)


def test_a_picture_is_put_in_once_for_each_gap():
    content = write_notices([notice(1), notice(2)], office="某市", on=DAY, picture=lambda _: picture())
    made = document(content)
    assert len(made.inline_shapes) == 2
    assert {(shape.width, shape.height) for shape in made.inline_shapes} == {tuple(map(Mm, PICTURE_MM))}
    assert "没有位置图" in texts(write_notices([notice()], office="某市", on=DAY))


def test_no_notice_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="no notices"):
        write_notices([], office="某市", on=DAY)


def test_a_machine_without_libreoffice_says_so(monkeypatch):
    monkeypatch.setattr(order_notice.shutil, "which", lambda _: None)
    assert not can_print_pdf()
    with pytest.raises(DataError, match="没有安装 LibreOffice"):
        as_pdf(b"")


def test_printed_it_has_as_many_pages_as_notices():
    if not can_print_pdf():
        pytest.skip("this machine has no LibreOffice")
    long = "某某市某某新区某某街道办事处城市管理综合行政执法局公益广告设施维护与管理服务中心" * 6
    notices = [notice(1), notice(2, unit=long, place=long, finding=long * 4, ask=long, clause=long), notice(3)]
    content = write_notices(notices, office=long, on=DAY, picture=lambda _: picture())
    pages = re.findall(rb"/Type\s*/Page\b", as_pdf(content))
    assert len(pages) == 3
