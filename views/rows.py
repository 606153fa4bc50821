"""The list of findings beside the map: rows to be clicked, drawn by the browser, chosen row by row."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from views.theme import colours, tokens

_FOLDER = Path(__file__).with_name("js")


@cache
def _component():
    """The list as a component of Streamlit; registered once a process."""
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Template((_FOLDER / "rows.css").read_text(encoding="utf-8")).substitute(light, fonts=tokens().fonts)
    script = (_FOLDER / "rows.js").read_text(encoding="utf-8")
    return st.components.v2.component("coverage_rows", html='<div class="rows"></div>', css=sheet, js=script)


def choose_row(
    rows: Sequence[tuple[str, str, str, str, str]],
    *,
    key: str,
    status: str,
    chosen: Collection[str] = (),
    more: str = "",
    on_pick: Callable[[], None],
) -> str | None:
    """
    Show ``rows`` to choose from and return the key of the one that was just clicked, else None.

    Parameters
    ----------
    rows
        Key, name, where, count and unit of each row; all but the key are shown as text, never as HTML.
    status
        pass, fail or unknown: the look of the counts.
    chosen
        Keys of the rows to be marked.
    more
        A line below the last row.
    on_pick
        Called before the page runs again after a click.
    """
    data = {"rows": [list(row) for row in rows], "status": status, "chosen": list(chosen), "more": more}
    return _component()(key=key, data=data, on_picked_change=on_pick).picked
