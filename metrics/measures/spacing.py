"""``spacing``: no stretch of a street longer than a distance between neighbouring facilities."""

import numpy as np
import pandas as pd
import shapely

from data.vocabulary import vocabulary
from geo.crs import to_mm
from geo.matching import match_points
from geo.windows import offsets_of
from metrics.explain import whole
from metrics.measures.along import cut_by_district
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, trace_frame
from metrics.measures.street_words import origin_text, where_text, worst_stretches
from metrics.rules import Spacing
from metrics.subjects import subjects
from metrics.survey import Survey
from texts import say


def spacing(survey: Survey, rule: Spacing) -> Findings:
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
    table = survey.streets.table
    who = subjects(survey, rule)
    rows = who["row"].to_numpy()
    length = table["length_mm"].to_numpy()
    facilities = survey.venues_of(rule.facility_classes)
    names = say("explain.joiner").join(vocabulary().classes.label(code) for code in rule.facility_classes)
    if facilities.empty:
        return Findings(
            who.assign(
                value=np.nan,
                required=rule.max_m,
                status=UNKNOWN,
                missing=np.nan,
                length_m=length[rows] / 1000,
                explanation=[say("explain.spacing.unknown", name=name, facility=names) for name in who["subject_name"]],
            )
        )
    points = survey.venue_points.loc[facilities.index]
    matches = match_points(
        to_mm(shapely.get_coordinates(points.array)), survey.streets.segments, reach_mm=int(to_mm(rule.reach_m))
    )
    street, start, end = _spans(matches, length)
    limit = int(to_mm(rule.max_m))
    span = end - start
    too_long = span >= limit if rule.strict else span > limit
    repairs = np.where(too_long, span // limit if rule.strict else (span - 1) // limit, 0)
    longest = np.zeros(len(table), dtype=np.int64)
    np.maximum.at(longest, street, span)
    missing = np.bincount(street, repairs, len(table))
    verdicts = who.assign(
        value=longest[rows] / 1000,
        required=rule.max_m,
        status=np.where(missing[rows] > 0, FAIL, PASS).astype(object),
        missing=missing[rows],
        length_m=length[rows] / 1000,
    )
    subject_of = np.full(len(table), -1)
    subject_of[rows] = np.arange(len(rows))
    chosen = too_long & (subject_of[street] >= 0)
    spans = pd.DataFrame(
        {
            "street": street[chosen],
            "from_mm": start[chosen],
            "to_mm": end[chosen],
            "missing": repairs[chosen],
            "span": np.arange(int(chosen.sum())),
        }
    )
    gaps = cut_by_district(survey, spans)
    # Of a stretch cut at a border the longest part holds the repairs.
    longest_part = (gaps["to_mm"] - gaps["from_mm"]).groupby(gaps["span"]).idxmax()
    gaps["repair_min"] = gaps["missing"].where(gaps.index.isin(longest_part), 0)
    gaps["subject"] = subject_of[gaps["street"]]
    verdicts["explanation"] = _explanations(verdicts, spans, names, rule, table)
    ids = facilities["id"].to_numpy()[matches.point]
    ones, counted = np.ones(len(matches), dtype=np.int8), np.full(len(matches), "counted", dtype=object)
    traces = trace_frame(subject_of[matches.street], ids, ones, counted, matches.distance_m, matches.at_mm / 1000)
    return Findings(verdicts, traces[traces["subject"] >= 0].reset_index(drop=True), gaps)


def _spans(matches, length: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Street, start and end of every stretch between neighbours, the ends of the streets among them."""
    streets = np.arange(len(length))
    street = np.concatenate((streets, matches.street, streets))
    at = np.concatenate((np.zeros(len(length), dtype=np.int64), matches.at_mm, length))
    order = np.lexsort((at, street))
    street, at = street[order], at[order]
    offsets = offsets_of(street, len(length))
    inner = np.ones(len(street), dtype=bool)
    inner[offsets[1:] - 1] = False
    first = np.flatnonzero(inner)
    return street[first], at[first], at[first + 1]


def _explanations(verdicts: pd.DataFrame, spans: pd.DataFrame, facility: str, rule: Spacing, table) -> list[str]:
    worst = worst_stretches(spans.assign(missing=spans["to_mm"] - spans["from_mm"]))
    lines = table.geometry.to_numpy()
    sentences = []
    for verdict in verdicts.itertuples():
        facts = {
            "name": verdict.subject_name,
            "facility": facility,
            "value": whole(verdict.value),
            "limit": whole(rule.max_m),
        }
        if verdict.status == FAIL:
            from_mm, to_mm_, count = worst[verdict.row]
            facts |= {
                "where": where_text(from_mm, to_mm_),
                "more": say("explain.along.more", count=count) if count > 1 else "",
                "origin": origin_text(lines[verdict.row]),
            }
        sentences.append(say(f"explain.spacing.{verdict.status}", **facts))
    return sentences
