"""One district from near: its worst five numbered, fitted to them, the other districts dimmed."""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from look.ground import extent
from metrics.assessment import Assessment
from metrics.listing import findings
from metrics.measures.findings import FAIL
from views.picking import marks
from views.theme import colours
from views.wall import drawing
from views.wall.frame import Frame, fitted
from views.wall.layout import CLOSE_UP, WIDE
from views.wall.svg import TENTHS, data_uri, path, picture

WORST = 5
_PAD_PX, _LEAST_M, _RADIUS_PX = 80, 2400, 21
_FINER = 0.7  # metres a pixel, against the map of the city
_PLATE = (286, 178)


def worst_of(assessment: Assessment, district: str) -> gpd.GeoDataFrame:
    """The failing findings of a district with the greatest shortage that have a place on the map, at most five."""
    listed = findings(assessment)
    mine = (listed["district"] == district) & (listed["status"] == FAIL) & listed.geometry.notna()
    return listed[mine & (listed["class"] != "district")].head(WORST)


@lru_cache(maxsize=64)
def close_up(city: City, assessment: Assessment, district: str) -> tuple[str, str]:
    """The picture of a district as a data URI, and the corner (``ne`` …) where its figures cover no number."""
    ground, found, worst = drawing.ground_of(city), drawing.found_of(assessment), worst_of(assessment, district)
    own = ground.districts.loc[ground.districts["name"] == district].geometry
    frame = _frame(city, worst, own)
    at = _numbered(worst, frame)
    body = (
        drawing.draw_ground(ground, frame)
        + _chosen(ground, own, frame)
        + drawing.draw_roads(ground, frame, drawing.DISTRICT_WIDTHS)
        + drawing.draw_found(found, frame, drawing.DISTRICT_WIDTHS)
        + _dimmed(own, frame)
        + "".join(_number(place, number) for number, place in enumerate(at, start=1))
    )
    return data_uri(picture(body, frame, drawing.fonts())), _free_corner(at)


def _frame(city: City, worst: gpd.GeoDataFrame, own: gpd.GeoSeries) -> Frame:
    """
    Fitted to the worst five, and finer than the map of the city: where they lie too far apart, to those that the
    worst of them can be shown with; the numbers of the others stand at the edge.
    """
    shown = worst.geometry if len(worst) else own
    if not len(shown):
        return fitted(extent(city), *CLOSE_UP, pad_px=_PAD_PX)
    whole = fitted(shown.total_bounds, *CLOSE_UP, pad_px=_PAD_PX, least_m=_LEAST_M)
    coarsest = _FINER * fitted(extent(city), WIDE.map_width, WIDE.map_height).metres_per_px
    if whole.metres_per_px <= coarsest or not len(worst):
        return whole
    half = np.array(CLOSE_UP) * coarsest / 2
    middles = shapely.get_coordinates(shown.representative_point().to_numpy())
    seen = (np.abs(middles[:, None] - middles[None]) < half - _PAD_PX * coarsest).all(axis=2)
    around = middles[seen[int(seen.sum(axis=1).argmax())]]
    centre = (around.min(axis=0) + around.max(axis=0)) / 2
    return fitted((*(centre - half), *(centre + half)), *CLOSE_UP)


def _chosen(ground: drawing.Ground, own: gpd.GeoSeries, frame: Frame) -> str:
    wet = [shape for kind in ("green", "sea") for shape in ground.areas.get(kind, ())]
    return "".join(
        f'<path d="{path([shapely.difference(shape, shapely.union_all(_near(wet, shape)))], frame)}" '
        f'fill="{colours("dark").chosen_district}"/>'
        for shape in own
    )


def _near(shapes: list[shapely.Geometry], shape: shapely.Geometry) -> list[shapely.Geometry]:
    return [shapes[row] for row in shapely.STRtree(shapes).query(shape, predicate="intersects")] if shapes else []


def _dimmed(own: gpd.GeoSeries, frame: Frame) -> str:
    """A veil over all that is not the district, and its border."""
    if not len(own):
        return ""
    dark = colours("dark")
    width, height = frame.width * TENTHS, frame.height * TENTHS
    border = path(own, frame)
    return (
        f'<path d="M-400 -400H{width + 400}V{height + 400}H-400z{border}" fill-rule="evenodd" fill="{dark.bg}" '
        f'fill-opacity="0.45"/><path d="{border}" fill="none" stroke="{dark.text1}" stroke-width="20"/>'
    )


def _numbered(worst: gpd.GeoDataFrame, frame: Frame) -> list[tuple[float, float, bool]]:
    """Where the numbers stand, never on one another: on a stretch or beside a place; False at the edge."""
    taken: list[tuple[float, float, bool]] = []
    points = marks(worst.geometry)
    for row, shape in zip(worst.itertuples(), worst.geometry, strict=True):
        if row.is_line:
            longest = max(shapely.get_parts(shape), key=shapely.length)
            tries = [longest.interpolate(share, normalized=True) for share in (0.5, 0.3, 0.7, 0.15, 0.85)]
            places = [tuple(frame.to_px(np.array(point.coords))[0]) for point in tries]
        else:
            x, y = frame.to_px(shapely.get_coordinates(points[row.Index]))[0]
            around = ((0, -36), (0, 36), (36, 0), (-36, 0), (0, -80), (0, 80), (80, 0), (-80, 0))
            places = [(x + east, y + south) for east, south in around]
        inside = [_within(place) for place in places]
        taken.append(max(inside, key=lambda place: (place[2], _room(place, taken))))
    return taken


def _room(place: tuple[float, float, bool], taken: list[tuple[float, float, bool]]) -> float:
    return min((min(float(np.hypot(place[0] - x, place[1] - y)), 50.0) for x, y, _ in taken), default=50.0)


def _within(place: tuple[float, float]) -> tuple[float, float, bool]:
    edge = _RADIUS_PX + 4
    x, y = np.clip(place, edge, (CLOSE_UP[0] - edge, CLOSE_UP[1] - edge))
    return float(x), float(y), bool(np.hypot(x - place[0], y - place[1]) < 2 * edge)


def _number(at: tuple[float, float, bool], number: int) -> str:
    dark = colours("dark")
    x, y = (round(value * TENTHS) for value in at[:2])
    fill, ink, rim = (dark.text1, dark.bg, dark.bg) if at[2] else (dark.bg, dark.text1, dark.text1)
    return (
        f'<circle cx="{x}" cy="{y}" r="{_RADIUS_PX * TENTHS}" fill="{fill}" stroke="{rim}" '
        f'stroke-width="{40 if at[2] else 20}"/><text x="{x}" y="{y + 90}" font-size="260" font-weight="700" '
        f'text-anchor="middle" fill="{ink}">{number}</text>'
    )


def _free_corner(at: list[tuple[float, float, bool]]) -> str:
    """The corner where the plate of figures lies furthest from the numbers; the north-eastern one if it is clear."""
    width, height = CLOSE_UP
    boxes = {
        "ne": (width - _PLATE[0], 0, width, _PLATE[1]),
        "se": (width - _PLATE[0], height - _PLATE[1], width, height),
        "nw": (0, 0, _PLATE[0], _PLATE[1]),
        "sw": (0, height - _PLATE[1], _PLATE[0], height),
    }

    def covered(corner: str) -> int:
        west, north, east, south = boxes[corner]
        return sum(
            west - _RADIUS_PX < x < east + _RADIUS_PX and north - _RADIUS_PX < y < south + _RADIUS_PX for x, y, _ in at
        )

    return min(boxes, key=covered)
