"""Pieces of one group joined end to end: the carriageways, each as one directed line."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_edges import Edges
from geo._streets_loops import cut_loops
from geo._streets_order import group_rows
from geo._streets_select import AGAINST, ALONG, BOTH_WAYS, UNRECORDED, Selection

_LOOK_MM = 15_000.0
_NEVER = 1e9
# Greatest turn in degrees, where nothing else of the group meets, and where more do: named, unnamed.
_ALONE_NAMED, _ALONE_UNNAMED = 170.0, 120.0
_AMONG_NAMED, _AMONG_UNNAMED = 80.0, 50.0
_U_TURN = 130.0
_CLASS_TURN, _AGAINST_TURN = 15.0, 20.0  # degrees that a change of class or of digitising counts as


@dataclass(frozen=True)
class Chains:
    """
    Directed lines without self-crossings; ``offset`` cuts the vertex arrays into chains.

    ``station`` is the length from the chain's start, millimetres. ``edge`` is the edge of the segment that begins at a
    vertex (-1 for a gap or the way through a roundabout, and at the last vertex), ``sense`` +1 if it is digitised
    along the chain, ``travel`` which way one drives along the chain. ``vertex`` is the place, equal where lines touch.
    """

    offset: np.ndarray
    x: np.ndarray
    y: np.ndarray
    station: np.ndarray
    vertex: np.ndarray
    edge: np.ndarray
    sense: np.ndarray
    travel: np.ndarray
    group: np.ndarray
    named: np.ndarray
    rank: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Length of each chain, millimetres."""
        return self.station[self.offset[1:] - 1]


def join_chains(pieces: Selection, edges: Edges, group: np.ndarray, named: np.ndarray) -> Chains:
    """
    The edges joined by straightest continuation within their group.

    A one-way edge joins only one that goes on the same way. Where just two of a named group meet they join at any
    angle but a U-turn. A roundabout counts as one node. ``group`` and ``named`` are per edge.
    """
    node_of = np.arange(int(max(edges.tail.max(), edges.head.max())) + 1) if len(edges.tail) else np.zeros(1, np.int64)
    on = edges.ring >= 0
    if on.any():
        base = len(node_of)
        node_of[edges.tail[on]] = base + edges.ring[on]
        node_of[edges.head[on]] = base + edges.ring[on]
    tail, head = node_of[edges.tail], node_of[edges.head]
    half_node = np.where(on[:, None], -1, np.stack([tail, head], axis=1)).ravel()
    starts, order = group_rows(half_node, int(half_node.max(initial=-1)) + 1)
    rank = pieces.rank[edges.piece]
    mate = _mates(order, starts, edges.first, edges.last, pieces.x, pieces.y, group, named, rank, edges.travel)
    arrays = _walk(mate, ~on, edges.first, edges.last, pieces.x, pieces.y, edges.vertex, edges.length, edges.travel)
    offset, v, edge, sense, travel = arrays
    return make_chains(offset, pieces.x[v], pieces.y[v], edges.vertex[v], edge, sense, travel, group, named, rank)


def make_chains(offset, x, y, vertex, edge, sense, travel, group, named, rank) -> Chains:
    """Chains of vertex arrays, cut where they would cross themselves; the last three are per edge."""
    x, y = x.astype(float), y.astype(float)
    offset, take = cut_loops(offset, x, y, vertex, edge)
    x, y, vertex = x[take], y[take], vertex[take]
    edge, sense, travel = edge[take], sense[take], travel[take]
    edge[offset[1:] - 1] = -1
    some, least = _edges_of_chains(offset, edge, rank)
    return Chains(offset, x, y, _stations(offset, x, y), vertex, edge, sense, travel, group[some], named[some], least)


