"""Rectification notices (整改通知单) to be printed: a Word file, each notice exactly one A4 page, with a receipt."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from briefing.pictures.reduced import reduced
from data.errors import DataError
from texts import say

FONT, TITLE_FONT = "宋体", "黑体"
PICTURE_MM = (132.0, 61.4)
"""The room for the picture."""
_PDF_SECONDS = 180
_LABEL_MM, _VALUE_MM = 26.0, 144.0
_IDEOGRAPHIC_SPACE, _NO_BREAK, _NARROW = "\u3000", "\u00a0", "\u202f"
_BEFORE_SIGN = re.compile(r"(?<=\d) (?=%)")


@dataclass(frozen=True)
class Notice:
    """
    What stands on one notice; every text is data and is written as it is.

    Attributes
    ----------
    number
        Of the order.
    unit
        Whom it goes to.
    place, district
        Where the gap is, in words.
    clause, book
        What it fails.
    missing
        What is missing, in short: 缺 4 处，须补 9 处; "" where it is no number.
    finding
        The explanation in full.
    deal_by
        The limit.
    ask
        What was said with the dispatch; "" for nothing.
    key
        The order's id, for the picture.
    standing
        Where the order is, where nothing more is asked of the unit: a key of ``orders_paper.standing``; "" while the
        gap is still to be repaired.
    """

    key: int
    number: str
    unit: str
    place: str
    district: str
    clause: str
    book: str
    missing: str
    finding: str
    deal_by: date
    ask: str = ""
    standing: str = ""


def write_notices(
    notices: Sequence[Notice],
    *,
    office: str,
    on: date,
    picture: Callable[[Notice], bytes | None] = lambda _: None,
    demo: bool = False,
) -> bytes:
    """
    A Word file with one notice a page.

    Rows have fixed heights, and texts that would not fit are written smaller and in the end cut off with …, so that no
    name however long makes a second page.

    Parameters
    ----------
    notices
        At least one.
    office, on
        Who issues them, and the day.
    picture
        The close-up of a notice's gap as a PNG of about ``PICTURE_MM``; None for none.
    demo
        Whether they are of demo data, and say so.
    """
    if not notices:
        raise ValueError("no notices")
    document = _paper()
    for place, notice in enumerate(notices):
        _title(document, first=place == 0, demo=demo)
        _facts(document, notice, on, picture(notice))
        _issued(document, office, on)
        _receipt(document, notice)
    document.core_properties.title = say("orders_paper.title")
    document.core_properties.author = _plain(office, 100)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def can_print_pdf() -> bool:
    """Whether there is a LibreOffice on this machine."""
    return _office() is not None


def as_pdf(document: bytes) -> bytes:
    """
    A Word file as a PDF, by LibreOffice, in a profile of its own.

    Raises
    ------
    DataError
        When there is no LibreOffice, or it did not manage in time.
    """
    program = _office()
    if program is None:
        raise DataError(say("orders_paper.no_office"))
    with tempfile.TemporaryDirectory(prefix="notices-") as folder:
        source = Path(folder) / "notices.docx"
        source.write_bytes(document)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            subprocess.run(command, capture_output=True, timeout=_PDF_SECONDS, check=True)
            return source.with_suffix(".pdf").read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise DataError(say("orders_paper.pdf_failed")) from error


def _office() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def _paper() -> Word:
    """An empty A4 document in Chinese fonts."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(18), Mm(12)
    section.header_distance = section.footer_distance = Mm(6)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(11)
    properties = style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    language = OxmlElement("w:lang")
    for kind in ("w:val", "w:eastAsia"):
        language.set(qn(kind), "zh-CN")
    properties.append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    return document


def _title(document: Word, *, first: bool, demo: bool) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.page_break_before = not first
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _exactly(paragraph, 40)
    _run(paragraph, say("orders_paper.title"), 22, bold=True, font=TITLE_FONT)
    if demo:
        _run(paragraph, say("orders_paper.demo"), 11)


def _facts(document: Word, notice: Notice, on: date, picture: bytes | None) -> None:
    """The table: to whom, where, by which clause, what is missing, by when, and the picture."""
    number = document.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _exactly(number, 20)
    _run(number, say("orders_paper.number", number=notice.number), 11)
    asked = _asked(notice, on)
    found = (notice.missing + "。" if notice.missing else "") + notice.finding
    where = say("orders_paper.where", place=notice.place, district=notice.district)
    clause = say("orders_paper.clause_text", book=notice.book, clause=notice.clause)
    rows = [
        ("unit", notice.unit, 12.0, 13, 1),
        ("place", where, 15.0, 12, 2),
        ("clause", clause, 15.0, 11, 2),
        ("found", found, 31.0, 11, 5),
        ("asked", asked, 18.0, 11, 3),
    ]
    table = _table(document, len(rows) + 1)
    for row, (name, text, height, size, lines) in zip(table.rows, rows, strict=False):
        _height(row, height)
        _write(row.cells[0], say(f"orders_paper.labels.{name}"), 11, _LABEL_MM, 1, centre=True)
        _write(row.cells[1], text, size, _VALUE_MM, lines)
    last = table.rows[-1]
    _height(last, PICTURE_MM[1] + 6)
    _write(last.cells[0], say("orders_paper.labels.picture"), 11, _LABEL_MM, 1, centre=True)
    _show(last.cells[1], picture)


