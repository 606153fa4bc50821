"""
Which points lie within reach of which streets, and where along them: a uniform grid over the streets' segments.

Points are put into the order of the grid's cells and matched cell by cell; the matches are put into the order of short
slots along the streets, which leaves little to sort. Both are counting sorts: what is used together lies together in
memory. Many points are matched in parts, side by side in threads; the result does not depend on the parts.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geo._match_grid import Index, cells_of, grid_over, index_segments, put_points
from geo._match_slots import Slots, count_slots, finish_streets, make_places, put_matches, slots_along

if TYPE_CHECKING:
    from geo.streets import Segments

_WORTH_THREADS = 200_000  # points; below this threads cost more than they give
_MOST_WORKERS = 4


@dataclass(frozen=True)
class Matches:
    """
    Points within reach of a street, one row per point and street, sorted by street, position and point.

    Attributes
    ----------
    point, street
        Row of the point; row of the street.
    at_mm
        Position along the street's centre line: that of the nearest place on the nearest member segment.
    distance_m
        Distance from the point to that place.
    """

    point: np.ndarray
    street: np.ndarray
    at_mm: np.ndarray
    distance_m: np.ndarray

    def __len__(self) -> int:
        return len(self.point)

    def take(self, rows: np.ndarray) -> "Matches":
        """The given rows (a mask or positions), in that order."""
        return Matches(self.point[rows], self.street[rows], self.at_mm[rows], self.distance_m[rows])


def match_points(points_mm: np.ndarray, segments: "Segments", *, reach_mm: int) -> Matches:
    """
    Every pair of a point and a street with a member segment no further than ``reach_mm`` away.

    A point matches a street once, at its nearest member segment, so a place between the two carriageways of a
    divided road is one place. Of equally near segments the one with the smaller position counts. A point exactly
    at the reach is within it.

    Parameters
    ----------
    points_mm
        (n, 2) int64, millimetres in the segments' CRS.
    segments
        The straight pieces of all streets.
    reach_mm
        Whole millimetres.

    Raises
    ------
    ValueError
        When ``reach_mm`` is negative.
    """
    if reach_mm < 0:
        raise ValueError(f"reach_mm is {reach_mm}; give a distance of 0 or more")
    points_mm = np.ascontiguousarray(points_mm, dtype=np.int64)
    if not len(points_mm) or not len(segments.street):
        return _room_for(0)
    street, columns = by_street(segments)
    slots = slots_along(street, *columns[4:], wanted=len(points_mm))
    parts = min(os.cpu_count() or 1, _MOST_WORKERS) if len(points_mm) >= _WORTH_THREADS else 1
    with ThreadPoolExecutor(parts) as pool:
        crew = _Crew(parts, pool)
        index, points, cells = _by_cell(crew, points_mm, street, columns, reach_mm)
        counts = np.zeros((parts, slots.begins[-1] + 1), dtype=np.int64)
        find = partial(_find, points, cells, index, reach_mm, slots)
        found = crew.each(find, counts, *_even_runs(cells, parts))
        return _by_position(crew, found, counts, slots)


def nearest_only(matches: Matches) -> Matches:
    """The matches with each point left only on its nearest street; of equally near ones on the first street."""
    ranked = np.lexsort((matches.street, matches.distance_m, matches.point))
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = matches.point[ranked][1:] != matches.point[ranked][:-1]
    return matches.take(np.sort(ranked[first]))


@dataclass(frozen=True)
class _Crew:
    """Does a job on each of so many parts, in threads where there is more than one."""

    parts: int
    pool: ThreadPoolExecutor

    def each(self, job: Callable, *arguments: Iterable) -> list:
        """What ``job`` gives for the first arguments, for the second ones, and so on."""
        return list((self.pool.map if self.parts > 1 else map)(job, *arguments))


def _room_for(count: int) -> Matches:
    """So many matches, still to be filled in; NumPy asks for large pages, which is quicker than numba's arrays."""
    return Matches(*(np.empty(count, dtype) for dtype in (np.int64, np.int32, np.int64, np.float64)))


def by_street(segments: "Segments") -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Street, and x0, y0, x1, y1, m0, m1 of the segments, in the order of the streets."""
    columns = (segments.x0, segments.y0, segments.x1, segments.y1, segments.m0, segments.m1)
    if np.all(segments.street[1:] >= segments.street[:-1]):
        return segments.street, columns
    order = np.argsort(segments.street, kind="stable")
    return segments.street[order], tuple(column[order] for column in columns)


def _by_cell(
    crew: _Crew, points_mm: np.ndarray, street: np.ndarray, columns: tuple[np.ndarray, ...], reach_mm: int
) -> tuple[Index, np.ndarray, np.ndarray]:
    """The segments near each cell; x, y and row of the points, sorted by cell; where each cell's points begin."""
    grid = grid_over(columns, reach_mm)
    shares = np.array_split(points_mm, crew.parts)
    counts = np.zeros((crew.parts, grid.columns * grid.rows + 1), dtype=np.int64)
    index_job = partial(index_segments, columns, street, grid, reach_mm)
    cell_jobs = [partial(cells_of, share, grid, count) for share, count in zip(shares, counts, strict=True)]
    index, *cell = crew.each(lambda job: job(), [index_job, *cell_jobs])
    make_places(counts)
    cells = counts[0].copy()
    points = np.empty((len(points_mm), 3), dtype=np.int64)
    first_row = np.cumsum([0, *map(len, shares[:-1])])
    crew.each(partial(put_points, points), shares, first_row, cell, counts)
    return index, points, cells


