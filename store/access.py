"""Who acts: roles, what each may do, and which orders and gaps each sees. Nothing in a store happens without this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from store.errors import Denied
from store.schema import people, sessions, wall_tokens
from texts import say

COMMAND, DISTRICT, UNIT, PLANNER, WALL, SYSTEM_ROLE = "command", "district", "unit", "planner", "wall", "system"
ROLES = (COMMAND, DISTRICT, UNIT, PLANNER)
"""What an account may be; the wall comes by a token."""

WHOLE, AREA, OWN = "whole", "area", "own"
RIGHTS: Mapping[str, Mapping[str, str]] = {
    "coverage": {COMMAND: WHOLE, PLANNER: WHOLE, DISTRICT: AREA},
    "siting": {COMMAND: WHOLE, PLANNER: WHOLE, DISTRICT: AREA},
    "orders": {COMMAND: WHOLE, PLANNER: WHOLE, DISTRICT: AREA, UNIT: OWN},
    "mock": {COMMAND: WHOLE, PLANNER: WHOLE, DISTRICT: AREA},
    "wall": {COMMAND: WHOLE, WALL: WHOLE},
    "briefing": {COMMAND: WHOLE, PLANNER: WHOLE},
    "import_data": {COMMAND: WHOLE, PLANNER: WHOLE},
    "standards": {COMMAND: WHOLE, PLANNER: WHOLE, DISTRICT: WHOLE, UNIT: WHOLE},
    "people": {COMMAND: WHOLE},
}
"""
Page -> role -> how far it sees: the whole city, its district's area, its unit's own; a role that is not there does not
see the page. Scores, ranks and flags of the districts are published by the campaign, so all who see the page see them;
where, why and how much is missing is seen in one's own area only. What is kept in a store is held to this by
`seen_by` and `owner`, what a page computes by `area`.
"""


@unique
class Act(Enum):
    """What can be asked of a store: the key of its name in ``texts/zh/store.yaml``, and the roles that may."""

    SEE_RUNS = ("see_runs", COMMAND, DISTRICT, UNIT, PLANNER, WALL)
    KEEP_RUNS = ("keep_runs", COMMAND, PLANNER)
    SEE_SCENARIOS = ("see_scenarios", COMMAND, DISTRICT, PLANNER)
    KEEP_SCENARIOS = ("keep_scenarios", COMMAND, DISTRICT, PLANNER)
    SEE_MOCKS = ("see_mocks", COMMAND, DISTRICT, PLANNER)
    KEEP_MOCKS = ("keep_mocks", COMMAND, DISTRICT, PLANNER)
    RECORD_MOCKS = ("record_mocks", COMMAND, DISTRICT, PLANNER)
    TELL_MOCKS = ("tell_mocks", COMMAND, PLANNER)
    SEE_ORDERS = ("see_orders", COMMAND, DISTRICT, UNIT, PLANNER, WALL)
    MAKE_ORDERS = ("make_orders", COMMAND, DISTRICT)
    CHANGE_ORDERS = ("change_orders", COMMAND, DISTRICT, UNIT)
    REVIEW_ORDERS = ("review_orders", COMMAND, PLANNER)
    RAISE_ORDERS = ("raise_orders", COMMAND)
    SEE_AUDIT = ("see_audit", COMMAND)
    MANAGE_PEOPLE = ("manage_people", COMMAND)
    SEE_CALENDAR = ("see_calendar", COMMAND, DISTRICT, UNIT, PLANNER, WALL)
    SET_CALENDAR = ("set_calendar", COMMAND)
    CHANGE_OWN_PASSWORD = ("change_own_password", COMMAND, DISTRICT, UNIT, PLANNER)

    def __init__(self, key: str, *roles: str):
        self.key, self.roles = key, roles


@dataclass(frozen=True)
class Person:
    """
    Who acts, as they signed in; the base is asked at every step whether that still holds.

    Attributes
    ----------
    id
        Of the account, or of the wall token.
    role
        One of `ROLES`, or ``wall``.
    unit, district
        What a unit answers for, what a district sees; empty for others.
    stamp
        Goes up with every change of the account: who signed in before has to sign in again.
    until
        The session ends then.
    must_change
        The first password has to be changed before anything else.
    outside
        An OIDC provider or a trusted proxy vouched for them; passwords do not matter.
    session
        The session of `store.sessions` in which they act, so that it can be ended from elsewhere; 0 for none.
    """

    id: int
    name: str
    role: str
    unit: str = ""
    district: str = ""
    stamp: int = 0
    until: datetime | None = None
    must_change: bool = False
    outside: bool = False
    session: int = 0


SYSTEM = Person(0, SYSTEM_ROLE, SYSTEM_ROLE)
"""The program itself: what runs by the clock."""

_SEE_ALL = (COMMAND, PLANNER, WALL, SYSTEM_ROLE)
_SYSTEM_MAY = (Act.KEEP_RUNS, Act.REVIEW_ORDERS, Act.RAISE_ORDERS, Act.SEE_RUNS, Act.SEE_CALENDAR)


def let_act(connection: Connection, by: Person, act: Act, now: datetime) -> None:
    """
    Do nothing when the person may.

    Raises
    ------
    Denied
        When the session has ended, the account was changed or closed, the token revoked, the first password not
        changed yet, or the role may not.
    """
    if by.role == SYSTEM_ROLE:
        if by is not SYSTEM or act not in _SYSTEM_MAY:
            raise Denied(say("store.access.role", name=by.name, act=say(f"store.acts.{act.key}")))
        return
    let_stay(connection, by, now)
    if by.must_change and act is not Act.CHANGE_OWN_PASSWORD:
        raise Denied(say("store.access.first_password"))
    if by.role not in act.roles:
        raise Denied(say("store.access.role", name=by.name, act=say(f"store.acts.{act.key}")))


def let_stay(connection: Connection, by: Person, now: datetime) -> None:
    """
    Do nothing while the person is still who signed in.

    Raises
    ------
    Denied
        When the session has ended, the account was changed or closed, or the token revoked.
    """
    if by.until is not None and now >= by.until:
        raise Denied(say("store.access.expired"))
    if not (_token_holds(connection, by, now) if by.role == WALL else _account_holds(connection, by)):
        raise Denied(say("store.access.changed"))


def seen_by(by: Person, table: Table) -> list[ColumnElement[bool]]:
    """The conditions under which a person sees a row of ``table`` (with ``unit`` and ``district``)."""
    if by.role == UNIT:
        return [table.c.unit == by.unit]
    if by.role == DISTRICT:
        return [table.c.district == by.district]
    return [] if by.role in _SEE_ALL else [sa.false()]


def area(by: Person, page: str) -> str | None:
    """
    The district to which what a person sees on a page is narrowed; None for the whole city.

    Raises
    ------
    Denied
        When the role does not see the page.
    """
    reach = RIGHTS[page].get(by.role)
    if reach is None:
        raise Denied(say("store.access.page", name=by.name))
    return by.district if reach == AREA else None


def owner(by: Person) -> str:
    """Whose what a person keeps is: their district's, or "" for what the command centre and planners share."""
    return by.district if by.role == DISTRICT else ""


def _account_holds(connection: Connection, by: Person) -> bool:
    row = connection.execute(sa.select(people).where(people.c.id == by.id)).one_or_none()
    if row is None or not row.active or row.stamp != by.stamp:
        return False
    if (row.role, row.unit, row.district) != (by.role, by.unit, by.district):
        return False
    return by.must_change == (row.must_change and not by.outside) and _session_holds(connection, by)


def _session_holds(connection: Connection, by: Person) -> bool:
    if not by.session:
        return True
    row = connection.execute(sa.select(sessions).where(sessions.c.id == by.session)).one_or_none()
    return row is not None and row.ended_at is None and (row.person, row.stamp) == (by.id, by.stamp)


def _token_holds(connection: Connection, by: Person, now: datetime) -> bool:
    row = connection.execute(sa.select(wall_tokens).where(wall_tokens.c.id == by.id)).one_or_none()
    return row is not None and row.revoked_at is None and now < row.until
