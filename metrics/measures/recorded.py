"""``share`` and ``value``, and rates recorded of a venue: numbers that someone wrote down, against a limit."""

from collections.abc import Callable
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd

from data.recorded import recorded
from metrics.explain import percent, plain_number
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, judge, lacking, unknown
from metrics.rules import Rate, RuleBase, Share, Value
from metrics.subjects import DISTRICT, ROAD, Subjects
from metrics.survey import Survey
from texts import say

_MEETS: dict[str, Callable] = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
}


def share(survey: Survey, rule: Share, who: Subjects) -> Findings:
    """
    Subjects with enough of one recorded amount in another; with ``over``, enough subjects that meet a condition.

    The comparison is made in whole fractions: 3 of 10 is 30 %, neither more nor less. A missing amount, or a total
    of 0, leaves the subject unknown.

    Returns
    -------
    Findings
        ``value`` is the ratio, ``missing`` how much more of the numerator the total as it is would need;
        amounts compare to the millionth.
    """
    if rule.over is not None:
        return _share_of_subjects(survey, rule, who)
    part = recorded_column(survey, who, rule.numerator)
    total = recorded_column(survey, who, rule.denominator)
    known = np.isfinite(part) & np.isfinite(total) & (total > 0)
    status = np.full(len(who), UNKNOWN, dtype=object)
    limit = Fraction(str(rule.limit))
    meets = _MEETS[">" if rule.strict else ">="](
        _millionths(part) * limit.denominator, _millionths(total) * limit.numerator
    )
    status[known] = np.where(meets[known], PASS, FAIL)
    lack = [
        part_lacking(a, b, limit, rule.strict) if fails else 0.0
        for a, b, fails in zip(part, total, status == FAIL, strict=True)
    ]
    names = {"numerator": recorded(rule.numerator).label, "denominator": recorded(rule.denominator).label}
    sentences = [
        _share_sentence(name, s, a, b, rule, names) for name, s, a, b in zip(who.name, status, part, total, strict=True)
    ]
    return Findings(
        who,
        {
            "value": np.divide(part, total, out=np.full(len(who), np.nan), where=known),
            "required": np.full(len(who), float(rule.limit)),
            "status": status,
            "missing": lacking(status, np.array(lack)),
            "explanation": np.array(sentences, dtype=object),
        },
    )


def _millionths(amounts: np.ndarray) -> np.ndarray:
    """Amounts as whole millionths, so that ratios of decimals compare exactly; 0 where not recorded."""
    return np.rint(np.nan_to_num(amounts) * 1e6).astype(np.int64)


def part_lacking(part: float, total: float, limit: Fraction, strict: bool) -> float:
    """How much more of the numerator is needed; whole where both amounts are whole, as ads are."""
    target = Fraction(total) * limit
    if float(part).is_integer() and float(total).is_integer():
        whole_target = floor(target) + 1 if strict else -floor(-target)
        return float(whole_target - part)
    return float(target) - part


def _share_sentence(name: str, status: str, part: float, total: float, rule: Share, names: dict[str, str]) -> str:
    if status == UNKNOWN and total == 0:
        return say("explain.share.empty", name=name, denominator=names["denominator"])
    if status == UNKNOWN:
        absent = [label for label, value in zip(names.values(), (part, total), strict=True) if not np.isfinite(value)]
        return say("explain.share.unknown", name=name, columns=say("explain.joiner").join(absent))
    return say(
        f"explain.share.{status}",
        name=name,
        **names,
        part=plain_number(part),
        total=plain_number(total),
        value=percent(part / total),
        op=say(f"explain.ops.{'>' if rule.strict else '>='}"),
        limit=percent(rule.limit),
    )


