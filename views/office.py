"""The store, and who acts in it, as the pages of a session see them."""

from threading import Lock

import streamlit as st

from metrics.assessment import Assessment
from store import SYSTEM, Person, Store, open_store
from store.runs import Run

_VISITOR = "office_visitor"
_KEEPING = Lock()


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """
    The store of this installation, opened once for all sessions.

    Raises
    ------
    StoreError
        When the base does not answer, is full, broken, or was written by a newer version of the program.
    """
    return open_store()


def visitor() -> Person:
    """
    Who acts in this session.

    Raises
    ------
    Denied
        When nobody has signed in.
    """
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = store().people.demo("127.0.0.1")
    return st.session_state[_VISITOR]


def run_of(assessment: Assessment) -> Run:
    """
    The run of an assessment in the store.

    Kept now when it was not yet; then orders whose gap is gone are proposed for closing, and those whose gap is back
    are opened again.

    Raises
    ------
    StoreError
        When the base does not answer.
    """
    kept = store()
    with _KEEPING:  # two sessions that ask at once keep one run
        found = kept.runs.same(SYSTEM, assessment)
        if found is None:
            number = kept.runs.keep(SYSTEM, assessment)
            kept.orders.review(SYSTEM, number, assessment)
            found = kept.runs.same(SYSTEM, assessment)
    return found