def _by_position(crew: _Crew, found: list[tuple[np.ndarray, ...]], counts: np.ndarray, slots: Slots) -> Matches:
    """What the parts found, with their counts of the matches in each slot, as sorted matches."""
    make_places(counts)
    streets = counts[0, slots.begins]
    matches = _room_for(streets[-1])
    columns = matches.point, matches.at_mm, matches.distance_m
    crew.each(partial(put_matches, *columns), *zip(*found, strict=True), counts)
    crew.each(partial(finish_streets, streets, *columns, matches.street), *_even_runs(streets, crew.parts))
    return matches


def _even_runs(bounds: np.ndarray, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """First and beyond of runs of groups with about as many items each; group k has bounds[k] to bounds[k + 1]."""
    cuts = np.searchsorted(bounds, np.linspace(0, bounds[-1], runs + 1))
    cuts[-1] = len(bounds) - 1
    return cuts[:-1], cuts[1:]


def _find(points, cells, index, reach_mm, slots, counts, first, beyond) -> tuple[np.ndarray, ...]:
    """Point, position, squared distance and slot of the matches in a run of cells; adds to the count of each slot."""
    most = _most_matches(cells, index, first, beyond)
    room = tuple(np.empty(most, dtype) for dtype in (np.int64, np.int64, np.float64, np.int32))
    found = match_cells(points, cells, index, reach_mm, slots, first, beyond, *room)
    columns = tuple(column[:found] for column in room)
    count_slots(columns[-1], counts)
    return columns


@njit(cache=True, nogil=True)
def _most_matches(cells, index, first, beyond):
    """How many pairs there can be at most in a run of cells: the streets in each point's cell, summed."""
    most = 0
    for cell in range(first, beyond):
        if cells[cell] == cells[cell + 1]:
            continue
        streets, former = 0, -1
        for entry in range(index.starts[cell], index.starts[cell + 1]):
            here = index.street[index.members[entry]]
            streets += here != former
            former = here
        most += streets * (cells[cell + 1] - cells[cell])
    return most


@njit(cache=True, nogil=True)
def match_cells(points, cells, index, reach, slots, first, beyond, out_point, out_at, out_square, out_slot):
    """Nearest segment of each street in reach of each point; squared distances compare exact products."""
    pieces, street, starts, members = index
    found = 0
    reach_squared = float(reach) * float(reach)
    for cell in range(first, beyond):
        for i in range(cells[cell], cells[cell + 1]):
            x, y = points[i, 0], points[i, 1]
            current, best, best_at = -1, np.inf, 0
            for entry in range(starts[cell], starts[cell + 1]):
                k = members[entry]
                x0, y0, x1, y1 = pieces[k, 0], pieces[k, 1], pieces[k, 2], pieces[k, 3]
                if (
                    x < min(x0, x1) - reach
                    or x > max(x0, x1) + reach
                    or y < min(y0, y1) - reach
                    or y > max(y0, y1) + reach
                ):
                    continue
                m0, m1 = pieces[k, 4], pieces[k, 5]
                dx, dy = x1 - x0, y1 - y0
                px, py = x - x0, y - y0
                along, square = px * dx + py * dy, dx * dx + dy * dy
                if along <= 0:
                    distance, at = float(px * px + py * py), m0
                elif along >= square:
                    qx, qy = x - x1, y - y1
                    distance, at = float(qx * qx + qy * qy), m1
                else:
                    across = float(px * dy - py * dx)
                    # across² ≤ reach²·length² rather than a quotient: both sides round once, so ties stay ties.
                    if across * across > reach_squared * square:
                        continue
                    distance = min(across * across / square, reach_squared)
                    at = m0 + np.int64(np.rint(along / square * (m1 - m0)))
                if distance > reach_squared:
                    continue
                if street[k] == current:
                    if distance > best or (distance == best and at >= best_at):
                        continue
                    found -= 1
                current, best, best_at = street[k], distance, at
                out_point[found], out_at[found], out_square[found] = points[i, 2], at, distance
                out_slot[found] = slots.zeros[current] + (at >> slots.shift)
                found += 1
    return found
