"""The plots of the demo city that are not housing: squares, parks, schools, hospitals, building sites, scenery."""

import numpy as np
import pandas as pd
import shapely

from data.demo.ground import Ground
from data.demo.quarters import Blocks

_COUNTS = {
    "square": 16,
    "park": 19,
    "hoarding": 28,
    "hospital": 14,
    "middle_school": 10,
    "primary_school": 16,
    "school": 20,
    "kindergarten": 22,
}
_OPEN = ("square", "park", "hoarding")  # nothing is built on these
_SQUARE_M = (52.0, 74.0)  # half the longer side of a square, at most
_SMALLEST_M2 = {
    "square": 14000,
    "park": 14000,
    "hoarding": 11000,
    "hospital": 15000,
    "middle_school": 24000,
    "primary_school": 16000,
    "school": 18000,
    "kindergarten": 9000,
}
_APART_M = {"square": 900.0, "park": 520.0}


def lay_grounds(ground: Ground, blocks: Blocks, roads: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """
    The plots, each in a block of its own.

    Returns
    -------
    pandas.DataFrame
        ``class`` of the venue, ``open`` (nothing is built there), ``block`` (-1 outside all), ``hint`` (for the name)
        and ``geometry`` in metres of the plan.
    """
    inner = shapely.buffer(blocks.polygons, -13.0, join_style="mitre")
    free = _free(ground, inner, roads)
    middle = shapely.get_coordinates(shapely.centroid(blocks.polygons))
    area = shapely.area(inner)
    rows = []
    for klass, count in _COUNTS.items():
        wild = blocks.kind == "edge"
        chance = random.uniform(size=len(blocks)) + 0.5 * wild
        if klass == "hoarding":
            chance -= 0.45 * (blocks.kind == "new")
        order = np.argsort(np.where(free & (area > _SMALLEST_M2[klass]), chance, 9), kind="stable")
        taken: list[int] = []
        for block in order:
            if len(taken) == count or not free[block] or area[block] <= _SMALLEST_M2[klass]:
                break
            near = np.hypot(*(middle[taken] - middle[block]).T) if taken else np.array([np.inf])
            if near.min() >= _APART_M.get(klass, 250.0):
                taken.append(int(block))
        free[taken] = False
        shapes = [_square(blocks.corners[k], random) for k in taken] if klass == "square" else inner[taken]
        rows += [
            {"class": klass, "open": klass in _OPEN, "block": k, "geometry": shape}
            for k, shape in zip(taken, shapes, strict=True)
        ]
    rows += _scenic(ground)
    rows.append({"class": "park", "open": True, "block": -1, "geometry": _lakeside(ground, roads)})
    plots = pd.DataFrame(rows)
    largest = [max(shapely.get_parts(plot), key=shapely.area) for plot in plots["geometry"]]
    return plots.assign(geometry=largest)


def _free(ground: Ground, inner: np.ndarray, roads: pd.DataFrame) -> np.ndarray:
    """Blocks without a road, water or a hill in them."""
    free = ~shapely.is_empty(inner) & (shapely.get_type_id(inner) == 3)
    crossed = shapely.STRtree(roads["geometry"].to_numpy()).query(inner, predicate="intersects")[0]
    free[crossed] = False
    free &= ~shapely.intersects(shapely.union_all([*ground.hills, shapely.buffer(ground.lake, 140)]), inner)
    return free & shapely.contains(ground.dry, inner)


def _square(corners: np.ndarray, random: np.random.Generator) -> shapely.Geometry:
    """A rectangle in the middle of a block, along its sides."""
    east = (corners[1] + corners[2] - corners[0] - corners[3]) / 2
    north = (corners[2] + corners[3] - corners[0] - corners[1]) / 2
    wide, high = np.hypot(*east), np.hypot(*north)
    x = east / wide
    y = np.array([-x[1], x[0]])
    half = np.minimum(np.array([wide, high]) * 0.5 - 38, random.uniform(*_SQUARE_M, 2) * random.uniform(0.72, 1, 2))
    half = np.maximum(half, 24)
    centre = corners.mean(axis=0)
    return shapely.polygons(
        [centre + sx * half[0] * x + sy * half[1] * y for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    )


def _scenic(ground: Ground) -> list[dict]:
    """Scenic areas: the hearts of hills and islands."""
    places = [*ground.hills, *ground.islands[:3]]
    hearts = shapely.buffer(places, -90.0, quad_segs=3)
    keep = shapely.area(hearts) > 40000
    hint = np.repeat(["山", "岛"], [len(ground.hills), len(places) - len(ground.hills)])
    rows = [
        {"class": "scenic_area", "open": True, "block": -1, "hint": what, "geometry": heart}
        for what, heart in zip(hint, hearts, strict=True)
    ]
    return [row for row, wanted in zip(rows, keep, strict=True) if wanted]


def _lakeside(ground: Ground, roads: pd.DataFrame) -> shapely.Geometry:
    """The park around the lake, as far as the next streets."""
    shore = shapely.difference(shapely.buffer(ground.lake, 130.0, quad_segs=4), shapely.buffer(ground.lake, 2.0))
    lines = roads["geometry"].to_numpy()[roads["highway"] != "residential"]
    near = lines[shapely.STRtree(lines).query(shore, predicate="dwithin", distance=20.0)]
    return shapely.difference(shore, shapely.union_all(shapely.buffer(near, 16.0, quad_segs=2)))
