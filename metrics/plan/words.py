"""Where a spot is, as one tells a worker: 「人民路东侧，距解放路口 120 米」."""

from collections.abc import Iterator

import numpy as np
import shapely

from geo.few import SegmentsNear
from geo.matching import nearest_only
from metrics.explain import whole
from metrics.plan.offer import defaults
from metrics.survey import Survey, street_label
from texts import say

_STREET_MM = 60_000  # further off a street a spot is told by a place
_FAR_MM = 2_000_000
_NEARER_M = 20.0  # so much nearer a side street has to be to be told instead of a main one
_INSIDE_M = 25.0  # nearer to a street than this a spot in a park is told by the street
_CROSSING_M = 400.0
_AT_M = 15.0


class Directions:
    """
    Tells spots of a city by the streets and places around them; several threads may ask at once.

    Only what a person knows serves: streets, their crossings, and named venues of the classes in ``data/plan.yaml``.

    Parameters
    ----------
    survey
        The city.
    """

    def __init__(self, survey: Survey):
        self._survey = survey
        self._near = SegmentsNear(survey.streets.segments)
        table = survey.streets.table
        self._named = [isinstance(name, str) and bool(name) for name in table["name"]]
        self._labels = [street_label(*pair) for pair in zip(table["name"], table["street"], strict=True)]
        self._lines = table.geometry.to_numpy()
        self._crossings: dict[int, list[tuple[shapely.Point, str]]] = {}
        for point, rows in zip(survey.streets.junctions.geometry, survey.streets.junctions["streets"], strict=True):
            for row in rows:
                others = sorted(
                    (not self._named[other], self._labels[other])
                    for other in rows
                    if self._labels[other] != self._labels[row]
                )
                if others:
                    self._crossings.setdefault(row, []).append((point, others[0][1]))
        self._side_tree, self._side_names = _named_roads(survey)
        self._place_tree, self._place_names = _landmarks(survey)

    def tell(self, x_mm: int, y_mm: int) -> str:
        """One spot in words."""
        return next(self._ways_to_tell(x_mm, y_mm))

    def tell_place(self, name: str, x_mm: int, y_mm: int) -> str:
        """Where the place ``name`` is, by what else is around it; "" where nothing is."""
        words = next(self._ways_to_tell(x_mm, y_mm, but=name))
        return "" if words == say("plan.place.open") else words

    def _ways_to_tell(self, x_mm: int, y_mm: int, *, but: str = "") -> Iterator[str]:
        """All that can be said of where a spot is, the best first; not by the landmark ``but``."""
        spot, point = np.array([[x_mm, y_mm]], dtype=np.int64), shapely.Point(x_mm / 1000, y_mm / 1000)
        found = nearest_only(self._near.match(spot, reach_mm=_STREET_MM))
        main_m = float(found.distance_m[0]) if len(found) else np.inf
        row = int(found.street[0]) if len(found) else -1
        place, place_m = self._landmark(point, but)
        side, side_m = self._side_street(point)
        if place_m == 0 and main_m > _INSIDE_M:
            yield say("plan.place.inside", name=place)
        if row >= 0 and self._named[row] and main_m <= side_m + _NEARER_M:
            yield self._by_street(point, row, int(found.at_mm[0]))
        if side is not None and side_m <= _STREET_MM / 1000 and main_m > side_m + _NEARER_M * (row >= 0):
            yield self._by_side_street(point, side)
        if place is not None:
            yield say("plan.place.inside" if place_m == 0 else "plan.place.near", name=place, metres=whole(place_m))
        if row >= 0:
            yield self._by_street(point, row, int(found.at_mm[0]))
        far = nearest_only(self._near.match(spot, reach_mm=_FAR_MM))
        if len(far):
            metres = whole(float(far.distance_m[0]))
            street = self._by_street(point, int(far.street[0]), int(far.at_mm[0]))
            yield say("plan.place.off", street=street, metres=metres)
        yield say("plan.place.open")

    def _by_street(self, point: shapely.Point, row: int, at_mm: int) -> str:
        """The street, the side, and how far along the street the nearest crossing or end is."""
        foot = self._survey.streets.locate(np.array([row]), np.array([at_mm]))[0]
        side = _side(point.x - foot[0], point.y - foot[1])
        street = say("plan.place.street", street=self._labels[row], side=say(f"plan.sides.{side}"))
        line, at_m = self._lines[row], at_mm / 1000
        near = [
            (abs(float(shapely.line_locate_point(line, crossing)) - at_m), other)
            for crossing, other in self._crossings.get(row, ())
        ]
        if near:
            return street + _from_crossing(*min(near))
        length_m = float(self._survey.street_length_mm[row]) / 1000
        ends = self._survey.streets.locate(np.array([row, row]), np.array([0, round(length_m * 1000)]))
        end, other, metres = (0, 1, at_m) if at_m <= length_m / 2 else (1, 0, length_m - at_m)
        compass = say(f"plan.ends.{_side(*(ends[end] - ends[other]))}")
        key = "at_end" if metres < _AT_M else "from_end"
        return street + say(f"plan.place.{key}", end=compass, metres=whole(metres))

    def _side_street(self, point: shapely.Point) -> tuple[int | None, float]:
        """The nearest named road of any class, and how far off it is in metres."""
        if not len(self._side_names):
            return None, np.inf
        (row,), (metres,) = self._side_tree.query_nearest(point, return_distance=True, all_matches=False)
        return int(row), float(metres)

    def _by_side_street(self, point: shapely.Point, row: int) -> str:
        """The road, the side, and how far the nearest one with another name crosses it, as the crow flies."""
        road, name = self._side_tree.geometries[row], self._side_names[row]
        foot = shapely.line_interpolate_point(road, shapely.line_locate_point(road, point))
        side = _side(point.x - foot.x, point.y - foot.y)
        street = say("plan.place.street", street=name, side=say(f"plan.sides.{side}"))
        rows = self._side_tree.query(foot, predicate="dwithin", distance=_CROSSING_M)
        own, others = (
            [r for r in rows.tolist() if (self._side_names[r] == name) == is_own] for is_own in (True, False)
        )
        same = shapely.union_all(self._side_tree.geometries[own])
        met = shapely.intersection(same, self._side_tree.geometries[others])
        near = sorted(
            (float(shapely.distance(foot, where)), self._side_names[other])
            for where, other in zip(met, others, strict=True)
            if not shapely.is_empty(where)
        )
        return street + (_from_crossing(*near[0]) if near else "")

    def _landmark(self, point: shapely.Point, but: str) -> tuple[str | None, float]:
        """The nearest other place that people know, and how far off it is in metres; none further than is sensible."""
        most_m = float(defaults()["landmark_m"])
        rows = self._place_tree.query(point, predicate="dwithin", distance=most_m) if len(self._place_names) else []
        near = [
            (float(shapely.distance(point, self._place_tree.geometries[row])), self._place_names[row])
            for row in rows
            if self._place_names[row] != but
        ]
        metres, name = min(near, default=(np.inf, None))
        return name, metres


