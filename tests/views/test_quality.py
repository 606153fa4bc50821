"""
数据质量 of the city that is solved by hand (tests/views/small.py): what the verdicts rest on and what is missing.

Of its 16 sites the one at 1 260 m, 45 m off the street and more than 100 m from the square, is near nothing.
"""

import dataclasses
from dataclasses import asdict

import pytest

from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from tests.views.small import SCRIPT, small_city
from texts import say
from views.coverage_quality import bases, datum_words, known_share, layer_states
from views.kept_cities import ImportNote, drop_city, import_note, keep_city


@pytest.fixture(scope="module")
def city():
    return small_city()


@pytest.fixture(scope="module")
def judged(city):
    return assess(city, load_rulebook("zhoushan-2017"))


def of(states, layer: str):
    return next(state for state in states if state.name == say(f"city.layers.{layer}"))


def test_bases_are_those_of_the_assessment(judged):
    found = {base.name: base for base in bases(judged)}
    known = (judged.verdicts["status"] != "unknown").sum()
    assert found[say("quality.shares.known")].share == known / len(judged.verdicts) == known_share(judged)
    assert found[say("quality.shares.named")].share == 1 and not found[say("quality.shares.named")].rest
    assert found[say("quality.shares.matched")].amount.startswith("15 / 16")
    assert found[say("quality.shares.fresh")].amount == say("quality.no_days")


def test_layers_say_what_is_missing(city, judged):
    states, general = layer_states(city, judged, None)
    assert of(states, "sites").rows == 16 and of(states, "sites").rejected is None
    assert of(states, "areas").rows is None and of(states, "areas").remarks == (say("quality.missing.areas"),)
    assert not of(states, "roads").remarks and not general


def test_remarks_stand_with_their_layer(city, judged):
    notes = ("“道路”图层有 2 行未采用。", "区划之间有 1 处重叠：“点位”重叠。", "数据时间不明。")
    states, general = layer_states(dataclasses.replace(city, notes=notes), judged, None)
    assert of(states, "roads").remarks == notes[:1] and of(states, "districts").remarks == notes[1:2]
    assert general == notes[2:] and not of(states, "sites").remarks


def test_unknown_words_are_told_once_and_in_chinese(city, judged):
    words = [{"layer": "sites", "column": "carrier", "word": SCRIPT, "rows": 3}]
    judged = dataclasses.replace(judged, quality={**judged.quality, "unknown_words": words})
    at_import = say("import.unknown_words", layer="点位", column="载体", count=1, words=SCRIPT)
    states, general = layer_states(city, judged, ImportNote(warnings=[at_import]))
    (remark,) = of(states, "sites").remarks
    assert "载体" in remark and "3 行" in remark and not general


def test_import_is_remembered(city, judged):
    row = {"layer": "sites", "read": 20, "taken": 16, "rejected": 4, "repaired": 1, "clipped": 0}
    states, general = layer_states(city, judged, ImportNote(layers=[row], values_left_out=5))
    assert of(states, "sites").rejected == 4 and of(states, "sites").remarks == (say("quality.repaired", count="1"),)
    assert general == (say("quality.left_out", count="5"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("WGS 84", "WGS 84"),
        ("roads: wgs84; sites: wgs84", "WGS 84"),
        ("osm: wgs84; sites: bd09", "WGS 84（地图摘录）、BD-09（百度坐标）（点位）"),
        ("roads: epsg:4549; sites: epsg:4549", "epsg:4549"),
        ("a: b; c", "a: b; c"),
    ],
)
def test_datum_in_words(text, words):
    assert datum_words(text) == words


def test_kept_cities_never_replace_each_other(user_folder, tmp_path):
    note = ImportNote(layers=[{"layer": "sites", "rejected": 2}], warnings=["请核对。"], values_left_out=1)
    kept = []
    for content in ("one", "two"):
        (tmp_path / "city.gpkg").write_text(content)
        kept.append(keep_city(tmp_path / "city.gpkg", "../测 试", note))
    assert [path.name for path in kept] == ["测_试.gpkg", "测_试_2.gpkg"]
    assert [path.read_text() for path in kept] == ["one", "two"] and not (tmp_path / "city.gpkg").exists()
    assert asdict(import_note(str(kept[0]))) == asdict(note) and import_note("demo") is None
    drop_city(kept[0])
    assert sorted(path.name for path in kept[1].parent.iterdir()) == ["测_试_2.gpkg", "测_试_2.import.json"]
    with pytest.raises(ValueError, match="not an imported city"):
        drop_city(tmp_path / "other.gpkg")
