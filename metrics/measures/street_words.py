"""Sentences about stretches of streets."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import shapely

from geo.windows import Intervals
from metrics.explain import open_questions, rejected, whole
from metrics.measures.demands import unit_of
from metrics.measures.findings import PASS, UNKNOWN, Traces
from metrics.rules import Along
from metrics.subjects import Subjects
from texts import say


def along_sentences(
    who: Subjects,
    verdicts: Mapping[str, np.ndarray],
    rule: Along,
    gaps: Intervals,
    missing_in: np.ndarray,
    traces: Traces | None,
    titles: list[str],
) -> np.ndarray:
    """
    One sentence a street (object array): the worst stretch, what it holds and lacks, and what near it does not count.

    Parameters
    ----------
    who, verdicts
        The streets and what was found, see ``Findings``.
    rule
        What was asked.
    gaps, missing_in
        The failing stretches, whole, by row of ``who``; what each lacks.
    traces
        Of the sites near the streets.
    titles
        What the demand that lacks most is called, per verdict; empty for the rule's own.
    """
    stretch, count = worst_stretches(gaps, missing_in, len(who))
    at_m, reason, begins = _not_counted(traces, len(who))
    fixed = {"window": whole(rule.window_m), "unit": unit_of(rule)}
    prorates = rule.short == "prorate"
    columns = ("status", "value", "required", "missing", "length_m")
    rows = zip(who.name, titles, who.geometry, *(verdicts[column].tolist() for column in columns), strict=True)
    sentences = np.empty(len(who), dtype=object)
    for i, (name, title, line, status, value, required, missing, length_m) in enumerate(rows):
        facts = {**fixed, "name": name, "what": title, "value": whole(value), "need": whole(required)}
        own = slice(begins[i], begins[i + 1])
        short = prorates and length_m < rule.window_m
        if short:
            facts["where"] = say("explain.along.whole", length=whole(length_m))
        if status == PASS:
            sentences[i] = say(f"explain.along.{'pass_short' if short else 'pass'}", **facts)
        elif status == UNKNOWN:
            sentences[i] = say("explain.along.unknown", **facts, open=open_questions(Counter(reason[own])))
        elif short:
            facts |= {"missing": whole(missing), "rejected": rejected(Counter(reason[own]))}
            sentences[i] = say("explain.along.fail_short", **facts)
        else:
            from_mm, to_mm = int(gaps.start_mm[stretch[i]]), int(gaps.end_mm[stretch[i]])
            inside = (at_m[own] >= from_mm / 1000) & (at_m[own] <= to_mm / 1000)
            facts |= {"missing": whole(missing), "rejected": rejected(Counter(reason[own][inside]))}
            facts |= {"where": where_text(from_mm, to_mm), "origin": origin_text(line)}
            facts["more"] = say("explain.along.more", count=int(count[i])) if count[i] > 1 else ""
            sentences[i] = say("explain.along.fail", **facts)
    return sentences


def worst_stretches(gaps: Intervals, missing: np.ndarray, streets: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Of each street the stretch that lacks most, the first of equals, and how many stretches there are.

    Returns
    -------
    stretch, count
        Row of ``gaps``, -1 on a street without one; their number on each street.
    """
    order = np.lexsort((gaps.start_mm, -missing, gaps.street))
    first = order[np.flatnonzero(np.diff(gaps.street[order], prepend=-1))]
    stretch = np.full(streets, -1)
    stretch[gaps.street[first]] = first
    return stretch, np.bincount(gaps.street, minlength=streets)


def _not_counted(traces: Traces | None, subjects: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions and reasons of the sites that do not count, and where those of each subject begin."""
    if traces is None:
        return np.empty(0), np.empty(0, dtype=object), np.zeros(subjects + 1, dtype=np.int64)
    out = np.flatnonzero(traces.counted == 0)
    out = out[np.argsort(traces.subject[out], kind="stable")]
    begins = np.searchsorted(traces.subject[out], np.arange(subjects + 1))
    return traces.at_m[out], traces.reason[out], begins


def where_text(from_mm: int, to_mm: int) -> str:
    """自起点 412 米至 1 036 米."""
    if from_mm < 500:
        return say("explain.along.where_from_start", end=whole(to_mm / 1000))
    return say("explain.along.where", start=whole(from_mm / 1000), end=whole(to_mm / 1000))


def origin_text(line: shapely.LineString) -> str:
    """At which end of the street its positions begin."""
    (x0, y0), (x1, y1) = shapely.get_coordinates(line)[[0, -1]]
    if abs(x1 - x0) >= abs(y1 - y0):
        return say("explain.along.origin", end=say(f"explain.ends.{'west' if x0 <= x1 else 'east'}"))
    return say("explain.along.origin", end=say(f"explain.ends.{'south' if y0 <= y1 else 'north'}"))
