"""Accounts, passwords, locks, wall tokens."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

import store.people
from store import Denied, StoreError
from store.people import TRIES
from store.schema import people, wall_tokens
from tests.store.conftest import PASSWORD

OWN = "my very own password"


@pytest.fixture
def number(kept, staff) -> int:
    """An account with a first password."""
    return kept.people.add(staff.command, "Zhang.San", "张三", "unit", unit="园林处", password=PASSWORD)


def test_the_first_account_is_of_the_command_centre_and_there_is_one_first(kept):
    assert not kept.people.any()
    person = kept.people.first("boss", "王主任", PASSWORD)
    assert (person.role, person.must_change) == ("command", False)
    assert kept.people.sign_in("boss", PASSWORD) == person
    with pytest.raises(Denied, match="已有账号"):
        kept.people.first("other", "李", PASSWORD)


def test_the_first_password_has_to_be_changed_before_anything_else(kept, number):
    person = kept.people.sign_in(" ZHANG.san ", PASSWORD)
    assert person.must_change
    with pytest.raises(Denied, match="请先修改口令"):
        kept.orders.page(person)
    with pytest.raises(StoreError, match="不能与原口令相同"):
        kept.people.change_password(person, PASSWORD, PASSWORD)
    with pytest.raises(Denied, match="原口令不对"):
        kept.people.change_password(person, "not the old one", OWN)
    changed = kept.people.change_password(person, PASSWORD, OWN)
    assert kept.orders.page(changed).total == 0
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(person)
    with pytest.raises(Denied, match="账号或口令不对"):
        kept.people.sign_in("zhang.san", PASSWORD)
    assert not kept.people.sign_in("zhang.san", OWN).must_change


def test_after_failures_the_account_is_locked_for_a_while(kept, number, clock, staff):
    for _ in range(TRIES):
        with pytest.raises(Denied, match="账号或口令不对"):
            kept.people.sign_in("zhang.san", "wrong password")
    with pytest.raises(Denied, match="锁定到 10:15"):
        kept.people.sign_in("zhang.san", PASSWORD)
    assert kept.audit.entries(staff.command)[0].act == "last_try"
    clock.turn(minutes=15)
    assert kept.people.sign_in("zhang.san", PASSWORD).id == number
    for _ in range(TRIES - 1):
        with pytest.raises(Denied, match="账号或口令不对"):
            kept.people.sign_in("zhang.san", "wrong password")
    assert kept.people.sign_in("zhang.san", PASSWORD).id == number


def test_many_tries_at_once_are_no_more_tries(kept, number):
    def attempt(n: int) -> str:
        try:
            kept.people.sign_in("zhang.san", f"wrong password {n}")
        except Denied as denied:
            return str(denied)
        return ""

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(attempt, range(20)))
    assert sum("口令不对" in one for one in told) == TRIES
    assert sum("锁定" in one for one in told) == 20 - TRIES


def test_an_unknown_login_is_told_no_more_than_a_wrong_password(kept, staff):
    for login in ("nobody", "east"):
        with pytest.raises(Denied, match=r"^账号或口令不对。$"):
            kept.people.sign_in(login, PASSWORD)


def test_passwords_are_kept_as_argon2_hashes_only(kept, number):
    with kept.base.open(writing=False) as connection:
        hashes = [row.password for row in connection.execute(sa.select(people)) if row.password]
        everything = connection.execute(sa.text("SELECT * FROM audit")).all()
    assert len(hashes) == 2 and all(one.startswith("$argon2id$") for one in hashes)
    assert PASSWORD not in str(everything)


def test_a_reset_opens_the_lock_and_ends_sessions(kept, number, staff):
    person = kept.people.change_password(kept.people.sign_in("zhang.san", PASSWORD), PASSWORD, OWN)
    for _ in range(TRIES):
        with pytest.raises(Denied):
            kept.people.sign_in("zhang.san", "wrong password")
    kept.people.reset_password(staff.command, number, PASSWORD)
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(person)
    assert kept.people.sign_in("zhang.san", PASSWORD).must_change


@pytest.mark.parametrize("older_hash", [False, True])
def test_a_password_that_is_reset_while_it_is_looked_at_lets_nobody_in(kept, number, staff, monkeypatch, older_hash):
    """Nor does the old one come back, as it would where its hash is due to be made anew."""
    verified = store.people._verified

    def reset_meanwhile(hashed: str, password: str) -> bool:
        monkeypatch.undo()
        if older_hash:
            monkeypatch.setattr(PasswordHasher, "check_needs_rehash", lambda *_: True)
        kept.people.reset_password(staff.command, number, OWN)
        return verified(hashed, password)

    monkeypatch.setattr(store.people, "_verified", reset_meanwhile)
    with pytest.raises(Denied, match="账号或口令不对"):
        kept.people.sign_in("zhang.san", PASSWORD)
    assert kept.people.sign_in("zhang.san", OWN).must_change


def test_an_account_that_is_changed_between_the_password_and_the_session_gets_none(kept, number, staff):
    person = kept.people.sign_in("zhang.san", PASSWORD)
    kept.people.reset_password(staff.command, number, OWN)
    with pytest.raises(Denied, match="重新登录"):
        kept.sessions.open(person)


def test_blanks_around_what_is_changed_are_no_part_of_it(kept, number, staff):
    kept.people.change(staff.command, number, name=" 张三 ", role="district", district=" 东区 ")
    changed = next(one for one in kept.people.accounts(staff.command) if one.id == number)
    assert (changed.name, changed.district) == ("张三", "东区")
    with pytest.raises(StoreError):
        kept.people.change(staff.command, number, district="  ")


def test_a_closed_account_is_out_at_once_and_comes_back(kept, number, staff):
    person = kept.people.change_password(kept.people.sign_in("zhang.san", PASSWORD), PASSWORD, OWN)
    kept.people.change(staff.command, number, active=False)
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(person)
    for sign_in in (lambda: kept.people.sign_in("zhang.san", OWN), lambda: kept.people.sign_in_outside("zhang.san")):
        with pytest.raises(Denied):
            sign_in()
    kept.people.change(staff.command, number, active=True, role="district", district="东区")
    assert kept.people.sign_in("zhang.san", OWN).district == "东区"
    entry = kept.audit.entries(staff.command, about="person", limit=2)[1]
    assert (entry.before["role"], entry.after["role"]) == ("unit", "district")


def test_one_account_of_the_command_centre_is_left(kept, staff):
    for change in ({"active": False}, {"role": "planner"}):
        with pytest.raises(StoreError, match="至少要留一个可用的指挥部账号"):
            kept.people.change(staff.command, staff.command.id, **change)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"login": "x"}, "账号应为"),
        ({"login": "有 空格"}, "账号应为"),
        ({"name": " "}, "填写姓名"),
        ({"role": "wall"}, "没有“wall”这种角色"),
        ({"role": "unit"}, "写明单位"),
        ({"role": "district"}, "写明所属区"),
        ({"password": "short"}, "至少 10 个字符"),
        ({"password": "x" * 201}, "不能超过 200"),
        ({"login": "planner.two", "password": "Planner.Two"}, "不能与账号相同"),
        ({"login": "Demo"}, "已有账号“demo”"),
        ({"login": "EAST"}, "已有账号“east”"),
    ],
)
def test_what_is_wrong_with_an_account_is_told(kept, staff, given, told):
    whole = {"login": "new", "name": "新人", "role": "planner", "password": PASSWORD, **given}
    with pytest.raises(StoreError, match=told):
        kept.people.add(staff.command, whole.pop("login"), whole.pop("name"), whole.pop("role"), **whole)
    assert len(kept.people.accounts(staff.command)) == 6


def test_an_account_that_is_not_there_is_told(kept, staff):
    with pytest.raises(StoreError, match="没有这个账号"):
        kept.people.change(staff.command, 99, name="谁")


def test_who_comes_by_another_door_needs_an_account(kept, staff):
    with pytest.raises(Denied, match="账号“stranger”还没有开通"):
        kept.people.sign_in_outside("stranger")
    assert kept.people.sign_in_outside("East").district == "东区"
    with pytest.raises(Denied, match="账号或口令不对"):
        kept.people.sign_in("east", "")


def test_a_demo_needs_no_login_on_this_machine_only(kept):
    with pytest.raises(Denied, match="只能在本机"):
        kept.people.demo("10.0.0.5")
    person = kept.people.demo("127.0.0.1")
    assert kept.people.demo("127.0.0.1").id == person.id
    assert kept.orders.page(person).total == 0
    with pytest.raises(Denied):
        kept.people.sign_in_outside("demo")
    kept.people.first("boss", "王主任", PASSWORD)
    with pytest.raises(Denied, match="请登录后使用"):
        kept.people.demo("127.0.0.1")
    with pytest.raises(Denied):
        kept.orders.page(person)
    with pytest.raises(Denied):
        kept.people.sign_in_outside("demo")


def test_neither_a_closed_account_nor_the_demo_is_one_of_the_command_centre(kept):
    demo = kept.people.demo("127.0.0.1")
    boss = kept.people.first("boss", "王主任", PASSWORD)
    second = kept.people.add(boss, "second", "李主任", "command")
    kept.people.change(boss, second, active=False)
    kept.people.change(boss, demo.id, active=True)
    with pytest.raises(StoreError, match="至少要留一个可用的指挥部账号"):
        kept.people.change(boss, boss.id, active=False)
    with pytest.raises(Denied, match="系统里已有账号"):
        kept.people.demo("127.0.0.1")


def test_where_there_are_accounts_nobody_comes_as_the_demo(kept):
    kept.people.first("boss", "王主任", PASSWORD)
    with pytest.raises(Denied, match="系统里已有账号"):
        kept.people.demo("127.0.0.1")
    assert [one.login for one in kept.people.accounts(kept.people.sign_in("boss", PASSWORD))] == ["boss"]


def test_a_demo_that_has_ended_does_not_begin_again(kept):
    kept.people.demo("127.0.0.1")
    with kept.base.open(writing=True) as connection:
        connection.execute(sa.update(people).values(active=False))
    with pytest.raises(Denied, match="系统里已有账号"):
        kept.people.demo("127.0.0.1")


def test_a_wall_token_ends_and_can_be_revoked_and_is_nowhere_to_read(kept, staff, clock):
    token = kept.tokens.make(staff.command, "大厅", days=2)
    wall = kept.tokens.sign_in(token)
    assert (wall.role, wall.name) == ("wall", "大厅")
    kept.orders.counts(wall)
    with kept.base.open(writing=False) as connection:
        assert token.encode() not in {row.digest for row in connection.execute(sa.select(wall_tokens))}
    clock.turn(days=1)
    boss = staff.command
    known = kept.tokens.all(boss)[0]
    kept.tokens.revoke(boss, known.id)
    kept.tokens.revoke(boss, known.id)
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.counts(wall)
    with pytest.raises(Denied, match="链接无效、已过期或已撤销"):
        kept.tokens.sign_in(token)
    other = kept.tokens.make(boss, "二厅", days=1)
    second = kept.tokens.sign_in(other)
    clock.turn(days=1)
    with pytest.raises(Denied, match="已过期"):
        kept.orders.counts(second)
    for wrong in (token, other, "", "forged", token[:-1]):
        with pytest.raises(Denied, match="链接无效、已过期或已撤销"):
            kept.tokens.sign_in(wrong)


def test_a_token_has_an_end(kept, staff):
    for days in (0, -1, 401):
        with pytest.raises(StoreError, match="1 至 400 天"):
            kept.tokens.make(staff.command, "大厅", days=days)
    with pytest.raises(StoreError, match="没有这个大屏链接"):
        kept.tokens.revoke(staff.command, 99)
