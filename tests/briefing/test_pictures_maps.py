"""Map pictures: what they say is what was found, distances are true, and any city and any name can be drawn."""

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from PIL import Image
from pyproj import CRS, Geod, Transformer

from briefing.pictures import (
    Sheet,
    city_map,
    city_picture,
    district_map,
    district_picture,
    gap_map,
    gap_picture,
    place_picture,
    worst,
)
from briefing.pictures.canvas import Canvas
from briefing.pictures.closeup import subject_of
from briefing.pictures.found import found
from briefing.pictures.panel import Panel
from briefing.pictures.titles import found_title
from data.city import City
from look.tokens import colours
from metrics.listing import findings
from tests.briefing.conftest import judged
from tests.cities import city, district, road, sites_along, venue
from tests.views.small import SCRIPT, small_city

HOSTILE = (SCRIPT, "$x^2$ \\frac{1}{2}", "=1+1", "名" * 300, "龘😀𠮷\x00\u202e\n", "")


@pytest.fixture
def written(monkeypatch) -> list[str]:
    """Every text that is drawn, halos and all, in the order of drawing."""
    texts = []
    draw = Canvas.text

    def keep(self, x, y, text, *rest, **more):
        texts.append(text)
        return draw(self, x, y, text, *rest, **more)

    monkeypatch.setattr(Canvas, "text", keep)
    return texts


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


def gap_of(assessment):
    """The first failing stretch."""
    return assessment.gaps[assessment.gaps["rule"] == "11-road-density"].iloc[0]


