"""Which subjects of a rule an edited site can touch, and which sites have to be looked at to judge them again."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely

from geo.crs import to_mm
from geo.few import SegmentsNear
from geo.matching import Matches
from geo.sight import Obstacles, viewing_distance_mm
from metrics.book import RuleBook, View
from metrics.columns import runs
from metrics.measures import along, places, reach, visible
from metrics.rules import Along, Presence, Rate, Reach, Rule, Visible, Within
from metrics.scenario.sites import Changes, Site, with_sites
from metrics.stock import Stock
from metrics.subjects import Subjects
from metrics.survey import Stands, Survey

_ROUNDING_M = 0.01  # positions are whole millimetres; a little more costs nothing
_APART_M = 200.0  # more than carriageways of one street lie apart


@dataclass(frozen=True)
class Extras:
    """
    The changes of a city's sites.

    Attributes
    ----------
    changes
        All by id.
    sites, rows
        Those that stand somewhere, and the row of each in the city's layer, -1 for new ones.
    xy_m
        Where they stand, (2, n).
    """

    changes: Changes
    sites: Sequence[Site]
    rows: Sequence[int]
    xy_m: np.ndarray

    @classmethod
    def of(cls, changes: Changes, row_of: Mapping[str, int]) -> "Extras":
        """Of sites of a layer whose rows, by id, are ``row_of``."""
        sites = [site for site in changes.values() if site is not None]
        places = [(site.x_mm, site.y_mm) for site in sites]
        rows = [row_of.get(site.id, -1) for site in sites]
        return cls(changes, sites, rows, np.array(places, dtype=np.int64).reshape(-1, 2).T / 1000)


class Touch(ABC):
    """
    What edited sites do to the subjects of one rule.

    Parameters
    ----------
    ground
        The city as it is.
    rule, book
        The rule and its book.
    who
        All subjects it may judge.
    near
        The streets' segments.
    """

    def __init__(self, ground: Survey, rule: Rule, book: RuleBook, who: Subjects, near: SegmentsNear):
        self.ground, self.rule, self.view, self.who, self.near = ground, rule, book.view, who, near

    @abstractmethod
    def touched(self, sites: Sequence[Site], points: np.ndarray) -> np.ndarray:
        """Rows of the subjects whose findings may differ when these sites, at ``points``, come or go, in order."""

    @abstractmethod
    def look_m(self) -> float:
        """How far from a subject a site may stand and still appear in its findings."""

    def stock_rows(self, rows: np.ndarray) -> np.ndarray:
        """The sites of the city that these subjects look at."""
        _, found = self.ground.stock.tree.query(self.who.geometry[rows], predicate="dwithin", distance=self.look_m())
        return np.unique(found)

    def judged_with(self, rows: np.ndarray, extras: Extras) -> np.ndarray:
        """The rows and further subjects without which these cannot be judged, in order."""
        return rows

    def walls(self, stock: Stock) -> Obstacles | None:
        """All walls that any subject may look at, far enough for these sites; None where the rule does not look."""
        return None

    def excerpt(self, rows: np.ndarray, extras: Extras) -> Survey:
        """The ground with the sites that these subjects look at, as they are after the changes."""
        base = self.ground.stock
        own = self.stock_rows(rows)
        changed = [row for row, id in enumerate(base.ids[own].tolist()) if id in extras.changes]
        own = np.delete(own, changed)
        around = self._around(rows, extras)
        local = with_sites(base.take(own), [site for site, _ in around], [row for _, row in around])
        matches, walls = self._matches(own, local), self.walls(local)
        return self.ground.excerpt(local, matches=matches, walls=walls, stands=self._stands(rows, walls))

    def _around(self, rows: np.ndarray, extras: Extras) -> list[tuple[Site, int]]:
        """Those of the changed sites that stand in the box around the subjects, and their rows in the layer."""
        if not extras.sites:
            return []
        west, south, east, north = self._bounds(rows)
        margin, (x, y) = self.look_m() + _ROUNDING_M, extras.xy_m
        inside = (x >= west - margin) & (x <= east + margin) & (y >= south - margin) & (y <= north + margin)
        return [(extras.sites[place], extras.rows[place]) for place in np.flatnonzero(inside).tolist()]

    def _bounds(self, rows: np.ndarray) -> np.ndarray:
        """West, south, east and north of where these subjects are judged from, metres."""
        return shapely.total_bounds(self.who.geometry[rows])

    def _matches(self, own: np.ndarray, local: Stock) -> dict[int, Matches]:
        return {}

    def _stands(self, rows: np.ndarray, walls: Obstacles | None) -> Stands | None:
        return None


class StreetTouch(Touch):
    """Of a rule about windows along streets."""

    def __init__(self, ground: Survey, rule: Along, book: RuleBook, who: Subjects, near: SegmentsNear):
        super().__init__(ground, rule, book, who, near)
        self.reach_mm = along.NEAR_MISS * int(to_mm(rule.reach_m))
        self._place = np.full(len(ground.street_length_mm), -1)
        self._place[who.row] = np.arange(len(who))

    def touched(self, sites: Sequence[Site], points: np.ndarray) -> np.ndarray:
        return self._near(sites)

    def _near(self, sites: Sequence[Site]) -> np.ndarray:
        """The subjects that these sites are near, in order."""
        places = np.array([(site.x_mm, site.y_mm) for site in sites], dtype=np.int64).reshape(-1, 2)
        rows = self._place[self.near.match(places, reach_mm=self.reach_mm).street]
        return np.unique(rows[rows >= 0])

    def look_m(self) -> float:
        return self.reach_mm / 1000 + self._widest_m

    @cached_property
    def _widest_m(self) -> float:
        """How far a member segment may lie from its street's centre line: the greatest way between carriageways."""
        return float(self.ground.streets.width_mm.max(initial=0)) / 1000 + _APART_M

    @cached_property
    def _all(self) -> Matches:
        return self.ground.site_matches(self.reach_mm)

    def stock_rows(self, rows: np.ndarray) -> np.ndarray:
        return np.unique(along.on_streets(self._all, self.who.row[rows]).point)

    def judged_with(self, rows: np.ndarray, extras: Extras) -> np.ndarray:
        if self.rule.attach != "nearest":
            return rows
        shared = self._all.street[self._rows_of(self.stock_rows(rows))]
        around = [site for site, _ in self._around(rows, extras)]
        more = self._place[shared]
        return np.unique(np.concatenate((rows, more[more >= 0], self._near(around))))

    def _matches(self, own: np.ndarray, local: Stock) -> dict[int, Matches]:
        """What the sites of the city match already, and what the others match."""
        kept = self._all.take(self._rows_of(own))
        kept = replace(kept, point=np.searchsorted(own, kept.point))
        if len(local) == len(own):
            return {self.reach_mm: kept}
        more = self.near.match(local.xy_mm[len(own) :], reach_mm=self.reach_mm)
        both = Matches(
            np.concatenate((kept.point, more.point + len(own))),
            np.concatenate((kept.street, more.street)),
            np.concatenate((kept.at_mm, more.at_mm)),
            np.concatenate((kept.distance_m, more.distance_m)),
        )
        return {self.reach_mm: both.take(np.lexsort((both.point, both.at_mm, both.street)))}

    @cached_property
    def _by_point(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows of all matches in the order of their sites, and where each site's begin."""
        order = np.argsort(self._all.point, kind="stable")
        return order, np.searchsorted(self._all.point[order], np.arange(len(self.ground.stock) + 1))

    def _rows_of(self, sites: np.ndarray) -> np.ndarray:
        order, begins = self._by_point
        _, places = runs(begins[sites], begins[sites + 1] - begins[sites])
        return np.sort(order[places])


class PlaceTouch(Touch):
    """Of a rule about what stands in or near a place."""

    def look_m(self) -> float:
        return max(places.NEAR_MISS * self.rule.reach_m, self.rule.margin_m + self.rule.reach_m) + _ROUNDING_M

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.who.geometry)

    def touched(self, sites: Sequence[Site], points: np.ndarray) -> np.ndarray:
        return np.unique(self._tree.query(points, predicate="dwithin", distance=self.look_m())[1])


