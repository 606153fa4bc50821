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
from geo.areas import inner_points
from geo.streets import MAIN_CLASSES
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
_COUNTS_SITES = ("visible", "within", "presence", "reach")  # what new sites repair, beside streets


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
    ground = survey(city, road_classes(rules))
    clock = _lap(seconds, "streets", clock)
    judged = []
    for rule in rules:
        if progress is not None:
            progress(rule.id)
        judged.append((rule, _judge(ground, rule, book)))
        clock = _lap(seconds, rule.measure, clock)
    verdicts = _verdicts(ground, judged, phase)
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
        verdicts=gpd.GeoDataFrame(
            verdicts[[*VERDICT_COLUMNS, *(c for c in ("worst", "good_share") if c in verdicts)]],
            geometry="geometry",
            crs=city.crs,
        ),
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


def road_classes(rules: list[Rule]) -> tuple[str, ...]:
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


def _most_of(parts: pd.DataFrame, streets: int) -> np.ndarray:
    """The area that has most of each street."""
    length = (parts["to_mm"] - parts["from_mm"]).groupby([parts["line"], parts["area"]]).sum().reset_index(name="mm")
    first = length.sort_values(["line", "mm", "area"], ascending=[True, False, True]).drop_duplicates("line")
    areas = np.full(streets, -1, dtype=np.int64)
    areas[first["line"]] = first["area"]
    return areas


def _area_names(ground: Survey, verdicts: pd.DataFrame) -> dict[str, np.ndarray]:
    """For each level the name of the area that has each subject: most of a street, a point of a place."""
    street = ((verdicts["class"] == ROAD) & (verdicts["row"] >= 0)).to_numpy()
    points = inner_points(np.where(street, None, verdicts["geometry"].to_numpy(dtype=object)))
    x, y = shapely.get_x(points), shapely.get_y(points)
    names = {}
    for level, own in ground.levels.items():
        row = own.of_points(x, y)
        parts, blind = ground.street_parts[level], np.flatnonzero(own.frame["surveyed"] == False)  # noqa: E712
        # A street that a stocked area shares with one without stock is judged by what is known: it is the former's.
        parts = pd.concat([parts[~parts["area"].isin(blind)], parts.assign(to_mm=parts["from_mm"])])
        most = _most_of(parts, len(ground.streets.table))
        row[street] = most[verdicts["row"].to_numpy(dtype=np.int64)[street]]
        labels = np.array([*own.frame["name"], None], dtype=object)
        names[f"area:{level}"] = labels[row]
    return names


def _verdicts(ground: Survey, judged: list[tuple[Rule, Findings]], phase: str) -> pd.DataFrame:
    """
    All verdicts in one plain frame, sorted by rule and subject.

    ``rule_no`` and ``order`` say which row of which rule's findings each one was (-1: the rule had no subject).
    """
    parts = [_own_verdicts(rule, findings, number) for number, (rule, findings) in enumerate(judged)]
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["rule_no", "subject"], kind="stable", ignore_index=True)
    rules = [rule for rule, _ in judged]
    number = table["rule_no"].to_numpy()
    table = table.assign(
        rule=np.array([rule.id for rule in rules], dtype=object)[number],
        clause=np.array([rule.clause for rule in rules], dtype=object)[number],
        phase=phase,
        deduction=_deductions(table["missing"].to_numpy(dtype=float), rules, number),
        **_area_names(ground, table),
    )
    district = table.get(f"area:{DISTRICT}", pd.Series([None] * len(table), dtype=object))
    lead = np.array([rule.units[0] if rule.units else None for rule in rules], dtype=object)[number]
    units = table["unit"].astype(object).where(table["unit"].notna(), lead)
    units = units.where(units.notna(), district.map(_district_units(ground)))
    table = table.assign(district=district, unit=units.where(units.notna(), None))
    absent = {name: np.nan for name in ("length_m", "pass_probability") if name not in table}
    return table.assign(**absent)


def _own_verdicts(rule: Rule, findings: Findings, number: int) -> pd.DataFrame:
    """A rule's verdicts as a plain frame; one unknown row when the city has no subject of its class."""
    own = pd.DataFrame(findings.verdicts).drop(columns="centre", errors="ignore")
    if len(own):
        return own.assign(rule_no=number, order=np.arange(len(own)))
    reason = getattr(rule, "reason", None)
    label = vocabulary().classes.label(rule.class_)
    absent = findings.absent or say("explain.no_subject", class_name=label)
    sentence = say("explain.unstated", reason=reason) if reason else absent
    texts = {"subject": "", "subject_name": "", "class": rule.class_, "status": UNKNOWN, "explanation": sentence}
    empty = {"unit": None, "value": np.nan, "required": np.nan, "missing": np.nan, "geometry": None}
    return pd.DataFrame([{**texts, **empty, "row": -1, "rule_no": number, "order": -1}])


def _district_units(ground: Survey) -> dict[str, str]:
    level = ground.levels.get(DISTRICT)
    return {} if level is None else dict(zip(level.frame["name"], level.frame["unit"], strict=True))


def _deductions(missing: np.ndarray, rules: list[Rule], number: np.ndarray) -> np.ndarray:
    """Points the book takes off each subject; 0 where the rule takes none, NaN where the shortage is unknown."""
    each = np.array([rule.deduction.per_missing if rule.deduction else 0.0 for rule in rules])
    caps = [rule.deduction.cap if rule.deduction and rule.deduction.cap is not None else np.inf for rule in rules]
    return np.minimum(missing * each[number], np.array(caps)[number])


