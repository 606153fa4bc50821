"""The server: the first page is made ready while it starts; it keeps who signed in known, and minds the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from views import cookies
from views.beside import stands
from views.clock import by_the_clock
from views.demo_history import begin_demo_history
from views.first_page import make_ready


@asynccontextmanager
async def _ready(_app: st.App) -> AsyncIterator[dict]:
    """
    Hold the door shut until the first page can be shown at once; then do what is done by the clock.

    ``pages/`` holds the pages of the navigation in app.py. Streamlit would take it for its older kind of pages and
    show one without header to whoever opens its address before anyone opened the first page.
    """
    PagesManager.uses_pages_directory = False
    await anyio.to_thread.run_sync(make_ready)
    begin_demo_history()
    async with anyio.create_task_group() as group:
        group.start_soon(by_the_clock)
        with stands():
            yield {}
        group.cancel_scope.cancel()


app = st.App("app.py", lifespan=_ready, routes=cookies.routes())