class GateTouch(PlaceTouch):
    """Of a rule about what is seen on the way in from a gate."""

    def look_m(self) -> float:
        return reach.look_m(self.ground.stock, self.rule, self.view) + reach.GATE_MARGIN_M + self._larger_m

    _larger_m = 0.0

    def touched(self, sites: Sequence[Site], points: np.ndarray) -> np.ndarray:
        self._larger_m = max(self._larger_m, _distance_m(sites, self.view))
        return super().touched(sites, points)

    def walls(self, stock: Stock) -> Obstacles | None:
        gates = self.ground.venues_of([self.rule.gate_class])
        points = to_mm(shapely.get_coordinates(self.ground.venue_points.loc[gates.index].array))
        self._walls = _far_enough(self._walls, self.ground, points, reach.look_m(stock, self.rule, self.view))
        return self._walls

    _walls: Obstacles | None = None


class SquareTouch(Touch):
    """Of a rule about what can be seen from squares."""

    def __init__(self, ground: Survey, rule: Visible, book: RuleBook, who: Subjects, near: SegmentsNear):
        super().__init__(ground, rule, book, who, near)
        centres, square, samples = visible.observers(ground, rule, who)
        self._observers = np.vstack([centres, samples])
        self._samples, self._sampled = samples, np.searchsorted(square, np.arange(len(who) + 1))
        away = np.sqrt(((samples - centres[square]) ** 2).sum(axis=1)) / 1000
        self._centres_mm, self._centres, self._radius_m = centres, centres / 1000, np.zeros(len(who))
        np.maximum.at(self._radius_m, square, away)
        self._farthest_m = visible.reach_m(ground.stock, self.view)
        self._walls: Obstacles | None = None
        self._inside: np.ndarray | None = None

    def look_m(self) -> float:
        return self._farthest_m + float(self._radius_m.max(initial=0)) + _ROUNDING_M

    def touched(self, sites: Sequence[Site], points: np.ndarray) -> np.ndarray:
        touched = np.zeros(len(self.who), dtype=bool)
        for site in sites:
            far = visible.NEAR_MISS * _distance_m([site], self.view) + 1
            self._farthest_m = max(self._farthest_m, far)
            off = np.hypot(*(self._centres - (site.x_mm / 1000, site.y_mm / 1000)).T)
            touched |= off <= self._radius_m + far
        return np.flatnonzero(touched)

    def stock_rows(self, rows: np.ndarray) -> np.ndarray:
        points = shapely.points(self._centres[rows])
        distance = self._radius_m[rows] + self._farthest_m
        return np.unique(self.ground.stock.tree.query(points, predicate="dwithin", distance=distance)[1])

    def _bounds(self, rows: np.ndarray) -> np.ndarray:
        return np.concatenate((self._centres[rows].min(axis=0), self._centres[rows].max(axis=0)))

    def _stands(self, rows: np.ndarray, walls: Obstacles | None) -> Stands | None:
        if self._inside is None:
            self._inside = visible.holders(self._centres_mm, walls)
        square, places = runs(self._sampled[rows], self._sampled[rows + 1] - self._sampled[rows])
        return Stands(self._centres_mm[rows], square, self._samples[places], self._inside[rows])

    def walls(self, stock: Stock) -> Obstacles | None:
        far = visible.reach_m(stock, self.view)
        self._walls = _far_enough(self._walls, self.ground, self._observers, max(far, self._farthest_m))
        return self._walls


