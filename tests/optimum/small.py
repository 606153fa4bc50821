"""Small random models and what brute force says of them; shares nothing with the solver but the model."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

from optimum.model import Model


@st.composite
def models(draw, lines: bool = False, largest_cost: int = 4) -> Model:
    """Models of at most 8 moves and 6 rows; with ``lines``, all rows and cliques are neighbours in order."""
    moves = draw(st.integers(0, 8))

    def some(least: int) -> list[int]:
        if lines:
            first = draw(st.integers(0, moves - 1))
            return list(range(first, draw(st.integers(min(first + least, moves), moves))))
        return sorted(draw(st.sets(st.integers(0, moves - 1), min_size=min(least, moves), max_size=5)))

    count = draw(st.integers(0, 6))
    rows = [some(0) if moves else [] for _ in range(count)]
    cliques = [some(1) for _ in range(draw(st.integers(0, 3)))] if moves else []
    of_goal = np.arange(count) if lines else np.array([draw(st.integers(0, max(count - 1, 0))) for _ in rows])
    _, goals = np.unique(of_goal, return_inverse=True) if count else (None, np.zeros(0, dtype=np.int64))
    one_cost = draw(st.booleans())
    cost = [1 if one_cost else draw(st.integers(0, largest_cost)) for _ in range(moves)]
    return Model.of(
        cost=cost,
        rows=rows,
        needs=[draw(st.integers(-1, 3)) for _ in rows],
        goals=goals,
        weights=[draw(st.integers(1, 9)) for _ in range(goals.max(initial=-1) + 1)],
        counts=[[1 if lines else draw(st.integers(1, 2)) for _ in row] for row in rows],
        cliques=cliques,
        required=[draw(st.integers(0, 9)) == 0 for _ in range(moves)],
    )


def choices(model: Model) -> list[tuple[int, int, tuple[int, ...]]]:
    """Cost, weight and moves of every choice that keeps the cliques and takes what is required."""
    found = []
    rows = [model.row_moves[a:b] for a, b in zip(model.row_offsets[:-1], model.row_offsets[1:], strict=True)]
    counts = [model.row_counts[a:b] for a, b in zip(model.row_offsets[:-1], model.row_offsets[1:], strict=True)]
    bounds = zip(model.clique_offsets[:-1], model.clique_offsets[1:], strict=True)
    cliques = [model.clique_moves[a:b] for a, b in bounds]
    for bits in product((0, 1), repeat=model.moves):
        x = np.array(bits, dtype=np.int64)
        if any(x[clique].sum() > 1 for clique in cliques) or (model.required & (x == 0)).any():
            continue
        shut = set(range(model.goals))
        for row, count, need, goal in zip(rows, counts, model.row_need, model.row_goal, strict=True):
            if x[row] @ count < need:
                shut.discard(int(goal))
        weight = sum(int(model.goal_weight[goal]) for goal in shut)
        found.append((int(x @ model.cost), weight, bits))
    return found
