"""Page set-up and the one navigation list; run by ``streamlit run serve.py`` (or ``app.py``)."""

import streamlit as st

from data.errors import DataError
from texts import say
from views import calls, state
from views.header import show_header
from views.notices import show_notice
from views.offline import serve_assets_locally
from views.theme import apply_theme

PAGES = {
    "coverage": "pages/coverage.py",
    "siting": "pages/siting.py",
    "import_data": "pages/import_data.py",
    "standards": "pages/standards.py",
}

st.set_page_config(page_title=say("shell.title"), layout="wide", initial_sidebar_state="collapsed")
apply_theme()
serve_assets_locally()
calls.prepare_first_page()
page = st.navigation(
    [st.Page(file, title=say(f"shell.pages.{name}"), default=name == "coverage") for name, file in PAGES.items()],
    position="top",
)
try:
    show_header(calls.current().city.meta)
except DataError as error:
    for fault in error.faults:
        show_notice(fault, fault=True)
    st.stop()
for sentence in state.take_notices():
    show_notice(sentence)
page.run()
