"""
Upper bounds for a budget: every line by itself at a price per unit of cost, the price bounding them all.

For any price the weight closed within a budget is at most price · budget plus, summed over the lines, the largest
weight less price each line can earn alone (Lagrange). A move on several lines pays a share of its price on each, so
this holds when lines are tied, too. As the price rises a line earns a convex, falling amount; where its best choice is
the same at two prices it is the best between them, and nothing has to be computed.
"""

from dataclasses import dataclass, field

import numpy as np

from optimum.clock import Clock
from optimum.lists import matrix_of, take_lists, transposed
from optimum.model import Model, line_spans
from optimum.parts import Parts
from optimum.priced import best_priced
from optimum.reduced import Reduced

_LOOKED_AT = 150_000  # partial choices on one line at one price
_TABLE = 4_000_000


@dataclass(frozen=True)
class Point:
    """A best choice of a strand at a price: what it costs (the shares of this strand) and closes; global moves."""

    price: float
    value: float
    cost: float
    weight: int
    moves: np.ndarray


@dataclass
class Strand:
    """One line: its moves in order, rows and cliques by place, the share of each move's cost that it bears."""

    moves: np.ndarray
    first: np.ndarray
    last: np.ndarray
    need: np.ndarray
    weight: np.ndarray
    clique_first: np.ndarray
    clique_last: np.ndarray
    cost: np.ndarray
    points: list[Point] = field(default_factory=list)

    def value_at(self, price: float, clock: Clock) -> tuple[float, float]:
        """The most it earns at a price, and the cost of that; an upper bound with unknown cost 0 out of time."""
        below = [point for point in self.points if point.price <= price]
        above = [point for point in self.points if point.price >= price]
        low = max(below, key=lambda point: point.price, default=None)
        high = min(above, key=lambda point: point.price, default=None)
        if low is not None and low.price == price:
            return low.value, low.cost
        if low is not None and high is not None and low.weight == high.weight and low.cost == high.cost:
            return low.weight - price * low.cost, low.cost
        found = None if clock.over() else self._best(price)
        if found is not None:
            self.points.append(found)
            return found.value, found.cost
        left = (0.0, float(self.weight.sum())) if low is None else (low.price, low.value)
        if high is None:
            return left[1], 0.0
        share = (price - left[0]) / (high.price - left[0])
        return left[1] + share * (high.value - left[1]), high.cost

    @property
    def _reach(self) -> int:
        return int((self.last - self.first).max(initial=0)) + 1

    def chosen_at(self, prices: np.ndarray) -> tuple[float, np.ndarray] | None:
        """The most it earns at a price for each move, and which it takes; None when that is too long to find."""
        if len(self.moves) * (self._reach + 1) * int(self.need.max(initial=1)) > _TABLE:
            return None
        value, taken, looked_at = best_priced(
            len(self.moves),
            self.first,
            self.last,
            self.need,
            self.weight.astype(np.float64),
            self.clique_first,
            self.clique_last,
            prices,
            _LOOKED_AT,
        )
        return (float(value), taken) if looked_at <= _LOOKED_AT else None

    def _best(self, price: float) -> Point | None:
        best = self.chosen_at(price * self.cost)
        if best is None:
            return None
        value, taken = best
        total = np.concatenate(([0], np.cumsum(taken)))
        closed = total[self.last + 1] - total[self.first] >= self.need
        weight, cost = int(self.weight[closed].sum()), float(self.cost[taken].sum())
        return Point(price, max(value, weight - price * cost), cost, weight, self.moves[taken])


@dataclass(frozen=True)
class Bundle:
    """All strands of a model, and the goals that lie on none, of which only a bound is known: weight and cost."""

    strands: list[Strand]
    weight: np.ndarray
    cost: np.ndarray
    lines: int  # strands that are parts by themselves; those after them are tied
    known: list[tuple[float, float, float]] = field(default_factory=list)  # prices tried, values and costs there

    @property
    def tied(self) -> bool:
        """Whether some strands share moves, or goals lie on none."""
        return self.lines < len(self.strands) or len(self.weight) > 0

    def value_at(self, price: float, clock: Clock) -> tuple[float, float]:
        """Summed value and cost at a price."""
        value, cost = 0.0, 0.0
        for strand in self.strands:
            one = strand.value_at(price, clock)
            value, cost = value + one[0], cost + one[1]
        earns = self.weight > price * self.cost
        value += float((self.weight - price * self.cost)[earns].sum())
        cost += float(self.cost[earns].sum())
        self.known.append((price, value, cost))
        return value, cost


