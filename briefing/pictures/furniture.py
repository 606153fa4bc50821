"""What every map carries in its corners: scale bar, north arrow, the demo mark; and the frame around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from briefing.pictures.canvas import Box, Canvas
from briefing.pictures.fonts import width_mm
from briefing.pictures.panel import Panel
from look.tokens import colours
from texts import numbers, say

_MM_PER_POINT = 25.4 / 72
_GAP_MM = 1.6
_LONGEST_BAR_MM, _BAR_SHARE = 45.0, 0.28
_CORNERS = {"left bottom": 0, "right top": 1, "right bottom": 2, "left top": 3}


@dataclass(frozen=True)
class _Plate:
    """Something for a corner: its size (mm), the corner it likes best, and what draws it into its box."""

    wide: float
    high: float
    likes: str
    draw: Callable[[Box], None]


def corner_plates(panel: Panel, note: float, clear: np.ndarray, *, demo: bool) -> list[Box]:
    """
    Scale bar, north arrow and, where asked for, the demo mark, each in the corner where it covers least of ``clear``.

    Parameters
    ----------
    panel
        The map, drawn but for its words.
    note
        The size of words, points.
    clear
        What should not be covered: polygons, mm.
    demo
        Whether the demo mark stands on the map itself.

    Returns
    -------
    list
        The room they take, mm.
    """
    plates = [_scale_bar(panel, note), _north_arrow(panel, note)]
    if demo:
        plates.append(_demo(panel.canvas, note))
    free, boxes = dict(_CORNERS), []
    for plate in plates:
        order = sorted(free, key=lambda corner: (corner != plate.likes, free[corner]))
        covers = [
            shapely.area(shapely.intersection(clear, shapely.box(*_box(panel, plate, one)))).sum() for one in order
        ]
        corner = order[int(np.argmin(np.round(covers, 3)))]
        free.pop(corner)
        box = _box(panel, plate, corner)
        plate.draw(box)
        boxes.append(box)
    return boxes


def _box(panel: Panel, plate: _Plate, corner: str) -> Box:
    across, up = corner.split()
    left, bottom, right, top = panel.box
    x = left + _GAP_MM if across == "left" else right - _GAP_MM - plate.wide
    y = bottom + _GAP_MM if up == "bottom" else top - _GAP_MM - plate.high
    return x, y, x + plate.wide, y + plate.high


def _scale_bar(panel: Panel, note: float) -> _Plate:
    look, canvas = panel.look, panel.canvas
    width = panel.box[2] - panel.box[0]
    metres, bar_mm = panel.scale_bar(min(_BAR_SHARE * width, _LONGEST_BAR_MM))
    said = numbers.metres(metres) if metres < 1000 else say("numbers.kilometres", number=f"{metres / 1000:g}")

    def draw(box: Box) -> None:
        canvas.box(box, look.bg, alpha=0.88)
        x, y = box[0] + 2.2, box[1] + 0.36 * (box[3] - box[1])
        bar = [[(x, y + 1.1), (x, y), (x + bar_mm, y), (x + bar_mm, y + 1.1)]]
        canvas.lines(shapely.linestrings(bar), look.text1, 0.3, cap="butt")
        canvas.text(x + bar_mm + 1.6, box[1] + 0.34 * (box[3] - box[1]), said, note, look.text1)

    return _Plate(bar_mm + width_mm(said, note) + 6.5, 1.9 * note * _MM_PER_POINT, "left bottom", draw)


def _north_arrow(panel: Panel, note: float) -> _Plate:
    look, canvas = panel.look, panel.canvas
    high, half, letters = 0.85 * note, 0.22 * note, 1.25 * note * _MM_PER_POINT

    def draw(box: Box) -> None:
        canvas.box(box, look.bg, alpha=0.75)
        x, middle = (box[0] + box[2]) / 2, box[3] - 0.8 - high / 2
        shape = np.array([[0, 0.5], [0.5, -0.5], [0, -0.27], [-0.5, -0.5]]) * [2 * half, high]
        turn = np.radians(panel.north_deg)
        turned = shape @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        canvas.fill(np.array([shapely.Polygon(turned + np.array((x, middle)))]), look.text2)
        canvas.text(x, box[1] + 0.25 * letters, say("pictures.north"), note, look.text2, at="middle")

    return _Plate(2 * half + 3.0, high + letters + 1.8, "right top", draw)


def _demo(canvas: Canvas, note: float) -> _Plate:
    wide, high = demo_size(note)

    def draw(box: Box) -> None:
        canvas.box(box, colours("light").bg, alpha=0.9)
        demo_mark(canvas, box[2], box[3], note)

    return _Plate(wide, high, "right bottom", draw)


def frame(panel: Panel) -> None:
    """The hairline around a map."""
    panel.canvas.fill(np.array([shapely.box(*panel.box)]), "none", edgecolor=panel.look.line, linewidth=0.6)


def demo_size(points: float) -> tuple[float, float]:
    """How wide and high the demo mark is, mm."""
    return width_mm(say("pictures.demo"), points) + 3.6, 1.85 * points * _MM_PER_POINT


def demo_mark(canvas: Canvas, right: float, top: float, points: float) -> None:
    """The dashed frame 演示数据 with its upper right corner there."""
    look = colours("light")
    wide, high = demo_size(points)
    edge = np.array([shapely.boundary(shapely.box(right - wide, top - high, right, top))])
    canvas.lines(edge, look.text1, 0.25, dashes_mm=(1.0, 0.7), cap="butt")
    canvas.text(right - wide / 2, top - 0.67 * high, say("pictures.demo"), points, look.text1, at="middle")
