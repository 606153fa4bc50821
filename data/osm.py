"""A city's layers out of OpenStreetMap: files and extracts go through one tag table."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data._osm_files import Gathering, read_extract, read_osm_file
from data._osm_venues import venues_of
from data.city import LAYERS
from data.errors import DataError
from data.osm_numbers import compass, metres, whole_number
from data.osm_tags import KINDS, Features, matching, tag_table
from geo.coast import sea_polygons
from geo.crs import WGS84
from texts import say

_TABLE_COLUMNS = ["layer", "row", "column", "value", "reason"]
_LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
_OSM_SUFFIXES = (".osm.pbf", ".pbf", ".osm")


@dataclass(frozen=True, eq=False)
class OsmLayers:
    """
    What one OSM source gives.

    Attributes
    ----------
    layers
        By the names of `data.city.LAYERS`, in EPSG:4326, with their standard columns and ``osm_id``, on a RangeIndex.
        A layer of which nothing was found is not there. Nothing is clipped; whole ways may stick out.
    rejects
        What could not be taken: ``layer``, ``row`` (OSM id), ``column`` (the tag, or ``geometry``), ``value``,
        ``reason`` in Chinese. A row with a tag as column is taken all the same, only that value is not.
    repairs
        What was taken after a repair, or stands for another object: the same columns.
    counts
        Rows by layer, and by ``layer.code`` (``venues.bus_stop``, ``sites.billboard``, ``roads.primary`` …).
    study_area
        The area the source was cut to, where it says so; polygon in WGS 84.
    admin_level
        The level that the districts have; None without districts.
    meta
        ``source``, ``licence``, ``datum`` and, where the source says so, ``data_date``.
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    counts: Mapping[str, int]
    study_area: shapely.Geometry | None = None
    admin_level: int | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


def read_osm(path: Path | str, *, admin_level: int | None = None) -> OsmLayers:
    """
    The layers of an ``.osm.pbf`` or ``.osm`` file, or of an OSM extract kept as ``.gpkg``.

    Which tags make which layer is said in ``data/osm_tags.yaml``.

    Parameters
    ----------
    path
        The file. A GeoPackage has layers ``roads``, ``buildings``, ``squares``, ``parks``, ``bus_stops``, ``ads``,
        ``districts`` whose columns are OSM tags (``:`` written as ``_``) beside ``osm_id``, and maybe ``area``.
    admin_level
        Of the boundaries that become districts. Without it, the first of ``district_levels`` in the tag table that
        has a complete polygon; the answer says which.

    Raises
    ------
    DataError
        When the file is missing, of another kind, broken, holds nothing that can be used, or has no complete
        boundary of the level asked for.
    """
    path = Path(path)
    if admin_level is not None and admin_level not in range(1, 13):
        raise DataError(say("osm.bad_level", level=admin_level))
    if not os.path.isfile(path):  # also False for a name that no file can have
        raise DataError(say("osm.no_file", file=path.name[:100]))
    meta, area = {}, None
    if path.name.lower().endswith(_OSM_SUFFIXES):
        gathered, meta = read_osm_file(path)
    elif path.suffix.lower() == ".gpkg":
        gathered, area = read_extract(path)
    else:
        raise DataError(say("osm.not_osm", file=path.name))
    return layers_of(gathered, source=path.name, admin_level=admin_level, study_area=area, meta=meta)


def layers_of(
    gathered: Gathering,
    *,
    source: str,
    admin_level: int | None = None,
    study_area: shapely.Geometry | None = None,
    meta: Mapping[str, str] | None = None,
) -> OsmLayers:
    """
    The layers that the tag table makes of objects, wherever they came from; what `read_osm` does after reading.

    Raises
    ------
    DataError
        When nothing can be used, or there is no complete boundary of the level asked for.
    """
    features = gathered.features()
    level = _district_level(features, admin_level, source)
    faults: list[tuple] = _missed(gathered, level)
    venues, merged = venues_of(features)
    frames = {
        "districts": _districts(features, level, faults),
        "roads": _roads(features),
        "buildings": _buildings(features, faults),
        "venues": venues,
        "sites": _sites(features, faults),
        "areas": _areas(features),
    }
    if not any(len(frame) for frame in frames.values()):
        raise DataError(say("osm.nothing", file=source))
    layers = {name: _standard(name, frame) for name, frame in frames.items() if len(frame)}
    changed = {"mended": gathered.mended, "cut": gathered.cut}
    repairs = [
        (name, osm_id, "geometry", None, say(f"osm.repairs.{how}"))
        for name, frame in layers.items()
        for how, ids in changed.items()
        for osm_id in sorted(ids & set(frame["osm_id"]))
    ]
    repairs += [("venues", osm_id, "class", "bus_stop", say("osm.repairs.merged", stop=to)) for osm_id, to in merged]
    return OsmLayers(
        layers=layers,
        rejects=pd.DataFrame(faults, columns=_TABLE_COLUMNS),
        repairs=pd.DataFrame(repairs, columns=_TABLE_COLUMNS),
        counts=_counts(layers),
        study_area=study_area,
        admin_level=None if level is None or "districts" not in layers else int(level),
        meta={"source": source, "licence": _LICENCE, "datum": "wgs84", **(meta or {})},
    )


