"""Streets: cities small enough to solve by hand."""


import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString

from geo.streets import build_streets
from tests.geo.street_drawing import CRS, city, divided, local

# --- one street ------------------------------------------------------------------------------------------------------


def test_a_line_with_no_other_column_is_one_street_of_its_own_length():
    """A ------------- 1234.567 m ------------- B, drawn from A."""
    streets = build_streets(city(([(0, 0), (1234.567, 0)], {})))
    row = streets.table.iloc[0]
    assert len(streets.table) == 1
    assert (row["length_mm"], row["pieces"], row["divided"], row["name"]) == (1_234_567, 1, False, None)
    segments = streets.segments
    assert (segments.m0.tolist(), segments.m1.tolist()) == ([0], [1_234_567])
    assert (segments.road.tolist(), segments.street.tolist()) == ([0], [0])
    assert segments.x1[0] - segments.x0[0] == 1_234_567
    assert segments.m0.dtype == np.int64 and segments.road.dtype == np.int32


def test_pieces_of_one_name_that_continue_each_other_are_one_street():
    """A --甲路-- B --甲路-- C, the second piece drawn the other way."""
    streets = build_streets(city(([(0, 0), (300, 0)], {"name": "甲路"}), ([(700, 0), (300, 0)], {"name": "甲路"})))
    assert streets.table["length_mm"].tolist() == [700_000]
    assert streets.table["pieces"].tolist() == [2]
    assert streets.table["street"].tolist() == ["甲路#1"]
    assert local(streets.table.geometry[0])[0] == (0.0, 0.0)  # no three quarters agree: from the west


@pytest.mark.parametrize(("gap", "count"), [(0.9, 1), (1.5, 2)])
def test_a_gap_of_up_to_a_metre_is_joined(gap: float, count: int):
    """A ---甲路--- B  gap  C ---甲路--- D."""
    roads = city(([(0, 0), (300, 0)], {"name": "甲路"}), ([(300 + gap, 0), (700, 0)], {"name": "甲路"}))
    assert len(build_streets(roads).table) == count


def test_a_change_of_name_makes_two_streets_and_no_crossing():
    """A --甲路-- B --乙路-- C."""
    streets = build_streets(city(([(0, 0), (300, 0)], {"name": "甲路"}), ([(300, 0), (700, 0)], {"name": "乙路"})))
    assert sorted(streets.table["length_mm"]) == [300_000, 400_000]
    assert len(streets.junctions) == 0


def test_without_a_name_the_ref_joins_and_a_name_joins_across_classes():
    """Two pieces of G104; two of 甲路, one primary and one secondary."""
    streets = build_streets(
        city(
            ([(0, 0), (300, 0)], {"ref": "G104", "name": None}),
            ([(300, 0), (300, 400)], {"ref": "G104", "name": None}),
            ([(0, 900), (300, 900)], {"name": "甲路"}),
            ([(300, 900), (900, 900)], {"name": "甲路", "highway": "secondary"}),
        )
    )
    table = streets.table.set_index("name")
    assert table["length_mm"].to_dict() == {"G104": 700_000, "甲路": 900_000}
    assert table["class"].to_dict() == {"G104": "primary", "甲路": "secondary"}


