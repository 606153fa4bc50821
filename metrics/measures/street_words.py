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
    """One sentence a street: the worst stretch, what it holds and lacks, and what near it does not count."""
    gap_rows = dict(tuple(gaps.groupby("street", sort=False)))
    not_counted = traces[traces["counted"] == 0].sort_values("subject", kind="stable")
    begins = np.searchsorted(not_counted["subject"], np.arange(len(verdicts) + 1))
    at_m, reason = not_counted["at_m"].to_numpy(), not_counted["reason"].to_numpy()
    unit = unit_of(rule)
    sentences = []
    for i, verdict in enumerate(verdicts.itertuples()):
        facts = {
            "name": verdict.subject_name,
            "window": whole(rule.window_m),
            "what": titles[i],
            "value": whole(verdict.value),
            "need": whole(verdict.required),
            "unit": unit,
        }
        own_at, own_reason = at_m[begins[i] : begins[i + 1]], reason[begins[i] : begins[i + 1]]
        short = verdict.length_m < rule.window_m and rule.short == "prorate"
        if short:
            facts["where"] = say("explain.along.whole", length=whole(verdict.length_m))
        if verdict.status == PASS:
            sentences.append(say(f"explain.along.{'pass_short' if short else 'pass'}", **facts))
        elif verdict.status == UNKNOWN:
            sentences.append(say("explain.along.unknown", **facts, open=open_questions(Counter(own_reason))))
        elif short:
            facts |= {"missing": whole(verdict.missing), "rejected": rejected(Counter(own_reason))}
            sentences.append(say("explain.along.fail_short", **facts))
        else:
            own = gap_rows[verdict.row]
            worst = own.loc[own["missing"].idxmax()]
            inside = (own_at * 1000 >= worst["from_mm"] - 0.5) & (own_at * 1000 <= worst["to_mm"] + 0.5)
            more = say("explain.along.more", count=len(own)) if len(own) > 1 else ""
            sentences.append(
                say(
                    "explain.along.fail",
                    **facts,
                    where=where_text(worst["from_mm"], worst["to_mm"]),
                    missing=whole(verdict.missing),
                    rejected=rejected(Counter(own_reason[inside])),
                    more=more,
                    origin=origin_text(table.geometry.iloc[verdict.row]),
                )
            )
    return sentences


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