def clip_layers(
    layers: Mapping[str, gpd.GeoDataFrame], area: shapely.Geometry
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, int]]:
    """
    The layers cut to an area: roads, areas and districts geometrically, other things whole when they lie inside.

    Parameters
    ----------
    layers
        In EPSG:4326, as `read_osm` gives them.
    area
        Polygon or MultiPolygon in WGS 84. A point on its edge is inside; of a polygon, the representative point counts.

    Returns
    -------
    tuple
        The clipped layers on a RangeIndex (a layer of which nothing is left is still there, empty), and how many rows
        of each were dropped.
    """
    shapely.prepare(area)
    kept, dropped = {}, {}
    for name, frame in layers.items():
        shapes = frame.geometry.to_numpy()
        if name in _CUT:
            cut = shapely.intersection(shapes, area)
            cut = np.array([_of_dimension(shape, _CUT[name]) for shape in cut], dtype=object)
            stays = ~shapely.is_empty(cut)
            frame = frame.set_geometry(gpd.GeoSeries(cut, index=frame.index, crs=frame.crs))
        else:
            stays = shapely.intersects(area, shapely.point_on_surface(shapes))
        kept[name] = frame[stays].reset_index(drop=True)
        dropped[name] = int((~stays).sum())
    return kept, dropped


_CUT = {"roads": 1, "areas": 2, "districts": 2}


