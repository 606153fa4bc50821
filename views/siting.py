"""The parts of the page 选址推演 that put the others together: the bench, the result in a sentence, the numbers."""

from collections.abc import Sequence
from concurrent.futures import TimeoutError as NotYet
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from metrics.scores import DISTRICT
from texts import numbers, say
from texts.escape import for_html
from views import calls, notices
from views.draft import bound
from views.siting_area import own_flips
from views.siting_compare import comparison_html, edits_words
from views.siting_desk import BEFORE, CITY_SCOPE, Desk
from views.siting_figures import districts_html, failing, figures, figures_html, flips_html
from views.siting_map import Signs
from views.siting_map import show_map as draw_map
from views.siting_words import change
from views.siting_work import Bench, Making, Outcome, making
from views.theme import colours

_AT_ONCE_S, _LOOK_EVERY_S = 1.5, 0.5


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    return Template(Path(__file__).with_suffix(".css").read_text(encoding="utf-8")).substitute(light)


def show_no_sites() -> None:
    """Why there is nothing to edit, and the way to mend it."""
    st.html(f'<p class="notice">{say("siting.no_sites")}</p>')
    if st.button(say("siting.buttons.import"), key="siting_import"):
        st.switch_page("pages/import_data.py")


def show_faults(faults: Sequence[str]) -> None:
    """What went wrong, one sentence each."""
    for fault in faults:
        notices.show_notice(fault, fault=True)


def bench_or_wait(now: calls.Current) -> Bench | None:
    """The bench of what this session looks at; None, and on the page how far it is, as long as it is being made."""
    made = making(now.city, now.book, now.phase)
    try:
        return made.future.result(timeout=_AT_ONCE_S)
    except NotYet:
        _show_making(made)
        return None


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_making(made: Making) -> None:
    if made.future.done():
        st.rerun()
    notices.show_notice(made.told)


def outcome_of(bench: Bench, desk: Desk) -> Outcome:
    """What the scenario makes of the city, computed only when it changed."""
    changes = desk.scenario.changes
    if desk.outcome is None or desk.outcome_of is not bench or desk.outcome.changes != changes:
        desk.outcome, desk.outcome_of = bench.outcome(changes), bench
    return desk.outcome


def sentence_html(bench: Bench, desk: Desk, outcome: Outcome) -> str:
    """What was edited and what that makes of the city, in one sentence."""
    scores = outcome.difference.scores
    whole = outcome.difference.city
    city = next((one for one in scores if (one.scope, one.name) == (DISTRICT, desk.area)), whole)
    saved_m = failing(bench.base.gaps, desk.area)[0] - failing(outcome.gaps, desk.area)[0]
    words = {
        "where": for_html(desk.area) or say("siting.compare.city"),
        "name": for_html(desk.scenario.name),
        "edits": f"<b>{edits_words(bench, outcome.changes)}</b>",
        "before": numbers.score(city.before),
        "after": f"<b>{numbers.score(city.after)}</b>",
        "change": change(city.before, city.after, numbers.decimal, least=0.1),
    }
    if not outcome.changes:
        return f'<p class="sentence">{say("siting.sentence.start", score=words["before"], where=words["where"])}</p>'
    key = "better" if saved_m > 0 else "worse" if saved_m < 0 else "same"
    rest = say(f"siting.sentence.{key}", length=numbers.length(abs(saved_m)))
    return f'<p class="sentence">{say("siting.sentence.done", **words, rest=rest)}</p>'


def show_map(bench: Bench, desk: Desk, outcome: Outcome) -> None:
    """The map with the edits, or the city as it is."""
    scenario = desk.scenario
    signs = Signs(outcome.changes, desk.waiting(), scenario.marks, desk.site, desk.mode, desk.radius_m, desk.area)
    draw_map(bench, outcome, signs, before=desk.shown == BEFORE, chosen=desk.subject)


def show_figures(bench: Bench, desk: Desk, outcome: Outcome) -> None:
    """The numbers, now and after, or beside another scenario; the districts."""
    names = [one.name for one in outcome.difference.scores if one.scope == "district"]
    desk.scope = desk.area or (desk.scope if desk.scope in names else CITY_SCOPE)
    with st.container(key="siting_figures"):
        title, scope = st.columns([3, 2], vertical_alignment="center")
        title.html(f'<div class="figures-title">{say("siting.compare.title")}</div>')
        if desk.area:
            scope.html(f'<div class="own-area">{for_html(desk.area)}</div>')
        else:
            with scope:
                _ask_scope(desk, names)
        if desk.other is not None:
            other = bench.outcome(desk.other.changes)
            own = (desk.scenario.name, desk.other.name)
            st.html(comparison_html(bench, outcome, other, own, desk.scope))
        else:
            st.html(figures_html(figures(bench, outcome, desk.scope)))
        st.html(f'<div class="districts">{districts_html(outcome.difference, desk.scope)}</div>')


def _ask_scope(desk: Desk, names: Sequence[str]) -> None:
    bound(
        st.selectbox,
        say("siting.compare.scope"),
        [CITY_SCOPE, *names],
        of=desk,
        to="scope",
        key="siting_scope",
        format_func=lambda name: name or say("siting.compare.city"),
        label_visibility="collapsed",
    )


def show_flips(bench: Bench, desk: Desk, outcome: Outcome) -> None:
    """The verdicts that are others with the edits."""
    st.html(flips_html(bench, own_flips(outcome.difference, desk.area)))
