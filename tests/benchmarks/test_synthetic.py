"""Benchmark cities: as large as asked for, the same at every call, cut at crossings."""

import numpy as np
import pytest
import shapely

from benchmarks.synthetic import SIZES, grid_city


@pytest.fixture(scope="module")
def small():
    return grid_city(60, 900, 400, 6, seed=3, places=16)


def test_counts_are_as_asked(small) -> None:
    assert len(small.sites) == 900
    assert len(small.buildings) == 400
    assert (small.venues["class"] == "square").sum() == 6
    assert len(small.venues) == 22
    both_ways = small.roads["oneway"] == "yes"
    km = (small.roads.length * np.where(both_ways, 0.5, 1)).sum() / 1000
    assert abs(km - 60) < 6


def test_the_same_arguments_give_the_same_city(small) -> None:
    assert grid_city(60, 900, 400, 6, seed=3, places=16).fingerprint == small.fingerprint
    assert grid_city(60, 900, 400, 6, seed=4, places=16).fingerprint != small.fingerprint


def test_ways_share_corners_and_do_not_cross(small) -> None:
    lines = small.roads.geometry.to_numpy()
    assert len(shapely.STRtree(lines).query(lines, predicate="crosses")[0]) == 0
    ends = shapely.get_coordinates([shapely.get_point(lines, at) for at in (0, -1)])
    _, uses = np.unique(np.rint(ends * 1000), axis=0, return_counts=True)
    assert (uses >= 2).all()


def test_buildings_keep_off_streets_and_squares(small) -> None:
    tree = shapely.STRtree(small.buildings.geometry.to_numpy())
    squares = small.venues.geometry.to_numpy()[small.venues["class"] == "square"]
    assert len(tree.query(small.roads.geometry.to_numpy(), predicate="intersects")[0]) == 0
    assert len(tree.query(squares, predicate="intersects")[0]) == 0
    one, other = tree.query(small.buildings.geometry.to_numpy(), predicate="intersects")
    assert (one == other).all()


def test_words_are_known(small) -> None:
    assert small.unknown_words().empty


def test_too_many_buildings_are_refused() -> None:
    with pytest.raises(ValueError, match="no room for 100000 buildings"):
        grid_city(20, 10, 100_000, 1)


def test_too_many_squares_are_refused() -> None:
    with pytest.raises(ValueError, match="no room for 500 squares"):
        grid_city(10, 10, 10, 500)


def test_sizes_are_those_of_the_benchmarks() -> None:
    assert SIZES["district"].street_km == 500
    assert SIZES["city"].sites == 50_000
    assert SIZES["megacity"].sites == 1_000_000
