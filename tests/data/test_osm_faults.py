"""OSM: geometry that is not whole, extracts as GeoPackage, files that lie, mistakes in the table."""

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from data.errors import DataError
from data.osm import clip_layers, read_osm
from data.osm_tags import read_tag_table
from tests.data.osm_drawing import STEP, Drawing

# --- geometry that is not whole ----------------------------------------------------------------------------------


def test_what_cannot_be_built_is_told(tmp_path):
    drawing = Drawing()
    drawing.line({"highway": "primary"})
    east = 121.0
    bow = [(east, 30), (east + STEP, 30 + STEP), (east + STEP, 30), (east, 30 + STEP)]
    bow_tie = drawing.way({"building": "yes"}, bow, close=True)
    flat = drawing.way({"building": "yes"}, [(east, 31), (east + STEP, 31), (east + 2 * STEP, 31)], close=True)
    off_globe = drawing.point({"amenity": "toilets"}, (121, 95))
    drawing.ways.append('<way id="91"><nd ref="1"/><nd ref="2"/><nd ref="9999"/><tag k="highway" v="secondary"/></way>')
    drawing.ways.append('<way id="92"><nd ref="1"/><nd ref="9999"/><tag k="highway" v="tertiary"/></way>')
    ring = "".join(f'<nd ref="{ref}"/>' for ref in (1, 2, 9999, 3, 1))
    drawing.ways.append(f'<way id="93">{ring}<tag k="landuse" v="grass"/></way>')
    lake = drawing.relation({"type": "multipolygon", "natural": "water"}, ["w7777"])
    district = drawing.relation({"type": "boundary", "boundary": "administrative", "admin_level": "6"}, ["w7777"])
    province = drawing.relation({"type": "boundary", "boundary": "administrative", "admin_level": "4"}, ["w7777"])
    found = drawing.read(tmp_path)
    assert found.rejects.set_index("row")["reason"].str[:6].to_dict() == {
        off_globe: "坐标缺失或超",
        "w92": "提取范围外的",
        "w93": "提取范围外的",
        flat: "边界无法围成",
        lake: "多边形关系的",
        district: "多边形关系的",
    }
    assert province not in set(found.rejects["row"])
    assert found.repairs.set_index("row")["layer"].to_dict() == {bow_tie: "buildings", "w91": "roads"}
    assert found.layers["buildings"].geometry.is_valid.all() and found.counts["roads"] == 2


def test_multipolygon_of_ways(tmp_path):
    drawing = Drawing()
    half = drawing.way({}, [(120, 30), (120.01, 30), (120.01, 30.01)])
    drawing.ways.append('<way id="2"><nd ref="3"/><nd ref="1"/></way>')
    park = drawing.relation({"type": "multipolygon", "leisure": "park", "name": "中央公园"}, [half, "w2"])
    venues = drawing.read(tmp_path).layers["venues"]
    assert venues["id"].tolist() == [park] and venues.geometry[0].area == pytest.approx(0.00005)


def test_sea_lies_right_of_the_coast(tmp_path):
    drawing = Drawing()
    drawing.way({"highway": "primary"}, [(120, 30), (120.02, 30.02)])
    drawing.way({"natural": "coastline"}, [(120.01, 29.9), (120.01, 30.1)])
    areas = drawing.read(tmp_path).layers["areas"]
    assert areas["kind"].tolist() == ["sea"] and areas["osm_id"].tolist() == ["sea1"]
    assert areas.geometry[0].equals(box(120.01, 30, 120.02, 30.02))


def test_clip_by_hand():
    lines = gpd.GeoDataFrame(
        {"highway": ["primary"] * 2}, geometry=[LineString([(0, 0), (4, 0)]), LineString([(5, 0), (6, 0)])], crs=4326
    )
    shapes = [Point(1, 0), Point(3, 0), box(1, 0, 2.5, 1), box(1.9, 0, 9, 1)]
    venues = gpd.GeoDataFrame({"id": list("abcd")}, geometry=shapes, crs=4326)
    kept, dropped = clip_layers({"roads": lines, "venues": venues}, MultiPolygon([box(0, -1, 2, 1)]))
    assert kept["roads"].geometry.tolist() == [LineString([(0, 0), (2, 0)])]
    assert kept["venues"]["id"].tolist() == ["a", "c"] and kept["venues"].geometry.iloc[1].equals(shapes[2])
    assert dropped == {"roads": 1, "venues": 2} and list(kept["venues"].index) == [0, 1]


# --- extracts as GeoPackage --------------------------------------------------------------------------------------


def write_extract(path: Path, **layers: gpd.GeoDataFrame) -> Path:
    for name, frame in layers.items():
        frame.to_file(path, layer=name, driver="GPKG")
    return path


