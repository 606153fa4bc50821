"""Ends of divided roads, where one carriageway ends before the other."""

from dataclasses import replace

import numpy as np

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

    xs, ys, ms = [], [], []
    for i in range(len(length)):
        a, b = layout.offset[i], layout.offset[i + 1]
        x, y, m = layout.x[a:b], layout.y[a:b], layout.m[a:b]
        if cut_low[i] > 0.0 or cut_high[i] > 0.0:
            ends = np.array([cut_low[i], length[i] - cut_high[i]])
            inside = (m > ends[0]) & (m < ends[1])
            at = np.concatenate((ends[:1], m[inside], ends[1:]))
            x, y, m = np.interp(at, m, x), np.interp(at, m, y), at - cut_low[i]
        xs.append(x)
        ys.append(y)
        ms.append(m)
    offset = np.concatenate(([0], np.cumsum([len(m) for m in ms]))).astype(np.int64)
    if not len(ms):
        return layout, members
    knot_street = np.repeat(layout.street, np.diff(layout.knot_offset))
    return (
        replace(layout, offset=offset, x=np.concatenate(xs), y=np.concatenate(ys), m=np.concatenate(ms),
                knot_m=moved(layout.knot_m, knot_street)),
        replace(members, m0=moved(members.m0, members.street), m1=moved(members.m1, members.street)),
    )  # fmt: skip
