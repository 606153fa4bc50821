"""What has changed since an earlier run: new, closed, still open, and what cannot be said any more."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data.errors import DataError
from metrics.assessment import Assessment
from metrics.measures.findings import UNKNOWN
from texts import say

GAP_COLUMNS = ["rule", "subject", "subject_name", "district", "unit", "from_m", "to_m", "length_m", "missing"]
_SUBJECT = ["rule", "subject"]
_DISTRICT, _UNIT = "district", "unit"


@dataclass(frozen=True, eq=False)
class Earlier:
    """
    An earlier run to compare with.

    Attributes
    ----------
    on
        The day of its data, else the day when it was made.
    book, book_print, phase
        What it was judged by.
    figures
        The scores then: ``scope``, ``name``, ``class``, ``score``, ``rank``.
    gaps
        The gaps then: ``GAP_COLUMNS``.
    """

    on: date
    book: str
    book_print: str
    phase: str
    figures: pd.DataFrame
    gaps: pd.DataFrame

    @classmethod
    def of(cls, *, on: date, judged_by: tuple[str, str, str], figures: pd.DataFrame, gaps: pd.DataFrame) -> "Earlier":
        """A run of which more, or in ``gaps`` nothing, is known; ``judged_by`` is book, fingerprint and phase."""
        return cls(on, *judged_by, figures, gaps.reindex(columns=GAP_COLUMNS))


@dataclass(frozen=True, eq=False)
class Change:
    """
    What a run has changed.

    Attributes
    ----------
    since
        The day of the earlier run.
    same_book
        Whether the rule book was the same to the letter.
    score_before
        Of whom the briefing is for; None where there was none.
    districts
        District -> score and rank then (None where there were none).
    new, open, closed, unclear
        Gaps that were not there, are there still (both as they are now), are gone (as they were), and whose subject
        is unknown now or not judged any more (as they were).
    """

    since: date
    same_book: bool
    score_before: float | None
    districts: dict[str, tuple[float | None, int | None]]
    new: pd.DataFrame
    open: pd.DataFrame
    closed: pd.DataFrame
    unclear: pd.DataFrame


def change_of(assessment: Assessment, earlier: Earlier, *, scope: str, name: str) -> Change:
    """
    What has changed for the city, a district or a unit.

    Two gaps are the same when rule, subject and district are and, on streets, their stretches share more than a
    point. A gap that is gone counts as closed only where its subject has been judged again.

    Raises
    ------
    DataError
        When the earlier run was judged by another book or in another phase: nothing can be said then.
    """
    if (earlier.book, earlier.phase) != (assessment.inputs["book_id"], assessment.phase):
        raise DataError(say("brief.fault.other_rules"))
    before, now = _own(earlier.gaps, scope, name), _own(assessment.gaps, scope, name)
    met_now, met_before = _common(now, before)
    gone = before[~met_before]
    unclear = ~_judged_again(gone, assessment)
    return Change(
        since=earlier.on,
        same_book=earlier.book_print == assessment.inputs["book"],
        score_before=_figure(earlier.figures, scope, name)[0],
        districts=_districts(earlier.figures),
        new=now[~met_now].reset_index(drop=True),
        open=now[met_now].reset_index(drop=True),
        closed=gone[~unclear].reset_index(drop=True),
        unclear=gone[unclear].reset_index(drop=True),
    )


def _own(gaps: pd.DataFrame, scope: str, name: str) -> pd.DataFrame:
    """The gaps of whom a briefing is for: the longest stretches first, then the places that lack most."""
    table = pd.DataFrame(gaps[GAP_COLUMNS])
    table = table[table[scope] == name] if scope in (_DISTRICT, _UNIT) else table
    return table.sort_values(["length_m", "missing"], ascending=False, kind="stable", na_position="last")


def _common(now: pd.DataFrame, before: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which gaps of each table have a like one in the other."""
    rows: dict[tuple, list[int]] = defaultdict(list)
    for place, key in enumerate(_keys(before)):
        rows[key].append(place)
    starts, ends = (before[name].to_numpy(dtype=float) for name in ("from_m", "to_m"))
    met_now, met_before = np.zeros(len(now), dtype=bool), np.zeros(len(before), dtype=bool)
    for place, (key, start, end) in enumerate(zip(_keys(now), now["from_m"], now["to_m"], strict=True)):
        own = [row for row in rows.get(key, ()) if _overlap(start, end, starts[row], ends[row])]
        met_now[place] = bool(own)
        met_before[own] = True
    return met_now, met_before


def _keys(gaps: pd.DataFrame) -> list[tuple]:
    columns = (gaps[name].map(lambda value: value if isinstance(value, str) else "") for name in (*_SUBJECT, _DISTRICT))
    return list(zip(*columns, strict=True))


def _overlap(start: float, end: float, other_start: float, other_end: float) -> bool:
    if np.isnan(start) or np.isnan(other_start):  # a place, or a street that was measured anew
        return True
    low, high = max(start, other_start), min(end, other_end)
    return low <= high if start == end or other_start == other_end else low < high


def _judged_again(gone: pd.DataFrame, assessment: Assessment) -> np.ndarray:
    known = assessment.verdicts[assessment.verdicts["status"] != UNKNOWN]
    return pd.MultiIndex.from_frame(gone[_SUBJECT]).isin(pd.MultiIndex.from_frame(known[_SUBJECT]))


def _districts(figures: pd.DataFrame) -> dict[str, tuple[float | None, int | None]]:
    names = figures.loc[figures["scope"] == _DISTRICT, "name"]
    return {name: _figure(figures, _DISTRICT, name) for name in names}


def _figure(figures: pd.DataFrame, scope: str, name: str) -> tuple[float | None, int | None]:
    own = figures[(figures["scope"] == scope) & ((figures["name"] == name) | (scope == "city"))]
    if own.empty:
        return None, None
    score, rank = own["score"].iloc[0], own["rank"].iloc[0]
    return (None if pd.isna(score) else float(score)), (None if pd.isna(rank) else int(rank))
