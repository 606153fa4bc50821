"""What the wall's maps are drawn with: ground, roads, what fails and what is unknown, names; all in SVG."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely

from data.city import City
from look.ground import areas_of, borders_of, main_districts, roads_of
from metrics.assessment import Assessment
from metrics.listing import findings
from metrics.measures.findings import FAIL, UNKNOWN
from views.layers import on_map
from views.picking import marks
from views.theme import colours, tokens
from views.wall.frame import Frame
from views.wall.svg import TENTHS, path, words

_ROADS = ("lane", "secondary", "trunk", "ring")
_LANES_TO = 26.0  # metres a pixel from which lanes would only be a grey veil
_CASING_PX, _HALO_PX = 5.0, 9.0
_SEAM_M = 15.0  # districts that touch may leave a seam as wide as that


@dataclass(frozen=True)
class Widths:
    """Widths in pixels; ``diamond`` is half a diagonal, ``unknown`` a radius."""

    lane: float
    secondary: float
    trunk: float
    ring: float
    stretch: float
    diamond: float
    unknown: float


CITY_WIDTHS = Widths(0.8, 1.6, 2.6, 4.2, 6.0, 9.5, 6.5)
DISTRICT_WIDTHS = Widths(1.6, 3.0, 4.6, 7.0, 7.0, 12.0, 8.0)


_CROWDED = 120
_CROWDED_WIDTHS = replace(CITY_WIDTHS, diamond=8.0, unknown=5.5)


@dataclass(frozen=True, eq=False)
class Ground:
    """What every map of a city is drawn on, in metres: land, green, water, borders, roads by kind, the districts."""

    areas: Mapping[str, gpd.GeoSeries]
    borders: gpd.GeoSeries
    roads: Mapping[str, gpd.GeoSeries]
    districts: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Found:
    """What a map shows of an assessment, in metres; ``lines``, ``places`` and ``unknown`` are rows of its findings."""

    lines: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    unknown: gpd.GeoDataFrame


@lru_cache(maxsize=2)
def ground_of(city: City) -> Ground:
    """The ground of a city, put together once."""
    districts = gpd.GeoDataFrame({"name": []}, geometry=[], crs=city.crs)
    if city.districts is not None:
        districts = main_districts(city)[["name", "geometry"]].reset_index(drop=True)
    return Ground(areas_of(city), _between(borders_of(city), districts), roads_of(city), districts)


def _between(borders: gpd.GeoSeries, districts: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """The borders between two districts; the edge of the land needs no line."""
    if len(districts) < 2:
        return borders[:0]
    outline = shapely.union_all(shapely.buffer(districts.geometry.to_numpy(), _SEAM_M)).boundary
    return borders.difference(outline.buffer(2 * _SEAM_M))


def city_widths(found: "Found") -> Widths:
    """The widths on the map of the city; marks are smaller where there are very many."""
    return _CROWDED_WIDTHS if len(found.places) > _CROWDED else CITY_WIDTHS


@lru_cache(maxsize=2)
def found_of(assessment: Assessment) -> Found:
    """What fails and what is unknown, where it has a place on a map; whole districts have none."""
    listed = findings(assessment)
    shown = listed[on_map(listed, passing=False)]
    failing = shown[shown["status"] == FAIL]
    unknown = shown[shown["status"] == UNKNOWN]
    return Found(failing[failing["is_line"]], failing[~failing["is_line"]], unknown)


def draw_ground(ground: Ground, frame: Frame) -> str:
    """Land, green and water; the rest is outside."""
    dark = colours("dark")
    behind = dark.outside if len(ground.districts) else dark.land
    fills = {"land": dark.land, "green": dark.green, "sea": dark.sea}
    drawn = [f'<rect width="{frame.width * TENTHS}" height="{frame.height * TENTHS}" fill="{behind}"/>']
    drawn += [f'<path d="{path(ground.areas[kind], frame)}" fill="{fills[kind]}"/>' for kind in ground.areas]
    return "".join(drawn)


def draw_roads(ground: Ground, frame: Frame, widths: Widths) -> str:
    """Roads by their class, then the dotted borders of districts above them."""
    dark = colours("dark")
    kinds = [kind for kind in _ROADS if kind in ground.roads]
    if frame.metres_per_px > _LANES_TO and kinds != ["lane"]:
        kinds = [kind for kind in kinds if kind != "lane"]
    drawn = [_line(path(ground.roads[kind], frame), getattr(dark, kind), getattr(widths, kind)) for kind in kinds]
    drawn.append(_line(path(ground.borders, frame), dark.border, 1.6, dash=(1.6, 5.0), cap="butt"))
    return "".join(drawn)


def draw_found(found: Found, frame: Frame, widths: Widths) -> str:
    """Unknown places hatched, failing stretches red with a dashed casing, failing places as diamonds."""
    dark = colours("dark")
    lines = path(found.lines.geometry, frame)
    width = widths.stretch
    drawn = [
        _hatch(),
        *(_circle(at, widths.unknown) for at in _points(found.unknown, frame)),
        _line(lines, dark.bg, width + _HALO_PX, cap="butt"),
        _line(lines, dark.fail_casing, width + _CASING_PX, dash=(1.1 * width, 0.9 * width), cap="butt"),
        _line(lines, dark.fail, width, cap="butt"),
        *(_diamond(at, widths.diamond) for at in _points(found.places, frame)),
    ]
    return "".join(drawn)


def drawn_marks(found: Found, frame: Frame, widths: Widths) -> list[shapely.Geometry]:
    """What fails as it lies on the picture, in pixels, as wide as it is drawn."""
    lines = frame.drawn(found.lines.geometry.to_numpy())
    half = (widths.stretch + _HALO_PX) / 2
    stretches = shapely.buffer(lines[~shapely.is_empty(lines)], half, cap_style="flat", quad_segs=2)
    diamonds = [shapely.Point(at).buffer(widths.diamond + 3, quad_segs=1) for at in _points(found.places, frame)]
    return [*stretches, *diamonds]


def draw_name(at: tuple[float, float], name: str, score: str, *, px: int = 28, score_px: int = 36) -> str:
    """A district's name above its score, with a halo."""
    dark = colours("dark")
    halo = f'stroke="{dark.bg}" stroke-width="60" stroke-linejoin="round" paint-order="stroke" text-anchor="middle"'
    x, top = round(at[0] * TENTHS), round((at[1] - (px + score_px) / 2) * TENTHS)
    first, second = top + round(0.88 * px * TENTHS), top + round((px + 0.94 * score_px) * TENTHS)
    return (
        f'<g {halo}><text x="{x}" y="{first}" font-size="{px * TENTHS}" fill="{dark.text1}">{words(name)}</text>'
        f'<text x="{x}" y="{second}" font-size="{score_px * TENTHS}" font-weight="700" fill="{dark.text1}">'
        f"{words(score)}</text></g>"
    )


