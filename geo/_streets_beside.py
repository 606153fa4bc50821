"""What runs beside a line: parallel segments near its sample points."""

import numpy as np
from numba import njit

from geo.grid import bucket, grid_of_segments

_STEP_MM = 20_000


def parallel_share(below: np.ndarray, segments: np.ndarray, *, reach_mm: int, least_cos: float) -> np.ndarray:
    """
    Share of each segment, 0 to 1, that has a parallel segment of ``below`` within reach.

    Parameters
    ----------
    below, segments
        x, y of the start, x, y of the end; (n, 4), int64, millimetres.
    reach_mm
        Greatest distance.
    least_cos
        Least cosine of the angle between the two, whichever way they are drawn.
    """
    grid = grid_of_segments(below, cell_mm=2 * reach_mm)
    return _parallel_share(below, *grid, segments, reach_mm, least_cos)


@njit(cache=True)
def _parallel_share(below, starts, items, shift, x_bits, y_bits, segments, reach, least_cos):
    share = np.zeros(len(segments))
    for k in range(len(segments)):
        ax, ay = segments[k, 0], segments[k, 1]
        dx, dy = float(segments[k, 2] - ax), float(segments[k, 3] - ay)
        length = np.hypot(dx, dy)
        samples = int(length // _STEP_MM) + 1
        for n in range(samples):
            at = (n + 0.5) / samples
            px, py = ax + dx * at, ay + dy * at
            if _has_parallel(below, starts, items, shift, x_bits, y_bits, px, py, dx / length, dy / length,
                             reach, least_cos):  # fmt: skip
                share[k] += 1.0 / samples
    return share


@njit(cache=True)
def _has_parallel(below, starts, items, shift, x_bits, y_bits, px, py, ux, uy, reach, least_cos):
    for row in range(int(py - reach) >> shift, (int(py + reach) >> shift) + 1):
        for column in range(int(px - reach) >> shift, (int(px + reach) >> shift) + 1):
            b = bucket(column, row, x_bits, y_bits)
            for j in items[starts[b] : starts[b + 1]]:
                wx, wy = float(below[j, 2] - below[j, 0]), float(below[j, 3] - below[j, 1])
                length = np.hypot(wx, wy)
                if abs(ux * wx + uy * wy) < least_cos * length:
                    continue
                t = ((px - below[j, 0]) * wx + (py - below[j, 1]) * wy) / (length * length)
                if t < 0.0 or t > 1.0:
                    continue
                if np.hypot(below[j, 0] + t * wx - px, below[j, 1] + t * wy - py) <= reach:
                    return True
    return False
