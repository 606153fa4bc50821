"""Units that were renamed or merged: their people and orders go to the new name."""

import sqlalchemy as sa

from store.access import Act, Person
from store.audit import UNIT_NAME, line, record
from store.base import Base, take_turns
from store.errors import StoreError
from store.order_review import rename_of_orders
from store.schema import people, unit_names
from texts import say


class Units:
    """The names of units."""

    def __init__(self, base: Base):
        self._base = base

    def rename(self, by: Person, old: str, new: str) -> int:
        """
        From now on ``old`` is called ``new`` (or is part of it); how many orders were handed over.

        Its people have to sign in again. Gaps of data that still use the old name go to the new one.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            When a name is empty, or both are the same.
        """
        old, new = old.strip(), new.strip()
        if not old or not new:
            raise StoreError(say("store.units.empty"))
        if old == new:
            raise StoreError(say("store.units.same"))
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            take_turns(connection)
            now = self._base.now()
            connection.execute(sa.delete(unit_names).where(unit_names.c.old.in_((old, new))))
            connection.execute(sa.update(unit_names).where(unit_names.c.new == old).values(new=new))
            connection.execute(sa.insert(unit_names).values(old=old, new=new))
            told = {"unit": new, "stamp": people.c.stamp + 1}
            connection.execute(sa.update(people).where(people.c.unit == old).values(**told))
            record(connection, [line(by, now, UNIT_NAME, 0, "rename", before={"unit": old}, after={"unit": new})])
            return rename_of_orders(connection, by, old, new, now)

    def names(self, by: Person) -> dict[str, str]:
        """The present name by the old one. Denied to nobody who may see orders."""
        with self._base.reading(by, Act.SEE_ORDERS) as connection:
            return dict(connection.execute(sa.select(unit_names.c.old, unit_names.c.new)).all())
