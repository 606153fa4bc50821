"""``along``: every window of a street holds enough sites, with every quota."""

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.crs import to_mm
from geo.matching import Matches, match_points, nearest_only
from geo.repairs import fewest_repairs
from geo.windows import (
    Intervals,
    failing_starts,
    least_counts,
    least_counts_between,
    offsets_of,
    overlap_mm,
    stretches,
    unite,
)
from metrics.columns import runs
from metrics.measures.demands import Demand, counted_and_reasons, demands_of, weights
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, Gaps, Shares, Traces, lacking, unknown
from metrics.measures.street_words import along_sentences
from metrics.rules import Along
from metrics.stock import COUNTS, MAYBE
from metrics.subjects import Subjects
from metrics.survey import Survey
from texts import say

NEAR_MISS = 2  # sites up to so many times the reach away are traced as out of reach


@dataclass(frozen=True)
class Line:
    """
    One demand along the streets judged: how many it asks for, and where what ``surely`` counts is (positions, offsets).

    ``perhaps`` adds those that may count, among them as many as could be asked for where no stock was taken.
    """

    title: str
    form: int
    need: np.ndarray
    surely: tuple[np.ndarray, np.ndarray]
    perhaps: tuple[np.ndarray, np.ndarray]


def along(survey: Survey, rule: Along, who: Subjects) -> Findings:
    """
    Streets whose every window of ``rule.window_m`` holds ``rule.need`` counting sites and each quota.

    The windows slide continuously: the failing starts are exact to the millimetre. A site within the rule's reach of
    two streets counts for both, or for the nearest with ``attach: nearest``. Where a form or theme is not recorded, or
    the stock not taken, the street is unknown unless the answer is the same either way. Of a failing street the gaps
    are where it fails in any case, and the numbers are those of the sites that surely count. Streets shorter than the
    window that the rule exempts are not subjects.

    Returns
    -------
    Findings
        ``value`` is the number of places in the worst window of the demand that lacks most, ``missing`` that lack;
        ``pass_probability`` the share of starts from which the walk passes, of those whose answer is known.
    """
    window = int(to_mm(rule.window_m))
    if rule.short == "exempt":
        who = who.take(survey.street_length_mm[who.row] >= window)
    length = survey.street_length_mm[who.row]
    if not len(who) or not has_stock(survey, rule):
        return _no_stock(who, rule, length)
    lines, traces = lines_of(survey, rule, who.row, length, window)
    fails, unsure = failing(lines, "perhaps", length, window), failing(lines, "surely", length, window)
    fail, doubtful = np.zeros(len(who), dtype=bool), np.zeros(len(who), dtype=bool)
    fail[fails.street], doubtful[unsure.street] = True, True
    status = np.where(fail, FAIL, np.where(doubtful, UNKNOWN, PASS)).astype(object)
    walks = _Walks(np.where(length > window, length - window, length), length, fails, unsure)
    value, required, title = _worst(lines, fails, length, window, status)
    whole_gaps = stretches(fails, window, length)
    missing_in = _missing_in(whole_gaps, lines, fails, length, window)
    verdicts = {
        "value": value,
        "required": required,
        "status": status,
        "missing": lacking(status, required - value),
        "length_m": length / 1000,
        "pass_probability": np.where(status == UNKNOWN, np.nan, walks.probability()),
    }
    verdicts["explanation"] = along_sentences(who, verdicts, rule, whole_gaps, missing_in, traces, title)
    cut, piece, district = cut_by_district(survey, who.row, whole_gaps)
    gaps = Gaps(
        subject=cut.street,
        street=who.row[cut.street],
        from_mm=cut.start_mm,
        to_mm=cut.end_mm,
        district=district,
        missing=missing_in[piece],
        repair_min=_repairs_in(cut, lines, fails, length, window),
    )
    return Findings(who, verdicts, traces, gaps, _shares(survey, who.row, walks, status != UNKNOWN))


