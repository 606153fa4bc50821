"""A city that is judged again after each edit, as exactly as by ``assess`` and only where the edit can matter."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np

from data.city import City
from data.errors import DataError
from geo.few import SegmentsNear
from metrics.assessment import Assessment, assembled, city_label, judge_all, judge_rule, road_classes
from metrics.book import ROUTINE, RuleBook
from metrics.columns import Columns, runs
from metrics.measures.findings import UNKNOWN, Findings
from metrics.rules import Rule
from metrics.scenario.difference import Difference, Reading, difference
from metrics.scenario.sites import Changes, Site, edited_city, site_in
from metrics.scenario.touch import Extras, Touch, touch_of
from metrics.scores import DISTRICT, Ledger, Walks, scopes
from metrics.stock import Stock
from metrics.subjects import subjects
from metrics.survey import Survey, survey
from metrics.tables import Judged, Table, deductions, gap_table, marks_of, verdict_table, walk_table
from texts import say

_NUMBERS = ("value", "required", "missing", "length_m", "pass_probability", "worst", "good_share", "repair_min")


class WhatIf:
    """
    A city, a book and a phase, judged once; then ``change`` sites and read what that changes.

    Parameters
    ----------
    city, book, phase
        As for ``assess``.
    progress
        See ``assess``.

    Attributes
    ----------
    changes
        How sites are now, by id, where they differ from the city's; None: gone.

    Raises
    ------
    DataError
        When the book knows no such phase, or the city has no sites layer, so that nobody knows what stands there.
    """

    def __init__(
        self, city: City, book: RuleBook, phase: str = ROUTINE, *, progress: Callable[[str], None] | None = None
    ):
        if city.sites is None:
            raise DataError(say("scenario.no_sites"))
        self.city, self.book, self.phase = city, book, phase
        self.changes: dict[str, Site | None] = {}
        self._rules = book.at(phase)
        self._ground = survey(city, road_classes(self._rules))
        self._judged = [
            (rule, _padded(findings, rule, book, self._ground))
            for rule, findings in judge_all(self._ground, self._rules, book, progress=progress)
        ]
        self._first = np.cumsum([0, *(max(len(findings.who), 1) for _, findings in self._judged)])
        near = SegmentsNear(self._ground.streets.segments)
        self._touch: list[Touch | None] = [
            touch_of(self._ground, rule, book, findings.who, near) for rule, findings in self._judged
        ]
        self._row_of = {id: row for row, id in enumerate(self._ground.stock.ids.tolist())}
        self._extras = Extras.of({}, self._row_of)
        self._verdicts = dict(verdict_table(self._ground, self._judged, phase))
        self._present = _present(self._judged, self._verdicts)
        self._marks = marks_of(self._verdicts, self._judged)  # of the same arrays
        self._walks = _Walked(walk_table(self._ground, self._judged), len(self._marks))
        self._gap_mm = _gap_mm(self._judged, self._first)
        self._weights = [rule.weight for rule in self._rules]
        found = scopes(self._marks, self._ground.levels, book, city_label(city))
        self._ledger = Ledger(found, self._marks, len(self._rules))
        self._book_in(np.flatnonzero(self._present))
        self._base = self._reading().kept()
        self._changed = np.zeros(len(self._marks), dtype=bool)
        self._latest: list[dict[int, tuple[Findings, int]]] = [{} for _ in self._judged]

    @property
    def stock(self) -> Stock:
        """The city's own sites."""
        return self._ground.stock

    def site(self, id: str) -> Site | None:
        """A site as it is now; None when there is none of that id, or no longer."""
        if id in self.changes:
            return self.changes[id]
        row = self._row_of.get(id)
        return None if row is None else site_in(self.stock, row)

    def change(self, changes: Changes) -> Difference:
        """
        Put sites where, and make them what, ``changes`` says; None takes one away.

        Returns
        -------
        Difference
            Of all changes so far to the city as it is.

        Raises
        ------
        ValueError
            When a site stands under another id than its own.
        """
        if any(site is not None and site.id != id for id, site in changes.items()):
            raise ValueError("changes name each site by its own id")
        was = [site for id in changes if (site := self.site(id)) is not None]
        for id, site in changes.items():
            if site == self._own(id):
                self.changes.pop(id, None)
            else:
                self.changes[id] = site
        sites = was + [site for site in changes.values() if site is not None]
        self._extras = Extras.of(self.changes, self._row_of)
        if sites:
            points = np.array([site.point for site in sites], dtype=object)
            for number, touch in enumerate(self._touch):
                if touch is not None and len(rows := touch.touched(sites, points)):
                    self._judge_again(number, touch, rows)
        return self.difference()

    def become(self, changes: Changes) -> Difference:
        """As ``change``, to exactly these changes of the city: what is not among them is as the city has it."""
        back = {id: self._own(id) for id in self.changes if id not in changes}
        other = {id: site for id, site in changes.items() if id not in self.changes or self.changes[id] != site}
        return self.change({**back, **other})

    def _own(self, id: str) -> Site | None:
        row = self._row_of.get(id)
        return None if row is None else site_in(self.stock, row)

    def difference(self) -> Difference:
        """What all changes so far make of the city: verdicts that flip, metres, probabilities, scores."""
        return difference(self._base, self._reading(), np.flatnonzero(self._changed), self._verdicts)

    def beside(self, changes: Changes) -> Difference:
        """What these changes, on top of those made, would make of the city as it is now; nothing is kept."""
        before = self._reading().kept()
        was = dict(self.changes)
        self.change(changes)
        rows = np.flatnonzero(self._changed)
        found = difference(before, self._reading().kept(), rows, self._verdicts)
        self.become(was)
        return found

    def district_names(self) -> list[str]:
        """The names of all districts."""
        level = self._ground.levels.get(DISTRICT)
        return [] if level is None else level.names[:-1].tolist()

    def now(self) -> tuple[Survey, Judged, Table]:
        """The city with all changes made so far: its survey, the findings of all rules, and the verdicts."""
        ground = self._ground.with_city(edited_city(self.city, self.changes)) if self.changes else self._ground
        judged = self._current()
        return ground, judged, verdict_table(ground, judged, self.phase)

    def score_of_units(self) -> np.ndarray:
        """
        What passing one more millimetre of starts, or one more place, adds to the score of the city, by rule.

        0 for a rule without known subjects.
        """
        total, weight = self._ledger.totals_of_city(), np.array(self._weights, dtype=float)
        full = weight[total > 0].sum()
        return np.divide(100 * weight / full if full else weight, total, out=np.zeros(len(total)), where=total > 0)

    def assessment(self) -> Assessment:
        """The whole assessment of the city as it is now; the same as ``assess`` of ``edited_city`` gives."""
        ground = self._ground.with_city(edited_city(self.city, self.changes))
        return assembled(ground, self._current(), self.book, self.phase, {})

    def gaps(self) -> gpd.GeoDataFrame:
        """``Assessment.gaps`` of the city as it is now, without the rest of an assessment, which takes much longer."""
        judged = self._current()
        return gap_table(self._ground, judged, verdict_table(self._ground, judged, self.phase), self.city.crs)

    def _judge_again(self, number: int, touch: Touch, rows: np.ndarray) -> None:
        rule, _ = self._judged[number]
        asked = touch.judged_with(rows, self._extras)
        findings = judge_rule(touch.excerpt(asked, self._extras), rule, self.book, touch.who.take(asked))
        kept = np.arange(len(asked)) if findings.kept is None else findings.kept
        place = np.full(len(asked), -1)
        place[kept] = np.arange(len(kept))
        own = place[np.searchsorted(asked, rows)]
        global_rows = self._first[number] + rows
        self._book_in(global_rows[self._present[global_rows]], sign=-1)
        self._write(global_rows, findings, own, rule)
        self._book_in(global_rows[self._present[global_rows]])
        self._changed[global_rows] = True
        self._latest[number].update({row: (findings, at) for row, at in zip(rows.tolist(), own.tolist(), strict=True)})

    def _write(self, rows: np.ndarray, findings: Findings, own: np.ndarray, rule: Rule) -> None:
        """Put what was found in the place of what was there; ``own`` are rows of the findings, -1 for no verdict."""
        there = own >= 0
        self._present[rows] = there
        to, at = rows[there], own[there]
        for name in ("status", "explanation", *_NUMBERS):
            if name in findings.verdicts:
                self._verdicts[name][to] = findings.verdicts[name][at]
        one_rule = np.zeros(len(to), dtype=np.int64)
        self._verdicts["deduction"][to] = deductions(self._verdicts["missing"][to], [rule], one_rule)
        if findings.shares is not None:
            walks = walk_table(self._ground, [(rule, findings)])
            for row, place in zip(to.tolist(), at.tolist(), strict=True):
                self._walks.put(row, walks.take(walks.verdict == place))
        if findings.gaps is not None:
            length = np.bincount(findings.gaps.subject, findings.gaps.to_mm - findings.gaps.from_mm, len(findings.who))
            self._gap_mm[to] = length[at].astype(np.int64)

    def _book_in(self, rows: np.ndarray, *, sign: int = 1) -> None:
        self._ledger.book(self._marks.take(rows), self._walks.of(rows), rows, sign=sign)

    def _reading(self) -> Reading:
        return Reading(
            status=self._verdicts["status"],
            probability=self._verdicts["pass_probability"],
            gap_mm=self._gap_mm,
            present=self._present,
            standings=self._ledger.standings(self._weights),
        )

    def _current(self) -> Judged:
        """The findings of all rules as they are now."""
        current = []
        for number, (rule, base) in enumerate(self._judged):
            rows = slice(self._first[number], self._first[number] + len(base.who))
            verdicts = {name: self._verdicts[name][rows] for name in base.verdicts}
            latest = self._latest[number]
            merged = replace(
                base,
                verdicts=verdicts,
                **{name: _merged(getattr(base, name), latest, name) for name in ("traces", "gaps", "shares")},
            )
            current.append((rule, _only(merged, self._present[rows]) if base.kept is not None else merged))
        return current


