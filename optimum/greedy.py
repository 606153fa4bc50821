"""
What is done without a solver: again and again the move that covers most for its cost, until nothing is gained.

Used to begin with, to fall back on, and to compare with.
"""

import heapq

import numpy as np
from numba import njit
from scipy.sparse import csr_array


def greedy(
    covers: csr_array,
    packs: csr_array,
    lacks: np.ndarray,
    worth: np.ndarray,
    cost: np.ndarray,
    budget: int,
    *,
    prune: bool,
) -> np.ndarray:
    """
    The moves a greedy planner takes; bool per column.

    Parameters
    ----------
    covers, packs
        Rows to cover and cliques; one column per move.
    lacks
        int64 per row: what it lacks.
    worth
        float64 per row: what each unit that it lacks is worth.
    cost, budget
        Cost per move, and how much may be spent.
    prune
        Give back moves that no row needs in the end, the dearest first.
    """
    by_move, packs_by_move = csr_array(covers.T.tocsr()), csr_array(packs.T.tocsr())
    taken, left = _greedy(
        by_move.indptr,
        by_move.indices,
        by_move.data,
        packs_by_move.indptr,
        packs_by_move.indices,
        packs.shape[0],
        lacks.astype(np.int64),
        worth.astype(np.float64),
        cost.astype(np.int64),
        np.int64(budget),
    )
    if prune:
        order = np.argsort(-cost, kind="stable")
        _prune(by_move.indptr, by_move.indices, by_move.data, left, lacks.astype(np.int64), taken, order)
    return taken


def without_needless(covers: csr_array, need: np.ndarray, cost: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """The moves taken but for those that no row needs, the dearest given back first; bool per column."""
    by_move = csr_array(covers.T.tocsr())
    left = need - (covers @ taken.astype(np.float64)).astype(np.int64)
    kept = taken.copy()
    order = np.argsort(-cost, kind="stable")
    _prune(by_move.indptr, by_move.indices, by_move.data, left, need, kept, order)
    return kept


@njit(cache=True)
def _gain(begin, end, rows, counts, left, worth):
    gain = 0.0
    for e in range(begin, end):
        if left[rows[e]] > 0:
            gain += worth[rows[e]] * min(counts[e], left[rows[e]])
    return gain


@njit(cache=True)
def _greedy(offsets, rows, counts, pack_offsets, packs, pack_count, lacks, worth, cost, budget):
    left = lacks.copy()
    taken = np.zeros(len(cost), dtype=np.bool_)
    full = np.zeros(pack_count, dtype=np.bool_)
    heap = [(0.0, np.int64(0)) for _ in range(0)]
    for move in range(len(cost)):
        gain = _gain(offsets[move], offsets[move + 1], rows, counts, left, worth)
        if gain > 0:
            heap.append((-gain / max(cost[move], 1e-3), np.int64(move)))
    heapq.heapify(heap)
    while len(heap):
        score, move = heapq.heappop(heap)
        if cost[move] > budget:
            continue
        fits = True
        for e in range(pack_offsets[move], pack_offsets[move + 1]):
            fits &= not full[packs[e]]
        if not fits:
            continue
        now = -_gain(offsets[move], offsets[move + 1], rows, counts, left, worth) / max(cost[move], 1e-3)
        if now >= 0:
            continue
        if now > score * (1 - 1e-12):
            heapq.heappush(heap, (now, move))
            continue
        taken[move] = True
        budget -= cost[move]
        for e in range(offsets[move], offsets[move + 1]):
            left[rows[e]] -= counts[e]
        for e in range(pack_offsets[move], pack_offsets[move + 1]):
            full[packs[e]] = True
    return taken, left


@njit(cache=True)
def _prune(offsets, rows, counts, left, lacks, taken, order):
    """Give back moves while each row keeps what it has reached of its need."""
    for move in order:
        if not taken[move]:
            continue
        needed = False
        for e in range(offsets[move], offsets[move + 1]):
            row = rows[e]
            if lacks[row] > 0 and left[row] + counts[e] > 0:
                needed = True
                break
        if not needed:
            taken[move] = False
            for e in range(offsets[move], offsets[move + 1]):
                left[rows[e]] += counts[e]
