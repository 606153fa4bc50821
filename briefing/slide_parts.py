"""What a slide is made of: a page of 1920 × 1080 on which words, lines, tables and charts have their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from briefing.office_files import plain
from briefing.pictures.fonts import drawable, fitted, width_mm, wrapped

WIDE, HIGH = 1920, 1080
_MM_PER_PX = 25.4 / 96
_POINTS_PER_PX = 0.75
_BEFORE_UNIT = re.compile("(?<=[0-9])[ \u00a0](?=米|公里|万元|万处|处)")
_HAN, _OTHER = "[\u3400-\u9fff]", "[0-9A-Za-z%]"
_EDGE = re.compile(f"(?<={_HAN})(?={_OTHER})|(?<={_OTHER})(?={_HAN})")
_EDGE_GAP = 0.25  # of the size: what office programs put between Chinese and other signs
_LEAST = 0.72  # how much smaller than usual a text may get before it is cut


@dataclass(frozen=True)
class Run:
    """Words of one look; ``size`` in pixels, 0 for that of the line."""

    text: str
    colour: str = "text1"
    bold: bool = False
    size: float = 0


@dataclass(frozen=True)
class Words:
    """A line of words in a box; pixels. ``y`` is the upper edge of the line."""

    x: float
    y: float
    w: float
    runs: tuple[Run, ...]
    size: float
    align: str = "left"
    title: bool = False

    @property
    def h(self) -> float:
        """The height of the line."""
        return 1.5 * max(self.size, *(run.size for run in self.runs)) if self.runs else 1.5 * self.size


@dataclass(frozen=True)
class Line:
    """A straight line; pixels."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: str = "line"
    width: float = 1.5


@dataclass(frozen=True)
class Shape:
    """A filled polygon; pixels; ``dashed`` is an outline alone."""

    points: tuple[tuple[float, float], ...]
    fill: str | None
    line: str | None = None
    width: float = 1.5
    dashed: bool = False


@dataclass(frozen=True)
class Disc:
    """A number in a filled circle; pixels."""

    x: float
    y: float
    r: float
    number: int


@dataclass(frozen=True)
class Picture:
    """A PNG in a box that it fills; pixels."""

    x: float
    y: float
    w: float
    h: float
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    text: str
    colour: str = "text1"
    bold: bool = False


@dataclass(frozen=True)
class Table:
    """A ruled table; pixels; its texts fit their columns. ``right`` are places of columns of numbers."""

    x: float
    y: float
    widths: tuple[float, ...]
    row_h: float
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    size: float = 20
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Bars:
    """Horizontal bars from 0, a row for each name; ``second`` follows on ``first``. Pixels."""

    x: float
    y: float
    w: float
    row_h: float
    names: tuple[str, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    first_title: str
    second_title: str


@dataclass(frozen=True)
class Dots:
    """Values as dots on a line from ``low`` to ``high``, a row for each name; pale ones are those before. Pixels."""

    x: float
    y: float
    w: float
    row_h: float
    names: tuple[str, ...]
    values: tuple[float | None, ...]
    before: tuple[float | None, ...]
    low: float
    high: float
    title: str
    before_title: str


Part = Words | Line | Shape | Disc | Picture | Table | Bars | Dots


@dataclass(frozen=True)
class Page:
    """A slide: its title for the outline, and its parts from back to front."""

    title: str
    parts: tuple[Part, ...]
    cover: bool = False


def words(
    x: float,
    y: float,
    w: float,
    text: str | Sequence[Run],
    size: float,
    *,
    colour: str = "text1",
    bold: bool = False,
    align: str = "left",
    title: bool = False,
) -> Words:
    """A line that fits its box: a text that is too wide is set smaller, in the end cut off with …."""
    if not isinstance(text, str):
        return Words(x, y, w, tuple(replace(run, text=_spaced(run.text)) for run in text), size, align)
    text, size = fit(text, w, size, bold)
    return Words(x, y, w, (Run(text, colour, bold),), size, align, title)


def _set(text: object) -> str:
    """A plain text without a space between a number and its unit: programs set a gap there themselves."""
    return _BEFORE_UNIT.sub("", plain(text))


def _spaced(text: str) -> str:
    """A plain text that keeps the space before it."""
    return (" " if text.startswith(" ") else "") + _set(text)


def fit(text: str, w: float, size: float, bold: bool = False) -> tuple[str, float]:
    """A text and the size, pixels, in which it fits a width; of the smallest size as much as fits."""
    text = _set(text)
    wide = text_width(text, size, bold)
    if wide <= w:
        return text, size
    small = max(size * w / wide * 0.99, size * _LEAST)
    if text_width(text, small, bold) <= w:
        return text, small
    return _as_much(text, w, small, bold), small


def fit_lines(text: str, w: float, size: float, *, most: int) -> list[str]:
    """A text in at most so many lines of a width, pixels; of what is longer as much as fits."""
    text = _set(text)
    room = w * (1 - _gaps(text, size) / max(text_width(text, size), 1))
    return wrapped(text, room * _MM_PER_PX, size * _POINTS_PER_PX, most=most)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is on a slide, pixels, measured by the font that pictures use."""
    return width_mm(drawable(text), size * _POINTS_PER_PX, bold) / _MM_PER_PX + _gaps(text, size)


def _gaps(text: str, size: float) -> float:
    return _EDGE_GAP * size * len(_EDGE.findall(text))


def _as_much(text: str, w: float, size: float, bold: bool) -> str:
    """The beginning of a text that fits a width, pixels, with …."""
    room = w
    line = fitted(text, room * _MM_PER_PX, size * _POINTS_PER_PX, bold)
    while text_width(line, size, bold) > w and room > size:
        room -= size / 2
        line = fitted(text, room * _MM_PER_PX, size * _POINTS_PER_PX, bold)
    return line


def table(
    x: float,
    y: float,
    widths: Sequence[float],
    row_h: float,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    size: float = 20,
    right=(),
) -> Table:
    """A table whose texts are cut to their columns."""
    room = [width - 16 for width in widths]
    fitting = tuple(
        tuple(
            Cell(cut(cell.text, wide, size, cell.bold), cell.colour, cell.bold)
            for cell, wide in zip(row, room, strict=True)
        )
        for row in rows
    )
    heads = tuple(cut(text, wide, size - 3) for text, wide in zip(head, room, strict=True))
    return Table(x, y, tuple(widths), row_h, heads, fitting, size, frozenset(right))


def cut(text: str, w: float, size: float, bold: bool = False) -> str:
    """As much of a text as fits a width, pixels."""
    text = _set(text)
    return text if text_width(text, size, bold) <= w else _as_much(text, w, size, bold)
