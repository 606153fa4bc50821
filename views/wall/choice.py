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
    imported city that ``&city=`` in the link names, else the one that was imported last, else the demo city.

    Raises
    ------
    DataError
        When the city cannot be read.
    """
    now = calls.current()
    key = _imported(st.query_params.get(_CITY)) if person.role == WALL else now.city_key
    return now if key == now.city_key else replace(now, city=calls.city(key), city_key=key)


def _imported(name: str | None) -> str:
    cities = [key for key in calls.cities() if key != state.DEMO]
    named = [key for key in cities if Path(key).stem == name]
    return max(named or cities, key=lambda key: Path(key).stat().st_mtime, default=state.DEMO)
