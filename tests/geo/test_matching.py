"""Points matched to streets, against shapely and against whole numbers on every pair."""

import os
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.matching import Matches, match_points, nearest_only
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
    x0, y0, x1, y1, street, m0, m1, road = np.array(rows, dtype=np.int64).reshape(-1, 8).T
    return Segments(x0, y0, x1, y1, street.astype(np.int32), m0, m1, road.astype(np.int32))


def rows_of(matches: Matches) -> list[tuple]:
    """(street, position, point, distance) of each match."""
    columns = (matches.street, matches.at_mm, matches.point, matches.distance_m)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def by_fractions(points: list[tuple[int, int]], segments: Segments, reach: int) -> list[tuple]:
    """The rows of all matches by exact arithmetic on every pair, with distance² in place of the distance."""
    found = {}
    columns = (segments.x0, segments.y0, segments.x1, segments.y1, segments.street, segments.m0, segments.m1)
    for x0, y0, x1, y1, street, m0, m1 in zip(*(column.tolist() for column in columns), strict=True):
        for i, (x, y) in enumerate(points):
            dx, dy = x1 - x0, y1 - y0
            share = min(max(Fraction((x - x0) * dx + (y - y0) * dy, dx * dx + dy * dy), Fraction(0)), Fraction(1))
            square = (x0 + share * dx - x) ** 2 + (y0 + share * dy - y) ** 2
            if square <= reach * reach:
                here = (square, round(m0 + share * (m1 - m0)))
                found[i, street] = min(found.get((i, street), here), here)
    return sorted((street, at, i, square) for (i, street), (square, at) in found.items())


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


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_of_two_equally_near_places_the_first_along_the_street_counts(order):
    """
    One street that turns back; the point is 10 m from its way out, at 40 m, and from its way back, at 180 m.

    ::

        ←────────┐
            ·    │
        ────────→┘
    """
    turning = segments_of([[(0, 0), (100_000, 0), (100_000, 20_000), (0, 20_000)]])
    segments = Segments(**{name: column[order] for name, column in vars(turning).items()})
    matches = match_points(np.array([[40_000, 10_000]]), segments, reach_mm=30_000)
    assert rows_of(matches) == [(0, 40_000, 0, 10.0)]


def test_nearest_only_keeps_one_street_a_point():
    segments = segments_of([[(0, 0), (100_000, 0)], [(0, 30_000), (100_000, 30_000)]])
    matches = match_points(np.array([[50_000, 10_000], [50_000, 15_000]]), segments, reach_mm=30_000)
    assert len(matches) == 4
    nearest = nearest_only(matches)
    assert list(zip(nearest.point.tolist(), nearest.street.tolist(), strict=True)) == [(0, 0), (1, 0)]


# Corners and points on few places: many points at one place, at the reach, on corners, as near to two segments.
few = st.integers(-12, 12).map(lambda n: 4 * n)
place = st.tuples(few, few)


@given(
    lines=st.lists(st.lists(place, min_size=2, max_size=4, unique=True), min_size=1, max_size=5),
    points=st.lists(st.tuples(few.map(lambda n: 2 * n), few), min_size=1, max_size=60),
    reach=st.sampled_from([0, 4, 20, 40]),
    parts=st.integers(1, 3),
)
def test_ties_are_exact_whatever_the_cells_and_the_parts(lines, points, reach, parts):
    segments = segments_of(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo._match_grid._LEAST_SHIFT", 2)
        patch.setattr("geo.matching._WORTH_THREADS", 1)
        patch.setattr(os, "cpu_count", lambda: parts)
        matches = match_points(np.array(points), segments, reach_mm=reach)
    found = rows_of(matches)
    # Half a millimetre may be rounded either way.
    expected = {(street, i): (at, square) for street, at, i, square in by_fractions(points, segments, reach)}
    assert {(street, i) for street, _, i, _ in found} == set(expected)
    assert found == sorted(found)
    for street, at, i, distance in found:
        exact_at, square = expected[street, i]
        assert abs(at - exact_at) <= 1
        assert distance == pytest.approx(float(square) ** 0.5 / 1000, abs=1e-12)


@pytest.mark.parametrize("parts", [1, 3])
def test_a_crowd_at_few_places_of_a_long_street_is_in_the_order_of_the_points(monkeypatch, parts):
    """All 900 points within 3 mm of a street of 1,000 km, on both sides: nothing but sorting tells them apart."""
    monkeypatch.setattr("geo.matching._WORTH_THREADS", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: parts)
    random = np.random.default_rng(2)
    points = np.column_stack([500_000_000 + random.integers(0, 3, 900), random.choice([-9_000, 9_000], 900)])
    matches = match_points(points, segments_of([[(0, 0), (1_000_000_000, 0)]]), reach_mm=30_000)
    assert np.array_equal(matches.point, np.argsort(points[:, 0], kind="stable"))
    assert np.array_equal(matches.at_mm, np.sort(points[:, 0]))


def test_points_far_outside_match_nothing():
    """Among them those that lie in no cell but in the columns or rows of one."""
    segments = segments_of([[(0, 0), (100_000, 0)]])
    far = 10**12
    points = np.array([[far, 0], [-far, 0], [50_000, far], [50_000, -far], [far, far], [50_000, 1_000]])
    assert match_points(points, segments, reach_mm=30_000).point.tolist() == [5]
    assert len(match_points(points[:5], segments, reach_mm=30_000)) == 0


def test_the_order_of_the_segments_and_streets_without_any_change_nothing():
    lines = [[(0, 0), (90_000, 0), (90_000, 90_000)], [(0, 20_000), (90_000, 20_000)], [(45_000, 0), (45_000, 60_000)]]
    segments = segments_of(lines)
    mixed = np.array([3, 0, 2, 1])
    columns = {name: column[mixed] for name, column in vars(segments).items()}
    columns["street"] = columns["street"] * 2 + 1
    points = np.random.default_rng(3).integers(-20_000, 120_000, (300, 2))
    plain, other = (match_points(points, s, reach_mm=30_000) for s in (segments, Segments(**columns)))
    assert len(plain) > 300
    assert rows_of(other) == [(street * 2 + 1, at, i, distance) for street, at, i, distance in rows_of(plain)]


def test_nothing_matches_nothing_and_a_negative_reach_is_refused():
    segments = segments_of([[(0, 0), (100_000, 0)]])
    nothing = match_points(np.empty((0, 2), dtype=np.int64), segments, reach_mm=30_000)
    without_streets = match_points(np.array([[0, 0]]), segments_of([]), reach_mm=30_000)
    assert len(nothing) == len(without_streets) == 0
    assert nothing.street.dtype == np.int32
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
