"""Points along the carriageways, and what runs against each of them."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_chains import Chains
from geo._streets_select import BOTH_WAYS, UNRECORDED
from geo.grid import bucket, grid_of_segments

STEP_MM = 20_000.0
# Greatest distance between two carriageways, metres, by class rank: trunk, primary, secondary, tertiary, the rest.
_REACH_NAMED = np.array([80.0, 70.0, 60.0, 45.0, 30.0]) * 1000.0
_REACH_UNNAMED = np.array([50.0, 50.0, 40.0, 30.0, 15.0]) * 1000.0
_AGAINST_COS = -0.8
_CELL_MM = 131_072
_ROUNDS = 2
_SCOUTS = 4096  # so many samples, or all, tell on which hand of travel the other carriageways lie here
_WORTH_THREADS = 50_000  # samples; below this threads cost more than they give


@dataclass(frozen=True)
class Samples:
    """Points about every 20 m of each chain (``step``); ``first`` of length chains + 1 cuts them into chains."""

    first: np.ndarray
    step: np.ndarray
    chain: np.ndarray
    station: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Matches:
    """Per sample the chain that runs against its own there, or -1; the ``station`` on it, half the vector to it."""

    chain: np.ndarray
    station: np.ndarray
    half_x: np.ndarray
    half_y: np.ndarray


def sample_chains(chains: Chains) -> Samples:
    """Points at the middles of equal steps of about 20 m."""
    length = chains.length
    count = np.maximum(np.rint(length / STEP_MM).astype(np.int64), 1)
    first = np.concatenate(([0], np.cumsum(count)))
    chain = np.repeat(np.arange(len(length)), count)
    step = length / count
    station = (np.arange(len(chain)) - first[chain] + 0.5) * step[chain]
    x, y = _points(chains.offset, chains.x, chains.y, chains.station, first, station)
    return Samples(first, step, chain, station, x, y)


@njit(cache=True)
def _points(offset, x, y, stations, first, at):
    px, py = np.empty(len(at)), np.empty(len(at))
    for c in range(len(offset) - 1):
        v = offset[c]
        for k in range(first[c], first[c + 1]):
            while v < offset[c + 1] - 2 and stations[v + 1] <= at[k]:
                v += 1
            t = (at[k] - stations[v]) / (stations[v + 1] - stations[v])
            px[k], py[k] = x[v] + t * (x[v + 1] - x[v]), y[v] + t * (y[v + 1] - y[v])
    return px, py


def match_samples(chains: Chains, samples: Samples, rank_of_edge: np.ndarray) -> Matches:
    """
    The chain that runs against each sample, nearest on the side where the traffic of this city has it.

    Only what finds each other both ways is matched.
    """
    piece = np.flatnonzero((chains.edge >= 0) & (chains.travel != BOTH_WAYS))
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    rank = np.minimum(np.where(chains.edge >= 0, rank_of_edge[chains.edge], 9), 4)
    reach = np.where(chains.named[chain_of], _REACH_NAMED[rank], _REACH_UNNAMED[rank])
    reach[chains.travel == BOTH_WAYS] = 0.0
    way = np.where(chains.travel == UNRECORDED, chains.sense, chains.travel)
    kind = chains.group * 8 + np.where(chains.named, 7, 0)
    kind = kind[chain_of] + np.where(chains.named[chain_of], 0, rank)  # only equal kinds can be a pair
    segments = np.stack([chains.x[piece], chains.y[piece], chains.x[piece + 1], chains.y[piece + 1]], axis=1)
    grid = grid_of_segments(segments.astype(np.int64), cell_mm=_CELL_MM)
    course = _courses(chains.offset, chains.x, chains.y, chains.station, way)
    lines = (chains.offset, chains.x, chains.y, chains.station, way, course, chain_of, kind, reach)
    points = (samples.first, samples.step, samples.chain, samples.station, samples.x, samples.y)
    others = (grid.starts, piece[grid.items], *grid[2:])
    count = len(samples.chain)
    partner, at = np.full(count, -1, np.int64), np.zeros(count)
    x, y = np.zeros(count), np.zeros(count)
    some = np.arange(0, count, max(count // _SCOUTS, 1))
    hands = [_nearest(*lines, *points, *others, some=some, partner=partner, hand=hand)[1] for hand in (0, 1)]
    hand, some = int((hands[1] < hands[0]).sum() > (hands[0] < hands[1]).sum()), np.arange(count)
    for _ in range(_ROUNDS):
        found = _nearest(*lines, *points, *others, some=some, partner=partner, hand=hand)
        _keep_mutual(*points[:4], some, *found, partner, at, x, y)
        some = some[(found[0] >= 0) & (partner[some] < 0)]
    return Matches(partner, at, (x - samples.x) / 2, (y - samples.y) / 2)


def _nearest(*city: np.ndarray, some: np.ndarray, partner: np.ndarray, hand: int) -> tuple[np.ndarray, ...]:
    """What ``_nearest_opposing`` finds; in threads, part by part, where there are many samples."""
    workers = os.cpu_count() or 1
    if len(some) < _WORTH_THREADS or workers == 1:
        return _nearest_opposing(*city, some, partner, hand)
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(lambda part: _nearest_opposing(*city, part, partner, hand), np.array_split(some, workers))
        return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


@njit(cache=True)
def _courses(offset, x, y, stations, way):
    """Unit vector of travel along the segment that begins at each vertex; 0 where none does."""
    course = np.zeros((len(x), 2))
    for c in range(len(offset) - 1):
        for v in range(offset[c], offset[c + 1] - 1):
            length = stations[v + 1] - stations[v]
            course[v, 0], course[v, 1] = (x[v + 1] - x[v]) / length * way[v], (y[v + 1] - y[v]) / length * way[v]
    return course


@njit(cache=True, nogil=True)
def _nearest_opposing(offset, x, y, stations, way, course, chain_of, kind, reach,
                      first, step, s_chain, s_station, px, py,
                      starts, items, shift, x_bits, y_bits, some, partner, hand):  # fmt: skip
    """
    Of ``some`` samples each the chain of the nearest opposing piece on one hand, its distance, its station, its place.

    ``hand`` is 0 for the left of travel and 1 for the right. Samples on one segment are looked at together.
    """
    count = len(some)
    chain, near = np.full(count, -1, np.int64), np.full(count, np.inf)
    at, qx, qy = np.zeros(count), np.zeros(count), np.zeros(count)
    turn = 1.0 if hand == 0 else -1.0
    around = np.empty(64, np.int64)
    end, c, v = 0, np.int64(-1), np.int64(0)
    while end < count:
        begin = end
        k = some[begin]
        if s_chain[k] != c:
            c = s_chain[k]
            v = offset[c]
        last = offset[c + 1] - 2
        while v < last and stations[v + 1] <= s_station[k]:
            v += 1
        while end < count and s_chain[some[end]] == c and (v == last or stations[v + 1] > s_station[some[end]]):
            end += 1
        if reach[v] <= 0.0:
            continue
        around, found = _against(course, kind, v, px[k], py[k], px[some[end - 1]], py[some[end - 1]],
                                 reach[v], starts, items, shift, x_bits, y_bits, around)  # fmt: skip
        ux, uy = course[v]
        for w in around[:found]:
            wx, wy, wl, d = course[w, 0] * way[w], course[w, 1] * way[w], stations[w + 1] - stations[w], chain_of[w]
            for i in range(begin, end):
                k = some[i]
                t = min(max((px[k] - x[w]) * wx + (py[k] - y[w]) * wy, 0.0), wl)
                vx, vy = x[w] + t * wx - px[k], y[w] + t * wy - py[k]
                most = min(near[i], reach[v])
                if vx * vx + vy * vy > 1.000001 * most * most or (ux * vy - uy * vx) * turn < 0.0:
                    continue  # before the costly square root
                distance = np.hypot(vx, vy)
                if distance > reach[v] or distance >= near[i] or abs(vx * ux + vy * uy) > 0.35 * distance + 5_000.0:
                    continue
                t += stations[w]
                if d == c and abs(t - s_station[k]) < 3.0 * distance + 40_000.0:
                    continue
                if partner[_sample_at(first, step, d, t)] >= 0:
                    continue
                chain[i], near[i], at[i] = d, distance, t
                qx[i], qy[i] = px[k] + vx, py[k] + vy
    return chain, near, at, qx, qy


@njit(cache=True)
def _against(course, kind, v, ax, ay, bx, by, reach, starts, items, shift, x_bits, y_bits, out):
    """The segments against a segment and of its kind that may be within reach of a stretch of it; how many."""
    ux, uy = course[v]
    found = 0
    for row in range(int(min(ay, by) - reach) >> shift, (int(max(ay, by) + reach) >> shift) + 1):
        for column in range(int(min(ax, bx) - reach) >> shift, (int(max(ax, bx) + reach) >> shift) + 1):
            cell = bucket(column, row, x_bits, y_bits)
            for i in range(starts[cell], starts[cell + 1]):
                w = items[i]
                if kind[w] != kind[v]:
                    continue
                if ux * course[w, 0] + uy * course[w, 1] > _AGAINST_COS or _holds(out, found, w):
                    continue
                if found == len(out):
                    out = np.concatenate((out, out))
                out[found] = w
                found += 1
    return out, found


@njit(cache=True)
def _holds(values, size, value):
    """True when the value is among the first so many."""
    i = 0
    while i < size and values[i] != value:
        i += 1
    return i < size


@njit(cache=True)
def _sample_at(first, step, chain, station):
    return min(max(first[chain] + int(station / step[chain]), first[chain]), first[chain + 1] - 1)


@njit(cache=True)
def _keep_mutual(first, step, s_chain, s_station, some, chain, near, at, qx, qy, partner, other_t, other_x, other_y):
    """Take over those matches of ``some`` samples that are found from both sides; the last four are per sample."""
    place = np.full(len(partner), -1, np.int64)
    place[some] = np.arange(len(some))
    for i in range(len(some)):
        k, d = some[i], chain[i]
        if d < 0:
            continue
        j0 = _sample_at(first, step, d, at[i])
        for q in place[max(j0 - 1, first[d]) : min(j0 + 1, first[d + 1] - 1) + 1]:
            if q >= 0 and chain[q] == s_chain[k] and abs(at[q] - s_station[k]) <= 35_000.0 + 0.5 * near[i]:
                partner[k], other_t[k], other_x[k], other_y[k] = d, at[i], qx[i], qy[i]
