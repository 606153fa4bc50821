"""The nearest free spot of an edited city, beside a scan that asks place by place."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely

from data.city import City
from metrics.plan.ground import Ground
from metrics.plan.offer import defaults
from metrics.plan.spots import Spots
from metrics.scenario.sites import Changes, Site
from metrics.survey import survey
from tests.cities import EAST, NORTH, building, city, district, road, site

SPACING_M = 10.0


def _mm(east: float, north: float) -> tuple[int, int]:
    return round((EAST + east) * 1000), round((NORTH + north) * 1000)


def _drawn(random: np.random.Generator) -> City:
    """A crossing, slanting houses, a pond, sites, and a district border close by."""
    houses = [
        (
            {},
            shapely.affinity.rotate(
                building(*(low := random.integers(-40, 40, 2)), *(low + random.integers(5, 25, 2)))[1],
                float(random.integers(0, 90)),
            ),
        )
        for _ in range(4)
    ]
    return city(
        roads=[
            road("人民路", (-300, 0), (0, int(random.integers(-9, 9))), (300, 0), highway="secondary"),
            road("解放路", (0, -300), (int(random.integers(-9, 9)), 300), highway="residential"),
        ],
        buildings=houses,
        areas=[({"kind": "water"}, shapely.Point(int(random.integers(-30, 30)), 30).buffer(12))],
        sites=[site(f"s{nth}", *random.integers(-45, 45, 2).tolist()) for nth in range(6)],
        districts=[district("城区", -60, -60, int(random.integers(10, 60)), 60)],
    )


def _free(drawn: City, standing: list[tuple[int, int]], forbidden: shapely.Geometry, xy_mm: np.ndarray) -> np.ndarray:
    """Which places are free, by the rules one after the other."""
    points, half = shapely.points(xy_mm / 1000), defaults()["half_width_m"]
    free = shapely.intersects(drawn.districts.geometry.iloc[0], points) & ~shapely.intersects(forbidden, points)
    for shape in (*drawn.buildings.geometry, *drawn.areas.geometry):
        free &= ~shapely.intersects(shape, points)
    for highway, line in zip(drawn.roads["highway"], drawn.roads.geometry, strict=True):
        free &= shapely.distance(line, points) >= half[highway]
    for place in standing:
        free &= ((xy_mm - place) ** 2).sum(axis=1) >= (SPACING_M * 1000) ** 2
    return free


def _grid_mm(middle: tuple[int, int], half_mm: int, step_mm: int) -> np.ndarray:
    side = np.arange(-half_mm, half_mm + 1, step_mm)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2) + middle


def _places(drawn: City) -> dict[str, tuple[int, int]]:
    points = drawn.sites.geometry
    return {id: (round(1000 * p.x), round(1000 * p.y)) for id, p in zip(drawn.sites["id"], points, strict=True)}


def _changes(drawn: City, random: np.random.Generator) -> Changes:
    """One gone, one moved, one repaired in place, one new."""
    place = _places(drawn)
    east, north = random.integers(-40, 40, 2)
    return {
        "s0": None,
        "s1": Site("s1", *_mm(east, north)),
        "s2": Site("s2", *place["s2"], condition="good"),
        "new": Site("new", *_mm(north, east)),
    }


@pytest.mark.parametrize("seed", range(24))
def test_no_free_place_is_nearer(seed: int):
    random = np.random.default_rng(seed)
    drawn = _drawn(random)
    changes = _changes(drawn, random) if seed % 3 else {}
    but = [None, "s3", "new"][seed % 3 if seed % 2 else 0]
    forbidden = shapely.box(EAST - 20, NORTH - 60, EAST + 5, NORTH - 5)
    spots = Spots(Ground(survey(drawn, ("secondary",)), (), SPACING_M))
    asked = _mm(*random.integers(-30, 30, 2).tolist())
    found = spots.nearest(*asked, changes=changes, but=but, forbidden=(forbidden,))
    own = _places(drawn) | {id: None if site is None else (site.x_mm, site.y_mm) for id, site in changes.items()}
    standing = [place for id, place in own.items() if place is not None and id != but]
    scanned = _grid_mm(asked, 100_000, 500)
    scanned = scanned[_free(drawn, standing, forbidden, scanned)]
    least = np.hypot(*(scanned - asked).T).min(initial=np.inf) / 1000
    if found is None:
        assert least > 100
        return
    spot, off_m = found
    place = np.array([[spot.x_mm, spot.y_mm]])
    assert _free(drawn, standing, forbidden, place).all()
    assert off_m == pytest.approx(np.hypot(*(place[0] - asked)) / 1000)
    close = _grid_mm((spot.x_mm, spot.y_mm), 2_000, 20)
    close = close[_free(drawn, standing, forbidden, close)]
    assert off_m <= min(least, np.hypot(*(close - asked).T).min() / 1000) + 0.01


def test_an_edited_site_leaves_its_place_and_takes_another():
    """A site takes its place, leaves it when it moves, takes where it moved to, and never stands in its own way."""
    field = city(roads=[road("人民路", (0, -500), (600, -500))], sites=[site("s", 0, 0)])
    spots = Spots(Ground(survey(field, ("primary",)), (), SPACING_M))
    here, away = _mm(3, 0), _mm(200, 0)

    def off(asked: tuple[int, int], **edits) -> float:
        return spots.nearest(*asked, **edits)[1]

    moved = {"s": Site("s", *away)}
    assert off(here, changes={"s": None}) == off(here, changes=moved) == off(here, but="s") == 0
    assert off(away, changes=moved, but="s") == 0
    fence = (shapely.box(EAST + 390, NORTH - 8, EAST + 430, NORTH + 40),)
    metres = [off(here), off(away, changes=moved), off(_mm(400, 0), forbidden=fence)]
    assert metres == pytest.approx([7, 10, 8], abs=0.01)
    assert off(here, changes={"n": Site("n", *_mm(3, 1))}) > 7.1


def test_many_ask_at_once():
    drawn = _drawn(np.random.default_rng(1))
    asked = [_mm(*np.random.default_rng(seed).integers(-40, 40, 2).tolist()) for seed in range(40)]
    alone = Spots(Ground(survey(drawn, ("secondary",)), (), SPACING_M))
    together = Spots(Ground(survey(drawn, ("secondary",)), (), SPACING_M))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: together.nearest(*place), asked))
    assert found == [alone.nearest(*place) for place in asked]
