"""The type of pictures: every name has its glyphs, what has none is told, and lines keep to their room."""

import geopandas as gpd
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from briefing.pictures.canvas import Canvas
from briefing.pictures.fonts import (
    STAND_IN,
    drawable,
    fitted,
    font_file,
    missing_characters,
    width_mm,
    wrapped,
)
from briefing.pictures.titles import lacking_line
from data.osm import read_osm

WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
EXTRACTS = ("beijing_wudaokou", "shanghai_centre", "helsinki_centre", "monaco")


def names_in(city_layers: dict) -> set[str]:
    """All names and units of frames."""
    return {
        str(text)
        for frame in city_layers.values()
        for column in ("name", "unit", "contact")
        if frame is not None and column in frame
        for text in frame[column].dropna()
    }


def test_every_name_of_the_demo_city_can_be_drawn(demo):
    city, assessment = demo
    texts = names_in(city.layers) | set(assessment.verdicts["explanation"].dropna()) | set(assessment.gaps["unit"])
    assert missing_characters("".join(sorted(texts))) == []


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_name_of_the_real_extracts_can_be_drawn(real_data, name):
    layers = read_osm(real_data / name / f"{name}.osm.pbf").layers
    texts = names_in(layers)
    assert texts and missing_characters("".join(sorted(texts))) == []


def test_every_real_district_can_be_drawn(real_data):
    files = [*(real_data / "cn_districts").glob("*.gpkg"), real_data / "zhoushan_districts" / "330900_wgs84.gpkg"]
    texts = {name for file in files for name in gpd.read_file(file)["name"]}
    assert len(texts) > 45 and missing_characters("".join(sorted(texts))) == []


def test_every_sentence_of_ours_can_be_drawn():
    from texts import _FOLDER

    def leaves(node):
        yield from (leaf for part in node.values() for leaf in leaves(part)) if isinstance(node, dict) else [str(node)]

    for area in ("pictures", "numbers", "explain", "reasons", "coverage"):
        for text in leaves(YAML(typ="safe", pure=True).load((_FOLDER / f"{area}.yaml").read_text(encoding="utf-8"))):
            assert missing_characters(text) == [], text


def test_both_weights_are_under_the_open_font_licence():
    for bold in (False, True):
        with TTFont(font_file(bold), lazy=True) as font:
            assert "SIL Open Font License" in font["name"].getDebugName(13)


def test_what_the_font_lacks_becomes_a_sign_and_is_listed():
    hidden = "长\u200b堤\x00路\u202e"
    assert drawable(hidden) == "长堤路" and missing_characters(hidden) == []
    assert drawable("第\n一\u202f段") == "第 一 段"
    assert drawable("😀街") == f"{STAND_IN}街" and missing_characters("😀街😀") == ["😀"]
    assert lacking_line(["😀"]).endswith("U+1F600") and lacking_line([]) == ""
    canvas = Canvas(40, 10, "#FFFFFF")
    canvas.text(1, 1, "😀街", 9, "#000000")
    assert list(canvas.lacking) == ["😀"]


def test_widths_are_those_of_the_font():
    for bold in (False, True):
        text = "长堤路 7–8m，缺"
        with TTFont(font_file(bold), lazy=True) as font:
            advances, glyphs = font["hmtx"], font.getBestCmap()
            ems = sum(advances[glyphs[ord(sign)]][0] for sign in text) / font["head"].unitsPerEm
        assert width_mm(text, 10, bold) == pytest.approx(ems * 10 * 25.4 / 72, rel=2e-3)


@given(WORDS, st.floats(5, 80))
def test_a_fitted_line_keeps_to_its_room(text, room_mm):
    shown = fitted(text, room_mm, 9)
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1].rstrip()))
    assert width_mm(shown, 9) <= room_mm + 1e-6


@given(WORDS, st.floats(20, 80), st.integers(1, 6))
def test_wrapped_lines_keep_to_their_room_and_lose_nothing_before_the_last(text, room_mm, most):
    lines = wrapped(text, room_mm, 9, most=most)
    assert len(lines) <= most and all(width_mm(line, 9) <= room_mm + 1e-6 for line in lines)
    kept = "".join("".join(lines).split())
    whole = "".join(text.split())
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))


def test_lines_break_at_no_number_and_before_no_comma():
    text = "自起点 1\u202f204 米至 2\u202f502 米：任选 500 米步行段内最少 1 处，应不少于 5 处，缺 4 处"
    for room in range(24, 60, 3):
        for line in wrapped(text, room, 9, most=20):
            assert line[0] not in "，。：；、"
    assert any("1\u202f204" in line for line in wrapped(text, 30, 9, most=20))
