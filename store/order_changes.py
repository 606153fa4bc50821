"""Steps of orders: what each makes of an order, and who was first when two people take one at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.access import SYSTEM_ROLE, Person, seen_by
from store.audit import ORDER, Entry, entry_of, line, record
from store.base import ZONE, take_turns
from store.errors import Conflict, Denied, StoreError
from store.order import Order, number_of, order_of
from store.order_book import Step, order_book
from store.order_gaps import Stretches
from store.schema import audit, orders, unit_names
from store.workdays import limit_after
from texts import say

_AT_ONCE = 500
_LATER = {"dispatch": ("deal", "close"), "deal": ("close",), "close": ()}


@dataclass(frozen=True)
class Asked:
    """A step that a person asks for, with what it asks in turn."""

    step: str
    note: str = ""
    limit_on: date | None = None
    unit: str = ""


@dataclass(frozen=True)
class Changed:
    """What became of many: the orders as they are now, and by id why others were left as they were."""

    done: tuple[Order, ...]
    refused: Mapping[int, StoreError]


def change_many(connection: Connection, by: Person, chosen: Mapping[int, int], asked: Asked, now: datetime) -> Changed:
    """
    Do a step to orders, each as the person saw it.

    Parameters
    ----------
    connection
        In a transaction that writes.
    by
        Who.
    chosen
        Orders by id, each with the version that was seen.
    asked
        The step.
    now
        The time.
    """
    today, book = now.astimezone(ZONE).date(), order_book()
    again = book.closed in book.steps[asked.step].from_ and book.steps[asked.step].to is not None
    if again:
        take_turns(connection)
    rows = {row.id: row for row in _locked(connection, by, sorted(chosen))}
    asked = _renamed(connection, asked)
    done, refused = {}, {}
    for number, version in chosen.items():
        row = rows.get(number)
        try:
            _check(connection, by, row, version, asked, again)
            done[number] = after_step(row, asked, today, now)
        except StoreError as error:
            refused[number] = error
    told = write(connection, by, now, asked.step, asked.note, [(rows[number], new) for number, new in done.items()])
    return Changed(tuple(told), refused)


def write(
    connection: Connection,
    by: Person,
    now: datetime,
    act: str,
    note: str,
    changes: Iterable[tuple[Row, Mapping[str, object]]],
) -> list[Order]:
    """Write changed columns of locked rows, and say so in the audit trail; the orders as they are now."""
    found, lines = [], []
    alike = defaultdict(list)  # what changes the same columns goes to the base in one statement
    for row, new in changes:
        values = {**new, "changed_at": now, "changed_by": by.name, "version": row.version + 1}
        alike[tuple(values)].append({"row": row.id, **{f"new_{name}": value for name, value in values.items()}})
        before = {name: getattr(row, name) for name in new if getattr(row, name) != new[name]}
        after = {name: new[name] for name in before} | {"version": row.version + 1}
        lines.append(line(by, now, ORDER, row.id, act, before=before, after=after, note=note))
        found.append(order_of({**row._mapping, **values}))
    for names, rows in alike.items():
        changed = {name: sa.bindparam(f"new_{name}") for name in names}
        connection.execute(sa.update(orders).where(orders.c.id == sa.bindparam("row")).values(**changed), rows)
    record(connection, lines)
    return found


def after_step(row: Row, asked: Asked, today: date, now: datetime) -> dict[str, object]:
    """
    The columns that a step changes.

    Raises
    ------
    StoreError
        When the step cannot be done now, or something that it asks for is missing or wrong.
    """
    book = order_book()
    step = book.steps[asked.step]
    _check_step(row, step, asked, today)
    state = step.to or row.state
    new: dict[str, object] = {"state": state, **limits_from(today, step.restarts)}
    if asked.limit_on is not None:
        running = "deal" if "deal" in step.restarts else book.states[state].limit
        new[f"{running}_by"] = asked.limit_on
    _keep_order(new, row)
    if "unit" in step.asks:
        new |= {"unit": asked.unit, "level": book.levels[0], "raised_for": None}
    if state == book.closed:
        new |= {"is_open": False, "closed_at": now, "closed_on": today, "proposed": False}
    elif not row.is_open:
        new |= {"is_open": True, "closed_at": None, "closed_on": None, "level": book.levels[0], "raised_for": None}
    limit = book.states[state].limit
    due = None if limit is None else new.get(f"{limit}_by", getattr(row, f"{limit}_by"))
    return {name: value for name, value in {**new, "due_on": due}.items() if getattr(row, name) != value}


def limits_from(day: date, names: Iterable[str]) -> dict[str, date]:
    """The limits that start on a day, by column."""
    limits = order_book().limits
    return {f"{name}_by": limit_after(day, limits[name].days, count=limits[name].count) for name in names}


def parts_of(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    """Ids, so many at once as a statement takes."""
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))


def open_like(connection: Connection, city: str, rules: Iterable[str]) -> Stretches:
    """The open orders of a city by these rules, locked."""
    return Stretches(_orders(connection, city, rules, orders.c.is_open))


def closed_like(connection: Connection, city: str, rules: Iterable[str], today: date) -> Stretches:
    """The orders that were closed so short a while ago that their gap coming back opens them again, newest first."""
    first = date.fromordinal(today.toordinal() - order_book().reopen_within_days)
    return Stretches(_orders(connection, city, rules, orders.c.closed_on >= first))


def _orders(connection: Connection, city: str, rules: Iterable[str], condition) -> list[Row]:
    asked = sa.select(orders).where(orders.c.city == city, orders.c.rule.in_(sorted(set(rules))), condition)
    return list(connection.execute(asked.order_by(orders.c.closed_at.desc(), orders.c.id).with_for_update()))


def _locked(connection: Connection, by: Person, numbers: Sequence[int]) -> list[Row]:
    """Those of the orders that the person sees."""
    asked = sa.select(orders).where(*seen_by(by, orders)).with_for_update()
    return [row for part in parts_of(numbers) for row in connection.execute(asked.where(orders.c.id.in_(part)))]


def _renamed(connection: Connection, asked: Asked) -> Asked:
    """The step with the name that its unit bears now."""
    if not asked.unit:
        return asked
    new = connection.execute(sa.select(unit_names.c.new).where(unit_names.c.old == asked.unit)).scalar_one_or_none()
    return Asked(asked.step, asked.note, asked.limit_on, new or asked.unit)


def _check(connection: Connection, by: Person, row: Row | None, version: int, asked: Asked, again: bool) -> None:
    """
    Do nothing when the person may do the step to the row, and saw it as it is.

    Raises
    ------
    Denied
        When the order is not there or not theirs, or their role may not.
    Conflict
        When somebody was first.
    StoreError
        When reopening would make a second open order of the same gap.
    """
    if row is None:
        raise Denied(say("store.access.out_of_area"))
    step = order_book().steps[asked.step]
    if by.role not in step.who:
        raise Denied(say("store.access.step", name=by.name, step=step.name))
    if row.version != version:
        raise _conflict(connection, row, version, asked)
    if again and not row.is_open and open_like(connection, row.city, [row.rule]).like(row):
        raise StoreError(say("store.orders.open_already", number=number_of(row)))


def _conflict(connection: Connection, row: Row, version: int, asked: Asked) -> Conflict:
    first = [entry for entry in order_entries(connection, row.id) if int(entry.after.get("version", 0)) > version]
    last = first[-1] if first else None
    sentence = say(
        "store.orders.conflict",
        who=say("store.roles.system") if last and last.role == SYSTEM_ROLE else row.changed_by,
        at=row.changed_at.astimezone(ZONE).strftime("%m-%d %H:%M"),
        number=number_of(row),
        step=order_book().step_name(last.act) if last else order_book().states[row.state].name,
    )
    return Conflict(sentence, first, vars(asked))


def order_entries(connection: Connection, number: int) -> list[Entry]:
    """The audit trail of an order, oldest first."""
    asked = sa.select(audit).where(audit.c.about == ORDER, audit.c.number == number).order_by(audit.c.id)
    return [entry_of(row) for row in connection.execute(asked)]


def _check_step(row: Row, step: Step, asked: Asked, today: date) -> None:
    number, state = number_of(row), order_book().states[row.state].name
    if row.state not in step.from_:
        raise StoreError(say("store.orders.no_step", state=state, step=step.name))
    if step.proposed and not row.proposed:
        raise StoreError(say("store.orders.not_proposed", number=number))
    checks = {
        say("store.orders.needs_reason", step=step.name): "reason" in step.asks and not asked.note.strip(),
        say("store.orders.needs_unit"): "unit" in step.asks and not asked.unit.strip(),
        say("store.orders.same_unit", number=number, unit=row.unit): "unit" in step.asks and asked.unit == row.unit,
        say("store.orders.needs_limit"): "limit" in step.asks and asked.limit_on is None,
    }
    faults = [sentence for sentence, wrong in checks.items() if wrong]
    if asked.limit_on is not None:
        faults += _limit_faults(row, step, asked.limit_on, today)
    if faults:
        raise StoreError(faults)


def _limit_faults(row: Row, step: Step, limit: date, today: date) -> list[str]:
    if limit < today:
        return [say("store.orders.limit_past", limit=limit)]
    if "limit" in step.asks and limit <= row.due_on:
        return [say("store.orders.limit_earlier", limit=limit, due=row.due_on)]
    return []


def _keep_order(new: dict[str, object], row: Row) -> None:
    """No limit ends before one that comes before it."""
    for name, later in _LATER.items():
        for other in later:
            first = new.get(f"{name}_by", getattr(row, f"{name}_by"))
            if f"{name}_by" in new and first > new.get(f"{other}_by", getattr(row, f"{other}_by")):
                new[f"{other}_by"] = first
