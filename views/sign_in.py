"""The forms of signing in: account and password, the first account, the first password changed, a provider's button."""

import streamlit as st
from streamlit.errors import StreamlitAuthError

from data.errors import DataError
from store import Person
from texts import say
from views import admission, door
from views.admission import Standing
from views.notices import show_faults, show_notice

_FAULTS = "sign_in_faults"
_WIDTH = 380  # pixels
_TRY_AGAIN_S = 6


def show_sign_in(stand: Standing) -> None:
    """What who is not let in sees in place of a page."""
    with _panel(say("people.sign_in.title")):
        if stand.said:
            show_notice(stand.said, fault=stand.down)
        if stand.down:
            _wait_for_base()
        elif "token" not in st.query_params:
            _ask()


def show_first_password(person: Person) -> None:
    """What who has a first password sees until they have changed it."""
    with _panel(say("people.sign_in.change_title")):
        show_notice(say("people.sign_in.must_change", name=person.name))
        ask_password(person)
        st.button(say("people.sign_in.leave"), on_click=leave, type="tertiary", key="sign_in_leave_first")


def ask_password(person: Person) -> None:
    """The form of a new password of one's own."""
    with st.form("sign_in_change", border=False):
        _secret("old", "current-password")
        _secret("new", "new-password")
        _secret("again", "new-password")
        label = say("people.sign_in.change")
        st.form_submit_button(label, type="primary", on_click=_change, args=(person,), width="stretch")
    _show_faults("change")


def ask_first_account(*, password: bool) -> None:
    """The form of the first account, of the command centre; with a password where people sign in by one."""
    with st.form("sign_in_first", border=False):
        _word("login", "username")
        _word("name", "name")
        if password:
            _secret("new", "new-password")
            _secret("again", "new-password")
        label = say("people.first.make")
        st.form_submit_button(label, type="primary", on_click=_make_first, args=(password,), width="stretch")
    _show_faults("first")


def leave() -> None:
    """Sign out; where the base does not answer, say so."""
    try:
        admission.leave()
    except DataError as error:
        _remember_faults("leave", error.faults)


def show_leave_faults() -> None:
    """Why it was not possible to sign out."""
    _show_faults("leave")


def _ask() -> None:
    way = door.way()
    if admission.first_account_allowed():
        st.html(f'<p class="note">{say("people.first.how")}</p>')
        ask_first_account(password=way == door.LOCAL)
        return
    if elsewhere := admission.first_account_sentence():
        show_notice(elsewhere)
    elif way == door.OIDC:
        st.button(say("people.sign_in.provider"), type="primary", on_click=_to_provider, width="stretch")
        _show_faults("provider")
    elif way == door.LOCAL:
        _ask_account()


def _ask_account() -> None:
    with st.form("sign_in_form", border=False):
        _word("login", "username")
        _secret("password", "current-password")
        st.form_submit_button(say("people.sign_in.enter"), type="primary", on_click=_enter, width="stretch")
    _show_faults("enter")
    st.html(f'<p class="note">{say("people.sign_in.forgotten")}</p>')


def _enter() -> None:
    login, password = (st.session_state[f"sign_in_{name}"] for name in ("login", "password"))
    _try("enter", lambda kept: kept.people.sign_in(login, password))


def _change(person: Person) -> None:
    old, new, again = (st.session_state[f"sign_in_{name}"] for name in ("old", "new", "again"))
    if new != again:
        _remember_faults("change", [say("people.sign_in.differ")])
        return
    _try("change", lambda kept: kept.people.change_password(person, old, new))


def _make_first(password: bool) -> None:
    login, name = (st.session_state[f"sign_in_{name}"] for name in ("login", "name"))
    new, again = (st.session_state[f"sign_in_{name}"] for name in ("new", "again")) if password else (None, None)
    if new != again:
        _remember_faults("first", [say("people.sign_in.differ")])
    elif not admission.first_account_allowed():
        _remember_faults("first", [say("people.first.elsewhere")])
    else:
        _try("first", lambda kept: kept.people.first(login, name, new))


def _try(form: str, sign_in) -> None:
    try:
        admission.enter(sign_in)
    except DataError as error:
        _remember_faults(form, error.faults)


def _to_provider() -> None:
    admission.carry()
    try:
        st.login()
    except StreamlitAuthError:
        _remember_faults("provider", [say("people.sign_in.no_provider")])


def _remember_faults(form: str, faults) -> None:
    st.session_state[_FAULTS] = (form, tuple(faults))


def _show_faults(form: str) -> None:
    """The faults of a form, once."""
    whose, faults = st.session_state.get(_FAULTS, ("", ()))
    if whose == form:
        del st.session_state[_FAULTS]
        if len(faults) == 1:
            show_notice(faults[0], fault=True)
        else:
            show_faults(faults)


@st.fragment(run_every=_TRY_AGAIN_S)
def _wait_for_base() -> None:
    """Look again from time to time whether the base answers."""
    st.html(f'<p class="note">{say("people.sign_in.waiting")}</p>')
    if not admission.is_down():
        st.rerun()


def _word(name: str, kind: str) -> None:
    st.text_input(say(f"people.sign_in.{name}"), key=f"sign_in_{name}", autocomplete=kind)


def _secret(name: str, kind: str) -> None:
    st.text_input(say(f"people.sign_in.{name}"), key=f"sign_in_{name}", type="password", autocomplete=kind)


def _panel(title: str):
    panel = st.container(horizontal_alignment="center").container(key="sign_in_panel", width=_WIDTH)
    panel.html(f'<div class="block-title">{title}</div>')
    return panel
