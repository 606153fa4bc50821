"""What each street and place costs if the inspectors draw it, in the best and in the worst reading of the data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.city import City
from data.errors import raise_faults
from geo.crs import to_mm
from geo.windows import count_profile
from metrics.assessment import Assessment, road_classes
from metrics.measures.along import Line, has_stock, lines_of, prorated
from metrics.measures.demands import demands_of, weights
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.risk.spread import MILLION, Outcomes
from metrics.rules import Along, CountRule, Presence, Radius, Rate, Reach, Rule, Share, Value, Visible, Within
from metrics.stock import NEVER
from metrics.subjects import Subjects, subjects
from metrics.survey import Survey, survey
from texts import say

_OUT_OF_SIGHT = ("out_of_reach", "too_far", "facing_away")
_HIDDEN = "hidden"


@dataclass(frozen=True, eq=False)
class Losses:
    """
    The subjects of the drawn classes and what each costs.

    Attributes
    ----------
    table
        ``class``, ``subject``, ``subject_name``, ``district``, ``unit``: one row per subject, sorted by the order of
        the draw and subject.
    least, most
        What each may cost if what is not known is as good, and as bad, as it can be.
    """

    table: pd.DataFrame
    least: Outcomes
    most: Outcomes

    def within(self, district: str) -> "Losses":
        """Those of the subjects that lie in a district, a street where most of it does."""
        own = (self.table["district"] == district).to_numpy()
        return Losses(self.table[own].reset_index(drop=True), self.least.take(own), self.most.take(own))


def losses(city: City, assessment: Assessment, classes: Sequence[str]) -> Losses:
    """
    What each subject of ``classes`` costs by the deductions of the assessment's book.

    A place costs what the book deducts for what it lacks. A street is walked once, from a start that is equally
    likely anywhere along it where the whole window fits (a street shorter than that is walked whole); what the walk
    lacks is a step function of the start, known to the millimetre, so its distribution is exact. Rules with the same
    window are judged on the same walk, those with another on a walk of their own. Rules add up; a cap holds for a
    rule and a subject, as the book says. Rules about a whole class or about the city (``over``, ``radius``) are none
    of a drawn subject's.

    Unknown answers have two readings. In the best the subject meets the rule. In the worst only what surely counts
    does; a number that nobody recorded is 0. Where a subject fails in any case, the best reading lets all sites count
    that may.

    Raises
    ------
    DataError
        When the worst reading of an unknown answer has no end, since the rule has no cap.
    """
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase) if deducts(rule)}
    verdicts = assessment.verdicts
    verdicts = verdicts[verdicts["rule"].isin(list(rules)) & (verdicts["subject"] != "")]
    verdicts = verdicts[verdicts["class"].isin(list(classes))]
    order = {code: place for place, code in enumerate(classes)}
    table = verdicts[["class", "subject", "subject_name", "district", "unit"]].drop_duplicates(["class", "subject"])
    table = table.sort_values(["class", "subject"], ignore_index=True)
    table = table.iloc[np.argsort(table["class"].map(order), kind="stable")].reset_index(drop=True)
    row = pd.Series(np.arange(len(table)), index=pd.MultiIndex.from_frame(table[["class", "subject"]]))
    verdicts = verdicts.assign(row=row.loc[pd.MultiIndex.from_frame(verdicts[["class", "subject"]])].to_numpy())
    ground = survey(city, road_classes(assessment.book.at(assessment.phase)))
    fixed = _place_losses(ground, assessment, rules, verdicts, len(table))
    walked = _walk_losses(ground, [rule for rule in rules.values() if isinstance(rule, Along)], verdicts)
    readings = [
        Outcomes.of([_outcome(int(own[i]), [pair[reading] for pair in walked.get(i, ())]) for i in range(len(own))])
        for reading, own in enumerate(fixed)
    ]
    return Losses(pd.DataFrame(table), *readings)


def deducts(rule: Rule) -> bool:
    """Whether the book takes points off for a single subject that fails the rule."""
    together = isinstance(rule, Radius) or (isinstance(rule, Share) and rule.over is not None)
    return rule.deduction is not None and not together


def points_of(rule: Rule, missing: np.ndarray) -> np.ndarray:
    """What the book deducts for so many missing, millionths of points, int64; infinite where ``missing`` is, capped."""
    cap = rule.deduction.cap if rule.deduction.cap is not None else np.inf
    return np.rint(np.minimum(missing * rule.deduction.per_missing, cap) * MILLION)


# --- places: what they cost is fixed


def _place_losses(
    ground: Survey, assessment: Assessment, rules: dict[str, Rule], verdicts: pd.DataFrame, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Millionths of points each subject costs by the rules that are not walked: best and worst reading."""
    least, most = np.zeros(count), np.zeros(count)
    faults = []
    for id, own in verdicts.groupby("rule", sort=False):
        rule = rules[id]
        if isinstance(rule, Along):
            continue
        status = own["status"].to_numpy(dtype=object)
        missing = own["missing"].to_numpy(dtype=float)
        worst = np.where(status == UNKNOWN, _most_missing(rule, own), np.where(status == FAIL, missing, 0.0))
        best = np.where(status == FAIL, missing, 0.0)
        if isinstance(rule, Within | Visible) and ground.stock is not None:
            failing = own["subject"].to_numpy(dtype=object)[status == FAIL]
            best[status == FAIL] = np.minimum(
                _surely_missing(ground, assessment, rule, failing), missing[status == FAIL]
            )
        worst = points_of(rule, worst)
        endless = ~np.isfinite(worst)
        if endless.any():
            names = own["subject_name"].to_numpy(dtype=object)[endless]
            faults.append(say("risk.fault.endless", rule=rule.title, name=names[0], count=len(names)))
            continue
        np.add.at(least, own["row"].to_numpy(), points_of(rule, best))
        np.add.at(most, own["row"].to_numpy(), worst)
    raise_faults(faults)
    return least.astype(np.int64), most.astype(np.int64)


