"""Where a spot is, as one tells a worker: 「人民路东侧，距解放路口 120 米」."""

import numpy as np
import shapely

from geo.few import SegmentsNear
from geo.matching import nearest_only
from metrics.explain import whole
from metrics.survey import Survey, street_label
from texts import say

_STREET_MM = 60_000  # further off a street a spot is told by a place
_PLACE_M = 150.0
_AT_M = 15.0


class Directions:
    """
    Tells spots of a city by the streets and places around them.

    Parameters
    ----------
    survey
        The city.
    """

    def __init__(self, survey: Survey):
        self._survey = survey
        self._near = SegmentsNear(survey.streets.segments)
        table = survey.streets.table
        self._labels = [street_label(*pair) for pair in zip(table["name"], table["street"], strict=True)]
        self._lines = table.geometry.to_numpy()
        self._crossings: dict[int, list[tuple[shapely.Point, str]]] = {}
        for point, rows in zip(survey.streets.junctions.geometry, survey.streets.junctions["streets"], strict=True):
            for row in rows:
                others = dict.fromkeys(
                    self._labels[other] for other in rows if self._labels[other] != self._labels[row]
                )
                if others:
                    self._crossings.setdefault(row, []).append((point, next(iter(others))))

    def tell(self, x_mm: int, y_mm: int) -> str:
        """One spot in words."""
        spot = np.array([[x_mm, y_mm]], dtype=np.int64)
        found = nearest_only(self._near.match(spot, reach_mm=_STREET_MM))
        if not len(found):
            return self._by_place(shapely.Point(x_mm / 1000, y_mm / 1000))
        row = int(found.street[0])
        foot = self._survey.streets.locate(found.street, found.at_mm)[0]
        side = _side(x_mm / 1000 - foot[0], y_mm / 1000 - foot[1])
        street = say("plan.place.street", street=self._labels[row], side=say(f"plan.sides.{side}"))
        return street + self._from_crossing(row, float(found.at_mm[0]) / 1000)

    def _from_crossing(self, row: int, at_m: float) -> str:
        """How far along the street the nearest crossing is."""
        line = self._lines[row]
        near = [
            (abs(float(shapely.line_locate_point(line, point)) - at_m), other)
            for point, other in self._crossings.get(row, ())
        ]
        if not near:
            return say("plan.place.from_start", metres=whole(at_m))
        distance, other = min(near)
        if distance < _AT_M:
            return say("plan.place.at_crossing", other=other)
        return say("plan.place.from_crossing", other=other, metres=whole(distance))

    def _by_place(self, point: shapely.Point) -> str:
        venues = self._survey.city.venues
        if venues is not None and len(venues):
            row = venues.sindex.nearest(point, return_all=False)[1][0]
            distance = point.distance(venues.geometry.iloc[row])
            if distance <= _PLACE_M:
                name = venues["name"].iloc[row]
                key = "inside" if distance == 0 else "near"
                return say(f"plan.place.{key}", name=name, metres=whole(distance))
        return say("plan.place.open")


def _side(dx: float, dy: float) -> str:
    """The side of the street a spot is on, by the compass."""
    if abs(dx) >= abs(dy):
        return "east" if dx >= 0 else "west"
    return "north" if dy >= 0 else "south"
