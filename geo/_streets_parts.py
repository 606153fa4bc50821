"""The carriers: stretches of chains that are centre lines, moved to the middle of what runs on them."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_chains import Chains
from geo._streets_curve import along
from geo._streets_matches import Samples
from geo._streets_pairs import Records

_END_MM = 60_000.0  # an end of a carriageway no longer than this goes with the rest of it
_OVERSHOOT_MM = 15_000.0
_TAPER_MM = 40_000.0
_BRIDGE_NAMED, _BRIDGE_UNNAMED = 600_000.0, 200_000.0


@dataclass(frozen=True)
class Pieces:
    """
    Every chain cut, without gaps, into stretches that are a part of their own or lie on one.

    Sorted by ``chain`` and ``low``. ``part`` is the part a stretch is or lies on, ``own`` tells which; knots
    ``offset[i]`` to ``offset[i + 1]`` map station ``t`` (increasing) to position ``m`` on the part.
    """

    chain: np.ndarray
    low: np.ndarray
    high: np.ndarray
    part: np.ndarray
    own: np.ndarray
    offset: np.ndarray
    t: np.ndarray
    m: np.ndarray


@dataclass(frozen=True)
class Parts:
    """Centre lines of carriers; ``offset`` cuts ``x, y, m`` into parts, ``width`` is the pair's mean distance or 0."""

    chain: np.ndarray
    offset: np.ndarray
    x: np.ndarray
    y: np.ndarray
    m: np.ndarray
    width: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Length of each part, millimetres."""
        return self.m[self.offset[1:] - 1]


def build_parts(chains: Chains, samples: Samples, records: Records) -> tuple[Parts, Pieces]:
    """Centre lines of what carries, and how all chains lie on them."""
    order = np.lexsort((records.low, records.chain))
    used_low, used_high, use = _uses(records)
    of_chain = np.searchsorted(records.chain[order], np.arange(len(chains.offset)))
    of_carrier = np.searchsorted(records.carrier[use], np.arange(len(chains.offset)))
    low, high = _stretch(chains.length, order, of_chain, records.chain, records.carrier, records.low, records.high,
                         records.offset, records.t, records.s, use, of_carrier, used_low, used_high)  # fmt: skip
    p_chain, p_low, p_high = _free(chains.length, order, of_chain, low, high)
    offset, s, x, y, m, width = _centre_lines(p_chain, p_low, p_high, chains.offset, chains.x, chains.y, chains.station,
                                              chains.named, samples.first, samples.station, samples.step,
                                              records.half)  # fmt: skip
    parts = Parts(p_chain, offset, x, y, m, width)
    on_part = _part_of(records, p_chain, p_low)
    t, k_m, k_offset = _record_knots(records, low, high, on_part, offset, s, m)
    count = len(p_chain)
    sort = np.lexsort((np.concatenate((p_low, low)), np.concatenate((p_chain, records.chain))))
    sizes = np.concatenate((np.diff(offset), np.diff(k_offset)))
    starts = np.concatenate((offset[:-1], k_offset[:-1] + len(s)))
    take = _ranges(starts[sort], sizes[sort])
    return parts, Pieces(
        np.concatenate((p_chain, records.chain))[sort],
        np.concatenate((p_low, low))[sort],
        np.concatenate((p_high, high))[sort],
        np.concatenate((np.arange(count), on_part))[sort],
        sort < count,
        np.concatenate(([0], np.cumsum(sizes[sort]))),
        np.concatenate((s, t))[take],
        np.concatenate((m, k_m))[take],
    )


def _ranges(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The numbers from each start on, as many as its size, one after another."""
    before = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))


