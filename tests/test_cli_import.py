"""``cli.py import``: a city out of files or out of an Overpass API, figures for machines, one line for a fault."""

import json

import pytest
from click.testing import CliRunner, Result

from cli import BAD_INPUT, main
from data import settings as module
from data.city import City
from tests.handed_in import sites_text, write_road
from tests.overpass_server import ANSWER, BOX, Server

AREA = ",".join(str(number) for number in BOX)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Folders and settings of this test instead of the user's."""
    for name in ("data_folder", "cache_folder"):
        monkeypatch.setenv(f"COVERAGE_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("COVERAGE_SETTINGS", str(tmp_path / "settings.toml"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    module.settings.cache_clear()
    yield
    module.settings.cache_clear()


@pytest.fixture
def overpass(monkeypatch):
    """An Overpass API on this machine that the settings name."""
    server = Server()
    monkeypatch.setenv("COVERAGE_OVERPASS_URL", server.url)
    monkeypatch.setenv("COVERAGE_OVERPASS_PAUSE_S", "0")
    module.settings.cache_clear()
    yield server
    server.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def fault_of(result: Result) -> list[str]:
    """The lines on stderr of a run that was refused, without the progress."""
    assert result.exit_code == BAD_INPUT and not result.stdout
    return [line for line in result.stderr.splitlines() if not line.startswith("正在")]


def test_files_become_a_city(tmp_path):
    sites, out, rejects = tmp_path / "sites.csv", tmp_path / "city.gpkg", tmp_path / "rejects.csv"
    sites.write_text(sites_text(more="=s5,公式,道旗,诚信,=1+1,30.05,60,无\n"), encoding="gbk")
    roads = f"{write_road(tmp_path)}:main_streets"
    result = run("--roads", roads, "--sites", sites, "--name", "测试市", "--rejects", rejects, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["layers"] == {"roads": {"read": 1, "taken": 1}, "sites": {"read": 5, "taken": 3}}
    assert figures["rejects"] == 2 and "正在读取" in result.stderr
    city = City.read(out)
    assert city.roads["name"].tolist() == ["测试大道"] and sorted(city.sites["id"]) == ["s1", "s2", "s3"]
    lines = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3 and ",'=1+1," in lines[2]


def test_faults_are_one_line_each(tmp_path):
    assert len(fault_of(run("--roads", tmp_path / "no.shp", "--sites", tmp_path / "no.csv", "--out", "x.gpkg"))) == 2


def test_overpass_takes_the_place_of_an_extract(tmp_path, overpass):
    sites, out = tmp_path / "sites.csv", tmp_path / "city.gpkg"
    sites.write_text("编号,载体,经度,纬度\na,道旗,121.004,31.0011\n", encoding="utf-8")
    result = run("--overpass", AREA, "--admin-level", 6, "--sites", sites, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["layers"]["roads"] == {"read": 1, "taken": 1}
    city = City.read(out)
    assert city.roads["name"].tolist() == ["中山路"] and city.districts["name"].tolist() == ["测试区"]
    assert city.sites["id"].tolist() == ["a"], "a file replaces the layer of the map"
    assert overpass.url in city.meta["source"] and "OpenStreetMap" in city.meta["licence"]
    assert len(overpass.questions) == 1


def test_overpass_that_fails_is_told(tmp_path, overpass):
    overpass.replies = [(200, "<html>"), (200, ANSWER)]
    out = tmp_path / "city.gpkg"
    (fault,) = fault_of(run("--overpass", AREA, "--out", out))
    assert overpass.url in fault and not out.exists()


@pytest.mark.parametrize("area", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5", "121,31,120,32", "nan,1,2,3"])
def test_box_that_is_none(area, overpass, tmp_path):
    (fault,) = fault_of(run("--overpass", area, "--out", tmp_path / "city.gpkg"))
    assert "西,南,东,北" in fault and not overpass.questions


def test_no_overpass_in_the_settings(tmp_path):
    (fault,) = fault_of(run("--overpass", AREA, "--out", tmp_path / "city.gpkg"))
    assert "overpass_url" in fault


def test_extract_and_overpass_together(tmp_path):
    (fault,) = fault_of(run("--overpass", AREA, "--osm", "x.osm.pbf", "--out", tmp_path / "city.gpkg"))
    assert "只能选一种" in fault
