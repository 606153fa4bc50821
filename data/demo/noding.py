"""Lines cut where they cross, as a map of roads is: every junction is a shared end coordinate."""

from dataclasses import dataclass

import numpy as np
import shapely

_SNAP_M = 1.5  # a crossing this near a corner of a line is that corner
GROUND, ELEVATED, RAMP = 0, 1, 2  # a ramp meets the others at corners they share


@dataclass(frozen=True)
class Lines:
    """
    Many polylines as arrays.

    Attributes
    ----------
    xy
        Coordinates of all corners, metres, shape (n, 2).
    line
        The line each corner belongs to, 0 ... count - 1, ascending.
    """

    xy: np.ndarray
    line: np.ndarray

    @classmethod
    def of(cls, parts: list[np.ndarray]) -> "Lines":
        """Lines of coordinate arrays, in their order."""
        return cls(np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts]))

    @property
    def geometry(self) -> np.ndarray:
        """The lines as shapely LineStrings."""
        return shapely.linestrings(self.xy, indices=self.line)

    @property
    def count(self) -> int:
        """How many lines there are."""
        return int(self.line[-1]) + 1 if len(self.line) else 0

    @property
    def length_m(self) -> np.ndarray:
        """The length of each line."""
        step = np.hypot(*np.diff(self.xy, axis=0).T) * (np.diff(self.line) == 0)
        return np.bincount(self.line[1:], step, minlength=self.count)

    def position_m(self) -> np.ndarray:
        """How far along its line each corner lies."""
        step = np.hypot(*np.diff(self.xy, axis=0, prepend=self.xy[:1]).T)
        step[np.diff(self.line, prepend=-1) != 0] = 0
        total = np.cumsum(step)
        first = np.searchsorted(self.line, np.arange(self.count))
        return total - total[first][self.line]

    def take(self, keep: np.ndarray) -> "Lines":
        """The lines for which the mask ``keep`` holds, numbered anew."""
        chosen = keep[self.line]
        number = np.cumsum(keep) - 1
        return Lines(self.xy[chosen], number[self.line[chosen]])


