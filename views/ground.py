"""The ground of a city's map: sea, green, borders, roads and street names, made small enough to be sent at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from data.city import City

WGS84 = CRS.from_epsg(4326)
STEP_DEG = 1e-5  # about a metre: what one step of a sent line stands for
_AREA_KINDS = {"sea": "sea", "water": "sea", "green": "green"}
_ROAD_KINDS = {
    "ring": ("motorway", "trunk", "motorway_link", "trunk_link"),
    "trunk": ("primary", "primary_link"),
    "secondary": ("secondary", "secondary_link"),
    "lane": ("tertiary", "tertiary_link", "unclassified", "residential", "living_street"),
}
_NAMED = ("primary", "secondary", "trunk")
_SHIFT_M = 2.0  # how far a simplified line may lie from the real one, to begin with
_MOST_VERTICES = 45_000
_LABEL_PX, _MOST_NAMES = 150, 80
_METRES_PER_PIXEL_AT_0 = 156_543.0


@dataclass(frozen=True)
class Ground:
    """
    The ground of one city's map, the same whatever is judged or filtered.

    Attributes
    ----------
    origin
        Longitude and latitude that the steps of every line begin from, degrees.
    bounds
        West, south, east, north of what is shown at first, degrees.
    data
        The ground as JSON that may stand in a script.
    """

    origin: tuple[float, float]
    bounds: tuple[float, float, float, float]
    data: str


@lru_cache(maxsize=4)
def ground_of(city: City) -> Ground:
    """The ground of ``city``, from its areas, districts and roads; lines are simplified until they are small enough."""
    frame = _extent(city)
    west, south, east, north = frame
    origin = (round(west, 5), round(south, 5))
    areas, shift_m = _areas(city), _SHIFT_M
    borders, roads = _borders(city), _roads(city)
    while _vertices(areas, borders, roads, shift_m) > _MOST_VERTICES and shift_m < 64:
        shift_m *= 2
    while "lane" in roads and _vertices(areas, borders, roads, shift_m) > _MOST_VERTICES:
        del roads["lane"]

    def sent(shapes: gpd.GeoSeries, shift: float = shift_m) -> list[list[int]]:
        return steps(shapes.simplify(shift), origin, city.crs)

    data = {
        "areas": [[kind, _polygons(shapes.simplify(shift_m), origin)] for kind, shapes in areas.items()],
        "borders": sent(borders, 2 * shift_m),
        "roads": [[kind, sent(shapes)] for kind, shapes in roads.items()],
        "names": _names(city, origin),
        "origin": origin,
        "bounds": [[south, west], [north, east]],
    }
    return Ground(origin, frame, script_json(data))


def steps(shapes: Iterable, origin: tuple[float, float], crs: CRS = WGS84) -> list[list[int]]:
    """
    Each line or point of ``shapes`` as ``[x0, y0, dx1, dy1, …]`` in steps of ``STEP_DEG`` from ``origin``.

    Parameters
    ----------
    shapes
        Points, lines or rings in ``crs``; those of many parts give one entry a part, empty ones none.
    origin
        Longitude and latitude, degrees.
    """
    parts = shapely.get_parts(np.asarray(list(shapes), dtype=object))
    points, part = shapely.get_coordinates(parts, return_index=True)
    if len(points) == 0:
        return []
    degrees = np.column_stack(_to_degrees(crs).transform(points[:, 0], points[:, 1]))
    grid = np.rint((degrees - np.asarray(origin)) / STEP_DEG).astype(np.int64)
    first = np.diff(part, prepend=-1) != 0
    moved = np.diff(grid, axis=0, prepend=0)
    moved[first] = grid[first]
    kept = first | np.any(moved != 0, axis=1)
    begins = np.flatnonzero(first[kept])[1:]
    return [line.ravel().tolist() for line in np.split(moved[kept], begins)]


@cache
def _to_degrees(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, WGS84, always_xy=True)


def script_json(value: object) -> str:
    """``value`` as JSON whose texts can neither end a script nor mean anything to a template."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&`$'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _polygons(shapes: gpd.GeoSeries, origin: tuple[float, float]) -> list[list[list[int]]]:
    parts = shapely.get_parts(shapes.to_numpy())
    polygons = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return [steps([polygon.exterior, *polygon.interiors], origin, shapes.crs) for polygon in polygons]


