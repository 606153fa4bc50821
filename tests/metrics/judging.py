"""Rule books of a few rules and the assessments by them, for cities that are solved by hand."""

import json

import pandas as pd

from data.city import City
from metrics.assessment import Assessment, assess
from metrics.rulebook import RuleBook, parse_rulebook

SOURCE = {"document": "测试文件", "edition": "1", "clause": "1", "confidence": "C"}


def along_rule(window_m: float = 500, need: int = 5, **fields) -> dict:
    """A rule on every ``window_m`` walked along main roads, of id ``r``."""
    return {**_rule("along", "road"), "window_m": window_m, "need": need, **fields}


def visible_rule(need: int = 1, **fields) -> dict:
    """A rule on what can be seen from the centre of squares, of id ``r``."""
    return {**_rule("visible", "square"), "need": need, "sample_points": 0, **fields}


def within_rule(need: int = 1, class_: str = "park", **fields) -> dict:
    """A rule on sites in and around venues of a class, of id ``r``."""
    return {**_rule("within", class_), "need": need, **fields}


def rule(measure: str, class_: str, **fields) -> dict:
    """A rule of any measure, of id ``r``."""
    return {**_rule(measure, class_), **fields}


def _rule(measure: str, class_: str) -> dict:
    return {"id": "r", "clause": "1", "title": "测试规则", "class": class_, "measure": measure, "source": SOURCE}


def book_of(*rules: dict, **head) -> RuleBook:
    """A book of these rules; what ``head`` does not say is as in every book."""
    about = {"id": "test", "title": "测试标准", "document": "测试文件", "edition": "1", "weight_source": SOURCE}
    text = json.dumps({**about, **head, "rules": list(rules)}, ensure_ascii=False)
    return parse_rulebook(text, file="test.yaml")


def judge(city: City, *rules: dict, phase: str = "routine", **head) -> Assessment:
    """The city judged by a book of these rules."""
    return assess(city, book_of(*rules, **head), phase)


def verdict_of(assessment: Assessment, subject: str | None = None, *, rule: str = "r") -> pd.Series:
    """The one verdict of a rule on a subject, named or the only one; its subject is its id or its name."""
    rows = assessment.verdicts[assessment.verdicts["rule"] == rule]
    if subject is not None:
        rows = rows[(rows["subject"] == subject) | (rows["subject_name"] == subject)]
    assert len(rows) == 1, rows[["rule", "subject", "subject_name", "status"]]
    return rows.iloc[0]


def reasons_of(assessment: Assessment, *, rule: str = "r") -> dict[str, str]:
    """Site to the reason of its trace; only for rules that have each site once."""
    rows = assessment.traces[assessment.traces["rule"] == rule]
    assert not rows["site"].duplicated().any()
    return dict(zip(rows["site"], rows["reason"], strict=True))


def counted_of(assessment: Assessment, *, rule: str = "r") -> set[str]:
    """The sites that counted."""
    rows = assessment.traces[(assessment.traces["rule"] == rule) & (assessment.traces["counted"] == 1)]
    return set(rows["site"])


def gaps_of(assessment: Assessment, *, rule: str = "r") -> list[tuple[float, float]]:
    """The failing stretches, from and to in metres."""
    rows = assessment.gaps[assessment.gaps["rule"] == rule]
    return [(round(a, 3), round(b, 3)) for a, b in zip(rows["from_m"], rows["to_m"], strict=True)]