def node(lines: Lines, stratum: np.ndarray) -> tuple[Lines, np.ndarray]:
    """
    ``lines`` cut at every crossing of two lines of one stratum.

    Parameters
    ----------
    lines
        What to cut, metres.
    stratum
        One a line: GROUND, ELEVATED, or RAMP, which meets others only at corners they share.

    Returns
    -------
    tuple
        The pieces, in the order of the lines and along them, and the line each piece comes from.
    """
    xy, line, at = _with_crossings(lines, stratum)
    key = np.rint(xy * 100).astype(np.int64)
    _, vertex = np.unique(key, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (vertex[1:] != vertex[:-1]) | (line[1:] != line[:-1])
    xy, line, at, vertex = xy[fresh], line[fresh], at[fresh], vertex[fresh]
    first = np.diff(line, prepend=-1) != 0
    last = np.diff(line, append=-1) != 0
    uses = np.bincount(vertex, minlength=vertex.max() + 1)
    cut = (uses[vertex] > 1) | at
    cut &= ~(first | last)
    return _split(xy, line, cut)


def _with_crossings(lines: Lines, stratum: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All corners with the crossings sorted in between; whether a corner is a crossing."""
    start = np.flatnonzero(np.diff(lines.line) == 0)
    p, q = lines.xy[start], lines.xy[start + 1]
    of = lines.line[start]
    segments = shapely.linestrings(np.stack([p, q], axis=1))
    i, j = shapely.STRtree(segments).query(segments, predicate="intersects")
    once = (i < j) & (of[i] != of[j])
    i, j = i[once], j[once]
    met = (stratum[of[i]] == stratum[of[j]]) & (stratum[of[i]] != RAMP)
    i, j = i[met], j[met]
    d, e, w = q[i] - p[i], q[j] - p[j], p[j] - p[i]
    cross = d[:, 0] * e[:, 1] - d[:, 1] * e[:, 0]
    real = np.abs(cross) > 1e-6
    i, j, d, e, w, cross = i[real], j[real], d[real], e[real], w[real], cross[real]
    share = np.clip((w[:, 0] * e[:, 1] - w[:, 1] * e[:, 0]) / cross, 0, 1)
    point = p[i] + share[:, None] * d
    point = _snapped(point, p[j], q[j])
    point = _snapped(point, p[i], q[i])
    added_line = np.concatenate([of[i], of[j]])
    base = np.concatenate([start[i], start[j]])
    where = np.concatenate([point, point])
    position = lines.position_m()
    added_position = position[base] + np.hypot(*(where - lines.xy[base]).T)
    xy = np.concatenate([lines.xy, where])
    line = np.concatenate([lines.line, added_line])
    at = np.repeat([False, True], [len(lines.xy), len(where)])
    order = np.lexsort((at, np.concatenate([position, added_position]), line))
    return xy[order], line[order], at[order]


def _snapped(point: np.ndarray, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """``point`` moved onto the end of its segment when that is very near."""
    to_p = np.hypot(*(point - p).T)[:, None]
    to_q = np.hypot(*(point - q).T)[:, None]
    nearest = np.where(to_p <= to_q, p, q)
    return np.where(np.minimum(to_p, to_q) < _SNAP_M, nearest, point)


def _split(xy: np.ndarray, line: np.ndarray, cut: np.ndarray) -> tuple[Lines, np.ndarray]:
    """The lines cut at the marked corners, which belong to both pieces."""
    repeat = np.where(cut, 2, 1)
    index = np.repeat(np.arange(len(xy)), repeat)
    second = np.diff(index, prepend=-1) == 0
    begins = second | (np.diff(line[index], prepend=-1) != 0)
    piece = np.cumsum(begins) - 1
    return Lines(xy[index], piece), line[index][begins]


def without_specks(lines: Lines, shortest_m: float) -> tuple[Lines, np.ndarray]:
    """
    Lines without those shorter than ``shortest_m``, whose two ends become one corner of all lines that meet there.

    Returns
    -------
    tuple
        The lines that stay, and a mask of them.
    """
    _, vertex = np.unique(np.rint(lines.xy * 100).astype(np.int64), axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    first = np.searchsorted(lines.line, np.arange(lines.count))
    last = np.append(first[1:], len(lines.line)) - 1
    speck = lines.length_m < shortest_m
    xy = lines.xy.copy()
    for start, end in zip(first[speck], last[speck], strict=True):
        xy[vertex == vertex[end]] = xy[start]
        vertex[vertex == vertex[end]] = vertex[start]
    return Lines(xy, lines.line).take(~speck), ~speck


def split_long(lines: Lines, longest_m: float) -> tuple[Lines, np.ndarray]:
    """Lines longer than ``longest_m`` cut at the corner that follows each equal part; and where each comes from."""
    total = lines.length_m
    parts = np.maximum(np.ceil(total / longest_m), 1)
    step = (total / parts)[lines.line]
    position = lines.position_m()
    part = np.floor(position / step + 1e-9)
    cut = np.diff(part, prepend=0) > 0
    edge = (np.diff(lines.line, prepend=-1) != 0) | (np.diff(lines.line, append=-1) != 0)
    return _split(lines.xy, lines.line, cut & ~edge)


def ends(lines: Lines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The number of the node at the first and at the last corner of each line, and how many line ends meet there."""
    first = np.searchsorted(lines.line, np.arange(lines.count))
    last = np.append(first[1:], len(lines.line)) - 1
    key = np.rint(lines.xy[np.concatenate([first, last])] * 100).astype(np.int64)
    _, vertex = np.unique(key, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    degree = np.bincount(vertex)
    return vertex[: lines.count], vertex[lines.count :], degree


def without_stubs(lines: Lines, shortest_m: float, *, rounds: int = 2) -> np.ndarray:
    """A mask of the lines that stay when dead ends shorter than ``shortest_m`` are taken away."""
    keep = np.ones(lines.count, dtype=bool)
    first, last, _ = ends(lines)
    length = lines.length_m
    for _ in range(rounds):
        degree = np.bincount(np.concatenate([first[keep], last[keep]]), minlength=max(first.max(), last.max()) + 1)
        keep &= ~((length < shortest_m) & ((degree[first] <= 1) | (degree[last] <= 1)))
    return keep
