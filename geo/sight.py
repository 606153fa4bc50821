"""Who can see what: lines of sight among buildings, decided exactly in whole millimetres."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from geo._sight_lines import boxes_near, containing, edges, walk_lines
from geo.crs import check_metric, to_mm
from geo.grid import Grid, grid_of_points, grid_of_segments

SEEN, TOO_FAR, FACING_AWAY = 0, 1, 2
NOT_HIDDEN = -1

_CELL_MM = 1 << 15  # about 33 m: measured fastest among ordinary blocks
_POINT_CELL_MM = 1 << 16
_MOST_MM = 1 << 30  # coordinate differences below this keep every product within 64 bits
_SAME_ANGLE_DEG = 1e-9
_POLYGON, _MULTIPOLYGON = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON


@dataclass(frozen=True)
class Obstacles:
    """
    The walls of buildings, ready to be asked what stands in a line.

    Attributes
    ----------
    walls
        x, y, x, y of every wall, its lexicographically smaller end first; (n, 4), int64, millimetres.
    owner
        Row of the building of each wall, int32, ascending; courtyard walls belong to their building.
    first_wall
        Where the walls of each building begin; one entry more than there are buildings.
    grid
        The walls by the cells they touch.
    radius_mm
        Longest line that may be asked when only what is near some points was taken, else None.
    """

    walls: np.ndarray
    owner: np.ndarray
    first_wall: np.ndarray
    grid: Grid
    radius_mm: int | None

    @cached_property
    def corners(self) -> np.ndarray:
        """Least and greatest x and y of all walls, (2, 2); (0, 2) without walls."""
        ends = self.walls.reshape(-1, 2)
        return np.stack((ends.min(axis=0), ends.max(axis=0))) if len(ends) else ends


def obstacles(buildings: gpd.GeoSeries, *, near=None, radius_m: float | None = None) -> Obstacles:
    """
    The walls of ``buildings`` as obstacles to sight.

    Every edge of every ring counts, those of courtyards too. Missing and empty geometries have no walls.

    Parameters
    ----------
    buildings
        Polygons and multipolygons in a metric CRS; a building is known by its row in here.
    near
        Points (a GeoSeries in the same CRS, or an (n, 2) array in metres) from which one will look. Only buildings
        that come within ``radius_m`` of one of them are taken, which is much quicker for a few places in a big city.
    radius_m
        How far one will look from the points of ``near``, metres.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic or not in metres; when a geometry is not a polygon; when just one of
        ``near`` and ``radius_m`` is given.
    """
    check_metric(buildings, "buildings")
    if (near is None) != (radius_m is None):
        raise ValueError("near and radius_m go together: give both or none")
    polygons = buildings.to_numpy()
    bounds = shapely.bounds(polygons)
    rows = np.flatnonzero(~np.isnan(bounds[:, 0]))
    if near is not None:
        rows = rows[_is_near(bounds[rows], _points_mm(near, buildings), radius_m)]
    kind = shapely.get_type_id(polygons[rows])
    if not ((kind == _POLYGON) | (kind == _MULTIPOLYGON)).all():
        raise ValueError("buildings must be polygons or multipolygons: drop or polygonise what is not")

    walls, owner = _walls(polygons[rows], rows)
    first_wall = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(polygons)))])
    grid = grid_of_segments(walls, cell_mm=_CELL_MM)
    return Obstacles(walls, owner, first_wall, grid, None if radius_m is None else int(to_mm(radius_m)))


def hiding_building(
    observers_mm: np.ndarray, targets_mm: np.ndarray, obstacles: Obstacles, *, cut_m: float = 0.5
) -> np.ndarray:
    """
    The building that hides each target from its observer, or ``NOT_HIDDEN`` (-1) when it is seen.

    The closed line from the observer to a point ``cut_m`` before the target (rounded to whole millimetres) is blocked
    when it shares a point with any wall; touching a corner or running along a wall counts. So the wall that carries
    an ad does not hide it from the front, and does from behind. A target nearer than ``cut_m`` is seen. Decided in
    integers: no tolerance, the same answer on every machine.

    Parameters
    ----------
    observers_mm, targets_mm
        x, y of both ends of each line; (n, 2), int64, millimetres, in the CRS of the obstacles.
    obstacles
        As `obstacles` returns them.
    cut_m
        How far before the target the line ends, metres.

    Returns
    -------
    np.ndarray
        int32, one entry a line: row of the building whose wall is met first from the observer. Where several walls
        are met at once, that of the lexicographically smallest wall; where buildings share that wall too, the one
        whose smallest wall comes first; the row decides only between buildings that start with the same wall.

    Raises
    ------
    ValueError
        When a line is longer than the radius the obstacles were taken for, or the coordinates span 1,000 km.
    """
    wall = _first_walls(observers_mm, cut_points(observers_mm, targets_mm, cut_m=cut_m), obstacles)
    near = _squared_mm(targets_mm, observers_mm) < int(to_mm(cut_m)) ** 2
    if len(obstacles.owner) == 0:
        return np.full(len(wall), NOT_HIDDEN, np.int32)
    return np.where((wall < 0) | near, NOT_HIDDEN, obstacles.owner[wall]).astype(np.int32)


def cut_points(observers_mm: np.ndarray, targets_mm: np.ndarray, *, cut_m: float = 0.5) -> np.ndarray:
    """
    Where each line from observer to target is cut, ``cut_m`` before the target; (n, 2), int64, millimetres.

    A target nearer than that is cut at the observer.
    """
    towards = (observers_mm - targets_mm).astype(float)
    distance = np.sqrt(_squared_mm(targets_mm, observers_mm).astype(float))
    share = np.minimum(to_mm(cut_m) / np.where(distance > 0, distance, 1.0), 1.0)
    return targets_mm + np.rint(towards * share[:, None]).astype(np.int64)


def containing_building(points_mm: np.ndarray, obstacles: Obstacles) -> np.ndarray:
    """
    The building in which each point lies, or -1 when it lies in none; int32, rows of the buildings.

    A point on a wall lies in the building, a point in a courtyard does not. Where buildings overlap, the one whose
    smallest wall comes first. Of obstacles taken near some points, only what is near those is known.

    Parameters
    ----------
    points_mm
        x, y; (n, 2), int64, millimetres, in the CRS of the obstacles.

    Raises
    ------
    ValueError
        When the coordinates span 1,000 km.
    """
    points_mm = np.ascontiguousarray(points_mm, dtype=np.int64)
    _check_span(points_mm, obstacles.corners)
    grid = grid_of_points(points_mm, cell_mm=_POINT_CELL_MM)
    return containing(points_mm, grid, obstacles.walls, obstacles.first_wall)


def isovist(observer_mm: np.ndarray, obstacles: Obstacles, *, radius_m: float, rays: int = 360) -> shapely.Polygon:
    """
    What can be seen from a point: for drawing, not for counting (use `hiding_building` for that).

    Rays go out evenly and to both sides of every corner within reach, each as far as the first wall.

    Parameters
    ----------
    observer_mm
        x, y, int64, millimetres.
    radius_m
        How far one sees, metres.
    rays
        How many even rays there are beside those to corners.

    Returns
    -------
    shapely.Polygon
        In metres, in the CRS of the obstacles; empty when the observer stands in a wall.

    Raises
    ------
    ValueError
        When ``radius_m`` is more than the obstacles were taken for.
    """
    observer_mm = np.asarray(observer_mm, dtype=np.int64)
    radius_mm = int(to_mm(radius_m))
    corners = (obstacles.walls.reshape(-1, 2) - observer_mm).astype(float)
    corners = corners[(corners**2).sum(axis=1) <= radius_mm**2]
    bearings = np.arctan2(corners[:, 1], corners[:, 0])
    beside = 2.0 / radius_mm  # two millimetres at the end of the ray
    even = np.linspace(-np.pi, np.pi, rays, endpoint=False)
    angles = np.unique(np.concatenate([even, bearings - beside, bearings + beside]))

    tips = np.rint((radius_mm - 1) * np.column_stack([np.cos(angles), np.sin(angles)])).astype(np.int64)
    tips = tips[np.sort(np.unique(tips, axis=0, return_index=True)[1])]
    wall = _first_walls(np.broadcast_to(observer_mm, tips.shape), observer_mm + tips, obstacles)
    share = np.ones(len(tips))
    share[wall >= 0] = _share_of_way(tips[wall >= 0], obstacles.walls[wall[wall >= 0]] - np.tile(observer_mm, 2))
    if not share.all():
        return shapely.Polygon()
    return shapely.make_valid(shapely.Polygon((observer_mm + tips * share[:, None]) / 1000))


def viewing_distance_mm(
    width_m: np.ndarray,
    height_m: np.ndarray,
    *,
    default_distance_m: float = 100.0,
    diagonal_factor: float = 38.2,
    reading_factor: float = 1.0,
) -> np.ndarray:
    """
    From how far ads of these sizes can be read, int64, whole millimetres.

    ``diagonal_factor`` x diagonal x ``reading_factor``, rounded; ``default_distance_m`` where width or height is
    missing (NaN) or not positive.
    """
    width_m, height_m = np.asarray(width_m, dtype=float), np.asarray(height_m, dtype=float)
    sized = (width_m > 0) & (height_m > 0)
    diagonal_m = np.sqrt(np.where(sized, width_m, 0.0) ** 2 + np.where(sized, height_m, 0.0) ** 2)
    return to_mm(np.where(sized, diagonal_factor * diagonal_m * reading_factor, default_distance_m))


def within_view(
    observers_mm: np.ndarray,
    targets_mm: np.ndarray,
    width_m: np.ndarray,
    height_m: np.ndarray,
    facing_deg: np.ndarray,
    *,
    default_distance_m: float = 100.0,
    diagonal_factor: float = 38.2,
    reading_factor: float = 1.0,
    max_angle_deg: float = 60.0,
) -> np.ndarray:
    """
    Whether each target could be read from its observer if nothing stood between: a code a line, int8.

    ``TOO_FAR`` beyond the viewing distance of `viewing_distance_mm`, else ``FACING_AWAY`` when the observer lies
    further than ``max_angle_deg`` off the way the ad faces, else ``SEEN``. Both limits are still seen.

    Parameters
    ----------
    observers_mm, targets_mm
        x, y; (n, 2), int64, millimetres; either may be (2,) for all lines.
    width_m, height_m
        Size of each target, metres; NaN when not recorded.
    facing_deg
        Compass bearing the target faces, 0 = north, 90 = east; NaN when not recorded, then seen from all sides.
    """
    reach_mm = viewing_distance_mm(
        width_m,
        height_m,
        default_distance_m=default_distance_m,
        diagonal_factor=diagonal_factor,
        reading_factor=reading_factor,
    )
    offset = np.asarray(observers_mm) - np.asarray(targets_mm)
    bearing_deg = np.degrees(np.arctan2(offset[..., 0], offset[..., 1]))
    off_deg = np.abs((bearing_deg - np.asarray(facing_deg, dtype=float) + 180.0) % 360.0 - 180.0)
    away = (off_deg > max_angle_deg + _SAME_ANGLE_DEG) & (offset != 0).any(axis=-1)
    too_far = (offset**2).sum(axis=-1) > reach_mm**2
    return np.select([too_far, away], [TOO_FAR, FACING_AWAY], SEEN).astype(np.int8)


def _points_mm(near, buildings: gpd.GeoSeries) -> np.ndarray:
    """The points of ``near`` in whole millimetres."""
    if isinstance(near, gpd.GeoSeries):
        if near.crs != buildings.crs:
            raise ValueError("near and buildings are in different CRS: project one to the other with to_crs")
        near = np.column_stack([near.x, near.y])
    return to_mm(np.asarray(near, dtype=float).reshape(-1, 2))


def _is_near(bounds: np.ndarray, points_mm: np.ndarray, radius_m: float) -> np.ndarray:
    """Whether each box comes within ``radius_m`` of a point."""
    radius_mm = int(to_mm(radius_m))
    grid = grid_of_points(points_mm, cell_mm=max(4 * radius_mm, 1))
    return boxes_near(to_mm(bounds), points_mm, grid, radius_mm)


def _walls(polygons: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges of all rings in millimetres, smaller end first, and the row each belongs to."""
    rings, of = _rings(polygons)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    return edges(to_mm(corners), ring, rows[of].astype(np.int32))


