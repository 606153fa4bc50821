"""OSM objects out of files: ``.osm.pbf`` and ``.osm`` by pyosmium, and extracts that someone made into a GeoPackage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from data._gdal import list_layers, read_layer
from data.errors import DataError
from data.osm_tags import KINDS, Features, tag_table
from geo.crs import WGS84
from texts import say

_POINT, _LINE, _POLYGON = range(3)
_BATCH = 50_000
# What libosmium throws comes out as these; its geometry factory has InvalidLocationError of its own.
_BROKEN_FILE = (RuntimeError, ValueError, IndexError, OverflowError)
_KIND_OF_TYPE = {
    **dict.fromkeys(("Point", "MultiPoint"), _POINT),
    **dict.fromkeys(("LineString", "LinearRing", "MultiLineString"), _LINE),
    **dict.fromkeys(("Polygon", "MultiPolygon"), _POLYGON),
}


@dataclass
class Gathering:
    """
    Features while they are being read.

    Attributes
    ----------
    broken
        Objects without usable geometry: id and kind expected, to tags and reason (a key of ``texts/zh/osm.yaml``).
    shapes, raw
        Geometry of the first rows, and the WKB in hexadecimal of the others.
    mended
        Ids of objects whose geometry had to be repaired.
    cut
        Ids of ways of which only the stretches inside the extract are there.
    """

    ids: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    shapes: list[shapely.Geometry] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    tags: dict[str, tuple[list[int], list[str]]] = field(default_factory=dict)
    broken: dict[tuple[str, int], tuple[dict[str, str], str]] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)

    def add(self, osm_id: str, kind: int, wkb: str | None, tags: Iterable[tuple[str, str]]) -> None:
        """One object more; ``wkb`` is in hexadecimal and becomes geometry some thousands at a time."""
        row = len(self.ids)
        self.ids.append(osm_id)
        self.kinds.append(kind)
        self.raw.append(wkb)
        if len(self.raw) >= _BATCH:
            self.build()
        for key, value in tags:
            rows, values = self.tags.setdefault(key, ([], []))
            rows.append(row)
            values.append(value)

    def lose(self, osm_id: str, kind: int, reason: str, tags: Iterable[tuple[str, str]]) -> None:
        """One object whose geometry is not to be had."""
        self.broken[osm_id, kind] = (dict(tags), reason)

    def build(self) -> None:
        """Make geometry of the WKB that waits."""
        self.shapes += list(shapely.from_wkb(_objects(self.raw)))
        self.raw.clear()

    def features(self) -> Features:
        """What was gathered."""
        self.build()
        return Features(
            osm_id=_objects(self.ids),
            geometry=_objects(self.shapes),
            kind=np.array(self.kinds, dtype=np.int8),
            tags=_series(self.tags),
        )

    def broken_features(self) -> Features:
        """The objects without geometry, so that the tag table can say which of them are missed."""
        lost = Gathering()
        for (osm_id, kind), (tags, _) in self.broken.items():
            lost.add(osm_id, kind, None, tags.items())
        return lost.features()


def _objects(values: list) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _series(tags: Mapping[str, tuple[list[int], list[str]]]) -> dict[str, pd.Series]:
    return {key: pd.Series(_objects(values), index=rows, dtype=object) for key, (rows, values) in tags.items()}


def read_osm_file(path: Path) -> tuple[Gathering, dict[str, str]]:
    """
    The objects of an ``.osm.pbf``, ``.pbf`` or ``.osm`` file that the tag table can use, and facts of its header.

    Raises
    ------
    DataError
        When libosmium cannot read the file to its end.
    """
    try:
        return _gather(path), _header(path)
    except _BROKEN_FILE as error:
        raise DataError(_say_broken(path, str(error))) from error


def _say_broken(path: Path, reason: str) -> str:
    if "entities are not supported" in reason:
        return say("osm.entities", file=path.name)
    return say("osm.broken", file=path.name, reason=reason.replace(str(path), path.name))


def _header(path: Path) -> dict[str, str]:
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        date = reader.header().get("osmosis_replication_timestamp", "") or reader.header().get("timestamp", "")
    return {"data_date": date[:10]} if date else {}


def _gather(path: Path) -> Gathering:
    """Objects with a leading key, in one pass; another goes before for relations, one after for rings without area."""
    table, factory = tag_table(), osmium.geom.WKBFactory()
    line_keys, area_keys = table.leading_keys_of("line"), table.leading_keys_of("polygon")
    gathered, rings = Gathering(), set()
    relations = osmium.filter.KeyFilter(*sorted(area_keys))
    leading = osmium.filter.KeyFilter(*sorted(table.leading_keys))
    for thing in osmium.FileProcessor(str(path)).with_areas(relations).with_filter(leading):
        if thing.is_node():
            try:
                gathered.add(f"n{thing.id}", _POINT, factory.create_point(thing), _tags_of(thing))
            except (osmium.InvalidLocationError, RuntimeError):
                gathered.lose(f"n{thing.id}", _POINT, "no_location", _tags_of(thing))
        elif thing.is_area():
            if not thing.num_rings()[0]:
                continue  # its way or relation stays among the rings and the broken
            osm_id = f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
            gathered.add(osm_id, _POLYGON, factory.create_multipolygon(thing), _tags_of(thing))
            rings.discard(osm_id)
            gathered.broken.pop((osm_id, _POLYGON), None)
        elif thing.is_way():
            closed = len(thing.nodes) > 3 and thing.is_closed() and thing.tags.get("area") != "no"
            if closed and any(key in thing.tags for key in area_keys):
                rings.add(f"w{thing.id}")  # until its area comes
            if any(key in thing.tags for key in line_keys):
                _add_line(gathered, factory, thing)
        elif thing.tags.get("type") in table.area_relations:
            gathered.lose(f"r{thing.id}", _POLYGON, "no_members", _tags_of(thing))  # until its area comes
    if rings:
        _mend_rings(path, gathered, rings)
    return gathered


def _tags_of(thing) -> list[tuple[str, str]]:
    wanted = tag_table().keys
    return [(tag.k, tag.v) for tag in thing.tags if tag.k in wanted]


def _add_line(gathered: Gathering, factory: osmium.geom.WKBFactory, way) -> None:
    osm_id, tags = f"w{way.id}", _tags_of(way)
    try:
        gathered.add(osm_id, _LINE, factory.create_linestring(way), tags)
    except (osmium.InvalidLocationError, RuntimeError):
        if (part := _part_with_nodes(way)) is None:
            gathered.lose(osm_id, _LINE, "no_nodes", tags)
        else:
            gathered.add(osm_id, _LINE, part, tags)
            gathered.cut.add(osm_id)


def _part_with_nodes(way) -> str | None:
    """The stretches of a way whose nodes are in the file, as WKB in hexadecimal; None when no two follow each other."""
    there = np.array([node.location.valid() for node in way.nodes], dtype=bool)
    runs = np.split(np.arange(len(there)), np.flatnonzero(np.diff(there.astype(int))) + 1)
    runs = [run for run in runs if len(run) > 1 and there[run[0]]]
    lines = [shapely.LineString([(way.nodes[at].lon, way.nodes[at].lat) for at in run.tolist()]) for run in runs]
    if not lines:
        return None
    return shapely.to_wkb(lines[0] if len(lines) == 1 else shapely.MultiLineString(lines), hex=True)


def _mend_rings(path: Path, gathered: Gathering, rings: set[str]) -> None:
    """Closed ways that libosmium could make no area of: those with all their nodes are repaired and taken."""
    factory, keys = osmium.geom.WKBFactory(), sorted(tag_table().leading_keys_of("polygon"))
    ways = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.KeyFilter(*keys))
    for way in ways:
        osm_id = f"w{way.id}"
        if osm_id not in rings:
            continue
        tags = _tags_of(way)
        try:
            ring = shapely.from_wkb(factory.create_linestring(way))
        except (osmium.InvalidLocationError, RuntimeError):
            gathered.lose(osm_id, _POLYGON, "no_nodes", tags)
            continue
        polygon = mended_polygon(shapely.Polygon(ring.coords)) if len(ring.coords) > 3 else None
        if polygon is None:
            gathered.lose(osm_id, _POLYGON, "no_ring", tags)
        else:
            gathered.add(osm_id, _POLYGON, shapely.to_wkb(polygon, hex=True), tags)
            gathered.mended.add(osm_id)


def mended_polygon(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The polygonal part of ``shape`` made valid; None when there is none."""
    parts = shapely.get_parts(shapely.make_valid(shape))
    parts = shapely.get_parts(parts)  # collections hold multipolygons
    polygons = parts[(shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)]
    return None if not len(polygons) else polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def read_extract(path: Path) -> tuple[Gathering, shapely.Geometry | None]:
    """
    The objects of an OSM extract kept as GeoPackage, and the area it was cut to (its layer ``area``, or None).

    Layers with a column ``osm_id`` hold objects; the other columns are tags, ``:`` written as ``_``.

    Raises
    ------
    DataError
        When the file is no GeoPackage, or no layer of it looks like OSM.
    """
    table, gathered, area = tag_table(), Gathering(), None
    key_of = {key.replace(":", "_"): key for key in sorted(table.keys)}
    for name in list_layers(path):
        if name != "area" and name not in table.extract_layers:
            continue
        frame = read_layer(path, name)
        if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
            continue
        if frame.crs is None:
            raise DataError(say("osm.no_crs", file=path.name, layer=name))
        frame = frame.to_crs(WGS84)
        if name == "area":
            area = mended_polygon(shapely.union_all(shapely.make_valid(frame.geometry.dropna().to_numpy())))
        elif "osm_id" in frame.columns:
            tags = frame.drop(columns=[frame.geometry.name, "osm_id"]).rename(columns=key_of)
            for key, value in table.extract_layers[name].items():
                if key not in tags:
                    tags[key] = value
            add_frame(gathered, frame["osm_id"].astype(str), frame.geometry, tags)
    if not gathered.ids and not gathered.broken:
        raise DataError(say("osm.no_extract", file=path.name, layers="、".join(table.extract_layers)))
    return gathered, area


