"""What the metres of the map count for in the length of a street: half, in full, or nothing."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_ends import Evened
from geo._streets_layout import Members
from geo._streets_order import group_rows
from geo._streets_select import AGAINST, BOTH_WAYS


@dataclass(frozen=True)
class Shares:
    """
    Millimetres of the member pieces of each street.

    ``merged`` are those of carriageways that share a centre line with one that runs against them: they count half.
    ``single`` count in full. ``beside`` count nothing: of several lines driven the same way all but one (each a like
    part), stubs and what else went into a street that passes, and roundabouts. So a street is as long as
    ``merged / 2 + single``, but for the crossings that it jumps and for bends.
    """

    merged: np.ndarray
    single: np.ndarray
    beside: np.ndarray


def share_out(
    members: Members, travel: np.ndarray, divided: np.ndarray, evened: Evened, guest: np.ndarray
) -> Shares:
    """
    The metres of ``members`` by what they count for.

    Parameters
    ----------
    members
        The pieces of all streets; those without a place are roundabouts.
    travel
        Of each edge.
    divided
        Of each street; on one that is not, nothing is merged.
    evened
        The stretches at the ends of divided roads that count half though one carriageway runs there alone.
    guest
        True for the places that went into a street that passes.
    """
    way, aside = _ways(members, travel), np.append(guest, True)[members.place]
    street, against, low, high = _runs(members.street, members.place, way, aside, members.m0, members.m1)
    at = np.concatenate((low, high))
    order = np.argsort(at, kind="stable")
    begin, rows = group_rows(np.tile(2 * street + against, 2)[order], 2 * len(evened.low))
    rows = order[rows]
    lines = _running(begin, np.repeat([1, -1], len(low))[rows])
    length = np.hypot(members.x1 - members.x0, members.y1 - members.y0)
    return Shares(*_share_out(members.street, members.m0, members.m1, length, way, aside, begin, at[rows], lines,
                              divided, evened.low, evened.high))  # fmt: skip


def _ways(members: Members, travel: np.ndarray) -> np.ndarray:
    """Which way one drives each piece: along its street (1), against it (-1), or both ways (0)."""
    of_edge = travel[members.edge]
    return np.where(of_edge == BOTH_WAYS, 0, np.where(of_edge == AGAINST, -members.sense, members.sense))


@njit(cache=True)
def _runs(street, place, way, aside, m0, m1):
    """Stretches driven one way, of neighbouring pieces of one place: street, 1 if driven against it, low, high."""
    of, against = np.empty(len(street), np.int64), np.empty(len(street), np.int64)
    low, high = np.empty(len(street)), np.empty(len(street))
    n = 0
    for k in range(len(street)):
        if aside[k] or way[k] == 0:
            continue
        a, b = min(m0[k], m1[k]), max(m0[k], m1[k])
        if n > 0 and place[k] == place[k - 1] and way[k] == way[k - 1]:
            low[n - 1], high[n - 1] = min(low[n - 1], a), max(high[n - 1], b)
            continue
        of[n], against[n], low[n], high[n] = street[k], way[k] < 0, a, b
        n += 1
    return of[:n], against[:n], low[:n], high[:n]


@njit(cache=True)
def _running(begin, change):
    """Sums of the changes so far within each group."""
    out = change.copy()
    for g in range(len(begin) - 1):
        for i in range(begin[g] + 1, begin[g + 1]):
            out[i] += out[i - 1]
    return out


@njit(cache=True)
def _share_out(street, m0, m1, length, way, aside, begin, at, lines, divided, even_low, even_high):
    """Sums per street; from ``at[i]`` on ``lines[i]`` lines are driven one way, ``begin`` cuts both into such ways."""
    merged, single, beside = np.zeros(len(even_low)), np.zeros(len(even_low)), np.zeros(len(even_low))
    for k in range(len(street)):
        s = street[k]
        if aside[k]:
            beside[s] += length[k]
            continue
        if way[k] == 0 or not divided[s]:
            single[s] += length[k]
            continue
        a, b = min(m0[k], m1[k]), max(m0[k], m1[k])
        mine, other = 2 * s + (way[k] < 0), 2 * s + (way[k] > 0)
        i = begin[mine] + np.searchsorted(at[begin[mine] : begin[mine + 1]], a, side="right") - 1
        j = begin[other] + np.searchsorted(at[begin[other] : begin[other + 1]], a, side="right") - 1
        here = a
        while True:
            stop = b
            for edge in (even_low[s], even_high[s]):
                stop = edge if here < edge < stop else stop
            if i + 1 < begin[mine + 1]:
                stop = min(stop, at[i + 1])
            if j + 1 < begin[other + 1]:
                stop = min(stop, at[j + 1])
            metres = length[k] * ((stop - here) / (b - a) if b > a else 1.0)
            alike = max(lines[i], 1) if i >= begin[mine] else 1
            if (j >= begin[other] and lines[j] > 0) or here < even_low[s] or here >= even_high[s]:
                merged[s] += metres / alike
            else:
                single[s] += metres / alike
            beside[s] += metres - metres / alike
            here = stop
            if here >= b:
                break
            while i + 1 < begin[mine + 1] and at[i + 1] <= here:
                i += 1
            while j + 1 < begin[other + 1] and at[j + 1] <= here:
                j += 1
    return merged, single, beside
