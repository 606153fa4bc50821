"""The map of an assessment as one GeoPackage that QGIS opens in our look."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from briefing.files import in_degrees
from briefing.handed_on.scope import districts_within, sites_within, streets_within
from briefing.handed_on.styles import TABLE, layer_styles
from briefing.pictures.found import found
from data._gdal import write_package
from data.city import City
from geo.crs import WGS84
from metrics.assessment import Assessment
from metrics.listing import Filters

_FOUND = ["rule", "subject", "subject_name", "class", "district", "unit", "status", "value", "required", "missing"]
_GAP = [*_FOUND, "repair_min", "from_m", "to_m", "length_m", "explanation", "geometry"]
_UNKNOWN = [*_FOUND, "explanation", "geometry"]


def write_map_package(
    city: City, assessment: Assessment, path: Path | str, *, filters: Filters | None = None
) -> Path:
    """
    Write what a map of an assessment shows as a GeoPackage (WGS 84), whole or not at all.

    Layers, those to be drawn first before the others: ``districts`` with their score, ``streets``, ``sites``,
    ``unknown_lines``, ``gap_lines``, ``unknown`` (places), ``gap_places``; and ``layer_styles``, which QGIS reads. One
    kind of geometry a layer, and none that is empty. Equal input gives equal bytes. ``filters`` name the district or
    the unit it is for; None for the city.

    Raises
    ------
    DataError
        When the file cannot be written.
    """
    path = Path(path)
    filters = filters or Filters()
    shown = found(assessment, filters=filters)
    layers = {
        "districts": _districts(city, districts_within(city, filters), assessment),
        "streets": streets_within(city, assessment, filters),
        "sites": sites_within(city, assessment, filters),
        "unknown_lines": shown.unknown_lines[_UNKNOWN],
        "gap_lines": shown.lines[_GAP],
        "unknown": _as_points(shown.unknown_places[_UNKNOWN]),
        "gap_places": _as_points(shown.places[_GAP]),
    }
    kept = {name: in_degrees(frame) for name, frame in layers.items() if frame is not None and len(frame)}
    write_package({**kept, TABLE: layer_styles(kept)}, path)
    return path


def _as_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.representative_point())


def _districts(city: City, districts: gpd.GeoDataFrame | None, assessment: Assessment) -> gpd.GeoDataFrame | None:
    """Districts and levels below with what they scored."""
    if districts is None:
        return None
    scores = assessment.scores
    levels = districts["level"].fillna("district")
    own = scores[scores["scope"].isin(levels)].drop_duplicates(["scope", "name"]).set_index(["scope", "name"])
    keys = pd.MultiIndex.from_arrays([levels, districts["name"]])
    found_scores = own[["score", "rank", "flag"]].reindex(keys).reset_index(drop=True)
    frame = districts[["name", "level", "parent", "unit", "geometry"]].reset_index(drop=True)
    return gpd.GeoDataFrame(frame.join(found_scores), geometry="geometry", crs=city.crs).to_crs(WGS84)
