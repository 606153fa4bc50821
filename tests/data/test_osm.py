"""OSM: the real extracts against their tables, every entry of the tag table by a drawing, and files that lie."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from data._osm_files import read_osm_file
from data.city import LAYERS, City
from data.errors import DataError
from data.osm import clip_layers, compass, metres, read_osm, whole_number
from data.osm_tags import matching, read_tag_table, tag_table

EXTRACTS = ("beijing_wudaokou", "helsinki_centre", "monaco", "shanghai_centre")
FORMS = (".osm.pbf", ".gpkg")
GEOD = Geod(ellps="WGS84")
STEP = 0.0001  # about ten metres


@dataclass
class Drawing:
    """
    An OSM file drawn by hand: each thing stands by itself, ``STEP`` × 10 further east, so that none touches another.

    A point is one node, a line two nodes, a polygon a closed way of four.
    """

    nodes: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)

    def point(self, tags: dict[str, str], at: tuple[float, float] | None = None) -> str:
        lon, lat = at or (120 + len(self.nodes) * STEP * 10, 30.0)
        number = len(self.nodes) + 1
        self.nodes.append(f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>')
        return f"n{number}"

    def way(self, tags: dict[str, str], places: list[tuple[float, float]], *, close: bool = False) -> str:
        refs = [self.point({}, place)[1:] for place in places]
        number = len(self.ways) + 1
        nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs + refs[:1] * close)
        self.ways.append(f'<way id="{number}">{nodes}{_tags(tags)}</way>')
        return f"w{number}"

    def line(self, tags: dict[str, str]) -> str:
        east = 120 + len(self.nodes) * STEP * 10
        return self.way(tags, [(east, 30.0), (east + STEP, 30.0)])

    def polygon(self, tags: dict[str, str]) -> str:
        east = 120 + len(self.nodes) * STEP * 10
        ring = [(east, 30.0), (east + STEP, 30.0), (east + STEP, 30 + STEP), (east, 30 + STEP)]
        return self.way(tags, ring, close=True)

    def relation(self, tags: dict[str, str], ways: list[str]) -> str:
        number = len(self.relations) + 1
        members = "".join(f'<member type="way" ref="{way[1:]}" role="outer"/>' for way in ways)
        self.relations.append(f'<relation id="{number}">{members}{_tags(tags)}</relation>')
        return f"r{number}"

    def write(self, path: Path) -> Path:
        path.write_text(
            f'<osm version="0.6">{"".join(self.nodes + self.ways + self.relations)}</osm>', encoding="utf-8"
        )
        return path

    def read(self, folder: Path, **options):
        return read_osm(self.write(folder / "drawn.osm"), **options)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


# --- the real extracts -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def extracts(real_data) -> dict:
    return {(name, form): read_osm(real_data / name / f"{name}{form}") for name in EXTRACTS for form in FORMS}


def source_of(real_data: Path, name: str) -> str:
    return (real_data / name / "SOURCE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_roads_are_those_of_the_table(extracts, real_data, name, form):
    rows = re.findall(r"^\| (\w+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", source_of(real_data, name), re.M)
    roads = extracts[name, form].layers["roads"]
    km = np.array([GEOD.geometry_length(line) for line in roads.geometry]) / 1000
    named, one_way = km * roads["name"].notna(), km * roads["oneway"].isin(["yes", "1", "-1", "true"])
    sums = pd.DataFrame({"ways": 1, "km": km, "named": named, "oneway": one_way}).groupby(roads["highway"]).sum()
    assert set(sums.index) == {row[0] for row in rows}
    for highway, ways, *kilometres in rows:
        assert sums.loc[highway, "ways"] == int(ways)
        assert sums.loc[highway, ["km", "named", "oneway"]].to_numpy() == pytest.approx(
            [float(k) for k in kilometres], abs=0.006
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_counts_are_those_of_the_source(extracts, real_data, name, form):
    text, counts = source_of(real_data, name), extracts[name, form].counts

    def stated(pattern: str) -> int:
        match = re.search(pattern, text, re.M)
        return int(match[1]) if match else 0

    assert counts.get("buildings", 0) == stated(r"^- buildings: (\d+)")
    assert counts.get("venues.square", 0) == stated(r"place=square: (\d+)")
    assert counts.get("venues.park", 0) == stated(r"by leisure: .*'park': (\d+)")
    assert counts.get("venues.bus_stop", 0) == stated(r"highway=bus_stop: (\d+)")
    assert counts.get("sites", 0) == stated(r"^- ads: (\d+)")
    assert counts.get("districts", 0) == stated(r"^- districts: (\d+)")
    buildings = extracts[name, form].layers.get("buildings")
    if buildings is not None:
        assert buildings["height_m"].notna().sum() == stated(r"with height: (\d+)")
        assert buildings["levels"].notna().sum() == stated(r"with building_levels: (\d+)")
        assert (buildings["name"].notna()).sum() >= stated(r"^- buildings: .*named: (\d+)")


@pytest.mark.parametrize("name", EXTRACTS)
def test_both_forms_agree(extracts, name):
    one, other = (extracts[name, form] for form in FORMS)
    assert set(other.layers) <= set(one.layers)
    for layer in ("roads", "buildings", "sites", "districts"):
        if layer in one.layers:
            left, right = (side.layers[layer].set_index("osm_id").sort_index() for side in (one, other))
            assert left.index.equals(right.index)
            one_shape, other_shape = left.geometry.to_numpy(), right.geometry.to_numpy()
            assert np.allclose(shapely.bounds(one_shape), shapely.bounds(other_shape), atol=1e-7)
            assert np.allclose(shapely.area(one_shape), shapely.area(other_shape), rtol=1e-6)
            assert np.allclose(shapely.length(one_shape), shapely.length(other_shape), rtol=1e-6)
    for code in ("square", "park", "bus_stop"):
        assert ids_of(one, code) == ids_of(other, code)


def ids_of(found, code: str) -> set[str]:
    venues = found.layers.get("venues")
    return set() if venues is None else set(venues.loc[venues["class"] == code, "id"])


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("form", FORMS)
def test_layers_are_a_city(extracts, name, form):
    found = extracts[name, form]
    for layer, frame in found.layers.items():
        assert list(frame.columns) == [*dict.fromkeys([*LAYERS[layer].columns, "osm_id"]), "geometry"]
        assert frame.crs.to_epsg() == 4326 and isinstance(frame.index, pd.RangeIndex)
        assert frame.geometry.is_valid.all() and not frame.geometry.is_empty.any()
    city = City.from_layers(found.layers, found.meta)
    assert len(city.roads) >= len(found.layers["roads"]) and city.unknown_words().empty


def test_what_the_extracts_tell(extracts):
    monaco, helsinki = extracts["monaco", ".osm.pbf"], extracts["helsinki_centre", ".osm.pbf"]
    assert monaco.admin_level == 10
    assert set(monaco.layers["districts"]["name"]) == {
        "Monte-Carlo", "La Rousse", "Larvotto", "La Condamine", "Monaco-Ville", "Fontvieille",
    }  # fmt: skip
    sites = monaco.layers["sites"].set_index("id")
    assert sites["carrier"].value_counts().to_dict() == {"billboard": 7, "poster_box": 6, "screen": 2}
    assert sites.loc["n4937556525", "name"] == "Place d'Armes" and sites["themes"].isna().all()
    assert sites.loc["n6458746964", "facing_deg"] == 110 and sites.loc["n6482565667", "panels"] == 2
    assert helsinki.layers["sites"].geometry.geom_type.eq("Point").all()
    # Ways that leave the extract keep the stretch that is there; rings that do cannot be taken, and are told.
    assert helsinki.repairs.query("layer == 'roads'")["reason"].str.contains("提取范围").all()
    assert (helsinki.rejects["layer"] == "buildings").sum() == 54
    assert extracts["helsinki_centre", ".gpkg"].study_area.area > 0
    sea = monaco.layers["areas"].query("kind == 'sea'")
    assert sea.geometry.contains(Point(7.436, 43.734)).any() and not sea.geometry.contains(Point(7.4198, 43.7311)).any()
    inland = shapely.point_on_surface(monaco.layers["buildings"].geometry.to_numpy())
    assert shapely.contains(shapely.union_all(sea.geometry.to_numpy()), inland).mean() < 0.02


def test_asking_for_a_level(real_data):
    path = real_data / "monaco" / "monaco.osm.pbf"
    assert len(read_osm(path, admin_level=10).layers["districts"]) == 6
    with pytest.raises(DataError, match=r"行政级别 6 .*10"):
        read_osm(path, admin_level=6)
    with pytest.raises(DataError, match="1 到 12"):
        read_osm(path, admin_level=13)


def test_clip_cuts_roads_and_keeps_what_is_inside(extracts):
    found = extracts["beijing_wudaokou", ".gpkg"]
    before = {name: len(frame) for name, frame in found.layers.items()}
    kept, dropped = clip_layers(found.layers, found.study_area)
    assert {name: len(frame) + dropped[name] for name, frame in kept.items()} == before
    around = found.study_area.buffer(1e-9)
    assert kept["roads"].geometry.within(around).all()
    length, whole = (shapely.length(side["roads"].geometry.to_numpy()).sum() for side in (kept, found.layers))
    assert 0.5 * whole < length < whole
    assert {name: len(frame) for name, frame in found.layers.items()} == before


# --- every entry of the table ------------------------------------------------------------------------------------

POINT, LINE, POLYGON = "point", "line", "polygon"
EXAMPLES = [  # kind drawn, tags, what it makes
    (LINE, {"highway": "primary"}, ["roads.primary"]),
    (LINE, {"highway": "construction"}, ["roads.construction"]),
    (LINE, {"highway": "platform"}, []),
    (LINE, {"highway": "proposed"}, []),
    (POLYGON, {"highway": "residential"}, ["roads.residential"]),
    (POLYGON, {"highway": "pedestrian", "area": "yes"}, []),
    (POLYGON, {"building": "yes"}, ["buildings"]),
    (POLYGON, {"building": "no"}, []),
    (POINT, {"building": "yes"}, []),
    (POLYGON, {"boundary": "administrative", "admin_level": "6", "name": "测试区"}, ["districts"]),
    (POLYGON, {"place": "square"}, ["venues.square"]),
    (POINT, {"place": "square"}, ["venues.square"]),
    (POLYGON, {"leisure": "park"}, ["areas.green", "venues.park"]),
    (POLYGON, {"leisure": "park", "name": "东湖风景区"}, ["areas.green", "venues.park", "venues.scenic_area"]),
    (POLYGON, {"leisure": "garden"}, ["areas.green"]),
    (POINT, {"highway": "bus_stop"}, ["venues.bus_stop"]),
    (POINT, {"public_transport": "platform", "bus": "yes"}, ["venues.bus_stop"]),
    (POLYGON, {"public_transport": "platform", "trolleybus": "yes"}, ["venues.bus_stop"]),
    (POINT, {"public_transport": "platform", "tram": "yes"}, []),
    (POLYGON, {"tourism": "zoo"}, ["venues.scenic_area"]),
    (POINT, {"tourism": "attraction"}, []),
    (POINT, {"barrier": "gate"}, []),
    (POLYGON, {"landuse": "construction"}, ["areas.urban", "venues.hoarding"]),
    (POINT, {"railway": "station"}, ["venues.transport_hub"]),
    (POINT, {"railway": "station", "station": "subway"}, []),
    (POLYGON, {"amenity": "bus_station"}, ["venues.transport_hub"]),
    (POINT, {"amenity": "ferry_terminal"}, ["venues.transport_hub"]),
    (POLYGON, {"aeroway": "aerodrome"}, ["venues.transport_hub"]),
    (POLYGON, {"aeroway": "aerodrome", "aerodrome:type": "military"}, []),
    (POINT, {"amenity": "bicycle_rental"}, ["venues.bike_station"]),
    (POLYGON, {"amenity": "hospital", "healthcare": "hospital"}, ["venues.hospital"]),
    (POINT, {"healthcare": "hospital"}, ["venues.hospital"]),
    (POLYGON, {"amenity": "school"}, ["venues.school"]),
    (POLYGON, {"amenity": "school", "name": "实验小学"}, ["venues.primary_school", "venues.school"]),
    (POLYGON, {"amenity": "school", "isced:level": "2;3"}, ["venues.middle_school", "venues.school"]),
    (POLYGON, {"amenity": "school", "name": "第三幼儿园"}, ["venues.kindergarten"]),
    (POINT, {"amenity": "kindergarten"}, ["venues.kindergarten"]),
    (POINT, {"amenity": "library"}, ["venues.culture_sport"]),
    (POINT, {"tourism": "museum"}, ["venues.culture_sport"]),
    (POLYGON, {"leisure": "stadium"}, ["venues.culture_sport"]),
    (POINT, {"amenity": "townhall"}, ["venues.government_hall"]),
    (POINT, {"office": "government", "name": "定海区政务服务中心"}, ["venues.government_hall"]),
    (POINT, {"office": "government", "name": "民政局"}, []),
    (POINT, {"office": "government", "name": "新桥社区居委会"}, ["venues.community"]),
    (POINT, {"office": "government", "name": "李家村村委会"}, ["venues.village_committee"]),
    (POINT, {"amenity": "bank"}, ["venues.service_window"]),
    (POINT, {"office": "telecommunication"}, ["venues.service_window"]),
    (POINT, {"amenity": "police", "name": "城东派出所"}, ["venues.service_window"]),
    (POINT, {"amenity": "police", "name": "交警大队"}, ["venues.traffic_police_facility"]),
    (POINT, {"amenity": "police"}, []),
    (POINT, {"amenity": "internet_cafe"}, ["venues.internet_cafe"]),
    (POINT, {"amenity": "community_centre"}, ["venues.community"]),
    (POINT, {"amenity": "telephone"}, ["venues.other_carrier"]),
    (POINT, {"shop": "newsagent"}, ["venues.other_carrier"]),
    (POINT, {"shop": "kiosk", "name": "报刊亭"}, ["venues.other_carrier"]),
    (POINT, {"shop": "kiosk"}, []),
    (POINT, {"amenity": "waste_basket"}, ["venues.litter_bin"]),
    (POINT, {"amenity": "toilets"}, ["venues.toilet"]),
    (POINT, {"amenity": "toilets", "access": "private"}, []),
    (POINT, {"emergency": "fire_hydrant"}, ["venues.hydrant"]),
    (POINT, {"amenity": "recycling"}, ["venues.waste_point"]),
    (POINT, {"highway": "street_lamp"}, ["venues.street_lamp"]),
    (POINT, {"amenity": "fuel"}, []),
    (POINT, {"amenity": "bank;post_office"}, ["venues.service_window"]),
    (POINT, {"advertising": "screen"}, ["sites.screen"]),
    (POINT, {"advertising": "board", "animated": "digital_messages"}, ["sites.screen"]),
    (POINT, {"advertising": "billboard"}, ["sites.billboard"]),
    (POINT, {"advertising": "poster_box"}, ["sites.poster_box"]),
    (POLYGON, {"advertising": "column"}, ["sites.column"]),
    (LINE, {"advertising": "board"}, ["sites.notice_board"]),
    (LINE, {"advertising": "sign"}, ["sites.sign"]),
    (LINE, {"advertising": "wall_painting"}, ["sites.wall_poster"]),
    (POINT, {"advertising": "flag"}, ["sites.lamp_post_flag"]),
    (POINT, {"advertising": "tarp"}, ["sites.hoarding"]),
    (POINT, {"advertising": "sculpture"}, ["sites.landscape"]),
    (POINT, {"advertising": "yes"}, ["sites.other"]),
    (POINT, {"advertising": "no"}, []),
    (POLYGON, {"landuse": "residential"}, ["areas.residential", "areas.urban"]),
    (POLYGON, {"landuse": "retail"}, ["areas.commercial", "areas.urban"]),
    (POLYGON, {"landuse": "industrial"}, ["areas.industrial", "areas.urban"]),
    (POLYGON, {"natural": "water"}, ["areas.water"]),
    (POLYGON, {"waterway": "riverbank"}, ["areas.water"]),
    (POLYGON, {"landuse": "reservoir"}, ["areas.water"]),
    (POLYGON, {"landuse": "grass"}, ["areas.green"]),
    (POLYGON, {"natural": "wood"}, ["areas.green"]),
    (POLYGON, {"place": "island"}, ["areas.land"]),
]


def made_of(found, osm_id: str) -> list[str]:
    """The layers and codes that one object came to."""
    codes = {"roads": "highway", "venues": "class", "sites": "carrier", "areas": "kind"}
    return sorted(
        f"{layer}.{row[codes[layer]]}" if layer in codes else layer
        for layer, frame in found.layers.items()
        for _, row in frame[frame["osm_id"] == osm_id].iterrows()
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    drawing = Drawing()
    ids = [getattr(drawing, kind)(tags) for kind, tags, _ in EXAMPLES]
    path = drawing.write(tmp_path_factory.mktemp("osm") / "drawn.osm")
    return read_osm(path), ids, path


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda n: str(EXAMPLES[n][1]))
def test_example(drawn, number):
    found, ids, _ = drawn
    assert made_of(found, ids[number]) == EXAMPLES[number][2]


def test_every_entry_has_an_example(drawn):
    features = read_osm_file(drawn[2])[0].features()
    apart = [entry for entry in tag_table().entries if not len(matching(features, entry))]
    # Gates and the sea need something beside them and have tests of their own.
    assert {entry.code for entry in apart} <= {"gate", "sea"}


def test_venue_ids_are_unique_and_names_are_given(drawn):
    venues = drawn[0].layers["venues"]
    assert venues["id"].is_unique and venues["name"].notna().all()
    school = venues[venues["name"] == "实验小学"]
    assert school["id"].tolist() == [school["osm_id"].iloc[0], f"{school['osm_id'].iloc[0]}:primary_school"]
    bin_ = venues[venues["class"] == "litter_bin"].iloc[0]
    assert bin_["name"] == f"废物箱 {bin_['id']}"


def test_gates_lie_on_the_edge_of_a_scenic_area(tmp_path):
    drawing = Drawing()
    ring = [(120, 30), (120.01, 30), (120.01, 30.01), (120, 30.01)]
    drawing.way({"tourism": "attraction", "name": "古城"}, ring, close=True)
    on_edge = drawing.point({"barrier": "gate"}, (120.005, 30.00005))
    named = drawing.point({"entrance": "main", "name": "东门"}, (120.01, 30.005))
    inside = drawing.point({"barrier": "gate"}, (120.005, 30.005))
    shut = drawing.point({"barrier": "gate", "access": "private"}, (120.002, 30.0))
    gates = drawing.read(tmp_path).layers["venues"].query("`class` == 'gate'").set_index("id")
    assert gates["name"].to_dict() == {on_edge: "古城入口", named: "东门"}
    assert inside not in gates.index and shut not in gates.index


def test_platforms_of_a_stop_are_merged(tmp_path):
    """
    Ten metres a step, along one street: stop A and its platform 1 step off (same name); the stop of the other
    side of the road, also A; a platform B half a step from A (another name, but so near); a platform C far off,
    drawn as node and way, which is a stop of its own; a platform D of the same name 4 steps from stop D: another stop.
    """
    drawing, east = Drawing(), lambda steps: (120 + steps * STEP, 30.0)
    stop = drawing.point({"highway": "bus_stop", "name": "甲站"}, east(0))
    across = drawing.point({"highway": "bus_stop", "name": "甲站"}, (120.0, 30 + 0.5 * STEP))
    served = {"public_transport": "platform", "bus": "yes"}
    near = drawing.point({**served, "name": "甲站"}, east(1))
    other_name = drawing.point({**served, "name": "乙站"}, east(-0.5))
    alone = drawing.point({**served, "name": "丙站"}, east(100))
    also_alone = drawing.way({**served, "name": "丙站"}, [east(99.9), east(100.1)])
    far_stop = drawing.point({"highway": "bus_stop", "name": "丁站"}, east(200))
    far = drawing.point({**served, "name": "丁站"}, east(204))
    unnamed = drawing.point({"highway": "bus_stop"}, east(300))
    says_its_name = drawing.point({**served, "name": "戊站"}, east(300.5))
    found = drawing.read(tmp_path)
    stops = found.layers["venues"].set_index("id")
    assert set(stops.index) == {stop, across, alone, far_stop, far, unnamed}
    assert stops.loc[unnamed, "name"] == "戊站"
    assert set(found.repairs["row"]) == {near, other_name, also_alone, says_its_name}
    assert found.repairs.set_index("row").loc[also_alone, "reason"] == f"站台与公交站点 {alone} 是同一站，已合并"


def test_numbers_in_tags(tmp_path):
    drawing = Drawing()
    good = drawing.polygon({"building": "yes", "height": "12 m", "building:levels": "3;4"})
    comma = drawing.polygon({"building": "yes", "height": "10,5"})
    bad = drawing.polygon({"building": "yes", "height": "很高", "building:levels": "4"})
    site = drawing.point({"advertising": "billboard", "direction": "350", "width": "3", "height": "2 m", "sides": "1"})
    double = drawing.point({"advertising": "billboard", "direction": "90", "sides": "2"})
    both_ways = drawing.point({"advertising": "billboard", "direction": "90;270"})
    found = drawing.read(tmp_path)
    buildings, sites = (found.layers[name].set_index("osm_id") for name in ("buildings", "sites"))
    assert buildings.loc[good, ["height_m", "levels"]].tolist() == [12, 4] and buildings.loc[comma, "height_m"] == 10.5
    assert np.isnan(buildings.loc[bad, "height_m"]) and buildings.loc[bad, "levels"] == 4
    assert sites.loc[site, ["facing_deg", "width_m", "height_m", "panels"]].tolist() == [350, 3, 2, 1]
    assert np.isnan(sites.loc[double, "facing_deg"]) and sites.loc[double, "panels"] == 2
    told = found.rejects[["layer", "row", "column", "value"]].to_numpy().tolist()
    assert told == [["buildings", bad, "height", "很高"], ["sites", both_ways, "direction", "90;270"]]


def test_parsers():
    assert [metres(text) for text in ("~7", "20 ft", "5'", "3.2米", "8 m;9 m")] == [7, 6.096, 1.524, 3.2, 9]
    assert np.isnan([metres(text) for text in ("", "-3", "1e999", "nan", "12 floors")]).all()
    assert [whole_number("5"), whole_number("2.5")] == [5, 2.5] and np.isnan(whole_number("B1"))
    assert [compass(text) for text in ("N", "wsw", "359.5", "360", "15°")] == [0, 247.5, 359.5, 0, 15]
    assert np.isnan([compass(text) for text in ("361", "-5", "both", "")]).all()


def test_names_prefer_chinese_but_roads_keep_theirs(tmp_path):
    drawing = Drawing()
    hall = drawing.point({"amenity": "library", "name": "Xinjiang Library", "name:zh": "新疆图书馆"})
    mixed = drawing.point({"amenity": "library", "name": "香港 Library", "name:zh": "香港圖書館"})
    road = drawing.line({"highway": "primary", "name": "Main Street", "name:zh": "主街"})
    nameless = drawing.line({"highway": "primary", "name:zh": "主街"})
    found = drawing.read(tmp_path)
    venues, roads = found.layers["venues"].set_index("osm_id"), found.layers["roads"].set_index("osm_id")
    assert venues["name"].to_dict() == {hall: "新疆图书馆", mixed: "香港 Library"}
    assert roads["name"].to_dict() == {road: "Main Street", nameless: "主街"}


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
