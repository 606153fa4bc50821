"""The quarters between the avenues of the demo city: how dense each is, its lanes and its blocks."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo.ground import Ground
from data.demo.plane import place, shore_road

ROWS = (-5, -4, -3, -2, 1, 2, 3, 4, 5)  # the lower b of each row; between -1 and 1 runs the river
COLUMNS = tuple(range(11))
_OLD = {(3, -2), (4, -2), (5, -2), (4, -3)}
_LANE_SPACING_M = {"old": 160.0, "city": 235.0, "new": 300.0, "edge": 380.0}
_KEEP_LANE = {"old": 0.92, "city": 0.9, "new": 0.88, "edge": 0.6}
_SHAKE = {"old": 0.16, "city": 0.09, "new": 0.05, "edge": 0.15}
_LANE_MARGIN_M, _COLLECTOR_MARGIN_M, _AVENUE_MARGIN_M = 9.0, 13.0, 24.0
_OVER = 0.005  # lanes are drawn a little over the middle of the avenues they meet


@dataclass(frozen=True)
class Quarter:
    """
    One mesh of the net of avenues.

    Attributes
    ----------
    a, b
        Plan coordinates of its south-western corner; it is one unit wide and high.
    kind
        ``old``, ``city``, ``new``, ``edge`` or ``wild``.
    nodes
        Plan coordinates of the corners of its blocks, shape (rows + 1, columns + 1, 2).
    collector_a, collector_b
        Which column and which row of ``nodes`` is a tertiary street; -1 for none.
    """

    a: int
    b: int
    kind: str
    nodes: np.ndarray
    collector_a: int
    collector_b: int

    @property
    def key(self) -> tuple[int, int]:
        """(a, b)."""
        return self.a, self.b


@dataclass(frozen=True)
class Quarters:
    """All quarters, by (a, b)."""

    by_key: dict[tuple[int, int], Quarter]

    def kind(self, a: int, b: int) -> str:
        """The kind of a quarter; ``wild`` where there is none."""
        quarter = self.by_key.get((a, b))
        return "wild" if quarter is None else quarter.kind

    @property
    def built(self) -> list[Quarter]:
        """The quarters with lanes and blocks."""
        return [quarter for quarter in self.by_key.values() if quarter.kind != "wild"]

    def blocks(self) -> "Blocks":
        """The blocks of all quarters."""
        plan, margin, kind, key = [], [], [], []
        for quarter in self.built:
            n = quarter.nodes
            rows, columns = n.shape[0] - 1, n.shape[1] - 1
            south, west = _margins(rows, quarter.collector_b), _margins(columns, quarter.collector_a)
            sides = np.broadcast_arrays(south[:-1, None], west[None, 1:], south[1:, None], west[None, :-1])
            plan.append(np.stack([n[:-1, :-1], n[:-1, 1:], n[1:, 1:], n[1:, :-1]], axis=2).reshape(-1, 4, 2))
            margin.append(np.stack(sides, axis=-1).reshape(-1, 4))
            kind += [quarter.kind] * (rows * columns)
            key += [quarter.key] * (rows * columns)
        corners = np.concatenate(plan)
        return Blocks(place(corners[..., 0], corners[..., 1]), np.concatenate(margin), np.array(kind), np.array(key))


@dataclass(frozen=True)
class Blocks:
    """
    The blocks between lanes, as arrays over blocks.

    Attributes
    ----------
    corners
        Metres, shape (n, 4, 2): south-west, south-east, north-east, north-west on the plan.
    margin_m
        Shape (n, 4): how far buildings keep from the middle of the road in the south, east, north and west.
    kind, key
        The kind of the quarter, and its (a, b).
    """

    corners: np.ndarray
    margin_m: np.ndarray
    kind: np.ndarray
    key: np.ndarray

    def __len__(self) -> int:
        return len(self.corners)

    @property
    def polygons(self) -> np.ndarray:
        """The blocks up to the middle of the roads around them."""
        return shapely.polygons(self.corners)


def _margins(count: int, collector: int) -> np.ndarray:
    """The margin of each line of a net of ``count`` steps: avenues at both ends, one tertiary street, else lanes."""
    margin = np.full(count + 1, _LANE_MARGIN_M)
    margin[[0, -1]] = _AVENUE_MARGIN_M
    if collector > 0:
        margin[collector] = _COLLECTOR_MARGIN_M
    return margin


def plan_quarters(ground: Ground, random: np.random.Generator) -> Quarters:
    """Every quarter of the plan with its kind and its blocks."""
    a, b = (grid.ravel() for grid in np.meshgrid(COLUMNS, ROWS))
    middle = place(a + 0.5, b + 0.5)
    inner = shapely.points(
        place(a[:, None] + np.array([0.25, 0.75, 0.25, 0.75]), b[:, None] + np.array([0.25, 0.25, 0.75, 0.75]))
    )
    hilly = shapely.intersects(shapely.union_all(ground.hills), inner).mean(axis=1)
    wet = shapely.intersects(shapely.union_all([ground.sea, ground.lake]), inner).mean(axis=1)
    dense = 1 - np.hypot((middle[:, 0] + 240) / 5600, (middle[:, 1] - 120) / 4560) + random.uniform(-0.09, 0.09, len(a))
    column_at, row_at = random.uniform(0.42, 0.58, len(COLUMNS)), random.uniform(0.42, 0.58, len(ROWS))
    quarters = {}
    for i in range(len(a)):
        key = (int(a[i]), int(b[i]))
        kind = _kind(key, dense[i], hilly[i], wet[i])
        quarters[key] = _divide(key, kind, column_at[COLUMNS.index(key[0])], row_at[ROWS.index(key[1])], random)
    return Quarters(quarters)


def _kind(key: tuple[int, int], dense: float, hilly: float, wet: float) -> str:
    if hilly > 0.7 or wet > 0.8:
        return "wild"
    if key in _OLD:
        return "old"
    if key[0] >= 8 and key[1] >= 1:
        return "new" if dense > -0.32 else "edge"
    if dense > 0.2 and hilly < 0.5:
        return "city"
    return "edge" if dense > -0.04 else "wild"


def _divide(key: tuple[int, int], kind: str, column_at: float, row_at: float, random: np.random.Generator) -> Quarter:
    """The blocks of one quarter: a shaken net with one tertiary street each way."""
    if kind == "wild":
        return Quarter(*key, kind, np.zeros((1, 1, 2)), -1, -1)
    a, b = key
    size = np.hypot(*(place([a + 1, a], [b + 0.5, b + 1]) - place([a, a], [b + 0.5, b])).T)
    if key[0] == 10:
        size = size * [0.8, 1]
    columns, rows = np.maximum(np.rint(size / _LANE_SPACING_M[kind] + random.uniform(-0.45, 0.45, 2)), 2).astype(int)
    s, t = np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1)
    p, q = int(np.argmin(np.abs(s - column_at))), int(np.argmin(np.abs(t - row_at)))
    s, t = _through(s, p, column_at), _through(t, q, row_at)
    shake = random.uniform(-1, 1, (rows + 1, columns + 1, 2)) * _SHAKE[kind] / np.array([columns, rows])
    shake[:, [0, p, -1], 0] = 0
    shake[[0, q, -1], :, 1] = 0
    shake[[0, -1], p, 0] = shake[q, [0, -1], 1] = 0
    nodes = np.stack(np.broadcast_arrays(s[None, :], t[:, None]), axis=-1) + shake
    quarter_a = a + nodes[..., 0]
    if a == 10:  # the last column ends at the road along the shore
        quarter_a = a + nodes[..., 0] * (shore_road(b + nodes[..., 1]) - a)
    has = random.uniform(size=2) < (0.5 if kind == "edge" else 0.93)
    return Quarter(
        a, b, kind, np.stack([quarter_a, b + nodes[..., 1]], axis=-1), p if has[0] else -1, q if has[1] else -1
    )


def _through(steps: np.ndarray, index: int, value: float) -> np.ndarray:
    """``steps`` from 0 to 1 moved so that the one at ``index`` is ``value``."""
    return np.interp(np.arange(len(steps)), [0, index, len(steps) - 1], [0, value, 1])


def lanes(quarter: Quarter, random: np.random.Generator) -> list[tuple[np.ndarray, bool]]:
    """The streets inside a quarter as runs of plan coordinates, and whether each is the tertiary one."""
    runs = []
    n = quarter.nodes
    for index in range(1, n.shape[1] - 1):
        runs += _runs(n[:, index], index == quarter.collector_a, quarter.kind, random)
    for index in range(1, n.shape[0] - 1):
        runs += _runs(n[index], index == quarter.collector_b, quarter.kind, random)
    return runs


def _runs(line: np.ndarray, collector: bool, kind: str, random: np.random.Generator) -> list[tuple[np.ndarray, bool]]:
    """One line of the net without the edges that were left out, drawn over the avenues at both ends."""
    over = _OVER * (line[-1] - line[0]) / np.abs(line[-1] - line[0]).max()
    line = np.concatenate([[line[0] - over], line[1:-1], [line[-1] + over]])
    keep = np.ones(len(line) - 1, dtype=bool) if collector else random.uniform(size=len(line) - 1) < _KEEP_LANE[kind]
    edges = np.flatnonzero(keep)
    groups = np.split(edges, np.flatnonzero(np.diff(edges) > 1) + 1)
    return [(line[group[0] : group[-1] + 2], collector) for group in groups if len(group)]
