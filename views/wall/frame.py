"""Where metres of a city come to lie on a picture of so many pixels."""

from dataclasses import dataclass

import numpy as np
import shapely

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """
    A picture of ``width`` × ``height`` pixels whose upper left corner lies at ``west``, ``north`` (metres, city's CRS).
    """

    west: float
    north: float
    metres_per_px: float
    width: int
    height: int

    def to_px(self, xy: np.ndarray) -> np.ndarray:
        """Coordinates in metres, shape (n, 2), as pixels from the upper left corner."""
        return np.column_stack([xy[:, 0] - self.west, self.north - xy[:, 1]]) / self.metres_per_px

    def drawn(self, shapes: np.ndarray, *, beyond_px: float = 30) -> np.ndarray:
        """Geometries in pixels, cut a little beyond the edges; what lies outside becomes empty."""
        px = shapely.transform(np.asarray(shapes, dtype=object), self.to_px)
        return shapely.clip_by_rect(px, -beyond_px, -beyond_px, self.width + beyond_px, self.height + beyond_px)


def fitted(bounds: Box, width: int, height: int, *, pad_px: float = 0, least_m: float = 0, lean: float = 0) -> Frame:
    """
    The frame that shows all of ``bounds`` (west, south, east, north; metres) as large as possible.

    Parameters
    ----------
    pad_px
        Kept free on all sides.
    least_m
        The picture shows at least so many metres from west to east.
    lean
        Where there is room to spare: 0 in the middle, -1 at the western and upper edge, 1 at the eastern and lower one.
    """
    west, south, east, north = bounds
    scale = max((east - west) / (width - 2 * pad_px), (north - south) / (height - 2 * pad_px), least_m / width, 0.05)
    spare_x, spare_y = (width - 2 * pad_px) * scale - (east - west), (height - 2 * pad_px) * scale - (north - south)
    middle_x, middle_y = (west + east) / 2 - lean * spare_x / 2, (south + north) / 2 + lean * spare_y / 2
    return Frame(middle_x - scale * width / 2, middle_y + scale * height / 2, scale, width, height)
