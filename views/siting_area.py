"""What of a city a district sees and edits on 选址推演: its own area; "" stands for the whole city."""

from dataclasses import replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from metrics.scenario import Changes, Difference
from views.siting_work import Bench

_MM = 1000


@lru_cache(maxsize=32)
def shape_of(bench: Bench, area: str) -> shapely.Geometry:
    """The district, in the city's CRS; empty when the city has none of that name."""
    districts = bench.city.districts
    shape = shapely.Polygon() if districts is None else districts.geometry[districts["name"] == area].union_all()
    shapely.prepare(shape)
    return shape


def is_inside(bench: Bench, area: str, x_mm: float, y_mm: float) -> bool:
    """Whether a place, whole millimetres in the city's CRS, lies in the area."""
    return not area or bool(shapely.intersects_xy(shape_of(bench, area), x_mm / _MM, y_mm / _MM))


@lru_cache(maxsize=32)
def own_rows(bench: Bench, area: str) -> np.ndarray:
    """Which of the city's own sites lie in the area: their rows in the stock."""
    if not area:
        return np.arange(len(bench.stock))
    return np.flatnonzero(shapely.intersects_xy(shape_of(bench, area), *(bench.stock.xy_mm.T / _MM)))


def own(frame: gpd.GeoDataFrame, area: str) -> gpd.GeoDataFrame:
    """The rows of findings, verdicts or gaps that lie in the area."""
    return frame[frame["district"] == area] if area else frame


def own_flips(difference: Difference, area: str) -> Difference:
    """A difference with the flips of the area only."""
    flips = [flip for flip in difference.flips if flip.district == area] if area else difference.flips
    return replace(difference, flips=flips)


def own_city(bench: Bench, area: str, changes: Changes) -> City:
    """The city with the sites of the area and those that were edited only, to be handed on."""
    if not area:
        return bench.city
    sites = bench.city.sites
    inside = shapely.intersects(shape_of(bench, area), sites.geometry.array) | sites["id"].isin(changes).to_numpy()
    return replace(bench.city, sites=sites[inside].reset_index(drop=True))
