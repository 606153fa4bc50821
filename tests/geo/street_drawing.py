"""Roads drawn by hand, drawn at random, and what must hold of the streets they make."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from shapely import LineString

from geo.streets import Streets

CRS = 4549


def city(*rows: tuple, x: float = 500_000.0, y: float = 3_300_000.0) -> gpd.GeoDataFrame:
    """Roads of ``(points, tags)``; tags without a highway are primary roads."""
    corner = np.array([x, y])
    lines = [LineString(np.asarray(points, float) + corner) for points, _ in rows]
    tags = pd.DataFrame([{"highway": "primary", **tags} for _, tags in rows])
    return gpd.GeoDataFrame(tags, geometry=lines, crs=CRS)


def local(line: LineString, x: float = 500_000.0, y: float = 3_300_000.0) -> list[tuple[float, float]]:
    """Coordinates of a line from the corner of the city."""
    return [(round(px - x, 3), round(py - y, 3)) for px, py in line.coords]


def summary(streets: Streets) -> list[tuple]:
    """What must not depend on the order of the rows: ids, names, lengths, and crossings."""
    rows = streets.table.drop(columns="geometry").itertuples(index=False, name=None)
    return [*rows, *streets.junctions["streets"], *streets.junctions["name"]]


def divided(*, left: float = 20.0, length: float = 1000.0, **tags: str) -> tuple[tuple, tuple]:
    """Eastward carriageway at y = 0 and westward one ``left`` metres to its left."""
    tags = {"name": "测试大道", "oneway": "yes", **tags}
    return ([(0, 0), (length, 0)], tags), ([(length, left), (0, left)], tags)


@st.composite
def towns(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Up to four avenues each way, divided or not, named or not, cut at their crossings, on whole metres."""
    rows = []
    for axis in (0, 1):
        for k in range(draw(st.integers(1, 3))):
            at = 400 * k + draw(st.integers(0, 90))
            name = draw(st.sampled_from([None, f"路{axis}{k}", "长路"]))
            wide = draw(st.sampled_from([0, 16, 30]))
            ends = sorted(draw(st.lists(st.integers(-500, 1800), min_size=2, max_size=4, unique=True)))
            for start, stop in pairwise(ends):
                for shift, sense in ((0, 1), (wide, -1)) if wide else ((0, 1),):
                    line = [(start, at + shift), (stop, at + shift)][::sense]
                    line = [(y, x) for x, y in line][:: (1 if not wide else -1)] if axis else line
                    rows.append((line, {"name": name, "oneway": "yes" if wide else "no"}))
    return city(*rows)


def check_positions(streets: Streets, *, most_off_m: float) -> None:
    """Positions lie on the street, lines are simple and as long as they say, and pieces lie beside their positions."""
    table, segments = streets.table, streets.segments
    assert table.geometry.is_simple.all() and (table.geometry.geom_type == "LineString").all()
    assert table["street"].is_unique
    np.testing.assert_allclose(table.length * 1000, table["length_mm"], atol=3)
    length = table["length_mm"].to_numpy()[segments.street]
    for m, x, y in ((segments.m0, segments.x0, segments.y0), (segments.m1, segments.x1, segments.y1)):
        assert (m >= 0).all() and (m <= length).all()
        off = np.hypot(*(streets.locate(segments.street, m) - np.stack([x, y], axis=1) / 1000).T)
        assert np.quantile(off, 0.99, method="lower") <= most_off_m
