"""The cells of a grid over streets: which segments come within reach of each cell, and which points lie in it."""

from typing import NamedTuple

import numpy as np
from numba import njit

_LEAST_SHIFT = 17  # cells of 131 m
_MAX_CELLS = 8_000_000


class Grid(NamedTuple):
    """Square cells of ``2**shift`` millimetres, numbered row by row from the corner at ``west``, ``south``."""

    west: int
    south: int
    shift: int
    columns: int
    rows: int


class Index(NamedTuple):
    """
    Segments by the cells they come within reach of.

    Attributes
    ----------
    pieces
        x0, y0, x1, y1, m0, m1 of each segment; (n, 6), int64, millimetres.
    street
        Of each segment; sorted.
    starts, members
        ``members[starts[cell]:starts[cell + 1]]`` are the segments near that cell, in their order.
    """

    pieces: np.ndarray
    street: np.ndarray
    starts: np.ndarray
    members: np.ndarray


def grid_over(columns: tuple[np.ndarray, ...], reach_mm: int) -> Grid:
    """A grid over all in reach of segments (x0, y0, x1, y1, …): about as many cells as segments, never too many."""
    x0, y0, x1, y1 = columns[:4]
    west, south = (int(min(a.min(), b.min())) - reach_mm for a, b in ((x0, x1), (y0, y1)))
    east, north = (int(max(a.max(), b.max())) + reach_mm for a, b in ((x0, x1), (y0, y1)))
    wanted = min(max(4 * len(x0), 1024), _MAX_CELLS)
    cell = max(reach_mm, np.sqrt(float(east - west + 1) * float(north - south + 1) / wanted))
    shift = max(int(cell).bit_length(), _LEAST_SHIFT)
    return Grid(west, south, shift, ((east - west) >> shift) + 1, ((north - south) >> shift) + 1)


def index_segments(columns: tuple[np.ndarray, ...], street: np.ndarray, grid: Grid, reach_mm: int) -> Index:
    """The segments (x0, y0, x1, y1, m0, m1), sorted by street, in the cells of the grid."""
    pieces = np.stack(columns, axis=1)
    return Index(pieces, street, *_members_of_cells(pieces, grid, reach_mm))


@njit(cache=True, nogil=True)
def _row_span(x0, y0, x1, y1, low, high, reach):
    """Least and greatest x of the part of the segment whose y lies in [low - reach, high + reach], reach added."""
    least, most = min(x0, x1), max(x0, x1)
    if y0 != y1:
        slope = (x1 - x0) / (y1 - y0)
        at_low = x0 + (low - reach - y0) * slope
        at_high = x0 + (high + reach - y0) * slope
        # One millimetre more on both sides covers the rounding of the slope.
        least = max(least, np.int64(np.floor(min(at_low, at_high))) - 1)
        most = min(most, np.int64(np.ceil(max(at_low, at_high))) + 1)
    return least - reach, most + reach


@njit(cache=True, nogil=True)
def _members_of_cells(pieces, grid, reach):
    """The last two parts of an ``Index``."""
    starts = np.zeros(grid.columns * grid.rows + 1, dtype=np.int64)
    members = np.empty(0, dtype=np.int32)
    for filling in range(2):
        if filling:
            total = 0
            for i in range(len(starts)):
                count = starts[i]
                starts[i] = total
                total += count
            members = np.empty(total, dtype=np.int32)
        for k in range(len(pieces)):
            x0, y0, x1, y1 = pieces[k, 0], pieces[k, 1], pieces[k, 2], pieces[k, 3]
            bottom = (min(y0, y1) - reach - grid.south) >> grid.shift
            top = (max(y0, y1) + reach - grid.south) >> grid.shift
            for row in range(bottom, top + 1):
                low = grid.south + (row << grid.shift)
                least, most = _row_span(x0, y0, x1, y1, low, low + (1 << grid.shift), reach)
                first = max((least - grid.west) >> grid.shift, 0)
                last = min((most - grid.west) >> grid.shift, grid.columns - 1)
                for cell in range(row * grid.columns + first, row * grid.columns + last + 1):
                    if filling:
                        members[starts[cell]] = k
                    starts[cell] += 1
    # Filling moved every start to its end, which is the next one's start.
    starts[1:] = starts[:-1].copy()
    starts[0] = 0
    return starts, members


@njit(cache=True, nogil=True)
def cells_of(points, grid, counts):
    """The cell of each point; one more than the last for those outside the grid. Adds to the count of each cell."""
    cell = np.empty(len(points), dtype=np.int32)
    for i in range(len(points)):
        column, row = (points[i, 0] - grid.west) >> grid.shift, (points[i, 1] - grid.south) >> grid.shift
        inside = 0 <= column < grid.columns and 0 <= row < grid.rows
        cell[i] = row * grid.columns + column if inside else grid.columns * grid.rows
        counts[cell[i]] += 1
    return cell


@njit(cache=True, nogil=True)
def put_points(sorted_points, points, first_row, cell, places):
    """Put x, y and row of the points into the order of their cells; the places of the cells move on."""
    for i in range(len(points)):
        place = places[cell[i]]
        sorted_points[place, 0], sorted_points[place, 1] = points[i, 0], points[i, 1]
        sorted_points[place, 2] = first_row + i
        places[cell[i]] += 1
