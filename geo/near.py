"""Which points lie within reach of which observers, each point with a reach of its own."""

import numpy as np
from numba import njit

from geo.grid import bucket, grid_of_points


def pairs_in_reach(
    observers_mm: np.ndarray, points_mm: np.ndarray, reach_mm: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    Every pair of an observer and a point that is no further away than the point's own reach.

    Parameters
    ----------
    observers_mm, points_mm
        x, y; (n, 2), int64, millimetres.
    reach_mm
        How far each point reaches; int64.

    Returns
    -------
    observer, point
        Rows of both, sorted by observer and point.
    """
    if not len(observers_mm) or not len(points_mm):
        none = np.empty(0, dtype=np.int64)
        return none, none
    most = max(int(reach_mm.max()), 1)
    grid = grid_of_points(points_mm, cell_mm=most)
    observer, point = _pairs(observers_mm, points_mm, reach_mm.astype(np.int64), most, grid)
    order = np.lexsort((point, observer))
    return observer[order], point[order]


@njit(cache=True)
def _pairs(observers, points, reach, most, grid):
    observer, point = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for i in range(len(observers)):
        x, y = observers[i, 0], observers[i, 1]
        for row in range((y - most) >> grid.shift, ((y + most) >> grid.shift) + 1):
            for column in range((x - most) >> grid.shift, ((x + most) >> grid.shift) + 1):
                b = bucket(column, row, grid.x_bits, grid.y_bits)
                for k in range(grid.starts[b], grid.starts[b + 1]):
                    j = grid.items[k]
                    # Cells far apart may share a bucket: only the points of this cell count here.
                    if points[j, 0] >> grid.shift != column or points[j, 1] >> grid.shift != row:
                        continue
                    dx, dy = points[j, 0] - x, points[j, 1] - y
                    if dx * dx + dy * dy <= reach[j] * reach[j]:
                        observer.append(i)
                        point.append(j)
    return np.array(observer, dtype=np.int64), np.array(point, dtype=np.int64)
