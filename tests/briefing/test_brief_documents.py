"""Every file of a briefing opened again: its numbers are those of the assessment, and no name breaks it."""

import re
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn as slide_qn
from pptx.util import Emu

from briefing import bulletin
from briefing.brief import KINDS, file_name, preview, write_set, write_zip
from briefing.bulletin import write_bulletin
from briefing.facts import Audience, Earlier, OrdersTold, PlanTold, UnitOrders, sentences, take
from briefing.facts.findings_said import long_day
from briefing.office_files import plain
from briefing.shown import Shown
from briefing.slide_file import write_slides
from briefing.slide_flow import Block, is_nearly_empty, packed_pages
from briefing.slide_pages import pages_of
from briefing.slide_parts import HIGH, WIDE, Picture, Table, Words, fit, text_width
from briefing.workbook import write_workbook
from data.errors import DataError
from data.vocabulary import vocabulary
from tests.briefing.brief_cities import FORMULA, LONG, SCRIPT, city_of_units, good_city, hostile_city, plain_city
from tests.briefing.conftest import judged
from texts import numbers, say

AT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
ORDERS = OrdersTold.of([UnitOrders("港城建设公司", 42, 21, 4), UnitOrders("市园林中心", 29, 14, 0)])
PLAN = PlanTold(
    "补 2 处即可补齐 2 项。", True, 0.0, 2, 0, 2, 2, 5000.0, 80.0, 85.0,
    pd.DataFrame([{"kind": "new", "carrier": "shelter", "place": "路", "closes": "路 0–500 米", "cost": 2500.0}] * 2),
)  # fmt: skip


def whole(city, assessment, **more):
    """A briefing with everything that one may hold."""
    gaps = pd.DataFrame(assessment.gaps.drop(columns="geometry"))
    judged_by = (assessment.inputs["book_id"], assessment.inputs["book"], assessment.phase)
    figures = assessment.scores.assign(score=assessment.scores["score"] - 1.0)
    earlier = Earlier.of(on=date(2026, 11, 1), judged_by=judged_by, figures=figures, gaps=gaps.iloc[1:])
    return take(city, assessment, at=AT, earlier=earlier, orders=ORDERS, plan=PLAN, **more)


def slides_of(city, assessment, briefing) -> Presentation:
    content, notes = write_slides(pages_of(briefing, assessment, Shown(city, assessment)), title="x", author="y", at=AT)
    assert not notes
    return Presentation(BytesIO(content))


def texts_of(slides: Presentation) -> str:
    found = []
    for slide in slides.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def document_of(city, assessment, briefing):
    content, notes = write_bulletin(briefing, assessment, Shown(city, assessment))
    assert not notes
    return Document(BytesIO(content))


def rows_of(sheet) -> pd.DataFrame:
    head, *rows = sheet.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=head)


# --- workbook


def test_scores_of_the_workbook_are_those_of_the_assessment(demo):
    city, assessment = demo
    book = openpyxl.load_workbook(BytesIO(write_workbook(take(city, assessment, at=AT), assessment)))
    for sheet, scope in (("items", "class"), ("units", "unit"), ("district_items", "district_class")):
        found = rows_of(book[say(f"brief_workbook.sheets.{sheet}")])
        expected = assessment.scores[assessment.scores["scope"] == scope]
        assert len(found) == len(expected)
        for column in ("score", "full", "pass_rate", "rank", "passed", "failed", "unknown", "deduction"):
            got = pd.to_numeric(found[say(f"brief_workbook.columns.{column}")]).to_numpy(dtype=float)
            np.testing.assert_allclose(got, expected[column].to_numpy(dtype=float, na_value=np.nan), rtol=1e-12)
    earned = rows_of(book["各区得分"])
    np.testing.assert_allclose(earned["实得分值"], earned["满分值"] * earned["达标率"])


def test_every_verdict_gap_and_trace_is_in_the_workbook(demo):
    city, assessment = demo
    book = openpyxl.load_workbook(BytesIO(write_workbook(take(city, assessment, at=AT), assessment)))
    verdicts, gaps, traces = (rows_of(book[name]) for name in ("全部判定", "缺口", "点位计入明细"))
    assert (len(verdicts), len(gaps), len(traces)) == tuple(
        len(getattr(assessment, name)) for name in ("verdicts", "gaps", "traces")
    )
    assert verdicts["结果"].value_counts().to_dict() == {
        say(f"coverage.status.{name}"): count for name, count in assessment.verdicts["status"].value_counts().items()
    }
    assert gaps["须补（处）"].sum() == assessment.gaps["repair_min"].sum()
    assert (traces["是否计入"] == "计入").sum() == assessment.traces["counted"].sum()
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref


def test_codes_stand_beside_words(demo):
    city, assessment = demo
    book = openpyxl.load_workbook(BytesIO(write_workbook(take(city, assessment, at=AT), assessment, sites=city.sites)))
    told = rows_of(book["点位计入明细"])
    assert told["点位编号"].tolist() == assessment.traces["site"].tolist()
    names = city.sites.set_index("id")["name"]
    np.testing.assert_array_equal(told["点位"], names.reindex(told["点位编号"]))
    subjects = assessment.verdicts.drop_duplicates(["rule", "subject"]).set_index(["rule", "subject"])["subject_name"]
    keys = pd.MultiIndex.from_frame(told[["规则编号", "对象编号"]])
    np.testing.assert_array_equal(told["对象"], subjects.reindex(keys))
    titles = {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}
    assert told["规则"].tolist() == told["规则编号"].map(titles).tolist()
    assert set(told["载体"]) <= set(vocabulary().carriers.labels.values())
    for name in ("缺口", "全部判定"):
        sheet = rows_of(book[name])
        for code, word in (("规则编号", "规则"), ("对象编号", "对象")):
            assert sheet.loc[sheet[code].notna(), word].notna().all(), (name, word)


def test_rows_that_a_sheet_cannot_hold_are_counted_on_the_cover(small):
    city, assessment = small
    book = openpyxl.load_workbook(BytesIO(write_workbook(take(city, assessment, at=AT), assessment, most_rows=5)))
    assert book["全部判定"].max_row == 5
    cover = "\n".join(str(cell) for row in book["封面"].iter_rows(values_only=True) for cell in row)
    assert f"末尾 {len(assessment.verdicts) - 4} 行未写入" in cover


def test_workbook_of_a_district_and_of_a_unit(demo):
    city, assessment = demo
    for scope, name in (("district", "东澜新区"), ("unit", "市城管局")):
        briefing = take(city, assessment, at=AT, audience=Audience(scope, name))
        book = openpyxl.load_workbook(BytesIO(write_workbook(briefing, assessment)))
        column = {"district": "区", "unit": "责任单位"}[scope]
        for sheet in ("缺口", "全部判定"):
            assert set(rows_of(book[sheet])[column]) == {name}


# --- slides


def test_slides_show_the_figures(demo):
    city, assessment = demo
    briefing = whole(city, assessment)
    slides = slides_of(city, assessment, briefing)
    assert slides.slide_width * 9 == slides.slide_height * 16
    assert len(slides.slides) == 3 + len(briefing.districts) + 3, "two units' orders share the page of a short plan"
    text = texts_of(slides)
    for name in ("units", "plan", "orders"):
        assert say(f"brief_slides.{name}") in text
    assert say("brief_slides.progress", day=long_day(briefing.change.since)).replace(" ", "") in text
    for own in briefing.districts:
        assert own.name in text and numbers.score(own.score) in text
    assert say("brief.demo") in text
    dots = next(shape.chart for shape in slides.slides[2].shapes if shape.has_chart)
    before, now = (list(series.iter_values()) for series in dots.plots[0].series)
    assert before and now
    x_values = dots.plots[0].series[1]._element.find(slide_qn("c:xVal"))
    shown = [float(value.text) for value in x_values.iter(slide_qn("c:v"))]
    assert shown == [own.score for own in briefing.districts]
    bars = next(shape.chart for shape in slides.slides[1].shapes if shape.has_chart)
    assert [tuple(series.values) for series in bars.plots[0].series] == [
        tuple(float(getattr(unit, name)) for unit in briefing.units[:5]) for name in ("lines", "places")
    ]


def test_everything_stays_on_the_slide(demo):
    city, assessment = demo
    slides = slides_of(city, assessment, whole(city, assessment))
    for slide in slides.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0
            assert shape.left + shape.width <= slides.slide_width + 1
            assert shape.top + shape.height <= slides.slide_height + 1