def _most_missing(rule: Rule, own: pd.DataFrame) -> np.ndarray:
    """The most that can be missing where the answer is unknown; infinite where nothing bounds it."""
    if isinstance(rule, CountRule):
        need = float(max([rule.need, *(quota.need for quota in rule.quotas)]))
        lack = own["required"].to_numpy(dtype=float) - own["value"].to_numpy(dtype=float)
        return np.where(np.isnan(lack), need, lack)
    if isinstance(rule, Presence | Reach):
        return np.ones(len(own))
    if (isinstance(rule, Value) and rule.op in (">=", ">")) or (isinstance(rule, Rate) and rule.of == "venue"):
        return np.full(len(own), max(float(rule.limit), 0.0))
    return np.full(len(own), np.inf)


def _surely_missing(ground: Survey, assessment: Assessment, rule: CountRule, failing: np.ndarray) -> np.ndarray:
    """What failing places lack when every site there that may count does, by the traces."""
    traces = assessment.traces
    traces = traces[(traces["rule"] == rule.id) & traces["subject"].isin(failing.tolist())]
    reason = traces["reason"].to_numpy(dtype=object)
    at_hand = [not (text in _OUT_OF_SIGHT or text.startswith(_HIDDEN)) for text in reason]
    traces = traces[np.array(at_hand, dtype=bool)]
    place = pd.Index(failing).get_indexer(traces["subject"])
    site = pd.Index(ground.stock.ids).get_indexer(traces["site"])
    weight = weights(rule, ground.stock)[site]
    lack = [
        demand.need - np.bincount(place, np.where(demand.state[site] == NEVER, 0, weight), len(failing))
        for demand in demands_of(rule, ground.stock)
    ]
    return np.maximum(np.max(lack, axis=0), 0.0)


# --- streets: what a walk costs depends on where it starts


