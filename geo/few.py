"""Matches of a few points with streets, again and again: only the segments around them are looked at."""

import numpy as np
from numba import njit

from geo._match_grid import Grid, Index, grid_over, index_segments
from geo._match_slots import Slots
from geo.matching import Matches, by_street, match_cells, match_points
from geo.streets import Segments


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
        self._indexed: dict[int, tuple[Grid, Index, Slots]] = {}

    def match(self, points_mm: np.ndarray, *, reach_mm: int) -> Matches:
        """As ``geo.matching.match_points``, and quicker for a few points; a reach is prepared when first asked for."""
        points_mm = np.ascontiguousarray(points_mm, dtype=np.int64).reshape(-1, 2)
        if not len(points_mm) or not len(self._segments.street) or reach_mm < 0:
            return match_points(points_mm, self._segments, reach_mm=reach_mm)
        point, street, at_mm, distance_m = match_few(points_mm, *self.indexed(reach_mm), reach_mm)
        order = np.lexsort((point, at_mm, street))
        return Matches(point[order], street[order], at_mm[order], distance_m[order])

    def indexed(self, reach_mm: int) -> tuple[Grid, Index, Slots]:
        """The segments by the cells of a grid that they come within reach of; two slots to each street."""
        if reach_mm not in self._indexed:
            street, columns = by_street(self._segments)
            grid = grid_over(columns, reach_mm)
            # A position shifted by so many bits is 0, or -1 before the beginning: both slots are of the same street.
            slots = Slots(62, 2 * np.arange(street[-1] + 1) + 1, np.empty(0, dtype=np.int64))
            self._indexed[reach_mm] = grid, index_segments(columns, street, grid, reach_mm), slots
        return self._indexed[reach_mm]


@njit(cache=True)
def match_few(points, grid, index, slots, reach):
    """Point, street, position (mm) and distance (m) of all matches of the points, point by point."""
    # Each point has a cell of its own that holds what its cell of the grid holds.
    starts = np.zeros(len(points) + 1, dtype=np.int64)
    first = np.zeros(len(points), dtype=np.int64)
    for i in range(len(points)):
        column, row = (points[i, 0] - grid.west) >> grid.shift, (points[i, 1] - grid.south) >> grid.shift
        count = 0
        if 0 <= column < grid.columns and 0 <= row < grid.rows:
            cell = row * grid.columns + column
            first[i] = index.starts[cell]
            count = index.starts[cell + 1] - first[i]
        starts[i + 1] = starts[i] + count
    members = np.empty(starts[-1], dtype=index.members.dtype)
    numbered = np.empty((len(points), 3), dtype=np.int64)
    for i in range(len(points)):
        members[starts[i] : starts[i + 1]] = index.members[first[i] : first[i] + starts[i + 1] - starts[i]]
        numbered[i, 0], numbered[i, 1], numbered[i, 2] = points[i, 0], points[i, 1], i
    point, at = np.empty(len(members), dtype=np.int64), np.empty(len(members), dtype=np.int64)
    distance, slot = np.empty(len(members)), np.empty(len(members), dtype=np.int32)
    cells = np.arange(len(points) + 1)
    own = Index(index.pieces, index.street, starts, members)
    found = match_cells(numbered, cells, own, reach, slots, 0, len(points), point, at, distance, slot)
    return point[:found], slot[:found] >> 1, at[:found], np.sqrt(distance[:found]) / 1000