def _uses(records: Records) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretch of its carrier that each record uses, and the records sorted by carrier."""
    if not len(records.chain):
        none = np.zeros(0)
        return none, none, np.zeros(0, np.int64)
    one, other = records.s[records.offset[:-1]], records.s[records.offset[1:] - 1]
    return np.minimum(one, other), np.maximum(one, other), np.argsort(records.carrier, kind="stable")


@njit(cache=True)
def _stretch(length, order, of_chain, chain, carrier, r_low, r_high, offset, t, s, use, of_carrier, u_low, u_high):
    """The records grown over short ends and over short gaps between them."""
    low, high = r_low.copy(), r_high.copy()
    for c in range(len(length)):
        a, b = of_chain[c], of_chain[c + 1]
        for i in range(a, b):
            r = order[i]
            first, last = offset[r], offset[r + 1] - 1
            sign = -1.0 if s[first] > s[last] else 1.0
            if first == last:
                sign = -1.0
            reach = length[carrier[r]]
            if i == a and low[r] <= _END_MM and not _carries(c, 0.0, low[r], use, of_carrier, u_low, u_high):
                room = s[first] if sign > 0 else reach - s[first]
                low[r] = 0.0 if low[r] <= room + _OVERSHOOT_MM else low[r] - room
            rest = length[c] - high[r]
            if i == b - 1 and rest <= _END_MM and not _carries(c, high[r], length[c], use, of_carrier, u_low, u_high):
                room = reach - s[last] if sign > 0 else s[last]
                high[r] = length[c] if rest <= room + _OVERSHOOT_MM else high[r] + room
            if i < b - 1:
                q = order[i + 1]
                gap = low[q] - high[r]
                most = 2 * _END_MM if carrier[q] == carrier[r] else _END_MM
                if gap <= most and not _carries(c, high[r], low[q], use, of_carrier, u_low, u_high):
                    high[r] = low[q] = high[r] + gap / 2
    return low, high


@njit(cache=True)
def _carries(chain, a, b, use, of_carrier, u_low, u_high):
    """True when something lies on this stretch of a chain."""
    found = False
    for i in range(of_carrier[chain], of_carrier[chain + 1]):
        found |= u_low[use[i]] <= b and u_high[use[i]] >= a
    return found


@njit(cache=True)
def _free(length, order, of_chain, low, high):
    """What the records leave of each chain."""
    room = len(length) + len(order)
    chain, start, stop = np.empty(room, np.int64), np.empty(room), np.empty(room)
    n = 0
    for c in range(len(length)):
        at = 0.0
        for i in range(of_chain[c], of_chain[c + 1] + 1):
            until = low[order[i]] if i < of_chain[c + 1] else length[c]
            if until - at > 0.5:
                chain[n], start[n], stop[n] = c, at, until
                n += 1
            if i < of_chain[c + 1]:
                at = high[order[i]]
    return chain[:n], start[:n], stop[:n]


@njit(cache=True)
def _centre_lines(p_chain, p_low, p_high, offset, x, y, station, named, first, s_station, step, half):
    room = 2 * len(p_chain)
    for p in range(len(p_chain)):
        c = p_chain[p]
        room += offset[c + 1] - offset[c] + 3 * (first[c + 1] - first[c])
    out = np.zeros(len(p_chain) + 1, np.int64)
    os, ox, oy, om = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    width = np.zeros(len(p_chain))
    n = 0
    for p in range(len(p_chain)):
        c, a, b = p_chain[p], p_low[p], p_high[p]
        at, dx, dy, wide = _offsets(a, b, _BRIDGE_NAMED if named[c] else _BRIDGE_UNNAMED,
                                    first[c], first[c + 1], s_station, half)  # fmt: skip
        width[p] = wide
        lo, hi = offset[c], offset[c + 1]
        v = lo + np.searchsorted(station[lo:hi], a, side="right")
        k = 0
        stop = False
        start = n
        while not stop:
            if n == start:
                s = a
            else:
                s = b
                if v < hi and station[v] < s:
                    s = station[v]
                if k < len(at) and at[k] < s:
                    s = at[k]
                stop = s >= b
            while v < hi and station[v] <= s:
                v += 1
            while k < len(at) and at[k] <= s:
                k += 1
            w = min(max(v - 1, lo), hi - 2)
            f = (s - station[w]) / (station[w + 1] - station[w])
            px, py = x[w] + f * (x[w + 1] - x[w]), y[w] + f * (y[w + 1] - y[w])
            if len(at):
                px += _at_knot(s, at, dx, k)
                py += _at_knot(s, at, dy, k)
            if n > start:
                move = np.hypot(px - ox[n - 1], py - oy[n - 1])
                if move < 1.0 and not stop:
                    continue
                om[n] = om[n - 1] + move
            else:
                om[n] = 0.0
            if stop and a == 0.0 and x[lo] == x[hi - 1] and y[lo] == y[hi - 1] and b >= station[hi - 1]:
                px, py = ox[start], oy[start]  # a ring stays closed
                om[n] = om[n - 1] + np.hypot(px - ox[n - 1], py - oy[n - 1])
            os[n], ox[n], oy[n] = s, px, py
            n += 1
        out[p + 1] = n
    return out, os[:n], ox[:n], oy[:n], om[:n], width


@njit(cache=True)
def _at_knot(s, xs, ys, k):
    """The value at one place of the curve through knots, of which the k-th is the first beyond it."""
    if k == 0 or k == len(xs):
        return ys[0] if k == 0 else ys[k - 1]
    step = xs[k] - xs[k - 1]
    return ys[k - 1] + (s - xs[k - 1]) / step * (ys[k] - ys[k - 1])


@njit(cache=True)
def _offsets(a, b, bridge, k0, k1, s_station, half):
    """Stations and half vectors along a part: as sampled, straight over gaps, fading out before and after."""
    room = 3 * (k1 - k0) + 2
    at, dx, dy = np.empty(room), np.zeros(room), np.zeros(room)
    n = 0
    last = -1
    total, seen = 0.0, 0
    for k in range(k0, k1 + 1):
        inside = k < k1 and a <= s_station[k] <= b and not np.isnan(half[k, 0])
        if not inside and k < k1:
            continue
        until = s_station[k] if inside else b
        since = s_station[last] if last >= 0 else a
        gap = until - since
        fades = gap > (bridge if inside and last >= 0 else _END_MM)
        if fades and last >= 0:
            at[n] = since + _TAPER_MM if gap > 2 * _TAPER_MM or not inside else since + gap / 2
            n += 1
        if fades and inside and (last < 0 or gap > 2 * _TAPER_MM):
            at[n] = until - min(_TAPER_MM, gap)
            n += 1
        if inside:
            at[n], dx[n], dy[n] = until, half[k, 0], half[k, 1]
            total += 2.0 * np.hypot(dx[n], dy[n])
            seen += 1
            n += 1
            last = k
    return at[:n] if seen else at[:0], dx[:n], dy[:n], total / seen if seen else 0.0


def _part_of(records: Records, p_chain: np.ndarray, p_low: np.ndarray) -> np.ndarray:
    """The part each record lies on."""
    if not len(records.chain):
        return np.zeros(0, np.int64)
    key = p_chain * 2.0**32 + p_low
    middle = records.s[(records.offset[:-1] + records.offset[1:]) // 2]
    return np.searchsorted(key, records.carrier * 2.0**32 + middle, side="right") - 1


@njit(cache=True)
def _knots(r_offset, r_t, r_s, low, high, part, offset, s, m):
    room = len(r_t) + 2 * len(low)
    t_out, m_out = np.empty(room), np.empty(room)
    k_offset = np.zeros(len(low) + 1, np.int64)
    n = 0
    for r in range(len(low)):
        a, b = r_offset[r], r_offset[r + 1]
        ps, pm = s[offset[part[r]] : offset[part[r] + 1]], m[offset[part[r]] : offset[part[r] + 1]]
        sign = 1.0 if r_s[b - 1] > r_s[a] else -1.0
        if low[r] < r_t[a] - 0.5:
            t_out[n] = low[r]
            m_out[n] = along(r_s[a] - sign * (r_t[a] - low[r]), ps, pm)
            n += 1
        for k in range(a, b):
            t_out[n], m_out[n] = r_t[k], along(r_s[k], ps, pm)
            n += 1
        if high[r] > r_t[b - 1] + 0.5 or n - k_offset[r] < 2:
            t_out[n] = max(high[r], r_t[b - 1] + 1.0)
            m_out[n] = along(r_s[b - 1] + sign * (t_out[n] - r_t[b - 1]), ps, pm)
            n += 1
        k_offset[r + 1] = n
    return t_out[:n], m_out[:n], k_offset


def _record_knots(records, low, high, part, offset, s, m) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Station and position on its part along each record."""
    return _knots(records.offset, records.t, records.s, low, high, part, offset, s, m)
