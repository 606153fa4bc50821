"""Sessions: known again after a reload, ended by the clock, from elsewhere, and by every change of the account."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from store import Denied
from store.schema import sessions
from tests.store.conftest import PASSWORD

OWN = "my very own password"


@pytest.fixture
def signed(kept, staff):
    """Somebody of a unit in a session, and its token."""
    kept.people.add(staff.command, "zhang", "张三", "unit", unit="园林处", password=PASSWORD)
    fresh = kept.people.sign_in("zhang", PASSWORD)
    return kept.sessions.open(kept.people.change_password(fresh, PASSWORD, OWN))


def test_a_session_is_known_again_by_its_token(kept, signed):
    person, token = signed
    assert kept.sessions.resume(token) == person
    assert person.session and kept.orders.page(person).total == 0
    kept.sessions.check(person)


def test_the_token_is_nowhere_to_read(kept, signed):
    _, token = signed
    with kept.base.open(writing=False) as connection:
        rows = connection.execute(sa.select(sessions)).all()
    assert token not in str(rows) and token.encode() not in {row.digest for row in rows}


@pytest.mark.parametrize("forge", [lambda t: "", lambda t: "forged", lambda t: t[:-1], lambda t: t + "x"])
def test_a_forged_token_is_nobody(kept, signed, forge):
    with pytest.raises(Denied, match="请先登录"):
        kept.sessions.resume(forge(signed[1]))


def test_who_signed_out_is_out_everywhere(kept, signed, staff):
    person, token = signed
    kept.sessions.end(person)
    kept.sessions.end(person)
    for act in (lambda: kept.sessions.resume(token), lambda: kept.orders.page(person)):
        with pytest.raises(Denied, match="重新登录"):
            act()
    assert [entry.act for entry in kept.audit.entries(staff.command, about="person", limit=1)] == ["sign_out"]


def test_nobody_ends_the_session_of_another(kept, signed, staff):
    kept.sessions.end(replace(staff.lamps, session=signed[0].session))
    kept.sessions.check(signed[0])


def test_a_session_ends_after_twelve_hours(kept, signed, clock):
    person, token = signed
    clock.turn(hours=11, minutes=59)
    assert kept.sessions.resume(token).until == person.until  # coming back does not make it longer
    clock.turn(minutes=1)
    for act in (lambda: kept.sessions.resume(token), lambda: kept.sessions.check(person)):
        with pytest.raises(Denied, match="登录已过期"):
            act()


@pytest.mark.parametrize(
    "change",
    [
        lambda kept, boss, number: kept.people.change(boss, number, active=False),
        lambda kept, boss, number: kept.people.change(boss, number, role="planner"),
        lambda kept, boss, number: kept.people.change(boss, number, unit="路灯中心"),
        lambda kept, boss, number: kept.people.reset_password(boss, number, PASSWORD),
        lambda kept, boss, number: kept.units.rename(boss, "园林处", "园林局"),
    ],
)
def test_every_change_of_an_account_ends_its_sessions(kept, signed, staff, change):
    person, token = signed
    change(kept, staff.command, person.id)
    for act in (lambda: kept.sessions.resume(token), lambda: kept.sessions.check(person)):
        with pytest.raises(Denied, match="重新登录"):
            act()


def test_a_session_of_another_person_is_none(kept, signed, staff):
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(replace(staff.lamps, session=signed[0].session))
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(replace(signed[0], session=999))


def test_who_comes_by_another_door_needs_not_change_a_first_password(kept, staff):
    kept.people.add(staff.command, "li", "李四", "planner", password=PASSWORD)
    person, token = kept.sessions.open(kept.people.sign_in_outside("li"))
    assert person.outside and not person.must_change
    assert kept.orders.page(kept.sessions.resume(token)).total == 0


def test_reloads_behind_a_proxy_do_not_fill_the_audit_trail(kept, staff, clock):
    def count() -> int:
        return sum(entry.act == "sign_in_outside" for entry in kept.audit.entries(staff.command, about="person"))

    before = count()
    for _ in range(5):
        kept.people.sign_in_outside("east")
    assert count() == before
    clock.turn(hours=13)
    kept.people.sign_in_outside("east")
    assert count() == before + 1


def test_old_sessions_are_cleared_away(kept, signed, staff, clock):
    clock.turn(days=31)
    kept.sessions.open(kept.people.sign_in("zhang", OWN))
    with kept.base.open(writing=False) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar_one() == 1
