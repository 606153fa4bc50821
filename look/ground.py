"""What every map of a city is drawn on: land, green, water, borders and roads, in metres."""

import geopandas as gpd
import shapely

from data.city import City

AREA_KINDS = {"sea": "sea", "water": "sea", "green": "green"}
ROAD_KINDS = {
    "ring": ("motorway", "trunk", "motorway_link", "trunk_link"),
    "trunk": ("primary", "primary_link"),
    "secondary": ("secondary", "secondary_link"),
    "lane": ("tertiary", "tertiary_link", "unclassified", "residential", "living_street"),
}
NAMED_CLASSES = ("primary", "secondary", "trunk")


def extent(city: City) -> tuple[float, float, float, float]:
    """West, south, east, north of where the streets are, else the districts, else the venues; in the city's CRS."""
    frames = [of_class(city.roads, NAMED_CLASSES), city.roads, city.districts, city.venues]
    frame = next(frame for frame in frames if frame is not None and len(frame))
    west, south, east, north = frame.total_bounds
    return float(west), float(south), float(east), float(north)


def of_class(roads: gpd.GeoDataFrame | None, classes: tuple[str, ...]) -> gpd.GeoDataFrame | None:
    return None if roads is None else roads[roads["highway"].isin(classes)]


def areas_of(city: City) -> dict[str, gpd.GeoSeries]:
    """Land (the districts) first, then green, then water and sea above them."""
    found = {}
    if city.districts is not None:
        found["land"] = main_districts(city).geometry
    if city.areas is not None:
        kinds = city.areas["kind"].map(AREA_KINDS)
        found |= {kind: city.areas.geometry[kinds == kind] for kind in ("green", "sea")}
    return found


def borders_of(city: City) -> gpd.GeoSeries:
    """Every district border once, also where two districts share it."""
    if city.districts is None:
        return gpd.GeoSeries([], crs=city.crs)
    lines = main_districts(city).geometry.boundary.to_numpy()
    return gpd.GeoSeries([shapely.line_merge(shapely.union_all(lines))], crs=city.crs)


def main_districts(city: City) -> gpd.GeoDataFrame:
    return city.districts[city.districts["level"].fillna("district") == "district"]


def roads_of(city: City) -> dict[str, gpd.GeoSeries]:
    """The lines of each kind of road, joined where they continue each other; the least important kind first."""
    if city.roads is None:
        return {}
    of_kind = {kind: city.roads.geometry[city.roads["highway"].isin(classes)] for kind, classes in ROAD_KINDS.items()}
    return {
        kind: gpd.GeoSeries([merged(lines)], crs=city.crs) for kind, lines in reversed(of_kind.items()) if len(lines)
    }


def merged(lines: gpd.GeoSeries) -> shapely.Geometry:
    parts = shapely.get_parts(lines.to_numpy())
    return shapely.line_merge(shapely.multilinestrings(parts[shapely.length(parts) > 0]))
