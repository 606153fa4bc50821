"""``spacing``: no stretch of a street longer than a distance between neighbouring facilities."""

import numpy as np
import shapely

from data.vocabulary import vocabulary
from geo.crs import to_mm
from geo.matching import Matches, match_points
from geo.windows import Intervals, offsets_of
from metrics.explain import whole
from metrics.measures.along import cut_by_district, on_streets
from metrics.measures.findings import FAIL, PASS, Findings, Gaps, Traces, unknown
from metrics.measures.street_words import origin_text, where_text, worst_stretches
from metrics.rules import Spacing
from metrics.subjects import Subjects
from metrics.survey import Survey
from texts import say


def spacing(survey: Survey, rule: Spacing, who: Subjects) -> Findings:
    """
    Streets on which no stretch without a facility is longer than ``rule.max_m``.

    Both ends of a street count as ends of a stretch: who enters the street at its end must not walk further either.
    Without a single venue of the facility classes in the whole city their stock was not taken: unknown.

    Returns
    -------
    Findings
        ``value`` is the longest stretch in metres, ``missing`` and ``repair_min`` the fewest facilities that make
        every stretch short enough.
    """
    length = survey.street_length_mm[who.row]
    facilities = survey.venues_of(rule.facility_classes)
    names = say("explain.joiner").join(vocabulary().classes.label(code) for code in rule.facility_classes)
    if facilities.empty:
        sentences = [say("explain.spacing.unknown", name=name, facility=names) for name in who.name]
        return unknown(who, rule.max_m, sentences, length_m=length / 1000)
    points = to_mm(shapely.get_coordinates(survey.venue_points.loc[facilities.index].array))
    matches = on_streets(match_points(points, survey.streets.segments, reach_mm=int(to_mm(rule.reach_m))), who.row)
    spans = _spans(matches, length)
    limit = int(to_mm(rule.max_m))
    span = spans.end_mm - spans.start_mm
    too_long = span >= limit if rule.strict else span > limit
    longest = np.zeros(len(who), dtype=np.int64)
    np.maximum.at(longest, spans.street, span)
    wide = spans.take(too_long)
    repairs = (span[too_long] if rule.strict else span[too_long] - 1) // limit
    missing = np.bincount(wide.street, repairs, len(who))
    status = np.where(missing > 0, FAIL, PASS).astype(object)
    cut, piece, district = cut_by_district(survey, who.row, wide)
    verdicts = {
        "value": longest / 1000,
        "required": np.full(len(who), rule.max_m),
        "status": status,
        "missing": missing,
        "length_m": length / 1000,
        "explanation": _explanations(who, status, longest / 1000, wide, names, rule),
    }
    ones, counted = np.ones(len(matches), dtype=np.int8), np.full(len(matches), "counted", dtype=object)
    ids = facilities["id"].to_numpy(dtype=object)[matches.point]
    return Findings(
        who,
        verdicts,
        Traces.of(matches.street, ids, ones, counted, matches.distance_m, matches.at_mm / 1000),
        Gaps(
            subject=cut.street,
            street=who.row[cut.street],
            from_mm=cut.start_mm,
            to_mm=cut.end_mm,
            district=district,
            missing=repairs[piece],
            repair_min=np.where(_is_longest(cut, piece), repairs[piece], 0),
        ),
    )


def _is_longest(cut: Intervals, piece: np.ndarray) -> np.ndarray:
    """Of a stretch cut at a border the longest part, the first of equals, holds the repairs."""
    order = np.lexsort((np.arange(len(piece)), cut.start_mm - cut.end_mm, piece))
    longest = np.zeros(len(piece), dtype=bool)
    longest[order[np.flatnonzero(np.diff(piece[order], prepend=-1))]] = True
    return longest


def _spans(matches: Matches, length: np.ndarray) -> Intervals:
    """Every stretch between neighbours, the ends of the streets among them."""
    streets = np.arange(len(length))
    street = np.concatenate((streets, matches.street, streets))
    at = np.concatenate((np.zeros(len(length), dtype=np.int64), matches.at_mm, length))
    order = np.lexsort((at, street))
    street, at = street[order], at[order]
    inner = np.ones(len(street), dtype=bool)
    inner[offsets_of(street, len(length))[1:] - 1] = False
    first = np.flatnonzero(inner)
    return Intervals(street[first], at[first], at[first + 1])


def _explanations(who: Subjects, status, longest_m, wide: Intervals, facility: str, rule: Spacing) -> np.ndarray:
    worst, count = worst_stretches(wide, wide.end_mm - wide.start_mm, len(who))
    sentences = np.empty(len(who), dtype=object)
    for i, name in enumerate(who.name):
        facts = {"name": name, "facility": facility, "value": whole(longest_m[i]), "limit": whole(rule.max_m)}
        if status[i] == FAIL:
            facts |= {
                "where": where_text(int(wide.start_mm[worst[i]]), int(wide.end_mm[worst[i]])),
                "more": say("explain.along.more", count=int(count[i])) if count[i] > 1 else "",
                "origin": origin_text(who.geometry[i]),
            }
        sentences[i] = say(f"explain.spacing.{status[i]}", **facts)
    return sentences
