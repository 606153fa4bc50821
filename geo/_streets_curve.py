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
    k = 0
    for i in range(len(at)):
        a, b, here = offset[which[i]], offset[which[i] + 1], at[i]
        if here <= xs[a] or here >= xs[b - 1]:
            out[i] = ys[a] if here <= xs[a] else ys[b - 1]
            continue
        if a <= k < b - 2 and xs[k + 1] <= here:
            k += 1
        if not (a <= k < b - 1 and xs[k] <= here < xs[k + 1]):  # neither where the one before was nor in the next gap
            k, stop = a, b - 1
            while stop - k > 1:
                middle = (k + stop) // 2
                if xs[middle] <= here:
                    k = middle
                else:
                    stop = middle
        out[i] = ys[k] + (here - xs[k]) / (xs[k + 1] - xs[k]) * (ys[k + 1] - ys[k])
    return out