def _rings(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Geometries of one ring each, and which polygon each belongs to, ascending; polygons of one ring as they are."""
    many = (shapely.get_type_id(polygons) == _MULTIPOLYGON) | (shapely.get_num_interior_rings(polygons) > 0)
    simple, other = np.flatnonzero(~many), np.flatnonzero(many)
    if len(other) == 0:
        return polygons, simple
    parts, of_part = shapely.get_parts(polygons[other], return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    rings = np.concatenate([polygons[simple], rings])
    of = np.concatenate([simple, other[of_part[of_ring]]])
    order = np.argsort(of, kind="stable")
    return rings[order], of[order]


def _first_walls(origins_mm: np.ndarray, ends_mm: np.ndarray, obstacles: Obstacles) -> np.ndarray:
    """The wall each closed line meets first, int64, -1 when none."""
    origins_mm = np.ascontiguousarray(origins_mm, dtype=np.int64)
    ends_mm = np.ascontiguousarray(ends_mm, dtype=np.int64)
    _check_span(origins_mm, ends_mm, obstacles.corners)
    if obstacles.radius_mm is not None and (_squared_mm(ends_mm, origins_mm) > obstacles.radius_mm**2).any():
        raise ValueError("a line is longer than the radius_m the obstacles were taken for: take them for more")
    return walk_lines(origins_mm, ends_mm, obstacles.walls, obstacles.owner, obstacles.first_wall, obstacles.grid)


def _check_span(*coordinates_mm: np.ndarray) -> None:
    """Do nothing when all coordinates lie within about 1,000 km, so that no product leaves 64 bits."""
    xy = [c.reshape(-1, 2) for c in coordinates_mm if c.size]
    for axis in (0, 1) if xy else ():
        if max(c[:, axis].max() for c in xy) - min(c[:, axis].min() for c in xy) >= _MOST_MM:
            raise ValueError("coordinates span more than 1,000 km: are they all in millimetres of one metric CRS?")


def _squared_mm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    x, y = a[..., 0] - b[..., 0], a[..., 1] - b[..., 1]
    return x * x + y * y


def _share_of_way(tips: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """How far along each ray from the origin to its tip it meets its wall: 0 at the origin, 1 at the tip."""
    tips, walls = tips.astype(float), walls.astype(float)
    a, along = walls[:, :2], walls[:, 2:] - walls[:, :2]
    crossing = tips[:, 0] * along[:, 1] - tips[:, 1] * along[:, 0]
    parallel = crossing == 0
    at_wall = (a[:, 0] * along[:, 1] - a[:, 1] * along[:, 0]) / np.where(parallel, 1.0, crossing)
    ends = np.einsum("ijk,ik->ij", walls.reshape(-1, 2, 2), tips) / (tips**2).sum(axis=1)[:, None]
    return np.clip(np.where(parallel, np.clip(ends.min(axis=1), 0.0, None), at_wall), 0.0, 1.0)
