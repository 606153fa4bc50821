"""Scores: what each area, unit and class earns of the full marks of the rules that have known subjects."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from metrics.book import RuleBook
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


def scores(
    verdicts: pd.DataFrame,
    shares: pd.DataFrame,
    areas: Mapping[str, Sequence[str]],
    book: RuleBook,
    weights: Mapping[str, float],
    city_name: str,
) -> pd.DataFrame:
    """
    Score, full mark, pass rate, rank and flag of the city, each area of each level, each unit and each class.

    On each rule a scope earns the rule's full mark × its pass rate: for streets the share of passing starts by
    metres, else the passing of the known subjects. The sum over the rules with known subjects, scaled to 100, is the
    score; without any it is NaN and has no rank. Red commends the best areas, yellow warns; limits are the book's.

    Parameters
    ----------
    verdicts
        ``rule``, ``class``, ``unit``, ``status``, ``deduction``, and one column ``area:<level>`` per level.
    shares
        Starts of streets by area: ``rule``, ``verdict`` (row of verdicts), ``level``, ``area`` (name or None),
        ``starts_mm``, ``passing_mm``; level ``city`` has every street whole.
    areas
        Names of all areas of each level, in order.
    book, weights
        The book (for its flags and class board) and the full mark of each rule in this phase.
    city_name
        What the scope ``city`` is called.

    Returns
    -------
    pd.DataFrame
        Columns ``SCORE_COLUMNS``; ``passed``, ``failed`` and ``unknown`` count subjects.
    """
    ledger = _Ledger(verdicts, shares, weights)
    classes = [line.class_ for line in book.classes]
    classes += [code for code in verdicts["class"].unique() if code not in classes]
    units = sorted(verdicts["unit"].dropna().unique())
    parts = [
        _table(CITY, *ledger.of(CITY, [pd.Series(city_name, index=verdicts.index)]), pd.Index([city_name])),
        *(
            _flagged(_table(level, *ledger.of(level, [verdicts[f"area:{level}"]]), pd.Index(names)), book)
            for level, names in areas.items()
        ),
        _flagged(_table(UNIT, *ledger.of(CITY, [verdicts["unit"]]), pd.Index(units)), book),
        _table(CLASS, *ledger.of(CITY, [verdicts["class"]]), pd.Index(classes)).assign(**{"class": classes}),
    ]
    if DISTRICT in areas:
        earned, tally = ledger.of(DISTRICT, [verdicts["class"], verdicts[f"area:{DISTRICT}"]])
        pairs = pd.MultiIndex.from_product([classes, dict.fromkeys(areas[DISTRICT])])
        pairs = pairs[pairs.isin(tally.index) | pairs.isin(earned.index)]
        parts.append(_table(DISTRICT_CLASS, earned, tally, pairs))
    return pd.concat(parts, ignore_index=True)[SCORE_COLUMNS]


class _Ledger:
    """Who earns what: walked starts by area, and known places, to be summed by any keys of the verdicts."""

    def __init__(self, verdicts: pd.DataFrame, shares: pd.DataFrame, weights: Mapping[str, float]):
        self._weights = weights
        self._walks = shares
        by_start = verdicts["rule"].isin(set(shares["rule"])).to_numpy()
        status = verdicts["status"].to_numpy(dtype=object)
        self._places = np.flatnonzero((status != UNKNOWN) & ~by_start)
        self._rule = verdicts["rule"].to_numpy(dtype=object)
        self._passing = (status == PASS).astype(float)
        self._real = np.flatnonzero(verdicts["subject"].to_numpy(dtype=object) != "")
        counts = {name: (status[self._real] == name).astype(int) for name in (PASS, FAIL, UNKNOWN)}
        self._counts = pd.DataFrame({**counts, "deduction": verdicts["deduction"].fillna(0.0).to_numpy()[self._real]})

    def of(self, level: str, keys: list[pd.Series]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        Earned and full marks, and the tally of subjects, by keys.

        The last key is the area the subject lies in; for streets at a level of areas it is where their starts lie.
        """
        arrays = [key.to_numpy(dtype=object) for key in keys]
        walks = self._walks[self._walks["level"] == level]
        row = walks["verdict"].to_numpy(dtype=np.int64)
        of_walks = [array[row] for array in arrays]
        if level != CITY:
            of_walks[-1] = walks["area"].to_numpy(dtype=object)
        rule = np.concatenate((walks["rule"].to_numpy(dtype=object), self._rule[self._places]))
        total = np.concatenate((walks["starts_mm"].to_numpy(dtype=float), np.ones(len(self._places))))
        passing = np.concatenate((walks["passing_mm"].to_numpy(dtype=float), self._passing[self._places]))
        grouper = [np.concatenate((a, b[self._places])) for a, b in zip(of_walks, arrays, strict=True)]
        sums = pd.DataFrame({"total": total, "passing": passing}).groupby([*grouper, rule]).sum()
        full = sums.index.get_level_values(-1).map(self._weights).to_numpy(dtype=float)
        marks = pd.DataFrame({"earned": full * sums["passing"] / sums["total"], "full": full}, index=sums.index)
        levels = list(range(len(keys)))
        tally = self._counts.groupby([array[self._real] for array in arrays]).sum()
        return marks.groupby(level=levels).sum(), tally


def _table(scope: str, marks: pd.DataFrame, tally: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The scores of one scope, a row per entry of ``index``: names, or pairs of class and name."""
    index = index.drop_duplicates()
    marks, tally = marks.reindex(index), tally.reindex(index).fillna(0)
    full = marks["full"].fillna(0.0).to_numpy(dtype=float)
    earned = marks["earned"].to_numpy(dtype=float)
    rate = np.divide(earned, full, out=np.full(len(index), np.nan), where=full > 0)
    score = pd.Series(np.round(100 * rate, 6))
    paired = index.nlevels > 1
    class_ = index.get_level_values(0).to_numpy() if paired else np.full(len(index), None, dtype=object)
    peers = score.groupby(class_) if paired else score
    return pd.DataFrame(
        {
            "scope": scope,
            "name": index.get_level_values(-1),
            "class": class_,
            "score": score,
            "full": full,
            "pass_rate": np.round(rate, 8),
            "rank": peers.rank(ascending=False, method="min").astype("Int64"),
            "flag": pd.Series([None] * len(index), dtype=object),
            "passed": tally[PASS].to_numpy(dtype=int),
            "failed": tally[FAIL].to_numpy(dtype=int),
            "unknown": tally[UNKNOWN].to_numpy(dtype=int),
            "deduction": tally["deduction"].to_numpy(dtype=float),
        }
    )


def _flagged(table: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The table with the campaign's flags: red for the best that are good enough, yellow for the too weak."""
    red, yellow = book.flags.red, book.flags.yellow
    commended = (table["rank"] <= red.top) & (table["score"] >= red.min_score)
    warned = table["score"] < yellow.below_score
    flags = np.select([commended.fillna(False).astype(bool), warned], [RED, YELLOW], "")
    return table.assign(flag=pd.Series(flags, dtype=object).where(flags != "", None))
