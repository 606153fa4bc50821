"""The tables of a mock assessment, on the page and as a workbook."""

import openpyxl
import pandas as pd
import pytest

from briefing.mock_forms import look_at_forms, write_forms
from briefing.mock_tables import write_tables
from metrics.assessment import assess
from metrics.mock import no_results, outcome, sample
from metrics.mock.tables import SCORED, difference_table, matrix, point_table, score_table, street_item_table
from tests.cities import city, district, road, site
from tests.metrics.judging import SOURCE, along_rule, book_of
from tests.metrics.mock.drawn import BOOK, judged, small
from tests.metrics.mock.test_outcome import as_asked

HOSTILE = "=<b>`${1}`</b>&𠮷"


@pytest.fixture(scope="module")
def points():
    return sample(small(), judged(), seed=7, inspectors=2)


@pytest.fixture(scope="module")
def answer(points):
    """Everything as asked for, but 人民路 with 3 of 5."""
    filled = no_results(points).assign(found=as_asked(points))
    number = points.points.set_index("subject_name").loc["人民路", "number"]
    filled.loc[points.lines["number"] == number, "found"] = 3.0
    return outcome(points, filled, BOOK, city_name="测试市")


def test_value_full_mark_pass_rate_rank(answer):
    items = score_table(answer, "item", BOOK).set_index("项目")
    assert items.loc["道路", ["得分值", "满分", "达标率（%）", "名次", "扣分"]].tolist() == [5, 10, 50, 4, 4]
    assert items.loc["站点", ["得分值", "满分", "达标率（%）"]].tolist() == [8, 8, 100]
    streets = score_table(answer, "street", BOOK)
    assert streets.columns[0] == "街道" and streets["名次"].is_monotonic_increasing
    assert streets["扣分"].sum() == 4


def test_crossed(answer):
    table = matrix(answer, BOOK)
    assert table.index.name == "街道" and list(table) == ["道路", "站点", "公交车", "占比"]
    crossed = street_item_table(answer, BOOK)
    known = int(table.notna().to_numpy().sum())
    assert int(crossed["达标率（%）"].notna().sum()) == known


def test_without_streets_districts_stand_in_their_place():
    """No area of level street: the tables say 区."""
    ground = city(
        districts=[district("西区", -100, -100, 1000, 100), district("东区", 1000, -100, 2100, 100)],
        roads=[road("甲路", (0, 0), (900, 0)), road("乙路", (1100, 0), (2000, 0))],
        sites=[site("s", 10, 5)],
    )
    book = book_of(along_rule(500, 5, id="walk"), draw={"counts": {"road": 2}, "source": SOURCE})
    drawn = sample(ground, assess(ground, book), seed=1)
    answer = outcome(drawn, no_results(drawn).assign(found=5.0), book, city_name="x")
    assert not answer.by_street
    assert score_table(answer, "street", book)["区"].tolist() == ["东区", "西区"]
    assert matrix(answer, book).index.tolist() == ["东区", "西区"]


def test_workbook(points, answer, tmp_path):
    file = write_tables(points, answer, BOOK, tmp_path / "t.xlsx", name=HOSTILE, city_name=HOSTILE)
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == [
        "总况", "项目", "街道", "责任单位", "区", "街道×项目", "街道×项目明细", "逐点结果", "与模型对照",
    ]  # fmt: skip
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(str(cell.value) == f"'{HOSTILE}" for cell in workbook["总况"]["B"])
    assert workbook["逐点结果"].max_row == len(answer.found) + 1
    assert workbook["与模型对照"].max_row == len(answer.differences) + 1


def test_workbook_of_nothing(points, tmp_path):
    empty = outcome(points, no_results(points), BOOK, city_name="x")
    write_tables(points, empty, BOOK, tmp_path / "t.xlsx", name="x", city_name="x")
    assert all(score_table(empty, scope, BOOK)["得分值"].isna().all() for scope in SCORED)
    assert matrix(empty, BOOK).empty or matrix(empty, BOOK).isna().all(axis=None)
    assert difference_table(empty).empty and len(point_table(points, empty, BOOK)) == len(empty.found)


def test_what_can_be_taken_is_and_the_rest_is_told(points, tmp_path):
    """Text, negative, 1e308, a formula without result and a doubled row are told; the other lines are taken."""
    file = write_forms(points, BOOK, tmp_path / "forms.xlsx", city_name="&" * 3)
    workbook = openpyxl.load_workbook(file)
    first, second = workbook["第1组"], workbook["第2组"]
    keys = [cell.value for cell in first["A"]][1:]
    for row, value in ((2, "五处"), (3, -1), (4, 1e308), (5, "=1+1"), (6, 2)):
        first.cell(row, 9).value = value
    first.append([first.cell(7, 1).value, *[None] * 7, 9, "重"])
    second["I2"] = 4
    workbook.save(file)
    taken = look_at_forms(file, points)
    assert len(taken.faults) == 5
    assert next(fault for fault in taken.faults if "公式" in fault).count(keys[3]) == 1
    second_keys = [cell.value for cell in second["A"]][1:]
    assert taken.table["key"].tolist() == [keys[4], second_keys[0]]
    assert taken.table["found"].tolist() == [2.0, 4.0]


def test_empty_forms_hold_nothing(points, tmp_path):
    taken = look_at_forms(write_forms(points, BOOK, tmp_path / "forms.xlsx"), points)
    assert taken.table.empty and taken.faults == ()


def test_the_form_of_one_inspector(points, tmp_path):
    file = write_forms(points, BOOK, tmp_path / "one.xlsx", inspectors=[2])
    assert openpyxl.load_workbook(file).sheetnames == ["说明", "第2组"]
    assert look_at_forms(file, points).faults == ()


def test_names_are_data(tmp_path):
    ground = city(
        districts=[district(HOSTILE, -100, -100, 1000, 100)],
        roads=[road(HOSTILE * 40, (0, 0), (900, 0))],
        sites=[site("s", 10, 5)],
    )
    book = book_of(along_rule(500, 5, id="walk", title=HOSTILE), draw={"counts": {"road": 1}, "source": SOURCE})
    drawn = sample(ground, assess(ground, book), seed=1)
    file = write_forms(drawn, book, tmp_path / "forms.xlsx", city_name=HOSTILE)
    cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert look_at_forms(file, drawn).faults == ()
    table = point_table(drawn, outcome(drawn, no_results(drawn), book, city_name=HOSTILE), book)
    assert isinstance(table, pd.DataFrame) and table["名称"].iloc[0] == HOSTILE * 40
