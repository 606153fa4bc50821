"""``assess``: a city judged by a rule book in a phase."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from data.city import City
from data.vocabulary import vocabulary
from metrics.book import ROUTINE, RuleBook
from metrics.measures.along import along
from metrics.measures.findings import FAIL, UNKNOWN, Findings
from metrics.measures.places import rate, within
from metrics.measures.radius import radius
from metrics.measures.reach import reach
from metrics.measures.recorded import share, unstated, value
from metrics.measures.spacing import spacing
from metrics.measures.visible import visible
from metrics.quality import quality
from metrics.rules import Along, Rule, Spacing
from metrics.scores import CITY, DISTRICT, scores
from metrics.subjects import ROAD
from metrics.survey import Survey, survey
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
MAIN_CLASSES = ("trunk", "primary", "secondary")


@dataclass(frozen=True, eq=False)
class Assessment:
    """
    What a city is judged to be; all frames in the city's metric CRS, same inputs, same rows in the same order.

    Attributes
    ----------
    verdicts
        One row per rule and subject, sorted by the book's rules and subject; a rule without any subject has one
        row without a subject, unknown. ``value`` against ``required`` gives ``status`` (pass, fail, unknown);
        ``missing`` is the shortage of the worst single walk or place, ``deduction`` the points the book takes off.
        Squares also carry ``worst`` and ``good_share`` of the views from elsewhere.
    gaps
        Failing stretches of streets, cut by district, and failing places; ``repair_min`` is the fewest new sites that
        repair the whole gap.
    traces
        Which sites counted for a subject and which did not, with a reason code.
    scores
        See ``metrics.scores.scores``.
    streets
        The streets walked along: ``street``, ``name``, ``class``, ``length_m``, ``pieces``, ``divided``.
    street_report
        Kilometres of roads in, kept, and dropped by reason.
    quality
        See ``metrics.quality.quality``.
    inputs
        Fingerprints of city and book, the phase, and the date of the data.
    book, phase, crs
        What was judged by, and the CRS of the frames.
    seconds
        Time per step: the only thing that differs between two runs.
    """

    verdicts: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    traces: pd.DataFrame
    scores: pd.DataFrame
    streets: gpd.GeoDataFrame
    street_report: pd.DataFrame
    quality: dict[str, object]
    inputs: dict[str, object]
    book: RuleBook
    phase: str
    crs: CRS
    seconds: dict[str, float] = field(compare=False, default_factory=dict)

    @property
    def pass_probability(self) -> float:
        """The share of all starts along streets from which the walk passes; NaN when no street is known."""
        return self._walked("passing_m") / self._walked("starts_m") if self._walked("starts_m") else float("nan")

    def _walked(self, name: str) -> float:
        return float(self.inputs["walks"][name])


def assess(
    city: City, book: RuleBook, phase: str = ROUTINE, *, progress: Callable[[str], None] | None = None
) -> Assessment:
    """
    ``city`` judged by the rules of ``book`` that hold in ``phase``.

    Parameters
    ----------
    city
        Whatever layers it has; what they do not tell is unknown.
    book
        The rule book.
    phase
        One of the book's phases.
    progress
        Called with the id of each rule before it is judged.

    Raises
    ------
    DataError
        When the book knows no such phase.
    """
    clock = perf_counter()
    rules = book.at(phase)
    seconds: dict[str, float] = {}
    ground = survey(city, _road_classes(rules))
    clock = _lap(seconds, "streets", clock)
    judged = []
    for rule in rules:
        if progress is not None:
            progress(rule.id)
        judged.append((rule, _judge(ground, rule, book)))
        clock = _lap(seconds, rule.measure, clock)
    areas = _areas_of(ground, judged)
    verdicts = _verdicts(ground, judged, areas, phase)
    gaps = _gaps(ground, judged, verdicts)
    traces = _traces(ground, judged)
    shares = _shares(ground, judged, verdicts)
    table = scores(
        verdicts,
        shares,
        {level: list(own.frame["name"]) for level, own in ground.levels.items()},
        book,
        {rule.id: rule.weight for rule in rules},
        city.meta.get("name") or say("explain.radius.city"),
    )
    clock = _lap(seconds, "scores", clock)
    walks = shares[shares["level"] == CITY]
    streets = ground.streets.table
    assessment = Assessment(
        verdicts=verdicts[[*VERDICT_COLUMNS, *(c for c in ("worst", "good_share") if c in verdicts)]],
        gaps=gaps,
        traces=traces,
        scores=table,
        streets=streets.assign(length_m=streets["length_mm"] / 1000)[STREET_COLUMNS],
        street_report=ground.streets.report,
        quality=quality(ground, traces),
        inputs={
            "city": city.fingerprint,
            "book": book.fingerprint,
            "book_id": book.id,
            "edition": book.edition,
            "phase": phase,
            "data_date": city.meta.get("data_date"),
            "walks": {
                "starts_m": float(walks["starts_mm"].sum() / 1000),
                "passing_m": float(walks["passing_mm"].sum() / 1000),
            },
        },
        book=book,
        phase=phase,
        crs=city.crs,
        seconds=seconds,
    )
    _lap(seconds, "quality", clock)
    return assessment


def _lap(seconds: dict[str, float], step: str, since: float) -> float:
    now = perf_counter()
    seconds[step] = seconds.get(step, 0.0) + now - since
    return now


def _road_classes(rules: list[Rule]) -> tuple[str, ...]:
    """Every road class that a rule about streets asks for; the main ones when none says which."""
    asked = {str(value) for rule in rules if ROAD in rule.classes for value in rule.where.get("highway", ())}
    return tuple(sorted(asked | set(MAIN_CLASSES)))


def _judge(ground: Survey, rule: Rule, book: RuleBook) -> Findings:
    measures: dict[str, Callable[[], Findings]] = {
        "along": lambda: along(ground, rule),
        "visible": lambda: visible(ground, rule, book.view),
        "within": lambda: within(ground, rule),
        "presence": lambda: within(ground, rule),
        "share": lambda: share(ground, rule),
        "value": lambda: value(ground, rule),
        "reach": lambda: reach(ground, rule, book.view),
        "rate": lambda: rate(ground, rule),
        "spacing": lambda: spacing(ground, rule),
        "radius": lambda: radius(ground, rule),
        "unstated": lambda: unstated(ground, rule),
    }
    return measures[rule.measure]()


def _areas_of(ground: Survey, judged: list[tuple[Rule, Findings]]) -> list[pd.DataFrame]:
    """For each rule, the name of the area of each level that has each subject: most of a street, the point of a place."""
    street_areas = {level: _most_of(parts, len(ground.streets.table)) for level, parts in ground.street_parts.items()}
    found = []
    for _, findings in judged:
        who = findings.verdicts
        columns = {}
        on_street = (who["class"] == ROAD).to_numpy() & ("row" in who)
        points = shapely.point_on_surface(who.geometry.array)
        for level, own in ground.levels.items():
            row = np.full(len(who), -1, dtype=np.int64)
            if len(who):
                row = own.of_points(shapely.get_x(points), shapely.get_y(points))
                row[on_street] = street_areas[level][who["row"].to_numpy()[on_street]]
            names = own.frame["name"].to_numpy(dtype=object)
            columns[f"area:{level}"] = [names[r] if r >= 0 else None for r in row]
        found.append(pd.DataFrame(columns, index=who.index, dtype=object))
    return found


def _most_of(parts: pd.DataFrame, streets: int) -> np.ndarray:
    """The area that has most of each street."""
    length = (parts["to_mm"] - parts["from_mm"]).groupby([parts["line"], parts["area"]]).sum().reset_index(name="mm")
    first = length.sort_values(["line", "mm", "area"], ascending=[True, False, True]).drop_duplicates("line")
    areas = np.full(streets, -1, dtype=np.int64)
    areas[first["line"]] = first["area"]
    return areas


def _verdicts(
    ground: Survey, judged: list[tuple[Rule, Findings]], areas: list[pd.DataFrame], phase: str
) -> gpd.GeoDataFrame:
    """All verdicts in one frame, sorted by rule and subject; ``order`` is the row within the rule's findings."""
    district_units = _district_units(ground)
    parts = []
    for (rule, findings), area in zip(judged, areas, strict=True):
        own = findings.verdicts.join(area)
        own["order"] = np.arange(len(own))
        if own.empty:
            own = _no_subject(ground, rule, area.columns)
        own = own.sort_values("subject", kind="stable")
        district = (
            own[f"area:{DISTRICT}"] if f"area:{DISTRICT}" in own else pd.Series(None, index=own.index, dtype=object)
        )
        parts.append(
            own.assign(
                rule=rule.id,
                clause=rule.clause,
                phase=phase,
                district=district,
                unit=_units(own["unit"], rule, district.map(district_units)),
                deduction=_deductions(own["missing"], rule),
            )
        )
    table = pd.concat(parts, ignore_index=True)
    for column in ("length_m", "pass_probability"):
        if column not in table:
            table[column] = np.nan
    return gpd.GeoDataFrame(table, geometry="geometry", crs=ground.city.crs)


