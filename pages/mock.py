"""模拟测评: what the random draw would cost, and mock assessments from the draw to the tables of the same evening."""

import streamlit as st

from briefing.mock_forms import look_at_forms, write_forms
from briefing.mock_tables import write_tables
from data.errors import DataError
from views import coverage, mock_address, mock_page, notices
from views.mock_book import looked
from views.mock_desk import RISK
from views.risk_page import show_risk

_FILES = mock_page.Files(write_forms, look_at_forms, write_tables)


@st.fragment
def _page() -> None:
    coverage.apply_style()
    mock_page.apply_style()
    try:
        _show()
    except DataError as error:
        notices.show_why(error.faults)


def _show() -> None:
    page = looked()
    with st.container(horizontal=True, key="mock_controls", gap="small", vertical_alignment="center"):
        view = mock_page.ask_view()
        if view == RISK:
            mock_page.ask_rules(page)
        else:
            mine, kept = mock_page.ask_mock(page)
    if view == RISK:
        mock_page.show_instead(page)
        show_risk(page)
        mock_address.keep(None)
    else:
        mock_page.show_mock(page, mine, kept, _FILES)
        mock_address.keep(mine)


_page()
