"""The layers of the real extracts: the two forms agree, and roads and counts are those that their source tells."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import Point

from data.city import LAYERS, City
from data.errors import DataError
from data.osm import clip_layers, read_osm

EXTRACTS = ("beijing_wudaokou", "helsinki_centre", "monaco", "shanghai_centre")
FORMS = (".osm.pbf", ".gpkg")
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def extracts(real_data) -> dict:
    return {(name, form): read_osm(real_data / name / f"{name}{form}") for name in EXTRACTS for form in FORMS}


def source_of(real_data: Path, name: str) -> str:
    return (real_data / name / "SOURCE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_roads_are_those_of_the_table(extracts, real_data, name, form):
    rows = re.findall(r"^\| (\w+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", source_of(real_data, name), re.M)
    roads = extracts[name, form].layers["roads"]
    km = np.array([GEOD.geometry_length(line) for line in roads.geometry]) / 1000
    named, one_way = km * roads["name"].notna(), km * roads["oneway"].isin(["yes", "1", "-1", "true"])
    sums = pd.DataFrame({"ways": 1, "km": km, "named": named, "oneway": one_way}).groupby(roads["highway"]).sum()
    assert set(sums.index) == {row[0] for row in rows}
    for highway, ways, *kilometres in rows:
        assert sums.loc[highway, "ways"] == int(ways)
        assert sums.loc[highway, ["km", "named", "oneway"]].to_numpy() == pytest.approx(
            [float(k) for k in kilometres], abs=0.006
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXTRACTS)
def test_counts_are_those_of_the_source(extracts, real_data, name, form):
    text, counts = source_of(real_data, name), extracts[name, form].counts

    def stated(pattern: str) -> int:
        match = re.search(pattern, text, re.M)
        return int(match[1]) if match else 0

    assert counts.get("buildings", 0) == stated(r"^- buildings: (\d+)")
    assert counts.get("venues.square", 0) == stated(r"place=square: (\d+)")
    assert counts.get("venues.park", 0) == stated(r"by leisure: .*'park': (\d+)")
    assert counts.get("venues.bus_stop", 0) == stated(r"highway=bus_stop: (\d+)")
    assert counts.get("sites", 0) == stated(r"^- ads: (\d+)")
    assert counts.get("districts", 0) == stated(r"^- districts: (\d+)")
    buildings = extracts[name, form].layers.get("buildings")
    if buildings is not None:
        assert buildings["height_m"].notna().sum() == stated(r"with height: (\d+)")
        assert buildings["levels"].notna().sum() == stated(r"with building_levels: (\d+)")
        assert (buildings["name"].notna()).sum() >= stated(r"^- buildings: .*named: (\d+)")


@pytest.mark.parametrize("name", EXTRACTS)
def test_both_forms_agree(extracts, name):
    one, other = (extracts[name, form] for form in FORMS)
    assert set(other.layers) <= set(one.layers)
    for layer in ("roads", "buildings", "sites", "districts"):
        if layer in one.layers:
            left, right = (side.layers[layer].set_index("osm_id").sort_index() for side in (one, other))
            assert left.index.equals(right.index)
            one_shape, other_shape = left.geometry.to_numpy(), right.geometry.to_numpy()
            assert np.allclose(shapely.bounds(one_shape), shapely.bounds(other_shape), atol=1e-7)
            assert np.allclose(shapely.area(one_shape), shapely.area(other_shape), rtol=1e-6)
            assert np.allclose(shapely.length(one_shape), shapely.length(other_shape), rtol=1e-6)
    for code in ("square", "park", "bus_stop"):
        assert ids_of(one, code) == ids_of(other, code)


def ids_of(found, code: str) -> set[str]:
    venues = found.layers.get("venues")
    return set() if venues is None else set(venues.loc[venues["class"] == code, "id"])


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("form", FORMS)
def test_layers_are_a_city(extracts, name, form):
    found = extracts[name, form]
    for layer, frame in found.layers.items():
        assert list(frame.columns) == [*dict.fromkeys([*LAYERS[layer].columns, "osm_id"]), "geometry"]
        assert frame.crs.to_epsg() == 4326 and isinstance(frame.index, pd.RangeIndex)
        assert frame.geometry.is_valid.all() and not frame.geometry.is_empty.any()
    city = City.from_layers(found.layers, found.meta)
    assert len(city.roads) >= len(found.layers["roads"]) and city.unknown_words().empty


def test_what_the_extracts_tell(extracts):
    monaco, helsinki = extracts["monaco", ".osm.pbf"], extracts["helsinki_centre", ".osm.pbf"]
    assert monaco.admin_level == 10
    assert set(monaco.layers["districts"]["name"]) == {
        "Monte-Carlo", "La Rousse", "Larvotto", "La Condamine", "Monaco-Ville", "Fontvieille",
    }  # fmt: skip
    sites = monaco.layers["sites"].set_index("id")
    assert sites["carrier"].value_counts().to_dict() == {"billboard": 7, "poster_box": 6, "screen": 2}
    assert sites.loc["n4937556525", "name"] == "Place d'Armes" and sites["themes"].isna().all()
    assert sites.loc["n6458746964", "facing_deg"] == 110 and sites.loc["n6482565667", "panels"] == 2
    assert helsinki.layers["sites"].geometry.geom_type.eq("Point").all()
    # Ways that leave the extract keep the stretch that is there; rings that do cannot be taken, and are told.
    assert helsinki.repairs.query("layer == 'roads'")["reason"].str.contains("提取范围").all()
    assert (helsinki.rejects["layer"] == "buildings").sum() == 54
    assert extracts["helsinki_centre", ".gpkg"].study_area.area > 0
    sea = monaco.layers["areas"].query("kind == 'sea'")
    assert sea.geometry.contains(Point(7.436, 43.734)).any() and not sea.geometry.contains(Point(7.4198, 43.7311)).any()
    inland = shapely.point_on_surface(monaco.layers["buildings"].geometry.to_numpy())
    assert shapely.contains(shapely.union_all(sea.geometry.to_numpy()), inland).mean() < 0.02


def test_asking_for_a_level(real_data):
    path = real_data / "monaco" / "monaco.osm.pbf"
    assert len(read_osm(path, admin_level=10).layers["districts"]) == 6
    with pytest.raises(DataError, match=r"行政级别 6 .*10"):
        read_osm(path, admin_level=6)
    with pytest.raises(DataError, match="1 到 12"):
        read_osm(path, admin_level=13)


def test_clip_cuts_roads_and_keeps_what_is_inside(extracts):
    found = extracts["beijing_wudaokou", ".gpkg"]
    before = {name: len(frame) for name, frame in found.layers.items()}
    kept, dropped = clip_layers(found.layers, found.study_area)
    assert {name: len(frame) + dropped[name] for name, frame in kept.items()} == before
    around = found.study_area.buffer(1e-9)
    assert kept["roads"].geometry.within(around).all()
    length, whole = (shapely.length(side["roads"].geometry.to_numpy()).sum() for side in (kept, found.layers))
    assert 0.5 * whole < length < whole
    assert {name: len(frame) for name, frame in found.layers.items()} == before
