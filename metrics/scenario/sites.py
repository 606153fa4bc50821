"""Sites that are not, or not so, in the city: what a planner puts up, moves, changes or takes away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from metrics.stock import Coded, Stock, panels_of

NUMBERS = ("panels", "width_m", "height_m", "facing_deg")
TEXTS = ("carrier", "themes", "condition")


@dataclass(frozen=True)
class Site:
    """
    One site as a planner sees it.

    Attributes
    ----------
    id
        Of the city's site, or a new one.
    x_mm, y_mm
        Whole millimetres in the city's CRS.
    carrier, themes, condition
        Codes; themes joined by ``,``; None is not recorded.
    panels, width_m, height_m, facing_deg
        None is not recorded.
    """

    id: str
    x_mm: int
    y_mm: int
    carrier: str | None = None
    themes: str | None = None
    condition: str | None = None
    panels: float | None = None
    width_m: float | None = None
    height_m: float | None = None
    facing_deg: float | None = None

    @property
    def point(self) -> shapely.Point:
        """Where it stands, metres in the city's CRS."""
        return shapely.Point(self.x_mm / 1000, self.y_mm / 1000)

    def moved(self, x_mm: int, y_mm: int) -> "Site":
        """The same site elsewhere."""
        return replace(self, x_mm=int(x_mm), y_mm=int(y_mm))


Changes = Mapping[str, Site | None]  # by id: how the site is now; None: it is gone


def site_in(stock: Stock, row: int) -> Site:
    """One of the stock as a `Site`."""
    words = {name: _word(getattr(stock, name), row) for name in TEXTS}
    numbers = {name: float(value) for name in NUMBERS[1:] if np.isfinite(value := getattr(stock, name)[row])}
    x_mm, y_mm = stock.xy_mm[row].tolist()
    return Site(stock.ids[row], x_mm, y_mm, **words, panels=float(stock.panels[row]), **numbers)


def _word(coded: Coded, row: int) -> str | None:
    code = coded.codes[row]
    return None if code < 0 else coded.words[code]


def with_sites(stock: Stock, sites: Sequence[Site], rows: Sequence[int]) -> Stock:
    """The stock and, after its own, more sites; ``rows`` are the rows of the layer they stand for, -1 for new ones."""
    if not sites:
        return stock
    numbers = {
        name: np.array([np.nan if (value := getattr(site, name)) is None else value for site in sites], dtype=float)
        for name in NUMBERS
    }
    numbers["panels"] = panels_of(numbers["panels"])
    return Stock(
        ids=np.append(stock.ids, np.array([site.id for site in sites], dtype=object)),
        xy_mm=np.vstack([stock.xy_mm, [(site.x_mm, site.y_mm) for site in sites]]),
        **{name: getattr(stock, name).plus([getattr(site, name) for site in sites]) for name in TEXTS},
        **{name: np.append(getattr(stock, name), more) for name, more in numbers.items()},
        frame=stock.frame,
        row=np.append(stock.row, rows),
    )


def edited_city(city: City, changes: Changes) -> City:
    """
    The city as it would be: sites changed in place, gone, or added after the others.

    What a `Site` does not say of itself (photo, unit …) stays as the city has it.

    Raises
    ------
    ValueError
        When the city has no sites layer: nobody knows what stands there already.
    """
    if city.sites is None:
        raise ValueError("a city without a sites layer cannot be edited")
    layer = city.sites
    gone = [id for id, site in changes.items() if site is None]
    layer = layer[~layer["id"].isin(gone)].reset_index(drop=True)
    place = {id: row for row, id in enumerate(layer["id"])}
    kept = [site for site in changes.values() if site is not None]
    new = [site for site in kept if site.id not in place]
    layer = pd.concat([layer, _rows_of(new, layer)], ignore_index=True) if new else layer.copy()
    place |= {site.id: len(place) + nth for nth, site in enumerate(new)}
    rows = [place[site.id] for site in kept]
    for name in (*TEXTS, *NUMBERS):
        column = layer[name].to_numpy(dtype=object if name in TEXTS else float, copy=True)
        column[rows] = [_cell(site, name, column[row]) for site, row in zip(kept, rows, strict=True)]
        layer[name] = pd.array(column, dtype=layer[name].dtype)
    points = layer.geometry.to_numpy().copy()
    points[rows] = [site.point for site in kept]
    return replace(city, sites=layer.set_geometry(gpd.GeoSeries(points, crs=city.crs)))


def _cell(site: Site, name: str, was: object) -> object:
    value = getattr(site, name)
    if name == "panels" and value is not None and panels_of(np.array([was], dtype=float))[0] == value:
        return was  # a number not recorded counts as 1: it stays not recorded
    return value if value is not None or name in TEXTS else np.nan


def _rows_of(sites: Sequence[Site], layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = pd.DataFrame({"id": [site.id for site in sites]}).reindex(columns=layer.columns.drop(layer.geometry.name))
    rows = rows.astype({name: layer[name].dtype for name in rows})
    return gpd.GeoDataFrame(rows, geometry=[site.point for site in sites], crs=layer.crs)
