"""Headings: what each is taken as, what is kept beside, what is missing."""

import pytest

from data.city import LAYERS
from data.errors import DataError
from data.headings import columns_of, label, map_headings


def test_a_chinese_site_table():
    mapping = map_headings(
        [
            "序号",
            "点位名称",
            "载体形式",
            "宣传主题",
            "经度",
            "纬度",
            "宽度（cm）",
            "高(米)",
            "朝向",
            "现状",
            "责任单位",
            "备注",
        ],
        "sites",
        has_geometry=False,
    )
    assert mapping.taken == {
        "id": "序号", "name": "点位名称", "carrier": "载体形式", "themes": "宣传主题", "lon": "经度", "lat": "纬度",
        "width_m": "宽度（cm）", "height_m": "高(米)", "facing_deg": "朝向", "condition": "现状", "unit": "责任单位",
    }  # fmt: skip
    assert mapping.factors == {"width_m": 0.01}
    assert mapping.extra == ("备注",)
    assert mapping.missing == ()


@pytest.mark.parametrize("heading", ["lng", "LON", "Longitude", " x ", "Ｘ", "经度（°）", "东经", "point_x"])
def test_spellings_of_a_longitude(heading):
    assert map_headings([heading], "venues", has_geometry=False).taken == {"lon": heading}


@pytest.mark.parametrize(
    ("heading", "column"), [("责任单", "unit"), ("psa_per_10", "psa_per_10_min"), ("inspected_", "inspected_on")]
)
def test_headings_cut_by_a_shapefile(heading, column):
    assert map_headings([heading], "sites").taken == {column: heading}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_column_is_recognised_by_its_own_name_and_its_chinese_one(layer):
    for column in columns_of(layer):
        assert map_headings([column], layer).taken == {column: column}
        assert map_headings([label(layer, column)], layer).taken == {column: label(layer, column)}
        assert label(layer, column) != column


def test_the_better_heading_wins_and_the_other_is_kept():
    mapping = map_headings(["序号", "编号", "名称", "类别"], "venues")
    assert mapping.taken["id"] == "编号"
    assert mapping.extra == ("序号",)


def test_the_user_has_the_last_word():
    mapping = map_headings(
        ["编号", "名称", "类别", "旧名", "备注", "绿化率"],
        "venues",
        overrides={"旧名": "name", "备注": None, "类别": "", "绿化率": "green_share"},
        constants=("class",),
    )
    assert mapping.taken == {"id": "编号", "name": "旧名", "green_share": "绿化率"}
    assert mapping.extra == ("名称", "类别")
    assert mapping.ignored == ("备注",)
    assert mapping.missing == ()


def test_faults_of_overrides_come_together():
    with pytest.raises(DataError) as caught:
        map_headings(["甲", "乙"], "venues", overrides={"丙": "id", "甲": "name", "乙": "name"})
    assert len(caught.value.faults) == 2


def test_missing_columns_are_named_in_one_sentence():
    mapping = map_headings(["名称"], "sites", has_geometry=False)
    assert mapping.missing == ("id", "carrier", "place")
    (fault,) = mapping.faults("点位.csv")
    assert "点位.csv" in fault and "编号" in fault and "载体" in fault and "坐标" in fault and "名称" in fault


def test_the_table_shows_every_heading_in_order():
    table = map_headings(["备注", "名称"], "districts").table()
    assert table["heading"].tolist() == ["备注", "名称"]
    assert table["column"].tolist() == [None, "name"]
    assert table["taken_as"].tolist() == ["附加列（原样保留）", "名称"]
