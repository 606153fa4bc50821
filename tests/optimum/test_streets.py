"""Streets with windows, spacing and crossings: every way through the solver, against HiGHS on the whole model."""

from dataclasses import replace

import numpy as np
import pytest

import optimum.strands
import optimum.tied
from benchmarks.plan import by_greed, by_highs
from benchmarks.plan_cities import crossing_streets, lone_streets
from optimum.answer import check
from optimum.clock import Clock
from optimum.compact import compact
from optimum.fewest import fewest
from optimum.ground import Ground
from optimum.highs import solve
from optimum.model import Model
from optimum.most import curve, most


@pytest.fixture(scope="module")
def lone() -> Model:
    return lone_streets(6, seed=2)


@pytest.fixture(scope="module")
def crossing() -> Model:
    return crossing_streets(15, seed=1)


@pytest.fixture
def large(monkeypatch) -> None:
    """Whatever its size, each tied part is solved as a large one."""
    monkeypatch.setattr(optimum.tied, "_SMALL", 0)


def test_streets_alone(lone):
    answer = fewest(lone)
    assert answer.status == "proved"
    assert answer.cost == round(by_highs(lone, 60).value)
    assert check(lone, answer) == []


@pytest.mark.parametrize("seed", range(4))
def test_crossing_streets_relaxed_and_repaired(seed, large):
    model = crossing_streets(12, seed=seed, sites_per_km=6 + seed)
    answer = fewest(model)
    assert answer.status == "proved"
    assert answer.cost == round(by_highs(model, 60).value)
    assert check(model, answer) == []


def test_crossing_streets_of_several_costs(crossing, large):
    random = np.random.default_rng(5)
    model = replace(crossing, cost=random.integers(1, 5, crossing.moves) * 1000)
    answer = fewest(model)
    assert answer.status == "proved"
    assert answer.cost == round(by_highs(model, 60).value)
    assert check(model, answer) == []


def test_lines_of_several_costs(lone):
    random = np.random.default_rng(5)
    model = replace(lone, cost=random.integers(0, 5, lone.moves) * 1000)
    answer = fewest(model)
    assert answer.status == "proved"
    assert answer.cost == round(by_highs(model, 60).value)


@pytest.mark.parametrize("city", ["lone", "crossing"])
def test_greedy_is_never_better(city, request):
    model = request.getfixturevalue(city)
    taken = by_greed(model, None)
    assert model.closed(taken).all()
    assert taken.sum() >= fewest(model).cost
    for budget in (0, 3, 8):
        taken = by_greed(model, budget)
        answer = most(model, budget=budget, time_limit_s=2)
        assert model.goal_weight[model.closed(taken)].sum() <= answer.weight <= answer.bound


def test_a_budget_on_lines_is_proved_or_close(lone):
    for budget in (0, 1, 5, 12):
        answer = most(lone, budget=budget, time_limit_s=3)
        assert check(lone, answer, budget=budget) == []
        assert answer.gap < 0.01
        assert answer.cost <= budget


def test_lines_at_a_price_bound_what_the_solver_finds(lone, monkeypatch):
    """Without HiGHS at the end, the bounds stay above its optimum and the answers below."""
    best = most(lone, budget=6).weight
    monkeypatch.setattr("optimum.search.Search._tied", lambda search: None)
    priced = most(lone, budget=6)
    assert priced.weight <= best <= priced.bound
    monkeypatch.setattr(optimum.strands, "_LOOKED_AT", 50)
    cut_short = most(lone, budget=6)
    assert cut_short.weight <= best <= cut_short.bound


def test_shared_moves_are_bounded_too(crossing, monkeypatch):
    monkeypatch.setattr("optimum.search.Search._tied", lambda search: None)
    shared = most(crossing, budget=4, time_limit_s=4)
    monkeypatch.undo()
    best = most(crossing, budget=4, time_limit_s=4)
    assert check(crossing, shared, budget=4) == []
    assert shared.weight <= best.bound
    assert best.weight <= shared.bound


@pytest.mark.parametrize("ease", [0.0, 0.34, 0.5, 0.75, 1.0])
def test_what_moves_left_out_promise_bounds_them(crossing, ease):
    """With only some of the moves the bound stays above what all of them close, and what is found below."""
    clock = Clock(60)
    ground = Ground(crossing, clock)
    best = most(crossing, budget=4, time_limit_s=60)
    assert best.status == "proved"
    promise = ground.outline.promises(ease)
    for share in (0.3, 0.8):
        kept = promise > np.quantile(promise[promise > 0], share)
        program = compact(ground.outline, 4, kept, float(promise[~kept].max()), ease)
        outcome = solve(program.program, clock, start=program.start(np.zeros(crossing.moves, dtype=bool)))
        taken = np.zeros(crossing.moves, dtype=bool)
        taken[program.moves[outcome.x[: len(program.moves)] > 0.5]] = True
        assert crossing.goal_weight[crossing.closed(taken)].sum() <= best.weight
        assert best.weight <= program.weight(outcome.value) * (1 + 1e-9)


@pytest.mark.parametrize("city", ["lone", "crossing"])
def test_more_budget_is_never_worse(city, request):
    model = request.getfixturevalue(city)
    everything = fewest(model)
    found = curve(model, np.array([9, 0, 3, 6, everything.cost + 5]), time_limit_s=10)
    order = np.argsort(found.budgets)
    assert (np.diff(found.weight[order]) >= 0).all()
    assert (np.diff(found.bound[order]) >= 0).all()
    assert (found.weight <= found.bound).all()
    for budget, weight, answer in zip(found.budgets, found.weight, found.answers, strict=True):
        assert check(model, answer, budget=int(budget)) == []
        assert answer.weight == weight
    if city == "lone":
        assert found.weight[4] == found.bound[4] == everything.weight
