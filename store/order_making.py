"""Orders from the gaps of a run; one gap has one open order, however often the check runs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.access import DISTRICT, Person
from store.audit import ORDER, line, record
from store.base import ZONE, take_turns
from store.errors import Denied, StoreError
from store.order import number_of, place_of
from store.order_book import order_book
from store.order_changes import Asked, after_step, closed_like, limits_from, open_like, write
from store.order_gaps import Stretches
from store.runs import known_run
from store.schema import gaps, orders, unit_names
from texts import say

_OF_GAPS = (
    *("rule", "clause", "title", "subject", "subject_name", "class", "district"),
    *("from_m", "to_m", "length_m", "missing", "repair_min", "explanation", "geometry"),
)


@dataclass(frozen=True)
class Made:
    """What became of gaps: new orders, orders that were opened again, and by gap the order that was open already."""

    new: tuple[int, ...]
    reopened: tuple[int, ...]
    already: Mapping[int, int]


@dataclass(frozen=True)
class Preview:
    """
    What would become of gaps.

    Attributes
    ----------
    new
        Gaps that would get an order, by the unit that answers for them, by the name that it bears now.
    reopened, settled, already
        By gap the number of the order: a closed one that would be opened again, one that was closed after the run, so
        that the run knows nothing of the repair (asked for, it is opened again), and one that is open.
    homeless
        Places for which nobody answers: no order can be made.
    """

    new: Mapping[str, tuple[int, ...]]
    reopened: Mapping[int, str]
    settled: Mapping[int, str]
    already: Mapping[int, str]
    homeless: tuple[str, ...]

    def makeable(self, *, settled: bool) -> tuple[int, ...]:
        """The gaps that `make` can be asked for; those that are ``settled`` only when they are meant."""
        new = (gap for gaps in self.new.values() for gap in gaps)
        return (*new, *self.reopened, *(self.settled if settled else ()))


NOTHING = Preview({}, {}, {}, {}, ())


@dataclass(frozen=True)
class _Sorted:
    fresh: Sequence[Row]
    again: Mapping[int, Row]
    already: Mapping[int, Row]


def make_orders(
    connection: Connection,
    by: Person,
    run: int,
    chosen: Sequence[int] | None,
    now: datetime,
    *,
    dispatch: bool,
    limit_on: date | None,
    note: str,
) -> Made:
    """See `store.orders.Orders.make`."""
    take_turns(connection)
    head, today = known_run(connection, run), now.astimezone(ZONE).date()
    found = _gaps(connection, by, run, chosen)
    units = _units(connection, found)
    if faults := [say("store.orders.no_unit", place=place_of(row)) for row in found if not units[row.id]]:
        raise StoreError(faults)
    sorted_out = _sort_out(connection, head.city, found, today)
    asked = Asked("dispatch", note.strip(), limit_on) if dispatch else None
    numbers = _insert(connection, by, head, sorted_out.fresh, units, now, asked)
    reopen(connection, by, run, list(sorted_out.again.values()), now, say("store.orders.found_again"))
    again = tuple(row.id for row in sorted_out.again.values())
    return Made(tuple(numbers), again, {gap: row.id for gap, row in sorted_out.already.items()})


def preview_orders(connection: Connection, by: Person, run: int, chosen: Sequence[int] | None, today: date) -> Preview:
    """See `store.orders.Orders.preview`."""
    head = known_run(connection, run)
    found = _gaps(connection, by, run, chosen)
    units = _units(connection, found)
    sorted_out = _sort_out(connection, head.city, found, today)
    fresh = defaultdict(list)
    for row in sorted_out.fresh:
        fresh[units[row.id]].append(row.id)
    homeless = tuple(place_of(row) for row in sorted_out.fresh if not units[row.id])
    fresh.pop("", None)
    later = {gap for gap, row in sorted_out.again.items() if row.closed_at > head.at}
    numbers = {gap: number_of(row) for gap, row in {**sorted_out.again, **sorted_out.already}.items()}
    return Preview(
        {unit: tuple(ids) for unit, ids in sorted(fresh.items())},
        {gap: numbers[gap] for gap in sorted_out.again if gap not in later},
        {gap: numbers[gap] for gap in sorted_out.again if gap in later},
        {gap: numbers[gap] for gap in sorted_out.already},
        homeless,
    )


def _sort_out(connection: Connection, city: str, found: Sequence[Row], today: date) -> _Sorted:
    """Which gaps are new, which open a closed order again, and which have an open order."""
    rules = {row.rule for row in found}
    standing = open_like(connection, city, rules)
    closed = closed_like(connection, city, rules, today)
    fresh, again, already, own = [], {}, {}, Stretches()
    for row in found:
        if like := standing.like(row):
            already[row.id] = like[0]
        elif like := closed.like(row):
            again[row.id] = like[0]
            standing.add(like[0])
        elif not own.like(row):
            own.add(row)
            fresh.append(row)
    return _Sorted(fresh, again, already)


def reopen(connection: Connection, by: Person, run: int, rows: Sequence[Row], now: datetime, note: str) -> None:
    """Open closed orders again, whose gap a run has found again."""
    today = now.astimezone(ZONE).date()
    asked = Asked("reopen", note)
    changes = [(row, after_step(row, asked, today, now) | {"last_run": run}) for row in rows]
    write(connection, by, now, "reopen", note, changes)


def _gaps(connection: Connection, by: Person, run: int, chosen: Sequence[int] | None) -> list[Row]:
    """
    The gaps, all of them in the person's area.

    Raises
    ------
    Denied
        When some lie outside a district's area.
    StoreError
        When none is chosen, or some are not of the run.
    """
    found = list(connection.execute(sa.select(gaps).where(gaps.c.run == run).order_by(gaps.c.id)))
    if chosen is None:
        found = [row for row in found if by.role != DISTRICT or row.district == by.district]
    else:
        wanted = set(chosen)
        if wanted - {row.id for row in found}:
            raise StoreError(say("store.orders.no_gaps"))
        found = [row for row in found if row.id in wanted]
    if not found:
        raise StoreError(say("store.orders.none_chosen"))
    foreign = sum(by.role == DISTRICT and row.district != by.district for row in found)
    if foreign:
        raise Denied(say("store.access.gap_out_of_area", count=foreign))
    return found


def _units(connection: Connection, found: Sequence[Row]) -> dict[int, str]:
    """Who answers for each gap, by the name that the unit bears now; "" where nobody does."""
    names = dict(connection.execute(sa.select(unit_names.c.old, unit_names.c.new)).all())
    return {row.id: names.get(row.unit, row.unit) for row in found}


def _insert(
    connection: Connection,
    by: Person,
    run: Row,
    found: Sequence[Row],
    units: Mapping[int, str],
    now: datetime,
    dispatch: Asked | None,
) -> list[int]:
    if not found:
        return []
    rows = [_new(by, run, row, units[row.id], now) for row in found]
    made = sa.insert(orders).returning(*orders.c, sort_by_parameter_order=True)
    fresh = list(connection.execute(made, rows))
    after = {"version": 1}
    told = [
        line(by, now, ORDER, row.id, "make", after=after | {"state": row.state, "unit": row.unit, "due_on": row.due_on})
        for row in fresh
    ]
    record(connection, told)
    if dispatch is not None:
        today = now.astimezone(ZONE).date()
        changes = [(row, after_step(row, dispatch, today, now)) for row in fresh]
        write(connection, by, now, dispatch.step, dispatch.note, changes)
    return [row.id for row in fresh]


def _new(by: Person, run: Row, gap: Row, unit: str, now: datetime) -> dict[str, object]:
    book, today = order_book(), now.astimezone(ZONE).date()
    limits = limits_from(today, book.limits)
    return {
        **{name: gap._mapping[name] for name in _OF_GAPS},
        **{name: getattr(run, name) for name in ("city", "book", "phase")},
        **limits,
        "unit": unit,
        "state": book.first,
        "is_open": True,
        "level": book.levels[0],
        "found_on": today,
        "due_on": limits[f"{book.states[book.first].limit}_by"],
        "proposed": False,
        "first_run": run.id,
        "last_run": run.id,
        "changed_at": now,
        "changed_by": by.name,
        "version": 1,
    }
