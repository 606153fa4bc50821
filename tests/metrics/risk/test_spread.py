"""The sum of a random draw, against trying every draw and against laws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.risk.spread import MILLION, Outcomes, Spread, drawn_cells
from tests.metrics.risk.drawn import drawn_by_trying

SUBJECTS = st.lists(
    st.dictionaries(st.integers(0, 6), st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=6
)


def outcomes_of(subjects: list[dict[int, int]]) -> Outcomes:
    """From weights of each amount."""
    return Outcomes.of(
        [
            (np.array(sorted(own), dtype=np.int64), np.array([own[a] for a in sorted(own)]) / sum(own.values()))
            for own in subjects
        ]
    )


@given(SUBJECTS, st.integers(0, 6), st.integers(0, 3))
def test_every_draw_tried(subjects, drawn, free):
    drawn = min(drawn, len(subjects) + free)
    exact = [{a: Fraction(w, sum(own.values())) for a, w in own.items()} for own in subjects]
    tried = drawn_by_trying([*exact, *[{0: Fraction(1)}] * free], drawn)
    found = drawn_cells(outcomes_of(subjects), len(subjects) + free, drawn)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    expected = np.zeros(len(found))
    for amount, chance in tried.items():
        expected[amount] = float(chance)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_three_of_five_by_hand():
    """Two of five cost 1: none of them is drawn in 1 of 10 draws, one in 6, both in 3."""
    one = outcomes_of([{1: 1}, {1: 1}])
    np.testing.assert_allclose(drawn_cells(one, 5, 3), [0.1, 0.6, 0.3])


def test_none_drawn_and_none_there():
    np.testing.assert_allclose(drawn_cells(Outcomes.of([]), 0, 0), [1.0])
    np.testing.assert_allclose(drawn_cells(outcomes_of([{3: 1}]), 4, 0), [1.0])


def test_more_drawn_than_there_are_is_our_mistake():
    with pytest.raises(ValueError, match="cannot draw 3 of 2"):
        drawn_cells(Outcomes.of([]), 2, 3)


def test_many_subjects_stay_a_distribution():
    """40,000 subjects, 1 in 7 of which costs 1 … 5: sums to 1, and the mean is that of one draw × 50."""
    costs = np.arange(40_000) % 35 // 7
    costly = [(np.array([c], dtype=np.int64), np.ones(1)) for c in costs[::7] if c]
    found = drawn_cells(Outcomes.of(costly), 40_000, 50)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    mean = 50 * sum(int(c[0][0]) for c in costly) / 40_000
    assert np.arange(len(found)) @ found == pytest.approx(mean, rel=1e-9)


def test_quantiles():
    spread = Spread(np.array([0.0, 2.0, 4.0]), np.array([0.05, 0.9, 0.05]))
    assert [spread.quantile(p) for p in (0.05, 0.051, 0.95, 0.96)] == [0.0, 2.0, 2.0, 4.0]
    assert spread.mean == pytest.approx(2.0)
    assert spread.full_marks == pytest.approx(0.05)


def test_outcomes_by_subject():
    own = Outcomes.of(
        [
            (np.array([0, 2 * MILLION]), np.array([0.25, 0.75])),
            (np.array([0]), np.ones(1)),
            (np.array([MILLION]), np.ones(1)),
        ]
    )
    np.testing.assert_allclose(own.mean(), [1.5, 0, 1])
    np.testing.assert_allclose(own.chance_of_loss(), [0.75, 0, 1])
    np.testing.assert_allclose(own.take(np.array([False, True, True])).mean(), [0, 1])
