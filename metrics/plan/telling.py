"""A plan in sentences: what was proved, what was checked, what cannot be closed and why."""

from dataclasses import dataclass

import numpy as np

from metrics.explain import plain_number, whole
from metrics.plan.offer import CHEAPEST, MOST, Offer
from metrics.plan.problem import Problem
from metrics.plan.result import Plan
from metrics.rules import Rule, Visible
from metrics.survey import Survey
from metrics.tables import Judged
from optimum.answer import ALONE, Answer
from texts import say

FEN = 100
_SHOWN_PAIRS = 3
_LOOSE = 0.5  # a gap that says nothing


@dataclass(frozen=True)
class Limit:
    """At most so many moves (``sites``) or so much money (``budget``, yuan); None: no limit of that kind."""

    sites: int | None = None
    budget: float | None = None

    @property
    def given(self) -> bool:
        """Whether there is one."""
        return self.sites is not None or self.budget is not None

    @property
    def amount(self) -> int | None:
        """Moves or whole fen."""
        return self.sites if self.budget is None else int(np.floor(self.budget * FEN + 1e-6))

    def costs(self, problem: Problem) -> np.ndarray:
        """What each move takes of it, int64."""
        return problem.moves.cost_fen if self.budget is not None else np.ones(len(problem.moves), dtype=np.int64)

    def too_dear(self, problem: Problem) -> np.ndarray:
        """Which moves alone are beyond it; bool per move."""
        costs = self.costs(problem)
        return costs > self.amount if self.given else np.zeros(len(costs), dtype=bool)

    @property
    def text(self) -> str:
        """In words, empty without a limit."""
        if self.budget is not None:
            return say("plan.limit.budget", value=plain_number(self.budget))
        return "" if self.sites is None else say("plan.limit.sites", value=whole(self.sites))


def impossible_of(
    problem: Problem, answer: Answer, limit: Limit, judged: Judged, survey: Survey, offer: Offer
) -> list[tuple[str, str, str, str]]:
    """
    Rule, subject, its name and the reason, for each subject that cannot be closed; of several reasons the worst.

    One that could be closed for more than the limit is none of them.
    """
    given, too_dear, worst = answer.impossible, limit.too_dear(problem), {}
    columns = (getattr(given, name).tolist() for name in ("goal", "row", "short", "kind"))
    for goal, row, short, kind in zip(*columns, strict=True):
        if not problem.could_with_more(row, too_dear):
            key = int(problem.goal_rule[goal]), int(problem.goal_subject[goal])
            worst[key] = max(worst.get(key, (0, 0, "")), (short, row, kind))
    found = []
    for (place, subject), (short, row, kind) in sorted(worst.items()):
        rule, findings = judged[problem.rules[place]]
        reason = _reason(problem, row, rule, survey, kind=kind)
        step_m = problem.looked_m.get((place, subject))
        looked = say("plan.impossible.listed" if step_m is None else "plan.impossible.looked", metres=step_m)
        reason = say(f"plan.impossible.{reason}", short=whole(short), looked=looked)
        if offer.within:
            reason += say("plan.impossible.within", districts=say("explain.joiner").join(offer.within))
        found.append((rule.id, str(findings.who.id[subject]), str(findings.who.name[subject]), reason))
    return found


def _reason(problem: Problem, row: int, rule: Rule, survey: Survey, *, kind: str) -> str:
    """Why one row of the problem cannot be met: a key of the texts."""
    if kind != ALONE:
        return "together"
    if isinstance(rule, Visible) and survey.city.buildings is None:
        return "no_buildings"
    place, own = problem.row_of(row)
    rows = problem.rows[place]
    if rows.offsets[own] < rows.offsets[own + 1]:
        return "alone"
    return "no_form" if problem.formless[place][rows.demand[own]] else "no_spot"


