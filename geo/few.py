"""Matches of a few points with streets, again and again: only the segments around them are looked at."""

import numpy as np

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
        self._west, self._east = np.minimum(segments.x0, segments.x1), np.maximum(segments.x0, segments.x1)
        self._south, self._north = np.minimum(segments.y0, segments.y1), np.maximum(segments.y0, segments.y1)

    def match(self, points_mm: np.ndarray, *, reach_mm: int) -> Matches:
        """As ``geo.matching.match_points``, and quicker for a few points."""
        near = np.zeros(len(self._west), dtype=bool)
        for x, y in points_mm:
            near |= (
                (self._west <= x + reach_mm)
                & (self._east >= x - reach_mm)
                & (self._south <= y + reach_mm)
                & (self._north >= y - reach_mm)
            )
        rows = np.flatnonzero(near)
        own = Segments(**{name: getattr(self._segments, name)[rows] for name in _NAMES})
        return match_points(points_mm, own, reach_mm=reach_mm)
