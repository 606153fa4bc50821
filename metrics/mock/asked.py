"""What an inspector counts at a point: the lines of a form, by the rules of the book."""

from dataclasses import dataclass

import numpy as np

from geo.crs import to_mm
from metrics.book import RuleBook
from metrics.explain import plain_number
from metrics.measures.along import Line, has_stock, lines_of, prorated
from metrics.measures.demands import asked_for
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.requirements import describe
from metrics.rules import Along, CountRule, Presence, Reach, Rule, Value
from metrics.subjects import subjects
from metrics.survey import Survey
from texts import lookup, say

_COUNTED = (CountRule, Presence, Reach)


@dataclass(frozen=True)
class Asked:
    """One thing to write down: what, how it compares (``op``) with how many, and whether it is a whole number."""

    text: str
    op: str
    need: float
    whole: bool

    @property
    def shown(self) -> str:
        """不少于 5."""
        return f"{lookup('rulebook.ops')[self.op]} {plain_number(self.need)}"


def can_be_counted(rule: Rule) -> bool:
    """Whether one number on the spot answers the rule: counts, presence, reach and recorded numbers that are one."""
    return isinstance(rule, _COUNTED) or (isinstance(rule, Value) and rule.per is None)


def asked(rule: Rule, book: RuleBook, phase: str, *, length_m: float | None = None) -> list[Asked]:
    """
    What a rule asks an inspector to write down: the rule's own count, then that of each quota.

    Parameters
    ----------
    length_m
        Of the street that is walked; a street shorter than the window is asked for its part where the rule says so.
    """
    text = describe(rule, phase, book=book)
    if isinstance(rule, Value):
        return [Asked(text, rule.op, float(rule.limit), False)]
    needs = [(text, rule.need)]
    for quota in rule.quotas if isinstance(rule, CountRule) else ():
        needs.append((say("mock.quota", title=quota.title or asked_for(quota)), quota.need))
    if isinstance(rule, Along) and length_m is not None:
        length, window = to_mm(length_m), int(to_mm(rule.window_m))
        needs = [(text, int(prorated(rule, need, length, window))) for text, need in needs]
    return [Asked(text, ">=", float(need), True) for text, need in needs]


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
