"""What was found, drawn: failing stretches, failing places, and what is unknown; told apart without colour too."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from briefing.pictures.canvas import Box, Canvas
from briefing.pictures.panel import Panel
from metrics.assessment import Assessment
from metrics.listing import Filters, findings, narrowed
from metrics.measures.findings import FAIL, UNKNOWN

_HALO_PX, _CASING_PX = 6.5, 4.4
_DASH, _HOLE = 1.1, 0.9  # of the width of the stretch
_HATCH_STEP_PX = 2.6
_PALE = 0.6
_ROUND_STEPS = 32


@dataclass(frozen=True, eq=False)
class Found:
    """Findings of one status each: ``lines`` and ``places`` fail, the others are unknown; all with a geometry."""

    lines: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    unknown_lines: gpd.GeoDataFrame
    unknown_places: gpd.GeoDataFrame


def found(assessment: Assessment, district: str | None = None, *, filters: Filters | None = None) -> Found:
    """What a map of a city, of one of its districts, or of what passes ``filters``, shows; no whole districts."""
    listed = findings(assessment)
    listed = listed[listed.geometry.notna() & ~listed.geometry.is_empty & (listed["class"] != "district")]
    listed = narrowed(listed, filters or Filters(district=district))
    fails, unknown, lines = listed["status"] == FAIL, listed["status"] == UNKNOWN, listed["is_line"]
    return Found(listed[fails & lines], listed[fails & ~lines], listed[unknown & lines], listed[unknown & ~lines])


def worst(assessment: Assessment, district: str | None = None, count: int = 5) -> gpd.GeoDataFrame:
    """
    The failing findings with the greatest shortage that have a place on the map, the worst first.

    Those are the numbers 1, 2, … on maps; the columns are those of ``metrics.listing``.
    """
    shown = found(assessment, district)
    keys = [*shown.lines["key"], *shown.places["key"]]
    listed = findings(assessment)
    listed = listed[listed["key"].isin(keys) & (listed["status"] == FAIL)]
    return listed[~listed.index.duplicated()].head(count).reset_index(drop=True)


def middle_of(shape: shapely.Geometry) -> shapely.Point:
    """Where the mark of a finding stands: halfway along a stretch, in the middle of a place."""
    if shape.geom_type in ("LineString", "MultiLineString"):
        longest = max(shapely.get_parts(shape), key=shapely.length)
        return longest.interpolate(0.5, normalized=True)
    return shape.representative_point()


def marks_of(places: gpd.GeoDataFrame) -> np.ndarray:
    """Points at which the marks of places stand, metres."""
    return places.geometry.representative_point().to_numpy()


def draw_found(panel: Panel, shown: Found) -> None:
    """The stretches, then the marks above them."""
    draw_unknown_stretches(panel, shown.unknown_lines.geometry.to_numpy())
    draw_stretches(panel, shown.lines.geometry.to_numpy())
    unknown_at = _in_view(panel, marks_of(shown.unknown_places))
    hatched(panel.canvas, unknown_at, 0.65 * panel.width("diamond"), panel, clip=panel.box)
    draw_diamonds(panel, marks_of(shown.places))


def draw_stretches(panel: Panel, shapes: np.ndarray, *, pale: bool = False) -> None:
    """Failing stretches: white halo, dashed dark casing, red core; ``pale`` for those that only stand beside."""
    lines = panel.on_paper(shapely.simplify(panel.cut(shapes), panel.step_m))
    cased(panel.canvas, lines, panel.width("stretch"), panel, clip=panel.box, pale=pale)


def cased(
    canvas: Canvas, lines: np.ndarray, width_mm: float, panel: Panel, *, clip: Box | None = None, pale: bool = False
) -> None:
    """Lines (mm) in the look of failing stretches."""
    look, px = panel.look, panel.px
    casing, core = (mixed(colour, look.bg, _PALE if pale else 0.0) for colour in (look.fail_casing, look.fail))
    dashes = [_DASH * width_mm, _HOLE * width_mm]
    canvas.lines(lines, look.bg, width_mm + _HALO_PX * px, clip=clip)
    canvas.lines(lines, casing, width_mm + _CASING_PX * px, clip=clip, dashes_mm=dashes, cap="butt")
    canvas.lines(lines, core, width_mm, clip=clip, cap="butt")


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with so much of another in it, as ``#RRGGBB``."""
    parts = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (two - one) * share):02X}" for one, two in parts)


