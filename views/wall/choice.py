"""Which city a wall shows."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from store import Person
from store.access import WALL
from views import calls, state
from views.calls import Current

_CITY = "city"


def shown_to(person: Person) -> Current:
    """
    What the wall of this session shows.

    Who signed in sees the city of their session. A screen that was opened by a link has chosen none: it shows the
    imported city that ``&city=`` in the link names, else the one that pages open with.

    Raises
    ------
    DataError
        When the city cannot be read.
    """
    now = calls.current()
    key = _named(st.query_params.get(_CITY), now.city_key) if person.role == WALL else now.city_key
    return now if key == now.city_key else replace(now, city=calls.city(key), city_key=key)


def _named(name: str | None, else_: str) -> str:
    return next((key for key in calls.cities() if key != state.DEMO and Path(key).stem == name), else_)
