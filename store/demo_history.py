"""Weeks of work for the demo's store, by its own API: runs kept, orders made and walked through their states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from metrics.assessment import Assessment
from store.access import SYSTEM, Person
from store.base import ZONE
from store.demo_copy import copy_history, is_fresh
from store.keeping import keep_assessment
from store.opening import Store, open_store, store_in_memory
from store.order import Order, Wanted
from store.order_changes import Asked, Line
from store.run_rows import city_of
from store.workdays import is_working_day, limit_after
from texts import say

_FIRST, _A_ROUND, _NEWEST = 40, 26, 6  # orders made of the first round, of each other one, and not dispatched yet
_LASTING_ROUNDS = 3  # so many last rounds make orders of gaps that are still there
_HOST = "127.0.0.1"
_HOURS = (time(9, 10), time(11, 20), time(15, 40))
_ACCEPTED, _DEALT, _CHECKED, _CLOSED = 0.85, 0.24, 0.6, 0.6  # shares of those whose turn it is on a day
_TODAY = 0.09  # of those in hand after the last round, at each moment: what no round has looked at yet
_NEVER_EXTENDED = 0.14  # of orders whose gap lasts
_EXTRA_DAYS = (3, 8)  # working days that an extension gives, from and below


class _Clock:
    """The time that the store is told."""

    def __init__(self, at: datetime):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, eq=False)
class _Desk:
    """The store at its moved clock, what is drawn by lot, and the rounds."""

    store: Store
    clock: _Clock
    random: np.random.Generator
    rounds: Sequence[tuple[datetime, Assessment]]
    city: str

    def person(self) -> Person:
        """The demo's own account, let in anew because the clock was moved."""
        return self.store.people.demo(_HOST)

    def lot(self, share: float) -> bool:
        """Whether it happens."""
        return bool(self.random.uniform() < share)

    def never_extended(self, order: Order) -> bool:
        """Whether nobody asks for more time for an order: the same at every call."""
        return bool(np.random.default_rng(order.id).uniform() < _NEVER_EXTENDED)

    def open(self) -> tuple[Order, ...]:
        """The open orders."""
        return self.store.orders.page(self.person(), Wanted(city=self.city, open=True), limit=2000).orders


def keep_demo_history(
    rounds: Sequence[tuple[datetime, Assessment]], *, now: datetime, url: str | None = None, seed: int = 2026
) -> bool:
    """
    Fill a fresh store of the demo city with runs and orders of earlier weeks; whether it was.

    Orders are made of gaps of each round, the worst first. Who deals with one is drawn by lot, but nothing is said to
    be repaired that the next round does not find repaired; late ones are extended, some are not. A store with an
    account, an order, a renamed unit, or a run of anything but the last round's city is left as it is.

    The weeks are made in memory and put into the store in one transaction: whoever is killed meanwhile leaves it
    fresh, and of two who fill one store at once one does.

    Parameters
    ----------
    rounds
        When each round took place, and its assessment; the oldest first, the last one not after ``now``.
    now
        The time up to which work goes on.
    url
        As for `open_store`.
    seed
        Another seed gives other weeks.

    Raises
    ------
    StoreError
        When the base does not answer.
    """
    store = open_store(url, now=lambda: now)
    try:
        city_print = rounds[-1][1].inputs["city"]
        with store.base.open(writing=False) as connection:
            if not is_fresh(connection, city_print):
                return False
        past = _made(rounds, now, seed)
        try:
            return copy_history(past, store, city_print)
        finally:
            past.close()
    finally:
        store.close()


def _made(rounds: Sequence[tuple[datetime, Assessment]], now: datetime, seed: int) -> Store:
    """The earlier weeks in a store of their own, which is in memory."""
    clock = _Clock(now)
    past = store_in_memory(clock)
    desk = _Desk(past, clock, np.random.default_rng(seed), rounds, city_of(rounds[-1][1]))
    for number in range(len(rounds)):
        _judge(desk, number)
        for at in _moments(desk, number, now):
            clock.at = at
            _work(desk, number)
    clock.at = now
    past.orders.raise_overdue(SYSTEM)
    return past