def _no_subject(ground: Survey, rule: Rule, columns) -> gpd.GeoDataFrame:
    """The one row of a rule for whose class the city has no data."""
    unstated_reason = getattr(rule, "reason", None)
    label = vocabulary().classes.label(rule.class_)
    sentence = (
        say("explain.unstated", reason=unstated_reason)
        if unstated_reason
        else say("explain.no_subject", class_name=label)
    )
    return gpd.GeoDataFrame(
        {
            "subject": [""],
            "subject_name": [""],
            "class": [rule.class_],
            "unit": [None],
            "value": [np.nan],
            "required": [np.nan],
            "status": [UNKNOWN],
            "missing": [np.nan],
            "explanation": [sentence],
            "order": [-1],
            **{column: [None] for column in columns},
        },
        geometry=gpd.GeoSeries([None], crs=ground.city.crs),
    )


def _district_units(ground: Survey) -> dict[str, str]:
    level = ground.levels.get(DISTRICT)
    return {} if level is None else dict(zip(level.frame["name"], level.frame["unit"], strict=True))


def _units(own: pd.Series, rule: Rule, of_district: pd.Series) -> pd.Series:
    """Who answers: the unit recorded of the subject, else the first the book names, else that of the district."""
    named = rule.units[0] if rule.units else None
    units = own.astype(object).where(own.notna(), named)
    return units.where(units.notna(), of_district)


