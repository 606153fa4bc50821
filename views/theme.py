"""The look of every page: the style sheet that is put on a page once a run, in the colours of look/tokens.yaml."""

from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from look.tokens import colours, score_colour, tokens
from texts import say

__all__ = ["apply_theme", "colours", "score_colour", "style_sheet", "tokens"]

_SHEET = Path(__file__).with_name("theme.css")


def apply_theme() -> None:
    """Put the style sheet on the page; once a run, from app.py."""
    st.html(f"<style>{style_sheet()}</style>")


@cache
def style_sheet() -> str:
    """The style sheet of pages, its ``$tokens`` filled in."""
    return filled_sheet(_SHEET)


@cache
def filled_sheet(file: Path) -> str:
    """A style sheet with its ``$tokens`` filled in."""
    light = colours()
    values = {name: value for name, value in light.model_dump(by_alias=True).items() if isinstance(value, str)}
    words = {name: say(f"shell.{name}") for name in ("upload_button", "upload_limit", "unforeseen")}
    return Template(file.read_text(encoding="utf-8")).substitute(values, fonts=tokens().fonts, **words)
