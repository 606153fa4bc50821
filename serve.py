"""The server: the first page is made ready while it starts, so that who opens the address sees it at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from views.first_page import make_ready


@asynccontextmanager
async def _first_page_ready(_app: st.App) -> AsyncIterator[dict]:
    """
    Hold the door shut until the first page can be shown at once.

    ``pages/`` holds the pages of the navigation in app.py. Streamlit would take it for its older kind of pages and
    show one without header to whoever opens its address before anyone opened the first page.
    """
    PagesManager.uses_pages_directory = False
    await anyio.to_thread.run_sync(make_ready)
    yield {}


app = st.App("app.py", lifespan=_first_page_ready)
