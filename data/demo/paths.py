"""Gates and footpaths of the parks and scenic areas of the demo city."""

from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from data.demo.noding import Lines, split_long
from data.demo.streets import LONGEST_M

_TOWN_HALL = (-500.0, 200.0)  # gates look towards it, metres of the plan
_GATES = {
    "park": (0.0, 0.31, 0.66),
    "scenic_area": (0.0, 0.16),
}  # share of the outline from the gate next to the middle
_HIGHWAY = {"park": "footway", "scenic_area": "path"}
_INWARDS = 0.45  # how far inside the round path runs, as a share of the way to the heart
_OUTSIDE_M = 3.0  # paths begin this far before the gate


def lay_paths(plots: pd.DataFrame, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    A round path in every park and scenic area, with a winding way to it from each gate.

    Parameters
    ----------
    plots
        As `grounds.lay_grounds` gives them, metres of the plan.
    random
        Draws how the ways wind.

    Returns
    -------
    tuple
        Paths (``highway``, ``geometry``) and gates of scenic areas (``plot``, ``inwards``: the path in from the gate,
        ``geometry``).
    """
    paths, gates = [], []
    for plot, (klass, outline) in enumerate(zip(plots["class"], plots["geometry"], strict=True)):
        if klass not in _GATES:
            continue
        loop = _round_path(outline)
        corners = shapely.get_coordinates(loop)
        ring = shapely.get_exterior_ring(outline)
        first = shapely.line_locate_point(ring, shapely.points(_TOWN_HALL), normalized=True)
        meets = []
        for share in _GATES[klass]:
            gate = shapely.get_coordinates(shapely.line_interpolate_point(ring, (first + share) % 1, normalized=True))[
                0
            ]
            meet = int(np.argmin(np.hypot(*(corners[:-1] - gate).T)))
            way = _winding(gate, corners[meet], random)
            meets.append(meet)
            paths.append({"highway": _HIGHWAY[klass], "geometry": shapely.linestrings(way)})
            if klass == "scenic_area":
                gates.append({"plot": plot, "inwards": paths[-1]["geometry"], "geometry": shapely.points(gate)})
        for piece in _cut_at(corners, sorted(set(meets))):
            paths.append({"highway": _HIGHWAY[klass], "geometry": shapely.linestrings(piece)})
    lines, origin = split_long(Lines.of([shapely.get_coordinates(path["geometry"]) for path in paths]), LONGEST_M)
    highways = np.array([path["highway"] for path in paths], dtype=object)[origin]
    return pd.DataFrame({"highway": highways, "geometry": lines.geometry}), pd.DataFrame(gates)


def _round_path(outline: shapely.Geometry) -> shapely.Geometry:
    """The outline drawn inwards, as a closed line; half of the plot lies inside it."""
    reach = np.sqrt(shapely.area(outline) / np.pi) * _INWARDS
    while shapely.is_empty(inner := shapely.buffer(outline, -reach, quad_segs=3)):
        reach *= 0.6
    largest = max(shapely.get_parts(inner), key=shapely.area)
    return shapely.segmentize(shapely.get_exterior_ring(shapely.simplify(largest, 4.0)), 60.0)


def _winding(gate: np.ndarray, meet: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A way that swings once to each side between the gate and the round path."""
    step = meet - gate
    length = max(np.hypot(*step), 1.0)
    share = np.linspace(0, 1, max(int(length / 18), 2) + 1)
    swing = 0.10 * length * np.sin(2 * np.pi * share) * random.choice([-1.0, 1.0])
    way = gate + share[:, None] * step + swing[:, None] * np.array([-step[1], step[0]]) / length
    way[-1] = meet
    return np.concatenate([[gate - _OUTSIDE_M * step / length], way])


def _cut_at(corners: np.ndarray, at: list[int]) -> list[np.ndarray]:
    """A closed line cut at some of its corners."""
    turned = np.concatenate([corners[at[0] : -1], corners[: at[0] + 1]])
    cuts = [0, *(k - at[0] for k in at[1:]), len(turned) - 1]
    return [turned[low : high + 1] for low, high in pairwise(cuts)]
