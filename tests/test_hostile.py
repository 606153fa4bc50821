"""
Hostile files through the command line: each ends with a sentence or a plain result, never with a traceback.

The city is a main road of 2 km with a site every 100 m, a square and a stop beside it, in two districts.
"""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from cli import BAD_INPUT, main
from data._gdal import write_layer
from data.files import split_layer
from geo.crs import WGS84
from tests.cities import building, district, layer, road, sites_along, venue

SCRIPT = "<script>alert(1)</script>`${alert(1)}`"
TEXTS = {
    "script": SCRIPT,
    "formula": '=HYPERLINK("http://x","y")',
    "long": "长" * 10_000,
    "lines": "第一行\n第二行\t第三段",
    "rare": "𠮷𪚥😀é",
    "format": "{0} {name} %s \\N",
}

BOOKS = {"binary": bytes(range(256)) * 10, "huge": b"a: 1\n" * 100_000, "empty": b"", "folder": None}


def layers() -> dict[str, gpd.GeoDataFrame]:
    rows = {
        "districts": [district("甲区", -100, -500, 1000, 500), district("乙区", 1000, -500, 2100, 500)],
        "roads": [road("测试大道", (0, 0), (2000, 0)), road("横街", (500, -400), (500, 400))],
        "buildings": [building(100, 20, 140, 60)],
        "venues": [venue("v1", "广场", shapely.box(600, 100, 700, 200)), venue("v2", "公交站", shapely.Point(300, 8))],
        "sites": sites_along(*range(0, 2000, 100)),
        "areas": [({"kind": "居住用地"}, shapely.box(0, 200, 100, 400))],
    }
    drawn = {name: layer([row for row, _ in some], [shape for _, shape in some]) for name, some in rows.items()}
    return {name: frame.to_crs(WGS84) for name, frame in drawn.items()}


def write_city(folder: Path, some: dict[str, gpd.GeoDataFrame]) -> Path:
    """As another program would write it: nothing checked, nothing put right."""
    file = folder / "city.gpkg"
    for name, frame in some.items():
        write_layer(frame, file, name)
    return file


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def check(city: Path, *more: object) -> Result:
    return run("check", city, "--book", "index-assessment", "--out", city.parent / "out", *more)


def refused(result: Result, *words: str) -> str:
    """The one sentence a refused input ends with."""
    assert result.exit_code == BAD_INPUT, result.output
    last = result.stderr.strip().splitlines()[-1]
    assert all(word in last for word in words), last
    assert "Traceback" not in result.stderr and not result.stdout
    return last


