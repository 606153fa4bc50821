"""What stands or runs where nothing can be put up: buildings, water, carriageways, sites, forbidden areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.errors import raise_faults
from geo.crs import to_mm
from metrics.explain import plain_number
from metrics.plan.offer import Offer, defaults
from metrics.scores import DISTRICT
from metrics.survey import Survey
from texts import say

_OUTSKIRTS_MM = 2_000_000
_WATER = ("water", "sea")
_BORDER_M = 0.01  # as near to a border is on it
BUILDING, WATER, FORBIDDEN = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Closed:
    """Areas in which nothing can stand, to be looked up: ``kind`` of each is ``BUILDING``, ``WATER``, ``FORBIDDEN``."""

    tree: shapely.STRtree
    kind: np.ndarray


@dataclass(frozen=True, eq=False)
class Driven:
    """The ways one drives on, to be looked up, and half the width of each, metres."""

    tree: shapely.STRtree
    half_m: np.ndarray

    @property
    def widest_m(self) -> float:
        """The largest half width."""
        return float(self.half_m.max(initial=0))


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What stands or runs where nothing can be put up, ready to be asked, by several threads at once.

    Parameters
    ----------
    survey
        The city.
    forbidden
        Polygons in the city's CRS.
    spacing_m
        Least way to a site that stands.
    within
        Names of the districts in which alone something may be put up; empty: everywhere.
    """

    survey: Survey
    forbidden: Sequence[shapely.Geometry]
    spacing_m: float
    within: Sequence[str] = ()

    @property
    def spacing_mm(self) -> int:
        """Least way to a site that stands, whole millimetres."""
        return int(to_mm(self.spacing_m))

    def allowed(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are free: outside buildings, water and forbidden areas, off carriageways, spaced."""
        return ~self.crowded(xy_mm) & self.clear(xy_mm)

    def clear(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are within the area, outside buildings, water and what is forbidden, off carriageways."""
        points = shapely.points(xy_mm / 1000)
        free = in_districts(self.survey, self.within, xy_mm) if self.within else np.ones(len(points), dtype=bool)
        free[self.closed.tree.query(points, predicate="intersects")[0]] = False
        free[self._on_carriageway(points)] = False
        return free

    def outside(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are more than 2 km outside the box around all that the city knows."""
        bounds = np.array([layer.total_bounds for layer in self.survey.city.layers.values() if len(layer)])
        low, high = bounds[:, :2].min(axis=0) * 1000 - _OUTSKIRTS_MM, bounds[:, 2:].max(axis=0) * 1000 + _OUTSKIRTS_MM
        return ((xy_mm < low) | (xy_mm > high)).any(axis=1)

    def crowded(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are nearer to a site that stands than the spacing."""
        if self.standing is None or not len(xy_mm):
            return np.zeros(len(xy_mm), dtype=bool)
        apart, _ = self.standing.query(xy_mm)
        return np.rint(apart**2) < self.spacing_mm**2

    def why_not(self, xy_mm: np.ndarray) -> list[str]:
        """For each place (n, 2) a word for what is in the way there, empty where nothing is."""
        points = shapely.points(xy_mm / 1000)
        found = np.full(len(points), "", dtype=object)
        found[self._on_carriageway(points)] = "carriageway"
        place, area = self.closed.tree.query(points, predicate="intersects")
        for kind, word in ((WATER, "water"), (BUILDING, "building"), (FORBIDDEN, "forbidden")):
            found[place[self.closed.kind[area] == kind]] = word
        found[self.crowded(xy_mm)] = "crowded"
        if self.within:
            found[~in_districts(self.survey, self.within, xy_mm)] = "beyond"
        found[self.outside(xy_mm)] = "outside"
        return found.tolist()

    @cached_property
    def standing(self) -> cKDTree | None:
        """Where the sites stand, millimetres; None when there are none."""
        stock = self.survey.stock
        return None if stock is None or not len(stock) else cKDTree(stock.xy_mm)

    @cached_property
    def closed(self) -> Closed:
        """Buildings, water and what is forbidden."""
        buildings, areas = self.survey.city.buildings, self.survey.city.areas
        none = np.empty(0, dtype=object)
        houses = none if buildings is None else buildings.geometry.to_numpy()
        water = none if areas is None else areas.geometry[areas["kind"].isin(_WATER)].to_numpy()
        forbidden = np.array([*self.forbidden, None], dtype=object)[:-1]
        kind = np.repeat((BUILDING, WATER, FORBIDDEN), (len(houses), len(water), len(forbidden)))
        return Closed(shapely.STRtree(np.concatenate((houses, water, forbidden))), kind)

    @cached_property
    def driven(self) -> Driven:
        """The ways one drives on."""
        roads = self.survey.city.roads
        if roads is None:
            return Driven(shapely.STRtree([]), np.empty(0))
        width = roads["highway"].map(defaults()["half_width_m"]).to_numpy(dtype=float)
        driven = np.flatnonzero(np.isfinite(width))
        return Driven(shapely.STRtree(roads.geometry.to_numpy()[driven]), width[driven])

    @cached_property
    def districts(self) -> shapely.STRtree | None:
        """The districts, to be looked up; None when the city has none."""
        level = self.survey.levels.get(DISTRICT)
        return None if level is None else shapely.STRtree(level.frame.geometry.to_numpy())

    def in_a_district(self, xy_mm: np.ndarray) -> np.ndarray:
        """Which places (n, 2) lie in a district or on its border; all where the city has none."""
        if self.districts is None:
            return np.ones(len(xy_mm), dtype=bool)
        inside = np.zeros(len(xy_mm), dtype=bool)
        inside[self.districts.query(shapely.points(xy_mm / 1000), predicate="intersects")[0]] = True
        return inside

    def _on_carriageway(self, points: np.ndarray) -> np.ndarray:
        driven = self.driven
        point, road = driven.tree.query(points, predicate="dwithin", distance=driven.widest_m)
        return point[shapely.distance(points[point], driven.tree.geometries[road]) < driven.half_m[road]]


def in_districts(survey: Survey, names: Sequence[str], xy_mm: np.ndarray) -> np.ndarray:
    """Which places (n, 2) lie in one of these districts or on its border; none where the city has none of them."""
    level = survey.levels.get(DISTRICT)
    inside, points = np.zeros(len(xy_mm), dtype=bool), shapely.points(xy_mm / 1000)
    if level is not None:
        for shape in level.frame.geometry[level.frame["name"].isin(list(names))]:
            shapely.prepare(shape)
            inside |= shapely.dwithin(shape, points, _BORDER_M)
    return inside


def check_required(offer: Offer, ground: Ground) -> None:
    """
    Say which required spots cannot be.

    Raises
    ------
    DataError
        One sentence for each that lies outside the city or the area, in a forbidden area, in a building, in water, on
        a carriageway, or too near to a site that stands.
    """
    xy_mm = np.array([(spot.x_mm, spot.y_mm) for spot in offer.required], dtype=np.int64).reshape(-1, 2)
    raise_faults(
        [
            say(f"plan.fault.required.{reason}", number=nth, spacing=plain_number(offer.spacing_m))
            for nth, reason in enumerate(ground.why_not(xy_mm), start=1)
            if reason
        ]
    )
