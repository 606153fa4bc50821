"""A second look, spot by spot, at what the first candidates cannot close: finer steps over all that is in reach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geo.crs import to_mm
from metrics.book import RuleBook
from metrics.measures import visible
from metrics.measures.reach import gates_of, look_m
from metrics.plan.asked import Rows
from metrics.plan.candidates import Asked
from metrics.plan.ground import Ground
from metrics.plan.kerbs import parallel_spots
from metrics.plan.offer import defaults
from metrics.rules import Along, Reach, Visible
from metrics.stock import Stock
from metrics.survey import Survey
from optimum.clock import Clock
from optimum.highs import Program, at_least, solve

_MOST_SPOTS, _MOST_WALKED = 40_000, 1_500  # for one place; where there are more the step is wider
_PROOF_S = 2.0  # for one row
_MOST_PAIRS = 4_000_000  # of places too near to each other, each counted twice


@dataclass(frozen=True)
class Zone:
    """
    Where the spots that may count for one failing subject lie, and how finely they are looked at.

    Attributes
    ----------
    spots
        Free places, (n, 2) mm.
    step_m
        Way from one to the next.
    """

    spots: np.ndarray
    step_m: float


def fine_spots(ground: Ground, asked: Asked, subject: int, book: RuleBook, made: Stock) -> Zone:
    """
    All free spots that may count for a subject (row of the findings), at the fine step.

    Of a street those on lines beside it; of a square, a place or a gate those on a grid over all that is in reach.

    Parameters
    ----------
    made
        New sites as they would be: their size says how far they are seen.
    """
    step_m = defaults()["fine_m"]
    if isinstance(asked.rule, Along):
        gaps = asked.findings.gaps.take(asked.findings.gaps.subject == subject)
        beside = parallel_spots(ground.survey, gaps, int(to_mm(step_m)), asked.rule.reach_m)
        return Zone(beside[ground.allowed(beside)], step_m)
    zone = _zone(ground.survey, asked, subject, book, made)
    most = _MOST_WALKED if isinstance(asked.rule, Reach) else _MOST_SPOTS
    step_m = max(step_m, float(np.ceil(np.sqrt(zone.area / most))))
    grid = _grid_mm(zone, int(to_mm(step_m)))
    return Zone(grid[ground.allowed(grid)], step_m)


def _zone(survey: Survey, asked: Asked, subject: int, book: RuleBook, made: Stock) -> shapely.Geometry:
    """Everything from where a site may count for a place."""
    rule, place = asked.rule, asked.findings.who.geometry[subject]
    if isinstance(rule, Visible):
        centre = visible.viewing_centres(survey, asked.findings.who.take(np.array([subject])))[0]
        return shapely.buffer(shapely.Point(centre / 1000), visible.reach_m(made, book.view) / visible.NEAR_MISS)
    if isinstance(rule, Reach):
        gates = gates_of(survey, place, survey.venues_of([rule.gate_class]))
        return shapely.buffer(shapely.union_all(list(gates)), look_m(made, rule, book.view))
    return shapely.buffer(place, rule.margin_m if shapely.area(place) > 0 else rule.reach_m)


def _grid_mm(zone: shapely.Geometry, step_mm: int) -> np.ndarray:
    """Places at whole steps of the CRS inside a geometry, (n, 2)."""
    if shapely.is_empty(zone):
        return np.empty((0, 2), dtype=np.int64)
    low, high = (np.rint(np.array(end) * 1000).astype(np.int64) for end in (zone.bounds[:2], zone.bounds[2:]))
    x, y = (np.arange(-(-a // step_mm), b // step_mm + 1) * step_mm for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return grid[shapely.intersects_xy(zone, *(grid.T / 1000))]


def witnesses(
    rows: Sequence[Rows], xy_mm: np.ndarray, new: np.ndarray, spacing_mm: int, *, clock: Clock | None = None
) -> list[np.ndarray]:
    """
    For each row that can hold by itself the places of new sites that do it; of each set of moves one row.

    Parameters
    ----------
    rows
        What is asked of the moves.
    xy_mm, new
        Place of each move, and whether it is a new site.
    spacing_mm
        Least way between new sites.
    clock
        When it is over, the rows that are left are not looked at.
    """
    found, clock, key = [], clock or Clock(), _numbers(xy_mm)
    wanted = {}
    for part in rows:
        for row in range(len(part.need)):
            moves = part.moves[part.offsets[row] : part.offsets[row + 1]]
            lack = int(part.need[row]) - len(np.unique(key[moves[~new[moves]]]))
            spots = np.unique(key[moves[new[moves]]])
            wanted[lack, spots.tobytes()] = (lack, spots)
    first = _first_of(key)
    hopeless: list[tuple[int, np.ndarray]] = []  # as many are not in so many places, nor in fewer of them
    for lack, spots in sorted(wanted.values(), key=lambda one: -len(one[1])):
        if clock.over():
            break
        if any(lack >= most and np.isin(spots, among, assume_unique=True).all() for most, among in hopeless):
            continue
        chosen = apart(xy_mm[first[spots]], lack, spacing_mm, clock=clock)
        if chosen is None:
            hopeless.append((lack, spots))
        elif len(chosen):
            found.append(chosen)
    return found


def _numbers(xy_mm: np.ndarray) -> np.ndarray:
    """A number for each place, the same for the same place, (n,)."""
    return np.unique(xy_mm, axis=0, return_inverse=True)[1].ravel()


def _first_of(number: np.ndarray) -> np.ndarray:
    """Where each number stands first."""
    return np.unique(number, return_index=True)[1]


def apart(xy_mm: np.ndarray, count: int, spacing_mm: int, *, clock: Clock | None = None) -> np.ndarray | None:
    """So many of the places, each two at least the spacing apart; None when there are not, or it takes too long."""
    if count <= 0:
        return xy_mm[:0]
    if len(xy_mm) < count:
        return None
    if count == 2:
        return _two_apart(xy_mm, spacing_mm)
    near = cKDTree(xy_mm)
    for order in _orders(xy_mm):
        chosen = _greedily(xy_mm, near, order, count, spacing_mm)
        if len(chosen) == count:
            return xy_mm[chosen]
    cells = _cells(xy_mm, spacing_mm)
    if min(len(np.unique(cell)) for cell in cells) < count:  # of each cell one at most
        return None
    return _packed(xy_mm, near, cells, count, spacing_mm, clock or Clock())


def _two_apart(xy_mm: np.ndarray, spacing_mm: int) -> np.ndarray | None:
    """The two places that are furthest from each other, which are corners of the hull; None when they are too near."""
    corners = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(xy_mm))).astype(np.int64)
    ways = ((corners[:, None] - corners) ** 2).sum(axis=2)
    a, b = np.unravel_index(ways.argmax(), ways.shape)
    return corners[[a, b]] if ways[a, b] >= spacing_mm**2 else None


def _orders(xy_mm: np.ndarray) -> list[np.ndarray]:
    """The places from west, south, east and north, and from the middle outwards and inwards."""
    x, y = (xy_mm - xy_mm.mean(axis=0)).T
    keys = ((y, x), (x, y), (y, -x), (x, -y), (y, x + y), (x, np.hypot(x, y)), (x, -np.hypot(x, y)))
    return [np.lexsort(key) for key in keys]


def _greedily(xy_mm: np.ndarray, near: cKDTree, order: np.ndarray, count: int, spacing_mm: int) -> list[int]:
    free, chosen = np.ones(len(xy_mm), dtype=bool), []
    for place in order.tolist():
        if free[place]:
            chosen.append(place)
            if len(chosen) == count:
                break
            around = np.array(near.query_ball_point(xy_mm[place], spacing_mm))
            free[around[((xy_mm[around] - xy_mm[place]) ** 2).sum(axis=1) < spacing_mm**2]] = False
    return chosen


def _cells(xy_mm: np.ndarray, spacing_mm: int) -> list[np.ndarray]:
    """Squares so small that two places in one are too near to each other: number per place, shifted in four ways."""
    side = int(spacing_mm / np.sqrt(2)) - 1
    shifts = [(0, 0), (side // 2, 0), (0, side // 2), (side // 2, side // 2)]
    return [np.unique((xy_mm + shift) // side, axis=0, return_inverse=True)[1].ravel() for shift in shifts]


def _packed(
    xy_mm: np.ndarray, near: cKDTree, cells: list[np.ndarray], count: int, spacing_mm: int, clock: Clock
) -> np.ndarray | None:
    """As `apart`, by an integer program; None as well when that takes too long."""
    if near.count_neighbors(near, spacing_mm) > _MOST_PAIRS:
        return None
    pairs = near.query_pairs(spacing_mm, output_type="ndarray")
    pairs = pairs[((xy_mm[pairs[:, 0]] - xy_mm[pairs[:, 1]]) ** 2).sum(axis=1) < spacing_mm**2]
    numbers = np.concatenate([cell + nth * len(xy_mm) for nth, cell in enumerate(cells)])
    _, numbers = np.unique(numbers, return_inverse=True)
    row = np.concatenate((np.repeat(np.arange(len(pairs)), 2), len(pairs) + numbers))
    column = np.concatenate((pairs.ravel(), np.tile(np.arange(len(xy_mm)), len(cells))))
    rows = int(row.max()) + 1
    matrix = csr_array((np.ones(len(row)), (row, column)), shape=(rows, len(xy_mm)))
    ones = np.ones(len(xy_mm))
    program = Program(-ones, ones, matrix, at_least(rows), np.ones(rows), ones.astype(bool))
    outcome = solve(program, clock.part(_PROOF_S), abs_gap=0.9)
    if outcome.x is None or (outcome.x > 0.5).sum() < count:
        return None
    return xy_mm[np.flatnonzero(outcome.x > 0.5)[:count]]
