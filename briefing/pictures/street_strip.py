"""The strip of a street below its close-up: its sites, what fails, and the count of a walk from every start."""

import numpy as np
import shapely

from briefing.pictures.canvas import Box
from briefing.pictures.closeup import Subject
from briefing.pictures.fonts import width_mm
from briefing.pictures.found import cased
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import Size
from metrics.why import Strip
from texts import numbers, say

_MM_PER_POINT = 25.4 / 72
_MARGIN_M = 500.0
_TICKS = (1, 2, 5)
_MOST_TICKS = 9


def draw_strip(panel: Panel, subject: Subject, box: Box, page: Size, gap) -> None:
    """
    The strip of ``subject`` into ``box``: positions along the street, metres from its start.

    Above bars for sites (hollow ones do not count), the street with its failing stretches and the worst walk; below
    how many sites a walk from each start meets, with the number asked for dashed and only failing starts filled.

    Parameters
    ----------
    gap
        Its ``from_m`` and ``to_m`` say which part is shown, with 500 m on both sides; the whole street when missing.
    """
    strip = subject.strip
    axis = _Axis.of(strip, gap, box, page)
    top = box[3] - 3.0 - page.note * _MM_PER_POINT
    street_y = top - 0.20 * (box[3] - box[1])
    _sites(panel, strip, axis, street_y + 2.4, page)
    _street(panel, strip, axis, street_y)
    if subject.walk is not None:
        _walk(panel, subject, axis, street_y - 2.6)
    if strip.window_m is not None and strip.last_start_m > 0:
        _counts(panel, strip, axis, (box[0], box[1] + 4.2 * page.note / 7.5, box[2], street_y - 9.5), page)
    _positions(panel, axis, box[1], page)


class _Axis:
    """Positions on a street (metres) as places on the page (mm)."""

    def __init__(self, low: float, high: float, left: float, right: float):
        self.low, self.high, self.left, self.right = low, max(high, low + 1.0), left, right

    @classmethod
    def of(cls, strip: Strip, gap, box: Box, page: Size) -> "_Axis":
        low, high = 0.0, strip.length_m
        from_m = getattr(gap, "from_m", None)
        if from_m is not None and np.isfinite(from_m):
            low, high = max(low, from_m - _MARGIN_M), min(high, gap.to_m + _MARGIN_M)
        indent = width_mm(say("pictures.closeup.sites"), page.note) + 2.0
        return cls(low, high, box[0] + indent, box[2] - 1.0)

    def at(self, metres: np.ndarray | float) -> np.ndarray | float:
        """Where a position stands, mm."""
        return self.left + (np.clip(metres, self.low, self.high) - self.low) / (self.high - self.low) * self.length

    @property
    def length(self) -> float:
        """Of the axis, mm."""
        return self.right - self.left

    def shows(self, metres: np.ndarray) -> np.ndarray:
        """Which positions are in view."""
        return (metres >= self.low) & (metres <= self.high)

    def ticks(self) -> np.ndarray:
        """Round positions, not more than fit."""
        span = self.high - self.low
        power = 10.0 ** np.floor(np.log10(span / _MOST_TICKS))
        step = next(t * power for t in (*_TICKS, 10) if span / (t * power) <= _MOST_TICKS)
        return np.arange(np.ceil(self.low / step), np.floor(self.high / step) + 1) * step


def _sites(panel: Panel, strip: Strip, axis: _Axis, y: float, page: Size) -> None:
    look, canvas = panel.look, panel.canvas
    canvas.text(axis.left - 2.0, y + 0.8, say("pictures.closeup.sites"), page.note, look.text2, at="right")
    sites = strip.sites[axis.shows(strip.sites["at_m"].to_numpy(dtype=float))]
    counted = sites["counted"].to_numpy(dtype=bool)
    x = np.asarray(axis.at(sites["at_m"].to_numpy(dtype=float)))
    for mask, half, fill in ((~counted, 0.55, look.bg), (counted, 0.38, look.text1)):
        bars = shapely.box(x[mask] - half, y, x[mask] + half, y + 3.4)
        canvas.fill(bars, fill, edgecolor=look.text1, linewidth=0.0 if fill == look.text1 else 0.7)
    rejected = sites[~counted].sort_values("at_m", kind="stable")
    points = page.note - 0.5
    reached = [axis.left, axis.left]
    for at, text in zip(axis.at(rejected["at_m"].to_numpy(dtype=float)), rejected["reason"], strict=True):
        half = width_mm(text, points) / 2 + 0.6
        middle = min(max(at, axis.left + half), axis.right - half)
        lane = next((k for k, end in enumerate(reached) if middle - half >= end), None)
        if lane is not None:
            reached[lane] = middle + half
            low = y + 4.4 + lane * 1.15 * points * _MM_PER_POINT
            canvas.text(middle, low, text, points, look.text1, at="middle")


