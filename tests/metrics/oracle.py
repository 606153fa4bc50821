"""
What the definitions say, by brute force: plain loops and shapely predicates, no code shared with the product.

Positions and lengths along streets are whole millimetres; everything else is in metres.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import shapely


@dataclass(frozen=True)
class Walks:
    """All walks of one length along a street: status, the worst count, failing stretches, and passing starts."""

    status: str
    value: float
    required: int
    gaps: list[tuple[int, int]]
    passing_mm: Fraction
    starts_mm: int

    @property
    def pass_probability(self) -> float:
        """The share of starts from which the walk passes; 1 or 0 where there is a single one."""
        if self.starts_mm:
            return float(self.passing_mm / self.starts_mm)
        return float(not self.gaps)


def walks(
    positions_mm: Sequence[int], *, length_mm: int, window_mm: int, need: int, counts: Sequence[int] | None = None
) -> Walks:
    """
    Every closed window [s, s + W] of a street, by stepping through all starts at which the count can change.

    Between two neighbouring such starts the count is the same, so the one in the middle stands for all of them.
    """
    weight = list(counts) if counts is not None else [1] * len(positions_mm)
    if length_mm < window_mm:
        need = math.ceil(Fraction(need) * length_mm / window_mm)
        window_mm = length_mm
    last = length_mm - window_mm

    def count(start: Fraction | int) -> int:
        return sum(w for p, w in zip(positions_mm, weight, strict=True) if start <= p <= start + window_mm)

    turning = {0, last}
    for position in positions_mm:
        turning |= {s for s in (position, position - window_mm) if 0 <= s <= last}
    points = sorted(turning)
    worst = min(count(point) for point in points)
    passing, failing = Fraction(0), []
    for left, right in pairwise(points):
        seen = count(Fraction(left + right, 2))
        worst = min(worst, seen)
        if seen >= need:
            passing += right - left
        else:
            failing.append((left, right + window_mm))
    if last == 0 and worst < need:
        failing.append((0, length_mm))
    return Walks(
        status="pass" if worst >= need else "fail",
        value=worst,
        required=need,
        gaps=union(failing),
        passing_mm=passing,
        starts_mm=last,
    )


def union(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and touching stretches as one."""
    merged: list[tuple[int, int]] = []
    for left, right in sorted(stretches):
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged


def fewest_new(positions_mm: Sequence[int], *, length_mm: int, window_mm: int, need: int) -> int:
    """
    The fewest sites to add so that every walk passes, by trying.

    A site may always be moved right until it is at the end of the street or a window's length behind another site
    (or the start) without leaving a window it is in, so those places, again and again, are all that need trying.
    """
    places = {length_mm}
    steps = {0, *positions_mm}
    for _ in range(length_mm // window_mm + 1):
        steps = {step + window_mm for step in steps if step + window_mm <= length_mm}
        places |= steps
    for count in range(need * (length_mm // window_mm + 2)):
        if _repaired_by(count, list(positions_mm), sorted(places), length_mm, window_mm, need):
            return count
    raise AssertionError("no number of sites repairs the street")


def _repaired_by(count: int, positions: list[int], places: list[int], length: int, window: int, need: int) -> bool:
    if walks(positions, length_mm=length, window_mm=window, need=need).status == "pass":
        return True
    if count == 0:
        return False
    return any(
        _repaired_by(count - 1, [*positions, place], places[at:], length, window, need)
        for at, place in enumerate(places)
    )


def nearest_on_segments(
    x: float, y: float, segments: Sequence[tuple[float, float, float, float, float, float]]
) -> tuple[float, float]:
    """Distance (m) to the nearest of the segments x0, y0, x1, y1, m0, m1, and the position (mm) along the street."""
    best = (math.inf, 0.0)
    for x0, y0, x1, y1, m0, m1 in segments:
        along, across = x1 - x0, y1 - y0
        square = along * along + across * across
        t = 0.0 if square == 0 else min(1.0, max(0.0, ((x - x0) * along + (y - y0) * across) / square))
        distance = math.hypot(x - x0 - t * along, y - y0 - t * across)
        if distance < best[0]:
            best = (distance, m0 + t * (m1 - m0))
    return best


def centre_of(square: shapely.Geometry) -> shapely.Point:
    """The centroid where it is inside, else the pole of inaccessibility."""
    if square.geom_type == "Point":
        return square
    centroid = square.centroid
    if square.covers(centroid):
        return centroid
    return shapely.Point(shapely.maximum_inscribed_circle(square, tolerance=0.001).coords[0])


def viewing_distance(width_m: float, height_m: float) -> float:
    """38.2 diagonals; 100 m where the size is not known."""
    if math.isnan(width_m) or math.isnan(height_m):
        return 100.0
    return 38.2 * math.hypot(width_m, height_m)


def off_facing(eye: shapely.Point, site: shapely.Point, facing_deg: float) -> float:
    """Degrees between where the site faces (clockwise from north) and where the eye is from it."""
    bearing = math.degrees(math.atan2(eye.x - site.x, eye.y - site.y))
    return abs((bearing - facing_deg + 180) % 360 - 180)


def line_of_sight(eye: shapely.Point, site: shapely.Point, cut_m: float = 0.5) -> shapely.LineString | None:
    """From the eye to ``cut_m`` before the site; None where nothing is left."""
    distance = eye.distance(site)
    if distance <= cut_m:
        return None
    part = 1 - cut_m / distance
    return shapely.LineString([(eye.x, eye.y), (eye.x + part * (site.x - eye.x), eye.y + part * (site.y - eye.y))])


def can_be_seen(
    eye: shapely.Point,
    site: shapely.Point,
    *,
    width_m: float,
    height_m: float,
    facing_deg: float,
    buildings: Sequence[shapely.Polygon],
) -> bool:
    """Near enough, not from behind, and no building in between."""
    if eye.distance(site) > viewing_distance(width_m, height_m):
        return False
    if not math.isnan(facing_deg) and off_facing(eye, site, facing_deg) > 60:
        return False
    line = line_of_sight(eye, site)
    return line is None or not any(line.intersects(building) for building in buildings)


def is_there(place: shapely.Geometry, site: shapely.Point, *, reach_m: float, margin_m: float) -> bool:
    """Inside a polygon and its margin, or within reach of a point or line."""
    limit = margin_m if place.geom_type in ("Polygon", "MultiPolygon") else reach_m
    return place.distance(site) <= limit
