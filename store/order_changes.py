"""Steps of orders: what each makes of an order, and who was first when two people take one at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from store.photo import Photo
from store.photos import keep_photos
from store.schema import audit, orders, unit_names
from store.workdays import limit_after
from texts import say

_AT_ONCE, _MOST_UNIT = 500, 100
_LATER = {"dispatch": ("deal", "close"), "deal": ("close",), "close": ()}


@dataclass(frozen=True)
class Asked:
    """A step that a person asks for, with what it asks in turn."""

    step: str
    note: str = ""
    limit_on: date | None = None
    unit: str = ""


@dataclass(frozen=True)
class Line:
    """A step for one order, with the version that the person saw."""

    number: int
    version: int
    asked: Asked


@dataclass(frozen=True)
class Changed:
    """What became of many: the orders as they are now, and by id why others were left as they were."""

    done: tuple[Order, ...]
    refused: Mapping[int, StoreError]


def change_lines(
    connection: Connection, by: Person, lines: Sequence[Line], now: datetime, *, given: Sequence[Photo] = ()
) -> Changed:
    """
    Do steps to orders, each as the person saw it; what is refused is left, the rest is done.

    Parameters
    ----------
    connection
        In a transaction that writes.
    by
        Who.
    lines
        The steps; of two for one order the second is refused.
    now
        The time.
    given
        Photos that go with the step of every line.
    """
    today = now.astimezone(ZONE).date()
    if any(_reopens(one.asked) for one in lines):
        take_turns(connection)
    rows = {row.id: row for row in _locked(connection, by, sorted({one.number for one in lines}))}
    names = dict(connection.execute(sa.select(unit_names.c.old, unit_names.c.new)).all())
    standing = _standing(connection, [rows[one.number] for one in lines if _reopens(one.asked) and one.number in rows])
    changes, refused = {}, {}
    for one in lines:
        row, asked = rows.get(one.number), _renamed(names, one.asked)
        try:
            if one.number in changes:
                raise StoreError(say("store.orders.twice", number=number_of(row)))
            _check(connection, by, row, one.version, asked, standing)
            new = after_step(row, asked, today, now)
            if given:
                keep_photos(connection, by, row, order_book().steps[asked.step].photo or "after", given, now)
        except StoreError as error:
            refused.setdefault(one.number, error)
            continue
        changes[one.number] = (asked.step, asked.note, row, new)
        if _reopens(asked):
            standing[row.city].add(row)
    return Changed(tuple(write_each(connection, by, now, changes.values())), refused)


def write(
    connection: Connection,
    by: Person,
    now: datetime,
    act: str,
    note: str,
    changes: Iterable[tuple[Row, Mapping[str, object]]],
) -> list[Order]:
    """Write changed columns of locked rows, and say so in the audit trail; the orders as they are now."""
    return write_each(connection, by, now, ((act, note, row, new) for row, new in changes))


def write_each(
    connection: Connection,
    by: Person,
    now: datetime,
    changes: Iterable[tuple[str, str, Row, Mapping[str, object]]],
) -> list[Order]:
    """As `write`, each row with what is done to it and a note of its own."""
    found, lines = [], []
    alike = defaultdict(list)  # what changes the same columns goes to the base in one statement
    for act, note, row, new in changes:
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
    new: dict[str, object] = {"state": state, **_restarted(row, step, today)}
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


def _restarted(row: Row, step: Step, today: date) -> dict[str, date]:
    """
    The limits that a step starts anew, by column.

    One that was agreed for longer, by an extension or at the dispatch, is not cut short by a new start. An order that
    is opened again begins as a new one.
    """
    fresh = limits_from(today, step.restarts)
    return {name: max(limit, getattr(row, name)) for name, limit in fresh.items()} if row.is_open else fresh


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


def _renamed(names: Mapping[str, str], asked: Asked) -> Asked:
    """The step with the name that its unit bears now."""
    return replace(asked, unit=names.get(asked.unit, asked.unit)) if asked.unit else asked


def _reopens(asked: Asked) -> bool:
    """Whether the step leads from closed to open."""
    book = order_book()
    step = book.steps[asked.step]
    return book.closed in step.from_ and step.to is not None


def _standing(connection: Connection, closed: Sequence[Row]) -> dict[str, Stretches]:
    """By city the open orders that those which are to be opened again may double."""
    rules = defaultdict(set)
    for row in closed:
        rules[row.city].add(row.rule)
    return {city: open_like(connection, city, own) for city, own in rules.items()}


def _check(
    connection: Connection, by: Person, row: Row | None, version: int, asked: Asked, standing: Mapping[str, Stretches]
) -> None:
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
    if _reopens(asked) and not row.is_open and standing[row.city].like(row):
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
        say("store.orders.no_limit", step=step.name): asked.limit_on is not None and not _sets_limit(step),
    }
    most = order_book().most_note
    checks |= {
        say("store.orders.long_note", count=len(asked.note), most=most): len(asked.note) > most,
        say("store.orders.long_unit", most=_MOST_UNIT): len(asked.unit) > _MOST_UNIT,
    }
    faults = [sentence for sentence, wrong in checks.items() if wrong]
    if asked.limit_on is not None:
        faults += _limit_faults(row, step, asked.limit_on, today)
    if faults:
        raise StoreError(faults)


def _sets_limit(step: Step) -> bool:
    """Whether a day may be given with a step: where it is asked for, and where the time to deal with it starts."""
    return "limit" in step.asks or "deal" in step.restarts


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
