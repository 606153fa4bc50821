"""The stages in pixels: where the map lies and what stands on it. The rest of the places is in wall.css."""

import re
from dataclasses import dataclass
from functools import lru_cache

import shapely

CORNERS = ("se", "sw", "ne", "nw")
LEGEND_PX = 50


@dataclass(frozen=True)
class Layout:
    """
    One stage.

    Attributes
    ----------
    name
        ``normal`` (1920×1080), ``normal-W`` (the same with a wider map, W×1080) or ``wide`` (3840×1080).
    map_width, map_height
        Of the map.
    has_card
        Whether the card of the chosen district lies on the map; a wide wall has a column of its own for it.
    units_top, units_bottom
        How many units are listed from the head and from the end of the ranking.
    """

    name: str
    map_width: int
    map_height: int
    has_card: bool
    units_top: int
    units_bottom: int

    def card_box(self, corner: str) -> shapely.Geometry:
        """Where the card stands, in pixels of the map."""
        return self._box(corner, 330, 156)

    def legend_box(self, corner: str) -> shapely.Geometry:
        """Where the legend stands, in pixels of the map."""
        return self._box(corner, 672, LEGEND_PX)

    def _box(self, corner: str, width: int, height: int) -> shapely.Geometry:
        west = 0 if corner.endswith("w") else self.map_width - width
        north = 0 if corner.startswith("n") else self.map_height - height
        return shapely.box(west, north, west + width, north + height)


NORMAL = Layout("normal", 1016, 744, True, 3, 2)
WIDE = Layout("wide", 1452, 892, False, 4, 3)
LAYOUTS = {layout.name: layout for layout in (NORMAL, WIDE)}
CLOSE_UP = (800, 500)
STAGES = {"NARROW": 1920, "WIDEST": 3440, "WIDE": 3840, "HEIGHT": 1080, "STEP": 80}
"""Pixels, for the browser too: the normal stage goes from ``NARROW`` to ``WIDEST`` in steps."""
_BESIDE_MAP = 904


@lru_cache(maxsize=64)
def layout_of(name: str) -> Layout:
    """
    The stage that a browser asks for; the one of 1920 pixels where there is no such stage.

    Between the two fixed stages the normal one grows in steps of 80 pixels, all of them given to its map.
    """
    asked = re.fullmatch(r"normal-(\d{4})", name, re.ASCII)
    if asked is None:
        return LAYOUTS.get(name, NORMAL)
    width = int(asked[1])
    if not STAGES["NARROW"] < width <= STAGES["WIDEST"] or width % STAGES["STEP"]:
        return NORMAL
    return Layout(name, width - _BESIDE_MAP, NORMAL.map_height, True, NORMAL.units_top, NORMAL.units_bottom)
