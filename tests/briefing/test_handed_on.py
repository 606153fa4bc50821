"""Files to be handed on: they open again, say what was found, and no name of a file can do harm in them."""

import io
import json
import re
import sqlite3
import zipfile
from xml.etree import ElementTree

import pyogrio
import pytest

from briefing.files import write_assessment
from briefing.handed_on import page
from briefing.handed_on.kmz import kmz_bytes
from briefing.handed_on.package import write_map_package
from briefing.handed_on.page import map_page
from briefing.handed_on.styles import layer_styles, qml
from briefing.handed_on.told import told_of
from data.city import City
from data.errors import DataError
from data.files import opened
from data.vector import read_vector
from metrics.listing import findings
from tests.briefing.conftest import judged
from tests.cities import city, road
from tests.views.small import SCRIPT, small_city

NAMES = (SCRIPT, "A&B <路>", "${alert(1)}`", "]]><x/>", "=1+1", "控\x01制\x0b", "龘😀")


def data_of(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL).group(1))


def failing(assessment):
    listed = findings(assessment)
    return listed[(listed["status"] == "fail") & listed.geometry.notna() & (listed["class"] != "district")]


def test_the_page_holds_every_finding_and_is_small(demo):
    own, assessment = demo
    html = map_page(own, assessment, approval="浙S(2026)12号")
    assert len(html.encode()) <= 5_000_000
    data = data_of(html)
    told = [one for one in data["findings"] if one["status"] == "fail"]
    listed = failing(assessment)
    assert [one["name"] for one in told] == listed["subject_name"].tolist()
    assert sum(one["line"] for one in told) == listed["is_line"].sum()
    assert len(data["sites"]) == len(own.sites)
    assert data["demo"] and any("浙S(2026)12号" in line for line in data["foot"])
    traces = assessment.traces
    first = listed.iloc[0]
    looked = traces[(traces["rule"] == first["rule"]) & (traces["subject"] == first["subject"])]
    assert len(told[0]["sites"]) == len(looked)
    assert sum(counted for _, counted, _ in told[0]["sites"]) == looked["counted"].sum()


def test_the_page_asks_nobody_and_equal_input_gives_an_equal_page(small):
    html = map_page(*small)
    assert html == map_page(*judged(small_city()))
    assert not re.search(r"<(link|img|iframe)\b|<script[^>]+src|@import|url\(", html.split("</style>")[0])
    assert "default-src 'none'" in html


@pytest.mark.parametrize("name", NAMES)
def test_names_are_data_on_the_page(name):
    own, assessment = judged(small_city(street=name, square=name, east=name))
    html = map_page(own, assessment)
    assert html.count("</script>") == 2 and html.count("<script") == 2
    assert own.roads["name"].iloc[0] in {one["name"] for one in data_of(html)["findings"]}


def test_many_sites_leave_only_those_that_gaps_name(small, monkeypatch):
    own, assessment = small
    monkeypatch.setattr(page, "_MOST_SITES", 5)
    data = data_of(map_page(own, assessment))
    named = {site for one in data["findings"] for site, _, _ in one["sites"]}
    assert named == set(range(len(data["sites"]))) and any("未列" in line for line in data["foot"]) == (
        len(named) < len(own.sites)
    )


def test_a_missing_map_library_is_told(small, monkeypatch, tmp_path):
    monkeypatch.setattr(page, "_VENDOR", tmp_path)
    with pytest.raises(DataError, match=r"leaflet\.js"):
        map_page(*small)


def test_a_package_opens_again_with_a_style_for_every_layer(demo, tmp_path):
    own, assessment = demo
    file = write_map_package(own, assessment, tmp_path / "map.gpkg")
    layers = {name: kind for name, kind in pyogrio.list_layers(file)}
    assert layers.pop("layer_styles") is None
    assert list(layers) == ["districts", "streets", "sites", "gap_lines", "unknown", "gap_places"]
    styles = pyogrio.read_dataframe(file, layer="layer_styles").set_index("f_table_name")
    listed = failing(assessment)
    lines = pyogrio.read_dataframe(file, layer="gap_lines")
    assert lines["subject_name"].tolist() == listed.loc[listed["is_line"], "subject_name"].tolist()
    assert lines["length_m"].sum() == pytest.approx(listed.loc[listed["is_line"], "length_m"].sum(), abs=0.1)
    assert len(pyogrio.read_dataframe(file, layer="gap_places")) == (~listed["is_line"]).sum()
    assert len(pyogrio.read_dataframe(file, layer="sites")) == len(own.sites)
    districts = pyogrio.read_dataframe(file, layer="districts").set_index("name")
    scores = assessment.scores[assessment.scores["scope"] == "district"].set_index("name")["score"]
    assert districts.loc[scores.index, "score"].tolist() == pytest.approx(scores.tolist())
    for layer, kind in layers.items():
        style = styles.loc[layer]
        assert style["useAsDefault"] and style["f_geometry_column"] == "geom" and style["f_table_schema"] == ""
        root = ElementTree.fromstring(style["styleQML"])
        number = {"Point": "0", "LineString": "1", "MultiLineString": "1", "MultiPolygon": "2"}[kind]
        assert root.find("layerGeometryType").text == number
    assert lines.crs.to_epsg() == 4326