class _Walked:
    """The starts of each verdict's street by area, kept by verdict so that those of one can be replaced."""

    def __init__(self, walks: Walks, verdicts: int):
        self._all = walks.take(np.argsort(walks.verdict, kind="stable"))
        self._begins = np.searchsorted(self._all.verdict, np.arange(verdicts + 1))
        self._put: dict[int, Walks] = {}

    def put(self, verdict: int, walks: Walks) -> None:
        """Another verdict's walks in the place of its own."""
        self._put[verdict] = walks

    def of(self, rows: np.ndarray) -> Walks:
        """The walks of verdicts, numbered by their place in ``rows``."""
        parts = [Walks(*(np.empty(0, dtype=np.int64) for _ in range(5)))]
        if not self._put:
            place, at = runs(self._begins[rows], self._begins[rows + 1] - self._begins[rows])
            return replace(self._all.take(at), verdict=place)
        for place, row in enumerate(rows.tolist()):
            own = self._put.get(row)
            own = self._all.take(slice(self._begins[row], self._begins[row + 1])) if own is None else own
            parts.append(replace(own, verdict=np.full(len(own), place)))
        return Walks.stacked(parts)


def _padded(findings: Findings, rule: Rule, book: RuleBook, ground: Survey) -> Findings:
    """The findings of a rule whose sites decide who is a subject, with all who may be one."""
    if findings.kept is None:
        return findings
    who, kept = subjects(ground, rule), findings.kept
    texts = {"status": np.full(len(who), UNKNOWN, dtype=object), "explanation": np.full(len(who), "", dtype=object)}
    numbers = {name: np.full(len(who), np.nan) for name in ("value", "required", "missing")}
    for name, column in findings.verdicts.items():
        {**texts, **numbers}[name][kept] = column
    traces = findings.traces and replace(findings.traces, subject=kept[findings.traces.subject])
    nobody = ground.excerpt(ground.stock.take(np.empty(0, dtype=np.int64)), matches={}, walls=None)
    absent = judge_rule(nobody, rule, book, who).absent
    return replace(findings, who=who, verdicts={**texts, **numbers}, traces=traces, absent=absent)


