"""``cli.py plan``: the files it writes, what it refuses, and that Ctrl-C keeps the best so far."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from cli import main
from data.city import City
from data.demo import demo_city
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from metrics.scenario import Site, edited_city
from tests.cities import CRS, EAST, NORTH, city, district, road, sites_along
from tests.test_cli import BOOK

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def street_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    测试大道 of 2 km with sites at 100 and 1900, one asked for in any 500 m.

    No 500 m may lie between neighbours: of the 1,800 m between them three more sites make 450 m each, two do not do.
    """
    folder = tmp_path_factory.mktemp("street")
    city(roads=[road("测试大道", (0, 0), (2000, 0))], sites=sites_along(100, 1900)).write(folder / "street.gpkg")
    (folder / "own.yaml").write_text(BOOK.format(need=1), encoding="utf-8")
    return folder / "street.gpkg"


def _plan(file: Path, out: Path, *options: object) -> Result:
    asked = ["plan", file, "--book", file.with_name("own.yaml"), "--out", out, *options]
    return CliRunner().invoke(main, [str(option) for option in asked])


def test_the_files_of_a_plan(street_file, tmp_path):
    """Three proposals between 100 and 1900 with the proof; put up, the street passes."""
    result = _plan(street_file, tmp_path, "--json", "--new-only")
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert (figures["status"], figures["new"], figures["bound"], figures["rechecked"]) == ("proved", 3, 3.0, True)
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["new"] == 3
    table = pd.read_csv(tmp_path / "plan.csv")
    assert list(table) == ["site", "kind", "carrier", "themes", "condition", "place", "closes", "cost", "lon", "lat"]
    assert table["place"].str.startswith("测试大道").all()
    assert table["closes"].tolist() == ["道路：测试大道"] * 3
    assert table["cost"].sum() == figures["cost"]
    layer = gpd.read_file(tmp_path / "plan.gpkg", layer="plan")
    assert layer.crs.to_epsg() == 4326
    drawn = City.read(street_file)
    places = layer.to_crs(drawn.crs).get_coordinates()
    new = {
        row.site: Site(row.site, round(x * 1000), round(y * 1000), row.carrier, row.themes, row.condition)
        for row, (x, y) in zip(layer.itertuples(), places.to_numpy(), strict=True)
    }
    judged = assess(edited_city(drawn, new), load_rulebook(street_file.with_name("own.yaml")))
    assert judged.verdicts["status"].tolist() == ["pass"]


def test_a_budget_for_one(street_file, tmp_path):
    """300 yuan pay for one lamp-post flag: 500 m of starts more at the most."""
    result = _plan(street_file, tmp_path, "--budget", 300, "--worth", "metres", "--new-only", "--json")
    figures = json.loads(result.stdout)
    assert (figures["new"], figures["cost"], figures["value"]) == (1, 300.0, 500.0)


def test_costs_forbidden_and_required(street_file, tmp_path):
    """Dearer flags by an own table, no room on the west half, and a spot that has to be taken."""
    drawn = City.read(street_file)
    west = gpd.GeoSeries.from_wkt([], crs=4326) if drawn.roads is None else drawn.roads.buffer(50)
    half = west.intersection(drawn.roads.geometry.iloc[0].interpolate(500).buffer(600)).to_crs(4326)
    half.to_file(tmp_path / "west.geojson")
    on_street = gpd.GeoSeries([drawn.roads.geometry.iloc[0].interpolate(1500)], crs=drawn.crs)
    spot = on_street.translate(yoff=12).to_crs(4326).iloc[0]
    spots = tmp_path / "must.csv"
    spots.write_text(f"编号,载体,主题,经度,纬度\n甲,灯箱,讲文明树新风,{spot.x},{spot.y}\n", encoding="utf-8")
    costs = tmp_path / "costs.yaml"
    costs.write_text("lamp_post_flag: 700\nposter_box: 900\n", encoding="utf-8")
    options = ["--costs", costs, "--forbid", tmp_path / "west.geojson", "--require", spots, "--new-only", "--json"]
    figures = json.loads(_plan(street_file, tmp_path / "out", *options).stdout)
    table = pd.read_csv(tmp_path / "out" / "plan.csv")
    assert "poster_box" in table["carrier"].tolist()
    assert set(table["cost"]) <= {700, 900}
    assert figures["impossible"], "the starts whose whole window is forbidden cannot be met"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sites", -1], "点位数为 -1"),
        (["--sites", 2, "--budget", 100], "只能给一个"),
        (["--budget", -5], "预算"),
        (["--rule", "没有"], "没有规则“没有”"),
        (["--district", "<b>{x}"], "<b>{x}"),
        (["--worth", "fame"], "fame"),
        (["--time-limit", -1], "时间上限"),
    ],
)
def test_what_cannot_be_asked_is_refused(street_file, tmp_path, options, words):
    result = _plan(street_file, tmp_path, *options)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("text", ["[1, 2]", "lamp_post_flag: 很贵", "a: b: c", "\x00"])
