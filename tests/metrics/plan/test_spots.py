"""Where something may stand, and how a spot is told; checked by hand on a small drawing."""

import numpy as np
import pytest
import shapely

from geo.crs import to_mm
from metrics.assessment import road_classes
from metrics.plan.around import spots_at, thinned
from metrics.plan.ground import Ground
from metrics.plan.kerbs import kerb_spots
from metrics.plan.offer import defaults
from metrics.plan.spots import Spots
from metrics.plan.words import Directions
from metrics.survey import survey
from tests.cities import CRS, EAST, NORTH, building, city, district, road, site, venue
from tests.metrics.judging import along_rule, book_of

BOOK = book_of(along_rule(300, 1))
CITY = city(
    roads=[
        road("人民路", (0, 0), (200, 0), (600, 0)),
        road("解放路", (200, -300), (200, 0), (200, 300)),
        road(None, (600, 0), (600, 300)),
        road("独路", (2000, 0), (2000, 300)),
    ],
    buildings=[building(280, 10, 320, 40)],
    venues=[
        venue("pk", "park", shapely.box(900, 900, 960, 960), name="东园"),
        venue("st", "transport_hub", shapely.Point(1200, 900), name="汽车站"),
        venue("hy", "hydrant", shapely.Point(1203, 925), name="消火栓3"),
        venue("no", "school", shapely.Point(1198, 925), name=None),
        venue("ho", "hospital", shapely.box(1180, 680, 1220, 720), name="医院"),
    ],
    sites=[site("s", 100, 12)],
    areas=[({"kind": "water"}, shapely.box(400, 5, 420, 60))],
    districts=[district("城区", -50, -350, 2100, 1000)],
)


def _mm(east: float, north: float) -> tuple[int, int]:
    return round((EAST + east) * 1000), round((NORTH + north) * 1000)


@pytest.mark.parametrize(
    ("east", "north", "words"),
    [
        (320, 12, "人民路北侧，距解放路口 120 米"),
        (320, -12, "人民路南侧，距解放路口 120 米"),
        (80, 12, "人民路北侧，距解放路口 120 米"),
        (212, 100, "解放路东侧，距人民路口 100 米"),
        (188, -250, "解放路西侧，距人民路口 250 米"),
        (210, 12, "解放路东侧，人民路口旁"),
        (590, -12, "人民路南侧，无名主干路1口旁"),
        (2012, 100, "独路东侧，距南端 100 米"),
        (930, 930, "东园内"),
        (970, 930, "东园旁 10 米"),
        (1200, 925, "汽车站旁 25 米"),
        (1200, 700, "医院内"),
        (1390, 700, "独路西侧，北端，离路 729 米"),
        (1500, 500, "独路西侧，北端，离路 539 米"),
    ],
)
def test_a_spot_in_words(east: float, north: float, words: str):
    assert Directions(survey(CITY, ("primary",))).tell(*_mm(east, north)) == words


def test_spots_behind_both_kerbs_at_whole_steps():
    """A primary street is 20 m wide: spots stand 11.5 m off its middle, at 0, 100, … metres of the gap."""
    ground = survey(CITY, ("primary",))
    (row,) = np.flatnonzero(ground.streets.table["name"] == "人民路")
    pairs = kerb_spots(ground, np.array([row]), np.array([150_000]), np.array([420_000]), 100_000)
    expected = [[_mm(at, -11.5), _mm(at, 11.5)] for at in (200, 300, 400)]
    assert pairs.tolist() == np.array(expected).tolist()


@pytest.mark.parametrize(
    ("east", "north", "free"),
    [
        (300, 20, False),  # in the building
        (410, 12, False),  # in the water
        (350, 9, False),  # on the carriageway
        (350, 10, True),
        (107, 12, False),  # 7 m from a site
        (110, 12, True),
        (500, 50, False),  # forbidden
        (0, 500, True),
    ],
)
def test_what_is_free(east: float, north: float, free: bool):
    forbidden = (shapely.box(EAST + 480, NORTH + 30, EAST + 520, NORTH + 70),)
    ground = Ground(survey(CITY, ("primary",)), forbidden, 10)
    assert ground.allowed(np.array([_mm(east, north)])).tolist() == [free]


