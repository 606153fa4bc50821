"""One of a few things side by side, of which one is always chosen."""

from collections.abc import Callable, Collection
from typing import TypeVar

import streamlit as st

Thing = TypeVar("Thing")


def switch(
    label: str, things: Collection[Thing], named: Callable[[Thing], str], *, key: str, default: Thing | None = None
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
        Of the session.
    default
        The one that is chosen at first; the first of them when None.
    """
    things = list(things)
    return st.segmented_control(
        label,
        things,
        format_func=named,
        default=things[0] if default is None else default,
        required=True,
        key=key,
        label_visibility="collapsed",
    )
