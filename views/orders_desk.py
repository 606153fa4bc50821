"""What a session works on at the page 整改督办: what it looks at, chose and typed. Nothing is lost by an error."""

from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from store import Conflict, Wanted

LIST, MAP, BOARD = "list", "map", "board"
VIEWS = (LIST, MAP, BOARD)
ALL = ""
OPEN = "open"
PAGE = 100
_KEY = "orders_desk"


@dataclass
class Filters:
    """What is asked to be seen; ALL asks for all. ``state`` is a state of the order book or `OPEN`."""

    state: str = OPEN
    district: str = ALL
    unit: str = ALL
    rule: str = ALL
    level: str = ALL
    urgent: str = ALL
    text: str = ""


@dataclass
class Step:
    """
    A step that is being filled in, for one order or for many.

    Attributes
    ----------
    code
        The step; "" while none is.
    sure
        Whether it was asked for once already and waits to be confirmed.
    serial
        Changes when it is done, so that the browser lets go of the files that were handed in.
    """

    code: str = ""
    note: str = ""
    limit_on: date | None = None
    unit: str = ""
    sure: bool = False
    serial: int = 0

    def clear(self) -> None:
        """Begin anew."""
        self.code, self.note, self.limit_on, self.unit, self.sure = "", "", None, "", False
        self.serial += 1


@dataclass
class Making:
    """Orders that are being made: from a whole district, or from gaps that are chosen one by one."""

    district: str = ALL
    rule: str = ALL
    single: bool = False
    chosen: set[int] = field(default_factory=set)
    dispatch: bool = True
    own_limit: bool = False
    limit_on: date | None = None
    note: str = ""
    sure: bool = False


@dataclass
class Desk:
    """
    All of it.

    Attributes
    ----------
    chosen
        Orders by id, each with the version in which it was seen when it was chosen.
    seen
        The versions of the orders that the browser shows.
    opened, version
        The order whose details are shown, and the version that its reader has seen.
    conflict
        What kept the last step of the opened order from being done.
    refused
        By id why steps of many were not done; ``behind`` those that somebody else changed first.
    said
        What was done last, in a sentence.
    elsewhere
        Whether the list was just asked to show others: the opened order is then one of these.
    photo_sure
        The photo that is to be taken away once that is confirmed.
    only
        The ids that the list is narrowed to, after they were made or changed together; None for all.
    """

    view: str = LIST
    filters: Filters = field(default_factory=Filters)
    sorted_by: str = "due"
    page: int = 0
    chosen: dict[int, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    opened: int | None = None
    version: int = 0
    one: Step = field(default_factory=Step)
    many: Step = field(default_factory=Step)
    conflict: Conflict | None = None
    faults: tuple[str, ...] = ()
    refused: dict[int, str] = field(default_factory=dict)
    behind: tuple[int, ...] = ()
    said: str = ""
    only: tuple[int, ...] | None = None
    making: Making | None = None
    photo_faults: tuple[str, ...] = ()
    photo_sure: int | None = None
    office: str = ""
    text_seen: str = ""
    elsewhere: bool = False
    serial: int = 0

    def wanted(self, city: str, today: date) -> Wanted:
        """The filters as a question to the store."""
        own = self.filters
        return Wanted(
            city=city,
            states=() if own.state in (ALL, OPEN) else (own.state,),
            open=True if own.state == OPEN else None,
            district=own.district or None,
            unit=own.unit or None,
            rule=own.rule or None,
            level=own.level or None,
            overdue=own.urgent == "overdue",
            due_on=today if own.urgent == "today" else None,
            proposed=True if own.urgent == "proposed" else None,
            text=own.text,
            numbers=self.only,
        )

    def open_order(self, number: int | None) -> None:
        """Show another order; what was typed for the last one stays with it no longer."""
        if number != self.opened:
            self.one.clear()
            self.conflict, self.faults, self.photo_faults, self.photo_sure = None, (), (), None
        self.opened, self.version = number, 0

    def look_elsewhere(self) -> None:
        """After the filters changed: the first page of what they show."""
        self.page, self.only, self.said, self.elsewhere = 0, None, "", True


def desk() -> Desk:
    """The desk of this session."""
    return st.session_state.setdefault(_KEY, Desk())
