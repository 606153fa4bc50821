"""Files with geometry: encodings of Shapefiles, layers of GeoPackages, KML, GeoParquet, real ones whole."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.errors import DataError
from data.sources import LayerSource, read_layer_file, read_source

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<NetworkLink><Link><href>http://127.0.0.1:9/other.kml</href></Link></NetworkLink>
<Folder><Placemark><name>甲</name><ExtendedData><Data name="载体"><value>道旗</value></Data>
<SchemaData schemaUrl="#s"><SimpleData name="编号">S1</SimpleData></SchemaData></ExtendedData>
<Point><coordinates>122.1,30.1,5</coordinates></Point></Placemark>
<Placemark><name>乙</name><MultiGeometry><LineString><coordinates>122,30 122.1,30</coordinates></LineString>
<LineString><coordinates>122,31 122.1,31</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>丙</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
122,30 122.1,30 122.1,30.1 122,30.1 122,30</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>122.02,30.02 122.04,30.02 122.04,30.04 122.02,30.02</coordinates></LinearRing>
</innerBoundaryIs></Polygon></Placemark>
<Placemark><name>丁</name></Placemark></Folder></Document></kml>"""


@pytest.fixture
def points():
    data = {"编号": ["1", "2"], "载体形式": ["灯杆道旗", "围挡"], "责任单位": ["市城管局", "市住建局"]}
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy([122.1, 122.2], [30.1, 30.2]), crs=4326)


def raw_of(path, layer="sites", **options):
    return read_source(LayerSource(path, **options), layer)[0]


@pytest.mark.filterwarnings("ignore:.*ormalized:RuntimeWarning", "ignore:.*decode error message:RuntimeWarning")
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", ["right", "none", "wrong"])
def test_shapefiles_in_either_encoding_whatever_the_cpg_says(tmp_path, points, encoding, cpg):
    points.to_file(tmp_path / "s.shp", encoding=encoding)
    if cpg == "none":
        (tmp_path / "s.cpg").unlink()
    if cpg == "wrong":
        (tmp_path / "s.cpg").write_text("UTF-8" if encoding == "GBK" else "GBK")
    cleaned, mapping = read_layer_file(LayerSource(tmp_path / "s.shp"), "sites")
    assert cleaned.frame["carrier"].tolist() == ["lamp_post_flag", "hoarding"]
    assert cleaned.frame["unit"].tolist() == ["市城管局", "市住建局"]
    assert mapping.missing == ()
    assert any("GBK" in text for text in cleaned.warnings) == (encoding == "GBK" and cpg == "none")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_geojson_in_any_encoding(tmp_path, points, encoding):
    (tmp_path / "a.geojson").write_bytes(points.to_json(ensure_ascii=False).encode(encoding))
    assert raw_of(tmp_path / "a.geojson").frame["责任单位"].tolist() == ["市城管局", "市住建局"]


def test_layers_of_a_geopackage(tmp_path, points):
    file = tmp_path / "a.gpkg"
    points.to_file(file, layer="点位")
    assert raw_of(file).layer == "点位"
    points.head(1).to_file(file, layer="sites")
    raw, choices = read_source(LayerSource(file), "sites")
    assert (raw.layer, len(raw.frame), sorted(choices)) == ("sites", 1, ["sites", "点位"])
    assert len(raw_of(f"{file}:点位").frame) == 2
    with pytest.raises(DataError, match="多个图层"):
        raw_of(file, "roads")
    with pytest.raises(DataError, match="没有图层“没有”"):
        raw_of(f"{file}:没有")


def test_a_geopackage_table_without_geometry_is_a_table(tmp_path, points):
    table = pd.DataFrame({"编号": ["1"], "载体": ["道旗"], "经度": [122.1], "纬度": [30.1]})
    import pyogrio

    pyogrio.write_dataframe(table, tmp_path / "a.gpkg", layer="t")
    cleaned, _ = read_layer_file(LayerSource(tmp_path / "a.gpkg"), "sites")
    assert (cleaned.frame.geometry.x.iloc[0], cleaned.frame.geometry.y.iloc[0]) == (122.1, 30.1)


