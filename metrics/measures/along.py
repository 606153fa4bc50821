"""``along``: every window of a street holds enough sites, with every quota."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_mm
from geo.matching import Matches, match_points, nearest_only
from geo.windows import (
    Intervals,
    failing_starts,
    fewest_repairs,
    least_counts,
    least_counts_between,
    offsets_of,
    overlap_mm,
    stretches,
    unite,
)
from metrics.measures.demands import counted_and_reasons, demands_of, weights
from metrics.measures.findings import FAIL, PASS, SHARE_COLUMNS, UNKNOWN, Findings, trace_frame
from metrics.measures.street_words import along_sentences
from metrics.rules import Along
from metrics.subjects import subjects
from metrics.survey import COUNTS, MAYBE, Survey
from texts import say

NEAR_MISS = 2  # sites up to so many times the reach away are traced as out of reach


@dataclass(frozen=True)
class _Line:
    """
    One demand along all streets: how many are asked for, and the places (positions, offsets) that ``surely`` count.

    ``perhaps`` adds those that may count, among them as many as could be asked for where no stock was taken.
    """

    title: str
    form: int
    need: np.ndarray
    surely: tuple[np.ndarray, np.ndarray]
    perhaps: tuple[np.ndarray, np.ndarray]


def along(survey: Survey, rule: Along) -> Findings:
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
    table = survey.streets.table
    who = subjects(survey, rule)
    length = table["length_mm"].to_numpy()
    window = int(to_mm(rule.window_m))
    if rule.short == "exempt":
        who = who[length[who["row"]] >= window].reset_index(drop=True)
    rows = who["row"].to_numpy()
    if not _has_stock(survey, rule):
        return _no_stock(who, rule, length[rows])
    chosen = np.zeros(len(table), dtype=bool)
    chosen[rows] = True
    lines, traces = _lines(survey, rule, chosen, length, window)
    fails, unsure = _failing(lines, "perhaps", length, window), _failing(lines, "surely", length, window)
    failing, doubtful = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    failing[fails.street], doubtful[unsure.street] = True, True
    status = np.where(failing, FAIL, np.where(doubtful, UNKNOWN, PASS)).astype(object)
    walks = _Walks(np.where(length > window, length - window, length), length, fails, unsure)
    value, required, missing, title = _worst(lines, fails, length, window, status)
    verdicts = who.assign(
        value=value[rows],
        required=required[rows],
        status=status[rows],
        missing=missing[rows],
        length_m=length[rows] / 1000,
        pass_probability=np.where(status == UNKNOWN, np.nan, walks.probability())[rows],
    )
    subject_of = np.full(len(table), -1)
    subject_of[rows] = np.arange(len(rows))
    traces["subject"] = subject_of[traces["subject"].to_numpy(dtype=np.int64)]
    whole_gaps = _gaps(lines, fails, length, window)
    verdicts["explanation"] = along_sentences(
        verdicts, rule, whole_gaps, traces, np.array(title, dtype=object)[rows], table
    )
    gaps = cut_by_district(survey, whole_gaps)
    gaps["repair_min"] = _repairs_in(gaps, lines, fails, length, window)
    gaps["subject"] = subject_of[gaps["street"]]
    shares = _shares(survey, walks, chosen & (status != UNKNOWN))
    shares["subject"] = subject_of[shares["street"]]
    return Findings(
        verdicts,
        traces,
        gaps,
        shares[SHARE_COLUMNS],
    )


def _has_stock(survey: Survey, rule: Along) -> bool:
    """Whether anything the rule counts was taken stock of in this city."""
    return survey.stock is not None if rule.sites else len(survey.venues_of(rule.facility_classes)) > 0


def _no_stock(who: gpd.GeoDataFrame, rule: Along, length: np.ndarray) -> Findings:
    verdicts = who.assign(
        value=np.nan,
        required=float(rule.need),
        status=UNKNOWN,
        missing=np.nan,
        length_m=length / 1000,
        pass_probability=np.nan,
        explanation=[say("explain.along.no_stock", name=name) for name in who["subject_name"]],
    )
    return Findings(verdicts)


def _lines(
    survey: Survey, rule: Along, chosen: np.ndarray, length: np.ndarray, window: int
) -> tuple[list[_Line], pd.DataFrame]:
    """Each demand along the chosen streets, and the trace of every site near one of them."""
    reach = int(to_mm(rule.reach_m))
    venues = facility_matches(survey, rule, chosen)
    extra = venues.street, venues.at_mm, np.ones(len(venues), dtype=np.int64)
    fill = _possible_fill(survey, length, chosen, window)
    if not rule.sites:
        need = _needs(rule.need, rule, length, window, chosen)
        places = _sorted([extra], len(length))
        filled = _sorted([extra, (*fill, rule.need)], len(length))
        return [_Line("", -1, need, places, filled)], _no_traces()
    near = survey.site_matches(NEAR_MISS * reach)
    near = near.take(chosen[near.street])
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
            _Line(
                demand.title,
                demand.form,
                _needs(demand.need, rule, length, window, chosen),
                _sorted(places, len(length)),
                _sorted([*places, maybe, (*fill, demand.need)], len(length)),
            )
        )
    return lines, _traces(survey, demands, near, inside, hit)


def _needs(need: int, rule: Along, length: np.ndarray, window: int, chosen: np.ndarray) -> np.ndarray:
    """Sites asked for on each street: its part on one shorter than the window when the rule prorates."""
    return np.where(chosen, prorated(rule, need, length, window), 0)


def prorated(rule: Along, need: int, length_mm: np.ndarray, window_mm: int) -> np.ndarray:
    """``need``, or on a street shorter than the window its part of it, rounded up, when the rule prorates; int64."""
    shorter = (np.asarray(length_mm) < window_mm) & (rule.short == "prorate")
    return np.where(shorter, -(-need * np.asarray(length_mm) // window_mm), need)


def facility_matches(survey: Survey, rule: Along, chosen: np.ndarray) -> Matches:
    """The venues that count as sites along the chosen streets; points are rows of ``venues_of`` the rule's classes."""
    reach = int(to_mm(rule.reach_m))
    venues = survey.venues_of(rule.facility_classes)
    points = survey.venue_points.loc[venues.index] if len(venues) else gpd.GeoSeries()
    places_mm = to_mm(shapely.get_coordinates(points.array))
    matches = match_points(places_mm, survey.streets.segments, reach_mm=reach + 1)
    matches = matches.take(chosen[matches.street] & (to_mm(matches.distance_m) <= reach))
    return nearest_only(matches) if rule.attach == "nearest" else matches


