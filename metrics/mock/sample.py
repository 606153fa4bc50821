"""The points of a mock assessment: drawn by class and district from a seed, told in words, shared out to inspectors."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from data.errors import DataError, raise_faults
from geo.areas import inner_points
from geo.crs import WGS84, to_mm
from metrics.assessment import Assessment, road_classes
from metrics.measures.street_words import origin_text, where_text
from metrics.mock.asked import Foreseen, asked, foreseen_walks, why_not
from metrics.mock.chance import number_of, stratified
from metrics.plan.words import Directions
from metrics.rules import Along, Rule, Share
from metrics.survey import Survey, survey
from texts import say

POINT_COLUMNS = [
    "number",
    "inspector",
    "class",
    "subject",
    "subject_name",
    "district",
    "street",
    "place",
    "from_m",
    "to_m",
    "path",
    "geometry",
]
LINE_COLUMNS = ["key", "number", "rule", "clause", "part", "text", "op", "need", "whole", "kind", "share", "shown"]
FORESEEN_COLUMNS = ["number", "rule", "clause", "title", "unit", "value", "required", "missing", "status"]
STREET_LEVEL = "street"
_MOST_POINTS = 5_000


@dataclass(frozen=True, eq=False)
class Sample:
    """
    The points of a mock assessment; same city, book, phase, seed, counts and inspectors: the same to the last row.

    Attributes
    ----------
    points
        ``POINT_COLUMNS``, in the order of the forms: ``number`` from 1, ``inspector`` from 1, ``street`` the 街道 it
        lies in (of a walk, its middle), ``place`` in words, ``from_m`` and ``to_m`` of a walk, ``path`` its course
        (pairs of x and y; none at other points); points in the city's CRS.
    lines
        ``LINE_COLUMNS``: what is written down at each point; ``key`` names the line on the forms.
    foreseen
        ``FORESEEN_COLUMNS``: what the model expects by rule and point: of a walk, in the window that is walked.
    seed, counts, inspectors, district
        What was asked for; the district "" is the whole city.
    inputs
        Fingerprints of ``city`` and ``book``, ``book_id``, ``edition``, ``phase``, ``data_date``.
    notes
        Chinese sentences: classes that have no subject, rules that no count on the spot answers.
    """

    points: gpd.GeoDataFrame
    lines: pd.DataFrame
    foreseen: pd.DataFrame
    seed: int
    counts: Mapping[str, int]
    inspectors: int
    district: str
    inputs: Mapping[str, object]
    notes: tuple[str, ...]

    @property
    def record(self) -> dict[str, object]:
        """What repeats the draw: plain numbers and texts."""
        asked_for = {"seed": self.seed, "counts": dict(self.counts), "inspectors": self.inspectors}
        return {**asked_for, "district": self.district, **self.inputs}

    @property
    def code(self) -> str:
        """Six characters that tell this sample from others; every ``key`` begins with them."""
        return _code(self.record, self.points)

    def within(self, district: str) -> "Sample":
        """The points of a district with their lines, as they were drawn and numbered; with a code of its own."""
        points = self.points[self.points["district"] == district].reset_index(drop=True)
        both = (self.lines, self.foreseen)
        lines, foreseen = (own[own["number"].isin(points["number"])].reset_index(drop=True) for own in both)
        return replace(self, points=points, lines=lines, foreseen=foreseen, district=district)


def sample(
    city: City,
    assessment: Assessment,
    *,
    seed: int,
    inspectors: int = 1,
    counts: Mapping[str, int] | None = None,
    district: str = "",
) -> Sample:
    """
    Points for a mock assessment, drawn at random by class and district.

    Of each class so many subjects as asked for, spread over the districts (see `metrics.mock.chance.stratified`); on
    a street one walk of the longest window its rules ask for, from a random start (a shorter street whole). Points
    near each other go to the same inspector, the same number to each, give or take one.

    Parameters
    ----------
    city, assessment
        A city and what it was judged to be.
    seed
        A whole number, 0 or more; the same one gives the same points.
    inspectors
        How many forms.
    counts
        How many of each class; without it those of the book's draw.
    district
        Draw in this district only; "" in the whole city.

    Raises
    ------
    DataError
        When the book says of no draw and no counts are given, a count, the seed or the number of inspectors makes no
        sense, or there is nothing to draw: every fault.
    ValueError
        When the assessment is of another city.
    """
    if assessment.inputs["city"] != city.fingerprint:
        raise ValueError("the assessment is of another city")
    counts = dict(counts) if counts is not None else _counts_of_book(assessment)
    label = assessment.book.class_label
    _check(seed, inspectors, counts, label)
    rules = [rule for rule in assessment.book.at(assessment.phase) if why_not(rule) is None]
    ground = survey(city, road_classes(assessment.book.at(assessment.phase)))
    verdicts = assessment.verdicts
    verdicts = verdicts[verdicts["rule"].isin([rule.id for rule in rules]) & (verdicts["subject"] != "")]
    verdicts = verdicts[verdicts["district"] == district] if district else verdicts
    drawn = _drawn(verdicts, counts, seed)
    if drawn.empty:
        raise DataError(say("mock.fault.nothing"))
    if len(drawn) < inspectors:
        raise DataError(say("mock.fault.many_inspectors", inspectors=inspectors, points=len(drawn)))
    points = _shared_out(_placed(ground, drawn, rules, verdicts, seed), inspectors)
    by_id = {rule.id: rule for rule in rules}
    judged = verdicts.merge(points[["number", "class", "subject", "from_m", "to_m"]], on=["class", "subject"])
    order = {rule.id: place for place, rule in enumerate(rules)}
    judged = judged.iloc[np.lexsort((judged["rule"].map(order), judged["number"]))]
    drawn_by = {"seed": seed, "counts": counts, "inspectors": inspectors, "district": district}
    inputs = {name: assessment.inputs[name] for name in ("city", "book", "book_id", "edition", "phase", "data_date")}
    return Sample(
        points=points,
        lines=_lines(judged, by_id, assessment, _code({**drawn_by, **inputs}, points)),
        foreseen=_foreseen(ground, judged, by_id),
        inputs=inputs,
        notes=_notes(assessment, counts, drawn),
        **drawn_by,
    )


def _code(record: Mapping[str, object], points: pd.DataFrame) -> str:
    columns = [name for name in POINT_COLUMNS if name not in ("path", "geometry")]
    told = [record, points[columns].astype(object).astype(str).to_numpy().tolist()]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:6].upper()


def _counts_of_book(assessment: Assessment) -> dict[str, int]:
    if assessment.book.draw is None:
        raise DataError(say("mock.fault.no_counts", book=assessment.book.title))
    return dict(assessment.book.draw.counts)


def _check(seed: int, inspectors: int, counts: Mapping[str, int], label) -> None:
    faults = []
    if seed < 0:
        faults.append(say("mock.fault.seed", seed=seed))
    if inspectors < 1:
        faults.append(say("mock.fault.inspectors", inspectors=inspectors))
    faults += [say("mock.fault.count", label=label(code), count=count) for code, count in counts.items() if count < 0]
    if sum(counts.values()) > _MOST_POINTS:
        faults.append(say("mock.fault.too_many", count=sum(counts.values()), most=_MOST_POINTS))
    raise_faults(faults)


def _drawn(verdicts: gpd.GeoDataFrame, counts: Mapping[str, int], seed: int) -> gpd.GeoDataFrame:
    """The drawn subjects, one row each."""
    everyone = verdicts.drop_duplicates(["class", "subject"])
    parts = []
    for code, count in counts.items():
        of_class = everyone[everyone["class"] == code].sort_values("subject")
        strata = of_class["district"].fillna("").to_numpy(dtype=object).tolist()
        chosen = stratified(list(zip(strata, of_class["subject"].tolist(), strict=True)), count, seed, code)
        parts.append(of_class.iloc[chosen])
    columns = ["class", "subject", "subject_name", "district", "geometry"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else everyone.iloc[:0][columns]


def _placed(
    ground: Survey, drawn: gpd.GeoDataFrame, rules: list[Rule], verdicts: pd.DataFrame, seed: int
) -> gpd.GeoDataFrame:
    """The drawn subjects with the walk or the point, in words, and the 街道."""
    walked = [rule for rule in rules if isinstance(rule, Along)]
    longest = verdicts["rule"].map({rule.id: int(to_mm(rule.window_m)) for rule in walked})
    window = longest.groupby([verdicts["class"], verdicts["subject"]]).max()
    row_of = {id: row for row, id in enumerate(ground.streets.table["street"].tolist())}
    directions = Directions(ground)
    from_m, to_m, places, spots, paths = [], [], [], [], []
    columns = (drawn[name] for name in ("class", "subject", "subject_name", "geometry"))
    for code, subject, name, geometry in zip(*columns, strict=True):
        reach = window[code, subject]
        if np.isnan(reach):
            spot = inner_points(np.array([geometry]))[0]
            x_mm, y_mm = (int(v) for v in to_mm(shapely.get_coordinates(spot))[0])
            place = directions.tell_place(name, x_mm, y_mm) or _in_degrees(spot, ground.city)
            start = end = np.nan
            path = ()
        else:
            row = row_of[subject]
            length = int(ground.street_length_mm[row])
            last = max(length - int(reach), 0)
            first = number_of(seed, code, subject, "start") % (last + 1)
            until = min(first + int(reach), length)
            spot = shapely.points(ground.streets.locate(np.array([row]), np.array([(first + until) // 2]))[0])
            whole = say("explain.along.whole", length=round(length / 1000))
            place = where_text(first, until) + origin_text(geometry) if last else whole
            start, end = first / 1000, until / 1000
            path = _course(ground, row, first, until)
        from_m.append(start)
        to_m.append(end)
        places.append(place)
        spots.append(spot)
        paths.append(path)
    level = ground.levels.get(STREET_LEVEL)
    x, y = shapely.get_x(spots), shapely.get_y(spots)
    street = np.full(len(drawn), None, dtype=object) if level is None else level.names[level.of_points(x, y)]
    table = pd.DataFrame(drawn.drop(columns="geometry")).assign(
        place=pd.Series(places, dtype=object),
        street=pd.Series(street, dtype=object),
        from_m=from_m,
        to_m=to_m,
        path=pd.Series(paths, dtype=object),
    )
    return gpd.GeoDataFrame(table, geometry=spots, crs=ground.city.crs)


def _course(ground: Survey, row: int, first_mm: int, until_mm: int) -> tuple[tuple[float, float], ...]:
    """Where a walk leads: x and y, metres, rounded to the centimetre."""
    line = shapely.get_coordinates(ground.streets.cut(row, first_mm, until_mm))
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in line)


def _in_degrees(spot: shapely.Point, city: City) -> str:
    point = gpd.GeoSeries([spot], crs=city.crs).to_crs(WGS84).iloc[0]
    return say("mock.degrees", lon=f"{point.x:.5f}", lat=f"{point.y:.5f}")


def _shared_out(points: gpd.GeoDataFrame, inspectors: int) -> gpd.GeoDataFrame:
    """Numbered in an order in which neighbours follow each other, district by district, and cut into equal parts."""
    near = points.geometry.hilbert_distance() if len(points) > 1 else np.zeros(len(points))
    district = points["district"].fillna("").to_numpy(dtype=str)
    subject = points["subject"].to_numpy(dtype=str)
    order = np.lexsort((subject, points["class"].to_numpy(dtype=str), np.asarray(near), district))
    parts = np.array_split(np.arange(len(points)), inspectors)
    inspector = np.concatenate([np.full(len(part), n + 1) for n, part in enumerate(parts)])
    numbered = points.iloc[order].reset_index(drop=True)
    return numbered.assign(number=np.arange(len(points)) + 1, inspector=inspector)[POINT_COLUMNS]


def _lines(judged: pd.DataFrame, rules: Mapping[str, Rule], assessment: Assessment, code: str) -> pd.DataFrame:
    rows = []
    seen: dict[int, int] = {}
    columns = (judged[name].tolist() for name in ("number", "rule", "length_m"))
    for number, id, length_m in zip(*columns, strict=True):
        rule = rules[id]
        length = length_m if isinstance(rule, Along) else None
        for part, one in enumerate(asked(rule, assessment.book, assessment.phase, length_m=length)):
            seen[number] = seen.get(number, 0) + 1
            rows.append(
                {
                    "key": f"{code}-{number:03d}-{seen[number]}",
                    "number": number,
                    "rule": id,
                    "clause": rule.clause,
                    "part": part,
                    "text": one.text,
                    "op": one.op,
                    "need": one.need,
                    "whole": one.whole,
                    "kind": one.kind,
                    "share": isinstance(rule, Share),
                    "shown": one.shown,
                }
            )
    return pd.DataFrame(rows, columns=LINE_COLUMNS)


def _foreseen(ground: Survey, judged: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    walks: dict[tuple[int, str], Foreseen] = {}
    for id, own in judged.groupby("rule", sort=False):
        if isinstance(rules[id], Along):
            starts = [int(v) for v in to_mm(own["from_m"].to_numpy(dtype=float))]
            found = foreseen_walks(ground, rules[id], own["subject"].tolist(), starts)
            walks.update({(number, id): one for number, one in zip(own["number"], found, strict=True)})
    rows = []
    columns = ("number", "rule", "unit", "value", "required", "missing", "status")
    for number, id, unit, *expected in zip(*(judged[name].tolist() for name in columns), strict=True):
        one = walks.get((number, id)) or Foreseen(*expected)
        about = {"number": number, "rule": id, "clause": rules[id].clause, "title": rules[id].title, "unit": unit}
        rows.append({**about, **{name: getattr(one, name) for name in FORESEEN_COLUMNS[5:]}})
    return pd.DataFrame(rows, columns=FORESEEN_COLUMNS)


def _notes(assessment: Assessment, counts: Mapping[str, int], drawn: pd.DataFrame) -> tuple[str, ...]:
    joiner, label = say("explain.joiner"), assessment.book.class_label
    here = drawn["class"].value_counts()
    notes = []
    if absent := [label(code) for code, count in counts.items() if count and code not in here]:
        notes.append(say("mock.absent", classes=joiner.join(absent)))
    if short := [label(code) for code, count in counts.items() if code in here and here[code] < count]:
        notes.append(say("mock.short", classes=joiner.join(short)))
    reasons: dict[str, list[str]] = {}
    for rule in assessment.book.at(assessment.phase):
        if (reason := why_not(rule)) and any(code in here for code in rule.classes):
            reasons.setdefault(reason, []).append(rule.title)
    for reason, titles in reasons.items():
        notes.append(say("mock.uncounted", rules=joiner.join(titles), why=say(f"mock.why_not.{reason}")))
    return tuple(notes)
