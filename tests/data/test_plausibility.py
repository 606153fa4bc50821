"""
What may be wrong in layers that could be read.

Districts are squares of 0.1°, at 30° N about 9.6 km by 11.1 km::

    +---+---+---+
    | a | b | c |     the ring around e, without e, leaves a hole
    +---+---+---+
    | d | e | f |
    +---+---+---+
    | g | h | i |
    +---+---+---+
"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from data.plausibility import distance_warnings, district_warnings, find_duplicates
from geo.crs import metric_crs

METRIC = metric_crs(122, 30)


def grid():
    cells = [
        shapely.box(122 + 0.1 * x, 30 + 0.1 * y, 122.1 + 0.1 * x, 30.1 + 0.1 * y) for y in (2, 1, 0) for x in range(3)
    ]
    return gpd.GeoDataFrame({"name": list("abcdefghi")}, geometry=gpd.GeoSeries(cells).set_precision(1e-7), crs=4326)


def sites(points, carriers, ids=None):
    ids = [f"s{row}" for row in range(len(points))] if ids is None else ids
    xy = np.asarray(points, dtype=float).reshape(-1, 2) + np.array((500_000, 3_320_000))
    return gpd.GeoDataFrame(
        {"id": ids, "carrier": carriers}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=METRIC
    )


def test_districts_that_fit_are_fine():
    assert district_warnings(grid()) == []


def test_a_hole_is_told_with_its_area():
    frame = grid()
    hole = frame[frame["name"] == "e"].to_crs(METRIC).area.sum()
    (warning,) = district_warnings(frame[frame["name"] != "e"])
    assert "1 处空洞" in warning and f"{hole:,.0f}" in warning


def test_an_overlap_is_told_with_both_names():
    frame = grid()
    frame.loc[0, "geometry"] = shapely.box(122, 30.2, 122.15, 30.3)
    (warning,) = district_warnings(frame)
    assert "“a”与“b”" in warning


def test_levels_lie_over_each_other_without_overlapping():
    frame = grid().assign(level="street")
    whole = gpd.GeoDataFrame(
        {"name": ["全"], "level": ["district"]}, geometry=[shapely.box(122, 30, 122.3, 30.3)], crs=4326
    )
    both = gpd.GeoDataFrame(
        {"name": [*frame["name"], "全"], "level": [*frame["level"], "district"]},
        geometry=[*frame.geometry, *whole.geometry],
        crs=4326,
    )
    assert district_warnings(both) == []


def test_duplicates_need_the_same_carrier_and_two_metres():
    frame = sites(
        [(0, 0), (1.5, 0), (1.6, 0), (10, 0), (12, 0), (20, 0), (22.01, 0)], ["a", "a", "b", "a", "a", "a", "a"]
    )
    table = find_duplicates(frame, np.arange(2, 9))
    assert table[["id", "other_id", "row", "other_row", "distance_m"]].values.tolist() == [
        ["s0", "s1", 2, 3, 1.5],
        ["s3", "s4", 5, 6, 2.0],
    ]


def test_many_at_one_place_are_named_once_each():
    table = find_duplicates(sites([(0, 0)] * 2000, ["a"] * 2000))
    assert len(table) == 1999 and set(table["id"]) | set(table["other_id"]) == {f"s{row}" for row in range(2000)}


def test_no_sites_no_duplicates():
    assert len(find_duplicates(sites([], []))) == 0


PLACES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.sampled_from("ab")), max_size=14)


@settings(deadline=None, max_examples=60)
@given(PLACES, st.randoms(use_true_random=False))
def test_duplicates_against_all_distances_and_in_any_order(places, random):
    """Named are just those that have another within 2 m, whatever the order of rows."""
    rows = [(f"s{number:02}", x, y, carrier) for number, (x, y, carrier) in enumerate(places)]
    tables = []
    for order in (rows, random.sample(rows, len(rows))):
        frame = sites(
            [(x, y) for _, x, y, _ in order], [carrier for *_, carrier in order], [name for name, *_ in order]
        )
        tables.append(find_duplicates(frame))
    named = [set(table["id"]) | set(table["other_id"]) for table in tables]
    points = np.array([(x, y) for _, x, y, _ in rows], dtype=float).reshape(-1, 2)
    carriers = np.array([carrier for *_, carrier in rows])
    near = (cdist(points, points) <= 2) & (carriers[:, None] == carriers[None, :])
    np.fill_diagonal(near, False)
    expected = {rows[row][0] for row in np.flatnonzero(near.any(axis=1))} if rows else set()
    assert named[0] == expected
    assert named[1] == expected


def places(lon, lat, count=20):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon + np.linspace(0, 0.05, count), [lat] * count), crs=4326)


def test_layers_far_apart_are_told_from_the_roads():
    assert distance_warnings({"roads": places(122, 30), "sites": places(122.1, 30)}) == []
    (warning,) = distance_warnings({"sites": places(114, 30), "roads": places(122, 30), "districts": places(122, 30)})
    assert "点位" in warning and "道路" in warning and "坐标系" in warning


def test_single_rows_far_off_are_told():
    frame = places(122, 30)
    frame.loc[7, "geometry"] = shapely.Point(112, 30)
    (warning,) = distance_warnings({"roads": frame})
    assert "1 行" in warning and "第 8 行" in warning


@pytest.mark.parametrize("layers", [{}, {"roads": places(122, 30).head(0)}])
def test_nothing_to_compare(layers):
    assert distance_warnings(layers) == []
