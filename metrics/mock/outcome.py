"""What a mock assessment found: judged and scored by the book, beside what the model had foreseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from metrics.book import RuleBook
from metrics.explain import percent, plain_number
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.measures.recorded import part_lacking
from metrics.mock.asked import PART, TOTAL, is_ratio
from metrics.mock.sample import Sample
from metrics.rules import Rule, Share, Value
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
        The columns of ``metrics.scores.scores`` with ``value`` (points earned) and, of the same rows where both know,
        ``foreseen_score`` and ``compared_score``, what the model had predicted and what was found: ``scope`` ``city``,
        ``district``, ``street`` (街道), ``unit``, ``item`` (``name`` the rule's id), ``street_item`` (``name`` the
        街道, ``item`` the rule's id). Where the city has no 街道, districts stand in their place. Every point counts as
        one. Items rank within their table, ``street_item`` within the item.
    differences
        Rows of ``found`` that are worse or better than foreseen, the largest difference first, with ``sentence`` (who,
        and both answers), ``told`` (both answers), ``counts`` (the numbers behind them), ``hint`` (the usual cause).
    compared, agreed, same_status
        Rows known to both; those that lack the same; those with the same status.
    deduction
        All points taken off.
    open
        Rows that nobody filled in so far that they can be judged.
    by_street
        Whether any point lies in a 街道; else districts stand in their place.
    """

    found: pd.DataFrame
    scores: pd.DataFrame
    differences: pd.DataFrame
    compared: int
    agreed: int
    same_status: int
    deduction: float
    open: int
    by_street: bool

    @property
    def agreement(self) -> float:
        """The share of the compared rows that lack what was foreseen; NaN without any."""
        return self.agreed / self.compared if self.compared else float("nan")


def outcome(sample: Sample, results: pd.DataFrame, book: RuleBook, *, city_name: str) -> Outcome:
    """
    Results judged by the book's rules and scored as it scores a city: each rule's full mark × the share that passes.

    A rule with several counts at a point (quotas) lacks what the worst of them lacks; it fails as soon as one that is
    filled in does, and passes when all are filled in and do. A ratio is known when part and total are and the total
    is not 0, as in an assessment; a part larger than its whole is a slip, and leaves it open.

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
        scores=_beside_foreseen(found, list(rules.values()), book, city_name),
        differences=_explained(apart, rules),
        compared=int(known.sum()),
        agreed=int((found["against_model"] == SAME).sum()),
        same_status=int((known & (found["status"] == found["foreseen_status"])).sum()),
        deduction=float(found["deduction"].sum()),
        open=int((found["status"] == UNKNOWN).sum()),
        by_street=bool(found["street"].notna().any()),
    )


def _judged(sample: Sample, results: pd.DataFrame, rules: dict[str, Rule]) -> pd.DataFrame:
    """What was found by point and rule."""
    lines = sample.lines.assign(found=results["found"].to_numpy(), remark=results["remark"].to_numpy())
    rows = []
    for (number, id), own in lines.groupby(["number", "rule"], sort=False):
        told = _ratio_judged(own, rules[id]) if is_ratio(rules[id]) else _counts_judged(own)
        remark = say("explain.stop").join(dict.fromkeys(text for text in own["remark"] if text))
        rows.append({"number": number, "rule": id, **told, "remark": remark})
    table = pd.DataFrame(rows)
    order = {id: place for place, id in enumerate(rules)}
    which = table["rule"].map(order).to_numpy()
    return table.assign(deduction=deductions(table["missing"].to_numpy(dtype=float), list(rules.values()), which))


def _counts_judged(own: pd.DataFrame) -> dict[str, object]:
    held, need = own["found"].to_numpy(dtype=float), own["need"].to_numpy(dtype=float)
    given = ~np.isnan(held)
    meets = np.array([_MEETS[op](a, b) for op, a, b in zip(own["op"], held, need, strict=True)])
    lack = np.where(given & ~meets, np.abs(need - held), 0.0)
    status = FAIL if (given & ~meets).any() else PASS if given.all() else UNKNOWN
    worst = int(np.argmax(lack)) if status == FAIL else 0
    missing = np.nan if status == UNKNOWN else float(lack[worst])
    return {"value": held[worst], "required": need[worst], "missing": missing, "status": status}


def _ratio_judged(own: pd.DataFrame, rule: Share | Value) -> dict[str, object]:
    held = dict(zip(own["kind"], own["found"].astype(float), strict=True))
    part, total, limit = held[PART], held[TOTAL], float(rule.limit)
    open_ = {"value": np.nan, "required": limit, "missing": np.nan, "status": UNKNOWN}
    if not (np.isfinite(part) and np.isfinite(total) and total > 0) or (isinstance(rule, Share) and part > total):
        return open_
    exact = Fraction(str(part)) / Fraction(str(total))
    if isinstance(rule, Value):
        exact *= Fraction(str(rule.per_unit))
    met = bool(_MEETS[own["op"].iloc[0]](exact, Fraction(str(rule.limit))))
    if met:
        lack = 0.0
    elif isinstance(rule, Share):
        lack = part_lacking(part, total, Fraction(str(rule.limit)), rule.strict)
    else:
        lack = abs(float(exact) - limit)
    return {"value": float(exact), "required": limit, "missing": lack, "status": PASS if met else FAIL}


def _compared(table: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """With the points and what was foreseen of them."""
    foreseen = sample.foreseen.rename(columns={name: f"foreseen_{name}" for name in ("value", "missing", "status")})
    table = table.merge(foreseen.drop(columns="required"), on=["number", "rule"], how="left", validate="1:1")
    points = pd.DataFrame(sample.points.drop(columns=["geometry", "place", "from_m", "to_m", "path"]))
    table = table.merge(points, on="number", how="left", validate="m:1")
    more = (table["missing"] - table["foreseen_missing"]).to_numpy(dtype=float)
    kinds = np.select([np.isnan(more), np.abs(more) < 1e-9, more > 0], [OPEN, SAME, WORSE], BETTER)
    return table.assign(against_model=pd.Series(kinds, dtype=object))[FOUND_COLUMNS]


def _explained(apart: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Differences with what they say in words."""
    told = {
        "sentence": [_sentence(row) for row in apart.itertuples()],
        "told": [_sentence(row, short=True) for row in apart.itertuples()],
        "counts": [_counts(row, rules[row.rule]) for row in apart.itertuples()],
        "hint": [say(f"mock.hint.{kind}") for kind in apart["against_model"]],
    }
    return apart.assign(**{name: pd.Series(texts, dtype=object) for name, texts in told.items()})


