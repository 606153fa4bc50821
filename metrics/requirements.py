"""What a rule asks for, as one Chinese sentence and as a table a leader can read."""

from collections.abc import Callable, Iterable

import pandas as pd

from data.recorded import recorded
from data.vocabulary import vocabulary
from metrics.book import RuleBook, holds_in
from metrics.rules import (
    Along,
    CountRule,
    Presence,
    Quota,
    Radius,
    Rate,
    Reach,
    Rule,
    Share,
    SiteRule,
    Spacing,
    Tier,
    Unstated,
    Value,
    Visible,
    Within,
    in_phase,
)
from texts import lookup, say

_MANY = 3  # from so many forms on, they are listed at the end of the sentence


def describe(rule: Rule, phase: str = "routine", *, book: RuleBook | None = None) -> str:
    """
    The requirement of a rule in a phase, as one sentence with its numbers.

    Parameters
    ----------
    book
        Gives classes and phases the names they have there; without it the vocabulary's are used.

    Examples
    --------
    >>> from metrics.rulebook import load_rulebook
    >>> describe(load_rulebook("zhoushan-2017").rule("12-canopy-share"), "inspection")
    '非机动车道遮阳棚：公益广告数占广告总数应达到 100%'
    """
    if not holds_in(rule, phase):
        return say("rulebook.describe.not_in_phase", phase=book.phases.get(phase, phase) if book else phase)
    rule = in_phase(rule, phase)
    label = book.class_label if book else vocabulary().classes.label
    return _SENTENCES[type(rule)](rule, label) + _conditions(rule)


def requirement_table(book: RuleBook) -> pd.DataFrame:
    """
    The book as a table, one row per rule in the order of the board, on a ``RangeIndex``.

    Columns: ``rule, clause, title, class, class_label, measure, measure_label``, the requirement in a column per
    phase of the book (``routine, inspection``), ``weight, deduction, units, source, confidence, origin, note``.
    """
    return pd.DataFrame([_row(rule, book) for rule in book.rules])


def plain(number: float) -> str:
    """A number as people write it: no ``.0``, at most four decimals."""
    return f"{number:.4f}".rstrip("0").rstrip(".")


def _row(rule: Rule, book: RuleBook) -> dict[str, object]:
    source = rule.source
    return {
        "rule": rule.id,
        "clause": rule.clause,
        "title": rule.title,
        "class": rule.class_,
        "class_label": _subject(rule, book.class_label),
        "measure": rule.measure,
        "measure_label": say(f"rulebook.measures.{rule.measure}"),
        **{phase: describe(rule, phase, book=book) for phase in book.phases},
        "weight": rule.weight,
        "deduction": rule.deduction.per_missing if rule.deduction else None,
        "units": "、".join(rule.units),
        "source": say("rulebook.table.source", document=source.document, edition=source.edition, clause=source.clause),
        "confidence": source.confidence,
        "origin": " → ".join(book.origins.get(rule.id, ())),
        "note": " ".join(part for part in (rule.note, source.note) if part),
    }


# --- one sentence per measure

_Label = Callable[[str], str]


def _along(rule: Along, label: _Label) -> str:
    text = say("rulebook.describe.along", **_counted(rule, label), window=plain(rule.window_m))
    quotas = _quotas(rule)
    short = {"exempt": "short_exempt", "whole": "short_whole"}.get(rule.short)
    ending = say(f"rulebook.describe.{short}", window=plain(rule.window_m)) if short else ""
    return text + quotas + ending


def _visible(rule: Visible, label: _Label) -> str:
    return say("rulebook.describe.visible", **_counted(rule, label)) + _quotas(rule)


def _within(rule: Within, label: _Label) -> str:
    return say("rulebook.describe.within", **_counted(rule, label)) + _quotas(rule)


def _presence(rule: Presence, label: _Label) -> str:
    what = _what(rule, "publicity" if rule.themes else "psa")
    return say("rulebook.describe.presence", subject=_subject(rule, label), what=what, need=rule.need)


def _share(rule: Share, label: _Label) -> str:
    common = {"subject": _subject(rule, label), "least": _least(rule), "limit": _percent(rule.limit)}
    if rule.over is None:
        amounts = {"numerator": recorded(rule.numerator).label, "denominator": recorded(rule.denominator).label}
        return say("rulebook.describe.share", **common, **amounts)
    column = recorded(rule.over.column)
    return say(
        "rulebook.describe.over",
        **common,
        column=column.label,
        op=lookup("rulebook.ops")[rule.over.op],
        least_value=plain(rule.over.limit),
        unit=_unit(column.unit),
    )


def _value(rule: Value, label: _Label) -> str:
    column = recorded(rule.column)
    values = {
        "subject": _subject(rule, label),
        "column": column.label,
        "op": _op(rule),
        "limit": plain(rule.limit),
        "unit": _unit(column.unit),
    }
    if rule.per is not None:
        per = recorded(rule.per)
        return say(
            "rulebook.describe.per",
            **values,
            per=per.label,
            per_unit=plain(rule.per_unit),
            per_unit_name=_unit(per.unit),
        )
    return say("rulebook.describe.zero" if rule.op == "<=" and rule.limit == 0 else "rulebook.describe.value", **values)


def _reach(rule: Reach, label: _Label) -> str:
    return say(
        "rulebook.describe.reach",
        subject=_subject(rule, label),
        gate=label(rule.gate_class),
        walk=plain(rule.walk_m),
        what=_what(rule),
        need=rule.need,
    )


