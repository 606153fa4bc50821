"""From how many places on each square a new site would be seen: for one spot or for thousands, in one call."""

import numpy as np
from numba import njit

from geo._sight_lines import walk_lines
from geo.crs import to_mm
from geo.grid import bucket, grid_of_points
from geo.sight import Obstacles


class LiveViews:
    """
    Where one stands on squares, ready to be asked who would see a site at some spot.

    Parameters
    ----------
    centres_mm
        x, y of the centre of each square; (n, 2), int64, millimetres.
    square, samples_mm
        Of each further place to stand: the row of its square, ascending; x, y.
    walls
        All within ``reach_m`` of every place to stand.
    reach_m
        From how far the site can be read, metres.
    cut_m
        As for ``geo.sight.hiding_building``.

    Attributes
    ----------
    first
        The places to stand on square k, its centre first, are those from ``first[k]`` to ``first[k + 1]``.
    """

    def __init__(
        self,
        centres_mm: np.ndarray,
        square: np.ndarray,
        samples_mm: np.ndarray,
        walls: Obstacles,
        *,
        reach_m: float,
        cut_m: float = 0.5,
    ):
        count = np.bincount(square, minlength=len(centres_mm)) + 1
        self.first = np.concatenate(([0], np.cumsum(count)))
        stands = np.empty((self.first[-1], 2), dtype=np.int64)
        stands[self.first[:-1]] = centres_mm
        nth = np.arange(len(square)) - np.searchsorted(square, square) + 1
        stands[self.first[square] + nth] = samples_mm
        apart = np.sqrt(((stands - np.repeat(centres_mm, count, axis=0)) ** 2).sum(axis=1).max(initial=0))
        look_mm = int(to_mm(reach_m) + np.ceil(apart))
        self._squares = stands, self.first, grid_of_points(centres_mm, cell_mm=max(look_mm, 1)), look_mm
        self._sight = int(to_mm(reach_m)), float(to_mm(cut_m))
        self._walls = walls.walls, walls.owner, walls.first_wall, walls.grid

    def seen(self, points_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """
        Who would see a site, seen from all sides, at each point.

        Parameters
        ----------
        points_mm
            (n, 2) int64, millimetres.

        Returns
        -------
        point, square, centre, stands
            A row for each point and square from which it can be seen: rows of both; whether the centre sees it; how
            many of the further places do.
        """
        points_mm = np.ascontiguousarray(points_mm, dtype=np.int64).reshape(-1, 2)
        return _seen(points_mm, *self._squares, *self._sight, *self._walls)


@njit(cache=True, error_model="numpy")
def _seen(points, stands, first, grid, look, reach, cut, walls, owner, first_wall, wall_grid):
    out_point, out_square = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    out_centre, out_stands = [False for _ in range(0)], [np.int64(0) for _ in range(0)]
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        for row in range((y - look) >> grid.shift, ((y + look) >> grid.shift) + 1):
            for column in range((x - look) >> grid.shift, ((x + look) >> grid.shift) + 1):
                b = bucket(column, row, grid.x_bits, grid.y_bits)
                for item in range(grid.starts[b], grid.starts[b + 1]):
                    k = np.int64(grid.items[item])
                    at = first[k]
                    # Cells far apart may share a bucket: only the squares of this cell count here.
                    if stands[at, 0] >> grid.shift != column or stands[at, 1] >> grid.shift != row:
                        continue
                    own = stands[at : first[k + 1]]
                    centre, count = _seen_from(x, y, own, reach, cut, walls, owner, first_wall, wall_grid)
                    if centre or count:
                        out_point.append(i)
                        out_square.append(k)
                        out_centre.append(centre)
                        out_stands.append(count)
    return np.array(out_point), np.array(out_square), np.array(out_centre), np.array(out_stands)


@njit(cache=True, error_model="numpy")
def _seen_from(x, y, stands, reach, cut, walls, owner, first_wall, grid):
    """Whether the first place to stand sees a site, and how many of the others do."""
    origins, ends = np.empty((len(stands), 2), dtype=np.int64), np.empty((len(stands), 2), dtype=np.int64)
    row = np.empty(len(stands), dtype=np.int64)
    asked, count, centre = 0, 0, False
    for i in range(len(stands)):
        dx, dy = stands[i, 0] - x, stands[i, 1] - y
        square = dx * dx + dy * dy
        if square > reach * reach:
            continue
        if square < cut * cut:  # a site this near is seen
            centre |= i == 0
            count += i > 0
            continue
        share = min(cut / np.sqrt(float(square)), 1.0)
        origins[asked, 0], origins[asked, 1] = stands[i, 0], stands[i, 1]
        ends[asked, 0], ends[asked, 1] = x + np.int64(np.rint(dx * share)), y + np.int64(np.rint(dy * share))
        row[asked] = i
        asked += 1
    wall = walk_lines(origins[:asked], ends[:asked], walls, owner, first_wall, grid)
    for line in range(asked):
        if wall[line] < 0:
            centre |= row[line] == 0
            count += row[line] > 0
    return centre, count
