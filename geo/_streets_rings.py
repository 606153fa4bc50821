"""Roundabouts as members of the streets that pass through them."""

import numpy as np

from geo._streets_chains import Chains
from geo._streets_edges import Edges
from geo._streets_layout import Layout, Members
from geo._streets_select import Selection

_PASS_MM = 1_000.0


def ring_members(pieces: Selection, edges: Edges, chains: Chains, layout: Layout) -> tuple[Members, int]:
    """
    The segments of roundabouts, on each street that goes through (or else on the longest that ends there).

    Each vertex of the ring has the position of the nearest place on the way straight through. The number of
    roundabouts comes with it.
    """
    on = np.flatnonzero(edges.ring >= 0)
    ring_of_vertex = np.full(int(edges.vertex.max()) + 1 if len(edges.vertex) else 1, -1, np.int64)
    for e in on:
        ring_of_vertex[edges.vertex[edges.first[e] : edges.last[e] + 1]] = edges.ring[e]
    touching = np.flatnonzero(ring_of_vertex[chains.vertex] >= 0)
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    street, m = _places(layout, chain_of[touching], chains.station[touching])
    ring = ring_of_vertex[chains.vertex[touching]]
    out = []
    for r in np.unique(ring):
        here = ring == r
        for owner, low, high in _owners(street[here], m[here], layout):
            for e in on[edges.ring[on] == r]:
                out.append(_segments(pieces, edges, e, owner, low, high, layout))
    rings = len(np.unique(edges.ring[on]))
    if not out:
        none, whole = np.zeros(0), np.zeros(0, np.int64)
        return Members(none, none, none, none, none, none, whole, whole, whole, whole), rings
    return Members(*(np.concatenate(arrays) for arrays in zip(*out, strict=True))), rings


def _places(layout: Layout, chain: np.ndarray, station: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Street and position of stations of chains."""
    low = layout.knot_t[layout.knot_offset[:-1]]
    place = np.lexsort((low, layout.chain))
    row = place[np.searchsorted(layout.chain[place] * 2.0**32 + low[place], chain * 2.0**32 + station + 1.0) - 1]
    m = [
        np.interp(at, layout.knot_t[a:b], layout.knot_m[a:b])
        for at, a, b in zip(station, layout.knot_offset[row], layout.knot_offset[row + 1], strict=True)
    ]
    return layout.street[row], np.array(m)


def _owners(street: np.ndarray, m: np.ndarray, layout: Layout) -> list[tuple[int, float, float]]:
    """Streets that pass with the positions where they come in and go out; without any the longest that ends here."""
    spans = [(int(s), float(m[street == s].min()), float(m[street == s].max())) for s in np.unique(street)]
    passing = [span for span in spans if span[2] - span[1] > _PASS_MM]
    length = layout.m[layout.offset[1:] - 1]
    return passing or [max(spans, key=lambda span: (np.rint(length[span[0]]), -span[0]))]


def _segments(pieces: Selection, edges: Edges, e: int, owner: int, low: float, high: float, layout: Layout):
    """The segments of one edge as columns of ``Members``."""
    v = np.arange(edges.first[e], edges.last[e] + 1)
    x, y = pieces.x[v].astype(float), pieces.y[v].astype(float)
    a, b = layout.offset[owner], layout.offset[owner + 1]
    (ax, bx), (ay, by) = (np.interp([low, high], layout.m[a:b], axis[a:b]) for axis in (layout.x, layout.y))
    reach = max((bx - ax) ** 2 + (by - ay) ** 2, 1.0)
    m = low + np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / reach, 0.0, 1.0) * (high - low)
    count = len(v) - 1
    return (x[:-1], y[:-1], x[1:], y[1:], m[:-1], m[1:], np.full(count, owner), np.full(count, e),
            np.where(m[1:] >= m[:-1], 1, -1), np.full(count, -1))  # fmt: skip
