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
from geo.windows import count_profile
from metrics.assessment import Assessment, road_classes
from metrics.explain import reason_label, whole
from metrics.measures.along import facility_matches
from metrics.measures.findings import PASS
from metrics.rules import Along, Rule, SiteRule, Visible
from metrics.stock import COUNTS
from metrics.survey import survey
from metrics.walks import Demanded, Walk, demanded_on, failing_in_gaps
from texts import say

_MM = 1000.0
_AROUND_M = 60.0  # how far around a place sites and buildings are shown when its rule does not look


@dataclass(frozen=True)
class Strip:
    """
    One street judged by one rule, positions in metres from its start.

    Attributes
    ----------
    length_m, window_m
        Of the street and of the walk; ``window_m`` is None as ``need`` is.
    need
        Places a window must hold, None without windows and where no stock was taken.
    unit
        ``sites`` or ``panels``.
    sites
        ``at_m``, ``counted``, ``reason`` (short, Chinese), ``name``.
    gaps
        Failing stretches, from and to.
    failing
        Starts behind the gaps that fail what is shown, from and to; none unless the street fails.
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
    The strip of the street ``subject`` as ``rule`` judged it: its numbers are those of the verdict.

    With quotas the strip shows the demand that lacks most, as the verdict does, and which sites count for that one.
    Only what surely counts is counted; a start fails where it does in any case, within the verdict's gaps.
    """
    verdict = _verdict(assessment, rule, subject)
    own = assessment.rows("gaps", rule.id, subject)
    gaps = _joined(own[["from_m", "to_m"]].dropna().sort_values("from_m").to_numpy())
    sites = _sites_of(assessment, city, rule, subject)
    length_m = float(verdict.length_m)
    if not isinstance(rule, Along) or np.isnan(verdict.value):
        empty = np.empty(0)
        return Strip(length_m, None, None, "sites", sites, gaps, [], empty, empty, None, None)
    sites = pd.concat([sites, _facilities(assessment, city, rule, subject)], ignore_index=True)
    walk = Walk(int(to_mm(length_m)), int(to_mm(rule.window_m)))
    lines = demanded_on(city, rule, sites, walk)
    failing = failing_in_gaps(lines, gaps, walk)
    lacks = [line.need - walk.least(line.surely, failing)[0] for line in lines]
    line = lines[0 if verdict.status == PASS else int(np.argmax(lacks))]
    starts, counts = count_profile(line.surely, walk.length_mm, walk.window_mm)
    return Strip(
        length_m=length_m,
        window_m=rule.window_m,
        need=int(verdict.required),
        unit=rule.count,
        sites=_for_line(sites, line),
        gaps=gaps,
        failing=[(start / _MM, end / _MM) for start, end in walk.common(failing, walk.failing(line.surely, line.need))],
        starts_m=starts / _MM,
        counts=counts,
        worst_m=walk.least(line.surely, failing)[1] / _MM,
        worst_count=int(verdict.value),
        title=line.title,
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
    return next(assessment.rows("verdicts", rule.id, subject).itertuples())


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
    own = assessment.rows("traces", rule.id, subject).reset_index(drop=True)
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


def _facilities(assessment: Assessment, city: City, rule: Along, subject: str) -> pd.DataFrame:
    """The venues that count as sites along a street, in the columns of ``_sites_of``."""
    if not rule.facility_classes:
        return pd.DataFrame()
    ground = survey(city, road_classes(assessment.book.at(assessment.phase)))
    judged = assessment.verdicts.loc[assessment.verdicts["rule"] == rule.id, "subject"]
    street = ground.streets.table["street"]
    rows = np.flatnonzero(street.isin(judged))
    matches = facility_matches(ground, rule, rows)
    matches = matches.take((street == subject).to_numpy()[rows][matches.street])
    venues = ground.venues_of(rule.facility_classes).iloc[matches.point]
    points = ground.venue_points.loc[venues.index] if len(venues) else venues.geometry
    return pd.DataFrame(
        {
            "site": venues["id"].to_numpy(),
            "row": np.full(len(venues), -1),
            "name": venues["name"].where(venues["name"].notna(), venues["id"]).to_numpy(),
            "counted": np.ones(len(venues), dtype=bool),
            "code": "counted",
            "reason": _said("counted", 0.0),
            "at_m": matches.at_mm / _MM,
            "distance_m": matches.distance_m,
            "x": points.x.to_numpy(),
            "y": points.y.to_numpy(),
        }
    )


def _for_line(sites: pd.DataFrame, line: Demanded) -> pd.DataFrame:
    """The sites as one demand counts them: a site that only another one counts has its reason."""
    counted = line.state == COUNTS
    code = np.where(counted, "counted", line.reason)
    reason = [_said(one, off) for one, off in zip(code, sites["distance_m"], strict=True)]
    return sites.assign(counted=counted, code=code, reason=reason)


def _joined(stretches: np.ndarray) -> list[tuple[float, float]]:
    """Stretches with those joined that were only cut at a district's border."""
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1] + 1 / _MM:
            joined[-1] = (joined[-1][0], max(joined[-1][1], float(end)))
        else:
            joined.append((float(start), float(end)))
    return joined
