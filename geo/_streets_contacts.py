"""Contacts: where the centre lines of carriers touch each other, on whichever carriageway they meet."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_chains import Chains
from geo._streets_curve import along
from geo._streets_order import group_rows
from geo._streets_parts import Pieces


@dataclass(frozen=True)
class Contacts:
    """Places where two parts touch: part and position of one, and of the other."""

    part: np.ndarray
    m: np.ndarray
    other: np.ndarray
    other_m: np.ndarray


def find_contacts(chains: Chains, pieces: Pieces) -> Contacts:
    """Where stretches of a chain follow each other, and where ends of chains touch other chains."""
    of_chain = np.searchsorted(pieces.chain, np.arange(len(chains.offset)))
    begin, order = group_rows(chains.vertex, int(chains.vertex.max(initial=-1)) + 1)
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    part, m, other, other_m = _contacts(chains.offset, chains.station, chains.vertex, order, begin, chain_of,
                                        of_chain, pieces.low, pieces.high, pieces.part, pieces.offset,
                                        pieces.t, pieces.m)  # fmt: skip
    return Contacts(part, m, other, other_m)


@njit(cache=True)
def _on_part(chain, station, of_chain, high, part, offset, t, m):
    """The part a station of a chain lies on, and the position there."""
    i = of_chain[chain]
    while i < of_chain[chain + 1] - 1 and high[i] < station:
        i += 1
    return part[i], along(station, t[offset[i] : offset[i + 1]], m[offset[i] : offset[i + 1]])


@njit(cache=True)
def _contacts(offset, station, vertex, order, begin, chain_of, of_chain, low, high, part, k_offset, t, m):
    room = len(part)
    for c in range(len(offset) - 1):
        for v in (offset[c], offset[c + 1] - 1):
            room += begin[vertex[v] + 1] - begin[vertex[v]]
    one, other = np.empty(room, np.int64), np.empty(room, np.int64)
    one_m, other_m = np.empty(room), np.empty(room)
    n = 0
    for i in range(len(part) - 1):
        if part[i] != part[i + 1] and low[i + 1] == high[i] and low[i + 1] > 0.0:
            one[n], one_m[n] = part[i], m[k_offset[i + 1] - 1]
            other[n], other_m[n] = part[i + 1], m[k_offset[i + 1]]
            n += 1
    for c in range(len(offset) - 1):
        for v in (offset[c], offset[c + 1] - 1):
            p, pm = _on_part(c, station[v], of_chain, high, part, k_offset, t, m)
            for w in order[begin[vertex[v]] : begin[vertex[v] + 1]]:
                if w == v:
                    continue
                q, qm = _on_part(chain_of[w], station[w], of_chain, high, part, k_offset, t, m)
                if p != q:
                    one[n], one_m[n], other[n], other_m[n] = p, pm, q, qm
                    n += 1
    return one[:n], one_m[:n], other[:n], other_m[:n]