def _far_enough(known: Obstacles | None, ground: Survey, points_mm: np.ndarray, radius_m: float) -> Obstacles | None:
    """The walls around points as they are known, or found anew where those do not reach far enough."""
    if known is not None and known.radius_mm >= to_mm(radius_m):
        return known
    return ground.obstacles_near(points_mm, radius_m)


def _distance_m(sites: Sequence[Site], view: View) -> float:
    """From how far the largest of the sites can be read."""
    sizes = [[np.nan if value is None else value for value in (site.width_m, site.height_m)] for site in sites]
    width, height = np.array(sizes, dtype=float).reshape(-1, 2).T
    return float(viewing_distance_mm(width, height, **view.optics).max(initial=0)) / 1000


def touch_of(ground: Survey, rule: Rule, book: RuleBook, who: Subjects, near: SegmentsNear) -> Touch | None:
    """What edited sites do to a rule's subjects; None when they do nothing."""
    if ground.stock is None or not len(who):
        return None
    if isinstance(rule, Along):
        return StreetTouch(ground, rule, book, who, near) if rule.sites else None
    if isinstance(rule, Rate) and rule.of == "venue":
        return None
    kinds = {Within: PlaceTouch, Presence: PlaceTouch, Rate: PlaceTouch, Visible: SquareTouch, Reach: GateTouch}
    kind = kinds.get(type(rule))
    return None if kind is None else kind(ground, rule, book, who, near)
