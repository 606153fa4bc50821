"""What an inspector counts at a point: the lines of a form, by the rules of the book."""

from dataclasses import dataclass

import numpy as np

from data.recorded import recorded
from geo.crs import to_mm
from metrics.book import RuleBook
from metrics.explain import percent, plain_number
from metrics.measures.along import Line, has_stock, lines_of, prorated
from metrics.measures.demands import asked_for
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.requirements import describe
from metrics.rules import Along, CountRule, Presence, Radius, Rate, Reach, Rule, Share, Spacing, Unstated, Value
from metrics.subjects import DISTRICT, subjects
from metrics.survey import Survey
from texts import lookup, say

COUNT, PART, TOTAL = "count", "part", "total"
_COUNTED = (CountRule, Presence, Reach)
_PIECES = ("条", "处", "人", "个", "块", "面", "次")


@dataclass(frozen=True)
class Asked:
    """
    One thing to write down.

    Attributes
    ----------
    text
        What.
    op, need
        How it compares with how many; of a part and a total, how their ratio does.
    whole
        Whether it is a whole number.
    kind
        ``count``, or the ``part`` and the ``total`` of a ratio.
    shown
        What stands under 应有.
    """

    text: str
    op: str
    need: float
    whole: bool
    kind: str
    shown: str


def why_not(rule: Rule) -> str | None:
    """
    Why nobody can write down on the spot what answers the rule; None when it can be.

    Counts, presence, reach, recorded numbers and ratios of two of them can, and plays in ten minutes. Not: figures of
    a whole district or of all subjects together, service radii, distances along a whole street, lost numbers.
    """
    if isinstance(rule, Unstated):
        return "unstated"
    if isinstance(rule, Radius):
        return "radius"
    if isinstance(rule, Spacing):
        return "spacing"
    if isinstance(rule, Share) and rule.over is not None:
        return "over"
    return "district" if rule.class_ == DISTRICT else None


def is_ratio(rule: Rule) -> bool:
    """Whether the rule compares the ratio of two numbers that are written down."""
    return isinstance(rule, Share) or (isinstance(rule, Value) and rule.per is not None)


def asked(rule: Rule, book: RuleBook, phase: str, *, length_m: float | None = None) -> list[Asked]:
    """
    What a rule asks an inspector to write down: the rule's own count, then that of each quota; or part and total.

    Parameters
    ----------
    length_m
        Of the street that is walked; a street shorter than the window is asked for its part where the rule says so.
    """
    text = describe(rule, phase, book=book)
    if is_ratio(rule):
        return _ratio(rule, text)
    if isinstance(rule, Value):
        return [_count(text, rule.op, float(rule.limit), whole=False)]
    if isinstance(rule, Rate):
        told = say("mock.slowest", text=text) if rule.of == "sites" else text
        return [_count(told, ">=", float(rule.limit), whole=False)]
    needs = [(text, rule.need)]
    for quota in rule.quotas if isinstance(rule, CountRule) else ():
        needs.append((say("mock.quota", title=quota.title or asked_for(quota)), quota.need))
    if isinstance(rule, Along) and length_m is not None:
        length, window = to_mm(length_m), int(to_mm(rule.window_m))
        needs = [(text, int(prorated(rule, need, length, window))) for text, need in needs]
    return [_count(text, ">=", float(need), whole=True) for text, need in needs]


def _count(text: str, op: str, need: float, *, whole: bool) -> Asked:
    return Asked(text, op, need, whole, COUNT, f"{lookup('rulebook.ops')[op]} {plain_number(need)}")


def _ratio(rule: Share | Value, text: str) -> list[Asked]:
    """The part, then the total."""
    if isinstance(rule, Share):
        op, columns, per_unit = ">" if rule.strict else ">=", (rule.numerator, rule.denominator), ""
        limit = percent(rule.limit)
    else:
        op, columns, per_unit = rule.op, (rule.column, rule.per), plain_number(rule.per_unit)
        limit = plain_number(rule.limit)
    shown = say("mock.ratio.share" if isinstance(rule, Share) else "mock.ratio.per",
                op=lookup("rulebook.ops")[op], limit=limit, per_unit=per_unit)  # fmt: skip
    part, total = (recorded(column) for column in columns)
    texts = (say("mock.ratio.part", text=text, column=part.label), say("mock.ratio.total", column=total.label))
    return [
        Asked(told, op, float(rule.limit), column.unit in _PIECES, kind, own)
        for told, column, kind, own in zip(texts, (part, total), (PART, TOTAL), (shown, ""), strict=True)
    ]


@dataclass(frozen=True)
class Foreseen:
    """What the model expects of one rule at one point; ``value`` and ``missing`` are NaN where it does not know."""

    value: float
    required: float
    missing: float
    status: str


def foreseen_walks(ground: Survey, rule: Along, streets: list[str], from_mm: list[int]) -> list[Foreseen]:
    """
    What the model expects of walks: what it counts in the very window that is walked.

    Parameters
    ----------
    streets
        Ids; each street at most once.
    from_mm
        Where each walk starts.
    """
    who = subjects(ground, rule)
    known = {id: place for place, id in enumerate(who.id.tolist())}
    place = np.array([known[id] for id in streets], dtype=np.int64)
    order = np.argsort(who.row[place], kind="stable")
    rows = who.row[place][order]
    length, window = ground.street_length_mm[rows], int(to_mm(rule.window_m))
    if not has_stock(ground, rule):
        need = prorated(rule, rule.need, length, window).tolist()
        found = [Foreseen(np.nan, float(n), np.nan, UNKNOWN) for n in need]
    else:
        lines, _ = lines_of(ground, rule, rows, length, window)
        found = [_in_window(lines, at, from_mm[i], window) for at, i in enumerate(order.tolist())]
    back = dict(zip(order.tolist(), found, strict=True))
    return [back[i] for i in range(len(streets))]


def _in_window(lines: list[Line], street: int, start: int, window: int) -> Foreseen:
    need = np.array([int(line.need[street]) for line in lines])
    surely, perhaps = (
        np.array([_held(*getattr(line, bound), street, start, window) for line in lines])
        for bound in ("surely", "perhaps")
    )
    worst = int(np.argmax(need - surely))
    lack = float(max(need[worst] - surely[worst], 0))
    status = FAIL if (perhaps < need).any() else PASS if lack == 0 else UNKNOWN
    worst = 0 if status == PASS else worst
    return Foreseen(float(surely[worst]), float(need[worst]), np.nan if status == UNKNOWN else lack, status)


def _held(positions: np.ndarray, offsets: np.ndarray, street: int, start: int, window: int) -> int:
    own = positions[offsets[street] : offsets[street + 1]]
    return int(np.searchsorted(own, start + window, side="right") - np.searchsorted(own, start, side="left"))
