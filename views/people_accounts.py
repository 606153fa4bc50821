"""Accounts: who there is, one added, changed, closed, given a new password."""

import pandas as pd
import streamlit as st

from store import Person, Store
from store.access import COMMAND, DISTRICT, ROLES, UNIT
from store.people import Account
from texts import lookup, say
from views import door, office
from views.people_forms import (
    at,
    attempt,
    districts_of_city,
    heading,
    refuse,
    sentence,
    show_refused,
    units_of_city,
)
from views.plain_tables import table_html
from views.sign_in import ask_first_account

_PART = "accounts"
_NEW, _OTHER = 0, ""
_MOST = 500


def show_accounts(kept: Store, by: Person) -> None:
    """All accounts, and beside them the form of one."""
    accounts = [one for one in kept.people.accounts(by) if one.login != "demo"]
    if not accounts:
        _show_first(by)
        return
    left, right = st.columns([17, 8], gap="large")
    with left:
        counts = {
            "total": len(accounts),
            "active": sum(one.active for one in accounts),
            "command": sum(one.role == COMMAND and one.active for one in accounts),
        }
        sentence(say("people.accounts.sentence", **counts))
        st.html(table_html(_table(kept, accounts), most=_MOST))
    with right:
        _ask(kept, by, {one.id: one for one in accounts})


def _show_first(by: Person) -> None:
    sentence(say("people.accounts.none"))
    if not office.is_demo(by):
        return
    with st.container(width=420, key="people_first"):
        heading(say("people.first.title"))
        st.html(f'<p class="note">{say("people.first.how")}</p>')
        ask_first_account(password=door.way() == door.LOCAL)


def _table(kept: Store, accounts: list[Account]) -> pd.DataFrame:
    heads, roles = lookup("people.accounts.heads"), lookup("store.roles")
    rows = [(one.login, one.name, roles[one.role], one.unit or one.district, _state(kept, one)) for one in accounts]
    return pd.DataFrame(rows, columns=list(heads.values()), dtype=object)


def _state(kept: Store, account: Account) -> str:
    if not account.active:
        return say("people.accounts.closed")
    if account.locked_until is not None and account.locked_until > kept.base.now():
        return say("people.accounts.locked", until=at(account.locked_until)[-5:])
    if account.must_change:
        return say("people.accounts.first_password")
    return say("people.accounts.open" if account.has_password else "people.accounts.outside")


def _ask(kept: Store, by: Person, accounts: dict[int, Account]) -> None:
    chosen = st.selectbox(
        say("people.accounts.choose"),
        [_NEW, *accounts],
        format_func=lambda number: accounts[number].login if number else say("people.accounts.new"),
        key="people_account",
    )
    show_refused(_PART)
    if chosen == _NEW:
        _ask_new(kept, by)
    else:
        _ask_change(kept, by, accounts[chosen])


def _ask_new(kept: Store, by: Person) -> None:
    st.text_input(say("people.sign_in.login"), key="people_new_login", autocomplete="off")
    _ask_about("new", None)
    outside = door.way() != door.LOCAL
    hint = "people.accounts.password_outside" if outside else "people.accounts.password_hint"
    with _form("people_new_form"):
        _ask_password("people_new_password", say(hint))
        label = say("people.accounts.add")
        st.form_submit_button(label, type="primary", key="people_add", on_click=_add, args=(kept, by))


def _ask_change(kept: Store, by: Person, account: Account) -> None:
    key = str(account.id)
    _ask_about(key, account)
    with st.container(horizontal=True, key="people_account_steps"):
        st.button(
            say("people.accounts.save"), type="primary", key="people_save", on_click=_save, args=(kept, by, account)
        )
        label = say("people.accounts.close" if account.active else "people.accounts.open_again")
        st.button(label, key="people_close", on_click=_close, args=(kept, by, account))
    if account.has_password or door.way() == door.LOCAL:
        with _form(f"people_{key}_form"):
            _ask_password(f"people_{key}_password", say("people.accounts.password_hint"))
            label = say("people.accounts.reset")
            st.form_submit_button(label, key="people_reset", on_click=_reset, args=(kept, by, account))


