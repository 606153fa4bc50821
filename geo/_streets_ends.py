"""Ends of divided roads, where one carriageway ends before the other."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from geo._streets_curve import along
from geo._streets_layout import Layout, Members
from geo._streets_select import AGAINST, ALONG

_RAGGED_MM = 100_000.0
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Evened:
    """Positions per street: before ``low`` and after ``high`` one carriageway runs alone and counts half."""

    low: np.ndarray
    high: np.ndarray


def even_ends(
    layout: Layout, members: Members, paired: np.ndarray, travel: np.ndarray
) -> tuple[Layout, Members, Evened]:
    """
    The streets with each end of a divided road half-way between the ends of its two carriageways, and where that is.

    So a centre line is as long as the mean of its carriageways. Only where the longer one runs on alone, one-way, for
    100 m at most and a quarter of the divided length; a longer stretch is a one-way street of its own right.

    Parameters
    ----------
    layout, members
        The streets.
    paired
        True for the places of the layout that lie on another carriageway.
    travel
        Of each edge.
    """
    streets = len(layout.offset) - 1
    first, last = layout.offset[:-1], layout.offset[1:] - 1
    length = layout.m[last] if streets else np.zeros(0)
    low, high = _reach(layout.street, paired, layout.knot_offset, layout.knot_m, streets)
    ring = (layout.x[first] == layout.x[last]) & (layout.y[first] == layout.y[last])
    most = np.where(ring | ~(high > low), 0.0, np.minimum(_RAGGED_MM, _LEAST_SHARE * (high - low)))
    low = np.where(low <= most, low, 0.0)
    high = np.where(length - high <= most, high, length)
    alone = ~np.isin(travel[members.edge], (ALONG, AGAINST))
    start = np.minimum(members.m0, members.m1)
    stop = np.maximum(members.m0, members.m1)
    low[np.unique(members.street[alone & (start < low[members.street] - 1.0)])] = 0.0
    far = np.unique(members.street[alone & (stop > high[members.street] + 1.0)])
    high[far] = length[far]
    evened = Evened(low / 2, high - low / 2)
    return *_shortened(layout, members, low, high, length), evened


@njit(cache=True)
def _reach(street, paired, offset, m, streets):
    """First and last position of the paired places of each street; infinite the wrong way round where there is none."""
    low, high = np.full(streets, np.inf), np.full(streets, -np.inf)
    for p in range(len(street)):
        if paired[p]:
            for k in range(offset[p], offset[p + 1]):
                low[street[p]] = min(low[street[p]], m[k])
                high[street[p]] = max(high[street[p]], m[k])
    return low, high


def _shortened(layout: Layout, members: Members, low: np.ndarray, high: np.ndarray, length: np.ndarray):
    """Both ends at half their length: positions before ``low`` and after ``high`` halved, and the lines cut to it."""
    cut_low, cut_high = low / 2, (length - high) / 2
    if not (cut_low.any() or cut_high.any()):
        return layout, members
    offset, x, y, m = _cut(layout.offset, layout.x, layout.y, layout.m, cut_low, length - cut_high)
    knot_street = np.repeat(layout.street, np.diff(layout.knot_offset))
    return (
        replace(layout, offset=offset, x=x, y=y, m=m, knot_m=_moved(layout.knot_m, knot_street, low, high)),
        replace(
            members,
            m0=_moved(members.m0, members.street, low, high),
            m1=_moved(members.m1, members.street, low, high),
        ),
    )


@njit(cache=True)
def _moved(m, street, low, high):
    """Positions with those before ``low`` and after ``high`` of their street halved."""
    out = np.empty(len(m))
    for k in range(len(m)):
        a, b = low[street[k]], high[street[k]]
        if m[k] > b:
            out[k] = (m[k] + b) / 2 - a / 2
        else:
            out[k] = m[k] / 2 if m[k] < a else m[k] - a / 2
    return out


@njit(cache=True)
def _cut(offset, x, y, m, start, stop):
    """The stretch of each line from ``start`` to ``stop``."""
    room = len(x) + 2 * len(start)
    ox, oy, om = np.empty(room), np.empty(room), np.empty(room)
    out = np.zeros(len(start) + 1, np.int64)
    n = 0
    for i in range(len(start)):
        a, b = offset[i], offset[i + 1]
        ox[n], oy[n], om[n] = along(start[i], m[a:b], x[a:b]), along(start[i], m[a:b], y[a:b]), 0.0
        n += 1
        for v in range(a, b):
            if start[i] < m[v] < stop[i]:
                ox[n], oy[n], om[n] = x[v], y[v], m[v] - start[i]
                n += 1
        ox[n], oy[n] = along(stop[i], m[a:b], x[a:b]), along(stop[i], m[a:b], y[a:b])
        om[n] = stop[i] - start[i]
        n += 1
        out[i + 1] = n
    return out, ox[:n], oy[:n], om[:n]
