"""Where words stand on a map: no two on each other, none on what fails where there is any other room."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from briefing.pictures.canvas import Box
from briefing.pictures.fonts import drawable, width_mm

_MM_PER_POINT = 25.4 / 72
LINE_HEIGHT = 1.18  # of the size of the type
_PADDING_MM = 0.5
_COVERS = 5.0  # what covering one more thing that fails costs, for a label that finds no other room


@dataclass(frozen=True)
class Spot:
    """Where a label may stand: its middle (mm), its turn in degrees against the clock, and how unwelcome that is."""

    x: float
    y: float
    turn: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True)
class Label:
    """
    Words that want to stand on the map.

    Attributes
    ----------
    rows
        Each line of text with its size in points and whether it is bold.
    spots
        Where it may stand.
    must
        Whether it stands on something that fails rather than nowhere; never on another label.
    width_mm, height_mm
        Its size where the rows do not tell it.
    key
        For whoever asked for it.
    """

    rows: tuple[tuple[str, float, bool], ...]
    spots: Sequence[Spot]
    must: bool = False
    width_mm: float = 0.0
    height_mm: float = 0.0
    key: object = None

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its width and height with some room around."""
        if self.width_mm:
            return self.width_mm, self.height_mm
        wide = max(width_mm(drawable(text), points, bold) for text, points, bold in self.rows)
        high = sum(points * _MM_PER_POINT * LINE_HEIGHT for _, points, _ in self.rows)
        return wide + 2 * _PADDING_MM, high + _PADDING_MM


@dataclass(frozen=True)
class Placed:
    """A label at its spot, with the box it takes on the page (mm)."""

    label: Label
    spot: Spot
    box: shapely.Polygon


def place(
    labels: Sequence[Label], frame: Box, *, failing: np.ndarray, taken: Sequence[shapely.Geometry] = ()
) -> list[Placed]:
    """
    The labels that find room, in the order in which they were given: what comes first chooses first.

    Parameters
    ----------
    labels
        What wants to stand on the map.
    frame
        No label reaches beyond it, mm.
    failing
        What should not be covered: failing stretches with their width, marks (polygons, mm).
    taken
        What must not be covered: plates, legends (polygons, mm).
    """
    tree = shapely.STRtree(failing)
    boxes, placed = list(taken), []
    for label in labels:
        if not label.spots:
            continue
        candidates = _boxes(label)
        cost = np.array([spot.cost for spot in label.spots])
        free = shapely.covered_by(candidates, shapely.box(*frame))
        if boxes:
            hit, _ = shapely.STRtree(boxes).query(candidates, predicate="intersects")
            free[hit] = False
        covering, _ = tree.query(candidates, predicate="intersects")
        clean = free.copy()
        clean[covering] = False
        if clean.any() or not label.must:
            free = clean
        else:
            cost = cost + _COVERS * np.bincount(covering, minlength=len(cost))
        if not free.any():
            continue
        best = int(np.argmin(np.where(free, cost, np.inf)))
        placed.append(Placed(label, label.spots[best], candidates[best]))
        boxes.append(candidates[best])
    return placed


def _boxes(label: Label) -> np.ndarray:
    """The turned box of a label at each of its spots."""
    wide, high = label.size_mm
    corners = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]]) / 2
    turn = np.radians([spot.turn for spot in label.spots])
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x = corners[:, 0] * cos - corners[:, 1] * sin + np.array([spot.x for spot in label.spots])[:, None]
    y = corners[:, 0] * sin + corners[:, 1] * cos + np.array([spot.y for spot in label.spots])[:, None]
    return shapely.polygons(np.stack((x, y), axis=-1))


def spots_around(x: float, y: float, *, steps_mm: Sequence[float], turns: int = 12) -> list[Spot]:
    """Spots around a point, the nearest first, above and to the right before the others."""
    angles = np.linspace(0, 2 * np.pi, turns, endpoint=False) + np.pi / 4
    return [
        Spot(x + step * np.cos(angle), y + step * np.sin(angle), 0.0, step / steps_mm[0] + 0.02 * turn)
        for step in steps_mm
        for turn, angle in enumerate(angles)
    ]


