"""
The program for a budget with few entries: what is taken along a line is counted from its beginning.

Let S(i) be how many of the first i moves of a line are taken. A row from place f to before l then asks
S(l) − S(f) ≥ need · z, two entries instead of one for each move, and S(i+1) − S(i) = x for each move x. Rows that are
the same are one.

Where even this is too large, only moves that promise most per unit of cost are kept. Take a goal of weight w that
needs n, and a number d from 1 to n. When moves left out help to close it, w · max(0, (h − (n − d)) / d) for the h that
kept moves give, and w / d for each unit that those left out give, are together at least w. So each of these promises
the sum of w · count / d over its goals at most, and with a price that none of them promises more than, the weight
closed within a budget is at most that of

    max Σ w · z + price · (budget − Σ c · x)   over the kept moves within the budget,

where a goal that moves left out count for may be closed in part: (n − d) · y + d · z ≤ h with 0 ≤ z ≤ y = 0 or 1. The
smaller d, the closer this bound, and the more moves have to be kept.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from optimum.highs import Program, at_least, at_most
from optimum.lists import numbers, take_lists
from optimum.model import Model
from optimum.outline import Outline

_LARGEST = 1e4  # weight, as HiGHS sees it


@dataclass(frozen=True)
class Compact:
    """
    The program for a budget, and what its columns are.

    Attributes
    ----------
    program
        Its first columns are the kept moves, then come goals, then sums along lines, then goals closed in part.
    moves
        Numbers of the kept moves.
    goals
        How many columns of goals follow them.
    along, along_moves
        The sums along line i are columns after these, ``along[i]`` to before ``along[i + 1]``, of these kept moves.
    scale, constant
        The weight closed within the budget is at most ``constant - scale * value`` of the program.
    """

    program: Program
    moves: np.ndarray
    goals: int
    along: np.ndarray
    along_moves: np.ndarray
    scale: float
    constant: float

    def weight(self, value: float) -> float:
        """The weight that a value of the program stands for."""
        return self.constant - self.scale * value

    def start(self, taken: np.ndarray) -> np.ndarray:
        """All columns when of the kept moves those are taken (bool per move of the model); no goal closed in part."""
        x = taken[self.moves].astype(np.float64)
        total = np.concatenate(([0.0], np.cumsum(x[self.along_moves])))
        sums = total[1:] - np.repeat(total[self.along[:-1]], np.diff(self.along))
        goals = slice(len(x), len(x) + self.goals)
        filled = np.zeros(self.program.matrix.shape[1])
        filled[: len(x)], filled[goals.stop : goals.stop + len(sums)] = x, sums
        got, pulls = self.program.matrix @ filled, self.program.matrix[:, goals].tocoo()
        closed = np.ones(self.goals)
        asks = pulls.data < 0
        np.minimum.at(closed, pulls.col[asks], got[pulls.row[asks]] / -pulls.data[asks])
        filled[goals] = np.floor(closed + 1e-9) * self.program.whole[goals]
        return filled


def compact(outline: Outline, budget: int, kept: np.ndarray, price: float, ease: float) -> Compact:
    """
    The program for the kept moves.

    Parameters
    ----------
    budget
        What may be spent on moves that are not required.
    kept
        bool per move.
    price, ease
        What no move left out promises more than, with d this share of what rows need; 0 when none is left out.
    """
    model = outline.model
    kept = kept & outline.free
    moves = outline.parts.order[kept[outline.parts.order]]
    local = numbers(moves, model.moves)
    table = _asked_of(outline, kept, ease)
    goals = len(table.weight)
    lines = _lines_of(model, table, local, len(moves) + goals)
    partial = np.flatnonzero(table.partial)
    blocks = [
        lines.steps,
        _asked(outline, table, lines, local, np.cumsum(table.partial) - 1),
        _no_more(len(moves) + partial, lines.beyond + np.arange(len(partial))),
        _packed(outline, local),
        _spent(model, moves, budget),
    ]
    begins = np.cumsum([0, *(len(block.lower) for block in blocks)])
    width = lines.beyond + len(partial)
    row = np.concatenate([block.row + begin for block, begin in zip(blocks, begins, strict=False)])
    column, value, lower, higher = (
        np.concatenate([getattr(block, name) for block in blocks]) for name in ("column", "value", "lower", "upper")
    )
    scale = float(table.weight.max(initial=1)) / _LARGEST
    cost, upper, whole = np.zeros(width), at_most(width), np.zeros(width, dtype=bool)
    of_goals = slice(len(moves), len(moves) + goals)
    cost[: len(moves)], cost[of_goals] = price * model.cost[moves] / scale, -table.weight / scale
    upper[: len(moves) + goals] = upper[lines.beyond :] = 1
    whole[: len(moves)], whole[of_goals], whole[lines.beyond :] = True, ~table.partial, True
    matrix = csr_array(coo_array((value, (row, column)), shape=(int(begins[-1]), width)))
    program = Program(cost, upper, matrix, lower, higher, whole)
    return Compact(program, moves, goals, lines.along, lines.move, scale, price * budget)


@dataclass(frozen=True)
class _Table:
    """
    The rows of a program: place in the outline, what they need, what of it (d) may come in part, column of the goal.

    ``weight`` and ``partial`` (may be closed in part by less than all it needs) are per column of a goal.
    """

    row: np.ndarray
    line: np.ndarray
    low: np.ndarray
    high: np.ndarray
    need: np.ndarray
    part: np.ndarray
    goal: np.ndarray
    weight: np.ndarray
    partial: np.ndarray


def _asked_of(outline: Outline, kept: np.ndarray, ease: float) -> _Table:
    """The rows that can hold in full or in part; of those that are the same on a line one, with the weight of all."""
    model, goal, on = outline.model, outline.goal, outline.line >= 0
    count, missing = outline.counted(kept), outline.counted(outline.free & ~kept) > 0
    open_ = np.bincount(goal[missing], minlength=model.goals) > 0
    part = np.where(open_[goal], outline.helped(ease), outline.need)
    dead = np.bincount(goal[count == 0], minlength=model.goals) > 0
    before = np.concatenate(([0], np.cumsum(kept[model.line_moves])))
    low, high = before[outline.first], before[outline.beyond]
    same = np.flatnonzero(~dead[goal] & on & outline.alone)
    keys = np.stack((outline.line[same], low[same], high[same], outline.need[same], part[same], open_[goal[same]]))
    _, example, column = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    weight = np.bincount(column.ravel(), model.goal_weight[goal[same]], len(example))
    others = np.flatnonzero(~dead[goal] & ~(on & outline.alone))
    goals, of = np.unique(goal[others], return_inverse=True)
    row = np.concatenate((same[example], others))
    of_goal = np.concatenate((goal[same[example]], goals))
    # With d = 1 nothing comes in part: the goal is closed or not, as one that moves left out do not help.
    hard = np.bincount(goal[part > 1], minlength=model.goals) == 0
    return _Table(
        row,
        outline.line[row],
        low[row],
        high[row],
        outline.need[row],
        part[row],
        np.concatenate((np.arange(len(example)), len(example) + of)),
        np.concatenate((weight, model.goal_weight[goals])),
        open_[of_goal] & ~hard[of_goal],
    )


@dataclass(frozen=True)
class _Block:
    """Rows of a program: entries by row, column and value; what each row lies between."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class _Lines:
    """
    Sums along the lines in use, from column ``first`` to before ``beyond``.

    Line i of them has the columns ``first + along[i]`` to before ``first + along[i + 1]``, of the kept moves (columns)
    ``move``. ``number`` names each line of the model among these; kept moves counted over all lines exceed the places
    here by ``ahead``, per line in use.
    """

    first: int
    beyond: int
    along: np.ndarray
    move: np.ndarray
    number: np.ndarray
    ahead: np.ndarray
    steps: _Block


