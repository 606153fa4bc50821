"""Numbers read as a Chinese reader expects them, and never promise more than is true."""

from datetime import date, datetime

import pytest

from texts import numbers


def flat(text: str) -> str:
    """The text with ordinary spaces, to compare by eye."""
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("share", "failing", "text"),
    [
        (0.949, False, "94.9 %"),
        (0.9994, False, "99.9 %"),
        (0.99999, False, "99.9 %"),
        (1.0, True, "99.9 %"),
        (1.0, False, "100.0 %"),
        (0.0, False, "0.0 %"),
        (None, False, "—"),
        (float("nan"), False, "—"),
    ],
)
def test_a_share_reads_full_only_when_nothing_fails(share, failing, text):
    assert flat(numbers.percent(share, failing=failing)) == text


@pytest.mark.parametrize(("value", "text"), [(93.55, "93.6"), (99.96, "99.9"), (100, "100.0"), (None, "—")])
def test_scores_have_one_decimal(value, text):
    assert numbers.score(value) == text


@pytest.mark.parametrize(
    ("metres", "text"), [(0, "0 米"), (999.4, "999 米"), (999.5, "1.0 公里"), (31_650, "31.7 公里")]
)
def test_lengths_change_unit_at_a_kilometre(metres, text):
    assert flat(numbers.length(metres)) == text


def test_positions_stay_in_metres_and_name_the_start():
    assert flat(numbers.stretch(7453.2, 8991.6)) == "7 453–8 992 米"
    assert flat(numbers.stretch(0.2, 1988)) == "起点–1 988 米"
    assert [flat(numbers.position(at)) for at in (0.3, 1036)] == ["起点", "1 036 米"]


@pytest.mark.parametrize(("count", "text"), [(0, "0 处"), (9_999, "9 999 处"), (32_000, "3.2 万处"), (None, "—")])
def test_places_are_counted_in_ten_thousands_from_there_on(count, text):
    assert flat(numbers.pieces(count)) == text


def test_short_and_repair_are_two_words():
    assert (flat(numbers.short(4)), flat(numbers.repair(9))) == ("缺 4 处", "须补 9 处")


def test_found_of_due():
    assert numbers.have_of_need(1, 5) == "1 / 5"
    assert numbers.have_of_need(28.25, 30) == "28.3 / 30"
    assert numbers.have_of_need(None, 30) == "— / 30"


def test_times_have_no_year():
    assert numbers.moment(datetime(2026, 11, 18, 7, 30)) == "11月18日 07:30"
    assert numbers.day(date(2026, 1, 2)) == "1月2日"


def test_no_negative_zero():
    assert numbers.decimal(-0.01) == "0.0"


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 字节"), (300, "300 字节"), (1024, "1 KB"), (4096, "4 KB"), (1048575, "1\u202f024 KB"), (1258291, "1.2 MB")],
)
def test_sizes_of_files(size, shown):
    assert numbers.file_size(size) == shown
