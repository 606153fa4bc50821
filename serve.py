"""The server: the first page is made ready while it starts, so that who opens the address sees it at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
import streamlit as st

from views import calls


@asynccontextmanager
async def _first_page_ready(_app: st.App) -> AsyncIterator[dict]:
    """Hold the door shut until the demo city is judged; a fault in it is left for the page to tell."""
    await anyio.to_thread.run_sync(calls.prepare_first_page().exception)
    yield {}


app = st.App("app.py", lifespan=_first_page_ready)
