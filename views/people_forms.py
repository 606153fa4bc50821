"""What the parts of 人员与权限 share: a change that is tried, what came of it, and who there is to choose from."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from data.errors import DataError
from store.base import ZONE
from texts import say
from texts.escape import for_html
from views import calls, state
from views.notices import show_faults, show_notice

_FAULTS = "people_faults"


def attempt(part: str, do: Callable[[], str]) -> bool:
    """
    Make a change; whether it was made.

    Parameters
    ----------
    part
        Of the page: where the faults are shown. What was typed stays there.
    do
        Makes it, and says in one sentence what was done.
    """
    try:
        state.add_notice(do())
    except DataError as error:
        st.session_state[_FAULTS] = (part, tuple(error.faults))
        return False
    return True


def refuse(part: str, sentence: str) -> None:
    """Have a sentence shown at a part of the page instead of making a change."""
    st.session_state[_FAULTS] = (part, (sentence,))


def show_refused(part: str) -> None:
    """Why the last change of a part was not made, once."""
    whose, faults = st.session_state.get(_FAULTS, ("", ()))
    if whose != part:
        return
    del st.session_state[_FAULTS]
    if len(faults) == 1:
        show_notice(faults[0], fault=True)
    else:
        show_notice(say("people.page.refused"), fault=True)
        show_faults(faults)


def heading(text: str) -> None:
    """The heading of a block; the text may be data."""
    st.html(f'<div class="block-title">{for_html(text)}</div>')


def sentence(text: str) -> None:
    """A sentence of result; the text may be data."""
    st.html(f'<p class="sentence">{for_html(text)}</p>')


def at(moment: datetime) -> str:
    """A moment in China, to the minute."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def units_of_city() -> list[str]:
    """The units that answer for something in the city that is shown."""
    return _named("unit")


def districts_of_city() -> list[str]:
    """The districts of the city that is shown."""
    return _named("district")


def _named(column: str) -> list[str]:
    now = calls.current()
    found = calls.assessment(now.city_key, now.book_key, now.phase).verdicts[column]
    return sorted({str(name) for name in found.dropna() if str(name)})
