"""
Cities out of files.

The small one: two districts side by side, a road through both, three sites by the road::

    +-------+-------+ 30.1
    |   s1  s2  s3  |        s1, s2, s3 on the road at 30.05
    |=======+=======|
    +-------+-------+ 30.0
    122    122.1  122.2
"""

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from data.city import City
from data.errors import DataError
from data.importing import ImportRequest, import_city, write_rejects
from data.sources import LayerSource, preview
from geo.datum import wgs84_to_gcj02

SITES = "编号,名称,载体,主题,经度,纬度\n" + "".join(
    f"s{number},点{number},道旗,诚信,{122.05 + 0.05 * (number - 1)},30.05\n" for number in (1, 2, 3)
)


@pytest.fixture
def files(tmp_path):
    cells = [shapely.box(122, 30, 122.1, 30.1), shapely.box(122.1, 30, 122.2, 30.1)]
    gpd.GeoDataFrame({"name": ["甲区", "乙区"]}, geometry=cells, crs=4326).to_file(tmp_path / "d.geojson")
    road = shapely.LineString([(122, 30.05), (122.2, 30.05)])
    gpd.GeoDataFrame({"highway": ["primary"], "name": ["测试大道"]}, geometry=[road], crs=4326).to_file(
        tmp_path / "r.gpkg", layer="roads"
    )
    (tmp_path / "s.csv").write_text(SITES, encoding="gbk")
    return tmp_path


def request(files, **changes):
    layers = {
        "districts": LayerSource(files / "d.geojson"),
        "roads": LayerSource(f"{files / 'r.gpkg'}:roads"),
        "sites": LayerSource(files / "s.csv", datum="wgs84"),
    }
    layers.update(changes.pop("layers", {}))
    return ImportRequest(layers=layers, name="测试市", **changes)


def test_the_small_city(files):
    told = []
    result = import_city(request(files, licence="自有", data_date="2024-05-01"), progress=told.append)
    assert {name: len(frame) for name, frame in result.city.layers.items()} == {"districts": 2, "roads": 1, "sites": 3}
    assert result.counts[["layer", "read", "taken", "rejected"]].values.tolist() == [
        ["districts", 2, 2, 0],
        ["roads", 1, 1, 0],
        ["sites", 3, 3, 0],
    ]
    assert result.warnings == () and len(result.rejects) == len(result.repairs) == len(result.duplicates) == 0
    assert dict(result.city.meta) == {
        "name": "测试市",
        "source": "d.geojson、r.gpkg:roads、s.csv",
        "licence": "自有",
        "data_date": "2024-05-01",
        "datum": "districts: wgs84; roads: wgs84; sites: wgs84",
    }
    assert len(told) == 5 and "s.csv" in told[2]
    assert result.city.sites["original_x"].tolist() == pytest.approx([122.05, 122.1, 122.15])


