"""OSM: every entry of the tag table by a drawing, names and numbers in tags."""


import numpy as np
import pytest

from data._osm_files import read_osm_file
from data.osm import read_osm
from data.osm_numbers import compass, metres, whole_number
from data.osm_tags import matching, tag_table
from tests.data.osm_drawing import STEP, Drawing

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