def _asked(notice: Notice, on: date) -> str:
    """What is asked of the unit: by when, at once where that day is past, nothing where it has done its part."""
    if notice.standing:
        return say(f"orders_paper.standing.{notice.standing}")
    late = (on - notice.deal_by).days
    key, more = ("overdue", {"days": late}) if late > 0 else ("asked", {})
    return say(f"orders_paper.{key}", day=_day(notice.deal_by), **more) + _plain(notice.ask, 200)


def _issued(document: Word, office: str, on: date) -> None:
    for text, before in ((say("orders_paper.stamp", office=_fitted(office, 12, 110, 1)[0]), 14), (_day(on), 0)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _exactly(paragraph, 20 + before)
        _run(paragraph, text, 12)


def _receipt(document: Word, notice: Notice) -> None:
    """The slip that comes back, below a line to cut along."""
    cut = document.add_paragraph()
    _exactly(cut, 18)
    cut.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(cut, say("orders_paper.cut"), 9)
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _exactly(head, 22)
    _run(head, say("orders_paper.receipt", number=notice.number), 13, bold=True, font=TITLE_FONT)
    table = _table(document, 3)
    texts = ("taken", "done", "signed")
    for row, name, height in zip(table.rows, texts, (12.0, 15.0, 13.0), strict=True):
        _height(row, height)
        _write(row.cells[0], say(f"orders_paper.labels.{name}"), 11, _LABEL_MM, 1, centre=True)
        _write(row.cells[1], say(f"orders_paper.slip.{name}", unit=_plain(notice.unit, 24)), 11, _VALUE_MM, 1)


def _table(document: Word, rows: int) -> Table:
    table = document.add_table(rows=rows, cols=2, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, (_LABEL_MM, _VALUE_MM), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _height(row, height_mm: float) -> None:
    row.height, row.height_rule = Mm(height_mm), WD_ROW_HEIGHT_RULE.EXACTLY
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))


def _write(cell: _Cell, text: str, size_pt: float, width_mm: float, lines: int, *, centre: bool = False) -> None:
    """A text in a cell, at most so many lines of its usual size; longer ones smaller, then cut."""
    text, size = _fitted(text, size_pt, width_mm - 5, lines)
    cell.vertical_alignment = 1
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
    _exactly(paragraph, 1.45 * size)
    _run(paragraph, text, size)


def _show(cell: _Cell, picture: bytes | None) -> None:
    cell.vertical_alignment = 1
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if picture is None:
        _run(paragraph, say("orders_paper.no_picture"), 11)
        return
    paragraph.add_run().add_picture(BytesIO(reduced(picture)), width=Mm(PICTURE_MM[0]))


def _exactly(paragraph: Paragraph, points: float) -> None:
    paragraph.paragraph_format.line_spacing = Pt(points)


def _run(paragraph: Paragraph, text: str, size_pt: float, *, bold: bool = False, font: str = FONT) -> None:
    run = paragraph.add_run(_plain(text))
    run.font.size, run.font.bold, run.font.name = Pt(size_pt), bold, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fitted(text: str, size_pt: float, width_mm: float, lines: int) -> tuple[str, float]:
    """The text and the size in which it fits its lines; of the smallest size as much as fits."""
    text = _plain(text)
    for size in (size_pt, size_pt - 1, size_pt - 2, size_pt - 3):
        room = int(lines * size_pt / size) * (width_mm / 25.4 * 72 / size - 1)  # in full signs; a line may end early
        if _signs(text) <= room:
            return text, size
    while _signs(text) > room - 1:
        text = text[: max(int(len(text) * (room - 1) / _signs(text)), 0) or len(text) - 1]
    return text + "…", size


def _signs(text: str) -> float:
    """How wide a text is, in full-width signs."""
    return sum(0.55 if ord(sign) < 0x2E80 else 1.0 for sign in text)


def _plain(text: str, most: int = 4000) -> str:
    """A text as a Word file can hold it: on one line, without control signs; a number is not parted from its unit."""
    kept = (_IDEOGRAPHIC_SPACE, _NO_BREAK)
    text = str(text)[:most].replace(_NARROW, _NO_BREAK)
    plain = "".join(sign if sign.isprintable() or sign in kept else " " for sign in text)
    return _BEFORE_SIGN.sub(_NO_BREAK, plain).strip()


def _day(day: date) -> str:
    return say("orders_paper.day", year=day.year, month=day.month, day=day.day)
