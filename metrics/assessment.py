"""``assess``: a city judged by a rule book in a phase."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from data.city import City
from geo.streets import MAIN_CLASSES
from metrics.book import ROUTINE, RuleBook
from metrics.measures.along import along
from metrics.measures.findings import Findings
from metrics.measures.places import rate, within
from metrics.measures.radius import radius
from metrics.measures.reach import reach
from metrics.measures.recorded import share, unstated, value
from metrics.measures.spacing import spacing
from metrics.measures.visible import visible
from metrics.quality import quality
from metrics.rules import Rule
from metrics.scores import CITY_LEVEL, Ledger, Walks, scopes
from metrics.subjects import ROAD, Subjects, subjects
from metrics.survey import Survey, survey
from metrics.tables import (
    OF_SQUARES,
    STREET_COLUMNS,
    VERDICT_COLUMNS,
    Judged,
    Table,
    frame,
    gap_table,
    marks_of,
    trace_table,
    verdict_table,
    walk_table,
)
from texts import say

COUNTED = ("along", "visible", "within", "presence")  # measures whose numbers are places (处)


@dataclass(frozen=True, eq=False)
class Assessment:
    """
    What a city is judged to be; all frames in the city's metric CRS, same inputs, same rows in the same order.

    Attributes
    ----------
    verdicts
        One row per rule and subject, sorted by the book's rules and subject; a rule without any subject has one
        row without a subject, unknown. ``value`` against ``required`` gives ``status`` (pass, fail, unknown);
        ``missing`` is the shortage of the worst single walk or place, ``deduction`` the points the book takes off.
        Squares also carry ``worst`` and ``good_share`` of the views from elsewhere.
    gaps
        Failing stretches of streets, cut by district, and failing places; ``repair_min`` is the fewest new sites that
        repair the whole gap.
    traces
        Which sites counted for a subject and which did not, with a reason code.
    starts
        Of each known street and rule about walks how many metres of starts there are, and from how many of them the
        walk passes: ``rule``, ``subject``, ``class``, ``district``, ``unit``, ``starts_m``, ``passing_m``.
    scores
        See ``metrics.scores.scores``.
    streets
        The streets walked along: ``street``, ``name``, ``class``, ``length_m``, ``pieces``, ``divided``.
    street_report
        Kilometres of roads in, kept, and dropped by reason.
    quality
        See ``metrics.quality.quality``.
    inputs
        Fingerprints of city and book, the phase, and the date of the data.
    book, phase, crs
        What was judged by, and the CRS of the frames.
    seconds
        Time per step: the only thing that differs between two runs.
    """

    verdicts: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    traces: pd.DataFrame
    starts: pd.DataFrame
    scores: pd.DataFrame
    streets: gpd.GeoDataFrame
    street_report: pd.DataFrame
    quality: dict[str, object]
    inputs: dict[str, object]
    book: RuleBook
    phase: str
    crs: CRS
    seconds: dict[str, float] = field(compare=False, default_factory=dict)

    @property
    def pass_probability(self) -> float:
        """The probability that a random walk passes, see `chance_of_walks`; NaN when no street is known."""
        found = self.chance_of_walks()
        return float("nan") if found is None else found[0]

    def chance_of_walks(self, **of: str | None) -> tuple[float, str] | None:
        """
        The probability that a walk by the first rule about walks passes, from a start anywhere along known streets.

        Parameters
        ----------
        of
            ``rule``, ``class``, ``district`` (where most of a street lies) or ``unit`` that the streets are of; None
            asks for all.

        Returns
        -------
        tuple or None
            Share of the metres of starts, and the rule's id; None when no such street is known.
        """
        own = self.starts
        for name, asked in of.items():
            own = own if asked is None else own[own[name] == asked]
        if own.empty:
            return None
        rule = own["rule"].iloc[0]
        starts_m, passing_m = own.loc[own["rule"] == rule, ["starts_m", "passing_m"]].sum()
        return float(passing_m / starts_m), rule

    def rows(self, table: str, rule: str, subject: str) -> pd.DataFrame:
        """The rows of ``verdicts``, ``gaps`` or ``traces`` that are of a rule and a subject."""
        of_rule, subjects = self._keys[table]
        first, beyond = of_rule.get(rule, (0, 0))
        own = subjects[first:beyond]
        return getattr(self, table).iloc[first + bisect_left(own, subject) : first + bisect_right(own, subject)]

    @cached_property
    def _keys(self) -> dict[str, tuple[dict[str, tuple[int, int]], np.ndarray]]:
        """Of each table the block of rows of every rule, and the subjects, which are sorted within a block."""
        keys = {}
        for name in ("verdicts", "gaps", "traces"):
            rules, subjects = (getattr(self, name)[column].to_numpy(dtype=object) for column in ("rule", "subject"))
            ends = [*(np.flatnonzero(rules[1:] != rules[:-1]) + 1).tolist(), len(rules)] if len(rules) else []
            blocks = zip([0, *ends], ends, strict=False)
            keys[name] = ({rules[first]: (first, beyond) for first, beyond in blocks}, subjects)
        return keys


def assess(
    city: City, book: RuleBook, phase: str = ROUTINE, *, progress: Callable[[str], None] | None = None
) -> Assessment:
    """
    ``city`` judged by the rules of ``book`` that hold in ``phase``.

    Parameters
    ----------
    city
        Whatever layers it has; what they do not tell is unknown.
    book
        The rule book.
    phase
        One of the book's phases.
    progress
        Called with the id of each rule before it is judged.

    Raises
    ------
    DataError
        When the book knows no such phase.
    """
    clock = perf_counter()
    rules = book.at(phase)
    seconds: dict[str, float] = {}
    ground = survey(city, road_classes(rules))
    _lap(seconds, "streets", clock)
    return assembled(ground, judge_all(ground, rules, book, progress=progress, seconds=seconds), book, phase, seconds)


def judge_all(
    ground: Survey,
    rules: Sequence[Rule],
    book: RuleBook,
    *,
    progress: Callable[[str], None] | None = None,
    seconds: dict[str, float] | None = None,
) -> Judged:
    """Each rule with its findings; ``progress`` as for ``assess``, ``seconds`` gets the time of each measure."""
    clock = perf_counter()
    judged = []
    for rule in rules:
        if progress is not None:
            progress(rule.id)
        judged.append((rule, judge_rule(ground, rule, book)))
        if seconds is not None:
            clock = _lap(seconds, rule.measure, clock)
    return judged


def assembled(ground: Survey, judged: Judged, book: RuleBook, phase: str, seconds: dict[str, float]) -> Assessment:
    """The assessment that the findings of all rules make; ``seconds`` gets the time of each step."""
    clock = perf_counter()
    city = ground.city
    verdicts = verdict_table(ground, judged, phase)
    marks, walks = marks_of(verdicts, judged), walk_table(ground, judged)
    ledger = Ledger(scopes(marks, ground.levels, book, city_label(city)), marks, len(judged))
    ledger.book(marks, walks, np.arange(len(marks)))
    table = ledger.table([rule.weight for rule, _ in judged], book)
    clock = _lap(seconds, "scores", clock)
    gaps, traces = gap_table(ground, judged, verdicts, city.crs), trace_table(ground, judged)
    squares = [name for name in OF_SQUARES if any(name in findings.verdicts for _, findings in judged)]
    clock = _lap(seconds, "tables", clock)
    whole_city = walks.take(walks.level == CITY_LEVEL)
    streets = ground.streets.table
    assessment = Assessment(
        verdicts=frame(verdicts, [*VERDICT_COLUMNS, *squares], city.crs),
        gaps=gaps,
        traces=traces,
        starts=_starts(verdicts, whole_city),
        scores=table,
        streets=streets.assign(length_m=streets["length_mm"] / 1000)[STREET_COLUMNS],
        street_report=ground.streets.report,
        quality=quality(ground, traces),
        inputs={
            "city": city.fingerprint,
            "book": book.fingerprint,
            "book_id": book.id,
            "edition": book.edition,
            "phase": phase,
            "data_date": city.meta.get("data_date"),
            "walks": {
                "starts_m": float(whole_city.starts_mm.sum() / 1000),
                "passing_m": float(whole_city.passing_mm.sum() / 1000),
            },
        },
        book=book,
        phase=phase,
        crs=city.crs,
        seconds=seconds,
    )
    _lap(seconds, "quality", clock)
    return assessment


def _starts(verdicts: Table, walks: Walks) -> pd.DataFrame:
    own = {name: verdicts[name][walks.verdict] for name in ("rule", "subject", "class", "district", "unit")}
    table = pd.DataFrame({**own, "starts_m": walks.starts_mm / 1000, "passing_m": walks.passing_mm / 1000})
    return table[table["starts_m"] > 0].reset_index(drop=True)


def _lap(seconds: dict[str, float], step: str, since: float) -> float:
    now = perf_counter()
    seconds[step] = seconds.get(step, 0.0) + now - since
    return now


def city_label(city: City) -> str:
    """What the city is called on screen and paper."""
    return city.meta.get("name") or say("explain.radius.city")


def road_classes(rules: list[Rule]) -> tuple[str, ...]:
    """Every road class that a rule about streets asks for; the main ones when none says which."""
    asked = {str(value) for rule in rules if ROAD in rule.classes for value in rule.where.get("highway", ())}
    return tuple(sorted(asked | set(MAIN_CLASSES)))


def judge_rule(ground: Survey, rule: Rule, book: RuleBook, who: Subjects | None = None) -> Findings:
    """The findings of one rule on its subjects, or on those of them given."""
    who = subjects(ground, rule) if who is None else who
    measures: dict[str, Callable[[], Findings]] = {
        "along": lambda: along(ground, rule, who),
        "visible": lambda: visible(ground, rule, book.view, who),
        "within": lambda: within(ground, rule, who),
        "presence": lambda: within(ground, rule, who),
        "share": lambda: share(ground, rule, who),
        "value": lambda: value(ground, rule, who),
        "reach": lambda: reach(ground, rule, book.view, who),
        "rate": lambda: rate(ground, rule, who),
        "spacing": lambda: spacing(ground, rule, who),
        "radius": lambda: radius(ground, rule),
        "unstated": lambda: unstated(ground, rule, who),
    }
    return measures[rule.measure]()
