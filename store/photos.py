"""Photos of orders, before and after; kept in the base, so that a backup of it is whole and every host sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.access import COMMAND, Act, Person, seen_by
from store.audit import ORDER, line, record
from store.base import Base
from store.errors import Denied, StoreError
from store.order import number_of
from store.order_book import order_book
from store.photo import Photo
from store.schema import orders, photos
from texts import say

_WHOSE = [photos.c[name] for name in ("id", "order_id", "kind", "at", "person", "by_name")]
_SHOWN = [*_WHOSE, *(photos.c[name] for name in ("width", "height", "content"))]


@dataclass(frozen=True)
class KeptPhoto:
    """
    A photo of an order.

    Attributes
    ----------
    kind
        What it shows, a kind of ``data/orders.yaml``.
    at, person, by_name
        When it came, and by whom; ``person`` is the id of the account, None where there was none.
    content
        The JPEG.
    """

    id: int
    order_id: int
    kind: str
    at: datetime
    person: int | None
    by_name: str
    width: int
    height: int
    content: bytes = field(repr=False)

    def removable(self, by: Person, *, is_open: bool) -> bool:
        """Whether a person who sees the order, open or not, may take the photo away again."""
        return is_open and (by.role == COMMAND or _brought(by, self.person))


class Photos:
    """
    Photos; whoever sees an order sees its photos, whoever may change it may add some.

    A photo that came by mistake is taken away by who brought it, or by the command centre; but those of a closed order
    are the proof of its closing, and stay until it is opened again.
    """

    def __init__(self, base: Base):
        self._base = base

    def add(self, by: Person, number: int, kind: str, given: Sequence[Photo]) -> int:
        """
        Add photos to an order; how many were not there yet.

        Raises
        ------
        Denied
            When the order is not the person's, or the role may not change orders.
        StoreError
            When the order is closed, or would have too many photos.
        """
        with self._base.writing(by, Act.CHANGE_ORDERS) as connection:
            row = _locked(connection, by, number)
            return keep_photos(connection, by, row, kind, given, self._base.now())

    def remove(self, by: Person, number: int, photo: int) -> None:
        """
        Take a photo away from an order; that it was there, whose it was and who took it away stays in the audit trail.

        Nothing happens where it is gone already.

        Raises
        ------
        Denied
            When the order is not the person's, or the photo is neither theirs nor they the command centre.
        StoreError
            When the order is closed.
        """
        with self._base.writing(by, Act.CHANGE_ORDERS) as connection:
            row = _locked(connection, by, number)
            own = sa.and_(photos.c.id == photo, photos.c.order_id == row.id)
            there = connection.execute(sa.select(*_WHOSE).where(own)).one_or_none()
            if there is None:
                return
            if by.role != COMMAND and not _brought(by, there.person):
                raise Denied(say("store.photos.not_own"))
            if not row.is_open:
                raise StoreError(say("store.photos.stays", number=number_of(row)))
            connection.execute(sa.delete(photos).where(own))
            kind = order_book().photos.kinds.get(there.kind, there.kind)
            was = {"kind": kind, "by": there.by_name, "at": there.at.isoformat()}
            record(connection, [line(by, self._base.now(), ORDER, row.id, "photo_removed", before=was)])

    def of(self, by: Person, number: int) -> list[KeptPhoto]:
        """The photos of an order, oldest first; none where the person does not see the order."""
        asked = (
            sa.select(*_SHOWN)
            .join(orders, orders.c.id == photos.c.order_id)
            .where(photos.c.order_id == number, *seen_by(by, orders))
            .order_by(photos.c.id)
        )
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return [KeptPhoto(*row) for row in connection.execute(asked)]


def _locked(connection: Connection, by: Person, number: int) -> Row:
    """The row of an order, until the end of the transaction nobody else's to change."""
    asked = sa.select(orders).where(orders.c.id == number, *seen_by(by, orders)).with_for_update()
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise Denied(say("store.access.out_of_area"))
    return row


def _brought(by: Person, person: int | None) -> bool:
    return bool(by.id) and by.id == person


def keep_photos(connection: Connection, by: Person, row: Row, kind: str, given: Sequence[Photo], now: datetime) -> int:
    """
    Add photos to the order of a locked row, and say so in the audit trail; how many were not there yet.

    Raises
    ------
    StoreError
        When the order is closed, or would have too many photos.
    """
    limits = order_book().photos
    if kind not in limits.kinds:
        raise ValueError(f"no kind of photo: {kind}")
    there = set(connection.scalars(sa.select(photos.c.digest).where(photos.c.order_id == row.id)))
    fresh = {photo.digest: photo for photo in given if photo.digest not in there}
    if not fresh:
        return 0
    if not row.is_open:
        raise StoreError(say("store.photos.closed", number=number_of(row)))
    if len(there) + len(fresh) > limits.most:
        raise StoreError(say("store.photos.too_many", number=number_of(row), most=limits.most, there=len(there)))
    who = {"order_id": row.id, "kind": kind, "at": now, "person": by.id or None, "by_name": by.name}
    connection.execute(sa.insert(photos), [{**who, **vars(photo)} for photo in fresh.values()])
    told = {"kind": limits.kinds[kind], "photos": len(fresh)}
    record(connection, [line(by, now, ORDER, row.id, "photo", after=told)])
    return len(fresh)
