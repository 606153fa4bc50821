"""数据接入: hand in files or name paths, see what will be taken, import, and have the city checked."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from data.errors import DataError
from data.settings import settings
from metrics.summary import summary
from store import StoreError
from store.access import COMMAND
from texts import say
from texts.escape import for_html
from texts.numbers import whole
from views import calls, intake, office, state
from views.background import Answer, show_job, start
from views.coverage_quality import show_quality
from views.draft import Draft, bound, clear_draft, draft
from views.intake import PARTS, part_label
from views.intake_parts import ask_part, in_chinese, show_table
from views.intake_work import Outcome, bring_in
from views.kept_cities import drop_city, first_city, open_first
from views.notices import show_faults, show_notice, show_why
from views.plain_tables import table_html

_CHOSEN = "import_city"
_FACTS = ("name", "source", "licence", "data_date")


def show_page() -> None:
    """The whole page."""
    now = draft()
    if now.job is not None and (answer := now.job.answer()) is not None:
        _take(now, answer)
    fresh = now.outcome is not None and now.outcome.city_key == state.city_key() and not now.again
    _show_current(fresh=fresh)
    if fresh:
        if now.job is not None:
            show_job(now.job, key="import_job")
        _show_outcome(now.outcome)
        st.button(say("intake.again"), key="import_again", on_click=_ask_again, args=(now,))
    else:
        _ask_city(now)


def _show_current(*, fresh: bool) -> None:
    """Which city the pages look at, what it holds and how it stands, open where it is ``fresh``; others to choose."""
    cities = calls.cities()
    if st.session_state.get(_CHOSEN) != state.city_key():
        st.session_state[_CHOSEN] = state.city_key()
    chooser, facts, first, drop = st.columns([4, 6, 2, 2], vertical_alignment="bottom")
    key = chooser.selectbox(
        say("intake.city"), list(cities), format_func=cities.get, key=_CHOSEN, on_change=_turn_to_chosen
    )
    city = calls.current().city
    sentence = say(
        "intake.city_facts",
        layers=intake.layer_counts({name: whole(len(frame)) for name, frame in city.layers.items()}),
        source=city.meta.get("source") or say("intake.unrecorded"),
    )
    facts.html(f'<div class="city-facts">{for_html(sentence)}</div>')
    with first:
        _show_first(key, cities)
    if key != state.DEMO:
        with drop.popover(say("intake.drop")):
            st.html(f'<p class="note">{say("intake.drop_sure")}</p>')
            st.button(say("intake.drop_now"), key="import_drop", on_click=_drop, args=(key, cities[key]))
    try:
        _show_check(fresh=fresh)
    except DataError as error:
        show_why(error.faults)


def _show_first(key: str, cities: Mapping[str, str]) -> None:
    """Whether everybody's pages open with this city; the command centre can have it so."""
    if key == first_city():
        st.html(f'<p class="note">{say("intake.is_first")}</p>')
    elif office.visitor().role == COMMAND and not settings()["city"]:
        st.button(
            say("intake.make_first"),
            key="import_first",
            help=say("intake.first_help"),
            on_click=_make_first,
            args=(key, cities[key]),
        )


def _make_first(key: str, name: str) -> None:
    try:
        open_first(office.visitor(), key)
    except (DataError, StoreError) as error:
        for fault in error.faults:
            state.add_notice(fault)
    else:
        state.add_notice(say("intake.made_first", name=name))


def _turn_to_chosen() -> None:
    state.choose_city(st.session_state[_CHOSEN])


def _drop(key: str, name: str) -> None:
    drop_city(Path(key))
    state.choose_city(state.DEMO)
    state.add_notice(say("intake.dropped", name=name))


def _show_check(*, fresh: bool) -> None:
    now = calls.current()
    assessment = calls.assessment(now.city_key, now.book_key, now.phase)
    figures = summary(assessment)
    counts = {name: whole(count) for name, count in figures["status"].items()}
    sentence = say(
        "intake.checked",
        book=now.book.title,
        phase=now.book.phases[now.phase],
        gaps=whole(figures["gaps"]),
        **counts,
    )
    with st.container(horizontal=True, vertical_alignment="center", key="import_check"):
        st.html(f'<p class="sentence">{for_html(sentence)}</p>', width="content")
        if st.button(say("intake.open_coverage"), key="import_go"):
            st.switch_page("pages/coverage.py")
    show_quality(now.city, now.city_key, assessment, key=f"import_quality_{fresh}", expanded=fresh)


def _show_outcome(outcome: Outcome) -> None:
    """What the import took and what it did not."""
    st.html(f'<div class="own"><div class="block-title">{say("intake.result")}</div></div>')
    st.html(table_html(in_chinese(outcome.counts.drop(columns="layer"))))
    for name in ("rejects", "repairs", "duplicates"):
        show_table(name, getattr(outcome, name), key="result")


def _ask_again(now: Draft) -> None:
    now.again = True


def _ask_city(now: Draft) -> None:
    """The form of a new city."""
    title, how = say("intake.new"), say("intake.how")
    st.html(f'<div class="own"><div class="block-title part-title">{title}<span class="note">{how}</span></div></div>')
    hints = {"data_date": say("intake.data_date_hint")}
    for fact, column in zip(_FACTS, st.columns([3, 4, 4, 3]), strict=True):
        label, hint = say(f"intake.{fact}"), hints.get(fact)
        bound(column.text_input, label, of=now, to=fact, key=f"import_{fact}", placeholder=hint)
    bound(
        st.pills,
        say("intake.parts_label"),
        PARTS,
        of=now,
        to="chosen",
        key="import_chosen",
        selection_mode="multi",
        format_func=part_label,
    )
    for name in PARTS:
        if name in now.chosen:
            ask_part(name, now.parts[name])
    _ask_run(now)


def _ask_run(now: Draft) -> None:
    if now.job is not None:
        show_job(now.job, key="import_job")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="import_end"):
        st.button(say("intake.run"), type="primary", key="import_run", on_click=_run, args=(now,))
        bound(st.checkbox, say("intake.strict"), of=now, to="strict", key="import_strict")
        st.button(say("intake.clear"), key="import_clear", on_click=clear_draft)
    if now.faults:
        show_notice(say("intake.failed"), fault=True)
        show_faults(now.faults)


def _run(now: Draft) -> None:
    """Have the import done beside the page, or say why not."""
    parts = now.ready()
    now.faults = [] if parts else [say("intake.nothing")]
    if parts:
        current = calls.current()
        facts = {fact: getattr(now, fact).strip() for fact in _FACTS}
        options = {"book_key": current.book_key, "phase": current.phase, "strict": now.strict}
        now.job = start(bring_in, parts, **options, **facts)


def _take(now: Draft, answer: Answer) -> None:
    """Make the new city the current one and show its check; or remember every fault."""
    now.job = None
    now.faults = list(answer.faults)
    if answer.result is None:
        if answer.stopped:
            state.add_notice(say("intake.stopped"))
        st.rerun()
    brought = answer.result
    now.outcome, now.again = brought.outcome, False
    calls.hand_over(brought.outcome.city_key, brought.city, brought.book_key, brought.assessment)
    state.choose_city(brought.outcome.city_key)
    state.add_notice(say("intake.done", name=Path(brought.outcome.city_key).stem))
    st.rerun()


show_page()