def _named_roads(survey: Survey) -> tuple[shapely.STRtree, list[str]]:
    """The roads one drives on that have a name."""
    roads = survey.city.roads
    if roads is None:
        return shapely.STRtree([]), []
    named = roads["highway"].isin(list(defaults()["half_width_m"])) & roads["name"].map(_is_name)
    return shapely.STRtree(roads.geometry[named].to_numpy()), roads["name"][named].tolist()


def _landmarks(survey: Survey) -> tuple[shapely.STRtree, list[str]]:
    """The named venues that people know."""
    venues = survey.city.venues
    if venues is None:
        return shapely.STRtree([]), []
    # Places without a name of their own are called by their class and id.
    own = [_is_name(name) and id not in name for name, id in zip(venues["name"], venues["id"], strict=True)]
    known = venues["class"].isin(defaults()["landmarks"]).to_numpy() & np.array(own, dtype=bool)
    return shapely.STRtree(venues.geometry[known].to_numpy()), venues["name"][known].tolist()


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _from_crossing(metres: float, other: str) -> str:
    key = "at_crossing" if metres < _AT_M else "from_crossing"
    return say(f"plan.place.{key}", other=other, metres=whole(metres))


def _side(dx: float, dy: float) -> str:
    """The side of the street a spot is on, by the compass."""
    if abs(dx) >= abs(dy):
        return "east" if dx >= 0 else "west"
    return "north" if dy >= 0 else "south"
