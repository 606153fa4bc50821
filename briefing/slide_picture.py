"""Laid-out slides as pictures, for a look before the file is made; drawn here, without an office program."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from briefing.pictures.fonts import drawable, font_file
from briefing.slide_parts import HIGH, WIDE, Bars, Cell, Disc, Dots, Line, Page, Picture, Shape, Table, Words
from look.tokens import colours

_HEAD_H = 44
_FINER = 2  # drawn larger first, so that edges are smooth


def slide_png(page: Page, *, wide: int = 1280) -> bytes:
    """A page as a PNG of so many pixels' width."""
    image = Image.new("RGB", (_FINER * wide, round(_FINER * wide * HIGH / WIDE)), colours().bg)
    brush = _Brush(image, _FINER * wide / WIDE)
    for part in page.parts:
        brush.draw(part)
    file = BytesIO()
    image.reduce(_FINER).save(file, "PNG")
    return file.getvalue()


class _Brush:
    """Draws parts onto a picture."""

    def __init__(self, image: Image.Image, scale: float):
        self._image, self._scale, self._pen = image, scale, ImageDraw.Draw(image)
        self._draw = {
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
        """Draw one part."""
        self._draw[type(part)](part)

    def _words(self, part: Words) -> None:
        fonts = [_font(self._px(run.size or part.size), run.bold) for run in part.runs]
        texts = [drawable(run.text) for run in part.runs]
        wide = sum(font.getlength(text) for font, text in zip(fonts, texts, strict=True))
        room = part.w * self._scale
        x = part.x * self._scale + {"left": 0, "right": room - wide, "centre": (room - wide) / 2}[part.align]
        y = (part.y + part.h / 2 + 0.36 * part.size) * self._scale
        for run, font, text in zip(part.runs, fonts, texts, strict=True):
            self._pen.text((x, y), text, font=font, fill=_colour(run.colour), anchor="ls")
            x += font.getlength(text)

    def _line(self, part: Line) -> None:
        ends = [part.x * self._scale, part.y * self._scale, part.to_x * self._scale, part.to_y * self._scale]
        self._pen.line(ends, fill=_colour(part.colour), width=max(round(part.width * self._scale), 1))

    def _shape(self, part: Shape) -> None:
        points = [(x * self._scale, y * self._scale) for x, y in part.points]
        if part.fill is not None:
            self._pen.polygon(points, fill=_colour(part.fill))
        if part.line is not None:
            wide = max(round(part.width * self._scale), 1)
            for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[0]], strict=True):
                self._edge(x, y, to_x, to_y, _colour(part.line), wide, dashed=part.dashed)

    def _edge(self, x, y, to_x, to_y, colour: str, wide: int, *, dashed: bool) -> None:
        length = max(abs(to_x - x), abs(to_y - y), 1)
        steps = max(int(length / 6), 1) if dashed else 1
        for number in range(0, steps, 2):
            start, end = number / steps, (number + 1) / steps
            ends = [x + (to_x - x) * start, y + (to_y - y) * start, x + (to_x - x) * end, y + (to_y - y) * end]
            self._pen.line(ends, fill=colour, width=wide)

    def _disc(self, part: Disc) -> None:
        x, y, r = part.x * self._scale, part.y * self._scale, part.r * self._scale
        self._pen.ellipse([x - r, y - r, x + r, y + r], fill=_colour("text1"))
        self._pen.text((x, y), str(part.number), font=_font(round(1.2 * r), True), fill=_colour("bg"), anchor="mm")

    def _picture(self, part: Picture) -> None:
        size = (round(part.w * self._scale), round(part.h * self._scale))
        with Image.open(BytesIO(part.png)) as picture:
            self._image.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), self._at(part.x, part.y))

    def _table(self, part: Table) -> None:
        y = part.y
        heads = tuple(Cell(text, "text3") for text in part.head)
        for number, row in enumerate((heads, *part.rows)):
            high = part.row_h if number else _HEAD_H
            size = part.size if number else part.size - 3
            x = part.x
            for place, (cell, width) in enumerate(zip(row, part.widths, strict=True)):
                self._cell(cell, x, y + high / 2, width, size, end=place in part.right)
                x += width
            y += high
            self._line(Line(part.x, y, x, y, "line" if number else "trunk"))

    def _cell(self, cell: Cell, x: float, y: float, width: float, size: float, *, end: bool) -> None:
        at = ((x + width - 6) if end else x + 6) * self._scale
        font = _font(self._px(size), cell.bold)
        place = (at, (y + 0.36 * size) * self._scale)
        self._pen.text(place, drawable(cell.text), font=font, fill=_colour(cell.colour), anchor="rs" if end else "ls")

    def _bars(self, part: Bars) -> None:
        most = max(map(sum, zip(part.first, part.second, strict=True)), default=1) or 1
        for number, (first, second) in enumerate(zip(part.first, part.second, strict=True)):
            top = part.y + (number + 0.3) * part.row_h
            middle, end = part.x + part.w * first / most, part.x + part.w * (first + second) / most
            for start, stop, colour in ((part.x, middle, "text2"), (middle, end, "secondary")):
                if stop > start:
                    box = [start, top, stop, top + 0.4 * part.row_h]
                    self._pen.rectangle([value * self._scale for value in box], fill=_colour(colour))

    def _dots(self, part: Dots) -> None:
        for number, (value, was) in enumerate(zip(part.values, part.before, strict=True)):
            y = part.y + (number + 0.5) * part.row_h
            self._line(Line(part.x, y, part.x + part.w, y, "line", 2))
            for score, filled in ((was, False), (value, True)):
                if score is None:
                    continue
                x = part.x + part.w * (score - part.low) / (part.high - part.low)
                r = 10 * self._scale
                x, at = x * self._scale, y * self._scale
                self._pen.ellipse([x - r, at - r, x + r, at + r], fill=_colour("text1" if filled else "trunk"))

    def _at(self, x: float, y: float) -> tuple[int, int]:
        return round(x * self._scale), round(y * self._scale)

    def _px(self, size: float) -> int:
        return max(round(size * self._scale), 5)


@cache
def _font(px: int, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(bold)), px)


def _colour(name: str) -> str:
    return getattr(colours(), name)
