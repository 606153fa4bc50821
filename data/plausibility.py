"""What may be wrong in layers that could be read: doubles, districts that overlap or leave holes, layers far apart."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

from data.headings import layer_label
from geo.crs import WGS84, metric_crs
from texts import say

DUPLICATE_COLUMNS = ("layer", "id", "other_id", "row", "other_row", "carrier", "distance_m")
_DUPLICATE_M = 2.0
_SLIVER_M2 = 100.0  # borders drawn twice differ by less
_FAR_KM, _TOO_FAR_KM = 100.0, 1000.0
_NAMED = 3
_REFERENCES = (
    "roads",
    "venues",
    "buildings",
    "districts",
    "areas",
    "sites",
)  # the first that is there is where the city is


def find_duplicates(
    sites: gpd.GeoDataFrame, rows: np.ndarray | None = None, *, within_m: float = _DUPLICATE_M
) -> pd.DataFrame:
    """
    Sites that may be recorded twice: the same carrier within ``within_m`` of each other.

    Of many at one place each is named with one other, not with all.

    Parameters
    ----------
    sites
        Points in any CRS with columns ``id`` and ``carrier``.
    rows
        Of each in its file; counted from 1 when not given.

    Returns
    -------
    pandas.DataFrame
        ``DUPLICATE_COLUMNS``, ``id`` before ``other_id`` in the order of texts; sorted by ids.
    """
    rows = np.arange(1, len(sites) + 1) if rows is None else rows
    places = _metric(sites) if len(sites) else sites
    ids, carriers = sites["id"].astype(str).to_numpy(), sites["carrier"].astype(str).to_numpy()
    pairs = [
        members[_close_pairs(shapely.get_coordinates(places.geometry.to_numpy()[members]), ids[members], within_m)]
        for carrier in pd.unique(carriers)
        if len(members := np.flatnonzero(carriers == carrier)) > 1
    ]
    pairs = np.concatenate([pair for pair in pairs if len(pair)] or [np.empty((0, 2), dtype=int)])
    turned = ids[pairs[:, 0]] > ids[pairs[:, 1]]
    pairs[turned] = pairs[turned][:, ::-1]
    one, other = pairs[:, 0], pairs[:, 1]
    shapes = places.geometry.to_numpy()
    table = pd.DataFrame(
        {
            "layer": "sites",
            "id": ids[one],
            "other_id": ids[other],
            "row": rows[one],
            "other_row": rows[other],
            "carrier": carriers[one],
            "distance_m": np.round(shapely.distance(shapes[one], shapes[other]), 2),
        }
    )
    return table.sort_values(["id", "other_id"], ignore_index=True)


def district_warnings(districts: gpd.GeoDataFrame) -> list[str]:
    """
    Sentences about districts of one level that overlap or leave holes between them, with the areas in m².

    Slivers below 100 m² are passed over: borders drawn twice.
    """
    levels = (
        districts["level"].fillna("district")
        if "level" in districts.columns
        else pd.Series("district", index=districts.index)
    )
    warnings = []
    # In degrees, as borders are drawn: a long edge that is straight there is curved in metres.
    for _, frame in districts.to_crs(WGS84).groupby(levels.to_numpy(), sort=True):
        shapes = shapely.make_valid(frame.geometry.to_numpy())
        warnings += _overlaps(shapes, frame["name"].astype(str).to_numpy()) + _holes(shapes)
    return warnings


def distance_warnings(layers: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    """
    Sentences about layers more than 100 km away from the roads (or what there is), and rows as far from their layer.

    Parameters
    ----------
    layers
        EPSG:4326.
    """
    places, centres, spreads = _where(layers)
    warnings = [
        say("import.far_apart", layer=layer_label(name), other=layer_label(reference), km=f"{away:.0f}")
        for name, reference, away in _distances(centres, spreads)
        if away > _FAR_KM
    ]
    for name, points in places.items():
        off = np.flatnonzero(distances_km(points, centres[name]) > 3 * spreads[name] + _FAR_KM)
        if len(off):
            warnings.append(say("import.outliers", layer=layer_label(name), count=len(off), row=int(off[0]) + 1))
    return warnings


def distance_faults(layers: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    """Sentences about layers above 1000 km from the roads (or what there is): they are no part of the city."""
    _, centres, spreads = _where(layers)
    return [
        say("import.too_far_apart", layer=layer_label(name), other=layer_label(reference), km=f"{away:.0f}")
        for name, reference, away in _distances(centres, spreads)
        if away > _TOO_FAR_KM
    ]


def distances_km(points: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """How far each of ``points`` (longitude, latitude) lies from ``centre``."""
    lon, lat = np.broadcast_to(centre, points.shape).T
    return Geod(ellps="WGS84").inv(points[:, 0], points[:, 1], lon, lat)[2] / 1000


def middles(frame: gpd.GeoDataFrame) -> np.ndarray:
    """The middle of the box around each row: (n, 2), in the CRS of the frame."""
    bounds = frame.geometry.bounds.to_numpy()
    return (bounds[:, :2] + bounds[:, 2:]) / 2


def looks_swapped(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """
    Which degrees can only be a latitude before a longitude: no latitude at all, or China turned round.

    Turned round, the west of China lies in the Arctic Ocean; Spitsbergen and Greenland, where people live, do not.
    """
    nowhere = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    return nowhere | ((lon >= 27) & (lon <= 54) & (lat >= 73) & (lat <= 136))


def _where(layers: Mapping[str, gpd.GeoDataFrame]) -> tuple[dict, dict, dict]:
    """By layer: the middle of each row, the middle of the layer, and how far 90 % of the rows lie from it, km."""
    places = {name: middles(layers[name]) for name in _REFERENCES if len(layers.get(name, ()))}
    centres = {name: np.median(points, axis=0) for name, points in places.items()}
    spreads = {name: float(np.quantile(distances_km(points, centres[name]), 0.9)) for name, points in places.items()}
    return places, centres, spreads


def _distances(centres: Mapping[str, np.ndarray], spreads: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Every other layer, the one it is compared with, and the kilometres between what belongs to them."""
    reference = next(iter(centres), None)
    others = [name for name in centres if name != reference]
    return [
        (
            name,
            reference,
            float(distances_km(centres[name][None], centres[reference])[0]) - spreads[name] - spreads[reference],
        )
        for name in others
    ]


