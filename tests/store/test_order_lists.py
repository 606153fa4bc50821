"""What the page of orders asks: previews, versions, choices, counts, and steps by the hundred."""

from datetime import date

import pytest
import sqlalchemy as sa

from store import Conflict, Denied, StoreError, Wanted
from store.order_changes import Asked, Line
from store.schema import gaps as gaps_table
from store.unit_counts import audience_counts

WALK_WEST, WALK_EAST, PARK = 1, 2, 3


@pytest.fixture
def run(kept, staff, assessed) -> int:
    """A run with a gap of the street in each district, and of the park."""
    return kept.runs.keep(staff.command, assessed("west_gap"))


@pytest.fixture
def made(kept, staff, run) -> None:
    """An order for each, dispatched on Monday the 1st of June 2026."""
    kept.orders.make(staff.command, run)


def close(kept, staff, number):
    """The whole way of an order."""
    for name in ("accept", "report", "recheck", "close"):
        kept.orders.change(staff.command, number, kept.orders.get(staff.command, number).version, name)


def test_a_preview_tells_what_would_be_made(kept, staff, run):
    found = kept.orders.preview(staff.command, run)
    assert {unit: len(gaps) for unit, gaps in found.new.items()} == {"园林处": 1, "路灯中心": 2}
    assert kept.orders.page(staff.command).total == 0
    assert {unit: len(gaps) for unit, gaps in kept.orders.preview(staff.east, run).new.items()} == {"路灯中心": 1}
    made = kept.orders.make(staff.command, run, found.makeable(settled=False))
    assert len(made.new) == 3
    again = kept.orders.preview(staff.command, run)
    assert (dict(again.new), again.makeable(settled=True)) == ({}, ())
    assert sorted(again.already.values()) == ["2026-000001", "2026-000002", "2026-000003"]
    for by in (staff.lamps, staff.planner):
        with pytest.raises(Denied):
            kept.orders.preview(by, run)


def test_what_was_closed_after_the_run_is_not_made_again_unless_it_is_meant(kept, staff, run, made, assessed, clock):
    clock.turn(hours=1)
    close(kept, staff, PARK)
    found = kept.orders.preview(staff.command, run)
    assert list(found.settled.values()) == ["2026-000003"]
    assert found.makeable(settled=False) == () and len(found.makeable(settled=True)) == 1
    clock.turn(days=1)
    later = kept.runs.keep(staff.command, assessed("west_gap"))
    assert list(kept.orders.preview(staff.command, later).reopened.values()) == ["2026-000003"]


def test_gaps_that_nobody_answers_for_are_named_and_the_rest_can_be_made(kept, staff, run):
    with kept.base.open(writing=True) as connection:
        connection.execute(sa.update(gaps_table).where(gaps_table.c.rule == "park").values(unit=""))
    found = kept.orders.preview(staff.command, run)
    assert found.homeless == ("人民公园",)
    assert len(kept.orders.make(staff.command, run, found.makeable(settled=False)).new) == 2


def test_a_preview_knows_units_by_their_new_names(kept, staff, run):
    kept.units.rename(staff.command, "园林处", "绿化中心")
    assert list(kept.orders.preview(staff.command, run).new) == ["绿化中心", "路灯中心"]


def test_versions_and_choices(kept, staff, made):
    assert kept.orders.versions(staff.command) == {1: 2, 2: 2, 3: 2}
    assert kept.orders.versions(staff.command, Wanted(numbers=(2, 3)), limit=1) == {2: 2}
    assert kept.orders.versions(staff.command, Wanted(numbers=())) == {}
    found = kept.orders.choices(staff.command)
    assert (found.districts, found.units) == (("东区", "西区"), ("园林处", "路灯中心"))
    assert found.rules == {"park": "公园 1 处", "walk": "每 500 米 5 处"}
    assert found.classes == ("park", "road")
    assert kept.orders.choices(staff.parks).units == ("园林处",)
    nothing = kept.orders.choices(staff.command, city="别的市")
    assert (nothing.districts, nothing.rules) == ((), {})


