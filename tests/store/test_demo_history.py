"""Earlier weeks that were made in one store and put into another, in both bases."""

from datetime import datetime

import pytest

from store.base import ZONE
from store.demo_copy import is_fresh
from store.demo_history import keep_demo_history
from store.order import Wanted

LATE = datetime(2026, 6, 9, 10, tzinfo=ZONE)


@pytest.fixture
def rounds(assessed):
    """A Monday with a gap of 400 m and a park that fails; a week later only the park does."""
    return [(LATE.replace(day=1, hour=8), assessed("west_gap")), (LATE.replace(day=8, hour=8), assessed("east_gap"))]


def test_numbers_go_on_where_the_base_stands_and_nothing_there_is_touched(kept, url, clock, rounds):
    by = kept.people.demo("127.0.0.1")
    first = kept.runs.keep(by, rounds[-1][1])  # somebody looked at the demo before
    assert keep_demo_history(rounds, now=LATE, url=url)
    clock.time = LATE
    by = kept.people.demo("127.0.0.1")
    runs = kept.runs.newest(by)
    assert {run.id for run in runs} == {first, first + 1} and len(kept.runs.gaps(by, first)) == len(rounds[-1][1].gaps)
    orders = kept.orders.page(by, Wanted()).orders
    assert {order.first_run for order in orders} == {first, first + 1}
    for order in orders:
        told = kept.orders.history(by, order.id)
        assert [entry.after["version"] for entry in told] == list(range(1, order.version + 1))
        assert {entry.person for entry in told} <= {by.id, None}
    more = kept.orders.make(by, kept.runs.keep(by, rounds[0][1]))  # the base numbers on
    assert not set(more.new) & {order.id for order in orders}


def test_what_people_did_makes_a_base_their_own(kept, staff, url, rounds):
    with kept.base.open(writing=False) as connection:
        assert not is_fresh(connection)
    assert not keep_demo_history(rounds, now=LATE, url=url)
    assert not kept.runs.newest(staff.command)


def test_a_renamed_unit_makes_a_base_ones_own(kept, url, rounds):
    kept.units.rename(kept.people.demo("127.0.0.1"), "园林处", "园林局")
    assert not keep_demo_history(rounds, now=LATE, url=url)
    assert not kept.runs.newest(kept.people.demo("127.0.0.1"))


def test_the_newest_run_is_the_one_of_the_latest_time(kept, staff, clock, assessed):
    late = kept.runs.keep(staff.command, assessed("west_gap"))
    clock.turn(days=-7)
    early = kept.runs.keep(staff.command, assessed("east_gap"))
    assert [run.id for run in kept.runs.newest(staff.command)] == [late, early]
