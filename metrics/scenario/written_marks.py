"""Marks of scenarios as JSON with places in WGS 84, and what can be wrong with them."""

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from geo.crs import WGS84, to_mm
from metrics.scenario.marks import FEWEST_CORNERS, FORBIDDEN, KINDS, MOST_CORNERS, REQUIRED, Mark, Marks

_DEGREE_DECIMALS = 10  # a hundredth of a millimetre
_LONGEST_CARRIER = 200
_FARTHEST_M = 1e8


def mark_entries(steps: Sequence[Marks], city: City) -> list[list[dict[str, object]]]:
    """The marks of each step as JSON has them."""
    points = [place for marks in steps for mark in marks.values() if mark is not None for place in mark.points_mm]
    places = iter(_degrees(points, city))
    return [[_entry(id, mark, places) for id, mark in marks.items()] for marks in steps]


def _entry(id: str, mark: Mark | None, places: Iterable[list[float]]) -> dict[str, object]:
    if mark is None:
        return {"id": id, "mark": None}
    corners = [next(places) for _ in mark.points_mm]
    return {"id": id, "mark": {"kind": mark.kind, "points": corners, "carrier": mark.carrier}}


def _degrees(points_mm: Sequence[tuple[int, int]], city: City) -> list[list[float]]:
    x, y = np.array(points_mm, dtype=float).reshape(-1, 2).T / 1000
    placed = gpd.GeoSeries.from_xy(x, y, crs=city.crs).to_crs(WGS84)
    return np.round(shapely.get_coordinates(placed.array), _DEGREE_DECIMALS).tolist()


def marks_of(entries: object, city: City) -> dict[str, Mark | None] | None:
    """The marks of one step; None when they are at fault."""
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        return None
    found: dict[str, Mark | None] = {}
    for entry in entries:
        id, mark = entry["id"], entry["mark"]
        found[id] = None if mark is None else _mark(id, mark, city)
        if mark is not None and found[id] is None:
            return None
    return found


def _mark(id: str, mark: dict, city: City) -> Mark | None:
    """The mark in the city's CRS; None when it lies where that has no places."""
    lon, lat = np.array(mark["points"], dtype=float).T
    placed = shapely.get_coordinates(gpd.GeoSeries.from_xy(lon, lat, crs=WGS84).to_crs(city.crs).array)
    if not (np.abs(placed) < _FARTHEST_M).all():  # not a number is not nearer either
        return None
    return Mark(id, mark["kind"], tuple(map(tuple, to_mm(placed).tolist())), mark.get("carrier"))


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or "mark" not in entry or not isinstance(entry.get("id"), str):
        return False
    mark = entry["mark"]
    if mark is None:
        return True
    if not isinstance(mark, dict) or mark.get("kind") not in KINDS or not isinstance(mark.get("points"), list):
        return False
    fewest, most = (FEWEST_CORNERS, MOST_CORNERS) if mark["kind"] == FORBIDDEN else (1, 1)
    if not fewest <= len(mark["points"]) <= most or not all(_is_place(place) for place in mark["points"]):
        return False
    carrier = mark.get("carrier")
    named = isinstance(carrier, str) and 0 < len(carrier) <= _LONGEST_CARRIER
    return named if mark["kind"] == REQUIRED else carrier is None


def _is_place(place: object) -> bool:
    """Whether it is a longitude and a latitude of the mapped world."""
    if not isinstance(place, list) or len(place) != 2:
        return False
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in place):
        return False
    return abs(place[0]) <= 180 and abs(place[1]) <= 85
