"""Viewing centres, points all over a place, and service areas: by hand, against oracles, and laws."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import (
    covered_share,
    network_service_area,
    sample_points,
    service_area,
    viewing_centre,
)
from geo.crs import metric_crs

CRS = 32650
HORSESHOE = shapely.Polygon([(0, 0), (100, 0), (100, 100), (80, 100), (80, 30), (20, 30), (20, 100), (0, 100)])


def series(*geometries, index=None):
    return gpd.GeoSeries(list(geometries), index=index, crs=CRS)


def xy(points):
    return shapely.get_coordinates(points.to_numpy())


# --- viewing centre --------------------------------------------------------------------------------------------------


def test_centroid_when_inside():
    centre = viewing_centre(series(shapely.box(0, 0, 80, 40), index=["a"]))
    assert centre.index.tolist() == ["a"]
    assert centre.crs == CRS
    assert centre["a"].equals(shapely.Point(40, 20))


def test_pole_when_the_centroid_is_outside():
    """
    |  |      |  |
    |  |  .   |  |    the centroid (.) lies in the open; the largest circle sits where a leg meets the bar
    |__|______|__|
    """
    assert not HORSESHOE.covers(HORSESHOE.centroid)
    centre = viewing_centre(series(HORSESHOE))[0]
    assert HORSESHOE.covers(centre)
    best = max(HORSESHOE.boundary.distance(shapely.Point(x, y)) for x in range(101) for y in range(101)
               if HORSESHOE.covers(shapely.Point(x, y)))  # fmt: skip
    assert HORSESHOE.boundary.distance(centre) >= best - 0.1


def test_centre_of_other_geometries():
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(5, 5, 25, 25))
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])  # invalid: crosses itself
    places = series(
        None, shapely.Polygon(), shapely.Point(3, 4), shapely.LineString([(0, 0), (5, 5), (9, 0)]), ring, bow
    )
    centres = viewing_centre(places)
    assert centres[0] is None
    assert centres[1] is None
    assert centres[2].equals(shapely.Point(3, 4))
    assert places[3].covers(centres[3])
    assert ring.covers(centres[4])
    assert ring.boundary.distance(centres[4]) > 2.4
    assert shapely.make_valid(bow).covers(centres[5])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99_999), st.integers(0, 99_999)), min_size=3, max_size=9))
def test_centre_and_points_move_with_the_place(corners):
    shape = shapely.Polygon(np.array(corners) / 1000).buffer(0)
    if shape.is_empty or shape.area < 1:
        return
    here, there = series(shape), series(shape).translate(512_345, 3_312_678)
    np.testing.assert_allclose(xy(viewing_centre(there)) - [512_345, 3_312_678], xy(viewing_centre(here)), atol=1e-6)
    points, moved = sample_points(here, 30), sample_points(there, 30)
    np.testing.assert_allclose(xy(moved) - [512_345, 3_312_678], xy(points), atol=1e-6)
    assert shapely.dwithin(shape, points.to_numpy(), 2e-3).all()
    assert len(points) >= 1


# --- points all over -------------------------------------------------------------------------------------------------


def test_points_of_a_square():
    points = sample_points(series(shapely.box(0, 0, 80, 80), index=[5]), 64)
    assert (points.index == 5).all()
    expected = [(x, y) for y in range(5, 80, 10) for x in range(5, 80, 10)]
    np.testing.assert_allclose(xy(points), expected)


def test_points_of_several():
    layer = series(HORSESHOE, None, shapely.box(0, 0, 1e-3, 1e-3), shapely.box(0, 0, 300, 1))
    points = sample_points(layer, 64)
    counts = points.groupby(level=0).size()
    assert counts.index.tolist() == [0, 2, 3]
    assert 57 <= counts[0] <= 71
    assert counts[2] >= 1
    assert 57 <= counts[3] <= 71
    assert HORSESHOE.covers(points[0].union_all())
    assert len(sample_points(layer.iloc[[1]], 64)) == 0
    assert len(sample_points(layer.iloc[[0]], 1)) >= 1
    with pytest.raises(ValueError, match="at least one"):
        sample_points(layer, 0)


# --- as the crow flies -----------------------------------------------------------------------------------------------


def test_disc():
    assert service_area(series(shapely.Point(5, 5)), 100).area == pytest.approx(np.pi * 1e4, rel=2e-4)
    assert service_area(series(), 100).is_empty


def test_share_of_squares():
    """
    The toilet serves a quarter disc of its own square, all of the small one, nothing of the far one.
    """
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(0, 0, 10, 10), shapely.box(500, 0, 600, 100)]
    areas = np.array([*boxes, None, shapely.Point(1, 1)], dtype=object)
    share = covered_share(areas, service_area(series(shapely.Point(0, 0)), 50))
    assert share[0] == pytest.approx(np.pi * 2500 / 4 / 1e4, rel=2e-4)
    assert share[1:3].tolist() == [1, 0]
    assert np.isnan(share[3:]).all()
    assert covered_share(areas, service_area(series(), 50))[:3].tolist() == [0, 0, 0]


def test_shares_against_one_by_one():
    """Overlapping discs count once; growing with the radius; bounded."""
    rng = np.random.default_rng(4)
    facilities = series(*shapely.points(rng.uniform(0, 500, (40, 2))))
    areas = series(*[shapely.Point(p).buffer(60, quad_segs=2) for p in rng.uniform(0, 500, (15, 2))], HORSESHOE)
    last = np.zeros(len(areas))
    for radius in (10, 40, 90, 800):
        share = covered_share(areas.to_numpy(), service_area(facilities, radius))
        one_by_one = [
            a.intersection(shapely.union_all([f.buffer(radius, quad_segs=64) for f in facilities])).area / a.area
            for a in areas
        ]
        np.testing.assert_allclose(share, one_by_one, atol=1e-9)
        assert (share >= last - 1e-9).all()
        assert (share <= 1).all()
        last = share
    assert (last == pytest.approx(1)) is True


def test_layers_must_share_a_crs():
    other = gpd.GeoSeries([shapely.Point(0, 0)], crs=4549)
    with pytest.raises(ValueError, match="to_crs"):
        network_service_area(series(shapely.LineString([(0, 0), (1, 1)])), other, 50)
    with pytest.raises(ValueError, match="no CRS"):
        service_area(gpd.GeoSeries([shapely.Point(0, 0)]), 50)


# --- on foot ---------------------------------------------------------------------------------------------------------


def test_one_straight_way():
    """
    On a straight way, from (x, y) it is |y| + |x| to the facility at the origin: a diamond.
    """
    way = series(shapely.LineString([(-500, 0), (500, 0)]))
    area = network_service_area(way, series(shapely.Point(0, 0)), 100, step_m=0.5)
    diamond = shapely.Polygon([(-100, 0), (0, -100), (100, 0), (0, 100)])
    assert area.symmetric_difference(diamond).area / diamond.area < 0.01


def test_way_from_the_facility_to_the_road_counts():
    way = series(shapely.LineString([(-500, 0), (500, 0)]))
    area = network_service_area(way, series(shapely.Point(0, 40)), 100, step_m=0.5)
    assert area.area == pytest.approx(2 * 60**2, rel=0.01)
    assert network_service_area(way, series(shapely.Point(0, 140)), 100).is_empty
    assert network_service_area(series(), series(shapely.Point(0, 140)), 100).is_empty


def test_round_the_block():
    """
    The house at (50, 90) is 90 m off as the crow flies but 140 m on foot, along the two sides of the block.

      (0,100)---------(100,100)
         |    x house
         |
      (0,0) facility -- dead end (100, 0)
    """
    ways = series(shapely.LineString([(100, 0), (0, 0), (0, 100), (100, 100)]))
    toilet = series(shapely.Point(0, 0))
    house = shapely.Point(50, 90)
    assert house.distance(toilet[0]) < 105
    assert not network_service_area(ways, toilet, 150, step_m=1).covers(house)
    assert network_service_area(ways, toilet, 165, step_m=1).covers(house)
    yard = np.array([shapely.box(45, 85, 55, 95)], dtype=object)
    assert covered_share(yard, network_service_area(ways, toilet, 110)).tolist() == [0]
    assert covered_share(yard, service_area(toilet, 110)).tolist() == [1]


def test_on_foot_against_a_dense_oracle(real_data):
    """Random places in Helsinki: nearest way by shapely, route by networkx, facility by facility."""
    file = real_data / "helsinki_centre" / "helsinki_centre.gpkg"
    crs = metric_crs(24.944, 60.171)
    roads = gpd.read_file(file, layer="roads").to_crs(crs).geometry
    stops = gpd.read_file(file, layer="bus_stops").to_crs(crs).geometry.iloc[::12]
    radius_m, step_m = 200.0, 4.0

    pieces = np.unique(np.concatenate([
        np.hstack([c[:-1], c[1:]]) for c in (np.round(line.coords, 3) for line in roads)
    ]), axis=0)  # fmt: skip
    lines = shapely.linestrings(pieces.reshape(-1, 2, 2))
    tree = shapely.STRtree(lines)
    graph = nx.Graph()
    for (ax, ay, bx, by), line in zip(pieces, lines, strict=True):
        if line.length:
            graph.add_edge((ax, ay), (bx, by), weight=line.length)

    def foot(place):
        nearest = tree.nearest(place)
        at = lines[nearest].project(place)
        return nearest, at, lines[nearest].distance(place)

    far = np.inf
    routes = []
    for stop in stops:
        nearest, at, off = foot(stop)
        a, b = (tuple(c) for c in pieces[nearest].reshape(2, 2))
        graph.add_edge("stop", a, weight=off + at)
        graph.add_edge("stop", b, weight=off + lines[nearest].length - at)
        routes.append((nearest, at, off, nx.single_source_dijkstra_path_length(graph, "stop", weight="weight")))
        graph.remove_node("stop")

    rng = np.random.default_rng(8)
    centre = shapely.get_coordinates(stops.to_numpy())
    spots = centre[rng.integers(0, len(centre), 400)] + rng.uniform(-170, 170, (400, 2))
    expected = []
    for spot in shapely.points(spots):
        nearest, at, off = foot(spot)
        a, b = (tuple(c) for c in pieces[nearest].reshape(2, 2))
        ways = []
        for piece, stop_at, stop_off, near in routes:
            ways += [near.get(a, far) + at, near.get(b, far) + lines[nearest].length - at]
            ways += [stop_off + abs(at - stop_at)] if piece == nearest else []
        expected.append(off + min(ways))
    expected = np.array(expected)

    area = network_service_area(roads, stops, radius_m, step_m=step_m)
    shapely.prepare(area)
    served = shapely.intersects_xy(area, spots)
    clear = np.abs(expected - radius_m) > step_m
    agree = served == (expected <= radius_m)
    assert agree[clear].mean() > 0.99  # what is left lies where two ways are equally near, within a step
    assert 0.1 < served.mean() < 0.9
    assert area.difference(service_area(stops, radius_m)).area < 1e-4 * area.area