def _gaps(ground: Survey, judged: list[tuple[Rule, Findings]], verdicts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Failing stretches of streets and failing places, in the order of the verdicts."""
    on_street = np.array([isinstance(rule, Along | Spacing) for rule, _ in judged])
    countable = np.array([rule.measure in _COUNTS_SITES for rule, _ in judged])
    number = verdicts["rule_no"].to_numpy()
    place = verdicts[(verdicts["status"] == FAIL).to_numpy() & ~on_street[number]]
    repairs = place.get("repair_min", place["missing"])
    repairs = repairs.where(repairs.notna(), place["missing"])
    places = place[["rule_no", "rule", "subject", "subject_name", "district", "unit", "missing", "geometry"]].assign(
        from_m=np.nan,
        to_m=np.nan,
        length_m=np.nan,
        repair_min=np.where(countable[place["rule_no"]], repairs, np.nan),
    )
    streets = [
        _street_gaps(ground, findings.gaps, verdicts[number == k])
        for k, (_, findings) in enumerate(judged)
        if len(findings.gaps)
    ]
    table = pd.concat([places, *streets], ignore_index=True)
    table = table.sort_values(["rule_no", "subject", "from_m"], kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(table[GAP_COLUMNS], geometry="geometry", crs=ground.city.crs)


def _street_gaps(ground: Survey, gaps: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """The failing stretches of one rule; ``own`` are its verdicts."""
    level = ground.levels.get(DISTRICT)
    names = np.array([*(level.frame["name"] if level is not None else ()), None], dtype=object)
    who = own.set_index("order").loc[gaps["subject"], ["rule_no", "rule", "subject", "subject_name", "unit"]]
    from_mm, to_mm = (gaps[name].to_numpy(dtype=np.int64) for name in ("from_mm", "to_mm"))
    return who.reset_index(drop=True).assign(
        district=names[gaps["district"].to_numpy(dtype=np.int64)],
        from_m=from_mm / 1000,
        to_m=to_mm / 1000,
        length_m=(to_mm - from_mm) / 1000,
        missing=gaps["missing"].to_numpy(dtype=float),
        repair_min=gaps["repair_min"].to_numpy(dtype=float),
        geometry=ground.streets.cut_many(gaps["street"].to_numpy(dtype=np.int64), from_mm, to_mm),
    )


def _traces(ground: Survey, judged: list[tuple[Rule, Findings]]) -> pd.DataFrame:
    """All traces, sorted by rule, subject, position, distance and site."""
    parts = [
        findings.traces.assign(
            rule_no=number,
            rule=rule.id,
            subject=pd.Series(
                findings.verdicts["subject"].to_numpy(dtype=object)[
                    findings.traces["subject"].to_numpy(dtype=np.int64)
                ],
                index=findings.traces.index,
                dtype=object,
            ),
        )
        for number, (rule, findings) in enumerate(judged)
        if len(findings.traces)
    ]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in TRACE_COLUMNS})
    table = pd.concat(parts, ignore_index=True)
    order = [table["site"], table["distance_m"], table["at_m"], table["subject"]]
    codes = [pd.factorize(key, sort=True)[0] for key in order]
    table = table.iloc[np.lexsort((*codes, table["rule_no"]))].reset_index(drop=True)
    return table.assign(reason=pd.Series(_named_buildings(ground, table["reason"]), dtype=object))[TRACE_COLUMNS]


def _named_buildings(ground: Survey, reasons: pd.Series) -> np.ndarray:
    """Reasons that name a building by its row name it by its name or OSM id, which do not depend on row order."""
    code, unique = pd.factorize(reasons.to_numpy(dtype=object))
    hidden = [place for place, reason in enumerate(unique) if reason.startswith("hidden:")]
    if hidden:
        buildings = ground.city.buildings
        rows = [int(unique[place].partition(":")[2]) for place in hidden]
        labels = buildings["name"].where(buildings["name"].notna(), buildings["osm_id"]).iloc[rows]
        unique[hidden] = [f"hidden:{label}" if isinstance(label, str) else "hidden" for label in labels]
    return unique[code]


def _shares(ground: Survey, judged: list[tuple[Rule, Findings]], verdicts: pd.DataFrame) -> pd.DataFrame:
    """Starts of streets by area of all rules; areas whose stock was not taken have no say."""
    columns = ["rule", "verdict", "level", "area", "starts_mm", "passing_mm"]
    number, order = verdicts["rule_no"].to_numpy(), verdicts["order"].to_numpy()
    parts = []
    for k, (rule, findings) in enumerate(judged):
        if len(findings.shares):
            mine = np.flatnonzero(number == k)
            row_of = np.empty(len(mine), dtype=np.int64)
            row_of[order[mine]] = mine
            parts.append(findings.shares.assign(rule=rule.id, verdict=row_of[findings.shares["subject"]]))
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    table = pd.concat(parts, ignore_index=True)
    names = np.full(len(table), None, dtype=object)
    for level, own in ground.levels.items():
        stocked = (own.frame["surveyed"] != False).to_numpy()  # noqa: E712 - None means taken stock of
        labels = np.array([*np.where(stocked, own.frame["name"], None), None], dtype=object)
        mine = (table["level"] == level).to_numpy()
        names[mine] = labels[table["area"].to_numpy(dtype=np.int64)[mine]]
    return table.assign(area=names)[columns]
