"""覆盖检查: where the city fails, who answers for it, and why."""

from dataclasses import replace

import streamlit as st

from data.errors import DataError
from metrics.listing import findings, narrowed
from views import calls, controls, coverage, office, why_panel
from views.choice import choose
from views.coverage_quality import show_quality
from views.notices import show_why


@st.fragment
def _page() -> None:
    coverage.apply_style()
    try:
        _show()
    except DataError as error:
        show_why(error.faults)


def _show() -> None:
    with st.container(horizontal=True, key="coverage_controls", gap="small", vertical_alignment="center"):
        controls.ask_book()
        now = calls.current()
        controls.ask_phase(now)
        assessment = calls.assessment(now.city_key, now.book_key, now.phase)
        office.keep_soon(assessment, now.city, book_key=now.book_key)
        filters = controls.ask_filters(assessment)
        everywhere = narrowed(findings(assessment), replace(filters, district=None))
        listed = narrowed(everywhere, filters)
        status = controls.ask_status(listed)
        controls.offer_download(listed, assessment)

    passing = coverage.shows_passing(status)
    choice = choose(listed, assessment, passing=passing)
    strip = why_panel.chosen_strip(now.city, assessment, listed, choice)
    st.html(coverage.sentence_html(listed, assessment, filters))
    ranking, middle, right = st.columns([252, 772, 336], gap="small")
    with ranking:
        coverage.show_ranking(assessment, everywhere, filters, only=office.area("coverage"))
    with middle:
        sites = None if strip is None else strip.sites
        coverage.show_map(now.city, assessment, listed, filters, passing=passing, choice=choice, sites=sites)
    with right:
        coverage.show_list(listed, assessment, status, filters, choice)
    why_panel.show_why(now.city, assessment, listed, choice, strip)
    coverage.show_table(listed, assessment, status)
    show_quality(now.city, now.city_key, assessment, key="coverage_quality")


_page()
