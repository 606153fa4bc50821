"""The five districts of the demo city and the street offices below them, which tile its land."""

import numpy as np
import pandas as pd
import shapely

from data.demo.ground import NORTH, SOUTH, WEST, Ground, canal_a
from data.demo.names import gazetteer
from data.demo.plane import coast, place

_BESIDE = 0.026  # borders run along one kerb, so that a street belongs to one side
_OVER = 0.05  # a border is drawn a little over the one it ends at, so that they surely meet
_RECORDED = {
    # what the value rules of districts read, in the order of names.yaml; None: not reported yet
    "green_cover_pct": (41.6, 40.2, 39.4, 43.1, 36.2),
    "green_m2_per_head": (11.2, 12.6, 10.8, 14.3, 9.1),
    "garden_units_pct": (66.0, 63.5, 61.2, 58.4, 52.0),
    "waste_cleared_pct": (100.0, 100.0, 100.0, 100.0, 98.6),
    "sewage_treated_pct": (92.0, 90.5, 88.0, 71.0, 46.0),
    "facilities_patrolled_pct": (98.0, 97.2, 96.1, 95.4, 91.0),
    "defects_handled_pct": (100.0, 100.0, 99.2, 100.0, 95.7),
    "shop_letters_pct": (100.0, 100.0, 100.0, 98.0, None),
    "parking_marked_pct": (100.0, 100.0, 100.0, 100.0, 93.0),
    "know_pct": (95.1, 93.4, 94.0, 91.2, 88.3),
    "support_pct": (96.0, 95.2, 94.8, 92.5, 90.4),
    "join_pct": (92.3, 91.0, 90.6, 88.7, None),
    "volunteers": (58_300, 21_600, 47_100, 19_800, 12_400),
    "urban_residents": (436_000, 183_000, 388_000, 214_000, 176_000),
}


def lay_districts(ground: Ground) -> pd.DataFrame:
    """
    Districts, then the street offices.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``level``, ``parent``, ``unit``, recorded numbers (districts only); ``geometry``, metres of the plan.
    """
    faces = _faces(ground)
    label = _label_of(faces)
    offices = [shapely.coverage_union_all(faces[label == k]) for k in range(len(_office_names()))]
    names = _office_names()
    outlying = shapely.STRtree(np.array(offices)).nearest(ground.islands)
    for island, k in zip(ground.islands, outlying, strict=True):
        offices[k] = shapely.multipolygons([*shapely.get_parts(offices[k]), island])
    parents = [parent for parent, _ in names]
    book = gazetteer()["districts"]
    rows = []
    for k, (name, facts) in enumerate(book.items()):
        own = [office for office, parent in zip(offices, parents, strict=True) if parent == name]
        parts = np.concatenate([shapely.get_parts(office) for office in own])
        recorded = {column: values[k] for column, values in _RECORDED.items()}
        rows.append(
            {
                "name": name,
                "level": "district",
                "unit": facts["unit"],
                **recorded,
                "geometry": shapely.coverage_union_all(parts),
            }
        )
    for (parent, name), office in zip(names, offices, strict=True):
        rows.append(
            {
                "name": name,
                "level": "street",
                "parent": parent,
                "unit": f"{name}办事处" if name.endswith("街道") else f"{name}政府",
                "geometry": office,
            }
        )
    return pd.DataFrame(rows)


def _office_names() -> list[tuple[str, str]]:
    """(district, street office) in the order of the numbers of ``_office``."""
    return [(district, office) for district, facts in gazetteer()["districts"].items() for office in facts["streets"]]


