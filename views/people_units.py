"""Units that were renamed or merged."""

import pandas as pd
import streamlit as st

from store import Person, Store
from texts import lookup, say
from views.people_forms import attempt, refuse, sentence, show_refused, units_of_city
from views.plain_tables import table_html

_PART = "units"


def show_units(kept: Store, by: Person) -> None:
    """The names that changed, and the form of another change."""
    names = kept.units.names(by)
    left, right = st.columns([17, 8], gap="large")
    with left:
        sentence(say("people.units.sentence"))
        if names:
            heads = lookup("people.units.heads")
            st.html(table_html(pd.DataFrame(list(names.items()), columns=list(heads.values()), dtype=object), most=500))
        else:
            st.html(f'<p class="empty">{say("people.units.none")}</p>')
    with right:
        show_refused(_PART)
        known = sorted({*units_of_city(), *names.values(), *_of_accounts(kept, by)} - set(names))
        st.selectbox(say("people.units.old"), known, index=None, placeholder=say("people.units.pick"), key="people_old")
        st.selectbox(
            say("people.units.new"), known, index=None, placeholder=say("people.units.pick"), key="people_into"
        )
        st.text_input(say("people.units.type"), key="people_named")
        st.button(say("people.units.rename"), type="primary", key="people_rename", on_click=_rename, args=(kept, by))


def _of_accounts(kept: Store, by: Person) -> set[str]:
    return {one.unit for one in kept.people.accounts(by) if one.unit}


def _rename(kept: Store, by: Person) -> None:
    old = st.session_state["people_old"]
    new = st.session_state["people_named"].strip() or st.session_state["people_into"] or ""
    if old is None:
        refuse(_PART, say("people.units.choose"))
        return

    def rename() -> str:
        count = kept.units.rename(by, old, new)
        return say("people.units.done", old=old, new=new, count=count)

    if attempt(_PART, rename):
        st.session_state["people_old"] = st.session_state["people_into"] = None
        st.session_state["people_named"] = ""
