"""
Streets whose places come and go: what fails on each is kept, and only the streets that a place touches are swept.

As ``geo.windows``: positions are whole millimetres, windows are closed, nothing is sampled. The places of each street
lie together, sorted, with room for more, so that one more moves a few numbers only.
"""

import numpy as np
from numba import njit

from geo.few import SegmentsNear, match_few
from geo.matching import Matches

_ROOM = 8  # for so many more places each street has room before all is laid out anew
_FAR = np.int64(1) << 60
_NONE = -_FAR


class LiveWindows:
    """
    The failing starts of all streets, kept up to date as places come and go.

    Parameters
    ----------
    near
        The streets' segments.
    length_mm
        Length of each street, int64.
    places
        The places there are, matched with the streets at ``reach_mm``, sorted by street and position.
    need
        Places asked for on each street, int64.
    window_mm, reach_mm
        Length of the window; how far a place may stand from a street.

    Attributes
    ----------
    failing_mm
        Of each street, millimetres of starts from which fewer than ``need`` places are met. A street no longer than
        the window is one start that counts by the street's length.
    """

    def __init__(
        self,
        near: SegmentsNear,
        length_mm: np.ndarray,
        places: Matches,
        *,
        need: np.ndarray,
        window_mm: int,
        reach_mm: int,
    ):
        self._length = np.asarray(length_mm, dtype=np.int64)
        self._need = np.ascontiguousarray(np.broadcast_to(need, self._length.shape), dtype=np.int64)
        self._window, self._reach = int(window_mm), int(reach_mm)
        self._segments = near.indexed(self._reach)
        street = np.asarray(places.street, dtype=np.int64)
        self._lay_out(street, np.asarray(places.at_mm, dtype=np.int64))
        self.failing_mm = np.zeros(len(self._length), dtype=np.int64)
        _sweep(*self._streets, self.failing_mm, np.arange(len(self._length)))

    def _lay_out(self, street: np.ndarray, at_mm: np.ndarray) -> None:
        """Put positions, sorted by street and position, in rows with room for more."""
        count = np.bincount(street, minlength=len(self._length)).astype(np.int64)
        first = np.concatenate(([0], np.cumsum(count + count // 2 + _ROOM)))
        begins = np.cumsum(count) - count
        positions = np.zeros(first[-1], dtype=np.int64)
        positions[first[street] + np.arange(len(street)) - begins[street]] = at_mm
        self._streets = positions, first, count, self._length, self._need, self._window

    def gain(self, points_mm: np.ndarray) -> np.ndarray:
        """
        How many millimetres of starts pass that fail now, if one more place stood at a point; for each point alone.

        Parameters
        ----------
        points_mm
            (n, 2) int64, in the segments' CRS.

        Returns
        -------
        np.ndarray
            int64, one entry a point; never negative.
        """
        points_mm = np.ascontiguousarray(points_mm, dtype=np.int64).reshape(-1, 2)
        found = match_few(points_mm, *self._segments, self._reach)
        return _gain(len(points_mm), *found[:3], *self._streets, self.failing_mm)

    def gain_at(self, found: Matches, points: int) -> np.ndarray:
        """As ``gain``, of so many points that lie on streets as ``found`` says."""
        return _gain(points, found.point, found.street, found.at_mm, *self._streets, self.failing_mm)

    def add(self, x_mm: int, y_mm: int) -> int:
        """Put a place up; by how many millimetres the failing starts of all streets change."""
        changed, fits = _add(x_mm, y_mm, *self._segments, self._reach, *self._streets, self.failing_mm)
        if fits:
            return changed
        positions, first, count, *_ = self._streets
        street = np.repeat(np.arange(len(count)), count)
        self._lay_out(street, positions[first[street] + np.arange(len(street)) - (np.cumsum(count) - count)[street]])
        return self.add(x_mm, y_mm)

    def remove(self, x_mm: int, y_mm: int) -> int:
        """
        Take a place away; by how many millimetres the failing starts of all streets change.

        Raises
        ------
        ValueError
            When no place stands there.
        """
        changed, stood = _remove(x_mm, y_mm, *self._segments, self._reach, *self._streets, self.failing_mm)
        if not stood:
            raise ValueError(f"no place stands at ({x_mm}, {y_mm})")
        return changed

    def move(self, from_mm: tuple[int, int], to_mm: tuple[int, int]) -> int:
        """Take a place away and put it up elsewhere; by how many millimetres the failing starts change."""
        return self.remove(*from_mm) + self.add(*to_mm)


@njit(cache=True)
def _failing(positions, first, count, length, need, window, more):
    """Failing starts of one street, in millimetres, if a place stood at ``more`` too, unless that is `_NONE`."""
    last = length - window
    if need <= 0:
        return np.int64(0)
    places = count + (more != _NONE)
    if last <= 0:
        return np.int64(0) if places >= need else length
    own = positions[first : first + count]
    put = np.searchsorted(own, more) if more != _NONE else places
    total, before = np.int64(0), np.int64(0)
    for i in range(places + 1):
        here = last
        if i < places:
            here = own[i] if i < put else (more if i == put else own[i - 1])
        nth = i + need - 1
        passes_from = _FAR
        if nth < places:
            passes_from = (own[nth] if nth < put else (more if nth == put else own[nth - 1])) - window
        total += max(min(here, passes_from, last) - before, 0)
        before = max(before, here)
        if before >= last:
            break
    return total


@njit(cache=True)
def _sweep(positions, first, count, length, need, window, failing, streets):
    for k in streets:
        failing[k] = _failing(positions, first[k], count[k], length[k], need[k], window, _NONE)


@njit(cache=True)
def _gain(points, point, street, at, positions, first, count, length, need, window, failing):
    gained = np.zeros(points, dtype=np.int64)
    for i in range(len(point)):
        k = street[i]
        if failing[k]:
            left = _failing(positions, first[k], count[k], length[k], need[k], window, at[i])
            gained[point[i]] += failing[k] - left
    return gained


@njit(cache=True)
def _streets_at(x, y, grid, index, slots, reach):
    points = np.empty((1, 2), dtype=np.int64)
    points[0, 0], points[0, 1] = x, y
    _, street, at, _ = match_few(points, grid, index, slots, reach)
    return street, at


@njit(cache=True)
def _add(x, y, grid, index, slots, reach, positions, first, count, length, need, window, failing):
    """The change, and whether all streets had room; without room nothing is done."""
    street, at = _streets_at(x, y, grid, index, slots, reach)
    for k in street:
        if first[k] + count[k] == first[k + 1]:
            return np.int64(0), False
    changed = np.int64(0)
    for i in range(len(street)):
        k = street[i]
        place = first[k] + count[k]
        while place > first[k] and positions[place - 1] > at[i]:
            positions[place] = positions[place - 1]
            place -= 1
        positions[place] = at[i]
        count[k] += 1
        left = _failing(positions, first[k], count[k], length[k], need[k], window, _NONE)
        changed += left - failing[k]
        failing[k] = left
    return changed, True


@njit(cache=True)
def _remove(x, y, grid, index, slots, reach, positions, first, count, length, need, window, failing):
    """The change, and whether a place stood there; where none did nothing is done."""
    street, at = _streets_at(x, y, grid, index, slots, reach)
    for i in range(len(street)):
        k = street[i]
        own = positions[first[k] : first[k] + count[k]]
        place = np.searchsorted(own, at[i])
        if place == len(own) or own[place] != at[i]:
            return np.int64(0), False
    changed = np.int64(0)
    for i in range(len(street)):
        k = street[i]
        own = positions[first[k] : first[k] + count[k]]
        place = np.searchsorted(own, at[i])
        own[place:-1] = own[place + 1 :].copy()
        count[k] -= 1
        left = _failing(positions, first[k], count[k], length[k], need[k], window, _NONE)
        changed += left - failing[k]
        failing[k] = left
    return changed, True
