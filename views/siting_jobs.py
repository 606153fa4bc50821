"""The long work of the page 选址推演, done in a process of its own: a plan, and the curve of what more sites bring."""

from collections.abc import Sequence
from pathlib import Path

from data.city import City
from metrics.plan import CurvePoint, Goals, Offer, Plan, benefit_curve, plan
from metrics.rulebook import load_rulebook
from metrics.scenario import Changes, WhatIf
from texts import say
from views.demo_file import kept_demo_city
from views.worker import Task


def propose(
    task: Task,
    city_file: str | None,
    book_key: str,
    phase: str,
    changes: Changes,
    *,
    goals: Goals,
    offer: Offer,
    sites: int | None,
    budget: float | None,
    cheapest: bool,
    seconds: float,
) -> Plan:
    """
    A plan for the city with the changes; when it is stopped, the best that was found.

    Parameters
    ----------
    city_file
        Where the city lies; None for the demo city.
    book_key
        The name of a shipped rule book, or the path of an own one.
    goals, offer, sites, budget, cheapest
        As for `metrics.plan.plan`; yuan.
    seconds
        How long to search.
    """
    what_if = _what_if(task, city_file, book_key, phase, changes)
    return plan(
        what_if.city,
        what_if.book,
        phase,
        goals=goals,
        offer=offer,
        sites=sites,
        budget=budget,
        cheapest=cheapest,
        time_limit_s=seconds,
        stop=lambda: task.stopping,
        progress=task.tell_sometimes,
        whatif=what_if,
    )


def draw_curve(
    task: Task,
    city_file: str | None,
    book_key: str,
    phase: str,
    changes: Changes,
    *,
    goals: Goals,
    offer: Offer,
    counts: Sequence[int],
    seconds: float,
) -> list[CurvePoint]:
    """What so many new sites bring, for each of ``counts``; arguments as of `propose`."""
    what_if = _what_if(task, city_file, book_key, phase, changes)
    task.tell(say("siting.curve.working"))
    return benefit_curve(
        what_if, goals=goals, offer=offer, sites=counts, time_limit_s=seconds, stop=lambda: task.stopping
    )


def _what_if(task: Task, city_file: str | None, book_key: str, phase: str, changes: Changes) -> WhatIf:
    task.tell(say("siting.plan.reading"))
    city = kept_demo_city() if city_file is None else City.read(city_file)
    book = load_rulebook(Path(book_key) if Path(book_key).is_file() else book_key)
    titles = {rule.id: rule.title for rule in book.at(phase)}
    what_if = WhatIf(city, book, phase, progress=lambda id: task.tell(say("siting.making.rule", rule=titles[id])))
    what_if.become(changes)
    return what_if
