"""CSV and Excel: encodings, separators, titles, odd rows, sheets."""

import datetime

import openpyxl
import pytest

from data.errors import DataError
from data.sources import LayerSource, read_source

LINES = ["编号,名称,载体,经度,纬度", "1,甲,道旗,122.1,30.1", "2,乙,横幅,122.2,30.2"]


def raw_of(path, **options):
    return read_source(LayerSource(path, **options), "sites")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path, encoding, mark):
    file = tmp_path / "a.csv"
    file.write_bytes("\r\n".join(LINES).replace(",", mark).encode(encoding))
    raw = raw_of(file)
    assert list(raw.frame.columns) == ["编号", "名称", "载体", "经度", "纬度"]
    assert raw.frame["名称"].tolist() == ["甲", "乙"]
    assert raw.rows.tolist() == [2, 3]


def test_titles_above_and_blank_lines_between(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        "\n".join(["某市公益广告点位表", "", LINES[0], LINES[1], "", ",,,,", LINES[2], ""]), encoding="utf-8"
    )
    raw = raw_of(file)
    assert raw.frame["名称"].tolist() == ["甲", "乙"]
    assert raw.rows.tolist() == [4, 7]
    assert raw.odd == ()


def test_rows_that_do_not_fit_are_kept_aside(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("\n".join([LINES[0], LINES[1], "3,丙,道旗", "4,丁,道旗,1,2,3", LINES[2]]), encoding="utf-8")
    raw = raw_of(file)
    assert raw.rows.tolist() == [2, 5]
    assert [row for row, _ in raw.odd] == [3, 4]


def test_quoted_cells_with_line_breaks_and_separators(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(LINES[0] + '\n1,"甲,\n乙",道旗,122.1,30.1\n' + LINES[2] + "\n", encoding="utf-8")
    raw = raw_of(file)
    assert raw.frame["名称"].tolist() == ["甲,\n乙", "乙"]
    assert raw.rows.tolist() == [2, 3]


def test_a_file_that_ends_within_a_character(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes("\n".join([*LINES, "3,丙"]).encode()[:-1])
    with pytest.raises(DataError, match="不完整"):
        raw_of(file)


def test_an_encoding_that_cannot_be_found_out_or_is_not_the_one(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"\x81\x20\xff\xff\n")
    with pytest.raises(DataError, match="文字编码"):
        raw_of(file)
    file.write_bytes("\n".join(LINES).encode("gbk"))
    for encoding in ("utf-8", "klingon"):
        with pytest.raises(DataError, match=encoding):
            raw_of(file, encoding=encoding)


def test_double_and_empty_headings(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("编号,名称,名称,,经度\n1,甲,乙,丙,122\n", encoding="utf-8")
    assert list(raw_of(file).frame.columns) == ["编号", "名称", "名称_2", "列4", "经度"]


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_with_a_title_and_typed_cells(tmp_path):
    rows = [
        ["某市点位表"],
        [],
        ["编号", "载体", "经度", "纬度", "检查日期"],
        [7.0, "道旗", 122.123456, 30, datetime.datetime(2024, 5, 1)],
        [],
        ["8", None, "x", 30.5, "=1+1"],
    ]
    raw = raw_of(workbook(tmp_path / "a.xlsx", {"点位": rows}))
    assert raw.rows.tolist() == [4, 6]
    assert raw.frame.iloc[0].tolist() == ["7", "道旗", "122.123456", "30", "2024-05-01"]
    assert raw.frame.iloc[1].tolist() == ["8", None, "x", "30.5", None]


def test_the_sheet_with_headings_is_taken_or_the_one_asked_for(tmp_path):
    file = workbook(
        tmp_path / "a.xlsx",
        {"说明": [["这是说明"]], "点位": [["编号", "经度", "纬度"], [1, 2, 3]], "旧": [["编号"], [5]]},
    )
    raw = raw_of(file)
    assert raw.layer == "点位" and "点位" in raw.notes[0]
    assert raw_of(file, sheet="旧").frame["编号"].tolist() == ["5"]
    assert read_source(LayerSource(file), "sites")[1] == ["说明", "点位", "旧"]
    with pytest.raises(DataError, match="没有工作表"):
        raw_of(file, sheet="新")


def test_an_empty_sheet_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match="没有表头"):
        raw_of(workbook(tmp_path / "a.xlsx", {"空": []}))


def test_half_a_workbook_is_a_sentence(tmp_path):
    file = workbook(tmp_path / "a.xlsx", {"点位": [["编号", "经度"], [1, 2]]})
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(DataError, match="已损坏"):
        raw_of(file)
