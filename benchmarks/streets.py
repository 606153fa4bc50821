"""Streets of a whole city: ``build_streets`` beside ``momepy.COINS`` on the same roads in the same run."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import geopandas as gpd
import momepy
import numpy as np
import shapely

from geo.crs import metric_crs
from geo.streets import build_streets

_DATA = Path(os.environ.get("CITY_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
_LINES, _BLOCK_M, _EVERY = 203, 120.0, 10
_REPEATS = 5
_CLASSES = ("trunk", "primary", "secondary", "tertiary", "residential", "unclassified", "living_street", "pedestrian")


def grid_city(*, lines: int = _LINES, block_m: float = _BLOCK_M, every: int = _EVERY) -> gpd.GeoDataFrame:
    """
    A made-up city of ``lines`` × ``lines`` streets cut at every crossing: about 97,000 edges as it stands.

    Every tenth street is a divided primary road of two one-way carriageways 20 m apart, the others are residential.
    Streets bend a little, so that no two are exactly parallel; one in four is unnamed.
    """
    at = np.arange(lines) * block_m
    places, ways = [], []
    for k, across in enumerate(at):
        divided = k % every == 0
        for shift, sense in ((-10.0, 1), (10.0, -1)) if divided else ((0.0, 1),):
            places.append((across + shift, sense))
            ways.append((k, divided))
    offsets = np.sort([place for place, _ in places])
    rows = []
    for axis in ("x", "y"):
        for (across, sense), (k, divided) in zip(places, ways, strict=True):
            along = offsets[::sense]
            xy = np.stack([along, np.full(len(along), across)], axis=1)
            xy = xy if axis == "x" else xy[:, ::-1] * np.array([1.0, 1.0])
            bent = xy + 15.0 * np.sin(xy[:, ::-1] / 900.0)
            name = None if k % 4 == 3 else f"{axis}{k}"
            rows.append((bent, name, "primary" if divided else "residential", "yes" if divided else "no"))
    lines_xy = np.concatenate([np.stack([xy[:-1], xy[1:]], axis=1) for xy, *_ in rows])
    count = [len(xy) - 1 for xy, *_ in rows]
    columns = {
        column: np.repeat(np.array([row[i] for row in rows], object), count)
        for i, column in ((1, "name"), (2, "highway"), (3, "oneway"))
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(lines_xy), crs=metric_crs(114.3, 30.6))


def seconds(*jobs: Callable[[], object], repeats: int) -> list[float]:
    """Median of the seconds of each job; they take turns, so that what else the machine does meets them alike."""
    times = [[] for _ in jobs]
    for _ in range(repeats):
        for job, own in zip(jobs, times, strict=True):
            start = perf_counter()
            job()
            own.append(perf_counter() - start)
    return [median(own) for own in times]


def compare(name: str, roads: gpd.GeoDataFrame, *, repeats: int = _REPEATS) -> str:
    """One row of the table: edges, streets, seconds of both ways, and how many times faster."""
    wanted = roads[roads["highway"].isin(_CLASSES)]
    streets = build_streets(wanted, classes=_CLASSES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = seconds(
            lambda: build_streets(wanted, classes=_CLASSES),
            lambda: momepy.COINS(wanted).stroke_gdf(),
            repeats=repeats,
        )
    return f"{name:16}{len(wanted):>8}{len(streets.table):>9}{ours:>10.2f}{theirs:>10.1f}{theirs / ours:>8.0f}x"


def main() -> None:
    """Print the table."""
    print(f"{'roads':16}{'edges':>8}{'streets':>9}{'ours, s':>10}{'COINS, s':>10}{'ratio':>9}")
    print(compare("grid city", grid_city()))
    wuhan = _DATA / "wuhan_roads" / "wuhan_roads.parquet"
    if wuhan.exists():
        roads = gpd.read_parquet(wuhan)
        west, south, east, north = roads.total_bounds
        print(compare("wuhan", roads.to_crs(metric_crs((west + east) / 2, (south + north) / 2))))


if __name__ == "__main__":
    main()
