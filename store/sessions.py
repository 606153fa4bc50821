"""Sessions: a browser is known again after a reload; kept as a digest only, ending by themselves or from anywhere."""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from store.access import Person, let_stay
from store.audit import PERSON, line, record
from store.base import Base
from store.errors import Denied
from store.schema import people, sessions
from texts import say

_KEPT_FOR = timedelta(days=30)  # ended ones, to be looked at when something went wrong


class Sessions:
    """Who is signed in, in which browser."""

    def __init__(self, base: Base):
        self._base = base

    def open(self, person: Person) -> tuple[Person, str]:
        """
        A session of somebody who has just signed in: the person in it, and its token, told this once.

        Raises
        ------
        Denied
            When the account was changed since.
        """
        token, now = secrets.token_urlsafe(32), self._base.now()
        row = {"person": person.id, "digest": _digest(token), "stamp": person.stamp, "outside": person.outside}
        with self._base.open(writing=True, changing=False) as connection:
            let_stay(connection, person, now)
            connection.execute(sa.delete(sessions).where(sessions.c.until < now - _KEPT_FOR))
            values = {**row, "made_at": now, "until": person.until or now}
            number = connection.execute(sa.insert(sessions).values(**values)).inserted_primary_key[0]
        return replace(person, session=number), token

    def resume(self, token: str) -> Person:
        """
        The person whose session has this token.

        Raises
        ------
        Denied
            When it is forged, has ended, or the account was changed or closed since.
        """
        now = self._base.now()
        with self._base.open(writing=False) as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.digest == _digest(token))).one_or_none()
            if row is None:
                raise Denied(say("store.access.nobody"))
            account = connection.execute(sa.select(people).where(people.c.id == row.person)).one()
            person = Person(
                account.id,
                account.name,
                account.role,
                account.unit,
                account.district,
                row.stamp,
                row.until,
                account.must_change and not row.outside,
                row.outside,
                row.id,
            )
            let_stay(connection, person, now)
        return person

    def check(self, by: Person) -> None:
        """
        Do nothing while the person is still who signed in.

        Raises
        ------
        Denied
            When the session has ended, the account was changed or closed, or the token revoked.
        """
        with self._base.open(writing=False) as connection:
            let_stay(connection, by, self._base.now())

    def end(self, by: Person) -> None:
        """Sign out, in every window that shares the session; twice is the same as once."""
        now = self._base.now()
        with self._base.open(writing=True) as connection:
            if _end(connection, by, now):
                record(connection, [line(by, now, PERSON, by.id, "sign_out")])


def _end(connection: Connection, by: Person, now) -> bool:
    own = (sessions.c.id == by.session, sessions.c.person == by.id, sessions.c.ended_at.is_(None))
    return connection.execute(sa.update(sessions).where(*own).values(ended_at=now)).rowcount > 0


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
