"""What fails as a KMZ for whoever goes there: stretches and places with their names, reasons and units."""

import io
import re
import zipfile
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import geopandas as gpd
import numpy as np
import shapely

from briefing.handed_on.told import Told, told_of
from briefing.pictures.canvas import DRAWING, Canvas
from data.city import City
from geo.crs import WGS84
from look.tokens import colours
from metrics.assessment import Assessment, city_label
from metrics.listing import Filters
from metrics.measures.findings import FAIL
from texts import lookup, say
from texts.escape import for_html

_SPACE = "http://www.opengis.net/kml/2.2"
_ICON = "files/place.png"
_DEGREES = 7  # decimals: about a centimetre
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # what every entry of the archive is dated, so that equal files are equal
_LINE_PX = 5
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kmz_bytes(city: City, assessment: Assessment, *, filters: Filters | None = None) -> bytes:
    """
    The failing stretches and places of an assessment as a KMZ; the same input gives the same bytes.

    Each has its name, its reason, and as extended data where it is, what is there and what is due, and who answers.
    The icon is in the archive; nothing in it points outside.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there.
    filters
        The district or the unit it is for; None for the city.
    """
    filters = filters or Filters()
    told = [one for one in told_of(assessment, filters) if one.status == FAIL]
    root = Element("kml", xmlns=_SPACE)
    document = SubElement(root, "Document")
    title = say("handed_on.kmz.name", city=filters.unit or filters.district or city_label(city))
    _text(document, "name", f"{title}　{say('pictures.demo')}" if city.is_demo else title)
    _styles(document)
    for kind, lines in (("lines", True), ("places", False)):
        own = [one for one in told if one.line == lines]
        if own:
            folder = SubElement(document, "Folder")
            _text(folder, "name", say(f"handed_on.kmz.{kind}"))
            shapes = gpd.GeoSeries([one.shape for one in own], crs=city.crs).to_crs(WGS84)
            for one, shape in zip(own, shapes, strict=True):
                _placemark(folder, one, shape)
    return _zipped({"doc.kml": ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), _ICON: _icon()})


def _styles(document: Element) -> None:
    look = colours()
    line = SubElement(document, "Style", id="line")
    stroke = SubElement(line, "LineStyle")
    _text(stroke, "color", _abgr(look.fail))
    _text(stroke, "width", str(_LINE_PX))
    place = SubElement(document, "Style", id="place")
    icon = SubElement(place, "IconStyle")
    _text(icon, "scale", "0.9")
    _text(SubElement(icon, "Icon"), "href", _ICON)


def _abgr(colour: str) -> str:
    """``#RRGGBB`` as KML writes colours."""
    return f"ff{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()


def _placemark(folder: Element, one: Told, shape: shapely.Geometry) -> None:
    placemark = SubElement(folder, "Placemark")
    _text(placemark, "name", one.name)
    facts = {name: getattr(one, name) for name in lookup("handed_on.kmz.fields")}
    facts = {say(f"handed_on.kmz.fields.{name}"): value for name, value in facts.items() if value}
    # Readers show a description as HTML.
    _text(placemark, "description", "<br>".join(f"{for_html(name)}：{for_html(text)}" for name, text in facts.items()))
    _text(placemark, "styleUrl", "#line" if one.line else "#place")
    data = SubElement(placemark, "ExtendedData")
    for name, value in facts.items():
        _text(SubElement(data, "Data", name=name), "value", value)
    _shape(placemark, shape)


def _shape(parent: Element, shape: shapely.Geometry) -> None:
    parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
    if len(parts) > 1:
        parent = SubElement(parent, "MultiGeometry")
    for part in parts:
        points = np.round(shapely.get_coordinates(part), _DEGREES)
        written = " ".join(f"{x:.{_DEGREES}f},{y:.{_DEGREES}f}" for x, y in points)
        _text(SubElement(parent, part.geom_type), "coordinates", written)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _NOT_XML.sub("", text)


@cache
def _icon() -> bytes:
    """The diamond of a failing place, 48 pixels wide."""
    look = colours()
    middle = np.array([2.0, 2.0])
    with DRAWING:
        canvas = Canvas(4.064, 4.064, "none")
        for radius, colour in ((1.95, look.bg), (1.7, look.fail_casing), (1.4, look.fail)):
            corners = radius * np.array([[0, 1], [1, 0], [0, -1], [-1, 0]])
            canvas.fill(np.array([shapely.Polygon(middle + corners)]), colour)
        return canvas.bytes("png", "")


def _zipped(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _SAME_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return sink.getvalue()