def _sentence(row, *, short: bool = False) -> str:
    def told(status: str, missing: float) -> str:
        return say(f"mock.told.{status}", missing=plain_number(missing))

    return say(
        f"mock.difference.{'short' if short else row.against_model}",
        name=row.subject_name,
        title=row.title,
        found=told(row.status, row.missing),
        foreseen=told(row.foreseen_status, row.foreseen_missing),
    )


def _counts(row, rule: Rule) -> str:
    """What was counted on the spot and by the model."""

    def shown(value: float) -> str:
        if np.isnan(value):
            return say("mock.counts.none")
        return f"{percent(value)}%" if isinstance(rule, Share) else plain_number(value)

    return say("mock.counts.both", found=shown(row.value), foreseen=shown(row.foreseen_value))


def _beside_foreseen(found: pd.DataFrame, rules: Sequence[Rule], book: RuleBook, city_name: str) -> pd.DataFrame:
    """The scores, and beside them those of the rows that both know: as found, and as foreseen."""
    table = _scored(found, rules, book, city_name)
    both = (found["against_model"] != OPEN).to_numpy()
    for name, status in (("compared_score", found["status"]), ("foreseen_score", found["foreseen_status"])):
        known = found.assign(status=np.where(both, status, UNKNOWN), deduction=np.nan)
        table[name] = _scored(known, rules, book, city_name)["score"].to_numpy(dtype=float)
    return table


def _scored(found: pd.DataFrame, rules: Sequence[Rule], book: RuleBook, city_name: str) -> pd.DataFrame:
    """Scores by the ledger of assessments; items stand where classes stand there."""
    of_rule, ids = _coded(found["rule"], [rule.id for rule in rules if (found["rule"] == rule.id).any()])
    area = "street" if found["street"].notna().any() else "district"
    streets, districts, units = (_coded(found[name]) for name in (area, "district", "unit"))
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
