"""The right end of the header: who signed in, their own password, and the way out."""

from pathlib import Path

import streamlit as st

from store import Person
from texts import say
from texts.escape import for_html
from views.sign_in import ask_password, leave, show_leave_faults
from views.theme import filled_sheet

_SHEET = Path(__file__).with_name("people.css")
_LONGEST = 6  # characters of a name that stand in the header


def apply_style() -> None:
    """The style of this and of the forms of signing in; once a run."""
    st.html(f"<style>{filled_sheet(_SHEET)}</style>")


def show_whoami(person: Person) -> None:
    """Their name; behind it what they are, a new password, and the way out."""
    name = person.name if len(person.name) <= _LONGEST else f"{person.name[: _LONGEST - 1]}…"
    with st.container(key="whoami"), st.popover(plain_label(name), key="whoami_open"):
        where = person.unit or person.district
        said = say("people.whoami", name=person.name, role=say(f"store.roles.{person.role}"), where=where)
        st.html(f'<p class="sentence">{for_html(said.strip(" ·"))}</p>')
        if not person.outside:
            with st.expander(say("people.sign_in.change")):
                ask_password(person)
        st.button(say("people.sign_in.leave"), on_click=leave, key="whoami_leave", width="stretch")
        show_leave_faults()


def plain_label(text: str) -> str:
    """A text of a person as a label of Streamlit, which would read Markdown in it."""
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in text)


_MARKDOWN = set("\\`*_{}[]()#+-.!|~$:<>")
