"""What a session remembers from page to page: which city, which rule book, which phase. Every key in one place."""

import streamlit as st

from data.settings import settings
from views import office
from views.kept_cities import DEMO, first_city

__all__ = ["DEMO"]
FIRST_PHASE = "routine"

_CITY = "chosen_city"
_BOOK = "chosen_book"
_PHASE = "chosen_phase"
_NOTICES = "notices"


def city_key() -> str:
    """The city of this session, or the one that pages open with: ``"demo"``, or the path of an imported one."""
    return st.session_state.get(_CITY) or first_city()


def choose_city(key: str) -> None:
    """Let every page of this session show the city ``key``."""
    st.session_state[_CITY] = key


def book_key() -> str:
    """The rule book of this session: the name of a shipped one, or the path of an own one."""
    return st.session_state.get(_BOOK, settings()["rulebook"])


def choose_book(key: str) -> None:
    """Let every page of this session judge by the rule book ``key``."""
    st.session_state[_BOOK] = key


def choose_default_book() -> None:
    """Let every page of this session judge by the rule book of the settings."""
    st.session_state.pop(_BOOK, None)


def phase() -> str:
    """The phase of this session: that of the campaign unless another was chosen; a book may not know it."""
    return st.session_state.get(_PHASE) or office.book_phase()


def choose_phase(key: str) -> None:
    """Let every page of this session judge by the values of the phase ``key``; that of the campaign is no choice."""
    if key == office.book_phase():
        st.session_state.pop(_PHASE, None)
    else:
        st.session_state[_PHASE] = key


def phase_of_today() -> str:
    """The phase of the campaign, or that of the settings."""
    return office.book_phase()


def phase_is_chosen() -> bool:
    """Whether this session judges by another phase than that of the campaign."""
    return phase() != phase_of_today()


def phase_instead() -> str | None:
    """The phase that this session judges by when it is not that of the campaign."""
    return phase() if phase_is_chosen() else None


def add_notice(sentence: str) -> None:
    """Keep ``sentence`` to be shown once, on top of the page that runs next."""
    st.session_state.setdefault(_NOTICES, []).append(sentence)


def take_notices() -> list[str]:
    """The sentences to be shown now; they are not kept."""
    return st.session_state.pop(_NOTICES, [])
