"""What of a city goes along with the findings of one district or one unit."""

import geopandas as gpd
import numpy as np
import shapely

from briefing.pictures.found import found
from data.city import City
from look.ground import main_districts
from metrics.assessment import Assessment
from metrics.listing import Filters, findings, narrowed
from metrics.measures.findings import FAIL

_LEAST_M = 300.0  # what is shown around a single finding, on each side
_ROOM = 0.06  # of the extent, around it


def sites_within(city: City, assessment: Assessment, filters: Filters) -> gpd.GeoDataFrame | None:
    """
    The sites that somebody with these findings needs; all for the city.

    Those inside the district, those that the unit answers for, and those that were looked at for a failing finding.
    """
    sites = city.sites
    if sites is None or filters == Filters():
        return sites
    failing = narrowed(findings(assessment), filters)
    failing = failing[failing["status"] == FAIL]
    subjects = set(zip(failing["rule"], failing["subject"], strict=True))
    traces = assessment.traces
    looked = [pair in subjects for pair in zip(traces["rule"], traces["subject"], strict=True)]
    keep = sites["id"].isin(traces.loc[looked, "site"]).to_numpy()
    if filters.unit is not None:
        keep = keep | (sites["unit"] == filters.unit).to_numpy()
    if (area := _area(city, filters)) is not None:
        keep = keep | shapely.contains(area, sites.geometry.to_numpy())
    return sites[keep]


def streets_within(city: City, assessment: Assessment, filters: Filters) -> gpd.GeoDataFrame:
    """The streets that pass through the district, or that the unit answers for; all for the city."""
    streets = assessment.streets
    if filters == Filters():
        return streets
    keep = streets["street"].isin(narrowed(findings(assessment), filters)["subject"]).to_numpy()
    if (area := _area(city, filters)) is not None:
        keep = keep | shapely.intersects(area, streets.geometry.to_numpy())
    return streets[keep]


def districts_within(city: City, filters: Filters) -> gpd.GeoDataFrame | None:
    """The district and the levels below it; all districts for the city and for a unit."""
    districts = city.districts
    if districts is None or filters.district is None:
        return districts
    keep, names = np.zeros(len(districts), dtype=bool), {filters.district}
    while names:
        more = (districts["name"].isin(names) | districts["parent"].isin(names)).to_numpy() & ~keep
        keep |= more
        names = set(districts.loc[more, "name"])
    return districts[keep]


def extent_within(city: City, assessment: Assessment, filters: Filters) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a map of them, metres; None for the city, and where nothing has a place."""
    if filters == Filters():
        return None
    area = _area(city, filters)
    shown = found(assessment, filters=filters)
    parts = [part.geometry for part in (shown.lines, shown.places, shown.unknown_lines, shown.unknown_places)]
    shapes = np.concatenate(parts) if area is None else np.array([area])
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    room = max(_ROOM * max(east - west, north - south), _LEAST_M if area is None else 0.0)
    return west - room, south - room, east + room, north + room


def _area(city: City, filters: Filters) -> shapely.Geometry | None:
    """The shape of the district, where one is asked for and it has one."""
    if filters.district is None or city.districts is None:
        return None
    own = main_districts(city)
    shapes = own.geometry[own["name"] == filters.district]
    return shapely.union_all(shapes.to_numpy()) if len(shapes) else None
