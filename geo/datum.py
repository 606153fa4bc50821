"""Chinese datums: GCJ-02 and BD-09 to and from WGS 84, and the door through which a frame of any datum comes in."""

import re
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from numba import njit
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs import WGS84

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
# Krasovsky 1940, on which the public GCJ-02 formula works: semi-major axis in metres, eccentricity squared.
_AXIS, _E2 = 6378245.0, 0.00669342162296594323
# Where the public formula takes itself to be in China; outside it leaves coordinates as they are. Degrees.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_X_PI = np.pi * 3000.0 / 180.0
_BD_X, _BD_Y = 0.0065, 0.006
_ENOUGH_DEG = 1e-10  # 0.01 mm; each round gains two digits or more
_MOST_ROUNDS = 30


def wgs84_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    GCJ-02 longitudes and latitudes of WGS 84 ones, in degrees; outside China's box they stay as they are.

    The algorithm is the one the public knows since 2013 (eviltransform, ``transform.c``; described in Wikipedia,
    "Restrictions on geographic data in China", section GCJ-02): a sum of sines of the offset from 105° E, 35° N
    gives metres, and Krasovsky's ellipsoid turns them to degrees.
    """
    lon, lat = _pair(lon, lat)
    return _gcj_forward(lon.ravel(), lat.ravel(), lon.shape)


def gcj02_to_wgs84(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """WGS 84 longitudes and latitudes of GCJ-02 ones, in degrees: `wgs84_to_gcj02` undone by iteration, to 0.01 mm."""
    lon, lat = _pair(lon, lat)
    flat_lon, flat_lat = _gcj_inverse(lon.ravel(), lat.ravel())
    return flat_lon.reshape(lon.shape), flat_lat.reshape(lon.shape)


def gcj02_to_bd09(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    BD-09 longitudes and latitudes of GCJ-02 ones, in degrees.

    The public formula (same sources as `wgs84_to_gcj02`): polar coordinates about 0° E, 0° N, each with a small
    wave of its own, shifted by a constant. It has no box: it shifts everywhere on the globe.
    """
    lon, lat = _pair(lon, lat)
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + _BD_X, radius * np.sin(angle) + _BD_Y


def bd09_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """GCJ-02 longitudes and latitudes of BD-09 ones, in degrees: `gcj02_to_bd09` undone by iteration, to 0.01 mm."""
    lon, lat = _pair(lon, lat)
    guess_lon, guess_lat = lon - _BD_X, lat - _BD_Y
    for _ in range(_MOST_ROUNDS):
        there_lon, there_lat = gcj02_to_bd09(guess_lon, guess_lat)
        off_lon, off_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + off_lon, guess_lat + off_lat
        if not (np.abs(off_lon) > _ENOUGH_DEG).any() and not (np.abs(off_lat) > _ENOUGH_DEG).any():
            break
    return guess_lon, guess_lat


