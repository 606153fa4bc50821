"""The findings of all rules put together: verdicts, gaps, traces and shares as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from data.vocabulary import vocabulary
from metrics.measures.findings import FAIL, UNKNOWN, Findings, Traces
from metrics.rules import Along, Rule, Spacing
from metrics.scores import DISTRICT, Marks, Walks
from metrics.survey import Survey
from texts import say

VERDICT_COLUMNS = [
    "rule",
    "clause",
    "subject",
    "subject_name",
    "class",
    "district",
    "unit",
    "phase",
    "value",
    "required",
    "status",
    "missing",
    "deduction",
    "length_m",
    "pass_probability",
    "explanation",
    "geometry",
]
GAP_COLUMNS = [
    "rule",
    "subject",
    "subject_name",
    "district",
    "unit",
    "from_m",
    "to_m",
    "length_m",
    "missing",
    "repair_min",
    "geometry",
]
TRACE_COLUMNS = ["rule", "subject", "site", "counted", "reason", "at_m", "distance_m"]
STREET_COLUMNS = ["street", "name", "class", "length_m", "pieces", "divided", "geometry"]
_OF_STREETS, OF_SQUARES = ("length_m", "pass_probability"), ("worst", "good_share")
_COUNTS_SITES = ("visible", "within", "presence", "reach")  # what new sites repair, beside streets

Judged = Sequence[tuple[Rule, Findings]]
Table = Mapping[str, np.ndarray]


def verdict_table(ground: Survey, judged: Judged, phase: str) -> Table:
    """
    All verdicts, sorted by rule and subject: ``VERDICT_COLUMNS``, and of squares ``worst`` and ``good_share``.

    ``rule_no`` says which rule each is of, ``areas`` (n, levels) where it lies; a rule without any subject has one
    unknown verdict with the subject "".
    """
    levels = len(ground.levels)
    parts = [_own_verdicts(rule, findings, number, levels) for number, (rule, findings) in enumerate(judged)]
    own = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rules = [rule for rule, _ in judged]
    number = own["rule_no"]
    district, unit = _districts_and_units(ground, own, [rule.units[0] if rule.units else None for rule in rules])
    return {
        **own,
        "rule": _per_rule(rules, "id")[number],
        "clause": _per_rule(rules, "clause")[number],
        "district": district,
        "unit": unit,
        "phase": np.full(len(number), phase, dtype=object),
        "deduction": deductions(own["missing"], rules, number),
    }


def _per_rule(rules: Sequence[Rule], attribute: str) -> np.ndarray:
    return np.array([getattr(rule, attribute) for rule in rules], dtype=object)


def _own_verdicts(rule: Rule, findings: Findings, number: int, levels: int) -> Table:
    """A rule's verdicts; one unknown when the city has no subject of its class."""
    who, found = findings.who, findings.verdicts
    if not len(who):
        return _without_subject(rule, findings, number, levels)
    nothing = np.full(len(who), np.nan)
    more = (*_OF_STREETS, *OF_SQUARES, "repair_min")
    return {
        "rule_no": np.full(len(who), number),
        "subject": who.id,
        "subject_name": who.name,
        "class": who.class_,
        "unit": who.unit,
        "areas": who.areas,
        "geometry": who.geometry,
        **{name: found[name] for name in ("status", "explanation")},
        **{name: found[name].astype(float) for name in ("value", "required", "missing")},
        **{name: found.get(name, nothing) for name in more},
    }


def _without_subject(rule: Rule, findings: Findings, number: int, levels: int) -> Table:
    reason = getattr(rule, "reason", None)
    absent = findings.absent or say("explain.no_subject", class_name=vocabulary().classes.label(rule.class_))
    texts = {
        "subject": "",
        "subject_name": "",
        "class": rule.class_,
        "unit": None,
        "geometry": None,
        "status": UNKNOWN,
        "explanation": say("explain.unstated", reason=reason) if reason else absent,
    }
    numbers = ("value", "required", "missing", *_OF_STREETS, *OF_SQUARES, "repair_min")
    return {
        "rule_no": np.array([number]),
        "areas": np.full((1, levels), -1),
        **{name: np.array([text], dtype=object) for name, text in texts.items()},
        **{name: np.array([np.nan]) for name in numbers},
    }


