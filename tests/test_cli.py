"""The command line: what it writes, what it says on which stream, and how it ends, also on bad input."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result

from cli import main
from data.settings import settings
from tests.cities import city, district, road, sites_along
from tests.metrics.towns import town

ROOT = Path(__file__).resolve().parents[1]
BOOK = """id: own
title: 自拟标准
document: 自拟
edition: "1"
rules:
  - id: road
    clause: "1"
    title: 道路
    class: road
    measure: along
    window_m: 500
    need: {need}
    source: {{clause: 一, confidence: C}}
"""


@pytest.fixture(scope="module")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("town") / "town.gpkg"
    town().write(file)
    return file


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def _is_refused(result: Result, *words: str, lines: int = 1) -> None:
    """Exit status 2, nothing on stdout, and one clear Chinese line for each fault, with these words."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    assert result.stdout == ""
    faults = [line for line in result.stderr.splitlines() if not line.startswith("正在")]
    assert len(faults) == lines, result.stderr
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line) for line in faults), result.stderr
    for word in words:
        assert word in result.stderr, result.stderr
    assert "Traceback" not in result.stderr


# --- what it does


def test_check_writes_the_assessment(town_file: Path, tmp_path: Path):
    result = _run("check", town_file, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    files = {"assessment.gpkg", "scores.csv", "summary.json", "source.json"}
    assert {file.name for file in (tmp_path / "out").iterdir()} == files
    assert "达标" in result.stdout
    assert "town.gpkg" in result.stderr
    assert "11-road-density" in result.stderr


def test_json_on_stdout_and_progress_on_stderr(town_file: Path, tmp_path: Path):
    result = _run("check", town_file, "--book", "zhoushan-2017", "--phase", "inspection", "--out", tmp_path, "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert len(result.stdout.splitlines()) == 1
    assert figures["status"] == json.loads((tmp_path / "summary.json").read_text("utf-8"))["status"]
    assert figures["inputs"]["phase"] == "inspection"


def test_the_process_ends_with_its_status(tmp_path: Path):
    """The real command, in a process of its own: 0 when done, 2 on bad input, with one line and no traceback."""
    drawn = city(
        roads=[road("测试大道", (0, 0), (1000, 0))],
        sites=sites_along(100, 300),
        districts=[district("甲区", -10, -10, 1010, 10)],
    )
    drawn.write(tmp_path / "small.gpkg")
    (tmp_path / "own.yaml").write_text(BOOK.format(need=2), encoding="utf-8")
    good = _process("check", tmp_path / "small.gpkg", "--book", tmp_path / "own.yaml", "--out", tmp_path, "--json")
    assert good.returncode == 0, good.stderr
    figures = json.loads(good.stdout)
    assert figures["status"] == {"pass": 0, "fail": 1, "unknown": 0}
    bad = _process("check", tmp_path / "none.gpkg", "--out", tmp_path / "no", "--json")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "none.gpkg" in bad.stderr
    assert "Traceback" not in bad.stderr
    assert not [*(tmp_path / "no").glob("*")]


def _process(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, ROOT / "cli.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_demo_and_check(tmp_path: Path):
    made = _run("demo", "--out", tmp_path / "demo.gpkg", "--json")
    assert made.exit_code == 0, made.output
    layers = json.loads(made.stdout)["layers"]
    assert layers["sites"] == pytest.approx(3000, rel=0.2)
    assert layers["districts"] >= 5
    checked = _run("check", tmp_path / "demo.gpkg", "--out", tmp_path / "out", "--json")
    assert checked.exit_code == 0, checked.output
    status = json.loads(checked.stdout)["status"]
    assert min(status.values()) > 0


def test_import_of_tables(tmp_path: Path):
    """Roads from GeoJSON, sites from a CSV in the words of the field."""
    roads = gpd.GeoDataFrame(
        {"highway": ["primary"], "name": ["测试大道"]},
        geometry=[shapely.LineString([(120.0, 30.0), (120.01, 30.0)])],
        crs=4326,
    )
    roads.to_file(tmp_path / "roads.geojson")
    table = (
        "编号,名称,经度,纬度,载体,主题\nA1,道旗,120.002,30.0001,灯杆道旗,讲文明树新风\nA2,坏行,东经,30.0,灯箱,诚信\n"
    )
    (tmp_path / "sites.csv").write_text(table, encoding="utf-8")
    out, rejects = tmp_path / "city.gpkg", tmp_path / "rejects.csv"
    files = ("--roads", tmp_path / "roads.geojson", "--sites", tmp_path / "sites.csv", "--sites-datum", "wgs84")
    result = _run("import", *files, "--out", out, "--rejects", rejects, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["layers"]["sites"] == {"read": 2, "taken": 1}
    assert figures["rejects"] == 1
    assert "东经" in rejects.read_text("utf-8-sig")
    assert _run("check", out, "--out", tmp_path / "out").exit_code == 0


# --- bad input


def test_no_such_file(tmp_path: Path):
    _is_refused(_run("check", tmp_path / "nowhere.gpkg", "--out", tmp_path), "nowhere.gpkg")
    _is_refused(_run("import", "--osm", tmp_path / "nowhere.osm.pbf", "--out", tmp_path / "c.gpkg"), "nowhere.osm.pbf")


@pytest.mark.parametrize("keep", [100, 5000, 60_000])
def test_half_a_file(town_file: Path, tmp_path: Path, keep: int):
    half = tmp_path / "half.gpkg"
    half.write_bytes(town_file.read_bytes()[:keep])
    _is_refused(_run("check", half, "--out", tmp_path / "out"), "half.gpkg")


@pytest.mark.parametrize("content", [b"", b"just a text", "一段文字".encode("gbk"), b"\x00" * 4096])
def test_another_file_inside(tmp_path: Path, content: bytes):
    file = tmp_path / "town.gpkg"
    file.write_bytes(content)
    _is_refused(_run("check", file, "--out", tmp_path / "out"), "town.gpkg")


def test_a_folder_without_layers(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    _is_refused(_run("check", tmp_path / "empty", "--out", tmp_path / "out"))


def test_neither_roads_nor_venues(tmp_path: Path):
    sites = town().sites.to_crs(4326)
    sites.to_file(tmp_path / "sites.gpkg", layer="sites")
    _is_refused(_run("check", tmp_path / "sites.gpkg", "--out", tmp_path / "out"), "道路", "场所")


def test_layers_of_other_names(tmp_path: Path):
    town().roads.to_crs(4326).to_file(tmp_path / "odd.gpkg", layer="streets")
    _is_refused(_run("check", tmp_path / "odd.gpkg", "--out", tmp_path / "out"))


def test_coordinates_that_are_no_numbers(tmp_path: Path):
    roads = town().roads.to_crs(4326)[["highway", "name", "geometry"]]
    with np.errstate(invalid="ignore"):
        roads.loc[0, "geometry"] = shapely.LineString([(float("nan"), 30.0), (120.01, 30.0)])
    roads.to_parquet(_folder(tmp_path) / "roads.parquet")
    _is_refused(_run("check", _folder(tmp_path), "--out", tmp_path / "out"))


def test_no_coordinate_system(tmp_path: Path):
    town().roads.set_crs(None, allow_override=True).to_parquet(_folder(tmp_path) / "roads.parquet")
    _is_refused(_run("check", _folder(tmp_path), "--out", tmp_path / "out"), "坐标系")


def test_a_missing_column(tmp_path: Path):
    town().roads.drop(columns="highway").to_parquet(_folder(tmp_path) / "roads.parquet")
    _is_refused(_run("check", _folder(tmp_path), "--out", tmp_path / "out"), "highway")


def test_two_faults_are_two_lines(tmp_path: Path):
    whole = town()
    whole.roads.drop(columns="highway").to_parquet(_folder(tmp_path) / "roads.parquet")
    whole.venues.drop(columns="class").to_parquet(_folder(tmp_path) / "venues.parquet")
    _is_refused(_run("check", _folder(tmp_path), "--out", tmp_path / "out"), "highway", "class", lines=2)


def test_metres_that_say_they_are_degrees(tmp_path: Path):
    town().roads.set_crs(4326, allow_override=True).to_parquet(_folder(tmp_path) / "roads.parquet")
    _is_refused(_run("check", _folder(tmp_path), "--out", tmp_path / "out"))


def test_a_locked_or_foreign_database(tmp_path: Path):
    """A SQLite file that is no GeoPackage."""
    with sqlite3.connect(tmp_path / "other.gpkg") as database:
        database.execute("CREATE TABLE roads (highway TEXT)")
    database.close()
    _is_refused(_run("check", tmp_path / "other.gpkg", "--out", tmp_path / "out"), "other.gpkg")


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir(exist_ok=True)
    return folder


# --- books and phases


def test_no_such_book(town_file: Path, tmp_path: Path):
    result = _run("check", town_file, "--book", "zhoushan-2018", "--out", tmp_path / "out")
    _is_refused(result, "zhoushan-2018", "zhoushan-2017")


def test_no_such_phase(town_file: Path, tmp_path: Path):
    _is_refused(_run("check", town_file, "--phase", "holiday", "--out", tmp_path / "out"), "holiday", "inspection")
    assert not [*(tmp_path / "out").glob("*")]


@pytest.mark.parametrize(
    ("mistake", "line", "key"),
    [("need: 2", 12, "need"), ("window_m: 500", 11, "window_m"), ("class: road", 9, "class")],
)
def test_a_mistake_in_a_book(town_file: Path, tmp_path: Path, mistake: str, line: int, key: str):
    """File, line, key, and what was expected."""
    book = tmp_path / "own.yaml"
    book.write_text(BOOK.format(need=2).replace(mistake, f"{key}: [很多]"), encoding="utf-8")
    result = _run("check", town_file, "--book", book, "--out", tmp_path / "out")
    _is_refused(result, "own.yaml", f"{line}", key)


def test_an_unknown_key_in_a_book(town_file: Path, tmp_path: Path):
    book = tmp_path / "own.yaml"
    book.write_text(BOOK.format(need=2) + "    windows: 3\n", encoding="utf-8")
    _is_refused(_run("check", town_file, "--book", book, "--out", tmp_path / "out"), "own.yaml", "windows", "14")


def test_a_book_that_is_no_yaml(town_file: Path, tmp_path: Path):
    book = tmp_path / "own.yaml"
    shutil.copy(town_file, book)
    _is_refused(_run("check", town_file, "--book", book, "--out", tmp_path / "out"), "own.yaml")


# --- the command line itself


def test_an_unknown_option(town_file: Path):
    assert _run("check", town_file, "--books", "x").exit_code == 2


def test_the_output_folder_is_a_file(town_file: Path, tmp_path: Path):
    """One clear line, not a traceback."""
    (tmp_path / "out").write_text("taken")
    _is_refused(_run("check", town_file, "--out", tmp_path / "out"), "out")


def test_check_keeps_the_assessment_for_the_pages(town_file, tmp_path, monkeypatch):
    monkeypatch.setenv("COVERAGE_DATA_FOLDER", str(tmp_path / "data"))
    settings.cache_clear()
    try:
        for _ in range(2):
            result = _run("check", town_file, "--keep", "--json", "--out", tmp_path / "out")
            assert result.exit_code == 0, result.stderr
            assert json.loads(result.stdout)["run"] == 1 and "测评编号 1" in result.stderr
        assert len(gpd.read_parquet(tmp_path / "data" / "runs" / "1" / "gaps.parquet"))
        (tmp_path / "data" / "store" / "coverage.db").write_bytes(b"this is no database at all" * 200)
        result = _run("check", town_file, "--keep", "--out", tmp_path / "out")
        assert result.exit_code == 2 and "数据库文件损坏" in result.stderr
    finally:
        settings.cache_clear()
