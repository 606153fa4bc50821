"""Close-ups of gaps: where on the ground an order is, drawn small and quickly, by the hundred."""

import math
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import mpl_font
import numpy as np
import shapely
import shapely.ops
from PIL import Image, ImageDraw, ImageFont
from shapely import STRtree

from data.city import City
from geo.crs import WGS84
from look.ground import ROAD_KINDS, areas_of
from look.tokens import Colours, colours
from texts import say

_FINE = 2  # drawn so many times as large, then made smaller: smooth edges
_LEAST_M, _ROOM = 560.0, 1.5  # the least width of what is shown; how much more than the gap
_ROAD_PX = {"lane": (1.2, 5.0), "secondary": (2.0, 9.0), "trunk": (3.0, 13.0), "ring": (4.0, 15.0)}  # far, near
_NEAR_M_PX, _FAR_M_PX = 0.7, 6.0  # metres a pixel between which roads grow thinner
_BUILDINGS_M_PX, _SITES_M_PX = 3.0, 4.0  # coarser than this they are not drawn
_MOST_NAMES, _LEAST_NAMED_PX = 7, 70
_SCALES_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)
_FONT = Path(mpl_font.__file__).parent / "fonts" / "noto" / "NotoSansCJKsc-Regular.otf"


def close_up(city: City, shape: shapely.Geometry | None, *, width: int = 640, height: int = 300) -> bytes | None:
    """
    The surroundings of a gap as a PNG: ground, roads with names, buildings, sites, and the gap as what fails.

    Parameters
    ----------
    city
        What the gap was found in.
    shape
        The gap, WGS 84; a line is a stretch, anything else a place.
    width, height
        Pixels.

    Returns
    -------
    bytes or None
        None when there is nothing to show.
    """
    if shape is None or shape.is_empty:
        return None
    own = gpd.GeoSeries([shape], crs=WGS84).to_crs(city.crs).iloc[0]
    picture = _Picture(_frame(own, width / height), width, height)
    layers = _layers(city)
    for kind in ("land", "green", "sea"):
        picture.fill(layers.within(kind, picture.box), getattr(picture.look, kind))
    for kind, (far, near) in _ROAD_PX.items():
        picture.strokes(layers.within(kind, picture.box), picture.thickness(far, near), getattr(picture.look, kind))
    if picture.metres_a_pixel < _BUILDINGS_M_PX:
        picture.fill(layers.within("building", picture.box), picture.look.building)
    if picture.metres_a_pixel < _SITES_M_PX:
        picture.dots(layers.within("site", picture.box))
    picture.gap(own)
    picture.names(layers.named(picture.box))
    picture.scale()
    return picture.png()


def _frame(shape: shapely.Geometry, aspect: float) -> tuple[float, float, float, float]:
    """West, south, east, north of what is shown, metres: the gap with room around it."""
    west, south, east, north = shape.bounds
    wide = max(_ROOM * (east - west), _LEAST_M, _ROOM * (north - south) * aspect)
    high = wide / aspect
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


class _Layers:
    """What a city's close-ups are drawn from, found by place."""

    def __init__(self, city: City):
        roads = city.roads
        own = {kind: shapes.to_numpy() for kind, shapes in areas_of(city).items()}
        names = np.array([], dtype=object)
        if roads is not None:
            own |= {kind: roads.geometry[roads["highway"].isin(of)].to_numpy() for kind, of in ROAD_KINDS.items()}
            names = roads["name"].to_numpy(dtype=object) if "name" in roads else np.full(len(roads), None)
        own["building"] = np.array([]) if city.buildings is None else city.buildings.geometry.to_numpy()
        own["site"] = np.array([]) if city.sites is None else city.sites.geometry.to_numpy()
        self._trees = {kind: STRtree(shapes) for kind, shapes in own.items()}
        self._names, self._roads = names, STRtree([] if roads is None else roads.geometry.to_numpy())

    def within(self, kind: str, box: shapely.Geometry) -> np.ndarray:
        """The shapes of a kind in a box, cut by it."""
        tree = self._trees.get(kind)
        if tree is None or len(tree) == 0:
            return np.array([])
        return shapely.intersection(tree.geometries[np.sort(tree.query(box, "intersects"))], box)

    def named(self, box: shapely.Geometry) -> dict[str, list[shapely.Geometry]]:
        """Streets in a box by name, each as its lines, the longest first."""
        found: dict[str, list[shapely.Geometry]] = {}
        for at in np.sort(self._roads.query(box, "intersects")) if len(self._roads) else ():
            if isinstance(name := self._names[at], str) and name.strip():
                found.setdefault(name, []).append(shapely.intersection(self._roads.geometries[at], box))
        lines = {name: _joined(parts) for name, parts in found.items()}
        return dict(sorted(((name, own) for name, own in lines.items() if own), key=lambda one: -one[1][0].length))


