"""The classes of the board, as a briefing tells them."""

from dataclasses import dataclass

import pandas as pd

from briefing.facts.audience import Audience
from briefing.facts.standing import number_or_none
from metrics.assessment import Assessment
from metrics.listing import narrowed
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.scores import CITY, CLASS, DISTRICT_CLASS, UNIT


@dataclass(frozen=True)
class Item:
    """A class of the board: score of 100, full mark, pass rate and rank (None where nothing is known), subjects."""

    code: str
    label: str
    score: float | None
    full: float
    pass_rate: float | None
    rank: int | None
    passed: int
    failed: int
    unknown: int


def items_of(assessment: Assessment, audience: Audience) -> tuple[Item, ...]:
    """Those of whom a briefing is for that have subjects, in the order of the board."""
    scores = assessment.scores
    if audience.scope == UNIT:
        return _items_of_unit(assessment, audience)
    scope = CLASS if audience.scope == CITY else DISTRICT_CLASS
    own = scores[scores["scope"] == scope]
    own = own if audience.scope == CITY else own[own["name"] == audience.name]
    return tuple(
        Item(
            code=row["class"],
            label=assessment.book.class_label(row["class"]),
            score=number_or_none(row["score"]),
            full=float(row["full"]),
            pass_rate=number_or_none(row["pass_rate"]),
            rank=None if pd.isna(row["rank"]) else int(row["rank"]),
            passed=int(row["passed"]),
            failed=int(row["failed"]),
            unknown=int(row["unknown"]),
        )
        for row in own.to_dict("records")
        if row["passed"] + row["failed"] + row["unknown"]
    )


def _items_of_unit(assessment: Assessment, audience: Audience) -> tuple[Item, ...]:
    """The score book keeps no score of a unit by class: only what it has there."""
    own = narrowed(assessment.verdicts, audience.filters)
    own = own[own["subject"] != ""]
    counts = own.groupby("class", sort=False)["status"].value_counts().unstack(fill_value=0)
    order = dict.fromkeys([line.class_ for line in assessment.book.classes if line.class_ in counts.index])
    order |= dict.fromkeys(counts.index)
    rows = counts.reindex(columns=[PASS, FAIL, UNKNOWN], fill_value=0)
    return tuple(
        Item(code, assessment.book.class_label(code), None, 0.0, None, None, *(int(n) for n in rows.loc[code]))
        for code in order
    )
