"""The areas of one level (districts, 街道 …) to look places up in and to cut streets at."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import to_mm
from metrics.columns import Columns, runs


@dataclass(frozen=True, eq=False)
class Parts(Columns):
    """
    Lines cut at the borders of areas, sorted, without gaps; neighbouring parts lie in different areas.

    Attributes
    ----------
    line, area
        Rows of the line and of the area it lies in, -1 for none.
    from_mm, to_mm
        Positions along the line, whole millimetres.
    """

    line: np.ndarray
    area: np.ndarray
    from_mm: np.ndarray
    to_mm: np.ndarray

    def meeting(self, line: np.ndarray, from_mm: np.ndarray, to_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which stretches of lines share some length with which part: rows of stretches and of parts, in order."""
        span = np.int64(max(self.to_mm.max(initial=0), to_mm.max(initial=0)) + 1)
        first = np.searchsorted(self.line * span + self.to_mm, line * span + from_mm, side="right")
        last = np.searchsorted(self.line * span + self.from_mm, line * span + to_mm, side="left")
        return runs(first, np.maximum(last - first, 0))

    def of_lines(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The parts of these lines, one line after the other: place of each in ``lines``, and the part's row."""
        first, last = (np.searchsorted(self.line, lines, side=side) for side in ("left", "right"))
        return runs(first, last - first)


@dataclass(frozen=True, eq=False)
class AreaLevel:
    """
    The areas of one level to look places up in; where areas overlap the first by name has it.

    Attributes
    ----------
    frame
        The areas' rows of ``City.districts``, sorted by name, on a ``RangeIndex``.
    """

    frame: gpd.GeoDataFrame

    @cached_property
    def names(self) -> np.ndarray:
        """Their names and, last, None: the row -1 is no area."""
        return np.array([*self.frame["name"], None], dtype=object)

    @cached_property
    def units(self) -> np.ndarray:
        """Their answerable units, None where there is none and, last, None."""
        return np.array([unit if isinstance(unit, str) else None for unit in [*self.frame["unit"], None]], dtype=object)

    @cached_property
    def stocked(self) -> np.ndarray:
        """Whether the sites of each were taken stock of; what says nothing was."""
        return (self.frame["surveyed"] != False).to_numpy(dtype=bool)  # noqa: E712 - None is not False

    def of_points(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Row of the area each point lies in or on the border of, -1 for none."""
        found = np.full(len(x), -1, dtype=np.int64)
        for row in range(len(self.frame) - 1, -1, -1):
            polygon = self.frame.geometry.iloc[row]
            west, south, east, north = polygon.bounds
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            if len(near):
                shapely.prepare(polygon)
                found[near[shapely.intersects_xy(polygon, x[near], y[near])]] = row
        return found

    def parts_of_lines(self, lines: np.ndarray, length_mm: np.ndarray) -> Parts:
        """
        The lines cut at the borders.

        Parameters
        ----------
        lines
            Line strings (array) in the CRS of the areas.
        length_mm
            Their lengths in whole millimetres; the last part ends there.
        """
        whole = np.full(len(lines), -1, dtype=np.int64)
        for row in range(len(self.frame) - 1, -1, -1):
            polygon = self.frame.geometry.iloc[row]
            shapely.prepare(polygon)
            whole[shapely.contains_properly(polygon, lines)] = row
        crossing = np.flatnonzero(whole < 0)
        line, cut = self._cuts(lines[crossing])
        line = np.concatenate((np.arange(len(lines)), np.arange(len(lines)), crossing[line]))
        cut = np.concatenate((np.zeros(len(lines), dtype=np.int64), length_mm, np.clip(cut, 0, None)))
        cut = np.minimum(cut, length_mm[line])
        line, cut = np.unique(np.stack((line, cut)), axis=1)
        same = np.flatnonzero(line[1:] == line[:-1])
        line, from_mm, to_mm_ = line[same], cut[same], cut[same + 1]
        area = whole[line]
        open_ = np.flatnonzero(area < 0)
        middle = shapely.line_interpolate_point(lines[line[open_]], (from_mm[open_] + to_mm_[open_]) / 2000)
        area[open_] = self.of_points(shapely.get_x(middle), shapely.get_y(middle))
        new = np.ones(len(line), dtype=bool)
        new[1:] = (line[1:] != line[:-1]) | (area[1:] != area[:-1])
        first = np.flatnonzero(new)
        last = np.append(first[1:], len(line)) - 1 if len(line) else first
        return Parts(line[first], area[first], from_mm[first], to_mm_[last])

    def most_of(self, parts: Parts, lines: int) -> np.ndarray:
        """
        The area that has most of each line, -1 for none; of equals the first.

        A line that a stocked area shares with one without stock is judged by what is known: it is the former's.
        """
        length = np.where((parts.area >= 0) & ~self.stocked[parts.area], 0, parts.to_mm - parts.from_mm)
        pair, place = np.unique(parts.line * (len(self.frame) + 1) + parts.area + 1, return_inverse=True)
        total = np.bincount(place, length, len(pair)).astype(np.int64)
        line, area = pair // (len(self.frame) + 1), pair % (len(self.frame) + 1) - 1
        order = np.lexsort((area, -total, line))
        first = order[np.flatnonzero(np.diff(line[order], prepend=-1))]
        areas = np.full(lines, -1, dtype=np.int64)
        areas[line[first]] = area[first]
        return areas

    def _cuts(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the lines meet a border: line (place in ``lines``) and position in mm."""
        borders = shapely.boundary(self.frame.geometry.array)
        pairs = [
            (np.flatnonzero(meets), shapely.intersection(lines[meets], border))
            for border in borders
            if (meets := shapely.intersects(border, lines)).any()
        ]
        if not pairs:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        line = np.concatenate([rows for rows, _ in pairs])
        points, owner = shapely.get_coordinates(np.concatenate([met for _, met in pairs]), return_index=True)
        line = line[owner]
        return line, to_mm(shapely.line_locate_point(lines[line], shapely.points(points)))
