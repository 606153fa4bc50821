"""
Files as a city office hands them in.

A main road of 1 929 m with three sites on it, so no walk of 500 m holds five::

    122.000     122.005     122.010     122.015     122.020
       |-----------s1----------s2----------s3----------|   30.05
"""

from pathlib import Path

import geopandas as gpd
import shapely

from geo.datum import wgs84_to_gcj02

LAT = 30.05
LONS = (122.005, 122.01, 122.015)
SCRIPT = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"


def write_road(folder: Path) -> Path:
    """The road as a GeoPackage of two layers, neither named as ours are."""
    line = shapely.LineString([(122.0, LAT), (122.02, LAT)])
    road = gpd.GeoDataFrame({"highway": ["primary"], "name": ["测试大道"]}, geometry=[line], crs=4326)
    file = folder / "map.gpkg"
    road.to_file(file, layer="main_streets")
    road.assign(name="别的路").to_file(file, layer="other_streets")
    return file


def sites_text(*, gcj02: bool = False, name: str = "点{}", more: str = "") -> str:
    """
    The three sites as a table with Chinese headings; a fourth row has no latitude, ``more`` follows.

    Parameters
    ----------
    gcj02
        Whether the coordinates are.
    name
        Of the sites; ``{}`` stands for the number.
    """
    lines = ["点位编号,点位名称,载体形式,主题,经度,纬度,宽度（cm）,牌面别称"]
    for number, lon in enumerate(LONS, start=1):
        x, y = (float(v) for v in wgs84_to_gcj02(lon, LAT)) if gcj02 else (lon, LAT)
        lines.append(f"s{number},{name.format(number)},道旗,讲文明树新风,{x:.7f},{y:.7f},60,别称{number}")
    lines.append("s4,没有纬度,道旗,讲文明树新风,122.01,,60,别称4")
    return "\n".join(lines) + "\n" + more