def infeasible(problem: Problem, offer: Offer, limit: Limit) -> str:
    """Why what is required cannot be done, in a sentence."""
    required = np.flatnonzero(problem.moves.required)
    cost = int(limit.costs(problem)[required].sum())
    if limit.given and cost > limit.amount:
        told = plain_number(cost / FEN) if limit.budget is not None else whole(cost)
        key = "dear" if limit.budget is not None else "many"
        return say(f"plan.sentence.required_{key}", cost=told, limit=limit.text)
    xy = problem.xy_mm[required].astype(float) / 1000
    near = [
        (one + 1, other + 1, float(np.hypot(*(xy[one] - xy[other]))))
        for one in range(len(xy))
        for other in range(one + 1, len(xy))
    ]
    pairs = [
        say("plan.sentence.pair", one=one, other=other, metres=plain_number(apart))
        for one, other, apart in near
        if apart < offer.spacing_m
    ]
    return say(
        "plan.sentence.required_close", pairs="、".join(pairs[:_SHOWN_PAIRS]), spacing=plain_number(offer.spacing_m)
    )


def sentence_of(plan: Plan, problem: Problem, limit: Limit) -> str:
    """The plan in one sentence."""
    if plan.status == "nothing_asked":
        required = say("plan.sentence.required_only", count=whole(plan.new)) if plan.proposals else ""
        return say("plan.sentence.nothing_asked") + required + say("plan.sentence.stop")
    if not plan.closed and not plan.proposals:
        return _nothing(plan, problem, limit)
    text = _proof(plan, problem, limit) + _ended(plan) + _beyond(plan) + _rest(plan)
    if not plan.rechecked:
        text += say("plan.sentence.unchecked", count=whole(plan.recheck.wrong))
    elif plan.closed:
        text += say("plan.sentence.checked", count=whole(plan.closed))
    return text + say("plan.sentence.stop")


def _nothing(plan: Plan, problem: Problem, limit: Limit) -> str:
    """Why nothing is proposed."""
    if len(plan.impossible) == problem.subjects:
        return say("plan.sentence.nothing_possible")
    if plan.status != "proved":
        return say("plan.sentence.nothing_found") + _ended(plan) + say("plan.sentence.stop")
    text = say("plan.sentence.nothing_within", limit=limit.text)
    least = int(limit.costs(problem).min(initial=np.iinfo(np.int64).max))
    if limit.budget is not None and len(problem.moves) and least > limit.amount:
        text += say("plan.sentence.least", cost=plain_number(least / FEN))
    return text + _rest(plan) + say("plan.sentence.stop")


def _proof(plan: Plan, problem: Problem, limit: Limit) -> str:
    gap = plain_number(100 * plan.gap)
    if plan.aim == MOST and plan.gap > _LOOSE:
        return say("plan.sentence.loose_most", limit=limit.text)
    if plan.aim == MOST:
        return say(f"plan.sentence.{'proved' if plan.status == 'proved' else 'best'}_most", limit=limit.text, gap=gap)
    if plan.aim == CHEAPEST:
        what, bound = (say("plan.what.cost", cost=plain_number(yuan)) for yuan in (plan.cost, plan.bound))
    else:
        what = say("plan.what.sites", new=whole(plan.new), other=whole(plan.changed))
        bound = say("plan.what.new", new=whole(plan.bound))
    if plan.status == "proved":
        return say("plan.sentence.proved_fewest", what=what)
    if plan.gap > _LOOSE:
        return say("plan.sentence.loose_fewest", what=what)
    return say("plan.sentence.best_fewest", what=what, bound=bound, gap=gap)


def _ended(plan: Plan) -> str:
    return say(f"plan.sentence.{plan.ended}") if plan.ended in ("stopped", "time", "solver") else ""


def _beyond(plan: Plan) -> str:
    """What lies in other districts than those whose gaps are to be closed."""
    others = sorted({one.beyond for one in plan.proposals if one.beyond})
    if not others:
        return ""
    count = sum(bool(one.beyond) for one in plan.proposals)
    return say("plan.sentence.beyond", count=whole(count), districts=say("explain.joiner").join(others))


def _rest(plan: Plan) -> str:
    return say("plan.sentence.rest", count=whole(len(plan.impossible))) if plan.impossible else ""