def test_every_run_has_a_chinese_font_and_the_theme_names_it(small):
    city, assessment = small
    content, _ = write_slides(
        pages_of(whole(city, assessment), assessment, Shown(city, assessment)), title="x", author="y", at=AT
    )
    with zipfile.ZipFile(BytesIO(content)) as parts:
        theme = parts.read("ppt/theme/theme1.xml").decode()
        slide = parts.read("ppt/slides/slide2.xml").decode()
    assert '<a:ea typeface="Microsoft YaHei"' in theme
    assert slide.count("<a:t>") == slide.count('<a:ea typeface="+mn-ea"')


@pytest.mark.parametrize("text", [LONG, SCRIPT, "短", "W" * 300, ""])
def test_words_are_set_smaller_then_cut(text):
    shown, size = fit(text, 300.0, 40.0, True)
    assert text_width(shown, size, True) <= 300.0
    assert 0.7 * 40 <= size <= 40


# --- document


def test_the_bulletin_says_the_sentences_and_lists_all_gaps(demo):
    city, assessment = demo
    briefing = whole(city, assessment)
    document = document_of(city, assessment, briefing)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for sentence in sentences(briefing):
        assert plain(sentence) in text
    head = [
        say(f"brief_bulletin.columns.{name}") for name in ("number", "place", "district", "where", "found", "repair")
    ]
    (listed,) = [table for table in document.tables if [cell.text for cell in table.rows[0].cells] == head]
    assert listed.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "the head again on every page"
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in listed.rows)
    found: dict[str, list[str]] = {}
    for row in listed.rows[1:]:
        if row._tr.tc_lst[0].grid_span == len(head):
            found[row.cells[0].text] = own = []
        else:
            own.append(row.cells[1].text)
    for name, gaps in assessment.gaps.groupby("unit"):
        assert len(found[say("brief_bulletin.unit_gaps", unit=name, count=len(gaps))]) == len(gaps)
    assert sum(map(len, found.values())) == len(assessment.gaps)


def test_a_long_list_of_gaps_goes_on_in_further_tables(demo, monkeypatch):
    monkeypatch.setattr(bulletin, "_MOST_ROWS", 20)
    city, assessment = demo
    document = document_of(city, assessment, take(city, assessment, at=AT))
    first = say("brief_bulletin.columns.found")
    tables = [table for table in document.tables if [cell.text for cell in table.rows[0].cells][2:5:2] == ["区", first]]
    assert len(tables) > 10 and all(len(table.rows) <= 1 + 1 + 20 for table in tables)
    assert all(table.rows[1]._tr.tc_lst[0].grid_span == 6 for table in tables), "each says at once whose gaps these are"
    places = [row.cells[1].text for table in tables for row in table.rows[1:] if row._tr.tc_lst[0].grid_span == 1]
    assert len(places) == len(assessment.gaps)
    captions = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Caption"]
    assert sum("（续）" in text for text in captions) == len(tables) - 1


def test_a_share_breaks_nowhere_but_behind_the_stroke(demo):
    document = document_of(*demo, take(*demo, at=AT))
    found = [cell.text for table in document.tables for row in table.rows for cell in row.cells if "%" in cell.text]
    pairs = [text for text in found if "/" in text]
    assert pairs and all(re.fullmatch(r"[\d.]+\u00a0%\u00a0/ [\d.]+\u00a0%", text) for text in pairs)


def test_tables_of_the_bulletin_hold_the_figures_of_the_assessment(demo):
    city, assessment = demo
    document = document_of(city, assessment, whole(city, assessment))
    scores = assessment.scores

    def rows(*names):
        head = [say(f"brief_bulletin.columns.{name}") for name in names]
        tables = [table for table in document.tables if [cell.text for cell in table.rows[0].cells] == head]
        return [[cell.text for cell in row.cells] for row in tables[0].rows[1:]]

    counts = ("passed", "failed", "unknown")
    ranked = rows("rank", "name", "score", "step", *counts, "lines", "length", "places", "repair")
    districts = scores[scores["scope"] == "district"].set_index("name")
    assert len(ranked) == len(districts)
    gaps = assessment.gaps
    for rank, name, score, step, passed, failed, _, lines, length, places, _ in ranked:
        name = re.sub("（.旗）$", "", name)
        own, failing = districts.loc[name], gaps[gaps["district"] == name]
        assert (rank, score, step) == (str(own["rank"]), numbers.score(own["score"]), "▲ 1.0")
        assert (passed, failed) == (str(own["passed"]), str(own["failed"]))
        assert (int(lines), int(places)) == (failing["length_m"].notna().sum(), failing["length_m"].isna().sum())
        assert length == plain(numbers.kilometres(failing["length_m"].sum()))
    classes = scores[scores["scope"] == "class"].set_index("class")
    labels = {assessment.book.class_label(code): code for code in classes.index}
    for label, score, full, _, rank, *told in rows("label", "score", "full", "pass_rate", "rank", *counts):
        own = classes.loc[labels[label]]
        assert (score, full) == (numbers.score(own["score"]), numbers.plain(own["full"]))
        assert told == [numbers.whole(own[name]) for name in counts]
        assert rank == (numbers.whole(own["rank"]) if pd.notna(own["rank"]) else say("numbers.nothing"))
    units = scores[scores["scope"] == "unit"].set_index("name")
    for name, score, _, lines, places, _ in rows("name", "score", "rank", "lines", "places", "repair"):
        name = re.sub("（.旗）$", "", name)
        assert score == numbers.score(units.loc[name, "score"])
        assert int(lines) + int(places) == (gaps["unit"] == name).sum()


