"""A city's gaps as a covering problem: moves, what each adds to, and what every goal is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from scipy.spatial import cKDTree

from geo.crs import to_mm
from metrics.measures.demands import demands_of
from metrics.plan.asked import Moved, Rows, asked_of
from metrics.plan.moves import NEW, Moves, changing_moves, new_moves, stock_after
from metrics.plan.offer import METRES, SCORE, SUBJECTS, Goals, Offer, defaults, failing_subjects
from metrics.plan.spots import Ground, gap_spots, spots_at, thinned
from metrics.rules import Along, Rule
from metrics.scenario.whatif import WhatIf
from metrics.stock import COUNTS, Stock
from metrics.survey import Survey
from metrics.tables import Judged
from optimum.model import Model

PARTS = 1_000_000_000  # a point of the score in whole numbers
NEW_COUNTS = 1000  # a new site counts as so many changed ones when the fewest new sites are asked for
_NEAR_MM = 120_000


@dataclass(frozen=True, eq=False)
class Problem:
    """
    The model, and what its numbers mean.

    Attributes
    ----------
    moves, xy_mm
        What may be done, and where.
    rules
        The rules whose gaps are to be closed, by the place of their rows.
    rows
        What each rule asks for.
    goal_rule, goal_subject
        Per goal of the model: place in ``rules``, row of that rule's findings.
    goal_weight
        Per goal, whole numbers of what ``Goals.worth`` says.
    row_goal
        Per row of the model.
    """

    moves: Moves
    xy_mm: np.ndarray
    rules: Sequence[int]
    rows: Sequence[Rows]
    goal_rule: np.ndarray
    goal_subject: np.ndarray
    goal_weight: np.ndarray
    row_goal: np.ndarray
    spacing_mm: int
    worth: str

    def count_cost(self) -> np.ndarray:
        """Costs by which the fewest new sites are best, and of as many new ones the fewest changed."""
        new = self.moves.kind == NEW
        return np.where(new, NEW_COUNTS, 1) if not new.all() else np.ones(len(new), dtype=np.int64)

    def unit(self, aim: str) -> int:
        """How many of the model's numbers are one of what a reader is told: sites, yuan, points, metres, subjects."""
        if aim == "cheapest":
            return 100
        if aim == "fewest":
            return int(self.count_cost().max(initial=1))
        return {SCORE: PARTS, METRES: 1000, SUBJECTS: 1}[self.worth]

    def points(self, weight: int) -> float:
        """Points of the score that goals of this weight are worth."""
        return weight / PARTS

    def serves(self, chosen: np.ndarray) -> dict[int, list[tuple[int, int, tuple[str, ...]]]]:
        """Of each move chosen the rows it counts for: place of the rule, subject, themes its demand asks for."""
        wanted = np.zeros(len(self.moves), dtype=bool)
        wanted[chosen] = True
        found: dict[int, list] = {}
        for place, rows in enumerate(self.rows):
            row = np.repeat(np.arange(len(rows.need)), np.diff(rows.offsets))
            own = np.flatnonzero(wanted[rows.moves])
            seen = {
                (move, int(rows.subject[rows.goal[at]]), rows.themes[at])
                for move, at in zip(rows.moves[own].tolist(), row[own].tolist(), strict=True)
            }
            for move, subject, themes in sorted(seen):
                found.setdefault(move, []).append((place, subject, themes))
        return found

    def wholly_closed(self, closed: np.ndarray) -> list[tuple[int, int]]:
        """The subjects (place of the rule, row of its findings) all of whose goals are closed."""
        pairs, place = np.unique(np.stack((self.goal_rule, self.goal_subject)), axis=1, return_inverse=True)
        open_ = np.bincount(place.ravel(), ~closed, pairs.shape[1])
        return [tuple(pair) for pair in pairs[:, open_ == 0].T.tolist()]

    def model(self, cost: np.ndarray) -> Model:
        """The covering model with these costs (int64) per move."""
        offsets, moves, needs, counts, line, line_lists = [np.zeros(1, dtype=np.int64)], [], [], [], [], []
        shift = 0
        for rows in self.rows:
            offsets.append(rows.offsets[1:] + shift)
            shift += int(rows.offsets[-1])
            moves.append(rows.moves)
            counts.append(rows.counts)
            needs.append(rows.need)
            line.append(np.where(rows.line >= 0, rows.line + len(line_lists), -1))
            line_lists += rows.lines
        cliques = self._cliques()
        return Model(
            cost=cost,
            row_offsets=np.concatenate(offsets),
            row_moves=_joined(moves),
            row_need=_joined(needs),
            row_goal=self.row_goal,
            goal_weight=self.goal_weight,
            row_counts=_joined(counts),
            clique_offsets=np.concatenate(([0], np.cumsum([len(c) for c in cliques]))).astype(np.int64),
            clique_moves=_joined(cliques),
            required=self.moves.required,
            row_line=_joined(line),
            line_offsets=np.concatenate(([0], np.cumsum([len(moves) for moves in line_lists]))).astype(np.int64),
            line_moves=_joined(line_lists),
        )

    def _cliques(self) -> list[np.ndarray]:
        """Moves of one spot or site, and new sites of two spots nearer than the spacing."""
        place = self.moves.place
        order = np.argsort(place, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(place[order])) + 1) if len(order) else []
        found = [group for group in groups if len(group) > 1]
        new = np.flatnonzero(self.moves.spot >= 0)
        if not len(new):
            return found
        spots, first = np.unique(self.moves.spot[new], return_index=True)
        xy = self.xy_mm[new[first]]
        own = {spot: new[self.moves.spot[new] == spot] for spot in spots.tolist()} if len(new) > len(spots) else None
        for one, other in cKDTree(xy).query_pairs(self.spacing_mm, output_type="ndarray").tolist():
            if ((xy[one] - xy[other]) ** 2).sum() >= self.spacing_mm**2:
                continue
            pair = [own[spots[one]], own[spots[other]]] if own else [new[first[[one]]], new[first[[other]]]]
            found.append(np.concatenate(pair))
        return found


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts]).astype(np.int64)


