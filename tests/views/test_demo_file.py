"""The demo city is made once, kept whole, and made again when its file is spoilt or the code changed."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString

from data.city import City
from views import demo_file

made = []


@pytest.fixture(autouse=True)
def _small_demo(monkeypatch, user_folder):
    """A demo city of one road, and a count of how often it was made."""
    made.clear()
    road = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[LineString([(122, 30), (122.01, 30)])], crs=4326)

    def demo_city() -> City:
        made.append(1)
        return City.from_layers({"roads": road}, {"name": "示例", "demo": "1"})

    monkeypatch.setattr(demo_file, "demo_city", demo_city)


def test_made_once_and_the_same_when_read_again():
    first, second = demo_file.kept_demo_city(), demo_file.kept_demo_city()
    assert len(made) == 1
    assert first.fingerprint == second.fingerprint
    assert second.is_demo


def test_spoilt_file_is_made_again(user_folder):
    demo_file.kept_demo_city()
    (kept,) = (user_folder.parent / "cache" / "demo").iterdir()
    (kept / "roads.parquet").unlink()
    assert len(demo_file.kept_demo_city().roads) == 1
    assert len(made) == 2


def test_other_code_makes_it_anew_and_removes_the_old(monkeypatch, user_folder):
    demo_file.kept_demo_city()
    monkeypatch.setattr(demo_file, "_code_fingerprint", lambda: "other")
    demo_file.kept_demo_city()
    assert [path.name for path in (user_folder.parent / "cache" / "demo").iterdir()] == ["other"]
    assert len(made) == 2