def _only(findings: Findings, present: np.ndarray) -> Findings:
    """The findings of those who are subjects now."""
    place = np.cumsum(present) - 1
    traces = findings.traces
    if traces is not None:
        traces = traces.take(present[traces.subject])
        traces = replace(traces, subject=place[traces.subject])
    verdicts = {name: column[present] for name, column in findings.verdicts.items()}
    return replace(findings, who=findings.who.take(present), verdicts=verdicts, traces=traces, kept=None)


def _present(judged: Judged, verdicts: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which verdicts there are: all but of those whom no site makes a subject."""
    parts = []
    for _, findings in judged:
        there = np.ones(max(len(findings.who), 1), dtype=bool)
        if findings.kept is not None and len(findings.who):
            there[:] = False
            there[findings.kept] = True
        parts.append(there)
    return np.concatenate(parts) & (verdicts["subject"] != "")


def _gap_mm(judged: Judged, first: np.ndarray) -> np.ndarray:
    """Millimetres of failing stretches of each verdict."""
    total = np.zeros(first[-1], dtype=np.int64)
    for (_, findings), start in zip(judged, first, strict=False):
        if findings.gaps is not None:
            np.add.at(total, start + findings.gaps.subject, findings.gaps.to_mm - findings.gaps.from_mm)
    return total


def _merged(base: Columns | None, latest: Mapping[int, tuple[Findings, int]], name: str) -> Columns | None:
    """A part of findings with the rows of subjects judged again in the place of their own."""
    if not latest:
        return base
    parts = [] if base is None else [base.take(~np.isin(base.subject, list(latest)))]
    for row, (findings, at) in latest.items():
        part = getattr(findings, name)
        if part is not None and at >= 0:
            own = part.take(part.subject == at)
            parts.append(replace(own, subject=np.full(len(own), row)))
    return type(parts[0]).stacked(parts) if parts else None