def test_unnamed_pieces_join_by_the_straightest_continuation():
    """
    ::

              C
              |
        A --- B --- D     unnamed; A-B-D goes straight on, C ends at B
    """
    streets = build_streets(city(([(0, 0), (300, 0)], {}), ([(300, 0), (700, 20)], {}), ([(300, 0), (300, 500)], {})))
    assert sorted(streets.table["length_mm"] // 1000) == [500, 700]
    assert streets.junctions["streets"].tolist() == [(0, 1)]


def test_a_name_that_branches_becomes_several_streets():
    """A --甲路-- B --甲路-- C, and 甲路 also from B to the north."""
    named = {"name": "甲路"}
    streets = build_streets(
        city(([(0, 0), (300, 0)], named), ([(300, 0), (700, 0)], named), ([(300, 0), (300, 450)], named))
    )
    assert sorted(streets.table["length_mm"]) == [450_000, 700_000]
    assert streets.table["street"].tolist() == ["甲路#1", "甲路#2"]


def test_a_loop_with_a_tail_is_cut_where_it_meets_itself():
    """A tail of 200 m to a square of 100 m sides, all 甲路: a street and a ring, both simple lines."""
    streets = build_streets(
        city(([(-200, 0), (0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], {"name": "甲路"})),
    )
    assert sorted(streets.table["length_mm"]) == [200_000, 400_000]
    assert streets.table.geometry.is_simple.all()


def test_a_way_that_is_there_twice_counts_once():
    """The same line drawn in both directions, and a way that goes there and back."""
    there, back = [(0, 0), (200, 0), (500, 0)], [(500, 0), (200, 0), (0, 0)]
    once = build_streets(city((there, {"name": "甲路"}), (back, {"name": "甲路"})))
    fold = build_streets(city(([*there, *back[1:]], {"name": "甲路"})))
    assert once.table["length_mm"].tolist() == fold.table["length_mm"].tolist() == [500_000]
    assert once.road_status.tolist().count("duplicate") == 1


# --- direction -------------------------------------------------------------------------------------------------------


def test_a_street_starts_where_its_pieces_are_drawn_from():
    """One piece drawn from the east: position 0 is in the east."""
    streets = build_streets(city(([(900, 0), (0, 0)], {"name": "甲路", "oneway": "yes"})))
    assert local(streets.table.geometry[0]) == [(900.0, 0.0), (0.0, 0.0)]
    assert streets.segments.m0.tolist() == [0]


# --- what is dropped -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "motorway"}, "motorway"),
        ({"highway": "motorway_link"}, "motorway"),
        ({"highway": "primary_link"}, "link"),
        ({"highway": "raceway"}, "class"),
        ({"highway": "residential"}, "class"),
        ({"tunnel": "yes"}, "tunnel"),
        ({"tunnel": "building_passage"}, "kept"),
        ({"foot": "no"}, "no_foot"),
        ({"bridge": "yes"}, "kept"),
    ],
)
def test_each_road_has_one_reason(tags: dict, reason: str):
    """One road beside a kept one far away."""
    roads = city(([(0, 0), (700, 0)], tags), ([(0, 5000), (500, 5000)], {}))
    streets = build_streets(roads)
    assert streets.road_status.tolist() == [reason, "kept"]
    assert streets.report.loc["in", "km"] == pytest.approx(1.2)
    assert streets.report.loc[reason, "km"] >= 0.7 - 1e-9
    assert streets.report.drop(index="in")["km"].sum() == pytest.approx(1.2)


def test_an_elevated_road_above_another_is_dropped_and_a_bridge_across_is_not():
    """
    ::

        =========== 高架 (bridge) on top of ground road 甲路, two carriageways
             |  乙路 crosses over both on a bridge of its own
    """
    east, west = divided(name="甲路")
    streets = build_streets(
        city(
            east,
            west,
            ([(0, 8), (1000, 8)], {"name": "高架", "bridge": "yes", "oneway": "yes", "highway": "trunk"}),
            ([(1000, 12), (0, 12)], {"name": "高架", "layer": "1", "oneway": "yes", "highway": "trunk"}),
            ([(500, -300), (500, 300)], {"name": "乙路", "bridge": "yes", "layer": "2", "oneway": "no"}),
        )
    )
    assert streets.road_status.tolist() == ["kept", "kept", "elevated", "elevated", "kept"]
    assert len(streets.junctions) == 0


def test_geometry_that_is_no_line_is_counted():
    """A point, an empty line, a missing geometry, and a road in two parts."""
    roads = gpd.GeoDataFrame(
        {"highway": ["primary"] * 4},
        geometry=[
            shapely.Point(500_000, 0),
            LineString(),
            None,
            shapely.MultiLineString([[(500_000, 0), (500_300, 0)], [(500_300, 0), (500_900, 0)]]),
        ],
        crs=CRS,
    )
    streets = build_streets(roads)
    assert streets.road_status.tolist() == ["no_line", "no_line", "no_line", "kept"]
    assert streets.table["length_mm"].tolist() == [900_000]


def test_no_roads_are_no_streets():
    """An empty layer, and a layer of footways only."""
    for roads in (city(([(0, 0), (1, 0)], {})).iloc[:0], city(([(0, 0), (90, 0)], {"highway": "footway"}))):
        streets = build_streets(roads)
        assert len(streets.table) == len(streets.junctions) == len(streets.segments.m0) == 0
        assert streets.table.crs == roads.crs


@pytest.mark.parametrize("crs", [None, 4326])
def test_roads_must_be_in_metres(crs: int | None):
    roads = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=crs)
    with pytest.raises(ValueError, match="metric_crs"):
        build_streets(roads)


def test_roads_must_have_a_class():
    with pytest.raises(ValueError, match="highway"):
        build_streets(city(([(0, 0), (1, 0)], {})).drop(columns="highway"))


