"""Cached calls: the city, the rule book and the assessment of a page, made once and shared by every session."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from data.city import City
from data.errors import DataError
from data.settings import data_folder, settings
from metrics.assessment import Assessment, assess
from metrics.rulebook import RuleBook, load_rulebook, shipped_rulebooks
from texts import say
from views import judging, office, own_books, state
from views.beside import beside
from views.judging import Stamp, stamp_of
from views.kept_cities import first_city


@dataclass(frozen=True)
class Current:
    """What the pages of this session look at now."""

    city: City
    city_key: str
    book: RuleBook
    book_key: str
    phase: str


def current() -> Current:
    """
    City, rule book and phase of this session.

    A city or an own book that can no longer be read is replaced by the demo city or the default book, and a notice
    says so: the app stays usable. A phase that the book does not know is replaced by the first.
    """
    try:
        chosen_city = city(state.city_key())
    except DataError as error:
        state.add_notice(say("shell.city_lost", name=Path(state.city_key()).stem, reason=error.faults[0]))
        state.choose_city(state.DEMO)
        chosen_city = city(state.DEMO)
    try:
        chosen_book = book(state.book_key())
    except DataError as error:
        name = Path(state.book_key()).stem
        state.choose_default_book()
        chosen_book = book(state.book_key())
        state.add_notice(say("shell.book_lost", name=name, reason=error.faults[0], instead=chosen_book.title))
    phase = state.phase() if state.phase() in chosen_book.phases else state.FIRST_PHASE
    return Current(chosen_city, state.city_key(), chosen_book, state.book_key(), phase)


def city(key: str) -> City:
    """
    The city ``key``: ``"demo"``, or the path of an imported one.

    Raises
    ------
    DataError
        When the file is gone or cannot be read.
    """
    return _city(key, stamp_of(key))


def cities() -> dict[str, str]:
    """Every city that can be chosen: key -> name; the demo city, then the imported ones by name."""
    imported = sorted(data_folder("cities").glob("*.gpkg"))
    return {state.DEMO: say("shell.demo_city")} | {str(path): path.stem for path in imported}


def book(key: str) -> RuleBook:
    """
    The rule book ``key``: the name of a shipped one, or the path of an own one.

    Raises
    ------
    DataError
        When there is no such book, or it has faults.
    """
    return _book(key, stamp_of(key))


def books() -> dict[str, str]:
    """Every rule book that can be chosen: key -> title; the shipped ones, then the own ones; faulty ones left out."""
    titles = {key: book(key).title for key in shipped_rulebooks()}
    for path in own_books.own_books():
        with suppress(DataError):
            titles[str(path)] = say("shell.own_book", title=book(str(path)).title)
    return titles


def assessment(city_key: str, book_key: str, phase: str) -> Assessment:
    """
    ``assess`` of a city by a rule book in a phase; one computation however many sessions ask.

    Raises
    ------
    DataError
        When the city or the book cannot be read.
    """
    return _assessment(city_key, stamp_of(city_key), book_key, book(book_key).fingerprint, phase)


def hand_over(city_key: str, city: City, book_key: str, judged: Assessment) -> None:
    """
    Let every page have at once what was read and judged elsewhere.

    Parameters
    ----------
    city_key
        Where the city lies.
    city
        As it reads from there.
    book_key, judged
        ``assess`` of that city by that book.
    """
    stamp = stamp_of(city_key)
    _city(city_key, stamp, _made=city)
    _assessment(city_key, stamp, book_key, judged.book.fingerprint, judged.phase, _made=judged)


def prepare_first_page() -> Future:
    """
    Make what the first page shows, the city that pages open with judged by the default book, in the background.

    To be called when the server starts. Whoever needs it before it is done waits for it instead of making it again.

    Returns
    -------
    Future
        Done when the first page can be shown at once. Its exception, if any, is raised to the page that asks.
    """
    return _first().made


@dataclass(frozen=True)
class _First:
    """The city that pages opened with when the server started, and what is made of it."""

    key: str
    stamp: Stamp
    made: Future

    def of(self, key: str, stamp: Stamp) -> bool:
        return (self.key, self.stamp) == (key, stamp)


@cache
def _first() -> _First:
    key = first_city()
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="first-page")
    made = pool.submit(_judged, key)
    pool.shutdown(wait=False)
    return _First(key, stamp_of(key), made)


def _judged(key: str) -> tuple[City, Mapping[tuple[str, str], Assessment]]:
    """A city, and its assessments in the phase of today by (book fingerprint, phase)."""
    found, rules = judging.read_city(key, stamp_of(key)), load_rulebook(settings()["rulebook"])
    phase = office.book_phase() if office.book_phase() in rules.phases else state.FIRST_PHASE
    return found, {(rules.fingerprint, phase): assess(found, rules, phase)}


@st.cache_resource(max_entries=4, show_spinner=False)
def _city(key: str, stamp: Stamp, _made: City | None = None) -> City:
    if _made is not None:
        return _made
    first = _first()
    return first.made.result()[0] if first.of(key, stamp) else beside(judging.read_city, key, stamp)


@st.cache_resource(max_entries=16, show_spinner=False)
def _book(key: str, stamp: Stamp) -> RuleBook:
    return judging.read_book(key)


@st.cache_resource(max_entries=8, show_spinner=False)
def _assessment(
    city_key: str,
    stamp: Stamp,
    book_key: str,
    book_fingerprint: str,
    phase: str,
    _made: Assessment | None = None,
) -> Assessment:
    if _made is not None:
        return _made
    first = _first()
    if first.of(city_key, stamp) and (book_fingerprint, phase) in (ready := first.made.result()[1]):
        return ready[book_fingerprint, phase]
    return beside(judging.judge, city_key, stamp, book_key, phase)
