"""``reach``: walking in from a gate along the paths, a site is soon seen."""

from collections import Counter

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import to_mm
from geo.sight import Obstacles, viewing_distance_mm
from geo.walk import FirstSight, first_sight
from geo.ways import Ways, ways_of
from metrics.book import View
from metrics.explain import plain_number, rejected, whole
from metrics.measures.demands import demands_of
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, Traces, lacking
from metrics.rules import Reach
from metrics.stock import COUNTS, NEVER, Stock
from metrics.subjects import Subjects
from metrics.survey import Survey
from texts import say

GATE_MARGIN_M = 30.0  # a gate this near the outline of a place is one of its gates


def reach(survey: Survey, rule: Reach, view: View, who: Subjects) -> Findings:
    """
    Places from each of whose gates a walk of ``rule.walk_m`` inwards sees a counting site.

    The gates are venues of ``rule.gate_class`` in or next to the outline; the walk follows the roads and paths inside
    it. Every point of the way is asked, not a sample. A place without a recorded gate, without a way near a gate, or
    without an outline is unknown.

    Returns
    -------
    Findings
        ``value`` is the longest of the gates' shortest walks in metres, NaN when from some gate nothing is seen;
        ``missing`` is 1 where the place fails. Traces name the site first seen from each gate, ``at_m`` the walk.
    """
    if not len(who) or survey.stock is None or survey.city.buildings is None:
        why = "no_stock" if survey.stock is None else "no_buildings"
        return Findings(who, _verdicts(who, rule, [(UNKNOWN, np.nan, why)] * len(who)))
    gates = survey.venues_of([rule.gate_class])
    walls = _walls(survey, rule, view, gates)
    answers, traces = [], []
    for row, place in enumerate(who.geometry):
        answer, seen = _judge_place(survey, rule, view, place, gates, walls)
        answers.append((UNKNOWN, np.nan, "no_stock") if who.blind[row] and answer[0] == FAIL else answer)
        traces += [(row, sight.site, sight.distance_m) for sight in seen]
    subject, site = np.array([trace[:2] for trace in traces], dtype=np.int64).reshape(-1, 2).T
    traced = Traces.of(
        subject,
        survey.stock.ids[site],
        np.ones(len(site), dtype=np.int8),
        np.full(len(site), "counted", dtype=object),
        np.full(len(site), np.nan),
        np.round(np.array([walked_m for *_, walked_m in traces], dtype=float), 3),
    )
    return Findings(who, _verdicts(who, rule, answers), traced)


def _judge_place(
    survey: Survey, rule: Reach, view: View, place: shapely.Geometry, gates: gpd.GeoDataFrame, walls: Obstacles
):
    """Status, longest walk and key of the reason of one place, and the trace rows of its gates."""
    points = gates_of(survey, place, gates)
    if not len(points):
        return (UNKNOWN, np.nan, "no_gate"), []
    ways = ways_of(walkable_inside(survey, place))
    near = (
        []
        if not len(ways.pieces_mm)
        else shapely.multilinestrings([shapely.linestrings(piece.reshape(2, 2) / 1000) for piece in ways.pieces_mm])
    )
    if not len(ways.pieces_mm) or not shapely.dwithin(near, points, GATE_MARGIN_M).all():
        return (UNKNOWN, np.nan, "no_path"), []
    demand = demands_of(rule, survey.stock)[0]
    surely = [walk_in(survey, rule, view, gate, ways, walls, np.flatnonzero(demand.state == COUNTS)) for gate in points]
    traces = [sight for sight in surely if sight.site >= 0]
    if all(sight.site >= 0 for sight in surely):
        return (PASS, max(sight.distance_m for sight in surely), ""), traces
    perhaps = [walk_in(survey, rule, view, gate, ways, walls, np.flatnonzero(demand.state != NEVER)) for gate in points]
    if all(sight.site >= 0 for sight in perhaps):
        return (UNKNOWN, np.nan, "open_record"), traces
    reasons = demand.reason[
        _seen_if_it_counted(survey, rule, view, points, ways, walls, np.flatnonzero(demand.state == NEVER))
    ]
    return (FAIL, np.nan, rejected(Counter(reasons))), traces


