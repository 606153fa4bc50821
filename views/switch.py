"""One of a few things side by side, of which one is always chosen."""

from collections.abc import Callable, Collection
from typing import TypeVar

import streamlit as st

Thing = TypeVar("Thing")


def switch(
    label: str,
    things: Collection[Thing],
    named: Callable[[Thing], str],
    *,
    key: str,
    default: Thing | None = None,
    on_change: Callable[[], None] | None = None,
) -> Thing:
    """
    Which one is chosen.

    Parameters
    ----------
    label
        What is chosen, for those who cannot see it; it is not shown.
    things
        In their order.
    named
        What each is called.
    key
        Of the session; what it holds already is chosen.
    default
        The one that is chosen at first; the first of them when None.
    on_change
        Called when another is chosen, before the page runs.
    """
    things = list(things)
    if key not in st.session_state:
        st.session_state[key] = things[0] if default is None else default
    return st.segmented_control(
        label,
        things,
        format_func=named,
        required=True,
        key=key,
        on_change=on_change,
        label_visibility="collapsed",
    )
