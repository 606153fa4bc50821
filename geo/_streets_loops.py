"""Loops: which lines touch themselves, where to cut them, and what is left without the loops."""

from itertools import pairwise

import numpy as np
import shapely
from numba import njit


def touching_lines(offset: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Rows of the lines that touch themselves other than at their two ends; ``offset`` cuts ``x, y`` into lines."""
    winding = np.flatnonzero(_turns_back(offset, x, y))
    if not len(winding):
        return winding
    size = np.diff(offset)[winding]
    take = np.repeat(offset[winding] - np.cumsum(size) + size, size) + np.arange(size.sum())
    lines = shapely.linestrings(np.stack([x[take], y[take]], axis=1), indices=np.repeat(np.arange(len(size)), size))
    return winding[~shapely.is_simple(lines)]


@njit(cache=True)
def _turns_back(offset, x, y):
    """True for lines that do not go on all the time as they go from end to end; the others cannot touch themselves."""
    out = np.zeros(len(offset) - 1, np.bool_)
    for i in range(len(offset) - 1):
        a, b = offset[i], offset[i + 1] - 1
        dx, dy = x[b] - x[a], y[b] - y[a]
        least = 1e-3 * np.hypot(dx, dy)
        for v in range(a, b):
            wx, wy = x[v + 1] - x[v], y[v + 1] - y[v]
            if dx * wx + dy * wy <= least * np.hypot(wx, wy):
                out[i] = True
                break
    return out


def cut_loops(offset, x, y, vertex, edge) -> tuple[np.ndarray, np.ndarray]:
    """New offsets, and the vertices that make them, so that no chain touches itself but at its two ends."""
    bad = touching_lines(offset, x, y)
    if not len(bad):
        return offset, np.arange(len(x))
    take, sizes, done = [], np.diff(offset).tolist(), 0
    runs = {c: _runs(int(offset[c]), int(offset[c + 1]), x, y, vertex, edge) for c in bad.tolist()}
    for c in reversed(runs):
        sizes[c : c + 1] = [b - a + 1 for a, b in runs[c]]
    for c, parts in runs.items():
        take += [np.arange(done, offset[c]), *(np.arange(a, b + 1) for a, b in parts)]
        done = offset[c + 1]
    take.append(np.arange(done, len(x)))
    return np.concatenate(([0], np.cumsum(sizes))), np.concatenate(take)


def _runs(first: int, last: int, x, y, vertex, edge) -> list[tuple[int, int]]:
    """First and last vertices of the stretches of a chain that do not touch themselves, without gaps at their ends."""
    runs = []
    for a, b in pairwise((first + _loop_cuts(x[first:last], y[first:last], vertex[first:last])).tolist()):
        real = a + np.flatnonzero(edge[a:b] >= 0)
        if len(real):
            runs.append((int(real[0]), int(real[-1]) + 1))
    return runs


@njit(cache=True)
def _loop_cuts(x, y, vertex):
    """Vertices to cut a line at: where it comes back to a vertex, and before a segment that crosses an earlier one."""
    size = len(x)
    cut = np.zeros(size, np.bool_)
    cut[0] = cut[size - 1] = True
    for j in range(1, size):
        for i in range(j):
            if vertex[i] == vertex[j] and not (i == 0 and j == size - 1):
                cut[i] = cut[j] = True
    since = 0
    for j in range(size - 1):
        if cut[j]:
            since = j
        for i in range(since, j - 1):
            if i == since and vertex[i] == vertex[j + 1]:
                continue  # a ring closes
            if _cross(x[i], y[i], x[i + 1], y[i + 1], x[j], y[j], x[j + 1], y[j + 1]):
                cut[j] = True
                since = j
                break
    return np.flatnonzero(cut)


@njit(cache=True)
def _cross(ax, ay, bx, by, cx, cy, dx, dy):
    """True when two closed segments have a point in common."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx) or max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    one = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    two = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    three = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    four = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    return one * two <= 0.0 and three * four <= 0.0


@njit(cache=True)
def without_loops(x, y, m):
    """Places, new and old positions of a line without its loops (two knots where one was), and the longest loop."""
    size = len(x)
    closed = x[0] == x[size - 1] and y[0] == y[size - 1]
    ox, oy, om, old = np.empty(2 * size), np.empty(2 * size), np.empty(2 * size), np.empty(2 * size)
    ox[0], oy[0], om[0], old[0] = x[0], y[0], 0.0, m[0]
    n = 1
    i, longest = 0, 0.0
    px, py, pm = x[0], y[0], m[0]
    while i < size - 1:
        jump, best = -1, 2.0
        for j in range(size - 2, i + 1, -1):
            if closed and i == 0 and j == size - 2:
                continue
            f = _crossing(px, py, x[i + 1], y[i + 1], x[j], y[j], x[j + 1], y[j + 1])
            if f >= 0.0 and f < best:
                best, jump = f, j
        if jump >= 0:
            cx, cy = px + best * (x[i + 1] - px), py + best * (y[i + 1] - py)
            at = pm + best * (m[i + 1] - pm)
            back = m[jump] + np.hypot(cx - x[jump], cy - y[jump])
            step = np.hypot(cx - ox[n - 1], cy - oy[n - 1])
            longest = max(longest, back - at)
            if step > 0.0:
                ox[n], oy[n], om[n], old[n] = cx, cy, om[n - 1] + step, at
                n += 1
            ox[n], oy[n], om[n], old[n] = cx, cy, om[n - 1], back
            n += 1
            px, py, pm, i = cx, cy, back, jump
            continue
        i += 1
        px, py, pm = x[i], y[i], m[i]
        step = np.hypot(px - ox[n - 1], py - oy[n - 1])
        ox[n], oy[n], om[n], old[n] = px, py, om[n - 1] + step, pm
        n += 1
    return ox[:n], oy[:n], om[:n], old[:n], longest


@njit(cache=True)
def _crossing(ax, ay, bx, by, cx, cy, dx, dy):
    """Share of the way from a to b at which it meets c to d, or -1."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx) or max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return -1.0
    cross = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if cross == 0.0:
        return -1.0
    f = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / cross
    g = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / cross
    return f if 0.0 <= f <= 1.0 and 0.0 <= g <= 1.0 else -1.0