def spots_beside(x: float, y: float, wide: float, high: float, off_mm: float) -> list[Spot]:
    """Right, left, above and below a mark, for words of that size."""
    across, up = off_mm + wide / 2, off_mm + high / 2
    return [
        Spot(x + across, y, 0, 0),
        Spot(x - across, y, 0, 0.1),
        Spot(x, y + up, 0, 0.2),
        Spot(x, y - up, 0, 0.3),
        Spot(x + across, y + up, 0, 0.4),
        Spot(x - across, y + up, 0, 0.5),
        Spot(x + across, y - up, 0, 0.6),
        Spot(x - across, y - up, 0, 0.7),
    ]


def spots_along(
    lines: np.ndarray, wide: float, high: float, *, beside_mm: Sequence[float], most: int = 24
) -> list[Spot]:
    """
    Spots along lines (mm) for one row of words: on a piece that is nearly straight, on the line or beside it.

    Parameters
    ----------
    wide, high
        The size of the words, mm.
    beside_mm
        How far beside the line they may stand; 0 on it.
    most
        How many places along the lines are looked at.
    """
    spots: list[Spot] = []
    total = float(shapely.length(lines).sum())
    for line in lines:
        length = line.length
        if length < wide:
            continue
        tries = max(1, min(most, round(most * length / total)))
        at = wide / 2 + (length - wide) * (np.arange(tries) + 0.5) / tries
        share = np.linspace(-0.5, 0.5, 7)
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, at[:, None] + share * wide))
        points = points.reshape(tries, len(share), 2)
        chord = points[:, -1] - points[:, 0]
        span = np.hypot(*chord.T)
        normal = np.column_stack((-chord[:, 1], chord[:, 0])) / np.maximum(span, 1e-9)[:, None]
        bend = np.abs(((points - points[:, :1]) * normal[:, None]).sum(axis=2)).max(axis=1)
        angle = np.degrees(np.arctan2(chord[:, 1], chord[:, 0]))
        angle = np.where(angle > 90, angle - 180, np.where(angle <= -90, angle + 180, angle))
        middle = points.mean(axis=1)
        from_middle = np.abs(at / length - 0.5)
        for k in np.flatnonzero((bend < 0.35 * high) & (span > 0.9 * wide)):
            upright = np.cos(np.radians(angle[k]))
            for rank, off in enumerate(beside_mm):
                x, y = middle[k] + normal[k] * off
                cost = 0.6 * rank + 0.5 * from_middle[k] + bend[k] / high + 0.3 * (1 - upright)
                spots.append(Spot(float(x), float(y), float(angle[k]), float(cost)))
    return spots


def spots_within(area: shapely.Geometry, avoid: np.ndarray, *, room: float, grid: int = 16) -> list[Spot]:
    """
    Spots on a grid in the largest part of an area.

    They are dearer far from its middle, near what to avoid, and nearer to its edge than ``room``; all in one unit.
    """
    part = max(shapely.get_parts(area), key=shapely.area)
    west, south, east, north = part.bounds
    shares = (np.arange(grid) + 0.5) / grid
    x, y = np.meshgrid(west + shares * (east - west), south + shares * (north - south))
    points = shapely.points(x.ravel(), y.ravel())
    points = points[shapely.contains(part, points)]
    points = points if len(points) else np.array([part.representative_point()])
    size = np.sqrt(part.area)
    cost = 3.0 * shapely.distance(points, part.centroid) / size
    cost = cost + 3.0 * np.clip(1 - shapely.distance(points, part.exterior) / room, 0, 1)
    if len(avoid):
        away = shapely.distance(points, avoid[shapely.STRtree(avoid).nearest(points)])
        cost = cost + 1.5 * np.clip(1 - away / (0.15 * size), 0, 1)
    return [Spot(float(p.x), float(p.y), 0.0, float(c)) for p, c in zip(points, cost, strict=True)]
