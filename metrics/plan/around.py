"""Spots in and around places."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.areas import sample_points
from geo.crs import to_mm
from metrics.plan.offer import defaults

_CORNERS = 12
_NEARLY = 0.95  # of the reach: a ring that is surely inside


def spots_at(places: gpd.GeoSeries, step_m: float, *, reach_m: float) -> np.ndarray:
    """
    Spots in and around places, (n, 2) mm: on outlines in and around polygons and all over them, on rings else.

    ``reach_m`` is how far from a point a site still counts: the rings are not wider.
    """
    settings, shapes = defaults(), places.to_numpy()
    found = [np.empty((0, 2), dtype=np.int64)]
    radii = [min(radius, _NEARLY * reach_m) for radius in settings["rings_m"]]
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    found += [_rings(shapely.get_coordinates(shapes[points]), radius, step_m) for radius in radii]
    for place in shapes[~points]:
        polygonal = shapely.area(place) > 0
        around = _parts_around(place, settings["around_m"] if polygonal else radii)
        found += [_along(shapely.get_exterior_ring(part), step_m) for part in around]
        if polygonal:
            inner = sample_points(gpd.GeoSeries([place], crs=places.crs), settings["inside"])
            found.append(to_mm(shapely.get_coordinates(inner.array)))
    return _different(np.concatenate(found))


def _different(xy_mm: np.ndarray) -> np.ndarray:
    """Every place once, sorted by x and y."""
    low = xy_mm.min(axis=0, initial=np.iinfo(np.int64).max)
    height = (xy_mm[:, 1] - low[1]).max(initial=0) + 1
    x, y = np.divmod(np.unique((xy_mm[:, 0] - low[0]) * height + xy_mm[:, 1] - low[1]), height)
    return np.stack((x + low[0], y + low[1]), axis=1)


def _rings(middles: np.ndarray, radius_m: float, step_m: float) -> np.ndarray:
    """Places on circles around points (n, 2) in metres; (m, 2) mm."""
    count = int(np.clip(2 * np.pi * radius_m / step_m, 1, _CORNERS))
    angle = np.arange(count) * (2 * np.pi / count)
    circle = radius_m * np.stack((np.sin(angle), np.cos(angle)), axis=-1)
    return to_mm((middles[:, None] + circle).reshape(-1, 2))


def spots_beside(paths: gpd.GeoSeries, gate: shapely.Point, step_m: float, *, walk_m: float) -> np.ndarray:
    """Spots around a gate and on both sides of the paths as far in as one walks, (n, 2) mm."""
    settings = defaults()
    found = [_rings(shapely.get_coordinates(gate), radius, step_m) for radius in settings["rings_m"]]
    inside = shapely.intersection(paths.to_numpy(), shapely.buffer(gate, walk_m))
    for off in settings["beside_m"]:
        for side in (-off, off):
            lines = shapely.get_parts(shapely.offset_curve(inside, side))
            found += [_along(line, step_m) for line in lines if shapely.length(line) > 0]
    return _different(np.concatenate(found))


def _parts_around(place: shapely.Geometry, distances: Sequence[float]) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shapely.buffer(place, np.array(distances, dtype=float)))
    return [part for part in parts if not shapely.is_empty(part)]


def _along(line: shapely.LineString, step_m: float) -> np.ndarray:
    points = shapely.line_interpolate_point(line, np.arange(0, line.length, step_m))
    return to_mm(shapely.get_coordinates(points))


def thinned(xy_mm: np.ndarray, spacing_mm: int) -> np.ndarray:
    """Without spots of the same place, and of those nearer than half a spacing the first; (n, 2)."""
    if not len(xy_mm):
        return xy_mm
    near = cKDTree(xy_mm).query_pairs(spacing_mm / 2, output_type="ndarray")
    drop = np.zeros(len(xy_mm), dtype=bool)
    for first, second in near[np.lexsort((near[:, 1], near[:, 0]))].tolist():
        if not drop[first]:
            drop[second] = True
    return xy_mm[~drop]