def _rate(rule: Rate, label: _Label) -> str:
    column = recorded(rule.column)
    return say(
        f"rulebook.describe.rate_{rule.of}",
        subject=_subject(rule, label),
        carriers=_named(rule.carriers, vocabulary().carriers.label),
        column=column.label,
        op=lookup("rulebook.ops")[">="],
        limit=plain(rule.limit),
        unit=_unit(column.unit),
    )


def _spacing(rule: Spacing, label: _Label) -> str:
    return say(
        "rulebook.describe.spacing" if rule.min_m is None else "rulebook.describe.spacing_range",
        subject=_subject(rule, label),
        facilities=_named(rule.facility_classes, label),
        min=plain(rule.min_m or 0),
        max=plain(rule.max_m),
        most=say("rulebook.describe.below" if rule.strict else "rulebook.describe.at_most"),
    )


def _radius(rule: Radius, label: _Label) -> str:
    facilities = _named(rule.facility_classes, label)
    return say(
        "rulebook.describe.radius",
        kinds=_named(rule.area_kinds, vocabulary().area_kinds.label),
        tiers="、".join(_tier(tier, facilities) for tier in rule.reaches),
        way=say("rulebook.describe.network" if rule.network else "rulebook.describe.straight"),
        least=_least(rule),
        limit=_percent(rule.limit),
    )


def _unstated(rule: Unstated, label: _Label) -> str:
    return say("rulebook.describe.unstated", subject=_subject(rule, label), reason=rule.reason)


_SENTENCES: dict[type, Callable[[Rule, _Label], str]] = {
    Along: _along,
    Visible: _visible,
    Within: _within,
    Presence: _presence,
    Share: _share,
    Value: _value,
    Reach: _reach,
    Rate: _rate,
    Spacing: _spacing,
    Radius: _radius,
    Unstated: _unstated,
}


# --- parts of sentences


def _counted(rule: CountRule, label: _Label) -> dict[str, object]:
    """Subject, what is counted, how many and in what unit."""
    named = [_what(rule)] if getattr(rule, "sites", True) else []
    what = "、".join([*named, *(label(code) for code in getattr(rule, "facility_classes", ()))])
    return {"subject": _subject(rule, label), "what": what, "need": rule.need, "unit": _counting_unit(rule)}


def _counting_unit(rule: CountRule) -> str:
    return say(f"rulebook.describe.{rule.count}")


def _subject(rule: Rule, label: _Label) -> str:
    return label(rule.class_)


def _what(rule: SiteRule, noun: str = "psa") -> str:
    """What is counted: ads of the themes, or the forms themselves when they are few."""
    if rule.carriers and len(rule.carriers) < _MANY:
        return _themes(rule) + _named(rule.carriers, vocabulary().carriers.label)
    return _themes(rule) + say(f"rulebook.describe.{noun}")


def _themes(rule: SiteRule) -> str:
    names = [vocabulary().themes.label(code) for code in rule.themes]
    if len(names) > 1:
        return say("rulebook.describe.of_any_theme", themes="、".join(names))
    return "".join(names)


def _quotas(rule: CountRule) -> str:
    if not rule.quotas:
        return ""
    unit = _counting_unit(rule)
    quotas = [
        say("rulebook.describe.quota", title=_quota_title(quota), need=quota.need, unit=unit) for quota in rule.quotas
    ]
    return say("rulebook.describe.quotas", quotas="、".join(quotas))


def _quota_title(quota: Quota) -> str:
    words = vocabulary()
    parts = [_named(quota.themes, words.themes.label), _named(quota.carriers, words.carriers.label)]
    return quota.title or "".join(parts)


def _conditions(rule: Rule) -> str:
    """Which forms count and which subjects are meant, after the sentence proper."""
    text = ""
    if isinstance(rule, SiteRule) and len(rule.carriers) >= _MANY:
        text += say("rulebook.describe.only_carriers", carriers=_named(rule.carriers, vocabulary().carriers.label))
    highways, columns = lookup("rulebook.highways"), lookup("rulebook.columns")
    for column, values in rule.where.items():
        shown = [highways.get(value, value) if isinstance(value, str) else plain(value) for value in values]
        name = columns.get(column) or recorded(column).label
        text += say("rulebook.describe.where", column=name, values="、".join(shown))
    return text


def _tier(tier: Tier, facilities: str) -> str:
    limits = {"min": tier.min_area_m2, "max": tier.max_area_m2}
    name = {
        (False, False): "tier",
        (True, False): "tier_least",
        (True, True): "tier_range",
        (False, True): "tier_most",
    }[limits["min"] is not None, limits["max"] is not None]
    shown = {key: plain(value) for key, value in limits.items() if value is not None}
    return say(f"rulebook.describe.{name}", facilities=facilities, radius=plain(tier.radius_m), **shown)


def _least(rule: Share | Radius) -> str:
    if rule.strict:
        return say("rulebook.shares.more")
    return say("rulebook.shares.all" if rule.limit == 1 else "rulebook.shares.least")


def _op(rule: Value) -> str:
    """A comparison in words; percentages are high and low, amounts are many and few."""
    if recorded(rule.column).unit == "%" and rule.op == ">=":
        return say("rulebook.shares.all" if rule.limit == 100 else "rulebook.shares.least")
    return lookup("rulebook.ops")[rule.op]


def _percent(part: float) -> str:
    return f"{plain(part * 100)}%"


def _unit(unit: str) -> str:
    return unit if unit in ("", "%") else f" {unit}"


def _named(codes: Iterable[str], label: _Label) -> str:
    return "、".join(label(code) for code in codes)