def has_stock(survey: Survey, rule: Along) -> bool:
    """Whether anything the rule counts was taken stock of in this city."""
    return survey.stock is not None if rule.sites else len(survey.venues_of(rule.facility_classes)) > 0


def _no_stock(who: Subjects, rule: Along, length: np.ndarray) -> Findings:
    sentences = [say("explain.along.no_stock", name=name) for name in who.name]
    nothing = np.full(len(who), np.nan)
    return unknown(who, float(rule.need), sentences, length_m=length / 1000, pass_probability=nothing)


def lines_of(
    survey: Survey, rule: Along, rows: np.ndarray, length: np.ndarray, window: int
) -> tuple[list[Line], Traces | None]:
    """Each demand along the streets in ``rows``, and the trace of every site near one of them."""
    reach = int(to_mm(rule.reach_m))
    venues = facility_matches(survey, rule, rows)
    extra = venues.street, venues.at_mm, np.ones(len(venues), dtype=np.int64)
    fill = _possible_fill(survey, rows, window)
    if not rule.sites:
        need = prorated(rule, rule.need, length, window)
        filled = _sorted([extra, (*fill, rule.need)], len(rows))
        return [Line("", -1, need, _sorted([extra], len(rows)), filled)], None
    near = on_streets(survey.site_matches(NEAR_MISS * reach), rows)
    inside = to_mm(near.distance_m) <= reach
    hit = near.take(inside)
    if rule.attach == "nearest":
        hit = nearest_only(hit)
    weight = weights(rule, survey.stock)
    demands = demands_of(rule, survey.stock)
    lines = []
    for demand in demands:
        state = demand.state[hit.point]
        surely = (hit.street, hit.at_mm, np.where(state == COUNTS, weight[hit.point], 0))
        maybe = (hit.street, hit.at_mm, np.where(state == MAYBE, weight[hit.point], 0))
        places = [surely] if demand.title else [surely, extra]
        lines.append(
            Line(
                demand.title,
                demand.form,
                prorated(rule, demand.need, length, window),
                _sorted(places, len(rows)),
                _sorted([*places, maybe, (*fill, demand.need)], len(rows)),
            )
        )
    return lines, _traces(survey, demands, near, inside, hit)


def on_streets(matches: Matches, rows: np.ndarray) -> Matches:
    """The matches with the streets in ``rows``, numbered by their place there."""
    first, last = (np.searchsorted(matches.street, rows, side=side) for side in ("left", "right"))
    street, taken = runs(first, last - first)
    return replace(matches.take(taken), street=street)