def look_m(stock: Stock, rule: Reach, view: View) -> float:
    """How far from a gate a site or a wall can matter, metres."""
    farthest = viewing_distance_mm(stock.width_m, stock.height_m, **view.optics).max(initial=0) / 1000
    return rule.walk_m + GATE_MARGIN_M + farthest


def _walls(survey: Survey, rule: Reach, view: View, gates: gpd.GeoDataFrame) -> Obstacles:
    """The walls around all gates."""
    points = shapely.get_coordinates(survey.venue_points.loc[gates.index].array) if len(gates) else np.empty((0, 2))
    return survey.obstacles_near(to_mm(points), look_m(survey.stock, rule, view))


def gates_of(survey: Survey, place: shapely.Geometry, gates: gpd.GeoDataFrame) -> np.ndarray:
    """Those of the ``gates`` (venues) in or next to the outline of a place, as points."""
    own = gates[shapely.dwithin(place, gates.geometry.array, GATE_MARGIN_M)] if len(gates) else gates
    return survey.venue_points.loc[own.index].to_numpy() if len(own) else np.empty(0, dtype=object)


def walkable_inside(survey: Survey, place: shapely.Geometry) -> gpd.GeoSeries:
    """The parts of walkable roads and paths inside a place; around a place known as a point or line."""
    walkable = survey.walkable
    near = walkable.iloc[walkable.sindex.query(place, predicate="intersects")]
    outline = place if shapely.area(place) > 0 else shapely.buffer(place, GATE_MARGIN_M)
    inside = near.geometry.intersection(outline).explode(ignore_index=True)
    return inside[inside.geom_type == "LineString"]


def walk_in(
    survey: Survey, rule: Reach, view: View, gate: shapely.Point, ways: Ways, walls: Obstacles, sites: np.ndarray
) -> FirstSight:
    """The first of ``sites`` (rows of the stock) that is seen on the walk in from a gate; its site is such a row."""
    stock = survey.stock
    chosen = sites[near_gate(stock.xy_mm[sites], gate, look_m(stock, rule, view))]
    sight = first_sight(
        gate,
        ways,
        stock.xy_mm[chosen],
        stock.width_m[chosen],
        stock.height_m[chosen],
        stock.facing_deg[chosen],
        walls,
        walk_m=rule.walk_m,
        max_angle_deg=view.max_angle_deg,
        cut_m=view.cut_m,
        snap_m=GATE_MARGIN_M,
        **view.optics,
    )
    return FirstSight(sight.distance_m, int(chosen[sight.site]) if sight.site >= 0 else -1)


def near_gate(xy_mm: np.ndarray, gate: shapely.Point, look: float) -> np.ndarray:
    """Which places (n, 2) in mm are in the box of ``look`` metres around a gate."""
    return (np.abs(xy_mm - to_mm([gate.x, gate.y])) <= to_mm(look)).all(axis=1)


def _seen_if_it_counted(
    survey: Survey, rule: Reach, view: View, gates, ways: Ways, walls: Obstacles, rejected_: np.ndarray
) -> list[int]:
    """The first site that does not count but is seen from each gate: what a head of the place would point at."""
    sights = [walk_in(survey, rule, view, gate, ways, walls, rejected_) for gate in gates]
    return [sight.site for sight in sights if sight.site >= 0]


def _verdicts(who: Subjects, rule: Reach, answers: list[tuple[str, float, str]]) -> dict[str, np.ndarray]:
    gate, walk = say("explain.reach.gate"), plain_number(rule.walk_m)
    sentences = [
        say(
            f"explain.reach.{status}",
            name=name,
            gate=gate,
            walk=walk,
            value=whole(distance) if np.isfinite(distance) else "",
            rejected=detail if status == FAIL else "",
            why=say(f"explain.reach.{detail}") if status == UNKNOWN else "",
        )
        for name, (status, distance, detail) in zip(who.name, answers, strict=True)
    ]
    status = np.array([status for status, _, _ in answers], dtype=object)
    return {
        "value": np.array([distance for _, distance, _ in answers], dtype=float),
        "required": np.full(len(who), float(rule.walk_m)),
        "status": status,
        "missing": lacking(status, 1.0),
        "explanation": np.array(sentences, dtype=object),
    }
