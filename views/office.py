"""The store, and who acts in it, as the pages of a session see them."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock

import streamlit as st

from data.city import City
from data.errors import DataError
from data.settings import settings
from metrics.assessment import Assessment
from store import SYSTEM, Denied, Person, Store, StoreError, access, open_store
from store.access import WALL
from store.keeping import keep_assessment
from store.opening import store_url
from store.phases import Ahead, Phase
from store.runs import Run
from texts import say
from views import judging
from views.beside import beside

_VISITOR = "office_visitor"
_KEEP_AFTER_S = 3.0  # the page that asked is shown first
_TRY_AGAIN_S = 300.0
_FAULT_FOR_S = 5.0  # so long a base that did not answer is not asked again by everybody
_FIRST_PHASE = "routine"
_faults: dict[str, tuple[float, StoreError]] = {}
_asked: dict[tuple, float] = {}
_lock = Lock()


def store() -> Store:
    """
    The store of this installation, opened once for all sessions, and again after it could not be opened.

    Raises
    ------
    StoreError
        When the base does not answer, is full, broken, or was written by a newer version of the program.
    """
    url = store_url()
    until, fault = _faults.get(url, (0.0, None))
    if fault is not None and time.monotonic() < until:
        raise StoreError(fault.faults)
    try:
        return _opened(url)
    except StoreError as error:
        _faults[url] = (time.monotonic() + _FAULT_FOR_S, error)
        raise


@st.cache_resource(show_spinner=False)
def _opened(url: str) -> Store:
    return open_store(url)


def visitor() -> Person:
    """
    Who acts in this session.

    Raises
    ------
    Denied
        When nobody has signed in.
    """
    person = known()
    if person is None:
        raise Denied(say("store.access.nobody"))
    return person


def known() -> Person | None:
    """Who acts in this session; None when nobody does."""
    return st.session_state.get(_VISITOR)


def remember(person: Person | None) -> None:
    """From now on ``person`` acts in this session."""
    if person is not None:
        st.session_state[_VISITOR] = person


def forget() -> None:
    """From now on nobody acts in this session."""
    st.session_state.pop(_VISITOR, None)


def is_demo(person: Person) -> bool:
    """Whether they look around without having signed in; who signed in has a session, or came by another door."""
    return not person.session and not person.outside and person.role != WALL


def area(page: str) -> str | None:
    """
    The district to which what this session sees on a page is narrowed; None for the whole city.

    Raises
    ------
    Denied
        When the visitor's role does not see the page.
    """
    return access.area(visitor(), page)


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
    return keep_assessment(store(), SYSTEM, assessment)


def keep_soon(assessment: Assessment, city: City, *, book_key: str) -> None:
    """
    Have an assessment kept whole beside the page, once however often it is asked; returns at once.

    Only what is judged by the rule book of the settings is kept: trend and orders are of that. What goes wrong is
    tried again some minutes later, and stands in the log.
    """
    inputs = assessment.inputs
    url, folder = store_url(), Path(settings()["data_folder"]) / "runs"
    key = (url, inputs["city"], inputs["book"], assessment.phase)
    with _lock:
        if book_key != settings()["rulebook"] or time.monotonic() < _asked.get(key, 0.0):
            return
        _asked[key] = float("inf")
    _keeper().submit(_keep, key, assessment, city, folder)


def _keep(key: tuple, assessment: Assessment, city: City, folder: Path) -> None:
    time.sleep(_KEEP_AFTER_S)
    try:
        beside(judging.keep, key[0], folder, assessment, city)
    except DataError as error:
        logging.getLogger(__name__).warning("%s", error)
        with _lock:
            _asked[key] = time.monotonic() + _TRY_AGAIN_S


@cache
def _keeper() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="keeper")


def campaign() -> tuple[Phase | None, Ahead | None]:
    """The phase of the campaign that today is in, and the next one; nothing of both without a base."""
    try:
        kept = store()
        return _campaign(store_url(), kept.base.today(), _kept=kept)
    except StoreError:
        return None, None


def campaign_changed() -> None:
    """Let every session look at the calendar anew."""
    _campaign.clear()


@st.cache_data(ttl=60, show_spinner=False)
def _campaign(url: str, day: date, _kept: Store) -> tuple[Phase | None, Ahead | None]:
    return _kept.calendar.phase_on(SYSTEM, day), _kept.calendar.next_after(SYSTEM, day)


def book_phase() -> str:
    """The phase of the rule book that pages open with: that of the settings, else that of the campaign's phase."""
    if fixed := settings()["phase"]:
        return fixed
    phase, _ = campaign()
    return _FIRST_PHASE if phase is None else phase.book_phase
