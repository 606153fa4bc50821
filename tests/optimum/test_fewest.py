"""The least cost that closes all that can be closed: by hand, against all subsets, and cut short."""

import numpy as np
import pytest
from hypothesis import given

import optimum.tied
from optimum.answer import check
from optimum.fewest import fewest
from optimum.model import Model
from tests.optimum.small import choices, models


def proved(model: Model, **options):
    """The answer, counted again and proved."""
    answer = fewest(model, **options)
    assert check(model, answer) == []
    assert answer.status in ("proved", "nothing_asked", "infeasible")
    return answer


def agrees_with_all_subsets(model: Model) -> None:
    """Most weight first, then least cost."""
    every = choices(model)
    answer = proved(model)
    if not every:
        assert answer.status == "infeasible"
        return
    weight = max(weight for _, weight, _ in every)
    assert answer.weight == answer.weight_bound == weight
    assert answer.cost == answer.bound == min(cost for cost, closed, _ in every if closed == weight)
    assert set(answer.impossible.goal) == set(np.flatnonzero(~answer.closed))
    assert (answer.impossible.short > 0).all()


@given(models())
def test_all_subsets_of_any_model(model):
    agrees_with_all_subsets(model)


@given(models(lines=True))
def test_all_subsets_of_lines(model):
    agrees_with_all_subsets(model)


@given(models(largest_cost=10**12))
def test_huge_costs(model):
    agrees_with_all_subsets(model)


def test_three_windows_share_two_sites():
    """
    Five spots along a street; windows over 0–2, 1–3 and 2–4 need 1, 2 and 1, neighbours are too close:

        0   1   2   3   4
        [-------] 1
            [-------] 2      1 and 3, the only two of them that are not neighbours
                [-------] 1
    """
    pairs = [[0, 1], [1, 2], [2, 3], [3, 4]]
    answer = proved(Model.of(cost=[1] * 5, rows=[[0, 1, 2], [1, 2, 3], [2, 3, 4]], needs=[1, 2, 1], cliques=pairs))
    assert answer.chosen.tolist() == [1, 3]
    assert answer.status == "proved"


def test_left_to_right_is_not_enough():
    """
    Spots 1 and 2 are too close, so are 2 and 3. The first window takes its rightmost spot 2 when it is filled from the
    left, and the second, which needs two of 1 and 3 and 2, cannot be filled any more.
    """
    answer = proved(Model.of(cost=[1] * 4, rows=[[0, 1, 2], [1, 2, 3]], needs=[1, 2], cliques=[[1, 2], [2, 3]]))
    assert answer.chosen.tolist() == [1, 3]


def test_an_impossible_goal_is_named_and_the_rest_is_solved():
    model = Model.of(cost=[1, 1, 1], rows=[[0, 1], [2], []], needs=[3, 1, 2])
    answer = proved(model)
    assert answer.chosen.tolist() == [2]
    assert answer.impossible.goal.tolist() == [0, 2]
    assert answer.impossible.row.tolist() == [0, 2]
    assert answer.impossible.short.tolist() == [1, 2]
    assert set(answer.impossible.kind) == {"alone"}


def test_least_spacing_makes_a_goal_impossible():
    """Three spots too close to each other, one after the other: two fit, three are asked."""
    answer = proved(Model.of(cost=[1] * 3, rows=[[0, 1, 2]], needs=[3], cliques=[[0, 1], [1, 2]]))
    assert answer.chosen.tolist() == []
    assert answer.impossible.short.tolist() == [1]


def test_goals_that_exclude_each_other():
    """One venue takes a screen or a board; two goals want one each, and the heavier is closed."""
    answer = proved(Model.of(cost=[1, 1], rows=[[0], [1]], needs=[1, 1], weights=[2, 3], cliques=[[0, 1]]))
    assert answer.chosen.tolist() == [1]
    assert answer.impossible.goal.tolist() == [0]
    assert answer.impossible.kind.tolist() == ["together"]


def test_a_goal_of_two_rows_closes_with_both():
    """A square needs two sites of which one has the theme."""
    answer = proved(Model.of(cost=[1, 2, 5], rows=[[0, 1, 2], [2]], needs=[2, 1], goals=[0, 0]))
    assert answer.chosen.tolist() == [0, 2]
    assert answer.closed.tolist() == [True]


def test_required_moves_are_taken_and_counted():
    model = Model.of(cost=[4, 1], rows=[[0, 1]], needs=[1], required=[True, False])
    answer = proved(model)
    assert answer.chosen.tolist() == [0]
    assert answer.status == "nothing_asked"


def test_required_moves_of_one_clique_cannot_be():
    answer = proved(Model.of(cost=[1, 1], rows=[[0]], needs=[1], cliques=[[0, 1]], required=[True, True]))
    assert answer.status == "infeasible"


@pytest.mark.parametrize(
    "model",
    [
        Model.of(cost=[], rows=[], needs=[]),
        Model.of(cost=[1], rows=[], needs=[]),
        Model.of(cost=[1], rows=[[]], needs=[0]),
    ],
)
def test_nothing_is_asked(model):
    answer = proved(model)
    assert answer.status == "nothing_asked"
    assert len(answer.chosen) == 0


def test_no_moves():
    answer = proved(Model.of(cost=[], rows=[[]], needs=[2]))
    assert answer.impossible.short.tolist() == [2]


@given(models(lines=True))
def test_blind_to_the_order_of_rows(model):
    back = np.arange(model.rows)[::-1]
    rows = [model.row_moves[a:b] for a, b in zip(model.row_offsets[:-1], model.row_offsets[1:], strict=True)]
    turned = Model.of(
        cost=model.cost,
        rows=[rows[row] for row in back],
        needs=model.row_need[back],
        goals=model.row_goal[back],
        weights=model.goal_weight,
        cliques=[
            model.clique_moves[a:b] for a, b in zip(model.clique_offsets[:-1], model.clique_offsets[1:], strict=True)
        ],
        required=model.required,
    )
    assert (fewest(turned).cost, fewest(turned).weight) == (fewest(model).cost, fewest(model).weight)


@given(models())
def test_all_subsets_relaxed_and_repaired(model):
    """Small models by the way of large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum.tied, "_SMALL", -1)
        agrees_with_all_subsets(model)
