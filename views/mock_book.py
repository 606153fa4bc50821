"""By which rule book the page 模拟测评 draws and deducts: the chosen one, or one that can; how many of each class."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from metrics.assessment import Assessment
from metrics.book import Draw, RuleBook
from metrics.mock.asked import why_not
from metrics.risk.losses import deducts
from texts import say
from views import calls, office, state

_BOOK, _COUNTS = "mock_book", "mock_counts"
BOOK_WIDTH, COUNT_WIDTH = 300, 150


@dataclass(frozen=True)
class Looked:
    """
    What this page looks at.

    Attributes
    ----------
    now
        City, book and phase; the book may be another one than on the other pages.
    assessment
        The city judged by that book.
    instead
        Why another book is looked at than the chosen one; "" when it is the chosen one.
    area
        The district that the visitor sees of it; "" for the whole city. Then verdicts and gaps are those of the
        district; a street is where most of it lies.
    """

    now: calls.Current
    assessment: Assessment
    instead: str
    area: str = ""


def looked() -> Looked:
    """
    City, phase and the book of this page.

    The book is the one that was chosen here; else that of all pages when it says how many are drawn and what is
    deducted, else the first that does.

    Raises
    ------
    DataError
        When city or book cannot be read.
    """
    current = calls.current()
    own = st.session_state.get(_BOOK)
    key = own if own in calls.books() else default_book(current)
    book = calls.book(key)
    phase = current.phase if current.phase in book.phases else state.FIRST_PHASE
    instead = ""
    if own is None and key != current.book_key:
        instead = say("mock_page.instead", chosen=current.book.title, book=book.title)
    now = calls.Current(current.city, current.city_key, book, key, phase)
    area, whole = office.area("mock") or "", calls.assessment(now.city_key, key, phase)
    return Looked(now, _within(whole, area) if area else whole, instead, area)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Assessment: id})
def _within(assessment: Assessment, district: str) -> Assessment:
    """An assessment with the verdicts and gaps of one district only."""
    verdicts, gaps = assessment.verdicts, assessment.gaps
    own = verdicts[verdicts["district"] == district]
    return replace(
        assessment,
        verdicts=own.reset_index(drop=True),
        gaps=gaps[gaps["district"] == district].reset_index(drop=True),
        traces=assessment.traces[assessment.traces["subject"].isin(own["subject"])].reset_index(drop=True),
    )


def default_book(current: calls.Current) -> str:
    """The chosen book, when it draws and deducts; else the first that does; else the chosen one."""
    if draws_and_deducts(current.book):
        return current.book_key
    others = (key for key in calls.books() if draws_and_deducts(calls.book(key)))
    return next(others, current.book_key)


def draws_and_deducts(book: RuleBook) -> bool:
    """Whether a book says how many are drawn at random and what each missing one costs."""
    return book.draw is not None and any(deducts(rule) for rule in book.rules)


def ask_book(page: Looked) -> None:
    """The rule book of this page; the other pages keep theirs."""
    books = calls.books()
    st.session_state["mock_book_asked"] = page.now.book_key
    st.selectbox(
        say("coverage.controls.book"),
        list(books),
        format_func=books.get,
        key="mock_book_asked",
        on_change=_choose_book,
        label_visibility="collapsed",
        width=BOOK_WIDTH,
    )


def _choose_book() -> None:
    st.session_state[_BOOK] = st.session_state["mock_book_asked"]


def drawn_classes(page: Looked, *, deducting: bool) -> dict[str, int]:
    """
    Classes that can be drawn, in the order of the board, and how many there are of each in the city.

    Parameters
    ----------
    deducting
        Those of rules with a deduction; else those of rules that an inspector can judge on the spot.
    """
    assessment = page.assessment
    judge = deducts if deducting else lambda rule: why_not(rule) is None
    rules = [rule.id for rule in assessment.book.at(assessment.phase) if judge(rule)]
    verdicts = assessment.verdicts
    own = verdicts[verdicts["rule"].isin(rules) & (verdicts["subject"] != "")]
    there = own.drop_duplicates(["class", "subject"])["class"].value_counts()
    board = [line.class_ for line in assessment.book.classes]
    codes = dict.fromkeys([*board, *there.index.tolist()])
    return {code: int(there[code]) for code in codes if code in there}


def counts_asked(page: Looked, *, deducting: bool) -> dict[str, int]:
    """How many of each class are drawn: what was typed here, else what the book says."""
    typed = st.session_state.get(_COUNTS, {}).get(page.now.book_key, {})
    book = dict(page.now.book.draw.counts) if page.now.book.draw else {}
    asked = {code: typed.get(code, book.get(code, 0)) for code in drawn_classes(page, deducting=deducting)}
    left = {code: count for code, count in book.items() if code not in asked}
    return asked | left


def ask_counts(page: Looked, *, deducting: bool, key: str) -> None:
    """How many of each class are drawn, to be changed; a button goes back to the numbers of the book."""
    asked = counts_asked(page, deducting=deducting)
    there, label = drawn_classes(page, deducting=deducting), page.now.book.class_label
    for code, size in there.items():
        name = f"{key}_{page.now.book.id}_{code}"
        st.session_state[name] = asked[code]
        st.number_input(
            say("mock_page.count", label=label(code), size=size),
            min_value=0,
            max_value=5000,
            step=1,
            key=name,
            on_change=_keep_count,
            args=(page.now.book_key, code, name),
            width=COUNT_WIDTH,
        )
    if page.now.book_key in st.session_state.get(_COUNTS, {}):
        said = "mock_page.counts_of_book" if page.now.book.draw else "mock_page.counts_zero"
        st.button(say(said), key=f"{key}_reset", on_click=_forget_counts, args=(page.now.book_key,))


def draw_asked(page: Looked) -> Draw | None:
    """The draw whose risk is asked for: the book's own, another one typed here, or None when nothing is to be drawn."""
    counts = {code: count for code, count in counts_asked(page, deducting=True).items() if count}
    book = page.now.book
    if not counts:
        return None
    if book.draw is not None and counts == {code: n for code, n in book.draw.counts.items() if n}:
        return book.draw
    source = {"document": say("mock_page.typed.document"), "edition": book.edition}
    source |= {"clause": say("mock_page.typed.clause"), "confidence": "C"}
    return Draw.model_validate({"counts": counts, "source": source})


def _keep_count(book_key: str, code: str, name: str) -> None:
    kept: dict[str, Mapping[str, int]] = st.session_state.setdefault(_COUNTS, {})
    kept[book_key] = {**kept.get(book_key, {}), code: int(st.session_state[name] or 0)}


def _forget_counts(book_key: str) -> None:
    st.session_state.get(_COUNTS, {}).pop(book_key, None)
