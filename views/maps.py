"""A city's map by folium: the ground, which never changes, and what was found, which changes with every filter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.template import Template
from pyproj import CRS

from data.city import City
from look.sent_ground import Ground, script_json, steps
from look.tokens import map_palette, map_script, tokens
from texts import say
from views.offline import Layer, LiteralParts, plain_map

_LABEL_GRID = 16  # candidates for a district's name, across its extent each way
_LABEL_CLEAR_SHARE = 0.06  # of the map's extent: as far as a name wants to stand from what was found


@dataclass(frozen=True)
class Drawing:
    """
    What a map shows above its ground; every frame in one CRS, with the columns named here.

    Attributes
    ----------
    lines, places
        ``status`` (pass, fail, unknown), ``told`` (what the pointer is told), ``chosen`` (whether it gets a frame)
        and geometry: lines, and points.
    sites
        ``counted`` (whether it counts for the chosen subject), ``told``, points.
    labels
        ``name``, ``score`` as texts, points.
    legend
        Rows of form (fail-line, diamond, hatched, disc) and text.
    show
        Which part must be in view, or None to leave the view as it is.
    fit
        What fills the map, until it changes; None for the whole city.
    """

    lines: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    labels: gpd.GeoDataFrame
    legend: list[tuple[str, str]] = field(default_factory=list)
    show: shapely.Geometry | None = None
    fit: shapely.Geometry | None = None


class _Ground(LiteralParts):
    """The drawing script and the ground, as the constant part of a map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.cityMap = {{ this.script }};
            window.cityMap.ground({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, ground: Ground):
        super().__init__()
        self._name = "CityGround"
        self.script = map_script()
        self.data = f'{{"colours":{script_json(map_palette())},"texts":{_texts()},{ground.data[1:]}'


class _Drawing(LiteralParts):
    """What was found, as the part of a map that changes."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.cityMap.findings(
                {{ this._parent._parent.get_name() }}, {{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str):
        super().__init__()
        self._name = "CityDrawing"
        self.data = data


def base_map(ground: Ground) -> folium.Map:
    """
    The map of a city without findings. The same ground gives the same map, so the browser keeps it and its view.

    A new object at every call: streamlit-folium hangs the findings into the map it is given.
    """
    city_map = plain_map(
        zoom_control=False, zoom_snap=0.25, zoom_delta=0.5, wheel_px_per_zoom_level=120, attribution_control=False
    )
    city_map.add_child(_Ground(ground))
    return city_map


def drawing_layer(drawing: Drawing, ground: Ground) -> folium.FeatureGroup:
    """
    What was found as the layer to be laid over ``base_map(ground)``.

    Failing stretches are red with a dashed casing, failing places diamonds, unknown ones hatched: none rests on
    colour alone.
    """
    layer = Layer()
    layer.add_child(_Drawing(script_json(drawing_data(drawing, ground.origin))))
    return layer


def label_places(districts: gpd.GeoDataFrame, marks: Iterable[shapely.Geometry]) -> gpd.GeoSeries:
    """
    Where the name of each district stands clear of ``marks`` and of the other names, as near its middle as can be.

    Parameters
    ----------
    districts
        Polygons, metric CRS.
    marks
        Stretches and places that must not be covered, same CRS.

    Returns
    -------
    GeoSeries
        Points on the index of ``districts``. The same input gives the same places.
    """
    west, south, east, north = districts.total_bounds
    clear_m = _LABEL_CLEAR_SHARE * max(east - west, north - south)
    taken = shapely.geometrycollections(list(marks))
    chosen = []
    for shape in districts.geometry:
        district = main_part(shape)
        candidates = _candidates(district)
        others = shapely.union_all([taken, *(shapely.buffer(point, 1.5 * clear_m) for point in chosen)])
        room = shapely.distance(candidates, others) if not others.is_empty else np.full(len(candidates), np.inf)
        edge = shapely.distance(candidates, district.boundary)
        worth = 2 * np.minimum(room, clear_m) / clear_m + 0.5 * np.minimum(edge, clear_m) / clear_m
        from_middle = shapely.distance(candidates, district.centroid) / np.sqrt(district.area)
        chosen.append(candidates[int(np.argmax(worth - 0.6 * from_middle))])
    return gpd.GeoSeries(chosen, index=districts.index, crs=districts.crs)


def shape_of(city: City, district: str | None) -> shapely.Geometry | None:
    """The largest part of a district of a city; None for the whole city, or when it has none of that name."""
    own = None if district is None or city.districts is None else city.districts[city.districts["name"] == district]
    return None if own is None or own.empty else main_part(own.geometry.iloc[0])


def main_part(shape: shapely.Geometry) -> shapely.Geometry:
    """The largest part of a district, without its islands."""
    return max(shapely.get_parts(shape), key=shapely.area)


def _candidates(district: shapely.Geometry) -> np.ndarray:
    west, south, east, north = district.bounds
    shares = (np.arange(_LABEL_GRID) + 0.5) / _LABEL_GRID
    x, y = np.meshgrid(west + shares * (east - west), south + shares * (north - south))
    points = shapely.points(x.ravel(), y.ravel())
    inside = points[shapely.contains(district, points)]
    return inside if len(inside) else np.array([district.representative_point()])


def drawing_data(drawing: Drawing, origin: tuple[float, float]) -> dict:
    """What the script of the map is sent of a drawing."""
    lines, places, sites, labels = drawing.lines, drawing.places, drawing.sites, drawing.labels
    crs = lines.crs
    return {
        **_marks(lines, "Lines", origin),
        **_marks(places, "Places", origin),
        "sites": _beside(steps(sites.geometry, origin, crs), sites["counted"].astype(bool), sites["told"]),
        "labels": _beside(steps(labels.geometry, origin, crs), labels["name"], labels["score"]),
        "legend": drawing.legend,
        "show": _corners(drawing.show, crs, origin),
        "fit": _corners(drawing.fit, crs, origin),
        "origin": origin,
    }


def _beside(moves: list[list[int]], *columns: pd.Series) -> list[list]:
    return [list(row) for row in zip(moves, *(column.tolist() for column in columns), strict=True)]


def _corners(shape: shapely.Geometry | None, crs: CRS, origin: tuple[float, float]) -> list[int] | None:
    """The south-western and the north-eastern corner of ``shape`` as a line to be sent."""
    if shape is None or shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    return steps([shapely.LineString([(west, south), (east, north)])], origin, crs)[0]


def _marks(frame: gpd.GeoDataFrame, kind: str, origin: tuple[float, float]) -> dict[str, list[list]]:
    """The parts of the geometries with what is told of them: those of each status, and the chosen ones once more."""
    parts, row = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    there = ~shapely.is_empty(parts)
    row = row[there]
    sent = _beside(steps(parts[there], origin, frame.crs), frame["told"].iloc[row])
    status, chosen = frame["status"].to_numpy(), frame["chosen"].to_numpy(dtype=bool)
    wanted = {f"{name}{kind}": status == name for name in ("fail", "unknown", "pass")} | {f"chosen{kind}": chosen}
    return {name: [sent[n] for n in np.flatnonzero(mask[row]).tolist()] for name, mask in wanted.items()}


@cache
def _texts() -> str:
    words = ("km", "m", "north", "zoomIn", "zoomOut")
    return script_json({word: say(f"coverage.map.{word}") for word in words} | {"font": tokens().fonts})