def wgs84_to_bd09(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """BD-09 longitudes and latitudes of WGS 84 ones, in degrees, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """WGS 84 longitudes and latitudes of BD-09 ones, in degrees, by way of GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def check_datum(datum: str) -> str:
    """
    ``datum`` in our spelling: one of `DATUMS`, or ``epsg:<code>`` of a CRS that pyproj knows.

    Raises
    ------
    ValueError
        When it is neither.

    Examples
    --------
    >>> check_datum("GCJ-02"), check_datum("EPSG:4547")
    ('gcj02', 'epsg:4547')
    """
    plain = re.sub(r"[\s_\-]", "", str(datum)).lower()
    if plain in DATUMS:
        return plain
    if match := re.fullmatch(r"(?:epsg:?)?(\d{4,6})", plain):
        try:
            CRS.from_epsg(int(match[1]))
        except CRSError as error:
            raise ValueError(f"EPSG:{match[1]} is not a CRS that pyproj knows") from error
        return f"epsg:{match[1]}"
    raise ValueError(f"{datum!r} is not a datum: take one of {', '.join(DATUMS)} or an EPSG code such as epsg:4547")


def to_wgs84(features: gpd.GeoDataFrame | gpd.GeoSeries, datum: str) -> gpd.GeoDataFrame:
    """
    The features with every vertex in WGS 84.

    Parameters
    ----------
    features
        Geometry in ``datum``. What its CRS says is not believed, since a GeoJSON in GCJ-02 says WGS 84 too;
        the one exception is a projected CRS under ``wgs84`` or ``cgcs2000``: it is projected back.
    datum
        One of `DATUMS`, or an EPSG code such as ``epsg:4547`` in which the coordinates are.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326, same index and columns, two-dimensional; missing geometry stays missing.

    Raises
    ------
    ValueError
        When the datum is unknown, or it is GCJ-02 or BD-09 and the CRS says that coordinates are in metres.
    """
    datum = check_datum(datum)
    frame = gpd.GeoDataFrame(geometry=features) if isinstance(features, gpd.GeoSeries) else features.copy()
    projected = frame.crs is not None and not frame.crs.is_geographic
    if datum.startswith("epsg:"):
        return frame.set_geometry(_flat(frame)).set_crs(datum, allow_override=True).to_crs(WGS84)
    if datum in _TO_WGS84:
        if projected:
            raise ValueError(f"{frame.crs.name} is in metres, {datum} is in degrees: take the EPSG code as the datum")
        moved = shapely.transform(frame.geometry.to_numpy(), _on_pairs(_TO_WGS84[datum]))
        return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index)).set_crs(WGS84, allow_override=True)
    frame = frame.set_geometry(_flat(frame))
    # CGCS2000 and WGS 84 differ by centimetres, which pyproj too takes as nothing.
    return frame.to_crs(WGS84) if projected else frame.set_crs(WGS84, allow_override=True)


_TO_WGS84 = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}


def _on_pairs(convert: Callable) -> Callable[[np.ndarray], np.ndarray]:
    return lambda pairs: np.column_stack(convert(pairs[:, 0], pairs[:, 1]))


def _flat(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=frame.index, crs=frame.crs)


def _pair(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))


@njit(cache=True)
def _gcj_shift(lon: float, lat: float) -> tuple[float, float]:
    """How far GCJ-02 lies from WGS 84 at one place, in degrees of longitude and latitude."""
    x, y = lon - 105.0, lat - 35.0
    root, wave = np.sqrt(abs(x)), 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    curve = 1.0 - _E2 * np.sin(phi) ** 2
    return (
        np.degrees(east / (_AXIS / np.sqrt(curve) * np.cos(phi))),
        np.degrees(north / (_AXIS * (1.0 - _E2) / (curve * np.sqrt(curve)))),
    )


@njit(cache=True)
def _in_box(lon: float, lat: float) -> bool:
    return _WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH


@njit(cache=True)
def _gcj_forward_flat(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out_lon, out_lat = lon.copy(), lat.copy()
    for row in range(lon.size):
        if _in_box(lon[row], lat[row]):
            east, north = _gcj_shift(lon[row], lat[row])
            out_lon[row] += east
            out_lat[row] += north
    return out_lon, out_lat


def _gcj_forward(lon: np.ndarray, lat: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    out_lon, out_lat = _gcj_forward_flat(lon, lat)
    return out_lon.reshape(shape), out_lat.reshape(shape)


@njit(cache=True)
def _gcj_inverse(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out_lon, out_lat = lon.copy(), lat.copy()
    for row in range(lon.size):
        if not _in_box(lon[row], lat[row]):
            continue
        x, y = lon[row], lat[row]
        for _ in range(_MOST_ROUNDS):
            east, north = _gcj_shift(x, y)
            off_x, off_y = lon[row] - east - x, lat[row] - north - y
            x, y = x + off_x, y + off_y
            if abs(off_x) < _ENOUGH_DEG and abs(off_y) < _ENOUGH_DEG:
                break
        out_lon[row], out_lat[row] = x, y
    return out_lon, out_lat
