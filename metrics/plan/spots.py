"""Where something may be put up: along kerbs, around and in places; not in buildings, not on carriageways."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.areas import sample_points
from geo.crs import to_mm
from metrics.measures.findings import Gaps
from metrics.plan.offer import Offer, defaults
from metrics.survey import Survey

_TANGENT_MM = 500
_CORNERS = 12
_WATER = ("water", "sea")


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What stands or runs where nothing can be put up, ready to be asked.

    Parameters
    ----------
    survey
        The city.
    offer
        For forbidden areas and the least spacing.
    """

    survey: Survey
    offer: Offer

    def allowed(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are free: outside buildings, water and forbidden areas, off carriageways, spaced."""
        points = shapely.points(xy_mm / 1000)
        free = np.ones(len(points), dtype=bool)
        for shapes in (self._buildings(), self._water(), np.array(self.offer.forbidden, dtype=object)):
            if len(shapes) and len(points):
                free[shapely.STRtree(shapes).query(points, predicate="intersects")[0]] = False
        free[self._on_carriageway(points)] = False
        stock = self.survey.stock
        if stock is not None and len(stock) and len(points):
            near = stock.tree.query(points, predicate="dwithin", distance=self.offer.spacing_m + 0.001)
            apart = ((stock.xy_mm[near[1]] - xy_mm[near[0]]) ** 2).sum(axis=1)
            free[near[0][apart < int(to_mm(self.offer.spacing_m)) ** 2]] = False
        return free

    def _buildings(self) -> np.ndarray:
        buildings = self.survey.city.buildings
        return np.empty(0, dtype=object) if buildings is None else buildings.geometry.to_numpy()

    def _water(self) -> np.ndarray:
        areas = self.survey.city.areas
        return np.empty(0, dtype=object) if areas is None else areas.geometry[areas["kind"].isin(_WATER)].to_numpy()

    def _on_carriageway(self, points: np.ndarray) -> np.ndarray:
        roads = self.survey.city.roads
        if roads is None or not len(points):
            return np.empty(0, dtype=np.int64)
        width = roads["highway"].map(defaults()["half_width_m"]).to_numpy(dtype=float)
        driven = np.flatnonzero(np.isfinite(width))
        tree = shapely.STRtree(roads.geometry.to_numpy()[driven])
        point, road = tree.query(points, predicate="dwithin", distance=width[driven].max(initial=0))
        return point[shapely.distance(points[point], tree.geometries[road]) < width[driven][road]]


def kerb_spots(
    survey: Survey, streets: np.ndarray, from_mm: np.ndarray, to_mm_: np.ndarray, step_mm: int
) -> np.ndarray:
    """
    Spots behind both kerbs along stretches of streets, at whole steps from each street's start.

    Returns
    -------
    np.ndarray
        (n, 2, 2) int64: x, y in mm of the spot on the right and of that on the left, as the street runs.
    """
    steps = [
        (street, np.arange(-(-start // step_mm), end // step_mm + 1) * step_mm)
        for street, start, end in zip(streets.tolist(), from_mm.tolist(), to_mm_.tolist(), strict=True)
    ]
    if not steps:
        return np.empty((0, 2, 2), dtype=np.int64)
    street = np.concatenate([np.full(len(at), row) for row, at in steps])
    at = np.concatenate([positions for _, positions in steps])
    street, at = np.unique(np.stack((street, at)), axis=1)
    place = survey.streets.locate(street, at)
    ahead = survey.streets.locate(street, at + _TANGENT_MM)
    behind = survey.streets.locate(street, np.maximum(at - _TANGENT_MM, 0))
    along = ahead - behind
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    right = np.column_stack((along[:, 1], -along[:, 0]))
    off = _kerb_m(survey)[street][:, None]
    return to_mm(np.stack((place + off * right, place - off * right), axis=1))


def _kerb_m(survey: Survey) -> np.ndarray:
    """How far from each street's centre line a site stands behind the kerb, metres."""
    widths, table = defaults()["half_width_m"], survey.streets.table
    half = np.array([widths.get(road_class, 6) for road_class in table["class"]], dtype=float)
    return half + survey.streets.width_mm / 2000 + defaults()["kerb_m"]


def first_free(pairs_mm: np.ndarray, ground: Ground) -> np.ndarray:
    """Of each pair of spots the first that is free, (n, 2) mm; pairs without one are left out."""
    right, left = ground.allowed(pairs_mm[:, 0]), ground.allowed(pairs_mm[:, 1])
    chosen = np.where(right[:, None], pairs_mm[:, 0], pairs_mm[:, 1])
    return chosen[right | left]


def spots_at(places: gpd.GeoSeries, step_m: float) -> np.ndarray:
    """Spots in and around places, (n, 2) mm: on outlines in and around polygons and all over them, on rings else."""
    settings = defaults()
    found = [np.empty((0, 2), dtype=np.int64)]
    for place in places:
        if shapely.area(place) > 0:
            outlines = [shapely.get_exterior_ring(part) for part in _parts_around(place, settings["around_m"])]
            found += [_along(line, step_m) for line in outlines]
            inner = sample_points(gpd.GeoSeries([place], crs=places.crs), settings["inside"])
            found.append(to_mm(shapely.get_coordinates(inner.array)))
        else:
            middle = shapely.centroid(place)
            rings = [shapely.get_exterior_ring(shapely.buffer(middle, radius)) for radius in settings["rings_m"]]
            found += [_along(ring, max(step_m, ring.length / _CORNERS)) for ring in rings]
    return np.unique(np.concatenate(found), axis=0)


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


def gap_spots(survey: Survey, gaps: Sequence[Gaps], ground: Ground, step_mm: int) -> np.ndarray:
    """Free spots along the failing stretches, one at each step."""
    if not gaps:
        return np.empty((0, 2), dtype=np.int64)
    all_ = Gaps.stacked(gaps)
    return first_free(kerb_spots(survey, all_.street, all_.from_mm, all_.to_mm, step_mm), ground)