def test_lists_by_class_and_by_the_day_of_the_limit(kept, staff, made, clock):
    page = kept.orders.page(staff.command, Wanted(class_="park"))
    assert [order.id for order in page.orders] == [PARK]
    assert kept.orders.page(staff.command, Wanted(due_on=date(2026, 6, 4))).total == 3
    assert kept.orders.page(staff.command, Wanted(due_on=date(2026, 6, 5))).total == 0
    clock.turn(days=3)
    counts = kept.orders.counts(staff.command)
    assert (counts.open, counts.due_today, counts.overdue) == (3, 3, 0)
    assert kept.orders.counts(staff.command, city="别的市").open == 0


def test_each_line_has_its_own_step_and_note(kept, staff, made):
    lines = [
        Line(WALK_WEST, 2, Asked("accept", "收到")),
        Line(WALK_EAST, 1, Asked("accept")),
        Line(PARK, 2, Asked("report", "已补")),
        Line(PARK, 3, Asked("recheck")),
        Line(99, 1, Asked("accept")),
    ]
    changed = kept.orders.change_lines(staff.command, lines)
    assert {order.id: order.state for order in changed.done} == {WALK_WEST: "in_hand", PARK: "dealt"}
    assert {number: type(error) for number, error in changed.refused.items()} == {
        WALK_EAST: Conflict,
        PARK: StoreError,
        99: Denied,
    }
    assert "出现了两次" in str(changed.refused[PARK])
    assert kept.orders.history(staff.command, WALK_WEST)[-1].note == "收到"
    again = kept.orders.change_lines(staff.command, lines[:1])
    assert isinstance(again.refused[WALK_WEST], Conflict), "nothing is done twice"


def test_two_orders_of_one_gap_are_not_both_opened_again(kept, staff, run, made, clock):
    close(kept, staff, WALK_WEST)
    clock.turn(days=181)
    (second,) = kept.orders.make(staff.command, run).new
    close(kept, staff, second)
    versions = kept.orders.versions(staff.command, Wanted(numbers=(WALK_WEST, second)))
    changed = kept.orders.change_many(staff.command, versions, "reopen", note="误销")
    assert len(changed.done) == len(changed.refused) == 1
    (error,) = changed.refused.values()
    assert "已有未销号的整改单" in str(error)


@pytest.mark.parametrize(
    ("more", "told"), [({"note": "长" * 1001}, "最多 1000 个字"), ({"unit": "长" * 101}, "最多 100 个字")]
)
def test_what_is_too_long_is_told(kept, staff, made, more, told):
    asked = {"note": "原因", "unit": "路灯中心"} | more
    with pytest.raises(StoreError, match=told):
        kept.orders.change(staff.command, PARK, 2, "transfer", **asked)


def test_every_step_that_asks_is_answered(kept, staff, made):
    with pytest.raises(StoreError) as error:
        kept.orders.change(staff.command, PARK, 2, "transfer")
    assert len(error.value.faults) == 2, "reason and unit at once"


def test_counts_for_a_briefing_are_of_all_that_it_is_about_or_refused(kept, staff, run, made):
    """The lamps have the street in east and west, the gardeners the park in the west."""
    city = kept.orders.page(staff.command).orders[0].city

    def told(by, scope, name=""):
        return sorted(audience_counts(kept, by, city=city, scope=scope, name=name))

    lamps, parks = ("路灯中心", 2, 0, 0), ("园林处", 1, 0, 0)
    whole = {("city", ""): [parks, lamps], ("district", "西区"): [parks, ("路灯中心", 1, 0, 0)]}
    whole |= {("unit", "路灯中心"): [lamps], ("district", "东区"): [("路灯中心", 1, 0, 0)]}
    for by in (staff.command, staff.planner):
        for (scope, name), counts in whole.items():
            assert told(by, scope, name) == sorted(counts)
    for by, own in ((staff.west, ("district", "西区")), (staff.lamps, ("unit", "路灯中心"))):
        assert told(by, *own) == sorted(whole[own])
        for scope, name in whole.keys() - {own}:
            with pytest.raises(Denied, match="只能看到"):
                told(by, scope, name)
    assert audience_counts(kept, staff.command, city="别的市", scope="city", name="") == []
