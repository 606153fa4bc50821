"""The local metric CRS of a place, and coordinates in whole millimetres."""

import geopandas as gpd
import numpy as np
from pyproj import CRS

WGS84 = CRS.from_epsg(4326)
# EPSG's "CGCS2000 / 3-degree Gauss-Kruger CM 75E" ... "CM 135E" are 4534 ... 4554, one every three degrees.
_FIRST_GK_EPSG, _FIRST_MERIDIAN, _LAST_MERIDIAN = 4534, 75, 135
_CHINA = (73.0, 17.0, 136.0, 54.0)  # west, south, east, north, degrees
_MM = 1000.0


def metric_crs(lon: float, lat: float) -> CRS:
    """
    The metric CRS a city at this place is measured in.

    Inside China's bounding box CGCS2000 / 3-degree Gauss-Krüger of the nearest meridian (scale error below
    0.03 % within 1.5° of it), elsewhere the WGS 84 / UTM zone.

    Parameters
    ----------
    lon, lat
        WGS 84, degrees.

    Raises
    ------
    ValueError
        When the place is not on the globe.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"({lon}, {lat}) is not a longitude and latitude in degrees")
    west, south, east, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        meridian = min(max(3 * round(lon / 3), _FIRST_MERIDIAN), _LAST_MERIDIAN)
        return CRS.from_epsg(_FIRST_GK_EPSG + (meridian - _FIRST_MERIDIAN) // 3)
    zone = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def check_metric(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    """
    Do nothing when ``frame`` is in a projected CRS in metres.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic, or not in metres; the message names ``what`` and the fix.
    """
    if frame.crs is None:
        raise ValueError(f"{what} has no CRS: set it, then project with to_crs(metric_crs(lon, lat))")
    if frame.crs.is_geographic or frame.crs.axis_info[0].unit_name not in ("metre", "meter"):
        raise ValueError(f"{what} is in {frame.crs.name}, not in metres: project it with to_crs(metric_crs(lon, lat))")


def to_mm(metres) -> np.ndarray:
    """``metres`` rounded to whole millimetres, int64 of the same shape; ties go to the even millimetre."""
    return np.rint(np.asarray(metres, dtype=float) * _MM).astype(np.int64)