def test_gaps_are_cased_dashes():
    root = ElementTree.fromstring(qml("gap_lines"))
    layers = [{o.get("name"): o.get("value") for o in part.iter("Option")} for part in root.iter("layer")]
    halo, casing, core = (float(layer["line_width"]) for layer in layers)
    assert halo > casing > core
    assert [layer["use_custom_dash"] for layer in layers] == ["0", "1", "0"]
    assert len({layer["line_color"] for layer in layers}) == 3
    assert layer_styles(["traces"]).empty


@pytest.mark.parametrize("layer", ["gap_lines", "districts"])
def test_qgis_writes_the_labels(layer):
    """QGIS takes what is missing as 0: no label has that priority, and 0 is the thinnest of its weights."""
    root = ElementTree.fromstring(qml(layer))
    text, placement = root.find("labeling/settings/text-style"), root.find("labeling/settings/placement")
    assert root.get("labelsEnabled") == "1" and text.get("isExpression") == "1"
    assert 1 <= int(placement.get("priority")) <= 10 and text.get("fontWeight") == "50"
    assert placement.get("placement") == {"gap_lines": "2", "districts": "1"}[layer]


def test_qgis_shows_the_sites_of_a_part_of_a_city_only():
    scales = {layer: ElementTree.fromstring(qml(layer)).get("minScale") for layer in ("sites", "gap_places")}
    assert scales == {"sites": "30000", "gap_places": None}
    root = ElementTree.fromstring(qml("sites"))
    assert root.get("hasScaleBasedVisibilityFlag") == "1" and "Rendering" in root.get("styleCategories")


def test_streets_that_are_unknown_are_in_the_package_too(tmp_path):
    """Where no sites are registered a street is neither good nor bad."""
    own, assessment = judged(city(roads=[road("独路", (0, 0), (900, 0))]))
    listed = findings(assessment)
    unknown = listed[listed["is_line"] & (listed["status"] == "unknown")]
    file = write_map_package(own, assessment, tmp_path / "map.gpkg")
    assert len(unknown) and len(pyogrio.read_dataframe(file, layer="unknown_lines")) == len(unknown)
    styled = pyogrio.read_dataframe(file, layer="layer_styles").set_index("f_table_name")
    assert ElementTree.fromstring(styled.loc["unknown_lines", "styleQML"]).find("layerGeometryType").text == "1"


def test_the_same_assessment_gives_the_same_files(small, tmp_path):
    own, assessment = small
    one, other = (write_map_package(own, assessment, tmp_path / name) for name in ("a.gpkg", "b.gpkg"))
    assert one.read_bytes() == other.read_bytes()
    assert kmz_bytes(own, assessment) == kmz_bytes(*judged(small_city()))


def test_a_city_without_districts_and_sites_has_a_package_and_a_page(tmp_path):
    own, assessment = judged(city(roads=[road("独路", (0, 0), (900, 0))]))
    file = write_map_package(own, assessment, tmp_path / "map.gpkg")
    assert "streets" in [name for name, _ in pyogrio.list_layers(file)]
    assert data_of(map_page(own, assessment))["labels"] == []
    assert zipfile.ZipFile(io.BytesIO(kmz_bytes(own, assessment))).testzip() is None


def test_an_assessment_written_has_styles_too_and_is_no_city(small, tmp_path):
    package, _, _ = write_assessment(small[1], tmp_path)
    with sqlite3.connect(package) as base:
        styled = {row[0] for row in base.execute("select f_table_name from layer_styles")}
    base.close()
    assert styled == {"gaps", "streets"}


def test_a_city_file_with_styles_is_read_without_a_word(small, tmp_path):
    own, _ = small
    own.write(tmp_path / "city.gpkg")
    pyogrio.write_dataframe(layer_styles(["sites"]), tmp_path / "city.gpkg", layer="layer_styles", append=True)
    assert City.read(tmp_path / "city.gpkg").notes == own.notes


def test_a_kmz_opens_again_in_our_own_reader(demo, tmp_path):
    own, assessment = demo
    file = tmp_path / "gaps.kmz"
    file.write_bytes(kmz_bytes(own, assessment))
    with opened(file) as source:
        raw = read_vector(source, "venues")
    frame = raw.frame
    told = [one for one in told_of(assessment) if one.status == "fail"]
    told = [one for one in told if one.line] + [one for one in told if not one.line]
    assert frame["name"].tolist() == [one.name for one in told]
    assert frame["责任单位"].fillna("").tolist() == [one.unit for one in told]
    assert frame["实有 / 应有"].tolist() == [one.count for one in told]
    metres = raw.geometry.to_crs(own.crs)
    assert max(a.hausdorff_distance(b.shape) for a, b in zip(metres, told, strict=True)) < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text_in_a_kmz_and_nothing_points_outside(name, tmp_path):
    own, assessment = judged(small_city(street=name, square=name, east=name))
    content = kmz_bytes(own, assessment)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["doc.kml", "files/place.png"]
    root = ElementTree.fromstring(archive.read("doc.kml"))
    space = "{http://www.opengis.net/kml/2.2}"
    names = [element.text for element in root.iter(f"{space}name")]
    assert own.roads["name"].iloc[0] in names
    assert [element.text for element in root.iter(f"{space}href")] == ["files/place.png"]
    for element in root.iter(f"{space}description"):
        assert not re.search(r"<(?!br>)", element.text)
    assert "http" not in archive.read("doc.kml").decode().replace("http://www.opengis.net/kml/2.2", "")
