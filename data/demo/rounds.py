"""The demo city as it stood in earlier weeks: what was put up or repaired since is not there yet, and the reverse."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from data.city import City

_REPAIRS, _REACH_M = 27, 380.0  # spots where sites were put up since the first round, and how far each reaches
_NOT_THERE = 0.62  # share of the sites at such a spot that were not there before; the others were faded
_LATE = 0.55  # share of the sites in bad condition that were good at first
_WORST = ("faded", "dirty", "broken", "displaced", "wrong_content")


def earlier_rounds(city: City, days: list[str], *, seed: int = 2026) -> list[City]:
    """
    The city at each of ``days``, the oldest first; the last one is the city itself as it is now, on that day.

    At some spots of the city, drawn with ``seed``, the sites within a few hundred metres were put up or repaired in
    one of the rounds: before it they are missing or faded. Of the sites that are in bad condition now some were good
    until one of the rounds. Nothing else differs, so each round can be assessed like any city.

    Parameters
    ----------
    city
        The demo city.
    days
        ISO dates of the rounds.
    seed
        Another seed gives another past.

    Raises
    ------
    ValueError
        When it is not the demo city, or it has no sites: nobody invents the past of a real city.
    """
    if not city.is_demo or city.sites is None or not len(city.sites):
        raise ValueError("only the demo city has an invented past")
    random = np.random.default_rng(seed)
    there_from, bad_from, absent = _past(city.sites, len(days), random)
    return [_round(city, number, day, there_from, bad_from, absent) for number, day in enumerate(days[:-1])] + [city]


def _past(
    sites: gpd.GeoDataFrame, rounds: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each site the round from which it was as now, the round from which it was bad, and whether it was absent."""
    points = sites.geometry.representative_point().to_numpy()
    there_from, bad_from = np.zeros(len(sites), dtype=int), np.zeros(len(sites), dtype=int)
    tree = shapely.STRtree(points)
    spots = random.choice(len(points), min(_REPAIRS, len(points)), replace=False)
    for spot, number in zip(spots, random.integers(1, max(rounds, 2), len(spots)), strict=True):
        near = tree.query(points[spot], predicate="dwithin", distance=_REACH_M)
        there_from[near] = np.maximum(there_from[near], number)
    bad = sites["condition"].isin(_WORST).to_numpy()
    late = bad & (random.uniform(size=len(sites)) < _LATE)
    bad_from[late] = random.integers(1, max(rounds, 2), int(late.sum()))
    return there_from, bad_from, random.uniform(size=len(sites)) < _NOT_THERE


def _round(
    city: City, number: int, day: str, there_from: np.ndarray, bad_from: np.ndarray, absent: np.ndarray
) -> City:
    before = there_from > number
    sites = city.sites.copy()
    condition = sites["condition"].to_numpy(dtype=object).copy()
    condition[bad_from > number] = "good"
    condition[before & ~absent] = "faded"
    sites["condition"] = condition
    kept = sites[~(before & absent)].reset_index(drop=True)
    return replace(city, sites=kept, meta={**city.meta, "data_date": day})
