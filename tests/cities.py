"""Small cities that can be solved by hand, drawn in metres and moved to a place in China."""

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from geo.crs import metric_crs

LON, LAT = 120.0, 30.0
CRS = metric_crs(LON, LAT)
EAST, NORTH = 500_000.0, 3_320_000.0  # the corner of the drawings, near the middle of the zone


def layer(rows: list[dict], geometries: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    """A layer of drawn geometries (metres from the corner of the drawing) in the metric CRS."""
    moved = shapely.transform(np.array(geometries, dtype=object), lambda xy: xy + np.array([EAST, NORTH]))
    return gpd.GeoDataFrame(rows, geometry=list(moved), crs=CRS)


def road(name: str, *points: tuple[float, float], **columns) -> tuple[dict, shapely.LineString]:
    """A main road along the points."""
    return {"highway": "primary", "name": name, **columns}, shapely.LineString(points)


def site(id: str, x: float, y: float, **columns) -> tuple[dict, shapely.Point]:
    """A lamp-post flag with 讲文明树新风 in good condition, unless ``columns`` say otherwise."""
    return {"id": id, "carrier": "灯杆道旗", "themes": "讲文明树新风", "condition": "完好", **columns}, shapely.Point(
        x, y
    )


def sites_along(*at: float, y: float = 5.0, prefix: str = "s", **columns) -> list[tuple[dict, shapely.Point]]:
    """Sites at these metres along a road on the x axis."""
    return [site(f"{prefix}{i}", x, y, **columns) for i, x in enumerate(at)]


def venue(id: str, class_: str, geometry: shapely.Geometry, **columns) -> tuple[dict, shapely.Geometry]:
    """A venue of a class."""
    return {"id": id, "class": class_, "name": columns.pop("name", id), **columns}, geometry


def district(name: str, *box: float, **columns) -> tuple[dict, shapely.Polygon]:
    """A rectangular district: west, south, east, north."""
    return {"name": name, **columns}, shapely.box(*box)


def building(*box: float, **columns) -> tuple[dict, shapely.Polygon]:
    """A rectangular building: west, south, east, north."""
    return {"height_m": 12.0, **columns}, shapely.box(*box)


def city(**layers: list[tuple[dict, shapely.Geometry]]) -> City:
    """A city of drawn layers; a layer that is not named is not there."""
    return City.from_layers(
        {name: layer([row for row, _ in rows], [shape for _, shape in rows]) for name, rows in layers.items()},
        {"name": "测试市", "data_date": "2026-01-31"},
    )
