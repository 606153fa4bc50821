"""The map of the wall: one picture below the chosen district, one above it, made once a run and kept."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely

from data.city import City
from look.ground import extent, main_districts
from metrics.assessment import Assessment
from texts import numbers
from views.maps import main_part
from views.ranking import district_scores
from views.wall import drawing
from views.wall.frame import Box, Frame, fitted
from views.wall.labels import place_names
from views.wall.layout import CORNERS, LEGEND_PX, Layout
from views.wall.svg import data_uri, picture

_PAD_PX = 10
_MOST_BEYOND = 0.3  # on each side, of the longer side of the streets' extent
_LEANS = (0.0, -0.9, 0.9)
_LONGEST_NAME_EM = 9.0


@dataclass(frozen=True)
class CityMap:
    """
    The map of a city on one stage.

    Attributes
    ----------
    ground, above
        Data URIs of what lies below and above the chosen district.
    districts
        Name, fill and border of each as paths, in tenths of a pixel of the map.
    card
        The corner (``se``, ``sw``, ``ne``, ``nw``) where the card of the chosen district covers least.
    legend
        The corner of the legend.
    """

    ground: str
    above: str
    districts: tuple[tuple[str, str, str], ...]
    card: str
    legend: str


@lru_cache(maxsize=24)
def city_map(city: City, assessment: Assessment, layout: Layout) -> CityMap:
    """The map of ``city`` with what fails and what is unknown in ``assessment``."""
    ground, found = drawing.ground_of(city), drawing.found_of(assessment)
    frame, card = _frame_and_corner(city, ground, found, layout)
    widths = drawing.city_widths(found)
    marks = drawing.drawn_marks(found, frame, widths)
    legend = "se" if card == "sw" else "sw"
    fixed = [layout.legend_box(legend), *([layout.card_box(card)] if layout.has_card else [])]
    above = (
        drawing.draw_roads(ground, frame, widths)
        + drawing.draw_found(found, frame, widths)
        + _names(assessment, ground, frame, marks, fixed)
    )
    return CityMap(
        ground=data_uri(picture(drawing.draw_ground(ground, frame), frame, drawing.fonts())),
        above=data_uri(picture(above, frame, drawing.fonts())),
        districts=tuple(drawing.district_paths(ground, frame)),
        card=card,
        legend=legend,
    )


def _frame_and_corner(
    city: City, ground: drawing.Ground, found: drawing.Found, layout: Layout
) -> tuple[Frame, str]:
    """Where the city stands in the picture, and in which corner the card covers fewest marks, then least land."""
    frames = [_above_legend(_shown(city), layout, lean) for lean in _LEANS]
    if not layout.has_card:
        return frames[0], "se"
    costs = {}
    for frame in frames:
        tree = shapely.STRtree(drawing.drawn_marks(found, frame, drawing.city_widths(found)))
        for corner in CORNERS:
            box = layout.card_box(corner)
            costs[corner, frame] = (len(tree.query(box, predicate="intersects")), _land_share(ground, frame, box))
    corner, frame = min(costs, key=lambda one: (*costs[one], CORNERS.index(one[0]), frames.index(one[1])))
    return frame, corner


def _shown(city: City) -> Box:
    """
    West, south, east, north of the whole city, in its CRS: its streets, and its districts with them.

    Districts that reach far beyond the streets, out to sea for instance, are cut, or the streets would be tiny.
    """
    streets = np.array(extent(city))
    if city.districts is None or main_districts(city).empty:
        return tuple(streets)
    areas, room = main_districts(city).total_bounds, _MOST_BEYOND * (streets[2:] - streets[:2]).max()
    low = np.clip(areas[:2], streets[:2] - room, streets[:2])
    high = np.clip(areas[2:], streets[2:], streets[2:] + room)
    return (*low, *high)


def _above_legend(bounds: Box, layout: Layout, lean: float) -> Frame:
    """All of ``bounds`` in the picture above the strip where the legend stands."""
    frame = fitted(bounds, layout.map_width, layout.map_height - LEGEND_PX, pad_px=_PAD_PX, lean=lean)
    return replace(frame, height=layout.map_height)


def _land_share(ground: drawing.Ground, frame: Frame, box: shapely.Geometry) -> float:
    """How much of a box is dry land, in tenths."""
    area = {"land": 0.0, "sea": 0.0}
    for kind in area:
        inside = [shapely.transform(shape, frame.to_px).intersection(box).area for shape in ground.areas.get(kind, ())]
        area[kind] = sum(inside)
    return round(max(area["land"] - area["sea"], 0.0) / box.area, 1)


def _names(assessment: Assessment, ground: drawing.Ground, frame, marks: list, fixed: list) -> str:
    scores = district_scores(assessment).set_index("name")["score"]
    names = [drawing.fitted_text(name, _LONGEST_NAME_EM) for name in ground.districts["name"]]
    told = [numbers.score(scores.get(name)) for name in ground.districts["name"]]
    small = len(names) > 9
    px, score_px = (24, 28) if small else (28, 36)
    sizes = [
        drawing.name_size(name, score, px=px, score_px=score_px) for name, score in zip(names, told, strict=True)
    ]
    areas = [shapely.transform(main_part(shape), frame.to_px) for shape in ground.districts.geometry]
    places = place_names(areas, sizes, marks, fixed, frame.width, frame.height)
    return "".join(
        drawing.draw_name(at, name, score, px=px, score_px=score_px)
        for at, name, score in zip(places, names, told, strict=True)
        if at is not None
    )
