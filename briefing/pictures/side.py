"""The column beside a map: its legend, and the worst findings or the reason."""

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from briefing.pictures.canvas import Box
from briefing.pictures.closeup import site_marks
from briefing.pictures.fonts import fitted, width_mm, wrapped
from briefing.pictures.found import cased, diamonds, hatched, unknown_line
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import Size
from briefing.pictures.words import disc, disc_mm
from metrics.assessment import Assessment
from metrics.listing import found_of_due
from texts import say

_MM_PER_POINT = 25.4 / 72
_SIGN_MM = 9.0
_LINE = 1.55  # of the size of the type, from line to line


class Column:
    """
    A column of words and signs, filled from the top.

    Parameters
    ----------
    panel
        The map beside it, whose signs the legend repeats.
    page
        The type of the sheet.
    box
        Its room, mm.
    """

    def __init__(self, panel: Panel, page: Size, box: Box):
        self.panel, self.page, self.canvas = panel, page, panel.canvas
        self.left, self.bottom, self.right, self.top = box

    @property
    def width(self) -> float:
        """From left to right, mm."""
        return self.right - self.left

    def room_for(self, lines: float, points: float) -> bool:
        """Whether so many lines of that size still fit."""
        return self.top - lines * points * _MM_PER_POINT * _LINE >= self.bottom

    def heading(self, text: str) -> None:
        """A heading above a hairline."""
        points = self.page.text
        self.top -= points * _MM_PER_POINT * 1.1
        self.canvas.text(self.left, self.top, text, points, self.panel.look.text1, bold=True)
        self.top -= 1.4
        self.canvas.rule((self.left, self.top), (self.right, self.top), self.panel.look.line, 0.25)
        self.top -= 0.7

    def paragraph(self, text: object, *, colour: str, most: int) -> None:
        """Words in as many lines as they need; nothing for a missing text."""
        if not isinstance(text, str):
            return
        points = self.page.note
        step = points * _MM_PER_POINT * _LINE
        room = max(1, int((self.top - self.bottom) / step))
        for line in wrapped(text, self.width, points, most=min(most, room)):
            self.top -= step
            self.canvas.text(self.left, self.top + 0.25 * step, line, points, colour)

    def gap(self, lines: float = 0.7) -> None:
        """Some room."""
        self.top -= lines * self.page.note * _MM_PER_POINT * _LINE

    def legend(self, rows: Sequence[tuple[str, str]], *, columns: int = 1) -> None:
        """Signs with what they mean: form (see ``draw_sign``) and text."""
        points = self.page.note
        step = points * _MM_PER_POINT * 1.9
        wide = self.width / columns
        for k, (form, text) in enumerate(rows):
            if k % columns == 0:
                self.top -= step
            x, y = self.left + (k % columns) * wide, self.top + 0.5 * step
            draw_sign(self.panel, form, x, y)
            said = fitted(text, wide - _SIGN_MM - 2.0, points)
            self.canvas.text(x + _SIGN_MM + 1.6, y - 0.36 * points * _MM_PER_POINT, said, points, self.panel.look.text1)

    def worst(self, listed: gpd.GeoDataFrame, assessment: Assessment) -> None:
        """The worst findings, numbered as on the map: name, found / due, where, who answers."""
        for number, row in enumerate(listed.itertuples(), start=1):
            if not self.room_for(2.9, self.page.note):
                return
            self._worst(number, row, assessment)

    def _worst(self, number: int, row, assessment: Assessment) -> None:
        look, text, note = self.panel.look, self.page.text, self.page.note
        radius = disc_mm(note)
        start = self.left + 2 * radius + 2.0
        high = 0.95 * text * _MM_PER_POINT * _LINE
        base = self.top - 0.72 * high
        disc(self.panel, self.left + radius, base + 0.36 * text * _MM_PER_POINT, number, note)
        count = found_of_due(row, assessment)
        self.canvas.text(self.right, base, count, text, look.fail, bold=True, at="right")
        room = self.right - start - width_mm(count, text, True) - 2.0
        self.canvas.text(start, base, fitted(str(row.subject_name), room, text), text, look.text1)
        unit = row.unit if isinstance(row.unit, str) and row.unit else say("pictures.worst.no_unit")
        where = fitted(say("pictures.worst.where", where=row.where, unit=unit), self.right - start, note)
        low = base - note * _MM_PER_POINT * 1.45
        self.canvas.text(start, low, where, note, look.text2)
        self.top = low - 0.62 * note * _MM_PER_POINT
        self.canvas.rule((self.left, self.top), (self.right, self.top), look.line, 0.2)
        self.top -= 0.6


def draw_sign(panel: Panel, form: str, x: float, y: float) -> None:
    """One sign of the legend, ``_SIGN_MM`` wide, with the middle of its left side there (mm)."""
    canvas, look = panel.canvas, panel.look
    middle = np.array([[x + _SIGN_MM / 2, y]])
    line = np.array([shapely.LineString([(x, y), (x + _SIGN_MM, y)])])
    patch = np.array([shapely.box(x + 1.2, y - 1.25, x + _SIGN_MM - 1.2, y + 1.25)])
    signs: dict[str, Callable[[], None]] = {
        "stretch": lambda: cased(canvas, line, panel.width("stretch"), panel),
        "unknown_line": lambda: unknown_line(canvas, line, panel.width("stretch"), panel),
        "diamond": lambda: diamonds(canvas, middle, min(1.9, panel.width("diamond")), panel),
        "hatched": lambda: hatched(canvas, middle, 1.45, panel),
        "counted": lambda: site_marks(panel, shapely.points(middle), 1.1, counted=True, clip=_around(x, y)),
        "rejected": lambda: site_marks(panel, shapely.points(middle), 1.1, counted=False, clip=_around(x, y)),
        "walk": lambda: _bracket(panel, x, y),
        "sight": lambda: canvas.lines(line, look.pass_, 1.5 * panel.px),
        "outline": lambda: canvas.lines(line, look.text1, 1.5 * panel.px, dashes_mm=(1.0, 0.8), cap="butt"),
        "border": lambda: canvas.lines(line, look.border, 0.42, dashes_mm=(0.01, 0.75)),
        "view": lambda: canvas.fill(patch, look.sea, edgecolor=look.pass_, linewidth=0.4),
        "building": lambda: canvas.fill(patch, look.building),
        "green": lambda: canvas.fill(patch, look.green),
        "sea": lambda: canvas.fill(patch, look.sea),
    }
    for kind in ("lane", "secondary", "trunk", "ring"):
        signs[kind] = lambda kind=kind: canvas.lines(line, getattr(look, kind), panel.width(kind), cap="butt")
    signs[form]()


def _around(x: float, y: float) -> Box:
    return x, y - 5, x + _SIGN_MM, y + 5


def _bracket(panel: Panel, x: float, y: float) -> None:
    shape = [(x, y - 0.9), (x, y + 0.6), (x + _SIGN_MM, y + 0.6), (x + _SIGN_MM, y - 0.9)]
    panel.canvas.lines(np.array([shapely.LineString(shape)]), panel.look.fail, 2.4 * panel.px, cap="butt")
