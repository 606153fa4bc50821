"""A scenario as tables: imported again they give the same verdicts; two scenarios side by side."""

from dataclasses import replace

import pandas as pd
import pytest

from briefing.scenario_files import write_scenario
from data._gdal import read_layer
from data.headings import label
from data.importing import ImportRequest, import_city
from data.sources import LayerSource
from data.vocabulary import vocabulary
from metrics.assessment import assess
from metrics.scenario import WhatIf, change_table, compare, edited_city, site_table
from tests.cities import city, road, site, sites_along
from tests.metrics.judging import along_rule, book_of
from tests.metrics.scenario.drawn import drawn_town, every_measure
from tests.metrics.scenario.test_scenario import ONE_STREET, at

TOWN = replace(drawn_town(3), meta={"name": "测试市", "data_date": "2026-01-31"})
EDITS = {
    "新增-1": at("新增-1", 380.123, 470.456, width_m=3.5, height_m=2.0, facing_deg=215.0, panels=2.0),
    "=新增": at("=新增", 700.001, 404, carrier="没听说过", themes="civility,our_values"),
    "s3": at("s3", 320, 600, themes=None, condition=None),
    "s5": None,
}


@pytest.mark.parametrize("file", ["scenario.gpkg:sites", "sites.csv"])
def test_the_site_table_imported_again_gives_the_same_verdicts(tmp_path, file: str):
    known = TOWN.sites["carrier"].notna()
    town, book = replace(TOWN, sites=TOWN.sites[known].reset_index(drop=True)), every_measure()
    wanted = edited_city(town, EDITS)
    package, table = write_scenario(town, EDITS, tmp_path)
    assert (package.name, table.name) == ("scenario.gpkg", "sites.csv")
    town.write(tmp_path / "city.gpkg")
    layers = {name: LayerSource(f"{tmp_path / 'city.gpkg'}:{name}") for name in town.layers if name != "sites"}
    layers["sites"] = LayerSource(f"{tmp_path}/{file}")
    found = import_city(ImportRequest(layers=layers, name="测试市", data_date="2026-01-31"))
    assert not len(found.rejects)
    again = found.city
    assert len(again.sites) == len(wanted.sites)
    mine, full = assess(again, book), assess(wanted, book)
    columns = [name for name in full.verdicts if name != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(mine.verdicts[columns]), pd.DataFrame(full.verdicts[columns]), check_exact=True
    )
    pd.testing.assert_frame_equal(mine.scores, full.scores, check_exact=True)


def test_the_spreadsheet_speaks_in_words(tmp_path):
    new = at("=新增", 700, carrier="没听说过", themes="civility,our_values")
    _, table = write_scenario(ONE_STREET, {"=新增": new}, tmp_path)
    rows = pd.read_csv(table).set_index("编号")
    words = vocabulary()
    told = rows.loc["'=新增"]
    assert told["载体"] == "没听说过" and told["主题"] == "、".join(map(words.themes.label, ("civility", "our_values")))
    assert set(rows["载体"]) - {"没听说过"} <= set(words.carriers.labels.values())


def test_the_site_table_says_what_became_of_each():
    changes = {
        "新增-1": at("新增-1", 700),
        "s0": at("s0", 103, 9),
        "s1": at("s1", 300, condition="faded"),
        "s2": None,
    }
    table = site_table(ONE_STREET, changes)
    assert dict(zip(table["id"], table["推演改动"], strict=True)) == {"s0": "移动", "s1": "属性改动", "新增-1": "新增"}
    assert table.crs.to_epsg() == 4326
    own = change_table(ONE_STREET, changes)
    assert own["id"].tolist() == ["s0", "s1", "s2", "新增-1"]
    assert own["change"].tolist() == ["移动", "属性改动", "拆除", "新增"]
    assert own["moved_m"].tolist()[:2] == [5.0, 0.0] and own["moved_m"].isna().tolist() == [False, False, True, True]
    assert (own["condition_before"][1], own["condition_after"][1]) == ("完好", "褪色")
    assert own["carrier_after"].tolist() == ["灯杆道旗", "灯杆道旗", None, "灯杆道旗"]


def test_without_changes_nothing_is_said():
    table = site_table(ONE_STREET, {})
    assert table["推演改动"].isna().all() and len(change_table(ONE_STREET, {"s9": None})) == 0


def test_a_package_holds_both_tables(tmp_path):
    package, _ = write_scenario(ONE_STREET, {"s2": None}, tmp_path)
    assert read_layer(package, "sites")["id"].tolist() == ["s0", "s1"]
    assert read_layer(package, "changes")["change"].tolist() == ["拆除"]


def test_two_scenarios_side_by_side():
    """
    A street of 1 000 m asks for one site in each 500 m and has one at 300: starts beyond 300 fail, 200 of 500 m.

    0 ------ 300 * -------- (600 *) ------ 1000
    """
    book = book_of(along_rule(500, 1))
    street = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=sites_along(300))
    add, remove = WhatIf(street, book), WhatIf(street, book)
    table = compare(add.change({"n": at("n", 600)}), remove.change({"s0": None}), ("方案", "方案"))
    assert table.columns.tolist() == ["scope", "name", "item", "现状", "方案", "方案（2）"]
    numbers = {row[2]: row[3:] for row in table.itertuples(index=False)}
    assert numbers == {
        "得分": (60.0, 100.0, 0.0),
        "不达标路段（米）": (700.0, 0.0, 1000.0),
        "转为达标（项）": (0.0, 1.0, 0.0),
        "转为不达标（项）": (0.0, 0.0, 0.0),
    }


def test_scenarios_of_different_cities_are_not_compared():
    book = book_of(along_rule(500, 1))
    other = city(roads=[road("甲路", (0, 0), (900, 0))], sites=sites_along(5))
    with pytest.raises(ValueError, match="same city"):
        compare(WhatIf(ONE_STREET, book).difference(), WhatIf(other, book).difference(), ("甲", "乙"))


def test_the_spreadsheet_speaks_chinese_and_comes_back_as_codes(tmp_path):
    """Every carrier, condition and theme by its name; a word that nobody knows stays; read again all are codes."""
    words = vocabulary()
    sites = [site(f"c{n}", 10 * n, 12, carrier=code) for n, code in enumerate(words.carriers)]
    sites += [site(f"d{n}", 10 * n, 14, condition=code) for n, code in enumerate(words.conditions)]
    sites += [site("t", 5, 16, themes="，".join(words.themes)), site("u", 5, 18, carrier="没听说过")]
    drawn = city(roads=[road("人民路", (0, 0), (600, 0))], sites=sites)
    _, table = write_scenario(drawn, {}, tmp_path)
    seen = pd.read_csv(table, dtype=str)
    shown = set(seen[[label("sites", name) for name in ("carrier", "condition", "themes")]].stack())
    assert not {*words.carriers, *words.conditions} & shown and "没听说过" in shown
    assert "、".join(words.themes.labels.values()) in shown
    drawn.write(tmp_path / "city.gpkg")
    layers = {"roads": LayerSource(f"{tmp_path / 'city.gpkg'}:roads"), "sites": LayerSource(str(table))}
    again = import_city(ImportRequest(layers=layers, name="测试市")).city.sites
    columns = ["id", "carrier", "condition", "themes"]
    pd.testing.assert_frame_equal(again[columns], drawn.sites[columns], check_dtype=False)