def test_extract_in_another_crs_with_empty_and_broken_geometry(tmp_path):
    """A road in metres, a self-touching building, one without geometry, and a boundary without the tag."""
    road = gpd.GeoDataFrame(
        {"osm_id": ["w1"], "highway": ["primary"], "name_zh": ["主街"], "layer": [1]},
        geometry=[LineString([(120, 30), (120.01, 30)])],
        crs=4326,
    )
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    houses = gpd.GeoDataFrame(
        {"osm_id": ["w2", "w3"], "building": ["yes", "yes"], "building_levels": [7.0, None]},
        geometry=[bow, None],
        crs=4326,
    )
    wards = gpd.GeoDataFrame(
        {"osm_id": ["r1"], "admin_level": [6], "name": ["测试区"]}, geometry=[box(119, 29, 121, 31)], crs=4326
    )
    found = read_osm(
        write_extract(tmp_path / "x.gpkg", roads=road.to_crs(4549), buildings=houses, districts=wards, notes=wards)
    )
    roads = found.layers["roads"].iloc[0]
    assert (roads["name"], roads["layer"]) == ("主街", "1")
    assert roads.geometry.equals_exact(road.geometry[0], 1e-8)
    assert found.layers["buildings"][["osm_id", "levels"]].to_numpy().tolist() == [["w2", 7.0]]
    assert found.repairs["row"].tolist() == ["w2"] and found.rejects["row"].tolist() == ["w3"]
    assert found.layers["districts"]["name"].tolist() == ["测试区"] and found.admin_level == 6


def test_geopackage_that_is_no_extract(tmp_path):
    other = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(120, 30)], crs=4326)
    with pytest.raises(DataError, match="不是 OSM 提取数据"):
        read_osm(write_extract(tmp_path / "x.gpkg", roads=other, other=other))


def test_extract_without_crs(tmp_path):
    roads = gpd.GeoDataFrame({"osm_id": ["w1"], "highway": ["primary"]}, geometry=[LineString([(0, 0), (1, 1)])])
    with pytest.warns(UserWarning, match="crs"):
        path = write_extract(tmp_path / "x.gpkg", roads=roads)
    with pytest.raises(DataError, match="没有说明坐标系"):
        read_osm(path)


# --- files that lie ----------------------------------------------------------------------------------------------


def fault_of(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_osm(path)
    assert len(caught.value.faults) == 1
    fault = caught.value.faults[0]
    assert "\n" not in fault and str(path.parent) not in fault
    return fault


def test_entities_are_refused(tmp_path):
    bomb = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    node = '<node id="1" lat="30" lon="120"><tag k="highway" v="&c;"/></node>'
    path = tmp_path / "bomb.osm"
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE osm [{bomb}]><osm version="0.6">{node}</osm>')
    assert "XML 实体" in fault_of(path)


@pytest.mark.parametrize("name", ["x.osm", "x.osm.pbf", "x.pbf", "x.gpkg"])
@pytest.mark.parametrize("content", [b"", b"hello", b"<html><body/></html>", b"PK\x03\x04 zip", bytes(range(256)) * 9])
def test_something_else_inside(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert name in fault_of(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_files(real_data, tmp_path, share):
    whole = (real_data / "monaco" / "monaco.osm.pbf").read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "无法完整读取" in fault_of(path)
    text = Drawing()
    text.line({"highway": "primary"})
    path = text.write(tmp_path / "half.osm")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "无法完整读取" in fault_of(path)


def test_nothing_of_use(tmp_path):
    assert "没有道路" in fault_of(Drawing().write(tmp_path / "empty.osm"))
    drawing = Drawing()
    drawing.point({"natural": "tree"})
    assert "没有道路" in fault_of(drawing.write(tmp_path / "trees.osm"))


def test_missing_file_and_other_kinds(tmp_path):
    assert "找不到文件" in fault_of(tmp_path / "none.osm.pbf")
    (tmp_path / "city.shp").write_bytes(b"")
    assert "不是 OSM 数据" in fault_of(tmp_path / "city.shp")


def test_script_in_names_stays_text(tmp_path):
    script = "<script>alert(1)</script>`${1}` =HYPERLINK(1) \"'&"
    drawing = Drawing()
    drawing.line({"highway": "primary", "name": script})
    drawing.point({"amenity": "bank", "name": script, "operator": script})
    found = drawing.read(tmp_path)
    assert found.layers["roads"]["name"].tolist() == [script]
    assert found.layers["venues"][["name", "unit"]].to_numpy().tolist() == [[script, script]]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("{layer: venues, class: squar, geometry: [point], when: {place: square}}", "squar is no code"),
        ("{layer: venues, geometry: [point], when: {place: square}}", "class goes with layer venues"),
        ("{layer: roads, geometry: [lines], when: {highway: '*'}}", "lines"),
        ("{layer: roads, geometry: [line], when: {}}", "must name a tag"),
        ("{layer: roads, geometry: [line], when: {highway: '*'}, wenn: 1}", "wenn"),
        ("{layer: roads, geometry: [line], when: {name: {matches: '('}}}", "unterminated"),
    ],
)
def test_mistakes_in_the_table(tmp_path, entry, word):
    file = tmp_path / "tags.yaml"
    file.write_text(f"area_relations: []\ndistrict_levels: []\nextract_layers: {{}}\nentries:\n  - {entry}\n")
    with pytest.raises((ValueError, re.error), match=re.escape(word)):
        read_tag_table(file)
