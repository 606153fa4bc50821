"""``take``: all that the documents of a briefing say, taken from an assessment once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import geopandas as gpd
import pandas as pd

from briefing.facts.change import Change, Earlier, change_of
from briefing.facts.orders_told import OrdersTold
from briefing.facts.plan_told import PlanTold
from briefing.pictures import worst
from data.city import City
from data.errors import DataError
from metrics.assessment import Assessment, city_label
from metrics.listing import Filters, failing_length_m, findings, narrowed, walk_probability
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.scores import CITY, CLASS, DISTRICT, DISTRICT_CLASS, UNIT
from texts import say

SCOPES = (CITY, DISTRICT, UNIT)


@dataclass(frozen=True)
class Audience:
    """For whom a briefing is: the ``city``, a ``district`` or a ``unit``, by its name; the city has none."""

    scope: str = CITY
    name: str = ""

    @property
    def filters(self) -> Filters:
        """Which findings are theirs."""
        return Filters(**({} if self.scope == CITY else {self.scope: self.name}))


@dataclass(frozen=True)
class Standing:
    """
    How the city, a district or a unit stands.

    Attributes
    ----------
    score, rank, flag
        None without; the city has no rank.
    tied
        Others that have the same rank.
    passed, failed, unknown
        Subjects.
    lines, length_m, places
        Failing stretches, their metres (what fails by several rules once), and other failing findings.
    repairable, repair
        How many of the gaps new sites can repair, and the sum of the fewest each of these needs.
    walk
        The chance that a random walk passes, and how long a walk is, m; None where no street is known.
    """

    name: str
    score: float | None
    rank: int | None
    flag: str | None
    tied: tuple[str, ...]
    passed: int
    failed: int
    unknown: int
    lines: int
    length_m: float
    places: int
    repairable: int
    repair: int
    walk: tuple[float, float] | None


@dataclass(frozen=True)
class Item:
    """A class of the board: score of 100, full mark, pass rate and rank (None where nothing is known), subjects."""

    code: str
    label: str
    score: float | None
    full: float
    pass_rate: float | None
    rank: int | None
    passed: int
    failed: int
    unknown: int


@dataclass(frozen=True)
class UnitLine:
    """What a unit has to repair here; score, rank and flag are of the whole city, None in a district's part."""

    name: str
    score: float | None
    rank: int | None
    flag: str | None
    lines: int
    places: int
    repair: int

    @property
    def gaps(self) -> int:
        """Failing stretches and places."""
        return self.lines + self.places


@dataclass(frozen=True, eq=False)
class Briefing:
    """
    What a briefing says.

    Attributes
    ----------
    city_name, demo, source, licence, data_date
        Of the data.
    book, edition, phase
        What was judged by, in words.
    prints
        Fingerprints of city and book.
    at
        When the briefing was made.
    audience, own
        For whom, and how they stand.
    districts
        Best first, those without a score last; for a district itself; for a unit none.
    units
        Those with most gaps first.
    items
        In the order of the board, those with subjects.
    failing
        The failing findings of the audience, worst first, see ``metrics.listing``.
    worst
        District (``""`` for all of the audience) -> at most five findings, in the order of the numbers on its map.
    change, plan, orders
        None where there is none.
    notes
        Sentences on what could not be told.
    """

    city_name: str
    demo: bool
    source: str
    licence: str
    data_date: date | None
    book: str
    edition: str
    phase: str
    prints: Mapping[str, str]
    at: datetime
    audience: Audience
    own: Standing
    districts: tuple[Standing, ...]
    units: tuple[UnitLine, ...]
    items: tuple[Item, ...]
    failing: gpd.GeoDataFrame
    worst: Mapping[str, gpd.GeoDataFrame]
    change: Change | None = None
    plan: PlanTold | None = None
    orders: OrdersTold | None = None
    notes: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """Whom it is about, in words."""
        return self.city_name if self.audience.scope == CITY else self.audience.name