def _lines_of(model: Model, table: _Table, local: np.ndarray, first: int) -> _Lines:
    lines = np.unique(table.line[table.line >= 0])
    offsets, members = take_lists(model.line_offsets, model.line_moves, lines)
    kept = local[members] >= 0
    along = np.concatenate(([0], np.cumsum(kept)))[offsets]
    move = local[members[kept]]
    before = np.concatenate(([0], np.cumsum(local[model.line_moves] >= 0)))
    place = np.arange(len(move))
    later = np.ones(len(move), dtype=bool)
    later[along[:-1][np.diff(along) > 0]] = False
    later = place[later]
    steps = _Block(
        np.concatenate((place, later, place)),
        np.concatenate((first + place, first + later - 1, move)),
        np.repeat((1.0, -1.0, -1.0), (len(place), len(later), len(place))),
        np.zeros(len(place)),
        np.zeros(len(place)),
    )
    number, ahead = numbers(lines, len(model.line_offsets) - 1), before[model.line_offsets[:-1][lines]] - along[:-1]
    return _Lines(first, first + len(move), along, move, number, ahead, steps)


def _asked(outline: Outline, table: _Table, lines: _Lines, local: np.ndarray, in_part: np.ndarray) -> _Block:
    """What the kept moves give each row, less what its goal asks of it, is not below 0."""
    model, rows = outline.model, np.arange(len(table.row))
    on = np.flatnonzero(table.line >= 0)
    line = lines.number[table.line[on]]
    low, high = table.low[on] - lines.ahead[line], table.high[on] - lines.ahead[line]
    inside = low > lines.along[line]
    place = numbers(table.row, len(outline.row))
    named = place[outline.of] >= 0
    named &= local[model.row_moves[outline.off]] >= 0
    of, entries = place[outline.of[named]], outline.off[named]
    partial = table.partial[table.goal]
    goals = lines.first - len(table.weight)
    parted = rows[partial]
    return _Block(
        np.concatenate((on, on[inside], of, rows, parted)),
        np.concatenate(
            (
                lines.first + high - 1,
                lines.first + low[inside] - 1,
                local[model.row_moves[entries]],
                goals + table.goal,
                lines.beyond + in_part[table.goal[parted]],
            )
        ),
        np.concatenate(
            (
                np.ones(len(on)),
                -np.ones(inside.sum()),
                np.minimum(model.row_counts[entries], table.need[of]),
                -np.where(partial, table.part, table.need).astype(np.float64),
                (table.part - table.need)[parted].astype(np.float64),
            )
        ),
        np.zeros(len(rows)),
        at_most(len(rows)),
    )


