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
    by_start = set(shares["rule"])
    places = verdicts[(verdicts["status"] != UNKNOWN) & ~verdicts["rule"].isin(by_start)]
    places = places.assign(total=1.0, passing=(places["status"] == PASS).astype(float))
    walks = shares.join(verdicts[["class", "unit"]], on="verdict")
    walks = walks.assign(total=walks["starts_mm"].astype(float), passing=walks["passing_mm"].astype(float))

    def marks(level: str, keys: list[str], area_column: str | None) -> pd.DataFrame:
        own_walks = walks[walks["level"] == level]
        own_places = places if area_column is None else places.assign(area=places[area_column])
        wanted = [*keys, "rule", "total", "passing"]
        both = pd.concat([own_walks[wanted], own_places[wanted]], ignore_index=True)
        return _earned(both.dropna(subset=keys), keys, weights)

    everything = pd.Series(city_name, index=verdicts.index)
    walks, places = walks.assign(city=city_name), places.assign(city=city_name)
    parts = [_scope(CITY, marks(CITY, ["city"], None), [city_name], _tally(verdicts, everything))]
    for level, names in areas.items():
        column = f"area:{level}"
        tally = _tally(verdicts, verdicts[column])
        parts.append(_flagged(_scope(level, marks(level, ["area"], column), names, tally), book))
    units = sorted(verdicts["unit"].dropna().unique())
    parts.append(_flagged(_scope(UNIT, marks(CITY, ["unit"], None), units, _tally(verdicts, verdicts["unit"])), book))
    classes = [line.class_ for line in book.classes]
    classes += [code for code in verdicts["class"].unique() if code not in classes]
    parts.append(_scope(CLASS, marks(CITY, ["class"], None), classes, _tally(verdicts, verdicts["class"]), class_=True))
    if DISTRICT in areas:
        table = marks(DISTRICT, ["area", "class"], f"area:{DISTRICT}")
        for code in classes:
            own = verdicts[verdicts["class"] == code]
            tally = _tally(own, own[f"area:{DISTRICT}"])
            part = table[table.index.get_level_values("class") == code].droplevel("class")
            known = [name for name in areas[DISTRICT] if name in tally.index]
            parts.append(_scope(DISTRICT_CLASS, part, known, tally).assign(**{"class": code}))
    return pd.concat(parts, ignore_index=True)[SCORE_COLUMNS]


def _earned(rows: pd.DataFrame, keys: list[str], weights: Mapping[str, float]) -> pd.DataFrame:
    """Earned and full marks by key, summed over the rules."""
    sums = rows.groupby([*keys, "rule"], sort=True)[["total", "passing"]].sum().reset_index("rule")
    full = sums["rule"].map(weights).astype(float)
    earned = full * sums["passing"] / sums["total"]
    return pd.DataFrame({"earned": earned, "full": full}).groupby(level=list(range(len(keys)))).sum()


def _tally(verdicts: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Passing, failing and unknown subjects and summed deductions by key."""
    subjects = verdicts[verdicts["subject"] != ""]
    key = key.loc[subjects.index]
    counts = pd.DataFrame({s: (subjects["status"] == s).astype(int) for s in (PASS, FAIL, UNKNOWN)})
    counts["deduction"] = subjects["deduction"].fillna(0.0)
    return counts.groupby(key).sum()


def _scope(
    scope: str, marks: pd.DataFrame, names: Sequence[str], tally: pd.DataFrame, *, class_: bool = False
) -> pd.DataFrame:
    names = list(dict.fromkeys(names))
    marks, tally = marks.reindex(names), tally.reindex(names).fillna(0)
    full = marks["full"].fillna(0.0).to_numpy()
    rate = np.divide(marks["earned"].to_numpy(), full, out=np.full(len(names), np.nan), where=full > 0)
    score = pd.Series(np.round(100 * rate, 6))
    return pd.DataFrame(
        {
            "scope": scope,
            "name": names,
            "class": names if class_ else None,
            "score": score,
            "full": full,
            "pass_rate": np.round(rate, 8),
            "rank": score.rank(ascending=False, method="min").astype("Int64"),
            "flag": None,
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