def _form(key: str):
    """What is typed in it goes with its button, wherever the reader was before they pressed it."""
    return st.form(key, border=False, enter_to_submit=False)


def _ask_password(key: str, hint: str) -> None:
    label = say("people.accounts.password")
    st.text_input(label, key=key, type="password", autocomplete="new-password", placeholder=hint)


def _ask_about(key: str, account: Account | None) -> None:
    """Name, role, and the unit or district that the role asks for."""
    st.text_input(
        say("people.sign_in.name"),
        value="" if account is None else account.name,
        key=f"people_{key}_name",
        autocomplete="off",
    )
    roles = lookup("store.roles")
    role = st.selectbox(
        say("people.accounts.role"),
        ROLES,
        index=ROLES.index(UNIT if account is None else account.role),
        format_func=roles.get,
        key=f"people_{key}_role",
    )
    if role == UNIT:
        _ask_one_of(f"people_{key}_unit", "unit", units_of_city(), "" if account is None else account.unit)
    elif role == DISTRICT:
        own = "" if account is None else account.district
        _ask_one_of(f"people_{key}_district", "district", districts_of_city(), own)


def _ask_one_of(key: str, name: str, known: list[str], own: str) -> None:
    """One of those of the city; a unit may also be one that has nothing to answer for yet."""
    names = sorted({*known, *([own] if own else [])})
    options = [*names, _OTHER] if name == "unit" else names
    chosen = st.selectbox(
        say(f"people.accounts.{name}"),
        options,
        index=options.index(own) if own in names else (0 if options else None),
        format_func=lambda option: option or say("people.accounts.other"),
        key=key,
    )
    if chosen == _OTHER and name == "unit":
        st.text_input(say("people.accounts.other_unit"), key=f"{key}_other")


def _given(key: str) -> dict[str, str]:
    """Name, role, unit and district as they stand in the form."""
    told = st.session_state
    role = told[f"people_{key}_role"]
    unit = told.get(f"people_{key}_unit") or told.get(f"people_{key}_unit_other") or ""
    return {
        "name": told[f"people_{key}_name"],
        "role": role,
        "unit": unit if role == UNIT else "",
        "district": (told.get(f"people_{key}_district") or "") if role == DISTRICT else "",
    }


def _add(kept: Store, by: Person) -> None:
    login, password, given = (
        st.session_state["people_new_login"],
        st.session_state["people_new_password"],
        _given("new"),
    )
    if not password and door.way() == door.LOCAL:
        refuse(_PART, say("people.accounts.needs_password"))
        return

    def add() -> str:
        kept.people.add(by, login, given.pop("name"), given.pop("role"), **given, password=password or None)
        return say("people.accounts.added" if password else "people.accounts.added_outside", login=login.strip())

    if attempt(_PART, add):
        for name in ("login", "name", "password"):
            st.session_state[f"people_new_{name}"] = ""


def _save(kept: Store, by: Person, account: Account) -> None:
    given = _given(str(account.id))

    def save() -> str:
        changed = any(getattr(account, name) != value.strip() for name, value in given.items())
        kept.people.change(by, account.id, **given)
        return say("people.accounts.saved" if changed else "people.accounts.same", login=account.login)

    attempt(_PART, save)


def _close(kept: Store, by: Person, account: Account) -> None:
    def close() -> str:
        kept.people.change(by, account.id, active=not account.active)
        return say(
            "people.accounts.closed_now" if account.active else "people.accounts.opened_now", login=account.login
        )

    attempt(_PART, close)


def _reset(kept: Store, by: Person, account: Account) -> None:
    password = st.session_state[f"people_{account.id}_password"]

    def reset() -> str:
        kept.people.reset_password(by, account.id, password)
        return say("people.accounts.reset_done", login=account.login)

    if attempt(_PART, reset):
        st.session_state[f"people_{account.id}_password"] = ""
