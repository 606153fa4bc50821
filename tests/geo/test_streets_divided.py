"""Streets of two carriageways."""


import numpy as np
import pytest
from shapely import LineString

from geo.streets import build_streets
from tests.geo.street_drawing import city, divided, local


@pytest.mark.parametrize("left", [20.0, -20.0, 55.0])
def test_two_opposing_one_way_lines_are_one_street_with_the_middle_as_centre_line(left: float):
    """
    ::

        <------------------ 测试大道
        ------------------> 測试大道, 20 m apart (or 55, or driving on the left)
    """
    streets = build_streets(city(*divided(left=left)))
    row = streets.table.iloc[0]
    assert (len(streets.table), row["length_mm"], row["pieces"], bool(row["divided"])) == (1, 1_000_000, 2, True)
    line = local(row.geometry)
    assert line[0] == (0.0, left / 2) and line[-1] == (1000.0, left / 2)
    assert {y for _, y in line} == {left / 2}
    segments = streets.segments
    for x, m in ((segments.x0, segments.m0), (segments.x1, segments.m1)):
        np.testing.assert_allclose(x - 500_000_000, m, atol=1)
    assert streets.counts["pairs"] == 1
    assert streets.counts["named_oneway_unpaired_km"] == pytest.approx(0.0, abs=0.001)


@pytest.mark.parametrize("left", [12.0, -12.0])
def test_a_town_with_one_short_pair_shows_on_which_side_it_drives(left: float):
    """
    ::

                 <-- 200 m --
        ------------ 1000 m ----------->     the pair is seen from a few samples, on either hand
    """
    one = ([(0, 0), (1000, 0)], {"name": "甲路", "oneway": "yes"})
    streets = build_streets(city(one, ([(600, left), (400, left)], {"name": "甲路", "oneway": "yes"})))
    assert streets.table["divided"].tolist() == [True]
    assert streets.table["length_mm"][0] == pytest.approx(1_000_000, abs=3_000)


def test_carriageways_without_tags_are_known_by_their_course():
    """No name, no oneway column: two opposing lines 20 m apart are one street, two drawn alike are two."""
    assert build_streets(city(([(0, 0), (800, 0)], {}), ([(800, 20), (0, 20)], {}))).table["divided"].tolist() == [True]
    assert len(build_streets(city(([(0, 0), (800, 0)], {}), ([(0, 20), (800, 20)], {}))).table) == 2


def test_carriageways_of_different_names_are_not_one_street():
    """Two opposing one-way streets of two names, 20 m apart."""
    east, west = divided()
    streets = build_streets(city(east, (west[0], {**west[1], "name": "乙路"})))
    assert streets.table["length_mm"].tolist() == [1_000_000, 1_000_000]
    assert not streets.table["divided"].any()


def test_a_one_way_street_alone_keeps_its_length():
    """One-way, the next one-way street of its name 150 m off."""
    streets = build_streets(city(*divided(left=150.0)))
    assert streets.table["length_mm"].tolist() == [1_000_000, 1_000_000]


def test_a_divided_road_that_becomes_one_line_is_one_street():
    """
    ::

        <-------------------.
                             >---- two-way ----
        -------------------->
    """
    tags = {"name": "甲路", "oneway": "yes"}
    streets = build_streets(
        city(
            ([(0, 0), (600, 0), (650, 10)], tags),
            ([(650, 10), (600, 20), (0, 20)], tags),
            ([(650, 10), (1200, 10)], {"name": "甲路", "oneway": "no"}),
        )
    )
    assert len(streets.table) == 1
    assert streets.table["length_mm"][0] == pytest.approx(1_200_000, abs=8_000)
    assert streets.table.geometry[0].hausdorff_distance(LineString([(500_000, 3_300_010), (501_200, 3_300_010)])) < 6


def test_a_turn_at_the_end_of_a_divided_road_does_not_double_it():
    """One way: out, round, and back on the other carriageway."""
    way = [(0, 0), (800, 0), (812, 4), (812, 16), (800, 20), (0, 20)]
    streets = build_streets(city((way, {"name": "甲路", "oneway": "yes"})))
    assert len(streets.table) == 1
    assert streets.table["length_mm"][0] == pytest.approx(806_000, abs=20_000)


def test_divided_ring_road_is_a_closed_street():
    """Two circles of 480 and 500 m radius, drawn opposite ways."""
    angle = np.linspace(0, 2 * np.pi, 121)
    inner = np.stack([480 * np.cos(angle), 480 * np.sin(angle)], axis=1)
    outer = np.stack([500 * np.cos(angle), 500 * np.sin(angle)], axis=1)[::-1]
    inner[-1], outer[-1] = inner[0], outer[0]
    tags = {"name": "环路", "oneway": "yes"}
    streets = build_streets(city((outer[::-1], tags), (inner[::-1], tags)))
    assert len(streets.table) == 1
    line = streets.table.geometry[0]
    assert line.is_ring
    assert streets.table["length_mm"][0] / 1000 == pytest.approx(2 * np.pi * 490, rel=0.02)


def test_the_ends_of_a_divided_road_are_half_way_between_those_of_its_carriageways():
    """The southern carriageway begins 60 m further west: the centre line begins 30 m west of the northern one."""
    tags = {"name": "甲路", "oneway": "yes"}
    streets = build_streets(city(([(-60, 0), (1000, 0)], tags), ([(1000, 20), (0, 20)], tags)))
    assert streets.table["length_mm"].tolist() == [1_030_000]
    assert streets.segments.m0.min() == 0 and streets.segments.m1.max() == 1_030_000


def test_a_long_one_way_end_is_part_of_the_street_at_its_full_length():
    """The southern carriageway begins 500 m further west."""
    tags = {"name": "甲路", "oneway": "yes"}
    streets = build_streets(city(([(-500, 0), (1000, 0)], tags), ([(1000, 20), (0, 20)], tags)))
    assert len(streets.table) == 1
    assert streets.table["length_mm"][0] == pytest.approx(1_500_000, abs=10_000)


def test_a_divided_road_goes_on_over_a_crossing_whose_inside_is_a_link():
    """Between both halves of a divided road lie 25 m of dropped secondary_link."""
    tags = {"name": "甲路", "oneway": "yes"}
    rows = [([(0, 0), (500, 0)], tags), ([(525, 0), (900, 0)], tags), ([(900, 20), (525, 20)], tags)]
    streets = build_streets(city(*rows, ([(500, 20), (0, 20)], tags)))
    assert streets.table["length_mm"].tolist() == [900_000]
