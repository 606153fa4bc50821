"""One rectification order (整改单) as it is read, and what a list of them is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import shapely
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row

from store.access import Person, seen_by
from store.order_book import order_book
from store.schema import orders
from texts import say


@dataclass(frozen=True)
class Order:
    """
    An order.

    Attributes
    ----------
    state
        A state of ``data/orders.yaml``; ``is_open`` unless it is the closed one.
    level
        Who is asked about it: ``unit``, or higher up after missed limits.
    dispatch_by, deal_by, close_by, due_on
        The limits, and the one that runs now; None once closed.
    raised_for
        The limit for which it went up last.
    proposed
        A later assessment has passed: a person may confirm that it is closed.
    first_run, last_run
        The run that it was made from, and the last one that found the gap.
    version
        Goes up with every change; whoever changes it says which one they saw.
    geometry
        WGS 84.
    """

    id: int
    city: str
    book: str
    phase: str
    rule: str
    clause: str
    title: str
    subject: str
    subject_name: str
    class_: str
    district: str
    unit: str
    from_m: float | None
    to_m: float | None
    length_m: float | None
    missing: float | None
    repair_min: float | None
    explanation: str
    geometry: shapely.Geometry | None = field(repr=False)
    state: str
    is_open: bool
    level: str
    found_on: date
    dispatch_by: date
    deal_by: date
    close_by: date
    due_on: date | None
    raised_for: date | None
    proposed: bool
    first_run: int
    last_run: int
    closed_at: datetime | None
    closed_on: date | None
    changed_at: datetime
    changed_by: str
    version: int

    @property
    def number(self) -> str:
        """The number on the notice."""
        return f"{self.found_on.year}-{self.id:06d}"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return order_book().states[self.state].name

    def overdue(self, today: date) -> bool:
        """Whether the limit that runs has passed."""
        return self.due_on is not None and self.due_on < today

    def steps(self, by: Person) -> list[str]:
        """The steps that a person who sees the order may do now, in the order of the book."""
        return [
            code
            for code, step in order_book().steps.items()
            if self.state in step.from_ and by.role in step.who and (self.proposed or not step.proposed)
        ]


@dataclass(frozen=True)
class Wanted:
    """
    Which orders: None and empty ask for all, but for ``numbers`` (ids), of which none asks for none.

    ``text`` is looked for in number, place, unit and title; ``due_on`` is the last day of the limit that runs.
    """

    city: str | None = None
    states: tuple[str, ...] = ()
    district: str | None = None
    unit: str | None = None
    rule: str | None = None
    class_: str | None = None
    level: str | None = None
    open: bool | None = None
    overdue: bool = False
    proposed: bool | None = None
    text: str = ""
    due_on: date | None = None
    numbers: tuple[int, ...] | None = None

    def conditions(self, by: Person, today: date) -> list[ColumnElement[bool]]:
        """What of it the person may see, as conditions on the table of orders."""
        names = ("city", "district", "unit", "rule", "level")
        same = {name: getattr(self, name) for name in names} | {"class": self.class_}
        found = [*seen_by(by, orders), *(orders.c[name] == value for name, value in same.items() if value is not None)]
        if self.states:
            found.append(orders.c.state.in_(self.states))
        if self.open is not None:
            found.append(orders.c.is_open.is_(self.open))
        if self.overdue:
            found.append(orders.c.due_on < today)
        if self.proposed is not None:
            found.append(orders.c.proposed.is_(self.proposed))
        if self.text.strip():
            found.append(_mentions(self.text.strip()))
        if self.due_on is not None:
            found.append(orders.c.due_on == self.due_on)
        if self.numbers is not None:
            found.append(orders.c.id.in_(self.numbers))
        return found


@dataclass(frozen=True)
class Page:
    """A page of a list, and how many orders there are in all."""

    orders: tuple[Order, ...]
    total: int


@dataclass(frozen=True)
class Tally:
    """A cell of the board: how many orders of a unit are in a state, and how many of these are overdue."""

    unit: str
    state: str
    count: int
    overdue: int


@dataclass(frozen=True)
class Counts:
    """The figures of the wall and of the head of the page."""

    open: int
    overdue: int
    proposed: int
    closed_today: int
    due_today: int


def order_of(row: Row | Mapping[str, object]) -> Order:
    """A row of the table as an order."""
    values = dict(row._mapping) if isinstance(row, Row) else dict(row)
    return Order(class_=values.pop("class"), **values)


def number_of(row: Row | Mapping[str, object]) -> str:
    """The number of a row."""
    values = row._mapping if isinstance(row, Row) else row
    return f"{values['found_on'].year}-{values['id']:06d}"


def place_of(row: Row) -> str:
    """Where a gap is, in words."""
    if row.from_m is None:
        return row.subject_name or row.title
    return say("store.orders.stretch", name=row.subject_name, start=round(row.from_m), end=round(row.to_m))


def _mentions(text: str) -> ColumnElement[bool]:
    columns = (orders.c.subject_name, orders.c.unit, orders.c.title)
    found = [column.contains(text, autoescape=True) for column in columns]
    year, _, digits = text.rpartition("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 10 and (not year or year.isdigit()):
        found.append(orders.c.id == int(digits))
    return sa.or_(*found)
