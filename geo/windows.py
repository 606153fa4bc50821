"""
Windows that slide along streets: every start from which too few places are met, exactly.

Positions are whole millimetres and windows are closed: [s, s + W]. For a start s in (pᵢ₋₁, pᵢ] the first place in the
window is i, so fewer than N lie in it exactly when pᵢ₊ₙ₋₁ > s + W. One subtraction per place finds all failing
starts; nothing is sampled. All streets are given at once: the places of street k are
``positions_mm[offsets[k]:offsets[k + 1]]``, sorted.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

_FAR = np.int64(1) << 60


@dataclass(frozen=True)
class Intervals:
    """Closed stretches of streets, sorted by street and start and disjoint on each street; millimetres."""

    street: np.ndarray
    start_mm: np.ndarray
    end_mm: np.ndarray

    def __len__(self) -> int:
        return len(self.street)

    def take(self, rows: np.ndarray) -> "Intervals":
        """The given rows (a mask or positions)."""
        return Intervals(self.street[rows], self.start_mm[rows], self.end_mm[rows])

    def total_mm(self, streets: int) -> np.ndarray:
        """Summed length on each of ``streets`` streets, int64."""
        total = np.zeros(streets, dtype=np.int64)
        np.add.at(total, self.street, self.end_mm - self.start_mm)
        return total


def offsets_of(street: np.ndarray, streets: int) -> np.ndarray:
    """Where each of ``streets`` streets begins in an array sorted by street; one entry more than streets."""
    # Numbers of the array's own type: of another one NumPy would copy the whole array first.
    return np.searchsorted(street, np.arange(streets + 1, dtype=street.dtype))


def failing_starts(
    positions_mm: np.ndarray, offsets: np.ndarray, length_mm: np.ndarray, need: np.ndarray, window_mm: int
) -> Intervals:
    """
    The starts from which fewer than ``need`` places are met within ``window_mm``.

    Parameters
    ----------
    positions_mm, offsets
        Sorted positions of the places, street by street; see the module.
    length_mm
        Length of each street. Starts run over [0, length − window]; a street no longer than the window is one
        window that covers it whole.
    need
        Places asked for on each street, int64.
    window_mm
        Length of the window.

    Returns
    -------
    Intervals
        The failing starts. On a street no longer than the window: [0, 0] when its one window fails.
    """
    return Intervals(*_failing_starts(positions_mm, offsets, length_mm, np.asarray(need, dtype=np.int64), window_mm))


def least_counts(
    positions_mm: np.ndarray, offsets: np.ndarray, length_mm: np.ndarray, window_mm: int
) -> tuple[np.ndarray, np.ndarray]:
    """
    The fewest places any window of each street holds, and where the first such window starts.

    Returns
    -------
    counts, start_mm
        int64 per street. A window that starts just after ``start_mm`` holds ``counts`` places, and one that
        starts on it does too when ``start_mm`` is 0 and no place stands there.
    """
    return _least_counts(positions_mm, offsets, length_mm, window_mm)


def least_counts_between(
    positions_mm: np.ndarray, offsets: np.ndarray, length_mm: np.ndarray, starts: Intervals, window_mm: int
) -> np.ndarray:
    """The fewest places held by a window that starts within each of the intervals; int64 per interval."""
    return _least_counts_between(
        positions_mm, offsets, length_mm, starts.street, starts.start_mm, starts.end_mm, window_mm
    )


def overlap_mm(stretches_: Intervals, others: Intervals) -> np.ndarray:
    """Summed overlap of each stretch with the others on its street; both sorted by street. int64 per stretch."""
    return _overlap(
        stretches_.street, stretches_.start_mm, stretches_.end_mm, others.street, others.start_mm, others.end_mm
    )


def unite(first: Intervals, second: Intervals) -> Intervals:
    """The union of two sets of intervals; stretches that touch become one."""
    street = np.concatenate((first.street, second.street))
    start = np.concatenate((first.start_mm, second.start_mm))
    end = np.concatenate((first.end_mm, second.end_mm))
    order = np.lexsort((end, start, street))
    return Intervals(*_merge(street[order], start[order], end[order]))


def stretches(starts: Intervals, window_mm: int, length_mm: np.ndarray) -> Intervals:
    """The parts of the streets that lie in at least one window with these starts."""
    end = np.minimum(starts.end_mm + window_mm, length_mm[starts.street])
    return Intervals(*_merge(starts.street, starts.start_mm, end))


def count_profile(positions_mm: np.ndarray, length_mm: int, window_mm: int) -> tuple[np.ndarray, np.ndarray]:
    """
    How many places a window holds, as a step function of its start on one street.

    Returns
    -------
    starts_mm, counts
        From ``starts_mm[i]`` to ``starts_mm[i + 1]`` (the last to length − window) every window holds
        ``counts[i]`` places; at the steps themselves the larger of the two, as windows are closed.
    """
    positions = np.sort(np.asarray(positions_mm, dtype=np.int64))
    last = max(int(length_mm) - int(window_mm), 0)
    reach = window_mm if length_mm > window_mm else length_mm
    steps = np.concatenate(([0], positions, positions - reach))
    starts = np.unique(steps[(steps >= 0) & ((steps < last) | (steps == 0))])
    # Just after a start: places on the start itself are left behind, unless it is the very beginning.
    from_here = np.searchsorted(positions, starts, side="right")
    if last == 0:
        from_here[0] = 0
    counts = np.searchsorted(positions, starts + reach, side="right") - from_here
    return starts, counts


@njit(cache=True)
def _failing_starts(positions, offsets, length, need, window):
    size = 0
    for k in range(len(length)):
        size += offsets[k + 1] - offsets[k] + 1
    out_street = np.empty(size, dtype=np.int32)
    out_start = np.empty(size, dtype=np.int64)
    out_end = np.empty(size, dtype=np.int64)
    found = 0
    for k in range(len(length)):
        first, beyond = offsets[k], offsets[k + 1]
        last = length[k] - window
        if need[k] <= 0:
            continue
        if last <= 0:
            if beyond - first < need[k]:
                out_street[found], out_start[found], out_end[found] = k, 0, 0
                found += 1
            continue
        opened = found
        before = np.int64(0)
        for i in range(first, beyond + 1):
            here = positions[i] if i < beyond else last
            nth = i + need[k] - 1
            passes_from = positions[nth] - window if nth < beyond else _FAR
            end = min(here, passes_from, last)
            if end > before:
                if found > opened and out_end[found - 1] == before:
                    out_end[found - 1] = end
                else:
                    out_street[found], out_start[found], out_end[found] = k, before, end
                    found += 1
            before = max(before, here)
            if before >= last:
                break
    return out_street[:found], out_start[:found], out_end[:found]


@njit(cache=True)
def _least_counts(positions, offsets, length, window):
    streets = len(length)
    least = np.empty(streets, dtype=np.int64)
    where = np.zeros(streets, dtype=np.int64)
    for k in range(streets):
        first, beyond = offsets[k], offsets[k + 1]
        last = length[k] - window
        if last <= 0:
            least[k] = beyond - first
            continue
        j = first
        while j < beyond and positions[j] <= window:
            j += 1
        least[k] = j - first
        for i in range(first, beyond):
            if positions[i] >= last:
                break
            while j < beyond and positions[j] <= positions[i] + window:
                j += 1
            if j - i - 1 < least[k]:
                least[k], where[k] = j - i - 1, positions[i]
    return least, where


@njit(cache=True)
def _least_counts_between(places, offsets, length, street, start, end, window):
    least = np.empty(len(street), dtype=np.int64)
    for run in range(len(street)):
        k = street[run]
        own = places[offsets[k] : offsets[k + 1]]
        if length[k] <= window:
            least[run] = len(own)
            continue
        # A run begins just after a place, or at the beginning of the street, on which a place is still met.
        low = np.searchsorted(own, start[run] + min(start[run], 1))
        high = np.searchsorted(own, start[run] + window + 1)
        least[run] = high - low
        while low < len(own) and own[low] < end[run]:
            while high < len(own) and own[high] <= own[low] + window:
                high += 1
            low += 1
            least[run] = min(least[run], high - low)
    return least


@njit(cache=True)
def _overlap(street, start, end, other_street, other_start, other_end):
    total = np.zeros(len(street), dtype=np.int64)
    begin = 0
    for i in range(len(street)):
        while begin < len(other_street) and other_street[begin] < street[i]:
            begin += 1
        j = begin
        while j < len(other_street) and other_street[j] == street[i]:
            total[i] += max(min(end[i], other_end[j]) - max(start[i], other_start[j]), 0)
            j += 1
    return total


@njit(cache=True)
def _merge(street, start, end):
    out_street, out_start, out_end = street.copy(), start.copy(), end.copy()
    found = 0
    for i in range(len(street)):
        if found and out_street[found - 1] == street[i] and start[i] <= out_end[found - 1]:
            out_end[found - 1] = max(out_end[found - 1], end[i])
        else:
            out_street[found], out_start[found], out_end[found] = street[i], start[i], end[i]
            found += 1
    return out_street[:found], out_start[:found], out_end[:found]
