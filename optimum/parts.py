"""
Independent parts of a model, and which of them are intervals along one line.

Moves belong together when they count for one row, serve one goal, or share a clique. Parts are solved one by one;
where all rows and cliques of a part are neighbours in one order of its moves, the part is a line.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import csr_array

from optimum.lists import entries_of, matrix_of, numbers
from optimum.model import Model


@dataclass(frozen=True)
class Parts:
    """
    The moves in use, sorted by part and, within a line, by their order along it.

    Attributes
    ----------
    order, offsets
        Part p has the moves ``order[offsets[p]:offsets[p + 1]]``.
    rows, row_offsets
        The rows asked for, sorted by part, the same way.
    cliques, clique_offsets
        The cliques with two moves in use or more, the same way.
    row_first, row_beyond, clique_first, clique_beyond
        Of each of ``rows`` and ``cliques``: its first place in ``order`` and one past the last.
    is_line
        bool per part.
    """

    order: np.ndarray
    offsets: np.ndarray
    rows: np.ndarray
    row_offsets: np.ndarray
    cliques: np.ndarray
    clique_offsets: np.ndarray
    row_first: np.ndarray
    row_beyond: np.ndarray
    clique_first: np.ndarray
    clique_beyond: np.ndarray
    is_line: np.ndarray

    def __len__(self) -> int:
        return len(self.is_line)

    def of(self, part: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Moves, rows and cliques of one part."""
        return (
            self.order[self.offsets[part] : self.offsets[part + 1]],
            self.rows[self.row_offsets[part] : self.row_offsets[part + 1]],
            self.cliques[self.clique_offsets[part] : self.clique_offsets[part + 1]],
        )


def split(model: Model, free: np.ndarray, lacks: np.ndarray, asked: np.ndarray) -> Parts:
    """
    The independent parts of what is asked.

    Parameters
    ----------
    free
        bool per move: may be taken.
    lacks
        int64 per row: what it still needs.
    asked
        bool per goal: to be closed. Rows that lack something have free moves.
    """
    rows = np.flatnonzero((lacks > 0) & asked[model.row_goal])
    root, used = _joined(
        model.row_offsets,
        model.row_moves,
        rows,
        model.row_goal,
        model.clique_offsets,
        model.clique_moves,
        free,
        model.goals,
    )
    moves = np.flatnonzero(used)
    _, part_of_used = np.unique(root[moves], return_inverse=True)
    part = np.full(model.moves, -1, dtype=np.int64)
    part[moves] = part_of_used
    parts = int(part_of_used.max(initial=-1)) + 1
    by_index = _arranged(model, part, parts, moves, rows, moves)
    if by_index.is_line.all() or not len(model.line_moves):
        return by_index
    rank = np.full(model.moves, len(model.line_moves), dtype=np.int64)
    rank[model.line_moves[::-1]] = np.arange(len(model.line_moves))[::-1]
    key = np.where(by_index.is_line[part_of_used], moves, rank[moves])
    return _arranged(model, part, parts, moves, rows, key)


def _arranged(
    model: Model, part: np.ndarray, parts: int, moves: np.ndarray, rows: np.ndarray, key: np.ndarray
) -> Parts:
    """The parts with their moves in the order of the key."""
    order = moves[np.lexsort((key, part[moves]))]
    place = numbers(order, model.moves)
    row_first, row_beyond, row_whole = _spans(model.row_offsets, model.row_moves, rows, place)
    plain = _all_ones(model.row_offsets, model.row_counts, rows)
    row_part = part[order[row_first]] if len(rows) else rows
    by_part = np.argsort(row_part, kind="stable")
    cliques = np.arange(model.cliques)
    first, beyond, whole = _spans(model.clique_offsets, model.clique_moves, cliques, place)
    cliques = np.flatnonzero(beyond - first >= 2)
    clique_part = part[order[first[cliques]]] if len(cliques) else cliques
    cliques_by_part = np.argsort(clique_part, kind="stable")
    is_line = np.ones(parts, dtype=bool)
    is_line[row_part[~(row_whole & plain)]] = False
    is_line[clique_part[~whole[cliques]]] = False
    # On a line each goal is one row: what a goal of several rows is worth cannot be said row by row.
    sizes = np.bincount(model.row_goal[rows], minlength=model.goals)
    is_line[row_part[sizes[model.row_goal[rows]] > 1]] = False
    chosen = cliques[cliques_by_part]
    return Parts(
        order,
        _begins(part[order], parts),
        rows[by_part],
        _begins(row_part[by_part], parts),
        chosen,
        _begins(clique_part[cliques_by_part], parts),
        row_first[by_part],
        row_beyond[by_part],
        first[chosen],
        beyond[chosen],
        is_line,
    )


