"""A city made ready to be judged: its streets joined, its sites as arrays, its districts to look places up in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from data.vocabulary import vocabulary
from geo.areas import inner_points
from geo.crs import to_mm
from geo.matching import Matches, match_points
from geo.sight import Obstacles, obstacles
from geo.streets import Streets, build_streets
from texts import say

_NOT_WALKED = ("motorway", "motorway_link", "trunk_link", "raceway", "construction", "proposed")
_MOST_PANELS = 1000
COUNTS, NEVER, MAYBE = 1, 0, 2  # what a site can be to a demand: it counts, it does not, the data do not tell


@dataclass(frozen=True, eq=False)
class Stock:
    """
    The sites as arrays, one entry per row of ``City.sites``.

    Attributes
    ----------
    ids
        Their ids, text.
    xy_mm
        (n, 2) int64.
    carrier, condition, themes
        Categoricals of codes; themes are texts of codes joined by ``,``. Missing is not recorded.
    panels
        How many ads each holds; 1 where not recorded, never more than 1,000.
    width_m, height_m, facing_deg
        Floats; NaN where not recorded.
    """

    ids: np.ndarray
    xy_mm: np.ndarray
    carrier: pd.Categorical
    condition: pd.Categorical
    themes: pd.Categorical
    panels: np.ndarray
    width_m: np.ndarray
    height_m: np.ndarray
    facing_deg: np.ndarray

    @classmethod
    def of(cls, sites: gpd.GeoDataFrame) -> "Stock":
        """The stock of a City's ``sites`` layer."""
        panels = np.nan_to_num(sites["panels"].to_numpy(), nan=1.0)
        return cls(
            ids=sites["id"].to_numpy(dtype=object),
            xy_mm=to_mm(shapely.get_coordinates(sites.geometry.array)),
            carrier=pd.Categorical(sites["carrier"]),
            condition=pd.Categorical(sites["condition"]),
            themes=pd.Categorical(sites["themes"]),
            panels=np.clip(panels, 0, _MOST_PANELS).astype(np.int64),
            **{name: sites[name].to_numpy() for name in ("width_m", "height_m", "facing_deg")},
        )

    @cached_property
    def points(self) -> np.ndarray:
        """The sites as shapely points, metres, to the millimetre."""
        return shapely.points(self.xy_mm / 1000)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """``points`` in a tree."""
        return shapely.STRtree(self.points)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Eligibility:
    """Whether each site's own record lets it count (``COUNTS``, ``NEVER``, ``MAYBE``), and the reason if not surely."""

    state: np.ndarray
    reason: np.ndarray  # object: reason codes, "" where it counts


def eligibility(
    stock: Stock,
    *,
    themes: Collection[str] = (),
    carriers: Collection[str] = (),
    excluded_carriers: Collection[str] = (),
    excluded_conditions: Collection[str] = (),
) -> Eligibility:
    """
    What each site's form, condition and themes make of it.

    A site counts when its condition is not excluded, its form is asked for and not excluded, and one of its themes
    is asked for. Words no vocabulary knows count for nothing. A form or theme that is not recorded leaves open
    whether the site counts; a condition that is not recorded is taken as good.

    Parameters
    ----------
    stock
        The sites.
    themes
        Any of these; empty asks for any theme of the vocabulary.
    carriers
        Only these forms; empty asks for any form of the vocabulary.
    excluded_carriers, excluded_conditions
        Forms and conditions that never count.
    """
    words = vocabulary()

    def condition_of(code: str) -> tuple[int, str]:
        if code in excluded_conditions:
            return NEVER, f"condition:{code}"
        return (COUNTS, "") if code in words.conditions else (NEVER, f"condition_unknown:{code}")

    def carrier_of(code: str) -> tuple[int, str]:
        if code in excluded_carriers:
            return NEVER, f"carrier_excluded:{code}"
        if carriers and code not in carriers:
            return NEVER, f"carrier_not_asked:{code}"
        return (COUNTS, "") if code in words.carriers else (NEVER, f"carrier_unknown:{code}")

    def themes_of(text: str) -> tuple[int, str]:
        held = text.split(",")
        asked = themes or words.themes
        return (COUNTS, "") if any(theme in asked for theme in held) else (NEVER, "theme_not_asked")

    judged = (
        _by_category(stock.condition, condition_of, (COUNTS, "")),
        _by_category(stock.carrier, carrier_of, (MAYBE, "carrier_unrecorded")),
        _by_category(stock.themes, themes_of, (MAYBE, "theme_unrecorded")),
    )
    state = np.full(len(stock), COUNTS, dtype=np.int8)
    reason = np.full(len(stock), "", dtype=object)
    for one_state, one_reason in judged:  # a sure no outweighs an open question, the first found names the reason
        worse = ((one_state == NEVER) & (state != NEVER)) | ((one_state == MAYBE) & (state == COUNTS))
        state[worse], reason[worse] = one_state[worse], one_reason[worse]
    return Eligibility(state, reason)


def _by_category(values: pd.Categorical, judge, missing: tuple[int, str]) -> tuple[np.ndarray, np.ndarray]:
    judged = [*(judge(category) for category in values.categories), missing]
    states = np.array([state for state, _ in judged], dtype=np.int8)
    reasons = np.array([reason for _, reason in judged], dtype=object)
    return states[values.codes], reasons[values.codes]


