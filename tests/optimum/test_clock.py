"""Cut short by time or called off: the best so far is kept, said to be that, and what is said holds."""

from time import monotonic

import pytest

import optimum.highs
import optimum.tied
from benchmarks.plan_cities import crossing_streets, lone_streets
from optimum.answer import check
from optimum.clock import Clock
from optimum.fewest import fewest
from optimum.highs import Outcome
from optimum.model import Model
from optimum.most import curve, most


@pytest.fixture(scope="module")
def crossing() -> Model:
    return crossing_streets(60, seed=3)


@pytest.mark.parametrize("limits", [{"time_limit_s": 0}, {"stop": lambda: True}])
def test_ended_at_once(crossing, limits):
    why = "stopped" if "stop" in limits else "time"
    answer = fewest(crossing, **limits)
    assert (answer.status, answer.ended) == ("best_found", why)
    assert answer.closed.all()
    assert answer.gap > 0
    assert check(crossing, answer) == []
    answer = most(crossing, budget=20, **limits)
    assert (answer.status, answer.ended) == ("best_found", why)
    assert answer.weight > 0
    assert check(crossing, answer, budget=20) == []


def test_called_off_on_the_way(crossing):
    begun = monotonic()
    answer = fewest(crossing, stop=lambda: monotonic() - begun > 0.4)
    assert answer.status in ("best_found", "proved")
    assert check(crossing, answer) == []


def test_lines_need_no_time():
    answer = fewest(lone_streets(5), time_limit_s=0)
    assert answer.status == "proved"


def test_curve_called_off(crossing):
    found = curve(crossing, [5, 10], stop=lambda: True)
    assert [answer.ended for answer in found.answers] == ["stopped", "stopped"]


def test_what_is_told_gets_better(crossing):
    told = []
    answer = fewest(crossing, progress=lambda value, bound: told.append((value, bound)))
    assert told[-1] == (answer.cost, answer.bound)
    told.clear()
    answer = most(crossing, budget=10, time_limit_s=3, progress=lambda value, bound: told.append((value, bound)))
    values, bounds = zip(*told, strict=True)
    assert list(values) == sorted(values)
    assert list(bounds) == sorted(bounds, reverse=True)
    assert told[-1] == (answer.weight, answer.bound)


def test_a_solver_that_answers_nothing(monkeypatch):
    model = crossing_streets(12)
    nothing = Outcome("failed", None, float("inf"), float("-inf"))
    monkeypatch.setattr(optimum.tied, "solve", lambda *given, **options: nothing)
    monkeypatch.setattr("optimum.search.solve", lambda *given, **options: nothing)
    answer = fewest(model)
    assert (answer.status, answer.ended) == ("best_found", "solver")
    assert answer.closed.all()
    assert check(model, answer) == []
    answer = most(model, budget=3, time_limit_s=5)
    assert answer.status == "best_found"
    assert check(model, answer, budget=3) == []


@pytest.mark.parametrize("wrong", [-1, float("nan")])
def test_time_limits_are_checked(wrong):
    with pytest.raises(ValueError, match="time_limit_s"):
        Clock(wrong)


def test_a_negative_budget_is_refused():
    with pytest.raises(ValueError, match="budget"):
        most(Model.of(cost=[1], rows=[[0]], needs=[1]), budget=-1)