def _begins(sorted_parts: np.ndarray, parts: int) -> np.ndarray:
    return np.searchsorted(sorted_parts, np.arange(parts + 1))


@dataclass(frozen=True)
class Part:
    """
    One part as matrices: all asked rows, one column per move in use.

    ``moves``, ``rows`` and ``goals`` are the numbers in the model; ``row_goal`` is local. ``strand`` is the line of a
    row (-1: none), on which it reaches from ``first`` to before ``beyond``.
    """

    moves: np.ndarray
    rows: np.ndarray
    goals: np.ndarray
    cost: np.ndarray
    need: np.ndarray
    row_goal: np.ndarray
    weight: np.ndarray
    covers: csr_array
    packs: csr_array
    strand: np.ndarray
    first: np.ndarray
    beyond: np.ndarray


def part_of(
    model: Model,
    lacks: np.ndarray,
    members: tuple[np.ndarray, np.ndarray, np.ndarray],
    strand: np.ndarray,
    first: np.ndarray,
    beyond: np.ndarray,
) -> Part:
    """One part of a model from its moves, rows and cliques, and where the rows lie on which lines."""
    moves, rows, cliques = members
    local = numbers(moves, model.moves)
    entries, offsets = entries_of(model.row_offsets, rows)
    covers = matrix_of(offsets, local[model.row_moves[entries]], model.row_counts[entries], len(moves))
    entries, offsets = entries_of(model.clique_offsets, cliques)
    packs = matrix_of(offsets, local[model.clique_moves[entries]], None, len(moves))
    goals, row_goal = np.unique(model.row_goal[rows], return_inverse=True)
    return Part(
        moves,
        rows,
        goals,
        model.cost[moves],
        lacks[rows],
        row_goal,
        model.goal_weight[goals],
        covers,
        packs,
        strand,
        first,
        beyond,
    )


@njit(cache=True)
def _find(root, i):
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@njit(cache=True)
def _joined(row_offsets, row_moves, rows, row_goal, clique_offsets, clique_moves, free, goals):
    """A representative of each move's part, and the moves that count for any of the rows."""
    root = np.arange(len(free))
    used = np.zeros(len(free), dtype=np.bool_)
    of_goal = np.full(goals, -1, dtype=np.int64)
    for row in rows:
        before = of_goal[row_goal[row]]
        for e in range(row_offsets[row], row_offsets[row + 1]):
            move = row_moves[e]
            if not free[move]:
                continue
            used[move] = True
            if before >= 0:
                one, other = _find(root, before), _find(root, move)
                if one != other:
                    root[max(one, other)] = min(one, other)
            before = move
        of_goal[row_goal[row]] = before
    for clique in range(len(clique_offsets) - 1):
        before = -1
        for e in range(clique_offsets[clique], clique_offsets[clique + 1]):
            move = clique_moves[e]
            if not used[move]:
                continue
            if before >= 0:
                one, other = _find(root, before), _find(root, move)
                if one != other:
                    root[max(one, other)] = min(one, other)
            before = move
    for i in range(len(root)):
        root[i] = _find(root, i)
    return root, used


@njit(cache=True)
def _spans(offsets, members, which, place):
    """First place and one past the last of each list's members in use, and whether they are neighbours."""
    first = np.zeros(len(which), dtype=np.int64)
    beyond = np.zeros(len(which), dtype=np.int64)
    whole = np.ones(len(which), dtype=np.bool_)
    for i in range(len(which)):
        low, high, count = np.int64(1) << 60, np.int64(-1), 0
        for e in range(offsets[which[i]], offsets[which[i] + 1]):
            at = place[members[e]]
            if at >= 0:
                low, high = min(low, at), max(high, at)
                count += 1
        if count:
            first[i], beyond[i] = low, high + 1
            whole[i] = high - low + 1 == count
    return first, beyond, whole


@njit(cache=True)
def _all_ones(offsets, counts, which):
    plain = np.ones(len(which), dtype=np.bool_)
    for i in range(len(which)):
        for e in range(offsets[which[i]], offsets[which[i] + 1]):
            if counts[e] != 1:
                plain[i] = False
                break
    return plain
