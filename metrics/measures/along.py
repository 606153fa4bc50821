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
from metrics.measures.findings import FAIL, PASS, SHARE_COLUMNS, UNKNOWN, Findings
from metrics.measures.street_words import along_sentences
from metrics.rules import Along
from metrics.subjects import subjects
from metrics.survey import COUNTS, MAYBE, Survey
from texts import say

NEAR_MISS = 2  # sites up to so many times the reach away are traced as out of reach


@dataclass(frozen=True)
class _Line:
    """
    One demand along all streets: how many are asked for, and the places (positions, offsets) under three views.

    ``surely`` are the places that count; ``perhaps`` adds those that may, among them as many as could be asked for
    where no stock was taken; ``shown`` are the places that count where stock was taken, and the rest assumed there.
    """

    title: str
    need: np.ndarray
    surely: tuple[np.ndarray, np.ndarray]
    perhaps: tuple[np.ndarray, np.ndarray]
    shown: tuple[np.ndarray, np.ndarray]


def along(survey: Survey, rule: Along) -> Findings:
    """
    Streets whose every window of ``rule.window_m`` holds ``rule.need`` counting sites and each quota.

    The windows slide continuously: the failing starts are exact to the millimetre. A site within the rule's reach of
    two streets counts for both, or for the nearest with ``attach: nearest``. Where a form or theme is not recorded, or
    the stock not taken, the street is unknown unless the answer is the same either way. The figures of a failing
    street are those of the sites that surely count, without the stretches where no stock was taken. Streets shorter
    than the window that the rule exempts are not subjects.

    Returns
    -------
    Findings
        ``value`` is the number of places in the worst window of the demand that lacks most, ``missing`` that lack;
        ``pass_probability`` the share of starts from which the walk passes.
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
    failing, doubtful = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    failing[_failing(lines, "perhaps", length, window).street] = True
    doubtful[_failing(lines, "surely", length, window).street] = True
    fails = _failing(lines, "shown", length, window)
    fails = fails.take(failing[fails.street])
    status = np.where(failing, FAIL, np.where(doubtful, UNKNOWN, PASS)).astype(object)
    starts = np.maximum(length - window, 1)  # a street that is one window has one start
    probability = 1 - np.maximum(fails.total_mm(len(table)), failing & (length <= window)) / starts
    value, required, missing, title = _worst(lines, length, window, status)
    verdicts = who.assign(
        value=value[rows],
        required=required[rows],
        status=status[rows],
        missing=missing[rows],
        length_m=length[rows] / 1000,
        pass_probability=np.where(status == UNKNOWN, np.nan, probability)[rows],
    )
    subject_of = np.full(len(table), -1)
    subject_of[rows] = np.arange(len(rows))
    traces["subject"] = subject_of[traces["street"]]
    whole_gaps = _gaps(lines, fails, length, window)
    verdicts["explanation"] = along_sentences(
        verdicts, rule, whole_gaps, traces, np.array(title, dtype=object)[rows], table
    )
    gaps = cut_by_district(survey, whole_gaps)
    gaps["repair_min"] = _repairs_in(gaps, lines, length, window)
    gaps["subject"] = subject_of[gaps["street"]]
    shares = _shares(survey, fails, starts, length, window, np.flatnonzero(chosen & (status != UNKNOWN)))
    shares["subject"] = subject_of[shares["street"]]
    return Findings(
        verdicts,
        traces[["subject", "site", "counted", "reason", "at_m", "distance_m"]],
        gaps,
        shares[SHARE_COLUMNS],
    )


def _has_stock(survey: Survey, rule: Along) -> bool:
    """Whether anything the rule counts was taken stock of in this city."""
    facilities = len(survey.venues_of(rule.facility_classes)) > 0 if rule.facility_classes else False
    return facilities or (rule.sites and survey.stock is not None)


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
    extra = _facility_positions(survey, rule, chosen, reach)
    fill = _possible_fill(survey, length, chosen, window)
    if survey.stock is None or not rule.sites:
        need = _needs(rule.need, rule, length, window, chosen)
        places = _sorted([extra], len(length))
        filled = _sorted([extra, (*fill, rule.need)], len(length))
        return [_Line("", need, places, filled, filled)], _trace_frame()
    near = survey.site_matches(NEAR_MISS * reach)
    near = near.take(chosen[near.street])
    inside = near.distance_m <= reach / 1000
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
                _needs(demand.need, rule, length, window, chosen),
                _sorted(places, len(length)),
                _sorted([*places, maybe, (*fill, demand.need)], len(length)),
                _sorted([*places, (*fill, demand.need)], len(length)),
            )
        )
    return lines, _traces(survey, demands, near, inside, hit)


def _needs(need: int, rule: Along, length: np.ndarray, window: int, chosen: np.ndarray) -> np.ndarray:
    """Sites asked for on each street: its part on one shorter than the window when the rule prorates."""
    whole_need = np.full(len(length), need, dtype=np.int64)
    if rule.short == "prorate":
        whole_need = np.where(length < window, -(-need * length // window), whole_need)
    return np.where(chosen, whole_need, 0)


def _facility_positions(survey: Survey, rule: Along, chosen: np.ndarray, reach: int):
    """Street, position and weight of each venue that counts as a site."""
    venues = survey.venues_of(rule.facility_classes)
    points = survey.venue_points.loc[venues.index] if len(venues) else gpd.GeoSeries()
    matches = match_points(to_mm(shapely.get_coordinates(points.array)), survey.streets.segments, reach_mm=reach)
    matches = matches.take(chosen[matches.street])
    if rule.attach == "nearest":
        matches = nearest_only(matches)
    return matches.street, matches.at_mm, np.ones(len(matches), dtype=np.int64)


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


def _worst(lines: list[_Line], length: np.ndarray, window: int, status: np.ndarray) -> tuple:
    """Of the demand that lacks most on each street (the first of equals): what the worst window holds, need, lack."""
    held = np.array(
        [
            np.where(
                status == FAIL,
                least_counts(*line.shown, length, window)[0],
                least_counts(*line.surely, length, window)[0],
            )
            for line in lines
        ]
    )
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
        least = least_counts_between(*line.shown, length, fails, window)
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


def _repairs_in(gaps: pd.DataFrame, lines: list[_Line], length: np.ndarray, window: int) -> np.ndarray:
    """The fewest new sites that repair the gaps, by the part they stand in; on a cut, the part before it."""
    failing = np.isin(np.arange(len(length)), gaps["street"])
    street, at = fewest_repairs(
        [line.shown[0] for line in lines],
        [line.shown[1] for line in lines],
        [np.where(failing, line.need, 0) for line in lines],
        length,
        window,
    )
    count = np.zeros(len(gaps), dtype=np.int64)
    if len(street):
        span = np.int64(max(gaps["to_mm"].max(), at.max()) + 2)
        ends = gaps["street"].to_numpy(dtype=np.int64) * span + gaps["to_mm"].to_numpy()
        np.add.at(count, np.searchsorted(ends, street * span + at), 1)
    return count


def _shares(
    survey: Survey, fails: Intervals, starts: np.ndarray, length: np.ndarray, window: int, known: np.ndarray
) -> pd.DataFrame:
    """How many millimetres of starts of the known streets each area has, at each level, and how many pass."""
    short = length <= window
    # A street that is one window is one start, which stands at its middle for the question in which area it lies.
    low = np.where(short, length // 2, 0)
    high = low + starts
    fail_low = np.where(short[fails.street], low[fails.street], fails.start_mm)
    fail_high = np.where(short[fails.street], high[fails.street], fails.end_mm)
    frames = [
        _overlaps(
            "city",
            np.arange(len(length)),
            np.full(len(length), -1),
            low,
            high,
            fails.street,
            fail_low,
            fail_high,
            low,
            high,
        )
    ]
    for name, parts in survey.street_parts.items():
        line = parts["line"].to_numpy()
        area = parts["area"].to_numpy()
        frames.append(
            _overlaps(
                name,
                line,
                area,
                parts["from_mm"].to_numpy(),
                _open_end(parts, length, high),
                fails.street,
                fail_low,
                fail_high,
                low,
                high,
            )
        )
    shares = pd.concat(frames, ignore_index=True)
    return shares[shares["street"].isin(known) & (shares["starts_mm"] > 0)].reset_index(drop=True)


def _open_end(parts: pd.DataFrame, length: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Ends of the parts; the last part of a street takes in the one start of a street that is one window."""
    line, to = parts["line"].to_numpy(), parts["to_mm"].to_numpy()
    return np.where(to == length[line], np.maximum(to, high[line]), to)


def _overlaps(level, line, area, part_low, part_high, fail_street, fail_low, fail_high, low, high) -> pd.DataFrame:
    start = np.maximum(part_low, low[line])
    end = np.minimum(part_high, high[line])
    inside = np.maximum(end - start, 0)
    failing = overlap_mm(Intervals(line, start, np.maximum(end, start)), Intervals(fail_street, fail_low, fail_high))
    return pd.DataFrame(
        {"level": level, "area": area, "street": line, "starts_mm": inside, "passing_mm": inside - failing}
    )


def _trace_frame(**columns) -> pd.DataFrame:
    names = ("street", "site", "counted", "reason", "at_m", "distance_m")
    return pd.DataFrame({name: columns.get(name, []) for name in names})


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
    return _trace_frame(
        street=near.street,
        site=survey.stock.ids[near.point],
        counted=counted,
        reason=reason,
        at_m=near.at_mm / 1000,
        distance_m=np.round(near.distance_m, 3),
    )