def _of_dimension(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """The parts of ``shape`` that are lines (1) or polygons (2)."""
    if shape.geom_type != "GeometryCollection":
        return shape if shapely.get_dimensions(shape) == dimension else shapely.Point()
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.union_all(parts) if len(parts) else shapely.Point()


def _rows_of(features: Features, layer: str) -> list[tuple[np.ndarray, str | None]]:
    """For each entry of a layer, the rows that fit it and its code."""
    return [(matching(features, entry), entry.code) for entry in tag_table().of(layer)]


def _frame(features: Features, rows: np.ndarray, **columns: np.ndarray | str) -> gpd.GeoDataFrame:
    data = {"osm_id": features.osm_id[rows], **columns}
    return gpd.GeoDataFrame(data, geometry=features.geometry[rows], crs=WGS84, index=pd.RangeIndex(len(rows)))


def _standard(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The standard columns of a layer and ``osm_id``, in the order of `LAYERS`."""
    order = [*LAYERS[name].columns, *(() if "osm_id" in LAYERS[name].columns else ("osm_id",))]
    missing = {
        column: None if LAYERS[name].columns[column] != "number" else np.nan for column in order if column not in frame
    }
    return frame.assign(**missing)[[*order, "geometry"]].reset_index(drop=True)


def _roads(features: Features) -> gpd.GeoDataFrame:
    rows = np.unique(np.concatenate([rows for rows, _ in _rows_of(features, "roads")]))
    columns = {key: features.column(key, rows) for key in LAYERS["roads"].columns if key in _ROAD_TAGS}
    return _frame(features, rows, name=features.names(rows, local=True), **columns)


_ROAD_TAGS = ("highway", "ref", "oneway", "bridge", "tunnel", "layer", "junction", "foot")


def _buildings(features: Features, faults: list[tuple]) -> gpd.GeoDataFrame:
    rows = np.unique(np.concatenate([rows for rows, _ in _rows_of(features, "buildings")]))
    height = _numbers(features, rows, ("height", "building:height"), metres, "buildings", faults)
    levels = _numbers(features, rows, ("building:levels", "levels"), whole_number, "buildings", faults)
    return _frame(features, rows, name=features.names(rows), height_m=height, levels=levels)


def _sites(features: Features, faults: list[tuple]) -> gpd.GeoDataFrame:
    """``advertising=*`` as points; the first entry that fits says the carrier. A two-sided one faces no single way."""
    found = [pd.DataFrame({"row": rows, "carrier": code}) for rows, code in _rows_of(features, "sites")]
    table = pd.concat(found, ignore_index=True)
    table = table[~pd.Series(features.osm_id[table["row"]]).duplicated().to_numpy()].sort_values("row")
    rows = table["row"].to_numpy()
    sides = _numbers(features, rows, ("faces", "sides"), whole_number, "sites", faults)
    facing = _numbers(features, rows, ("direction",), compass, "sites", faults)
    sites = _frame(
        features,
        rows,
        id=features.osm_id[rows],
        name=features.names(rows),
        carrier=table["carrier"].to_numpy(dtype=object),
        panels=np.where(sides >= 1, sides, np.nan),
        width_m=_numbers(features, rows, ("width",), metres, "sites", faults),
        height_m=_numbers(features, rows, ("height",), metres, "sites", faults),
        facing_deg=np.where(sides >= 2, np.nan, facing),
    )
    return sites.set_geometry(_points_on(sites.geometry))


def _points_on(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """A point on each geometry: itself, the middle of a line, a point within a polygon."""
    array = shapes.to_numpy()
    points = shapely.point_on_surface(array)
    lines = shapely.get_type_id(array) == shapely.GeometryType.LINESTRING
    points[lines] = shapely.line_interpolate_point(array[lines], 0.5, normalized=True)
    return gpd.GeoSeries(points, index=shapes.index, crs=shapes.crs)


def _areas(features: Features) -> gpd.GeoDataFrame:
    found = [(rows, code) for rows, code in _rows_of(features, "areas")]
    table = pd.concat([pd.DataFrame({"row": rows, "kind": code}) for rows, code in found], ignore_index=True)
    table["osm_id"] = features.osm_id[table["row"]]
    table = table.drop_duplicates(["osm_id", "kind"])
    shore = table.loc[table["kind"] == "sea", "row"].to_numpy()
    table = table[table["kind"] != "sea"]
    rows = table["row"].to_numpy()
    ground = _frame(features, rows, kind=table["kind"].to_numpy(dtype=object), name=features.names(rows))
    # Ways stick out of an extract, coasts too; its nodes do not, and every coast crosses their bounds.
    nodes = features.geometry[features.kind == KINDS.index("point")]
    frame_of_map = nodes if len(nodes) > 1 else np.delete(features.geometry, shore)
    if not len(shore) or not len(frame_of_map):
        return ground
    sea = sea_polygons(features.geometry[shore], tuple(shapely.total_bounds(frame_of_map)))
    names = [f"sea{number}" for number in range(1, len(sea) + 1)]
    water = gpd.GeoDataFrame({"osm_id": names, "kind": "sea", "name": None}, geometry=sea, crs=WGS84)
    return (
        pd.concat([ground, water], ignore_index=True) if len(ground) and len(water) else water if len(water) else ground
    )


def _district_level(features: Features, asked: int | None, source: str) -> str | None:
    """The ``admin_level`` whose boundaries are the districts: the one asked for, else the first that has any."""
    levels = {level for rows, _ in _rows_of(features, "districts") for level in features.column("admin_level", rows)}
    levels.discard(None)
    if asked is None:
        return next((level for level in tag_table().district_levels if level in levels), None)
    if str(asked) not in levels:
        known = "、".join(sorted(levels, key=lambda level: level.zfill(2))) or say("osm.none")
        raise DataError(say("osm.no_level", file=source, level=asked, known=known))
    return str(asked)


def _districts(features: Features, level: str | None, faults: list[tuple]) -> gpd.GeoDataFrame:
    rows = np.unique(np.concatenate([rows for rows, _ in _rows_of(features, "districts")]))
    rows = rows[features.column("admin_level", rows) == level] if level is not None else rows[:0]
    names = features.names(rows)
    unnamed = np.equal(names, None)
    faults += [
        ("districts", osm_id, "name", None, say("osm.rejects.no_name")) for osm_id in features.osm_id[rows[unnamed]]
    ]
    return _frame(features, rows[~unnamed], name=names[~unnamed], level="district")


def _missed(gathered: Gathering, level: str | None) -> list[tuple]:
    """A reject for every object that fits an entry but has no geometry; of boundaries only the district level's."""
    lost = gathered.broken_features()
    if not len(lost):
        return []
    wanted_levels = tag_table().district_levels if level is None else (level,)
    missed: dict[tuple[str, str], tuple] = {}
    for entry in tag_table().entries:
        for row in matching(lost, entry):
            osm_id, kind = lost.osm_id[row], int(lost.kind[row])
            is_other_level = entry.layer == "districts" and lost.column("admin_level", [row])[0] not in wanted_levels
            if not is_other_level:
                reason = say(f"osm.rejects.{gathered.broken[osm_id, kind][1]}")
                missed.setdefault((entry.layer, osm_id), (entry.layer, osm_id, "geometry", None, reason))
    return list(missed.values())


def _counts(layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, int]:
    counts = {name: len(frame) for name, frame in layers.items()}
    for name, column in {"roads": "highway", "venues": "class", "sites": "carrier", "areas": "kind"}.items():
        if name in layers:
            found = layers[name][column].value_counts().sort_index()
            counts |= {f"{name}.{code}": int(number) for code, number in found.items()}
    return counts


def _numbers(
    features: Features,
    rows: np.ndarray,
    keys: tuple[str, ...],
    parse: Callable[[str], float],
    layer: str,
    faults: list[tuple],
) -> np.ndarray:
    """The first of some tags as numbers; NaN where there is none, or a fault where it cannot be read."""
    texts = features.column(keys[0], rows)
    for key in keys[1:]:
        texts = np.where(np.equal(texts, None), features.column(key, rows), texts)
    there = np.flatnonzero(np.not_equal(texts, None))
    codes, unique = pd.factorize(texts[there])
    parsed = np.array([parse(text) for text in unique], dtype=float)
    numbers = np.full(len(rows), np.nan)
    numbers[there] = parsed[codes] if len(there) else []
    faults += [
        (layer, features.osm_id[rows[at]], keys[0], texts[at], say("osm.rejects.not_a_number"))
        for at in there[np.isnan(numbers[there])]
    ]
    return numbers
