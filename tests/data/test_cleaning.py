"""
Rows taken, rejected, repaired.

Most tests read one table of sites about Zhoushan, 122.1° E 30.0° N, written by hand.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cleaning import clean
from data.errors import DataError
from data.headings import map_headings
from data.raw import Raw
from data.sources import LayerSource, read_layer_file
from geo.datum import wgs84_to_bd09, wgs84_to_gcj02

HEAD = "编号,名称,载体,主题,经度,纬度,宽度,朝向,检查日期\n"


def sites_of(tmp_path, text, **options):
    (tmp_path / "点位.csv").write_text(HEAD + text, encoding="utf-8")
    return read_layer_file(LayerSource(tmp_path / "点位.csv", **options), "sites")[0]


def cleaned_shapes(layer, shapes, crs=4326, datum=None, **columns):
    frame = pd.DataFrame({"name": [f"第{row}" for row in range(len(shapes))], **columns})
    geometry = gpd.GeoSeries(shapes, crs=crs)
    raw = Raw("a.gpkg", frame, np.arange(1, len(shapes) + 1), geometry=geometry, crs=geometry.crs)
    return clean(raw, map_headings(frame.columns, layer), datum=datum)


def test_good_rows_are_taken_as_they_are_meant(tmp_path):
    cleaned = sites_of(
        tmp_path,
        "A1,甲,灯杆道旗,讲文明树新风、中国梦,122.1,30.1,60cm,东南,2024年5月1日\nA2,乙,Hoarding,,122.2,30.2,１．２,,\n",
    )
    first, second = (row for _, row in cleaned.frame.iterrows())
    assert (first["carrier"], first["themes"], first["width_m"], first["facing_deg"]) == (
        "lamp_post_flag",
        "civility,chinese_dream",
        0.6,
        135,
    )
    assert (second["carrier"], second["width_m"]) == ("hoarding", 1.2) and pd.isna(second["themes"])
    assert first["inspected_on"] == "2024-05-01"
    assert (first["original_x"], first["original_y"], first["original_datum"]) == (122.1, 30.1, "wgs84")
    assert cleaned.rows.tolist() == [2, 3] and len(cleaned.rejects) == 0


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("A9,坏,道旗,,,30.1,,,", "经度", None, "没有坐标"),
        ("A9,坏,道旗,,NaN,30.1,,,", "经度", "NaN", "没有坐标"),
        ("A9,坏,道旗,,东边,30.1,,,", "经度", "东边", "不是数字"),
        ("A9,坏,道旗,,122.1,30.l,,,", "纬度", "30.l", "不是数字"),
        ("A9,坏,道旗,,0,0,,,", "经度、纬度", "0, 0", "0, 0"),
        ("A9,坏,道旗,,30.1,122.1,,,", "经度、纬度", "30.1, 122.1", "写反"),
        ("A9,坏,道旗,,222.1,30.1,,,", "经度、纬度", "222.1, 30.1", "超出"),
        (",坏,道旗,,122.1,30.1,,,", "编号", None, "必填"),
        ("A9,坏,,,122.1,30.1,,,", "载体", None, "必填"),
        ("A1,坏,道旗,,122.1,30.1,,,", "编号", "A1", "重复"),
        ("A9,坏,道旗", None, "A9,坏,道旗", "与表头不符"),
    ],
)
def test_rows_that_cannot_be_taken(tmp_path, row, column, value, reason):
    good = "".join(f"A{number},甲,道旗,,122.1{number},30.1,,,\n" for number in range(1, 6))
    cleaned = sites_of(tmp_path, f"{good}{row}\n")
    (reject,) = cleaned.rejects.to_dict("records")
    assert len(cleaned.frame) == 5 and cleaned.read == 6
    assert (reject["layer"], reject["row"], reject["taken"]) == ("sites", 7, False)
    assert (reject["column"], None if pd.isna(reject["value"]) else reject["value"]) == (column, value)
    assert reason in reject["reason"]


def test_text_in_a_number_column_leaves_out_the_cell_and_takes_the_row(tmp_path):
    cleaned = sites_of(tmp_path, "A1,甲,道旗,,122.1,30.1,很宽,偏一点,某天\n")
    assert len(cleaned.frame) == 1 and np.isnan(cleaned.frame["width_m"].iloc[0])
    assert cleaned.rejects[["column", "value"]].values.tolist() == [
        ["宽度", "很宽"],
        ["朝向", "偏一点"],
        ["检查日期", "某天"],
    ]
    assert cleaned.rejects["taken"].all()


def test_a_whole_file_swapped_is_one_fault_with_the_fix(tmp_path):
    with pytest.raises(DataError, match="写反了") as caught:
        sites_of(tmp_path, "A1,甲,道旗,,30.1,122.1,,,\nA2,乙,道旗,,30.2,122.2,,,\n")
    assert len(caught.value.faults) == 1 and "对调" in caught.value.faults[0]
    swapped = {"经度": "lat", "纬度": "lon"}
    cleaned = sites_of(tmp_path, "A1,甲,道旗,,30.1,122.1,,,\n", headings=swapped)
    assert cleaned.frame.geometry.x.tolist() == [122.1]


def test_metres_in_a_table_of_degrees_name_the_fix(tmp_path):
    with pytest.raises(DataError, match="EPSG:4547"):
        sites_of(tmp_path, "A1,甲,道旗,,412345.6,3325432.1,,,\n")


@pytest.mark.parametrize(("datum", "convert"), [("gcj02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09)])
def test_datums_are_undone_and_kept(tmp_path, datum, convert):
    x, y = (float(number) for number in convert(122.1, 30.1))
    cleaned = sites_of(tmp_path, f"A1,甲,道旗,,{x:.9f},{y:.9f},,,\n", datum=datum)
    place = cleaned.frame.geometry.iloc[0]
    assert (place.x, place.y) == pytest.approx((122.1, 30.1), abs=1e-8)
    assert cleaned.frame["original_x"].iloc[0] == pytest.approx(x) and cleaned.datum == datum.lower().replace("-", "")


def test_projected_tables(tmp_path):
    point = gpd.GeoSeries([shapely.Point(122.1, 30.1)], crs=4326).to_crs(4549).iloc[0]
    row = "A1,甲,道旗,,{:.3f},{:.3f},,,\n"
    cleaned = sites_of(tmp_path, row.format(point.x, point.y), datum="EPSG:4549")
    assert cleaned.frame.geometry.iloc[0].distance(shapely.Point(122.1, 30.1)) < 1e-7
    assert cleaned.frame["original_datum"].tolist() == ["epsg:4549"]
    with pytest.raises(DataError, match="横、纵坐标写反"):
        sites_of(tmp_path, row.format(point.y, point.x), datum="EPSG:4549")
    with pytest.raises(DataError, match="分带"):
        sites_of(tmp_path, row.format(point.x, point.y), datum="EPSG:4528")
    with pytest.raises(DataError, match="像经纬度"):
        sites_of(tmp_path, "A1,甲,道旗,,122.1,30.1,,,\n", datum="EPSG:4549")
    with pytest.raises(DataError, match="不认识坐标系"):
        sites_of(tmp_path, row.format(point.x, point.y), datum="mars")


def test_a_files_own_crs_is_honoured_and_one_in_disguise_is_found_out():
    square = shapely.box(122, 30, 122.1, 30.1)
    (metres,) = gpd.GeoSeries([square], crs=4326).to_crs(4549)
    cleaned = cleaned_shapes("districts", [metres], crs=4549)
    assert cleaned.frame.geometry.iloc[0].symmetric_difference(square).area < 1e-9 and cleaned.datum == "epsg:4549"
    with pytest.raises(DataError, match="说自己是经纬度"):
        cleaned_shapes("districts", [metres], crs=4326)
    with pytest.raises(DataError, match="与所选的 GCJ-02"):
        cleaned_shapes("districts", [metres], crs=4549, datum="gcj02")
    with pytest.raises(DataError, match="先纬度后经度"):
        cleaned_shapes("districts", [shapely.box(30, 122, 30.1, 122.1)])


def test_a_file_without_crs_says_what_was_assumed():
    cleaned = cleaned_shapes("districts", [shapely.box(122, 30, 122.1, 30.1)], crs=None)
    assert "按 WGS 84 读入" in cleaned.warnings[0]


def test_words_that_are_not_known_are_kept_and_counted(tmp_path):
    cleaned = sites_of(tmp_path, "A1,甲,飞艇,诚信、下象棋,122.1,30.1,,,\nA2,乙,飞艇,,122.2,30.1,,,\n")
    assert cleaned.frame["carrier"].tolist() == ["飞艇", "飞艇"]
    assert cleaned.frame["themes"].iloc[0] == "integrity,下象棋"
    assert any("飞艇（2 行）" in text for text in cleaned.warnings) and any(
        "下象棋（1 行）" in text for text in cleaned.warnings
    )


def test_a_bow_tie_is_repaired_and_told():
    bow = shapely.Polygon([(122, 30), (122.1, 30.1), (122.1, 30), (122, 30.1)])
    cleaned = cleaned_shapes("districts", [bow, shapely.box(122.2, 30, 122.3, 30.1)])
    assert cleaned.frame.is_valid.all() and len(cleaned.frame) == 2
    assert (
        cleaned.repairs[["row", "value"]].values.tolist() == [[1, "第0"]]
        and "自相交" in cleaned.repairs["reason"].iloc[0]
    )


def test_kinds_that_do_not_fit_are_rejected_or_turned():
    shapes = [
        shapely.box(122, 30, 122.1, 30.1), shapely.Point(122, 30), shapely.LineString([(122, 30), (122.1, 30)]), None,
        shapely.GeometryCollection([shapely.box(122.2, 30, 122.3, 30.1), shapely.Point(122, 30)]),
        shapely.Polygon([(122, 30), (122.1, 30), (122.2, 30)]), shapely.box(122, 30, np.nan, 30.1), shapely.Polygon(),
    ]  # fmt: skip
    cleaned = cleaned_shapes("districts", shapes)
    assert cleaned.rows.tolist() == [1, 5]
    assert cleaned.rejects["row"].tolist() == [2, 3, 4, 6, 7, 8]
    assert cleaned.repairs["row"].tolist() == [5]


def test_lines_and_polygons_stand_for_sites_as_points_in_them():
    shapes = [
        shapely.LineString([(122, 30), (122.2, 30)]),
        shapely.box(122, 30, 122.1, 30.1),
        shapely.MultiPoint([(122, 30)]),
        shapely.MultiPoint([(122, 30), (123, 30)]),
    ]
    cleaned = cleaned_shapes("sites", shapes, id=list("abcd"), carrier="hoarding")
    assert cleaned.frame["id"].tolist() == ["a", "b", "c"] and (cleaned.frame.geom_type == "Point").all()
    assert cleaned.frame.geometry.iloc[0].x == pytest.approx(122.1)
    assert cleaned.repairs["row"].tolist() == [1, 2]
    assert cleaned.rejects["reason"].tolist() == ["一行有多个点，应为一行一个点"]


def test_roads_of_other_makers_read_as_openstreetmap():
    line = shapely.LineString([(122, 30), (122.1, 30)])
    frame = {
        "道路等级": ["主干路", "secondary", "天路"],
        "oneway": ["True", "-1", "否"],
        "bridge": ["F", "是", "viaduct"],
    }
    cleaned = cleaned_shapes("roads", [line] * 3, **frame)
    assert cleaned.frame["highway"].tolist() == ["primary", "secondary", "天路"]
    assert cleaned.frame["oneway"].tolist() == ["yes", "-1", "no"]
    assert cleaned.frame["bridge"].fillna("").tolist() == ["", "yes", "viaduct"]


def test_additional_columns_are_kept_under_names_that_are_free():
    shapes = [shapely.Point(122, 30), shapely.Point(122.1, 30)]
    extra = {"名称": ["甲", "乙"], "代码": ["007", "8"], "人数": ["3", None], "FID": [1, 2], "备注": ["x", "2"]}
    cleaned = cleaned_shapes("venues", shapes, id=["a", "b"], **{"class": ["广场", "park"]}, **extra)
    assert cleaned.frame["class"].tolist() == ["square", "park"]
    assert cleaned.frame["name"].tolist() == ["第0", "第1"] and cleaned.frame["名称"].tolist() == ["甲", "乙"]
    assert cleaned.frame["id"].tolist() == ["a", "b"] and cleaned.frame["代码"].tolist() == ["007", "8"]
    assert cleaned.frame["人数"].iloc[0] == 3.0 and np.isnan(cleaned.frame["人数"].iloc[1])
    assert cleaned.frame["备注"].tolist() == ["x", "2"] and "FID_2" in cleaned.frame


def test_an_empty_file_is_taken_and_said_to_be_empty(tmp_path):
    cleaned = sites_of(tmp_path, "")
    assert len(cleaned.frame) == 0 and any("是空的" in text for text in cleaned.warnings)


def test_sizes_that_must_be_centimetres(tmp_path):
    cleaned = sites_of(tmp_path, "A1,甲,道旗,,122.1,30.1,120,,\n")
    assert any("厘米" in text for text in cleaned.warnings)


def test_script_in_names_stays_text(tmp_path):
    name = "<script>alert(1)</script>`${x}"
    cleaned = sites_of(tmp_path, f"A1,{name},道旗,,122.1,30.1,,,\nA2,=HYPERLINK(1),道旗,,122.2,30.1,,,\n")
    assert cleaned.frame["name"].tolist() == [name, "=HYPERLINK(1)"]


CELLS = st.sampled_from(["122.1", "30.1", "0", "", "x", "200", "NaN", "122.3"])
ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d", ""]), st.sampled_from(["道旗", "飞艇", ""]), CELLS, CELLS, CELLS),
    max_size=12,
)


def clean_rows(rows):
    frame = pd.DataFrame(rows, columns=["编号", "载体", "经度", "纬度", "宽度"], dtype=object)
    raw = Raw("a.csv", frame, np.arange(2, len(rows) + 2))
    return clean(raw, map_headings(frame.columns, "sites", has_geometry=False))


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_every_row_is_taken_or_rejected_once(rows):
    try:
        cleaned = clean_rows(rows)
    except DataError as error:
        assert len(error.faults) == 1
        return
    gone = cleaned.rejects.loc[~cleaned.rejects["taken"], "row"].tolist()
    assert sorted([*cleaned.rows.tolist(), *gone]) == list(range(2, len(rows) + 2))
    assert set(cleaned.rejects.loc[cleaned.rejects["taken"], "row"]) <= set(cleaned.rows)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_which_double_id_is_first(rows, random):
    rows = list({row[0]: row for row in rows}.values())
    shuffled = random.sample(rows, len(rows))
    try:
        first = clean_rows(rows)
    except DataError:
        with pytest.raises(DataError):
            clean_rows(shuffled)
        return
    second = clean_rows(shuffled)
    assert sorted(first.frame["id"]) == sorted(second.frame["id"])
    assert sorted(first.rejects["reason"]) == sorted(second.rejects["reason"])
    assert first.warnings == second.warnings


def test_a_row_on_another_continent_is_rejected(tmp_path):
    good = "".join(f"A{number},甲,道旗,,122.1{number},30.1,,,\n" for number in range(1, 6))
    cleaned = sites_of(tmp_path, f"{good}A9,坏,道旗,,-70.1,30.1,,,\n")
    assert len(cleaned.frame) == 5 and cleaned.rejects["reason"].tolist() == ["离其余各行 1000 公里以上"]


def test_recorded_numbers_are_recognised_by_their_chinese_names():
    cells = [shapely.box(122, 30, 122.1, 30.1), shapely.box(122.1, 30, 122.2, 30.1)]
    cleaned = cleaned_shapes("districts", cells, **{"绿化覆盖率(%)": ["38.5%", "41"], "新建区标记": ["是", "否"]})
    assert cleaned.frame["green_cover_pct"].tolist() == [38.5, 41.0]
    assert cleaned.frame["new_district"].tolist() == [1.0, 0.0] and len(cleaned.rejects) == 0
