"""``plan``: the fewest or cheapest moves that close the chosen gaps, or the best use of a budget, with the proof."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count
from numbers import Integral
from time import perf_counter

import numpy as np

from data.city import City
from data.errors import DataError, raise_faults
from metrics.assessment import Assessment, assess
from metrics.book import ROUTINE, RuleBook
from metrics.explain import whole
from metrics.measures.findings import FAIL
from metrics.plan.candidates import may_show
from metrics.plan.ground import in_districts
from metrics.plan.moves import KINDS, NEW, showing, site_after
from metrics.plan.offer import CHEAPEST, FEWEST, MOST, MOST_SITES, MOST_YUAN, SCORE, Goals, Offer, check_goals
from metrics.plan.problem import Problem, Stopped, problem_of
from metrics.plan.result import CurvePoint, Impossible, Plan, Proposal, Recheck
from metrics.plan.telling import FEN, Limit, impossible_of, infeasible, sentence_of
from metrics.plan.words import Directions
from metrics.scenario.difference import Difference
from metrics.scenario.sites import Changes, edited_city
from metrics.scenario.whatif import WhatIf
from metrics.scores import CITY, DISTRICT
from metrics.survey import Survey
from metrics.tables import Judged
from optimum.answer import Answer
from optimum.fewest import fewest
from optimum.most import curve, most
from texts import say

Progress = Callable[[str], None]
Stop = Callable[[], bool]
_FINER_SHARE = 0.25  # of the time limit, for spots where the first ones cannot close a gap


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
        For finding what can be done (which is not cut short) and the search; the best so far is kept.
    stop
        Asked often; True ends all but the re-check, the best so far is kept.
    progress
        Called with Chinese sentences.
    whatif
        The city judged already, with the edits it has: they are part of the city the plan is for.

    Raises
    ------
    DataError
        When what is asked for cannot be: see ``Offer.check``, ``check_goals``; a negative budget; both limits at once;
        required spots that are too near to each other or dearer than the limit.
    """
    goals, offer, limit = goals or Goals(), offer or Offer(), Limit(sites, budget)
    _check(offer, [sites], budget, time_limit_s)
    say_on = progress or (lambda _: None)
    clock = _Clock()
    whatif = whatif or WhatIf(city, book, phase)
    aim = MOST if limit.given else CHEAPEST if cheapest else FEWEST
    try:
        problem = _problem(whatif, goals, offer, say_on, stop, finer_s=_FINER_SHARE * time_limit_s)
    except Stopped:
        return _called_off(whatif, aim, goals)
    clock.lap("problem")
    time_limit_s = max(time_limit_s - clock.seconds["problem"], 0.0)
    say_on(say("plan.progress.solving", moves=whole(len(problem.moves)), goals=whole(len(problem.goal_weight))))
    answer = _solved(problem, aim, limit, time_limit_s, stop, say_on)
    clock.lap("solve")
    if answer.status == "infeasible":
        raise DataError(infeasible(problem, offer, limit))
    say_on(say("plan.progress.checking"))
    told = _told(whatif, problem, answer, aim, limit, goals, offer)
    clock.lap("recheck")
    told = replace(told, seconds=clock.seconds)
    return replace(told, sentence=sentence_of(told, problem, limit))


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
    goals, offer = replace(goals or Goals(), worth=SCORE), offer or Offer()
    _check(offer, sites, None, time_limit_s)
    try:
        problem = _problem(whatif, goals, offer, lambda _: None, stop, finer_s=_FINER_SHARE * time_limit_s)
    except Stopped:
        return []
    model = problem.model(np.ones(len(problem.moves), dtype=np.int64))
    found = curve(model, np.array(sorted(set(sites)), dtype=np.int64), time_limit_s=time_limit_s, stop=stop)
    base = whatif.difference().city.after
    return [
        CurvePoint(
            sites=int(count),
            score=base + problem.points(weight),
            bound=base + problem.points(bound),
            cost=float(problem.moves.cost_fen[answer.chosen].sum()) / FEN,
        )
        for count, weight, bound, answer in zip(found.budgets, found.weight, found.bound, found.answers, strict=True)
        if answer.status != "infeasible"
    ]


