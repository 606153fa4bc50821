"""The bent plane the demo city is laid out on: whole numbers are avenues, zero is the river, metres come out."""

from functools import cache

import numpy as np
from pyproj import Transformer

from geo.crs import WGS84, metric_crs

CENTRE = (121.93, 28.74)  # WGS 84, degrees: somewhere off the coast of East China, where no such city lies
ALONG_M = np.array([-6040, -4920, -3855, -2850, -1865, -880, 145, 1135, 2175, 3170, 4185, 5200], dtype=float)
NORTH_M = np.array([0, 945, 1985, 2920, 3985, 5000], dtype=float)  # riverside road, then the avenues north of it
SOUTH_M = np.array([0, 1000, 1935, 3000, 4040], dtype=float)
RIVERSIDE_M = 70.0  # from the bank to the riverside road
# Quarters that are turned: x, y, radius in metres, angle in radians at the middle.
_TURNS = np.array(
    [
        [-3760, -2640, 2160, 0.46],
        [-3120, 2880, 2000, -0.20],
        [4240, 2320, 2240, -0.50],
        [560, -1520, 1520, -0.16],
        [720, 2160, 1600, 0.20],
        [3280, -2880, 1840, 0.34],
    ]
)


def place(a, b) -> np.ndarray:
    """
    Where the point (a, b) of the plan lies.

    Parameters
    ----------
    a, b
        Plan coordinates: ``a`` counts avenues from west to east, ``b`` from the river to the north (1 is the
        northern riverside road, -1 the southern one).

    Returns
    -------
    numpy.ndarray
        Shape (..., 2), metres east and north of the city's middle.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    u = _stretched(a, np.arange(len(ALONG_M)), ALONG_M)
    beyond = np.maximum(np.abs(b) - 1, 0)
    inland = np.where(
        b > 0,
        _stretched(beyond, np.arange(len(NORTH_M)), NORTH_M),
        _stretched(beyond, np.arange(len(SOUTH_M)), SOUTH_M),
    )
    v = np.sign(b) * (np.minimum(np.abs(b), 1) * (river_half_width(u) + RIVERSIDE_M) + inland)
    x, y = _bend(u, v)
    return np.stack([x, y], axis=-1)


def to_degrees(xy: np.ndarray) -> np.ndarray:
    """Metres of the plan as longitude and latitude (WGS 84), rounded to seven decimals."""
    east, north, back = _anchor()
    lon, lat = back.transform(xy[:, 0] + east, xy[:, 1] + north)
    return np.round(np.column_stack([lon, lat]), 7)


@cache
def _anchor() -> tuple[float, float, Transformer]:
    """The city's middle in its metric CRS, to the metre, and the way back to degrees."""
    crs = metric_crs(*CENTRE)
    there = Transformer.from_crs(WGS84, crs, always_xy=True)
    east, north = there.transform(*CENTRE)
    return round(east), round(north), Transformer.from_crs(crs, WGS84, always_xy=True)


def river_half_width(u) -> np.ndarray:
    """Half the width of the river in metres at ``u`` metres along it: it widens towards its mouth."""
    u = np.asarray(u, dtype=float)
    return 92 + 18 * np.sin(u / 720) + 150 / (1 + np.exp((5050 - u) / 420))


def bank(a) -> np.ndarray:
    """The ``b`` of the northern bank at ``a``."""
    half = river_half_width(_stretched(np.asarray(a, dtype=float), np.arange(len(ALONG_M)), ALONG_M))
    return half / (half + RIVERSIDE_M)


def coast(b) -> np.ndarray:
    """The ``a`` of the shore at ``b``: a bay in the south, a blunt cape in the north-east, rough in the small."""
    b = np.asarray(b, dtype=float)
    bay = 2.7 / (1 + np.exp((b + 3.1) / 0.33))
    mouth = 0.25 * np.exp(-((b / 0.8) ** 2))
    rough = (
        0.055 * np.sin(5.1 * b + 1) + 0.032 * np.sin(11.3 * b + 2) + 0.018 * np.sin(23.7 * b) + 0.01 * np.sin(51 * b)
    )
    return 10.55 - bay - mouth + 0.16 * np.sin(1.7 * b + 0.6) + rough


def shore_road(b) -> np.ndarray:
    """The ``a`` of the road along the shore: smoother than the shore itself."""
    b = np.asarray(b, dtype=float)
    bay = 2.7 / (1 + np.exp((b + 3.1) / 0.33))
    return 10.29 - bay + 0.16 * np.sin(1.7 * b + 0.6) - 0.12 * np.exp(-((b / 0.9) ** 2))


def _stretched(value: np.ndarray, at: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Linear interpolation that goes on beyond both ends at the mean step."""
    step = (to[-1] - to[0]) / (at[-1] - at[0])
    inside = np.interp(value, at, to)
    return inside + step * (np.minimum(value - at[0], 0) + np.maximum(value - at[-1], 0))


def _bend(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The plan in metres, bent: the river winds, the shore bulges, quarters are turned."""
    winding = 785 * np.sin(u / 1960 + 2.5) + 265 * np.sin(u / 920 + 0.5) - 0.10 * u
    bulge = 1000 * np.exp(-(((v - 2080) / 1680) ** 2)) - 400 * np.exp(-(((v - 4480) / 1200) ** 2))
    x = u + bulge * np.exp(-(((u - 5760) / 2880) ** 2)) + 170 * np.sin(v / 1320 + 0.7) + 50 * np.sin(v / 510 + u / 1680)
    y = v + winding * np.exp(-((v / 2640) ** 2)) + 150 * np.sin(u / 1480 + 1.9) + 50 * np.sin(u / 560 + v / 1520)
    for east, north, radius, angle in _TURNS:
        dx, dy = x - east, y - north
        turn = angle * np.exp(-(dx**2 + dy**2) / radius**2)
        cos, sin = np.cos(turn), np.sin(turn)
        x, y = east + cos * dx - sin * dy, north + sin * dx + cos * dy
    return x, y
