"""Scenarios: texts by name, of one city; each district has its own, the second of two who save one is told."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from store.access import Act, Person, owner
from store.audit import SCENARIO, entry_of, line, record
from store.base import ZONE, Base
from store.errors import Conflict, StoreError
from store.schema import audit, scenarios
from texts import say

LONGEST_NAME = 60


@dataclass(frozen=True)
class Kept:
    """A scenario that was kept; ``version`` goes up with every saving."""

    name: str
    version: int
    changed_at: datetime
    changed_by: str
    text: str | None = None


class Scenarios:
    """
    Scenarios: the command centre and planners share theirs, a district has its own, and nobody sees another's.

    Denied to units and walls.
    """

    def __init__(self, base: Base):
        self._base = base

    def all(self, by: Person, city: str) -> list[Kept]:
        """All of a city by name, without their texts."""
        columns = (scenarios.c[name] for name in ("name", "version", "changed_at", "changed_by"))
        asked = sa.select(*columns).where(*_own(by, city)).order_by(scenarios.c.name)
        with self._base.reading(by, Act.SEE_SCENARIOS) as connection:
            return [Kept(*row) for row in connection.execute(asked)]

    def read(self, by: Person, city: str, name: str) -> Kept:
        """
        One with its text.

        Raises
        ------
        StoreError
            When there is none of that name.
        """
        with self._base.reading(by, Act.SEE_SCENARIOS) as connection:
            row = _found(connection, by, city, name)
        if row is None:
            raise StoreError(say("store.scenarios.none", name=name))
        return Kept(row.name, row.version, row.changed_at, row.changed_by, row.text)

    def keep(self, by: Person, city: str, name: str, text: str, *, version: int = 0) -> int:
        """
        Keep a scenario; its new version.

        Parameters
        ----------
        by
            The acting person.
        city, name
            Whose it is and what it is called.
        text
            The scenario.
        version
            The version that it was made from; 0 for a new one.

        Raises
        ------
        Conflict
            When somebody else saved it since then (or made one of that name); ``mine`` holds the text.
        StoreError
            When the name is empty or too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise StoreError(say("store.scenarios.name", most=LONGEST_NAME))
        now = self._base.now()
        values = {"text": text, "version": version + 1, "changed_at": now, "changed_by": by.name}
        with self._base.writing(by, Act.KEEP_SCENARIOS) as connection:
            row = _found(connection, by, city, name)
            if (0 if row is None else row.version) != version:
                raise self._conflict(connection, row, city, name, text, version)
            if row is None:
                whose = {"city": city, "district": owner(by), "name": name}
                made = connection.execute(sa.insert(scenarios).values(**whose, **values))
                number = made.inserted_primary_key[0]
            else:
                number = row.id
                connection.execute(sa.update(scenarios).where(scenarios.c.id == number).values(**values))
            told = {"city": city, "name": name, "version": version + 1}
            record(connection, [line(by, now, SCENARIO, number, "keep", before={"version": version}, after=told)])
        return version + 1

    def drop(self, by: Person, city: str, name: str) -> None:
        """Remove a scenario; nothing happens when it is gone already."""
        with self._base.writing(by, Act.KEEP_SCENARIOS) as connection:
            row = _found(connection, by, city, name)
            if row is not None:
                connection.execute(sa.delete(scenarios).where(scenarios.c.id == row.id))
                told = {"city": city, "name": name, "version": row.version}
                record(connection, [line(by, self._base.now(), SCENARIO, row.id, "drop", before=told)])

    def _conflict(
        self, connection: Connection, row: Row | None, city: str, name: str, text: str, version: int
    ) -> StoreError:
        if row is None:
            return Conflict(say("store.scenarios.none", name=name), (), {"text": text})
        asked = sa.select(audit).where(audit.c.about == SCENARIO, audit.c.number == row.id).order_by(audit.c.id)
        first = [entry_of(own) for own in connection.execute(asked) if own.after.get("version", 0) > version]
        at = row.changed_at.astimezone(ZONE).strftime("%m-%d %H:%M")
        sentence = say("store.scenarios.conflict", who=row.changed_by, at=at, name=name)
        return Conflict(sentence, first, {"city": city, "name": name, "text": text})


def _own(by: Person, city: str) -> tuple[ColumnElement[bool], ...]:
    return scenarios.c.city == city, scenarios.c.district == owner(by)


def _found(connection: Connection, by: Person, city: str, name: str) -> Row | None:
    asked = sa.select(scenarios).where(*_own(by, city), scenarios.c.name == name)
    return connection.execute(asked.with_for_update()).one_or_none()
