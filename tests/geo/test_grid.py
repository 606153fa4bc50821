"""The grid: a segment stands in every cell it passes through, whatever its direction."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.grid import bucket, columns_in_row, grid_of_points, grid_of_segments

place = st.tuples(st.integers(-300, 300), st.integers(-300, 300))


def held(grid, column, row):
    """Items of one cell."""
    b = bucket(column, row, grid.x_bits, grid.y_bits)
    return set(grid.items[grid.starts[b] : grid.starts[b + 1]].tolist())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(place, place), min_size=1, max_size=6))
def test_every_cell_on_the_way(ends):
    """Points all along each segment, exact to a thousandth of its length, fall into cells that hold it."""
    segments = np.array([[*a, *b] for a, b in ends], dtype=np.int64)
    grid = grid_of_segments(segments, cell_mm=32)
    assert grid.shift == 5
    for i, (ax, ay, bx, by) in enumerate(segments.tolist()):
        for step in range(0, 1001, 7):
            column = (ax * 1000 + step * (bx - ax)) // 1000 >> 5
            row = (ay * 1000 + step * (by - ay)) // 1000 >> 5
            assert i in held(grid, column, row)
            first, last = columns_in_row(ax, ay, bx, by, row, 5)
            assert min(first, last) <= column <= max(first, last)


def test_far_outlier_costs_no_memory():
    points = np.concatenate([np.random.default_rng(0).integers(0, 10**6, (1000, 2)), [[10**9, -(10**9)]]])
    grid = grid_of_points(points, cell_mm=1000)
    assert len(grid.starts) <= 8 * len(points)
    assert sorted(grid.items.tolist()) == list(range(len(points)))
    x, y = points[-1].tolist()
    assert 1000 in held(grid, x >> grid.shift, y >> grid.shift)


def test_nothing_to_hold():
    grid = grid_of_segments(np.empty((0, 4), np.int64), cell_mm=10)
    assert held(grid, 5, -7) == set()
