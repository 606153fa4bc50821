"""Which street, stretch or place a click on the map meant."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from look.sent_ground import to_degrees

_PLACE_PX, _LINE_PX, _STREET_PX = 14, 9, 14
_METRES_PER_PIXEL_AT_0 = 156_543.0


@dataclass(frozen=True)
class Click:
    """A click on the map: degrees, and the zoom it was made at."""

    lon: float
    lat: float
    zoom: float

    @property
    def metres_per_pixel(self) -> float:
        """How many metres on the ground one pixel shows."""
        return _METRES_PER_PIXEL_AT_0 * float(np.cos(np.radians(self.lat))) / 2**self.zoom


def click_of(answer: dict | None) -> Click | None:
    """The click in what the map returned, None when there was none."""
    clicked = (answer or {}).get("last_clicked")
    return Click(clicked["lng"], clicked["lat"], clicked.get("alt") or 14.0) if clicked else None


def picked_finding(click: Click, shown: gpd.GeoDataFrame) -> str | None:
    """
    The key of the finding that was clicked: a place before a stretch, the nearest of each; None beside all.

    Parameters
    ----------
    shown
        The findings that are drawn, metric CRS, with ``key``, ``is_line`` and geometry.
    """
    at = _point(click, shown.crs)
    for lines, within_px in ((False, _PLACE_PX), (True, _LINE_PX)):
        part = shown[shown["is_line"] == lines]
        shapes = part.geometry.to_numpy() if lines else marks(part.geometry).to_numpy()
        nearest = _nearest(at, shapes, within_px * click.metres_per_pixel)
        if nearest is not None:
            return part["key"].iloc[nearest]
    return None


def picked_street(click: Click, streets: gpd.GeoDataFrame) -> str | None:
    """The id of the street that was clicked, None beside all."""
    nearest = _nearest(_point(click, streets.crs), streets.geometry.to_numpy(), _STREET_PX * click.metres_per_pixel)
    return None if nearest is None else streets["street"].iloc[nearest]


def marks(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Where the mark of each place stands: a point in it, None where the place has no geometry."""
    return shapes.where(shapes.isna(), shapes.representative_point())


def _point(click: Click, crs) -> shapely.Point:
    return shapely.Point(to_degrees(crs).transform(click.lon, click.lat, direction="INVERSE"))


def _nearest(at: shapely.Point, shapes: np.ndarray, within_m: float) -> int | None:
    distance = shapely.distance(shapes, at) if len(shapes) else np.empty(0)
    if not len(distance) or np.isnan(distance).all():
        return None
    nearest = int(np.nanargmin(distance))
    return nearest if distance[nearest] <= within_m else None
