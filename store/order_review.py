"""What a later assessment says of orders, and what the calendar does: closing proposed, opened again, gone up."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy import Connection

from metrics.assessment import Assessment
from store.access import Person
from store.audit import ORDER, line, record
from store.base import ZONE, take_turns
from store.order_book import order_book
from store.order_changes import closed_like, open_like, parts_of, write
from store.order_gaps import Stretches
from store.order_making import reopen
from store.runs import known_run
from store.schema import gaps, orders
from texts import say

_KNOWN = ("pass", "fail")


@dataclass(frozen=True)
class Reviewed:
    """Orders by what an assessment said of them."""

    proposed: tuple[int, ...]
    withdrawn: tuple[int, ...]
    reopened: tuple[int, ...]


def review_orders(connection: Connection, by: Person, run: int, assessment: Assessment, now: datetime) -> Reviewed:
    """See `store.orders.Orders.review`."""
    take_turns(connection)
    head, today = known_run(connection, run), now.astimezone(ZONE).date()
    inputs = assessment.inputs
    if (head.city_print, head.book_print, head.phase) != (inputs["city"], inputs["book"], assessment.phase):
        raise ValueError("the run is not of this assessment")
    found = list(connection.execute(sa.select(gaps).where(gaps.c.run == run)))
    failing = Stretches(found)
    verdicts = assessment.verdicts
    status = dict(zip(zip(verdicts["rule"], verdicts["subject"], strict=True), verdicts["status"], strict=True))
    standing = _of_this_kind(connection, head)
    still = [row for row in standing if failing.like(row)]
    passed = [row for row in standing if not failing.like(row) and status.get((row.rule, row.subject)) in _KNOWN]
    for part in parts_of([row.id for row in still]):
        connection.execute(sa.update(orders).where(orders.c.id.in_(part)).values(last_run=run))
    proposed = [row for row in passed if not row.proposed]
    withdrawn = [row for row in still if row.proposed]
    for act, rows, note in (("propose", proposed, "passed"), ("withdraw", withdrawn, "failed")):
        say_note = say(f"store.orders.{note}")
        write(connection, by, now, act, say_note, [(row, {"proposed": act == "propose"}) for row in rows])
    again = _back(connection, head, found, today)
    reopen(connection, by, run, again, now, say("store.orders.failed_again"))
    return Reviewed(*(tuple(row.id for row in rows) for rows in (proposed, withdrawn, again)))


def raise_overdue(connection: Connection, by: Person, now: datetime) -> tuple[int, ...]:
    """See `store.orders.Orders.raise_overdue`."""
    book, today = order_book(), now.astimezone(ZONE).date()
    asked = sa.select(orders).where(
        orders.c.due_on < today,
        orders.c.level != book.levels[-1],
        sa.or_(orders.c.raised_for.is_(None), orders.c.raised_for < orders.c.due_on),
    )
    rows = list(connection.execute(asked.order_by(orders.c.id).with_for_update()))
    above = dict(pairwise(book.levels))
    raised = [(row, {"level": above[row.level], "raised_for": row.due_on}) for row in rows]
    write(connection, by, now, "raise", say("store.orders.overdue"), raised)
    return tuple(row.id for row in rows)


def rename_of_orders(connection: Connection, by: Person, old: str, new: str, now: datetime) -> int:
    """Hand the orders of a unit that was renamed or merged to its new name; how many."""
    rows = list(connection.execute(sa.select(orders).where(orders.c.unit == old).with_for_update()))
    connection.execute(
        sa.update(orders)
        .where(orders.c.unit == old)
        .values(unit=new, version=orders.c.version + 1, changed_at=now, changed_by=by.name)
    )
    lines = (
        line(by, now, ORDER, r.id, "rename", before={"unit": old}, after={"unit": new, "version": r.version + 1})
        for r in rows
    )
    record(connection, lines)
    return len(rows)


def _of_this_kind(connection: Connection, head) -> list:
    """The open orders that were made by the book and in the phase of a run."""
    asked = sa.select(orders).where(
        orders.c.is_open, orders.c.city == head.city, orders.c.book == head.book, orders.c.phase == head.phase
    )
    return list(connection.execute(asked.order_by(orders.c.id).with_for_update()))


def _back(connection: Connection, head, found: list, today) -> list:
    """The closed orders whose gap is there again, and has no open order."""
    rules = {row.rule for row in found}
    standing = open_like(connection, head.city, rules)
    closed = closed_like(connection, head.city, rules, today)
    again = {}
    for row in found:
        own = [o for o in closed.like(row) if (o.book, o.phase) == (head.book, head.phase) and o.closed_at <= head.at]
        if own and not standing.like(row):
            again[own[0].id] = own[0]
    return list(again.values())
