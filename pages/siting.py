"""选址推演: what if a site stood here; and what is the cheapest repair."""

import streamlit as st

from briefing.scenario_files import write_scenario
from data.errors import DataError
from views import calls, controls, coverage, office, siting
from views.siting_actions import take_answer
from views.siting_controls import ask_mode, ask_steps, show_said, show_site
from views.siting_curve import show_curve
from views.siting_desk import desk
from views.siting_drafts import follow_address, keep_draft, restore
from views.siting_help import show_help
from views.siting_map import answer, map_stands
from views.siting_plan import ask_plan, take_plan
from views.siting_proof import show_state
from views.siting_proposals import show_proposals
from views.siting_questions import show_question
from views.siting_store import ask_other, ask_scenario, shelf


@st.fragment
def _page() -> None:
    try:
        _show()
    except DataError as error:
        siting.show_faults(error.faults)


def _show() -> None:
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
    mine.area = office.area("siting") or ""
    restore(bench, mine)
    take_plan(mine)
    mine.forget_other_rules((now.book.fingerprint, now.phase))
    told = answer()
    if told is not None:
        take_answer(bench, mine, siting.outcome_of(bench, mine), told)
    outcome, kept = siting.outcome_of(bench, mine), shelf(bench, mine)
    with head:
        ask_steps(mine)
        ask_other(bench, mine, kept)
        ask_scenario(bench, mine, kept, write_scenario)

    st.html(siting.sentence_html(bench, mine, outcome))
    show_question(mine)
    left, right = st.columns([772, 540], gap="medium")
    with right:
        ask_plan(bench, mine)
        show_state(mine, outcome)
        siting.show_figures(bench, mine, outcome)
        show_curve(mine, drawn=map_stands())
        siting.show_flips(bench, mine, outcome)
    with left:
        ask_mode(bench, mine)
        siting.show_map(bench, mine, outcome)
        show_said(mine)
        if mine.site is not None:
            show_site(bench, mine)
        show_proposals(mine)
    show_help(bench, mine, drawn=map_stands())
    keep_draft(bench, mine)


coverage.apply_style()
siting.apply_style()
follow_address()
_page()
