"""The inner loops of `geo.sight`: exact meetings of lines and walls on integers, cell by cell."""

import numpy as np
from numba import njit

from geo.grid import bucket, columns_in_row


@njit(cache=True)
def edges(corners, ring, owner):
    """Edges between following corners of a ring, smaller end first, those without length left out, and their owner."""
    walls = np.empty((max(len(corners) - 1, 0), 4), np.int64)
    owners = np.empty(len(walls), np.int32)
    count = 0
    for i in range(len(walls)):
        ax, ay, bx, by = corners[i, 0], corners[i, 1], corners[i + 1, 0], corners[i + 1, 1]
        if ring[i] != ring[i + 1] or (ax == bx and ay == by):
            continue
        if bx < ax or (bx == ax and by < ay):
            ax, ay, bx, by = bx, by, ax, ay
        walls[count, 0], walls[count, 1], walls[count, 2], walls[count, 3] = ax, ay, bx, by
        owners[count] = owner[ring[i]]
        count += 1
    return walls[:count].copy(), owners[:count].copy()


@njit(cache=True, error_model="numpy")
def walk_lines(origins, ends, walls, owner, first_wall, grid):
    """Walk the cells along each line in its direction and keep the wall that is met first."""
    shift = grid.shift
    found = np.full(len(origins), -1, np.int64)
    if len(walls) == 0:
        return found
    for line in range(len(origins)):
        ox, oy, ex, ey = origins[line, 0], origins[line, 1], ends[line, 0], ends[line, 1]
        dx, dy = ex - ox, ey - oy
        best, best_over, best_under = -1, 1, 1
        row_step = 1 if dy >= 0 else -1
        column_step = 1 if dx >= 0 else -1
        row, last_row = oy >> shift, ey >> shift
        going = True
        while going:
            column, last_column = columns_in_row(ox, oy, ex, ey, row, shift)
            while going:
                b = bucket(column, row, grid.x_bits, grid.y_bits)
                for k in range(grid.starts[b], grid.starts[b + 1]):
                    wall = grid.items[k]
                    over, under = _meeting(
                        dx, dy, walls[wall, 0] - ox, walls[wall, 1] - oy, walls[wall, 2] - ox, walls[wall, 3] - oy
                    )
                    if under == 0:
                        continue
                    order = -1 if best < 0 else _compare(over, under, best_over, best_under)
                    if order < 0 or (order == 0 and _comes_first(wall, best, walls, owner, first_wall)):
                        best, best_over, best_under = wall, over, under
                if best >= 0 and best_over / best_under < _way_out(dx, dy, ox, oy, column, row, shift) - 1e-9:
                    going = False
                if column == last_column:
                    break
                column += column_step
            if row == last_row:
                break
            row += row_step
        found[line] = best
    return found


@njit(cache=True, error_model="numpy")
def _meeting(dx, dy, ax, ay, bx, by):
    """
    Where the closed segment from the origin to d first meets the closed segment from a to b.

    As a fraction of the way, numerator and denominator; denominator 0 when they do not meet.
    """
    side_a = dx * ay - dy * ax
    side_b = dx * by - dy * bx
    if (side_a > 0 and side_b > 0) or (side_a < 0 and side_b < 0):
        return 0, 0
    if side_a != side_b:
        under = side_b - side_a
        over = ax * (by - ay) - ay * (bx - ax)
        if under < 0:
            under, over = -under, -over
        return (over, under) if 0 <= over <= under else (0, 0)
    length = dx * dx + dy * dy
    if length == 0:  # the line is a point: it meets a wall that it lies on
        on_wall = ax * by == ay * bx and ax * bx + ay * by <= 0
        return (0, 1) if on_wall else (0, 0)
    at_a, at_b = dx * ax + dy * ay, dx * bx + dy * by
    if max(at_a, at_b) < 0 or min(at_a, at_b) > length:
        return 0, 0
    return max(min(at_a, at_b), 0), length


@njit(cache=True, error_model="numpy")
def _compare(p, q, r, s):
    """-1, 0 or 1 as p/q is less than, equal to or more than r/s; all not negative, exact without wider integers."""
    sign = 1
    while True:
        whole_p, whole_r = p // q, r // s
        if whole_p != whole_r:
            return sign if whole_p > whole_r else -sign
        p, r = p - whole_p * q, r - whole_r * s
        if p == 0 or r == 0:
            return 0 if p == r else (sign if p > r else -sign)
        p, q, r, s = q, p, s, r
        sign = -sign


