"""A uniform grid over integer coordinates that finds the segments or points near a place without a tree."""

from typing import NamedTuple

import numpy as np
from numba import njit

_MOST_BITS = 26  # of a bucket number: 64 M buckets


class Grid(NamedTuple):
    """
    Items sorted by the square cell they touch, in compressed rows.

    The cell of a point is its coordinates shifted right by ``shift`` bits. Cells are numbered modulo ``2**x_bits`` and
    ``2**y_bits``, so a place far from all others costs no memory; cells that share a bucket only add candidates.

    Attributes
    ----------
    starts
        Where each bucket begins in ``items``; one entry more than there are buckets.
    items
        Rows of what was put in, bucket by bucket; a segment stands in every cell it touches.
    shift
        Binary logarithm of the cell's side in millimetres.
    x_bits, y_bits
        Binary logarithms of the number of buckets along each axis.
    """

    starts: np.ndarray
    items: np.ndarray
    shift: int
    x_bits: int
    y_bits: int


def grid_of_segments(segments_mm: np.ndarray, *, cell_mm: int) -> Grid:
    """
    A grid that holds each segment in every cell it touches.

    Parameters
    ----------
    segments_mm
        x, y of the start, x, y of the end; (n, 4), int64, millimetres.
    cell_mm
        Wanted side of a cell; the next smaller power of two is taken.
    """
    shift = max(int(cell_mm).bit_length() - 1, 0)
    x_bits, y_bits = _bits(segments_mm, shift)
    starts, items = _sort_into_cells(np.ascontiguousarray(segments_mm, dtype=np.int64), shift, x_bits, y_bits)
    return Grid(starts, items, shift, x_bits, y_bits)


def grid_of_points(points_mm: np.ndarray, *, cell_mm: int) -> Grid:
    """
    A grid that holds each point in its cell.

    Parameters
    ----------
    points_mm
        x, y; (n, 2), int64, millimetres.
    cell_mm
        Wanted side of a cell; the next smaller power of two is taken.
    """
    return grid_of_segments(np.hstack([points_mm, points_mm]), cell_mm=cell_mm)


def _bits(segments_mm: np.ndarray, shift: int) -> tuple[int, int]:
    """How many bits of bucket number each axis gets: its whole extent, as long as buckets do not outnumber items."""
    if len(segments_mm) == 0:
        return 0, 0
    cells = segments_mm.reshape(-1, 2) >> shift
    x_bits, y_bits = (int(extent).bit_length() for extent in np.ptp(cells, axis=0))
    most = min((4 * len(segments_mm)).bit_length(), _MOST_BITS)
    while x_bits + y_bits > most:
        x_bits, y_bits = (x_bits - 1, y_bits) if x_bits >= y_bits else (x_bits, y_bits - 1)
    return x_bits, y_bits


@njit(cache=True)
def bucket(column: int, row: int, x_bits: int, y_bits: int) -> int:
    """The bucket of the cell in this column and row."""
    return ((row & ((1 << y_bits) - 1)) << x_bits) | (column & ((1 << x_bits) - 1))


@njit(cache=True, error_model="numpy")
def columns_in_row(ax: int, ay: int, bx: int, by: int, row: int, shift: int) -> tuple[int, int]:
    """
    First and last column that the segment from a to b touches in a row of cells, in its own direction.

    Watertight: the crossings of the row's borders are floored exactly, so no touched cell is left out (a cell that is
    touched at its border only may be added). ``row`` must be one that the segment touches.
    """
    first, last = ax, bx
    if ay < by:
        low, high = row << shift, (row + 1) << shift
        if low > ay:
            first = ax + (low - ay) * (bx - ax) // (by - ay)
        if high < by:
            last = ax + (high - ay) * (bx - ax) // (by - ay)
    elif ay > by:
        low, high = row << shift, (row + 1) << shift
        if high < ay:
            first = ax + (ay - high) * (bx - ax) // (ay - by)
        if low > by:
            last = ax + (ay - low) * (bx - ax) // (ay - by)
    return first >> shift, last >> shift


@njit(cache=True)
def _sort_into_cells(segments, shift, x_bits, y_bits):
    """Counting sort of segments by bucket: count, add up, fill."""
    starts = np.zeros((1 << (x_bits + y_bits)) + 1, np.int64)
    items = np.empty(0, np.int32)
    for fill in (False, True):
        for i in range(len(segments)):
            ax, ay, bx, by = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
            for row in range(min(ay, by) >> shift, (max(ay, by) >> shift) + 1):
                first, last = columns_in_row(ax, ay, bx, by, row, shift)
                for column in range(min(first, last), max(first, last) + 1):
                    b = bucket(column, row, x_bits, y_bits)
                    if fill:
                        starts[b] -= 1
                        items[starts[b]] = i
                    else:
                        starts[b] += 1
        if not fill:
            for b in range(1, len(starts)):
                starts[b] += starts[b - 1]
            items = np.empty(starts[-1], np.int32)
    return starts, items
