"""What the page 选址推演 computes with: a city judged once, and again after every edit; shared by all sessions."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import geopandas as gpd
import numpy as np
import shapely
import streamlit as st

from data.city import City
from data.vocabulary import vocabulary
from metrics.assessment import Assessment
from metrics.book import RuleBook
from metrics.plan.ground import Ground
from metrics.plan.offer import defaults
from metrics.plan.spots import Spots
from metrics.scenario import Changes, Difference, Site, WhatIf, edited_city
from metrics.scenario.sites import site_in
from metrics.stock import Coded, Stock
from texts import say

Size = tuple[float | None, float | None]  # width and height, metres
STOCK_ZOOM = 13.5  # from here on the map draws the city's own sites, see siting.js
_MM, _MOST_SIZES = 1000, 5


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    What a set of changes makes of the city.

    Attributes
    ----------
    changes
        The changes.
    difference
        Beside the city as it is.
    gaps
        As ``Assessment.gaps``, of the city with the changes.
    """

    changes: Changes
    difference: Difference
    gaps: gpd.GeoDataFrame


@dataclass(frozen=True)
class Snapped:
    """Where a new site may stand: ``place`` says it in words, ``moved_m`` is how far that is from what was asked."""

    x_mm: int
    y_mm: int
    facing_deg: float | None
    place: str
    moved_m: float


class Bench:
    """
    A city, a book and a phase, ready for edits; sessions share it, so each call says which changes it is about.

    Attributes
    ----------
    city, book, phase
        What it was made of.
    base, assessed
        The outcome and the assessment without changes.
    """

    def __init__(self, city: City, book: RuleBook, phase: str, *, progress: Callable[[str], None] | None = None):
        self.city, self.book, self.phase = city, book, phase
        self._what_if = WhatIf(city, book, phase, progress=progress)
        self._lock = Lock()
        ground, _, _ = self._what_if.now()
        self._spots = Spots(Ground(ground, (), float(defaults()["spacing_m"])))  # keeps nothing between calls
        self._own_sites: dict[str, Site] = {}  # those that were asked for; they never change
        self._last: tuple[Changes, Assessment, City] | None = None
        self.base = self.outcome({})
        self.assessed = self._what_if.assessment()

    @property
    def stock(self) -> Stock:
        """The city's own sites."""
        return self._what_if.stock

    def outcome(self, changes: Changes) -> Outcome:
        """What these changes make of the city."""
        with self._lock:
            difference = self._what_if.become(changes)
            return Outcome(dict(changes), difference, self._what_if.gaps())

    def assessed_with(self, changes: Changes) -> tuple[Assessment, City]:
        """
        The whole assessment of the city with these changes, and that city; takes longer than `outcome`.

        The last one is kept for all sessions together: an assessment of a large city is large.
        """
        if not changes:
            return self.assessed, self.city
        with self._lock:
            if self._last is None or self._last[0] != changes:
                self._what_if.become(changes)
                assessed = self._what_if.assessment()
                self._last = dict(changes), assessed, edited_city(self.city, changes)
            return self._last[1:]

    def own_site(self, id: str) -> Site | None:
        """A site as the city has it."""
        row = self._row_of.get(id)
        if row is not None and id not in self._own_sites:
            self._own_sites[id] = site_in(self.stock, row)
        return None if row is None else self._own_sites[id]

    def row(self, id: str) -> int | None:
        """The place of a site in the stock."""
        return self._row_of.get(id)

    def site(self, id: str, changes: Changes) -> Site | None:
        """A site as it is with these changes; None when there is none, or no longer."""
        return changes[id] if id in changes else self.own_site(id)

    def snapped(
        self,
        point: shapely.Point,
        *,
        changes: Changes,
        but: str | None = None,
        forbidden: Sequence[shapely.Geometry] = (),
    ) -> Snapped | None:
        """
        The spot nearest to ``point`` where a site may stand beside the edited ones; None when there is none near.

        Parameters
        ----------
        point, forbidden
            Metres, in the city's CRS.
        but
            The id of the site that is to stand there: it does not stand in its own way.
        """
        asked = round(point.x * _MM), round(point.y * _MM)
        found = self._spots.nearest(*asked, changes=changes, but=but, forbidden=forbidden)
        if found is None:
            return None
        spot, moved_m = found
        return Snapped(spot.x_mm, spot.y_mm, spot.facing_deg, spot.place, moved_m)

    def sizes(self, carrier: str) -> list[Size]:
        """The sizes in which the city has this carrier, the most frequent first; not recorded when it has none."""
        mine = np.flatnonzero(_coded_as(self.stock.carrier, carrier))
        pairs = np.column_stack([self.stock.width_m[mine], self.stock.height_m[mine]])
        known = Counter(map(tuple, pairs[np.isfinite(pairs).all(axis=1)].tolist()))
        return [size for size, _ in known.most_common(_MOST_SIZES)] or [(None, None)]

    @cached_property
    def carriers(self) -> list[str]:
        """Codes of all carriers, those the city has most of first."""
        words, codes = self.stock.carrier.words, self.stock.carrier.codes
        had = Counter(words[code] for code in codes.tolist() if code >= 0)
        known = vocabulary().carriers.codes
        return [code for code, _ in had.most_common() if code in known] + [code for code in known if code not in had]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.stock.ids.tolist())}


def _coded_as(column: Coded, word: str) -> np.ndarray:
    places = [place for place, known in enumerate(column.words) if known == word]
    return np.isin(column.codes, places)


class Making:
    """A bench that is being made, in a thread of its own; ``told`` says how far it is, in Chinese."""

    def __init__(self, city: City, book: RuleBook, phase: str):
        self.city = city  # its id is the key of the cache
        titles = {rule.id: rule.title for rule in book.at(phase)}
        self.told = say("siting.making.streets")
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="siting-bench")
        self.future: Future[Bench] = pool.submit(Bench, city, book, phase, progress=lambda id: self._tell(titles[id]))
        pool.shutdown(wait=False)

    def _tell(self, title: str) -> None:
        self.told = say("siting.making.rule", rule=title)


@st.cache_resource(max_entries=3, show_spinner=False, hash_funcs={City: id, RuleBook: lambda book: book.fingerprint})
def making(city: City, book: RuleBook, phase: str) -> Making:
    """The bench of a city, a book and a phase; one however many sessions ask."""
    return Making(city, book, phase)
