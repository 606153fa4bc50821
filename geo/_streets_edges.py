"""Pieces cut where they meet others: the edges that carriageways are joined from."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo._streets_select import BOTH_WAYS, Selection

_GAP_MM = 1_000
_MOST_RING_MM = 800_000.0


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
    order = _canonical(pieces, piece, vertex[first], vertex[last], length, check)
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


def _canonical(pieces: Selection, piece, tail, head, length, check) -> np.ndarray:
    """An order of edges that depends on their places and kinds only; equal ones by the pieces they are cut from."""
    between = np.minimum(tail, head) * (len(pieces.x) + 1) + np.maximum(tail, head)
    kind = ((pieces.rank * 4 + pieces.travel) * 2 + pieces.round) * 32 + pieces.level + 9
    group = pieces.group[piece]
    order = np.lexsort((between, group))
    tied = np.zeros(len(order) + 1, bool)
    tied[1:-1] = (np.diff(between[order]) == 0) & (np.diff(group[order]) == 0)
    places = np.flatnonzero(tied[:-1] | tied[1:])  # edges between the same ends
    if len(places):
        vertex = np.concatenate(([0], np.cumsum((pieces.x * 31 + pieces.y * 17) % 1_000_003)))
        whole = np.diff(vertex[pieces.offset])
        keys = (whole[piece], tail, kind[piece], check, np.rint(length), between, group)
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
    at = np.full(int(vertex.max()) + 1, -1)
    at[tail], at[head] = first, last
    node = np.flatnonzero(at >= 0)
    at = at[node]
    loose = np.flatnonzero(np.bincount(vertex)[node] == 1)
    one, other = _within(x[at], y[at], loose, _GAP_MM)
    root = np.arange(int(vertex.max()) + 1)
    for a, b in sorted(zip(node[one].tolist(), node[other].tolist(), strict=True)):
        ra, rb = root[a], root[b]
        if ra != rb:
            root[root == max(ra, rb)] = min(ra, rb)
    return root[tail], root[head]


@njit(cache=True)
def _within(x, y, some, reach):
    """Rows of ``some`` places and of other places within reach of them; ``x`` increases."""
    one, other = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for i in some:
        for j in range(np.searchsorted(x, x[i] - reach), np.searchsorted(x, x[i] + reach, side="right")):
            if j != i and np.hypot(float(x[j] - x[i]), float(y[j] - y[i])) <= reach:
                one.append(np.int64(i))
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
