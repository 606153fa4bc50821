"""Matches put into the order of streets and positions: first into short slots along each street, then sorted."""

from typing import NamedTuple

import numpy as np
from numba import njit

_FEW_MOVES = 16  # of each match when a street is sorted by insertion; where it takes more a merge sort steps in


class Slots(NamedTuple):
    """
    Streets cut into slots of ``2**shift`` millimetres, numbered street by street.

    Street k has the slots from ``begins[k]`` to ``begins[k + 1]``; position ``at`` on it lies in slot
    ``zeros[k] + (at >> shift)``.
    """

    shift: int
    zeros: np.ndarray
    begins: np.ndarray


def slots_along(street: np.ndarray, m0: np.ndarray, m1: np.ndarray, wanted: int) -> Slots:
    """About as many slots as wanted along all streets, given the sorted streets of segments and their positions."""
    firsts = np.flatnonzero(np.diff(street, prepend=-1))
    low, high = np.zeros((2, street[-1] + 1), dtype=np.int64)
    low[street[firsts]] = np.minimum.reduceat(np.minimum(m0, m1), firsts)
    high[street[firsts]] = np.maximum.reduceat(np.maximum(m0, m1), firsts)
    shift = int((high - low).sum() // wanted).bit_length()
    begins = np.concatenate(([0], np.cumsum((high >> shift) - (low >> shift) + 1)))
    return Slots(shift, begins[:-1] - (low >> shift), begins)


@njit(cache=True)
def make_places(counts):
    """
    Turn how many items each part has of each group into the place of the first of them, when all lie by group.

    ``counts`` has a row for each part and a column for each group; it is changed in place.
    """
    place = 0
    for group in range(counts.shape[1]):
        for part in range(counts.shape[0]):
            count = counts[part, group]
            counts[part, group] = place
            place += count


@njit(cache=True, nogil=True)
def count_slots(slot, counts):
    """Add to the count of each slot."""
    for i in range(len(slot)):
        counts[slot[i]] += 1


@njit(cache=True, nogil=True)
def put_matches(sorted_point, sorted_at, sorted_square, point, at, square, slot, places):
    """Put matches into the order of their slots; the places of the slots move on."""
    for i in range(len(slot)):
        place = places[slot[i]]
        sorted_point[place], sorted_at[place], sorted_square[place] = point[i], at[i], square[i]
        places[slot[i]] += 1


@njit(cache=True, nogil=True)
def finish_streets(streets, point, at, distance, street, first, beyond):
    """Sort some streets by position and point, write their number, and turn squares in mm² into metres."""
    for k in range(first, beyond):
        low, high = streets[k], streets[k + 1]
        _sort(point[low:high], at[low:high], distance[low:high])
        street[low:high] = k
        distance[low:high] = np.sqrt(distance[low:high]) / 1000


@njit(cache=True, nogil=True)
def _sort(point, at, distance):
    """Sort by position and point in place: by insertion, which is quick as all but neighbours are in order."""
    moves = 0
    for i in range(1, len(at)):
        p, a, d = point[i], at[i], distance[i]
        j = i
        while j > 0 and (at[j - 1] > a or (at[j - 1] == a and point[j - 1] > p)):
            point[j], at[j], distance[j] = point[j - 1], at[j - 1], distance[j - 1]
            j -= 1
        point[j], at[j], distance[j] = p, a, d
        moves += i - j
        if moves > _FEW_MOVES * len(at):
            order = np.argsort(point, kind="mergesort")
            order = order[np.argsort(at[order], kind="mergesort")]
            point[:], at[:], distance[:] = point[order], at[order], distance[order]
            return