@njit(cache=True, error_model="numpy")
def _comes_first(wall, other, walls, owner, first_wall):
    """Whether a wall comes before another: by its coordinates, then by its building."""
    order = _compare_walls(walls, wall, other)
    if order == 0 and owner[wall] != owner[other]:
        return _starts_before(owner[wall], owner[other], walls, first_wall)
    return order < 0


@njit(cache=True, error_model="numpy")
def _starts_before(building, other, walls, first_wall):
    """Whether a building comes before another: by its smallest wall, then by row."""
    order = _compare_walls(walls, _smallest_wall(walls, first_wall, building), _smallest_wall(walls, first_wall, other))
    return order < 0 or (order == 0 and building < other)


@njit(cache=True, error_model="numpy")
def _compare_walls(walls, i, j):
    """-1, 0 or 1 by lexicographic order of the coordinates of two walls."""
    for k in range(4):
        if walls[i, k] != walls[j, k]:
            return -1 if walls[i, k] < walls[j, k] else 1
    return 0


@njit(cache=True, error_model="numpy")
def _smallest_wall(walls, first_wall, building):
    """The lexicographically smallest wall of a building."""
    smallest = first_wall[building]
    for wall in range(smallest + 1, first_wall[building + 1]):
        if _compare_walls(walls, wall, smallest) < 0:
            smallest = wall
    return smallest


@njit(cache=True, error_model="numpy")
def _way_out(dx, dy, ox, oy, column, row, shift):
    """How far along the line it leaves a cell, as a share of its length; infinite when it does not move."""
    out = np.inf
    if dx != 0:
        out = (((column + (dx > 0)) << shift) - ox) / dx
    if dy != 0:
        out = min(out, (((row + (dy > 0)) << shift) - oy) / dy)
    return out


@njit(cache=True, error_model="numpy")
def boxes_near(boxes, points, grid, radius):
    """Whether each box comes within the radius of a point; all in millimetres."""
    near = np.zeros(len(boxes), np.bool_)
    if len(points) == 0:
        return near
    for i in range(len(boxes)):
        west, south, east, north = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
        for row in range((south - radius) >> grid.shift, ((north + radius) >> grid.shift) + 1):
            for column in range((west - radius) >> grid.shift, ((east + radius) >> grid.shift) + 1):
                b = bucket(column, row, grid.x_bits, grid.y_bits)
                for k in range(grid.starts[b], grid.starts[b + 1]):
                    x, y = points[grid.items[k], 0], points[grid.items[k], 1]
                    off_x, off_y = max(west - x, x - east, 0), max(south - y, y - north, 0)
                    near[i] |= off_x * off_x + off_y * off_y <= radius * radius
    return near


@njit(cache=True, error_model="numpy")
def containing(points, grid, walls, first_wall):
    """For each point the building that holds it, found building by building."""
    holder = np.full(len(points), -1, np.int32)
    for building in range(len(first_wall) - 1):
        first, last = first_wall[building], first_wall[building + 1]
        if first == last or len(points) == 0:
            continue
        west, south, east, north = walls[first, 0], walls[first, 1], walls[first, 0], walls[first, 1]
        for wall in range(first, last):
            west, east = min(west, walls[wall, 0]), max(east, walls[wall, 2])
            south = min(south, walls[wall, 1], walls[wall, 3])
            north = max(north, walls[wall, 1], walls[wall, 3])
        for row in range(south >> grid.shift, (north >> grid.shift) + 1):
            for column in range(west >> grid.shift, (east >> grid.shift) + 1):
                b = bucket(column, row, grid.x_bits, grid.y_bits)
                for k in range(grid.starts[b], grid.starts[b + 1]):
                    i = grid.items[k]
                    if not (west <= points[i, 0] <= east and south <= points[i, 1] <= north):
                        continue
                    other = holder[i]
                    if other == building or not _is_inside(points[i, 0], points[i, 1], walls, first, last):
                        continue
                    if other < 0 or _starts_before(building, other, walls, first_wall):
                        holder[i] = building
    return holder


@njit(cache=True, error_model="numpy")
def _is_inside(x, y, walls, first, last):
    """Whether a point lies on or inside the rings made of these walls: an odd number of walls lies east of it."""
    inside = False
    for wall in range(first, last):
        ax, ay, bx, by = walls[wall, 0] - x, walls[wall, 1] - y, walls[wall, 2] - x, walls[wall, 3] - y
        side = ax * by - ay * bx
        if side == 0 and ax * bx + ay * by <= 0:
            return True
        if (ay > 0) != (by > 0) and (side > 0) == (by > ay):
            inside = not inside
    return inside
