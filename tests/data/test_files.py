"""Files before they are read: there, whole, not too large, what they say they are; zips that are safe to unpack."""

import http.server
import json
import shutil
import threading
import zipfile

import geopandas as gpd
import pandas as pd
import pytest

from data.errors import DataError
from data.files import data_files, opened, split_layer
from data.settings import settings
from data.sources import LayerSource, read_source

POINT = {"type": "Feature", "properties": {"name": "甲"}, "geometry": {"type": "Point", "coordinates": [122, 30]}}


def fault_of(path, layer="districts"):
    with pytest.raises(DataError) as caught:
        read_source(LayerSource(path), layer)
    (fault,) = caught.value.faults
    return fault


@pytest.fixture
def squares():
    """Two districts side by side."""
    shapes = gpd.GeoSeries.from_wkt(
        [
            "POLYGON((122 30,122.1 30,122.1 30.1,122 30.1,122 30))",
            "POLYGON((122.1 30,122.2 30,122.2 30.1,122.1 30.1,122.1 30))",
        ]
    )
    return gpd.GeoDataFrame({"名称": ["定海区", "普陀区"], "责任单位": ["甲局", "乙局"]}, geometry=shapes, crs=4326)


@pytest.fixture
def shapefile(tmp_path, squares):
    folder = tmp_path / "shp"
    folder.mkdir()
    squares.rename(columns={"责任单位": "责任单"}).to_file(folder / "d.shp", encoding="GBK")
    return folder / "d.shp"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.geojson", b"<OGRVRTDataSource><SrcDataSource>/etc/hosts</SrcDataSource></OGRVRTDataSource>", "虚拟图层"),
        ("a.geojson", b'<?xml version="1.0"?><OGRVRTDataSource/>', "虚拟图层"),
        ("a.geojson", b"<!DOCTYPE html><html><body>404</body></html>", "网页"),
        ("a.geojson", b"PK\x03\x04 and so on", "ZIP"),
        ("a.geojson", b"name,lon\n", "普通文本"),
        ("a.gpkg", b"{}", "GeoPackage"),
        ("a.kml", b"{}", "KML"),
        ("a.xlsx", b"id,name\n", "Excel"),
        ("a.parquet", b"PAR2", "GeoParquet"),
        ("a.csv", b"PK\x03\x04\x00", "CSV"),
        ("a.csv", b"<html></html>", "网页"),
        ("a.csv", b"", "是空的"),
        ("a.xls", b"x", "xlsx"),
        ("a.osm.pbf", b"x", "--osm"),
        ("a.dwg", b"x", "不认识"),
        ("a.zip", b"PK\x03\x04 broken", "已损坏"),
        ("a.xlsx", b"PK\x03\x04 broken", "已损坏"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","prop', "读不出来"),
        ("a.parquet", b"PAR1 cut off", "不完整"),
        ("a.gpkg", b"SQLite format 3\0", "不完整"),
    ],
)
def test_files_that_are_something_else(tmp_path, name, content, words):
    file = tmp_path / name
    file.write_bytes(content)
    fault = fault_of(file)
    assert name in fault and words in fault and str(tmp_path) not in fault


def test_no_file(tmp_path):
    assert "找不到文件 none.geojson" in fault_of(tmp_path / "none.geojson")


def test_files_above_the_limit_are_refused_unread(tmp_path):
    file = tmp_path / "large.geojson"
    with file.open("wb") as handle:
        handle.write(b"{")
        handle.truncate(201 << 20)
    assert "201 MB" in fault_of(file) and int(settings()["largest_file_mb"]) == 200


@pytest.mark.parametrize("member", ['"crs"', '"\\u0063rs"', '"CRS"'])
def test_a_crs_that_is_an_address_is_refused_and_not_asked(tmp_path, member):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    link = {"type": "link", "properties": {"href": f"http://127.0.0.1:{server.server_port}/crs", "type": "proj4"}}
    text = json.dumps({"type": "FeatureCollection", "CRS_HERE": link, "features": [POINT]})
    (tmp_path / "a.geojson").write_text(text.replace('"CRS_HERE"', member))
    assert "网络地址" in fault_of(tmp_path / "a.geojson")
    server.shutdown()
    server.server_close()
    assert asked == []


def test_a_crs_that_is_a_name_is_fine(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [POINT]}))
    raw, _ = read_source(LayerSource(tmp_path / "a.geojson"), "sites")
    assert raw.crs.to_epsg() == 4326


@pytest.mark.parametrize("side", [".shp", ".shx", ".dbf"])
def test_half_shapefiles_are_found_out(shapefile, side):
    file = shapefile.with_suffix(side)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 9 // 10])
    assert "不完整" in fault_of(shapefile) and file.name in fault_of(shapefile)


