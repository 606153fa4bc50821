"""Geometry made fit for a layer: the right kind, valid, with an extent; what was changed is told."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import metric_crs
from texts import say

_POINT, _LINE, _POLYGON, _COLLECTION = 0, 1, 2, 3  # what a geometry consists of
_CONSISTS_OF = np.array([_POINT, _LINE, _LINE, _POLYGON, _POINT, _LINE, _POLYGON, _COLLECTION])
_KINDS = {"Point": _POINT, "LineString": _LINE, "Polygon": _POLYGON}
_PROBLEMS = (
    ("Ring Self-intersection", "ring"),
    ("Self-intersection", "self"),
    ("Hole lies outside", "hole"),
    ("Holes are nested", "hole"),
    ("Nested shells", "nested"),
    ("Duplicate Rings", "nested"),
    ("Interior is disconnected", "interior"),
    ("Too few points", "few"),
)


@dataclass(frozen=True, eq=False)
class Fitted:
    """
    Geometry after fitting.

    Attributes
    ----------
    geometry
        EPSG:4326, same index; missing where it cannot be made fit.
    reasons
        Why not, Chinese; None where it is fit.
    repairs
        What was changed, Chinese; None where nothing was.
    """

    geometry: gpd.GeoSeries
    reasons: np.ndarray
    repairs: np.ndarray


def fit(geometry: gpd.GeoSeries, kinds: tuple[str, ...]) -> Fitted:
    """
    ``geometry`` with only the kinds that a layer takes.

    Invalid polygons are repaired, keeping their polygon parts. Of a mixed collection the parts of the right kind are
    kept. Lines and polygons become one point inside them where a layer takes points only.

    Parameters
    ----------
    geometry
        EPSG:4326, without coordinates that are no numbers; missing stays missing, without a reason.
    kinds
        As ``LayerSpec.geometry``.
    """
    shapes = geometry.to_numpy().astype(object)
    reasons, repairs = np.full(len(shapes), None, dtype=object), np.full(len(shapes), None, dtype=object)
    there = ~shapely.is_missing(shapes)
    wanted = {_KINDS[kind] for kind in kinds if kind in _KINDS}
    shapes = _sorted_collections(shapes, there, wanted, repairs)
    shapes = _mended(shapes, there, repairs)
    shapes = _as_points(shapes, there, repairs) if wanted == {_POINT} else shapes
    shapes = _single_points(shapes, there)
    consists = np.where(there, _CONSISTS_OF[shapely.get_type_id(shapes)], -1)
    many_points = there & (shapely.get_type_id(shapes) == 4)
    wrong = there & ~np.isin(consists, list(wanted))
    nothing = there & ~wrong & _has_no_extent(shapes, consists)
    for rows, key in ((wrong, "wrong_kind"), (many_points & ~wrong, "many_points"), (nothing, "no_extent")):
        for row in np.flatnonzero(rows):
            reasons[row] = say(f"import.reason.{key}", kind=say(f"import.geometries.{geometry.iloc[row].geom_type}"))
    shapes[~np.equal(reasons, None)] = None
    repairs[~np.equal(reasons, None)] = None
    return Fitted(gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs), reasons, repairs)


def parts_of(shape: shapely.Geometry, dimension: int) -> shapely.Geometry | None:
    """The points (0), lines (1) or polygons (2) in ``shape``, as one geometry; None when there are none."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == 7).any():
        parts = shapely.get_parts(parts)
    parts = parts[shapely.get_dimensions(parts) == dimension]
    if not len(parts):
        return None
    many = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    return parts[0] if len(parts) == 1 else many(shapely.get_parts(parts))


def _sorted_collections(shapes: np.ndarray, there: np.ndarray, wanted: set[int], repairs: np.ndarray) -> np.ndarray:
    shapes = shapes.copy()
    for row in np.flatnonzero(there & (shapely.get_type_id(shapes) == 7)):
        parts = [part for dimension in sorted(wanted, reverse=True) if (part := parts_of(shapes[row], dimension))]
        if parts:
            shapes[row] = parts[0]
            repairs[row] = say("import.repair.collection")
    return shapes


def _mended(shapes: np.ndarray, there: np.ndarray, repairs: np.ndarray) -> np.ndarray:
    """Invalid polygons made valid."""
    polygons = there & (shapely.get_dimensions(shapes) == 2)
    rows = np.flatnonzero(polygons & ~shapely.is_valid(shapes))
    shapes = shapes.copy()
    for row, problem in zip(rows, shapely.is_valid_reason(shapes[rows]), strict=True):
        mended = parts_of(shapely.make_valid(shapes[row], method="structure", keep_collapsed=False), 2)
        change = _area_m2(mended) - _area_m2(shapes[row]) if mended is not None else 0.0
        repairs[row] = say("import.repair.mended", problem=_problem(problem), change=f"{change:+.0f}")
        shapes[row] = mended if mended is not None else shapely.Polygon()
    return shapes


def _problem(reason: str) -> str:
    key = next((key for start, key in _PROBLEMS if reason.startswith(start)), "other")
    return say(f"import.problem.{key}")


def _area_m2(shape: shapely.Geometry) -> float:
    if shape.is_empty:
        return 0.0
    west, south, east, north = shape.bounds
    middle = (min(max((west + east) / 2, -180), 180), min(max((south + north) / 2, -90), 90))
    return float(gpd.GeoSeries([shape], crs=4326).to_crs(metric_crs(*middle)).area.iloc[0])


def _as_points(shapes: np.ndarray, there: np.ndarray, repairs: np.ndarray) -> np.ndarray:
    """Lines as their middle, polygons as a point inside."""
    shapes, dimension = shapes.copy(), shapely.get_dimensions(shapes)
    lines, polygons = there & (dimension == 1), there & (dimension == 2) & ~shapely.is_empty(shapes)
    longest = [max(shapely.get_parts(line), key=lambda part: part.length) for line in shapes[lines]]
    shapes[lines] = shapely.line_interpolate_point(longest, 0.5, normalized=True) if longest else []
    shapes[polygons] = shapely.point_on_surface(shapes[polygons])
    repairs[lines] = say("import.repair.line_to_point")
    repairs[polygons] = say("import.repair.polygon_to_point")
    return shapes


def _single_points(shapes: np.ndarray, there: np.ndarray) -> np.ndarray:
    single = there & (shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = shapes.copy()
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _has_no_extent(shapes: np.ndarray, consists: np.ndarray) -> np.ndarray:
    flat = (consists == _POLYGON) & (shapely.is_empty(shapes) | (shapely.area(shapes) == 0))
    return flat | ((consists == _LINE) & (shapely.length(shapes) == 0)) | (shapely.is_empty(shapes) & (consists >= 0))
