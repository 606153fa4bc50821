"""
What an edit costs at city size: beside all windows and sight lines, and beside a whole ``assess``.

Run ``python -m benchmarks.whatif [district] [city] [megacity]``. Two tables, all in one run:

*touched*: one more site beside a street that can be seen from a square. ``all`` matches every site with the streets,
sweeps every window and follows the sight lines from every square to every site in reach of it (with the index of walls
at hand, and ``+ walls`` with that made too); ``touched`` sweeps the streets the new site is near and follows the sight
lines to it from the squares around, ``edit`` is a site put up or taken away for good, windows only. Of 10,000 spots
asked at once (a map of where one more site gains most): ``gain`` the windows of one, ``each`` windows and lines.

*edits*: add, move, remove, repair, each followed by the whole difference (verdicts, gaps, scores, ranks), one upon the
other, beside ``assess`` of the edited city.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import shapely

from benchmarks.synthetic import SIZES, grid_city
from benchmarks.timing import median_seconds, seconds_of
from benchmarks.windows import NEED, REACH_M, WINDOW_M, exact
from data.city import City
from geo.areas import sample_points
from geo.crs import to_mm
from geo.few import SegmentsNear
from geo.live import LiveWindows
from geo.live_views import LiveViews
from geo.matching import match_points
from geo.near import pairs_in_reach
from geo.sight import Obstacles, hiding_building, obstacles
from geo.streets import Streets, build_streets
from metrics.assessment import assess
from metrics.book import RuleBook
from metrics.rulebook import load_rulebook
from metrics.scenario import Changes, Site, WhatIf, edited_city

VIEW_M = 100.0
SAMPLES = 64
SPOTS = 400
EDITS = 300
PLACES_PER_SQUARE = 8


@dataclass(frozen=True, eq=False)
class Ground:
    """What the first table needs of a city, all in millimetres: sites, and where one stands on squares."""

    city: City
    streets: Streets
    sites: np.ndarray
    centres: np.ndarray
    square: np.ndarray
    samples: np.ndarray

    @classmethod
    def of(cls, city: City) -> "Ground":
        """The ground of a city."""
        squares = city.venues[city.venues["class"] == "square"].geometry.reset_index(drop=True)
        samples = sample_points(squares, SAMPLES).sort_index(kind="stable")
        centres = to_mm(shapely.get_coordinates(squares.centroid.array))
        places = to_mm(shapely.get_coordinates(samples.array))
        sites = to_mm(shapely.get_coordinates(city.sites.geometry.array))
        return cls(city, build_streets(city.roads), sites, centres, samples.index.to_numpy(), places)

    @property
    def stands(self) -> np.ndarray:
        """Everywhere one stands."""
        return np.vstack((self.centres, self.samples))

    def walls(self) -> Obstacles:
        """The walls around all squares."""
        return obstacles(self.city.buildings.geometry, near=self.stands / 1000, radius_m=VIEW_M + 1)


def all_lines(ground: Ground, walls: Obstacles) -> np.ndarray:
    """From everywhere one stands to every site in reach."""
    reach = np.full(len(ground.sites), int(VIEW_M * 1000))
    stand, site = pairs_in_reach(ground.stands, ground.sites, reach)
    return hiding_building(ground.stands[stand], ground.sites[site], walls)


def touch(live: LiveWindows, views: LiveViews, spot: np.ndarray) -> None:
    """One more site: the windows of the streets it is near, and the sight lines to it from the squares around."""
    live.gain(spot)
    views.seen(spot)


def touched_table(name: str, city: City) -> None:
    """Time all windows and lines, then those that one site touches."""
    ground = Ground.of(city)
    walls, near = ground.walls(), SegmentsNear(ground.streets.segments)
    length, reach = ground.streets.table["length_mm"].to_numpy(), int(REACH_M * 1000)
    places = match_points(ground.sites, ground.streets.segments, reach_mm=reach)
    live = LiveWindows(near, length, places, need=NEED, window_mm=WINDOW_M * 1000, reach_mm=reach)
    beside = ground.sites[np.unique(places.point)]
    views = LiveViews(ground.centres, ground.square, ground.samples, walls, reach_m=VIEW_M)
    spots = _spots(beside, ground)
    touch(live, views, spots[0])
    all_lines(ground, walls)
    windows = median_seconds(partial(exact, ground.streets, ground.sites), 9)
    lines = median_seconds(partial(all_lines, ground, walls), 5)
    index = median_seconds(ground.walls, 5)
    edit = [seconds_of(partial(_there_and_back, live, spot)) / 2 for spot in spots]
    both = [seconds_of(partial(touch, live, views, spot)) for spot in spots]
    many = np.repeat(spots, 25, axis=0)
    gain, each = (seconds_of(job) / len(many) for job in (partial(live.gain, many), partial(touch, live, views, many)))
    whole, part = windows + lines, float(np.median(both))
    print(
        f"{name:10} {1e3 * windows:11.1f} {1e3 * lines:9.1f} {1e3 * index:9.1f} {1e6 * np.median(edit):8.1f} "
        f"{1e6 * part:11.1f} {1e6 * np.percentile(both, 95):8.1f} {whole / part:8,.0f} {(whole + index) / part:8,.0f} "
        f"{1e6 * gain:8.2f} {windows / gain:8,.0f} {1e6 * each:8.1f} {whole / each:8,.0f}"
    )


def _there_and_back(live: LiveWindows, spot: np.ndarray) -> None:
    x, y = spot.tolist()
    live.add(x, y)
    live.remove(x, y)


def _spots(beside: np.ndarray, ground: Ground) -> np.ndarray:
    """Places a step from sites beside streets that somebody on a square can read."""
    _, site = pairs_in_reach(ground.centres, beside, np.full(len(beside), int(1.2 * VIEW_M * 1000)))
    return beside[np.random.default_rng(1).permutation(site)[:SPOTS]] + 500


def edits_table(name: str, city: City, book: RuleBook) -> None:
    """Time edits of four kinds with their differences, and whole assessments of edited cities."""
    whatif, random = WhatIf(city, book), np.random.default_rng(2)
    kinds: dict[str, Callable[[int], Changes]] = {
        "add": lambda n: _added(whatif, random, n),
        "move": lambda n: _moved(whatif, random),
        "remove": lambda n: {_any(whatif, random).id: None},
        "repair": lambda n: _repaired(whatif, random),
    }
    for make in kinds.values():
        whatif.change(make(-1))
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(EDITS):
        for kind, make in kinds.items():
            times[kind].append(seconds_of(partial(whatif.change, make(number))))
    edited = edited_city(city, whatif.changes)
    full = median_seconds(lambda: assess(replace(edited), book), 3)
    kinds_of = [*times.items(), ("all", [second for own in times.values() for second in own])]
    for kind, own in kinds_of:
        median, late = np.median(own), np.percentile(own, 95)
        print(f"{name:10} {kind:8} {1e3 * median:9.2f} {1e3 * late:7.2f} {full:9.2f} {full / median:9,.0f} ×")


def _any(whatif: WhatIf, random: np.random.Generator) -> Site:
    """A site of the city that still stands."""
    while True:
        site = whatif.site(whatif.stock.ids[random.integers(len(whatif.stock))])
        if site is not None:
            return site


def _step(random: np.random.Generator) -> tuple[int, int]:
    return tuple(random.normal(0, 60_000, 2).astype(int).tolist())


def _added(whatif: WhatIf, random: np.random.Generator, number: int) -> Changes:
    site, (dx, dy) = _any(whatif, random), _step(random)
    return {f"新增-{number}": replace(site, id=f"新增-{number}").moved(site.x_mm + dx, site.y_mm + dy)}


def _moved(whatif: WhatIf, random: np.random.Generator) -> Changes:
    site, (dx, dy) = _any(whatif, random), _step(random)
    return {site.id: site.moved(site.x_mm + dx, site.y_mm + dy)}


def _repaired(whatif: WhatIf, random: np.random.Generator) -> Changes:
    site = _any(whatif, random)
    return {site.id: replace(site, condition="good" if site.condition != "good" else "faded")}


def main(sizes: list[str]) -> None:
    """Time the named sizes and print both tables."""
    book = load_rulebook("zhoushan-2017")
    print(f"load {os.getloadavg()[0]:.1f}")
    print(
        f"{'touched':10} {'windows ms':>11} {'lines ms':>9} {'walls ms':>9} {'edit µs':>8} {'touched µs':>11} "
        f"{'p95 µs':>8} {'all ×':>8} {'+ walls':>8} {'gain µs':>8} {'gain ×':>8} {'each µs':>8} {'each ×':>8}"
    )
    cities = {}
    for name in sizes:
        size = SIZES[name]
        cities[name] = grid_city(
            size.street_km, size.sites, size.buildings, size.squares, places=PLACES_PER_SQUARE * size.squares
        )
        touched_table(name, cities[name])
    print(f"{'edits':10} {'kind':8} {'median ms':>9} {'p95 ms':>7} {'assess s':>9} {'faster':>9}")
    for name, city in cities.items():
        edits_table(name, city, book)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["city"])