def _deductions(missing: pd.Series, rule: Rule) -> pd.Series:
    """Points the book takes off each subject; 0 where the rule takes none, NaN where the shortage is unknown."""
    missing = missing.astype(float)
    if rule.deduction is None:
        return missing * 0.0
    points = missing * rule.deduction.per_missing
    return points if rule.deduction.cap is None else points.clip(upper=rule.deduction.cap)


def _gaps(ground: Survey, judged: list[tuple[Rule, Findings]], verdicts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Failing stretches of streets and failing places, in the order of the verdicts."""
    level = ground.levels.get(DISTRICT)
    names = np.array([*(level.frame["name"] if level is not None else ()), None], dtype=object)
    parts = []
    for rule, findings in judged:
        own = verdicts[(verdicts["rule"] == rule.id) & (verdicts["status"] == FAIL)].set_index("order")
        if isinstance(rule, Along | Spacing):
            gaps = findings.gaps
            if gaps.empty:
                continue
            who = own.loc[gaps["subject"]].reset_index(drop=True)
            part = pd.DataFrame(
                {
                    "subject": who["subject"],
                    "subject_name": who["subject_name"],
                    "district": names[gaps["district"].to_numpy(dtype=int)],
                    "unit": who["unit"],
                    "from_m": gaps["from_mm"].to_numpy() / 1000,
                    "to_m": gaps["to_mm"].to_numpy() / 1000,
                    "missing": gaps["missing"].to_numpy(dtype=float),
                    "repair_min": gaps["repair_min"].to_numpy(dtype=float),
                }
            )
            geometry = ground.streets.cut_many(
                gaps["street"].to_numpy(dtype=np.int64),
                gaps["from_mm"].to_numpy(dtype=np.int64),
                gaps["to_mm"].to_numpy(dtype=np.int64),
            )
            part = part.assign(length_m=part["to_m"] - part["from_m"])
        else:
            countable = rule.measure in ("visible", "within", "presence", "reach")
            part = own[["subject", "subject_name", "district", "unit", "missing"]].reset_index(drop=True)
            part = part.assign(
                from_m=np.nan, to_m=np.nan, length_m=np.nan, repair_min=part["missing"] if countable else np.nan
            )
            geometry = own.geometry.to_numpy()
        part = gpd.GeoDataFrame(part.assign(rule=rule.id), geometry=geometry, crs=ground.city.crs)
        parts.append(part.sort_values(["subject", "from_m"], kind="stable"))
    if not parts:
        return gpd.GeoDataFrame({column: [] for column in GAP_COLUMNS}, geometry="geometry", crs=ground.city.crs)
    return pd.concat(parts, ignore_index=True)[GAP_COLUMNS]


def _traces(ground: Survey, judged: list[tuple[Rule, Findings]]) -> pd.DataFrame:
    parts = []
    for rule, findings in judged:
        own = findings.traces
        if own.empty:
            continue
        subject = findings.verdicts["subject"].to_numpy()[own["subject"].to_numpy(dtype=np.int64)]
        part = own.assign(rule=rule.id, subject=subject)
        parts.append(part.sort_values(["subject", "at_m", "distance_m", "site"], kind="stable"))
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in TRACE_COLUMNS})
    table = pd.concat(parts, ignore_index=True)[TRACE_COLUMNS]
    table["reason"] = _named_buildings(ground, table["reason"])
    return table.reset_index(drop=True)


def _named_buildings(ground: Survey, reasons: pd.Series) -> pd.Series:
    """Reasons that name a building by its row name it by its name or OSM id, which do not depend on row order."""
    unique = [reason for reason in reasons.unique() if reason.startswith("hidden:")]
    if not unique:
        return reasons
    buildings = ground.city.buildings
    rows = [int(reason.partition(":")[2]) for reason in unique]
    labels = buildings["name"].where(buildings["name"].notna(), buildings["osm_id"]).iloc[rows]
    named = {
        r: f"hidden:{label}" if isinstance(label, str) else "hidden" for r, label in zip(unique, labels, strict=True)
    }
    return reasons.map(lambda reason: named.get(reason, reason))


def _shares(ground: Survey, judged: list[tuple[Rule, Findings]], verdicts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Starts of streets by area of all rules; areas whose stock was not taken have no say."""
    parts = []
    for rule, findings in judged:
        if findings.shares.empty:
            continue
        own = verdicts[verdicts["rule"] == rule.id]
        row_of = pd.Series(own.index, index=own["order"])
        part = findings.shares
        parts.append(
            part.assign(rule=rule.id, verdict=row_of.loc[part["subject"]].to_numpy(), area=_area_names(ground, part))
        )
    columns = ["rule", "verdict", "level", "area", "starts_mm", "passing_mm"]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return pd.concat(parts, ignore_index=True)[columns]


def _area_names(ground: Survey, shares: pd.DataFrame) -> np.ndarray:
    names = np.full(len(shares), None, dtype=object)
    for level, own in ground.levels.items():
        mine = ((shares["level"] == level) & (shares["area"] >= 0)).to_numpy()
        rows = shares["area"].to_numpy(dtype=np.int64)[mine]
        stocked = (own.frame["surveyed"] != False).to_numpy()  # noqa: E712 - None means taken stock of
        labels = np.where(stocked, own.frame["name"].to_numpy(dtype=object), None)
        names[mine] = labels[rows]
    return names
