"""Accounts: who may sign in, as what, and with which password."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, Row

from store.access import COMMAND, Act, Person
from store.account_rules import MOST_PASSWORD, account_faults, password_faults, raise_store_faults
from store.audit import PERSON, line, record
from store.base import ZONE, Base
from store.errors import Denied, StoreError
from store.schema import audit, people
from texts import say

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
DEMO = "demo"
"""The account under which one looks around without signing in."""
SESSION = timedelta(hours=12)
_HOSTS = ("127.0.0.1", "::1", "localhost")
_HASHER = PasswordHasher()
_SHOWN = ("login", "name", "role", "unit", "district", "active")


@dataclass(frozen=True)
class Account:
    """An account as the command centre sees it."""

    id: int
    login: str
    name: str
    role: str
    unit: str
    district: str
    active: bool
    must_change: bool
    locked_until: datetime | None
    has_password: bool


class People:
    """Accounts and signing in."""

    def __init__(self, base: Base):
        self._base = base

    def any(self) -> bool:
        """Whether there is an account at all: else `first` makes one."""
        with self._base.open(writing=False) as connection:
            return _count(connection) > 0

    def first(self, login: str, name: str, password: str | None) -> Person:
        """
        The first account, of the command centre; with a password of the person's own choice.

        Without one only an OIDC provider or a trusted proxy can let the person in.

        Raises
        ------
        StoreError
            When there is one already, or something is wrong with what was given.
        """
        row = _row(login, name, COMMAND, "", "", password)
        with self._base.open(writing=True) as connection:
            if _count(connection):
                raise Denied(say("store.people.not_first"))
            number = self._insert(connection, {**row, "must_change": False})
            person = self._person(connection.execute(_by_id(number)).one())
            record(connection, [line(person, self._base.now(), PERSON, number, "add", after=_shown(row))])
        return person

    def add(
        self,
        by: Person,
        login: str,
        name: str,
        role: str,
        *,
        unit: str = "",
        district: str = "",
        password: str | None = None,
    ) -> int:
        """
        A new account; its number. The password has to be changed when it is first used.

        Without a password only an OIDC provider or a trusted proxy can let the person in.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            When the login is taken, or something is wrong with what was given.
        """
        row = _row(login, name, role, unit, district, password)
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            if connection.execute(sa.select(people.c.id).where(people.c.login == row["login"])).first():
                raise StoreError(say("store.people.exists", login=row["login"]))
            number = self._insert(connection, row)
            record(connection, [line(by, self._base.now(), PERSON, number, "add", after=_shown(row))])
        return number

    def accounts(self, by: Person) -> list[Account]:
        """All accounts by login. Denied to all but the command centre."""
        with self._base.reading(by, Act.MANAGE_PEOPLE) as connection:
            rows = connection.execute(sa.select(people).order_by(people.c.login)).all()
        return [_account(row) for row in rows]

    def change(
        self,
        by: Person,
        number: int,
        *,
        name: str | None = None,
        role: str | None = None,
        unit: str | None = None,
        district: str | None = None,
        active: bool | None = None,
    ) -> None:
        """
        Change an account, close it or open it again; whoever uses it has to sign in again.

        Raises
        ------
        Denied
            To all but the command centre.
        StoreError
            When there is none, it would be the last one of the command centre, or what was given is wrong.
        """
        given = {"name": name, "role": role, "unit": unit, "district": district, "active": active}
        asked = {
            key: value.strip() if isinstance(value, str) else value for key, value in given.items() if value is not None
        }
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            old = _known(connection, number)
            after = {**_shown(old._mapping), **asked}
            raise_store_faults(account_faults(*(after[name] for name in _SHOWN if name != "active")))
            if old.role == COMMAND and old.active and (after["role"] != COMMAND or not after["active"]):
                _keep_one_command(connection, number)
            changed = {key: value for key, value in asked.items() if getattr(old, key) != value}
            if changed:
                connection.execute(
                    sa.update(people).where(people.c.id == number).values(**changed, stamp=people.c.stamp + 1)
                )
                before = {key: getattr(old, key) for key in changed}
                entry = line(by, self._base.now(), PERSON, number, "change", before=before, after=changed)
                record(connection, [entry])

    def reset_password(self, by: Person, number: int, password: str) -> None:
        """
        Give an account a new first password and open its lock. Raises as `change`.
        """
        with self._base.writing(by, Act.MANAGE_PEOPLE) as connection:
            old = _known(connection, number)
            raise_store_faults(password_faults(old.login, password))
            self._set_password(connection, old, password, must_change=True)
            record(connection, [line(by, self._base.now(), PERSON, number, "reset_password")])

    def change_password(self, by: Person, old: str, new: str) -> Person:
        """
        The person's own new password; the person as signed in with it.

        Raises
        ------
        StoreError
            When the old one is not theirs, or the new one will not do. A wrong old one counts as a wrong sign-in.
        """
        with self._base.writing(by, Act.CHANGE_OWN_PASSWORD) as connection:
            row = _known(connection, by.id)
            raise_store_faults(password_faults(row.login, new))
            if new == old:
                raise StoreError(say("store.people.same"))
        if self._proved(row.login, old) is None:
            raise Denied(say("store.people.old_wrong"))
        with self._base.writing(by, Act.CHANGE_OWN_PASSWORD) as connection:
            row = _known(connection, by.id)
            self._set_password(connection, row, new, must_change=False)
            record(connection, [line(by, self._base.now(), PERSON, by.id, "change_password")])
            return self._person(_known(connection, by.id))

    def sign_in(self, login: str, password: str) -> Person:
        """
        The person of a login and a password. After `TRIES` wrong ones the account is locked for `LOCKED_FOR`.

        Raises
        ------
        Denied
            When they do not belong together, or the account is locked or closed.
        """
        row = self._proved(login.strip().casefold(), password)
        if row is None:
            raise Denied(say("store.people.wrong"))
        with self._base.open(writing=True, changing=False) as connection:
            person = self._person(row)
            record(connection, [line(person, self._base.now(), PERSON, row.id, "sign_in")])
        return person

    def sign_in_outside(self, login: str) -> Person:
        """
        The person whom an OIDC provider or a trusted proxy vouches for.

        Raises
        ------
        Denied
            When the command centre has made no account of this login, or closed it.
        """
        with self._base.open(writing=True, changing=False) as connection:
            row = connection.execute(_by_login(login.strip().casefold())).one_or_none()
            if row is None or not row.active or row.login == DEMO:
                raise Denied(say("store.people.outside", login=login))
            person = self._person(row, outside=True)
            if not self._told_lately(connection, row.id):
                record(connection, [line(person, self._base.now(), PERSON, row.id, "sign_in_outside")])
        return person

    def demo(self, host: str) -> Person:
        """
        Somebody of the command centre without signing in, to look around a demo on one's own machine.

        Raises
        ------
        Denied
            From any other host, or once there is an account with which one can sign in.
        """
        if host not in _HOSTS:
            raise Denied(say("store.people.demo_host"))
        with self._base.open(writing=True, changing=False) as connection:
            if _count(connection, sa.or_(people.c.login != DEMO, ~people.c.active)):
                raise Denied(say("store.people.demo_people"))
            row = connection.execute(_by_login(DEMO)).one_or_none()
            if row is None:
                fresh = {"login": DEMO, "name": say("store.people.demo"), "role": COMMAND, "unit": "", "district": ""}
                fresh |= {"password": None, "must_change": False}
                row = connection.execute(_by_id(self._insert(connection, fresh))).one()
            return self._person(row)

    def _told_lately(self, connection: Connection, number: int) -> bool:
        """Whether the audit trail has them coming by another door within the time of one session: each reload does."""
        since = self._base.now() - SESSION
        same = (audit.c.about == PERSON, audit.c.number == number, audit.c.act == "sign_in_outside")
        return connection.execute(sa.select(audit.c.id).where(*same, audit.c.at > since).limit(1)).first() is not None

    def _proved(self, login: str, password: str) -> Row | None:
        """
        The account of a login if that is its password, as it was when this was looked at; None when it is not.

        Counted as wrong before it is looked at: no two tries at once. A password that was reset meanwhile proves
        nothing, and stays as it was reset.
        """
        with self._base.open(writing=True, changing=False) as connection:
            row = connection.execute(_by_login(login).with_for_update()).one_or_none()
            hashed = row.password if row is not None and row.active else None
            if hashed is not None:
                self._refuse_locked(row)
                self._count_try(connection, row)
        if not _verified(hashed or _nobody(), password) or hashed is None:
            return None
        with self._base.open(writing=True, changing=False) as connection:
            better = {"password": _HASHER.hash(password)} if _HASHER.check_needs_rehash(hashed) else {}
            same = (people.c.id == row.id, people.c.stamp == row.stamp)
            told = sa.update(people).where(*same).values(failures=0, locked_until=None, **better)
            return row if connection.execute(told).rowcount else None

    def _refuse_locked(self, row: Row) -> None:
        if row.locked_until is not None and self._base.now() < row.locked_until:
            until = row.locked_until.astimezone(ZONE).strftime("%H:%M")
            raise Denied(say("store.people.locked", until=until))

    def _count_try(self, connection: Connection, row: Row) -> None:
        now = self._base.now()
        failures = 1 if row.locked_until is not None else row.failures + 1  # a lock that has ended begins anew
        locked = now + LOCKED_FOR if failures >= TRIES else None
        connection.execute(
            sa.update(people).where(people.c.id == row.id).values(failures=failures, locked_until=locked)
        )
        if locked is not None:
            who = Person(row.id, row.name, row.role)
            record(connection, [line(who, now, PERSON, row.id, "last_try", after={"failures": failures})])

    def _set_password(self, connection: Connection, row: Row, password: str, *, must_change: bool) -> None:
        connection.execute(
            sa.update(people)
            .where(people.c.id == row.id)
            .values(
                password=_HASHER.hash(password),
                must_change=must_change,
                failures=0,
                locked_until=None,
                stamp=people.c.stamp + 1,
            )
        )

    def _insert(self, connection: Connection, row: Mapping[str, object]) -> int:
        if row["login"] != DEMO:  # with the first account the demo ends
            over = {"active": False, "stamp": people.c.stamp + 1}
            connection.execute(sa.update(people).where(people.c.login == DEMO, people.c.active).values(**over))
        more = {"failures": 0, "active": True, "stamp": 1, "made_at": self._base.now()}
        return connection.execute(sa.insert(people).values(**row, **more)).inserted_primary_key[0]

    def _person(self, row: Row, *, outside: bool = False) -> Person:
        return Person(
            row.id,
            row.name,
            row.role,
            row.unit,
            row.district,
            row.stamp,
            self._base.now() + SESSION,
            row.must_change and not outside,
            outside,
        )


def _row(login: str, name: str, role: str, unit: str, district: str, password: str | None) -> dict[str, object]:
    login, name, unit, district = login.strip().casefold(), name.strip(), unit.strip(), district.strip()
    faults = account_faults(login, name, role, unit, district)
    if login == DEMO:
        faults.append(say("store.people.exists", login=login))
    if password is not None:
        faults += password_faults(login, password)
    raise_store_faults(faults)
    hashed = None if password is None else _HASHER.hash(password)
    about = {"login": login, "name": name, "role": role, "unit": unit, "district": district}
    return {**about, "password": hashed, "must_change": password is not None}


def _verified(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password[: MOST_PASSWORD + 1])
    except VerificationError:
        return False


@cache
def _nobody() -> str:
    """A hash to look at when there is no such login, so that both answers take as long."""
    return _HASHER.hash("nobody has this password")


def _keep_one_command(connection: Connection, number: int) -> None:
    others = sa.and_(people.c.role == COMMAND, people.c.active, people.c.id != number, people.c.login != DEMO)
    if not _count(connection, others):
        raise StoreError(say("store.people.last_command"))


def _count(connection: Connection, condition=None) -> int:
    asked = sa.select(sa.func.count()).select_from(people)
    condition = people.c.login != DEMO if condition is None else condition
    return connection.execute(asked.where(condition)).scalar_one()


def _known(connection: Connection, number: int) -> Row:
    row = connection.execute(_by_id(number).with_for_update()).one_or_none()
    if row is None:
        raise StoreError(say("store.people.none"))
    return row


def _by_id(number: int) -> sa.Select:
    return sa.select(people).where(people.c.id == number)


def _by_login(login: str) -> sa.Select:
    return sa.select(people).where(people.c.login == login)


def _shown(row: Mapping[str, object]) -> dict[str, object]:
    return {name: row[name] for name in _SHOWN if name in row}


def _account(row: Row) -> Account:
    same = {name: getattr(row, name) for name in ("id", *_SHOWN, "must_change", "locked_until")}
    return Account(**same, has_password=row.password is not None)
