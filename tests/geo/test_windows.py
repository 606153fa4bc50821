"""
Sliding windows against counting at every quarter millimetre.

    0    100  200  300  400  500  600            1000  metres
    |-----x----x----x----x----x----x---- … -------|
          |<------ 500 m window ------>|
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.repairs import fewest_repairs
from geo.windows import (
    Intervals,
    count_profile,
    failing_starts,
    least_counts,
    least_counts_between,
    overlap_mm,
    stretches,
    unite,
)

QUARTER = 4


@st.composite
def street(draw):
    length = draw(st.integers(3, 60))
    places = sorted(draw(st.lists(st.integers(0, length), max_size=14)))
    return np.array(places, dtype=np.int64), length, draw(st.integers(2, 40)), draw(st.integers(1, 5))


def one(places, length):
    return places, np.array([0, len(places)]), np.array([length])


def repairs(places, length, window, need):
    fails = failing_starts(*one(places, length), np.array([need]), window)
    offsets = np.array([0, len(places)])
    return fewest_repairs([places], [offsets], [np.array([need])], np.array([length]), window, fails)


def count_at(places, start_quarters, window):
    at = QUARTER * places
    return int(((at >= start_quarters) & (at <= start_quarters + QUARTER * window)).sum())


def starts_between_millimetres(length, window):
    return [q for q in range(QUARTER * (length - window) + 1) if q % QUARTER]


@given(street())
def test_failing_starts_are_those_counted_at_every_quarter_millimetre(drawn):
    places, length, window, need = drawn
    found = failing_starts(*one(places, length), np.array([need]), window)
    if length <= window:
        assert len(found) == (len(places) < need)
        return
    for q in starts_between_millimetres(length, window):
        inside = bool(np.any((QUARTER * found.start_mm < q) & (q < QUARTER * found.end_mm)))
        assert inside == (count_at(places, q, window) < need)


@given(street())
def test_least_count_is_the_smallest_of_all_counts(drawn):
    places, length, window, _ = drawn
    least, where = least_counts(*one(places, length), window)
    if length <= window:
        assert least[0] == len(places)
        return
    counts = [count_at(places, q, window) for q in range(QUARTER * (length - window) + 1)]
    assert least[0] == min(counts)
    assert count_at(places, QUARTER * where[0] + 1, window) == least[0] or count_at(places, 0, window) == least[0]


@given(street())
def test_profile_holds_between_its_steps(drawn):
    places, length, window, _ = drawn
    starts, counts = count_profile(places, length, window)
    if length <= window:
        assert counts[0] == len(places)
        return
    for q in starts_between_millimetres(length, window):
        assert counts[np.searchsorted(QUARTER * starts, q, side="right") - 1] == count_at(places, q, window)


@given(street())
def test_least_count_between_agrees_with_the_least_count_of_the_street(drawn):
    places, length, window, need = drawn
    fails = failing_starts(*one(places, length), np.array([need]), window)
    if not len(fails):
        return
    within = least_counts_between(*one(places, length), fails, window)
    assert within.min() == least_counts(*one(places, length), window)[0][0]
    assert (within < need).all()


@given(street())
def test_repairs_leave_no_failing_window(drawn):
    places, length, window, need = drawn
    short = length <= window
    street_of, at = repairs(places, length, window, need)
    repaired = np.sort(np.concatenate((places, at)))
    assert not len(failing_starts(*one(repaired, length), np.array([need]), window))
    assert (street_of == 0).all()
    if short:
        assert len(at) == max(need - len(places), 0)


@given(street())
def test_repairs_are_as_many_as_windows_that_share_no_place_ask_for(drawn):
    """Weak duality: no repair serves two windows that do not meet, so disjoint shortages add up to a lower bound."""
    places, length, window, need = drawn
    if length <= window:
        return
    at = repairs(places, length, window, need)[1]
    bound, q, last = 0, 0, QUARTER * (length - window)
    while q <= last:
        lack = need - count_at(places, q, window)
        if lack > 0:
            bound += lack
            q += QUARTER * window + 1
        else:
            q += 1
    assert len(at) >= bound


@pytest.mark.parametrize("seed", range(40))
def test_no_smaller_set_of_repairs_exists(seed):
    """All sets of one place fewer on a short street, tried one by one."""
    from itertools import combinations_with_replacement

    rng = np.random.default_rng(seed)
    length, window, need = int(rng.integers(6, 12)), int(rng.integers(2, 5)), int(rng.integers(1, 3))
    places = np.sort(rng.integers(0, length + 1, rng.integers(0, 5)))
    at = repairs(places, length, window, need)[1]
    if not len(at):
        return
    for fewer in combinations_with_replacement(range(length + 1), len(at) - 1):
        tried = np.sort(np.concatenate((places, np.array(fewer, dtype=np.int64))))
        assert len(failing_starts(*one(tried, length), np.array([need]), window))


def test_all_demands_are_met_by_the_same_repairs():
    places, quota = np.array([0, 400_000]), np.array([0])
    offsets = [np.array([0, 2]), np.array([0, 1])]
    needs = [np.array([3]), np.array([1])]
    whole = Intervals(np.array([0]), np.array([0]), np.array([0]))
    at = fewest_repairs([places, quota], offsets, needs, np.array([500_000]), 500_000, whole)[1]
    assert len(at) == 1


def test_the_drawn_street():
    places = np.arange(100_000, 700_000, 100_000)
    fails = failing_starts(*one(places, 1_000_000), np.array([5]), 500_000)
    assert list(zip(fails.start_mm, fails.end_mm, strict=True)) == [(200_000, 500_000)]
    gap = stretches(fails, 500_000, np.array([1_000_000]))
    assert (gap.start_mm[0], gap.end_mm[0]) == (200_000, 1_000_000)
    assert least_counts(*one(places, 1_000_000), 500_000)[0][0] == 2


def test_a_street_as_long_as_the_window_is_one_closed_window():
    places = np.array([0, 500_000])
    assert not len(failing_starts(*one(places, 500_000), np.array([2]), 500_000))
    assert len(failing_starts(*one(places, 500_000), np.array([3]), 500_000)) == 1


def test_union_and_overlap_of_intervals():
    first = Intervals(np.array([0, 1]), np.array([0, 5]), np.array([10, 9]))
    second = Intervals(np.array([0, 1]), np.array([10, 20]), np.array([15, 30]))
    both = unite(first, second)
    assert list(zip(both.street, both.start_mm, both.end_mm, strict=True)) == [(0, 0, 15), (1, 5, 9), (1, 20, 30)]
    assert list(both.total_mm(2)) == [15, 14]
    parts = Intervals(np.array([0, 0, 1]), np.array([0, 8, 0]), np.array([8, 100, 25]))
    assert list(overlap_mm(parts, both)) == [8, 7, 9]