def _joined(parts: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """Pieces that continue each other as one line, the longest first."""
    lines = [part for part in shapely.get_parts(parts) if part.geom_type == "LineString" and part.length > 0]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))) if lines else ()
    return sorted(merged, key=lambda line: -line.length)


@lru_cache(maxsize=4)
def _layers(city: City) -> _Layers:
    return _Layers(city)


class _Picture:
    """A drawing that grows from below; ``metres_a_pixel`` of the finished picture."""

    def __init__(self, frame: tuple[float, float, float, float], width: int, height: int):
        self.look: Colours = colours()
        self.box = shapely.box(*frame)
        self._west, self._north, self._size = frame[0], frame[3], (width, height)
        self.metres_a_pixel = (frame[2] - frame[0]) / width
        self._image = Image.new("RGB", (width * _FINE, height * _FINE), self.look.outside)
        self._draw = ImageDraw.Draw(self._image)
        self._taken: list[shapely.Geometry] = []

    def thickness(self, far: float, near: float) -> float:
        """Pixels between ``far`` and ``near`` by how much ground a pixel shows."""
        share = (self.metres_a_pixel - _NEAR_M_PX) / (_FAR_M_PX - _NEAR_M_PX)
        return near + (far - near) * min(max(share, 0.0), 1.0)

    def fill(self, shapes: Iterable[shapely.Geometry], colour: str) -> None:
        """Polygons, full."""
        for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
            if part.geom_type == "Polygon" and not part.is_empty:
                self._draw.polygon(self._pixels(part.exterior), fill=colour)

    def strokes(self, shapes: Iterable[shapely.Geometry], width_px: float, colour: str) -> None:
        """Lines with round joints."""
        width = max(round(width_px * _FINE), 1)
        for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
            if part.geom_type == "LineString" and not part.is_empty:
                self._draw.line(self._pixels(part), fill=colour, width=width, joint="curve")

    def dots(self, shapes: Iterable[shapely.Geometry]) -> None:
        """Sites: small discs."""
        for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
            ((x, y),) = self._pixels(part.centroid)
            radius = 3 * _FINE
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), self.look.text1, self.look.bg, _FINE)

    def gap(self, shape: shapely.Geometry) -> None:
        """A stretch with its dashed casing, or a place as a diamond; both as on every map."""
        look, lines = self.look, [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
        if lines:
            self.strokes(lines, 17, look.bg)
            self.strokes([dash for line in lines for dash in self._dashes(line)], 12, look.fail_casing)
            self.strokes(lines, 7, look.fail)
            self._taken += [shapely.LineString(self._pixels(line)).buffer(9 * _FINE) for line in lines]
            return
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                self.strokes(self._dashes(part.exterior), 2, look.fail_casing)
        ((x, y),) = self._pixels(shape.representative_point())
        radius = 11 * _FINE
        corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
        self._draw.polygon(corners, fill=look.fail, outline=look.fail_casing, width=2 * _FINE)
        self._taken.append(shapely.Point(x, y).buffer(radius + 4))

    def names(self, named: dict[str, list[shapely.Geometry]]) -> None:
        """Street names along their streets, the longest first, where there is room."""
        written = 0
        for name, (longest, *_) in named.items():
            if written == _MOST_NAMES or longest.length < _LEAST_NAMED_PX * self.metres_a_pixel:
                continue
            written += any(self._write(name, longest, share) for share in (0.5, 0.3, 0.7, 0.15, 0.85))

    def scale(self) -> None:
        """A bar of a round length at the lower left, and where north is at the upper right."""
        look, (width, height) = self.look, self._image.size
        metres = max((m for m in _SCALES_M if m / self.metres_a_pixel <= self._size[0] / 5), default=_SCALES_M[0])
        long, x, y = metres / self.metres_a_pixel * _FINE, 14 * _FINE, height - 14 * _FINE
        text = (
            say("numbers.metres", number=metres) if metres < 1000 else say("numbers.kilometres", number=metres // 1000)
        )
        self._draw.rectangle((x - 6 * _FINE, y - 14 * _FINE, x + long + 58 * _FINE, y + 8 * _FINE), fill=look.bg)
        tick = 5 * _FINE
        self._draw.line([(x, y - tick), (x, y), (x + long, y), (x + long, y - tick)], fill=look.text2, width=_FINE + 1)
        self._draw.text((x + long + 6 * _FINE, y), text, fill=look.text2, font=_font(12), anchor="ls")
        x, y = width - 18 * _FINE, 12 * _FINE
        arrow = [(x, y), (x + 7 * _FINE, y + 22 * _FINE), (x, y + 17 * _FINE), (x - 7 * _FINE, y + 22 * _FINE)]
        self._draw.polygon(arrow, fill=look.text2)
        self._draw.text((x, y + 40 * _FINE), say("coverage.map.north"), fill=look.text2, font=_font(12), anchor="ms")

    def png(self) -> bytes:
        """The finished picture."""
        small = self._image.resize(self._size, Image.Resampling.BOX)
        file = BytesIO()
        small.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=False)
        return file.getvalue()

    def _pixels(self, shape: shapely.Geometry) -> list[tuple[float, float]]:
        at = shapely.get_coordinates(shape)
        x = (at[:, 0] - self._west) / self.metres_a_pixel * _FINE
        y = (self._north - at[:, 1]) / self.metres_a_pixel * _FINE
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def _dashes(self, line: shapely.Geometry) -> Sequence[shapely.Geometry]:
        """Every other piece of a line, each as long as the core of a stretch is wide."""
        step = 7 * self.metres_a_pixel
        starts = np.arange(0, line.length, 2 * step)
        return [shapely.ops.substring(line, start, min(start + step, line.length)) for start in starts]

    def _write(self, name: str, line: shapely.Geometry, share: float) -> bool:
        """Write a name along a line; False where something is there already or the border cuts it."""
        before, at, after = (
            line.interpolate(min(max(s, 0), 1), normalized=True) for s in (share - 0.03, share, share + 0.03)
        )
        angle = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        tile = _label(name[:14], self.look.text1, self.look.bg).rotate(angle, Image.Resampling.BICUBIC, expand=True)
        ((x, y),) = self._pixels(at)
        left, top = round(x - tile.width / 2), round(y - tile.height / 2)
        place = shapely.box(left, top, left + tile.width, top + tile.height)
        inside = shapely.box(0, 0, *self._image.size).contains(place)
        if not inside or any(place.intersects(other) for other in self._taken):
            return False
        self._taken.append(place)
        self._image.paste(tile, (left, top), tile)
        return True


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size_px * _FINE)


@lru_cache(maxsize=2000)
def _label(text: str, ink: str, halo: str) -> Image.Image:
    """A text with a halo on nothing."""
    font, edge = _font(13), 2 * _FINE
    left, top, right, bottom = font.getbbox(text, stroke_width=edge)
    tile = Image.new("RGBA", (math.ceil(right - left) + 2, math.ceil(bottom - top) + 2), (0, 0, 0, 0))
    ImageDraw.Draw(tile).text((1 - left, 1 - top), text, fill=ink, font=font, stroke_width=edge, stroke_fill=halo)
    return tile