def add_frame(gathered: Gathering, ids: pd.Series, geometry: gpd.GeoSeries, tags: pd.DataFrame) -> None:
    """Gather the rows of a frame whose columns are tags, mending polygons that are not valid."""
    shapes = shapely.force_2d(geometry.to_numpy())
    kinds = geometry.geom_type.map(_KIND_OF_TYPE)
    usable = kinds.notna().to_numpy() & ~shapely.is_empty(shapes)
    usable &= np.isfinite(shapely.bounds(shapes)).all(axis=1)
    invalid = usable & (kinds == _POLYGON).to_numpy() & ~shapely.is_valid(shapes)
    for row in np.flatnonzero(invalid):
        shapes[row] = mended_polygon(shapes[row])
    gathered.mended.update(ids[invalid & ~shapely.is_missing(shapes)])
    usable &= ~shapely.is_missing(shapes)
    gathered.build()
    start = len(gathered.ids)
    gathered.ids += ids[usable].tolist()
    gathered.kinds += kinds[usable].astype(int).tolist()
    gathered.shapes += list(shapes[usable])
    kept = [key for key in tags.columns if key in tag_table().keys]
    for key in kept:
        texts = _texts(tags[key])
        column = texts[usable]
        there = np.flatnonzero(np.not_equal(column, None))
        rows, values = gathered.tags.setdefault(key, ([], []))
        rows += (there + start).tolist()
        values += column[there].tolist()
    for row in np.flatnonzero(~usable):
        about = [(key, text) for key in kept if (text := _texts(tags[key].iloc[[row]])[0]) is not None]
        for kind in range(len(KINDS)):
            gathered.lose(ids.iloc[row], kind, "no_geometry", about)


def _texts(values: pd.Series) -> np.ndarray:
    """The values as OSM would write them, whole numbers without a point; None where there is none."""
    if pd.api.types.is_numeric_dtype(values):
        return _objects([None if pd.isna(value) else f"{value:.15g}" for value in values])
    return _objects([None if pd.isna(value) or str(value) == "" else str(value) for value in values])
