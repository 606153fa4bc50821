"""The parts of the page 简报导出: for whom, what, compared with which run; a look at it; the archive."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from data.city import City
from metrics.assessment import Assessment
from metrics.scores import CITY, DISTRICT, UNIT
from store import Person, Store
from store.runs import Run
from store.unit_counts import UnitCounts, audience_counts
from texts import numbers, say
from views import calls
from views.background import Answer, Job, show_job, start
from views.draft import bound
from views.notices import show_faults, show_notice, show_remarks
from views.siting_desk import desk as siting_desk
from views.theme import colours

KINDS = ("pptx", "docx", "xlsx", "png", "pdf", "html", "gpkg", "kmz")
SIZES = ("a4", "a3", "16x9")
_FIRST = ("pptx", "docx", "xlsx", "png")
_KEY, _MOST_RUNS, _LONGEST_NUMBER = "briefing_desk", 60, 40
Who = tuple[str, str]


@dataclass
class Desk:
    """
    What a session has asked for on this page; it outlives visits to other pages.

    Attributes
    ----------
    who, since, kinds, size, approval, orders, plan
        For whom, the run to compare with (0 for none, None as long as none was chosen), what, the page of the
        pictures, the map approval number, and whether orders and the plan are told.
    job, job_of, job_name
        The archive that is being made, what it is of, and its name.
    made, made_of, made_name
        The last archive; it stays until there is another.
    faults, notes
        Of the last archive.
    """

    who: Who = (CITY, "")
    since: int | None = None
    kinds: tuple[str, ...] = _FIRST
    size: str = SIZES[0]
    approval: str = ""
    orders: bool = True
    plan: bool = True
    job: Job | None = None
    job_of: tuple = ()
    job_name: str = ""
    made: bytes = field(default=b"", repr=False)
    made_of: tuple = ()
    made_name: str = ""
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def desk() -> Desk:
    """What this session has asked for."""
    return st.session_state.setdefault(_KEY, Desk())


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    return Template(Path(__file__).with_suffix(".css").read_text(encoding="utf-8")).substitute(
        light, book=say("coverage.controls.book")
    )


def ask_who(mine: Desk, assessment: Assessment) -> Who:
    """The city, one of its districts, or one of the units."""
    scores = assessment.scores
    choices: list[Who] = [(CITY, "")]
    for scope in (DISTRICT, UNIT):
        choices += [(scope, name) for name in sorted(scores.loc[scores["scope"] == scope, "name"])]
    mine.who = mine.who if mine.who in choices else choices[0]
    mine.who = st.selectbox(
        say("brief_page.who"), choices, index=choices.index(mine.who), format_func=_who_label, key="briefing_who"
    )
    return mine.who


def _who_label(who: Who) -> str:
    return say(f"brief_page.scopes.{who[0]}", name=who[1])


def ask_since(mine: Desk, store: Store, by: Person, assessment: Assessment) -> Run | None:
    """An earlier run by the same book in the same phase; None when there is none or none is wanted."""
    kept = store.runs.newest(by, city=_city_of(assessment), limit=_MOST_RUNS)
    known = {run.id: run for run in earlier_runs(kept, assessment)}
    choices = [0, *known]
    if mine.since not in choices:
        mine.since = next(iter(known), 0)  # the newest
    mine.since = st.selectbox(
        say("brief_page.since"),
        choices,
        index=choices.index(mine.since),
        format_func=lambda id: _run_label(known.get(id)),
        key="briefing_since",
        help=say("brief_page.since_help"),
        disabled=not known,
    )
    return known.get(mine.since)


def earlier_runs(kept: Sequence[Run], assessment: Assessment) -> list[Run]:
    """Those of the runs by the same book in the same phase that are older than an assessment, the newest first."""
    inputs = assessment.inputs
    like = [run for run in kept if (run.book, run.phase) == (inputs["book_id"], assessment.phase)]
    same = [run.id for run in like if (run.city_print, run.book_print) == (inputs["city"], inputs["book"])]
    day, kept_as = str(inputs["data_date"] or ""), min(same, default=math.inf)

    def when(run: Run) -> tuple[str, int]:
        return (run.data_date or run.at.date().isoformat()) if day else "", run.id

    older = [run for run in like if run.id not in same and when(run) < (day, kept_as)]
    return sorted(older, key=when, reverse=True)


def _city_of(assessment: Assessment) -> str:
    return str(assessment.scores.loc[assessment.scores["scope"] == CITY, "name"].iloc[0])


def _run_label(run: Run | None) -> str:
    if run is None:
        return say("brief_page.no_run")
    return say("brief_page.run", time=run.data_date or numbers.moment(run.at), score=numbers.score(run.score))


def ask_kinds(mine: Desk) -> tuple[str, ...]:
    """Which documents."""
    chosen = st.pills(
        say("brief_page.kinds_label"),
        KINDS,
        selection_mode="multi",
        default=list(mine.kinds),
        format_func=lambda kind: say(f"brief_page.kinds.{kind}"),
        key="briefing_kinds",
    )
    mine.kinds = tuple(kind for kind in KINDS if kind in chosen)
    return mine.kinds


def ask_sheet(mine: Desk) -> tuple[str, str]:
    """The page of the pictures, and the map approval number."""
    left, right = st.columns([1, 2], gap="small")
    with left:
        mine.size = st.selectbox(
            say("brief_page.size"),
            SIZES,
            index=SIZES.index(mine.size),
            format_func=lambda size: say(f"brief_page.sizes.{size}"),
            key="briefing_size",
            disabled=not {"png", "pdf"} & set(mine.kinds),
        )
    with right:
        mine.approval = st.text_input(
            say("brief_page.approval"),
            value=mine.approval,
            max_chars=_LONGEST_NUMBER,
            placeholder=say("brief_page.approval_hint"),
            key="briefing_approval",
        ).strip()
    return mine.size, mine.approval


def ask_orders(mine: Desk, store: Store, by: Person, assessment: Assessment) -> list[UnitCounts] | None:
    """Unit, given, closed and overdue orders of whom it is for; None when they are not told."""
    bound(st.toggle, say("brief_page.orders"), of=mine, to="orders", key="briefing_orders")
    if not mine.orders:
        return None
    scope, name = mine.who
    return list(audience_counts(store, by, city=_city_of(assessment), scope=scope, name=name))


def ask_plan(mine: Desk, now: calls.Current):
    """The plan of this session for the city as it is; None when there is none or it is not told."""
    planned = siting_desk(now.city_key, now.city).planned
    fits = planned is not None and planned.judged_by == (now.book.fingerprint, now.phase) and not planned.changes
    if not fits:
        label, why = say("brief_page.plan"), say("brief_page.no_plan")
        st.toggle(label, value=False, key="briefing_no_plan", disabled=True, help=why)
        return None
    bound(st.toggle, say("brief_page.plan"), of=mine, to="plan", key="briefing_plan")
    return planned.plan if mine.plan else None


def show_archive(mine: Desk, of: tuple, name: str, arguments: Sequence[object], make: Callable) -> None:
    """
    The button that makes the archive, how far it is, and the archive itself.

    Parameters
    ----------
    of
        What is asked for now, to be compared with what the archive is of.
    name
        Of the file, without its end.
    arguments, make
        ``make(task, *arguments)`` in a process of its own: the bytes of the archive and notes.
    """
    if mine.job is not None:
        answer = mine.job.answer()
        if answer is None:
            show_job(mine.job, key="briefing_job", grace_s=0)
            return
        _take(mine, answer)
    stale = mine.made_of != of
    label = say("brief_page.make" if stale else "brief_page.again")
    with st.container(horizontal=True, gap="small", key="briefing_actions"):
        kind = "primary" if stale else "secondary"
        if st.button(label, key="briefing_make", type=kind, disabled=not mine.kinds):
            mine.job, mine.job_of, mine.faults, mine.notes = start(make, *arguments), of, (), ()
            mine.job_name = name
            st.rerun()
        if mine.made:
            st.download_button(
                say("brief_page.save_old" if stale else "brief_page.save", size=numbers.file_size(len(mine.made))),
                mine.made,
                file_name=f"{mine.made_name}.zip",
                mime="application/zip",
                on_click="ignore",
                key="briefing_save",
                type="secondary" if stale else "primary",
            )
    if not mine.kinds:
        show_notice(say("brief_page.nothing"))
    if mine.faults:
        show_faults(mine.faults)
    show_remarks(mine.notes)


def _take(mine: Desk, answer: Answer) -> None:
    mine.job = None
    if answer.result is not None and not answer.stopped:
        (mine.made, mine.notes), mine.made_of, mine.made_name = answer.result, mine.job_of, mine.job_name
    elif not answer.stopped:
        mine.faults = answer.faults


def show_preview(pictures: Sequence[bytes], sentences: Sequence[str]) -> None:
    """The first slides, and what is said."""
    for number, picture in enumerate(pictures):
        with st.container(key=f"briefing_slide_{number}"):
            st.image(picture, width="stretch")
    st.html(f'<div class="block-title">{say("brief_page.said")}</div>')
    show_remarks(sentences)


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs={Assessment: id, City: id})
def pictures_of(city: City, assessment: Assessment, of: tuple, _make: Callable[[], list[bytes]]) -> list[bytes]:
    """The pictures of the preview, made once for ``of``."""
    return _make()
