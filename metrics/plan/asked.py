"""What the chosen gaps ask for, as rows of a covering problem: so many more of these moves for each open demand."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from geo.crs import to_mm
from geo.matching import nearest_only
from geo.windows import Intervals
from metrics.book import RuleBook
from metrics.measures import along, places, visible
from metrics.measures.demands import Demand, demands_of, weights
from metrics.measures.findings import Findings
from metrics.rules import Along, Presence, Rule, SiteRule, Visible, Within
from metrics.stock import COUNTS, Stock
from metrics.survey import Survey


@dataclass(frozen=True, eq=False)
class Rows:
    """
    Rows of one rule: the moves that count for each, how much, and what is needed; rows belong to goals.

    Attributes
    ----------
    offsets, moves, counts
        The moves of row i are ``moves[offsets[i]:offsets[i + 1]]``, in the order of the street where there is one.
    need, goal
        Per row; goals are numbered from 0 within the rule.
    line
        Per row a number of the street and demand along which its moves are neighbours, -1 for none.
    lines
        Of each line its moves in order.
    subject, amount_mm
        Per goal: row of the rule's findings, and millimetres of starts, 0 for a place.
    themes
        Per row the themes its demand asks for; empty: any.
    """

    offsets: np.ndarray
    moves: np.ndarray
    counts: np.ndarray
    need: np.ndarray
    goal: np.ndarray
    line: np.ndarray
    lines: list[np.ndarray]
    subject: np.ndarray
    amount_mm: np.ndarray
    themes: list[tuple[str, ...]]

    def renumbered(self, number: np.ndarray) -> "Rows":
        """The same rows with move i called ``number[i]``; lines keep only moves that count for some row."""
        used = np.zeros(len(number), dtype=bool)
        used[self.moves] = True
        lines = [number[moves[used[moves]]] for moves in self.lines]
        return replace(self, moves=number[self.moves], lines=lines)


class _Builder:
    """Rows as they are found."""

    def __init__(self) -> None:
        self.moves: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []
        self.need: list[int] = []
        self.goal: list[int] = []
        self.line: list[int] = []
        self.lines: list[np.ndarray] = []
        self.subject: list[int] = []
        self.amount_mm: list[int] = []
        self.themes: list[tuple[str, ...]] = []

    def goal_of(self, subject: int, amount_mm: int) -> int:
        self.subject.append(subject)
        self.amount_mm.append(amount_mm)
        return len(self.subject) - 1

    def row(self, goal: int, moves: np.ndarray, counts: np.ndarray, need: int, themes, line: int = -1) -> None:
        self.moves.append(moves)
        self.counts.append(counts)
        self.need.append(int(need))
        self.goal.append(goal)
        self.line.append(line)
        self.themes.append(themes)

    def rows(self) -> Rows:
        none = [np.empty(0, dtype=np.int64)]
        return Rows(
            offsets=np.concatenate(([0], np.cumsum([len(part) for part in self.moves]))).astype(np.int64),
            moves=np.concatenate(none + self.moves),
            counts=np.concatenate(none + self.counts),
            need=np.array(self.need, dtype=np.int64),
            goal=np.array(self.goal, dtype=np.int64),
            line=np.array(self.line, dtype=np.int64),
            lines=self.lines,
            subject=np.array(self.subject, dtype=np.int64),
            amount_mm=np.array(self.amount_mm, dtype=np.int64),
            themes=self.themes,
        )


@dataclass(frozen=True, eq=False)
class Moved:
    """
    The moves as sites, to be counted as the sites of a city are.

    Attributes
    ----------
    survey
        The city with these sites alone.
    was
        The stock as it is; of the moves on standing sites, ``site`` is the row there, else -1.
    """

    survey: Survey
    was: Stock
    site: np.ndarray

    def adding(self, rule: SiteRule) -> list[tuple[Demand, np.ndarray]]:
        """Each demand of the rule as the moves meet it, and which moves add to it: they count, and did not before."""
        before = [demand.state for demand in demands_of(rule, self.was)]
        after = demands_of(rule, self.survey.stock)
        stands = self.site >= 0
        adds = []
        for demand, state in zip(after, before, strict=True):
            counted = np.zeros(len(self.site), dtype=bool)
            counted[stands] = state[self.site[stands]] == COUNTS
            adds.append((demand, (demand.state == COUNTS) & ~counted))
        return adds


def asked_of(
    survey: Survey,
    rule: Rule,
    findings: Findings,
    book: RuleBook,
    subjects: np.ndarray,
    moved: Moved,
    *,
    chosen: np.ndarray,
) -> Rows:
    """
    What the failing ``subjects`` (rows of the findings) of one rule ask of the moves.

    Of a street only the starts in the ``chosen`` districts (bool per row of the level and, last, none) are goals.
    """
    if isinstance(rule, Along):
        return _along(survey, rule, findings, subjects, moved, chosen)
    if isinstance(rule, Visible):
        return _visible(survey, rule, book, findings, subjects, moved)
    if isinstance(rule, Within | Presence):
        return _within(survey, rule, findings, subjects, moved)
    return _Builder().rows()


def _along(survey: Survey, rule: Along, findings: Findings, subjects, moved: Moved, chosen: np.ndarray) -> Rows:
    """One goal for each run of failing starts over which no place enters or leaves the window."""
    built = _Builder()
    if not len(subjects):
        return built.rows()
    who = findings.who
    length, window = survey.street_length_mm[who.row], int(to_mm(rule.window_m))
    lines, _ = along.lines_of(survey, rule, who.row, length, window)
    fails = along.failing(lines, "perhaps", length, window)
    if not chosen.all():
        fails = _starts_in(survey, who.row, fails, chosen)
    reach = int(to_mm(rule.reach_m))
    hits = along.on_streets(moved.survey.site_matches(along.NEAR_MISS * reach), who.row)
    hits = hits.take(to_mm(hits.distance_m) <= reach)
    if rule.attach == "nearest":
        hits = nearest_only(hits)
    order = np.lexsort((hits.point, hits.at_mm, hits.street))
    hits = hits.take(order)
    begins = np.searchsorted(hits.street, np.arange(len(who) + 1))
    weight, adding = weights(rule, moved.survey.stock), moved.adding(rule)
    for street in subjects.tolist():
        own = slice(begins[street], begins[street + 1])
        _street(built, street, lines, adding, fails, hits.point[own], hits.at_mm[own], weight, length[street], window)
    return built.rows()


def _starts_in(survey: Survey, rows: np.ndarray, fails: Intervals, chosen: np.ndarray) -> Intervals:
    """The failing starts in the chosen districts; the one start of a street that is one window stays."""
    single = fails.start_mm == fails.end_mm
    cut, _, district = along.cut_by_district(survey, rows, fails)
    cut = cut.take(chosen[district])
    kept = fails.take(single)
    order = np.lexsort((np.append(cut.start_mm, kept.start_mm), np.append(cut.street, kept.street)))
    return Intervals(
        *(np.append(getattr(cut, name), getattr(kept, name))[order] for name in ("street", "start_mm", "end_mm"))
    )


def _street(built, street, lines, adding, fails: Intervals, move, at, weight, length: int, window: int) -> None:
    runs = (fails.street == street).nonzero()[0]
    held = [line.surely[0][line.surely[1][street] : line.surely[1][street + 1]] for line in lines]
    kept = [adds[move] for _, adds in adding]
    mine = [(at[keep], move[keep]) for keep in kept]
    first_line = len(built.lines)
    built.lines += [moves for _, moves in mine]
    met = np.concatenate([*held, *(positions for positions, _ in mine)])
    events = np.unique(np.concatenate((met, met - window)))
    for run in runs.tolist():
        low, high = int(fails.start_mm[run]), int(fails.end_mm[run])
        # All starts strictly between two events meet the same places: those from the second event to one window
        # after the first. A street that is one window meets all of its places.
        if length <= window:
            spans = [(0, length, length)]
        else:
            cuts = np.concatenate(([low], events[(events > low) & (events < high)], [high])).tolist()
            spans = [(b, a + window, b - a) for a, b in pairwise(cuts) if b > a]
        for first, last, amount in spans:
            spans_of = [_between(positions, first, last) for positions in held]
            lack = [int(line.need[street]) - (end - begin) for line, (begin, end) in zip(lines, spans_of, strict=True)]
            goal = built.goal_of(street, amount)
            for d, need in enumerate(lack):
                if need > 0:
                    positions, moves = mine[d]
                    inside = moves[slice(*_between(positions, first, last))]
                    built.row(goal, inside, weight[inside], need, adding[d][0].themes, first_line + d)


def _between(positions: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """Where the places from one position to another, both included, begin and end."""
    return int(np.searchsorted(positions, first, side="left")), int(np.searchsorted(positions, last, side="right"))


def _visible(survey: Survey, rule: Visible, book: RuleBook, findings: Findings, subjects, moved: Moved) -> Rows:
    """One goal for each square: what is lacking of each demand, from what can be seen from its centre."""
    who = findings.who.take(subjects)
    centres, _, _ = visible.observers(survey, rule, who)
    demands = demands_of(rule, survey.stock)
    held = _seen(survey, rule, book, who, centres, demands, [d.state == COUNTS for d in demands])
    adding = moved.adding(rule)
    walls = survey.obstacles_near(centres, visible.reach_m(moved.survey.stock, book.view))
    everything = np.ones(len(moved.survey.stock), dtype=bool)
    looks = visible.look(moved.survey, centres, len(who), walls, book.view, may_count=everything)
    seen = looks.state == COUNTS
    return _places(subjects, adding, held, looks.observer[seen], looks.site[seen], weights(rule, moved.survey.stock))


def _seen(survey: Survey, rule: Visible, book: RuleBook, who, centres, demands, counts) -> np.ndarray:
    """(demands, squares): how many counting sites are surely seen from each centre."""
    walls = survey.obstacles_near(centres, visible.reach_m(survey.stock, book.view))
    looks = visible.look(survey, centres, len(who), walls, book.view, may_count=np.any(counts, axis=0))
    return visible.seen_of(demands, looks, weights(rule, survey.stock), len(who))[0]


def _within(survey: Survey, rule: Within | Presence, findings: Findings, subjects, moved: Moved) -> Rows:
    """One goal for each place: what is lacking of each demand, from what stands in it or near it."""
    who = findings.who.take(subjects)
    near = places.near_sites(survey, who.geometry, rule.reach_m, rule.margin_m)
    near = near.take(near.inside)
    weight = weights(rule, survey.stock)
    demands = demands_of(rule, survey.stock)
    held = np.array(
        [
            np.bincount(near.place, np.where(demand.state[near.site] == COUNTS, weight[near.site], 0), len(who))
            for demand in demands
        ]
    )
    hits = places.near_sites(moved.survey, who.geometry, rule.reach_m, rule.margin_m)
    hits = hits.take(hits.inside)
    return _places(subjects, moved.adding(rule), held, hits.place, hits.site, weights(rule, moved.survey.stock))


def _places(subjects: np.ndarray, adding, held: np.ndarray, place: np.ndarray, move: np.ndarray, weight) -> Rows:
    """A goal for each place, a row for each demand it lacks; pairs of place and move say what counts where."""
    built = _Builder()
    order = np.lexsort((move, place))
    place, move = place[order], move[order]
    begins = np.searchsorted(place, np.arange(len(subjects) + 1))
    for nth, subject in enumerate(subjects.tolist()):
        own = move[begins[nth] : begins[nth + 1]]
        goal = built.goal_of(subject, 0)
        for d, (demand, adds) in enumerate(adding):
            need = demand.need - int(held[d, nth])
            if need > 0:
                inside = own[adds[own]]
                built.row(goal, inside, weight[inside], need, demand.themes)
    return built.rows()
