"""What of 模拟测评 is looked at, kept in the address of the page: a reload opens the same part again."""

import streamlit as st

from views.mock_desk import MOCK, PARTS, RISK, VIEWS, Desk

_PART, _OF, _FORM = "part", "of", "form"
_VIEW, _FOLLOWED = "mock_looked_at", "mock_followed"


def view() -> str:
    """Whether the risk is looked at, or a mock assessment; in a session that was just begun what the address says."""
    if st.session_state.get(_VIEW) not in VIEWS:
        st.session_state[_VIEW] = MOCK if st.query_params.get(_PART) in PARTS else RISK
    return st.session_state[_VIEW]


def turn_to(chosen: str) -> None:
    """Look at the other one."""
    st.session_state[_VIEW] = chosen


def follow(mine: Desk) -> None:
    """Open on the desk of a session that was just begun what the address names; what is not there is left out."""
    if _FOLLOWED in st.session_state:
        return
    st.session_state[_FOLLOWED] = True
    if (part := st.query_params.get(_PART)) not in PARTS:
        return
    mine.part = part
    mine.open = _number(_OF, mine.open)
    mine.inspector = _number(_FORM, mine.inspector)


def keep(mine: Desk | None) -> None:
    """Write into the address what is looked at; None is the risk."""
    shown = {} if mine is None else {_PART: mine.part, _OF: mine.open, _FORM: mine.inspector}
    told = {name: str(value) for name, value in shown.items() if value is not None}
    for name in (_PART, _OF, _FORM):
        if name not in told:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != told[name]:
            st.query_params[name] = told[name]


def _number(name: str, else_: int | None) -> int | None:
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else else_
