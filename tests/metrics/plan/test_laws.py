"""What holds for every plan: more is never worse, greed never better, and the whole assessment agrees."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.plan import Goals, Offer, benefit_curve, plan
from metrics.plan.offer import METRES, SCORE, SUBJECTS
from metrics.plan.problem import problem_of
from metrics.scenario import WhatIf
from optimum.answer import check
from optimum.fewest import fewest
from tests.metrics.plan.drawn import crossing
from tests.metrics.scenario.drawn import drawn_town, every_measure

_OFFER = Offer(step_m=40, spacing_m=20)


@pytest.fixture(scope="module")
def town() -> WhatIf:
    """A town with all measures, unknown facts and an unsurveyed district."""
    return WhatIf(drawn_town(3), every_measure())


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 40),
    worth=st.sampled_from([SCORE, METRES, SUBJECTS]),
    limits=st.lists(st.integers(0, 12), min_size=2, max_size=3, unique=True),
)
def test_more_is_never_worse_and_greed_never_better(seed: int, worth: str, limits: list[int]):
    city, book, offer = crossing(seed)
    whatif, before = WhatIf(city, book), -1.0
    for count in sorted(limits):
        found = plan(city, book, goals=Goals(worth=worth), offer=offer, sites=count, whatif=whatif)
        assert found.value >= before
        assert found.bound >= found.value
        assert len(found.proposals) <= count
        assert found.value >= _greedy(whatif, worth, offer, count) - 1e-6
        before = found.value


def _greedy(whatif: WhatIf, worth: str, offer: Offer, count: int) -> float:
    """What one gets by taking the best single move again and again, if it helps at once."""
    problem = problem_of(whatif, Goals(worth=worth), offer)
    model = problem.model(np.ones(len(problem.moves), dtype=np.int64))
    taken, best = np.zeros(model.moves, dtype=bool), 0
    for _ in range(count):
        trials = []
        for move in np.flatnonzero(~taken):
            trial = taken.copy()
            trial[move] = True
            if not len(model.crowded(trial)):
                trials.append((int(model.goal_weight[model.closed(trial)].sum()), -int(move)))
        if not trials or max(trials)[0] <= best:
            break
        best, move = max(trials)
        taken[-move] = True
    return best / problem.unit("most")


@pytest.mark.parametrize("aim", [{}, {"cheapest": True}, {"sites": 8}, {"budget": 3000}])
def test_a_town_of_everything_is_planned_and_checked(town: WhatIf, aim: dict):
    found = plan(town.city, town.book, offer=_OFFER, whatif=town, time_limit_s=8, **aim)
    assert found.rechecked
    assert found.proposals
    assert all(own.closes for own in found.proposals)
    assert len({own.id for own in found.proposals}) == len(found.proposals)
    if "sites" in aim:
        assert len(found.proposals) <= 8
    if "budget" in aim:
        assert found.cost <= 3000


def test_one_rule_in_one_district(town: WhatIf):
    """Nothing is proposed for other rules, and the gaps of the other districts stay."""
    for rule in ("walk", "walk-nearest", "park", "view", "stop", "gate", "crossing"):
        goals = Goals(rules=(rule,), districts=("西区",))
        found = plan(town.city, town.book, goals=goals, offer=_OFFER, whatif=town, time_limit_s=8)
        assert found.rechecked, rule
        assert {own.rule for own in found.impossible} <= {rule}


def test_the_model_is_sound(town: WhatIf):
    problem = problem_of(town, Goals(), _OFFER)
    model = problem.model(problem.count_cost())
    assert check(model, fewest(model, time_limit_s=5)) == []
    for rows in problem.rows:
        assert len(rows.subject) == len(rows.amount_mm)
        assert (rows.need > 0).all()


def test_the_curve_rises_and_keeps_below_its_bound(town: WhatIf):
    points = benefit_curve(town, offer=_OFFER, sites=(0, 3, 6, 12), time_limit_s=8)
    scores = [point.score for point in points]
    assert scores == sorted(scores)
    assert all(point.score <= point.bound + 1e-9 for point in points)
    assert points[0].score == pytest.approx(town.difference().city.after)


def test_a_plan_is_the_same_again(town: WhatIf):
    first, second = (plan(town.city, town.book, offer=_OFFER, whatif=town, cheapest=True) for _ in range(2))
    assert replace(first, seconds={}, difference=None) == replace(second, seconds={}, difference=None)
