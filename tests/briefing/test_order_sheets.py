"""The sheet for units without access: written, filled in, read back; changed headings, hostile cells and sizes."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from briefing import order_sheets
from briefing.order_sheets import Read, read_sheet, write_sheet
from data.errors import DataError

STEPS = {"accept": "签收", "report": "上报整改完成", "note": "备注", "extend": "延期", "transfer": "转办"}
HEADS = [
    "编号",
    "版本",
    "责任单位",
    "区",
    "点位",
    "测评项目",
    "存在问题",
    "当前状态",
    "整改时限",
    "超期",
    "办理",
    "说明",
    "经办人",
]


def row(number: int = 1, **more: object) -> dict[str, object]:
    """An order as a row."""
    ordinary = {
        "unit": "路灯中心",
        "district": "西区",
        "place": "人民路",
        "title": "密度",
        "found": "缺 4 处",
        "state": "已派发",
    }
    return {"number": f"2026-{number:06d}", "version": 2, "due": date(2026, 6, 4), "overdue": "", **ordinary, **more}


def book(content: bytes):
    return openpyxl.load_workbook(BytesIO(content))


def filled(tmp_path: Path, content: bytes, *changes: tuple[str, object], name: str = "back.xlsx") -> Path:
    """The workbook with cells changed by their address, as a file."""
    workbook = book(content)
    for address, value in changes:
        workbook.worksheets[0][address] = value
    workbook.save(tmp_path / name)
    return tmp_path / name


ROWS = [row(1), row(2, overdue="超期"), row(3)]


@pytest.fixture
def content() -> bytes:
    """A sheet of three orders."""
    return write_sheet(ROWS, ["签收", "上报整改完成", "备注"], asks={"reason"}, head="整改办理表")


@pytest.fixture
def whole() -> bytes:
    """The same for steps that ask for all there is."""
    return write_sheet(ROWS, list(STEPS.values()), asks={"reason", "limit", "unit"}, head="整改办理表")


def test_the_sheet_is_ready_to_be_filled_in(content):
    sheet, how = book(content).worksheets
    assert [cell.value for cell in sheet[1]] == HEADS
    assert (sheet["A2"].value, sheet["B2"].value, sheet["I2"].value) == ("2026-000001", 2, datetime(2026, 6, 4))
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:M4"
    assert sheet.column_dimensions["G"].width == 48
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.type, choice.formula1, str(choice.sqref)) == ("list", '"签收,上报整改完成,备注"', "K2:K4")
    assert how["A1"].value == "整改办理表" and "签收、上报整改完成、备注" in how["A3"].value
    assert how["A2"].value.endswith("办理、说明、经办人。其余各列请不要改动。")


def test_columns_that_no_step_asks_for_are_left_out(whole):
    sheet, how = book(whole).worksheets
    assert [cell.value for cell in sheet[1]] == [*HEADS, "新时限", "转办单位"]
    assert "（必要时填新时限、转办单位）" in how["A2"].value
    limit_only = write_sheet(ROWS, ["延期"], asks={"limit"}, head="x")
    assert [cell.value for cell in book(limit_only).worksheets[0][1]] == [*HEADS, "新时限"]


def test_what_was_filled_in_comes_back(tmp_path, whole):
    path = filled(
        tmp_path,
        whole,
        ("K2", "签收"),
        ("K4", "上报整改完成"),
        ("L4", "已补 4 处"),
        ("M4", "老张"),
        ("N4", datetime(2026, 6, 9)),
    )
    one, two = read_sheet(path, STEPS).rows
    assert (one.row, one.number, one.version, one.step, one.note) == (2, 1, 2, "accept", "")
    assert (two.number, two.step, two.note, two.who, two.limit_on) == (
        3,
        "report",
        "已补 4 处",
        "老张",
        date(2026, 6, 9),
    )


def test_nothing_filled_in_asks_for_nothing(tmp_path, content):
    assert read_sheet(filled(tmp_path, content), STEPS) == Read((), ())


def test_headings_may_read_otherwise_and_stand_elsewhere(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["城投公司整改回复"])
    sheet.append([])
    sheet.append(["办理步骤：", " 整改单编号 ", "版 本", "备注（选填）"])
    sheet.append(["签收", "2026-000007", "3", "好"])
    workbook.save(tmp_path / "own.xlsx")
    (one,) = read_sheet(tmp_path / "own.xlsx", STEPS).rows
    assert (one.row, one.number, one.version, one.step, one.note) == (4, 7, 3, "accept", "好")


@pytest.mark.parametrize(
    ("address", "names"), [("A1", "编号"), ("B1", "版本"), ("K1", "办理")], ids=["number", "version", "step"]
)
def test_a_missing_heading_is_named(tmp_path, content, address, names):
    path = filled(tmp_path, content, (address, "随便什么"))
    with pytest.raises(DataError, match=f"找不到这些列：{names}。") as error:
        read_sheet(path, STEPS)
    assert len(error.value.faults) == 1


def test_every_fault_of_a_row_is_told_and_the_others_are_taken(tmp_path, whole):
    many = write_sheet([row(n) for n in range(1, 7)], list(STEPS.values()), asks={"limit"}, head="x")
    changes = [
        *(("K2", "销毁"), ("K3", "签收"), ("A3", "x"), ("B3", "?")),
        *(("K4", "签收"), ("N4", "下周"), ("L4", "长" * 2001), ("K5", "签收"), ("K7", "备注")),
    ]
    read = read_sheet(filled(tmp_path, many, *changes), STEPS)
    assert [(one.row, one.number, one.step) for one in read.rows] == [(5, 4, "accept"), (7, 6, "note")]
    told = [(one.row, one.shown, one.reasons) for one in read.refused]
    assert told[0] == (2, "2026-000001", ("办理“销毁”不在可选范围：签收、上报整改完成、备注、延期、转办。",))
    assert told[1][:2] == (3, "") and [reason[:5] for reason in told[1][2]] == ["编号“x”", "版本“?”"]
    assert told[2][:2] == (4, "2026-000003") and "新时限“下周”不是日期" in told[2][2][0]
    assert "文字超过" in told[2][2][1] and len(told) == 3


def test_a_step_that_the_sheet_does_not_offer_is_not_taken(tmp_path, content):
    offered = {"accept": "签收", "note": "备注"}
    read = read_sheet(filled(tmp_path, content, ("K2", "转办"), ("K3", "签收")), offered)
    assert [one.number for one in read.rows] == [2]
    assert read.refused[0].reasons == ("办理“转办”不在可选范围：签收、备注。",)


def test_one_order_twice_is_taken_once(tmp_path, content):
    path = filled(tmp_path, content, ("K2", "签收"), ("A3", "2026-000001"), ("K3", "备注"))
    read = read_sheet(path, STEPS)
    assert [one.step for one in read.rows] == ["accept"]
    assert [(one.row, one.shown, one.reasons) for one in read.refused] == [
        (3, "2026-000001", ("与第 2 行是同一张整改单，只办理第 2 行。",))
    ]


def test_a_cell_that_begins_like_a_formula_is_a_text(tmp_path):
    hostile = '=HYPERLINK("http://example.org")'
    content = write_sheet([row(1, unit=hostile, place="+1", found="@x")], ["签收"], head=hostile)
    sheet, how = book(content).worksheets
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line) and how["A1"].data_type != "f"
    (one,) = read_sheet(filled(tmp_path, content, ("K2", "签收"), ("L2", "=1+1"), ("M2", hostile)), STEPS).rows
    assert (one.note, one.who) == ("=1+1", hostile)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-6-9", date(2026, 6, 9)), ("2026年6月9日", date(2026, 6, 9)), ("2026/06/09", date(2026, 6, 9))],
)
def test_a_day_may_be_typed_as_text(tmp_path, whole, text, day):
    (one,) = read_sheet(filled(tmp_path, whole, ("K2", "延期"), ("N2", text)), STEPS).rows
    assert one.limit_on == day


def test_what_is_no_workbook_is_told(tmp_path):
    for name, body, told in (
        ("a.xlsx", b"PK\x03\x04 no zip", "."),
        ("b.csv", "编号,版本,办理\n1,2,3\n".encode(), "不是 Excel 工作簿"),
        ("c.xlsx", b"hello", "."),
        ("d.xlsx", b"", "."),
    ):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(DataError, match=told):
            read_sheet(tmp_path / name, STEPS)
    with pytest.raises(DataError):
        read_sheet(tmp_path / "nowhere.xlsx", STEPS)


def test_sizes_are_limited(tmp_path, content, monkeypatch):
    path = filled(tmp_path, content, ("K2", "签收"))
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member.filename))
        new.writestr("xl/media/zeros", b"\0" * (61 * 2**20))
    with pytest.raises(DataError, match="展开后超过 60 MB"):
        read_sheet(bomb, STEPS)
    small = order_sheets._sheet().model_copy(update={"most_rows": 3})
    monkeypatch.setattr(order_sheets, "_sheet", lambda: small)
    with pytest.raises(DataError, match="超过 3 行"):
        read_sheet(path, STEPS)


def test_rare_and_forbidden_signs_do_not_break_the_file():
    content = write_sheet([row(1, unit="a\x00b\x0bc𠮷", found="长" * 40_000)], ["签收"], head="x")
    assert book(content).worksheets[0]["C2"].value == "abc𠮷"
