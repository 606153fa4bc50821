"""Links by which a wall screen reads without signing in: kept as a digest only, ending by themselves, revocable."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from store.access import WALL, Act, Person
from store.audit import TOKEN, line, record
from store.base import Base
from store.errors import Denied, StoreError
from store.schema import wall_tokens
from texts import say

MOST_DAYS = 400


@dataclass(frozen=True)
class WallToken:
    """A wall token as the command centre sees it: never the token itself."""

    id: int
    name: str
    made_at: datetime
    until: datetime
    revoked_at: datetime | None


class Tokens:
    """Wall tokens."""

    def __init__(self, base: Base):
        self._base = base

    def make(self, by: Person, name: str, *, days: int = 90) -> str:
        """
        A new token, told this once.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            When it would hold for no day or too many.
        """
        if not 1 <= days <= MOST_DAYS:
            raise StoreError(say("store.tokens.days", most=MOST_DAYS))
        token, now = secrets.token_urlsafe(32), self._base.now()
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            row = {"name": name, "digest": _digest(token), "made_at": now, "until": now + timedelta(days=days)}
            number = connection.execute(sa.insert(wall_tokens).values(**row)).inserted_primary_key[0]
            after = {"name": name, "until": row["until"]}
            record(connection, [line(by, now, TOKEN, number, "make", after=after)])
        return token

    def sign_in(self, token: str) -> Person:
        """
        The wall that holds a token.

        Raises
        ------
        Denied
            When it is forged, has ended or was revoked.
        """
        with self._base.open(writing=False) as connection:
            row = connection.execute(sa.select(wall_tokens).where(wall_tokens.c.digest == _digest(token))).one_or_none()
        if row is None or row.revoked_at is not None or self._base.now() >= row.until:
            raise Denied(say("store.tokens.wrong"))
        return Person(row.id, row.name, WALL, until=row.until)

    def all(self, by: Person) -> list[WallToken]:
        """All tokens, the newest first. Denied to all but the command centre."""
        asked = sa.select(wall_tokens).order_by(wall_tokens.c.id.desc())
        with self._base.reading(by, Act.MANAGE_PEOPLE) as connection:
            return [
                WallToken(row.id, row.name, row.made_at, row.until, row.revoked_at) for row in connection.execute(asked)
            ]

    def revoke(self, by: Person, number: int) -> None:
        """
        End a token at once; ending it twice is the same as once.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            When there is none.
        """
        now = self._base.now()
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            row = connection.execute(sa.select(wall_tokens).where(wall_tokens.c.id == number)).one_or_none()
            if row is None:
                raise StoreError(say("store.tokens.none"))
            if row.revoked_at is None:
                connection.execute(sa.update(wall_tokens).where(wall_tokens.c.id == number).values(revoked_at=now))
                record(connection, [line(by, now, TOKEN, number, "revoke", after={"revoked_at": now})])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
