"""覆盖检查: where the city fails, who answers for it, and why."""

import streamlit as st

from views import calls, coverage
from views.findings import findings, narrowed


@st.fragment
def _page() -> None:
    coverage.apply_style()
    with st.container(horizontal=True, key="coverage_controls", gap="small", vertical_alignment="center"):
        coverage.ask_book()
        now = calls.current()
        coverage.ask_phase(now)
        assessment = calls.assessment(now.city_key, now.book_key, now.phase)
        filters = coverage.ask_filters(assessment)
        listed = narrowed(findings(assessment), filters)
        status = coverage.ask_status(listed)
        coverage.offer_download(listed, assessment)
    st.html(coverage.sentence_html(listed, assessment, filters))

    passing = coverage.shows_passing(status)
    chosen = coverage.choose(listed, assessment, passing=passing)
    strip = coverage.strip_for(now.city, assessment, listed, chosen[0])
    ranking, middle, right = st.columns([252, 772, 336], gap="small")
    with ranking:
        coverage.show_ranking(assessment, listed, filters)
    with middle:
        sites = None if strip is None else strip.sites
        coverage.show_map(now.city, assessment, listed, passing=passing, chosen=chosen, sites=sites)
    with right:
        coverage.show_list(listed, assessment, status, filters, chosen)
    coverage.show_why(now.city, assessment, listed, *chosen, strip)
    coverage.show_table(listed, assessment, status)


_page()
