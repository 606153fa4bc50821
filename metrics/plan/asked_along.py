"""What failing streets ask for: a goal for each run of starts over which no place enters or leaves the window."""

from dataclasses import dataclass

import numpy as np

from geo.crs import to_mm
from geo.matching import Matches, nearest_only
from geo.windows import Intervals, unite
from metrics.area_level import Parts
from metrics.measures import along
from metrics.measures.demands import weights
from metrics.measures.findings import Findings
from metrics.plan.asked import Lacks, Moved, Rows, rows_of
from metrics.rules import Along
from metrics.survey import Survey


@dataclass(frozen=True, eq=False)
class _Pieces:
    """
    Runs of failing starts whose windows all hold the same places.

    Attributes
    ----------
    street
        Place in the findings.
    first_mm, last_mm
        The places in all these windows are those from one position to the other, both included.
    amount_mm
        Millimetres of starts.
    """

    street: np.ndarray
    first_mm: np.ndarray
    last_mm: np.ndarray
    amount_mm: np.ndarray


def asked_along(
    survey: Survey, rule: Along, findings: Findings, subjects: np.ndarray, moved: Moved, chosen: np.ndarray
) -> Rows:
    """
    The rows of the failing streets ``subjects`` (rows of the findings).

    Of a street only the starts whose window meets a ``chosen`` district (bool per row of the level and, last, none)
    are goals: when these are closed, no gap is left there.
    """
    who, window = findings.who, int(to_mm(rule.window_m))
    length = survey.street_length_mm[who.row]
    lines, _ = along.lines_of(survey, rule, who.row, length, window)
    fails = along.failing(lines, "perhaps", length, window)
    fails = fails.take(np.isin(fails.street, subjects))
    if not chosen.all():
        fails = _meeting(survey, who.row, fails, chosen, window)
    hits = _hits(moved.survey, rule, who.row)
    hits = hits.take(np.isin(hits.street, subjects))
    span = np.int64(length.max() + 1)
    pieces = _pieces(fails, [line.surely for line in lines], hits, length, window)
    weight, adding = weights(rule, moved.survey.stock), moved.adding(rule)
    parts = []
    for line, (_, adds) in zip(lines, adding, strict=True):
        own = hits.take(adds[hits.point] & (weight[hits.point] > 0))
        held = _key(*line.surely, span)
        begin, end = (np.searchsorted(held, key, side) for key, side in _ends(pieces, span))
        lack = line.need[pieces.street] - (end - begin)
        rows = np.flatnonzero(lack > 0)
        at = own.street.astype(np.int64) * span + own.at_mm
        first, last = (np.searchsorted(at, key[rows], side) for key, side in _ends(pieces, span))
        parts.append(
            Lacks(
                goal=rows,
                need=lack[rows],
                line=pieces.street[rows],
                first=first,
                count=last - first,
                moves=own.point,
                counts=weight[own.point],
                line_offsets=np.searchsorted(own.street, np.arange(len(who) + 1)),
            )
        )
    return rows_of(parts, pieces.street, pieces.amount_mm, [demand.themes for demand, _ in adding])


def _hits(survey: Survey, rule: Along, rows: np.ndarray) -> Matches:
    """The sites of the survey that count for streets (by place in ``rows``), sorted by street, position and site."""
    reach = int(to_mm(rule.reach_m))
    hits = along.on_streets(survey.site_matches(along.NEAR_MISS * reach), rows)
    hits = hits.take(to_mm(hits.distance_m) <= reach)
    if rule.attach == "nearest":
        hits = nearest_only(hits)
    return hits.take(np.lexsort((hits.point, hits.at_mm, hits.street)))


def _key(positions: np.ndarray, offsets: np.ndarray, span: np.int64) -> np.ndarray:
    """Positions on all streets as one rising row of numbers."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)) * span + positions


def _ends(pieces: _Pieces, span: np.int64) -> tuple[tuple[np.ndarray, str], ...]:
    """Where the places of each piece begin and end, to be searched for among keys."""
    street = pieces.street * span
    return (street + pieces.first_mm, "left"), (street + pieces.last_mm, "right")


def _pieces(fails: Intervals, held: list[tuple], hits: Matches, length: np.ndarray, window: int) -> _Pieces:
    """
    The failing starts cut where a place enters or leaves the window.

    All starts strictly between two cuts meet the same places: those from the second cut to one window after the
    first; the starts on the cuts meet these and more. A street that is one window meets all of its places.
    """
    single = length[fails.street] <= window
    alone, fails = fails.street[single], fails.take(~single)
    span = np.int64(length.max() + 1)
    met = np.concatenate([hits.street * span + hits.at_mm, *(_key(*places, span) for places in held)])
    met = np.unique(np.concatenate((met, met[met % span > window] - window)))
    begin, end = fails.street * span + fails.start_mm, fails.street * span + fails.end_mm
    run = np.searchsorted(begin, met, side="left") - 1
    inside = (run >= 0) & (met < end[run]) if len(fails) else np.zeros(len(met), dtype=bool)
    number = np.arange(len(fails))
    cut = np.concatenate((begin, met[inside], end))
    run = np.concatenate((number, run[inside], number))
    order = np.lexsort((cut, run))
    cut, run = cut[order], run[order]
    kept = np.flatnonzero((run[1:] == run[:-1]) & (cut[1:] > cut[:-1]))
    street = fails.street[run[kept]]
    low, high = cut[kept] - street * span, cut[kept + 1] - street * span
    return _Pieces(
        street=np.concatenate((street, alone)),
        first_mm=np.concatenate((high, np.zeros(len(alone), dtype=np.int64))),
        last_mm=np.concatenate((low + window, length[alone])),
        amount_mm=np.concatenate((high - low, length[alone])),
    )


def _meeting(survey: Survey, rows: np.ndarray, fails: Intervals, chosen: np.ndarray, window: int) -> Intervals:
    """The failing starts whose window meets a chosen district; the one start of a street that is one window stays."""
    parts = survey.street_parts["district"]
    line, own = parts.of_lines(rows)
    inside = chosen[parts.area[own]]
    line, own = line[inside], own[inside]
    none = Intervals(*(np.empty(0, dtype=np.int64) for _ in range(3)))
    near = unite(Intervals(line, np.maximum(parts.from_mm[own] - window, 0), parts.to_mm[own]), none)
    near = Parts(near.street, np.zeros(len(near), dtype=np.int64), near.start_mm, near.end_mm)
    single = fails.start_mm == fails.end_mm
    kept, fails = fails.take(single), fails.take(~single)
    run, part = near.meeting(fails.street, fails.start_mm, fails.end_mm)
    start = np.maximum(fails.start_mm[run], near.from_mm[part])
    end = np.minimum(fails.end_mm[run], near.to_mm[part])
    street = np.concatenate((fails.street[run], kept.street))
    start, end = np.concatenate((start, kept.start_mm)), np.concatenate((end, kept.end_mm))
    order = np.lexsort((start, street))
    return Intervals(street[order], start[order], end[order])
