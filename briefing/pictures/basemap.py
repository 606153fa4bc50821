"""The ground of a map as it is drawn: areas, houses, roads, borders; other districts than the chosen one dimmed."""

import numpy as np
import shapely

from briefing.pictures.ground import PaperGround
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import measures

_BORDER_PX, _OUTLINE_PX = 1.3, 2.0
_DIM = 0.5


def draw_ground(panel: Panel, ground: PaperGround, *, chosen: str | None = None) -> None:
    """
    The ground of ``panel``.

    Parameters
    ----------
    panel
        The map, still empty.
    ground
        Of its city.
    chosen
        The name of a district; the others are dimmed.
    """
    look, view, step_m = panel.look, panel.around, panel.step_m
    panel.canvas.box(panel.box, look.outside if "land" in ground.areas else look.land)
    for kind, layer in ground.areas.items():
        panel.fill(layer.within(view, step_m), getattr(look, kind))
        if kind == "land" and chosen in ground.districts:
            panel.fill(panel.cut([ground.districts[chosen]]), look.chosen_district)
    if panel.metres_per_px <= measures().buildings_to:
        panel.fill(ground.buildings.within(view, step_m), look.building)
    for kind, layer in ground.roads.items():
        if kind != "lane" or panel.metres_per_px <= measures().lanes_to:
            panel.lines(layer.within(view, step_m), getattr(look, kind), panel.width(kind))
    if chosen in ground.districts:
        _dim_others(panel, ground, chosen)
    else:
        dots = [0.01, 2.6 * _BORDER_PX * panel.px]
        panel.lines(ground.borders.within(view, step_m), look.border, 1.6 * _BORDER_PX * panel.px, dashes_mm=dots)


def _dim_others(panel: Panel, ground: PaperGround, chosen: str) -> None:
    look = panel.look
    district = shapely.union_all(panel.cut([ground.districts[chosen]]))
    others = shapely.difference(panel.around, district)
    panel.fill(np.array([others]), look.bg, alpha=_DIM)
    dots = [0.01, 2.6 * _BORDER_PX * panel.px]
    panel.lines(
        ground.borders.within(panel.around, panel.step_m), look.text3, 1.3 * _BORDER_PX * panel.px, dashes_mm=dots
    )
    outline = shapely.simplify(shapely.get_parts(shapely.boundary(ground.districts[chosen])), panel.step_m)
    panel.lines(outline, look.text1, _OUTLINE_PX * panel.px)


def legend_of_ground(panel: Panel, ground: PaperGround) -> list[str]:
    """The kinds of ground that are to be seen in ``panel``, in the order of a legend."""
    view = panel.seen
    kinds = [kind for kind in ("ring", "trunk", "secondary", "lane") if kind in ground.roads]
    if panel.metres_per_px > measures().lanes_to and "lane" in kinds:
        kinds.remove("lane")
    seen = [kind for kind in kinds if len(ground.roads[kind].tree.query(view, predicate="intersects"))]
    areas = [kind for kind in ("green", "sea") if kind in ground.areas]
    seen += [kind for kind in areas if len(ground.areas[kind].tree.query(view, predicate="intersects"))]
    if len(ground.borders.tree.query(view, predicate="intersects")):
        seen.append("border")
    if panel.metres_per_px <= measures().buildings_to and len(ground.buildings.tree.query(view)):
        seen.append("building")
    return seen
