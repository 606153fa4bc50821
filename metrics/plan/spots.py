"""Where something may be put up: along kerbs, around and in places; not in buildings, not on carriageways."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.errors import raise_faults
from geo.areas import sample_points
from geo.crs import to_mm
from metrics.explain import plain_number
from metrics.measures.findings import Gaps
from metrics.plan.offer import Offer, defaults
from metrics.plan.words import Directions
from metrics.scores import DISTRICT
from metrics.survey import Survey
from texts import say

_SNAP_M = 100
_OUTSKIRTS_MM = 2_000_000
_TANGENT_MM = 500
_CORNERS = 12
_NEARLY = 0.95  # of the reach: a ring that is surely inside
_WATER = ("water", "sea")


@dataclass(frozen=True)
class Spot:
    """Where a site may stand: whole millimetres, which way it faces (None: all around), and where that is in words."""

    x_mm: int
    y_mm: int
    facing_deg: float | None
    place: str


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What stands or runs where nothing can be put up, ready to be asked.

    Parameters
    ----------
    survey
        The city.
    forbidden
        Polygons in the city's CRS.
    spacing_m
        Least way to a site that stands.
    """

    survey: Survey
    forbidden: Sequence[shapely.Geometry]
    spacing_m: float

    def allowed(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are free: outside buildings, water and forbidden areas, off carriageways, spaced."""
        points = shapely.points(xy_mm / 1000)
        free = ~self.crowded(xy_mm)
        free[self._closed.query(points, predicate="intersects")[0]] = False
        free[self._on_carriageway(points)] = False
        return free

    def outside(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are more than 2 km outside the box around all that the city knows."""
        bounds = np.array([layer.total_bounds for layer in self.survey.city.layers.values() if len(layer)])
        low, high = bounds[:, :2].min(axis=0) * 1000 - _OUTSKIRTS_MM, bounds[:, 2:].max(axis=0) * 1000 + _OUTSKIRTS_MM
        return ((xy_mm < low) | (xy_mm > high)).any(axis=1)

    def crowded(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are nearer to a site that stands than the spacing."""
        stock = self.survey.stock
        if stock is None or not len(stock) or not len(xy_mm):
            return np.zeros(len(xy_mm), dtype=bool)
        apart, _ = cKDTree(stock.xy_mm).query(xy_mm)
        return np.rint(apart**2) < int(to_mm(self.spacing_m)) ** 2

    def forbids(self, x_mm: int, y_mm: int) -> bool:
        """Whether a place lies in a forbidden area."""
        return any(shapely.intersects_xy(area, x_mm / 1000, y_mm / 1000) for area in self.forbidden)

    @cached_property
    def _closed(self) -> shapely.STRtree:
        """Buildings, water and what is forbidden."""
        buildings, areas = self.survey.city.buildings, self.survey.city.areas
        none = np.empty(0, dtype=object)
        houses = none if buildings is None else buildings.geometry.to_numpy()
        water = none if areas is None else areas.geometry[areas["kind"].isin(_WATER)].to_numpy()
        return shapely.STRtree(np.concatenate((none, houses, water, np.array([*self.forbidden, None])[:-1])))

    @cached_property
    def _driven(self) -> tuple[shapely.STRtree, np.ndarray]:
        """The ways one drives on, and half the width of each, metres."""
        roads = self.survey.city.roads
        if roads is None:
            return shapely.STRtree([]), np.empty(0)
        width = roads["highway"].map(defaults()["half_width_m"]).to_numpy(dtype=float)
        driven = np.flatnonzero(np.isfinite(width))
        return shapely.STRtree(roads.geometry.to_numpy()[driven]), width[driven]

    def _on_carriageway(self, points: np.ndarray) -> np.ndarray:
        tree, width = self._driven
        point, road = tree.query(points, predicate="dwithin", distance=width.max(initial=0))
        return point[shapely.distance(points[point], tree.geometries[road]) < width[road]]


def check_required(offer: Offer, ground: Ground) -> None:
    """
    Say which required spots cannot be.

    Raises
    ------
    DataError
        One sentence for each that lies outside the city, in a forbidden area or too near to a site that stands.
    """
    xy_mm = np.array([(spot.x_mm, spot.y_mm) for spot in offer.required], dtype=np.int64).reshape(-1, 2)
    crowded = ground.crowded(xy_mm).tolist()
    forbidden = [ground.forbids(*place) for place in xy_mm.tolist()]
    faults = [
        say("plan.fault.required_outside", number=nth + 1)
        for nth, is_so in enumerate(ground.outside(xy_mm).tolist())
        if is_so
    ]
    faults += [say("plan.fault.required_forbidden", number=nth + 1) for nth, is_so in enumerate(forbidden) if is_so]
    faults += [
        say("plan.fault.required_crowded", number=nth + 1, spacing=plain_number(offer.spacing_m))
        for nth, is_so in enumerate(crowded)
        if is_so
    ]
    raise_faults(faults)


class Spots:
    """
    Where new sites may stand in a city.

    Parameters
    ----------
    ground
        Of the city.
    """

    def __init__(self, ground: Ground):
        self._ground = ground
        self._directions = Directions(ground.survey)

    def nearest(self, x_mm: int, y_mm: int) -> tuple[Spot, float] | None:
        """
        The free spot nearest to a place, to about a metre, and how far off it is in metres; None within 100 m.

        Places in the districts only, where the city has any.
        """
        asked = np.array([[x_mm, y_mm]], dtype=np.int64)
        for near in (_OFFSETS_MM[:1], _OFFSETS_MM[1 : len(_OFFSETS_MM) // 8], _OFFSETS_MM[len(_OFFSETS_MM) // 8 :]):
            found = asked + near
            free = found[self._ground.allowed(found) & self._inside(found)]
            if len(free):
                x, y = free[0].tolist()
                return Spot(x, y, None, self._directions.tell(x, y)), float(np.hypot(x - x_mm, y - y_mm)) / 1000
        return None

    def _inside(self, xy_mm: np.ndarray) -> np.ndarray:
        level = self._ground.survey.levels.get(DISTRICT)
        return np.ones(len(xy_mm), dtype=bool) if level is None else level.of_points(*(xy_mm.T / 1000)) >= 0


def _offsets_mm() -> np.ndarray:
    """Every metre of a disc of 100 m, from the middle outwards, (n, 2)."""
    side = np.arange(-_SNAP_M, _SNAP_M + 1)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    squared = (grid**2).sum(axis=1)
    order = np.lexsort((grid[:, 0], grid[:, 1], squared))
    return grid[order[squared[order] <= _SNAP_M**2]] * 1000


_OFFSETS_MM = _offsets_mm()


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
    length = at.max() + 1
    street, at = np.divmod(np.unique(street * length + at), length)
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
    chosen, free = pairs_mm[:, 0].copy(), ground.allowed(pairs_mm[:, 0])
    taken = np.flatnonzero(~free)
    chosen[taken], free[taken] = pairs_mm[taken, 1], ground.allowed(pairs_mm[taken, 1])
    return chosen[free]


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


def gap_spots(survey: Survey, gaps: Sequence[Gaps], ground: Ground, step_mm: int) -> np.ndarray:
    """Free spots along the failing stretches, one at each step."""
    if not gaps:
        return np.empty((0, 2), dtype=np.int64)
    all_ = Gaps.stacked(gaps)
    return first_free(kerb_spots(survey, all_.street, all_.from_mm, all_.to_mm, step_mm), ground)