def test_the_order_of_rows_does_not_change_the_city(files):
    first = import_city(request(files)).city.fingerprint
    lines = SITES.splitlines()
    (files / "s.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    assert import_city(request(files)).city.fingerprint == first


def test_a_city_that_was_written_is_imported_as_it_was(files, tmp_path):
    city = import_city(request(files)).city
    city.write(tmp_path / "city.gpkg")
    again = import_city(
        ImportRequest(layers={name: LayerSource(tmp_path / "city.gpkg") for name in city.layers}, name="测试市")
    )
    assert again.city.fingerprint == City.read(tmp_path / "city.gpkg").fingerprint
    assert again.city.sites["original_datum"].tolist() == ["wgs84"] * 3


def test_an_excel_table_in_gcj02_lands_where_it_belongs(files):
    book = openpyxl.Workbook()
    book.active.append(["编号", "载体", "主题", "经度", "纬度"])
    for number, lon in enumerate((122.05, 122.1, 122.15), start=1):
        x, y = (float(value) for value in wgs84_to_gcj02(lon, 30.05))
        book.active.append([f"s{number}", "道旗", "诚信", x, y])
    book.save(files / "s.xlsx")
    result = import_city(request(files, layers={"sites": LayerSource(files / "s.xlsx", datum="gcj02")}))
    plain = import_city(request(files))
    assert result.city.sites.geometry.distance(plain.city.sites.geometry).max() < 0.01
    assert result.city.sites["original_datum"].tolist() == ["gcj02"] * 3


def test_what_cannot_be_taken_is_told_and_the_rest_taken(files):
    (files / "s.csv").write_text(
        SITES + "s4,坏,道旗,诚信,,30.05\ns5,近,道旗,诚信,122.0500001,30.05\n", encoding="utf-8"
    )
    result = import_city(request(files))
    assert len(result.city.sites) == 4
    assert result.rejects[["layer", "row", "column", "taken"]].values.tolist() == [["sites", 5, "经度", False]]
    assert result.duplicates[["id", "other_id", "row", "other_row"]].values.tolist() == [["s1", "s5", 2, 6]]
    assert any("重复登记" in text for text in result.warnings)
    with pytest.raises(DataError, match="第一处在第 5 行"):
        import_city(request(files, strict=True))


def test_faults_of_all_files_come_together(files):
    (files / "s.csv").write_text("编号,载体,经度,纬度\n1,道旗,30.05,122.05\n", encoding="utf-8")
    bad = {"roads": LayerSource(files / "none.shp"), "districts": LayerSource(files / "d.geojson", datum="mars")}
    with pytest.raises(DataError) as caught:
        import_city(request(files, layers=bad, area=files / "gone.geojson"))
    assert len(caught.value.faults) == 4
    for words in ("none.shp", "mars", "写反了", "gone.geojson"):
        assert any(words in fault for fault in caught.value.faults)


def test_an_area_cuts(files):
    gpd.GeoDataFrame(geometry=[shapely.box(121.9, 30, 122.08, 30.1)], crs=4326).to_file(files / "area.geojson")
    result = import_city(request(files, area=files / "area.geojson"))
    assert result.city.sites["id"].tolist() == ["s1"] and len(result.city.districts) == 1
    assert result.counts.set_index("layer")["clipped"].to_dict() == {"districts": 1, "roads": 0, "sites": 2}
    gpd.GeoDataFrame(geometry=[shapely.box(1, 1, 2, 2)], crs=4326).to_file(files / "area.geojson")
    with pytest.raises(DataError, match="什么也没有"):
        import_city(request(files, area=files / "area.geojson"))
    with pytest.raises(DataError, match="没有面"):
        import_city(request(files, area=f"{files / 'r.gpkg'}:roads"))


def test_requests_that_ask_for_nothing_or_what_does_not_exist():
    for bad, words in ((ImportRequest(), "数据来源"), (ImportRequest(layers={"trees": LayerSource("x.csv")}), "trees")):
        with pytest.raises(DataError, match=words):
            import_city(bad)


def test_empty_layers_are_sentences(files):
    (files / "s.csv").write_text(SITES.splitlines()[0] + "\n", encoding="utf-8")
    result = import_city(request(files))
    assert len(result.city.sites) == 0 and any("点位”图层是空的" in text for text in result.warnings)
    gpd.GeoDataFrame({"highway": []}, geometry=[], crs=4326).to_file(files / "r.gpkg", layer="roads")
    with pytest.raises(DataError, match="既没有道路也没有场所"):
        import_city(request(files))


def test_layers_that_lie_apart_name_the_datum(files):
    (files / "s.csv").write_text(SITES.replace("122.", "112."), encoding="utf-8")
    assert any("坐标系" in text and "公里" in text for text in import_city(request(files)).warnings)


def test_an_extract_with_a_site_table_beside_it(real_data, files):
    (files / "s.csv").write_text(
        "编号,载体,主题,经度,纬度\n1,道旗,诚信,116.32,40.0\n2,围挡,,116.321,40.0\n", encoding="utf-8"
    )
    result = import_city(
        ImportRequest(
            osm=real_data / "beijing_wudaokou" / "beijing_wudaokou.osm.pbf",
            layers={"sites": LayerSource(files / "s.csv", datum="wgs84")},
        )
    )
    counts = result.counts.set_index("layer")
    assert counts.loc["sites", "taken"] == 2 and counts.loc["roads", "taken"] > 600
    assert counts.loc["roads", "source"] == "beijing_wudaokou.osm.pbf"
    assert "OpenStreetMap" in result.city.meta["licence"]


def test_a_preview_shows_what_would_be_taken(files):
    (files / "s.csv").write_text(SITES + "s4,坏,飞艇,诚信,122.1,北\n", encoding="gbk")
    seen = preview(LayerSource(files / "s.csv"), "sites")
    assert (seen.read, seen.taken, seen.rejected, seen.faults, seen.datum) == (4, 3, 1, (), None)
    assert seen.first.index.tolist() == [2, 3, 4, 5] and seen.first["纬度"].tolist()[3] == "北"
    assert seen.mapping.table()["taken_as"].tolist() == ["编号", "名称", "载体", "主题", "经度", "纬度"]


def test_a_preview_of_what_cannot_be_taken_says_why(files):
    (files / "s.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    seen = preview(LayerSource(files / "s.csv"), "sites")
    assert seen.taken == 0 and seen.rejected == 1 and len(seen.faults) == 1 and "载体" in seen.faults[0]
    mapped = preview(LayerSource(files / "s.csv", headings={"甲": "id", "乙": "carrier"}), "sites")
    assert mapped.mapping.missing == ("place",)


def test_constants_fill_what_a_file_of_parks_does_not_say(files):
    park = gpd.GeoDataFrame(
        {"osm_id": ["w1"], "name": ["中山公园"]}, geometry=[shapely.box(122.01, 30.01, 122.02, 30.02)], crs=4326
    )
    park.to_file(files / "p.geojson")
    result = import_city(
        request(files, layers={"venues": LayerSource(files / "p.geojson", constants={"class": "公园"})})
    )
    assert result.city.venues["class"].tolist() == ["park"] and result.city.venues["id"].tolist() == ["w1"]


def test_rejects_as_csv_run_nothing(tmp_path):
    values = ["=1+1", "+1", "-1", "@x", "\tx", "甲", None, 5]
    write_rejects(pd.DataFrame({"value": values}, dtype=object), tmp_path / "r.csv")
    cells = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert cells == ["value", "'=1+1", "'+1", "'-1", "'@x", "'\tx", "甲", '""', "5"]


def test_layers_on_two_continents_are_a_fault(files):
    (files / "s.csv").write_text(SITES.replace("122.", "-70."), encoding="utf-8")
    with pytest.raises(DataError, match="不会是同一个城市"):
        import_city(request(files))
