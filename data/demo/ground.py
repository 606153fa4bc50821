"""The ground of the demo city: land, sea and islands, river, lake, hills."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo.plane import bank, coast, place

WEST, SOUTH, NORTH = -0.75, -5.62, 6.55  # the city's limits on the plan; the east is the sea
_SEA_EAST_M, _SEA_SOUTH_M, _SEA_NORTH_M = 12500.0, -7800.0, 8400.0
_CANAL_HALF_M = 20.0
# Blobs: x, y, mean radius in metres, stretch, angle, seed of the outline
_ISLANDS = (
    (7120, -480, 500, 1.5, 0.9, 1),
    (7920, 560, 210, 1.3, 0.2, 2),
    (5280, -4240, 340, 1.7, 0.4, 3),
    (7440, 3440, 260, 1.2, 2, 4),
)
_HILLS = (
    (-5720, 4240, 1240, 1.5, 0.6, 5),
    (-3760, 5360, 720, 1.6, 0.1, 6),
    (-6160, -3280, 1080, 1.7, 1.2, 7),
    (1440, 5440, 640, 1.9, 0.2, 8),
    (-2000, -4640, 680, 2.0, 0.1, 9),
    (-4920, 2120, 290, 1.4, 0.5, 12),
)
_LAKE = (-1900, 2420, 390, 1.45, 0.25, 11)
_SHORE_BELT_M = 45.0


@dataclass(frozen=True)
class Ground:
    """
    What everything else is built on; polygons in metres of the plan.

    Attributes
    ----------
    land
        The city's territory without the sea, with its islands; the river is part of it.
    sea, river, canal, lake
        Water.
    islands, hills
        Arrays of polygons.
    """

    land: shapely.Geometry
    mainland: shapely.Geometry
    sea: shapely.Geometry
    river: shapely.Geometry
    canal: shapely.Geometry
    lake: shapely.Geometry
    islands: np.ndarray
    hills: np.ndarray

    @property
    def wet(self) -> shapely.Geometry:
        """All water."""
        return shapely.union_all([self.sea, self.river, self.canal, self.lake])

    @property
    def dry(self) -> shapely.Geometry:
        """Where one can build: mainland a little away from all water."""
        return shapely.difference(self.mainland, shapely.buffer(self.wet, _SHORE_BELT_M, quad_segs=2))


def lay_ground() -> Ground:
    """The ground, the same every time: a coast is not drawn by lot."""
    b = np.linspace(SOUTH - 1.2, NORTH + 1.2, 700)
    shore = place(coast(b), b)
    corners = [[_SEA_EAST_M, _SEA_NORTH_M], [_SEA_EAST_M, _SEA_SOUTH_M], [shore[0, 0], _SEA_SOUTH_M]]
    open_sea = shapely.buffer(shapely.polygons(np.concatenate([shore, [[shore[-1, 0], _SEA_NORTH_M]], corners])), 0)
    islands = np.array([_blob(*island) for island in _ISLANDS])
    sea = shapely.difference(open_sea, shapely.union_all(islands))
    territory = shapely.polygons(_limits())
    mainland = max(shapely.get_parts(shapely.difference(territory, open_sea)), key=shapely.area)
    along = np.linspace(WEST - 0.3, 11.2, 500)
    river = shapely.polygons(np.concatenate([place(along, bank(along)), place(along, -bank(along))[::-1]]))
    river = shapely.difference(river, open_sea)
    lake = _blob(*_LAKE)
    hills = shapely.intersection(np.array([_blob(*hill) for hill in _HILLS]), mainland)
    canal = shapely.difference(_canal(), shapely.union_all([river, lake]))
    return Ground(
        land=shapely.union_all([mainland, *islands]),
        mainland=mainland,
        sea=sea,
        river=shapely.intersection(river, shapely.buffer(mainland, 1.0)),
        canal=shapely.intersection(canal, mainland),
        lake=lake,
        islands=islands,
        hills=hills,
    )


def canal_a(b) -> np.ndarray:
    """The ``a`` of the middle of the canal that comes from the northern hills and joins the river, at ``b``."""
    b = np.maximum(b, 1.0)  # straight across the bank
    return 7.45 + 0.16 * np.sin(2.3 * b) + 0.07 * np.sin(6.1 * b + 1) + 0.10 * (b - 3)


def _canal() -> shapely.Geometry:
    b = np.linspace(0.3, NORTH + 0.5, 260)
    return shapely.buffer(shapely.linestrings(place(canal_a(b), b)), _CANAL_HALF_M, quad_segs=3)


def _limits() -> np.ndarray:
    """The ring of the city's limits: crooked as ridges are, and straight through the sea in the east."""
    rise = np.linspace(SOUTH, NORTH, 160)
    run = np.linspace(WEST, 11.6, 160)
    calm = np.sin(np.linspace(0, np.pi, 160)) ** 0.3  # the four sides meet in the corners
    west = place(
        WEST + calm * (0.26 * np.sin(0.9 * rise + 2) + 0.12 * np.sin(3.1 * rise) + 0.06 * np.sin(9.7 * rise + 1)), rise
    )
    north = place(
        run, NORTH + calm * (0.30 * np.sin(0.8 * run + 1) + 0.12 * np.sin(1.7 * run) + 0.05 * np.sin(6.3 * run + 2))
    )
    east = place(np.full(160, 11.6), rise)[::-1]
    south = place(
        run, SOUTH + calm * (0.22 * np.sin(0.7 * run + 2.5) + 0.12 * np.sin(1.9 * run + 1) + 0.06 * np.sin(7.7 * run))
    )[::-1]
    return np.concatenate([west[:-1], north[1:-1], east[1:-1], south[1:]])


def _blob(x: float, y: float, radius_m: float, stretch: float, angle: float, seed: int) -> shapely.Geometry:
    """A closed outline that looks grown, not drawn."""
    random = np.random.default_rng(seed)
    phase = random.uniform(0, 2 * np.pi, 5)
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    swing = sum(np.sin((k + 2) * turn + phase[k]) * 0.16 / (k + 1) for k in range(5))
    long, wide = (
        radius_m * np.sqrt(stretch) * (1 + swing) * np.cos(turn),
        radius_m / np.sqrt(stretch) * (1 + swing) * np.sin(turn),
    )
    cos, sin = np.cos(angle), np.sin(angle)
    return shapely.polygons(np.column_stack([x + cos * long - sin * wide, y + sin * long + cos * wide]))