def _possible_fill(
    survey: Survey, length: np.ndarray, chosen: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """
    Places that may stand in stretches not taken stock of: at their ends and no further than a window apart.

    Every window that touches such a stretch meets one of these places, and no other window does.
    """
    parts = unsurveyed_parts(survey, chosen)
    street, at = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for part in parts.itertuples():
        places = np.append(np.arange(part.from_mm, part.to_mm, window), part.to_mm)
        street.append(np.full(len(places), part.line))
        at.append(places)
    return np.concatenate(street), np.concatenate(at)


def unsurveyed_parts(survey: Survey, chosen: np.ndarray) -> pd.DataFrame:
    """The stretches of the chosen streets that lie where no stock was taken: ``line``, ``from_mm``, ``to_mm``."""
    if survey.unsurveyed is None:
        return pd.DataFrame({"line": [], "from_mm": [], "to_mm": []})
    table = survey.streets.table
    parts = survey.unsurveyed.parts_of_lines(table.geometry, table["length_mm"].to_numpy())
    return parts[(parts["area"] >= 0) & chosen[parts["line"]]]


def _sorted(places: list[tuple], streets: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the order of their streets, each as often as it weighs, and where each street begins."""
    street = np.concatenate([np.asarray(part[0], dtype=np.int64) for part in places])
    at = np.concatenate([np.asarray(part[1], dtype=np.int64) for part in places])
    weight = np.concatenate([np.broadcast_to(np.asarray(part[2], dtype=np.int64), len(part[0])) for part in places])
    street, at = np.repeat(street, weight), np.repeat(at, weight)
    order = np.lexsort((at, street))
    return at[order], offsets_of(street[order], streets)


def _failing(lines: list[_Line], bound: str, length: np.ndarray, window: int) -> Intervals:
    """Starts at which at least one demand is not met, under one view of the places."""
    per_demand = [failing_starts(*getattr(line, bound), length, line.need, window) for line in lines]
    united = per_demand[0]
    for more in per_demand[1:]:
        united = unite(united, more)
    return united


def _worst(lines: list[_Line], fails: Intervals, length: np.ndarray, window: int, status: np.ndarray) -> tuple:
    """
    Of the demand that lacks most on each street (the first of equals): what the worst window holds, need, lack, title.

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
    value, required = held[worst, column], need[worst, column]
    missing = np.where(status == FAIL, required - value, np.where(status == PASS, 0, np.nan))
    return value.astype(float), required.astype(float), missing, [lines[d].title for d in worst]


def _gaps(lines: list[_Line], fails: Intervals, length: np.ndarray, window: int) -> pd.DataFrame:
    """The stretches of failing windows, each with what its worst window lacks."""
    gaps = stretches(fails, window, length)
    gap_of = _gap_of(fails, gaps)
    lack = np.zeros(len(gaps), dtype=np.int64)
    for line in lines:
        least = least_counts_between(*line.surely, length, fails, window)
        np.maximum.at(lack, gap_of, line.need[fails.street] - least)
    return pd.DataFrame({"street": gaps.street, "from_mm": gaps.start_mm, "to_mm": gaps.end_mm, "missing": lack})


def cut_by_district(survey: Survey, stretches_: pd.DataFrame) -> pd.DataFrame:
    """Stretches of streets (``street``, ``from_mm``, ``to_mm`` and more columns) cut at the district borders."""
    parts = survey.street_parts.get("district")
    if parts is None or stretches_.empty:
        return stretches_.assign(district=-1)
    parts = parts.rename(columns={"line": "street", "area": "district"})
    pairs = stretches_.merge(parts, on="street", suffixes=("", "_part"))
    pairs["from_mm"] = pairs[["from_mm", "from_mm_part"]].max(axis=1)
    pairs["to_mm"] = pairs[["to_mm", "to_mm_part"]].min(axis=1)
    kept = pairs[pairs["to_mm"] > pairs["from_mm"]].drop(columns=["from_mm_part", "to_mm_part"])
    return kept.sort_values(["street", "from_mm"], ignore_index=True)


def _gap_of(fails: Intervals, gaps: Intervals) -> np.ndarray:
    """The stretch each run of failing starts belongs to."""
    if not len(gaps):
        return np.empty(0, dtype=np.int64)
    span = np.int64(max(gaps.end_mm.max(), fails.end_mm.max()) + 1)
    return np.searchsorted(gaps.street * span + gaps.start_mm, fails.street * span + fails.start_mm, side="right") - 1


def _repairs_in(
    gaps: pd.DataFrame, lines: list[_Line], fails: Intervals, length: np.ndarray, window: int
) -> np.ndarray:
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
        span = np.int64(max(gaps["to_mm"].max(), at.max()) + 2)
        ends = gaps["street"].to_numpy(dtype=np.int64) * span + gaps["to_mm"].to_numpy()
        np.add.at(count, np.searchsorted(ends, street * span + at), 1)
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


def _shares(survey: Survey, walks: _Walks, known: np.ndarray) -> pd.DataFrame:
    """How many millimetres of known starts of the known streets each area has, at each level, and how many pass."""
    streets = np.arange(len(walks.length))
    whole_streets = Intervals(streets, np.zeros(len(streets), dtype=np.int64), walks.starts)
    frames = [_share(walks, "city", whole_streets, np.full(len(streets), -1))]
    for name, parts in survey.street_parts.items():
        line, start = parts["line"].to_numpy(), parts["from_mm"].to_numpy()
        end = np.maximum(np.minimum(parts["to_mm"].to_numpy(), walks.starts[line]), start)
        frames.append(_share(walks, name, Intervals(line, start, end), parts["area"].to_numpy()))
    shares = pd.concat(frames, ignore_index=True)
    return shares[known[shares["street"]] & (shares["starts_mm"] > 0)].reset_index(drop=True)


def _share(walks: _Walks, level: str, parts: Intervals, area: np.ndarray) -> pd.DataFrame:
    passing = parts.end_mm - parts.start_mm - overlap_mm(parts, walks.weighed(walks.unsure))
    failing = overlap_mm(parts, walks.weighed(walks.fails))
    return pd.DataFrame(
        {"level": level, "area": area, "street": parts.street, "starts_mm": passing + failing, "passing_mm": passing}
    )


def _traces(survey: Survey, demands, near: Matches, inside: np.ndarray, hit: Matches) -> pd.DataFrame:
    """Every site near a chosen street: whether it counted, and why not."""
    counted, reason = counted_and_reasons(demands, near.point)
    if len(hit) < inside.sum():  # attached to the nearest street only
        key = near.street.astype(np.int64) * (len(survey.stock) + 1) + near.point
        attached = np.isin(key, hit.street.astype(np.int64) * (len(survey.stock) + 1) + hit.point)
        reason[inside & ~attached] = "nearer_other_street"
        counted[inside & ~attached] = 0
    reason[~inside] = "out_of_reach"
    counted[~inside] = 0
    ids = survey.stock.ids[near.point]
    return trace_frame(near.street, ids, counted, reason, near.distance_m, near.at_mm / 1000)


def _no_traces() -> pd.DataFrame:
    none = np.empty(0)
    return trace_frame(none, none, none, none, none, none)
