"""Orders as lists, boards and counts: one statement each, so that very many take no longer than a look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from store.order import Counts, Page, Tally, order_of
from store.order_book import order_book
from store.schema import orders

Conditions = Sequence[ColumnElement[bool]]
SORTED = {
    "due": (orders.c.due_on.is_(None), orders.c.due_on, orders.c.id),
    "newest": (orders.c.id.desc(),),
    "unit": (orders.c.unit, orders.c.due_on, orders.c.id),
}


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed to: names in their order, rules with their titles and classes."""

    districts: tuple[str, ...]
    units: tuple[str, ...]
    rules: Mapping[str, str]
    classes: tuple[str, ...]


def page_of(connection: Connection, conditions: Conditions, sorted_by: str, limit: int, offset: int) -> Page:
    """See `store.orders.Orders.page`: first which ones, then all that is known of these."""
    order = SORTED[sorted_by]
    total = connection.execute(sa.select(sa.func.count()).select_from(orders).where(*conditions)).scalar_one()
    chosen = sa.select(orders.c.id).where(*conditions).order_by(*order).limit(limit).offset(offset).subquery()
    rows = connection.execute(sa.select(orders).join(chosen, chosen.c.id == orders.c.id).order_by(*order))
    return Page(tuple(order_of(row) for row in rows), total)


def board_of(connection: Connection, conditions: Conditions, today: date) -> list[Tally]:
    """See `store.orders.Orders.board`."""
    overdue = sa.func.sum(sa.case((orders.c.due_on < today, 1), else_=0))
    group = (orders.c.unit, orders.c.state)
    asked = sa.select(*group, sa.func.count(), overdue).where(*conditions).group_by(*group)
    cells = [Tally(*row) for row in connection.execute(asked)]
    place = {state: at for at, state in enumerate(order_book().states)}
    return sorted(cells, key=lambda cell: (cell.unit, place[cell.state]))


def counts_of(connection: Connection, conditions: Conditions, today: date) -> Counts:
    """See `store.orders.Orders.counts`."""
    kinds = (
        orders.c.is_open,
        orders.c.due_on < today,
        orders.c.proposed,
        orders.c.closed_on == today,
        orders.c.due_on == today,
    )
    asked = (sa.func.coalesce(sa.func.sum(sa.case((kind, 1), else_=0)), 0) for kind in kinds)
    return Counts(*connection.execute(sa.select(*asked).where(*conditions)).one())


def choices_of(connection: Connection, conditions: Conditions) -> Choices:
    """See `store.orders.Orders.choices`."""
    group = (orders.c.district, orders.c.unit, orders.c.rule, orders.c["class"])
    asked = sa.select(*group, sa.func.min(orders.c.title)).where(*conditions).group_by(*group)
    rows = connection.execute(asked).all()
    names = [tuple(sorted({row[at] for row in rows} - {""})) for at in (0, 1, 3)]
    return Choices(names[0], names[1], dict(sorted((row[2], row[4]) for row in rows)), names[2])
