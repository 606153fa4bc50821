"""Placemarks of a KML file: name, description, extended data and geometry; nothing it links to is opened."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from data._gdal import check_columns
from data.errors import DataError
from geo.crs import WGS84
from texts import say


def read_kml(path: Path, name: str) -> gpd.GeoDataFrame:
    """
    One row per placemark, in the order of the file, EPSG:4326; geometry that cannot be built is missing.

    Columns are ``name``, ``description`` and the names of the extended data.

    Raises
    ------
    DataError
        When the file is not well-formed, or declares entities.
    """
    rows, shapes = [], []
    try:
        for placemark in _placemarks(path):
            rows.append(_facts(placemark))
            shapes.append(_shape(placemark))
    except DefusedXmlException as error:
        raise DataError(say("import.entities", file=name)) from error
    except (ParseError, ValueError) as error:
        raise DataError(say("import.unreadable", file=name, reason=str(error).splitlines()[0])) from error
    check_columns(len({column for row in rows for column in row}), name)
    frame = pd.DataFrame(rows, dtype=object) if rows else pd.DataFrame({"name": []}, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=WGS84), crs=WGS84)


def _placemarks(path: Path) -> Iterator[Element]:
    for _, element in iterparse(str(path), forbid_dtd=True):
        if _tag(element) == "Placemark":
            yield element
            element.clear()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str | None:
    return "".join(element.itertext()).strip() or None


def _facts(placemark: Element) -> dict[str, str | None]:
    facts = {_tag(child): _text(child) for child in placemark if _tag(child) in ("name", "description")}
    for element in placemark.iter():
        if _tag(element) in ("Data", "SimpleData") and element.get("name"):
            value = [child for child in element if _tag(child) == "value"]
            facts.setdefault(element.get("name"), _text(value[0] if value else element))
    return facts


def _shape(element: Element) -> shapely.Geometry | None:
    """The geometry of a placemark; several of one kind become one of many parts."""
    parts = [_part(child) for child in element.iter() if _tag(child) in _PARTS]
    parts = [part for part in parts if part is not None]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    kinds = {part.geom_type for part in parts}
    many = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}
    return many[kinds.pop()](parts) if len(kinds) == 1 else shapely.GeometryCollection(parts)


def _part(element: Element) -> shapely.Geometry | None:
    if _tag(element) == "Polygon":
        rings = {"outerBoundaryIs": [], "innerBoundaryIs": []}
        for boundary in element:
            if _tag(boundary) in rings:
                rings[_tag(boundary)].append(_coordinates(boundary))
        outer = rings["outerBoundaryIs"]
        if len(outer) != 1 or len(outer[0]) < 3:
            return None
        return shapely.Polygon(outer[0], [ring for ring in rings["innerBoundaryIs"] if len(ring) >= 3])
    places = _coordinates(element)
    if _tag(element) == "Point":
        return shapely.Point(places[0]) if len(places) == 1 else None
    return shapely.LineString(places) if len(places) >= 2 else None


def _coordinates(element: Element) -> np.ndarray:
    """Longitudes and latitudes of the one ``coordinates`` text below an element; not a number where it is none."""
    texts = [_text(child) or "" for child in element.iter() if _tag(child) == "coordinates"]
    pairs = [[*triple.split(","), ""][:2] for triple in (texts[0].split() if texts else ())]
    numbers = pd.to_numeric(pd.Series([value for pair in pairs for value in pair], dtype=object), errors="coerce")
    return numbers.to_numpy(dtype=float).reshape(-1, 2)


_PARTS = ("Point", "LineString", "Polygon")
