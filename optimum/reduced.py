"""What is left of a model once the required moves are taken: free moves, what rows still lack, goals out of reach."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from optimum.answer import ALONE, Impossible
from optimum.clock import Clock
from optimum.highs import Program, at_least, solve
from optimum.lists import matrix_of, numbers, take_lists, transposed
from optimum.model import Model
from optimum.twins import useless


@dataclass(frozen=True)
class Reduced:
    """
    A model after its required moves.

    Attributes
    ----------
    fixed, free
        bool per move: taken, and still to be decided (not in a clique with a fixed one, and without a cheaper twin).
    lacks
        int64 per row: what it still needs; 0 or less when it holds.
    crowded
        Cliques with two required moves: then nothing can be done.
    asked
        bool per goal: open, and not impossible alone.
    impossible
        The goals no free moves can close.
    """

    fixed: np.ndarray
    free: np.ndarray
    lacks: np.ndarray
    crowded: np.ndarray
    asked: np.ndarray
    impossible: Impossible


def reduce(model: Model, clock: Clock) -> Reduced:
    """Take the required moves, drop what conflicts with them, and name the goals that are impossible alone."""
    fixed = model.required
    blocked = np.zeros(model.moves, dtype=bool)
    if fixed.any() and model.cliques:
        held = np.add.reduceat(np.append(fixed[model.clique_moves], False).astype(np.int64), model.clique_offsets[:-1])
        full = (held > 0) & (np.diff(model.clique_offsets) > 0)
        blocked[take_lists(model.clique_offsets, model.clique_moves, np.flatnonzero(full))[1]] = True
    free = ~fixed & ~blocked
    lacks = model.row_need - model.covered(fixed)
    open_goals = np.bincount(model.row_goal[lacks > 0], minlength=model.goals) > 0
    free &= ~useless(model, free)
    impossible = _impossible_alone(model, free, lacks, clock)
    asked = open_goals.copy()
    asked[impossible.goal] = False
    return Reduced(fixed, free, lacks, model.crowded(fixed), asked, impossible)


def _impossible_alone(model: Model, free: np.ndarray, lacks: np.ndarray, clock: Clock) -> Impossible:
    """The goals with a row that falls short whatever is taken; the row that falls short most, the first of those."""
    of_moves = transposed(model.clique_offsets, model.clique_moves, model.moves)
    sure, most = _most_packed(
        model.row_offsets, model.row_moves, model.row_counts, lacks, free, *of_moves, model.cliques
    )
    for row in np.flatnonzero((sure < lacks) & (most >= lacks) & (lacks > 0)):
        if clock.over():
            break
        most[row] = min(_most_of_row(model, free, row, of_moves, clock), most[row])
    short = np.where(lacks > 0, lacks - most, 0)
    rows = np.flatnonzero(short > 0)
    rows = rows[np.lexsort((rows, -short[rows], model.row_goal[rows]))]
    goal, first = np.unique(model.row_goal[rows], return_index=True)
    return Impossible(goal, rows[first], short[rows[first]], np.full(len(goal), ALONE))


def _most_of_row(model: Model, free: np.ndarray, row: int, of_moves: tuple[np.ndarray, ...], clock: Clock) -> int:
    """An upper bound on what one row can get, its optimum when the clock allows."""
    entries = np.arange(model.row_offsets[row], model.row_offsets[row + 1])
    entries = entries[free[model.row_moves[entries]]]
    moves, counts = model.row_moves[entries], model.row_counts[entries]
    cliques = np.unique(take_lists(*of_moves, moves)[1])
    offsets, members = take_lists(model.clique_offsets, model.clique_moves, cliques)
    local = numbers(moves, model.moves)
    matrix = matrix_of(offsets, local[members], None, len(moves))
    ones = np.ones(len(moves))
    program = Program(-counts, ones, matrix, at_least(len(cliques)), np.ones(len(cliques)), ones.astype(bool))
    bound = solve(program, clock, abs_gap=0.9).bound
    return int(np.floor(-bound + 1e-6)) if np.isfinite(bound) else int(counts.sum())


@njit(cache=True)
def _most_packed(offsets, members, counts, lacks, free, own_offsets, own, cliques):
    """
    Of each row that lacks something: what is surely possible, and what is surely not exceeded.

    The first takes moves in order unless a clique is full. The second covers the moves with cliques, from the first
    move on by its clique that reaches furthest; for intervals both are the same.
    """
    rows = len(offsets) - 1
    sure = np.zeros(rows, dtype=np.int64)
    most = np.zeros(rows, dtype=np.int64)
    full = np.full(cliques, -1, dtype=np.int64)
    size = np.zeros(cliques, dtype=np.int64)
    largest = np.zeros(cliques, dtype=np.int64)
    stamp = np.full(cliques, -1, dtype=np.int64)
    chosen = np.full(cliques, -1, dtype=np.int64)
    for row in range(rows):
        if lacks[row] <= 0:
            continue
        begin, end = offsets[row], offsets[row + 1]
        for e in range(begin, end):
            move = members[e]
            if not free[move]:
                continue
            fits = True
            for c in range(own_offsets[move], own_offsets[move + 1]):
                fits &= full[own[c]] != row
            if fits:
                sure[row] += counts[e]
                for c in range(own_offsets[move], own_offsets[move + 1]):
                    full[own[c]] = row
        if sure[row] >= lacks[row]:
            most[row] = lacks[row]
            continue
        for e in range(begin, end):
            move = members[e]
            if not free[move]:
                continue
            for c in range(own_offsets[move], own_offsets[move + 1]):
                clique = own[c]
                if stamp[clique] != row:
                    stamp[clique], size[clique], largest[clique] = row, 0, 0
                size[clique] = e  # the last entry it reaches
                largest[clique] = max(largest[clique], counts[e])
        for e in range(begin, end):
            move = members[e]
            if not free[move]:
                continue
            hit = False
            for c in range(own_offsets[move], own_offsets[move + 1]):
                hit |= chosen[own[c]] == row
            if hit:
                continue
            best = np.int64(-1)
            for c in range(own_offsets[move], own_offsets[move + 1]):
                if best < 0 or size[own[c]] > size[best]:
                    best = own[c]
            if best < 0:
                most[row] += counts[e]
            else:
                chosen[best] = row
                most[row] += largest[best]
    return sure, most
