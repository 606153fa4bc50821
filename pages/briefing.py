"""简报导出: the assessment as slides, document, workbook, pictures and maps, for those who read it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from briefing.brief import file_name, preview, zipped_set
from briefing.facts import Audience, Earlier, OrdersTold, PlanTold, UnitOrders, sentences, take
from briefing.facts.briefing import day_of
from briefing.office_files import plain
from data.errors import DataError
from data.settings import data_folder
from metrics.assessment import Assessment
from store import Person, Store
from store.runs import Run
from texts import say
from views import briefing as page
from views import calls, controls, coverage, office
from views.notices import show_why


@st.fragment
def _page() -> None:
    coverage.apply_style()
    page.apply_style()
    try:
        _show()
    except DataError as error:
        show_why(error.faults)


def _show() -> None:
    store, by, mine = office.store(), office.visitor(), page.desk()
    with st.container(horizontal=True, key="briefing_controls", gap="small", vertical_alignment="center"):
        controls.ask_book()
        now = calls.current()
        controls.ask_phase(now)
    assessment = calls.assessment(now.city_key, now.book_key, now.phase)
    left, right = st.columns([372, 940], gap="medium")
    with left, st.container(key="briefing_ask"):
        who = page.ask_who(mine, assessment)
        run = page.ask_since(mine, store, by, assessment)
        kinds = page.ask_kinds(mine)
        size, approval = page.ask_sheet(mine)
        orders = page.ask_orders(mine, store, by, assessment)
        plan = page.ask_plan(mine, now)
        told = take(
            now.city,
            assessment,
            at=datetime.now(ZoneInfo("Asia/Shanghai")),
            audience=Audience(*who),
            approval=approval,
            earlier=None if run is None else _earlier(store, by, run),
            plan=None if plan is None else PlanTold.of(plan, now.city.crs),
            orders=None if orders is None else OrdersTold.of([UnitOrders(*unit) for unit in orders]),
        )
        said = (who, mine.since, approval, tuple(orders or ()))
        of = (*_prints(assessment), said, kinds, size, orders is None, id(plan))
        asked = (now.city, assessment, told, kinds, size, data_folder("templates"))
        name = say("brief.files.zip", who=file_name(told.who))
        page.show_archive(mine, of, name, asked, zipped_set)
    with right, st.spinner(say("brief_page.drawing")):
        pictures = page.pictures_of(now.city, assessment, said, lambda: preview(now.city, assessment, told)[1:])
        page.show_preview(pictures, [plain(said) for said in sentences(told)])


def _earlier(store: Store, by: Person, run: Run) -> Earlier:
    gaps = pd.DataFrame([dict(row._mapping) for row in store.runs.gaps(by, run.id)])
    return Earlier.of(
        on=day_of(run.data_date) or run.at.date(),
        judged_by=(run.book, run.book_print, run.phase),
        figures=store.runs.figures(by, run.id),
        gaps=gaps,
    )


def _prints(assessment: Assessment) -> tuple[str, str, str]:
    return assessment.inputs["city"], assessment.inputs["book"], assessment.phase


_page()