def cut_chains(chains: Chains, at: np.ndarray) -> Chains:
    """The chains cut at inner vertices ``at`` (rows of the vertex arrays, increasing)."""
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    take = np.sort(np.concatenate((np.arange(len(chains.x)), at)))
    ends = np.sort(np.concatenate((chains.offset[1:], at + 1)))
    offset = np.concatenate(([0], ends + np.searchsorted(at, ends - 1)))
    edge = chains.edge[take]
    edge[offset[1:] - 1] = -1
    x, y = chains.x[take], chains.y[take]
    of = chain_of[take[offset[:-1]]]
    return Chains(offset, x, y, _stations(offset, x, y), chains.vertex[take], edge, chains.sense[take],
                  chains.travel[take], chains.group[of], chains.named[of], chains.rank[of])  # fmt: skip


@njit(cache=True)
def _stations(offset, x, y):
    station = np.zeros(len(x))
    for c in range(len(offset) - 1):
        for v in range(offset[c] + 1, offset[c + 1]):
            station[v] = station[v - 1] + np.hypot(x[v] - x[v - 1], y[v] - y[v - 1])
    return station


@njit(cache=True)
def _edges_of_chains(offset, edge, rank):
    """An edge of each chain, and the least rank of its edges."""
    some, least = np.zeros(len(offset) - 1, np.int64), np.full(len(offset) - 1, 99, np.int64)
    for c in range(len(offset) - 1):
        for v in range(offset[c], offset[c + 1]):
            if edge[v] >= 0:
                some[c] = edge[v]
                least[c] = min(least[c], rank[edge[v]])
    return some, least


@njit(cache=True)
def _heading(x, y, start, stop):
    """Unit vector from vertex ``start`` towards ``stop``, as seen about 15 m on."""
    step = 1 if stop > start else -1
    gone = 0.0
    v = start
    ex, ey = float(x[start]), float(y[start])
    while v != stop:
        dx, dy = float(x[v + step] - x[v]), float(y[v + step] - y[v])
        length = np.hypot(dx, dy)
        if gone + length >= _LOOK_MM:
            share = (_LOOK_MM - gone) / length
            ex, ey = x[v] + dx * share, y[v] + dy * share
            break
        gone += length
        v += step
        ex, ey = float(x[v]), float(y[v])
    dx, dy = ex - x[start], ey - y[start]
    length = np.hypot(dx, dy)
    if length == 0.0:
        return 0.0, 0.0
    return dx / length, dy / length


