"""Grid cities of any size for benchmarks and laws: nothing to look at, everything made at once from arrays."""

from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from geo.crs import metric_crs

BLOCK_M = 250.0  # from one street to the next
STREET_BLOCKS = 12  # a street changes its name after this many blocks
_MIDDLE = (120.0, 31.0)  # WGS 84, degrees; on a central meridian, so that metres are metres
_CELL_M = 36.0  # one building to a cell
_MARGIN_M = 30.0  # blocks keep this free along streets
_MEDIAN_M = 24.0  # between the carriageways of a divided street
_DIVIDED_EVERY = 5  # each fifth line of the grid has two carriageways
_SITES_AROUND = 12  # sites that stand around each square
_CARRIERS = ("lamp_post_flag", "poster_box", "shelter", "notice_board", "banner")
_CARRIER_SHARES = (0.72, 0.12, 0.08, 0.05, 0.03)
_THEMES = ("civility", "civility,core_values", "civility,our_values", "core_values", "health")
_THEME_SHARES = (0.45, 0.3, 0.15, 0.06, 0.04)
_PLACES = (
    "bus_stop",
    "service_window",
    "internet_cafe",
    "hospital",
    "school",
    "bike_station",
    "other_carrier",
    "toilet",
)


@dataclass(frozen=True)
class Size:
    """How large a benchmark city is: the first arguments of `grid_city`."""

    street_km: float
    sites: int
    buildings: int
    squares: int


SIZES = MappingProxyType(
    {
        "district": Size(500, 5_000, 10_000, 50),
        "city": Size(5_000, 50_000, 100_000, 500),
        "megacity": Size(20_000, 1_000_000, 400_000, 2_000),
    }
)


def grid_city(street_km: float, sites: int, buildings: int, squares: int, *, seed: int = 0, places: int = 0) -> City:
    """
    A square city of straight named streets that cross every 250 m.

    Every fifth line of the grid is a primary street of two one-way carriageways, the others are secondary; ways are
    cut at each crossing, where they share a corner, and streets change their names every 3 km. A tenth of the
    stretches has few sites.

    Parameters
    ----------
    street_km
        Length of all streets along their middle, to within one line of the grid.
    sites, buildings, squares
        How many; 12 of the sites stand around each square while there are enough.
    seed
        The same arguments give the same city.
    places
        Further venues, of eight classes in equal parts, with recorded numbers.

    Raises
    ------
    ValueError
        When the blocks have no room for the buildings or the squares.

    Examples
    --------
    >>> len(grid_city(20, 300, 100, 2).sites)
    300
    """
    random = np.random.default_rng(seed)
    lines = max(round((1 + np.sqrt(1 + 2 * street_km * 1000 / BLOCK_M)) / 2), 2)
    crs = metric_crs(*_MIDDLE)
    corner = np.array([500_000.0, 3_430_000.0])
    frames = {
        "roads": _roads(lines, corner),
        "venues": _venues(lines, squares, places, corner, random),
        "districts": _districts(lines, corner),
    }
    square_shapes = frames["venues"]["geometry"].to_numpy()[:squares]
    frames["sites"] = _sites(lines, sites, square_shapes, corner, random)
    frames["buildings"] = _buildings(lines, buildings, square_shapes, corner, random)
    layers = {name: gpd.GeoDataFrame(frame, geometry="geometry", crs=crs) for name, frame in frames.items()}
    meta = {"name": f"grid {street_km:g} km", "source": "generated", "datum": "CGCS2000"}
    return City.from_layers(layers, meta)