def prorated(rule: Along, need: int, length_mm: np.ndarray, window_mm: int) -> np.ndarray:
    """``need``, or on a street shorter than the window its part of it, rounded up, when the rule prorates; int64."""
    shorter = (np.asarray(length_mm) < window_mm) & (rule.short == "prorate")
    return np.where(shorter, -(-need * np.asarray(length_mm) // window_mm), need)


def facility_matches(survey: Survey, rule: Along, rows: np.ndarray) -> Matches:
    """The venues that count as sites on the streets in ``rows``, numbered so; points are rows of ``venues_of``."""
    reach = int(to_mm(rule.reach_m))
    venues = survey.venues_of(rule.facility_classes)
    points = survey.venue_points.loc[venues.index].array if len(venues) else []
    places_mm = to_mm(shapely.get_coordinates(points))
    matches = on_streets(match_points(places_mm, survey.streets.segments, reach_mm=reach + 1), rows)
    matches = matches.take(to_mm(matches.distance_m) <= reach)
    return nearest_only(matches) if rule.attach == "nearest" else matches


def _possible_fill(survey: Survey, rows: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Places that may stand in stretches not taken stock of: at their ends and no further than a window apart.

    Every window that touches such a stretch meets one of these places, and no other window does.
    """
    parts = survey.unsurveyed_parts
    of_street = {row: place for place, row in enumerate(rows.tolist())} if len(parts) else {}
    street, at = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for row, from_mm, to_mm_ in zip(parts.line.tolist(), parts.from_mm.tolist(), parts.to_mm.tolist(), strict=True):
        if row in of_street:
            places = np.append(np.arange(from_mm, to_mm_, window), to_mm_)
            street.append(np.full(len(places), of_street[row]))
            at.append(places)
    return np.concatenate(street), np.concatenate(at)


def _sorted(places: list[tuple], streets: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the order of their streets, each as often as it weighs, and where each street begins."""
    street = np.concatenate([np.asarray(part[0], dtype=np.int64) for part in places])
    at = np.concatenate([np.asarray(part[1], dtype=np.int64) for part in places])
    weight = np.concatenate([np.broadcast_to(np.asarray(part[2], dtype=np.int64), len(part[0])) for part in places])
    street, at = np.repeat(street, weight), np.repeat(at, weight)
    order = np.lexsort((at, street))
    return at[order], offsets_of(street[order], streets)


def failing(lines: list[Line], bound: str, length: np.ndarray, window: int) -> Intervals:
    """Starts at which at least one demand is not met, under one view of the places."""
    per_demand = [failing_starts(*getattr(line, bound), length, line.need, window) for line in lines]
    united = per_demand[0]
    for more in per_demand[1:]:
        united = unite(united, more)
    return united


def _worst(lines: list[Line], fails: Intervals, length: np.ndarray, window: int, status: np.ndarray) -> tuple:
    """
    Of the demand that lacks most on each street (the first of equals): what the worst window holds, need, title.

    On a failing street the worst of the windows that fail in any case.
    """
    held = np.array([least_counts(*line.surely, length, window)[0] for line in lines])
    for d, line in enumerate(lines):
        held[d, fails.street] = length[fails.street]
        np.minimum.at(held[d], fails.street, least_counts_between(*line.surely, length, fails, window))
    need = np.array([line.need for line in lines])
    worst = np.argmax(need - held, axis=0)
    worst[status == PASS] = 0
    column = np.arange(len(length))
    titles = [lines[d].title for d in worst.tolist()]
    return held[worst, column].astype(float), need[worst, column].astype(float), titles


def _missing_in(gaps: Intervals, lines: list[Line], fails: Intervals, length: np.ndarray, window: int) -> np.ndarray:
    """What the worst failing window of each stretch lacks."""
    gap_of = _gap_of(fails, gaps)
    lack = np.zeros(len(gaps), dtype=np.int64)
    for line in lines:
        least = least_counts_between(*line.surely, length, fails, window)
        np.maximum.at(lack, gap_of, line.need[fails.street] - least)
    return lack


def cut_by_district(survey: Survey, rows: np.ndarray, whole: Intervals) -> tuple[Intervals, np.ndarray, np.ndarray]:
    """
    Stretches of the streets in ``rows`` cut at the district borders.

    Returns
    -------
    cut, piece, district
        The parts; the stretch each is of; the row of the district, -1 for none.
    """
    parts = survey.street_parts.get("district")
    if parts is None or not len(whole):
        return whole, np.arange(len(whole)), np.full(len(whole), -1)
    piece, part = parts.meeting(rows[whole.street], whole.start_mm, whole.end_mm)
    start = np.maximum(whole.start_mm[piece], parts.from_mm[part])
    end = np.minimum(whole.end_mm[piece], parts.to_mm[part])
    return Intervals(whole.street[piece], start, end), piece, parts.area[part]


def _gap_of(fails: Intervals, gaps: Intervals) -> np.ndarray:
    """The stretch each run of failing starts belongs to."""
    if not len(gaps):
        return np.empty(0, dtype=np.int64)
    span = np.int64(max(gaps.end_mm.max(), fails.end_mm.max()) + 1)
    return np.searchsorted(gaps.street * span + gaps.start_mm, fails.street * span + fails.start_mm, side="right") - 1


def _repairs_in(gaps: Intervals, lines: list[Line], fails: Intervals, length: np.ndarray, window: int) -> np.ndarray:
    """The fewest new sites that repair the gaps, by the part they stand in; on a cut, the part before it."""
    street, at = fewest_repairs(
        [line.surely[0] for line in lines],
        [line.surely[1] for line in lines],
        [line.need for line in lines],
        length,
        window,
        fails,
        forms=[line.form for line in lines],
    )
    count = np.zeros(len(gaps), dtype=np.int64)
    if len(street):
        span = np.int64(max(gaps.end_mm.max(), at.max()) + 2)
        np.add.at(count, np.searchsorted(gaps.street * span + gaps.end_mm, street * span + at), 1)
    return count


@dataclass(frozen=True)
class _Walks:
    """
    The starts of all streets, in millimetres: which fail in any case, and which do not surely pass.

    A street that is one window has one start, which stands for the whole street: it counts by its length.
    """

    starts: np.ndarray
    length: np.ndarray
    fails: Intervals
    unsure: Intervals

    def weighed(self, runs: Intervals) -> Intervals:
        """``runs`` with the one start of a street that is one window as the whole street."""
        single = (self.starts == self.length)[runs.street]
        return Intervals(runs.street, runs.start_mm, np.where(single, self.length[runs.street], runs.end_mm))

    def probability(self) -> np.ndarray:
        """Passing starts of those whose answer is known, by street; NaN where none is."""
        streets = len(self.length)
        passing = self.starts - self.weighed(self.unsure).total_mm(streets)
        known = passing + self.weighed(self.fails).total_mm(streets)
        return np.divide(passing, known, out=np.full(streets, np.nan), where=known > 0)


def _shares(survey: Survey, rows: np.ndarray, walks: _Walks, known: np.ndarray) -> Shares:
    """How many millimetres of known starts of the known streets each area has, at each level, and how many pass."""
    streets = np.arange(len(rows))
    whole = Intervals(streets, np.zeros(len(streets), dtype=np.int64), walks.starts)
    tables = [_share(walks, -1, whole, np.full(len(streets), -1))]
    for level, parts in enumerate(survey.street_parts.values()):
        line, own = parts.of_lines(rows)
        start = parts.from_mm[own]
        end = np.maximum(np.minimum(parts.to_mm[own], walks.starts[line]), start)
        tables.append(_share(walks, level, Intervals(line, start, end), parts.area[own]))
    shares = Shares.stacked(tables)
    return shares.take(known[shares.subject] & (shares.starts_mm > 0))


def _share(walks: _Walks, level: int, parts: Intervals, area: np.ndarray) -> Shares:
    passing = parts.end_mm - parts.start_mm - overlap_mm(parts, walks.weighed(walks.unsure))
    failing = overlap_mm(parts, walks.weighed(walks.fails))
    return Shares(np.full(len(parts), level), area, parts.street, passing + failing, passing)


def _traces(survey: Survey, demands: list[Demand], near: Matches, inside: np.ndarray, hit: Matches) -> Traces:
    """Every site near a street: whether it counted, and why not."""
    counted, reason = counted_and_reasons(demands, near.point)
    if len(hit) < inside.sum():  # attached to the nearest street only
        key = near.street.astype(np.int64) * (len(survey.stock) + 1) + near.point
        attached = np.isin(key, hit.street.astype(np.int64) * (len(survey.stock) + 1) + hit.point)
        reason[inside & ~attached] = "nearer_other_street"
        counted[inside & ~attached] = 0
    reason[~inside] = "out_of_reach"
    counted[~inside] = 0
    ids = survey.stock.ids[near.point]
    return Traces.of(near.street, ids, counted, reason, near.distance_m, near.at_mm / 1000)
