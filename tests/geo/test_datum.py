"""Datums: known points, the laws of going there and back, and the real district files."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from geo.datum import (
    DATUMS,
    bd09_to_gcj02,
    bd09_to_wgs84,
    check_datum,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

METRES_PER_DEGREE = 111_320.0
# Points that the public implementations test themselves with (eviltransform): WGS 84, GCJ-02.
KNOWN_GCJ = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def metres_between(one, other) -> np.ndarray:
    (lon, lat), (lon2, lat2) = one, other
    east = (np.asarray(lon) - lon2) * np.cos(np.radians(lat)) * METRES_PER_DEGREE
    return np.hypot(east, (np.asarray(lat) - lat2) * METRES_PER_DEGREE)


@pytest.mark.parametrize(("wgs", "gcj"), KNOWN_GCJ)
def test_known_points_of_gcj02(wgs, gcj):
    assert metres_between(wgs84_to_gcj02(*wgs), gcj) < 0.001
    assert metres_between(gcj02_to_wgs84(*gcj), wgs) < 0.001


def test_known_point_of_bd09():
    """The example of Baidu's own service of 2012 that every public implementation repeats."""
    assert metres_between(gcj02_to_bd09(116.404, 39.915), (116.41036949, 39.92133699)) < 0.01
    assert metres_between(bd09_to_gcj02(116.404, 39.915), (116.39762729, 39.90865674)) < 0.2


places = st.tuples(st.floats(73.5, 135.1), st.floats(3.0, 53.6))


@settings(max_examples=50, deadline=None)
@given(st.lists(places, min_size=1, max_size=200))
def test_there_and_back_within_a_tenth_of_a_metre(lon_lat):
    lon, lat = np.array(lon_lat).T
    for there, back in (
        (wgs84_to_gcj02, gcj02_to_wgs84),
        (gcj02_to_bd09, bd09_to_gcj02),
        (wgs84_to_bd09, bd09_to_wgs84),
        (gcj02_to_wgs84, wgs84_to_gcj02),
        (bd09_to_wgs84, wgs84_to_bd09),
    ):
        assert metres_between(back(*there(lon, lat)), (lon, lat)).max() < 0.01


def test_whole_china_on_a_grid():
    lon, lat = np.meshgrid(np.linspace(73.5, 135.1, 400), np.linspace(3.0, 53.6, 400))
    shifted = wgs84_to_gcj02(lon, lat)
    assert shifted[0].shape == lon.shape
    assert metres_between(gcj02_to_wgs84(*shifted), (lon, lat)).max() < 0.01
    assert metres_between(bd09_to_wgs84(*wgs84_to_bd09(lon, lat)), (lon, lat)).max() < 0.01
    moved = metres_between(shifted, (lon, lat))
    assert moved.min() > 1 and moved.max() < 1_200


def test_outside_china_gcj02_is_wgs84():
    lon, lat = np.array([7.42, 24.94, -122.4, 139.7]), np.array([43.7, 60.17, 37.8, 35.7])
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84):
        assert np.array_equal(convert(lon, lat), (lon, lat))


def test_missing_coordinates_stay_missing():
    for convert in (wgs84_to_bd09, bd09_to_wgs84, gcj02_to_wgs84):
        lon, lat = convert(np.array([np.nan, 116.0]), np.array([40.0, 40.0]))
        assert np.isnan(lon[0]) and np.isfinite(lon[1]) and np.isfinite(lat[1])


def test_every_vertex_moves_and_nothing_else():
    """A point, a line and a polygon with a hole in GCJ-02, index and columns kept, the caller's frame untouched."""
    hole = [(116.31, 39.91), (116.32, 39.91), (116.32, 39.92)]
    shell = [(116.30, 39.90), (116.40, 39.90), (116.40, 40.00), (116.30, 40.00)]
    frame = gpd.GeoDataFrame(
        {"name": ["点", "线", "面", "无"]},
        geometry=[Point(116.3, 39.9), LineString(shell[:2]), Polygon(shell, [hole]), None],
        index=[7, 3, 5, 9],
        crs=4326,
    )
    before = frame.copy()
    result = to_wgs84(frame, "gcj02")
    assert result.crs.to_epsg() == 4326 and list(result.index) == [7, 3, 5, 9] and list(result.columns) == list(frame)
    assert result.geometry[9] is None
    expected = np.column_stack(gcj02_to_wgs84(*shapely.get_coordinates(frame.geometry.array).T))
    assert np.array_equal(shapely.get_coordinates(result.geometry.array), expected)
    assert frame.geom_equals(before).loc[[7, 3, 5]].all()


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "CGCS2000", "epsg:4490", "EPSG:4326"])
def test_wgs84_and_cgcs2000_are_one_here(datum):
    points = gpd.GeoSeries([Point(116.3, 39.9, 12.0)])
    result = to_wgs84(points, datum)
    assert result.crs.to_epsg() == 4326
    assert result.geometry[0].wkt == Point(116.3, 39.9).wkt


def test_projected_coordinates_come_back():
    points = gpd.GeoSeries([Point(117.0, 30.0), Point(116.3, 39.9)], crs=4326)
    metres = points.to_crs(4548)
    for given_as, datum in ((gpd.GeoSeries(metres.to_numpy()), "epsg:4548"), (metres, "4548"), (metres, "cgcs2000")):
        found = to_wgs84(given_as, datum).geometry.array
        assert shapely.distance(np.asarray(found), points.to_numpy()).max() < 1e-9


@pytest.mark.parametrize("datum", ["wgs72b", "epsg:99999", "", "火星", "epsg:x"])
def test_unknown_datum(datum):
    with pytest.raises(ValueError, match=r"datum|CRS"):
        check_datum(datum)


def test_gcj02_in_metres_is_refused():
    with pytest.raises(ValueError, match="in metres"):
        to_wgs84(gpd.GeoSeries([Point(500_000, 4_000_000)], crs=4548), "gcj02")


def test_datum_names():
    assert {check_datum(name) for name in ("WGS-84", "cgcs_2000", "GCJ 02", "BD-09")} == set(DATUMS)


@pytest.mark.parametrize(
    "file", ["zhoushan_districts/330900", "cn_districts/110000", "cn_districts/310000", "cn_districts/420100"]
)
def test_district_files_land_on_their_wgs84_copies(real_data, file):
    public, copy = gpd.read_file(real_data / f"{file}_gcj02.geojson"), gpd.read_file(real_data / f"{file}_wgs84.gpkg")
    ours = to_wgs84(public, "gcj02")
    # The copies carry the same vertices in the same order, district by district.
    ours, copy = ours.set_index(ours["adcode"].astype(str)), copy.set_index(copy["adcode"].astype(str))
    assert set(copy.index) <= set(ours.index) and len(copy) >= 4
    got, wanted = (shapely.get_coordinates(frame.geometry.loc[copy.index].array) for frame in (ours, copy))
    assert metres_between(got.T, wanted.T).max() < 1.0
