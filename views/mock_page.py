"""The page 模拟测评 put together: its controls, and the mock assessment that is open."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from store import Denied, StoreError
from texts import say
from views import controls, mock_address, notices, office
from views.mock_book import Looked, ask_book
from views.mock_desk import MODEL, NEW, POINTS, SCORES, TYPING, VIEWS, Desk, Kept, city_name, desk, open_kept
from views.mock_draw import ask_draw, show_answer
from views.mock_import import LookAtForms, show_import
from views.mock_kept import ask_changes, ask_open, ask_part, head_html, kept_table
from views.mock_points import WriteForms, ask_inspector, offer_forms, show_points
from views.mock_results import WriteTables, show_model, show_scores
from views.mock_typing import show_typing
from views.plain_tables import table_html
from views.switch import switch
from views.theme import colours


@dataclass(frozen=True)
class Files:
    """What makes and reads the files of a mock assessment: see briefing.mock_forms and briefing.mock_tables."""

    write_forms: WriteForms
    look_at_forms: LookAtForms
    write_tables: WriteTables


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Path(__file__).with_name("mock.css").read_text(encoding="utf-8")
    return Template(sheet).substitute(light, book=say("coverage.controls.book"))


def ask_view() -> str:
    """Whether the risk is looked at, or a mock assessment."""
    if st.session_state.get("mock_view") != mock_address.view():
        st.session_state["mock_view"] = mock_address.view()
    switch(
        say("mock_page.views.label"),
        VIEWS,
        lambda view: say(f"mock_page.views.{view}"),
        key="mock_view",
        on_change=lambda: mock_address.turn_to(st.session_state["mock_view"]),
    )
    return mock_address.view()


def ask_rules(page: Looked) -> None:
    """The rule book of this page, and the phase of all pages."""
    ask_book(page)
    controls.ask_phase(page.now)


def show_instead(page: Looked) -> None:
    """Why another book is looked at than the chosen one."""
    if page.instead:
        notices.show_notice(page.instead)


def ask_mock(page: Looked) -> tuple[Desk, Kept | None]:
    """
    Which mock assessment is open; None to draw one.

    Raises
    ------
    Denied
        When the visitor may see none.
    StoreError
        When the base does not answer; a form that is being typed into stays all the same, as it was read last.
    """
    mine = desk(city_name(page))
    mock_address.follow(mine)
    try:
        return _ask_kept(page, mine)
    except Denied:
        raise
    except StoreError as error:
        if mine.last is None or mine.part != TYPING or mine.of != mine.last.head.id:
            raise
        for fault in error.faults:
            notices.show_notice(fault, fault=True)
        return mine, replace(mine.last, results=dict(mine.known))


def _ask_kept(page: Looked, mine: Desk) -> tuple[Desk, Kept | None]:
    """As `ask_mock`, from the base."""
    number = ask_open(office.store().mocks.all(office.visitor(), city_name(page)), mine)
    if number == NEW:
        ask_rules(page)
        return mine, None
    kept = mine.last = open_kept(number)
    ask_changes(kept, mine)
    return mine, kept


def show_kept(page: Looked) -> None:
    """What was drawn before, as a list; nothing when there is none."""
    kept = office.store().mocks.all(office.visitor(), city_name(page))
    if kept:
        with st.container(key="mock_kept_box"):
            st.html(f'<div class="block-title">{say("mock_page.kept.title", count=len(kept))}</div>')
            st.html(table_html(kept_table(kept)))


def show_mock(page: Looked, mine: Desk, kept: Kept | None, files: Files) -> None:
    """The open mock assessment, or what is asked of a new one. Raises as `ask_mock`."""
    if kept is None:
        show_answer(mine)
        show_instead(page)
        ask_draw(page, mine)
        show_kept(page)
        return
    st.html(head_html(kept))
    with st.container(horizontal=True, key="mock_parts", gap="small", vertical_alignment="center"):
        part = ask_part(kept, mine)
        if part in (POINTS, TYPING):
            inspector = ask_inspector(kept, mine)
            if not kept.head.part:
                offer_forms(kept, inspector, files.write_forms)
    if part == POINTS:
        show_answer(mine)
        show_points(kept, page, inspector)
    elif part == TYPING:
        form, upload = st.columns([10, 4], gap="medium")
        with upload, st.container(key="mock_upload"):
            show_import(kept, mine, files.look_at_forms)
        with form:
            said = st.container()
            show_typing(kept, mine, inspector)
            with said:
                show_answer(mine)
    elif part == SCORES:
        show_scores(kept, files.write_tables)
    elif part == MODEL:
        show_model(kept)
