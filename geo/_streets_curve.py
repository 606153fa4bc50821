"""Straight interpolation between knots, for compiled code; numpy's own copies its arrays at every call."""

import numpy as np
from numba import njit


@njit(cache=True)
def along(at, xs, ys):
    """The value at one place of the curve through knots, the first or last one beyond them."""
    last = len(xs) - 1
    if at <= xs[0]:
        return ys[0]
    if at >= xs[last]:
        return ys[last]
    k = np.searchsorted(xs, at, side="right") - 1
    step = xs[k + 1] - xs[k]
    return ys[k] + (at - xs[k]) / step * (ys[k + 1] - ys[k]) if step > 0.0 else ys[k]


@njit(cache=True)
def along_each(which, at, offset, xs, ys):
    """Each place on its own curve; ``offset`` cuts the knots into curves, ``which`` is the curve of each place."""
    out = np.empty(len(at))
    for k in range(len(at)):
        a, b = offset[which[k]], offset[which[k] + 1]
        out[k] = along(at[k], xs[a:b], ys[a:b])
    return out
