"""The look of every page: colours by their use, and the style sheet that is put on a page once a run."""

from functools import cache
from pathlib import Path
from string import Template

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from texts import say

_TOKENS = Path(__file__).with_name("tokens.yaml")
_SHEET = Path(__file__).with_name("theme.css")


class Colours(BaseModel):
    """The colours of one ground, light or dark, by what they are used for (see tokens.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    bg: str
    line: str
    panel: str
    text1: str
    text2: str
    text3: str
    fail: str
    fail_casing: str
    pass_: str = Field(alias="pass")
    unknown: str
    action: str
    chosen: str
    red_flag: str
    red_flag_fringe: str
    yellow_flag: str
    sea: str
    outside: str
    land: str
    chosen_district: str
    green: str
    border: str
    building: str
    lane: str
    secondary: str
    trunk: str
    ring: str
    phases: tuple[str, str, str, str]
    scores: tuple[str, str, str, str, str, str]


class Tokens(BaseModel):
    """All of tokens.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    light: Colours
    dark: Colours
    score_bounds: tuple[float, ...]
    fonts: str


@cache
def tokens() -> Tokens:
    """The tokens of the product, read once."""
    return Tokens.model_validate(YAML(typ="safe", pure=True).load(_TOKENS.read_text(encoding="utf-8")))


def colours(ground: str = "light") -> Colours:
    """The colours on a ``"light"`` or a ``"dark"`` ground."""
    return getattr(tokens(), ground)


def score_colour(score: float, ground: str = "light") -> str:
    """The fill of a table cell that holds ``score`` (0 to 100); the worse, the more it stands out."""
    step = sum(score >= bound for bound in tokens().score_bounds)
    return colours(ground).scores[step]


def apply_theme() -> None:
    """Put the style sheet on the page; once a run, from app.py."""
    st.html(f"<style>{style_sheet()}</style>")


@cache
def style_sheet() -> str:
    """The style sheet of pages, its ``$tokens`` filled in."""
    light = colours()
    values = {name: value for name, value in light.model_dump(by_alias=True).items() if isinstance(value, str)}
    words = {name: say(f"shell.{name}") for name in ("upload_button", "upload_limit", "unforeseen")}
    return Template(_SHEET.read_text(encoding="utf-8")).substitute(values, fonts=tokens().fonts, **words)
