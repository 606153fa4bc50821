"""``take``: all that the documents of a briefing say, taken from an assessment once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import geopandas as gpd
import pandas as pd

from briefing.facts.audience import Audience, check_audience
from briefing.facts.change import Change, Earlier, change_of
from briefing.facts.items_told import Item, items_of
from briefing.facts.orders_told import OrdersTold
from briefing.facts.plan_told import PlanTold
from briefing.facts.standing import Standing, districts_of, standing_of
from briefing.facts.units_told import UnitLine, unit_lines, units_of
from briefing.pictures import worst
from data.city import City
from metrics.assessment import Assessment, city_label
from metrics.listing import findings, narrowed
from metrics.measures.findings import FAIL
from metrics.scores import CITY, DISTRICT, UNIT


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
    approval
        The map approval number (审图号) of its maps; "" for a blank to be filled in.
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
    approval: str = ""
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
    approval: str = "",
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
    approval
        The map approval number (审图号), where there is one.
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
    check_audience(assessment, audience)
    listed = narrowed(findings(assessment), audience.filters)
    failing = listed[listed["status"] == FAIL].reset_index(drop=True)
    districts = districts_of(assessment, audience)
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
        own=standing_of(assessment, audience.scope, name, audience.filters),
        districts=districts,
        units=units_of(assessment, audience, failing),
        items=items_of(assessment, audience),
        failing=failing,
        worst=_worst(assessment, audience, failing, districts),
        approval=approval.strip(),
        change=None if earlier is None else change_of(assessment, earlier, scope=audience.scope, name=name),
        plan=plan,
        orders=orders,
    )


def day_of(value: object) -> date | None:
    """A day as it stands in the data; None when it is none."""
    day = pd.to_datetime(value, errors="coerce") if isinstance(value, str) else pd.NaT
    return None if pd.isna(day) else day.date()


def units_within(briefing: Briefing, district: str) -> tuple[UnitLine, ...]:
    """The units that have something to repair in a district, those with most gaps first."""
    failing = briefing.failing[briefing.failing["district"] == district]
    names = pd.DataFrame(index=failing["unit"].dropna().unique()).assign(score=None, rank=None, flag=None)
    return unit_lines(names, failing)


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