def test_a_shapefile_without_its_table(shapefile):
    shapefile.with_suffix(".dbf").unlink()
    assert ".dbf" in fault_of(shapefile)


def test_a_shapefile_with_another_ones_table(shapefile, squares, tmp_path):
    squares.head(1).rename(columns={"责任单位": "责任单"}).to_file(tmp_path / "other.shp", encoding="GBK")
    shutil.copy(tmp_path / "other.dbf", shapefile.with_suffix(".dbf"))
    assert "图形有 2 个、属性有 1 行" in fault_of(shapefile)


def zip_of(tmp_path, members):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return tmp_path / "z.zip"


def test_a_zipped_shapefile_is_read(tmp_path, shapefile):
    members = {f"资料/{file.name}": file.read_bytes() for file in shapefile.parent.iterdir() if file.suffix != ".cpg"}
    raw, _ = read_source(LayerSource(zip_of(tmp_path, {**members, "资料/说明.docx": b"x"})), "districts")
    assert raw.frame["名称"].tolist() == ["定海区", "普陀区"]
    assert raw.name == "z.zip/d.shp"


def test_a_bomb_is_not_unpacked(tmp_path):
    bomb = zip_of(tmp_path, {"a.geojson": b" " * (201 << 20)})
    assert bomb.stat().st_size < 1 << 20
    assert "解开后有 201 MB" in fault_of(bomb)


def test_a_workbook_that_is_a_bomb_is_not_opened(tmp_path):
    bomb = zip_of(tmp_path, {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b" " * (201 << 20)})
    assert "解开后有 201 MB" in fault_of(bomb.rename(tmp_path / "b.xlsx"), "sites")


def test_a_zip_in_disguise_is_no_workbook(tmp_path):
    file = zip_of(tmp_path, {"a.csv": b"x"}).rename(tmp_path / "b.xlsx")
    assert "ZIP" in fault_of(file, "sites")


def test_a_workbook_with_entities_is_not_opened(tmp_path):
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    file = zip_of(tmp_path, {"[Content_Types].xml": b"<x/>", "xl/sharedStrings.xml": text}).rename(tmp_path / "b.xlsx")
    assert "实体" in fault_of(file, "sites")


@pytest.mark.parametrize(
    "name", ["../a.geojson", "/tmp/a.geojson", "x/../../a.geojson", "C:/a.geojson", "..\\a.geojson"]
)
def test_members_outside_are_refused(tmp_path, name):
    assert "包外" in fault_of(zip_of(tmp_path, {name: json.dumps(POINT)}))


def test_zips_in_zips_are_not_opened(tmp_path):
    assert "没有可以读的数据文件" in fault_of(zip_of(tmp_path, {"inner.zip": b"PK\x03\x04"}))


def test_several_files_in_a_zip_need_a_name(tmp_path):
    file = zip_of(tmp_path, {"甲.geojson": json.dumps(POINT), "乙.geojson": json.dumps(POINT)})
    assert "乙.geojson、甲.geojson" in fault_of(file)
    assert data_files(file) == ["乙.geojson", "甲.geojson"]
    assert read_source(LayerSource(f"{file}:甲"), "sites")[0].name == "z.zip/甲.geojson"


def test_nothing_is_left_behind(tmp_path):
    with opened(zip_of(tmp_path, {"a.geojson": json.dumps(POINT)})) as source:
        assert source.path.exists()
    assert not source.path.parent.exists()


@pytest.mark.parametrize(
    ("text", "path", "layer"),
    [
        ("a.gpkg:roads", "a.gpkg", "roads"),
        ("a.gpkg", "a.gpkg", None),
        ("C:/x/a.gpkg", "C:/x/a.gpkg", None),
        ("C:/x/a.gpkg:b", "C:/x/a.gpkg", "b"),
    ],
)
def test_paths_with_layers(text, path, layer):
    found, name = split_layer(text)
    assert (str(found), name) == (path, layer)


@pytest.mark.parametrize("ending", ["geojson", "csv", "kml", "parquet"])
def test_files_with_a_column_for_every_row_do_not_fill_the_memory(tmp_path, ending):
    names = [f"列{number}" for number in range(3000)]
    file = tmp_path / f"a.{ending}"
    if ending == "geojson":
        features = [{**POINT, "properties": {name: "x"}} for name in names]
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    elif ending == "csv":
        file.write_text(",".join(names) + "\n1\n", encoding="utf-8")
    elif ending == "kml":
        data = "".join(f'<Placemark><ExtendedData><Data name="{name}"/></ExtendedData></Placemark>' for name in names)
        file.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2">{data}</kml>', encoding="utf-8")
    else:
        pd.DataFrame({name: [1] for name in names}).to_parquet(file)
    assert "3000 列" in fault_of(file)