def test_another_time_changes_nothing_but_the_time(small):
    city, assessment = small
    texts = []
    for at in (AT, AT.replace(hour=9)):
        briefing = take(city, assessment, at=at)
        document = document_of(city, assessment, briefing)
        said = [paragraph.text for paragraph in document.paragraphs]
        said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        said += texts_of(slides_of(city, assessment, briefing)).split("\n")
        book = openpyxl.load_workbook(BytesIO(write_workbook(briefing, assessment)))
        cells = [str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]
        texts.append(said + cells)
    one, other = texts
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    assert len(differing) == 3, differing
    assert all(a.replace("07:30", "09:30") == b for a, b in differing)


def test_captions_are_numbered_and_contents_are_there(demo):
    city, assessment = demo
    document = document_of(city, assessment, whole(city, assessment))
    for kind in ("表", "图"):
        found = [re.match(rf"{kind} (\d+)　", paragraph.text) for paragraph in document.paragraphs]
        assert [int(match[1]) for match in found if match] == list(range(1, 1 + sum(map(bool, found))))
    body = document.element.body
    marks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    assert links and set(links) <= marks
    asked = [found for text in body.iter(qn("w:instrText")) if (found := re.search(r"PAGEREF (\S+) \\h", text.text))]
    assert [found[1] for found in asked] == links, "each entry asks for the page of its own heading"
    assert document.settings.element.find(qn("w:updateFields")) is not None
    shown = "\n".join(paragraph.text for paragraph in document.paragraphs[:30])
    assert shown.count("一、总体情况") >= 1
    begun, ended = (
        sum(mark.get(qn("w:fldCharType")) == kind for mark in body.iter(qn("w:fldChar"))) for kind in ("begin", "end")
    )
    assert begun == ended


