"""What a mock assessment found: judged and scored by the book, beside what the model had foreseen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.book import RuleBook
from metrics.explain import plain_number
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.mock.sample import Sample
from metrics.rules import Rule
from metrics.scores import CITY, CITY_LEVEL, CLASS, DISTRICT, DISTRICT_CLASS, UNIT, Ledger, Marks, Scope, Walks
from metrics.tables import deductions
from texts import say

STREET, ITEM, STREET_ITEM = "street", "item", "street_item"
SAME, WORSE, BETTER, OPEN = "same", "worse", "better", "open"
FOUND_COLUMNS = [
    "number",
    "rule",
    "clause",
    "title",
    "class",
    "subject",
    "subject_name",
    "district",
    "street",
    "unit",
    "inspector",
    "value",
    "required",
    "missing",
    "status",
    "deduction",
    "remark",
    "foreseen_value",
    "foreseen_missing",
    "foreseen_status",
    "against_model",
]
_MEETS = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    What a mock assessment found.

    Attributes
    ----------
    found
        ``FOUND_COLUMNS``, one row per point and rule: what was found of what lacks most, the status (``unknown`` where
        nothing was written down), the points the book takes off, what the model had foreseen, and whether the ground
        is the ``same``, ``worse`` or ``better`` (by what lacks), or one of the two is ``open``.
    scores
        The columns of ``metrics.scores.scores`` with ``value`` (points earned): ``scope`` ``city``, ``district``,
        ``street`` (街道), ``unit``, ``item`` (``name`` the rule's id), ``street_item`` (``name`` the 街道, ``item`` the
        rule's id). Every point counts as one. Items rank within their table, ``street_item`` within the item.
    differences
        Rows of ``found`` that are worse or better than foreseen, the largest difference first, with ``sentence``.
    compared, agreed, same_status
        Rows known to both; those that lack the same; those with the same status.
    deduction
        All points taken off.
    open
        Rows that nobody filled in so far that they can be judged.
    """

    found: pd.DataFrame
    scores: pd.DataFrame
    differences: pd.DataFrame
    compared: int
    agreed: int
    same_status: int
    deduction: float
    open: int

    @property
    def agreement(self) -> float:
        """The share of the compared rows that lack what was foreseen; NaN without any."""
        return self.agreed / self.compared if self.compared else float("nan")


def outcome(sample: Sample, results: pd.DataFrame, book: RuleBook, *, city_name: str) -> Outcome:
    """
    Results judged by the book's rules and scored as it scores a city: each rule's full mark × the share that passes.

    A rule with several counts at a point (quotas) lacks what the worst of them lacks; it fails as soon as one that is
    filled in does, and passes when all are filled in and do.

    Parameters
    ----------
    sample, results
        The points, and what `metrics.mock.forms.checked_results` gives.
    book
        The book the sample was drawn by.
    city_name
        What the city is called.

    Raises
    ------
    ValueError
        When the book is another one, or the results are of another sample.
    """
    if book.fingerprint != sample.inputs["book"]:
        raise ValueError("the sample was drawn by another rule book")
    if results["key"].tolist() != sample.lines["key"].tolist():
        raise ValueError("the results are of another sample")
    rules = {rule.id: rule for rule in book.at(str(sample.inputs["phase"]))}
    found = _compared(_judged(sample, results, rules), sample)
    known = found["against_model"] != OPEN
    apart = found[found["against_model"].isin([WORSE, BETTER])]
    size = (apart["missing"] - apart["foreseen_missing"]).abs()
    apart = apart.iloc[np.lexsort((np.arange(len(apart)), -size.to_numpy(dtype=float)))].reset_index(drop=True)
    return Outcome(
        found=found,
        scores=_scored(found, list(rules.values()), book, city_name),
        differences=apart.assign(sentence=pd.Series([_sentence(row) for row in apart.itertuples()], dtype=object)),
        compared=int(known.sum()),
        agreed=int((found["against_model"] == SAME).sum()),
        same_status=int((known & (found["status"] == found["foreseen_status"])).sum()),
        deduction=float(found["deduction"].sum()),
        open=int((found["status"] == UNKNOWN).sum()),
    )