def _share_of_subjects(survey: Survey, rule: Share, who: Subjects) -> Findings:
    """
    One verdict for all subjects of the class together.

    Subjects whose number is not recorded may or may not meet the condition: the answer holds only if it is the same
    either way. ``value`` is the share among those recorded.
    """
    if not len(who):
        return Findings(who, {})
    values = recorded_column(survey, who, rule.over.column)
    known = int(np.isfinite(values).sum())
    passed = int(_MEETS[rule.over.op](values[np.isfinite(values)], rule.over.limit).sum())
    limit, op = Fraction(str(rule.limit)), ">" if rule.strict else ">="
    at_least, at_most = (
        bool(_MEETS[op](count * limit.denominator, len(who) * limit.numerator))
        for count in (passed, passed + len(who) - known)
    )
    status = PASS if at_least else UNKNOWN if at_most else FAIL
    missing = {PASS: 0.0, UNKNOWN: np.nan, FAIL: part_lacking(passed, len(who), limit, rule.strict)}[status]
    facts = {
        "name": rule.title,
        "count": len(who),
        "known": known,
        "passed": passed,
        "value": percent(passed / known) if known else "",
        "op": say(f"explain.ops.{op}"),
        "limit": percent(rule.limit),
        "column": recorded(rule.over.column).label,
    }
    sentence = say("explain.share.over_unknown" if status == UNKNOWN else "explain.share.over", **facts)
    return Findings(
        who.together(rule.class_, rule.title),
        {
            "value": np.array([passed / known if known else np.nan]),
            "required": np.array([float(rule.limit)]),
            "status": np.array([status], dtype=object),
            "missing": np.array([missing]),
            "explanation": np.array([sentence], dtype=object),
        },
    )


def value(survey: Survey, rule: Value, who: Subjects) -> Findings:
    """
    Subjects whose recorded number, or its ratio to a second one, meets a limit.

    Returns
    -------
    Findings
        ``missing`` is the distance to the limit, in the unit of the number; 0 where the limit itself is not enough.
    """
    number = recorded_column(survey, who, rule.column)
    columns = [rule.column]
    if rule.per is not None:
        per = recorded_column(survey, who, rule.per)
        number = np.divide(number * rule.per_unit, per, out=np.full(len(who), np.nan), where=per > 0)
        columns.append(rule.per)
    known = np.isfinite(number)
    status = np.where(known, np.where(_MEETS[rule.op](number, rule.limit), PASS, FAIL), UNKNOWN).astype(object)
    label = _value_label(rule)
    absent = say("explain.joiner").join(recorded(column).label for column in columns)
    sentences = [
        say(
            f"explain.value.{s}",
            name=name,
            column=label,
            columns=absent,
            value=plain_number(v) if np.isfinite(v) else "",
            op=say(f"explain.ops.{rule.op}"),
            limit=plain_number(rule.limit),
        )
        for name, s, v in zip(who.name, status, number, strict=True)
    ]
    return Findings(who, _verdicts(rule, number, status, np.abs(number - rule.limit), sentences))


def _verdicts(rule: Value | Rate, number: np.ndarray, status: np.ndarray, lack: np.ndarray, sentences: list[str]):
    return {
        "value": number,
        "required": np.full(len(number), float(rule.limit)),
        "status": status,
        "missing": lacking(status, lack),
        "explanation": np.array(sentences, dtype=object),
    }


def _value_label(rule: Value) -> str:
    if rule.per is None:
        return recorded(rule.column).label
    return say(
        "explain.value.ratio",
        column=recorded(rule.column).label,
        per=recorded(rule.per).label,
        per_unit=plain_number(rule.per_unit),
    )


def recorded_rate(survey: Survey, rule: Rate, who: Subjects) -> Findings:
    """Subjects whose own recorded rate is at least ``rule.limit``."""
    number = recorded_column(survey, who, rule.column)
    status = judge(number, number, rule.limit)
    sentences = [
        say(
            f"explain.rate.venue_{s}",
            name=name,
            column=recorded(rule.column).label,
            value=plain_number(v) if np.isfinite(v) else "",
            limit=plain_number(rule.limit),
        )
        for name, s, v in zip(who.name, status, number, strict=True)
    ]
    return Findings(who, _verdicts(rule, number, status, rule.limit - number, sentences))


def recorded_column(survey: Survey, who: Subjects, column: str) -> np.ndarray:
    """The recorded numbers of the subjects, NaN where nothing, or no number, was written down."""
    numbers = np.full(len(who), np.nan)
    # Streets and crossings are found, not recorded: their rows are not those of a layer.
    of_record = (who.class_ != ROAD) & (who.row >= 0)
    of_district = who.class_ == DISTRICT
    recorded_in = ((of_record & of_district, survey.city.districts), (of_record & ~of_district, survey.city.venues))
    for mine, frame in recorded_in:
        if frame is not None and column in frame and mine.any():
            numbers[mine] = pd.to_numeric(frame[column].loc[who.row[mine]], errors="coerce").to_numpy(dtype=float)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def unstated(survey: Survey, rule: RuleBase, who: Subjects) -> Findings:
    """Every subject of a rule whose number the document does not give, or the copy at hand has lost: unknown."""
    return unknown(who, np.nan, [say("explain.unstated", reason=rule.reason)] * len(who))
