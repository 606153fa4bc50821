"""Who did what when, as sentences that can be read: filtered, older pages, taken along."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import streamlit as st

from store import Person, Store
from store.access import ROLES, WALL
from store.audit import CALENDAR, MOCK, Entry
from store.order_book import order_book
from texts import lookup, numbers, say
from views.people_forms import at, sentence
from views.plain_tables import table_html
from views.tables import table_csv

_A_PAGE = 50
_MOST = 20_000
_BEFORE = "people_audit_before"
_MOST_LINES = 6  # of a mock assessment, in one entry
QUIET = ("version", "is_open", "city_print", "book_print", "facts")  # what says nothing to a reader


def show_audit(kept: Store, by: Person) -> None:
    """The newest entries, older ones on demand."""
    sentence(say("people.audit.sentence"))
    asked = _ask(kept, by)
    entries = kept.audit.entries(by, **asked, limit=_A_PAGE + 1, before=st.session_state.get(_BEFORE))
    if not entries:
        st.html(f'<p class="empty">{say("people.audit.none")}</p>')
    else:
        st.html(table_html(audit_table(entries[:_A_PAGE]), most=_A_PAGE))
    _turn(entries)


def audit_table(entries: list[Entry]) -> pd.DataFrame:
    """Entries in Chinese, a row each: when, who, as what, about what, what was done, from what to what."""
    heads = lookup("people.audit.heads")
    return pd.DataFrame([_row(entry) for entry in entries], columns=list(heads.values()), dtype=object)


def _ask(kept: Store, by: Person) -> dict[str, str | None]:
    abouts, everything = lookup("people.audit.abouts"), say("people.audit.all")
    names = sorted({one.name for one in kept.people.accounts(by)})
    with st.container(horizontal=True, key="people_audit_controls", vertical_alignment="bottom"):
        about = st.selectbox(
            say("people.audit.about"),
            [None, *abouts],
            format_func=lambda code: abouts.get(code, everything),
            key="people_audit_about",
            on_change=_newest,
            width=180,
        )
        name = st.selectbox(
            say("people.audit.who"),
            [None, *names],
            format_func=lambda who: who or everything,
            key="people_audit_who",
            on_change=_newest,
            width=180,
        )
        asked = {"about": about, "name": name}
        st.download_button(
            say("people.audit.download"),
            lambda: table_csv(audit_table(kept.audit.entries(by, **asked, limit=_MOST))),
            file_name=f"{say('people.audit.file')}.csv",
            on_click="ignore",
            help=say("people.audit.most", most=_MOST),
            key="people_audit_download",
        )
    return asked


def _turn(entries: list[Entry]) -> None:
    with st.container(horizontal=True, key="people_audit_turn"):
        if len(entries) > _A_PAGE:
            oldest = entries[_A_PAGE - 1].id
            st.button(say("people.audit.older"), key="people_older", on_click=_older, args=(oldest,))
        if st.session_state.get(_BEFORE) is not None:
            st.button(say("people.audit.newest"), key="people_newest", on_click=_newest)


def _older(number: int) -> None:
    st.session_state[_BEFORE] = number


def _newest() -> None:
    st.session_state[_BEFORE] = None


def _row(entry: Entry) -> tuple[str, ...]:
    roles, abouts = lookup("store.roles"), lookup("people.audit.abouts")
    about = abouts.get(entry.about, entry.about)
    subject = f"{about} {entry.number}" if entry.number else about
    changes = OWN_WORDS.get((entry.about, entry.act), _changes)
    said = changes(entry.before, entry.after)
    said += [entry.note] if entry.note else []
    act = lookup("people.audit.acts").get(entry.act) or _step(entry.act)
    name = roles.get(entry.name, entry.name)
    return at(entry.at), name, roles.get(entry.role, entry.role), subject, act, "；".join(said)


def _step(act: str) -> str:
    book = order_book()
    known = act in book.steps or act in lookup("store.orders.steps")
    return book.step_name(act) if known else act


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    fields = lookup("people.audit.fields")
    said = []
    for name in dict.fromkeys([*before, *after]):
        old, new = ("" if side.get(name) is None else side[name] for side in (before, after))
        if name in QUIET or old == new:
            continue
        values = {"field": fields.get(name, name), "after": _value(name, after.get(name))}
        if name in before:
            said.append(say("people.audit.changed", before=_value(name, before[name]), **values))
        else:
            said.append(say("people.audit.set_to", **values))
    return said


def _lines(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The first few lines of a mock assessment that were filled in, and how many there are."""
    told = [
        say("people.audit.line", key=key, before=_found(before.get(key)), after=_found(after[key]))
        for key in list(after)[:_MOST_LINES]
    ]
    return told + ([say("people.audit.more_lines", count=numbers.whole(len(after)))] if len(after) > len(told) else [])


def _phases(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The phases of a year that were set otherwise: a name, its days and what books are judged by."""
    empty, books = say("people.audit.empty"), lookup("people.calendar.book_phases")

    def told(side: Mapping[str, object], code: str) -> str:
        *words, book = str(side[code]).split() if code in side else [empty]
        return " ".join([*words, books.get(book, book)])

    codes = [code for code in dict.fromkeys([*before, *after]) if before.get(code) != after.get(code)]
    return [say("people.audit.phase", before=told(before, code), after=told(after, code)) for code in codes]


def _found(line: object) -> str:
    """What stands in a line: what was found, and the remark."""
    found, remark = line if isinstance(line, list) else (None, "")
    text = say("people.audit.empty") if found is None else numbers.plain(found)
    return say("people.audit.found", found=text, remark=remark) if remark else text


def _value(name: str, value: object) -> str:
    """A value as a reader knows it."""
    if value is None or value == "":
        return say("people.audit.empty")
    if isinstance(value, Mapping):
        return numbers.whole(len(value))
    if isinstance(value, list):
        return say("explain.joiner").join(map(str, value))
    if isinstance(value, bool):
        return say(f"people.audit.{'yes' if value else 'no'}")
    if name == "role" and value in (*ROLES, WALL):
        return lookup("store.roles")[value]
    if name == "state" and value in order_book().states:
        return order_book().states[value].name
    if name == "phase":
        return lookup("people.calendar.book_phases").get(value, str(value))
    if name == "level" and value in order_book().level_names:
        return order_book().level_names[value]
    if isinstance(value, float):
        return f"{value:.1f}"
    return _moment(str(value))


def _moment(text: str) -> str:
    """A point in time as it is in China; any other text as it is."""
    if "T" not in text:
        return text
    try:
        return at(datetime.fromisoformat(text))
    except ValueError:
        return text


OWN_WORDS = {(MOCK, "record"): _lines, (CALENDAR, "set"): _phases}
"""What is told otherwise than field by field."""
