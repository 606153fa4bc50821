"""A city's gaps as a covering problem: moves, what each adds to, and what every goal is worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial import cKDTree

from geo.crs import to_mm
from metrics.book import RuleBook
from metrics.columns import runs
from metrics.plan.asked import COUNT, MOVE, Moved, Rows, joined
from metrics.plan.asked_along import asked_along
from metrics.plan.asked_places import asked_in_sight, asked_on_the_way, asked_within
from metrics.plan.candidates import Asked, accepted_forms, forms_at, spots_for, useful_sites
from metrics.plan.finer import fine_spots, witnesses
from metrics.plan.ground import Ground, check_required, in_districts
from metrics.plan.moves import NEW, Moves, changing_moves, new_moves, stock_after
from metrics.plan.offer import METRES, SCORE, SUBJECTS, Goals, Offer, defaults, failing_subjects
from metrics.rules import Along, Reach, Visible
from metrics.scenario.whatif import WhatIf
from metrics.stock import Stock
from metrics.survey import Survey
from optimum.clock import Clock
from optimum.model import Model
from optimum.reduced import reduce

PARTS = 1_000_000_000  # a point of the score in whole numbers
_ALONE_S = 10.0  # for finding out what the first spots cannot close
_MOST_LOOKED_AT = 200  # subjects
NEW_COUNTS = 1000  # a new site counts as so many changed ones when the fewest new sites are asked for


class Stopped(Exception):
    """Called off before there was a problem to solve."""


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
    formless
        Per rule, for each of its demands whether no form that is allowed counts for it.
    per_unit
        Per rule, points of the score for a millimetre of starts or a place.
    looked_m
        How finely was looked for spots around a subject (place in ``rules``, row of its findings), metres; those that
        the first spots close are left out.
    """

    moves: Moves
    xy_mm: np.ndarray
    rules: Sequence[int]
    rows: Sequence[Rows]
    goal_rule: np.ndarray
    goal_subject: np.ndarray
    goal_weight: np.ndarray
    row_goal: np.ndarray
    formless: Sequence[np.ndarray]
    spacing_mm: int
    worth: str
    per_unit: np.ndarray
    looked_m: Mapping[tuple[int, int], float] = field(default_factory=dict)

    def row_of(self, row: int) -> tuple[int, int]:
        """The rule (by its place in ``rules``) a row of the model is of, and its number among that rule's rows."""
        begins = np.cumsum([0, *(len(rows.need) for rows in self.rows)])
        place = int(np.searchsorted(begins, row, side="right")) - 1
        return place, row - int(begins[place])

    def could_with_more(self, row: int, dropped: np.ndarray) -> bool:
        """Whether a dropped move (bool per move) would count for a row of the model."""
        place, own = self.row_of(row)
        rows = self.rows[place]
        return bool(dropped[rows.moves[rows.offsets[own] : rows.offsets[own + 1]]].any())

    def count_cost(self) -> np.ndarray:
        """Costs by which the fewest new sites are best, and of as many new ones the fewest changed."""
        new = self.moves.kind == NEW
        return np.where(new, NEW_COUNTS, 1) if not new.all() else np.ones(len(new), dtype=np.int64)

    @property
    def subjects(self) -> int:
        """How many streets and places have gaps to be closed."""
        return len(np.unique(np.stack((self.goal_rule, self.goal_subject)), axis=1).T)

    def least_new(self, bound: int) -> int:
        """How many new sites it takes at least by a bound on ``count_cost``: what is left when all else is changed."""
        new = self.moves.kind == NEW
        if new.all():
            return bound
        return max(-(-(bound - len(np.unique(self.moves.site[~new]))) // NEW_COUNTS), 0)

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

    def promised(self, chosen: np.ndarray) -> tuple[float, float]:
        """Points of the score and metres of passing starts that moves bring by the rows they make hold."""
        taken = np.zeros(len(self.moves), dtype=np.int64)
        taken[chosen] = 1
        points, starts_mm = 0.0, 0
        for rows, per_unit in zip(self.rows, self.per_unit.tolist(), strict=True):
            total = np.concatenate(([0], np.cumsum(taken[rows.moves] * rows.counts)))
            short = total[rows.offsets[1:]] - total[rows.offsets[:-1]] < rows.need
            closed = np.bincount(rows.goal[short], minlength=len(rows.subject)) == 0
            points += per_unit * float(np.where(rows.amount_mm > 0, rows.amount_mm, 1)[closed].sum())
            starts_mm += int(rows.amount_mm[closed].sum())
        return points, starts_mm / 1000

    def serves(self, chosen: np.ndarray) -> dict[int, list[tuple[int, int, tuple[str, ...]]]]:
        """Of each move chosen the rows it counts for: place of the rule, subject, themes its demand asks for."""
        wanted = np.zeros(len(self.moves), dtype=bool)
        wanted[chosen] = True
        found: dict[int, list] = {}
        for place, rows in enumerate(self.rows):
            own = np.flatnonzero(wanted[rows.moves])
            row = np.searchsorted(rows.offsets, own, side="right") - 1
            told = np.stack((rows.moves[own], rows.subject[rows.goal[row]], rows.demand[row]), axis=1)
            for move, subject, demand in np.unique(told, axis=0).tolist():
                found.setdefault(move, []).append((place, subject, rows.themes[demand]))
        return found

    def thriftier(self, chosen: np.ndarray) -> np.ndarray:
        """Of each move chosen the cheapest of the same place that counts for all the same rows, in order."""
        place = self.moves.place
        rivals = np.flatnonzero(np.isin(place, place[chosen]) & ~self.moves.required)
        at: dict[int, list[int]] = {}
        for move in rivals[np.argsort(self.moves.cost_fen[rivals], kind="stable")].tolist():
            at.setdefault(int(place[move]), []).append(move)
        counts: dict[int, dict[tuple[int, int], int]] = {move: {} for move in rivals.tolist()}
        for number, rows in enumerate(self.rows):
            own = np.flatnonzero(np.isin(rows.moves, rivals))
            row = np.searchsorted(rows.offsets, own, side="right") - 1
            for move, r, c in zip(rows.moves[own].tolist(), row.tolist(), rows.counts[own].tolist(), strict=True):
                counts[move][number, r] = c
        taken = [
            move
            if self.moves.required[move]
            else next(m for m in at[int(place[move])] if _as_good(counts[m], counts[move]))
            for move in chosen.tolist()
        ]
        return np.sort(np.array(taken, dtype=np.int64))

    def wholly_closed(self, closed: np.ndarray) -> list[tuple[int, int]]:
        """The subjects (place of the rule, row of its findings) all of whose goals are closed."""
        pairs, place = np.unique(np.stack((self.goal_rule, self.goal_subject)), axis=1, return_inverse=True)
        open_ = np.bincount(place.ravel(), ~closed, pairs.shape[1])
        return [tuple(pair) for pair in pairs[:, open_ == 0].T.tolist()]

    def model(self, cost: np.ndarray, limit: int | None = None) -> Model:
        """The covering model with these costs (int64) per move; a move dearer than the limit counts for nothing."""
        parts = self.rows if limit is None else [_without(rows, cost > limit) for rows in self.rows]
        entries = np.cumsum([0, *(int(rows.offsets[-1]) for rows in parts)])
        on_lines = np.cumsum([0, *(int(rows.line_offsets[-1]) for rows in parts)])
        lines = np.cumsum([0, *(len(rows.line_offsets) - 1 for rows in parts)])
        start, each = [np.zeros(1)], list(zip(parts, entries, on_lines, lines, strict=False))
        clique_offsets, clique_moves = self._cliques()
        return Model(
            cost=cost,
            row_offsets=joined(start + [rows.offsets[1:] + shift for rows, shift, _, _ in each]),
            row_moves=joined([rows.moves for rows in parts], MOVE),
            row_need=joined([rows.need for rows in parts]),
            row_goal=self.row_goal,
            goal_weight=self.goal_weight,
            row_counts=joined([rows.counts for rows in parts], COUNT),
            clique_offsets=clique_offsets,
            clique_moves=clique_moves,
            required=self.moves.required,
            row_line=joined([np.where(rows.line >= 0, rows.line + shift, -1) for rows, _, _, shift in each]),
            line_offsets=joined(start + [rows.line_offsets[1:] + shift for rows, _, shift, _ in each]),
            line_moves=joined([rows.line_moves for rows in parts]),
        )

    def _cliques(self) -> tuple[np.ndarray, np.ndarray]:
        """Moves of one spot or site, and new sites of two spots nearer than the spacing: offsets and members."""
        place, first, count = np.unique(self.moves.place, return_index=True, return_counts=True)
        # Moves of one place follow one another, but those of a site come kind by kind.
        order = np.argsort(self.moves.place, kind="stable")
        begin = np.cumsum(count) - count
        shared = np.flatnonzero(count > 1)
        spots = np.flatnonzero(place >= 0)
        xy_mm = self.xy_mm[first[spots]]
        near = np.empty((0, 2), dtype=np.int64)
        if len(spots):
            near = cKDTree(xy_mm).query_pairs(self.spacing_mm, output_type="ndarray").astype(np.int64)
        near = near[((xy_mm[near[:, 0]] - xy_mm[near[:, 1]]) ** 2).sum(axis=1) < self.spacing_mm**2]
        both = spots[near].ravel()
        groups = np.concatenate((shared, both))
        _, members = runs(begin[groups], count[groups])
        size = np.concatenate((count[shared], count[both].reshape(-1, 2).sum(axis=1)))
        return np.concatenate(([0], np.cumsum(size))).astype(np.int64), order[members]


def _as_good(one: Mapping[tuple[int, int], int], other: Mapping[tuple[int, int], int]) -> bool:
    """Whether what one move adds to each row is at least what the other adds."""
    return all(one.get(row, 0) >= count for row, count in other.items())


def _without(rows: Rows, dropped: np.ndarray) -> Rows:
    """The rows without these moves (bool per move)."""
    kept, on_line = ~dropped[rows.moves], ~dropped[rows.line_moves]
    before, before_on_line = (np.concatenate(([0], np.cumsum(mask))) for mask in (kept, on_line))
    return replace(
        rows,
        moves=rows.moves[kept],
        counts=rows.counts[kept],
        offsets=before[rows.offsets],
        line_moves=rows.line_moves[on_line],
        line_offsets=before_on_line[rows.line_offsets],
    )


def problem_of(
    whatif: WhatIf,
    goals: Goals,
    offer: Offer,
    *,
    stop: Callable[[], bool] = lambda: False,
    finer_s: float | None = None,
) -> Problem:
    """
    The covering problem of the chosen gaps of a city as it is now, with the changes made so far.

    Where the first spots cannot close a gap, spots are looked for at finer steps, for ``finer_s`` seconds at most.

    Raises
    ------
    Stopped
        When ``stop``, asked now and then, says so.
    """
    survey, judged, verdicts = whatif.now()
    ground = Ground(survey, offer.forbidden, offer.spacing_m, offer.within)
    check_required(offer, ground)
    asked = [
        Asked(place, *judged[place], subjects)
        for place in goals.asked([rule for rule, _ in judged])
        if len(subjects := failing_subjects(goals, survey, judged[place][1], verdicts, place))
    ]
    spots = spots_for(ground, asked, offer)
    if stop():
        raise Stopped
    seen: dict[tuple, bool] = {}
    problem = _built(whatif, goals, offer, asked, spots, seen, stop)
    fine = _finer(whatif, goals, offer, asked, ground, problem, Clock(finer_s, stop))
    if len(fine.spots):
        problem = _built(whatif, goals, offer, asked, np.vstack([spots, fine.spots]), seen, stop)
    return replace(problem, looked_m=fine.looked_m)


@dataclass(frozen=True, eq=False)
class _Fine:
    """More spots, (n, 2) mm, and how finely was looked around each subject (place of the rule, subject), metres."""

    spots: np.ndarray
    looked_m: Mapping[tuple[int, int], float]


def _finer(
    whatif: WhatIf,
    goals: Goals,
    offer: Offer,
    asked: Sequence[Asked],
    ground: Ground,
    problem: Problem,
    clock: Clock,
) -> _Fine:
    """Spots at which the subjects can be closed that the first spots cannot close."""
    reduced = reduce(problem.model(problem.count_cost()), clock.part(_ALONE_S))
    goal = reduced.impossible.goal
    pairs = np.unique(np.stack((problem.goal_rule[goal], problem.goal_subject[goal])), axis=1).T.tolist()
    only = replace(offer, required=())
    found, looked = [np.empty((0, 2), dtype=np.int64)], {}
    forms = new_moves([offer.forms], only)
    made = stock_after(ground.survey.stock, forms, np.zeros((len(forms), 2), dtype=np.int64))
    for place, subject in pairs[:_MOST_LOOKED_AT]:
        if clock.over():
            break
        one = replace(asked[place], subjects=np.array([subject]))
        zone = fine_spots(ground, one, subject, whatif.book, made)
        looked[place, subject] = zone.step_m
        fine = _built(whatif, goals, only, [one], zone.spots, {}, lambda: clock.over() == "stopped")
        found += witnesses(fine.rows, fine.xy_mm, fine.moves.kind == NEW, fine.spacing_mm, clock=clock)
    return _Fine(np.unique(np.concatenate(found), axis=0), looked)


def _built(
    whatif: WhatIf,
    goals: Goals,
    offer: Offer,
    asked: Sequence[Asked],
    spots: np.ndarray,
    seen: dict[tuple, bool],
    stop: Callable[[], bool],
) -> Problem:
    """The problem of what is asked with new sites at these spots."""
    survey, _, _ = whatif.now()
    book, stock = whatif.book, survey.stock
    conditions = {*book.excluded_conditions, *(c for one in asked for c in one.rule.excluded_conditions or ())}
    moves = Moves.stacked(
        [
            new_moves(forms_at(survey, book, asked, spots, offer), offer),
            changing_moves(stock, _own(survey, useful_sites(survey, book, asked), offer), offer, conditions),
        ]
    )
    xy_mm = _places_of(moves, spots, offer, stock)
    after = survey.excerpt(stock_after(stock, moves, xy_mm), matches={}, walls=None)
    moved, chosen = Moved(after, stock, moves.site, seen), goals.chosen_rows(survey)
    rows = []
    for one in asked:
        if stop():
            raise Stopped
        rows.append(_asked_of(survey, one, book, moved, chosen))
    used = moves.required.copy()
    for part in rows:
        used[part.moves] = True
    number = np.cumsum(used) - 1
    rows = [part.renumbered(number) for part in rows]
    rules = [one.place for one in asked]
    return Problem(
        moves=moves.take(used),
        xy_mm=xy_mm[used],
        rules=rules,
        rows=rows,
        **_worth(goals, rows, rules, whatif),
        formless=[~accepted_forms([one.rule], stock, offer).any(axis=0) for one in asked],
        spacing_mm=int(to_mm(offer.spacing_m)),
        worth=goals.worth,
        per_unit=whatif.score_of_units()[np.array(rules, dtype=np.int64)] if rules else np.empty(0),
    )


def _own(survey: Survey, sites: np.ndarray, offer: Offer) -> np.ndarray:
    """Those of the sites (rows of the stock) that may be changed."""
    return sites[in_districts(survey, offer.within, survey.stock.xy_mm[sites])] if offer.within else sites


def _asked_of(survey: Survey, asked: Asked, book: RuleBook, moved: Moved, chosen: np.ndarray) -> Rows:
    """What one rule asks of the moves."""
    what = asked.rule, asked.findings, asked.subjects, moved
    if isinstance(asked.rule, Along):
        return asked_along(survey, *what, chosen)
    if isinstance(asked.rule, Visible):
        return asked_in_sight(survey, *what, book.view)
    if isinstance(asked.rule, Reach):
        return asked_on_the_way(survey, *what, book.view)
    return asked_within(survey, *what)


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
    subject = joined([part.subject for part in rows])
    amount = joined([part.amount_mm for part in rows])
    begins = np.cumsum([0, *(len(part.subject) for part in rows)])
    row_goal = joined([part.goal + begin for part, begin in zip(rows, begins, strict=False)])
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