@njit(cache=True)
def _mates(order, starts, first, last, x, y, group, named, rank, travel):
    """The half edge each half edge (2 e at the tail, 2 e + 1 at the head) goes on with, or -1."""
    mate = np.full(2 * len(first), -1, np.int64)
    room = 0
    for n in range(len(starts) - 1):
        room = max(room, starts[n + 1] - starts[n])
    hx, hy = np.zeros(room), np.zeros(room)
    for n in range(len(starts) - 1):
        halves = order[starts[n] : starts[n + 1]]
        count = len(halves)
        if count < 2:
            continue
        for i in range(count):
            e = halves[i] // 2
            if halves[i] % 2 == 0:
                hx[i], hy[i] = _heading(x, y, first[e], last[e])
            else:
                hx[i], hy[i] = _heading(x, y, last[e], first[e])
        while True:
            best, bi, bj = _NEVER, -1, -1
            for i in range(count):
                for j in range(i + 1, count):
                    if mate[halves[i]] >= 0 or mate[halves[j]] >= 0 or group[halves[i] // 2] != group[halves[j] // 2]:
                        continue
                    peers = 0
                    for k in range(count):
                        if group[halves[k] // 2] == group[halves[i] // 2]:
                            peers += 1
                    cost = _turn(halves[i], halves[j], hx[i] * hx[j] + hy[i] * hy[j], peers, count, named, rank, travel)
                    if cost < best - 1e-6:
                        best, bi, bj = cost, i, j
            if bi < 0:
                break
            mate[halves[bi]] = halves[bj]
            mate[halves[bj]] = halves[bi]
    return mate


@njit(cache=True)
def _turn(one, other, cosine, peers, count, named, rank, travel):
    """Degrees between two half edges and going straight on, with what speaks against joining; or _NEVER."""
    e, f = one // 2, other // 2
    if e == f:
        return _NEVER
    turn = 180.0 - np.degrees(np.arccos(min(max(cosine, -1.0), 1.0)))
    leaves_e = travel[e] if one % 2 == 0 else -travel[e]
    leaves_f = travel[f] if other % 2 == 0 else -travel[f]
    cost = turn
    if travel[e] == UNRECORDED or travel[f] == UNRECORDED:
        if (one % 2) == (other % 2):
            cost += _AGAINST_TURN
    elif leaves_e * leaves_f > 0 or (leaves_e * leaves_f < 0 and turn > _U_TURN):
        return _NEVER
    if rank[e] != rank[f]:
        cost += _CLASS_TURN
    if named[e]:
        most = _ALONE_NAMED if peers == 2 else _AMONG_NAMED
    else:
        most = _ALONE_UNNAMED if count == 2 else _AMONG_UNNAMED
    return cost if turn <= most else _NEVER


@njit(cache=True)
def _walk(mate, usable, first, last, x, y, vertex, length, travel):
    """Follow mates from loose ends, then round rings: offsets, vertices, and edge, sense and travel from each on."""
    count = len(first)
    total = 0
    for e in range(count):
        total += last[e] - first[e] + 2
    out_v, out_e = np.empty(total, np.int64), np.empty(total, np.int64)
    out_s, out_t = np.zeros(total, np.int64), np.zeros(total, np.int64)
    offsets = np.zeros(count + 1, np.int64)
    seen = np.zeros(count, np.bool_)
    run = np.empty(count, np.int64)
    chains, n = 0, 0
    for closed in range(2):
        for e0 in range(count):
            if seen[e0] or not usable[e0]:
                continue
            if closed or mate[2 * e0] < 0:
                half = 2 * e0
            elif mate[2 * e0 + 1] < 0:
                half = 2 * e0 + 1
            else:
                continue
            size = 0
            while half >= 0 and not seen[half // 2]:
                seen[half // 2] = True
                run[size] = half
                size += 1
                half = mate[half ^ 1]
            if _backwards(run[:size], first, last, x, y, length, travel):
                for i in range(size // 2):
                    run[i], run[size - 1 - i] = run[size - 1 - i], run[i]
                for i in range(size):
                    run[i] ^= 1
            for i in range(size):
                e = run[i] // 2
                sense = 1 if run[i] % 2 == 0 else -1
                a, b = (first[e], last[e]) if sense > 0 else (last[e], first[e])
                if i > 0 and vertex[out_v[n - 1]] == vertex[a]:
                    n -= 1
                elif i > 0:
                    out_e[n - 1] = -1
                v = a
                while True:
                    out_v[n], out_e[n], out_s[n] = v, e, sense
                    out_t[n] = travel[e] if travel[e] == UNRECORDED or travel[e] == BOTH_WAYS else travel[e] * sense
                    n += 1
                    if v == b:
                        break
                    v += sense
            out_e[n - 1] = -1
            chains += 1
            offsets[chains] = n
    return offsets[: chains + 1], out_v[:n], out_e[:n], out_s[:n], out_t[:n]


@njit(cache=True)
def _backwards(run, first, last, x, y, length, travel):
    """True when most of a run is driven, or else drawn unrecorded, against it; without either, when it starts east."""
    vote = 0.0
    for half in run:
        e = half // 2
        sense = 1 if half % 2 == 0 else -1
        if travel[e] == UNRECORDED:
            vote += sense * length[e]
        elif travel[e] == ALONG or travel[e] == AGAINST:
            vote += sense * travel[e] * length[e]
    if vote != 0.0:
        return vote < 0.0
    a = first[run[0] // 2] if run[0] % 2 == 0 else last[run[0] // 2]
    b = last[run[-1] // 2] if run[-1] % 2 == 0 else first[run[-1] // 2]
    return x[b] < x[a] or (x[b] == x[a] and y[b] < y[a])