def test_a_table_of_costs_that_is_none(street_file, tmp_path, text):
    (tmp_path / "costs.yaml").write_text(text, encoding="utf-8")
    result = _plan(street_file, tmp_path, "--costs", tmp_path / "costs.yaml")
    assert result.exit_code == 2
    assert "costs.yaml" in result.stderr


def test_a_negative_cost_is_refused(street_file, tmp_path):
    (tmp_path / "costs.yaml").write_text("lamp_post_flag: -3", encoding="utf-8")
    result = _plan(street_file, tmp_path, "--costs", tmp_path / "costs.yaml")
    assert result.exit_code == 2
    assert "灯杆道旗" in result.stderr


def test_a_city_without_sites_is_told_so(tmp_path):
    city(roads=[road("测试大道", (0, 0), (2000, 0))]).write(tmp_path / "bare.gpkg")
    result = CliRunner().invoke(main, ["plan", str(tmp_path / "bare.gpkg"), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "点位" in result.stderr


def test_ctrl_c_keeps_the_best_so_far(tmp_path):
    """Interrupted while it searches, the command ends well, says so, and writes what it has."""
    demo_city().write(tmp_path / "demo.gpkg")
    command = [sys.executable, ROOT / "cli.py", "plan", tmp_path / "demo.gpkg", "--phase", "inspection"]
    options = ["--budget", "23000", "--time-limit", "300", "--out", tmp_path / "out"]
    with subprocess.Popen(
        [str(part) for part in command + options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        for line in running.stderr:
            if line.startswith("已找到的最好方案"):
                break
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    assert "停止" in out
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["ended"] == "stopped"


def test_a_required_spot_far_away_is_refused(street_file, tmp_path):
    """Longitude and latitude of another country: not a spot of this city."""
    (tmp_path / "must.csv").write_text("编号,载体,主题,经度,纬度\n甲,灯箱,讲文明树新风,100,20\n", encoding="utf-8")
    result = _plan(street_file, tmp_path / "out", "--require", tmp_path / "must.csv")
    assert result.exit_code == 2
    assert "不在这座城市" in result.stderr


def test_a_plan_of_one_district_stays_inside_when_asked(tmp_path):
    """
    No 500 m without a site, the border at 1,000 m, a site at 100 m and none after it.

    Inside, sites at 600 and 1,000 m at most (on the border) do. With a wall of forbidden ground from 900 m on none can
    stand there: what walks into the neighbour's from 900 m stays open within, and is closed over there without.
    """
    halves = [district("西区", -50, -300, 1000, 300), district("东区", 1000, -300, 2050, 300)]
    file = tmp_path / "two.gpkg"
    city(districts=halves, roads=[road("测试大道", (0, 0), (2000, 0))], sites=sites_along(100)).write(file)
    (tmp_path / "own.yaml").write_text(BOOK.format(need=1), encoding="utf-8")
    shut = gpd.GeoSeries([shapely.box(EAST + 900, NORTH - 300, EAST + 1000.5, NORTH + 300)], crs=CRS).to_crs(4326)
    shut.to_file(tmp_path / "shut.geojson")
    options = ["--district", "西区", "--new-only", "--json", "--forbid", tmp_path / "shut.geojson"]
    within = json.loads(_plan(file, tmp_path / "in", *options, "--inside").stdout)
    anywhere = json.loads(_plan(file, tmp_path / "any", *options).stdout)
    assert len(within["impossible"]) == 1 and "只在西区内找备选位置" in within["impossible"][0]["reason"]
    east = [
        gpd.read_file(tmp_path / name / "plan.gpkg", layer="plan").to_crs(CRS).geometry.x.max() - EAST
        for name in ("in", "any")
    ]
    assert east[0] < 900.01 and east[1] > 1000 and not anywhere["impossible"]
    assert "（在东区）" in "".join(pd.read_csv(tmp_path / "any" / "plan.csv")["place"])
    assert "处不在所选的区内（东区）" in anywhere["sentence"]
    refused = _plan(file, tmp_path / "none", "--inside")
    assert refused.exit_code == 2 and "--district" in refused.stderr
