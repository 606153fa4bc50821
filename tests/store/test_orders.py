"""Orders: made from gaps, led through their states within their limits, reviewed by later runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from store import Conflict, Denied, StoreError, Wanted, open_store
from store.schema import gaps as gaps_table

WALK_WEST, WALK_EAST, PARK = 1, 2, 3
"""The orders of the gaps of ``bare`` and ``west_gap``, in their order."""


@pytest.fixture
def run(kept, staff, assessed) -> int:
    """A run with a gap of the street in each district, and of the park."""
    return kept.runs.keep(staff.command, assessed("west_gap"))


@pytest.fixture
def made(kept, staff, run) -> None:
    """An order for each, dispatched on Monday the 1st of June 2026."""
    kept.orders.make(staff.command, run)


def review(kept, staff, assessment):
    """What a later run makes of the orders."""
    return kept.orders.review(staff.command, kept.runs.keep(staff.command, assessment), assessment)


def step(kept, by, number, name, **more):
    """A step of somebody who has just looked."""
    return kept.orders.change(by, number, kept.orders.get(by, number).version, name, **more)


def close(kept, staff, number):
    """The whole way of an order."""
    for name in ("accept", "report", "recheck", "close"):
        step(kept, staff.command, number, name)


def test_a_gap_becomes_an_order_to_who_answers_for_it(kept, staff, made):
    order = kept.orders.get(staff.command, WALK_WEST)
    assert (order.number, order.unit, order.district, order.title) == (
        "2026-000001",
        "路灯中心",
        "西区",
        "每 500 米 5 处",
    )
    assert (order.from_m, order.to_m, order.missing, order.state) == (0, 1000, 4, "dispatched")
    assert (order.dispatch_by, order.deal_by, order.close_by) == (date(2026, 6, 1), date(2026, 6, 4), date(2026, 6, 10))
    assert order.due_on == order.deal_by
    assert "人民路" in order.explanation


def test_one_gap_has_one_order_however_often_the_check_runs(kept, staff, run, made, assessed):
    again = kept.orders.make(staff.command, run)
    assert (again.new, len(again.already)) == ((), 3)
    smaller = kept.orders.make(staff.command, kept.runs.keep(staff.command, assessed("west_ends")))
    assert (smaller.new, sorted(smaller.already.values())) == ((), [WALK_WEST, WALK_EAST, PARK])
    other = kept.orders.make(staff.command, kept.runs.keep(staff.command, assessed("east_gap")))
    assert len(other.new) == 1, "1060 to 2000 m only touches the stretch up to 1060 m"


def test_only_the_gaps_that_were_chosen_get_orders(kept, staff, run):
    gaps = kept.runs.gaps(staff.command, run)
    assert len(kept.orders.make(staff.command, run, [gaps[2].id], dispatch=False).new) == 1
    order = kept.orders.get(staff.command, 1)
    assert (order.subject_name, order.state, order.due_on) == ("人民公园", "found", date(2026, 6, 1))
    for wrong, told in (([], "没有选中"), ([999], "已不在这次测评里")):
        with pytest.raises(StoreError, match=told):
            kept.orders.make(staff.command, run, wrong)


def test_a_limit_in_the_past_makes_no_order(kept, staff, run):
    with pytest.raises(StoreError, match="时限 2026-05-31 已过"):
        kept.orders.make(staff.command, run, limit_on=date(2026, 5, 31))
    assert kept.orders.page(staff.command).total == 0
    kept.orders.make(staff.command, run, limit_on=date(2026, 6, 20))
    order = kept.orders.page(staff.command).orders[0]
    assert (order.due_on, order.close_by) == (date(2026, 6, 20), date(2026, 6, 20))


def test_an_order_goes_its_way(kept, staff, made, clock):
    states = []
    for by, name in (
        (staff.lamps, "accept"),
        (staff.lamps, "report"),
        (staff.west, "recheck"),
        (staff.command, "close"),
    ):
        clock.turn(hours=1)
        states.append(step(kept, by, WALK_WEST, name).state)
    assert states == ["in_hand", "dealt", "rechecked", "closed"]
    order = kept.orders.get(staff.lamps, WALK_WEST)
    assert (order.is_open, order.due_on, order.closed_on) == (False, None, date(2026, 6, 1))
    history = kept.orders.history(staff.lamps, WALK_WEST)
    assert [(entry.act, entry.name) for entry in history] == [
        ("make", "王主任"),
        ("dispatch", "王主任"),
        ("accept", "lamps"),
        ("report", "lamps"),
        ("recheck", "west"),
        ("close", "王主任"),
    ]
    assert (history[3].before["state"], history[3].after["state"]) == ("in_hand", "dealt")
    assert [entry.after["version"] for entry in history] == list(range(1, order.version + 1))
    assert kept.orders.counts(staff.wall).closed_today == 1


def test_what_cannot_be_done_now_is_told(kept, staff, made):
    with pytest.raises(StoreError, match="“已派发”的整改单不能做“销号公示”"):
        step(kept, staff.command, PARK, "close")
    with pytest.raises(StoreError, match="还没有复测达标"):
        step(kept, staff.command, PARK, "confirm")
    assert kept.orders.get(staff.parks, PARK).steps(staff.parks) == ["accept", "report", "note"]


def test_sent_back_with_a_reason_it_has_its_time_again(kept, staff, made, clock):
    step(kept, staff.parks, PARK, "report")
    clock.turn(days=3)
    with pytest.raises(StoreError, match="请写明退回重办的原因"):
        step(kept, staff.west, PARK, "send_back", note="  ")
    order = step(kept, staff.west, PARK, "send_back", note="仍缺 1 处")
    assert (order.state, order.due_on) == ("in_hand", date(2026, 6, 9))
    assert kept.orders.history(staff.parks, PARK)[-1].note == "仍缺 1 处"


def test_extended_with_a_reason_and_a_later_limit(kept, staff, made):
    for limit, told in ((None, "新的时限"), (date(2026, 5, 1), "已过"), (date(2026, 6, 4), "不晚于现时限")):
        with pytest.raises(StoreError, match=told):
            step(kept, staff.west, PARK, "extend", note="雨", limit_on=limit)
    order = step(kept, staff.west, PARK, "extend", note="雨", limit_on=date(2026, 6, 12))
    assert (order.state, order.deal_by, order.due_on, order.close_by) == ("dispatched", *[date(2026, 6, 12)] * 3)


def test_transferred_it_is_the_other_units(kept, staff, made):
    with pytest.raises(StoreError, match="转办到哪个单位"):
        step(kept, staff.west, PARK, "transfer", note="不归其管")
    with pytest.raises(StoreError, match="本来就由“园林处”办理"):
        step(kept, staff.west, PARK, "transfer", note="不归其管", unit="园林处")
    step(kept, staff.west, PARK, "transfer", note="不归其管", unit="路灯中心")
    assert kept.orders.get(staff.lamps, PARK).unit == "路灯中心"
    with pytest.raises(Denied):
        kept.orders.get(staff.parks, PARK)


@pytest.mark.parametrize(("name", "more"), [("transfer", {"unit": "路灯中心"}), ("send_back", {})])
def test_a_new_start_never_cuts_a_limit_short_that_was_agreed(kept, staff, made, clock, name, more):
    step(kept, staff.west, PARK, "extend", note="雨", limit_on=date(2026, 6, 12))
    if name == "send_back":
        step(kept, staff.parks, PARK, "report")
    order = step(kept, staff.west, PARK, name, note="再办", **more)
    assert (order.deal_by, order.due_on) == (date(2026, 6, 12), date(2026, 6, 12))
    if name == "transfer":
        clock.turn(days=10)  # Thursday the 11th: three working days later is past the agreed day
        again = step(kept, staff.west, PARK, "transfer", note="还是归其管", unit="园林处")
        assert again.deal_by == date(2026, 6, 16)


def test_opened_again_an_order_has_the_usual_limits(kept, staff, made):
    step(kept, staff.west, PARK, "extend", note="雨", limit_on=date(2026, 6, 30))
    close(kept, staff, PARK)
    order = step(kept, staff.command, PARK, "reopen", note="误销")
    assert (order.deal_by, order.close_by) == (date(2026, 6, 4), date(2026, 6, 10))


@pytest.mark.parametrize("name", ["accept", "report", "note"])
def test_a_step_that_sets_no_limit_takes_none(kept, staff, made, name):
    with pytest.raises(StoreError, match="不能改时限"):
        step(kept, staff.parks, PARK, name, note="等一等", limit_on=date(2026, 12, 31))
    assert kept.orders.get(staff.parks, PARK).deal_by == date(2026, 6, 4)


def test_overdue_goes_up_one_level_once_for_each_limit(kept, staff, made, clock):
    clock.turn(days=3)
    assert kept.orders.raise_overdue() == ()
    clock.turn(days=1)
    assert kept.orders.raise_overdue() == (WALK_WEST, WALK_EAST, PARK)
    assert kept.orders.raise_overdue() == ()
    assert kept.orders.get(staff.lamps, WALK_WEST).level == "district"
    assert kept.orders.history(staff.command, WALK_WEST)[-1].role == "system"
    assert kept.orders.counts(staff.wall).overdue == 3
    step(kept, staff.lamps, WALK_WEST, "report")
    clock.turn(days=10)
    assert kept.orders.raise_overdue() == (WALK_WEST,)
    assert kept.orders.get(staff.lamps, WALK_WEST).level == "command"


def test_two_servers_raise_each_order_once(kept, staff, made, clock, url):
    clock.turn(days=4)
    servers = [open_store(url, now=clock) for _ in range(4)]
    with ThreadPoolExecutor(len(servers)) as pool:
        raised = list(pool.map(lambda one: one.orders.raise_overdue(), servers))
    assert sorted(number for one in raised for number in one) == sorted((WALK_WEST, WALK_EAST, PARK))
    for number in (WALK_WEST, WALK_EAST, PARK):
        assert [entry.act for entry in kept.orders.history(staff.command, number)].count("raise") == 1
        assert kept.orders.get(staff.command, number).level == "district"
    for one in servers:
        one.close()


def test_the_second_of_two_is_told_who_was_first_and_loses_nothing(kept, staff, made, clock):
    seen = kept.orders.get(staff.command, PARK).version
    kept.orders.change(staff.parks, PARK, seen, "report", note="已补")
    clock.turn(minutes=5)
    with pytest.raises(Conflict, match="“parks”已于 06-01 10:00 先对整改单 2026-000003 做了“上报整改完成”") as told:
        kept.orders.change(staff.west, PARK, seen, "extend", note="下雨", limit_on=date(2026, 6, 12))
    assert [(entry.name, entry.act, entry.note) for entry in told.value.first] == [("parks", "report", "已补")]
    assert told.value.mine == {"step": "extend", "note": "下雨", "limit_on": date(2026, 6, 12), "unit": ""}
    assert kept.orders.get(staff.command, PARK).version == seen + 1


def test_of_many_those_that_cannot_be_changed_are_left(kept, staff, made):
    step(kept, staff.parks, PARK, "report")
    changed = kept.orders.change_many(staff.command, {WALK_WEST: 2, WALK_EAST: 1, PARK: 3, 77: 1}, "accept")
    assert [order.id for order in changed.done] == [WALK_WEST]
    assert {number: type(error) for number, error in changed.refused.items()} == {
        WALK_EAST: Conflict,
        PARK: StoreError,
        77: Denied,
    }


def test_a_later_run_that_passes_proposes_and_a_person_confirms(kept, staff, made, assessed):
    told = review(kept, staff, assessed("good"))
    assert told.proposed == (WALK_WEST, WALK_EAST, PARK)
    assert kept.orders.get(staff.command, PARK).is_open
    assert review(kept, staff, assessed("good")).proposed == ()
    with pytest.raises(Denied, match="确认销号"):
        step(kept, staff.parks, PARK, "confirm")
    order = step(kept, staff.west, PARK, "confirm")
    assert (order.state, order.proposed, order.is_open) == ("closed", False, False)


def test_a_run_that_knows_nothing_or_fails_still_proposes_nothing(kept, staff, made, assessed):
    for state in ("unknown", "west_ends", "bare"):
        assert review(kept, staff, assessed(state)).proposed == ()
    assert kept.orders.get(staff.command, PARK).last_run == 4


def test_a_street_that_fails_elsewhere_proposes_the_stretch_that_does_not(kept, staff, made, assessed):
    assert review(kept, staff, assessed("east_gap")).proposed == (WALK_WEST, WALK_EAST, PARK)


def test_a_proposal_is_withdrawn_when_it_fails_after_all(kept, staff, made, assessed):
    review(kept, staff, assessed("good"))
    assert review(kept, staff, assessed("west_ends")).withdrawn == (WALK_WEST, WALK_EAST, PARK)
    assert not kept.orders.get(staff.command, PARK).proposed


def test_what_fails_again_is_opened_again(kept, staff, made, assessed, clock):
    close(kept, staff, PARK)
    clock.turn(days=7)
    assert review(kept, staff, assessed("west_gap")).reopened == (PARK,)
    order = kept.orders.get(staff.command, PARK)
    assert (order.state, order.is_open, order.due_on, order.level) == ("found", True, date(2026, 6, 8), "unit")
    assert order.closed_on is None
    assert kept.orders.history(staff.command, PARK)[-1].act == "reopen"
    assert review(kept, staff, assessed("west_gap")).reopened == ()


def test_a_gap_found_after_its_order_was_closed_opens_that_one(kept, staff, run, made, clock):
    close(kept, staff, PARK)
    assert kept.orders.make(staff.command, run).reopened == (PARK,)
    assert kept.orders.page(staff.command).total == 3


def test_a_gap_that_comes_back_much_later_is_a_new_order(kept, staff, run, made, clock):
    close(kept, staff, PARK)
    clock.turn(days=181)
    boss = staff.command
    assert kept.orders.make(boss, run).new == (4,)
    with pytest.raises(StoreError, match="2026-000003 的缺口已有未销号的整改单"):
        step(kept, boss, PARK, "reopen", note="误销")


def test_a_run_of_something_else_is_a_fault_of_the_program(kept, staff, run, assessed):
    with pytest.raises(ValueError, match="not of this assessment"):
        kept.orders.review(staff.command, run, assessed("good"))


def test_lists_boards_and_counts(kept, staff, made, clock):
    step(kept, staff.parks, PARK, "report")
    wanted = {
        Wanted(): {1, 2, 3},
        Wanted(states=("dealt",)): {3},
        Wanted(district="西区"): {1, 3},
        Wanted(unit="路灯中心", district="东区"): {2},
        Wanted(text="公园"): {3},
        Wanted(text="2026-000002"): {2},
        Wanted(text="100%"): set(),
        Wanted(rule="walk", open=True): {1, 2},
        Wanted(open=False): set(),
        Wanted(overdue=True): set(),
        Wanted(proposed=True): set(),
        Wanted(city="别的市"): set(),
    }
    for one, numbers in wanted.items():
        page = kept.orders.page(staff.command, one)
        assert ({order.id for order in page.orders}, page.total) == (numbers, len(numbers)), one
    assert [order.id for order in kept.orders.page(staff.command, sorted_by="newest", limit=1, offset=1).orders] == [2]
    assert kept.orders.page(staff.command, limit=1).total == 3
    board = {(cell.unit, cell.state): (cell.count, cell.overdue) for cell in kept.orders.board(staff.command)}
    assert board == {("园林处", "dealt"): (1, 0), ("路灯中心", "dispatched"): (2, 0)}
    clock.turn(days=4)
    assert {order.id for order in kept.orders.page(staff.command, Wanted(overdue=True)).orders} == {1, 2}
    assert [(entry.act, place) for entry, place in kept.orders.news(staff.wall, limit=1)] == [("report", "人民公园")]


def test_a_unit_that_was_renamed_keeps_its_orders(kept, staff, run, made, clock):
    assert kept.units.rename(staff.command, "园林处", "绿化中心") == 1
    with pytest.raises(Denied, match="重新登录"):
        kept.orders.page(staff.parks)
    parks = kept.people.sign_in_outside("parks")
    assert [order.unit for order in kept.orders.page(parks).orders] == ["绿化中心"]
    assert step(kept, staff.west, WALK_WEST, "transfer", note="合并", unit="园林处").unit == "绿化中心"
    close(kept, staff, PARK)
    clock.turn(days=200)
    boss = staff.command
    number = kept.orders.make(boss, run).new[0]
    assert kept.orders.get(boss, number).unit == "绿化中心", "the data still say 园林处"
    kept.units.rename(boss, "绿化中心", "园林处")
    assert kept.units.names(boss) == {"绿化中心": "园林处"}
    for old, new in (("", "x"), ("x", " "), ("x", "x")):
        with pytest.raises(StoreError):
            kept.units.rename(boss, old, new)


def test_a_gap_that_nobody_answers_for_is_named(kept, staff, run):
    with kept.base.open(writing=True) as connection:
        connection.execute(sa.update(gaps_table).where(gaps_table.c.rule == "park").values(unit=""))
    with pytest.raises(StoreError, match="“人民公园”没有责任单位"):
        kept.orders.make(staff.command, run)
    assert kept.orders.page(staff.command).total == 0
