"""What an account and a password have to be like."""

import re

from store.access import DISTRICT, ROLES, UNIT
from store.errors import StoreError
from texts import say

LEAST_PASSWORD, MOST_PASSWORD = 10, 200
_LOGIN = re.compile(r"[\w.@-]{2,40}")


def raise_store_faults(faults: list[str]) -> None:
    """
    Do nothing without faults.

    Raises
    ------
    StoreError
        When there are any, with all of them.
    """
    if faults:
        raise StoreError(faults)


def account_faults(login: str, name: str, role: str, unit: str, district: str) -> list[str]:
    """What is wrong with an account, a sentence each."""
    checks = {
        say("store.people.login"): _LOGIN.fullmatch(login) is None,
        say("store.people.name"): not 0 < len(name) <= 40,
        say("store.people.role", role=role): role not in ROLES,
        say("store.people.needs_unit"): role == UNIT and not unit,
        say("store.people.needs_district"): role == DISTRICT and not district,
    }
    return [sentence for sentence, wrong in checks.items() if wrong]


def password_faults(login: str, password: str) -> list[str]:
    """What is wrong with a password, a sentence each."""
    checks = {
        say("store.people.short", least=LEAST_PASSWORD): len(password) < LEAST_PASSWORD,
        say("store.people.long", most=MOST_PASSWORD): len(password) > MOST_PASSWORD,
        say("store.people.like_login"): password.casefold() == login,
    }
    return [sentence for sentence, wrong in checks.items() if wrong]
