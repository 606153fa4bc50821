"""Matches of a few points with streets, again and again: only the segments around them are looked at."""

import numpy as np
from numba import njit

from geo.matching import Matches, match_points
from geo.streets import Segments

_NAMES = ("x0", "y0", "x1", "y1", "street", "m0", "m1", "road")


class SegmentsNear:
    """
    The segments of all streets, ready to be asked for those around a point.

    Parameters
    ----------
    segments
        The straight pieces of all streets.
    """

    def __init__(self, segments: Segments):
        self._segments = segments

    def match(self, points_mm: np.ndarray, *, reach_mm: int) -> Matches:
        """As ``geo.matching.match_points``, and quicker for a few points."""
        points_mm = np.ascontiguousarray(points_mm, dtype=np.int64)
        own = self._segments
        if not len(points_mm):
            return match_points(points_mm, own, reach_mm=reach_mm)
        rows = _in_boxes(own.x0, own.y0, own.x1, own.y1, points_mm, reach_mm)
        return match_points(
            points_mm, Segments(**{name: getattr(own, name)[rows] for name in _NAMES}), reach_mm=reach_mm
        )


@njit(cache=True)
def _in_boxes(x0, y0, x1, y1, points, reach):
    """Rows of the segments whose bounding box comes within reach of a point, each way."""
    west, east = points[:, 0].min() - reach, points[:, 0].max() + reach
    south, north = points[:, 1].min() - reach, points[:, 1].max() + reach
    rows = np.empty(len(x0), dtype=np.int64)
    found = 0
    for k in range(len(x0)):
        if (x0[k] > east and x1[k] > east) or (x0[k] < west and x1[k] < west):
            continue
        if (y0[k] > north and y1[k] > north) or (y0[k] < south and y1[k] < south):
            continue
        for i in range(len(points)):
            x, y = points[i, 0], points[i, 1]
            if (
                min(x0[k], x1[k]) <= x + reach
                and max(x0[k], x1[k]) >= x - reach
                and min(y0[k], y1[k]) <= y + reach
                and max(y0[k], y1[k]) >= y - reach
            ):
                rows[found] = k
                found += 1
                break
    return rows[:found].copy()
