"""What the page 覆盖检查 looks at and explains, on the city of `small`, which is solved by hand there."""

import io

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from geo.crs import WGS84
from metrics.assessment import Assessment, assess
from metrics.listing import Filters, counts, failing_length_m, findings, found_of_due, narrowed, walk_probability
from metrics.rulebook import load_rulebook
from tests.cities import EAST, NORTH
from tests.views.small import PASSING_SHARE, SCRIPT, small_city
from views.picking import Click, click_of, picked_finding, picked_street
from views.ranking import lowest_mark, ranking_html
from views.tables import findings_table, table_csv, table_xlsx

ROAD, SQUARE = "11-road-density", "5-square-view"


@pytest.fixture(scope="module")
def city():
    return small_city()


@pytest.fixture(scope="module")
def assessment(city) -> Assessment:
    return assess(city, load_rulebook("zhoushan-2017"), "routine")


@pytest.fixture(scope="module")
def listed(assessment) -> gpd.GeoDataFrame:
    return findings(assessment)


def street_of(assessment) -> str:
    return assessment.streets["street"].iloc[0]


def test_every_finding_once_and_the_greatest_shortage_first(assessment, listed):
    failing = listed[listed["status"] == "fail"]
    assert listed["key"].is_unique
    assert list(failing["missing"]) == sorted(failing["missing"], reverse=True) == [8, 5, 5, 1]
    assert list(failing["is_line"]) == [False, True, True, False]
    others = assessment.verdicts["status"] != "fail"
    assert counts(listed) == {
        "fail": 4,
        "unknown": int((assessment.verdicts["status"] == "unknown").sum()),
        "pass": int((assessment.verdicts["status"] == "pass").sum()),
    }
    assert len(listed) == 4 + others.sum()


def test_found_of_due(assessment, listed):
    said = {row.key.split("|")[0]: found_of_due(row, assessment) for row in listed.itertuples()}
    assert said[SQUARE] == "2 / 10"
    assert said[ROAD] == "0 / 5"


def test_filters(assessment, listed):
    east = narrowed(listed, Filters(district="东区", rule=ROAD))
    assert [(row.from_m, row.to_m) for row in east.itertuples()] == [(1000, 1950)]
    assert set(narrowed(listed, Filters(class_="square"))["class"]) == {"square"}
    assert narrowed(listed, Filters(unit="无此单位")).empty


def test_walk_probability_is_the_share_of_passing_starts(assessment):
    share, window_m = walk_probability(assessment, Filters())
    assert (share, window_m) == (pytest.approx(PASSING_SHARE), 500)
    assert walk_probability(assessment, Filters(class_="square")) is None


def test_failing_metres_count_once():
    lines = pd.DataFrame(
        {"subject": ["a", "a", "a", "b"], "from_m": [0.0, 50.0, 300.0, 0.0], "to_m": [100.0, 200.0, 400.0, 10.0]}
    )
    assert failing_length_m(lines) == 200 + 100 + 10


def click(x: float, y: float, zoom: float = 15) -> Click:
    point = gpd.GeoSeries([shapely.Point(EAST + x, NORTH + y)], crs="EPSG:4549").to_crs(WGS84).iloc[0]
    return Click(point.x, point.y, zoom)


def test_a_click_means_the_nearest_mark(assessment, listed):
    shown = listed[listed.geometry.notna() & (listed["status"] == "fail")]
    assert shown.crs.to_epsg() == 4549
    assert picked_finding(click(1505, 503), shown).startswith("5-square")
    assert picked_finding(click(300, 10), shown).startswith(f"{ROAD}|")
    assert picked_finding(click(300, 400), shown) is None
    assert picked_street(click(10, 20), assessment.streets) == street_of(assessment)
    assert picked_street(click(10, 900), assessment.streets) is None


def test_a_finger_is_wider_far_out(listed):
    shown = listed[listed["is_line"] & (listed["status"] == "fail")]
    assert picked_finding(click(300, 60, zoom=17), shown) is None
    assert picked_finding(click(300, 60, zoom=13), shown) is not None


def test_click_of_what_the_map_returns():
    assert click_of({"last_clicked": {"lat": 30.0, "lng": 120.0, "alt": 13.5}}) == Click(120.0, 30.0, 13.5)
    assert click_of({"last_clicked": None}) is None
    assert click_of(None) is None


def test_ranking_names_every_district_and_what_it_lacks(assessment, listed):
    html = ranking_html(assessment, listed)
    assert html.index("东区") < html.index("西区")  # 5.6 before 5.0
    assert "5.6" in html and "5.0" in html and "0–100 分" in html
    assert "1 段 950 米" in html and "2 处场所" in html


@pytest.mark.parametrize(("worst", "low"), [(91.0, 70), (70.0, 70), (69.9, 60), (5.0, 0), (float("nan"), 70)])
def test_the_line_reaches_down_to_the_worst_score(worst, low):
    assert lowest_mark(pd.Series([95.0, worst])) == low


def test_texts_of_the_data_stay_texts():
    city = small_city(street=SCRIPT, square=SCRIPT, east=SCRIPT)
    assessment = assess(city, load_rulebook("zhoushan-2017"), "routine")
    assert "<img src=x" not in ranking_html(assessment, findings(assessment))


def test_table_and_files():
    city = small_city(street="=1+1", square="@SUM(A1)")
    assessment = assess(city, load_rulebook("zhoushan-2017"), "routine")
    listed = findings(assessment)
    table = findings_table(listed[listed["status"] == "fail"], assessment)
    assert list(table["位置"]) == ["@SUM(A1)", "=1+1", "=1+1", "@SUM(A1)"]
    assert list(table["缺（处）"]) == [8, 5, 5, 1]
    assert "'=1+1" in table_csv(table).decode("utf-8-sig") and ",=1+1" not in table_csv(table).decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(table_xlsx(table))).active
    assert [cell.value for cell in sheet[1]] == list(table.columns)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["K3"].value == 5