def _check(offer: Offer, sites: Sequence[int | None], budget: float | None, time_limit_s: float) -> None:
    """Say everything that cannot be asked for, of what can be said without the city."""
    offer.check()
    counts = [count for count in sites if count is not None]
    faults = [say("plan.fault.both")] if counts and budget is not None else []
    faults += [
        say("plan.fault.sites", value=count)
        for count in counts
        if not isinstance(count, Integral) or not 0 <= count < MOST_SITES
    ]
    if budget is not None and not 0 <= budget < MOST_YUAN:
        faults.append(say("plan.fault.budget", value=budget))
    if not time_limit_s >= 0:
        faults.append(say("plan.fault.time", value=time_limit_s))
    raise_faults(faults)


def _problem(
    whatif: WhatIf, goals: Goals, offer: Offer, say_on: Progress, stop: Stop | None, *, finer_s: float
) -> Problem:
    check_goals(goals, offer, whatif.book, whatif.phase, whatif.district_names())
    say_on(say("plan.progress.looking"))
    return problem_of(whatif, goals, offer, stop=stop or (lambda: False), finer_s=finer_s)


def _called_off(whatif: WhatIf, aim: str, goals: Goals) -> Plan:
    """Nothing, as all was stopped before there was anything to search."""
    as_it_is = whatif.beside({})
    score, gap_m = as_it_is.city.after, as_it_is.gap_m
    return Plan(
        proposals=(),
        aim=aim,
        worth=goals.worth,
        status="best_found",
        ended="stopped",
        value=0.0,
        bound=0.0 if aim != MOST else float("inf"),
        gap=1.0,
        new=0,
        changed=0,
        cost=0.0,
        asked=0,
        closed=0,
        impossible=(),
        difference=as_it_is,
        recheck=Recheck(0, 0, 0.0, 0.0, 0.0, score, score, gap_m, gap_m, 0),
        seconds={},
        sentence=say("plan.sentence.called_off"),
    )


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
    problem: Problem, aim: str, limit: Limit, time_limit_s: float, stop: Stop | None, say_on: Progress
) -> Answer:
    def tell(best: int | None, bound: int | None) -> None:
        shown = ["…" if number is None else whole(number / problem.unit(aim)) for number in (best, bound)]
        say_on(say("plan.progress.best", best=shown[0], bound=shown[1]))

    asked = {"time_limit_s": time_limit_s, "stop": stop, "progress": tell}
    if aim == MOST:
        return most(problem.model(limit.costs(problem), limit.amount), budget=limit.amount, **asked)
    cost = problem.moves.cost_fen if aim == CHEAPEST else problem.count_cost()
    return fewest(problem.model(cost), **asked)


def _told(
    whatif: WhatIf, problem: Problem, answer: Answer, aim: str, limit: Limit, goals: Goals, offer: Offer
) -> Plan:
    """The plan without its sentence."""
    survey, judged, _ = whatif.now()
    chosen = problem.thriftier(answer.chosen)
    proposals = _proposals(whatif, problem, chosen, judged, survey, goals)
    changes = {proposal.id: proposal.site for proposal in proposals}
    difference = whatif.beside(changes)
    recheck = _rechecked(whatif, {**whatif.changes, **changes}, problem, answer, chosen, goals, difference)
    kinds, unit = problem.moves.kind[chosen], problem.unit(aim)
    new = int((kinds == NEW).sum())
    return Plan(
        proposals=tuple(proposals),
        aim=aim,
        worth=goals.worth,
        status=answer.status,
        ended=answer.ended,
        value=new if aim == FEWEST else answer.value / unit,
        bound=problem.least_new(answer.bound) if aim == FEWEST else answer.bound / unit,
        gap=answer.gap,
        new=new,
        changed=int((kinds != NEW).sum()),
        cost=float(problem.moves.cost_fen[chosen].sum()) / FEN,
        asked=problem.subjects,
        closed=len(problem.wholly_closed(answer.closed)),
        impossible=tuple(Impossible(*one) for one in impossible_of(problem, answer, limit, judged, survey, offer)),
        difference=difference,
        recheck=recheck,
        seconds={},
        sentence="",
    )


