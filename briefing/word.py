"""The parts of a Word file: paper, headings, tables with captions, contents; in fonts that offices have."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from briefing.office_files import plain, shortened

BODY, HEADING, TABLE, TITLE = "仿宋", "黑体", "宋体", "宋体"
_LATIN = "Times New Roman"
_INSTEAD = {  # what a program may take where a machine lacks the font
    "仿宋": ("FangSong", "仿宋_GB2312", "STFangsong", "Noto Serif CJK SC"),
    "黑体": ("SimHei", "STHeiti", "Noto Sans CJK SC"),
    "宋体": ("SimSun", "STSong", "Noto Serif CJK SC"),
}
TEXT_MM = 158.0
_BODY_PT, _BAND_PT, _TABLE_PT = 14, 11, 10
_LISTED = 2  # levels of headings in the contents
_CELL_LINES, _HEAD_SIGNS = 6, 60  # a name of the data may be of any length
_KEPT_WHOLE = 8  # rows: smaller tables stay on one page
_TWIPS_PER_MM = 1440 / 25.4
_HEADINGS = (("Heading 1", 16), ("Heading 2", 14), ("Heading 3", 12))


# What stands behind ``updateFields`` in the settings of a file: the order is part of the format.
_BEHIND_UPDATE = ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids", "attachedSchema")
_BEHIND_UPDATE += ("themeFontLang", "clrSchemeMapping", "shapeDefaults", "decimalSymbol", "listSeparator")


@dataclass(frozen=True)
class Band:
    """A row of a table over all its columns, which says what the rows below are of; it keeps with the first of them."""

    text: str


def blank() -> Word:
    """An empty A4 document with the styles of an office's papers."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_MM) / 2)
    section.top_margin, section.bottom_margin = Mm(30), Mm(26)
    section.header_distance = section.footer_distance = Mm(14)
    _style(document, "Normal", BODY, _BODY_PT)
    language = OxmlElement("w:lang")
    for kind, name in (("w:val", "en-US"), ("w:eastAsia", "zh-CN")):  # in Chinese, numbers may break anywhere
        language.set(qn(kind), name)
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    for name, points in _HEADINGS:
        _style(document, name, HEADING, points, bold=False)
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["Heading 1"].paragraph_format.space_before = Pt(18)
    document.styles["Heading 2"].paragraph_format.space_before = Pt(12)
    _style(document, "Caption", HEADING, 10.5, bold=False)
    document.styles["Caption"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles["Caption"].paragraph_format.keep_with_next = True
    _name_stand_ins(document)
    return document


def heading(document: Word, text: str, level: int) -> Paragraph:
    """A heading that the contents can point to."""
    paragraph = document.add_paragraph(style=_known_style(document, f"Heading {level}", f"标题 {level}"))
    paragraph.add_run(shortened(text, _HEAD_SIGNS))
    number = sum(1 for _ in document.element.body.iter(qn("w:bookmarkStart")))
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), f"_Toc{number:08d}")
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)
    return paragraph


def body(document: Word, text: str, *, indent: bool = True, align=None, size: float | None = None) -> Paragraph:
    """A paragraph of running text, its first line moved in by two signs."""
    paragraph = document.add_paragraph()
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY_PT)
    paragraph.paragraph_format.line_spacing = Pt(1.8 * (size or _BODY_PT))
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None and indent else align
    run = paragraph.add_run(plain(text))
    if size is not None:
        run.font.size = Pt(size)
    return paragraph


def caption(document: Word, kind: str, number: int, text: str) -> Paragraph:
    """``表 3　各区得分``, the number a field that Word counts anew when tables are moved."""
    paragraph = document.add_paragraph(style=_known_style(document, "Caption", "题注"))
    paragraph.add_run(f"{kind} ")
    _field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    paragraph.add_run(f"　{shortened(text, _HEAD_SIGNS)}")
    return paragraph


