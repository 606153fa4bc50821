"""The audit trail: who, when, from, to. It only grows; the base itself refuses to change or delete a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.access import Act, Person
from store.base import Base
from store.schema import audit

ORDER, PERSON, TOKEN, RUN, SCENARIO, CALENDAR, UNIT_NAME, MOCK = (
    "order", "person", "token", "run", "scenario", "calendar", "unit", "mock",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """
    One change.

    Attributes
    ----------
    about, number
        The kind of thing and its id.
    act
        What was done: for orders a step of ``data/orders.yaml`` or ``make``, ``propose``, ``withdraw``, ``raise``.
    before, after
        The values that changed, by column.
    """

    id: int
    at: datetime
    person: int | None
    name: str
    role: str
    about: str
    number: int
    act: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    note: str


class Audit:
    """What the command centre reads of the audit trail."""

    def __init__(self, base: Base):
        self._base = base

    def entries(
        self,
        by: Person,
        *,
        about: str | None = None,
        name: str | None = None,
        limit: int = 200,
        before: int | None = None,
    ) -> list[Entry]:
        """
        The newest entries first.

        Parameters
        ----------
        by
            The acting person.
        about, name
            Only those about this kind of thing, by the person of this name.
        limit
            How many at most.
        before
            Only those older than the entry of this id: the next page.

        Raises
        ------
        Denied
            To all but the command centre.
        """
        asked = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if about is not None:
            asked = asked.where(audit.c.about == about)
        if name is not None:
            asked = asked.where(audit.c.name == name)
        if before is not None:
            asked = asked.where(audit.c.id < before)
        with self._base.reading(by, Act.SEE_AUDIT) as connection:
            return [entry_of(row) for row in connection.execute(asked)]


def line(
    by: Person,
    at: datetime,
    about: str,
    number: int,
    act: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: str = "",
) -> dict[str, object]:
    """A row of the audit trail, for `record`."""
    who = {"person": by.id or None, "name": by.name, "role": by.role}
    what = {"about": about, "number": number, "act": act, "note": note}
    return {"at": at, **who, **what, "before": _plain(before or {}), "after": _plain(after or {})}


def record(connection: Connection, lines: Iterable[dict[str, object]]) -> None:
    """Add rows to the audit trail, in the transaction of the change that they tell of."""
    if rows := list(lines):
        connection.execute(sa.insert(audit), rows)


def entry_of(row: Row) -> Entry:
    """A row as an entry."""
    return Entry(**{name: row._mapping[name] for name in audit.columns.keys()})  # noqa: SIM118


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
