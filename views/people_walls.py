"""Links of wall screens: made, shown once, revoked."""

import pandas as pd
import streamlit as st

from store import Person, Store
from store.tokens import MOST_DAYS, WallToken
from texts import lookup, say
from texts.escape import for_html
from views.notices import show_notice
from views.people_forms import at, attempt, heading, refuse, sentence, show_refused
from views.plain_tables import table_html

_PART = "walls"
_SHOWN = "people_wall_shown"
_DAYS = 90


def show_walls(kept: Store, by: Person) -> None:
    """All links, and beside them the form of a new one."""
    tokens = kept.tokens.all(by)
    left, right = st.columns([17, 8], gap="large")
    with left:
        sentence(say("people.walls.sentence"))
        _show_new()
        if tokens:
            st.html(table_html(_table(kept, tokens)))
        else:
            st.html(f'<p class="empty">{say("people.walls.none")}</p>')
    with right:
        show_refused(_PART)
        _ask(kept, by)
        _ask_revoke(kept, by, {one.id: one for one in tokens if _good(kept, one)})


def _show_new() -> None:
    """The link that was just made; it cannot be shown again."""
    if token := st.session_state.get(_SHOWN):
        show_notice(say("people.walls.shown"))
        st.html(f'<p class="wall-link">{for_html(_link(token))}</p>')
        st.button(say("people.walls.hide"), key="people_wall_hide", on_click=st.session_state.pop, args=(_SHOWN, None))


def _link(token: str) -> str:
    base = (st.context.url or "").partition("?")[0].rpartition("/")[0]
    return f"{base}/wall?token={token}"


def _table(kept: Store, tokens: list[WallToken]) -> pd.DataFrame:
    heads = lookup("people.walls.heads")
    rows = [(one.name, at(one.made_at), at(one.until), _state(kept, one)) for one in tokens]
    return pd.DataFrame(rows, columns=list(heads.values()), dtype=object)


def _state(kept: Store, token: WallToken) -> str:
    if token.revoked_at is not None:
        return say("people.walls.revoked", at=at(token.revoked_at))
    return say("people.walls.good" if _good(kept, token) else "people.walls.ended")


def _good(kept: Store, token: WallToken) -> bool:
    return token.revoked_at is None and kept.base.now() < token.until


def _ask(kept: Store, by: Person) -> None:
    heading(say("people.walls.make"))
    st.text_input(say("people.walls.name"), key="people_wall_name", placeholder=say("people.walls.name_hint"))
    st.number_input(say("people.walls.days"), 1, MOST_DAYS, _DAYS, key="people_wall_days")
    st.button(say("people.walls.make"), type="primary", key="people_wall_make", on_click=_make, args=(kept, by))


def _ask_revoke(kept: Store, by: Person, good: dict[int, WallToken]) -> None:
    if not good:
        return
    heading(say("people.walls.revoke"))
    chosen = st.selectbox(
        say("people.walls.choose"), list(good), format_func=lambda number: good[number].name, key="people_wall_chosen"
    )
    st.button(say("people.walls.revoke"), key="people_wall_revoke", on_click=_revoke, args=(kept, by, good[chosen]))


def _make(kept: Store, by: Person) -> None:
    name, days = st.session_state["people_wall_name"].strip(), st.session_state["people_wall_days"]
    if not name:
        refuse(_PART, say("people.walls.needs_name"))
        return

    def make() -> str:
        st.session_state[_SHOWN] = kept.tokens.make(by, name, days=days)
        st.session_state["people_wall_name"] = ""
        return say("people.walls.made", name=name)

    attempt(_PART, make)


def _revoke(kept: Store, by: Person, token: WallToken) -> None:
    def revoke() -> str:
        kept.tokens.revoke(by, token.id)
        st.session_state.pop(_SHOWN, None)
        return say("people.walls.revoked_now", name=token.name)

    attempt(_PART, revoke)