def _no_more(one: np.ndarray, than: np.ndarray) -> _Block:
    """The one column of each pair is not above the other."""
    row, ones = np.arange(len(one)), np.ones(len(one))
    return _Block(
        np.tile(row, 2), np.concatenate((one, than)), np.concatenate((ones, -ones)), at_least(len(one)), 0 * ones
    )


def _packed(outline: Outline, local: np.ndarray) -> _Block:
    """Of each clique at most one."""
    model, cliques = outline.model, outline.parts.cliques
    offsets, members = take_lists(model.clique_offsets, model.clique_moves, cliques)
    clique = np.repeat(np.arange(len(cliques)), np.diff(offsets))
    known = local[members] >= 0
    count = np.bincount(clique[known], minlength=len(cliques))
    known &= count[clique] > 1
    _, row = np.unique(clique[known], return_inverse=True)
    rows = int((count > 1).sum())
    return _Block(row, local[members[known]], np.ones(len(row)), at_least(rows), np.ones(rows))


def _spent(model: Model, moves: np.ndarray, budget: int) -> _Block:
    """The budget."""
    cost = model.cost[moves].astype(np.float64)
    return _Block(np.zeros(len(moves), dtype=np.int64), np.arange(len(moves)), cost, at_least(1), np.array([budget]))
