"""Which stretch of which carriageway runs against which: the pairs of a divided road."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_chains import Chains, cut_chains
from geo._streets_matches import STEP_MM, Matches, Samples
from geo._streets_order import group_rows
from geo._streets_select import UNRECORDED

# How far a pair may be lost between two stretches where it is seen, millimetres.
_BRIDGE_NAMED, _BRIDGE_UNNAMED = 600_000.0, 200_000.0
_LEAST_SURE, _LEAST_UNRECORDED = 60_000.0, 100_000.0
_FAR = 2.0**40  # more than any station


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


def find_zones(samples: Samples, matches: Matches, named: np.ndarray) -> Zones:
    """The matched samples by partner, as long as the stations go on steadily; ``named`` is per chain."""
    return Zones(*_zones(samples.first, samples.station, named, matches.chain, matches.station))


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
    bounds, by_zone = group_rows(zones.zone, len(zones.chain))
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
        chain = zones.chain[z]
        first, last = samples.first[chain], samples.first[chain + 1]
        members = first + np.flatnonzero(zones.zone[first:last] == z)
        if len(members) * samples.step[chain] < _LEAST_SURE:
            continue
        inner = members[np.argmin(np.abs(matches.station[members] - samples.station[members]))]
        low, high = sorted((samples.station[inner], matches.station[inner]))
        begin, end = chains.offset[chain], chains.offset[chain + 1]
        inside = begin + np.flatnonzero((chains.station[begin:end] > low) & (chains.station[begin:end] < high))
        if len(inside):
            cuts.append(inside[np.argmin(np.abs(chains.station[inside] - (low + high) / 2))])
    return np.unique(np.array(cuts, np.int64))
