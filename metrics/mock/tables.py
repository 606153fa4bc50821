"""The tables leaders expect of a mock assessment: by item, 街道, unit, 街道 × item, by point."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from metrics.book import RuleBook
from metrics.explain import percent
from metrics.mock.outcome import ITEM, STREET, STREET_ITEM, Outcome
from metrics.mock.sample import Sample
from metrics.scores import CITY, DISTRICT, UNIT
from texts import lookup, say

SCORED = (ITEM, STREET, UNIT, DISTRICT)
_COLUMNS = (
    "name", "value", "full", "pass_rate", "rank", "passed", "failed", "unknown", "deduction",
    "compared_score", "foreseen_score",
)  # fmt: skip


def score_table(answer: Outcome, scope: str, book: RuleBook) -> pd.DataFrame:
    """
    One of ``SCORED``, best first: points earned, full mark, pass rate in percent, rank, counts, deduction.

    The last two columns are of the rows that both know: the score as found, and as the model had predicted.
    """
    rows = answer.scores[answer.scores["scope"] == scope]
    order = np.lexsort((rows["name"].astype(str), rows["rank"].astype(float).fillna(np.inf)))
    rows = rows.iloc[order].reset_index(drop=True)
    names = rows["name"].map(rule_titles(book)) if scope == ITEM else rows["name"]
    told = rows.assign(name=names, pass_rate=(100 * rows["pass_rate"]).round(1))
    for name in ("value", "full", "deduction", "compared_score", "foreseen_score"):
        told[name] = told[name].astype(float).round(1)
    told = told.assign(rank=told["rank"].astype("Int64"))
    return told[list(_COLUMNS)].rename(columns={**headings("scores"), "name": scope_label(answer, scope)})


def matrix(answer: Outcome, book: RuleBook, figure: str = "score") -> pd.DataFrame:
    """
    街道 × item: a row for each 街道 by name, a column for each item in the order of the book; NaN: unknown.

    Parameters
    ----------
    figure
        ``score``, ``value``, ``full``, ``pass_rate`` or ``rank``.
    """
    rows = answer.scores[answer.scores["scope"] == STREET_ITEM]
    table = rows.pivot_table(index="name", columns="item", values=figure, aggfunc="first", dropna=False)
    items = [id for id in rule_titles(book) if id in table.columns and table[id].notna().any()]
    table = table.reindex(columns=items).astype(float)
    return table.rename(columns=rule_titles(book)).rename_axis(index=scope_label(answer, STREET), columns=None)


def street_item_table(answer: Outcome, book: RuleBook) -> pd.DataFrame:
    """街道 × item as a list: points earned, full mark, pass rate and rank of every pair that was looked at."""
    rows = answer.scores[(answer.scores["scope"] == STREET_ITEM) & answer.scores["full"].notna()]
    titles = rule_titles(book)
    table = pd.DataFrame(
        {
            scope_label(answer, STREET): rows["name"],
            scope_label(answer, ITEM): rows["item"].map(titles),
            **{headings("scores")[name]: rows[name].astype(float).round(1) for name in ("value", "full")},
            headings("scores")["pass_rate"]: (100 * rows["pass_rate"]).round(1),
            headings("scores")["rank"]: rows["rank"].astype("Int64"),
        }
    )
    return table.sort_values(list(table.columns[:2]), ignore_index=True, kind="stable")


def point_table(sample: Sample, answer: Outcome, book: RuleBook) -> pd.DataFrame:
    """Point by point and rule by rule: what was found, what was asked for, what the model had foreseen."""
    rows = answer.found.merge(pd.DataFrame(sample.points[["number", "place"]]), on="number", how="left")
    status, against = lookup("mock.status"), lookup("mock.against")
    ratio = set(sample.lines.loc[sample.lines["share"], "rule"])
    columns = {
        **{name: rows[name] for name in ("number", "inspector")},
        "class": rows["class"].map(book.class_label),
        **{name: rows[name].where(rows[name].notna(), "") for name in ("subject_name", "place", "district", "street")},
        "unit": rows["unit"].where(rows["unit"].notna(), ""),
        "title": rows["title"],
        "value": _numbers(rows["value"], rows["rule"], ratio),
        "required": _numbers(rows["required"], rows["rule"], ratio),
        "status": rows["status"].map(status),
        "missing": rows["missing"].round(2),
        "deduction": rows["deduction"].round(2),
        "remark": rows["remark"],
        "foreseen_value": _numbers(rows["foreseen_value"], rows["rule"], ratio),
        "foreseen_status": rows["foreseen_status"].map(status),
        "against_model": rows["against_model"].map(against),
    }
    return pd.DataFrame({headings("points")[name]: column for name, column in columns.items()})


def difference_table(answer: Outcome) -> pd.DataFrame:
    """Where the ground is not as the model had predicted, the largest difference first, in words."""
    rows = answer.differences
    names = ("subject_name", "title", "district", "unit", "told", "counts", "remark", "hint")
    return pd.DataFrame({headings("differences")[name]: rows[name].astype(object) for name in names})


def city_row(answer: Outcome) -> pd.Series:
    """The scores of the whole sample."""
    return answer.scores[answer.scores["scope"] == CITY].iloc[0]


def rule_titles(book: RuleBook) -> Mapping[str, str]:
    """Title by id; rules of one title are told apart by their clause."""
    titles = [rule.title for rule in book.rules]
    return {
        rule.id: rule.title if titles.count(rule.title) == 1 else say("mock.twice", title=rule.title, id=rule.id)
        for rule in book.rules
    }


def scope_label(answer: Outcome, scope: str) -> str:
    """What the rows of a scope are: 项目, 街道 (or 区, where the city has none), 责任单位, 区."""
    return say("mock.scopes.district" if scope == STREET and not answer.by_street else f"mock.scopes.{scope}")


def headings(table: str) -> Mapping[str, str]:
    """The Chinese headings of ``scores``, ``points`` or ``differences``."""
    return lookup(f"mock.headings.{table}")


def _numbers(values: pd.Series, rules: pd.Series, ratio: set[str]) -> pd.Series:
    """Ratios in percent as text, other numbers as they are."""
    told = [
        np.nan if np.isnan(value) else f"{percent(value)}%" if rule in ratio else round(value, 2)
        for value, rule in zip(values.astype(float), rules, strict=True)
    ]
    return pd.Series(told, index=values.index, dtype=object)
