"""A city made ready to be judged: its streets joined, its sites as arrays, its districts to look places up in."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from data.vocabulary import vocabulary
from geo.areas import inner_points
from geo.crs import WGS84
from geo.matching import Matches, match_points
from geo.sight import Obstacles, obstacles
from geo.streets import Streets, build_streets
from metrics.area_level import AreaLevel, Parts
from metrics.stock import Stock
from texts import say

_NOT_WALKED = ("motorway", "motorway_link", "trunk_link", "raceway", "construction", "proposed")


@dataclass(frozen=True, eq=False)
class Stands:
    """
    Where one stands to judge squares, whole millimetres.

    Attributes
    ----------
    centres
        x, y of the centre of each square; (n, 2).
    square, samples
        Of each sample point all over the squares: the row of its square, ascending; x, y.
    inside
        The building (row) that holds each centre, -1 where none does.
    """

    centres: np.ndarray
    square: np.ndarray
    samples: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True, eq=False)
class Survey:
    """
    Everything the measures read, computed once per city and set of road classes.

    Attributes
    ----------
    city
        As it was given.
    streets
        Its streets of the road classes the rule book asks for.
    """

    city: City
    streets: Streets

    @cached_property
    def stock(self) -> Stock | None:
        """The sites; None when the city has no ``sites`` layer: not taken stock of."""
        return None if self.city.sites is None else Stock.of(self.city.sites)

    def excerpt(
        self,
        stock: Stock,
        *,
        matches: Mapping[int, Matches],
        walls: Obstacles | None,
        stands: "Stands | None" = None,
    ) -> "Survey":
        """
        The same ground with other sites, sharing all that does not depend on them.

        Parameters
        ----------
        stock
            The sites.
        matches
            The matches of these sites with streets, by reach, as ``site_matches`` gives them.
        walls, stands
            See ``known_walls`` and ``known_stands``.
        """
        other = copy(self)
        other.__dict__.update(stock=stock, _matched=dict(matches), known_walls=walls, known_stands=stands)
        return other

    def with_city(self, city: City) -> "Survey":
        """The same ground for a city that differs in its sites only."""
        other = copy(self)
        for name in ("stock", "_matched"):
            other.__dict__.pop(name, None)
        other.__dict__["city"] = city
        return other

    @cached_property
    def levels(self) -> dict[str, AreaLevel]:
        """The areas of each level that the city records, ``district`` first."""
        districts = self.city.districts
        if districts is None or districts.empty:
            return {}
        order = [level for level in vocabulary().levels if (districts["level"] == level).any()]
        return {
            level: AreaLevel(districts[districts["level"] == level].sort_values("name", ignore_index=True))
            for level in order
        }

    @cached_property
    def street_length_mm(self) -> np.ndarray:
        """The length of each street, int64."""
        return self.streets.table["length_mm"].to_numpy()

    @cached_property
    def street_parts(self) -> dict[str, Parts]:
        """The streets cut at the borders of each level."""
        return {name: self._parts_in(level) for name, level in self.levels.items()}

    @cached_property
    def unsurveyed_parts(self) -> Parts:
        """The stretches of the streets that lie where no stock was taken."""
        if self.unsurveyed is None:
            none = np.empty(0, dtype=np.int64)
            return Parts(none, none, none, none)
        parts = self._parts_in(self.unsurveyed)
        return parts.take(parts.area >= 0)

    def _parts_in(self, level: AreaLevel) -> Parts:
        return level.parts_of_lines(self.streets.table.geometry.to_numpy(), self.street_length_mm)

    @cached_property
    def unsurveyed(self) -> AreaLevel | None:
        """The areas whose sites are not taken stock of yet; None when there are none."""
        districts = self.city.districts
        if districts is None or not (districts["surveyed"] == False).any():  # noqa: E712 - None is not False
            return None
        return AreaLevel(districts[districts["surveyed"] == False].sort_values("name", ignore_index=True))  # noqa: E712

    def is_unsurveyed(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Whether each point lies where no stock was taken: everywhere without sites, else in unsurveyed areas."""
        if self.stock is None:
            return np.ones(len(x), dtype=bool)
        return np.zeros(len(x), dtype=bool) if self.unsurveyed is None else self.unsurveyed.of_points(x, y) >= 0

    @cached_property
    def _matched(self) -> dict[int, Matches]:
        return {}

    def site_matches(self, reach_mm: int) -> Matches:
        """The sites within ``reach_mm`` of each street; computed once per reach."""
        if reach_mm not in self._matched:
            self._matched[reach_mm] = match_points(self.stock.xy_mm, self.streets.segments, reach_mm=reach_mm)
        return self._matched[reach_mm]

    @cached_property
    def subjects_by_class(self) -> dict[str, tuple]:
        """What ``metrics.subjects`` found for each class, kept for the next rule that asks."""
        return {}

    @cached_property
    def venue_points(self) -> gpd.GeoSeries:
        """A point of each venue: itself, or one on its line or inside its polygon."""
        venues = self.city.venues.geometry
        return gpd.GeoSeries(inner_points(venues.to_numpy()), index=venues.index, crs=venues.crs)

    @cached_property
    def recorded_centres(self) -> np.ndarray:
        """The viewing point each venue records, (n, 2) in metres of the city's CRS; NaN where it records none."""
        venues = self.city.venues
        lon, lat = venues["centre_lon"].to_numpy(dtype=float), venues["centre_lat"].to_numpy(dtype=float)
        known = np.isfinite(lon) & np.isfinite(lat)
        centres = np.full((len(venues), 2), np.nan)
        if known.any():
            points = gpd.GeoSeries.from_xy(lon[known], lat[known], crs=WGS84).to_crs(self.city.crs)
            centres[known] = shapely.get_coordinates(points.array)
        return centres

    def venues_of(self, classes: Iterable[str]) -> gpd.GeoDataFrame:
        """The venues of these classes with their index in ``City.venues``; empty when the city has none."""
        if self.city.venues is None:
            return gpd.GeoDataFrame({"id": [], "name": [], "class": [], "unit": []}, geometry=[], crs=self.city.crs)
        wanted = frozenset(classes)
        if wanted not in self._venues:
            self._venues[wanted] = self.city.venues[self.city.venues["class"].isin(list(wanted))]
        return self._venues[wanted]

    @cached_property
    def _venues(self) -> dict[frozenset[str], gpd.GeoDataFrame]:
        return {}

    @cached_property
    def walkable(self) -> gpd.GeoDataFrame:
        """The roads and paths one may walk; empty when the city has no roads."""
        roads = self.city.roads
        if roads is None:
            return gpd.GeoDataFrame({"highway": []}, geometry=[], crs=self.city.crs)
        return roads[~roads["highway"].isin(_NOT_WALKED) & (roads["foot"] != "no")]

    @cached_property
    def known_walls(self) -> Obstacles | None:
        """Walls that hold all one may look at from anywhere; None as long as they are found anew for each question."""
        return None

    @cached_property
    def known_stands(self) -> "Stands | None":
        """Where one stands to judge the squares asked about; None as long as that is found anew for each question."""
        return None

    def obstacles_near(self, points_mm: np.ndarray, radius_m: float) -> Obstacles | None:
        """The walls within ``radius_m`` of points (x, y in mm); None when the city has no buildings layer."""
        if self.known_walls is not None:
            return self.known_walls
        buildings = self.city.buildings
        return None if buildings is None else obstacles(buildings.geometry, near=points_mm / 1000, radius_m=radius_m)


@lru_cache(maxsize=4)
def survey(city: City, classes: tuple[str, ...]) -> Survey:
    """The survey of ``city`` with streets of these road classes (values of ``highway``); the last few are kept."""
    roads = city.roads
    if roads is None:
        roads = gpd.GeoDataFrame({"highway": []}, geometry=[], crs=city.crs)
    return Survey(city, build_streets(roads, classes=classes))


def street_label(name: str | None, street: str) -> str:
    """
    What a street is called on screen and paper; an unnamed one by its class and number.

    Examples
    --------
    >>> street_label(None, "(primary)#7")
    '无名主干路7'
    """
    if isinstance(name, str) and name:
        return name
    road_class, _, number = street.partition("#")
    return say("reasons.unnamed_street", class_name=vocabulary().highways.label(road_class.strip("()")), number=number)
