"""No part of a map that we use asks another host, and what it asks for is there."""

import folium
import folium.plugins
import pytest
import streamlit as st
from folium.elements import JSCSSMixin

from tools.fetch_assets import FILES
from views import offline


@pytest.fixture(autouse=True)
def _local():
    offline.serve_assets_locally()


def parts_of(element) -> set[type]:
    """The class of an element and of all below it that load scripts or styles."""
    below = set().union(*(parts_of(child) for child in element._children.values()))
    return below | ({type(element)} if isinstance(element, JSCSSMixin) else set())


def test_the_walk_finds_parts_that_point_outside():
    """The plugins nobody uses here still do, so the walk is not blind."""
    assert "MeasureControl" in offline.outside_links()


def test_parts_in_use_point_to_this_app():
    base = offline.plain_map()
    folium.FeatureGroup().add_to(base).add_child(folium.GeoJson({"type": "FeatureCollection", "features": []}))
    folium.Marker((30, 122), popup="a", tooltip="b", icon=folium.DivIcon()).add_to(base)
    assert any(issubclass(part, folium.Map) for part in parts_of(base))
    assert offline.outside_links(iter(parts_of(base))) == {}


def test_every_file_that_is_asked_for_is_fetched():
    fetched = {f"/app/static/vendor/{target}" for target in FILES.values()}
    assert {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]} <= fetched
    assert offline.asset_url("leaflet/images") in fetched


def test_whole_map_names_no_other_host():
    page = offline.plain_map(location=(30, 122)).get_root().render()
    assert "//" not in page.replace("//# ", "").replace("http-equiv", "")


def test_addresses_begin_with_the_base_path(monkeypatch):
    monkeypatch.setattr(st, "get_option", lambda name: "city/")
    assert offline.asset_url("leaflet/leaflet.js") == "/city/app/static/vendor/leaflet/leaflet.js"


def test_marker_pictures_and_corner_are_ours():
    script = offline.plain_map().get_root().render()
    assert 'L.Icon.Default.imagePath = "/app/static/vendor/leaflet/images/"' in script
    assert "attributionControl.setPrefix(false)" in script
