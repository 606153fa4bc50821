"""
Failing 500 m walks on every street: match sites to streets, sort, sweep; beside the usual ways, in one run.

Run ``python -m benchmarks.windows [district] [city] [megacity]``. Columns: seconds (median) and how many times longer
the others take. ``cut`` is what is mostly done: cut streets every 500 m, buffer by the reach, spatial join, count.
``STRtree`` matches sites to street segments with shapely's tree and then sweeps as we do.
"""

import sys
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.synthetic import SIZES, grid_city
from benchmarks.timing import median_seconds
from geo.crs import to_mm
from geo.matching import match_points
from geo.streets import Streets, build_streets
from geo.windows import failing_starts, offsets_of

WINDOW_M, NEED, REACH_M = 500, 5, 30
REPEATS = {"district": 15, "city": 9, "megacity": 5}
SLOW_REPEATS = {"district": 5, "city": 3, "megacity": 1}


def exact(streets: Streets, points_mm: np.ndarray) -> np.ndarray:
    """Our way: metres of failing starts of each street."""
    matches = match_points(points_mm, streets.segments, reach_mm=REACH_M * 1000)
    return _swept(streets, matches.street, matches.at_mm)


def by_tree(streets: Streets, points_mm: np.ndarray) -> np.ndarray:
    """shapely's STRtree on the segments for the matching, then our sweep."""
    own = streets.segments
    lines = shapely.linestrings(np.stack((np.c_[own.x0, own.y0], np.c_[own.x1, own.y1]), axis=1) / 1000)
    points = shapely.points(points_mm / 1000)
    point, segment = shapely.STRtree(lines).query(points, predicate="dwithin", distance=REACH_M)
    pairs = pd.DataFrame(
        {
            "point": point,
            "street": own.street[segment],
            "segment": segment,
            "distance": shapely.distance(points[point], lines[segment]),
        }
    )
    nearest = pairs.sort_values("distance").drop_duplicates(["point", "street"])
    share = shapely.line_locate_point(lines[nearest["segment"]], points[nearest["point"]], normalized=True)
    start, end = own.m0[nearest["segment"]], own.m1[nearest["segment"]]
    at = np.rint(start + share * (end - start)).astype(np.int64)
    street = nearest["street"].to_numpy()
    order = np.lexsort((at, street))
    return _swept(streets, street[order], at[order])


def by_cutting(streets: Streets, points_mm: np.ndarray) -> pd.Series:
    """Pieces of 500 m, buffered and joined with the sites; True where a piece holds too few."""
    length = streets.table["length_mm"].to_numpy() // 1000
    count = np.maximum(length // WINDOW_M, 1)
    street = np.repeat(np.arange(len(length)), count)
    start = (np.arange(len(street)) - np.repeat(np.cumsum(count) - count, count)) * WINDOW_M * 1000
    pieces = gpd.GeoSeries(streets.cut_many(street, start, start + WINDOW_M * 1000), crs=streets.table.crs)
    sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points_mm.T / 1000), crs=streets.table.crs)
    buffered = gpd.GeoDataFrame(geometry=pieces.buffer(REACH_M))
    joined = gpd.sjoin(buffered, sites, predicate="intersects")
    return joined.groupby(level=0).size().reindex(range(len(pieces)), fill_value=0) < NEED


def _swept(streets: Streets, street: np.ndarray, at_mm: np.ndarray) -> np.ndarray:
    length = streets.table["length_mm"].to_numpy()
    need = np.full(len(length), NEED)
    fails = failing_starts(at_mm, offsets_of(street, len(length)), length, need, WINDOW_M * 1000)
    return fails.total_mm(len(length))


def main(sizes: list[str]) -> None:
    """Time the named sizes and print a table."""
    print(f"{'size':10} {'sites':>9} {'exact s':>9} {'STRtree ×':>10} {'cut ×':>7} {'equal':>6} {'µs a site':>10}")
    for name in sizes:
        size = SIZES[name]
        city = grid_city(size.street_km, size.sites, 0, 0)
        streets = build_streets(city.roads)
        points_mm = to_mm(shapely.get_coordinates(city.sites.geometry.array))
        exact(streets, points_mm[:100])
        ours = median_seconds(partial(exact, streets, points_mm), REPEATS[name])
        tree = median_seconds(partial(by_tree, streets, points_mm), SLOW_REPEATS[name])
        cut = median_seconds(partial(by_cutting, streets, points_mm), SLOW_REPEATS[name])
        equal = np.abs(exact(streets, points_mm) - by_tree(streets, points_mm)).max() <= 2
        print(
            f"{name:10} {len(points_mm):9,} {ours:9.3f} {tree / ours:10.1f} {cut / ours:7.1f} {equal!s:>6} "
            f"{1e6 * ours / len(points_mm):10.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["district", "city", "megacity"])
