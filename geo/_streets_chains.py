"""Pieces of one group joined end to end: the carriageways, each as one directed line."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numba import njit

from geo._streets_select import AGAINST, ALONG, BOTH_WAYS, UNRECORDED, Selection
from geo.grid import bucket, grid_of_points

_GAP_MM = 1_000
_LOOK_MM = 15_000.0
_MOST_RING_MM = 800_000.0
_NEVER = 1e9
# Greatest turn in degrees, where nothing else of the group meets, and where more do: named, unnamed.
_ALONE_NAMED, _ALONE_UNNAMED = 170.0, 120.0
_AMONG_NAMED, _AMONG_UNNAMED = 80.0, 50.0
_U_TURN = 130.0
_CLASS_TURN, _AGAINST_TURN = 15.0, 20.0  # degrees that a change of class or of digitising counts as


@dataclass(frozen=True)
class Edges:
    """
    Pieces cut where they meet others, in canonical order; vertices ``first`` to ``last`` of the selection.

    ``tail`` and ``head`` are nodes; ``ring`` is the number of the roundabout an edge is part of, or -1.
    """

    piece: np.ndarray
    first: np.ndarray
    last: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    length: np.ndarray
    travel: np.ndarray
    ring: np.ndarray
    vertex: np.ndarray


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


def cut_edges(pieces: Selection) -> tuple[Edges, np.ndarray]:
    """
    The pieces cut at every vertex they share, without doubles, and the pieces that are wholly doubles of others.

    Two ends within a metre of each other are one node when one of them would otherwise dangle.
    """
    key = (pieces.x << 32) | pieces.y
    vertex = np.unique(key, return_inverse=True)[1].astype(np.int64) if len(key) else np.zeros(0, np.int64)
    ends = np.zeros(len(key), bool)
    ends[pieces.offset[:-1]] = ends[pieces.offset[1:] - 1] = True
    ends[1:-1] |= vertex[2:] == vertex[:-2]  # a way that comes back along itself
    shared = np.bincount(vertex, minlength=1)[vertex] > 1
    cut = np.flatnonzero(ends | shared)
    same = np.zeros(len(cut), bool)
    piece_of = np.repeat(np.arange(len(pieces.row)), np.diff(pieces.offset))
    same[:-1] = piece_of[cut[:-1]] == piece_of[cut[1:]]
    first, last = cut[:-1][same[:-1]], cut[1:][same[:-1]]
    piece = piece_of[first]
    length, check = _measure(pieces.x, pieces.y, key, first, last)
    order = _canonical(pieces, piece, key[first], key[last], length, check)
    first, last, piece, length, check = (a[order] for a in (first, last, piece, length, check))
    travel = pieces.travel[piece]
    double, travel = _doubles(pieces.group[piece], vertex[first], vertex[last], length, check, travel)
    only_double = np.ones(len(pieces.row), bool)
    only_double[piece[~double]] = False
    first, last, piece, length, travel = (a[~double] for a in (first, last, piece, length, travel))
    tail, head = _close_gaps(pieces.x, pieces.y, vertex, first, last)
    ring = _rings(pieces.round[piece], tail, head, length)
    return Edges(piece, first, last, tail, head, length, travel, ring, vertex), only_double


@njit(cache=True)
def _measure(x, y, key, first, last):
    """Length of each edge, and a number that is the same whichever way it is drawn."""
    length, check = np.zeros(len(first)), np.zeros(len(first), np.int64)
    for k in range(len(first)):
        for v in range(first[k], last[k]):
            length[k] += np.hypot(float(x[v + 1] - x[v]), float(y[v + 1] - y[v]))
            check[k] += key[v] % 1_000_003 + (key[v] % 998_244_353) * (key[v + 1] % 998_244_353) % 1_000_003
        check[k] += key[last[k]] % 1_000_003
    return length, check


def _canonical(pieces: Selection, piece, tail_key, head_key, length, check) -> np.ndarray:
    """An order of edges that depends on their places and kinds only; equal ones by the pieces they are cut from."""
    low, high = np.minimum(tail_key, head_key), np.maximum(tail_key, head_key)
    kind = ((pieces.rank * 4 + pieces.travel) * 2 + pieces.round) * 32 + pieces.level + 9
    group = pieces.group[piece]
    order = np.lexsort((high, low, group))
    tied = np.zeros(len(order) + 1, bool)
    tied[1:-1] = True
    for key in (low, high, group):
        tied[1:-1] &= np.diff(key[order]) == 0
    places = np.flatnonzero(tied[:-1] | tied[1:])  # edges between the same ends
    if len(places):
        vertex = np.concatenate(([0], np.cumsum((pieces.x * 31 + pieces.y * 17) % 1_000_003)))
        whole = np.diff(vertex[pieces.offset])
        keys = (whole[piece], tail_key, kind[piece], check, np.rint(length), high, low, group)
        some = order[places]
        order[places] = some[np.lexsort([key[some] for key in keys])]
    return order


def _doubles(group, tail, head, length, check, travel) -> tuple[np.ndarray, np.ndarray]:
    """
    True for an edge that lies on the one before it, and the travel with what the doubles say.

    A road that is there once in each direction is open both ways.
    """
    double = np.zeros(len(group), bool)
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    double[1:] = (
        (np.diff(group) == 0)
        & (np.diff(low) == 0)
        & (np.diff(high) == 0)
        & (np.diff(np.rint(length)) == 0)
        & (np.diff(check) == 0)
    )
    travel = travel.copy()
    kept = np.maximum.accumulate(np.where(~double, np.arange(len(group)), 0))
    other_way = double & ((tail != tail[kept]) & (tail == head[kept]) | (travel != travel[kept]))
    travel[kept[other_way]] = BOTH_WAYS
    return double, travel


def _close_gaps(x, y, vertex, first, last) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of both ends of each edge, ends less than a metre apart joined where one dangles."""
    tail, head = vertex[first].copy(), vertex[last].copy()
    if not len(tail):
        return tail, head
    node, where = np.unique(np.concatenate((tail, head)), return_index=True)
    at = np.concatenate((first, last))[where]
    degree = np.bincount(vertex, minlength=int(node.max()) + 1)[node]
    loose = np.flatnonzero(degree == 1)
    places = np.stack([x[at], y[at]], axis=1)
    one, other = _within(places, loose, *grid_of_points(places, cell_mm=2 * _GAP_MM), _GAP_MM)
    root = np.arange(int(vertex.max()) + 1)
    for a, b in sorted(zip(node[one].tolist(), node[other].tolist(), strict=True)):
        ra, rb = root[a], root[b]
        if ra != rb:
            root[root == max(ra, rb)] = min(ra, rb)
    return root[tail], root[head]


