"""The buildings of the demo city: rows, towers, courtyards and halls along the streets, apart from each other."""

import numpy as np
import pandas as pd
import shapely

from data.demo.ground import Ground
from data.demo.kerbs import HALF_WIDTH_M
from data.demo.quarters import Blocks

_FOOTPATH_M = 4.5  # between the kerb and the nearest wall
# What stands on a block: pitch along and across, length, depth, storeys, and the chance of L, U and courtyard shapes
_STYLES = {
    "rows": ((56, 72), (33, 40), (38, 58), (11, 14), (5, 7), (0.06, 0.03, 0.0)),
    "slabs": ((48, 64), (46, 58), (24, 40), (13, 17), (9, 14), (0.08, 0.04, 0.0)),
    "towers": ((52, 64), (52, 64), (22, 28), (20, 25), (18, 32), (0.10, 0.0, 0.0)),
    "mixed": ((44, 64), (42, 58), (24, 44), (14, 26), (3, 8), (0.22, 0.10, 0.06)),
    "old": ((27, 36), (25, 33), (14, 25), (9, 17), (1, 3), (0.22, 0.14, 0.12)),
    "halls": ((74, 104), (64, 92), (44, 68), (30, 50), (1, 3), (0.15, 0.05, 0.04)),
}
_MIX = {
    "old": {"old": 0.75, "rows": 0.15, "mixed": 0.10},
    "city": {"rows": 0.36, "slabs": 0.20, "towers": 0.14, "mixed": 0.24, "halls": 0.06},
    "new": {"rows": 0.10, "slabs": 0.25, "towers": 0.33, "mixed": 0.10, "halls": 0.22},
    "edge": {"rows": 0.25, "mixed": 0.30, "halls": 0.30, "old": 0.15},
}
_LEFT_OUT = {"old": 0.14, "city": 0.16, "new": 0.26, "edge": 0.5}
_STOREY_M = 3.1
_SQUARE_FRONT_M = 9.0  # from the edge of a square to the houses around it
# Footprints in half lengths and half depths; the courtyard has a hole.
_SHAPES = (
    np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float),
    np.array([[-1, -1], [1, -1], [1, 0.1], [-0.1, 0.1], [-0.1, 1.5], [-1, 1.5]], dtype=float),
    np.array([[-1, -1], [1, -1], [1, 1.3], [0.45, 1.3], [0.45, 0], [-0.45, 0], [-0.45, 1.3], [-1, 1.3]], dtype=float),
    np.array([[-1, -1.2], [1, -1.2], [1, 1.4], [-1, 1.4]], dtype=float),
)
_HOLE = np.array([[-0.5, -0.4], [0.5, -0.4], [0.5, 0.6], [-0.5, 0.6]], dtype=float)


