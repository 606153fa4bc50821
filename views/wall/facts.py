"""All that the wall tells, asked of the store at every refresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

import pandas as pd

from metrics.assessment import Assessment
from store import Person, Store
from store.audit import Entry
from store.base import ZONE, Base
from store.order import Counts, Order, Wanted
from store.phases import Ahead, Phase
from store.runs import Point, Run
from views.wall.pace import pace

STAGES = {
    "waiting": ("found",),
    "at_work": ("dispatched", "in_hand"),
    "to_check": ("dealt", "rechecked"),
}
"""The open states of orders as the wall sums them up."""


@dataclass(frozen=True, eq=False)
class Facts:
    """
    What the store says now.

    Attributes
    ----------
    at
        When it was asked, in China.
    run, figures
        The run of the assessment shown, and its figures by scope.
    trend
        The city over the last runs, oldest first, the run itself the last.
    before
        The figures of the run before it; None for the first.
    changed
        Runs of the trend that were judged by another edition of the rule book than the one before them.
    counts, stages
        Orders; and those open by `STAGES`.
    news
        The newest that was done to orders, newest first, each with its order as it is now.
    phases, phase, ahead
        Those of this year, the one that today is in, and the next one.
    """

    at: datetime
    run: Run
    figures: pd.DataFrame
    trend: Sequence[Point]
    before: pd.DataFrame | None
    changed: Sequence[int]
    counts: Counts
    stages: dict[str, int]
    news: Sequence[tuple[Entry, Order]]
    phases: Sequence[Phase]
    phase: Phase | None
    ahead: Ahead | None

    @property
    def today(self) -> date:
        """The day in China."""
        return self.at.date()

    @property
    def previous(self) -> Point | None:
        """The run before this one."""
        return self.trend[-2] if len(self.trend) > 1 else None


def gather(store: Store, by: Person, run: Run) -> Facts:
    """
    What the store says of a run's city.

    Raises
    ------
    Denied
        When the person may not see it, or not any more.
    StoreError
        When the base does not answer.
    """
    at = store.base.now().astimezone(ZONE)
    trend = _trend(store, by, run)
    previous = trend[-2].run if len(trend) > 1 else None
    orders = store.orders
    return Facts(
        at=at,
        run=run,
        figures=_figures(store, by, run.id),
        trend=trend,
        before=None if previous is None else _figures(store, by, previous),
        changed=_changed(store, by, run, [point.run for point in trend]),
        counts=orders.counts(by, city=run.city),
        stages=_stages(store, by, run.city),
        news=_news(store, by, run.city),
        phases=store.calendar.year(by, at.year),
        phase=store.calendar.phase_on(by, at.date()),
        ahead=store.calendar.next_after(by, at.date()),
    )


def run_of(store: Store, by: Person, assessment: Assessment) -> Run | None:
    """The run of an assessment that the person may see; None when none was kept."""
    return store.runs.same(by, assessment)


def _trend(store: Store, by: Person, run: Run) -> list[Point]:
    """Up to the run itself: what was kept later of other data is no past of it."""
    points = store.runs.trend(by, city=run.city, book=run.book, phase=run.phase, limit=4 * pace().rounds)
    past = [point for point in points if (point.at, point.run) < (run.at, run.id)]
    own = [point for point in points if point.run == run.id]
    return [*past, *own][-pace().rounds :]


def _changed(store: Store, by: Person, run: Run, shown: Sequence[int]) -> list[int]:
    editions = {one.id: one.book_print for one in store.runs.newest(by, city=run.city, limit=100)}
    known = [number for number in shown if number in editions]
    return [two for one, two in pairwise(known) if editions[one] != editions[two]]


def _stages(store: Store, by: Person, city: str) -> dict[str, int]:
    tallies = store.orders.board(by, Wanted(city=city, open=True))
    return {
        stage: sum(tally.count for tally in tallies if tally.state in states) for stage, states in STAGES.items()
    }


def _news(store: Store, by: Person, city: str) -> list[tuple[Entry, Order]]:
    entries = [entry for entry, _ in store.orders.news(by, limit=4 * pace().news)]
    numbers = tuple(sorted({entry.number for entry in entries}))
    found = store.orders.page(by, Wanted(city=city, numbers=numbers), limit=len(numbers) or 1).orders
    orders = {order.id: order for order in found}
    return [(entry, orders[entry.number]) for entry in entries if entry.number in orders]


@lru_cache(maxsize=16)
def _kept_figures(base: Base, run: int) -> list[pd.DataFrame]:
    """A place for the figures of a run, which never change."""
    return []


def _figures(store: Store, by: Person, run: int) -> pd.DataFrame:
    place = _kept_figures(store.base, run)
    if not place:
        place.append(store.runs.figures(by, run))
    return place[0]
