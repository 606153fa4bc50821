"""The map panel of a picture: which ground it shows, at what scale, and how metres become millimetres."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Geod

from briefing.pictures.canvas import Box, Canvas
from briefing.pictures.sheet import measures
from look.sent_ground import to_degrees
from look.tokens import Colours, colours

_GEOD = Geod(ellps="WGS84")
_THIN_MM = 0.03  # how far a drawn line may lie from the true one on paper: a third of a dot at 300 dpi
_BEYOND_MM = 6.0  # what is cut at the edge is cut so far outside
_ROUND = (1, 2, 5)


@dataclass(frozen=True, eq=False)
class Panel:
    """
    A map on a canvas.

    Attributes
    ----------
    canvas
        What it is drawn on.
    box
        Its frame on the page, mm.
    west, south
        What lies at the lower left corner, metres in ``crs``.
    mm_per_m
        The scale.
    px
        How many mm a pixel of the look measures.
    crs
        The CRS of the city.
    """

    canvas: Canvas
    box: Box
    west: float
    south: float
    mm_per_m: float
    px: float
    crs: CRS

    @classmethod
    def fitted(cls, canvas: Canvas, box: Box, extent: Box, crs: CRS, *, px: float, least_m: float = 50.0) -> "Panel":
        """The panel that shows ``extent`` (west, south, east, north, metres) in the middle of ``box``, whole."""
        west, south, east, north = extent
        width, height = box[2] - box[0], box[3] - box[1]
        metres_per_mm = max((east - west) / width, (north - south) / height, least_m / min(width, height))
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        return cls(
            canvas,
            box,
            middle_x - metres_per_mm * width / 2,
            middle_y - metres_per_mm * height / 2,
            1 / metres_per_mm,
            px,
            crs,
        )

    @property
    def look(self) -> Colours:
        """The colours of paper."""
        return colours("light")

    @property
    def metres_per_px(self) -> float:
        """How many metres a pixel of the look shows: what is drawn, and how wide, depends on it."""
        return self.px / self.mm_per_m

    @property
    def step_m(self) -> float:
        """The detail that paper can show."""
        return _THIN_MM / self.mm_per_m

    @property
    def seen(self) -> shapely.Polygon:
        """What the panel shows, metres."""
        return self._beyond(0.0)

    @property
    def around(self) -> shapely.Polygon:
        """What it shows and a little more, so that nothing ends at the frame."""
        return self._beyond(_BEYOND_MM)

    def width(self, of: str) -> float:
        """The width of a kind of line, or the size of a mark, mm."""
        table = measures()
        stops = np.log2(table.metres_per_px)[::-1]
        return float(np.interp(np.log2(self.metres_per_px), stops, getattr(table.widths, of)[::-1])) * self.px

    def on_paper(self, shapes: np.ndarray) -> np.ndarray:
        """Shapes in metres as shapes in mm on the page."""
        shift = np.array([self.west, self.south])
        corner = np.array(self.box[:2])
        return shapely.transform(shapes, lambda points: (points - shift) * self.mm_per_m + corner)

    def fill(self, shapes: np.ndarray, colour: str, **look) -> None:
        """Polygons in metres."""
        self.canvas.fill(self.on_paper(np.asarray(shapes, dtype=object)), colour, clip=self.box, **look)

    def lines(self, shapes: np.ndarray, colour: str, width_mm: float, **look) -> None:
        """Lines in metres."""
        self.canvas.lines(self.on_paper(np.asarray(shapes, dtype=object)), colour, width_mm, clip=self.box, **look)

    def cut(self, shapes: np.ndarray) -> np.ndarray:
        """The parts of ``shapes`` (metres) in view, as fine as paper can show them."""
        shapes = np.asarray(shapes, dtype=object)
        shapes = shapes[shapely.intersects(shapes, self.around)] if len(shapes) else shapes
        cut = shapely.get_parts(shapely.clip_by_rect(shapes, *self.around.bounds))
        return cut[~shapely.is_empty(cut)]

    def scale_bar(self, most_mm: float) -> tuple[float, float]:
        """
        A round length on the ground, metres, and its length on paper, mm, at the middle of the map.

        Measured on the ellipsoid, so the projection's own scale is accounted for.
        """
        length_mm = self.true_mm_per_m
        power = 10.0 ** np.floor(np.log10(most_mm / length_mm))
        metres = max(step * power for step in _ROUND if step * power * length_mm <= most_mm)
        return float(metres), float(metres * length_mm)

    @property
    def true_mm_per_m(self) -> float:
        """Millimetres on paper for a metre on the ground, west to east at the middle of the map."""
        (west, y), (east, _) = self._middle_line
        lons, lats = to_degrees(self.crs).transform([west, east], [y, y])
        _, _, ground_m = _GEOD.inv(lons[0], lats[0], lons[1], lats[1])
        return (east - west) / ground_m * self.mm_per_m

    @property
    def ratio(self) -> int:
        """The scale as 1 to so many, to two digits."""
        exact = 1000 / self.true_mm_per_m
        power = 10 ** (int(np.floor(np.log10(exact))) - 1)
        return int(round(exact / power) * power)

    @property
    def north_deg(self) -> float:
        """Where true north lies at the middle of the map, degrees to the right of upwards."""
        (west, y), (east, _) = self._middle_line
        x = (west + east) / 2
        lons, lats = to_degrees(self.crs).transform([x, x], [y, y + 100.0])
        azimuth, _, _ = _GEOD.inv(lons[0], lats[0], lons[1], lats[1])
        return -float(azimuth)

    @property
    def _middle_line(self) -> tuple[tuple[float, float], tuple[float, float]]:
        west, south, east, north = self.seen.bounds
        x, y = (west + east) / 2, (south + north) / 2
        return (x - 50.0, y), (x + 50.0, y)

    def _beyond(self, margin_mm: float) -> shapely.Polygon:
        left, bottom, right, top = self.box
        margin_m = margin_mm / self.mm_per_m
        return shapely.box(
            self.west - margin_m,
            self.south - margin_m,
            self.west + (right - left) / self.mm_per_m + margin_m,
            self.south + (top - bottom) / self.mm_per_m + margin_m,
        )
