"""Ends of divided roads, where one carriageway ends before the other."""

from dataclasses import replace

import numpy as np
from numba import njit

from geo._streets_curve import along
from geo._streets_layout import Layout, Members
from geo._streets_select import AGAINST, ALONG

_RAGGED_MM = 100_000.0
_LEAST_SHARE = 0.25


def even_ends(layout: Layout, members: Members, paired: np.ndarray, travel: np.ndarray) -> tuple[Layout, Members]:
    """
    The streets with each end of a divided road half-way between the ends of its two carriageways.

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
    low, high = np.full(streets, np.inf), np.full(streets, -np.inf)
    knot_street = np.repeat(layout.street, np.diff(layout.knot_offset))
    knot_paired = np.repeat(paired, np.diff(layout.knot_offset))
    np.minimum.at(low, knot_street[knot_paired], layout.knot_m[knot_paired])
    np.maximum.at(high, knot_street[knot_paired], layout.knot_m[knot_paired])
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
    return _shortened(layout, members, low, high, length)


def _shortened(layout: Layout, members: Members, low: np.ndarray, high: np.ndarray, length: np.ndarray):
    """Both ends at half their length: positions before ``low`` and after ``high`` halved, and the lines cut to it."""
    cut_low, cut_high = low / 2, (length - high) / 2

    def moved(m: np.ndarray, street: np.ndarray) -> np.ndarray:
        before = np.where(m < low[street], m / 2, m - cut_low[street])
        return np.where(m > high[street], (m + high[street]) / 2 - cut_low[street], before)

    if not (cut_low.any() or cut_high.any()):
        return layout, members
    offset, x, y, m = _cut(layout.offset, layout.x, layout.y, layout.m, cut_low, length - cut_high)
    knot_street = np.repeat(layout.street, np.diff(layout.knot_offset))
    return (
        replace(layout, offset=offset, x=x, y=y, m=m, knot_m=moved(layout.knot_m, knot_street)),
        replace(members, m0=moved(members.m0, members.street), m1=moved(members.m1, members.street)),
    )


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
