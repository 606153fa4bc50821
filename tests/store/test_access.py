"""Who may what: every denial, whatever page it comes from."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from store import SYSTEM, Denied, Phase, StoreError, Wanted
from store.access import AREA, OWN, RIGHTS, ROLES, UNIT, WALL, WHOLE, Act, area, seen_by
from store.schema import gaps, mocks, orders
from tests.store.conftest import PASSWORD

EVERYBODY = ("command", "east", "west", "lamps", "parks", "planner", "wall")
YEAR = [Phase("start", "启动", date(2026, 1, 1), date(2026, 12, 31), "routine")]


@pytest.fixture
def run(kept, staff, assessed) -> int:
    """Orders 1 (street, west), 2 (street, east), 3 (park, west)."""
    number = kept.runs.keep(staff.command, assessed("west_gap"))
    kept.orders.make(staff.command, number)
    return number


def _mock_of(kept, by) -> int:
    told = {"code": "A", "keys": ["A-1"], "districts": [by.district], "facts": {}}
    return kept.mocks.keep(by, "c", f"{by.name}{len(kept.mocks.all(by, 'c'))}", "{}", **told)


CALLS = {
    "see_runs": lambda kept, by, run, _: kept.runs.newest(by),
    "keep_runs": lambda kept, by, run, one: kept.runs.keep(by, one),
    "see_scenarios": lambda kept, by, run, _: kept.scenarios.all(by, "c"),
    "keep_scenarios": lambda kept, by, run, _: kept.scenarios.keep(by, "c", f"{by.name}{by.id}", "{}"),
    "see_mocks": lambda kept, by, run, _: kept.mocks.all(by, "c"),
    "keep_mocks": lambda kept, by, run, _: _mock_of(kept, by),
    "record_mocks": lambda kept, by, run, _: kept.mocks.record(by, _mock_of(kept, by), []),
    "tell_mocks": lambda kept, by, run, _: kept.mocks.tell(by, _mock_of(kept, by), {}),
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


@pytest.mark.parametrize("table", [orders, gaps, mocks], ids=lambda table: table.name)
def test_a_role_that_nobody_thought_of_sees_nothing(kept, staff, run, table):
    unknown = replace(staff.command, role="auditor", unit="园林处", district="西区")
    with kept.base.open(writing=False) as connection:
        assert connection.execute(sa.select(table.c.id).where(*seen_by(unknown, table))).all() == []


def test_what_an_account_may_not_any_more_is_asked_of_the_account_itself(kept, staff, clock):
    """A person made up with the right stamp: it is closed, has its first password, or its link has ended."""
    kept.people.add(staff.command, "new", "新人", "command", password=PASSWORD)
    first = kept.people.sign_in("new", PASSWORD)
    kept.people.change(staff.command, staff.planner.id, active=False)
    clock.turn(days=31)
    for forged in (
        replace(first, must_change=False, until=None),
        replace(staff.planner, stamp=staff.planner.stamp + 1),
        replace(staff.wall, until=None),
    ):
        with pytest.raises(Denied, match="重新登录"):
            kept.orders.page(forged)


@pytest.mark.parametrize("forged", [replace(SYSTEM), replace(SYSTEM, name="x"), replace(SYSTEM, id=1)])
def test_nobody_calls_themselves_the_program(kept, run, assessed, forged):
    """Not even for what the program itself may do."""
    for act in ("keep_runs", "review_orders", "raise_orders", "see_runs", "see_calendar"):
        with pytest.raises(Denied, match="的角色不能"):
            CALLS[act](kept, forged, run, assessed("west_gap"))


def test_the_program_itself_does_only_what_runs_by_the_clock(kept, staff):
    with pytest.raises(Denied):
        kept.orders.page(SYSTEM)
    for act in Act:
        if act.key not in (
            "keep_runs",
            "review_orders",
            "raise_orders",
            "see_runs",
            "see_calendar",
            "change_own_password",
        ):
            with pytest.raises(Denied, match="的角色不能"):
                CALLS[act.key](kept, SYSTEM, 1, None)
    assert kept.orders.raise_overdue(SYSTEM) == ()


def test_every_act_is_asked_of_every_role():
    """Nothing can be asked of a store that the tests above do not try as everybody."""
    assert {act.key for act in Act} == set(CALLS)
    assert all(set(act.roles) <= {*ROLES, WALL} for act in Act)
    assert {act for act in Act if WALL in act.roles} == {Act.SEE_RUNS, Act.SEE_ORDERS, Act.SEE_CALENDAR}
    assert {act for act in Act if UNIT in act.roles} == {
        Act.SEE_RUNS,
        Act.SEE_ORDERS,
        Act.CHANGE_ORDERS,
        Act.SEE_CALENDAR,
        Act.CHANGE_OWN_PASSWORD,
    }


def test_a_wall_has_no_password_to_change(kept, staff):
    with pytest.raises(Denied, match="的角色不能修改口令"):
        kept.people.change_password(staff.wall, "a", "another password")


@pytest.mark.parametrize("act", list(Act), ids=lambda act: act.name)
def test_who_is_not_let_in_may_nothing(kept, staff, run, assessed, clock, act):
    """Nothing that can be asked is answered to an ended session, a closed account, or one with its first password."""
    kept.people.add(staff.command, "new", "新人", "command", password=PASSWORD)
    first = kept.people.sign_in("new", PASSWORD)
    closed = replace(kept.people.sign_in_outside("planner"), role="planner")
    kept.people.change(staff.command, closed.id, active=False)
    signed, _ = kept.sessions.open(kept.people.sign_in_outside("boss"))
    kept.sessions.end(signed)
    late = replace(staff.command, until=clock())
    asked = CALLS[act.key] if act is not Act.CHANGE_OWN_PASSWORD else _changes_password
    for by in (closed, signed, late, *([] if act is Act.CHANGE_OWN_PASSWORD else [first])):
        with pytest.raises(Denied):
            asked(kept, by, run, assessed("west_gap"))


def _changes_password(kept, by, *_):
    kept.people.change_password(by, PASSWORD, "another password")


@pytest.mark.parametrize("name", ["east", "west", "lamps", "parks"])
@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(district="西区"),
        Wanted(district="东区"),
        Wanted(unit="园林处"),
        Wanted(unit="路灯中心"),
        Wanted(text="人民"),
    ],
)
def test_no_filter_shows_more_than_ones_own(kept, staff, run, name, wanted):
    by = getattr(staff, name)
    own = {order.id for order in kept.orders.page(by).orders}
    assert {order.id for order in kept.orders.page(by, wanted).orders} <= own
    assert sum(cell.count for cell in kept.orders.board(by, wanted)) <= len(own)


def test_a_renamed_unit_sees_what_was_the_old_ones(kept, staff, run):
    kept.units.rename(staff.command, "园林处", "园林局")
    kept.people.add(staff.command, "new", "新人", "unit", unit="园林局")
    by = kept.people.sign_in_outside("new")
    assert {order.id for order in kept.orders.page(by).orders} == {3}
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(staff.parks)


def test_nobody_by_the_clock_but_the_program(kept, staff):
    for name in ("east", "west", "lamps", "parks", "planner", "wall"):
        with pytest.raises(Denied, match="的角色不能上报超期整改单"):
            kept.orders.raise_overdue(getattr(staff, name))


def test_a_session_left_open_overnight_has_ended(kept, staff, clock):
    boss = kept.people.sign_in_outside("boss")
    clock.turn(hours=11, minutes=59)
    kept.orders.page(boss)
    clock.turn(minutes=1)
    with pytest.raises(Denied, match="登录已过期"):
        kept.orders.page(boss)


SIGHTS = {
    "command": dict.fromkeys(RIGHTS, WHOLE),
    "planner": dict.fromkeys(["coverage", "siting", "orders", "mock", "briefing", "import_data", "standards"], WHOLE),
    "east": {**dict.fromkeys(["coverage", "siting", "orders", "mock"], AREA), "standards": WHOLE},
    "lamps": {"orders": OWN, "standards": WHOLE},
    "wall": {"wall": WHOLE},
}


@pytest.mark.parametrize("page", list(RIGHTS))
@pytest.mark.parametrize("name", list(SIGHTS))
def test_each_sees_of_each_page_what_the_table_says_and_else_is_denied(staff, name, page):
    """Written out beside the table: a line that is changed there is changed here on purpose."""
    by, sight = getattr(staff, name), SIGHTS[name].get(page)
    assert RIGHTS[page].get(by.role) == sight
    if sight is None:
        with pytest.raises(Denied, match="不能查看此页"):
            area(by, page)
    else:
        assert area(by, page) == ("东区" if sight == AREA else None)


def test_who_keeps_what_a_page_shows_may_ask_for_it(staff):
    """No page is shown to a role that the store would turn away there."""
    asked = {"siting": Act.SEE_SCENARIOS, "orders": Act.SEE_ORDERS, "mock": Act.SEE_MOCKS, "people": Act.MANAGE_PEOPLE}
    asked |= {"wall": Act.SEE_RUNS, "coverage": Act.SEE_RUNS, "briefing": Act.SEE_RUNS}
    for page, act in asked.items():
        assert set(RIGHTS[page]) <= set(act.roles)
    assert set(RIGHTS["mock"]) == set(Act.SEE_MOCKS.roles) and set(RIGHTS["siting"]) == set(Act.SEE_SCENARIOS.roles)


def test_scenarios_are_seen_changed_and_dropped_by_whose_they_are(kept, staff):
    """The command centre and planners share theirs; each district has its own, even under the same name."""
    shelves = {("command", "planner"): "市里的", ("east",): "东区的", ("west",): "西区的"}
    for (first, *_), text in shelves.items():
        assert kept.scenarios.keep(getattr(staff, first), "c", "甲", text) == 1
    for names, text in shelves.items():
        for name in names:
            assert kept.scenarios.read(getattr(staff, name), "c", "甲").text == text
            assert len(kept.scenarios.all(getattr(staff, name), "c")) == 1
    kept.scenarios.keep(staff.command, "c", "只在市里", "{}")
    for by in (staff.east, staff.west):
        with pytest.raises(StoreError, match="没有方案"):
            kept.scenarios.read(by, "c", "只在市里")
        kept.scenarios.drop(by, "c", "只在市里")
    kept.scenarios.drop(staff.east, "c", "甲")
    assert {one.name for one in kept.scenarios.all(staff.planner, "c")} == {"甲", "只在市里"}
    assert [one.name for one in kept.scenarios.all(staff.west, "c")] == ["甲"]


@pytest.mark.parametrize("name", ["lamps", "wall"])
def test_units_and_walls_have_no_scenarios(kept, staff, name):
    by = getattr(staff, name)
    for ask in (lambda: kept.scenarios.read(by, "c", "甲"), lambda: kept.scenarios.drop(by, "c", "甲")):
        with pytest.raises(Denied, match="的角色不能"):
            ask()
