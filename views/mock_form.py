"""The form of an inspector, to be typed into; drawn by the browser."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from metrics.mock.forms import LONGEST_REMARK
from texts import say
from views.theme import colours, tokens

_FOLDER = Path(__file__).with_name("js")
_HEIGHT = "max(300px, calc(100vh - 330px))"
_HEADS = ("point", "name", "text", "need", "found", "remark", "by")


@cache
def _component():
    """The form as a component of Streamlit; registered once a process."""
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Template((_FOLDER / "mock_form.css").read_text(encoding="utf-8"))
    script = (_FOLDER / "mock_form.js").read_text(encoding="utf-8")
    looks = sheet.substitute(light, fonts=tokens().fonts, height=_HEIGHT)
    return st.components.v2.component("mock_form", html='<div class="form"></div>', css=looks, js=script)


def show_form(
    rows: Sequence[Mapping[str, str]], *, key: str, of: str, heard: int, on_typed: Callable[[], None]
) -> None:
    """
    Show lines to fill in.

    Parameters
    ----------
    rows
        As `views.mock_typing.form_rows` makes them; texts are shown as they are, never as HTML.
    of
        Changes when these are other lines.
    heard
        The number of the last cell that was heard of; the browser tells of later ones until they are.
    """
    heads = [say(f"mock_page.typing.columns.{name}") for name in _HEADS]
    words = {name: say(f"mock_page.typing.columns.{name}") for name in ("found", "remark")}
    data = {"rows": list(rows), "heads": heads, "words": words, "of": of, "heard": heard, "longest": LONGEST_REMARK}
    _component()(key=key, data=data, default={"typed": []}, on_typed_change=on_typed)