def contents(document: Word, after: Paragraph, entries: Sequence[tuple[int, str, str]]) -> None:
    """
    The contents behind a paragraph: each heading a link with its page, and a wish that fields be set on opening.

    The pages are fields (PAGEREF) that stand by themselves, empty until a program has laid the paper out: in a field
    of the kind TOC, LibreOffice shows what was written there and computes nothing.

    Parameters
    ----------
    entries
        Level, bookmark and text of each heading.
    """
    section = document.sections[0]
    wide = Length(section.page_width - section.left_margin - section.right_margin)
    place = after._p
    for level, bookmark, text in entries:
        link = (
            f'<w:hyperlink {nsdecls("w")} w:anchor="{bookmark}" w:history="1"><w:r><w:t xml:space="preserve">'
            f"{escape(text)}</w:t></w:r><w:r><w:tab/></w:r></w:hyperlink>"
        )
        about = (
            f"<w:pPr {nsdecls('w')}>"
            f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{wide.twips}"/></w:tabs>'
            f'<w:spacing w:line="400" w:lineRule="exact"/><w:ind w:left="{(level - 1) * 420}"/></w:pPr>'
        )
        paragraph, shown = OxmlElement("w:p"), parse_xml(link)
        for part in (*_opening(f"PAGEREF {bookmark} \\h"), _run_of(OxmlElement("w:t")), _run_of(_field_mark("end"))):
            shown.append(part)
        paragraph.append(parse_xml(about))
        paragraph.append(shown)
        place.addnext(paragraph)
        place = paragraph
    _set_fields_on_opening(document)


def bookmarks(document: Word) -> list[tuple[int, str, str]]:
    """Level, bookmark and text of each heading that stands in the contents."""
    found = []
    for paragraph in document.paragraphs:
        mark = paragraph._p.find(qn("w:bookmarkStart"))
        level = int(paragraph.style.name[-1]) if paragraph.style.name[-1:].isdigit() else 1
        if mark is not None and mark.get(qn("w:name")).startswith("_Toc") and level <= _LISTED:
            found.append((level, mark.get(qn("w:name")), paragraph.text))
    return found


def table(
    document: Word, head: Sequence[str], rows: Sequence[Sequence[str] | Band], *, mm: Sequence[float], right=()
) -> None:
    """
    A table ruled by hairlines, its head again on every page; written at once, as rows one by one take minutes.

    Parameters
    ----------
    mm
        The widths of the columns; they are stretched to the width of the text.
    right
        Places of columns that hold numbers.
    """
    widths = [round(width / sum(mm) * TEXT_MM * _TWIPS_PER_MM) for width in mm]
    ends = [place in set(right) for place in range(len(head))]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, size, colour in (("top", 8, "14202A"), ("bottom", 8, "14202A"), ("insideH", 4, "C9D1D7"))
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    whole = len(rows) <= _KEPT_WHOLE
    first = _row([plain(text) for text in head], widths, ends, head=True, keep=True)
    others = "".join(
        _band(row, widths)
        if isinstance(row, Band)
        else _row([_in_cell(*cell) for cell in zip(row, widths, strict=True)], widths, ends, keep=whole and not last)
        for row, last in zip(rows, [*[False] * (len(rows) - 1), True], strict=True)
    )
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{first}{others}</w:tbl>'
    )
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))
    space = document.add_paragraph()
    space.paragraph_format.space_after = Pt(4)
    space.paragraph_format.line_spacing = Pt(8)


