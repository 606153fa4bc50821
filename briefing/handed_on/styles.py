"""Styles that QGIS finds in a GeoPackage and takes without being asked: the look of our maps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import pandas as pd

from look.tokens import Colours, colours
from texts import say

TABLE = "layer_styles"
_GEOMETRY_COLUMN = "geom"  # what GDAL calls it
_POINT, _LINE, _POLYGON = "0", "1", "2"  # QGIS's numbers
_KINDS = {_POINT: "marker", _LINE: "line", _POLYGON: "fill"}
_MADE_ON = pd.Timestamp("2000-01-01", tz="UTC")  # always this one, so that equal files are equal
_CORE_MM, _CASING_MM, _HALO_MM = 1.1, 2.1, 3.0
_UNKNOWN_MM = 2.4
_SITES_FROM = 30_000  # the scale from which they are drawn: on a map of a whole city they would hide the rest
_NORMAL = "50"  # QGIS's number of a font's weight; without one it takes the thinnest

Symbol = list[tuple[str, dict[str, str]]]  # layers from below: class and properties


@dataclass(frozen=True)
class _Label:
    """
    An expression of QGIS, how large it is written, and where: the attributes of ``placement``.

    QGIS draws no label of priority 0, which is what it takes when none is written.
    """

    expression: str
    points: str
    placement: dict[str, str]


_ALONG = {"placement": "2", "placementFlags": "10", "dist": "2", "distUnits": "MM", "priority": "5"}  # above the line
_IN_THE_MIDDLE = {"placement": "1", "quadOffset": "4", "centroidWhole": "1", "centroidInside": "1", "priority": "10"}
_STREET = _Label('"subject_name"', "9", _ALONG)
_NAME_AND_SCORE = """concat("name", '\\n' || format_number("score", 1))"""
_OWN = f"if(coalesce(\"level\", 'district') = 'district', {_NAME_AND_SCORE}, NULL)"  # not those of the levels below
_DISTRICT = _Label(_OWN, "12", _IN_THE_MIDDLE)


def layer_styles(layers: Iterable[str]) -> pd.DataFrame:
    """
    The table that QGIS looks for, with a default style for each of ``layers`` that has one.

    Parameters
    ----------
    layers
        Names among ``gaps``, ``gap_lines``, ``gap_places``, ``unknown_lines``, ``unknown``, ``streets``, ``sites``,
        ``districts``.
    """
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer,
            "f_geometry_column": _GEOMETRY_COLUMN,
            "styleName": say(f"handed_on.styles.{layer}"),
            "styleQML": qml(layer),
            "styleSLD": "",
            "useAsDefault": True,
            "description": say(f"handed_on.styles.{layer}"),
            "owner": "",
            "ui": "",
            "update_time": _MADE_ON,
        }
        for layer in layers
        if layer in _STYLES
    ]
    return pd.DataFrame(rows)


def qml(layer: str) -> str:
    """The style of a layer as QGIS writes it."""
    geometry, symbol, label = _STYLES[layer]
    parts = "Symbology|Labeling|Rendering"
    root = Element("qgis", version="3.22.0", styleCategories=parts, labelsEnabled="1" if label else "0")
    if layer in _FROM_SCALE:
        root.attrib |= {"hasScaleBasedVisibilityFlag": "1", "minScale": str(_FROM_SCALE[layer]), "maxScale": "0"}
    renderer = SubElement(
        root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0", enableorderby="0"
    )
    holder = SubElement(renderer, "symbols")
    drawn = SubElement(holder, "symbol", type=_KINDS[geometry], name="0", alpha="1", clip_to_extent="1", force_rhr="0")
    for place, (kind, properties) in enumerate(symbol(colours())):
        part = SubElement(drawn, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(place)})
        options = SubElement(part, "Option", type="Map")
        for name, value in properties.items():
            SubElement(options, "Option", type="QString", name=name, value=value)
        for name, value in properties.items():
            SubElement(part, "prop", k=name, v=value)
    if label:
        _labels(root, label, colours())
    SubElement(root, "layerGeometryType").text = geometry
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + ElementTree.tostring(root, encoding="unicode")


def _labels(root: Element, label: _Label, look: Colours) -> None:
    settings = SubElement(SubElement(root, "labeling", type="simple"), "settings")
    text = SubElement(
        settings,
        "text-style",
        fieldName=label.expression,
        isExpression="1",
        fontFamily="Noto Sans CJK SC",
        fontWeight=_NORMAL,
        fontSize=label.points,
        fontSizeUnit="Point",
        textColor=_rgba(look.text1),
        textOpacity="1",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=_rgba(look.bg),
        bufferOpacity="1",
    )
    SubElement(settings, "text-format", multilineAlign="1")  # centred
    SubElement(settings, "placement", label.placement)


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _stroke(colour: str, width_mm: float, *, dashes_mm: tuple[float, float] | None = None, cap: str = "flat") -> tuple:
    dash = {"use_custom_dash": "1", "customdash": f"{dashes_mm[0]};{dashes_mm[1]}"} if dashes_mm else {}
    return (
        "SimpleLine",
        {
            "line_color": _rgba(colour),
            "line_width": str(width_mm),
            "line_width_unit": "MM",
            "line_style": "solid",
            "capstyle": cap,
            "joinstyle": "round",
            "customdash_unit": "MM",
            "use_custom_dash": "0",
        }
        | dash,
    )


def _stretch(look: Colours) -> Symbol:
    """White halo, dashed dark casing, red core: to be read in black and white too."""
    return [
        _stroke(look.bg, _HALO_MM, cap="round"),
        _stroke(look.fail_casing, _CASING_MM, dashes_mm=(1.2, 1.0)),
        _stroke(look.fail, _CORE_MM),
    ]


def _marker(shape: str, size_mm: float, fill: str, rim: str) -> Symbol:
    return [
        (
            "SimpleMarker",
            {
                "name": shape,
                "size": str(size_mm),
                "size_unit": "MM",
                "color": _rgba(fill),
                "outline_color": _rgba(rim),
                "outline_width": "0.3",
                "outline_width_unit": "MM",
                "outline_style": "solid",
            },
        )
    ]


def _unknown(look: Colours) -> Symbol:
    """A disc with a stroke across, told from the others in black and white too."""
    stroke = {"name": "line", "angle": "45", "size": str(_UNKNOWN_MM), "size_unit": "MM"}
    rim = {"outline_color": _rgba(look.unknown), "outline_width": "0.4", "outline_width_unit": "MM"}
    return [*_marker("circle", _UNKNOWN_MM, look.bg, look.unknown), ("SimpleMarker", stroke | rim)]


def _unknown_stretch(look: Colours) -> Symbol:
    """Grey strokes across on white."""
    return [_stroke(look.bg, _CASING_MM), _stroke(look.unknown, _CORE_MM, dashes_mm=(0.6, 0.8))]


def _district(look: Colours) -> Symbol:
    outline = {"outline_color": _rgba(look.border), "outline_style": "dot", "outline_width": "0.4"}
    fill = {"color": _rgba(look.land), "style": "solid", "outline_width_unit": "MM"}
    return [("SimpleFill", fill | outline)]


_STYLES: dict[str, tuple[str, Callable[[Colours], Symbol], _Label | None]] = {
    "gaps": (_LINE, _stretch, None),
    "gap_lines": (_LINE, _stretch, _STREET),
    "gap_places": (_POINT, lambda look: _marker("diamond", 3.6, look.fail, look.fail_casing), None),
    "unknown_lines": (_LINE, _unknown_stretch, None),
    "unknown": (_POINT, _unknown, None),
    "streets": (_LINE, lambda look: [_stroke(look.trunk, 0.7, cap="round")], None),
    "sites": (_POINT, lambda look: _marker("circle", 1.6, look.text1, look.bg), None),
    "districts": (_POLYGON, _district, _DISTRICT),
}
_FROM_SCALE = {"sites": _SITES_FROM}
