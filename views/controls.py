"""The controls of the page 覆盖检查: rule book, phase, filters, which answers, download."""

import zlib

import geopandas as gpd
import streamlit as st

from metrics.assessment import Assessment
from metrics.listing import STATUSES, Filters, counts, options
from metrics.measures.findings import FAIL
from texts import numbers, say
from views import calls, office, state
from views.header import show_instead
from views.switch import switch
from views.tables import findings_table, table_csv, table_xlsx

SELECT_WIDTHS = {"book": 168, "class": 140, "rule": 142, "district": 124, "unit": 166}  # pixels, on a small screen
_ALL = ""


def ask_book() -> None:
    """The rule book; what is chosen holds on every page."""
    books = calls.books()
    st.session_state["coverage_book"] = state.book_key()
    st.selectbox(
        say("coverage.controls.book"),
        list(books),
        format_func=books.get,
        key="coverage_book",
        on_change=lambda: state.choose_book(st.session_state["coverage_book"]),
        label_visibility="collapsed",
        width=SELECT_WIDTHS["book"],
    )


def ask_phase(now: calls.Current) -> None:
    """The phase of the book; what is chosen holds on every page. The header says when it is not that of today."""
    show_instead(state.phase_instead())  # this may run without the header
    st.session_state["coverage_phase"] = now.phase
    st.segmented_control(
        say("coverage.controls.phase"),
        list(now.book.phases),
        format_func=now.book.phases.get,
        key="coverage_phase",
        required=True,
        on_change=lambda: state.choose_phase(st.session_state["coverage_phase"]),
        label_visibility="collapsed",
    )


def ask_filters(assessment: Assessment) -> Filters:
    """Class, rule, district and unit to be looked at; all of them unless asked; who is of a district looks at that."""
    book = assessment.book
    choices = options(assessment)
    class_ = _ask("class", choices["class"], "all_classes", book.class_label)
    rules = {rule.id: rule for rule in book.at(assessment.phase) if class_ is None or class_ in rule.classes}
    rule = _ask(
        "rule",
        list(rules),
        "all_rules",
        lambda name: say("coverage.controls.rule_name", clause=rules[name].clause, title=rules[name].title),
    )
    district = office.area("coverage") or _ask("district", choices["district"], "all_districts", str)
    unit = _ask("unit", choices["unit"], "all_units", str)
    return Filters(class_, rule, district, unit)


def ask_status(listed: gpd.GeoDataFrame) -> str:
    """Which answers the list shows; each with how many there are."""
    found = counts(listed)
    return switch(
        say("coverage.controls.status"),
        STATUSES,
        lambda status: say(f"coverage.controls.statuses.{status}", count=numbers.whole(found[status])),
        key="coverage_status",
        default=FAIL,
    )


def offer_download(listed: gpd.GeoDataFrame, assessment: Assessment) -> None:
    """The findings in view as CSV and as a workbook, made when asked for."""
    phase = assessment.book.phases[assessment.phase]
    name = say("coverage.download.name", phase=phase, book=assessment.book.id)
    with st.popover(say("coverage.download.label")):
        for kind, write in (("csv", table_csv), ("xlsx", table_xlsx)):
            st.download_button(
                say(f"coverage.download.{kind}"),
                lambda write=write: write(findings_table(listed, assessment)),
                file_name=f"{name}.{kind}",
                on_click="ignore",
                key=f"coverage_{kind}",
                width="stretch",
            )


def _ask(name: str, choices: list[str], all_label: str, label) -> str | None:
    everything = say(f"coverage.controls.{all_label}", count=len(choices))
    kept = st.session_state.get(f"coverage_kept_{name}")
    chosen = st.selectbox(
        say(f"coverage.controls.{name}"),
        [_ALL, *choices],
        index=choices.index(kept) + 1 if kept in choices else 0,
        format_func=lambda choice: everything if choice == _ALL else label(choice),
        # The browser remembers what was chosen by its label: other choices need another control.
        key=f"coverage_{name}_{zlib.crc32(repr(choices).encode())}",
        required=True,
        label_visibility="collapsed",
        width=SELECT_WIDTHS[name],
    )
    st.session_state[f"coverage_kept_{name}"] = chosen
    return None if chosen == _ALL else chosen
