"""Small pieces that every block of the wall is made of."""

from functools import cache

import pandas as pd

from texts import numbers, say
from texts.escape import for_html
from views.theme import colours
from views.wall.svg import data_uri


def figure(number: str, unit: str = "", *, kind: str = "") -> str:
    """A big number, its unit smaller beside it."""
    beside = f'<span class="unit">{for_html(unit)}</span>' if unit else ""
    return f'<span class="figure {kind}">{for_html(number)}{beside}</span>'


def change(now: float | None, was: float | None, *, told=numbers.decimal) -> str:
    """Up or down and by how much: a sign and a number, no colour; — when it stayed; nothing without both."""
    if _absent(now) or _absent(was):
        return ""
    by = told(abs(now - was))
    if by == told(0):
        return '<span class="change">—</span>'
    return f'<span class="change"><i>{"▲" if now > was else "▼"}</i>{by}</span>'


def rank_change(now: int | None, was: int | None, *, there: bool) -> str:
    """Places gained or lost; — when none; 新 for who was not ranked then. Nothing without a run before."""
    if not there or _absent(now):
        return '<span class="change"></span>'
    if _absent(was):
        return f'<span class="change">{say("wall.units.new")}</span>'
    if now == was:
        return '<span class="change">—</span>'
    return f'<span class="change"><i>{"▲" if now < was else "▼"}</i>{abs(int(now) - int(was))}</span>'


def flag(code: object) -> str:
    """A pennant with a gold fringe that praises, a triangle with ! that warns, each with its word."""
    if code not in ("red", "yellow"):
        return ""
    word = for_html(say(f"coverage.ranking.{code}"))
    return f'<span class="flag"><img src="{_flag_picture(code)}" alt=""><i>{word}</i></span>'


@cache
def _flag_picture(code: str) -> str:
    dark = colours("dark")
    pole = f'<path d="M3 1V25" stroke="{dark.text2}" stroke-width="2"/>'
    shapes = {
        "red": (
            f'<path d="M4 2.5H24V16L4 16Z" fill="{dark.red_flag}"/>'
            f'<path d="M4 16.6H24" stroke="{dark.red_flag_fringe}" stroke-width="3.2" stroke-dasharray="2.4 1"/>'
            f'<path d="M24 2V17" stroke="{dark.red_flag_fringe}" stroke-width="1.6"/>'
        ),
        "yellow": (
            f'<path d="M4 2.5L25 10.5L4 18.5Z" fill="{dark.yellow_flag}"/>'
            f'<path d="M9.6 7V11.4M9.6 12.8V14.8" stroke="{dark.bg}" stroke-width="2.2"/>'
        ),
    }
    box = 'width="28" height="26" viewBox="0 0 28 26"'
    return data_uri(f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{pole}{shapes[code]}</svg>')


def _absent(value: float | None) -> bool:
    return value is None or bool(pd.isna(value))