def problem_of(whatif: WhatIf, goals: Goals, offer: Offer) -> Problem:
    """The covering problem of the chosen gaps of a city as it is now, with the changes made so far."""
    survey, judged, verdicts = whatif.now()
    book, stock = whatif.book, survey.stock
    rules = goals.asked([rule for rule, _ in judged])
    failing = {place: failing_subjects(goals, survey, judged[place][1], verdicts, place) for place in rules}
    spots = _spots(survey, judged, offer, failing)
    moves = Moves.stacked(
        [
            new_moves(len(spots), offer, _useful_forms([judged[place][0] for place in rules], stock, offer)),
            changing_moves(stock, _sites_near(stock, spots), offer, book.excluded_conditions),
        ]
    )
    xy_mm = _places_of(moves, spots, offer, stock)
    after = survey.excerpt(stock_after(stock, moves, xy_mm), matches={}, walls=None)
    moved = Moved(after, stock, moves.site)
    rows = [
        asked_of(survey, *judged[place], book, failing[place], moved, chosen=goals.chosen_rows(survey))
        for place in rules
    ]
    used = np.zeros(len(moves), dtype=bool)
    used[moves.required] = True
    for part in rows:
        used[part.moves] = True
    number = np.cumsum(used) - 1
    rows = [part.renumbered(number) for part in rows]
    worth = _worth(goals, rows, rules, whatif)
    return Problem(
        moves=moves.take(used),
        xy_mm=xy_mm[used],
        rules=rules,
        rows=rows,
        **worth,
        spacing_mm=int(to_mm(offer.spacing_m)),
        worth=goals.worth,
    )


