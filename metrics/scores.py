"""Scores: what each area, unit and class earns of the full marks of the rules that have known subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit

from metrics.area_level import AreaLevel
from metrics.book import RuleBook
from metrics.columns import Columns
from metrics.measures.findings import FAIL, PASS, UNKNOWN

SCORE_COLUMNS = [
    "scope",
    "name",
    "class",
    "score",
    "full",
    "pass_rate",
    "rank",
    "flag",
    "passed",
    "failed",
    "unknown",
    "deduction",
]
CITY, DISTRICT, UNIT, CLASS, DISTRICT_CLASS = "city", "district", "unit", "class", "district_class"
RED, YELLOW = "red", "yellow"
CITY_LEVEL = -1
_MILLION = 1_000_000


@dataclass(frozen=True, eq=False)
class Marks(Columns):
    """
    What the scores read of each verdict.

    Attributes
    ----------
    rule
        Place of the rule among those judged by.
    status
        ``pass``, ``fail``, ``unknown`` (object).
    class_, unit
        Texts (object); ``unit`` None where there is none.
    areas
        (n, levels): row of the area at each level, -1 for none.
    deduction
        Points; NaN where unknown.
    by_start
        Whether the rule is scored by starts of streets, see `Walks`, rather than by subjects.
    real
        False for the verdict of a rule without any subject, which no tally counts.
    """

    rule: np.ndarray
    status: np.ndarray
    class_: np.ndarray
    unit: np.ndarray
    areas: np.ndarray
    deduction: np.ndarray
    by_start: np.ndarray
    real: np.ndarray


@dataclass(frozen=True, eq=False)
class Walks(Columns):
    """
    Starts of streets by area: ``verdict`` (row), ``level`` (place, or `CITY_LEVEL`), ``area`` (row, -1 none), mm.

    At `CITY_LEVEL` every known street is there whole.
    """

    verdict: np.ndarray
    level: np.ndarray
    area: np.ndarray
    starts_mm: np.ndarray
    passing_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class Scope:
    """
    Who the scores of one table are of: ``groups`` (of verdicts, by ``group``) in each of ``areas`` of a level.

    ``group`` is -1 for verdicts of no group. At `CITY_LEVEL` the city is the one area.
    """

    name: str
    groups: Sequence[str]
    group: np.ndarray
    areas: Sequence[str]
    level: int

    def key(self, verdict: np.ndarray, area: np.ndarray) -> np.ndarray:
        """The row of the table that verdicts (rows) in areas of the level belong to, -1 for none."""
        group = self.group[verdict]
        return np.where((group >= 0) & (area >= 0), group * len(self.areas) + area, -1)

    def __len__(self) -> int:
        return len(self.groups) * len(self.areas)


def scopes(marks: Marks, levels: Mapping[str, AreaLevel], book: RuleBook, city_name: str) -> list[Scope]:
    """The city, each area of each level, each unit, each class, and each class in each district."""
    all_ = np.zeros(len(marks), dtype=np.int64)
    names = {level: own.names[:-1].tolist() for level, own in levels.items()}
    classes = [line.class_ for line in book.classes]
    classes += [code for code in dict.fromkeys(marks.class_.tolist()) if code not in classes]
    units = sorted(set(marks.unit.tolist()) - {None})
    of_class, of_unit = _places(marks.class_, classes), _places(marks.unit, units)
    found = [
        Scope(CITY, [city_name], all_, [city_name], CITY_LEVEL),
        *(Scope(name, [""], all_, areas, place) for place, (name, areas) in enumerate(names.items())),
        Scope(UNIT, units, of_unit, [city_name], CITY_LEVEL),
        Scope(CLASS, classes, of_class, [city_name], CITY_LEVEL),
    ]
    if DISTRICT in names:
        found.append(Scope(DISTRICT_CLASS, classes, of_class, names[DISTRICT], list(names).index(DISTRICT)))
    return found


def _places(values: np.ndarray, known: Sequence[str]) -> np.ndarray:
    place = {value: at for at, value in enumerate(known)}
    return np.array([place.get(value, -1) for value in values.tolist()], dtype=np.int64)


class Ledger:
    """
    Who earned what, in whole numbers, so that what changes can be taken out and put in again without a rounding.

    Parameters
    ----------
    scopes
        See `scopes`.
    marks
        Of all verdicts that may ever be booked: where they lie does not change.
    rules
        How many rules are judged by.
    """

    def __init__(self, scopes: Sequence[Scope], marks: Marks, rules: int):
        self.scopes = scopes
        self._first = np.cumsum([0, *(len(scope) for scope in scopes)])
        size = int(self._first[-1])
        self._total, self._passing = np.zeros((size, rules), dtype=np.int64), np.zeros((size, rules), dtype=np.int64)
        self._tally = np.zeros((size, 4), dtype=np.int64)
        every = np.arange(len(marks))
        self._key = np.array(
            [
                self._shifted(n, scope.key(every, marks.areas[:, scope.level] if scope.level >= 0 else every * 0))
                for n, scope in enumerate(scopes)
            ]
        )

    def _shifted(self, scope: int, key: np.ndarray) -> np.ndarray:
        """Rows of one scope's table as rows of all."""
        return np.where(key >= 0, key + self._first[scope], -1)

    def book(self, marks: Marks, walks: Walks, rows: np.ndarray, *, sign: int = 1) -> None:
        """
        Put verdicts and walks in, or with ``sign=-1`` take them out.

        Parameters
        ----------
        marks, walks
            Of these verdicts; ``walks.verdict`` are rows of ``marks``.
        rows
            Which verdicts of the ledger they are.
        """
        key = self._key[:, rows]
        place = np.flatnonzero((marks.status != UNKNOWN) & ~marks.by_start)
        passes = (marks.status[place] == PASS).astype(np.int64)
        _add(self._total, key[:, place], marks.rule[place], np.full(len(place), sign))
        _add(self._passing, key[:, place], marks.rule[place], sign * passes)
        real = np.flatnonzero(marks.real)
        kind = np.select([marks.status[real] == PASS, marks.status[real] == FAIL], [0, 1], 2)
        points = np.rint(np.nan_to_num(marks.deduction[real]) * _MILLION).astype(np.int64)
        _add(self._tally, key[:, real], kind, np.full(len(real), sign))
        _add(self._tally, key[:, real], np.full(len(real), 3), sign * points)
        if len(walks):
            self._book_walks(marks, walks, rows, sign)

    def _book_walks(self, marks: Marks, walks: Walks, rows: np.ndarray, sign: int) -> None:
        for n, scope in enumerate(self.scopes):
            own = np.flatnonzero(walks.level == scope.level)
            verdict = walks.verdict[own]
            area = walks.area[own] if scope.level >= 0 else np.zeros(len(own), dtype=np.int64)
            key, rule = self._shifted(n, scope.key(rows[verdict], area)), marks.rule[verdict]
            _add(self._total, key, rule, sign * walks.starts_mm[own])
            _add(self._passing, key, rule, sign * walks.passing_mm[own])

    def _of(self, scope: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Total, passing and tally of one scope."""
        rows = slice(self._first[scope], self._first[scope + 1])
        return self._total[rows], self._passing[rows], self._tally[rows]

    def totals_of_city(self) -> np.ndarray:
        """Of each rule the millimetres of known starts, or the known subjects, of the whole city."""
        return self._of([scope.name for scope in self.scopes].index(CITY))[0][0].copy()

    def standings(self, weights: Sequence[float]) -> dict[str, "Standing"]:
        """Score and rank of the city and of the areas of each level, by scope."""
        found = {}
        for n, scope in enumerate(self.scopes):
            if scope.name not in (UNIT, CLASS, DISTRICT_CLASS):
                total, passing, _ = self._of(n)
                score = _scores(*_earned(total, passing, weights))
                rank = np.where(np.isnan(score), 0, 1 + (score[None, :] > score[:, None]).sum(axis=1))
                found[scope.name] = Standing(list(scope.areas), score, rank)
        return found

    def table(self, weights: Sequence[float], book: RuleBook) -> pd.DataFrame:
        """
        The scores.

        On each rule a scope earns the rule's full mark × its pass rate: for streets the share of passing starts by
        metres, else the passing of the known subjects. The sum over the rules with known subjects, scaled to 100, is
        the score; without any it is NaN and has no rank. Red commends the best areas, yellow warns; limits are the
        book's.

        Parameters
        ----------
        weights
            The full mark of each rule.
        book
            For its flags.

        Returns
        -------
        pd.DataFrame
            Columns ``SCORE_COLUMNS``; ``passed``, ``failed`` and ``unknown`` count subjects.
        """
        tables = []
        for n, scope in enumerate(self.scopes):
            total, passing, tally = self._of(n)
            table = _table(scope, *_earned(total, passing, weights), tally)
            tables.append(table if scope.name in (CITY, CLASS, DISTRICT_CLASS) else _flagged(table, book))
        return pd.concat(tables, ignore_index=True)[SCORE_COLUMNS]


@dataclass(frozen=True)
class Standing:
    """Who stands where: names, scores (NaN without known subjects) and ranks (0 without a score)."""

    names: Sequence[str]
    score: np.ndarray
    rank: np.ndarray


def _earned(total: np.ndarray, passing: np.ndarray, weights: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """What each row earned, and the full marks of the rules it has known subjects of."""
    weight = np.asarray(weights, dtype=float)
    rate = np.divide(passing, total, out=np.zeros(total.shape), where=total > 0)
    return rate @ weight, (total > 0) @ weight


def _scores(earned: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Of 100; NaN where there is nothing to earn."""
    rate = np.divide(earned, full, out=np.full(len(full), np.nan), where=full > 0)
    return np.round(100 * rate, 6)


def _add(sums: np.ndarray, key: np.ndarray, column: np.ndarray, amount: np.ndarray) -> None:
    """Add to ``sums[key, column]``; ``key`` may have more dimensions than ``column`` and ``amount``, -1 is nowhere."""
    _add_rows(sums, np.atleast_2d(key), column, amount)


@njit(cache=True)
def _add_rows(sums, keys, column, amount):
    for row in range(keys.shape[0]):
        for i in range(keys.shape[1]):
            if keys[row, i] >= 0:
                sums[keys[row, i], column[i]] += amount[i]


def _table(scope: Scope, earned: np.ndarray, full: np.ndarray, tally: np.ndarray) -> pd.DataFrame:
    """The scores of one scope; of units, and of classes in districts, only those that have subjects."""
    class_ = np.repeat(np.array(scope.groups, dtype=object), len(scope.areas))
    names = np.array(list(scope.areas) * len(scope.groups), dtype=object)
    if scope.name in (UNIT, CLASS):
        names = class_
    if scope.name not in (CLASS, DISTRICT_CLASS):
        class_ = np.full(len(names), None, dtype=object)
    rate = np.divide(earned, full, out=np.full(len(full), np.nan), where=full > 0)
    score = pd.Series(_scores(earned, full))
    chosen = np.ones(len(names), dtype=bool)
    if scope.name in (UNIT, DISTRICT_CLASS):
        chosen = (full > 0) | (tally[:, :3].sum(axis=1) > 0)
    peers = score[chosen].groupby(class_[chosen]) if scope.name == DISTRICT_CLASS else score[chosen]
    table = pd.DataFrame(
        {
            "scope": scope.name,
            "name": pd.Series(names, dtype=object),
            "class": pd.Series(class_, dtype=object),
            "score": score,
            "full": full,
            "pass_rate": np.round(rate, 8),
            "rank": peers.rank(ascending=False, method="min").astype("Int64"),
            "flag": pd.Series([None] * len(names), dtype=object),
            **{name: tally[:, at] for at, name in enumerate(("passed", "failed", "unknown"))},
            "deduction": tally[:, 3] / _MILLION,
        }
    )
    return table[chosen]


def _flagged(table: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The table with the campaign's flags: red for the best that are good enough, yellow for the too weak."""
    red, yellow = book.flags.red, book.flags.yellow
    commended = (table["rank"] <= red.top) & (table["score"] >= red.min_score)
    warned = table["score"] < yellow.below_score
    flags = np.select([commended.fillna(False).astype(bool), warned], [RED, YELLOW], "")
    return table.assign(flag=pd.Series(flags, dtype=object).where(flags != "", None))
