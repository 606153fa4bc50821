"""
Lines of sight among a city's buildings: our grid against a tree of shapely.

    python -m benchmarks.sight [--buildings 1000000] [--squares 2000] [--lines 90] [--repeats 3]

Both sides get the same buildings, whose corners are whole millimetres, and the same lines from the observer to the cut
point, and build their index from the polygons each time.
"""

import argparse
import time

import geopandas as gpd
import numpy as np
import shapely

from geo.sight import cut_points, hiding_building, obstacles

REACH_M = 100.0
BLOCK_M = 60.0  # a building on every lot of this size
CRS = 4549
CORNER_M = np.array([5e5, 3.3e6])


def main() -> None:
    """Print medians, their ratio, and how many lines differ (which must be none)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--squares", type=int, nargs="+", default=[2000, 200])
    parser.add_argument("--lines", type=int, default=90)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    rng = np.random.default_rng(2017)
    buildings = gpd.GeoSeries(city(rng, options.buildings), crs=CRS)
    warm_up(rng)
    print(f"{options.buildings} buildings, {options.lines} lines a square, median of {options.repeats}")
    print(f"{'squares':>8}{'lines':>9}{'ours, all':>12}{'ours, near':>12}{'shapely':>12}{'ratio':>8}{'ratio near':>12}"
          f"{'hidden':>9}{'differ':>8}")  # fmt: skip
    for squares in options.squares:
        centres, observers, targets = sight_lines(rng, options.buildings, squares, options.lines)
        runs = [
            (timed(ours, buildings, None, observers, targets), timed(ours, buildings, centres, observers, targets),
             timed(with_tree, buildings, observers, targets))
            for _ in range(options.repeats)
        ]  # fmt: skip
        every, near, tree = (np.median([run[side][0] for run in runs]) for side in range(3))
        answers = [result for _, result in runs[0]]
        differ = int((answers[0] != answers[2]).sum() + (answers[1] != answers[2]).sum())
        print(f"{squares:>8}{len(observers):>9}{every:>11.2f}s{near:>11.2f}s{tree:>11.2f}s{tree / every:>8.1f}"
              f"{tree / near:>12.1f}{answers[2].sum():>9}{differ:>8}")  # fmt: skip


def city(rng: np.random.Generator, count: int) -> np.ndarray:
    """Turned rectangular buildings, one somewhere on each lot of a square town; metres with whole millimetres."""
    lots = np.arange(count)
    side = int(np.ceil(np.sqrt(count)))
    centre = (np.column_stack([lots % side, lots // side]) + rng.uniform(0.35, 0.65, (count, 2))) * BLOCK_M
    half = rng.uniform([5, 4], [25, 12], (count, 2))
    turn = rng.normal(0, 0.2, count)
    along = np.column_stack([np.cos(turn), np.sin(turn)]) * half[:, :1]
    across = np.column_stack([-np.sin(turn), np.cos(turn)]) * half[:, 1:]
    corners = np.stack([-along - across, along - across, along + across, across - along], axis=1) + centre[:, None]
    return shapely.polygons(np.rint((corners + CORNER_M) * 1000) / 1000)


def sight_lines(rng: np.random.Generator, buildings: int, squares: int, lines: int) -> tuple[np.ndarray, ...]:
    """Centres of squares, observers and targets in millimetres: each centre looks at sites all around within reach."""
    side_m = np.ceil(np.sqrt(buildings)) * BLOCK_M
    centres = np.rint((rng.uniform(0, side_m, (squares, 2)) + CORNER_M) * 1000).astype(np.int64)
    observers = np.repeat(centres, lines, axis=0)
    distance, angle = REACH_M * np.sqrt(rng.uniform(size=len(observers))), rng.uniform(0, 2 * np.pi, len(observers))
    offset = 999 * distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return centres, observers, observers + np.rint(offset).astype(np.int64)


def ours(buildings: gpd.GeoSeries, near: np.ndarray | None, observers: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether each target is hidden, by the grid, of all buildings or of those near these points."""
    options = {} if near is None else {"near": near / 1000, "radius_m": REACH_M}
    return hiding_building(observers, targets, obstacles(buildings, **options)) >= 0


def with_tree(buildings: gpd.GeoSeries, observers: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Whether each target is hidden, by a tree over the buildings' boundaries; in millimetres, to be exact too."""
    polygons = shapely.transform(buildings.to_numpy(), lambda xy: np.rint(xy * 1000))
    start = time.perf_counter()
    tree = shapely.STRtree(shapely.boundary(polygons))
    cut = cut_points(observers, targets)
    lines = shapely.linestrings(np.stack([observers, cut], axis=1).astype(float))
    hidden = np.zeros(len(observers), bool)
    hidden[tree.query(lines, predicate="intersects")[0]] = True
    return hidden & (((observers - targets) ** 2).sum(axis=1) >= 500**2), time.perf_counter() - start


def warm_up(rng: np.random.Generator) -> None:
    """Compile before the clock starts."""
    buildings = gpd.GeoSeries(city(rng, 9), crs=CRS)
    centres, observers, targets = sight_lines(rng, 9, 1, 2)
    ours(buildings, centres, observers, targets)


def timed(function, *arguments) -> tuple[float, np.ndarray]:
    """Seconds and result; a function may give its own seconds to leave its preparation out."""
    start = time.perf_counter()
    result = function(*arguments)
    seconds = time.perf_counter() - start
    return (result[1], result[0]) if isinstance(result, tuple) else (seconds, result)


if __name__ == "__main__":
    main()