def _extent(city: City) -> tuple[float, float, float, float]:
    """Where the streets are, else the districts, else the venues; degrees."""
    frames = [_of_class(city.roads, _NAMED), city.roads, city.districts, city.venues]
    frame = next(frame for frame in frames if frame is not None and len(frame))
    box = gpd.GeoSeries([shapely.box(*frame.total_bounds)], crs=city.crs)
    west, south, east, north = box.to_crs(WGS84).total_bounds
    return float(west), float(south), float(east), float(north)


def _of_class(roads: gpd.GeoDataFrame | None, classes: tuple[str, ...]) -> gpd.GeoDataFrame | None:
    return None if roads is None else roads[roads["highway"].isin(classes)]


def _areas(city: City) -> dict[str, gpd.GeoSeries]:
    """Land (the districts) first, then green, then water and sea above them."""
    found = {}
    if city.districts is not None:
        found["land"] = _districts(city).geometry
    if city.areas is not None:
        kinds = city.areas["kind"].map(_AREA_KINDS)
        found |= {kind: city.areas.geometry[kinds == kind] for kind in ("green", "sea")}
    return found


def _borders(city: City) -> gpd.GeoSeries:
    """Every district border once, also where two districts share it."""
    if city.districts is None:
        return gpd.GeoSeries([], crs=city.crs)
    lines = _districts(city).geometry.boundary.to_numpy()
    return gpd.GeoSeries([shapely.line_merge(shapely.union_all(lines))], crs=city.crs)


def _districts(city: City) -> gpd.GeoDataFrame:
    return city.districts[city.districts["level"].fillna("district") == "district"]


def _roads(city: City) -> dict[str, gpd.GeoSeries]:
    """The lines of each kind of road, joined where they continue each other; the least important kind first."""
    if city.roads is None:
        return {}
    of_kind = {kind: city.roads.geometry[city.roads["highway"].isin(classes)] for kind, classes in _ROAD_KINDS.items()}
    return {
        kind: gpd.GeoSeries([_merged(lines)], crs=city.crs) for kind, lines in reversed(of_kind.items()) if len(lines)
    }


def _merged(lines: gpd.GeoSeries) -> shapely.Geometry:
    parts = shapely.get_parts(lines.to_numpy())
    return shapely.line_merge(shapely.multilinestrings(parts[shapely.length(parts) > 0]))


def _vertices(areas: dict, borders: gpd.GeoSeries, roads: dict, shift_m: float) -> int:
    shapes = [*areas.values(), borders, *roads.values()]
    return sum(int(shapely.get_num_coordinates(series.simplify(shift_m)).sum()) for series in shapes)


def _names(city: City, origin: tuple[float, float]) -> list[list]:
    """
    Names of main streets: position, text, angle in degrees and the zoom from which each is shown.

    The longest street is named first; another one only from the zoom where it stands clear of those before it.
    """
    roads = _of_class(city.roads, _NAMED)
    if roads is None or roads["name"].notna().sum() == 0:
        return []
    merged = roads[roads["name"].notna()].groupby("name").geometry.agg(lambda lines: _merged(gpd.GeoSeries(lines)))
    lines = gpd.GeoSeries(merged, crs=city.crs)
    longest = lines.length.sort_values(ascending=False, kind="stable").index[:_MOST_NAMES]
    middle = {name: _middle(lines[name]) for name in longest}
    latitude = np.radians(origin[1])
    placed, from_zoom = np.empty((0, 2)), {}
    for name, (point, _) in middle.items():
        clear_m = np.min(np.hypot(*(placed - point).T), initial=np.inf)
        metres_per_pixel = max(clear_m, 1.0) / _LABEL_PX
        zoom = np.log2(_METRES_PER_PIXEL_AT_0 * np.cos(latitude) / metres_per_pixel) if np.isfinite(clear_m) else 0
        from_zoom[name] = round(float(max(zoom, 12.5)), 1)
        placed = np.vstack((placed, point))
    points = shapely.points([point for point, _ in middle.values()])
    return [
        [at, name, round(angle), from_zoom[name]]
        for at, (name, (_, angle)) in zip(steps(points, origin, city.crs), middle.items(), strict=True)
    ]


def _middle(line: shapely.Geometry) -> tuple[tuple[float, float], float]:
    """The point halfway along the longest part of ``line``, and the angle a name has there, never upside down."""
    parts = shapely.get_parts(line)
    part = parts[int(np.argmax(shapely.length(parts)))]
    before, at, after = (part.interpolate(share, normalized=True) for share in (0.45, 0.5, 0.55))
    angle = -np.degrees(np.arctan2(after.y - before.y, after.x - before.x))
    angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
    return (at.x, at.y), float(angle)


