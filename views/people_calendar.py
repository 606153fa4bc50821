"""The campaign's phases of a year: drawn to scale, read, and set."""

from calendar import isleap
from datetime import date

import streamlit as st

from data.settings import settings
from store import Person, Phase, Store, StoreError
from store.phases import BOOK_PHASES
from store.workdays import announced
from texts import lookup, say
from texts.escape import for_html
from views import office
from views.people_forms import attempt, sentence, show_refused
from views.theme import colours

_PART = "calendar"
_AHEAD = 2  # years that can be set beyond this one


def show_calendar(kept: Store, by: Person) -> None:
    """A year's phases, and the form of other ones."""
    today = kept.base.today()
    with st.container(width=200):
        year = st.selectbox(
            say("people.calendar.year"), range(today.year - 1, today.year + _AHEAD + 1), index=1, key="people_year"
        )
    phases = kept.calendar.year(by, year)
    sentence(say("people.calendar.sentence", year=year))
    st.html(_strip(year, phases, today))
    st.html("".join(f'<p class="note">{for_html(remark)}</p>' for remark in _remarks(kept, by, year)))
    show_refused(_PART)
    _ask(kept, by, year, phases)


def _remarks(kept: Store, by: Person, year: int) -> list[str]:
    said = [say("people.calendar.own" if kept.calendar.is_set(by, year) else "people.calendar.default")]
    if fixed := settings()["phase"]:
        names = lookup("people.calendar.book_phases")
        said.append(say("people.calendar.fixed", name=names.get(fixed, fixed)))
    if not announced(year):
        said.append(say("people.calendar.unannounced", year=year))
    return said


def _strip(year: int, phases: list[Phase], today: date) -> str:
    """The year from left to right, each phase as long as it is, and where today is."""
    fills = colours().phases
    days = 366 if isleap(year) else 365
    parts = []
    for number, phase in enumerate(phases):
        left = (phase.first_on - date(year, 1, 1)).days / days
        wide = ((phase.last_on - phase.first_on).days + 1) / days
        fill = fills[min(number, len(fills) - 1)]
        bar = f'<i style="background:{fill}"></i>'
        parts.append(f'<div class="phase" style="left:{left:.4%};width:{wide:.4%}">{bar}{for_html(phase.name)}</div>')
    if today.year == year:
        left = (today - date(year, 1, 1)).days / days
        parts.append(f'<div class="today" style="left:{left:.4%}">{say("people.calendar.today")}</div>')
    return f'<div class="year-strip">{"".join(parts)}</div>'


def _ask(kept: Store, by: Person, year: int, phases: list[Phase]) -> None:
    names = lookup("people.calendar.book_phases")
    for number, phase in enumerate(phases):
        key, shown = f"people_{year}_{number}", "visible" if number == 0 else "collapsed"
        name, first, last, book, _ = st.columns([3, 3, 3, 3, 8], gap="small")
        name.text_input(say("people.calendar.name"), phase.name, key=f"{key}_name", label_visibility=shown)
        for column, part, day in ((first, "first", phase.first_on), (last, "last", phase.last_on)):
            label = say(f"people.calendar.{part}")
            column.text_input(label, day.isoformat(), key=f"{key}_{part}", label_visibility=shown)
        book.selectbox(
            say("people.calendar.book"),
            BOOK_PHASES,
            index=BOOK_PHASES.index(phase.book_phase),
            format_func=names.get,
            key=f"{key}_book",
            label_visibility=shown,
        )
    label = say("people.calendar.save", year=year)
    st.button(label, type="primary", key="people_year_save", on_click=_save, args=(kept, by, year, phases))


def _save(kept: Store, by: Person, year: int, phases: list[Phase]) -> None:
    def save() -> str:
        given, faults = [], []
        for number, phase in enumerate(phases):
            told = {
                name: st.session_state[f"people_{year}_{number}_{name}"] for name in ("name", "first", "last", "book")
            }
            days = [_day(told[name]) for name in ("first", "last")]
            faults += [
                say("people.calendar.no_day", phase=phase.name, found=told[name])
                for name, day in zip(("first", "last"), days, strict=True)
                if day is None
            ]
            given.append((phase.code, told["name"].strip(), *days, told["book"]))
        if faults:
            raise StoreError(faults)
        kept.calendar.set_year(by, year, [Phase(*one) for one in given])
        office.campaign_changed()
        return say("people.calendar.saved", year=year)

    attempt(_PART, save)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
