"""Pairs in reach, against every distance."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.near import pairs_in_reach

point = st.tuples(st.integers(-40_000, 40_000), st.integers(-40_000, 40_000))


@given(st.lists(point, max_size=12), st.lists(st.tuples(point, st.integers(0, 30_000)), max_size=25))
def test_the_same_pairs_as_all_distances(observers, reaching):
    observers = np.array(observers, dtype=np.int64).reshape(-1, 2)
    points = np.array([p for p, _ in reaching], dtype=np.int64).reshape(-1, 2)
    reach = np.array([r for _, r in reaching], dtype=np.int64)
    squared = ((observers[:, None] - points[None]) ** 2).sum(axis=2)
    expected = list(zip(*np.nonzero(squared <= reach**2), strict=True))
    observer, found = pairs_in_reach(observers, points, reach)
    assert list(zip(observer, found, strict=True)) == expected


def test_a_point_exactly_at_its_reach_is_in_it():
    observer, point = pairs_in_reach(np.array([[0, 0]]), np.array([[3000, 4000], [3001, 4000]]), np.array([5000, 5000]))
    assert (observer.tolist(), point.tolist()) == ([0], [0])