def test_chinese_fonts_of_the_document(small):
    document = document_of(*small, whole(*small))
    for name, font in (("Normal", "仿宋"), ("Heading 1", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font and fonts.get(qn("w:eastAsiaTheme")) is None
    assert Emu(document.sections[0].page_width).mm == pytest.approx(210, abs=0.2)


# --- the same again, and cities that break things


def test_two_briefings_of_the_same_are_equal(small, tmp_path):
    for folder in ("one", "two"):
        write_set(*small, whole(*small), ("pptx", "docx", "xlsx", "png", "html", "kmz"), tmp_path / folder)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


@pytest.mark.parametrize("make", [hostile_city, plain_city, good_city], ids=["hostile", "no_districts", "no_gaps"])
@pytest.mark.parametrize("scope", ["city", "unit"])
def test_documents_of_odd_cities(make, scope, tmp_path):
    city, assessment = judged(make())
    units = assessment.scores.loc[assessment.scores["scope"] == "unit", "name"]
    if scope == "unit" and units.empty:
        pytest.skip("a city without units")
    audience = Audience() if scope == "city" else Audience("unit", units.iloc[0])
    briefing = take(city, assessment, at=AT, audience=audience)
    written = write_set(city, assessment, briefing, ("pptx", "docx", "xlsx", "png"), tmp_path)
    kinds = {file.suffix: file for file in written.files}
    slides = Presentation(kinds[".pptx"])
    assert len(slides.slides) >= (3 if scope == "city" else 2), "a unit without much to repair has all on one page"
    Document(kinds[".docx"])
    book = openpyxl.load_workbook(kinds[".xlsx"])
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert not any(cell.data_type == "f" or str(cell.value).startswith(("=", "+", "@")) for cell in row)


def test_hostile_names_stay_text_everywhere():
    city, assessment = judged(hostile_city())
    briefing = take(city, assessment, at=AT)
    assert SCRIPT in texts_of(slides_of(city, assessment, briefing))
    document = document_of(city, assessment, briefing)
    assert any(SCRIPT in paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(FORMULA in text for text in cells)


def test_file_names_are_safe():
    assert file_name('../a\\b:c*?"<>|\x00.') == "abc"
    assert file_name("...") == say("brief.unnamed")
    assert len(file_name(LONG)) <= 60


def test_five_hundred_units():
    city, assessment = judged(city_of_units(500))
    briefing = take(city, assessment, at=AT)
    assert len(briefing.units) >= 500
    slides = slides_of(city, assessment, briefing)
    assert say("brief_slides.more", count=numbers.whole(len(briefing.units) - 14)) in texts_of(slides)
    document = document_of(city, assessment, briefing)
    assert sum(len(table.rows) for table in document.tables) > 1000


# --- templates, the archive, the preview


def test_the_citys_own_templates_are_used(small, tmp_path):
    own = Document()
    own.add_paragraph("样例正文")
    own.sections[0].header.paragraphs[0].text = "某某市文明办"
    own.save(tmp_path / "template.docx")
    deck = Presentation()
    deck.slide_layouts[5].name = "简报正文"
    deck.slides.add_slide(deck.slide_layouts[0])
    deck.save(tmp_path / "template.pptx")
    written = write_set(*small, whole(*small), ("pptx", "docx"), tmp_path / "out", templates=tmp_path)
    assert not written.notes
    slides, document = Presentation(written.files[0]), Document(written.files[1])
    assert document.sections[0].header.paragraphs[0].text == "某某市文明办"
    assert "样例正文" not in "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert slides.slides[1].slide_layout.name == "简报正文"
    assert slides.slides[1].shapes.title.text_frame.text
    assert slides.slide_width == deck.slide_width


@pytest.mark.parametrize("content", [b"", b"no office file", b"PK\x05\x06" + bytes(18)])
def test_a_broken_template_is_one_sentence_and_nothing_is_lost(small, tmp_path, content):
    for kind in ("docx", "pptx"):
        (tmp_path / f"template.{kind}").write_bytes(content)
    written = write_set(*small, whole(*small), ("pptx", "docx"), tmp_path / "out", templates=tmp_path)
    assert len(written.notes) == 2 and all("打不开" in note for note in written.notes)
    assert len(Presentation(written.files[0]).slides) > 3
    assert Document(written.files[1]).paragraphs


def test_the_archive_holds_the_whole_set(small, tmp_path):
    written = write_zip(*small, whole(*small), KINDS, target=tmp_path / "set.zip")
    with zipfile.ZipFile(written.files[0]) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert {name.rpartition(".")[2] for name in names} == set(KINDS)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["set.zip"]


def test_stopping_leaves_nothing_half_made(small, tmp_path):
    with pytest.raises(DataError, match="已取消"):
        write_zip(*small, whole(*small), KINDS, target=tmp_path / "set.zip", stop=lambda: True)
    assert not list(tmp_path.iterdir())


def test_the_preview_is_a_picture_of_each_slide(small):
    pictures = preview(*small, whole(*small), most=2)
    for png in pictures:
        with Image.open(BytesIO(png)) as picture:
            assert picture.size == (1280, 720)
            assert len(picture.getcolors(1 << 20)) > 20
    assert len(pictures) == 2


def deck(city, assessment, scope, name, *, bare=False):
    """The pages of a briefing with everything that one may hold, or with the least."""
    make = take if bare else whole
    briefing = make(city, assessment, audience=Audience(scope, name), **({"at": AT} if bare else {}))
    return pages_of(briefing, assessment, Shown(city, assessment))


_DECKS = [
    ("city", "", False), ("city", "", True), ("district", "临湾区", False), ("unit", "城投路灯中心", False),
    ("unit", "澜州交投集团", False), ("unit", "澜州交投集团", True), ("unit", "市卫生健康委", False),
    ("unit", "市卫生健康委", True), ("unit", "市城管局", True),
]  # fmt: skip


def filled(page) -> float:
    """How far down, as a share of the body, the parts of a page reach."""
    ends = []
    for part in page.parts:
        if isinstance(part, Table):
            ends.append(part.y + 44 + part.row_h * len(part.rows))
        elif isinstance(part, Words | Picture) and part.y < 1000:
            ends.append(part.y + part.h)
    return (max(ends) - 196) / (985 - 196)


@pytest.mark.parametrize(("scope", "name", "bare"), _DECKS)
def test_no_page_is_nearly_empty_and_none_overflows(demo, scope, name, bare):
    pages = deck(*demo, scope, name, bare=bare)
    assert len(pages) >= 2
    for page in pages[1:]:
        assert 0.45 <= filled(page) <= 1.01, page.title


def test_blocks_share_pages_in_their_order_and_keep_some_rows():
    def block(rows, fixed=150.0):
        return Block("k", "t", rows, fixed, 46.0, lambda top, count: [])

    tall, low = block(12), block(1, 60.0)
    assert [len(page) for page in packed_pages([tall, tall])] == [1, 1]
    ((one, other),) = packed_pages([tall, low])
    assert one[0] is tall and 4 <= one[1] < 12, "shows fewer rows so that the short one fits"
    assert other == (low, 1)
    assert [len(page) for page in packed_pages([low, low, low])] == [3]
    assert packed_pages([]) == []
    assert is_nearly_empty(packed_pages([low])[0]) and not is_nearly_empty(packed_pages([tall])[0])


def test_a_unit_has_a_close_up_its_sentences_and_its_classes_on_one_page(demo):
    city, assessment = demo
    briefing = whole(city, assessment, audience=Audience("unit", "澜州交投集团"))
    page = pages_of(briefing, assessment, Shown(city, assessment))[1]
    assert any(isinstance(part, Picture) for part in page.parts)
    said = "".join(run.text for part in page.parts if isinstance(part, Words) for run in part.runs)
    for sentence in sentences(briefing):
        assert re.sub(r"\s", "", sentence) in re.sub(r"\s", "", said)
    cells = [[cell.text for cell in row] for part in page.parts if isinstance(part, Table) for row in part.rows]
    for item in briefing.items:
        assert [item.label, str(item.passed), str(item.failed), str(item.unknown)] in cells


@pytest.mark.parametrize(("scope", "name", "bare"), _DECKS)
def test_no_words_lie_on_other_words(demo, scope, name, bare):
    """Lines of words on a page do not overlap, as they are laid out."""
    for page in deck(*demo, scope, name, bare=bare):
        boxes = [part for part in page.parts if isinstance(part, Words)]
        for one in boxes:
            assert one.x >= 0 and one.x + one.w <= WIDE and one.y + one.h <= HIGH
        for n, one in enumerate(boxes):
            for two in boxes[n + 1 :]:
                apart = one.x + one.w <= two.x or two.x + two.w <= one.x
                apart |= one.y + one.h <= two.y + 12 or two.y + two.h <= one.y + 12
                assert apart, (page.title, one.runs, two.runs)


def printed(file: Path) -> Path:
    """The PDF that LibreOffice makes of a file, beside it."""
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=200)
    return file.with_suffix(".pdf")


_OFFICE = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


@_OFFICE
def test_libreoffice_makes_as_many_pages_as_there_are_slides(small, tmp_path):
    briefing = whole(*small)
    written = write_set(*small, briefing, ("pptx", "docx"), tmp_path)
    counts = {}
    for file in written.files:
        content = printed(file).read_bytes()
        counts[file.suffix] = len(re.findall(rb"/Type\s*/Page\b", content))
    assert counts[".pptx"] == len(Presentation(written.files[0]).slides)
    assert counts[".docx"] >= 3


@_OFFICE
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("make", [None, lambda: city_of_units(500)], ids=["demo", "500_units"])
def test_the_contents_name_the_pages_on_which_libreoffice_puts_the_headings(demo, tmp_path, make):
    city, assessment = demo if make is None else judged(make())
    briefing = whole(city, assessment) if make is None else take(city, assessment, at=AT)
    file = write_set(city, assessment, briefing, ("docx",), tmp_path).files[0]
    told = subprocess.run(["pdftotext", "-layout", printed(file), "-"], check=True, capture_output=True, text=True)
    pages = ["".join(page.split()) for page in told.stdout.split("\f")]
    headings = [p.text for p in Document(file).paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    assert len(headings) >= 5
    for heading in ("".join(heading.split()) for heading in headings):
        number = re.search(rf"{re.escape(heading)}\.+(\d+)", pages[0])
        assert number, (heading, pages[0])
        text = pages[int(number[1]) - 1].replace(number[0], "")
        assert heading in text, (heading, number[1])