def bundle(model: Model, reduced: Reduced, parts: Parts) -> Bundle:
    """The strands of all parts: a line is one, a tied part has one for each line its rows lie on."""
    strands = [_of_line(model, reduced, parts, part) for part in np.flatnonzero(parts.is_line)]
    tied = np.flatnonzero(~parts.is_line)
    if not len(tied):
        return Bundle(strands, np.zeros(0), np.zeros(0), len(strands))
    rows = np.concatenate([parts.of(part)[1] for part in tied])
    on_line = _alone_on_lines(model, rows)
    lines, off = rows[on_line], rows[~on_line]
    goals = np.unique(model.row_goal[off])
    users = np.zeros(model.moves, dtype=np.int64)
    first, last = line_spans(model)
    by_line = np.split(lines[np.argsort(model.row_line[lines], kind="stable")], _breaks(np.sort(model.row_line[lines])))
    members = [np.unique(take_lists(model.row_offsets, model.row_moves, own)[1]) for own in by_line if len(own)]
    for moves in members:
        users[moves] += 1
    for goal in goals:
        users[np.unique(take_lists(model.row_offsets, model.row_moves, off[model.row_goal[off] == goal])[1])] += 1
    share = model.cost / np.maximum(users, 1)
    cliques_of = transposed(model.clique_offsets, model.clique_moves, model.moves)
    tied_strands = [
        _of_rows(model, reduced, own, moves, share, (first, last), cliques_of)
        for own, moves in zip([own for own in by_line if len(own)], members, strict=True)
    ]
    cost = np.array([_least_cost(model, reduced, off[model.row_goal[off] == goal], share) for goal in goals])
    return Bundle(strands + tied_strands, model.goal_weight[goals].astype(np.float64), cost.astype(float), len(strands))


def _breaks(values: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.diff(values)) + 1


def _alone_on_lines(model: Model, rows: np.ndarray) -> np.ndarray:
    """The rows on a line that count 1 for each move and are a goal by themselves."""
    plain = np.add.reduceat(model.row_counts, model.row_offsets[rows]) == np.diff(model.row_offsets)[rows]
    sizes = np.bincount(model.row_goal[rows], minlength=model.goals)
    return plain & (model.row_line[rows] >= 0) & (sizes[model.row_goal[rows]] == 1)


def _of_line(model: Model, reduced: Reduced, parts: Parts, part: int) -> Strand:
    moves = parts.of(part)[0]
    begin = parts.offsets[part]
    rows = slice(parts.row_offsets[part], parts.row_offsets[part + 1])
    cliques = slice(parts.clique_offsets[part], parts.clique_offsets[part + 1])
    return Strand(
        moves,
        parts.row_first[rows] - begin,
        parts.row_beyond[rows] - begin - 1,
        reduced.lacks[parts.rows[rows]],
        model.goal_weight[model.row_goal[parts.rows[rows]]],
        parts.clique_first[cliques] - begin,
        parts.clique_beyond[cliques] - begin - 1,
        model.cost[moves].astype(np.float64),
    )


def _of_rows(
    model: Model,
    reduced: Reduced,
    rows: np.ndarray,
    moves: np.ndarray,
    share: np.ndarray,
    spans: tuple[np.ndarray, np.ndarray],
    cliques_of: tuple[np.ndarray, np.ndarray],
) -> Strand:
    """The strand of the rows of one line of a tied part; cliques that are not neighbours on it are left out."""
    first, last = spans
    line = model.row_line[rows[0]]
    begin = model.line_offsets[line]
    along = model.line_moves[begin : model.line_offsets[line + 1]]
    used = np.isin(along, moves) & reduced.free[along]
    before = np.concatenate(([0], np.cumsum(used)))
    order = along[used]
    by_number = np.argsort(order)
    cliques = np.unique(take_lists(*cliques_of, order)[1])
    offsets, members = take_lists(model.clique_offsets, model.clique_moves, cliques)
    found = np.minimum(np.searchsorted(order[by_number], members), max(len(order) - 1, 0))
    place = np.where(order[by_number][found] == members, by_number[found], -1) if len(order) else found
    packs = matrix_of(offsets, place, None, len(order))
    full = packs.indptr[:-1][np.diff(packs.indptr) >= 2]
    size = np.diff(packs.indptr)[np.diff(packs.indptr) >= 2]
    low = high = np.zeros(0, dtype=np.int64)
    if len(full):
        low = np.array([packs.indices[at : at + count].min() for at, count in zip(full, size, strict=True)])
        high = np.array([packs.indices[at : at + count].max() for at, count in zip(full, size, strict=True)])
    whole = high - low + 1 == size
    return Strand(
        order,
        before[first[rows] - begin],
        before[last[rows] + 1 - begin] - 1,
        reduced.lacks[rows],
        model.goal_weight[model.row_goal[rows]],
        low[whole],
        high[whole],
        share[order],
    )


def _least_cost(model: Model, reduced: Reduced, rows: np.ndarray, share: np.ndarray) -> float:
    """No choice that closes a goal costs less: its dearest row, filled with parts of the cheapest moves."""
    dearest = 0.0
    for row in rows:
        entries = np.arange(model.row_offsets[row], model.row_offsets[row + 1])
        entries = entries[reduced.free[model.row_moves[entries]]]
        counts = model.row_counts[entries]
        each = share[model.row_moves[entries]] / counts
        order = np.argsort(each, kind="stable")
        filled = np.minimum(np.cumsum(counts[order]), reduced.lacks[row])
        dearest = max(dearest, float((np.diff(np.concatenate(([0], filled))) * each[order]).sum()))
    return dearest