def take(
    city: City,
    assessment: Assessment,
    *,
    at: datetime,
    audience: Audience | None = None,
    earlier: Earlier | None = None,
    plan: PlanTold | None = None,
    orders: OrdersTold | None = None,
) -> Briefing:
    """
    All that a briefing says.

    Parameters
    ----------
    city, assessment
        What was judged, and how.
    at
        When the briefing is made: the only thing in which two briefings of the same may differ.
    audience
        For whom; the city when None.
    earlier
        What to compare with.
    plan, orders
        Told where given; ``orders`` are those of the audience already.

    Raises
    ------
    DataError
        When the city has no such district or unit, or ``earlier`` was judged by other rules.
    """
    audience = audience or Audience()
    _check(assessment, audience)
    listed = narrowed(findings(assessment), audience.filters)
    failing = listed[listed["status"] == FAIL].reset_index(drop=True)
    districts = _districts(assessment, audience)
    name = city_label(city) if audience.scope == CITY else audience.name
    return Briefing(
        city_name=city_label(city),
        demo=city.is_demo,
        source=city.meta.get("source") or "",
        licence=city.meta.get("licence") or "",
        data_date=day_of(assessment.inputs["data_date"]),
        book=assessment.book.title,
        edition=str(assessment.book.edition),
        phase=assessment.book.phases[assessment.phase],
        prints={"city": assessment.inputs["city"], "book": assessment.inputs["book"]},
        at=at,
        audience=audience,
        own=_standing(assessment, audience.scope, name, audience.filters),
        districts=districts,
        units=_units(assessment, audience, failing),
        items=_items(assessment, audience),
        failing=failing,
        worst=_worst(assessment, audience, failing, districts),
        change=None if earlier is None else change_of(assessment, earlier, scope=audience.scope, name=name),
        plan=plan,
        orders=orders,
    )


def day_of(value: object) -> date | None:
    """A day as it stands in the data; None when it is none."""
    day = pd.to_datetime(value, errors="coerce") if isinstance(value, str) else pd.NaT
    return None if pd.isna(day) else day.date()


def _check(assessment: Assessment, audience: Audience) -> None:
    if audience.scope not in SCOPES:
        raise ValueError(f"no scope {audience.scope!r}")
    scores = assessment.scores
    known = scores.loc[scores["scope"] == audience.scope, "name"]
    if audience.scope != CITY and audience.name not in set(known):
        raise DataError(say(f"brief.fault.no_{audience.scope}", name=audience.name, known="、".join(known.head(20))))


def _standing(assessment: Assessment, scope: str, name: str, filters: Filters) -> Standing:
    scores = assessment.scores[assessment.scores["scope"] == scope]
    own = (scores if scope == CITY else scores[scores["name"] == name]).iloc[0]
    listed = narrowed(findings(assessment), filters)
    failing = listed[listed["status"] == FAIL]
    lines = failing[failing["is_line"]]
    rank = None if scope == CITY or pd.isna(own["rank"]) else int(own["rank"])
    tied = scores.loc[(scores["rank"] == rank) & (scores["name"] != name), "name"] if rank is not None else ()
    repairs = failing["repair_min"].dropna()
    return Standing(
        name=name,
        score=_number(own["score"]),
        rank=rank,
        flag=own["flag"] if isinstance(own["flag"], str) else None,
        tied=tuple(tied),
        passed=int(own["passed"]),
        failed=int(own["failed"]),
        unknown=int(own["unknown"]),
        lines=len(lines),
        length_m=failing_length_m(lines),
        places=len(failing) - len(lines),
        repairable=len(repairs),
        repair=int(repairs.sum()),
        walk=walk_probability(assessment, filters),
    )


def _districts(assessment: Assessment, audience: Audience) -> tuple[Standing, ...]:
    scores = assessment.scores[assessment.scores["scope"] == DISTRICT]
    if audience.scope == DISTRICT:
        scores = scores[scores["name"] == audience.name]
    if audience.scope == UNIT:
        return ()
    ordered = scores.sort_values(["score", "name"], ascending=[False, True], na_position="last")
    return tuple(_standing(assessment, DISTRICT, name, Filters(district=name)) for name in ordered["name"])