def _walk_losses(
    ground: Survey, rules: Sequence[Along], verdicts: pd.DataFrame
) -> dict[int, list[tuple[tuple[np.ndarray, np.ndarray], ...]]]:
    """Of each subject (row) that does not surely pass, one walk per window: its outcomes in both readings."""
    walks: dict[tuple[int, int], list[tuple[Along, float, list[list[tuple[np.ndarray, int]]]]]] = {}
    for rule in rules:
        own = verdicts[(verdicts["rule"] == rule.id) & (verdicts["status"] != PASS)]
        if not len(own):
            continue
        who = subjects(ground, rule)
        who = who.take(pd.Index(who.id).get_indexer(own["subject"]))
        length, profiles = _profiles(ground, rule, who)
        for row, metres, pair in zip(own["row"].tolist(), length.tolist(), profiles, strict=True):
            walks.setdefault((row, int(to_mm(rule.window_m))), []).append((rule, metres, pair))
    found: dict[int, list] = {}
    for (row, window), judged in walks.items():
        found.setdefault(row, []).append(tuple(_walk(judged, window, reading) for reading in (0, 1)))
    return found


def _profiles(ground: Survey, rule: Along, who: Subjects) -> tuple[np.ndarray, list]:
    """Length of each street (mm) and, for both readings, the positions and need of each demand along it."""
    window = int(to_mm(rule.window_m))
    order = np.argsort(who.row, kind="stable")
    rows = who.row[order]
    length = ground.street_length_mm[rows]
    if has_stock(ground, rule):
        lines, _ = lines_of(ground, rule, rows, length, window)
    else:
        nothing = np.empty(0, dtype=np.int64), np.zeros(len(rows) + 1, dtype=np.int64)
        lines = [Line("", -1, prorated(rule, rule.need, length, window), nothing, nothing)]
    found: list = [None] * len(rows)
    for at, place in enumerate(order.tolist()):
        surely, perhaps = ([_part(line, bound, at) for line in lines] for bound in ("surely", "perhaps"))
        found[place] = (perhaps if has_stock(ground, rule) else None, surely)
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = length
    return back, found


def _part(line: Line, bound: str, street: int) -> tuple[np.ndarray, int]:
    positions, offsets = getattr(line, bound)
    return positions[offsets[street] : offsets[street + 1]], int(line.need[street])


def _walk(judged: Sequence[tuple], window: int, reading: int) -> tuple[np.ndarray, np.ndarray]:
    """What one walk of a street costs by all rules with that window: millionths and their probabilities."""
    length = int(judged[0][1])
    demands = [
        [(*count_profile(positions, length, window), need) for positions, need in pair[reading] or ()]
        for _, _, pair in judged
    ]
    starts = np.unique(np.concatenate([[0], *(steps for own in demands for steps, _, _ in own)])).astype(np.int64)
    cost = np.zeros(len(starts), dtype=np.int64)
    for (rule, _, _), own in zip(judged, demands, strict=True):
        lack = np.zeros(len(starts))
        for steps, counts, need in own:
            lack = np.maximum(lack, need - counts[np.searchsorted(steps, starts, side="right") - 1])
        cost += points_of(rule, lack).astype(np.int64)
    last = max(length - window, 0)
    if last == 0:
        return cost[:1], np.ones(1)
    share = np.diff(np.append(starts, last))
    amounts, place = np.unique(cost, return_inverse=True)
    return amounts, np.bincount(place, share) / last


def _outcome(fixed: int, walks: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """What a subject may cost: its fixed part and that of its walks, which are independent."""
    amounts, chance = np.array([fixed], dtype=np.int64), np.ones(1)
    for more, likely in walks:
        summed, place = np.unique(np.add.outer(amounts, more).ravel(), return_inverse=True)
        amounts, chance = summed, np.bincount(place, np.multiply.outer(chance, likely).ravel())
    return amounts, chance