def _spots(survey: Survey, judged: Judged, offer: Offer, failing: Mapping[int, np.ndarray]) -> np.ndarray:
    """Free spots around all failing subjects, (n, 2) mm; those behind kerbs first."""
    ground, step_mm = Ground(survey, offer), int(to_mm(offer.step_m))
    streets, shapes = [], []
    for place, subjects in failing.items():
        rule, findings = judged[place]
        if isinstance(rule, Along):
            streets.append(findings.gaps.take(np.isin(findings.gaps.subject, subjects)))
        else:
            shapes.append(findings.who.geometry[subjects])
    around = np.concatenate([np.empty(0, dtype=object), *shapes])
    found = spots_at(gpd.GeoSeries(around, crs=survey.city.crs), offer.step_m)
    found = found[ground.allowed(found)]
    return thinned(np.vstack([gap_spots(survey, streets, ground, step_mm), found]), int(to_mm(offer.spacing_m)))


def _useful_forms(rules: Sequence[Rule], stock: Stock, offer: Offer) -> tuple[str, ...]:
    """The forms worth putting up: accepted by some demand, and none as cheap is accepted by all the same ones."""
    forms = offer.forms
    moves = new_moves(1, replace(offer, required=()), forms)
    made = stock_after(stock.take(np.empty(0, dtype=np.int64)), moves, np.zeros((len(moves), 2), dtype=np.int64))
    accepted = [demand.state == COUNTS for rule in rules for demand in demands_of(rule, made)]
    by_form = np.array(accepted, dtype=bool).reshape(len(accepted), len(forms)).T
    useful: list[int] = []
    for place in range(len(forms)):
        own = by_form[place]
        if own.any() and not any((by_form[other] >= own).all() for other in useful):
            useful.append(place)
    return tuple(forms[place] for place in useful)


def _sites_near(stock: Stock, spots: np.ndarray) -> np.ndarray:
    """The sites that stand so near to a spot that they may add to the same goals."""
    if not len(stock) or not len(spots):
        return np.empty(0, dtype=np.int64)
    distance, _ = cKDTree(spots).query(stock.xy_mm, distance_upper_bound=_NEAR_MM)
    return np.flatnonzero(np.isfinite(distance))


def _places_of(moves: Moves, spots: np.ndarray, offer: Offer, stock: Stock) -> np.ndarray:
    """Where each move is done, (n, 2) mm."""
    required = np.array([(spot.x_mm, spot.y_mm) for spot in offer.required], dtype=np.int64).reshape(-1, 2)
    places = np.vstack([spots, required])
    xy_mm = np.empty((len(moves), 2), dtype=np.int64)
    new = moves.spot >= 0
    xy_mm[new], xy_mm[~new] = places[moves.spot[new]], stock.xy_mm[moves.site[~new]]
    return xy_mm


def _worth(goals: Goals, rows: Sequence[Rows], rules: Sequence[int], whatif: WhatIf) -> dict[str, np.ndarray]:
    """The goals of all rules numbered together, and what each is worth."""
    rule = np.repeat(np.arange(len(rows)), [len(part.subject) for part in rows])
    subject = _joined([part.subject for part in rows])
    amount = _joined([part.amount_mm for part in rows])
    begins = np.cumsum([0, *(len(part.subject) for part in rows)])
    row_goal = _joined([part.goal + begin for part, begin in zip(rows, begins, strict=False)])
    if goals.worth == SUBJECTS:
        pairs, place = np.unique(np.stack((rule, subject)), axis=1, return_inverse=True)
        ones = np.ones(pairs.shape[1], dtype=np.int64)
        return {
            "goal_rule": pairs[0],
            "goal_subject": pairs[1],
            "goal_weight": ones,
            "row_goal": place.ravel()[row_goal],
        }
    if goals.worth == METRES:
        weight = np.where(amount > 0, amount, int(to_mm(defaults()["place_m"])))
    else:
        per_unit = whatif.score_of_units()[np.array(rules, dtype=np.int64)] if len(rules) else np.empty(0)
        weight = np.rint(per_unit[rule] * np.where(amount > 0, amount, 1) * PARTS).astype(np.int64)
    return {
        "goal_rule": rule,
        "goal_subject": subject,
        "goal_weight": np.maximum(weight, 1),
        "row_goal": row_goal,
    }
