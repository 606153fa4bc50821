"""Which stretch of which carriageway runs against which: the pairs of a divided road."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_chains import Chains, cut_chains
from geo._streets_select import BOTH_WAYS, UNRECORDED
from geo.grid import bucket, grid_of_segments

STEP_MM = 20_000.0
# Greatest distance between two carriageways, metres, by class rank: trunk, primary, secondary, tertiary, the rest.
_REACH_NAMED = np.array([80.0, 70.0, 60.0, 45.0, 30.0]) * 1000.0
_REACH_UNNAMED = np.array([50.0, 50.0, 40.0, 30.0, 15.0]) * 1000.0
_AGAINST_COS = -0.8
_CELL_MM = 65_536
_ROUNDS = 2
_SCOUT = 16  # one sample of so many tells on which side of each other carriageways lie here
# How far a pair may be lost between two stretches where it is seen, millimetres.
_BRIDGE_NAMED, _BRIDGE_UNNAMED = 600_000.0, 200_000.0
_LEAST_SURE, _LEAST_UNRECORDED = 60_000.0, 100_000.0
_FAR = 2.0**40  # more than any station


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


@dataclass(frozen=True)
class Zones:
    """Runs of samples matched with one chain: per sample its zone or -1; per zone both chains and their sense."""

    zone: np.ndarray
    chain: np.ndarray
    other: np.ndarray
    sense: np.ndarray


@dataclass(frozen=True)
class Records:
    """
    Stretches of a chain that run on another, the carrier.

    ``low, high`` are stations on ``chain``; knots ``offset[r]`` to ``offset[r + 1]`` map station ``t`` (increasing) to
    station ``s`` of the carrier. ``half`` per sample is half the vector to the other carriageway, NaN where none.
    """

    chain: np.ndarray
    carrier: np.ndarray
    low: np.ndarray
    high: np.ndarray
    offset: np.ndarray
    t: np.ndarray
    s: np.ndarray
    half: np.ndarray


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
    segments = np.stack([chains.x[piece], chains.y[piece], chains.x[piece + 1], chains.y[piece + 1]], axis=1)
    grid = grid_of_segments(segments.astype(np.int64), cell_mm=_CELL_MM)
    way = np.where(chains.travel == UNRECORDED, chains.sense, chains.travel).astype(float)
    vector = (segments[:, 2:] - segments[:, :2]) / (chains.station[piece + 1] - chains.station[piece])[:, None]
    kind = chains.group * 8 + np.where(chains.named, 7, 0)
    kind = kind[chain_of] + np.where(chains.named[chain_of], 0, rank)  # only equal kinds can be a pair
    lines = (chains.offset, chains.x, chains.y, chains.station, chains.travel, way, chain_of, kind, reach)
    points = (samples.first, samples.step, samples.chain, samples.station, samples.x, samples.y)
    others = (piece, kind[piece], vector)
    count = len(samples.chain)
    partner, at = np.full(count, -1, np.int64), np.zeros(count)
    x, y = np.zeros(count), np.zeros(count)
    scout = np.arange(count) % _SCOUT == 0
    hands = [_nearest_opposing(*lines, *points, *others, *grid, partner, scout, hand)[1] for hand in (0, 1)]
    hand, left = int((hands[1] < hands[0]).sum() > (hands[0] < hands[1]).sum()), np.ones(count, bool)
    for _ in range(_ROUNDS):
        found = _nearest_opposing(*lines, *points, *others, *grid, partner, left, hand)
        left = found[0] >= 0
        _keep_mutual(*points, *found, partner, at, x, y)
    return Matches(partner, at, (x - samples.x) / 2, (y - samples.y) / 2)


def find_zones(samples: Samples, matches: Matches, named: np.ndarray) -> Zones:
    """The matched samples by partner, as long as the stations go on steadily; ``named`` is per chain."""
    return Zones(*_zones(samples.first, samples.station, named, matches.chain, matches.station))


@njit(cache=True)
def _nearest_opposing(offset, x, y, stations, travel, way, chain_of, kind, reach,
                      first, step, s_chain, s_station, px, py, piece, piece_kind, vector,
                      starts, items, shift, x_bits, y_bits, partner, left, hand):  # fmt: skip
    """
    Per sample the chain of the nearest opposing piece on one hand, its distance, its station, and the place on it.

    ``hand`` is 0 for the left of travel and 1 for the right; only samples ``left`` are looked at.
    """
    count = len(px)
    chain, near = np.full(count, -1, np.int64), np.full(count, np.inf)
    at, qx, qy = np.zeros(count), np.zeros(count), np.zeros(count)
    turn = 1.0 if hand == 0 else -1.0
    for c in range(len(offset) - 1):
        v = offset[c]
        for k in range(first[c], first[c + 1]):
            if not left[k] or partner[k] >= 0:
                continue
            while v < offset[c + 1] - 2 and stations[v + 1] <= s_station[k]:
                v += 1
            if travel[v] == 0 or reach[v] <= 0.0:
                continue
            length = stations[v + 1] - stations[v]
            ux, uy = (x[v + 1] - x[v]) / length * way[v], (y[v + 1] - y[v]) / length * way[v]
            r = reach[v]
            for row in range(int(py[k] - r) >> shift, (int(py[k] + r) >> shift) + 1):
                for column in range(int(px[k] - r) >> shift, (int(px[k] + r) >> shift) + 1):
                    b = bucket(column, row, x_bits, y_bits)
                    for i in items[starts[b] : starts[b + 1]]:
                        if piece_kind[i] != kind[v]:
                            continue
                        w = piece[i]
                        wx, wy = vector[i, 0], vector[i, 1]
                        if (ux * wx + uy * wy) * way[w] > _AGAINST_COS:
                            continue
                        wl = stations[w + 1] - stations[w]
                        t = min(max((px[k] - x[w]) * wx + (py[k] - y[w]) * wy, 0.0), wl)
                        vx, vy = x[w] + t * wx - px[k], y[w] + t * wy - py[k]
                        distance = np.hypot(vx, vy)
                        if distance > r or abs(vx * ux + vy * uy) > 0.35 * distance + 5_000.0:
                            continue
                        if (ux * vy - uy * vx) * turn < 0.0 or distance >= near[k]:
                            continue
                        t += stations[w]
                        d = chain_of[w]
                        if d == c and abs(t - s_station[k]) < 3.0 * distance + 40_000.0:
                            continue
                        if partner[_sample_at(first, step, d, t)] >= 0:
                            continue
                        chain[k], near[k], at[k] = d, distance, t
                        qx[k], qy[k] = px[k] + vx, py[k] + vy
    return chain, near, at, qx, qy


@njit(cache=True)
def _sample_at(first, step, chain, station):
    return min(max(first[chain] + int(station / step[chain]), first[chain]), first[chain + 1] - 1)


@njit(cache=True)
def _keep_mutual(first, step, s_chain, s_station, px, py, chain, near, at, qx, qy, partner, other_t, other_x, other_y):
    """Take over the matches that are found from both sides."""
    keep = np.zeros(len(px), np.bool_)
    for k in range(len(px)):
        d = chain[k]
        if d < 0:
            continue
        j0 = _sample_at(first, step, d, at[k])
        for j in range(max(j0 - 1, first[d]), min(j0 + 1, first[d + 1] - 1) + 1):
            if chain[j] == s_chain[k] and abs(at[j] - s_station[k]) <= 35_000.0 + 0.5 * near[k]:
                keep[k] = True
    for k in range(len(px)):
        if keep[k]:
            partner[k], other_t[k], other_x[k], other_y[k] = chain[k], at[k], qx[k], qy[k]


@njit(cache=True)
def _zones(first, s_station, named, partner, other_t):
    """Number the runs of samples with one partner whose stations go on steadily."""
    count = len(partner)
    zone = np.full(count, -1, np.int64)
    z_chain, z_other = np.empty(count, np.int64), np.empty(count, np.int64)
    z_sign = np.zeros(count, np.int64)
    last = np.empty(count, np.int64)
    zones = 0
    for c in range(len(first) - 1):
        begin = zones
        bridge = _BRIDGE_NAMED if named[c] else _BRIDGE_UNNAMED
        for k in range(first[c], first[c + 1]):
            d = partner[k]
            if d < 0:
                continue
            into = -1
            for z in range(zones - 1, max(begin, zones - 6) - 1, -1):
                if z_other[z] != d:
                    continue
                ds = s_station[k] - s_station[last[z]]
                dt = other_t[k] - other_t[last[z]]
                sign = 1 if dt > 0.0 else -1
                if ds > bridge or (z_sign[z] != 0 and dt * z_sign[z] < -5_000.0) or abs(dt) > 1.7 * ds + 40_000.0:
                    continue
                if ds > 3 * STEP_MM and abs(dt) < 0.6 * ds - 40_000.0:
                    continue
                into = z
                if z_sign[z] == 0 and abs(dt) > 1_000.0:
                    z_sign[z] = sign
                break
            if into < 0:
                into = zones
                z_chain[into], z_other[into] = c, d
                zones += 1
            zone[k] = into
            last[into] = k
    for z in range(zones):
        if z_sign[z] == 0:
            z_sign[z] = -1
    return zone, z_chain[:zones], z_other[:zones], z_sign[:zones]


def lay_on_carriers(chains: Chains, samples: Samples, matches: Matches, zones: Zones) -> Records:
    """
    The stretches of chains that run on a longer one.

    Chains take their partners in, longest first. A zone counts from 60 m on (100 m where the map does not say what is
    one-way) or when it is most of a chain.
    """
    length = chains.length
    order = np.lexsort((np.arange(len(length)), -np.rint(length)))
    by_zone = np.argsort(zones.zone, kind="stable")
    by_zone = by_zone[np.searchsorted(zones.zone[by_zone], 0) :]
    bounds = np.searchsorted(zones.zone[by_zone], np.arange(len(zones.chain) + 1))
    of_chain = np.searchsorted(zones.chain, np.arange(len(length) + 1))
    *records, used = _records(order, length, _recorded(chains), of_chain, zones.other, zones.sense, by_zone,
                              bounds, samples.step, samples.station, matches.station)  # fmt: skip
    half = np.where(used[:, None], np.stack([matches.half_x, matches.half_y], axis=1), np.nan)
    return Records(*records, half)


def _recorded(chains: Chains) -> np.ndarray:
    """True for chains that are one-way by their tags."""
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    unrecorded = (chains.travel == UNRECORDED) & (chains.edge >= 0)
    return np.bincount(chain_of, unrecorded, len(chains.offset) - 1) == 0


@njit(cache=True)
def _records(order, length, sure, of_chain, z_other, z_sign, by_zone, bounds, step, station, other_t):
    chains = len(length)
    room = len(by_zone) + 1
    r_chain, r_carrier = np.empty(room, np.int64), np.empty(room, np.int64)
    r_low, r_high = np.empty(room), np.empty(room)
    offset = np.zeros(room + 1, np.int64)
    kt, ks = np.empty(3 * room), np.empty(3 * room)
    head, following = np.full(chains, -1, np.int64), np.full(room, -1, np.int64)
    used = np.zeros(len(station), np.bool_)
    done = np.zeros(chains, np.bool_)
    records, knots = 0, 0
    for c in order:
        done[c] = True
        for z in range(of_chain[c], of_chain[c + 1]):
            d = z_other[z]
            if done[d] or not _counts(by_zone[bounds[z] : bounds[z + 1]], step[c], length[d], sure[c] and sure[d],
                                      station):  # fmt: skip
                continue
            i = bounds[z]
            while i < bounds[z + 1]:
                k = by_zone[i]
                if not _is_free(head, following, r_low, r_high, c, station[k]) or not _is_free(
                    head, following, r_low, r_high, d, other_t[k]
                ):
                    i += 1
                    continue
                j = i
                while (
                    j + 1 < bounds[z + 1]
                    and _is_open(head, following, r_low, r_high, d, other_t[by_zone[j + 1]], other_t[by_zone[j]])
                    and _is_open(head, following, r_low, r_high, c, station[k], station[by_zone[j + 1]])
                ):
                    j += 1
                start = knots
                for n in range(i, j + 1):
                    q = by_zone[n] if z_sign[z] > 0 else by_zone[i + j - n]
                    t = other_t[q]
                    if knots > start and t <= kt[knots - 1] + 1.0:
                        continue
                    kt[knots], ks[knots] = t, station[q]
                    knots += 1
                    used[q] = True
                r_chain[records], r_carrier[records] = d, c
                r_low[records], r_high[records] = kt[start], kt[knots - 1]
                following[records], head[d] = head[d], records
                records += 1
                offset[records] = knots
                i = j + 1
    return (r_chain[:records], r_carrier[:records], r_low[:records], r_high[:records], offset[: records + 1],
            kt[:knots], ks[:knots], used)  # fmt: skip


@njit(cache=True)
def _counts(members, step, other_length, sure, station):
    """True when a zone is long enough to be a divided road and no accident."""
    seen = len(members) * step
    least = _LEAST_SURE if sure else _LEAST_UNRECORDED
    spread = station[members[-1]] - station[members[0]] + step
    if seen < 0.4 * spread:
        return False
    return seen >= least or seen >= 0.6 * other_length


@njit(cache=True)
def _is_free(head, following, low, high, chain, at):
    return _is_open(head, following, low, high, chain, at, at)


@njit(cache=True)
def _is_open(head, following, low, high, chain, one, other):
    """True when nothing between two stations of a chain has been laid on a carrier."""
    a, b = min(one, other), max(one, other)
    r = head[chain]
    while r >= 0:
        if low[r] <= b and high[r] >= a:
            return False
        r = following[r]
    return True


def cut_turns(
    chains: Chains, samples: Samples, matches: Matches, zones: Zones
) -> tuple[Chains, Samples, Matches, Zones]:
    """All four with chains cut in the middle of the turns where they come back along themselves."""
    at = _turning_points(chains, samples, matches, zones)
    if not len(at):
        return chains, samples, matches, zones
    cut = cut_chains(chains, at)
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    starts = np.sort(np.concatenate((chains.offset[:-1], at)))  # the vertex each new chain begins at
    key = chain_of[starts] * _FAR + chains.station[starts]
    number = np.searchsorted(chain_of[starts], np.arange(len(chains.offset)))
    whole = np.diff(number) == 1

    def moved(chain: np.ndarray, station: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        new, on = np.where(chain < 0, -1, number[chain]), station.copy()
        parts = np.flatnonzero((chain >= 0) & ~whole[chain])
        new[parts] = np.searchsorted(key, chain[parts] * _FAR + station[parts], side="right") - 1
        on[parts] -= chains.station[starts[new[parts]]]
        return new, on

    chain, station = moved(samples.chain, samples.station)
    first = np.searchsorted(chain, np.arange(len(starts) + 1))
    samples = Samples(first, samples.step[chain_of[starts]], chain, station, samples.x, samples.y)
    matches = Matches(*moved(matches.chain, matches.station), matches.half_x, matches.half_y)
    return cut, samples, matches, find_zones(samples, matches, cut.named)


def _turning_points(chains: Chains, samples: Samples, matches: Matches, zones: Zones) -> np.ndarray:
    """Vertices in the middle of turns, at least two samples from the ends of their chain, in order."""
    cuts = []
    for z in np.flatnonzero(zones.chain == zones.other):
        members = np.flatnonzero(zones.zone == z)
        chain = zones.chain[z]
        if len(members) * samples.step[chain] < _LEAST_SURE:
            continue
        inner = members[np.argmin(np.abs(matches.station[members] - samples.station[members]))]
        low, high = sorted((samples.station[inner], matches.station[inner]))
        begin, end = chains.offset[chain], chains.offset[chain + 1]
        inside = begin + np.flatnonzero((chains.station[begin:end] > low) & (chains.station[begin:end] < high))
        if len(inside):
            cuts.append(inside[np.argmin(np.abs(chains.station[inside] - (low + high) / 2))])
    return np.unique(np.array(cuts, np.int64))