def figures(city: Path) -> dict:
    result = check(city, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    return write_city(tmp_path_factory.mktemp("good"), layers())


def without(*names: str) -> dict[str, gpd.GeoDataFrame]:
    return {name: frame for name, frame in layers().items() if name not in names}


def emptied(*names: str) -> dict[str, gpd.GeoDataFrame]:
    return {name: frame.iloc[:0] if name in names else frame for name, frame in layers().items()}


# --- layers that are not there


@pytest.mark.parametrize("name", ["districts", "buildings", "areas", "roads", "venues"])
@pytest.mark.parametrize("lessen", [without, emptied])
def test_a_layer_that_is_absent_or_empty(tmp_path, name, lessen):
    assert figures(write_city(tmp_path, lessen(name)))["status"]


def test_without_a_sites_layer_nothing_is_judged_but_an_empty_one_fails(tmp_path):
    (tmp_path / "a").mkdir()
    absent = figures(write_city(tmp_path / "a", without("sites")))
    empty = figures(write_city(tmp_path, emptied("sites")))
    assert absent["status"]["fail"] == absent["status"]["pass"] == 0
    assert empty["status"]["fail"] > 0


@pytest.mark.parametrize("some", [{"sites": layers()["sites"]}, emptied(*layers())], ids=["sites", "empty"])
def test_nothing_to_judge(tmp_path, some):
    refused(check(write_city(tmp_path, some)), "既没有道路也没有场所")


@pytest.mark.parametrize("name", ["roads", "venues"])
def test_a_city_of_one_thing(tmp_path, name):
    """Without sites taken stock of, nothing is known."""
    status = figures(write_city(tmp_path, {name: layers()[name].iloc[:1]}))["status"]
    assert status["fail"] == status["pass"] == 0 < status["unknown"]


# --- places


def test_longitude_and_latitude_swapped(tmp_path):
    some = layers()
    turned = shapely.transform(some["sites"].geometry.to_numpy(), lambda xy: xy[:, ::-1])
    some["sites"] = some["sites"].set_geometry(gpd.GeoSeries(turned, crs=WGS84))
    refused(check(write_city(tmp_path, some)), "点位", "20 行", "写反")


def test_coordinates_that_are_no_numbers(tmp_path):
    some = layers()
    shapes = some["sites"].geometry.to_numpy()
    shapes[2] = shapely.Point(np.nan, 30)
    some["sites"] = some["sites"].set_geometry(gpd.GeoSeries(shapes, crs=WGS84))
    refused(check(write_city(tmp_path, some)), "点位", "第 3 行")


def test_a_layer_without_crs(tmp_path):
    some = layers()
    some["roads"] = some["roads"].set_crs(None, allow_override=True)
    refused(check(write_city(tmp_path, some)), "道路", "没有说明坐标系")


def test_each_layer_in_a_crs_of_its_own(tmp_path, good):
    some = layers()
    some["roads"], some["sites"] = some["roads"].to_crs(3857), some["sites"].to_crs(4549)
    assert figures(write_city(tmp_path, some))["status"] == figures(good)["status"]


# --- cells


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_that_mean_something_to_a_machine(tmp_path, kind):
    some = layers()
    for name, columns in {
        "districts": ["unit"], "roads": ["name"], "venues": ["name", "unit"], "sites": ["name", "unit", "photo"]
    }.items():  # fmt: skip
        some[name] = some[name].assign(**dict.fromkeys(columns, TEXTS[kind]))
    some["districts"]["name"] = ["甲" + TEXTS[kind], TEXTS[kind]]
    city = write_city(tmp_path, some)
    assert figures(city)["status"]["fail"] > 0
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    cells = scores["name"].dropna()
    assert not cells.str.startswith(("=", "+", "-", "@")).any()
    assert not cells.str.contains("\n").any()
    gaps = gpd.read_file(tmp_path / "out" / "assessment.gpkg", layer="gaps")
    shown = " ".join(TEXTS[kind].split())[:20]
    assert any(shown in " ".join(str(text).split()) for text in gaps["district"])


def test_what_cannot_be_read_in_a_cell_is_told(tmp_path):
    some = layers()
    some["sites"]["width_m"] = ["1.2m", "abc"] + [None] * 18
    some["sites"]["facing_deg"] = ["东北", "随便"] + [None] * 18
    some["venues"]["class"] = ["广场", "宇宙港"]
    result = check(write_city(tmp_path, some))
    assert result.exit_code == 0
    notes = [line for line in result.stderr.splitlines() if not line.startswith("正在")]
    assert len(notes) == 3
    assert all(any(word in note for note in notes) for word in ("abc", "随便", "宇宙港"))


def test_a_district_of_which_it_is_not_said_whether_it_was_surveyed(tmp_path):
    some = layers()
    some["districts"]["surveyed"] = ["是", "也许"]
    refused(check(write_city(tmp_path, some)), "区划", "surveyed", "也许")


@pytest.mark.parametrize("ids", [np.arange(20.0), np.arange(20), [f"{n}.0" for n in range(20)]])
def test_numbers_as_ids(tmp_path, ids):
    some = layers()
    some["sites"]["id"] = ids
    assert figures(write_city(tmp_path, some))["status"]["fail"] > 0


def test_ids_that_are_missing_or_double(tmp_path):
    some = layers()
    some["sites"]["id"] = [None, "a", "a "] + [f"s{n}" for n in range(17)]
    result = check(write_city(tmp_path, some))
    refused(result, "1 个重复")
    assert "1 行没有编号" in result.stderr


def test_a_building_over_the_whole_square(tmp_path):
    some = layers()
    some["buildings"] = layer([{"height_m": 3.0}], [shapely.box(500, 50, 800, 300)]).to_crs(WGS84)
    assert figures(write_city(tmp_path, some))["status"]


def test_many_sites_at_one_place_take_no_longer(tmp_path):
    some = layers()
    rows = [{"id": f"s{number}", "carrier": "道旗", "themes": "诚信"} for number in range(3000)]
    some["sites"] = layer(rows, [shapely.Point(100, 5)] * len(rows)).to_crs(WGS84)
    assert figures(write_city(tmp_path, some))["quality"]["duplicate_sites"] == 3000


# --- files


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.gpkg", b"<html>", ["网页"]),
        ("b.gpkg", b"SQLite format 3\0" + b"\0" * 20, ["不完整"]),
        ("c.gpkg", b"", ["是空的"]),
        ("d.txt", "你好".encode(), ["普通文本"]),
    ],
)
def test_a_city_that_is_something_else(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    last = refused(check(tmp_path / name), name, *words)
    assert str(tmp_path) not in last


def test_half_a_city(tmp_path, good):
    whole = good.read_bytes()
    (tmp_path / "half.gpkg").write_bytes(whole[: len(whole) // 2])
    refused(check(tmp_path / "half.gpkg"), "half.gpkg", "不完整")
    refused(check(tmp_path / "none.gpkg"), "找不到文件 none.gpkg")


def test_results_that_cannot_be_written(tmp_path, good):
    (tmp_path / "file").write_text("x")
    refused(run("check", good, "--out", tmp_path / "file"))
    refused(run("check", good, "--out", tmp_path / "file" / "below"))
    refused(run("import", "--roads", f"{good}:roads", "--out", tmp_path / "file" / "city.gpkg"))
    refused(run("import", "--roads", f"{good}:roads", "--out", tmp_path / ("长" * 300 + ".gpkg")))


@pytest.mark.parametrize("content", BOOKS.values(), ids=list(BOOKS))
def test_a_rule_book_that_is_none(tmp_path, good, content):
    book = tmp_path / "book.yaml"
    book.mkdir() if content is None else book.write_bytes(content)
    refused(run("check", good, "--out", tmp_path / "out", "--book", book), "规则书" if content is None else "book.yaml")
    refused(run("check", good, "--out", tmp_path / "out", "--book", "长" * 3000))


# --- what is imported


def sites_csv(folder: Path, *rows: str, name: str = "s.csv") -> Path:
    text = "编号,名称,载体,主题,经度,纬度\n" + "".join(f"{row}\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def imported(good: Path, folder: Path, sites: Path | str, *more: object) -> Result:
    return run("import", "--roads", f"{good}:roads", "--sites", sites, "--out", folder / "out.gpkg", *more)


def test_rows_that_cannot_be_taken_are_in_the_rejects_table(tmp_path, good):
    x, y = layers()["sites"].geometry.iloc[0].coords[0]
    rows = [f"a,点,道旗,诚信,{x},{y}", f"a,点,道旗,诚信,{x},{y}", f"b,点,道旗,诚信,nan,{y}", f"c,点,道旗,诚信,{y},{x}",
            "d,=1+1,道旗,诚信,0,0", f"e,点,,诚信,{x},{y}", f"f,{SCRIPT},道旗,诚信,inf,{y}"]  # fmt: skip
    result = imported(good, tmp_path, sites_csv(tmp_path, *rows), "--json", "--rejects", tmp_path / "rejects.csv")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["layers"]["sites"] == {"read": 7, "taken": 1}
    assert sorted(set(pd.read_csv(tmp_path / "rejects.csv")["row"])) == [3, 4, 5, 6, 7, 8]


def test_a_table_of_which_no_row_can_be_taken_is_no_empty_stock(tmp_path, good):
    """Judged as a stock of no sites everything would fail; nothing is known of it."""
    refused(imported(good, tmp_path, sites_csv(tmp_path, "a,点,道旗,诚信,,", "b,点,道旗,诚信,,")), "2 行", "没有坐标")
    result = imported(good, tmp_path, sites_csv(tmp_path), "--json")
    assert result.exit_code == 0 and "点位”图层是空的" in result.stderr


def test_rejects_on_the_screen_are_one_line_each(tmp_path, good):
    x, y = layers()["sites"].geometry.iloc[0].coords[0]
    table = sites_csv(tmp_path, f"a,点,道旗,诚信,{x},{y}", 'b,"两\n行",道旗,诚信,"1\n2",')
    told = [line for line in imported(good, tmp_path, table).stderr.splitlines() if line.startswith("未采用")]
    assert len(told) == 1 and "点位 第 3 行" in told[0] and "None" not in told[0]


@pytest.mark.parametrize("content", [b'{"a": 1}', b'{"a":' * 100_000, b'{"type":"Topology","objects":{}}'])
def test_json_that_is_no_geography(tmp_path, good, content):
    (tmp_path / "s.geojson").write_bytes(content)
    refused(imported(good, tmp_path, tmp_path / "s.geojson"), "s.geojson", "不是可识别的地理数据")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("s.geojson", b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>', ["VRT"]),
        ("s.geojson", b"<!DOCTYPE html><html></html>", ["网页"]),
        ("s.geojson", b'<?xml version="1.0"?><x/>', ["XML"]),
        ("s.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","geom', ["s.geojson"]),
        ("s.xlsx", b"PK\x03\x04" + b"\0" * 100, ["s.xlsx"]),
        ("s.zip", b"PK\x03\x04" + b"\0" * 100, ["s.zip"]),
        ("s.kml", b"<kml><Placemark>", ["s.kml"]),
        ("s.parquet", b"PAR1" + b"\0" * 100, ["s.parquet"]),
        ("s.csv", "编号,名称".encode("utf-16-le"), ["s.csv"]),
        ("s.csv", b"\xff\xfe\x00", ["s.csv"]),
        ("s.doc", b"\xd0\xcf\x11\xe0", ["s.doc"]),
        ("s.csv", b"", ["是空的"]),
    ],
)
def test_a_layer_file_that_is_something_else(tmp_path, good, name, content, words):
    (tmp_path / name).write_bytes(content)
    last = refused(imported(good, tmp_path, tmp_path / name), *words)
    assert str(tmp_path) not in last


def test_archives_that_would_do_harm(tmp_path, good):
    bomb, outside, nested = tmp_path / "bomb.zip", tmp_path / "outside.zip", tmp_path / "nested.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("s.csv", "w") as member:
        for _ in range(300):
            member.write(b"0" * (1 << 20))
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr("../../s.csv", "x")
    with zipfile.ZipFile(nested, "w") as archive:
        archive.write(bomb, "s.zip")
    refused(imported(good, tmp_path, bomb), "bomb.zip", "未解开")
    refused(imported(good, tmp_path, outside), "outside.zip", "包外")
    refused(imported(good, tmp_path, nested), "nested.zip", "没有可以读的数据文件")
    assert not list(tmp_path.parent.glob("s.csv"))


def test_files_above_the_limit(tmp_path, good, monkeypatch):
    monkeypatch.setattr("data.files.settings", lambda: {"largest_file_mb": "1"})
    large = sites_csv(tmp_path, *["x" * 1000] * 1100)
    refused(imported(good, tmp_path, large), "超过上限 1 MB", "largest_file_mb")


def test_half_an_extract(tmp_path, real_data):
    whole = next((real_data / "monaco").glob("*.pbf")).read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    refused(run("import", "--osm", tmp_path / "half.osm.pbf", "--out", tmp_path / "out.gpkg"), "half.osm.pbf")
    assert not (tmp_path / "out.gpkg").exists()


def test_a_workbook_with_formulas_and_a_path(tmp_path, good):
    x, y = layers()["sites"].geometry.iloc[0].coords[0]
    book = openpyxl.Workbook()
    for row in (["编号", "名称", "载体", "主题", "经度", "纬度", "照片"],
                [1, '=cmd|"/c calc"!A0', "道旗", "诚信", x, y, "C:\\照片\\a.jpg"]):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "s.xlsx")
    result = imported(good, tmp_path, tmp_path / "s.xlsx")
    assert result.exit_code == 0, result.output
    sites = gpd.read_file(tmp_path / "out.gpkg", layer="sites")
    assert sites["photo"].tolist() == ["C:\\照片\\a.jpg"] and sites["id"].tolist() == ["1"]


def test_addresses_are_no_files(tmp_path, good):
    for address in ("http://127.0.0.1:9/s.geojson", "/vsicurl/http://127.0.0.1:9/s.geojson", "PG:dbname=x"):
        refused(imported(good, tmp_path, address))
    assert split_layer("a\0b.gpkg")[1] is None
    refused(imported(good, tmp_path, "a\0b.gpkg"))
