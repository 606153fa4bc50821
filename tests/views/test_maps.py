"""The map: its ground stays the same, what fails is drawn where it is, and no text of the data can run."""

import json
import re

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from streamlit_folium import _get_feature_group_string, _get_map_string

from geo.crs import WGS84
from look.sent_ground import STEP_DEG, ground_of, script_json, steps
from metrics.assessment import assess
from metrics.listing import findings
from metrics.rulebook import load_rulebook
from tests.views.small import SCRIPT, small_city
from views.layers import district_labels, drawn, on_map
from views.maps import base_map, drawing_layer, label_places

MOST_BYTES = 400_000  # of the ground of a city; all the page may send is 1 MB


@pytest.fixture(scope="module")
def city():
    return small_city()


@pytest.fixture(scope="module")
def assessment(city):
    return assess(city, load_rulebook("zhoushan-2017"), "routine")


def sent(layer: folium.FeatureGroup) -> dict:
    """What the script of a drawing is given."""
    (part,) = layer._children.values()
    return json.loads(part.data)


def points(moves: list[int], origin: tuple[float, float]) -> np.ndarray:
    """Longitudes and latitudes of a sent line."""
    return np.cumsum(np.array(moves).reshape(-1, 2), axis=0) * STEP_DEG + origin


def metres(moves: list[int], origin: tuple[float, float], crs) -> shapely.Geometry:
    return gpd.GeoSeries([shapely.MultiPoint(points(moves, origin))], crs=WGS84).to_crs(crs).iloc[0]


def test_sent_lines_come_back_within_a_metre():
    line = shapely.LineString([(120.0, 30.0), (120.01234, 30.00567), (120.02, 29.99)])
    (moves,) = steps([line], (120.0, 30.0))
    assert np.abs(points(moves, (120.0, 30.0)) - line.coords).max() <= STEP_DEG / 2 + 1e-12


def test_ground_is_small_and_complete(city):
    ground = json.loads(ground_of(city).data)
    assert [kind for kind, _ in ground["areas"]] == ["land"]
    assert [kind for kind, _ in ground["roads"]] == ["trunk"]
    assert [name for _, name, _, _ in ground["names"]] == ["测试大道"]
    assert len(ground_of(city).data) < MOST_BYTES


def test_ground_of_bare_layers(city):
    """Only venues: no roads, no districts, no areas."""
    bare = type(city)(crs=city.crs, meta=city.meta, venues=city.venues)
    ground = json.loads(ground_of(bare).data)
    assert ground["roads"] == ground["borders"] == ground["areas"] == ground["names"] == []


def test_base_map_stays_the_same_script(city):
    ground = ground_of(city)
    scripts = []
    for _ in range(2):
        city_map = base_map(ground)
        city_map.render()
        scripts.append(re.sub(r"(_[a-z0-9]+)", "", _get_map_string(city_map)))
    assert scripts[0] == scripts[1]


def test_stretches_and_places_are_drawn_where_they_are(city, assessment):
    listed = findings(assessment)
    ground = ground_of(city)
    data = sent(drawing_layer(drawn(listed, assessment, district_labels(assessment, city)), ground))
    assert len(data["failLines"]) == 2 and len(data["failPlaces"]) == 2
    ends = sorted(metres(moves, ground.origin, city.crs).bounds[0::2] for moves, _ in data["failLines"])
    gaps = assessment.gaps[assessment.gaps["from_m"].notna()].geometry
    truth = sorted((shape.bounds[0], shape.bounds[2]) for shape in gaps)
    assert np.abs(np.array(ends) - truth).max() < 1.5
    square = city.venues.geometry.iloc[0]
    assert all(square.distance(metres(at, ground.origin, city.crs)) < 1.5 for at, _ in data["failPlaces"])
    assert [form for form, _ in data["legend"]] == ["fail-line", "diamond", "hatched"]
    assert [text for _, text in data["legend"]][:2] == ["不达标路段 2 段", "不达标场所 2 处"]


def test_what_passes_is_drawn_only_when_asked_for(assessment):
    listed = findings(assessment).assign(status="pass")
    assert not on_map(listed, passing=False).any()
    assert on_map(listed, passing=True).any()


def test_chosen_ones_are_framed(city, assessment):
    listed = findings(assessment)
    key = listed.loc[listed["is_line"], "key"].iloc[0]
    drawing = drawn(listed, assessment, district_labels(assessment, city), chosen=[key], show=key)
    data = sent(drawing_layer(drawing, ground_of(city)))
    assert len(data["chosenLines"]) == 1 and data["chosenPlaces"] == []
    assert len(data["show"]) == 4 and data["fit"] is None


def test_names_of_districts_stand_clear(city, assessment):
    west = shapely.box(0, 0, 1000, 1000)
    districts = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[west, shapely.box(1000, 0, 2000, 1000)], crs=city.crs)
    across = shapely.LineString([(0, 500), (2000, 500)])
    places = label_places(districts, [across])
    assert all(districts.geometry.contains(places))
    assert (places.distance(across) > 80).all()
    assert places.equals(label_places(districts, [across]))


def test_no_text_of_the_data_can_run():
    city = small_city(street=SCRIPT, square=SCRIPT, east=SCRIPT)
    assessment = assess(city, load_rulebook("zhoushan-2017"), "routine")
    ground = ground_of(city)
    drawing = drawn(findings(assessment), assessment, district_labels(assessment, city))
    city_map, layer = base_map(ground), drawing_layer(drawing, ground)
    assert any(SCRIPT in told for _, told in sent(layer)["failLines"])  # it is there, as a text
    city_map.render()
    for script in (_get_map_string(city_map), _get_feature_group_string(layer, city_map)):
        assert "<img" not in script and "${alert" not in script and "</script" not in script


def test_script_json_keeps_texts_whole():
    assert json.loads(script_json({"a": SCRIPT + "'\u2028"})) == {"a": SCRIPT + "'\u2028"}
    assert not set("<>&`$'\u2028") & set(script_json([SCRIPT + "'\u2028"]))
