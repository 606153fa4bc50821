"""The strip and the picture of a place, from numbers one can check by eye."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from metrics.why import Place, Strip
from tests.views.small import SCRIPT
from views.square import place_figure
from views.strip import strip_figure
from views.theme import colours


@pytest.fixture
def strip() -> Strip:
    """A street of 1 000 m, walks of 500 m that need two; from 100 to 300 m a walk meets only one."""
    sites = pd.DataFrame(
        {
            "at_m": [50.0, 450.0, 620.0, 900.0],
            "counted": [True, True, False, True],
            "reason": ["计入", "计入", SCRIPT, "计入"],
            "name": ["a", "b", SCRIPT, "c"],
        }
    )
    return Strip(
        length_m=1000.0,
        window_m=500.0,
        need=2,
        unit="sites",
        sites=sites,
        gaps=[(100.0, 800.0)],
        failing=[(100.0, 300.0)],
        starts_m=np.array([0.0, 100.0, 300.0]),
        counts=np.array([2, 1, 2]),
        worst_m=100.0,
        worst_count=1,
    )


def texts(figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def filled(figure) -> list:
    return [trace for trace in figure.data if getattr(trace, "fill", None) == "toself"]


def test_strip_shows_every_site_and_why(strip):
    figure = strip_figure(strip)
    counted, rejected = (trace for trace in figure.data if trace.type == "bar")
    assert list(counted.x) == [50, 450, 900] and list(rejected.x) == [620]
    assert any("&lt;img" in text for text in texts(figure))


def test_strip_fills_only_failing_starts(strip):
    (fill,) = filled(strip_figure(strip))
    assert (min(fill.x), max(fill.x)) == (100, 300)
    assert (min(fill.y), max(fill.y)) == (1, 2)


def test_strip_names_the_worst_window_and_the_limit(strip):
    figure = strip_figure(strip)
    assert any("最差 500 米：1 处，缺 1 处" in text for text in texts(figure))
    limits = [shape for shape in figure.layout.shapes if shape.yref == "y2" and shape.line.dash]
    assert [(shape.y0, shape.y1) for shape in limits] == [(2, 2)]


def test_strip_looks_at_the_gap_with_room_on_both_sides(strip):
    assert tuple(strip_figure(strip).layout.xaxis.range) == (0, 1000)
    assert tuple(strip_figure(strip, focus=(900.0, 950.0)).layout.xaxis.range) == (400, 1000)


def test_strip_without_windows_has_no_count(strip):
    bare = Strip(1000.0, None, None, "sites", strip.sites, strip.gaps, [], np.empty(0), np.empty(0), None, None)
    figure = strip_figure(bare)
    assert not filled(figure) and "yaxis2" not in figure.layout


def test_nothing_in_a_picture_can_be_a_link_or_a_tag(strip):
    for figure in (strip_figure(strip), place_figure(place())):
        assert "<img" not in figure.to_json() and "\\u003cimg" not in figure.to_json()


def place() -> Place:
    sites = pd.DataFrame(
        {
            "x": [-30.0, 30.0, 35.0],
            "y": [0.0, 0.0, 20.0],
            "counted": [True, False, False],
            "reason": ["计入", "遮挡", SCRIPT],
            "name": ["a", "b", SCRIPT],
            "distance_m": [30.0, 30.0, 40.3],
        }
    )
    return Place(
        shape=shapely.box(-50, -50, 50, 50),
        centre=(0.0, 0.0),
        view=shapely.box(-60, -60, 10, 60),
        view_m=100.0,
        buildings=gpd.GeoSeries([shapely.box(10, -10, 20, 10)], crs="EPSG:4549"),
        sites=sites,
    )


def test_place_draws_lines_of_sight_only_to_what_counts():
    figure = place_figure(place())
    sight = [trace for trace in figure.data if trace.mode == "lines" and trace.line.color == colours().pass_]
    assert [list(trace.x)[:2] for trace in sight] == [[0, -30]]
    hollow, full = (trace for trace in figure.data if trace.hovertext is not None)
    assert list(hollow.x) == [30, 35] and list(full.x) == [-30]
    assert "遮挡" in texts(figure)


def test_place_of_a_point_without_sites():
    empty = place().sites.iloc[:0]
    bare = Place(shapely.Point(0, 0), None, None, 30.0, gpd.GeoSeries([], crs="EPSG:4549"), empty)
    west, east = place_figure(bare).layout.xaxis.range
    assert west < 0 < east
