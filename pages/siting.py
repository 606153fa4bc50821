"""选址推演: what if a site stood here; and what is the cheapest repair."""

import streamlit as st

from briefing.scenario_files import write_scenario
from data.errors import DataError
from views import calls, controls, coverage, siting
from views.siting_actions import take_answer
from views.siting_controls import ask_mode, ask_steps, show_said, show_site
from views.siting_curve import show_curve
from views.siting_desk import desk
from views.siting_help import show_help
from views.siting_map import answer, map_stands
from views.siting_plan import ask_plan, show_state, take_plan
from views.siting_proposals import show_proposals
from views.siting_store import ask_other, ask_scenario


@st.fragment
def _page() -> None:
    try:
        _show()
    except DataError as error:
        siting.show_faults(error.faults)


def _show() -> None:
    coverage.apply_style()
    siting.apply_style()
    now = calls.current()
    if now.city.sites is None:
        siting.show_no_sites()
        return
    with st.container(horizontal=True, key="siting_controls", gap="small", vertical_alignment="center"):
        controls.ask_book()
        controls.ask_phase(now)
        head = st.container(horizontal=True, key="siting_steps", gap="small", vertical_alignment="center")
    bench = siting.bench_or_wait(now)
    if bench is None:
        return
    mine = desk(now.city_key, now.city)
    take_plan(mine)
    mine.forget_other_rules((now.book.fingerprint, now.phase))
    told = answer()
    if told is not None:
        take_answer(bench, mine, siting.outcome_of(bench, mine), told)
    outcome = siting.outcome_of(bench, mine)
    with head:
        ask_steps(mine)
        ask_other(bench, mine)
        ask_scenario(bench, mine, write_scenario)

    st.html(siting.sentence_html(bench, mine, outcome))
    left, right = st.columns([772, 560], gap="medium")
    with right:
        siting.show_figures(bench, mine, outcome)
    with left:
        ask_mode(bench, mine)
        siting.show_map(bench, mine, outcome)
        show_said(mine)
        if mine.site is not None:
            show_site(bench, mine)
    with st.container(horizontal=True, key="siting_ask", gap="small", vertical_alignment="center"):
        ask_plan(bench, mine)
    show_state(mine)
    proposals, curve = st.columns([772, 560], gap="medium")
    with proposals:
        show_proposals(mine)
    with curve:
        show_curve(mine, drawn=map_stands())
    show_help(bench, mine, drawn=map_stands())


_page()
