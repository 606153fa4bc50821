"""What was made in one store put into another that is fresh, in one transaction: all of it, or nothing."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from store.audit import ORDER, RUN
from store.base import take_turns
from store.errors import Denied
from store.opening import Store
from store.people import DEMO
from store.schema import audit, figures, gaps, orders, people, runs, unit_names

_HOST = "127.0.0.1"
_RUNS = ("first_run", "last_run")
_SAME_RUN = ("city", "city_print", "book_print", "phase")


def is_fresh(connection: Connection, city_print: str | None = None) -> bool:
    """
    Whether a base holds no account, no order, no renamed unit, and no run of any city but that of a fingerprint.

    Without a fingerprint runs are not looked at. The account of the demo itself is none.
    """
    accounts = sa.select(people.c.id).where(sa.or_(people.c.login != DEMO, ~people.c.active))
    there = [accounts, sa.select(orders.c.id), sa.select(unit_names.c.old)]
    if city_print is not None:
        there.append(sa.select(runs.c.id).where(runs.c.city_print != city_print))
    return not any(connection.execute(asked.limit(1)).first() for asked in there)


def copy_history(past: Store, store: Store, city_print: str) -> bool:
    """
    Put runs, orders and what was done to them into a store, if it is fresh then; whether it was.

    Parameters
    ----------
    past
        Where they are; nobody else works in it.
    store
        Where they go. Nothing that is there already is touched; a run that somebody kept first is not kept again.
    city_print
        See `is_fresh`.

    Raises
    ------
    StoreError
        When the base does not answer.
    """
    try:
        who = {past.people.demo(_HOST).id: store.people.demo(_HOST).id}
    except Denied:  # somebody made an account meanwhile
        return False
    with past.base.open(writing=False) as told, store.base.open(writing=True) as connection:
        take_turns(connection)
        if not is_fresh(connection, city_print):
            return False
        kept = _same_runs(told, connection)
        new_runs = _copied(told, connection, runs, but=kept)
        every_run = kept | new_runs
        new_orders = _copied(told, connection, orders, **dict.fromkeys(_RUNS, every_run))
        for table in (figures, gaps):
            _copied(told, connection, table, run=new_runs)
        _copy_audit(told, connection, who, {RUN: new_runs, ORDER: new_orders}, every_run)
    return True


def _same_runs(told: Connection, connection: Connection) -> dict[int, int]:
    """The runs that are there already: their number in the past -> their number here."""
    asked = sa.select(*(runs.c[name] for name in ("id", *_SAME_RUN))).order_by(runs.c.id)
    here = {tuple(row[1:]): row.id for row in connection.execute(asked)}
    return {row.id: here[tuple(row[1:])] for row in told.execute(asked) if tuple(row[1:]) in here}


def _copied(
    told: Connection,
    connection: Connection,
    table: Table,
    *,
    but: Collection[int] = (),
    **references: Mapping[int, int],
) -> dict[int, int]:
    """
    Rows as they are but for their numbers: old number -> new one, where the table numbers its rows.

    Parameters
    ----------
    but
        Numbers of rows to leave out.
    references
        Column -> the new numbers of what it refers to; a row that refers to anything else is left out.
    """
    rows = [
        {**row, **{name: new[row[name]] for name, new in references.items()}}
        for row in told.execute(sa.select(table)).mappings()
        if row.get("id") not in but and all(row[name] in new for name, new in references.items())
    ]
    if not rows:
        return {}
    if "id" not in table.c:
        connection.execute(sa.insert(table), rows)
        return {}
    old = [row.pop("id") for row in rows]
    made = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return dict(zip(old, connection.scalars(made, rows), strict=True))


def _copy_audit(
    told: Connection,
    connection: Connection,
    who: Mapping[int, int],
    numbers: Mapping[str, Mapping[int, int]],
    every_run: Mapping[int, int],
) -> None:
    """What was done to what was copied, in its order and with the new numbers; of anything else nothing."""
    lines = []
    for row in told.execute(sa.select(audit).order_by(audit.c.id)).mappings():
        if row["number"] not in numbers.get(row["about"], ()):
            continue
        line = {name: row[name] for name in audit.c.keys() if name != "id"}  # noqa: SIM118
        line["person"] = who.get(row["person"])
        line["number"] = numbers[row["about"]][row["number"]]
        for side in ("before", "after"):
            line[side] = {name: every_run[old] if name in _RUNS else old for name, old in row[side].items()}
        lines.append(line)
    if lines:
        connection.execute(sa.insert(audit), lines)