def _proposals(
    whatif: WhatIf, problem: Problem, chosen: np.ndarray, judged: Judged, survey: Survey, goals: Goals
) -> list[Proposal]:
    """The moves taken as sites with the themes they have to show, told in words."""
    beyond = iter(_beyond(survey, goals, problem.xy_mm[chosen]))
    directions, serves = Directions(survey), problem.serves(chosen)
    sites = problem.moves.site[chosen]
    kept = may_show(whatif, sites[sites >= 0])
    ids = _new_ids({*survey.stock.ids.tolist(), *whatif.changes})
    found = []
    for move in chosen.tolist():
        own, served = problem.moves.take(np.array([move])), serves.get(move, [])
        id = str(survey.stock.ids[own.site[0]]) if own.site[0] >= 0 else next(ids)
        asked = [row_themes for _, _, row_themes in served] + kept.get(int(own.site[0]), [])
        themes = showing(tuple(dict.fromkeys(asked)))
        x_mm, y_mm = problem.xy_mm[move].tolist()
        site = site_after(survey.stock, own, (x_mm, y_mm), id, themes)
        of = [(*judged[problem.rules[rule]], subject) for rule, subject, _ in served]
        closes = dict.fromkeys(
            say("plan.closes", rule=rule.title, name=findings.who.name[subject]) for rule, findings, subject in of
        )
        kind, cost = KINDS[int(own.kind[0])], float(own.cost_fen[0]) / FEN
        place, other = directions.tell(x_mm, y_mm), next(beyond)
        place += say("plan.place.beyond", district=other) if other else ""
        found.append(Proposal(id, kind, site, cost, place, tuple(closes), other))
    return sorted(found, key=lambda proposal: (proposal.place, proposal.id))


def _beyond(survey: Survey, goals: Goals, xy_mm: np.ndarray) -> list[str]:
    """For each place the district it lies in when that is none of those whose gaps are to be closed, else ""."""
    level = survey.levels.get(DISTRICT)
    if not goals.districts or level is None:
        return [""] * len(xy_mm)
    names = level.names[level.of_points(*(xy_mm.T / 1000))]
    outside = ~in_districts(survey, goals.districts, xy_mm)
    return [(name or say("plan.place.nowhere")) if out else "" for name, out in zip(names, outside, strict=True)]


def _new_ids(taken: Collection[str]) -> Iterator[str]:
    """Ids that no site has."""
    return (id for number in count(1) if (id := say("plan.new_id", number=number)) not in taken)


def _rechecked(
    whatif: WhatIf,
    changes: Changes,
    problem: Problem,
    answer: Answer,
    chosen: np.ndarray,
    goals: Goals,
    difference: Difference,
) -> Recheck:
    """What is promised beside what a whole assessment of the changed city finds."""
    assessed = assess(edited_city(whatif.city, changes), whatif.book, whatif.phase)
    scores = assessed.scores
    score = float(scores.loc[scores["scope"] == CITY, "score"].iloc[0])
    points, starts_m = problem.promised(chosen)
    before = difference.city.before
    return Recheck(
        subjects_promised=len(problem.wholly_closed(answer.closed)),
        subjects_open=_open(whatif, assessed, problem, answer, goals),
        points_promised=points,
        points_found=score - before if np.isfinite(before) and np.isfinite(score) else points,
        starts_m_promised=starts_m,
        score_promised=float(difference.city.after),
        score_found=score,
        gap_m_promised=float(difference.gap_m),
        gap_m_found=float(assessed.gaps["length_m"].sum()),
        lost=len(difference.lost),
    )


def _open(whatif: WhatIf, assessed: Assessment, problem: Problem, answer: Answer, goals: Goals) -> int:
    """How many of the subjects that the answer closes an assessment of the changed city finds open."""
    failing = assessed.verdicts[assessed.verdicts["status"] == FAIL]
    still = set(zip(failing["rule"], failing["subject"], strict=True))
    if goals.districts:  # of a street that runs on into other districts only the gaps in these are closed
        gaps = assessed.gaps
        others = gaps[gaps["from_m"].notna() & ~gaps["district"].isin(goals.districts)]
        here = gaps[gaps["district"].isin(goals.districts)]
        still -= set(zip(others["rule"], others["subject"], strict=True)) - set(
            zip(here["rule"], here["subject"], strict=True)
        )
    _, judged, _ = whatif.now()
    closed = [(*judged[problem.rules[rule]], subject) for rule, subject in problem.wholly_closed(answer.closed)]
    return sum((rule.id, findings.who.id[subject]) in still for rule, findings, subject in closed)
