"""Why a street or a place passes or fails: what was looked at there, gathered from an assessment to be drawn."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import City
from geo.areas import viewing_centre
from geo.crs import WGS84, to_mm
from geo.sight import isovist, obstacles
from geo.windows import count_profile, failing_starts, least_counts
from metrics.assessment import Assessment
from metrics.explain import reason_label, whole
from metrics.measures.demands import Demand, demands_of, weights
from metrics.measures.findings import FAIL
from metrics.rules import Along, Rule, SiteRule, Visible
from metrics.survey import COUNTS, MAYBE, Stock
from texts import say

_OFF_STREET = ("out_of_reach", "nearer_other_street")
_MM = 1000.0
_AROUND_M = 60.0  # how far around a place sites and buildings are shown when its rule does not look


@dataclass(frozen=True)
class Strip:
    """
    One street judged by one rule, positions in metres from its start.

    Attributes
    ----------
    length_m, window_m
        Of the street and of the walk; ``window_m`` is None for rules without windows.
    need
        Places a window must hold, None without windows.
    unit
        ``sites`` or ``panels``.
    sites
        ``at_m``, ``counted``, ``reason`` (short, Chinese), ``name``, ``weight`` (how much it counts).
    gaps
        Failing stretches, from and to.
    failing
        Failing starts, from and to.
    starts_m, counts
        The count from each start as a step function, see ``geo.windows.count_profile``.
    worst_m, worst_count
        Where the window with the fewest places begins, and how many it holds.
    title
        What is counted when not all places are, else "".
    """

    length_m: float
    window_m: float | None
    need: int | None
    unit: str
    sites: pd.DataFrame
    gaps: list[tuple[float, float]]
    failing: list[tuple[float, float]]
    starts_m: np.ndarray
    counts: np.ndarray
    worst_m: float | None
    worst_count: int | None
    title: str = ""

    @property
    def last_start_m(self) -> float:
        """The last position a whole window can start from."""
        return max(self.length_m - (self.window_m or 0.0), 0.0)


@dataclass(frozen=True)
class Place:
    """
    A place judged by one rule, in metres of the city's CRS.

    Attributes
    ----------
    shape
        The outline of the place, or its point or line.
    centre
        x and y where one stands to look, None when the rule does not look.
    view
        What can be seen from the centre, None when the rule does not look.
    view_m
        How far one sees, metres; for other rules how far a site may be.
    buildings
        Polygons around.
    sites
        ``x``, ``y``, ``counted``, ``reason`` (short, Chinese), ``name``, ``distance_m``.
    """

    shape: shapely.Geometry
    centre: tuple[float, float] | None
    view: shapely.Geometry | None
    view_m: float
    buildings: gpd.GeoSeries
    sites: pd.DataFrame


def strip_of(assessment: Assessment, city: City, rule: Rule, subject: str) -> Strip:
    """
    The strip of the street ``subject`` as ``rule`` judged it.

    With quotas the strip shows the demand that lacks most, as the verdict does; a failing street is counted with
    all that may count, as its verdict is.
    """
    verdict = _verdict(assessment, rule, subject)
    own = assessment.gaps[(assessment.gaps["rule"] == rule.id) & (assessment.gaps["subject"] == subject)]
    gaps = _joined(own[["from_m", "to_m"]].dropna().sort_values("from_m").to_numpy())
    sites = _sites_of(assessment, city, rule, subject)
    length_m = float(verdict.length_m)
    if not isinstance(rule, Along):
        empty = np.empty(0)
        return Strip(length_m, None, None, "sites", sites, gaps, [], empty, empty, None, None)
    demand = _worst_demand(city, rule, sites, length_m, verdict)
    positions, need, title = demand
    length_mm, window_mm = int(to_mm(length_m)), int(to_mm(rule.window_m))
    starts, counts = count_profile(positions, length_mm, window_mm)
    offsets, lengths, needs = np.array([0, len(positions)]), np.array([length_mm]), np.array([need])
    failing = failing_starts(positions, offsets, lengths, needs, window_mm)
    least, where = least_counts(positions, offsets, lengths, window_mm)
    return Strip(
        length_m=length_m,
        window_m=rule.window_m,
        need=need,
        unit=rule.count,
        sites=sites,
        gaps=gaps,
        failing=[(start / _MM, end / _MM) for start, end in zip(failing.start_mm, failing.end_mm, strict=True)],
        starts_m=starts / _MM,
        counts=counts,
        worst_m=float(where[0]) / _MM,
        worst_count=int(least[0]),
        title=title,
    )


def place_of(assessment: Assessment, city: City, rule: Rule, subject: str) -> Place | None:
    """The picture of the place ``subject`` as ``rule`` judged it; None when it has no position or no site matters."""
    verdict = _verdict(assessment, rule, subject)
    if not isinstance(rule, SiteRule) or verdict.geometry is None or verdict.geometry.is_empty:
        return None
    looks = isinstance(rule, Visible)
    centre = _centre(city, subject, verdict.geometry)
    sites = _sites_of(assessment, city, rule, subject)
    reach_m = assessment.book.view.default_distance_m if looks else getattr(rule, "reach_m", None) or _AROUND_M
    seen_m = float(sites.loc[sites["counted"], "distance_m"].max()) if looks and sites["counted"].any() else 0.0
    view_m = max(reach_m, seen_m)
    around = shapely.buffer(verdict.geometry, view_m + _AROUND_M)
    buildings = gpd.GeoSeries([], crs=city.crs)
    view = None
    if city.buildings is not None:
        near = city.buildings.sindex.query(around)
        buildings = city.buildings.geometry.iloc[np.sort(near)].reset_index(drop=True)
        if looks:
            view = isovist(to_mm(np.array(centre)), obstacles(buildings), radius_m=reach_m)
    return Place(verdict.geometry, centre if looks else None, view, reach_m, buildings, sites)


def _verdict(assessment: Assessment, rule: Rule, subject: str):
    verdicts = assessment.verdicts
    own = verdicts[(verdicts["rule"] == rule.id) & (verdicts["subject"] == subject)]
    return next(own.itertuples())


def _centre(city: City, subject: str, shape: shapely.Geometry) -> tuple[float, float]:
    """Where one stands: the centre that the venue carries, else as the measure finds it."""
    venues = city.venues
    own = venues[venues["id"] == subject] if venues is not None else None
    if own is not None and len(own) and own[["centre_lon", "centre_lat"]].notna().all(axis=None):
        lon, lat = own[["centre_lon", "centre_lat"]].iloc[0]
        point = gpd.GeoSeries([shapely.Point(lon, lat)], crs=WGS84).to_crs(city.crs).iloc[0]
    else:
        point = viewing_centre(gpd.GeoSeries([shape], crs=city.crs)).iloc[0]
    return point.x, point.y


def _sites_of(assessment: Assessment, city: City, rule: Rule, subject: str) -> pd.DataFrame:
    """
    What was looked at for a subject: ``site``, ``row`` (of the city's sites, -1 for a venue), ``name``, ``counted``,
    ``code`` and ``reason``, ``at_m``, ``distance_m``, ``x``, ``y``.
    """
    traces = assessment.traces
    own = traces[(traces["rule"] == rule.id) & (traces["subject"] == subject)].reset_index(drop=True)
    sites, venues = _points(city.sites, own["site"], is_site=True), _points(city.venues, own["site"], is_site=False)
    known = pd.concat([sites, venues])
    known = known[~known.index.duplicated()].reindex(own["site"])
    distance = own["distance_m"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "site": own["site"].to_numpy(),
            "row": known["row"].fillna(-1).astype(int).to_numpy(),
            "name": known["name"].where(known["name"].notna(), own["site"].to_numpy()).to_numpy(),
            "counted": own["counted"].to_numpy(dtype=bool),
            "code": own["reason"].to_numpy(),
            "reason": [_said(code, off) for code, off in zip(own["reason"], distance, strict=True)],
            "at_m": own["at_m"].to_numpy(dtype=float),
            "distance_m": distance,
            "x": known["x"].to_numpy(),
            "y": known["y"].to_numpy(),
        }
    )


def _points(layer: gpd.GeoDataFrame | None, ids: pd.Series, *, is_site: bool) -> pd.DataFrame:
    """Rows (-1 for venues), names and positions, by id, of what a layer has of ``ids``."""
    if layer is None:
        return pd.DataFrame({"row": [], "name": [], "x": [], "y": []}, index=pd.Index([], dtype=object))
    layer = layer[layer["id"].isin(ids)]
    centres = layer.geometry.centroid
    return pd.DataFrame(
        {
            "row": layer.index.to_numpy() if is_site else -1,
            "name": layer["name"].to_numpy(),
            "x": centres.x.to_numpy(),
            "y": centres.y.to_numpy(),
        },
        index=layer["id"].to_numpy(),
    )


def _said(code: str, distance_m: float) -> str:
    label = reason_label(code)
    if code != "out_of_reach" or not np.isfinite(distance_m):
        return label
    return f"{label} {say('explain.metres', metres=whole(distance_m))}"


def _worst_demand(
    city: City, rule: Along, sites: pd.DataFrame, length_m: float, verdict
) -> tuple[np.ndarray, int, str]:
    """Positions (mm, sorted, each as often as it counts), number asked for and title of what lacks most."""
    on_street = sites[~sites["code"].isin(_OFF_STREET) & (sites["row"] >= 0)]
    rows, at_mm = on_street["row"].to_numpy(), to_mm(on_street["at_m"])
    length_mm, window_mm = int(to_mm(length_m)), int(to_mm(rule.window_m))
    if city.sites is None:
        return np.empty(0, dtype=np.int64), int(verdict.required), ""
    stock = Stock.of(city.sites.iloc[rows])
    weight = weights(rule, stock)
    found = []
    for demand in demands_of(rule, stock):
        positions = np.sort(np.repeat(at_mm, np.where(_counts(demand, verdict.status), weight, 0)))
        need = _need(rule, demand.need, length_mm, window_mm)
        least, _ = least_counts(positions, np.array([0, len(positions)]), np.array([length_mm]), window_mm)
        found.append((need - int(least[0]), positions, need, demand.title))
    _, positions, need, title = max(found, key=lambda one: one[0]) if verdict.status == FAIL else found[0]
    return positions, need, title


def _counts(demand: Demand, status: str) -> np.ndarray:
    may = (demand.state == COUNTS) | (demand.state == MAYBE)
    return may if status == FAIL else demand.state == COUNTS


def _need(rule: Along, need: int, length_mm: int, window_mm: int) -> int:
    return -(-need * length_mm // window_mm) if rule.short == "prorate" and length_mm < window_mm else need


def _joined(stretches: np.ndarray) -> list[tuple[float, float]]:
    """Stretches with those joined that were only cut at a district's border."""
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1] + 1 / _MM:
            joined[-1] = (joined[-1][0], max(joined[-1][1], float(end)))
        else:
            joined.append((float(start), float(end)))
    return joined