@njit(cache=True)
def _within(places, some, starts, items, shift, x_bits, y_bits, reach):
    """Rows of ``some`` places and of other places within reach of them."""
    one, other = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for i in some:
        x, y = places[i]
        for row in range((y - reach) >> shift, ((y + reach) >> shift) + 1):
            for column in range((x - reach) >> shift, ((x + reach) >> shift) + 1):
                b = bucket(column, row, x_bits, y_bits)
                for j in items[starts[b] : starts[b + 1]]:
                    if j != i and np.hypot(float(places[j, 0] - x), float(places[j, 1] - y)) <= reach:
                        one.append(i)
                        other.append(np.int64(j))
    return np.array(one, np.int64), np.array(other, np.int64)


def _rings(round_, tail, head, length) -> np.ndarray:
    """The roundabout of each edge, -1 for none, and for one without arms or longer than a junction can be."""
    ring = np.full(len(tail), -1, np.int64)
    on = np.flatnonzero(round_)
    if not len(on):
        return ring
    root = np.arange(int(max(tail.max(), head.max())) + 1)
    while True:
        low = np.minimum(root[tail[on]], root[head[on]])
        before = root.copy()
        np.minimum.at(root, tail[on], low)
        np.minimum.at(root, head[on], low)
        if (root == before).all():
            break
    label = np.unique(root[tail[on]], return_inverse=True)[1]
    arms = np.isin(tail[on], np.concatenate((tail[~round_], head[~round_])))
    small = (np.bincount(label, length[on])[label] <= _MOST_RING_MM) & (np.bincount(label, arms)[label] > 0)
    ring[on[small]] = label[small]
    return ring


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
    half_node = np.stack([tail, head], axis=1).ravel()
    usable = np.repeat(~on, 2)
    order = np.lexsort((np.arange(len(half_node)), half_node))
    order = order[usable[order]]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(half_node[order]) != 0))) if len(order) else order
    starts = np.append(starts, len(order))
    rank = pieces.rank[edges.piece]
    mate = _mates(order, starts, edges.first, edges.last, pieces.x, pieces.y, group, named, rank, edges.travel)
    arrays = _walk(mate, ~on, edges.first, edges.last, pieces.x, pieces.y, edges.vertex, edges.length, edges.travel)
    offset, v, edge, sense, travel = arrays
    return make_chains(offset, pieces.x[v], pieces.y[v], edges.vertex[v], edge, sense, travel, group, named, rank)


def make_chains(offset, x, y, vertex, edge, sense, travel, group, named, rank) -> Chains:
    """Chains of vertex arrays, cut where they would cross themselves; the last three are per edge."""
    x, y = x.astype(float), y.astype(float)
    offset, take = _cut_loops(offset, x, y, vertex, edge)
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
    for n in range(len(starts) - 1):
        halves = order[starts[n] : starts[n + 1]]
        count = len(halves)
        if count < 2:
            continue
        hx, hy = np.zeros(count), np.zeros(count)
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


def _cut_loops(offset, x, y, vertex, edge) -> tuple[np.ndarray, np.ndarray]:
    """New offsets, and the vertices that make them, so that no chain touches itself but at its two ends."""
    chain_of = np.repeat(np.arange(len(offset) - 1), np.diff(offset))
    lines = shapely.linestrings(np.stack([x, y], axis=1), indices=chain_of)
    bad = np.flatnonzero(~shapely.is_simple(lines)) if len(lines) else np.zeros(0, np.int64)
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
