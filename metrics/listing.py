"""What a reader of an assessment looks at: its verdicts and gaps, narrowed by filters, as one list of findings."""

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd

from metrics.assessment import COUNTED, Assessment
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from texts import numbers, say

STATUSES = (FAIL, UNKNOWN, PASS)
WALKED = ("along", "spacing")  # measures whose findings are stretches of a street
_SUBJECT = ["rule", "subject"]
LIST_COLUMNS = [
    "key", "rule", "subject", "subject_name", "class", "district", "unit", "status", "value", "required", "missing",
    "repair_min", "from_m", "to_m", "length_m", "is_line", "where", "counted", "looks", "explanation", "geometry",
]  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What a reader asked to see; None asks for all."""

    class_: str | None = None
    rule: str | None = None
    district: str | None = None
    unit: str | None = None


@lru_cache(maxsize=8)
def findings(assessment: Assessment) -> gpd.GeoDataFrame:
    """
    Every finding: one row for each failing stretch of a street and for each other verdict.

    Failing ones come first, the greatest shortage on top; then unknown, then passing ones.

    Returns
    -------
    GeoDataFrame
        ``LIST_COLUMNS``: ``key`` is unique; ``is_line`` tells stretches and streets from places; ``where`` is the
        second line of a list row (from where to where, or the rule); ``counted`` whether its numbers are places (处);
        metres; in the CRS of the assessment.
    """
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase)}
    walked = [name for name, rule in rules.items() if rule.measure in WALKED]
    verdicts = assessment.verdicts
    stretches = _with_class(assessment)
    stretches = stretches[stretches["from_m"].notna() & stretches["rule"].isin(walked)]
    is_split = pd.MultiIndex.from_frame(verdicts[_SUBJECT]).isin(pd.MultiIndex.from_frame(stretches[_SUBJECT]))
    whole = verdicts[~(is_split & (verdicts["status"] == FAIL))]
    along = [name for name in walked if rules[name].measure == "along"]
    listed = pd.concat([_of_gaps(stretches, verdicts, along), _of_verdicts(whole, assessment.gaps)], ignore_index=True)
    listed["is_line"] = listed.geometry.geom_type.isin(["LineString", "MultiLineString"]) & listed["rule"].isin(walked)
    several = stretches["rule"].nunique() > 1
    listed["where"] = [
        _where(start, end, rules[rule].title, several)
        for start, end, rule in zip(listed["from_m"], listed["to_m"], listed["rule"], strict=True)
    ]
    nameless = listed["subject_name"].isna() | (listed["subject_name"] == "")
    listed["subject_name"] = listed["subject_name"].where(~nameless, listed["class"].map(assessment.book.class_label))
    listed["counted"] = listed["rule"].map(lambda name: rules[name].measure in COUNTED)
    listed["looks"] = listed["rule"].map(lambda name: rules[name].measure == "visible")
    listed = listed.assign(
        order=listed["status"].map(STATUSES.index), lack=listed["missing"].where(listed["counted"], 0).fillna(0)
    )
    listed = listed.sort_values(
        ["order", "lack", "length_m", "subject_name", "key"],
        ascending=[True, False, False, True, True],
        na_position="last",
        ignore_index=True,
    )
    return listed[LIST_COLUMNS]


@lru_cache(maxsize=8)
def findings_by_key(assessment: Assessment) -> dict[str, tuple]:
    """Each row of `findings` as a named tuple, by its key."""
    return {row.key: row for row in findings(assessment).itertuples()}


def failing_length_m(lines: pd.DataFrame) -> float:
    """The summed length of failing stretches; what fails by several rules counts once."""
    return float(failing_lengths_m(lines, np.zeros(len(lines), dtype=np.int64), 1)[0])


def failing_lengths_m(lines: pd.DataFrame, group: np.ndarray, groups: int) -> np.ndarray:
    """The summed length of failing stretches by group (0 … ``groups`` - 1), as `failing_length_m` has it."""
    street, _ = pd.factorize(lines["subject"])
    from_mm, to_mm = (np.rint(lines[name].to_numpy() * 1000).astype(np.int64) for name in ("from_m", "to_m"))
    order = np.lexsort((from_mm, street, group))
    group, from_mm, to_mm = group[order], from_mm[order], to_mm[order]
    line = np.cumsum(np.append(0, (np.diff(street[order]) != 0) | (np.diff(group) != 0)))[: len(order)]
    lift = line * (int(to_mm.max(initial=0)) + 1)  # so that no stretch reaches into another street
    reached = np.maximum.accumulate(to_mm + lift)
    begins = np.maximum(from_mm + lift, np.append(0, reached[:-1])[: len(order)])
    return np.bincount(group, np.maximum(to_mm + lift - begins, 0), groups) / 1000


def narrowed(frame: gpd.GeoDataFrame, filters: Filters) -> gpd.GeoDataFrame:
    """The rows of findings or verdicts that pass ``filters``."""
    asked = {"class": filters.class_, "rule": filters.rule, "district": filters.district, "unit": filters.unit}
    keep = np.ones(len(frame), dtype=bool)
    for column, value in asked.items():
        if value is not None:
            keep &= (frame[column] == value).to_numpy()
    return frame[keep]


def found_of_due(row: pd.Series | object, assessment: Assessment) -> str:
    """Found / due of a finding: ``1 / 5``; shares in percent, spacings in metres; — where there is no number."""
    if pd.isna(row.required) or pd.isna(row.value):
        return say("numbers.nothing")
    measure = assessment.book.rule(row.rule).measure
    if measure == "spacing":
        return say("coverage.list.spacing", value=numbers.whole(row.value), limit=numbers.metres(row.required))
    if measure in ("share", "radius"):
        return f"{numbers.percent(row.value, failing=row.status == FAIL)} / {numbers.percent(row.required)}"
    return numbers.have_of_need(row.value, row.required)


def counts(listed: pd.DataFrame) -> dict[str, int]:
    """How many findings of each status there are."""
    return {status: int((listed["status"] == status).sum()) for status in STATUSES}


def walk_probability(assessment: Assessment, filters: Filters) -> tuple[float, float] | None:
    """
    The chance that a random walk passes on the streets in view, by metres of starts, and how long a walk is.

    Returns
    -------
    tuple or None
        Probability 0–1 and metres, for the first walking rule in view with known streets; None when there is none.
    """
    of = {"rule": filters.rule, "class": filters.class_, "district": filters.district, "unit": filters.unit}
    found = assessment.chance_of_walks(**of)
    if found is None:
        return None
    windows = {rule.id: rule.window_m for rule in assessment.book.at(assessment.phase) if rule.measure == "along"}
    return found[0], windows[found[1]]


def options(assessment: Assessment) -> dict[str, list[str]]:
    """What can be asked for: classes in the order of the board, rules of the phase, districts and units by name."""
    board = list(dict.fromkeys(line.class_ for line in assessment.book.classes))
    return {
        "class": board,
        "rule": [rule.id for rule in assessment.book.at(assessment.phase)],
        "district": sorted(assessment.verdicts["district"].dropna().unique()),
        "unit": sorted(assessment.verdicts["unit"].dropna().unique()),
    }


def _where(start_m: float, end_m: float, title: str, several: bool) -> str:
    """From where to where, and by which rule where stretches fail by several; of other findings the rule."""
    if not np.isfinite(start_m):
        return title
    return f"{numbers.stretch(start_m, end_m)}　{title}" if several else numbers.stretch(start_m, end_m)


def _with_class(assessment: Assessment) -> gpd.GeoDataFrame:
    verdicts = assessment.verdicts.drop_duplicates(_SUBJECT).set_index(_SUBJECT)
    keys = pd.MultiIndex.from_frame(assessment.gaps[_SUBJECT])
    return assessment.gaps.assign(**{"class": verdicts["class"].reindex(keys).to_numpy()})


def _of_gaps(gaps: gpd.GeoDataFrame, verdicts: gpd.GeoDataFrame, along: list[str]) -> gpd.GeoDataFrame:
    """Failing stretches with what their street's verdict says."""
    of_street = verdicts.drop_duplicates(_SUBJECT).set_index(_SUBJECT)
    keys = pd.MultiIndex.from_frame(gaps[_SUBJECT])
    said = of_street[["value", "required", "explanation"]].reindex(keys)
    parts = (gaps["rule"], gaps["subject"], gaps["district"].fillna(""), gaps["from_m"].round().astype(str))
    key = pd.Series(["|".join(names) for names in zip(*parts, strict=True)], dtype=object)
    # A stretch lacks what its own worst walk lacks; without windows it is itself too long.
    found = said["required"].to_numpy() - gaps["missing"].to_numpy()
    found = np.where(gaps["rule"].isin(along), found, gaps["length_m"])
    return gaps.assign(
        key=key.to_numpy(),
        status=FAIL,
        required=said["required"].to_numpy(),
        value=found,
        explanation=said["explanation"].to_numpy(),
    )


def _of_verdicts(verdicts: gpd.GeoDataFrame, gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    repair = gaps.drop_duplicates(_SUBJECT).set_index(_SUBJECT)["repair_min"]
    keys = pd.MultiIndex.from_frame(verdicts[_SUBJECT])
    return verdicts.assign(
        key=(verdicts["rule"] + "|" + verdicts["subject"].fillna(verdicts["class"])).to_numpy(),
        repair_min=repair.reindex(keys).to_numpy(),
        from_m=np.nan,
        to_m=np.nan,
    )
