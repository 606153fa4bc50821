"""What failing places ask for: a goal each, from what can be seen there, stands there, or is seen on the way in."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import to_mm
from geo.sight import Obstacles
from geo.walk import first_sight
from geo.ways import Ways, ways_of
from metrics.book import View
from metrics.measures import places, visible
from metrics.measures.demands import Demand, demands_of, weights
from metrics.measures.findings import Findings
from metrics.measures.reach import GATE_MARGIN_M, look_m
from metrics.plan.asked import Lacks, Moved, Rows, joined, rows_of
from metrics.rules import Presence, Reach, Visible, Within
from metrics.stock import COUNTS, Stock
from metrics.survey import Survey


def asked_in_sight(
    survey: Survey, rule: Visible, findings: Findings, subjects: np.ndarray, moved: Moved, view: View
) -> Rows:
    """One goal for each square: what is lacking of each demand, from what can be seen from its centre."""
    who = findings.who.take(subjects)
    centres, _, _ = visible.observers(survey, rule, who)
    demands = demands_of(rule, survey.stock)
    looks = _looks(survey, centres, view, np.any([d.state == COUNTS for d in demands], axis=0))
    held, _ = visible.seen_of(demands, looks, weights(rule, survey.stock), len(who))
    looks = _looks(moved.survey, centres, view, np.ones(len(moved.survey.stock), dtype=bool))
    seen = looks.state == COUNTS
    weight = weights(rule, moved.survey.stock)
    return _places(subjects, moved.adding(rule), held, looks.observer[seen], looks.site[seen], weight)


def _looks(survey: Survey, centres: np.ndarray, view: View, counts: np.ndarray) -> visible.Looks:
    walls = survey.obstacles_near(centres, visible.reach_m(survey.stock, view))
    return visible.look(survey, centres, len(centres), walls, view, may_count=counts)


def asked_within(survey: Survey, rule: Within | Presence, findings: Findings, subjects, moved: Moved) -> Rows:
    """One goal for each place: what is lacking of each demand, from what stands in it or near it."""
    geometry = findings.who.geometry[subjects]
    near = places.near_sites(survey, geometry, rule.reach_m, rule.margin_m)
    near = near.take(near.inside)
    weight = weights(rule, survey.stock)[near.site]
    held = [
        np.bincount(near.place, np.where(demand.state[near.site] == COUNTS, weight, 0), len(subjects))
        for demand in demands_of(rule, survey.stock)
    ]
    hits = places.near_sites(moved.survey, geometry, rule.reach_m, rule.margin_m)
    hits = hits.take(hits.inside)
    weight = weights(rule, moved.survey.stock)
    return _places(subjects, moved.adding(rule), np.array(held), hits.place, hits.site, weight)


def _places(
    subjects: np.ndarray,
    adding: list[tuple[Demand, np.ndarray]],
    held: np.ndarray,
    place: np.ndarray,
    move: np.ndarray,
    weight: np.ndarray,
) -> Rows:
    """A goal for each place, a row for each demand it lacks; pairs of place and move say what counts where."""
    order = np.lexsort((move, place))
    place, move = place[order], move[order]
    parts = []
    for (demand, adds), has in zip(adding, held, strict=True):
        own = adds[move] & (weight[move] > 0)
        begins = np.searchsorted(place[own], np.arange(len(subjects) + 1))
        lack = demand.need - has.astype(np.int64)
        rows = np.flatnonzero(lack > 0)
        parts.append(
            Lacks(
                goal=rows,
                need=lack[rows],
                line=np.full(len(rows), -1),
                first=begins[rows],
                count=begins[rows + 1] - begins[rows],
                moves=move[own],
                counts=weight[move[own]],
                line_offsets=np.zeros(1, dtype=np.int64),
            )
        )
    return rows_of(parts, subjects, np.zeros(len(subjects)), [demand.themes for demand, _ in adding])


@dataclass(frozen=True, eq=False)
class _Gate:
    """A gate, the ways that lead in from it, and what the rule asks to be seen there."""

    point: shapely.Point
    ways: Ways
    rule: Reach
    view: View

    def near(self, survey: Survey, counts: np.ndarray) -> tuple[np.ndarray, Obstacles]:
        """The sites, of those that count, that may be seen on the walk in, and the walls around."""
        far, centre = look_m(survey.stock, self.rule, self.view), to_mm([self.point.x, self.point.y])
        near = (np.abs(survey.stock.xy_mm - centre) <= to_mm(far)).all(axis=1)
        return np.flatnonzero(counts & near), survey.obstacles_near(centre[None], far)

    def sees(self, stock: Stock, walls: Obstacles, sites: np.ndarray) -> int:
        """The place in ``sites`` of the one seen first on the walk in, -1 when none is."""
        return first_sight(
            self.point,
            self.ways,
            stock.xy_mm[sites],
            stock.width_m[sites],
            stock.height_m[sites],
            stock.facing_deg[sites],
            walls,
            walk_m=self.rule.walk_m,
            max_angle_deg=self.view.max_angle_deg,
            cut_m=self.view.cut_m,
            snap_m=GATE_MARGIN_M,
            **self.view.optics,
        ).site


def asked_on_the_way(
    survey: Survey, rule: Reach, findings: Findings, subjects: np.ndarray, moved: Moved, view: View
) -> Rows:
    """One goal for each place, a row for each of its gates from which no site is seen on the way in."""
    (demand, adds), *_ = moved.adding(rule)
    counts = demands_of(rule, survey.stock)[0].state == COUNTS
    goal, seen = [], []
    for nth, place in enumerate(findings.who.geometry[subjects]):
        ways = ways_of(walkable_inside(survey, place))
        for point in gates_of(survey, rule, place):
            gate = _Gate(point, ways, rule, view)
            stand, walls = gate.near(survey, counts)
            if gate.sees(survey.stock, walls, stand) < 0:
                spots, walls = gate.near(moved.survey, adds)
                goal.append(nth)
                seen.append([move for move in spots if gate.sees(moved.survey.stock, walls, np.array([move])) >= 0])
    count = np.array([len(moves) for moves in seen], dtype=np.int64)
    lacks = Lacks(
        goal=np.array(goal, dtype=np.int64),
        need=np.ones(len(goal), dtype=np.int64),
        line=np.full(len(goal), -1),
        first=np.cumsum(count) - count,
        count=count,
        moves=joined(seen),
        counts=np.ones(count.sum(), dtype=np.int64),
        line_offsets=np.zeros(1, dtype=np.int64),
    )
    return rows_of([lacks], subjects, np.zeros(len(subjects)), [demand.themes])


def gates_of(survey: Survey, rule: Reach, place: shapely.Geometry) -> np.ndarray:
    """The gates of a place, as points."""
    gates = survey.venues_of([rule.gate_class])
    own = gates[shapely.dwithin(place, gates.geometry.array, GATE_MARGIN_M)] if len(gates) else gates
    return survey.venue_points.loc[own.index].to_numpy() if len(own) else np.empty(0, dtype=object)


def walkable_inside(survey: Survey, place: shapely.Geometry) -> gpd.GeoSeries:
    """The parts of walkable roads and paths inside a place; around a place known as a point or line."""
    walkable = survey.walkable
    near = walkable.iloc[walkable.sindex.query(place, predicate="intersects")]
    outline = place if shapely.area(place) > 0 else shapely.buffer(place, GATE_MARGIN_M)
    inside = near.geometry.intersection(outline).explode(ignore_index=True)
    return inside[inside.geom_type == "LineString"]