def _office(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The number of the street office at a place of the plan."""
    a, b = a - _BESIDE, b - _BESIDE * (np.abs(b) > 1)
    east = a + _BESIDE > canal_a(b)
    rules = [
        # 古渡区: 渡口, 书院, 长桥, 丰乐
        ((b < 0) & (a < 6) & (b > -3) & (a < 3), 0),
        ((b < 0) & (a < 6) & (b > -3), 1),
        ((b < 0) & (a < 6) & (a < 3), 2),
        ((b < 0) & (a < 6), 3),
        # 临湾区: 湾前, 渔港, 松涛, 盐仓
        ((b < 0) & (b > -2) & (a > 8), 1 + 4),
        ((b < 0) & (b > -2), 0 + 4),
        ((b < 0) & (a < 7), 3 + 4),
        (b < 0, 2 + 4),
        # 东澜新区: 海韵, 潮音, 锦帆, 望潮, 东塘
        (east & (b < 2) & (a < 9), 2 + 17),
        (east & (b < 2), 0 + 17),
        (east & (b < 4) & (a < 9), 3 + 17),
        (east & (b < 4), 1 + 17),
        (east, 4 + 17),
        # 青屏区: 青屏, 竹溪, 石桥, 西岭
        ((a < 3) & (b < 2), 1 + 13),
        ((a < 3) & (b < 4), 0 + 13),
        ((a < 3) & (a < 1.5), 3 + 13),
        (a < 3, 2 + 13),
        # 望江区: 望江, 镜湖, 云栖, 清泉, 北关
        ((b < 2) & (a < 5), 0 + 8),
        (b < 2, 3 + 8),
        ((b < 4) & (a < 5), 1 + 8),
        (b < 4, 2 + 8),
    ]
    return np.select([rule for rule, _ in rules], [number for _, number in rules], default=4 + 8)


def _borders() -> list[np.ndarray]:
    """Every line between two street offices, in plan coordinates, drawn out beyond the land."""

    def across(b: float, low: float, high: float) -> np.ndarray:
        a = np.linspace(low - _OVER, high + _OVER, max(int((high - low) * 14), 2))
        return np.column_stack([a + _BESIDE, np.full_like(a, b + _BESIDE * (b != 0))])

    def along(a: float, low: float, high: float) -> np.ndarray:
        b = np.linspace(low - _OVER, high + _OVER, max(int((high - low) * 14), 2))
        return np.column_stack([np.full_like(b, a + _BESIDE), b + _BESIDE])

    west, east, south, north = WEST - 0.4, 11.5, SOUTH - 0.4, NORTH + 0.4
    canal = np.linspace(-_OVER, north, 120)
    canal = np.column_stack([canal_a(canal), canal])
    canal_2, canal_4 = float(canal_a(2)), float(canal_a(4))
    return [
        across(0, west, east),
        *(along(6, south, 0), along(3, south, 0), across(-3, west, 6)),
        *(across(-2, 6, east), along(8, -2, 0), along(7, south, -2)),
        *(canal, along(9, 0, 4), across(2, canal_2, east), across(4, canal_4, east)),
        *(along(3, 0, north), across(2, west, 3), across(4, west, 3), along(1.5, 4, north)),
        *(across(2, 3, canal_2), across(4, 3, canal_4), along(5, 0, 4)),
    ]


def _faces(ground: Ground) -> np.ndarray:
    """The mainland cut along all borders."""
    lines = [shapely.linestrings(place(border[:, 0], border[:, 1])) for border in _borders()]
    noded = shapely.union_all([shapely.boundary(ground.mainland), *lines])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return faces[shapely.contains(ground.mainland, shapely.point_on_surface(faces))]


def _label_of(faces: np.ndarray) -> np.ndarray:
    """The street office each face belongs to: that of the nearest point of a fine net of the plan."""
    a, b = (
        grid.ravel()
        for grid in np.meshgrid(np.arange(WEST - 0.3, 11.6, 0.031), np.arange(SOUTH - 0.3, NORTH + 0.3, 0.029))
    )
    inland = a < coast(b) + 0.3
    a, b = a[inland], b[inland]
    net = shapely.STRtree(shapely.points(place(a, b)))
    return _office(a, b)[net.nearest(shapely.point_on_surface(faces))]
