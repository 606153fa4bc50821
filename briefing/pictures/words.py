"""The words on a map: numbers of the worst, names of districts and of streets, drawn where there is room."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from briefing.pictures.canvas import Box
from briefing.pictures.fonts import fitted
from briefing.pictures.found import Found, marks_of, middle_of
from briefing.pictures.ground import PaperGround, StreetNames
from briefing.pictures.labels import LINE_HEIGHT, Label, Placed, place, spots_along, spots_around, spots_within
from briefing.pictures.panel import Panel
from look.ground import ROAD_KINDS

_MM_PER_POINT = 25.4 / 72
_HALO_MM = 0.25
_LONGEST_NAME_MM = 42.0
_KIND_OF = {name: kind for kind, names in ROAD_KINDS.items() for name in names}
_RANK = {"ring": 0, "trunk": 1, "secondary": 2, "lane": 3}


def covered(panel: Panel, shown: Found) -> np.ndarray:
    """What fails, as the room it takes on the page: polygons, mm."""
    lines = panel.on_paper(panel.cut(shown.lines.geometry.to_numpy()))
    half = panel.width("stretch") / 2 + 2.5 * panel.px
    marks = panel.on_paper(panel.cut(marks_of(shown.places)))
    radius = panel.width("diamond") * 0.85
    return np.concatenate((shapely.buffer(lines, half, cap_style="flat"), shapely.buffer(marks, radius)))


def numbers_of(panel: Panel, listed: gpd.GeoDataFrame, points: float) -> list[Label]:
    """The numbers 1, 2, … beside the findings of ``listed``."""
    labels = []
    radius = disc_mm(points)
    for number, shape in enumerate(listed.geometry, start=1):
        seen = panel.cut([shape]) if shape.geom_type.endswith("LineString") else [shape]
        if not len(seen) or not panel.seen.intersects(shape):
            continue
        anchor = middle_of(shapely.union_all(seen) if len(seen) > 1 else seen[0])
        at = panel.on_paper(np.array([anchor]))[0]
        steps = radius * np.array([1.9, 2.5, 3.3, 4.4, 6.0])
        spots = spots_around(at.x, at.y, steps_mm=steps, turns=16)
        size = 2 * radius + 2 * _HALO_MM
        labels.append(Label(((str(number), points, True),), spots, True, size, size, ("number", number, (at.x, at.y))))
    return labels


def disc_mm(points: float) -> float:
    """The radius of the disc around a number of that size."""
    return 0.82 * points * _MM_PER_POINT


def districts_of(
    panel: Panel, ground: PaperGround, said: dict[str, Sequence[str]], points: float, avoid: np.ndarray
) -> list[Label]:
    """The names of districts, each with the lines below it that ``said`` gives; the largest in view first."""
    labels = []
    frame = shapely.box(*panel.box)
    for name, more in said.items():
        if name not in ground.districts:
            continue
        area = panel.on_paper(np.array([ground.districts[name]]))[0]
        seen = shapely.intersection(shapely.simplify(area, 0.2), frame)
        if seen.area < 60:
            continue
        rows = (
            (fitted(name, _LONGEST_NAME_MM, points), points, False),
            *((text, 1.15 * points, True) for text in more),
        )
        wide, _ = Label(rows, ()).size_mm
        spots = spots_within(seen, avoid, room=0.6 * wide)
        labels.append((seen.area, Label(rows, spots, True, key=("district", name))))
    return [label for _, label in sorted(labels, key=lambda pair: -pair[0])]


def streets_of(
    panel: Panel,
    names: StreetNames,
    points: float,
    *,
    first: Sequence[str] = (),
    most: int,
    lanes: bool,
    within: shapely.Geometry | None = None,
) -> list[Label]:
    """
    The names of streets in view, along their lines.

    Parameters
    ----------
    first
        Names that choose before the others.
    most
        How many names at most.
    lanes
        Whether side streets are named.
    within
        An area (metres) outside which nothing is named.
    """
    near = names.layer.tree.query(panel.seen, predicate="intersects")
    cut = shapely.clip_by_rect(names.layer.shapes[near], *panel.seen.bounds)
    if within is not None:
        cut = shapely.intersection(cut, within)
    lines = shapely.simplify(panel.on_paper(cut), 0.15)
    ranks = np.array([_RANK.get(_KIND_OF.get(class_, "lane"), 3) for class_ in names.classes[near]])
    order: dict[str, tuple] = {}
    high = points * _MM_PER_POINT * LINE_HEIGHT
    for name, line, rank in zip(names.names[near], lines, ranks, strict=True):
        if rank == 3 and not lanes and name not in first:
            continue
        best, length, shapes = order.get(name, (3, 0.0, []))
        order[name] = (min(best, rank), length + line.length, [*shapes, line])
    chosen = {name: place_ for place_, name in enumerate(dict.fromkeys(first))}
    ranked = sorted(
        order.items(), key=lambda item: (chosen.get(item[0], len(chosen)), item[1][0], -item[1][1], item[0])
    )
    labels = []
    aside = panel.width("stretch") / 2 + high / 2 + 4 * panel.px
    for name, (_, _, shapes) in ranked[: 3 * most]:
        text = fitted(name, _LONGEST_NAME_MM, points)
        label = Label(((text, points, False),), (), key=("street", name))
        wide, _ = label.size_mm
        parts = shapely.get_parts(np.array(shapes, dtype=object))
        parts = parts[shapely.length(parts) > 0]
        spots = spots_along(parts, wide, high, beside_mm=(0.0, aside, -aside))
        if spots:
            labels.append(Label(label.rows, spots, key=label.key))
    return labels


def write(
    panel: Panel, labels: Sequence[Label], failing: np.ndarray, taken: Sequence[Box], most_streets: int
) -> list[Placed]:
    """The labels that find room, drawn; of streets no more than ``most_streets``. Returns where they stand."""
    placed = place(labels, panel.box, failing=failing, taken=[shapely.box(*box) for box in taken])
    kept, streets = [], 0
    for one in placed:
        if one.label.key[0] == "street":
            streets += 1
            if streets > most_streets:
                continue
        kept.append(one)
    order = {"street": 0, "district": 1, "reason": 2, "walk": 3, "number": 4}
    for one in sorted(kept, key=lambda one: order[one.label.key[0]]):
        _DRAWN[one.label.key[0]](panel, one)
    return kept


def _draw_rows(panel: Panel, one: Placed, *, colour: str) -> None:
    rows = one.label.rows
    heights = [points * _MM_PER_POINT * LINE_HEIGHT for _, points, _ in rows]
    up = np.array([-np.sin(np.radians(one.spot.turn)), np.cos(np.radians(one.spot.turn))])
    top = sum(heights) / 2
    for (text, points, bold), height in zip(rows, heights, strict=True):
        x, y = np.array([one.spot.x, one.spot.y]) + up * (top - height / 2 - 0.36 * points * _MM_PER_POINT)
        panel.canvas.text(
            x, y, text, points, colour, bold=bold, at="middle", turn=one.spot.turn, halo=panel.look.bg, clip=panel.box
        )
        top -= height


def _draw_street(panel: Panel, one: Placed) -> None:
    _draw_rows(panel, one, colour=panel.look.text2)


def _draw_walk(panel: Panel, one: Placed) -> None:
    _draw_rows(panel, one, colour=one.label.key[1])


def _draw_name(panel: Panel, one: Placed) -> None:
    _draw_rows(panel, one, colour=panel.look.text1)


def _draw_number(panel: Panel, one: Placed) -> None:
    _, number, anchor = one.label.key
    points = one.label.rows[0][1]
    spot = np.array([one.spot.x, one.spot.y])
    leader = np.array([shapely.LineString([anchor, spot])])
    panel.canvas.lines(leader, panel.look.bg, 5 * panel.px, clip=panel.box)
    panel.canvas.lines(leader, panel.look.text1, 2 * panel.px, clip=panel.box)
    disc(panel, one.spot.x, one.spot.y, number, points)


def disc(panel: Panel, x: float, y: float, number: int, points: float) -> None:
    """A number on its dark disc, as maps and lists show it."""
    round_ = shapely.buffer(shapely.Point(x, y), disc_mm(points), quad_segs=16)
    panel.canvas.fill(np.array([round_]), panel.look.text1, edgecolor=panel.look.bg, linewidth=0.9)
    panel.canvas.text(x, y - 0.36 * points * _MM_PER_POINT, str(number), points, panel.look.bg, bold=True, at="middle")


_DRAWN = {
    "street": _draw_street,
    "district": _draw_name,
    "reason": _draw_name,
    "walk": _draw_walk,
    "number": _draw_number,
}
