"""What a session has on its desk on the page 模拟测评: which mock assessment is open, what was typed into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import streamlit as st

from metrics.assessment import city_label
from metrics.mock import Outcome, Sample, Written, outcome, read_back, with_results
from store.mocks import Change, Mock, Result
from views import office
from views.mock_book import Looked

RISK, MOCK = "risk", "mock"
VIEWS = (RISK, MOCK)
POINTS, TYPING, SCORES, MODEL = "points", "typing", "scores", "model"
PARTS = (POINTS, TYPING, SCORES, MODEL)
NEW = 0
_DESKS = "mock_desks"


@dataclass
class Desk:
    """
    Everything of one city that must outlive a rerun and a visit to another page.

    Attributes
    ----------
    open
        The number of the open mock assessment; `NEW` to draw one, None for the newest.
    part
        Which part of it is shown.
    inspector
        Whose form.
    seed, inspectors, name
        Of the next draw; the name "" gives it one.
    said, unheard
        The answer to the last action, and whether it tells of something that could not be done.
    faults
        Why it could not, one sentence each.
    known
        The lines of the open one as this session last saw them in the store, by key.
    saved
        What was last written of what was typed; told where it moves nothing on the page.
    pending
        Lines that were typed and are not in the store yet.
    wrong
        What was typed as a number and is none, by key.
    refused
        Lines that somebody else had changed meanwhile: what was typed here, and what stands there.
    heard
        The number of the last cell that the browser told of.
    of
        Whose lines ``known``, ``pending``, ``wrong`` and ``refused`` are.
    last
        The open one as it was last read.
    uploads
        Goes up when the files that were handed in are done with.
    """

    open: int | None = None
    part: str = POINTS
    inspector: int = 1
    seed: int = 1
    inspectors: int = 4
    name: str = ""
    said: str = ""
    unheard: bool = False
    faults: list[str] = field(default_factory=list)
    known: dict[str, Result] = field(default_factory=dict)
    saved: str = ""
    pending: dict[str, Change] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    refused: dict[str, tuple[Change, Result]] = field(default_factory=dict)
    heard: int = 0
    of: int | None = None
    last: "Kept | None" = None
    uploads: int = 0

    def tell(self, sentence: str, *, faults: list[str] | tuple[str, ...] = ()) -> None:
        """Answer an action in one sentence, and why it could not be done."""
        self.said, self.unheard, self.faults = sentence, bool(faults), list(faults)


@dataclass(frozen=True, eq=False)
class Kept:
    """
    An open mock assessment.

    Attributes
    ----------
    head
        As the store lists it.
    written
        Sample and book, as they were drawn.
    results
        The lines of the store by key, in their order.
    """

    head: Mock
    written: Written
    results: Mapping[str, Result]

    @property
    def sample(self) -> Sample:
        """The points and lines."""
        return self.written.sample

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The lines of the sample by key."""
        return self.sample.lines.set_index("key")

    @property
    def answer(self) -> Outcome:
        """The results judged and scored by the book of the sample."""
        told = tuple((one.key, one.found, one.remark) for one in self.results.values() if one.version)
        return _outcome(self.written, self.head.id, self.sample.code, told)


def city_name(page: Looked) -> str:
    """Under which name mock assessments of this city are kept."""
    return city_label(page.now.city)


def desk(city: str) -> Desk:
    """The desk of this session for a city."""
    return st.session_state.setdefault(_DESKS, {}).setdefault(city, Desk())


def open_kept(number: int) -> Kept:
    """
    A mock assessment with its results as they are now.

    Raises
    ------
    Denied
        When there is none, or it is not the visitor's.
    StoreError
        When the base does not answer.
    """
    by, mocks = office.visitor(), office.store().mocks
    head = mocks.read(by, number)
    results = {one.key: one for one in mocks.results(by, number)}
    return Kept(head, _written(head.text), results)


@st.cache_resource(max_entries=8, show_spinner=False)
def _written(text: str) -> Written:
    return read_back(text)


@st.cache_resource(max_entries=8, show_spinner=False)
def _outcome(_written: Written, number: int, code: str, told: tuple) -> Outcome:
    table = pd.DataFrame(
        {
            "key": pd.Series([key for key, _, _ in told], dtype=object),
            "found": pd.Series([found for _, found, _ in told], dtype=float),
            "remark": pd.Series([remark for _, _, remark in told], dtype=object),
        }
    )
    results = with_results(_written.sample, table)
    return outcome(_written.sample, results, _written.book, city_name=_written.city_name)
