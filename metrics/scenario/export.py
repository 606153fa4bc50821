"""A scenario as tables: all sites of the edited city, ready to be imported again, and what was changed of them."""

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from data.city import City
from data.vocabulary import vocabulary
from geo.crs import WGS84
from metrics.scenario.difference import Difference
from metrics.scenario.sites import TEXTS, Changes, Site, edited_city, site_in
from metrics.scores import CITY
from metrics.stock import Stock, panels_of
from texts import say

_DEGREE_DECIMALS = 10  # a hundredth of a millimetre
CHANGE_COLUMNS = ("id", "change", "moved_m", *(f"{name}_{when}" for name in TEXTS for when in ("before", "after")))


def site_table(city: City, changes: Changes) -> gpd.GeoDataFrame:
    """
    All sites of the edited city as points in WGS 84, with the columns of the city's layer.

    Read as a ``sites`` layer again it gives the same verdicts. One column more, named by the text
    ``scenario.change.column``, says what became of each site; it is None where nothing did.

    Raises
    ------
    ValueError
        When the city has no sites layer.
    """
    edited = edited_city(city, changes).sites
    kinds = _kinds(city, changes)
    told = np.array([kinds.get(id) for id in edited["id"]], dtype=object)
    named = {say("scenario.change.column"): pd.Series(told, index=edited.index, dtype=object)}
    points = gpd.GeoSeries(edited.geometry.array, crs=city.crs).to_crs(WGS84)
    rounded = gpd.points_from_xy(points.x.round(_DEGREE_DECIMALS), points.y.round(_DEGREE_DECIMALS), crs=WGS84)
    return gpd.GeoDataFrame(edited.drop(columns="geometry").assign(**named), geometry=rounded)


def change_table(city: City, changes: Changes) -> gpd.GeoDataFrame:
    """
    One row per site that is not as in the city, sorted by id: ``CHANGE_COLUMNS`` and a point in WGS 84.

    Words are labels; the point is where the site stands now, of one that is gone where it stood.
    """
    stock = Stock.of(city.sites)
    row_of = {id: row for row, id in enumerate(stock.ids.tolist())}
    rows, points = [], []
    for id, kind in sorted(_kinds(city, changes).items()):
        before = site_in(stock, row_of[id]) if id in row_of else None
        after = changes[id]
        words = {
            f"{name}_{when}": _label(name, None if site is None else getattr(site, name))
            for name in TEXTS
            for when, site in (("before", before), ("after", after))
        }
        rows.append({"id": id, "change": kind, "moved_m": _moved_m(before, after), **words})
        points.append((after or before).point)
    table = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS), dtype=object).astype({"moved_m": float})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(points, crs=city.crs).to_crs(WGS84).array, crs=WGS84)


def compare(first: Difference, second: Difference, names: tuple[str, str]) -> pd.DataFrame:
    """
    Two scenarios of one city side by side.

    Parameters
    ----------
    first, second
        What each makes of the city, both beside the same city as it is.
    names
        What they are called; the columns of their numbers. Equal names are numbered.

    Returns
    -------
    pd.DataFrame
        ``scope``, ``name`` (of the city or area), ``item`` (Chinese), then a column of numbers for the city as it is
        and for each scenario. Score and rank of the city and of each area; of the city also the metres that fail, and
        how many verdicts turned to pass and to fail.

    Raises
    ------
    ValueError
        When they are not of the same city, book and phase.
    """
    pairs = list(zip(first.scores, second.scores, strict=False))
    same = len(first.scores) == len(second.scores) and first.gap_m_before == second.gap_m_before
    if not same or not all(_same_before(*pair) for pair in pairs):
        raise ValueError("the differences are not to the same city, book and phase")
    rows = []
    for one, other in pairs:
        where = one.scope, one.name
        rows.append((*where, say("scenario.compare.score"), one.before, one.after, other.after))
        if one.scope == CITY:
            gaps = first.gap_m_before, first.gap_m, second.gap_m
            rows.append((*where, say("scenario.compare.gap"), *gaps))
            rows.append((*where, say("scenario.compare.gained"), 0, len(first.gained), len(second.gained)))
            rows.append((*where, say("scenario.compare.lost"), 0, len(first.lost), len(second.lost)))
        else:
            rows.append((*where, say("scenario.compare.rank"), one.rank_before, one.rank, other.rank))
    numbers = _distinct([say("scenario.compare.before"), *names])
    table = pd.DataFrame(rows, columns=["scope", "name", "item", *numbers])
    return table.astype(dict.fromkeys(numbers, float))


def _same_before(one, other) -> bool:
    return (one.scope, one.name) == (other.scope, other.name) and np.array_equal(
        [one.before], [other.before], equal_nan=True
    )


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, each other than all before it and than the other columns."""
    found: list[str] = []
    for name in names:
        base, number = name.strip() or say("scenario.compare.unnamed"), 2
        name = base
        while name in (*found, "scope", "name", "item"):
            name, number = say("scenario.compare.numbered", name=base, number=number), number + 1
        found.append(name)
    return found


def _kinds(city: City, changes: Changes) -> dict[str, str]:
    """What became of each site that is not as in the city."""
    stock = Stock.of(city.sites)
    row_of = {id: row for row, id in enumerate(stock.ids.tolist())}
    kinds = {}
    for id, after in changes.items():
        before = site_in(stock, row_of[id]) if id in row_of else None
        if (kind := _kind(before, after)) is not None:
            kinds[id] = say(f"scenario.change.{kind}")
    return kinds


def _kind(before: Site | None, after: Site | None) -> str | None:
    if before is None or after is None:
        return None if before == after else "added" if before is None else "removed"
    moved = (before.x_mm, before.y_mm) != (after.x_mm, after.y_mm)
    altered = before.moved(0, 0) != replace(after, panels=float(_panels(after))).moved(0, 0)
    if moved and altered:
        return "moved_and_altered"
    return "moved" if moved else "altered" if altered else None


def _panels(site: Site) -> int:
    """As they count."""
    return int(panels_of(np.array([site.panels], dtype=float))[0])


def _moved_m(before: Site | None, after: Site | None) -> float:
    """How far a site was moved; NaN for one that is new or gone."""
    if before is None or after is None:
        return float("nan")
    return round(float(np.hypot(after.x_mm - before.x_mm, after.y_mm - before.y_mm)) / 1000, 3)


def _label(column: str, text: str | None) -> str | None:
    """The label of a code, or of codes joined by commas."""
    if text is None:
        return None
    words = vocabulary().of("sites", column)
    return say("explain.joiner").join(words.label(code) for code in text.split(","))