def draw_unknown_stretches(panel: Panel, shapes: np.ndarray) -> None:
    """Streets that are unknown: grey cross-strokes on white."""
    width = panel.width("stretch")
    lines = panel.on_paper(shapely.simplify(panel.cut(shapes), panel.step_m))
    unknown_line(panel.canvas, lines, width, panel, clip=panel.box)


def unknown_line(canvas: Canvas, lines: np.ndarray, width_mm: float, panel: Panel, *, clip: Box | None = None) -> None:
    """Lines (mm) in the look of what is unknown."""
    canvas.lines(lines, panel.look.bg, width_mm + 2 * panel.px, clip=clip, cap="butt")
    dashes = [0.5 * width_mm, 0.75 * width_mm]
    canvas.lines(lines, panel.look.unknown, width_mm, clip=clip, dashes_mm=dashes, cap="butt")


def draw_diamonds(panel: Panel, points: np.ndarray) -> None:
    """Failing places (metres)."""
    diamonds(panel.canvas, _in_view(panel, points), panel.width("diamond"), panel, clip=panel.box)


def diamonds(canvas: Canvas, at: np.ndarray, radius_mm: float, panel: Panel, *, clip: Box | None = None) -> None:
    """Diamonds at points (mm)."""
    turn = radius_mm * np.array([[0, 1], [1, 0], [0, -1], [-1, 0]])
    rim = 1.3 * panel.px
    shapes = shapely.polygons(at[:, None, :] + turn)
    canvas.fill(shapes, panel.look.bg, clip=clip, edgecolor=panel.look.bg, linewidth=4 * rim * 72 / 25.4)
    edge = {"edgecolor": panel.look.fail_casing, "linewidth": rim * 72 / 25.4, "joinstyle": "miter"}
    canvas.fill(shapes, panel.look.fail, clip=clip, **edge)


def hatched(canvas: Canvas, at: np.ndarray, radius_mm: float, panel: Panel, *, clip: Box | None = None) -> None:
    """Hatched discs at points (mm): unknown places."""
    if not len(at):
        return
    angle = np.linspace(0, 2 * np.pi, _ROUND_STEPS, endpoint=False)
    rim = radius_mm * np.column_stack((np.cos(angle), np.sin(angle)))
    shapes = shapely.polygons(at[:, None, :] + rim)
    edge = {"edgecolor": panel.look.unknown, "linewidth": 1.3 * panel.px * 72 / 25.4}
    canvas.fill(shapes, panel.look.bg, clip=clip, **edge)
    off = np.arange(-0.6 * radius_mm, 0.61 * radius_mm, max(_HATCH_STEP_PX * panel.px, radius_mm / 3))
    half = np.sqrt(radius_mm**2 - off**2)
    slope = np.sqrt(0.5)
    ends = np.stack(
        [
            np.column_stack((-half * slope - off * slope, -half * slope + off * slope)),
            np.column_stack((half * slope - off * slope, half * slope + off * slope)),
        ],
        axis=1,
    )
    strokes = (at[:, None, None, :] + ends[None]).reshape(-1, 2, 2)
    canvas.lines(shapely.linestrings(strokes), panel.look.unknown, 1.0 * panel.px, clip=clip, cap="butt")


def _in_view(panel: Panel, points: np.ndarray) -> np.ndarray:
    """The points (metres) that the panel shows, in mm on the page."""
    points = points[shapely.intersects(points, panel.around)] if len(points) else points
    return shapely.get_coordinates(panel.on_paper(points)).reshape(-1, 2)
