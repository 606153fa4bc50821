"""The most weight closed within a budget, and how it grows with the budget."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimum.answer import Answer
from optimum.clock import Clock
from optimum.fewest import answer_of
from optimum.ground import Ground
from optimum.model import Model
from optimum.search import Search, mask_of


def most(
    model: Model,
    *,
    budget: int,
    time_limit_s: float | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[int | None, int | None], None] | None = None,
) -> Answer:
    """
    The moves that close the most weight for no more than a budget.

    Parameters
    ----------
    budget
        The most the moves may cost together, those required among them; with moves that cost 1 each, how many.
    time_limit_s, stop
        As in ``fewest``.
    progress
        Called with the weight of the best so far and its upper bound, whenever they change.

    Returns
    -------
    Answer
        ``bound``: no choice within the budget closes more weight.

    Raises
    ------
    ValueError
        When the budget or the time limit is negative.

    Examples
    --------
    >>> two_goals = Model.of(cost=[1, 1], rows=[[0], [1]], needs=[1, 1], weights=[3, 5])
    >>> most(two_goals, budget=1).chosen
    array([1])
    """
    if budget < 0:
        raise ValueError(f"the budget must be 0 or more, not {budget}")
    clock = Clock(time_limit_s, stop, progress)
    return _most(Ground(model, clock), budget, clock, None)


@dataclass(frozen=True)
class Curve:
    """
    The most weight closed for each of several budgets; arrays and answers in the order of the budgets asked.

    ``weight`` is what is surely possible, never falling as budgets rise; ``bound`` is never exceeded; ``answers`` hold
    the moves.
    """

    budgets: np.ndarray
    weight: np.ndarray
    bound: np.ndarray
    answers: tuple[Answer, ...]


def curve(
    model: Model,
    budgets: np.ndarray,
    *,
    time_limit_s: float | None = None,
    stop: Callable[[], bool] | None = None,
) -> Curve:
    """
    How the most weight grows with the budget: where more money stops paying.

    What one budget shows helps the others: each begins with what the next smaller one closes, and no bound is above
    that of a larger budget. The time is shared out evenly.

    Raises
    ------
    ValueError
        When a budget or the time limit is negative.
    """
    budgets = np.asarray(budgets, dtype=np.int64)
    if (budgets < 0).any():
        raise ValueError("budgets must be 0 or more")
    clock = Clock(time_limit_s, stop)
    ground = Ground(model, clock)
    answers: list[Answer | None] = [None] * len(budgets)
    before: Answer | None = None
    order = np.argsort(budgets, kind="stable")
    for done, at in enumerate(order):
        share = clock.left_s / (len(order) - done)
        own = Clock(share if np.isfinite(share) else None, lambda: clock.over() == "stopped")
        before = answers[at] = _most(ground, int(budgets[at]), own, before)
    bound = np.array([answer.bound for answer in answers], dtype=np.int64)
    bound[order] = np.minimum.accumulate(bound[order][::-1])[::-1]
    return Curve(budgets, np.array([answer.weight for answer in answers], dtype=np.int64), bound, tuple(answers))


def _most(ground: Ground, budget: int, clock: Clock, smaller: Answer | None) -> Answer:
    """The answer for one budget; ``smaller`` is that of a smaller one."""
    model, reduced = ground.model, ground.reduced
    if len(reduced.crowded) or ground.spent > budget:
        return answer_of(model, reduced, reduced.fixed, clock, "most", "infeasible", bound=int(model.goal_weight.sum()))
    search = Search(ground, budget - ground.spent, clock)
    if smaller is not None and smaller.status != "infeasible":
        search.offer(mask_of(smaller.chosen, model.moves))
    search.run()
    open_goals = reduced.asked.any() or len(reduced.impossible)
    return answer_of(
        model,
        reduced,
        search.taken,
        clock,
        "most",
        None if open_goals else "nothing_asked",
        bound=search.bound,
        weight_bound=search.bound,
        ended=search.ended,
    )