@pytest.mark.parametrize(
    ("sheet", "size_mm"),
    [
        (Sheet(), (297, 210)),
        (Sheet(portrait=True), (210, 297)),
        (Sheet("a3"), (420, 297)),
        (Sheet("a3", portrait=True), (297, 420)),
        (Sheet("16x9"), (338.667, 190.5)),
    ],
)
def test_pages_have_their_size_at_300_dpi(small, sheet, size_mm):
    image = opened(city_map(*small, sheet=sheet))
    assert image.size == pytest.approx([mm / 25.4 * 300 for mm in size_mm], abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_page_that_does_not_exist_is_refused(small):
    with pytest.raises(ValueError, match="a5"):
        Sheet("a5")
    with pytest.raises(ValueError, match="upright"):
        Sheet("16x9", portrait=True)
    with pytest.raises(ValueError, match="gif"):
        city_map(*small, format="gif")
    with pytest.raises(ValueError, match="南区"):
        district_map(*small, "南区")
    with pytest.raises(ValueError, match="南区"):
        district_picture(*small, "南区", width_mm=80, height_mm=60)


def test_a_pdf_is_vector_and_has_its_fonts_in_it(small):
    pdf = city_map(*small, format="pdf")
    box = [float(number) for number in re.search(rb"/MediaBox \[([^\]]*)\]", pdf).group(1).split()]
    assert box[2:] == pytest.approx([297 / 25.4 * 72, 210 / 25.4 * 72], abs=0.1)
    assert b"/Subtype /Type3" in pdf and b"/Subtype /Image" not in pdf
    assert not re.search(rb"/Subtype /(Type1|TrueType)\b", pdf)
    assert b"CreationDate" not in pdf


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_two_runs_give_equal_bytes(small, format):
    own, assessment = small
    again = judged(small_city())
    assert city_map(own, assessment, format=format) == city_map(*again, format=format)
    gap = gap_of(assessment)
    assert gap_map(own, assessment, gap, format=format) == gap_map(*again, gap, format=format)


def test_a_sheet_says_what_was_found_by_what_and_of_when(demo, written):
    own, assessment = demo
    district_map(own, assessment, "东澜新区", sheet=Sheet(approval="浙S(2026)12号"))
    text = "\n".join(written)
    listed = findings(assessment)
    failing = listed[(listed["district"] == "东澜新区") & (listed["status"] == "fail")]
    lines = failing[failing["is_line"]]
    assert f"（{len(lines)} 段）" in text and f"{len(failing) - len(lines)} 项场所要求不达标" in text
    book = assessment.book
    basis = ("演示数据", "迎检", "2026年11月15日", book.title, book.edition, "审图号：浙S(2026)12号")
    marks = ("数据来源：演示数据（程序生成）", "比例尺 1:", "公里", "北", "图例", f"不达标路段 {len(lines)} 段", "区界")
    for said in (*basis, *marks):
        assert said in text, said
    five = worst(assessment, "东澜新区")
    assert [str(number) for number in range(1, 6)] == sorted({t for t in written if t in "12345"})
    for row in five.itertuples():
        assert row.subject_name in written
    score = assessment.scores
    own_score = score[(score["scope"] == "district") & (score["name"] == "东澜新区")]["score"].iloc[0]
    assert f"{own_score:.1f} 分" in text


def test_the_demo_mark_is_on_every_picture_of_the_demo_city_and_on_no_other(demo, small, written):
    for make in (
        lambda own, found_: city_map(own, found_),
        lambda own, found_: city_picture(own, found_, width_mm=120, height_mm=80),
        lambda own, found_: gap_picture(own, found_, gap_of(found_)),
        lambda own, found_: gap_map(own, found_, gap_of(found_)),
    ):
        for (own, assessment), there in ((demo, True), (small, False)):
            written.clear()
            assert make(own, assessment)
            assert ("演示数据" in written) == there


def test_a_blank_is_left_for_the_approval_number(small, written):
    city_map(*small)
    assert any(re.fullmatch("审图号：_+", text) for text in written)


def test_the_title_is_true_where_nothing_fails_and_where_nothing_is_known():
    five = {"roads": [road("安路", (0, 0), (400, 0))], "districts": [district("东区", -100, -100, 600, 600)]}
    _, unknown = judged(city(**five))
    assert "全部待核实" in found_title(unknown)
    own, assessment = judged(city(**five, sites=sites_along(*range(0, 400, 20))))
    listed = findings(assessment)
    assert not len(listed[listed["status"] == "fail"]) and found_title(assessment).startswith("没有不达标")
    assert found_title(assessment, "西区") == "没有可评判的对象"
    assert opened(city_map(own, assessment)) and not len(worst(assessment))


def test_worst_are_the_first_failing_findings(demo):
    _, assessment = demo
    listed = findings(assessment)
    failing = listed[(listed["status"] == "fail") & listed.geometry.notna() & (listed["class"] != "district")]
    assert worst(assessment)["key"].tolist() == failing["key"].tolist()[:5]
    shown = found(assessment)
    assert len(shown.lines) + len(shown.places) == len(failing)


@pytest.mark.parametrize(("epsg", "lon", "lat"), [(4549, 120.1, 28.6), (32635, 24.94, 60.17), (4547, 114.9, 30.5)])
def test_the_scale_bar_is_true_in_metres_and_the_arrow_points_north(epsg, lon, lat):
    crs = CRS.from_epsg(epsg)
    to_crs, back = (Transformer.from_crs(one, other, always_xy=True) for one, other in ((4326, crs), (crs, 4326)))
    x, y = to_crs.transform(lon, lat)
    around = (x - 5000, y - 4000, x + 5000, y + 4000)
    panel = Panel.fitted(Canvas(100, 80, "#FFFFFF"), (0, 0, 100, 80), around, crs, px=0.2)
    metres, bar_mm = panel.scale_bar(40)
    assert metres in {m * 10**k for m in (1, 2, 5) for k in range(6)} and bar_mm <= 40
    half = bar_mm / panel.mm_per_m / 2
    west, east = back.transform(x - half, y), back.transform(x + half, y)
    assert Geod(ellps="GRS80").inv(*west, *east)[2] == pytest.approx(metres, rel=1e-5)
    north = to_crs.transform(lon, lat + 0.01)
    assert np.tan(np.radians(panel.north_deg)) == pytest.approx((north[0] - x) / (north[1] - y), abs=2e-4)


def test_the_worst_walk_of_a_gap_is_that_of_the_verdict(small, demo):
    for own, assessment in (small, demo):
        listed = findings(assessment)
        stretches = listed[(listed["status"] == "fail") & listed["is_line"] & (listed["rule"] == "11-road-density")]
        assert len(stretches)
        for gap in stretches.itertuples():
            walk = subject_of(own, assessment, gap).walk
            assert walk.need - walk.count == gap.missing
            assert walk.to_m - walk.from_m == pytest.approx(min(500, walk.to_m))
            assert gap.from_m - 0.01 <= walk.from_m or walk.to_m <= gap.to_m + 0.01


def test_the_close_up_of_a_street_that_is_solved_by_hand(small, written):
    own, assessment = small
    gap = gap_of(assessment)
    walk = subject_of(own, assessment, gap).walk
    assert (walk.from_m, walk.count, walk.need) == (pytest.approx(450, abs=0.01), 0, 5)
    assert gap_map(own, assessment, gap)
    for said in ("最差 500 米：0 处，缺 5 处", "为什么不达标", "最差的 500 米步行段"):
        assert said in written, said
    assert any(text.startswith("测试大道") for text in written)


def test_the_close_up_of_a_square_that_is_solved_by_hand(small, written):
    own, assessment = small
    square = next(
        row for row in findings(assessment).itertuples() if row.rule == "5-square-view" and row.subject == "Q1"
    )
    subject = subject_of(own, assessment, square)
    assert subject.place.centre == pytest.approx((1500 + _east(own), 500 + _north(own)), abs=1)
    assert gap_map(own, assessment, square)
    for said in ("计入 2 处", "遮挡", "中心视域 100 米", "视线", "场所范围"):
        assert said in written, said


def _east(own: City) -> float:
    return float(own.venues.geometry.iloc[0].bounds[0]) - 1450


def _north(own: City) -> float:
    return float(own.venues.geometry.iloc[0].bounds[1]) - 450


def test_what_the_assessment_does_not_know_has_no_close_up(small):
    own, assessment = small
    nobody = SimpleNamespace(rule="11-road-density", subject="nobody", from_m=0.0, to_m=10.0)
    assert gap_picture(own, assessment, nobody) is None
    assert gap_map(own, assessment, SimpleNamespace(rule="no-rule", subject="Q1", from_m=None, to_m=None)) is None
    nowhere = SimpleNamespace(rule="18-net-survey", subject="", from_m=None, to_m=None)
    assert gap_picture(own, assessment, nowhere) is None


def test_a_stretch_beyond_its_street_has_no_close_up(small):
    own, assessment = small
    longer = SimpleNamespace(rule="11-road-density", subject=gap_of(assessment).subject, from_m=90_000.0, to_m=90_100.0)
    assert gap_picture(own, assessment, longer) is None


def red_share(picture: bytes) -> float:
    """How much of a picture has the colour of what fails, to a few steps of it."""
    pixels = np.asarray(opened(picture).convert("RGB"), dtype=int)
    fail = np.array([int(colours("light").fail[at : at + 2], 16) for at in (1, 3, 5)])
    return float((np.abs(pixels - fail).max(axis=2) < 12).mean())


def test_an_order_older_than_the_data_is_shown_by_its_own_shape(small, written):
    own, assessment = small
    street = own.roads.geometry.to_crs(4326).iloc[0]
    content = place_picture(own, assessment, street, width_mm=120, height_mm=50)
    assert opened(content).size == pytest.approx((1417, 591), abs=1) and red_share(content) > 0.005
    assert "测试大道" in written, "the streets there say their names"
    assert place_picture(own, assessment, street, width_mm=120, height_mm=50) == content
    assert place_picture(own, assessment, None) is None
    assert place_picture(own, assessment, shapely.Point()) is None


@pytest.mark.parametrize("shape", ["point", "polygon", "multi", "far", "short", "mixed"])
def test_any_shape_has_a_place(small, shape):
    own, assessment = small
    base = own.roads.geometry.to_crs(4326).iloc[0]
    x, y = base.coords[0]
    shapes = {
        "point": shapely.Point(x, y),
        "polygon": shapely.box(x, y, x + 0.001, y + 0.001),
        "multi": shapely.MultiLineString([base, shapely.transform(base, lambda at: at + 0.001)]),
        "far": shapely.Point(x + 1, y + 1),
        "short": shapely.LineString([(x, y), (x + 1e-9, y)]),
        "mixed": shapely.GeometryCollection([shapely.Point(x, y), base]),
    }
    assert red_share(place_picture(own, assessment, shapes[shape])) > 0.0005


def test_a_small_picture_has_its_size(small):
    own, assessment = small
    image = opened(gap_picture(own, assessment, gap_of(assessment), width_mm=90, height_mm=60))
    assert image.size == pytest.approx((1063, 709), abs=1)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_be_drawn(name, written):
    own, assessment = judged(small_city(street=name or "路", square=name or "场", east=name or "东区"))
    assert opened(city_map(own, assessment)) and city_map(own, assessment, format="pdf").startswith(b"%PDF")
    gaps = assessment.gaps[assessment.gaps["rule"].isin(("11-road-density", "5-square-view"))]
    assert len(gaps) >= 3
    for gap in gaps.itertuples():
        assert gap_picture(own, assessment, gap)
    if "😀" in name:
        assert any(text.count("U+1F600") for text in written)


def test_a_city_of_nearly_nothing_can_be_drawn():
    for layers in (
        {"roads": [road("独路", (0, 0), (900, 0))]},
        {"venues": [venue("P", "stop", shapely.Point(0, 0))]},
        {"roads": [road("独路", (0, 0), (900, 0))], "districts": [district("独区", -10, -10, 20, 20)], "sites": []},
    ):
        own, assessment = judged(city(**{name: rows for name, rows in layers.items() if rows}))
        assert opened(city_map(own, assessment)) and opened(city_picture(own, assessment, width_mm=60, height_mm=40))


def test_a_city_without_facts_says_so(written):
    own, assessment = judged(small_city())
    bare = replace(own, meta={})
    city_map(bare, replace(assessment, inputs={**assessment.inputs, "data_date": None}))
    assert any("数据日期未注明" in text for text in written) and any("数据来源未注明" in text for text in written)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_failing_stretch_can_be_told_from_every_road_without_colour():
    look = colours()
    casing, core = luminance(look.fail_casing), luminance(look.fail)
    for other in (look.ring, look.trunk, look.secondary, look.lane, look.land, look.bg):
        assert (luminance(other) + 0.05) / (casing + 0.05) > 4
    assert (core + 0.05) / (casing + 0.05) > 2.5
