"""The door to GDAL: only our drivers, sentences instead of exceptions, the same bytes for the same frames."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from data._gdal import DRIVERS, list_layers, read_layer, write_layer
from data.errors import DataError


@pytest.fixture
def points():
    return gpd.GeoDataFrame({"name": ["甲", None]}, geometry=gpd.points_from_xy([122, 122.1], [30, 30.1]), crs=4326)


def test_only_our_drivers_are_left():
    assert set(pyogrio.list_drivers()) <= set(DRIVERS)


def test_only_our_drivers_are_left_when_pyogrio_came_first():
    code = "import pyogrio; pyogrio.list_drivers(); import data._gdal; print(sorted(pyogrio.list_drivers()))"
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(sorted(DRIVERS))


def test_layers_come_back_and_the_same_frames_give_the_same_bytes(tmp_path, points):
    files = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for file in files:
        write_layer(points, file, "sites")
        write_layer(pd.DataFrame({"name": ["某市"]}), file, "meta")
    assert list_layers(files[0]) == ["sites", "meta"]
    assert read_layer(files[0], "sites")["name"].tolist()[0] == "甲"
    assert read_layer(files[0], "meta")["name"].tolist() == ["某市"]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_faults_are_sentences_without_the_folder(tmp_path, points):
    write_layer(points, tmp_path / "a.gpkg", "one")
    write_layer(points, tmp_path / "a.gpkg", "two")
    (tmp_path / "b.gpkg").write_bytes(b"SQLite format 3\0" + bytes(200))
    for file, layer, word in (
        ("none.gpkg", None, "找不到"),
        ("a.gpkg", None, "one、two"),
        ("a.gpkg", "x", "没有图层"),
        ("b.gpkg", None, "读不出来"),
    ):
        with pytest.raises(DataError, match=word) as caught:
            read_layer(tmp_path / file, layer)
        assert file in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_an_address_is_no_file():
    for path in (
        "/vsicurl/http://127.0.0.1:9/x.geojson",
        "http://127.0.0.1:9/x.geojson",
        '{"type":"Point","coordinates":[1,2]}',
    ):
        with pytest.raises(DataError, match="找不到"):
            read_layer(path)
    assert os.environ.get("GDAL_SKIP") is None
