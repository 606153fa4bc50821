"""The ground of a city's map in a browser: areas, borders, roads and street names, small enough to be sent at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

from data.city import City
from look.ground import NAMED_CLASSES, areas_of, borders_of, extent, merged, of_class, roads_of

WGS84 = CRS.from_epsg(4326)
STEP_DEG = 1e-5  # about a metre: what one step of a sent line stands for
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
    areas, shift_m = areas_of(city), _SHIFT_M
    borders, roads = borders_of(city), roads_of(city)
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
    degrees = np.column_stack(to_degrees(crs).transform(points[:, 0], points[:, 1]))
    grid = np.rint((degrees - np.asarray(origin)) / STEP_DEG).astype(np.int64)
    first = np.diff(part, prepend=-1) != 0
    moved = np.diff(grid, axis=0, prepend=0)
    moved[first] = grid[first]
    kept = first | np.any(moved != 0, axis=1)
    begins = np.flatnonzero(first[kept])[1:]
    return [line.ravel().tolist() for line in np.split(moved[kept], begins)]


def to_degrees(crs: CRS) -> Transformer:
    """
    From ``crs`` to WGS 84, longitude first.

    By its pipeline: a transformer made of two CRS looks for its operation anew in every thread, which takes 50 ms, and
    every run of a page is a thread.
    """
    return _to_degrees(crs.srs)  # a CRS is hashed by writing it out, which takes longer than the work itself


@cache
def _to_degrees(crs: str) -> Transformer:
    return Transformer.from_pipeline(TransformerGroup(crs, WGS84, always_xy=True).transformers[0].definition)


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
    """West, south, east, north of what is shown at first, degrees."""
    box = gpd.GeoSeries([shapely.box(*extent(city))], crs=city.crs)
    west, south, east, north = box.to_crs(WGS84).total_bounds
    return float(west), float(south), float(east), float(north)


def _vertices(areas: dict, borders: gpd.GeoSeries, roads: dict, shift_m: float) -> int:
    shapes = [*areas.values(), borders, *roads.values()]
    return sum(int(shapely.get_num_coordinates(series.simplify(shift_m)).sum()) for series in shapes)


def _names(city: City, origin: tuple[float, float]) -> list[list]:
    """
    Names of main streets: position, text, angle in degrees and the zoom from which each is shown.

    The longest street is named first; another one only from the zoom where it stands clear of those before it.
    """
    roads = of_class(city.roads, NAMED_CLASSES)
    if roads is None or roads["name"].notna().sum() == 0:
        return []
    named = roads[roads["name"].notna()].groupby("name").geometry.agg(lambda lines: merged(gpd.GeoSeries(lines)))
    lines = gpd.GeoSeries(named, crs=city.crs)
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


