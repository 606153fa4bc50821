"""``plan``: the fewest or cheapest moves that close the chosen gaps, or the best use of a budget, with the proof."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from data.city import City
from data.errors import DataError
from metrics.assessment import assess
from metrics.book import ROUTINE, RuleBook
from metrics.explain import plain_number, whole
from metrics.measures.findings import FAIL
from metrics.plan.moves import KINDS, NEW, showing, site_after
from metrics.plan.offer import Goals, Offer, check_goals
from metrics.plan.problem import Problem, problem_of
from metrics.plan.words import Directions
from metrics.rules import Rule
from metrics.scenario.difference import Difference
from metrics.scenario.sites import Site, edited_city
from metrics.scenario.whatif import WhatIf
from optimum.answer import ALONE, Answer
from optimum.fewest import fewest
from optimum.most import curve, most
from texts import say

FEWEST, CHEAPEST, MOST = "fewest", "cheapest", "most"
_FEN = 100

Progress = Callable[[str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Proposal:
    """
    One thing to do.

    Attributes
    ----------
    id
        Of the site: a new one, or one of the city's.
    kind
        ``new``, ``repair``, ``retheme`` or ``repair_and_retheme``.
    site
        The site as it will be.
    cost
        Yuan.
    place
        Where, in words.
    closes
        What it helps to close, in words, without repetition.
    """

    id: str
    kind: str
    site: Site
    cost: float
    place: str
    closes: tuple[str, ...]


@dataclass(frozen=True)
class Impossible:
    """A gap that nothing can close, and why."""

    rule: str
    subject: str
    subject_name: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """
    What to do, how good that is at best, and what it makes of the city.

    Attributes
    ----------
    proposals
        What to do, in the order of the streets and places.
    aim
        ``fewest``, ``cheapest`` or ``most``.
    status
        ``proved``, ``best_found``, ``nothing_asked`` or ``infeasible``, see ``optimum.answer.Answer``.
    ended
        Why the search ended: ``done``, ``time``, ``stopped``, ``solver``, ``tried``.
    value, bound
        What was made small (new sites and repairs, or yuan) or large (points of the score, metres, subjects), and how
        small or large it may at best be.
    gap
        How far ``value`` may be from the best, as a share.
    new, changed, cost
        How many new sites, how many changed ones, and yuan for all.
    asked, closed
        How many goals there were (runs of starts of streets, places), and how many are closed.
    impossible
        What cannot be closed, and why.
    difference
        What the plan makes of the city.
    rechecked
        Whether a whole ``assess`` of the changed city found every goal closed that the plan says it closes.
    seconds
        Time per step.
    sentence
        All this in one Chinese sentence.
    """

    proposals: tuple[Proposal, ...]
    aim: str
    status: str
    ended: str
    value: float
    bound: float
    gap: float
    new: int
    changed: int
    cost: float
    asked: int
    closed: int
    impossible: tuple[Impossible, ...]
    difference: Difference
    rechecked: bool
    seconds: dict[str, float]
    sentence: str

    @property
    def changes(self) -> dict[str, Site]:
        """The sites as they will be, by id."""
        return {proposal.id: proposal.site for proposal in self.proposals}


@dataclass(frozen=True)
class CurvePoint:
    """What so many moves reach at best: the score, of which at most ``bound`` is possible; ``cost`` in yuan."""

    sites: int
    score: float
    bound: float
    cost: float


def plan(
    city: City,
    book: RuleBook,
    phase: str = ROUTINE,
    *,
    goals: Goals | None = None,
    offer: Offer | None = None,
    sites: int | None = None,
    budget: float | None = None,
    cheapest: bool = False,
    time_limit_s: float = 60.0,
    stop: Stop | None = None,
    progress: Progress | None = None,
    whatif: WhatIf | None = None,
) -> Plan:
    """
    What closes the chosen gaps.

    With neither ``sites`` nor ``budget``: the fewest new sites (or, ``cheapest``, the least money) that close all that
    can be closed. With one of them: the moves that close the most, as ``goals.worth`` counts it.

    Parameters
    ----------
    city, book, phase
        As for ``assess``.
    goals, offer
        What to close and what may be done; all gaps and ``data/plan.yaml`` when left out.
    sites
        The most moves, new sites and repairs together.
    budget
        The most yuan.
    time_limit_s
        For the search; the best so far is kept.
    stop
        Asked often; True ends the search, the best so far is kept.
    progress
        Called with Chinese sentences.
    whatif
        The city judged already, with the edits it has: they are part of the city the plan is for.

    Raises
    ------
    DataError
        When what is asked for cannot be: see ``Offer.check``, ``check_goals``; a negative budget; both limits at once.
    """
    goals, offer = goals or Goals(), offer or Offer()
    _check(offer, sites, budget, time_limit_s)
    say_on = progress or (lambda _: None)
    clock = _Clock()
    whatif = whatif or WhatIf(city, book, phase)
    district = whatif.district_names()
    check_goals(goals, book, phase, district)
    say_on(say("plan.progress.looking"))
    problem = problem_of(whatif, goals, offer)
    clock.lap("problem")
    say_on(say("plan.progress.solving", moves=len(problem.moves), goals=len(problem.goal_weight)))
    aim = MOST if sites is not None or budget is not None else CHEAPEST if cheapest else FEWEST
    answer = _solved(problem, aim, sites, budget, time_limit_s, stop, say_on)
    clock.lap("solve")
    say_on(say("plan.progress.checking"))
    return _told(whatif, problem, answer, aim, sites, budget, clock)


def benefit_curve(
    whatif: WhatIf,
    *,
    goals: Goals | None = None,
    offer: Offer | None = None,
    sites: Sequence[int] = (0, 5, 10, 20, 30, 50, 75, 100, 150, 200),
    time_limit_s: float = 30.0,
    stop: Stop | None = None,
) -> list[CurvePoint]:
    """The score of the city against the number of moves, each point with what is possible at most."""
    goals, offer = goals or Goals(), offer or Offer()
    _check(offer, None, None, time_limit_s)
    problem = problem_of(whatif, goals, offer)
    model = problem.model(np.ones(len(problem.moves), dtype=np.int64))
    found = curve(model, np.array(sorted(set(sites)), dtype=np.int64), time_limit_s=time_limit_s, stop=stop)
    base = whatif.difference().city.after
    return [
        CurvePoint(
            sites=int(count),
            score=base + problem.points(answer.weight),
            bound=base + problem.points(answer.bound),
            cost=float(problem.moves.cost_fen[answer.chosen].sum()) / _FEN,
        )
        for count, answer in zip(found.budgets, found.answers, strict=True)
    ]


def _check(offer: Offer, sites: int | None, budget: float | None, time_limit_s: float) -> None:
    offer.check()
    faults = []
    if sites is not None and budget is not None:
        faults.append(say("plan.fault.both"))
    if sites is not None and sites < 0:
        faults.append(say("plan.fault.sites", value=sites))
    if budget is not None and not 0 <= budget < 1e12:
        faults.append(say("plan.fault.budget", value=budget))
    if not time_limit_s >= 0:
        faults.append(say("plan.fault.time", value=time_limit_s))
    if faults:
        raise DataError(faults)


class _Clock:
    """Seconds per step."""

    def __init__(self) -> None:
        self._since = perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = perf_counter()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now


def _solved(
    problem: Problem, aim: str, sites, budget, time_limit_s: float, stop: Stop | None, say_on: Progress
) -> Answer:
    def tell(best: int | None, bound: int | None) -> None:
        shown = ["…" if number is None else whole(number / problem.unit(aim)) for number in (best, bound)]
        say_on(say("plan.progress.best", best=shown[0], bound=shown[1]))

    limits = {"time_limit_s": time_limit_s, "stop": stop, "progress": tell}
    if aim == MOST:
        by_money = budget is not None
        cost = problem.moves.cost_fen if by_money else np.ones(len(problem.moves), dtype=np.int64)
        return most(problem.model(cost), budget=round(budget * _FEN) if by_money else sites, **limits)
    cost = problem.moves.cost_fen if aim == CHEAPEST else problem.count_cost()
    return fewest(problem.model(cost), **limits)


def _told(whatif: WhatIf, problem: Problem, answer: Answer, aim: str, sites, budget, clock: _Clock) -> Plan:
    _, judged, _ = whatif.now()
    rules = [judged[place][0] for place in problem.rules]
    proposals = _proposals(whatif, problem, answer, rules)
    before = dict(whatif.changes)
    changes = {proposal.id: proposal.site for proposal in proposals}
    difference = whatif.beside(changes)
    rechecked, wrong = _rechecked(whatif.city, {**before, **changes}, whatif, problem, answer, judged)
    clock.lap("recheck")
    impossible = _impossible(problem, answer, judged)
    kinds = problem.moves.kind[answer.chosen]
    new, cost = int((kinds == NEW).sum()), float(problem.moves.cost_fen[answer.chosen].sum()) / _FEN
    unit = problem.unit(aim)
    told = Plan(
        proposals=tuple(proposals),
        aim=aim,
        status=answer.status,
        ended=answer.ended,
        value=answer.value / unit,
        bound=answer.bound / unit,
        gap=answer.gap,
        new=new,
        changed=len(kinds) - new,
        cost=cost,
        asked=len(answer.closed),
        closed=int(answer.closed.sum()),
        impossible=tuple(impossible),
        difference=difference,
        rechecked=rechecked,
        seconds=clock.seconds,
        sentence="",
    )
    return replace(told, sentence=_sentence(told, answer, sites, budget, wrong))


def _proposals(whatif: WhatIf, problem: Problem, answer: Answer, rules: Sequence[Rule]) -> list[Proposal]:
    """The moves taken as sites with the themes they have to show, told in words."""
    survey, judged, _ = whatif.now()
    directions = Directions(survey)
    serves = problem.serves(answer.chosen)
    taken = set(survey.stock.ids.tolist()) | set(whatif.changes)
    found, number = [], 0
    for move in answer.chosen.tolist():
        own = problem.moves.take(np.array([move]))
        served = serves.get(move, [])
        id = str(survey.stock.ids[own.site[0]]) if own.site[0] >= 0 else ""
        while not id:
            number += 1
            id = say("plan.new_id", number=number)
            id = "" if id in taken else id
        themes = showing(tuple(dict.fromkeys(row_themes for _, _, row_themes in served)))
        x_mm, y_mm = problem.xy_mm[move].tolist()
        site = site_after(survey.stock, own, (x_mm, y_mm), id, themes)
        closes = dict.fromkeys(
            say("plan.closes", rule=rules[rule].title, name=judged[problem.rules[rule]][1].who.name[subject])
            for rule, subject, _ in served
        )
        kind = KINDS[int(own.kind[0])]
        cost = float(own.cost_fen[0]) / _FEN
        found.append(Proposal(id, kind, site, cost, directions.tell(x_mm, y_mm), tuple(closes)))
    return sorted(found, key=lambda proposal: (proposal.place, proposal.id))


def _rechecked(city: City, changes, whatif: WhatIf, problem: Problem, answer: Answer, judged) -> tuple[bool, int]:
    """Whether a whole assessment finds closed what the answer closes, and how many subjects it does not."""
    assessed = assess(edited_city(city, changes), whatif.book, whatif.phase)
    failing = assessed.verdicts[assessed.verdicts["status"] == FAIL]
    still = set(zip(failing["rule"], failing["subject"], strict=True))
    wrong = 0
    for rule, subject in problem.wholly_closed(answer.closed):
        own_rule, findings = judged[problem.rules[rule]]
        wrong += (own_rule.id, findings.who.id[subject]) in still
    return wrong == 0, wrong


def _impossible(problem: Problem, answer: Answer, judged) -> list[Impossible]:
    worst: dict[tuple[int, int], tuple[int, str]] = {}
    given = answer.impossible
    for goal, short, kind in zip(given.goal.tolist(), given.short.tolist(), given.kind.tolist(), strict=True):
        key = int(problem.goal_rule[goal]), int(problem.goal_subject[goal])
        worst[key] = max(worst.get(key, (0, "")), (short, kind))
    found = []
    for (place, subject), (short, kind) in sorted(worst.items()):
        rule, findings = judged[problem.rules[place]]
        reason = say(f"plan.impossible.{'alone' if kind == ALONE else 'together'}", short=short)
        found.append(Impossible(rule.id, str(findings.who.id[subject]), str(findings.who.name[subject]), reason))
    return found


def _sentence(told: Plan, answer: Answer, sites: int | None, budget: float | None, wrong: int) -> str:
    if told.status in ("nothing_asked", "infeasible"):
        return say(f"plan.sentence.{told.status}")
    if not told.proposals and len(answer.impossible) and not told.closed:
        return say("plan.sentence.nothing_possible")
    limit = say("plan.limit.sites", value=sites) if sites is not None else ""
    limit = say("plan.limit.budget", value=plain_number(budget)) if budget is not None else limit
    if told.aim == CHEAPEST:
        what = say("plan.what.cost", cost=plain_number(told.cost))
    else:
        what = say("plan.what.sites", new=told.new, other=told.changed)
    key = ("proved" if told.status == "proved" else "best") + ("_most" if told.aim == MOST else "_fewest")
    bound, gap = plain_number(told.bound), plain_number(100 * told.gap)
    text = say(f"plan.sentence.{key}", what=what, limit=limit, bound=bound, gap=gap)
    if told.ended in ("stopped", "time"):
        text += say(f"plan.sentence.{told.ended}")
    if told.impossible:
        text += say("plan.sentence.rest", count=len(told.impossible))
    if told.rechecked:
        return text + say("plan.sentence.checked", count=told.closed)
    return text + say("plan.sentence.unchecked", count=wrong)
