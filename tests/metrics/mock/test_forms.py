"""Forms as tables and as Excel, written, filled in and read back."""

import openpyxl
import pandas as pd
import pytest

from briefing.mock_forms import read_forms, write_forms
from data.errors import DataError
from metrics.mock import checked_results, form, no_results, sample
from tests.metrics.mock.drawn import BOOK, judged, small

COLUMNS = ["编号", "类别", "名称", "位置", "街道", "条款", "查看内容", "应有", "实有", "备注"]


@pytest.fixture(scope="module")
def points():
    return sample(small(), judged(), seed=7, inspectors=2)


@pytest.fixture
def file(points, tmp_path):
    return write_forms(points, BOOK, tmp_path / "forms.xlsx", city_name="测试市")


def changed(file, change):
    """The workbook after somebody changed it."""
    workbook = openpyxl.load_workbook(file)
    change(workbook)
    workbook.save(file)
    return file


def test_every_line_is_on_one_form(points):
    forms = [form(points, n, book=BOOK) for n in (1, 2)]
    assert all(list(table) == COLUMNS for table in forms)
    assert pd.concat(forms)["编号"].tolist() == points.lines["key"].tolist()
    assert all(table[["实有", "备注"]].isna().all(axis=None) for table in forms)
    with pytest.raises(ValueError, match="no inspector 3"):
        form(points, 3)


def test_blank_forms_read_back(points, file):
    pd.testing.assert_frame_equal(read_forms(file, points), no_results(points))


def test_numbers_and_remarks_read_back(points, file):
    def fill(workbook):
        sheet = workbook["第1组"]
        sheet["I2"], sheet["J2"] = 3, "=HYPERLINK(1)"
        sheet["I3"], sheet["J3"] = " 4 ", "褪色"
        workbook["第2组"]["I2"] = 0

    found = read_forms(changed(file, fill), points)
    assert found["found"].iloc[:2].tolist() == [3, 4]
    assert found["remark"].iloc[1] == "褪色"
    second = len(form(points, 1))
    assert found["found"].iloc[second] == 0
    assert found["found"].notna().sum() == 3


def test_one_form_of_two(points, file):
    """A file may hold some of the forms; the others stay open. Rows may be sorted, columns added."""

    def change(workbook):
        del workbook["第2组"]
        sheet = workbook["第1组"]
        sheet["K1"] = "照片"
        sheet["I2"] = 1
        sheet.move_range("A2:J2", rows=40)

    found = read_forms(changed(file, change), points)
    assert found["found"].iloc[0] == 1
    assert found["found"].notna().sum() == 1


def test_the_workbook_holds_no_formula_and_says_what_it_is(points, file):
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == ["说明", "第1组", "第2组"]
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    texts = [str(cell.value) for cell in cells]
    assert "'=1路" in texts
    assert {points.code, small().fingerprint, BOOK.fingerprint, "7"} <= set(texts)
    sheet = workbook["第1组"]
    assert (sheet.page_setup.orientation, sheet.print_title_rows, sheet.freeze_panes) == ("landscape", "$1:$1", "A2")


def test_all_faults_at_once(points, file):
    keys = [form(points, n)["编号"].tolist() for n in (1, 2)]

    def spoil(workbook):
        first, second = workbook["第1组"], workbook["第2组"]
        first["I7"] = "五处"
        first["I3"] = -1
        first["I4"] = 1.5
        first["A5"] = "别处-1"
        first["A6"] = first["A2"].value
        second["I1"] = "实测"

    with pytest.raises(DataError) as caught:
        read_forms(changed(file, spoil), points)
    assert caught.value.faults == [
        f"工作表“第1组”缺少 2 行：{keys[0][3]}、{keys[0][4]}；请补回这些行，未测的“实有”留空即可",
        f"工作表“第1组”中编号重复：{keys[0][0]}；每个编号只保留一行",
        "工作表“第1组”中有不属于本组的编号：别处-1；请核对编号或删去这些行",
        f"工作表“第1组”编号 {keys[0][1]} 的“实有”为“-1”，应为 0 到 10 亿之间的数",
        f"工作表“第1组”编号 {keys[0][2]} 的“实有”为“1.5”，应为整数",
        f"工作表“第1组”编号 {keys[0][5]} 的“实有”为“五处”，不是数字；请只填数字，未测留空",
        f"工作表“第2组”的表头被改动，找不到“实有”列（现有：{'、'.join(COLUMNS[:8])} 等 10 个）；请恢复原表头",
    ]


def test_forms_of_another_sample_or_no_forms(points, file, tmp_path):
    other = sample(small(), judged(), seed=8, inspectors=2)
    with pytest.raises(DataError, match="不是本次抽样的记录表"):
        read_forms(file, other)
    with pytest.raises(DataError, match="没有任何一组的工作表"):
        read_forms(changed(file, lambda book: [book.remove(book[name]) for name in ("第1组", "第2组")]), points)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(DataError):
        read_forms(broken, points)
    with pytest.raises(DataError):
        read_forms(tmp_path / "absent.xlsx", points)
    text = tmp_path / "forms.csv"
    text.write_text("编号,实有\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="不是 Excel 工作簿"):
        read_forms(text, points)


@pytest.mark.parametrize("cell", ["nan", "inf", "1e99", "１２３四", "0x10", "1,5", "1_0"])
def test_what_is_no_number(points, cell):
    table = form(points, 1)
    table.loc[0, "实有"] = cell
    with pytest.raises(DataError, match="实有"):
        checked_results(points, {1: table})
