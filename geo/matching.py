"""Which points lie within reach of which streets, and where along them: a uniform grid over the streets' segments."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from geo.streets import Segments

_MIN_CELL_MM = 100_000
_MAX_CELLS = 8_000_000
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
        none = np.empty(0, dtype=np.int64)
        return Matches(none, none.astype(np.int32), none, none.astype(float))
    x0, y0, x1, y1, street, m0, m1 = _by_street(segments)
    west, south = min(x0.min(), x1.min()) - reach_mm, min(y0.min(), y1.min()) - reach_mm
    east, north = max(x0.max(), x1.max()) + reach_mm, max(y0.max(), y1.max()) + reach_mm
    cell, columns, rows = _grid(west, south, east, north, reach_mm, len(street))
    starts, members = _index_segments(x0, y0, x1, y1, west, south, cell, columns, rows, reach_mm)
    order, point_cell = _points_by_cell(points_mm, west, south, cell, columns, rows)
    packed = np.column_stack((x0, y0, x1, y1, m0, m1))

    def match(part: np.ndarray) -> tuple[np.ndarray, ...]:
        most = _most_matches(point_cell, part, starts, members, street)
        return _match(points_mm, part, point_cell, starts, members, packed, street, reach_mm, most)

    point, on, at, distance = _side_by_side(match, order)
    ranked = _rank(point, on, at, int(street.max()) + 1)
    return Matches(point[ranked], on[ranked], at[ranked], distance[ranked])


def nearest_only(matches: Matches) -> Matches:
    """The matches with each point left only on its nearest street; of equally near ones on the first street."""
    ranked = np.lexsort((matches.street, matches.distance_m, matches.point))
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = matches.point[ranked][1:] != matches.point[ranked][:-1]
    return matches.take(np.sort(ranked[first]))


def _side_by_side(job: Callable[[np.ndarray], tuple[np.ndarray, ...]], rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """What ``job`` gives for all rows; done in threads, part by part, where there are many of them."""
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    if len(rows) < _WORTH_THREADS or workers == 1:
        return job(rows)
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(job, np.array_split(rows, 2 * workers)))
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def _by_street(segments: "Segments") -> tuple[np.ndarray, ...]:
    """The segments' arrays in the order of their streets, so that one cell's segments of a street lie together."""
    arrays = (segments.x0, segments.y0, segments.x1, segments.y1, segments.street, segments.m0, segments.m1)
    if np.all(segments.street[1:] >= segments.street[:-1]):
        return arrays
    order = np.argsort(segments.street, kind="stable")
    return tuple(array[order] for array in arrays)


def _grid(west: int, south: int, east: int, north: int, reach_mm: int, segments: int) -> tuple[int, int, int]:
    """Edge of a cell in mm and the number of columns and rows: cells about as many as segments, never too many."""
    area = float(east - west + 1) * float(north - south + 1)
    wanted = min(max(4 * segments, 1024), _MAX_CELLS)
    cell = int(max(_MIN_CELL_MM, reach_mm, np.sqrt(area / wanted)))
    return cell, int((east - west) // cell + 1), int((north - south) // cell + 1)


@njit(cache=True)
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


@njit(cache=True)
def _index_segments(x0, y0, x1, y1, west, south, cell, columns, rows, reach):
    """CSR lists of the segments that come within reach of each cell, each list in the order of the segments."""
    starts = np.zeros(columns * rows + 1, dtype=np.int64)
    members = np.empty(0, dtype=np.int32)
    for filling in range(2):
        if filling:
            total = 0
            for i in range(columns * rows + 1):
                count = starts[i]
                starts[i] = total
                total += count
            members = np.empty(total, dtype=np.int32)
        for k in range(len(x0)):
            bottom = max((min(y0[k], y1[k]) - reach - south) // cell, 0)
            top = min((max(y0[k], y1[k]) + reach - south) // cell, rows - 1)
            for row in range(bottom, top + 1):
                low = south + row * cell
                least, most = _row_span(x0[k], y0[k], x1[k], y1[k], low, low + cell, reach)
                first = max((least - west) // cell, 0)
                last = min((most - west) // cell, columns - 1)
                for column in range(first, last + 1):
                    i = row * columns + column
                    if filling:
                        members[starts[i]] = k
                    starts[i] += 1
    # Filling moved every start to its end, which is the next one's start.
    starts[1:] = starts[:-1].copy()
    starts[0] = 0
    return starts, members


@njit(cache=True)
def _points_by_cell(points, west, south, cell, columns, rows):
    """Points inside the grid in the order of their cells (a counting sort), and each one's cell."""
    where = np.full(len(points), -1, dtype=np.int64)
    counts = np.zeros(columns * rows + 1, dtype=np.int64)
    for i in range(len(points)):
        dx, dy = points[i, 0] - west, points[i, 1] - south
        if dx >= 0 and dy >= 0 and dx // cell < columns and dy // cell < rows:
            where[i] = (dy // cell) * columns + dx // cell
            counts[where[i] + 1] += 1
    for i in range(columns * rows):
        counts[i + 1] += counts[i]
    order = np.empty(counts[-1], dtype=np.int64)
    for i in range(len(points)):
        if where[i] >= 0:
            order[counts[where[i]]] = i
            counts[where[i]] += 1
    return order, where


@njit(cache=True, nogil=True)
def _most_matches(cells, order, starts, members, street):
    """How many pairs there can be at most: the streets in each point's cell, summed."""
    streets = np.zeros(len(starts) - 1, dtype=np.int32)
    for i in range(len(starts) - 1):
        for slot in range(starts[i], starts[i + 1]):
            if slot == starts[i] or street[members[slot]] != street[members[slot - 1]]:
                streets[i] += 1
    most = 0
    for place in range(len(order)):
        most += streets[cells[order[place]]]
    return most


@njit(cache=True, nogil=True)
def _match(points, order, cells, starts, members, segments, street, reach, most):
    """Nearest segment of each street in reach of each point; squared distances compare exact products."""
    out_point = np.empty(most, dtype=np.int64)
    out_street = np.empty(most, dtype=np.int32)
    out_at = np.empty(most, dtype=np.int64)
    out_distance = np.empty(most, dtype=np.float64)
    found = 0
    reach_squared = float(reach) * float(reach)
    for place in range(len(order)):
        i = order[place]
        x, y = points[i, 0], points[i, 1]
        current, best, best_at = -1, np.inf, 0
        for slot in range(starts[cells[i]], starts[cells[i] + 1]):
            k = members[slot]
            if street[k] != current:
                if best < np.inf:
                    out_point[found], out_street[found], out_at[found], out_distance[found] = i, current, best_at, best
                    found += 1
                current, best, best_at = street[k], np.inf, 0
            x0, y0, x1, y1 = segments[k, 0], segments[k, 1], segments[k, 2], segments[k, 3]
            if x < min(x0, x1) - reach or x > max(x0, x1) + reach or y < min(y0, y1) - reach or y > max(y0, y1) + reach:
                continue
            m0, m1 = segments[k, 4], segments[k, 5]
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
            if distance <= reach_squared and (distance < best or (distance == best and at < best_at)):
                best, best_at = distance, at
        if best < np.inf:
            out_point[found], out_street[found], out_at[found], out_distance[found] = i, current, best_at, best
            found += 1
    return out_point[:found], out_street[:found], out_at[:found], np.sqrt(out_distance[:found]) / 1000


@njit(cache=True)
def _rank(point, street, at, streets):
    """The order by street, position and point: a counting sort by street, then each street by itself."""
    begin = np.zeros(streets + 1, dtype=np.int64)
    for i in range(len(street)):
        begin[street[i] + 1] += 1
    for k in range(streets):
        begin[k + 1] += begin[k]
    order = np.empty(len(street), dtype=np.int64)
    for i in range(len(street)):
        order[begin[street[i]]] = i
        begin[street[i]] += 1
    first = 0
    for k in range(streets):
        own = order[first : begin[k]]
        own = own[np.argsort(at[own], kind="mergesort")]
        # Places at one position in the order of the points.
        low = 0
        while low < len(own):
            high = low + 1
            while high < len(own) and at[own[high]] == at[own[low]]:
                high += 1
            if high - low > 1:
                ties = own[low:high]
                own[low:high] = ties[np.argsort(point[ties], kind="mergesort")]
            low = high
        order[first : begin[k]] = own
        first = begin[k]
    return order
