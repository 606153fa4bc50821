"""Moves that another move makes useless: it counts for the same rows, is in the same cliques, and is no dearer."""

import numpy as np

from optimum.lists import entries_of, transposed
from optimum.model import Model


def useless(model: Model, free: np.ndarray) -> np.ndarray:
    """
    Free moves of which a twin in the same clique costs less, or as much and comes first; bool per move.

    As at most one of a clique is taken, the twin can always stand in. So of several carriers at one spot that count
    alike only the cheapest is left.
    """
    none = np.zeros(model.moves, dtype=bool)
    if not model.cliques or not model.moves or (model.cost == model.cost[0]).all():
        return none
    cliques = transposed(model.clique_offsets, model.clique_moves, model.moves)
    candidates = np.flatnonzero(free & (np.diff(cliques[0]) > 0))
    random = np.random.default_rng(0)
    by_row = random.integers(0, 1 << 62, model.rows, dtype=np.uint64)
    by_clique = random.integers(0, 1 << 62, model.cliques, dtype=np.uint64)
    mark = np.zeros(model.moves, dtype=np.uint64)
    row_of = np.repeat(np.arange(model.rows), np.diff(model.row_offsets))
    clique_of = np.repeat(np.arange(model.cliques), np.diff(model.clique_offsets))
    np.add.at(mark, model.row_moves, by_row[row_of] * model.row_counts.astype(np.uint64))
    np.add.at(mark, model.clique_moves, by_clique[clique_of])
    order = candidates[np.lexsort((candidates, model.cost[candidates], mark[candidates]))]
    alike = np.flatnonzero(mark[order[1:]] == mark[order[:-1]]) + 1
    if not len(alike):
        return none
    in_question = np.zeros(model.moves, dtype=bool)
    in_question[order[alike]] = in_question[order[alike - 1]] = True
    kept = np.flatnonzero(in_question[model.row_moves])
    by_move = kept[np.argsort(model.row_moves[kept], kind="stable")]
    begins = np.concatenate(([0], np.cumsum(np.bincount(model.row_moves[by_move], minlength=model.moves))))
    result = none.copy()
    for at in alike:
        one, other = order[at - 1], order[at]
        mine, his = (by_move[entries_of(begins, np.array([move]))[0]] for move in (one, other))
        shared = [cliques[1][cliques[0][move] : cliques[0][move + 1]] for move in (one, other)]
        # Equal marks are all but proof; this is the proof.
        result[other] = (
            np.array_equal(row_of[mine], row_of[his])
            and np.array_equal(model.row_counts[mine], model.row_counts[his])
            and np.array_equal(*shared)
        )
    return result
