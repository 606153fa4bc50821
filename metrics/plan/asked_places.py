"""What failing places ask for: a goal each, from what can be seen there, stands there, or is seen on the way in."""

import numpy as np

from geo.crs import to_mm
from geo.ways import ways_of
from metrics.book import View
from metrics.measures import places, visible
from metrics.measures.demands import Demand, demands_of, weights
from metrics.measures.findings import Findings
from metrics.measures.reach import gates_of, look_m, near_gate, walk_in, walkable_inside
from metrics.plan.asked import Lacks, Moved, Rows, joined, rows_of
from metrics.rules import Presence, Reach, Visible, Within
from metrics.stock import COUNTS
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


def asked_on_the_way(
    survey: Survey, rule: Reach, findings: Findings, subjects: np.ndarray, moved: Moved, view: View
) -> Rows:
    """One goal for each place, a row for each of its gates from which no site is seen on the way in."""
    (demand, adds), *_ = moved.adding(rule)
    counts = demands_of(rule, survey.stock)[0].state == COUNTS
    goal, seen = [], []
    counting, made = np.flatnonzero(counts), np.flatnonzero(adds)
    gates, stock = survey.venues_of([rule.gate_class]), moved.survey.stock
    far = max(look_m(survey.stock, rule, view), look_m(stock, rule, view))
    for nth, place in enumerate(findings.who.geometry[subjects]):
        ways = ways_of(walkable_inside(survey, place))
        for gate in gates_of(survey, place, gates):
            walls = survey.obstacles_near(to_mm([[gate.x, gate.y]]), far)
            if walk_in(survey, rule, view, gate, ways, walls, counting).site < 0:
                near = made[near_gate(stock.xy_mm[made], gate, far)].tolist()
                goal.append(nth)
                seen.append([])
                for move in near:
                    size = (stock.width_m[move], stock.height_m[move], stock.facing_deg[move])
                    key = (rule.walk_m, gate.wkb, place.wkb, *stock.xy_mm[move].tolist(), str(size))
                    if key not in moved.seen:
                        sight = walk_in(moved.survey, rule, view, gate, ways, walls, np.array([move]))
                        moved.seen[key] = sight.site >= 0
                    if moved.seen[key]:
                        seen[-1].append(move)
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
