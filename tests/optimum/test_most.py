"""The most weight within a budget: by hand, against all subsets, and cut short."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimum.answer import check
from optimum.model import Model
from optimum.most import most
from tests.optimum.small import choices, models


def agrees_with_all_subsets(model: Model, budget: int) -> None:
    within = [weight for cost, weight, _ in choices(model) if cost <= budget]
    answer = most(model, budget=budget)
    assert check(model, answer, budget=budget) == []
    if not within:
        assert answer.status == "infeasible"
        return
    assert answer.status in ("proved", "nothing_asked"), answer
    assert answer.weight == answer.bound == max(within)


@given(models(), st.integers(0, 20))
def test_all_subsets_of_any_model(model, budget):
    agrees_with_all_subsets(model, budget)


@given(models(lines=True), st.integers(0, 20))
def test_all_subsets_of_lines(model, budget):
    agrees_with_all_subsets(model, budget)


def test_two_of_three():
    """
    Goals worth 5, 4 and 6; the first two share spot 1, the third needs both 2 and 3:

        spots   0 - 1 - 2 - 3
        goals   [5--]       .
                    [4--]   .
                        [6--] needs two
    """
    model = Model.of(cost=[1] * 4, rows=[[0, 1], [1, 2], [2, 3]], needs=[1, 1, 2], weights=[5, 4, 6])
    assert [most(model, budget=k).weight for k in range(5)] == [0, 9, 10, 15, 15]
    assert most(model, budget=1).chosen.tolist() == [1]


def test_dearer_than_the_budget():
    answer = most(Model.of(cost=[5], rows=[[0]], needs=[1], required=[True]), budget=4)
    assert answer.status == "infeasible"


def test_nothing_to_spend():
    answer = most(Model.of(cost=[1, 0], rows=[[0], [1]], needs=[1, 1]), budget=0)
    assert (answer.status, answer.weight, answer.chosen.tolist()) == ("proved", 1, [1])


@given(models(lines=True))
def test_more_budget_is_never_worse(model):
    answers = [most(model, budget=budget) for budget in range(0, 9, 2)]
    known = [answer.weight for answer in answers if answer.status != "infeasible"]
    assert known == sorted(known)


@pytest.mark.parametrize("budget", [1, 10**12])
def test_huge_budgets(budget):
    model = Model.of(cost=[10**11, 1], rows=[[0], [1]], needs=[1, 1], weights=[10**9, 1])
    assert most(model, budget=budget).weight == (1 if budget == 1 else 10**9 + 1)


def test_required_moves_count_for_the_budget():
    model = Model.of(cost=[2, 1], rows=[[0], [1]], needs=[1, 1], required=[True, False])
    assert [most(model, budget=budget).weight for budget in (2, 3)] == [1, 2]
    assert np.array_equal(most(model, budget=3).chosen, [0, 1])


@given(models(lines=True), st.integers(0, 20))
def test_bounds_at_a_price_hold(model, budget):
    """Without HiGHS: never below what the best subset closes, and what is found never above it."""
    within = [weight for cost, weight, _ in choices(model) if cost <= budget]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("optimum.search.Search._tied", lambda search: None)
        answer = most(model, budget=budget)
    if within:
        assert check(model, answer, budget=budget) == []
        assert answer.weight <= max(within) <= answer.bound
