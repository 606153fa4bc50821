"""How far one walks along ways before the first ad comes into sight, exact and not sampled."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numba import njit

from geo.grid import bucket
from geo.sight import Obstacles, viewing_distance_mm
from geo.ways import Ways, feet_of, stretches_from

_MM = 1000.0
_SAME_MM = 1e-4  # openings between shadows narrower than this are not looked through
_SAME_ANGLE_DEG = 1e-9


@dataclass(frozen=True)
class FirstSight:
    """
    Where a walk first sees an ad.

    Attributes
    ----------
    distance_m
        Way from the gate, rounded to micrometres; infinite when nothing is seen within the walk.
    site
        Row of the site, -1 when none.
    """

    distance_m: float
    site: int


def first_sight(
    gate: shapely.Point,
    ways: Ways,
    sites_mm: np.ndarray,
    width_m: np.ndarray,
    height_m: np.ndarray,
    facing_deg: np.ndarray,
    obstacles: Obstacles,
    *,
    walk_m: float = 100.0,
    default_distance_m: float = 100.0,
    diagonal_factor: float = 38.2,
    reading_factor: float = 1.0,
    max_angle_deg: float = 60.0,
    cut_m: float = 0.5,
    snap_m: float = 30.0,
) -> FirstSight:
    """
    The shortest walk from a gate along the ways to a point from which some site is seen.

    Every point of the ways is asked, not a sample: on a straight piece, a site is seen from where its viewing distance
    and the angle off its facing allow, less the shadows that walls throw as if the site were a lamp. Walls nearer
    than ``cut_m`` to the site throw none, so its carrier does not hide it. When a sight opens right behind a point,
    the way to that point counts. The gate is moved to the nearest way; that bit is not walked.

    Parameters
    ----------
    gate
        In the metric CRS of the ways.
    ways
        As `geo.ways.ways_of` returns them: only those one may walk here.
    sites_mm
        x, y of the sites; (n, 2), int64, millimetres, same CRS.
    width_m, height_m, facing_deg
        As for `geo.sight.within_view`.
    obstacles
        Buildings, at least all that come within the viewing distance of a site one could see.
    walk_m
        Longest walk, metres; a site seen exactly then counts.
    default_distance_m, diagonal_factor, reading_factor, max_angle_deg, cut_m
        As for `geo.sight.within_view` and `geo.sight.hiding_building`.
    snap_m
        A gate further from every way than this leads nowhere.

    Returns
    -------
    FirstSight
        Of sites that come into sight at the same distance, the one with the smallest coordinates.
    """
    feet = feet_of(ways, np.array([gate]), within_m=snap_m)
    stretches = stretches_from(ways, replace(feet, off_m=np.zeros(len(feet.off_m))), limit_m=walk_m)
    start = np.minimum(stretches.from_distance_m, stretches.to_distance_m)
    order = np.argsort(start, kind="stable")[: np.count_nonzero(start <= walk_m)]
    by_place = np.lexsort((np.arange(len(sites_mm)), sites_mm[:, 1], sites_mm[:, 0]))
    reach = viewing_distance_mm(
        width_m,
        height_m,
        default_distance_m=default_distance_m,
        diagonal_factor=diagonal_factor,
        reading_factor=reading_factor,
    )
    distance_mm, nth = _first_sight(
        ways.pieces_mm[stretches.piece[order]].astype(float),
        np.column_stack([stretches.from_m, stretches.to_m, stretches.from_distance_m, stretches.to_distance_m])[order]
        * _MM,
        np.ascontiguousarray(sites_mm[by_place], dtype=float),
        reach[by_place].astype(float),
        _facing_bounds(np.asarray(facing_deg, dtype=float)[by_place], max_angle_deg),
        obstacles.walls,
        obstacles.grid,
        cut_m * _MM,
        walk_m * _MM + _SAME_MM,
    )
    return FirstSight(round(distance_mm / _MM, 6), int(by_place[nth]) if nth >= 0 else -1)


def _facing_bounds(facing_deg: np.ndarray, max_angle_deg: float) -> np.ndarray:
    """
    Unit vectors of the facing and of both ends of the angle from which it can be read; (n, 3, 2).

    NaN where there is no limit: facing not recorded, or seen from all around.
    """
    widest = max_angle_deg + _SAME_ANGLE_DEG
    bearings = np.radians(facing_deg[:, None] + np.array([widest, 0.0, -widest]))
    bounds = np.stack([np.sin(bearings), np.cos(bearings)], axis=-1)
    return bounds if widest < 180 else np.full_like(bounds, np.nan)


@njit(cache=True, error_model="numpy")
def _first_sight(pieces, stretches, sites, reach, facing, walls, grid, cut, walk):
    """Shortest way at which a site is seen, and its row; stretches come in order of the way to their nearer end."""
    best, best_site = np.inf, -1
    shadows = np.empty((64, 2))
    for i in range(len(pieces)):
        low, high, to_low, to_high = stretches[i, 0], stretches[i, 1], stretches[i, 2], stretches[i, 3]
        if min(to_low, to_high) > min(best, walk) + _SAME_MM:
            break
        length = np.sqrt((pieces[i, 2] - pieces[i, 0]) ** 2 + (pieces[i, 3] - pieces[i, 1]) ** 2)
        for site in range(len(sites)):
            # All coordinates are taken from the site.
            ax, ay = pieces[i, 0] - sites[site, 0], pieces[i, 1] - sites[site, 1]
            bx, by = pieces[i, 2] - sites[site, 0], pieces[i, 3] - sites[site, 1]
            near, far = _in_reach(ax, ay, bx, by, length, reach[site], low, high)
            if near > far or min(to_low + near - low, to_high + high - far) > min(best + _SAME_MM, walk):
                continue
            shadows, count = _cast_shadows(
                ax, ay, bx, by, length, near, far, sites[site, 0], sites[site, 1], walls, grid, cut, shadows
            )
            for half in range(2):
                start, end = near, far
                if np.isnan(facing[site, 0, 0]):
                    if half == 1:
                        break
                else:
                    start, end = _in_wedge(
                        ax, ay, bx, by, length, near, far, facing[site, half], facing[site, half + 1]
                    )
                first, last = _ends_of_seen(start, end, shadows, count)
                if first > last:
                    continue
                way = min(to_low + first - low, to_high + high - last)
                if way > walk:
                    continue
                if way < best - _SAME_MM or (way <= best + _SAME_MM and (site < best_site or best_site < 0)):
                    best_site = site
                    best = min(best, way)
    return best, best_site


@njit(cache=True, error_model="numpy")
def _in_reach(ax, ay, bx, by, length, reach, low, high):
    """Part of [low, high], positions on the piece from a to b, within reach of the origin; empty if first > last."""
    off = (ax * by - ay * bx) / length
    if abs(off) > reach + _SAME_MM:
        return 1.0, 0.0
    foot = -(ax * (bx - ax) + ay * (by - ay)) / length
    half = np.sqrt(max(reach * reach - off * off, 0.0)) + _SAME_MM
    return max(low, foot - half), min(high, foot + half)


@njit(cache=True, error_model="numpy")
def _in_wedge(ax, ay, bx, by, length, low, high, right, left):
    """Part of [low, high] that lies between two directions from the origin, counter-clockwise from right to left."""
    low, high = _clip(low, high, right[0] * ay - right[1] * ax, right[0] * by - right[1] * bx, length)
    return _clip(low, high, ax * left[1] - ay * left[0], bx * left[1] - by * left[0], length)


@njit(cache=True, error_model="numpy")
def _clip(low, high, at_a, at_b, length):
    """Part of [low, high] where the linear function with these values at both ends of the piece is not negative."""
    if at_a == at_b:
        return (low, high) if at_a >= 0 else (1.0, 0.0)
    root = length * (at_a / (at_a - at_b))
    return (max(low, root), high) if at_b > at_a else (low, min(high, root))


@njit(cache=True, error_model="numpy")
def _cast_shadows(ax, ay, bx, by, length, low, high, site_x, site_y, walls, grid, cut, shadows):
    """Shadows of all walls on the piece between two positions, with the site, the origin, as lamp."""
    ux, uy = (bx - ax) / length, (by - ay) / length
    xs = (ax + ux * low, ax + ux * high)
    ys = (ay + uy * low, ay + uy * high)
    west, east = min(xs[0], xs[1], 0.0) - 1.0, max(xs[0], xs[1], 0.0) + 1.0
    south, north = min(ys[0], ys[1], 0.0) - 1.0, max(ys[0], ys[1], 0.0) + 1.0
    count = 0
    if len(walls) == 0:
        return shadows, count
    first_row, last_row = int(np.floor(site_y + south)) >> grid.shift, int(np.floor(site_y + north)) >> grid.shift
    first_column, last_column = int(np.floor(site_x + west)) >> grid.shift, int(np.floor(site_x + east)) >> grid.shift
    for row in range(first_row, last_row + 1):
        for column in range(first_column, last_column + 1):
            b = bucket(column, row, grid.x_bits, grid.y_bits)
            for k in range(grid.starts[b], grid.starts[b + 1]):
                wall = walls[grid.items[k]]
                px, py, qx, qy = wall[0] - site_x, wall[1] - site_y, wall[2] - site_x, wall[3] - site_y
                if px > east or qx < west or min(py, qy) > north or max(py, qy) < south:
                    continue
                into, out = _inside_circle(px, py, qx, qy, cut)
                for part in range(2):
                    # The wall outside the circle around the site: before it and behind it; whole when it misses it.
                    f, t = (0.0, into) if part == 0 else (out, 1.0)
                    if f >= t:
                        continue
                    start, end = _shadow(ax, ay, bx, by, length, low, high, px, py, qx, qy, f, t)
                    if start > end:
                        continue
                    if count == len(shadows):
                        shadows = np.concatenate((shadows, np.empty_like(shadows)))
                    shadows[count, 0], shadows[count, 1] = start - _SAME_MM, end + _SAME_MM
                    count += 1
    return shadows, count


@njit(cache=True, error_model="numpy")
def _inside_circle(px, py, qx, qy, radius):
    """Between which shares of the way from p to q one is inside the open circle round the origin; 1, 1 when never."""
    dx, dy = qx - px, qy - py
    squared = dx * dx + dy * dy
    off = px * qy - py * qx
    room = radius * radius * squared - off * off
    if room <= 0:
        return 1.0, 1.0
    foot, half = -(px * dx + py * dy) / squared, np.sqrt(room) / squared
    into, out = foot - half, foot + half
    if out <= 0 or into >= 1:
        return 1.0, 1.0
    return max(into, 0.0), min(out, 1.0)


@njit(cache=True, error_model="numpy")
def _shadow(ax, ay, bx, by, length, low, high, px, py, qx, qy, f, t):
    """
    Part of [low, high] on the piece from a to b from which the wall part hides the origin.

    The part is what lies between shares f and t of the way from p to q. Behind it is what lies between the two rays
    through its ends and not on the origin's side of the wall.
    """
    dx, dy = qx - px, qy - py
    side = px * qy - py * qx
    sx, sy = (px, py) if f == 0 else (px + f * dx, py + f * dy)
    ex, ey = (qx, qy) if t == 1 else (px + t * dx, py + t * dy)
    if side == 0:
        # Seen end on it hides only what is in line with it.
        if dx * ay - dy * ax != 0 or dx * by - dy * bx != 0:
            return 1.0, 0.0
        nx, ny = (sx, sy) if sx * sx + sy * sy <= ex * ex + ey * ey else (ex, ey)
        squared = nx * nx + ny * ny
        return _clip(low, high, nx * ax + ny * ay - squared, nx * bx + ny * by - squared, length)
    sign = 1.0 if side > 0 else -1.0
    low, high = _clip(low, high, sign * (sx * ay - sy * ax), sign * (sx * by - sy * bx), length)
    low, high = _clip(low, high, sign * (ax * ey - ay * ex), sign * (bx * ey - by * ex), length)
    at_a = dx * (ay - py) - dy * (ax - px)
    at_b = dx * (by - py) - dy * (bx - px)
    return _clip(low, high, -sign * at_a, -sign * at_b, length)


@njit(cache=True, error_model="numpy")
def _ends_of_seen(low, high, shadows, count):
    """First and last position of [low, high] outside all shadows; first > last when there is none."""
    moved = True
    while moved and low <= high:
        moved = False
        for i in range(count):
            if shadows[i, 0] <= low < shadows[i, 1]:
                low, moved = shadows[i, 1], True
    moved = True
    while moved and low <= high:
        moved = False
        for i in range(count):
            if shadows[i, 0] < high <= shadows[i, 1]:
                high, moved = shadows[i, 0], True
    return low, high
