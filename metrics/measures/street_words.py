"""Sentences about stretches of streets."""

from collections import Counter

import numpy as np
import pandas as pd
import shapely

from metrics.explain import open_questions, rejected, whole
from metrics.measures.demands import unit_of
from metrics.measures.findings import PASS, UNKNOWN
from metrics.rules import Along
from texts import say


def along_sentences(
    verdicts: pd.DataFrame, rule: Along, gaps: pd.DataFrame, traces: pd.DataFrame, titles: np.ndarray, table
) -> list[str]:
    """
    One sentence a street: the worst stretch, what it holds and lacks, and what near it does not count.

    Parameters
    ----------
    verdicts
        Of the streets; ``row`` is the row of ``table``.
    rule
        What was asked.
    gaps
        The failing stretches, whole: ``street``, ``from_mm``, ``to_mm``, ``missing``.
    traces
        ``subject`` (row of the verdict), ``counted``, ``reason``, ``at_m``.
    titles
        What the demand that lacks most is called, per verdict; empty for the rule's own.
    table
        The streets.
    """
    stretch = worst_stretches(gaps)
    at_m, reason, begins = _not_counted(traces, len(verdicts))
    lines = table.geometry.to_numpy()
    fixed = {"window": whole(rule.window_m), "unit": unit_of(rule)}
    columns = ["row", "subject_name", "status", "value", "required", "missing", "length_m"]
    rows = zip(*(verdicts[column].to_numpy(dtype=object).tolist() for column in columns), titles, strict=True)
    sentences = []
    for i, (row, name, status, value, required, missing, length_m, title) in enumerate(rows):
        facts = {**fixed, "name": name, "what": title, "value": whole(value), "need": whole(required)}
        own_at, own_reason = at_m[begins[i] : begins[i + 1]], reason[begins[i] : begins[i + 1]]
        short = length_m < rule.window_m and rule.short == "prorate"
        if short:
            facts["where"] = say("explain.along.whole", length=whole(length_m))
        if status == PASS:
            sentences.append(say(f"explain.along.{'pass_short' if short else 'pass'}", **facts))
        elif status == UNKNOWN:
            sentences.append(say("explain.along.unknown", **facts, open=open_questions(Counter(own_reason))))
        elif short:
            facts |= {"missing": whole(missing), "rejected": rejected(Counter(own_reason))}
            sentences.append(say("explain.along.fail_short", **facts))
        else:
            from_mm, to_mm, count = stretch[row]
            inside = (own_at >= from_mm / 1000) & (own_at <= to_mm / 1000)
            facts |= {"missing": whole(missing), "rejected": rejected(Counter(own_reason[inside]))}
            facts |= {"where": where_text(from_mm, to_mm), "origin": origin_text(lines[row])}
            facts["more"] = say("explain.along.more", count=count) if count > 1 else ""
            sentences.append(say("explain.along.fail", **facts))
    return sentences


def worst_stretches(gaps: pd.DataFrame) -> dict[int, tuple[int, int, int]]:
    """Of each street the stretch that lacks most, the first of equals: from, to, and how many stretches there are."""
    count = gaps.groupby("street")["missing"].transform("size")
    order = gaps.assign(count=count).sort_values(["street", "missing", "from_mm"], ascending=[True, False, True])
    worst = order.drop_duplicates("street")
    values = worst[["from_mm", "to_mm", "count"]].to_numpy().tolist()
    return dict(zip(worst["street"].tolist(), map(tuple, values), strict=True))


def _not_counted(traces: pd.DataFrame, subjects: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions and reasons of the sites that do not count, and where those of each subject begin."""
    out = traces[traces["counted"] == 0].sort_values("subject", kind="stable")
    begins = np.searchsorted(out["subject"], np.arange(subjects + 1))
    return out["at_m"].to_numpy(), out["reason"].to_numpy(dtype=object), begins


def where_text(from_mm: int, to_mm: int) -> str:
    """自起点 412 米至 1 036 米."""
    if from_mm < 500:
        return say("explain.along.where_from_start", end=whole(to_mm / 1000))
    return say("explain.along.where", start=whole(from_mm / 1000), end=whole(to_mm / 1000))


def origin_text(line: shapely.LineString) -> str:
    """At which end of the street its positions begin."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    if abs(x1 - x0) >= abs(y1 - y0):
        return say("explain.along.origin", end=say(f"explain.ends.{'west' if x0 <= x1 else 'east'}"))
    return say("explain.along.origin", end=say(f"explain.ends.{'south' if y0 <= y1 else 'north'}"))
