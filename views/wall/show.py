"""The wall on the page: asked anew at every beat, drawn by ``views/js/wall.js``."""

import json
from functools import cache, lru_cache
from pathlib import Path
from string import Template
from time import perf_counter

import streamlit as st

from data.errors import DataError
from store import Denied
from texts import say
from views import calls, office
from views.theme import colours, tokens
from views.wall.choice import shown_to
from views.wall.content import content
from views.wall.layout import STAGES, layout_of
from views.wall.pace import pace

_KEY = "wall"
_FOLDER = Path(__file__).parents[1] / "js"
_UNDER = Template(
    """<style>
    html:not(.wall-menu) [data-testid="stHeader"], html:not(.wall-menu) .fixed-parts { opacity: 0; }
    html, body, [data-testid="stApp"] { background: $bg; }
    html, body, [data-testid="stMain"] { overflow: hidden; }
    .before-wall { padding-top: 40vh; text-align: center; font-size: 22px; color: $text2; }
    </style>"""
)


def show_wall() -> None:
    """The wall, which asks the store again and again by itself."""
    dark = colours("dark")
    st.html(_UNDER.substitute(bg=dark.bg, text2=dark.text2) + f'<p class="before-wall">{say("wall.waiting")}</p>')
    st.fragment(_refresh, run_every=pace().refresh)()


def _refresh() -> None:
    try:
        data = _now()
    except Denied as denied:
        data = {"denied": str(denied)}
    except DataError as error:  # the picture that stands stays, and says how old it is
        data = {"late": error.faults[0]}
    _component()(key=_KEY, data=data, on_screen_change=_told)


def _now() -> dict:
    began = perf_counter()
    layout, has = _screen()
    store, by = office.store(), office.visitor()
    shown = shown_to(by)
    judged = calls.assessment(shown.city_key, shown.book_key, shown.phase)
    run = store.runs.same(by, judged) or office.run_of(judged)
    data = content(store, by, shown.city, judged, run, layout=layout_of(layout), has=has)
    return data | {"seconds": round(perf_counter() - began, 3)}


def _screen() -> tuple[str, str]:
    """Which stage the browser has, and which pictures it holds already, as it told last."""
    told = getattr(st.session_state.get(_KEY), "screen", None) or ""
    layout, _, has = str(told).partition("|")
    return layout, has


def _told() -> None:
    """The browser told of its screen: the refresh that follows reads it."""


@cache
def _component():
    """The wall as a component of Streamlit; registered once a process."""
    return st.components.v2.component("city_wall", html="<span></span>", js=script())


def script() -> str:
    """The script of the wall, with its style sheet, texts and stages."""
    words = {"pinned": say("wall.card.pinned"), "again": say("wall.again")}
    text = (_FOLDER / "wall.js").read_text(encoding="utf-8")
    for place, value in (("__SHEET__", style_sheet()), ("__TEXTS__", words), ("__STAGES__", STAGES)):
        text = text.replace(place, json.dumps(value))
    return text


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The style sheet of the wall in the colours of look/tokens.yaml."""
    dark = {name: value for name, value in colours("dark").model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Template((_FOLDER / "wall.css").read_text(encoding="utf-8"))
    return sheet.substitute(dark, fonts=tokens().fonts, fade=pace().fade_ms)