def picture(document: Word, png: bytes, *, width_mm: float) -> None:
    """A picture in the middle of a line, kept with its caption below."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.add_run().add_picture(BytesIO(png), width=Mm(width_mm))


def furniture(document: Word, head: str) -> None:
    """What stands above every page, and its number below."""
    section = document.sections[0]
    above, below = section.header.paragraphs[0], section.footer.paragraphs[0]
    above.text = plain(head)
    for paragraph in (above, below):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    below.add_run("— ")
    _field(below, "PAGE", "1")
    below.add_run(" —")
    for run in (*above.runs, *below.runs):
        run.font.size = Pt(10.5)
        set_font(run, TABLE)


def set_font(run, font: str) -> None:
    """A font for both scripts of a run."""
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for kind, name in (("w:eastAsia", font), ("w:ascii", _LATIN), ("w:hAnsi", _LATIN)):
        fonts.set(qn(kind), name)


def _in_cell(text: str, width: int) -> str:
    """As much of a text as a cell so many twips wide holds on its most lines."""
    return shortened(text, _CELL_LINES * max(width / 20 / _TABLE_PT - 1, 1))


def _row(cells: Sequence[str], widths: Sequence[int], ends: Sequence[bool], *, head: bool = False, keep: bool) -> str:
    kept = "<w:keepNext/>" if keep else ""
    about = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    fonts = f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{HEADING if head else TABLE}"/>'
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        f'<w:tcMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tcMar>'
        f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>{kept}'
        f'<w:spacing w:before="40" w:after="40" w:line="260" w:lineRule="auto"/>'
        f'<w:jc w:val="{"right" if end else "left"}"/></w:pPr>'
        f'<w:r><w:rPr>{fonts}<w:sz w:val="{2 * _TABLE_PT}"/><w:szCs w:val="{2 * _TABLE_PT}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for text, width, end in zip(cells, widths, ends, strict=True)
    )
    return f"<w:tr><w:trPr>{about}</w:trPr>{written}</w:tr>"


def _band(band: Band, widths: Sequence[int]) -> str:
    fonts = f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{HEADING}"/>'
    return (
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        f'<w:tc><w:tcPr><w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/>'
        '<w:shd w:val="clear" w:color="auto" w:fill="EDF1F4"/></w:tcPr>'
        '<w:p><w:pPr><w:keepNext/><w:spacing w:before="60" w:after="60"/><w:outlineLvl w:val="2"/></w:pPr>'
        f'<w:r><w:rPr>{fonts}<w:sz w:val="{2 * _BAND_PT}"/><w:szCs w:val="{2 * _BAND_PT}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(_in_cell(band.text, sum(widths)))}</w:t></w:r></w:p></w:tc></w:tr>'
    )


def _set_fields_on_opening(document: Word) -> None:
    """Let Word ask whether to bring fields up to date; other programs compute them anyway."""
    settings = document.settings.element
    if settings.find(qn("w:updateFields")) is None:
        wish = OxmlElement("w:updateFields")
        wish.set(qn("w:val"), "true")
        settings.insert_element_before(wish, *(f"w:{name}" for name in _BEHIND_UPDATE))


def _style(document: Word, name: str, font: str, points: float, *, bold: bool | None = None) -> None:
    style = document.styles[name]
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(points), bold, False, None
    properties = style.element.get_or_add_rPr()
    if (colour := properties.find(qn("w:color"))) is not None:
        properties.remove(colour)
    fonts = properties.get_or_add_rFonts()
    for kind in list(fonts.attrib):
        del fonts.attrib[kind]
    for kind, own in (("w:ascii", _LATIN), ("w:hAnsi", _LATIN), ("w:cs", _LATIN), ("w:eastAsia", font)):
        fonts.set(qn(kind), own)
    style.paragraph_format.space_after = Pt(4)


def _known_style(document: Word, *names: str) -> str:
    """The first of the styles that the document has; its plain one when it has none."""
    known = {style.name for style in document.styles}
    return next((name for name in names if name in known), document.styles.default(1).name)


def _name_stand_ins(document: Word) -> None:
    """Tell what else a program may take for each Chinese font."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/></w:font>'
        for name, others in _INSTEAD.items()
    )
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            part = relation.target_part
            part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


def _field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    for part in _opening(instruction):
        paragraph._p.append(part)
    paragraph.add_run(shown)
    paragraph._p.append(_run_of(_field_mark("end")))


def _opening(instruction: str) -> list:
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {instruction} "
    return [_run_of(part) for part in (_field_mark("begin"), text, _field_mark("separate"))]


def _field_mark(kind: str):
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _run_of(part):
    run = OxmlElement("w:r")
    run.append(part)
    return run
