"""The right and left ends of the header: what this is, and whose data of what time one is looking at."""

from collections.abc import Mapping

import streamlit as st

from texts import say
from views.escape import for_html


def show_header(meta: Mapping[str, str]) -> None:
    """
    Put brand, demo mark, city and data time into the header.

    Parameters
    ----------
    meta
        ``City.meta`` of the city shown; its texts are data and are escaped.
    """
    parts = []
    if meta.get("demo") == "1":
        parts.append(f'<span class="demo-mark">{for_html(say("shell.demo_mark"))}</span>')
    parts.append(f"<span>{for_html(meta.get('name') or say('shell.unnamed_city'))}</span>")
    if meta.get("data_date"):
        parts.append(f'<span class="when">{for_html(say("shell.data_time", time=meta["data_date"]))}</span>')
    brand = for_html(say("shell.brand"))
    st.html(f'<div class="fixed-parts"><div class="brand">{brand}</div><div class="whose">{"".join(parts)}</div></div>')
