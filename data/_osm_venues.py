"""Venues out of OSM objects: ids, names, gates of scenic areas, platforms that stand for a bus stop."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.osm_tags import Entry, Features, Merge, matching, tag_table
from data.vocabulary import vocabulary
from geo.crs import WGS84, metric_crs
from texts import say


def venues_of(features: Features) -> tuple[gpd.GeoDataFrame, list[tuple[str, str]]]:
    """
    The venues that the tag table makes of OSM objects, and which objects were merged into which.

    Returns
    -------
    tuple
        Venues in EPSG:4326 with ``id``, ``class``, ``name``, ``unit``, ``contact``, ``osm_id``, in the order of the
        table; and pairs of the id of a platform and the id of the stop that it stands for.
    """
    table = pd.DataFrame(
        {"row": pd.Series(dtype=int), "class": pd.Series(dtype=object), "osm_id": pd.Series(dtype=object)}
    )
    metric = _in_metres(features)
    merged: list[tuple[str, str]] = []
    names: dict[int, str] = {}
    for entry in tag_table().of("venues"):
        rows = matching(features, entry)
        taken = table.loc[table["class"] == (entry.near.class_ if entry.near else entry.class_), "row"].to_numpy()
        rows = rows[~np.isin(features.osm_id[rows], features.osm_id[_of_class(table, entry)])]
        if entry.near is not None:
            rows, beside = _near(metric, rows, taken, entry)
            host = features.names(taken[beside])
            names |= {row: say("osm.gate_of", name=name) for row, name in zip(rows, host, strict=True) if name}
        if entry.merge is not None:
            rows, pairs = _merge(features, metric, rows, taken, entry.merge)
            merged += [(features.osm_id[one], features.osm_id[other]) for one, other in pairs]
            names |= _names_passed_on(features, pairs)
        added = pd.DataFrame({"row": rows, "class": entry.class_, "osm_id": features.osm_id[rows]})
        table = pd.concat([table, added], ignore_index=True)
    return _frame(features, table, names), merged


_NONE = np.array([], dtype=object)


def _of_class(table: pd.DataFrame, entry: Entry) -> np.ndarray:
    return table.loc[table["class"] == entry.class_, "row"].to_numpy()


def _frame(features: Features, table: pd.DataFrame, names: dict[int, str]) -> gpd.GeoDataFrame:
    """One row a venue; the id is the OSM id, with the class behind it from an object's second class on."""
    rows = table["row"].to_numpy(dtype=int)
    again = table["osm_id"].duplicated().to_numpy()
    ids = table["osm_id"].where(~again, table["osm_id"] + ":" + table["class"]).to_numpy(dtype=object)
    label = vocabulary().classes.label
    own = features.names(rows)
    full = [
        name or names.get(row) or say("osm.unnamed", label=label(code), id=osm_id)
        for name, row, code, osm_id in zip(own, rows, table["class"], table["osm_id"], strict=True)
    ]
    contact = features.column("phone", rows)
    contact = np.where(np.equal(contact, None), features.column("contact:phone", rows), contact)
    return gpd.GeoDataFrame(
        {
            "id": ids,
            "class": table["class"].to_numpy(dtype=object),
            "name": np.array(full, dtype=object),
            "unit": features.column("operator", rows),
            "contact": contact,
            "osm_id": table["osm_id"].to_numpy(dtype=object),
        },
        geometry=features.geometry[rows],
        crs=WGS84,
    )


class _in_metres:
    """Geometry of rows in the metric CRS of the middle of all, projected when asked for."""

    def __init__(self, features: Features):
        self._features = features

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        shapes = gpd.GeoSeries(self._features.geometry[rows], crs=WGS84)
        if not len(shapes):
            return np.array([], dtype=object)
        west, south, east, north = shapely.total_bounds(self._features.geometry)
        return shapes.to_crs(metric_crs((west + east) / 2, (south + north) / 2)).to_numpy()


def _near(metric: _in_metres, rows: np.ndarray, hosts: np.ndarray, entry: Entry) -> tuple[np.ndarray, np.ndarray]:
    """The rows close enough to the edge of a host, and which host (a position in ``hosts``) is nearest."""
    edges = shapely.boundary(metric(hosts))
    one, other = shapely.STRtree(edges).query_nearest(metric(rows), max_distance=entry.near.within_m, all_matches=False)
    return rows[one], other


def _merge(
    features: Features, metric: _in_metres, rows: np.ndarray, stops: np.ndarray, merge: Merge
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The rows that are stops of their own, and pairs of (merged row, row of the stop that it stands for)."""
    shapes, names = metric(rows), features.names(rows)
    stop_shapes, stop_names = metric(stops), features.names(stops)
    one, other = shapely.STRtree(stop_shapes).query(shapes, predicate="dwithin", distance=merge.same_name_m)
    apart = shapely.distance(shapes[one], stop_shapes[other])
    same = _same(names[one], stop_names[other])
    fits = same | (apart <= merge.any_name_m)
    # The nearest of the same name before the nearest of any; then the first, so that the order of files is all.
    order = np.lexsort((other[fits], apart[fits], ~same[fits]))
    best = (
        pd.DataFrame({"one": one[fits][order], "other": other[fits][order]}).drop_duplicates("one").sort_values("one")
    )
    pairs = list(zip(rows[best["one"]].tolist(), stops[best["other"]].tolist(), strict=True))
    left = np.setdiff1d(np.arange(len(rows)), best["one"])
    one, other = shapely.STRtree(shapes[left]).query(shapes[left], predicate="dwithin", distance=merge.among_m)
    alike = (
        _same(names[left][one], names[left][other])
        | np.equal(names[left][one], None)
        | np.equal(names[left][other], None)
    )
    links = coo_array((np.ones(alike.sum()), (one[alike], other[alike])), shape=(len(left), len(left)))
    group = connected_components(links, directed=False)[1] if len(left) else np.array([], dtype=int)
    _, first = np.unique(group, return_index=True)
    pairs += [
        (int(rows[left[at]]), int(rows[left[first[group[at]]]])) for at in range(len(left)) if first[group[at]] != at
    ]
    return rows[left[np.sort(first)]], pairs


def _same(names: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.equal(names, others) & np.not_equal(names, None)


def _names_passed_on(features: Features, pairs: list[tuple[int, int]]) -> dict[int, str]:
    """The name that a stop without one gets from a platform that stands for it."""
    if not pairs:
        return {}
    platforms, stops = (np.array(side) for side in zip(*pairs, strict=True))
    given = zip(stops.tolist(), features.names(platforms), strict=True)
    return {stop: name for stop, name in reversed(list(given)) if name is not None}