# --- crossings, stubs, roundabouts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("noded", [True, False])
def test_two_crossing_streets_have_one_junction(noded: bool):
    """甲路 along y = 0 and 乙路 along x = 400, with or without a common vertex."""
    east = [(0, 0), (400, 0), (1000, 0)] if noded else [(0, 0), (1000, 0)]
    north = [(400, -300), (400, 0), (400, 500)] if noded else [(400, -300), (400, 500)]
    streets = build_streets(city((east, {"name": "甲路"}), (north, {"name": "乙路"})))
    assert sorted(streets.table["length_mm"]) == [800_000, 1_000_000]
    assert streets.junctions["streets"].tolist() == [(0, 1)]
    assert sorted(streets.junctions["name"][0].split("—")) == sorted(["甲路", "乙路"])
    assert local(LineString([streets.junctions.geometry[0]] * 2))[0] == (400.0, 0.0)


def test_two_crossing_divided_roads_have_one_junction():
    """Four crossings of carriageways are one place."""
    north = {"name": "北路", "oneway": "yes"}
    streets = build_streets(
        city(*divided(), ([(410, -400), (410, 500)], north), ([(390, 500), (390, -400)], north)),
    )
    assert streets.table["divided"].tolist() == [True, True]
    assert len(streets.junctions) == 1
    point = streets.junctions.geometry[0]
    assert (point.x - 500_000, point.y - 3_300_000) == pytest.approx((400, 10), abs=2)


def test_a_street_that_ends_at_another_has_a_junction_there():
    """乙路 ends at the nearer carriageway of a divided road."""
    streets = build_streets(city(*divided(), ([(400, 20), (400, 500)], {"name": "乙路", "oneway": "no"})))
    assert len(streets.junctions) == 1


def test_a_short_unnamed_piece_between_two_of_a_name_belongs_to_it():
    """A --甲路-- B --30 m unnamed-- C --甲路-- D."""
    streets = build_streets(
        city(
            ([(0, 0), (300, 0)], {"name": "甲路"}), ([(300, 0), (330, 0)], {}), ([(330, 0), (700, 0)], {"name": "甲路"})
        )
    )
    assert streets.table["length_mm"].tolist() == [700_000]
    assert streets.table["name"].tolist() == ["甲路"]


def test_a_crossover_between_carriageways_belongs_to_the_street():
    """An unnamed piece from one carriageway to the other at x = 500."""
    tags = {"name": "甲路", "oneway": "yes"}
    streets = build_streets(
        city(
            ([(0, 0), (500, 0), (1000, 0)], tags),
            ([(1000, 20), (500, 20), (0, 20)], tags),
            ([(500, 0), (500, 20)], {"oneway": "yes"}),
        )
    )
    assert len(streets.table) == 1
    own = streets.segments.road == 2
    assert own.any()
    assert np.abs(streets.segments.m0[own] - 500_000).max() <= 1_000


def test_a_street_goes_through_a_roundabout():
    """
    ::

        --甲路--( o )--甲路--     a ring of 25 m radius; 乙路 ends at it from the north
    """
    angle = np.linspace(0, 2 * np.pi, 33)
    ring = np.stack([25 * np.cos(angle), 25 * np.sin(angle)], axis=1)
    ring[-1] = ring[0]
    streets = build_streets(
        city(
            ([(-400, 0), ring[16]], {"name": "甲路"}),
            ([ring[0], (500, 0)], {"name": "甲路"}),
            ([ring[8], (0, 300)], {"name": "乙路"}),
            (ring, {"junction": "roundabout", "name": "大转盘"}),
        )
    )
    table = streets.table.set_index("name")
    assert table["length_mm"].to_dict() == {"甲路": 900_000, "乙路": 275_000}
    assert streets.counts["roundabouts"] == 1
    on_ring = streets.segments.road == 3
    through = streets.table.index[streets.table["name"] == "甲路"][0]
    assert (streets.segments.street[on_ring] == through).all()
    assert streets.segments.m0[on_ring].min() == 375_000 and streets.segments.m0[on_ring].max() == 425_000


# --- along the centre line -------------------------------------------------------------------------------------------


def test_locate_and_cut_follow_the_centre_line():
    """An L of 300 and 400 m."""
    streets = build_streets(city(([(0, 0), (300, 0), (300, 400)], {"name": "甲路"})))
    at = streets.locate(np.array([0, 0, 0]), np.array([100_000, 500_000, 9_000_000])) - [500_000, 3_300_000]
    np.testing.assert_allclose(at, [[100, 0], [300, 200], [300, 400]], atol=1e-6)
    assert local(streets.cut(0, 200_000, 400_000)) == [(200.0, 0.0), (300.0, 0.0), (300.0, 100.0)]
    lines = streets.cut_many(np.array([0, 0]), np.array([0, 650_000]), np.array([100_000, 800_000]))
    assert [round(line.length, 3) for line in lines] == [100.0, 50.0]