def _judged(sample: Sample, results: pd.DataFrame, rules: dict[str, Rule]) -> pd.DataFrame:
    """What was found by point and rule."""
    lines = sample.lines.assign(found=results["found"].to_numpy(), remark=results["remark"].to_numpy())
    rows = []
    for (number, id), own in lines.groupby(["number", "rule"], sort=False):
        held, need = own["found"].to_numpy(dtype=float), own["need"].to_numpy(dtype=float)
        given = ~np.isnan(held)
        meets = np.array([_MEETS[op](a, b) for op, a, b in zip(own["op"], held, need, strict=True)])
        lack = np.where(given & ~meets, np.abs(need - held), 0.0)
        status = FAIL if (given & ~meets).any() else PASS if given.all() else UNKNOWN
        worst = int(np.argmax(lack)) if status == FAIL else 0
        rows.append(
            {
                "number": number,
                "rule": id,
                "value": held[worst],
                "required": need[worst],
                "missing": np.nan if status == UNKNOWN else lack[worst],
                "status": status,
                "remark": say("explain.stop").join(dict.fromkeys(text for text in own["remark"] if text)),
            }
        )
    table = pd.DataFrame(rows)
    order = {id: place for place, id in enumerate(rules)}
    which = table["rule"].map(order).to_numpy()
    return table.assign(deduction=deductions(table["missing"].to_numpy(dtype=float), list(rules.values()), which))


def _compared(table: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """With the points and what was foreseen of them."""
    foreseen = sample.foreseen.rename(columns={name: f"foreseen_{name}" for name in ("value", "missing", "status")})
    table = table.merge(foreseen.drop(columns="required"), on=["number", "rule"], how="left", validate="1:1")
    points = pd.DataFrame(sample.points.drop(columns=["geometry", "place", "from_m", "to_m"]))
    table = table.merge(points, on="number", how="left", validate="m:1")
    more = (table["missing"] - table["foreseen_missing"]).to_numpy(dtype=float)
    kinds = np.select([np.isnan(more), np.abs(more) < 1e-9, more > 0], [OPEN, SAME, WORSE], BETTER)
    return table.assign(against_model=pd.Series(kinds, dtype=object))[FOUND_COLUMNS]


def _sentence(row) -> str:
    def told(status: str, missing: float) -> str:
        return say(f"mock.told.{status}", missing=plain_number(missing))

    return say(
        f"mock.difference.{row.against_model}",
        name=row.subject_name,
        title=row.title,
        found=told(row.status, row.missing),
        foreseen=told(row.foreseen_status, row.foreseen_missing),
    )


def _scored(found: pd.DataFrame, rules: Sequence[Rule], book: RuleBook, city_name: str) -> pd.DataFrame:
    """Scores by the ledger of assessments; items stand where classes stand there."""
    of_rule, ids = _coded(found["rule"], [rule.id for rule in rules if (found["rule"] == rule.id).any()])
    streets, districts, units = (_coded(found[name]) for name in ("street", "district", "unit"))
    number = {rule.id: place for place, rule in enumerate(rules)}
    all_ = np.zeros(len(found), dtype=np.int64)
    marks = Marks(
        rule=found["rule"].map(number).to_numpy(dtype=np.int64),
        status=found["status"].to_numpy(dtype=object),
        class_=found["class"].to_numpy(dtype=object),
        unit=found["unit"].to_numpy(dtype=object),
        areas=np.column_stack((streets[0], districts[0])),
        deduction=found["deduction"].to_numpy(dtype=float),
        by_start=np.zeros(len(found), dtype=bool),
        real=np.ones(len(found), dtype=bool),
    )
    scopes = [
        Scope(CITY, [city_name], all_, [city_name], CITY_LEVEL),
        Scope(DISTRICT, [""], all_, districts[1], 1),
        Scope(STREET, [""], all_, streets[1], 0),
        Scope(UNIT, units[1], units[0], [city_name], CITY_LEVEL),
        Scope(CLASS, ids, of_rule, [city_name], CITY_LEVEL),
        Scope(DISTRICT_CLASS, ids, of_rule, streets[1], 0),
    ]
    ledger = Ledger(scopes, marks, len(rules))
    ledger.book(marks, Walks(*(np.empty(0, dtype=np.int64) for _ in range(5))), np.arange(len(found)))
    table = ledger.table([rule.weight for rule in rules], book).rename(columns={"class": "item"})
    table["scope"] = table["scope"].replace({CLASS: ITEM, DISTRICT_CLASS: STREET_ITEM})
    return table.assign(value=(table["full"] * table["pass_rate"]).round(6))


def _coded(column: pd.Series, known: Sequence[str] | None = None) -> tuple[np.ndarray, list[str]]:
    """The place of each value among the sorted ones, -1 for none, and these."""
    known = sorted(column.dropna().unique().tolist()) if known is None else list(known)
    place = {value: at for at, value in enumerate(known)}
    return np.array([place.get(value, -1) for value in column.tolist()], dtype=np.int64), known
