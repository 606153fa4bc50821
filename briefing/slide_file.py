"""Laid-out slides as a PowerPoint file: native text, tables and charts that can be edited."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Slides
from pptx.slide import Slide, SlideLayout
from pptx.util import Emu, Pt

from briefing.office_files import packed, plain
from briefing.slide_parts import HIGH, WIDE, Bars, Cell, Disc, Dots, Line, Page, Picture, Shape, Table, Words
from briefing.templates import opened_slides
from look.tokens import colours
from texts import lookup

FONT, LATIN = "Microsoft YaHei", "Arial"
_EMU_PER_PX = 6350
_POINTS_PER_PX = 0.5
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_ALIGN = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "centre": PP_ALIGN.CENTER}
_THEME = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"


def write_slides(
    pages: Sequence[Page], *, title: str, author: str, at, template: Path | None = None
) -> tuple[bytes, list[str]]:
    """
    A PowerPoint file of laid-out pages.

    Parameters
    ----------
    title, author, at
        Of the file.
    template
        A presentation of the city's own: its masters are used, its slides are not. A page goes onto its layout
        ``简报封面`` or ``简报正文``, else onto the one with fewest placeholders; titles go into a title placeholder
        where the layout has one.

    Returns
    -------
    tuple
        The file, and a sentence when the template could not be used.
    """
    slides, notes = opened_slides(template)
    if slides is None:
        slides = Presentation()
        slides.slide_width, slides.slide_height = Emu(WIDE * _EMU_PER_PX), Emu(HIGH * _EMU_PER_PX)
        _set_theme_fonts(slides)
    for page in pages:
        _add(slides, page)
    about = slides.core_properties
    about.title, about.author, about.last_modified_by = plain(title, 200), plain(author, 100), ""
    about.created = about.modified = at.replace(tzinfo=None)
    about.revision = 1
    file = BytesIO()
    slides.save(file)
    return packed(file.getvalue(), at=at), notes


def _add(slides: Slides, page: Page) -> None:
    slide = slides.slides.add_slide(_layout(slides, cover=page.cover))
    scale = min(slides.slide_width / WIDE, slides.slide_height / HIGH)
    left = (slides.slide_width - WIDE * scale) / 2
    top = (slides.slide_height - HIGH * scale) / 2
    pen = _Pen(slide, scale, left, top)
    holder = slide.shapes.title
    if holder is not None:
        holder.text_frame.text = next((_text_of(part) for part in page.parts if _is_title(part)), plain(page.title))
    for other in list(slide.placeholders):
        if holder is None or other.element is not holder.element:
            other.element.getparent().remove(other.element)
    for part in page.parts:
        if not (holder is not None and _is_title(part)):
            pen.draw(part)


def _layout(slides: Slides, *, cover: bool) -> SlideLayout:
    """The layout of the name that is asked for, else the emptiest one."""
    names = lookup("brief.layouts")
    wanted = names["cover" if cover else "page"]
    own = [layout for layout in slides.slide_layouts if layout.name == wanted]
    return own[0] if own else min(slides.slide_layouts, key=lambda layout: len(layout.placeholders))


def _is_title(part) -> bool:
    return isinstance(part, Words) and part.title


def _text_of(part: Words) -> str:
    return "".join(run.text for run in part.runs)


class _Pen:
    """Puts parts onto a slide: pixels of the layout to the units of the file."""

    def __init__(self, slide: Slide, scale: float, left: float, top: float):
        self._shapes, self._scale, self._left, self._top = slide.shapes, scale, left, top
        self._draw: dict[type, Callable] = {
            Words: self._words,
            Line: self._line,
            Shape: self._shape,
            Disc: self._disc,
            Picture: self._picture,
            Table: self._table,
            Bars: self._bars,
            Dots: self._dots,
        }

    def draw(self, part) -> None:
        """Put one part onto the slide."""
        self._draw[type(part)](part)

    def _box(self, x: float, y: float, w: float, h: float) -> tuple[Emu, Emu, Emu, Emu]:
        return (
            Emu(round(self._left + x * self._scale)),
            Emu(round(self._top + y * self._scale)),
            Emu(round(w * self._scale)),
            Emu(round(h * self._scale)),
        )

    def _points(self, px: float) -> Pt:
        return Pt(round(px * _POINTS_PER_PX * self._scale / _EMU_PER_PX, 1))

    def _words(self, part: Words) -> None:
        frame = self._shapes.add_textbox(*self._box(part.x, part.y, part.w, part.h)).text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        paragraph = frame.paragraphs[0]
        paragraph.alignment = _ALIGN[part.align]
        for run in part.runs:
            self._run(paragraph, run.text, run.size or part.size, run.colour, run.bold)

    def _run(self, paragraph, text: str, size: float, colour: str, bold: bool) -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.rgb = self._points(size), bold, _rgb(colour)
        properties = run._r.get_or_add_rPr()
        properties.set("lang", "zh-CN")
        for tag, name in (("a:latin", "+mn-lt"), ("a:ea", "+mn-ea")):
            properties.append(parse_xml(f'<{tag} {nsdecls("a")} typeface="{name}"/>'))

    def _line(self, part: Line) -> None:
        x, y, w, h = self._box(part.x, part.y, part.to_x - part.x, part.to_y - part.y)
        connector = self._shapes.add_connector(MSO_CONNECTOR.STRAIGHT, x, y, x + w, y + h)
        _plain_shape(connector)
        line = connector.line
        line.color.rgb, line.width = _rgb(part.colour), self._points(part.width)

    def _shape(self, part: Shape) -> None:
        (x, y), *others = part.points
        builder = self._shapes.build_freeform(round(x * 100), round(y * 100), scale=self._scale / 100)
        builder.add_line_segments([(round(a * 100), round(b * 100)) for a, b in others], close=True)
        shape = builder.convert_to_shape(Emu(round(self._left)), Emu(round(self._top)))
        _plain_shape(shape)
        if part.fill is None:
            shape.fill.background()
        else:
            shape.fill.solid()
            shape.fill.fore_color.rgb = _rgb(part.fill)
        if part.line is None:
            shape.line.fill.background()
        else:
            shape.line.color.rgb, shape.line.width = _rgb(part.line), self._points(part.width)
        if part.dashed:
            shape.line.dash_style = MSO_LINE_DASH_STYLE.DASH

    def _disc(self, part: Disc) -> None:
        shape = self._shapes.add_shape(
            MSO_SHAPE.OVAL, *self._box(part.x - part.r, part.y - part.r, 2 * part.r, 2 * part.r)
        )
        _plain_shape(shape)
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb("text1")
        shape.line.fill.background()
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, False
        frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        self._run(frame.paragraphs[0], str(part.number), 1.2 * part.r, "bg", True)

    def _picture(self, part: Picture) -> None:
        self._shapes.add_picture(BytesIO(part.png), *self._box(part.x, part.y, part.w, part.h))

    def _table(self, part: Table) -> None:
        head_h = 44
        high = head_h + part.row_h * len(part.rows)
        box = self._box(part.x, part.y, sum(part.widths), high)
        frame = self._shapes.add_table(len(part.rows) + 1, len(part.widths), *box)
        table = frame.table
        properties = table._tbl.tblPr
        properties.set("firstRow", "0")
        properties.set("bandRow", "0")
        properties.find(qn("a:tableStyleId")).text = _NO_STYLE
        for column, width in zip(table.columns, part.widths, strict=True):
            column.width = Emu(round(width * self._scale))
        for number, row in enumerate(table.rows):
            row.height = Emu(round((head_h if number == 0 else part.row_h) * self._scale))
        heads = [Cell(text, "text3") for text in part.head]
        for number, cells in enumerate([heads, *part.rows]):
            size = part.size if number else part.size - 3
            for place, (cell, own) in enumerate(zip(table.rows[number].cells, cells, strict=True)):
                self._cell(cell, own, size, end=place in part.right, strong=number == 0)

    def _cell(self, cell, own: Cell, size: float, *, end: bool, strong: bool) -> None:
        cell.margin_left = cell.margin_right = Emu(round(6 * self._scale))
        cell.margin_top = cell.margin_bottom = 0
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = cell.text_frame.paragraphs[0]
        cell.text_frame.word_wrap = True
        paragraph.alignment = PP_ALIGN.RIGHT if end else PP_ALIGN.LEFT
        self._run(paragraph, own.text, size, own.colour, own.bold)
        colour = getattr(colours(), "trunk" if strong else "line").removeprefix("#")
        line = f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
        properties = cell._tc.get_or_add_tcPr()
        properties.insert(0, parse_xml(line))

    def _bars(self, part: Bars) -> None:
        data = CategoryChartData()
        data.categories = [plain(name, 200) for name in part.names]
        data.add_series(part.first_title, part.first)
        data.add_series(part.second_title, part.second)
        box = self._box(part.x, part.y, part.w, part.row_h * len(part.names))
        chart = self._shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box, data).chart
        _bare(chart)
        chart.category_axis.reverse_order = True
        chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
        chart.value_axis.minimum_scale = 0
        chart.value_axis.maximum_scale = max(map(sum, zip(part.first, part.second, strict=True)), default=1) or 1
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 150, 100
        for series, colour in zip(plot.series, ("text2", "secondary"), strict=True):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = _rgb(colour)

    def _dots(self, part: Dots) -> None:
        data, count = XyChartData(), len(part.names)
        before, now = data.add_series(part.before_title), data.add_series(part.title)  # the later one lies on top
        for number, (value, was) in enumerate(zip(part.values, part.before, strict=True)):
            for series, score in ((now, value), (before, was)):
                if score is not None:
                    series.add_data_point(score, count - number)
        for number in range(count):
            y = part.y + (number + 0.5) * part.row_h
            self._line(Line(part.x, y, part.x + part.w, y, "line", 2))
        box = self._box(part.x, part.y, part.w, part.row_h * count)
        chart = self._shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *box, data).chart
        _bare(chart)
        chart.category_axis.minimum_scale, chart.category_axis.maximum_scale = part.low, part.high
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0.5, count + 0.5
        for series, filled in zip(chart.plots[0].series, (False, True), strict=True):
            series.format.line.fill.background()
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 10
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = _rgb("text1" if filled else "trunk")
            series.marker.format.line.color.rgb = _rgb("text1" if filled else "trunk")


def _bare(chart) -> None:
    """A chart without anything but its data: what is around it are parts of the slide."""
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(9)
    for axis in (chart.category_axis, chart.value_axis):
        axis.has_major_gridlines = axis.has_minor_gridlines = False
        axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
        axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
        axis.format.line.fill.background()
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    whole = "".join(f'<c:{name} val="{value}"/>' for name, value in (("x", 0), ("y", 0), ("w", 1), ("h", 1)))
    modes = '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
    area.insert(0, parse_xml(f"<c:layout {nsdecls('c')}><c:manualLayout>{modes}{whole}</c:manualLayout></c:layout>"))


def _plain_shape(shape) -> None:
    """No shadow, and nothing else of the theme's."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _rgb(name: str) -> RGBColor:
    return RGBColor.from_string(getattr(colours(), name).removeprefix("#"))


def _set_theme_fonts(slides: Slides) -> None:
    """The theme's fonts for Latin and Chinese texts, so that every text that is added later has them too."""
    for master in slides.slide_masters:
        part = master.part.part_related_by(_THEME)
        theme = etree.fromstring(part.blob)
        for kind in ("majorFont", "minorFont"):
            for fonts in theme.iter(qn(f"a:{kind}")):
                fonts.find(qn("a:latin")).set("typeface", LATIN)
                fonts.find(qn("a:ea")).set("typeface", FONT)
                for font in fonts.findall(qn("a:font")):
                    if font.get("script") == "Hans":
                        font.set("typeface", FONT)
        part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