def build(
    ground: Ground, blocks: Blocks, plots: pd.DataFrame, roads: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """
    All buildings.

    Returns
    -------
    pandas.DataFrame
        ``height_m``, ``levels`` and ``geometry`` in metres of the plan.
    """
    style = np.empty(len(blocks), dtype=object)
    for kind, mix in _MIX.items():
        of_kind = np.flatnonzero(blocks.kind == kind)
        style[of_kind] = random.choice(np.array(list(mix), dtype=object), len(of_kind), p=list(mix.values()))
    centre, axis, half, levels, shape = _footprints(blocks, style, random)
    polygons = _polygons(centre, axis, half, shape)
    framing = _around_squares(plots["geometry"].to_numpy()[plots["class"] == "square"], random)
    polygons = np.concatenate([framing, polygons])  # they come first: what stands in their way gives way
    levels = np.concatenate([np.rint(random.uniform(3, 12, len(framing))), levels])
    keep = _clear(polygons, ground, plots, roads)
    polygons, levels = polygons[keep], levels[keep]
    apart = _apart(polygons)
    levels = levels[apart]
    height = np.round(levels * _STOREY_M + random.uniform(0.4, 2.2, len(levels)), 1)
    return pd.DataFrame({"height_m": height, "levels": levels.astype(float), "geometry": polygons[apart]})


def _footprints(blocks: Blocks, style: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Middle, direction, half length and depth, storeys and shape of every footprint of a regular net in each block."""
    facts = np.array(
        [
            [*one[0], *one[1], *one[2], *one[3], *one[4], *np.cumsum(one[5])]
            for one in (_STYLES[name] for name in style)
        ],
        dtype=float,
    )
    c = blocks.corners
    east, north = (c[:, 1] + c[:, 2] - c[:, 0] - c[:, 3]) / 2, (c[:, 2] + c[:, 3] - c[:, 0] - c[:, 1]) / 2
    wide, high = np.hypot(*east.T), np.hypot(*north.T)
    low = np.stack([blocks.margin_m[:, 3] / wide, blocks.margin_m[:, 0] / high], axis=1)
    top = 1 - np.stack([blocks.margin_m[:, 1] / wide, blocks.margin_m[:, 2] / high], axis=1)
    room = np.maximum(np.stack([wide, high], axis=1) * (top - low), 0)
    pitch = random.uniform(facts[:, [0, 2]], facts[:, [1, 3]])
    count = np.floor(room / pitch + 0.3).astype(int)
    total = count.prod(axis=1)
    of = np.repeat(np.arange(len(blocks)), total)
    within = np.arange(len(of)) - np.repeat(np.cumsum(total) - total, total)
    cell = np.column_stack([within % count[of, 0], within // count[of, 0]])
    step = room[of] / count[of]
    share = low[of] + (top - low)[of] * (cell + 0.5) / count[of]
    s, t = share[:, :1], share[:, 1:]
    corner = c[of]
    centre = (
        (1 - s) * (1 - t) * corner[:, 0]
        + s * (1 - t) * corner[:, 1]
        + s * t * corner[:, 2]
        + (1 - s) * t * corner[:, 3]
    )
    along = (1 - t) * (corner[:, 1] - corner[:, 0]) + t * (corner[:, 2] - corner[:, 3])
    along /= np.hypot(*along.T)[:, None]
    size = random.uniform(facts[of][:, [4, 6]], facts[of][:, [5, 7]])
    tight = np.minimum(size, step - np.where(facts[of, :1] < 34, 3.5, 8.0))
    levels = np.rint(random.uniform(facts[of, 8], facts[of, 9] + 0.49))
    draw = random.uniform(size=len(of))
    below = draw[:, None] < facts[of, 10:]  # cumulative chances of L, U and courtyard
    shape = np.where(below.any(axis=1), below.argmax(axis=1) + 1, 0)
    spread = random.uniform(-0.5, 0.5, (len(of), 2)) * np.maximum(step - tight - 6, 0) * 0.5
    across = np.column_stack([-along[:, 1], along[:, 0]])
    centre = centre + spread[:, :1] * along + spread[:, 1:] * across
    left_out = np.array([_LEFT_OUT[kind] for kind in blocks.kind])[of]
    keep = (random.uniform(size=len(of)) > left_out) & (tight.min(axis=1) > 6.5)
    return centre[keep], along[keep], tight[keep] / 2, levels[keep], shape[keep]


def _around_squares(squares: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Houses along the four sides of every square, with lanes between them."""
    ring = shapely.get_coordinates(squares).reshape(len(squares), 5, 2)
    start, side = ring[:, :-1].reshape(-1, 2), np.diff(ring, axis=1).reshape(-1, 2)
    length = np.hypot(*side.T)
    count = np.maximum(np.rint((length + 2 * _SQUARE_FRONT_M) / 46), 2).astype(int)
    of = np.repeat(np.arange(len(side)), count)
    within = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    axis = (side / length[:, None])[of]
    room = (length / count)[of]
    along = (within + 0.5) * room
    deep = random.uniform(6.5, 9.0, len(of))
    out = np.column_stack([axis[:, 1], -axis[:, 0]])  # squares are drawn counter-clockwise
    centre = start[of] + along[:, None] * axis + (_SQUARE_FRONT_M + deep)[:, None] * out
    half = np.column_stack([room / 2 - random.uniform(3, 6, len(of)), deep])
    there = random.uniform(size=len(of)) < 0.88
    return _polygons(centre[there], axis[there], half[there], np.zeros(there.sum(), dtype=int))


def _polygons(centre: np.ndarray, axis: np.ndarray, half: np.ndarray, shape: np.ndarray) -> np.ndarray:
    across = np.column_stack([-axis[:, 1], axis[:, 0]])
    polygons = np.empty(len(centre), dtype=object)
    for number, outline in enumerate(_SHAPES):
        chosen = shape == number
        scale = half[chosen] * (1 if number in (0, 3) else [1, 0.78])
        rings = shapely.linearrings(_corners(outline, centre[chosen], axis[chosen], across[chosen], scale))
        if number == 3:
            holes = shapely.linearrings(_corners(_HOLE, centre[chosen], axis[chosen], across[chosen], scale))
            polygons[chosen] = shapely.polygons(rings, holes[:, None])
        else:
            polygons[chosen] = shapely.polygons(rings)
    return polygons


def _corners(
    outline: np.ndarray, centre: np.ndarray, axis: np.ndarray, across: np.ndarray, half: np.ndarray
) -> np.ndarray:
    x = outline[None, :, :1] * half[:, None, :1]
    y = outline[None, :, 1:] * half[:, None, 1:]
    return centre[:, None] + x * axis[:, None] + y * across[:, None]


def _clear(polygons: np.ndarray, ground: Ground, plots: pd.DataFrame, roads: pd.DataFrame) -> np.ndarray:
    """Buildings on dry flat ground, off the roads and off the open plots."""
    dry = ground.dry
    shapely.prepare(dry)
    keep = shapely.contains(dry, polygons)
    highway = roads["highway"].to_numpy(str)
    for klass, half_m in HALF_WIDTH_M.items():
        of_class = roads["geometry"].to_numpy()[(highway == klass) | (highway == f"{klass}_link")]
        near = shapely.STRtree(of_class).query(polygons, predicate="dwithin", distance=half_m + _FOOTPATH_M)[0]
        keep[near] = False
    open_ground = np.concatenate(
        [shapely.buffer(plots["geometry"].to_numpy()[plots["open"].to_numpy(bool)], 4.0), ground.hills]
    )
    keep[shapely.STRtree(open_ground).query(polygons, predicate="intersects")[0]] = False
    return keep


def _apart(polygons: np.ndarray) -> np.ndarray:
    """A mask of buildings of which no two touch: of two that do, the earlier one stays."""
    first, second = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=2.0)
    later = first < second
    keep = np.ones(len(polygons), dtype=bool)
    keep[second[later]] = False
    return keep