def test_kml(tmp_path):
    (tmp_path / "a.kml").write_text(KML, encoding="utf-8")
    raw = raw_of(tmp_path / "a.kml")
    assert raw.frame["name"].tolist() == ["甲", "乙", "丙", "丁"]
    assert raw.frame.iloc[0][["载体", "编号"]].tolist() == ["道旗", "S1"]
    kinds = [None if shape is None else shape.geom_type for shape in raw.geometry]
    assert kinds == ["Point", "MultiLineString", "Polygon", None]
    assert len(raw.geometry.iloc[2].interiors) == 1


def test_kml_with_entities_or_broken_is_a_sentence(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><kml><name>&b;</name></kml>'
    for text, words in ((bomb, "实体"), (KML[:300], "读不出来")):
        (tmp_path / "a.kml").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=words):
            raw_of(tmp_path / "a.kml")


def test_geoparquet(tmp_path, points):
    points.to_parquet(tmp_path / "a.parquet")
    assert raw_of(tmp_path / "a.parquet").geometry.geom_equals(points.geometry).all()
    broken = bytearray((tmp_path / "a.parquet").read_bytes())
    broken[20:-20] = bytes(len(broken) - 40)
    (tmp_path / "a.parquet").write_bytes(broken)
    with pytest.raises(DataError, match="读不出来"):
        raw_of(tmp_path / "a.parquet")


def test_geometry_that_cannot_be_built_is_a_reject(tmp_path):
    bad = {"type": "Polygon", "coordinates": [[[122, 30], [122.1, 30]]]}
    good = {"type": "Polygon", "coordinates": [[[122, 30], [122.1, 30], [122.1, 30.1], [122, 30]]]}
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shape}
        for name, shape in (("甲", bad), ("乙", good), ("丙", None))
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    cleaned, _ = read_layer_file(LayerSource(tmp_path / "a.geojson"), "districts")
    assert cleaned.frame["name"].tolist() == ["乙"]
    assert cleaned.rejects["row"].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("folder", "code", "count", "invalid"),
    [
        ("zhoushan_districts", "330900", 4, {"定海区"}),
        ("cn_districts", "310000", 16, set()),
        ("cn_districts", "110000", 16, {"顺义区"}),
        ("cn_districts", "420100", 13, {"汉南区", "江夏区", "新洲区"}),
    ],
)
def test_datav_districts_land_on_their_copies(real_data, folder, code, count, invalid):
    cleaned, mapping = read_layer_file(
        LayerSource(real_data / folder / f"{code}_gcj02.geojson", datum="gcj02"), "districts"
    )
    copy = gpd.read_file(real_data / folder / f"{code}_wgs84.gpkg")
    ours, theirs = (frame.set_index("name").geometry.to_crs(4527) for frame in (cleaned.frame, copy))
    assert len(ours) == count and len(cleaned.rejects) == 0 and list(ours.index) == list(theirs.index)
    assert ours.is_valid.all()
    assert set(cleaned.repairs["value"]) == invalid
    for name, shape in ours.items():
        places = shapely.points(shapely.get_coordinates(shape))
        assert shapely.distance(places, theirs[name].boundary).max() < 1
        if name not in invalid:
            assert shapely.hausdorff_distance(shape, theirs[name]) < 1
    assert abs(ours.area / theirs.area - 1).max() < 1e-4
    assert cleaned.frame["parent"].unique().tolist() == [code]
    assert cleaned.frame["level"].unique().tolist() == ["district"]
    assert mapping.taken["name"] == "name"


def test_the_older_districts_of_zhoushan(real_data):
    cleaned, _ = read_layer_file(LayerSource(real_data / "zhoushan_districts" / "330900_old2015.geojson"), "districts")
    assert len(cleaned.frame) == 4 and cleaned.frame.is_valid.all() and len(cleaned.repairs) > 0


def test_the_roads_of_wuhan_come_whole(real_data):
    cleaned, _ = read_layer_file(LayerSource(real_data / "wuhan_roads" / "wuhan_roads.parquet"), "roads")
    assert len(cleaned.frame) == 92667 and len(cleaned.rejects) == 0 and cleaned.warnings == ()
    assert cleaned.frame["highway"].value_counts()["residential"] == 24887
    assert cleaned.frame["length_m"].sum() / 1000 == pytest.approx(7185, abs=1)
