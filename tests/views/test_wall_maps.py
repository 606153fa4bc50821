"""The wall's pictures: where things lie, where names stand, and that no name can break them."""

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import look.ground
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from tests.views.small import SCRIPT, small_city
from views.wall import drawing
from views.wall.close_up import close_up, worst_of
from views.wall.frame import fitted
from views.wall.labels import place_names
from views.wall.layout import LEGEND_PX, NORMAL, WIDE, layout_of
from views.wall.picture import city_map
from views.wall.svg import path, picture, words

SIGNS = st.characters(codec="utf-8") | st.sampled_from("\x00\x0b\x1f\ud800<>&\"'`${}\ufffe")


@pytest.fixture(scope="module")
def judged():
    """The small city of the drawing and what it is judged to be, one district's name hostile."""
    city = small_city(east=SCRIPT, square=SCRIPT)
    return city, assess(city, load_rulebook("zhoushan-2017"), "routine")


def _xml(uri: str) -> ElementTree.Element:
    return ElementTree.fromstring(base64.b64decode(uri.partition(",")[2]))


@given(st.tuples(*[st.floats(-1e5, 1e5)] * 2), st.tuples(*[st.floats(1, 1e5)] * 2), st.sampled_from([-1.0, 0.0, 0.7]))
def test_a_fitted_frame_shows_all_and_keeps_the_margin(corner, size, lean):
    bounds = (corner[0], corner[1], corner[0] + size[0], corner[1] + size[1])
    frame = fitted(bounds, 800, 500, pad_px=20, lean=lean)
    (west, north), (east, south) = frame.to_px(np.array([[bounds[0], bounds[3]], [bounds[2], bounds[1]]]))
    assert west >= 19.9 and north >= 19.9 and east <= 780.1 and south <= 480.1


def test_a_path_is_in_tenths_of_a_pixel_from_the_upper_left():
    frame = fitted((0, 0, 100, 100), 100, 100)
    assert path([shapely.LineString([(0, 100), (10, 100), (10, 50)])], frame) == "M0 0l100 0 0 500"
    assert path([shapely.Point(1, 1), None, shapely.LineString()], frame) == ""


@given(st.text(SIGNS, max_size=30))
def test_any_text_is_well_formed_in_a_picture(text):
    frame = fitted((0, 0, 100, 100), 100, 100)
    svg = picture(drawing.draw_name((50, 50), text, "88.8"), frame, "serif")
    written = "".join(ElementTree.fromstring(svg.encode("utf-8", "replace")).itertext())
    assert written.endswith("88.8")
    assert "<" not in words(text)


def test_names_stand_where_nothing_fails():
    area = shapely.box(0, 0, 600, 400)
    marks = [shapely.box(0, 0, 600, 250), shapely.Point(500, 350).buffer(20)]
    fixed = [shapely.box(0, 300, 200, 400)]
    (at,) = place_names([area], [(100, 40)], marks, fixed, 600, 400)
    box = shapely.box(at[0] - 50, at[1] - 20, at[0] + 50, at[1] + 20)
    assert not any(box.intersects(one) for one in [*marks, *fixed])
    assert area.contains(box)
    assert place_names([area], [(100, 40)], marks, fixed, 600, 400) == [at]


def test_a_name_without_room_is_left_out_rather_than_written_over_another():
    area = shapely.box(0, 0, 100, 60)
    places = place_names([area, area], [(90, 50), (90, 50)], [], [], 100, 60)
    assert sum(place is None for place in places) == 1
    assert place_names([shapely.box(900, 0, 999, 9)], [(9, 9)], [], [], 100, 60) == [None]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 600)), min_size=1, max_size=12), st.integers(20, 160))
def test_names_stay_in_the_picture_and_off_each_other(corners, width):
    areas = [shapely.box(x, y, x + 200, y + 150) for x, y in corners]
    boxes = [
        shapely.box(at[0] - width / 2, at[1] - 30, at[0] + width / 2, at[1] + 30)
        for at in place_names(areas, [(width, 60)] * len(areas), [], [], 1016, 744)
        if at is not None
    ]
    assert all(shapely.box(0, 0, 1016, 744).contains(box) for box in boxes)
    over = sum(one.intersection(two).area for at, one in enumerate(boxes) for two in boxes[:at])
    assert over <= 0.1 * sum(box.area for box in boxes)


BETWEEN = layout_of("normal-2560")


@pytest.mark.parametrize(
    "name", ["normal-1920", "normal-2561", "normal-9999", "normal-٢٥٦٠", "", "../wide", "normal-2560\n"]
)
def test_a_stage_that_there_is_not_is_the_normal_one(name):
    assert layout_of(name) is NORMAL


def test_stages_between_give_what_they_have_more_to_the_map():
    assert (BETWEEN.map_width, BETWEEN.map_height) == (NORMAL.map_width + 640, NORMAL.map_height)
    assert layout_of("wide") is WIDE


@pytest.mark.parametrize("layout", [NORMAL, BETWEEN, WIDE], ids=lambda layout: layout.name)
def test_all_districts_stand_whole_above_the_legend(judged, layout):
    """The borders, steps in tenths of a pixel, stay inside the picture and out of the legend's strip."""
    city, assessment = judged
    near = city.districts.geometry.intersection(shapely.box(*look.ground.extent(city)).buffer(500, join_style="mitre"))
    near = replace(city, districts=city.districts.set_geometry(near))
    for _, _, border in city_map(near, assessment, layout).districts:
        for ring in border.split("M")[1:]:
            xy = np.array(re.findall(r"-?\d+", ring), dtype=float).reshape(-1, 2).cumsum(axis=0) / 10
            assert len(xy) > 3 and xy.min() >= 0
            assert xy[:, 0].max() <= layout.map_width and xy[:, 1].max() <= layout.map_height - LEGEND_PX


@pytest.mark.parametrize("layout", [NORMAL, WIDE], ids=lambda layout: layout.name)
def test_the_map_is_well_formed_and_holds_the_hostile_name_as_text(judged, layout):
    drawn = city_map(*judged, layout)
    _xml(drawn.ground)
    texts = [one.text for one in _xml(drawn.above).iter("{http://www.w3.org/2000/svg}text")]
    assert any(text.startswith("<img src") for text in texts)
    assert [name for name, _, _ in drawn.districts] == ["西区", SCRIPT]
    assert len(drawn.ground) + len(drawn.above) < 400_000


def test_the_close_up_numbers_the_worst_of_its_district(judged):
    city, assessment = judged
    uri, corner = close_up(city, assessment, SCRIPT)
    numbers = [one.text for one in _xml(uri).iter("{http://www.w3.org/2000/svg}text")]
    assert numbers == [str(number) for number in range(1, len(worst_of(assessment, SCRIPT)) + 1)]
    assert corner in ("ne", "se", "nw", "sw")
    assert set(worst_of(assessment, SCRIPT)["district"]) == {SCRIPT}


def test_a_text_is_cut_to_its_room():
    assert drawing.fitted_text("一二三四五", 5) == "一二三四五"
    assert drawing.fitted_text("一二三四五六", 5) == "一二三四…"
    assert drawing.fitted_text(" a \n b ", 9) == "a b"