def _districts_and_units(ground: Survey, own: Table, lead: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """The district each lies in, and who answers: its own unit, else the rule's first, else the district's."""
    unit = own["unit"].copy()
    level = ground.levels.get(DISTRICT)
    area = own["areas"][:, list(ground.levels).index(DISTRICT)] if level is not None else np.full(len(unit), -1)
    by_rule = np.array(lead, dtype=object)[own["rule_no"]]
    by_district = level.units[area] if level is not None else np.full(len(unit), None, dtype=object)
    for fallback in (by_rule, by_district):
        open_ = np.equal(unit, None)
        unit[open_] = fallback[open_]
    names = level.names if level is not None else np.array([None], dtype=object)
    return names[area], unit


def deductions(missing: np.ndarray, rules: Sequence[Rule], number: np.ndarray) -> np.ndarray:
    """Points the book takes off each subject; 0 where the rule takes none, NaN where the shortage is unknown."""
    each = np.array([rule.deduction.per_missing if rule.deduction else 0.0 for rule in rules])
    caps = [rule.deduction.cap if rule.deduction and rule.deduction.cap is not None else np.inf for rule in rules]
    return np.minimum(missing * each[number], np.array(caps)[number])


def marks_of(verdicts: Table, judged: Judged) -> Marks:
    """What the scores read of a verdict table."""
    by_start = np.array([isinstance(rule, Along) for rule, _ in judged])
    return Marks(
        rule=verdicts["rule_no"],
        status=verdicts["status"],
        class_=verdicts["class"],
        unit=verdicts["unit"],
        areas=verdicts["areas"],
        deduction=verdicts["deduction"],
        by_start=by_start[verdicts["rule_no"]],
        real=verdicts["subject"] != "",
    )


def walk_table(ground: Survey, judged: Judged) -> Walks:
    """Starts of streets by area of all rules; areas whose stock was not taken have no say."""
    parts, first = [], 0
    for _, findings in judged:
        if findings.shares is not None:
            shares = findings.shares
            parts.append((first + shares.subject, shares.level, shares.area, shares.starts_mm, shares.passing_mm))
        first += max(len(findings.who), 1)
    if not parts:
        return Walks(*(np.empty(0, dtype=np.int64) for _ in range(5)))
    walks = Walks(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    area = walks.area.copy()
    for place, level in enumerate(ground.levels.values()):
        mine = np.flatnonzero((walks.level == place) & (area >= 0))
        area[mine[~level.stocked[area[mine]]]] = -1
    return replace(walks, area=area)


def gap_table(ground: Survey, judged: Judged, verdicts: Table, crs: CRS) -> gpd.GeoDataFrame:
    """Failing stretches of streets and failing places (``GAP_COLUMNS``), in the order of the verdicts."""
    number = verdicts["rule_no"]
    on_street = np.array([isinstance(rule, Along | Spacing) for rule, _ in judged])
    countable = np.array([rule.measure in _COUNTS_SITES for rule, _ in judged])
    place = np.flatnonzero((verdicts["status"] == FAIL) & ~on_street[number])
    missing, repairs = verdicts["missing"][place], verdicts["repair_min"][place]
    nothing = np.full(len(place), np.nan)
    parts = [
        {
            "row": place,
            "from_m": nothing,
            "to_m": nothing,
            "length_m": nothing,
            "missing": missing,
            "repair_min": np.where(countable[number[place]], np.where(np.isnan(repairs), missing, repairs), np.nan),
            "district": verdicts["district"][place],
            "geometry": verdicts["geometry"][place],
        }
    ]
    first = 0
    for _, findings in judged:
        if findings.gaps is not None and len(findings.gaps):
            parts.append(_street_gaps(ground, findings, first))
        first += max(len(findings.who), 1)
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((table["from_m"], table["row"]))
    table = {name: column[order] for name, column in table.items()}
    named = {name: verdicts[name][table["row"]] for name in ("rule", "subject", "subject_name", "unit")}
    return frame({**named, **table}, GAP_COLUMNS, crs)


def _street_gaps(ground: Survey, findings: Findings, first: int) -> Table:
    """The failing stretches of one rule, whose verdicts begin at row ``first``."""
    gaps = findings.gaps
    level = ground.levels.get(DISTRICT)
    names = level.names if level is not None else np.array([None], dtype=object)
    return {
        "row": first + gaps.subject,
        "from_m": gaps.from_mm / 1000,
        "to_m": gaps.to_mm / 1000,
        "length_m": (gaps.to_mm - gaps.from_mm) / 1000,
        "missing": gaps.missing.astype(float),
        "repair_min": gaps.repair_min.astype(float),
        "district": names[gaps.district],
        "geometry": ground.streets.cut_many(gaps.street, gaps.from_mm, gaps.to_mm),
    }


def trace_table(ground: Survey, judged: Judged) -> pd.DataFrame:
    """All traces (``TRACE_COLUMNS``), sorted by rule, subject, position, distance and site."""
    owners, parts, rules, subjects = [], [], [], []
    first = 0
    for rule, findings in judged:
        rules += [rule.id] * len(findings.who)
        subjects.append(findings.who.id)
        if findings.traces is not None and len(findings.traces):
            owners.append(first + findings.traces.subject)
            parts.append(findings.traces)
        first += len(findings.who)
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in TRACE_COLUMNS})
    owner, traces = np.concatenate(owners), Traces.stacked(parts)
    site, _ = pd.factorize(traces.site, sort=True)
    order = np.lexsort((site, traces.distance_m, traces.at_m, owner))
    owner, traces = owner[order], traces.take(order)
    columns = {
        "rule": np.array(rules, dtype=object)[owner],
        "subject": np.concatenate(subjects)[owner],
        "site": traces.site,
        "counted": traces.counted,
        "reason": _named_buildings(ground, traces.reason),
        "at_m": traces.at_m,
        "distance_m": traces.distance_m,
    }
    return pd.DataFrame({name: _plain(columns[name]) for name in TRACE_COLUMNS})


def _named_buildings(ground: Survey, reasons: np.ndarray) -> np.ndarray:
    """Reasons that name a building by its row name it by its name or OSM id, which do not depend on row order."""
    code, unique = pd.factorize(reasons)
    hidden = [place for place, reason in enumerate(unique) if reason.startswith("hidden:")]
    if hidden:
        buildings = ground.city.buildings
        rows = [int(unique[place].partition(":")[2]) for place in hidden]
        labels = buildings["name"].where(buildings["name"].notna(), buildings["osm_id"]).iloc[rows]
        unique[hidden] = [f"hidden:{label}" if isinstance(label, str) else "hidden" for label in labels]
    return unique[code]


def frame(table: Table, columns: Sequence[str], crs: CRS) -> gpd.GeoDataFrame:
    """The named columns of a table with a geometry as a frame; texts are plain objects, so that None stays None."""
    plain = pd.DataFrame({name: _plain(table[name]) for name in columns if name != "geometry"})
    return gpd.GeoDataFrame(plain, geometry=gpd.array.from_shapely(table["geometry"], crs=crs))[list(columns)]


def _plain(column: np.ndarray) -> pd.Series:
    return pd.Series(column, dtype=object if column.dtype == object else None)