def test_no_layer_forbids_what_it_does_not_have():
    bare = city(roads=[road("人民路", (0, 0), (600, 0), highway="footway")], sites=[site("s", 0, 0)])
    assert Ground(survey(bare, ("primary",)), (), 10).allowed(np.array([_mm(300, 0), _mm(5, 0)])).tolist() == [
        True,
        False,
    ]
    assert Ground(survey(bare, ("primary",)), (), 10).allowed(np.empty((0, 2), dtype=np.int64)).tolist() == []


def test_spots_around_points_and_in_polygons():
    """Rings of 8, 15 and 25 m around a point, of not more than the reach; in a small polygon its own middle too."""
    import geopandas as gpd

    point = gpd.GeoSeries([shapely.Point(EAST, NORTH)], crs=CRS)
    off = np.hypot(*(spots_at(point, 10, reach_m=30) - to_mm([EAST, NORTH])).T.astype(float)) / 1000
    assert sorted(set(np.round(off, 2))) == [8, 15, 25]
    off = np.hypot(*(spots_at(point, 10, reach_m=4) - to_mm([EAST, NORTH])).T.astype(float)) / 1000
    assert off.max() < 4
    park = shapely.box(EAST, NORTH, EAST + 40, NORTH + 40)
    spots = shapely.points(spots_at(gpd.GeoSeries([park], crs=CRS), 10, reach_m=30) / 1000)
    assert shapely.covers(park, spots).sum() >= 48
    assert shapely.distance(park, spots).max() <= 41
    line = gpd.GeoSeries([shapely.LineString([(EAST, NORTH), (EAST + 200, NORTH)])], crs=CRS)
    around = shapely.distance(line.iloc[0], shapely.points(spots_at(line, 10, reach_m=30) / 1000))
    assert around.max() <= 25.01
    assert around.min() > 7


def test_of_spots_that_nearly_meet_the_first_stays():
    spots = np.array([[0, 0], [4_000, 0], [8_000, 0], [0, 0]])
    assert thinned(spots, 10_000).tolist() == [[0, 0], [8_000, 0]]


def _spots(forbidden: tuple[shapely.Geometry, ...] = ()) -> Spots:
    ground = survey(CITY, road_classes(BOOK.at("routine")))
    return Spots(Ground(ground, tuple(forbidden), defaults()["spacing_m"]))


def test_a_click_snaps_to_the_nearest_free_spot():
    """In the middle of the street it goes to the kerb, 10 m off; a free one stays; far outside there is none."""
    spots = _spots()
    spot, moved_m = spots.nearest(*_mm(350, 30))
    assert ((spot.x_mm, spot.y_mm), moved_m) == (_mm(350, 30), 0.0)
    spot, moved_m = spots.nearest(*_mm(350, 0))
    assert moved_m == 10
    assert spot.place in ("人民路北侧，距解放路口 150 米", "人民路南侧，距解放路口 150 米")
    assert spots.nearest(*_mm(50_000, 0)) is None
    walled = _spots([shapely.box(EAST, NORTH - 60, EAST + 700, NORTH + 60)])
    spot, moved_m = walled.nearest(*_mm(350, 30))
    assert 30 <= moved_m <= 32
    everywhere = _spots([shapely.box(EAST - 1e4, NORTH - 1e4, EAST + 1e4, NORTH + 1e4)])
    assert everywhere.nearest(*_mm(350, 30)) is None


@pytest.mark.parametrize(
    ("name", "east", "north", "words"),
    [
        ("东园", 930, 930, "无名主干路1北侧，距人民路口 300 米，离路 711 米"),
        ("人民", 320, 60, "人民路北侧，距解放路口 120 米"),
        ("人民广场", 1200, 925, "汽车站旁 25 米"),
        ("孤岛", 9000, 9000, ""),
    ],
)
def test_a_place_is_told_by_what_is_around_it_and_never_by_itself(name: str, east: float, north: float, words: str):
    told = Directions(survey(CITY, ("primary",))).tell_place(name, *_mm(east, north))
    assert told == words
