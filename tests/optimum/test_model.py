"""Models are checked when made, every fault at once, and never changed afterwards."""

import numpy as np
import pytest

from optimum.model import Model


def test_every_fault_is_told():
    with pytest.raises(ValueError, match=r"1 moves have a negative cost; 1 goals have a weight below 1"):
        Model.of(cost=[-1, 2], rows=[[0]], needs=[1], weights=[0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": [[5]]}, "name moves that do not exist"),
        ({"rows": [[0, 0]]}, "a row names a move twice"),
        ({"cliques": [[0, 1, 0]]}, "a clique names a move twice"),
        ({"counts": [[0]]}, "row_counts must be at least 1"),
        ({"goals": [3], "weights": [1]}, "goals that do not exist"),
        ({"needs": [1, 2]}, "row_need has 2 entries, 1 are needed"),
        ({"cost": [1 << 52, 1 << 52]}, "the costs add up to more than"),
        ({"cost": np.array([0.5, 1.0])}, "whole numbers"),
    ],
)
def test_faults(changes, words):
    with pytest.raises(ValueError, match=words):
        Model.of(**{"cost": [1, 1], "rows": [[0]], "needs": [1], **changes})


def test_rows_must_be_neighbours_on_their_line():
    lines = {"line_offsets": np.array([0, 3]), "line_moves": np.array([2, 0, 1]), "row_line": np.array([0])}
    assert Model.of(cost=[1] * 3, rows=[[0, 2]], needs=[1], **lines).rows == 1
    with pytest.raises(ValueError, match="1 rows are not neighbours"):
        Model.of(cost=[1] * 3, rows=[[1, 2]], needs=[1], **lines)


def test_arrays_are_copies_and_frozen():
    cost = np.array([1, 1])
    model = Model.of(cost=cost, rows=[[0]], needs=[1])
    cost[0] = 9
    assert model.cost[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        model.cost[0] = 5