def _roads(lines: int, corner: np.ndarray) -> pd.DataFrame:
    """Every line of the grid, or its two carriageways, cut where it crosses another one."""
    number = np.arange(lines)
    divided = number % _DIVIDED_EVERY == 0
    middle = number * BLOCK_M
    offset = np.concatenate([middle[~divided], middle[divided] + _MEDIAN_M / 2, middle[divided] - _MEDIAN_M / 2])
    line = np.concatenate([number[~divided], number[divided], number[divided]])
    way = np.repeat([0, 1, -1], [(~divided).sum(), divided.sum(), divided.sum()])  # plain, with and against the drawing
    cuts = np.sort(offset)
    of, at = (grid.ravel() for grid in np.meshgrid(np.arange(len(offset)), np.arange(len(cuts) - 1), indexing="ij"))
    ends = np.stack([np.stack([cuts[at + k], offset[of]], axis=1) for k in (0, 1)], axis=1)
    ends[way[of] < 0] = ends[way[of] < 0][:, ::-1]
    block = np.clip(((cuts[at] + cuts[at + 1]) / 2 // BLOCK_M).astype(int), 0, None)
    oneway = np.where(way[of] != 0, "yes", None)
    parts = [
        pd.DataFrame(
            {
                "highway": np.where(way[of] != 0, "primary", "secondary").astype(object),
                "name": _street_names(line[of], block, across),
                "oneway": oneway,
                "geometry": shapely.linestrings((ends[..., ::-1] if across else ends) + corner),
            }
        )
        for across in (False, True)
    ]
    return pd.concat(parts, ignore_index=True)


def _street_names(line: np.ndarray, block: np.ndarray, across: bool) -> np.ndarray:
    lines = np.char.add("纵" if across else "横", line.astype(str))
    return np.char.add(np.char.add(lines, "路"), np.char.add((block // STREET_BLOCKS + 1).astype(str), "段")).astype(
        object
    )


def _sites(
    lines: int, count: int, squares: np.ndarray, corner: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Sites around the squares, then along the streets: even, but for the stretches that have few."""
    around = min(len(squares) * _SITES_AROUND, count)
    turn = 2 * np.pi * (np.arange(around) % _SITES_AROUND) / _SITES_AROUND
    middle = shapely.get_coordinates(shapely.centroid(squares))[np.arange(around) // _SITES_AROUND]
    at_squares = middle + 30.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    along = count - around
    length = (lines - 1) * BLOCK_M
    of = random.integers(0, 2 * lines, along)
    at = (random.permutation(along) + random.uniform(size=along)) / max(along, 1) * length
    poor = ((at // 500).astype(int) * 7919 + of * 104729) % 10 == 0
    at = np.where(poor & (random.uniform(size=along) < 0.6), random.uniform(0, length, along), at)
    line = of % lines
    half = np.where(line % _DIVIDED_EVERY == 0, _MEDIAN_M / 2 + 7, 7.0)
    off = line * BLOCK_M + random.choice([-1.0, 1.0], along) * (half + random.uniform(1, 8, along))
    on_streets = np.where((of < lines)[:, None], np.column_stack([at, off]), np.column_stack([off, at])) + corner
    xy = np.concatenate([at_squares, on_streets])
    draw = random.uniform(size=(count, 3))
    sized = np.where(draw[:, :1] < 0.9, [[0.6, 1.8]], [[np.nan, np.nan]])
    return pd.DataFrame(
        {
            "id": np.char.add("S", np.arange(count).astype(str)).astype(object),
            "carrier": random.choice(np.array(_CARRIERS, dtype=object), count, p=_CARRIER_SHARES),
            "themes": random.choice(np.array(_THEMES, dtype=object), count, p=_THEME_SHARES),
            "width_m": sized[:, 0],
            "height_m": sized[:, 1],
            "facing_deg": np.where(draw[:, 1] < 0.1, np.floor(draw[:, 2] * 360), np.nan),
            "condition": np.where(draw[:, 2] < 0.96, "good", "faded").astype(object),
            "geometry": shapely.points(xy),
        }
    )


def _venues(lines: int, squares: int, places: int, corner: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """Squares in the middle of blocks of their own, then the further places beside streets."""
    blocks = (lines - 1) ** 2
    if squares > blocks:
        raise ValueError(f"{blocks} blocks have no room for {squares} squares")
    block = np.sort(random.choice(blocks, squares, replace=False))
    middle = (np.column_stack([block % (lines - 1), block // (lines - 1)]) + 0.5) * BLOCK_M + corner
    half = random.uniform(28, 45, (squares, 2))
    outline = shapely.box(*(middle - half).T, *(middle + half).T)
    length = (lines - 1) * BLOCK_M
    beside = (
        np.column_stack([random.uniform(0, length, places), random.integers(0, lines, places) * BLOCK_M + 22.0])
        + corner
    )
    ads = random.integers(2, 20, places).astype(float)
    klass = np.array(_PLACES, dtype=object)[np.arange(places) % len(_PLACES)]
    number = np.arange(squares + places)
    return pd.DataFrame(
        {
            "id": np.char.add("V", number.astype(str)).astype(object),
            "class": np.concatenate([np.full(squares, "square", dtype=object), klass]),
            "name": np.char.add("场所", number.astype(str)).astype(object),
            "ads_total": np.concatenate([np.full(squares, np.nan), ads]),
            "psa_total": np.concatenate([np.full(squares, np.nan), np.floor(ads * random.uniform(0.2, 1, places))]),
            "geometry": np.concatenate([outline, shapely.points(beside)]),
        }
    )


def _buildings(
    lines: int, count: int, squares: np.ndarray, corner: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Rectangles in the cells of the blocks, none in a square."""
    per_side = int((BLOCK_M - 2 * _MARGIN_M) // _CELL_M)
    cells = (lines - 1) ** 2 * per_side**2
    number = random.permutation(cells) if count * 3 > cells else np.unique(random.integers(0, cells, 2 * count))
    number = random.permutation(number)
    block, cell = number // per_side**2, number % per_side**2
    inside = (np.column_stack([cell % per_side, cell // per_side]) + 0.5) * _CELL_M + _MARGIN_M
    middle = np.column_stack([block % (lines - 1), block // (lines - 1)]) * BLOCK_M + inside + corner
    half = random.uniform(6, 14, (len(middle), 2))
    outline = shapely.box(*(middle - half).T, *(middle + half).T)
    free = np.ones(len(outline), dtype=bool)
    if len(squares):
        free[shapely.STRtree(squares).query(outline, predicate="intersects")[0]] = False
    chosen = np.flatnonzero(free)[:count]
    if len(chosen) < count:
        raise ValueError(f"{len(chosen)} cells have no room for {count} buildings")
    levels = random.integers(1, 30, count).astype(float)
    return pd.DataFrame({"height_m": levels * 3, "levels": levels, "geometry": outline[chosen]})


def _districts(lines: int, corner: np.ndarray) -> pd.DataFrame:
    """Four squares that cover the city and its outermost kerbs."""
    edge = np.array([-60.0, round((lines - 1) / 2) * BLOCK_M + BLOCK_M / 2, (lines - 1) * BLOCK_M + 60.0])
    x, y = (grid.ravel() for grid in np.meshgrid([0, 1], [0, 1]))
    shapes = shapely.box(edge[x] + corner[0], edge[y] + corner[1], edge[x + 1] + corner[0], edge[y + 1] + corner[1])
    return pd.DataFrame({"name": ["甲区", "乙区", "丙区", "丁区"], "level": "district", "geometry": shapes})