def _judge(desk: _Desk, number: int) -> None:
    """Keep the round, let it review the orders, and make orders of what it has found."""
    at, assessment = desk.rounds[number]
    desk.clock.at = at
    run = keep_assessment(desk.store, SYSTEM, assessment).id
    desk.store.orders.review(SYSTEM, run, assessment)
    person, last = desk.person(), number == len(desk.rounds) - 1
    makeable = set(desk.store.orders.preview(person, run).makeable(settled=False))
    gaps = [gap for gap in desk.store.runs.gaps(person, run) if gap.id in makeable]
    lasting = number >= len(desk.rounds) - _LASTING_ROUNDS
    gaps = [gap for gap in gaps if lasting or not _is_found(gap, desk.rounds[-1][1])]
    gaps.sort(key=lambda gap: (-(gap.missing or 0), -(gap.length_m or 0), gap.id))
    chosen = [gap.id for gap in gaps[: _FIRST if number == 0 else _A_ROUND]]
    waiting = chosen[-_NEWEST:] if last else []
    for ids, dispatch in ((chosen[: len(chosen) - len(waiting)], True), (waiting, False)):
        if ids:
            desk.store.orders.make(person, run, ids, dispatch=dispatch)


def _moments(desk: _Desk, number: int, now: datetime) -> Iterator[datetime]:
    """Three times of each working day until the next round; after the last round until now."""
    start = desk.rounds[number][0]
    if number == len(desk.rounds) - 1:
        yield from (start + (now - start) * share / 6 for share in range(1, 7))
        return
    end, day = desk.rounds[number + 1][0], start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        for hour in _HOURS if is_working_day(day) else ():
            minutes = timedelta(minutes=int(desk.random.integers(0, 50)))
            at = datetime.combine(day, hour, tzinfo=ZONE) + minutes
            if start < at < end:
                yield at
        day += timedelta(days=1)


def _work(desk: _Desk, number: int) -> None:
    """What is done at one moment between a round and the next."""
    today = desk.clock.at.astimezone(ZONE).date()
    later = desk.rounds[number + 1][1] if number + 1 < len(desk.rounds) else None
    lines = []
    for order in desk.open():
        asked = _step(desk, order, later, today)
        if asked is not None:
            lines.append(Line(order.id, order.version, asked))
    if lines:
        desk.store.orders.change_lines(desk.person(), lines)
    desk.store.orders.raise_overdue(SYSTEM)


def _step(desk: _Desk, order: Order, later: Assessment | None, today: date) -> Asked | None:
    """
    What becomes of an order now.

    Nothing is reported as done that the next round, if there is one, still finds; and what the last one found is not
    found repaired after it, as the city that everybody sees is that of the last round.
    """
    third = 1 - 1 / len(_HOURS)  # each moment is one of three in a day
    if order.proposed:
        return Asked("confirm") if desk.lot(_CLOSED * third) else None
    if order.state == "dispatched":
        return Asked("accept") if desk.lot(_ACCEPTED * third) else None
    if order.state == "in_hand":
        if later is None or not _is_found(order, later):
            share = _TODAY if later is None else _DEALT * third
            return Asked("report", say("demo.report")) if desk.lot(share) else None
        if order.due_on == today and order.raised_for is None and not desk.never_extended(order):
            days = int(desk.random.integers(*_EXTRA_DAYS))
            return Asked("extend", say("demo.extend"), limit_after(today, days, count="working"))
        return None
    if later is None and _is_found(order, desk.rounds[-1][1]):
        return None
    if order.state == "dealt":
        return Asked("recheck", say("demo.recheck")) if desk.lot(_CHECKED * third) else None
    if order.state == "rechecked":
        return Asked("close") if desk.lot(_CLOSED * third) else None
    return None


def _is_found(gap, assessment: Assessment) -> bool:
    """Whether an assessment finds a gap, or a stretch of it."""
    rows = assessment.gaps
    own = rows[(rows["rule"] == gap.rule) & (rows["subject"] == gap.subject) & (rows["district"] == gap.district)]
    if not len(own) or gap.from_m is None or own["from_m"].isna().any():
        return bool(len(own))
    common = np.minimum(own["to_m"], gap.to_m) - np.maximum(own["from_m"], gap.from_m)
    return bool((common >= 0).any())
