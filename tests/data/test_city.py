"""
The City model: what is taken, what is refused and why, and the file it is kept in.

The small city, metres from the corner of the drawing::

    +-----甲区-----+-----乙区-----+ 600
    |   [square]   |              |        road along y = 0, s0 .. s3 on it, every 300 m
    |==s0====s1====|==s2====s3====|
    +--------------+--------------+ -600
    0             600           1200
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from data.city import LAYERS, City
from data.errors import DataError
from geo.crs import WGS84
from tests.cities import building, district, layer, road, site, sites_along, venue

INTEGRITY_DREAM, DREAM_INTEGRITY = "integrity,chinese_dream", "chinese_dream,integrity"


def drawn() -> dict[str, gpd.GeoDataFrame]:
    rows = {
        "districts": [district("甲区", 0, -600, 600, 600), district("乙区", 600, -600, 1200, 600)],
        "roads": [road("测试大道", (0, 0), (1200, 0))],
        "buildings": [building(100, 20, 140, 60)],
        "venues": [venue("v1", "广场", shapely.box(200, 100, 300, 200), ads_total=4.0)],
        "sites": sites_along(0, 300, 600, 900, width_m=1.2),
        "areas": [({"kind": "居住用地"}, shapely.box(0, 200, 100, 400))],
    }
    return {name: layer([row for row, _ in some], [shape for _, shape in some]) for name, some in rows.items()}


def changed(layer_name: str, /, **columns) -> dict[str, gpd.GeoDataFrame]:
    layers = drawn()
    layers[layer_name] = layers[layer_name].assign(**columns)
    return layers


def shaped(name: str, *shapes: shapely.Geometry | None) -> dict[str, gpd.GeoDataFrame]:
    """The small city with the first shapes of one layer changed; metres from the corner, else degrees as given."""
    layers = drawn()
    geometry = layers[name].geometry.to_crs(WGS84).to_numpy()
    geometry[: len(shapes)] = shapes
    layers[name] = layers[name].set_crs(WGS84, allow_override=True).set_geometry(gpd.GeoSeries(geometry, crs=WGS84))
    return layers


def faults(layers) -> list[str]:
    with pytest.raises(DataError) as caught:
        City.from_layers(layers)
    return caught.value.faults


def turned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = shapely.transform(frame.geometry.to_crs(WGS84).to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_crs(WGS84, allow_override=True).set_geometry(gpd.GeoSeries(shapes, crs=WGS84))


def test_every_layer_has_its_columns_in_metres():
    city = City.from_layers(drawn(), {"name": "测试市", "unknown": "x", "source": None})
    for name, frame in city.layers.items():
        assert set(LAYERS[name].columns) <= set(frame.columns)
        assert frame.crs == city.crs
        assert frame.index.equals(pd.RangeIndex(len(frame)))
    assert dict(city.meta) == {"name": "测试市"}
    assert city.sites["carrier"].unique().tolist() == ["lamp_post_flag"]
    assert city.sites["themes"].unique().tolist() == ["civility"]
    assert city.venues["class"].tolist() == ["square"]
    assert city.districts["level"].tolist() == ["district", "district"]
    assert city.roads.length.iloc[0] == pytest.approx(1200, abs=0.001)
    assert city.notes == ()
    assert not city.is_demo


def test_the_callers_frames_stay_as_they_are():
    layers = drawn()
    before = {name: frame.copy() for name, frame in layers.items()}
    City.from_layers(layers)
    for name, frame in layers.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_absent_and_empty_layers_differ():
    layers = drawn()
    layers["sites"], layers["areas"] = layers["sites"].iloc[:0], None
    city = City.from_layers(layers)
    assert len(city.sites) == 0 and set(LAYERS["sites"].columns) <= set(city.sites.columns)
    assert city.areas is None


@pytest.mark.parametrize(
    "layers",
    [{}, {"sites": drawn()["sites"]}, {name: frame.iloc[:0] for name, frame in drawn().items()}],
    ids=["nothing", "only sites", "all empty"],
)
def test_nothing_to_judge(layers):
    assert faults(layers) == ["既没有道路也没有场所，无从检查；请至少提供一个有内容的道路或场所图层。"]


@pytest.mark.parametrize("ending", ["city.gpkg", "city"])
def test_a_city_comes_back_as_it_was_written(tmp_path, ending):
    city = City.from_layers(drawn(), {"name": "测试市", "demo": "1"})
    city.write(tmp_path / ending)
    again = City.read(tmp_path / ending)
    assert again.meta == city.meta and again.is_demo
    assert again.crs == city.crs
    assert again.fingerprint == city.fingerprint
    for name, frame in city.layers.items():
        other = getattr(again, name)
        assert list(other.columns) == list(frame.columns)
        plain = [pd.DataFrame(some.drop(columns="geometry")) for some in (other, frame)]
        pd.testing.assert_frame_equal(*plain, check_dtype=False)
        assert shapely.equals_exact(other.geometry.to_numpy(), frame.geometry.to_numpy(), tolerance=1e-5).all()


def test_the_same_city_gives_the_same_bytes(tmp_path):
    city = City.from_layers(drawn(), {"name": "测试市"})
    for name in ("one.gpkg", "two.gpkg"):
        city.write(tmp_path / name)
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {"one.gpkg", "two.gpkg"}


def test_the_fingerprint_is_blind_to_the_order_of_rows_and_to_nothing_else():
    city = City.from_layers(drawn())
    backwards = {name: frame.iloc[::-1] for name, frame in drawn().items()}
    assert City.from_layers(backwards).fingerprint == city.fingerprint
    others = [
        changed("sites", condition="褪色"),
        changed("sites", panels=2),
        changed("sites", id=["s1", "s0", "s2", "s3"]),
        changed("venues", ads_total=5.0),
        {**drawn(), "areas": None},
        {**drawn(), "sites": drawn()["sites"].set_geometry(drawn()["sites"].geometry.translate(0, 0.01))},
    ]
    assert len({City.from_layers(layers).fingerprint for layers in others} | {city.fingerprint}) == len(others) + 1


def test_layers_may_each_have_their_own_crs():
    layers = drawn()
    layers["roads"], layers["sites"] = layers["roads"].to_crs(3857), layers["sites"].to_crs(4490)
    city, same = City.from_layers(layers), City.from_layers(drawn())
    assert city.crs == same.crs
    for name, frame in city.layers.items():
        assert shapely.equals_exact(frame.geometry.array, getattr(same, name).geometry.array, tolerance=0.001).all()


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        ("width_m", ["1.2", "120cm", "１．５米", None], [1.2, 1.2, 1.5, np.nan]),
        ("facing_deg", ["东北", "90", "西", "-90"], [45, 90, 270, 270]),
        ("panels", [0, 1, 2, None], [0, 1, 2, np.nan]),
        (
            "themes",
            ["诚信、中国梦", "诚信/中国梦", "诚信；诚信", ""],
            ["integrity,chinese_dream"] * 2 + ["integrity", None],
        ),
        ("id", [1.0, 2.0, 3.0, 4.0], ["1", "2", "3", "4"]),
        ("id", [" a", "a b", "甲\n1", "1.0"], ["a", "a b", "甲 1", "1.0"]),
        ("photo", ["C:\\照片\\a.jpg"] * 4, ["C:\\照片\\a.jpg"] * 4),
        ("inspected_on", ["2024/1/5", "2024年1月5日", None, ""], ["2024-01-05", "2024-01-05", None, None]),
    ],
)
def test_cells_in_the_kind_of_their_column(column, given, kept):
    city = City.from_layers(changed("sites", **{column: given}))
    values = city.sites[column]
    assert [None if pd.isna(value) else value for value in values] == [None if pd.isna(v) else v for v in kept]
    assert city.notes == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("width_m", "abc"),
        ("width_m", -5.0),
        ("panels", np.inf),
        ("panels", 1e300),
        ("panels", -3),
        ("facing_deg", 720.0),
        ("inspected_on", "去年"),
        ("inspected_on", "2024-13-45"),
    ],
)
def test_a_cell_that_says_nothing_is_left_out_and_told(column, value):
    city = City.from_layers(changed("sites", **{column: pd.Series([None, value, None, None], dtype=object)}))
    assert city.sites[column].isna().all()
    assert len(city.notes) == 1
    assert all(word in city.notes[0] for word in ("点位", column, "1 个值", "第 2 行", str(value)))


def test_recorded_numbers_written_as_texts_are_numbers():
    city = City.from_layers(changed("venues", ads_total=["12 条"], note=["甲\x00乙"]))
    assert city.venues["ads_total"].tolist() == [12.0]
    assert city.venues["note"].tolist() == ["甲 乙"]


@pytest.mark.parametrize("word", ["是", "true", "1", 1, 1.0, True, "已普查"])
def test_surveyed_in_any_spelling(word):
    city = City.from_layers(changed("districts", surveyed=pd.Series([word, "否"], dtype=object)))
    assert city.districts["surveyed"].tolist() == [True, False]


def test_a_venue_without_a_name_goes_by_its_id():
    assert City.from_layers(changed("venues", name=None)).venues["name"].tolist() == ["v1"]


def test_shapes_that_cross_themselves_are_repaired_and_told():
    bow = shapely.Polygon([(120.001, 30), (120.002, 30.001), (120.002, 30), (120.001, 30.001)])
    city = City.from_layers(shaped("venues", bow))
    assert city.venues.geometry.is_valid.all() and city.venues.area.iloc[0] > 1000
    assert len(city.notes) == 1 and "自相交" in city.notes[0]


def test_shapes_without_extent_are_left_out_and_told():
    layers = drawn()
    layers["roads"] = pd.concat([layers["roads"], shaped("roads", shapely.LineString([(120, 30)] * 2))["roads"]
                                 .to_crs(layers["roads"].crs)], ignore_index=True)  # fmt: skip
    city = City.from_layers(layers)
    assert len(city.roads) == 1
    assert len(city.notes) == 1 and all(word in city.notes[0] for word in ("道路", "第 2 行", "没有长度或面积"))


def test_roads_of_several_parts_become_single_lines():
    whole = drawn()["roads"].geometry.to_crs(WGS84).iloc[0]
    (x0, y0), (x1, y1) = whole.coords
    parts = shapely.MultiLineString([[(x0, y0, 5), (x0 + 0.001, y0, 6)], [(x0 + 0.002, y0, 5), (x1, y1, 5)]])
    city = City.from_layers(shaped("roads", parts))
    assert city.roads.geom_type.tolist() == ["LineString"] * 2
    assert not city.roads.has_z.any()


def test_districts_that_overlap_or_leave_holes_are_told():
    overlap = layer(
        [{"name": "甲区"}, {"name": "乙区"}], [shapely.box(0, -600, 700, 600), shapely.box(600, -600, 1200, 600)]
    )
    assert "重叠" in City.from_layers({**drawn(), "districts": overlap}).notes[0]
    ring = shapely.box(0, -600, 1200, 600) - shapely.box(300, 100, 500, 300)
    assert "空洞" in City.from_layers({**drawn(), "districts": layer([{"name": "甲区"}], [ring])}).notes[0]


def test_unknown_words_are_kept_and_counted():
    city = City.from_layers(changed("sites", carrier=["道旗", "热气球", "热气球", "甲,乙"], themes="诚信，怪主题"))
    assert city.unknown_words().to_numpy().tolist() == [
        ["sites", "themes", "怪主题", 4],
        ["sites", "carrier", "热气球", 2],
        ["sites", "carrier", "甲,乙", 1],
    ]
    assert any("热气球（2 行）" in note for note in city.unknown_word_notes())
    assert city.sites["carrier"].tolist() == ["lamp_post_flag", "热气球", "热气球", "甲,乙"]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ({**drawn(), "trees": drawn()["areas"]}, ["trees", "不在约定之内"]),
        ({**drawn(), "sites": pd.DataFrame(drawn()["sites"].drop(columns="geometry"))}, ["点位", "没有几何列"]),
        ({**drawn(), "sites": drawn()["sites"].set_crs(None, allow_override=True)}, ["点位", "没有说明坐标系"]),
        (
            {**drawn(), "sites": drawn()["sites"].set_crs(CRS('LOCAL_CS["x",UNIT["metre",1]]'), allow_override=True)},
            ["点位", "没有说明坐标系"],
        ),
        ({**drawn(), "venues": drawn()["venues"].drop(columns=["class", "name"])}, ["场所", "class、name"]),
        ({**drawn(), "sites": turned(drawn()["sites"])}, ["点位", "4 行", "写反"]),
        ({**drawn(), "roads": drawn()["roads"].set_crs(WGS84, allow_override=True)}, ["道路", "超出经纬度范围"]),
        (
            {**drawn(), "roads": drawn()["roads"].to_crs(WGS84).set_crs(4547, allow_override=True)},
            ["道路", "投影坐标", "像经纬度"],
        ),
        (shaped("sites", shapely.Point(30.2, 31.1)), ["点位", "第 1 行", "1000 公里以上"]),
        (shaped("sites", shapely.Point(0, 0)), ["点位", "第 1 行", "1000 公里以上"]),
        (shaped("districts", *[shapely.box(0, 0, 1, 1)] * 2), ["区划", "2 行", "1000 公里以上"]),
        (shaped("sites", None, shapely.Point()), ["点位", "2 行没有几何"]),
        (shaped("sites", shapely.Point(np.nan, 30)), ["点位", "第 1 行", "不是数字"]),
        (shaped("sites", shapely.Point(120, np.inf)), ["点位", "第 1 行", "不是数字"]),
        (shaped("sites", shapely.MultiPoint([(120, 30), (120.001, 30)])), ["点位", "第 1 行", "多个点"]),
        (shaped("sites", shapely.box(120, 30, 120.001, 30.001)), ["点位", "Polygon"]),
        (shaped("roads", shapely.Point(120, 30)), ["道路", "Point"]),
        (changed("sites", id=["a", "a ", "b", "c"]), ["点位", "1 个重复", "“a”"]),
        (changed("sites", id=[1.0, 1.0, 2.0, 3.0]), ["点位", "1 个重复", "“1”"]),
        (changed("sites", id=[None, "", "b", "c"]), ["点位", "2 行没有编号"]),
        (changed("venues", **{"class": [None]}), ["场所", "class", "第 1 行"]),
        (changed("roads", highway=[""]), ["道路", "highway", "第 1 行"]),
        (changed("districts", name=["甲区", None]), ["区划", "name", "第 2 行"]),
        (changed("districts", surveyed=["是", "不知道"]), ["区划", "surveyed", "第 2 行", "不知道"]),
    ],
)  # fmt: skip
def test_what_forbids_a_layer_is_one_sentence(layers, words):
    found = faults(layers)
    assert len(found) == 1, found
    assert all(word in found[0] for word in words), found


def test_all_faults_come_together():
    layers = changed("sites", id=[None, "a", "a", "b"])
    layers["roads"] = layers["roads"].drop(columns="highway")
    assert len(faults(layers)) == 3


def test_a_lost_row_does_not_move_the_city():
    layers = shaped("sites", shapely.Point(121, 31))
    assert City.from_layers(layers).crs == City.from_layers(drawn()).crs


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(-58.4, -34.6, 32721), (179.998, -17, 32701), (15.6, 78.2, 32633), (103.8, 1.35, 32648), (0.0, 89.99, 32631)],
)
def test_cities_anywhere(lon, lat, code):
    """Also across the date line, where half of the sites have a longitude of -180 degrees."""
    layers = {}
    for name, frame in drawn().items():
        shapes = shapely.transform(frame.geometry.to_crs(WGS84).to_numpy(), lambda xy: xy - (120, 30) + (lon, lat))
        if name == "sites":
            shapes = shapely.transform(shapes, lambda xy: np.column_stack(((xy[:, 0] + 180) % 360 - 180, xy[:, 1])))
        elif lon > 179:
            continue
        layers[name] = frame.set_crs(WGS84, allow_override=True).set_geometry(gpd.GeoSeries(shapes, crs=WGS84))
    if lon > 179:
        layers["venues"] = layers["sites"].assign(name="站", **{"class": "公交站"})
    city = City.from_layers(layers)
    assert city.crs.to_epsg() == code
    assert np.isfinite(city.sites.total_bounds).all()
    assert city.sites.total_bounds[2] - city.sites.total_bounds[0] < 1100


def test_many_parts_of_files_that_are_no_city(tmp_path):
    City.from_layers(drawn()).write(tmp_path / "city.gpkg")
    whole = (tmp_path / "city.gpkg").read_bytes()
    damaged = bytearray(whole)
    for place in range(8192, len(damaged), 509):
        damaged[place] ^= 0x5A
    files = {
        "half.gpkg": (whole[: len(whole) // 2], "不完整"),
        "short.gpkg": (whole[:50], "不完整"),
        "empty.gpkg": (b"", "是空的"),
        "page.gpkg": (b"<html><body>x</body></html>", "网页"),
        "vrt.gpkg": (b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>', "VRT"),
        "damaged.gpkg": (bytes(damaged), "damaged.gpkg"),
        "city.txt": ("你好".encode(), "普通文本"),
    }
    for name, (content, word) in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=word) as caught:
            City.read(tmp_path / name)
        assert len(caught.value.faults) == 1 and str(tmp_path) not in str(caught.value)
    with pytest.raises(DataError, match=r"找不到文件 none\.gpkg"):
        City.read(tmp_path / "none.gpkg")


def test_folders_that_are_no_city(tmp_path):
    City.from_layers(drawn()).write(tmp_path / "city")
    for name in ("roads", "sites"):
        file = tmp_path / "city" / f"{name}.parquet"
        file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(DataError) as caught:
        City.read(tmp_path / "city")
    assert len(caught.value.faults) == 2 and all("不完整" in fault for fault in caught.value.faults)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match="既没有道路也没有场所"):
        City.read(tmp_path / "nothing")


def test_facts_of_a_city_as_rows_of_key_and_value(tmp_path):
    file = tmp_path / "city.gpkg"
    City.from_layers(drawn()).write(file)
    pyogrio.write_dataframe(pd.DataFrame({"key": ["name", "x"], "value": ["甲市", "y"]}), file, layer="meta")
    assert dict(City.read(file).meta) == {"name": "甲市"}


def test_a_city_above_the_limit_for_imports_is_read(tmp_path, monkeypatch):
    many = [site(f"s{number}", number % 1000, 5, name="点" * 100) for number in range(4000)]
    layers = {**drawn(), "sites": layer([row for row, _ in many], [shape for _, shape in many])}
    City.from_layers(layers).write(tmp_path / "city.gpkg")
    monkeypatch.setattr("data.files.settings", lambda: {"largest_file_mb": "1"})
    assert (tmp_path / "city.gpkg").stat().st_size > 1 << 20
    assert len(City.read(tmp_path / "city.gpkg").sites) == 4000


@pytest.mark.parametrize("ending", ["city.gpkg", "city"])
def test_layers_under_other_names_are_told(tmp_path, ending):
    City.from_layers(drawn()).write(tmp_path / ending)
    sites = drawn()["sites"].to_crs(WGS84)
    if ending == "city":
        sites.to_parquet(tmp_path / ending / "点位.parquet")
    else:
        pyogrio.write_dataframe(sites, tmp_path / ending, layer="点位")
    (note,) = City.read(tmp_path / ending).notes
    assert "点位" in note and "未读取" in note
