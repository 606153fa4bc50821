"""Points matched to streets, against shapely on every pair."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.matching import match_points, nearest_only
from geo.streets import Segments


def segments_of(lines: list[list[tuple[int, int]]]) -> Segments:
    """Each line a street; positions run along it, in the lines' own unit (millimetres)."""
    rows = []
    for street, line in enumerate(lines):
        at = 0
        for (x0, y0), (x1, y1) in pairwise(line):
            length = round(np.hypot(x1 - x0, y1 - y0))
            rows.append((x0, y0, x1, y1, street, at, at + length, street))
            at += length
    x0, y0, x1, y1, street, m0, m1, road = np.array(rows, dtype=np.int64).T
    return Segments(x0, y0, x1, y1, street.astype(np.int32), m0, m1, road.astype(np.int32))


coordinate = st.integers(-300_000, 300_000)
point = st.tuples(coordinate, coordinate)


@given(
    st.lists(st.lists(point, min_size=2, max_size=5, unique=True), min_size=1, max_size=6), st.lists(point, max_size=20)
)
def test_the_same_pairs_as_shapely_distances(lines, points):
    segments = segments_of(lines)
    matches = match_points(np.array(points, dtype=np.int64).reshape(-1, 2), segments, reach_mm=30_000)
    shapes = [shapely.LineString(line) for line in lines]
    distance = np.array([[shapely.Point(p).distance(shape) for shape in shapes] for p in points])
    distance = distance.reshape(len(points), len(lines))
    near = {(p, s) for p, s in zip(*np.nonzero(distance <= 30_000), strict=True)}
    on_edge = {(p, s) for p, s in zip(*np.nonzero(np.abs(distance - 30_000) < 1e-6), strict=True)}
    found = set(zip(matches.point.tolist(), matches.street.tolist(), strict=True))
    assert found - on_edge == near - on_edge
    for p, s, d in zip(matches.point, matches.street, matches.distance_m, strict=True):
        assert d * 1000 == pytest.approx(distance[p, s], abs=1e-3)


def test_exactly_at_the_reach_is_within_it_and_a_millimetre_more_is_not():
    segments = segments_of([[(0, 0), (1_000_000, 0)], [(0, 200_000), (300_000, 600_000)]])
    at_reach = np.array([[500_000, 30_000], [500_000, -30_000], [-18_000, 24_000], [500_000, 30_001]])
    matches = match_points(at_reach, segments, reach_mm=30_000)
    assert sorted(matches.point.tolist()) == [0, 1, 2]
    # 3-4-5: 30 m square off a slanted street, exactly.
    slanted = np.array([[150_000 - 24_000, 400_000 + 18_000], [150_000 - 24_001, 400_000 + 18_001]])
    assert match_points(slanted, segments, reach_mm=30_000).point.tolist() == [0]


def test_positions_are_those_along_the_street():
    segments = segments_of([[(0, 0), (100_000, 0), (100_000, 100_000)]])
    points = np.array([[40_000, 10_000], [110_000, 70_000], [105_000, -5_000]])
    matches = match_points(points, segments, reach_mm=30_000)
    assert dict(zip(matches.point.tolist(), matches.at_mm.tolist(), strict=True)) == {0: 40_000, 1: 170_000, 2: 100_000}


def test_a_place_between_two_carriageways_counts_once():
    """Two member pieces of one street, 40 m apart, both with positions 0 … 500 m; one site in the median."""
    row = np.array([[0, 0, 500_000, 0], [500_000, 40_000, 0, 40_000]], dtype=np.int64)
    one_street = np.zeros(2, dtype=np.int32)
    segments = Segments(*row.T, one_street, np.array([0, 500_000]), np.array([500_000, 0]), one_street)
    matches = match_points(np.array([[200_000, 20_000]]), segments, reach_mm=30_000)
    assert (matches.point.tolist(), matches.at_mm.tolist()) == ([0], [200_000])


def test_nearest_only_keeps_one_street_a_point():
    segments = segments_of([[(0, 0), (100_000, 0)], [(0, 30_000), (100_000, 30_000)]])
    matches = match_points(np.array([[50_000, 10_000], [50_000, 15_000]]), segments, reach_mm=30_000)
    assert len(matches) == 4
    nearest = nearest_only(matches)
    assert list(zip(nearest.point.tolist(), nearest.street.tolist(), strict=True)) == [(0, 0), (1, 0)]


def test_nothing_matches_nothing_and_a_negative_reach_is_refused():
    segments = segments_of([[(0, 0), (100_000, 0)]])
    assert len(match_points(np.empty((0, 2), dtype=np.int64), segments, reach_mm=30_000)) == 0
    with pytest.raises(ValueError, match="reach_mm is -1"):
        match_points(np.array([[0, 0]]), segments, reach_mm=-1)


def test_many_points_are_matched_in_threads_with_the_same_result(monkeypatch):
    random = np.random.default_rng(5)
    segments = segments_of([[(0, k * 100_000), (1_000_000, k * 110_000)] for k in range(10)])
    points = random.integers(0, 1_000_000, (3000, 2))
    at_once = match_points(points, segments, reach_mm=30_000)
    monkeypatch.setattr("geo.matching._WORTH_THREADS", 1)
    side_by_side = match_points(points, segments, reach_mm=30_000)
    assert len(at_once) > 500
    for name in ("point", "street", "at_mm", "distance_m"):
        assert np.array_equal(getattr(at_once, name), getattr(side_by_side, name))
