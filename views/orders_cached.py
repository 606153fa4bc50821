"""What the page 整改督办 need not ask the store at every click."""

from collections.abc import Callable, Sequence

import streamlit as st

from metrics.assessment import Assessment
from store import Order, Person, Store
from store.order_lists import Choices
from views import calls

_RAISED_EVERY_S, _CHOICES_FOR_S, _TITLES_FOR_S = 300, 30, 60
_PICTURES = 400


@st.cache_data(ttl=_RAISED_EVERY_S, show_spinner=False, hash_funcs={Store: id})
def keep_time(store: Store) -> int:
    """Let overdue orders go up one level, every few minutes however many sessions there are; how many did."""
    return len(store.orders.raise_overdue())


@st.cache_data(ttl=_CHOICES_FOR_S, show_spinner=False, max_entries=200, hash_funcs={Store: id})
def choices_of(store: Store, by: Person, city: str) -> Choices:
    """What the lists of the filters offer; what others made comes within half a minute."""
    return store.orders.choices(by, city=city)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Store: id})
def gaps_of(store: Store, by: Person, run: int) -> Sequence:
    """The gaps of a run in the person's area: a run never changes."""
    return store.runs.gaps(by, run)


def units_of(store: Store, by: Person, assessment: Assessment, choices: Choices) -> list[str]:
    """Every unit that an order can go to: those that have orders, and all that answer for something in the city."""
    scores, now = assessment.scores, store.units.names(by)
    known = {*assessment.verdicts["unit"].dropna(), *assessment.gaps["unit"].dropna(), *choices.units}
    known |= set(scores.loc[scores["scope"] == "unit", "name"].dropna())
    return sorted({now.get(str(name), str(name)) for name in known} - {""})


def drawn(assessment: Assessment, order: Order, draw: Callable[[Order], bytes | None]) -> bytes | None:
    """What ``draw`` draws of an order in a city as it was assessed, drawn once for all sessions."""
    shape = None if order.geometry is None else order.geometry.wkb
    gap = (order.book, order.phase, order.rule, order.subject, order.from_m, order.to_m, shape)
    inputs = assessment.inputs
    return _drawn((inputs["city"], inputs["book"], assessment.phase, *gap), order, draw)


@st.cache_data(max_entries=_PICTURES, show_spinner=False)
def _drawn(of: tuple, _order: Order, _draw: Callable[[Order], bytes | None]) -> bytes | None:
    return _draw(_order)


def book_title(code: str) -> str:
    """How a rule book is called that an order was made by; its code where it is not here any more."""
    return _titles().get(code, code)


@st.cache_data(ttl=_TITLES_FOR_S, show_spinner=False)
def _titles() -> dict[str, str]:
    return {calls.book(key).id: title for key, title in calls.books().items()}
