"""Where names stand on a picture: on a grid, where they cover nothing that fails, nothing fixed, and no other name."""

from collections.abc import Sequence

import numpy as np
import shapely

_GRID = 26
_EDGE_PX = 8
_MOST_OVER = 0.06  # share of a name that may lie under something


def place_names(
    areas: Sequence[shapely.Geometry],
    sizes: Sequence[tuple[float, float]],
    marks: Sequence[shapely.Geometry],
    fixed: Sequence[shapely.Geometry],
    width: int,
    height: int,
) -> list[tuple[float, float] | None]:
    """
    The middle of each name's box, all in pixels.

    Places are tried on a grid in what is seen of each area. The best covers least of what is fixed and of other
    names, then crosses fewest marks, then leaves its own area least, then lies nearest to its middle. The same input
    gives the same places.

    Parameters
    ----------
    areas
        What each name belongs to.
    sizes
        Width and height of each box.
    marks
        What fails: stretches and places as they are drawn, with their casing.
    fixed
        Boxes that lie above the picture.
    width, height
        Of the picture.

    Returns
    -------
    list
        None where nothing of an area is seen, or where its name would lie under what is fixed or another name.
    """
    tree = shapely.STRtree(list(marks))
    taken = list(fixed)
    found: list[tuple[float, float] | None] = [None] * len(areas)
    for row in sorted(range(len(areas)), key=lambda row: shapely.area(areas[row])):  # small ones have least choice
        best = _best(areas[row], sizes[row], tree, taken, width, height)
        if best is not None:
            found[row] = best
            taken.append(_boxes(np.array([best]), sizes[row], 6)[0])
    return found


def _best(
    area: shapely.Geometry,
    size: tuple[float, float],
    tree: shapely.STRtree,
    taken: list[shapely.Geometry],
    width: int,
    height: int,
) -> tuple[float, float] | None:
    seen = shapely.clip_by_rect(area, 0, 0, width, height)
    if seen.is_empty:
        return None
    low = (size[0] / 2 + _EDGE_PX, size[1] / 2 + _EDGE_PX)
    west, south, east, north = seen.bounds
    x = np.clip(np.linspace(west, east, _GRID), low[0], width - low[0])
    y = np.clip(np.linspace(south, north, _GRID), low[1], height - low[1])
    at = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    inside = shapely.contains_xy(seen, at)
    at = at[inside] if inside.any() else np.array([seen.representative_point().coords[0]])
    at = np.clip(at, low, (width - low[0], height - low[1]))
    boxes = _boxes(at, size, 5)
    over = shapely.area(shapely.intersection(boxes, shapely.union_all(taken))) if taken else np.zeros(len(at))
    crossed = np.bincount(tree.query(boxes, predicate="intersects")[0], minlength=len(at))
    outside = 1 - shapely.area(shapely.intersection(boxes, seen)) / shapely.area(boxes)
    middle = shapely.get_coordinates(shapely.centroid(seen))[0]
    away = np.hypot(*(at - middle).T) / np.sqrt(max(seen.area, 1))
    order = np.lexsort((away, np.rint(outside * 20), crossed, np.rint(over)))
    if over[order[0]] > _MOST_OVER * boxes[order[0]].area:
        return None
    return float(at[order[0], 0]), float(at[order[0], 1])


def _boxes(at: np.ndarray, size: tuple[float, float], clear: float) -> np.ndarray:
    half_x, half_y = size[0] / 2 + clear, size[1] / 2 + clear
    return shapely.box(at[:, 0] - half_x, at[:, 1] - half_y, at[:, 0] + half_x, at[:, 1] + half_y)