def _street(panel: Panel, strip: Strip, axis: _Axis, y: float) -> None:
    look, canvas = panel.look, panel.canvas
    canvas.rule((axis.left, y), (axis.right, y), look.trunk, 1.5)
    stretches = [(axis.at(a), axis.at(b)) for a, b in strip.gaps if b > axis.low and a < axis.high]
    if stretches:
        lines = shapely.linestrings([[(a, y), (b, y)] for a, b in stretches])
        cased(canvas, lines, 1.15, panel)


def _walk(panel: Panel, subject: Subject, axis: _Axis, y: float) -> None:
    walk, colour = subject.walk, panel.look.fail if subject.verdict.status == "fail" else panel.look.text1
    a, b = axis.at(walk.from_m), axis.at(walk.to_m)
    bracket = [(a, y + 1.1), (a, y), (b, y), (b, y + 1.1)]
    panel.canvas.lines(np.array([shapely.LineString(bracket)]), colour, 0.45, cap="butt")


def _counts(panel: Panel, strip: Strip, axis: _Axis, box: Box, page: Size) -> None:
    look, canvas = panel.look, panel.canvas
    starts = np.append(strip.starts_m, strip.last_start_m)
    counts = np.append(strip.counts, strip.counts[-1])
    top = max(strip.need, int(counts.max())) + 1
    high = box[3] - box[1]

    def y(count) -> np.ndarray | float:
        return box[1] + np.asarray(count) / top * high

    unit = say(f"coverage.strip.units.{strip.unit}")
    title = say(
        "pictures.closeup.strip",
        window=numbers.metres(strip.window_m),
        unit=unit,
        title=strip.title,
        need=numbers.whole(strip.need),
    )
    canvas.text(axis.left, box[3] + 1.6, title, page.note, look.text2)
    for count in sorted({0, strip.need, top}):
        canvas.rule((axis.left, float(y(count))), (axis.right, float(y(count))), look.line, 0.2)
        if count != strip.need and abs(float(y(count) - y(strip.need))) < page.note * _MM_PER_POINT:
            continue
        low = float(y(count)) - 0.36 * page.note * _MM_PER_POINT
        canvas.text(axis.left - 2.0, low, str(count), page.note, look.text2, at="right")
    for start, end in strip.failing:
        if end < axis.low or start > axis.high:
            continue
        inside = starts[(starts > start) & (starts < end)]
        edges = np.concatenate(([start], inside, [end]))
        level = counts[np.clip(np.searchsorted(strip.starts_m, edges[:-1], side="right") - 1, 0, None)]
        x = np.asarray(axis.at(np.repeat(edges, 2)[1:-1]))
        outline = [
            *zip(x, y(np.repeat(level, 2)), strict=True),
            (axis.at(end), y(strip.need)),
            (axis.at(start), y(strip.need)),
        ]
        area = shapely.Polygon(outline)
        if area.area > 0:
            canvas.fill(np.array([area]), look.fail, alpha=0.85)
    seen = np.flatnonzero((starts[1:] >= axis.low) & (starts[:-1] <= axis.high))
    if len(seen):
        x = np.asarray(axis.at(np.column_stack((starts[seen], starts[seen + 1])).ravel()))
        line = shapely.LineString(np.column_stack((x, y(np.repeat(counts[seen], 2)))))
        canvas.lines(np.array([line]), look.text1, 0.35, cap="butt")
    need = [(axis.left, float(y(strip.need))), (axis.right, float(y(strip.need)))]
    canvas.lines(np.array([shapely.LineString(need)]), look.text1, 0.25, dashes_mm=(1.2, 0.9), cap="butt")


def _positions(panel: Panel, axis: _Axis, bottom: float, page: Size) -> None:
    """Round positions below, and what they are."""
    said = say("pictures.closeup.axis")
    low = bottom + 0.15 * page.note * _MM_PER_POINT
    panel.canvas.text(axis.right, low, said, page.note, panel.look.text2, at="right")
    limit = axis.right - width_mm(said, page.note) - 2.0
    for metres in axis.ticks():
        x, text = float(axis.at(metres)), numbers.whole(metres)
        half = width_mm(text, page.note) / 2
        if x + half <= limit and x - half >= axis.left - half - 0.1:
            panel.canvas.rule((x, low + 3.0 * page.note / 7.5), (x, low + 3.8 * page.note / 7.5), panel.look.text3, 0.2)
            panel.canvas.text(x, low, text, page.note, panel.look.text2, at="middle")