def _units(assessment: Assessment, audience: Audience, failing: pd.DataFrame) -> tuple[UnitLine, ...]:
    scores = assessment.scores[assessment.scores["scope"] == UNIT].set_index("name")
    if audience.scope == UNIT:
        scores = scores.loc[[audience.name]]
    if audience.scope == DISTRICT:  # a street that goes on into another district has its verdict in none
        listed = narrowed(assessment.verdicts, audience.filters)
        scores = scores[scores.index.isin({*listed["unit"], *failing["unit"]})]
    if audience.scope == DISTRICT:
        scores = scores.assign(score=None, rank=None, flag=None)
    return _unit_lines(scores, failing)


def units_within(briefing: Briefing, district: str) -> tuple[UnitLine, ...]:
    """The units that have something to repair in a district, those with most gaps first."""
    failing = briefing.failing[briefing.failing["district"] == district]
    names = pd.DataFrame(index=failing["unit"].dropna().unique()).assign(score=None, rank=None, flag=None)
    return _unit_lines(names, failing)


def _unit_lines(scores: pd.DataFrame, failing: pd.DataFrame) -> tuple[UnitLine, ...]:
    by_unit = failing.groupby("unit")
    lines, counts, repairs = by_unit["is_line"].sum(), by_unit.size(), by_unit["repair_min"].sum()
    told = [
        UnitLine(
            name=name,
            score=_number(score),
            rank=None if pd.isna(rank) else int(rank),
            flag=flag if isinstance(flag, str) else None,
            lines=int(lines.get(name, 0)),
            places=int(counts.get(name, 0) - lines.get(name, 0)),
            repair=int(repairs.get(name, 0)),
        )
        for name, score, rank, flag in zip(scores.index, scores["score"], scores["rank"], scores["flag"], strict=True)
    ]
    return tuple(sorted(told, key=lambda unit: (-unit.gaps, unit.name)))


def _items(assessment: Assessment, audience: Audience) -> tuple[Item, ...]:
    scores = assessment.scores
    if audience.scope == UNIT:
        return _items_of_unit(assessment, audience)
    scope = CLASS if audience.scope == CITY else DISTRICT_CLASS
    own = scores[scores["scope"] == scope]
    own = own if audience.scope == CITY else own[own["name"] == audience.name]
    return tuple(
        Item(
            code=row["class"],
            label=assessment.book.class_label(row["class"]),
            score=_number(row["score"]),
            full=float(row["full"]),
            pass_rate=_number(row["pass_rate"]),
            rank=None if pd.isna(row["rank"]) else int(row["rank"]),
            passed=int(row["passed"]),
            failed=int(row["failed"]),
            unknown=int(row["unknown"]),
        )
        for row in own.to_dict("records")
        if row["passed"] + row["failed"] + row["unknown"]
    )


def _items_of_unit(assessment: Assessment, audience: Audience) -> tuple[Item, ...]:
    """The score book keeps no score of a unit by class: only what it has there."""
    own = narrowed(assessment.verdicts, audience.filters)
    own = own[own["subject"] != ""]
    counts = own.groupby("class", sort=False)["status"].value_counts().unstack(fill_value=0)
    order = dict.fromkeys([line.class_ for line in assessment.book.classes if line.class_ in counts.index])
    order |= dict.fromkeys(counts.index)
    rows = counts.reindex(columns=[PASS, FAIL, UNKNOWN], fill_value=0)
    return tuple(
        Item(code, assessment.book.class_label(code), None, 0.0, None, None, *(int(n) for n in rows.loc[code]))
        for code in order
    )


def _worst(
    assessment: Assessment, audience: Audience, failing: gpd.GeoDataFrame, districts: tuple[Standing, ...]
) -> dict[str, gpd.GeoDataFrame]:
    if audience.scope == UNIT:  # no map numbers these
        return {"": failing.head(5)}
    whole = worst(assessment, audience.name or None)
    return {"": whole} | {own.name: worst(assessment, own.name) for own in districts}


def district_part(briefing: Briefing, own: Standing) -> Briefing:
    """What a briefing of the city says of one district alone."""
    return replace(
        briefing,
        audience=Audience(DISTRICT, own.name),
        own=own,
        districts=(own,),
        units=units_within(briefing, own.name),
        items=(),
        failing=briefing.failing[briefing.failing["district"] == own.name],
        change=None,
        plan=None,
        orders=None,
    )


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
