"""The ends of the header: what this is; whose data of what time, and which phase of the campaign one is looking at."""

from collections.abc import Mapping

import streamlit as st

from store.phases import BOOK_PHASES, Ahead, Phase
from texts import lookup, say
from texts.escape import for_html


def show_header(
    meta: Mapping[str, str] | None = None,
    campaign: tuple[Phase | None, Ahead | None] = (None, None),
    *,
    beside_name: bool = False,
) -> None:
    """
    Put brand, demo mark, city, data time and phase into the header.

    Parameters
    ----------
    meta
        ``City.meta`` of the city shown; its texts are data and are escaped. Without it the brand stands alone.
    campaign
        The phase of today, and the next one.
    beside_name
        Whether the name of who signed in stands at the right of it.
    """
    parts = [] if meta is None else [*_city_parts(meta), _phase_html(*campaign)]
    brand = for_html(say("shell.brand"))
    place = "whose beside-name" if beside_name else "whose"
    whose = f'<div class="{place}">{"".join(parts)}</div>'
    st.html(f'<div class="fixed-parts"><div class="brand">{brand}</div>{whose}</div>')


def _city_parts(meta: Mapping[str, str]) -> list[str]:
    parts = []
    if meta.get("demo") == "1":
        parts.append(f'<span class="demo-mark">{for_html(say("shell.demo_mark"))}</span>')
    parts.append(f'<span class="city">{for_html(meta.get("name") or say("shell.unnamed_city"))}</span>')
    if meta.get("data_date"):
        parts.append(f'<span class="when">{for_html(say("shell.data_time", time=meta["data_date"]))}</span>')
    return parts


def show_instead(phase: str | None) -> None:
    """
    Let the header say that this session judges by another phase of the rule book than that of today.

    It is a style of its own, so that a part of a page that runs again by itself can change it.

    Parameters
    ----------
    phase
        Which; None when it is that of today.
    """
    named = phase if phase in BOOK_PHASES else None
    rules = [f".campaign .ahead {{ display: {'none' if named else 'inline'}; }}"]
    rules += [f".campaign .{one} {{ display: {'inline' if one == named else 'none'}; }}" for one in BOOK_PHASES]
    st.html(f"<style>{' '.join(rules)}</style>")


def _phase_html(phase: Phase | None, ahead: Ahead | None) -> str:
    today = "" if phase is None else f"<b>{for_html(phase.name)}</b>"
    names = lookup("people.calendar.book_phases")
    told = [("ahead", for_html(say("people.phases.ahead", name=ahead.phase.name, days=ahead.days)))] if ahead else []
    told += [(one, f"<b>{for_html(say('people.phases.instead', name=names[one]))}</b>") for one in BOOK_PHASES]
    joint = " · " if today else ""
    parts = "".join(f'<span class="{kind}">{joint}{text}</span>' for kind, text in told)
    return f'<span class="campaign">{today}{parts}</span>'