def _metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.to_crs(metric_crs(*np.median(middles(frame.to_crs(WGS84)), axis=0)))


def _close_pairs(points: np.ndarray, ids: np.ndarray, within_m: float) -> np.ndarray:
    """Pairs of places in ``points``; whatever the order of rows. Never more pairs than twice the points."""
    whole = np.rint(points * 1000).astype(np.int64)
    order = np.lexsort((ids, whole[:, 1], whole[:, 0]))
    same = (np.diff(whole[order], axis=0) == 0).all(axis=1)
    at_one_place = np.column_stack((order[:-1][same], order[1:][same]))
    first = order[np.concatenate(([True], ~same))]
    if len(first) < 2:
        return at_one_place
    tree = cKDTree(points[first])
    distance, near = tree.query(points[first], k=2, distance_upper_bound=np.nextafter(within_m, np.inf))
    found = np.flatnonzero(np.isfinite(distance[:, 1]))
    # Of two places the query may name itself first or second when they are closer than it can tell.
    other = np.where(near[found, 1] == found, near[found, 0], near[found, 1])
    nearby = np.unique(np.sort(np.column_stack((first[found], first[other])), axis=1), axis=0)
    return np.concatenate((at_one_place, nearby))


def _overlaps(shapes: np.ndarray, names: np.ndarray) -> list[str]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    areas = _areas_m2(shapely.intersection(shapes[one], shapes[other]))
    large = np.flatnonzero(areas > _SLIVER_M2)
    if not len(large):
        return []
    worst = large[np.argsort(-areas[large], kind="stable")][:_NAMED]
    named = "；".join(
        say("import.overlap_pair", one=names[one[pair]], other=names[other[pair]], area=f"{areas[pair]:,.0f}")
        for pair in worst
    )
    return [say("import.overlaps", count=len(large), pairs=named, area=f"{areas[large].sum():,.0f}")]


def _holes(shapes: np.ndarray) -> list[str]:
    """Holes of the union: what lies between districts and in none."""
    union = shapely.get_parts(shapely.union_all(shapes))
    inner = [ring for part in union for ring in part.interiors]
    holes = shapely.polygons(inner) if inner else np.array([], dtype=object)
    areas = _areas_m2(holes)
    large = areas > _SLIVER_M2
    if not large.any():
        return []
    return [
        say("import.holes", count=int(large.sum()), largest=f"{areas.max():,.0f}", area=f"{areas[large].sum():,.0f}")
    ]


def _areas_m2(shapes: np.ndarray) -> np.ndarray:
    """Areas of shapes in degrees."""
    return _metric(gpd.GeoDataFrame(geometry=shapes, crs=WGS84)).area.to_numpy() if len(shapes) else np.zeros(0)
