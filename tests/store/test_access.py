"""Who may what: every denial, whatever page it comes from."""

from dataclasses import replace
from datetime import date

import pytest

from store import SYSTEM, Denied, Phase
from store.access import Act

EVERYBODY = ("command", "east", "west", "lamps", "parks", "planner", "wall")
YEAR = [Phase("start", "启动", date(2026, 1, 1), date(2026, 12, 31), "routine")]


@pytest.fixture
def run(kept, staff, assessed) -> int:
    """Orders 1 (street, west), 2 (street, east), 3 (park, west)."""
    number = kept.runs.keep(staff.command, assessed("west_gap"))
    kept.orders.make(staff.command, number)
    return number


CALLS = {
    "see_runs": lambda kept, by, run, _: kept.runs.newest(by),
    "keep_runs": lambda kept, by, run, one: kept.runs.keep(by, one),
    "see_scenarios": lambda kept, by, run, _: kept.scenarios.all(by, "c"),
    "keep_scenarios": lambda kept, by, run, _: kept.scenarios.keep(by, "c", f"{by.name}{by.id}", "{}"),
    "see_orders": lambda kept, by, run, _: kept.orders.page(by),
    "make_orders": lambda kept, by, run, _: kept.orders.make(by, run),
    "change_orders": lambda kept, by, run, _: kept.orders.change_many(by, {}, "note"),
    "review_orders": lambda kept, by, run, one: kept.orders.review(by, run, one),
    "raise_orders": lambda kept, by, run, _: kept.orders.raise_overdue(by),
    "see_audit": lambda kept, by, run, _: kept.audit.entries(by),
    "manage_people": lambda kept, by, run, _: kept.people.accounts(by),
    "see_calendar": lambda kept, by, run, _: kept.calendar.year(by, 2026),
    "set_calendar": lambda kept, by, run, _: kept.calendar.set_year(by, 2026, YEAR),
    "change_own_password": lambda kept, by, run, _: None,
}


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.CHANGE_OWN_PASSWORD], ids=lambda act: act.name)
def test_each_role_may_what_it_may_and_nothing_else(kept, staff, run, assessed, act):
    for name in EVERYBODY:
        by = getattr(staff, name)
        if by.role in act.roles:
            CALLS[act.key](kept, by, run, assessed("west_gap"))
        else:
            with pytest.raises(Denied, match="的角色不能"):
                CALLS[act.key](kept, by, run, assessed("west_gap"))


@pytest.mark.parametrize("name", ["east", "west", "lamps", "parks", "planner", "wall"])
@pytest.mark.parametrize(
    "call",
    [
        lambda kept, by: kept.people.add(by, "new", "新", "planner"),
        lambda kept, by: kept.people.change(by, 1, active=False),
        lambda kept, by: kept.people.reset_password(by, 1, "another password"),
        lambda kept, by: kept.tokens.make(by, "x"),
        lambda kept, by: kept.tokens.all(by),
        lambda kept, by: kept.tokens.revoke(by, 1),
        lambda kept, by: kept.units.rename(by, "园林处", "路灯中心"),
    ],
)
def test_only_the_command_centre_manages(kept, staff, name, call):
    with pytest.raises(Denied, match="的角色不能管理账号"):
        call(kept, getattr(staff, name))


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        *((name, {1, 2, 3}) for name in ("command", "planner", "wall")),
        *(("east", {2}), ("west", {1, 3}), ("lamps", {1, 2}), ("parks", {3})),
    ],
)
def test_each_sees_their_own_everywhere(kept, staff, run, name, sees):
    by = getattr(staff, name)
    assert {order.id for order in kept.orders.page(by).orders} == sees
    assert kept.orders.page(by).total == sum(cell.count for cell in kept.orders.board(by)) == len(sees)
    assert kept.orders.counts(by).open == len(sees)
    assert len(kept.runs.gaps(by, run)) == len(sees)
    assert {entry.number for entry, _ in kept.orders.news(by)} == sees
    for number in {1, 2, 3}:
        for ask in (kept.orders.get, kept.orders.history):
            if number in sees:
                ask(by, number)
            else:
                with pytest.raises(Denied, match="不在您的范围内"):
                    ask(by, number)


@pytest.mark.parametrize(
    ("name", "number"), [("parks", 1), ("parks", 2), ("lamps", 3), ("east", 1), ("east", 3), ("west", 2)]
)
def test_nobody_changes_what_is_not_theirs(kept, staff, run, name, number):
    by = getattr(staff, name)
    before = kept.orders.get(staff.command, number)
    with pytest.raises(Denied, match="不在您的范围内"):
        kept.orders.change(by, number, before.version, "note", note="x")
    assert kept.orders.get(staff.command, number) == before


@pytest.mark.parametrize(
    "step", ["dispatch", "recheck", "close", "confirm", "send_back", "extend", "transfer", "reopen"]
)
def test_a_unit_only_answers(kept, staff, run, step):
    with pytest.raises(Denied, match="不能对整改单做"):
        kept.orders.change(staff.parks, 3, 2, step, note="x", unit="路灯中心", limit_on=date(2027, 1, 1))


def test_a_district_makes_orders_in_its_area_only(kept, staff, assessed):
    run = kept.runs.keep(staff.command, assessed("west_gap"))
    gaps = [row.id for row in kept.runs.gaps(staff.command, run)]
    with pytest.raises(Denied, match="有 2 处不在您的范围内"):
        kept.orders.make(staff.east, run, gaps)
    assert kept.orders.page(staff.command).total == 0
    assert len(kept.orders.make(staff.east, run).new) == 1


def test_a_forged_person_is_nobody(kept, staff):
    for forged in (
        replace(staff.parks, role="command"),
        replace(staff.parks, unit="路灯中心"),
        replace(staff.east, district="西区"),
        replace(staff.parks, id=999),
        replace(staff.command, stamp=7),
        replace(staff.wall, id=999),
        replace(staff.wall, role="command"),
        replace(SYSTEM, name="x"),
    ):
        with pytest.raises(Denied):
            kept.orders.page(forged)


def test_the_program_itself_does_only_what_runs_by_the_clock(kept, staff):
    with pytest.raises(Denied):
        kept.orders.page(SYSTEM)
    with pytest.raises(Denied):
        kept.people.accounts(SYSTEM)
    assert kept.orders.raise_overdue(SYSTEM) == ()


def test_a_session_left_open_overnight_has_ended(kept, staff, clock):
    boss = kept.people.sign_in_outside("boss")
    clock.turn(hours=11, minutes=59)
    kept.orders.page(boss)
    clock.turn(minutes=1)
    with pytest.raises(Denied, match="登录已过期"):
        kept.orders.page(boss)