@dataclass(frozen=True, eq=False)
class AreaLevel:
    """
    The areas of one level (districts, 街道 …) to look places up in; where areas overlap the first by name has it.

    Attributes
    ----------
    frame
        The areas' rows of ``City.districts``, sorted by name, on a ``RangeIndex``.
    """

    frame: gpd.GeoDataFrame

    def of_points(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Row of the area each point lies in or on the border of, -1 for none."""
        found = np.full(len(x), -1, dtype=np.int64)
        for row in range(len(self.frame) - 1, -1, -1):
            polygon = self.frame.geometry.iloc[row]
            west, south, east, north = polygon.bounds
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            if len(near):
                shapely.prepare(polygon)
                found[near[shapely.intersects_xy(polygon, x[near], y[near])]] = row
        return found

    def parts_of_lines(self, lines: gpd.GeoSeries, length_mm: np.ndarray) -> pd.DataFrame:
        """
        The lines cut at the borders: ``line`` (row), ``area`` (row or -1), ``from_mm``, ``to_mm``, sorted, gapless.

        Parameters
        ----------
        lines
            Line strings in the CRS of the areas.
        length_mm
            Their lengths in whole millimetres; the last part ends there.
        """
        whole = np.full(len(lines), -1, dtype=np.int64)
        for row in range(len(self.frame) - 1, -1, -1):
            polygon = self.frame.geometry.iloc[row]
            shapely.prepare(polygon)
            whole[shapely.contains_properly(polygon, lines.array)] = row
        crossing = np.flatnonzero(whole < 0)
        line, cut = self._cuts(lines.array[crossing])
        line = np.concatenate((np.arange(len(lines)), np.arange(len(lines)), crossing[line]))
        cut = np.concatenate((np.zeros(len(lines), dtype=np.int64), length_mm, np.clip(cut, 0, None)))
        cut = np.minimum(cut, length_mm[line])
        line, cut = np.unique(np.stack((line, cut)), axis=1)
        same = line[1:] == line[:-1]
        parts = pd.DataFrame({"line": line[:-1][same], "from_mm": cut[:-1][same], "to_mm": cut[1:][same]})
        middle = shapely.line_interpolate_point(
            lines.array[parts["line"]], (parts["from_mm"] + parts["to_mm"]).to_numpy() / 2000
        )
        parts["area"] = np.where(
            whole[parts["line"]] >= 0,
            whole[parts["line"]],
            self.of_points(shapely.get_x(middle), shapely.get_y(middle)),
        )
        first = (parts["line"].diff() != 0) | (parts["area"].diff() != 0)
        joined = parts.groupby(first.cumsum(), sort=False)
        return joined.agg(
            line=("line", "first"), area=("area", "first"), from_mm=("from_mm", "min"), to_mm=("to_mm", "max")
        )

    def _cuts(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the lines meet a border: line (place in ``lines``) and position in mm."""
        borders = shapely.boundary(self.frame.geometry.array)
        pairs = [
            (np.flatnonzero(meets), shapely.intersection(lines[meets], border))
            for border in borders
            if (meets := shapely.intersects(border, lines)).any()
        ]
        if not pairs:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        line = np.concatenate([rows for rows, _ in pairs])
        points, owner = shapely.get_coordinates(np.concatenate([met for _, met in pairs]), return_index=True)
        line = line[owner]
        return line, to_mm(shapely.line_locate_point(lines[line], shapely.points(points)))


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
    def street_parts(self) -> dict[str, pd.DataFrame]:
        """The streets cut at the borders of each level; see ``AreaLevel.parts_of_lines``."""
        table = self.streets.table
        length = table["length_mm"].to_numpy()
        return {name: level.parts_of_lines(table.geometry, length) for name, level in self.levels.items()}

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

    def is_blind(self, geometries: np.ndarray) -> np.ndarray:
        """Whether each place lies where no stock was taken; see ``is_unsurveyed``."""
        points = inner_points(geometries)
        return self.is_unsurveyed(shapely.get_x(points), shapely.get_y(points))

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

    def venues_of(self, classes: Iterable[str]) -> gpd.GeoDataFrame:
        """The venues of these classes with their index in ``City.venues``; empty when the city has none."""
        if self.city.venues is None:
            return gpd.GeoDataFrame({"id": [], "name": [], "class": [], "unit": []}, geometry=[], crs=self.city.crs)
        return self.city.venues[self.city.venues["class"].isin(list(classes))]

    @cached_property
    def walkable(self) -> gpd.GeoDataFrame:
        """The roads and paths one may walk; empty when the city has no roads."""
        roads = self.city.roads
        if roads is None:
            return gpd.GeoDataFrame({"highway": []}, geometry=[], crs=self.city.crs)
        return roads[~roads["highway"].isin(_NOT_WALKED) & (roads["foot"] != "no")]

    def obstacles_near(self, points_mm: np.ndarray, radius_m: float) -> Obstacles | None:
        """The walls within ``radius_m`` of points (x, y in mm); None when the city has no buildings layer."""
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