def name_size(name: str, score: str, *, px: int = 28, score_px: int = 36) -> tuple[float, float]:
    """Width and height of the box that `draw_name` needs, pixels."""
    return max(text_em(name) * px, text_em(score) * score_px) + 8, px + score_px + 4.0


def text_em(text: str) -> float:
    """About how wide a text is in sizes of its type: a Chinese sign one, a Latin one six tenths."""
    return sum(0.6 if sign < "\u2e80" else 1.0 for sign in text)


def fitted_text(text: str, most_em: float) -> str:
    """``text``, cut with … where it is longer than so many sizes of its type."""
    text = " ".join(str(text).split())
    if text_em(text) <= most_em:
        return text
    kept = text
    while kept and text_em(kept) > most_em - 1:
        kept = kept[:-1]
    return kept + "…"


def district_paths(ground: Ground, frame: Frame) -> list[tuple[str, str, str]]:
    """Of each district its name, the ``d`` of its dry land (for the fill below the roads), and that of its border."""
    wet = [shape for kind in ("green", "sea") for shape in ground.areas.get(kind, ())]
    tree = shapely.STRtree(wet)
    rows = []
    for name, shape in zip(ground.districts["name"], ground.districts.geometry, strict=True):
        over = [wet[row] for row in tree.query(shape, predicate="intersects")]
        dry = shapely.difference(shape, shapely.union_all(over)) if over else shape
        rows.append((str(name), path([dry], frame), path([shape], frame)))
    return rows


def fonts() -> str:
    """The fonts of a picture: only installed ones work inside it."""
    return tokens().fonts


def _points(frame: gpd.GeoDataFrame, view: Frame) -> np.ndarray:
    """Where marks stand, pixels; those outside the picture left out."""
    points = marks(frame.geometry).to_numpy()
    xy = shapely.get_coordinates(points[~(shapely.is_missing(points) | shapely.is_empty(points))])
    px = view.to_px(xy)
    seen = (px > -20).all(axis=1) & (px[:, 0] < view.width + 20) & (px[:, 1] < view.height + 20)
    return px[seen]


def _line(d: str, colour: str, width: float, *, dash: Sequence[float] = (), cap: str = "round") -> str:
    dashes = f' stroke-dasharray="{" ".join(str(round(part * TENTHS, 1)) for part in dash)}"' if dash else ""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{round(width * TENTHS, 1)}" '
        f'stroke-linejoin="round" stroke-linecap="{cap}"{dashes}/>'
    )


def _diamond(at: Iterable[float], half: float) -> str:
    dark = colours("dark")
    (x, y), r = (round(value * TENTHS) for value in at), round(half * TENTHS)
    return (
        f'<path d="M{x} {y - r}l{r} {r}l{-r} {r}l{-r} {-r}z" fill="{dark.fail}" stroke="{dark.bg}" '
        f'stroke-width="70" paint-order="stroke"/>'
        f'<path d="M{x} {y - r}l{r} {r}l{-r} {r}l{-r} {-r}z" fill="{dark.fail}" stroke="{dark.fail_casing}" '
        'stroke-width="18"/>'
    )


def _circle(at: Iterable[float], radius: float) -> str:
    dark = colours("dark")
    x, y = (round(value * TENTHS) for value in at)
    return (
        f'<circle cx="{x}" cy="{y}" r="{round(radius * TENTHS)}" fill="url(#hatch)" stroke="{dark.unknown}" '
        'stroke-width="14"/>'
    )


def _hatch() -> str:
    dark = colours("dark")
    return (
        '<defs><pattern id="hatch" width="40" height="40" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="40" height="40" fill="{dark.bg}"/>'
        f'<path d="M0 0V40" stroke="{dark.unknown}" stroke-width="28"/></pattern></defs>'
    )
