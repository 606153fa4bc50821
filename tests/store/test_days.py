"""Working days, limits, and the campaign calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Phase, StoreError
from store.order_book import OrderBook, order_book
from store.workdays import announced, is_working_day, limit_after

DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 1), True),
        (date(2026, 6, 6), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday worked for the National Day week
        (date(2027, 2, 8), False),
        (date(2027, 2, 11), True),
        (date(2028, 5, 3), True),
    ],
)
def test_holidays_and_moved_working_days(day, works):
    assert is_working_day(day) is works


def test_a_year_without_the_councils_notice_is_known_to_be_one():
    assert announced(2025) and announced(2026)
    assert not announced(2028) and not announced(2100)


def test_statutory_days_of_a_year_are_thirteen_and_those_made_up_for():
    """The day a statutory holiday takes from a weekend is given back on the next working day (办法, 2024, §5)."""
    for year, days in order_book().statutory.items():
        assert all(day.year == year for day in days)
        on_weekends = sum(day.weekday() >= 5 for day in days)
        assert len(days) == 13 + on_weekends


def test_limits_skip_days_off():
    assert limit_after(date(2026, 6, 1), 0, count="working") == date(2026, 6, 1)
    assert limit_after(date(2026, 6, 6), 0, count="working") == date(2026, 6, 8)
    assert limit_after(date(2026, 6, 5), 3, count="working") == date(2026, 6, 10)
    assert limit_after(date(2026, 9, 30), 3, count="working") == date(2026, 10, 10)
    assert limit_after(date(2026, 6, 5), 7, count="calendar") == date(2026, 6, 12)
    assert limit_after(date(2026, 6, 6), 7, count="calendar") == date(2026, 6, 15)


@given(DAYS, st.integers(0, 15))
def test_between_a_day_and_its_limit_lie_so_many_working_days(day, days):
    limit = limit_after(day, days, count="working")
    between = sum(is_working_day(day + timedelta(n)) for n in range(1, (limit - day).days + 1))
    assert is_working_day(limit)
    assert between == max(days, int(not is_working_day(day)))


def test_the_order_book_holds_together():
    book = order_book()
    assert (book.first, book.closed) == ("found", "closed")
    assert book.step_name("report") == "上报整改完成" and book.step_name("raise") == "超期上报"
    written = book.model_dump(by_alias=True)
    for broken in (
        {**written, "extra": 1},
        {**written, "levels": ("unit",)},
        {**written, "states": {**written["states"], "gone": {"name": "x"}}},
        {**written, "states": {"found": {"name": "x"}}},
    ):
        with pytest.raises(ValueError, match=r"Extra|levels|exactly|not there"):
            OrderBook.model_validate(broken)


def test_the_calendar_has_defaults_for_every_year(kept, staff):
    calendar, wall = kept.calendar, staff.wall
    assert [phase.name for phase in calendar.year(wall, 2030)] == ["启动", "自查", "提升", "迎检"]
    phase = calendar.phase_on(wall, date(2026, 11, 22))
    assert (phase.name, phase.book_phase) == ("迎检", "inspection")
    assert calendar.phase_on(wall, date(2026, 3, 31)).name == "启动"
    ahead = calendar.next_after(wall, date(2026, 9, 10))
    assert (ahead.phase.name, ahead.days) == ("迎检", 6)
    assert calendar.next_after(wall, date(2026, 9, 16)).phase.first_on == date(2027, 1, 1)


def test_the_command_centre_sets_a_year(kept, staff):
    own = [
        Phase("b", "迎检", date(2027, 5, 1), date(2027, 5, 31), "inspection"),
        Phase("a", "启动", date(2027, 2, 1), date(2027, 3, 1), "routine"),
    ]
    kept.calendar.set_year(staff.command, 2027, own)
    kept.calendar.set_year(staff.command, 2027, own)
    assert kept.calendar.year(staff.lamps, 2027) == own[::-1]
    assert kept.calendar.phase_on(staff.lamps, date(2027, 4, 1)) is None
    assert kept.calendar.next_after(staff.lamps, date(2026, 12, 1)).days == 62
    assert kept.calendar.year(staff.lamps, 2028)[0].first_on == date(2028, 1, 1)
    entry = kept.audit.entries(staff.command, about="calendar")[1]
    assert "启动 2027-01-01/2027-03-31 routine" in entry.before.values()


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        ([], "至少要有一个阶段"),
        ([("a", "甲", "2027-03-01", "2027-02-01", "routine")], "结束日期早于开始日期"),
        ([("a", "甲", "2026-03-01", "2027-02-01", "routine")], "要在 2027 年内"),
        ([("a", " ", "2027-03-01", "2027-03-02", "routine")], "要有名称"),
        ([("a", "甲", "2027-03-01", "2027-03-02", "party")], "应为日常"),
        ([("a", "甲", "2027-03-01", "2027-03-02", "routine")] * 2, "写了两次"),
        (
            [("a", "甲", "2027-03-01", "2027-03-05", "routine"), ("b", "乙", "2027-03-05", "2027-03-06", "routine")],
            "重叠",
        ),
    ],
)
def test_a_calendar_that_will_not_do_is_told(kept, staff, phases, told):
    given_ = [Phase(c, n, date.fromisoformat(f), date.fromisoformat(t), p) for c, n, f, t, p in phases]
    with pytest.raises(StoreError, match=told):
        kept.calendar.set_year(staff.command, 2027, given_)
    assert kept.calendar.year(staff.command, 2027)[0].first_on == date(2027, 1, 1)
