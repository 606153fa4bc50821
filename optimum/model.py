"""
What may be done, what it costs, and what it must achieve: one covering model for plans of every kind.

A move is taken or not (x = 0 or 1) and costs a whole number. A row asks that the moves that count for it add up to
what it needs; rows belong to goals, and a goal is closed when all its rows hold. Of a clique at most one move is
taken. Lists of lists are two arrays: the members of list i are ``members[offsets[i]:offsets[i + 1]]``.
"""

from dataclasses import dataclass, field

import numpy as np

_NONE = np.zeros(0, dtype=np.int64)
_NO_LISTS = np.zeros(1, dtype=np.int64)
_LARGEST = np.int64(1) << 52  # sums stay exact in doubles, which is what a solver computes in


@dataclass(frozen=True)
class Model:
    """
    A covering problem with packing; arrays only, checked and frozen when made.

    Parameters
    ----------
    cost
        int64 per move, in any unit (1 each, fen); 0 is allowed.
    row_offsets, row_moves
        The moves that count for each row.
    row_need
        What each row needs, int64; a row that needs nothing (0 or less) holds.
    row_goal
        The goal each row belongs to, 0 to goals - 1.
    goal_weight
        int64 per goal, at least 1: metres of starts, 1 for a subject, points.
    row_counts
        How much each entry of ``row_moves`` counts, at least 1; left out: 1 each.
    clique_offsets, clique_moves
        Sets of moves of which at most one is taken: least spacing, one venue or spot, a site repaired or replaced.
    required
        bool per move: must be taken. What is forbidden is left out of the model.
    row_line, line_offsets, line_moves
        A hint: along line s the moves come in the order ``line_moves[line_offsets[s]:line_offsets[s + 1]]``, and the
        moves of a row with ``row_line`` s are neighbours in it; -1: no line. A move may lie on several lines (near a
        crossing). Without the hint the numbers of the moves are taken as their order.

    Raises
    ------
    ValueError
        With every fault found: lengths that do not fit, numbers out of range, negative costs, weights below 1, a move
        twice in one row, sums too large to be exact, rows that are not neighbours on their line.

    Examples
    --------
    >>> two_spots = Model.of(cost=[1, 1], rows=[[0, 1]], needs=[1])
    >>> two_spots.moves, two_spots.goals
    (2, 1)
    """

    cost: np.ndarray
    row_offsets: np.ndarray
    row_moves: np.ndarray
    row_need: np.ndarray
    row_goal: np.ndarray
    goal_weight: np.ndarray
    row_counts: np.ndarray | None = None
    clique_offsets: np.ndarray = field(default_factory=_NO_LISTS.copy)
    clique_moves: np.ndarray = field(default_factory=_NONE.copy)
    required: np.ndarray | None = None
    row_line: np.ndarray | None = None
    line_offsets: np.ndarray = field(default_factory=_NO_LISTS.copy)
    line_moves: np.ndarray = field(default_factory=_NONE.copy)

    def __post_init__(self) -> None:
        defaults = {
            "row_counts": lambda: np.ones(len(self.row_moves), dtype=np.int64),
            "required": lambda: np.zeros(len(self.cost), dtype=bool),
            "row_line": lambda: np.full(len(self.row_need), -1, dtype=np.int64),
        }
        for name in self.__dataclass_fields__:
            given = getattr(self, name)
            values = defaults[name]() if given is None else np.asarray(given)
            kind = bool if name == "required" else np.int64
            if values.dtype.kind not in "biu" and len(values):
                raise ValueError(f"{name} must hold whole numbers, not {values.dtype}")
            values = np.array(values, dtype=kind)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if faults := _faults(self):
            raise ValueError("; ".join(faults))

    @classmethod
    def of(cls, *, cost, rows, needs, goals=None, weights=None, counts=None, cliques=(), **others) -> "Model":
        """A small model from lists of lists; each row is a goal of weight 1 unless said otherwise."""
        row_offsets, row_moves = lists(rows)
        clique_offsets, clique_moves = lists(cliques)
        goals = np.arange(len(rows)) if goals is None else np.asarray(goals, dtype=np.int64)
        weights = np.ones(goals.max(initial=-1) + 1, dtype=np.int64) if weights is None else weights
        return cls(
            cost=np.asarray(cost),
            row_offsets=row_offsets,
            row_moves=row_moves,
            row_need=np.asarray(needs),
            row_goal=goals,
            goal_weight=np.asarray(weights),
            row_counts=None if counts is None else lists(counts)[1],
            clique_offsets=clique_offsets,
            clique_moves=clique_moves,
            **others,
        )

    @property
    def moves(self) -> int:
        """How many moves there are."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.row_need)

    @property
    def goals(self) -> int:
        """How many goals there are."""
        return len(self.goal_weight)

    @property
    def cliques(self) -> int:
        """How many cliques there are."""
        return len(self.clique_offsets) - 1

    def covered(self, taken: np.ndarray) -> np.ndarray:
        """What each row gets from the moves taken (bool per move); int64 per row."""
        return _sums(self.row_offsets, np.where(taken[self.row_moves], self.row_counts, 0))

    def closed(self, taken: np.ndarray) -> np.ndarray:
        """Which goals the moves taken (bool per move) close; bool per goal."""
        open_rows = self.covered(taken) < self.row_need
        return np.bincount(self.row_goal[open_rows], minlength=self.goals) == 0

    def crowded(self, taken: np.ndarray) -> np.ndarray:
        """The cliques of which the moves taken (bool per move) hold more than one; numbers."""
        return np.flatnonzero(_sums(self.clique_offsets, taken[self.clique_moves].astype(np.int64)) > 1)


def lists(items) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and members of a list of lists."""
    offsets = np.concatenate(([0], np.cumsum([len(item) for item in items], dtype=np.int64))).astype(np.int64)
    return offsets, np.array([member for item in items for member in item], dtype=np.int64)


def _sums(offsets: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum of the values of each list, exact."""
    total = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    return total[offsets[1:]] - total[offsets[:-1]]


def _faults(model: Model) -> list[str]:
    """Everything wrong with the arrays, in words; those of shape first, as the others rely on them."""
    faults = []
    for name, offsets, members in (
        ("row", model.row_offsets, model.row_moves),
        ("clique", model.clique_offsets, model.clique_moves),
        ("line", model.line_offsets, model.line_moves),
    ):
        if offsets.ndim != 1 or not len(offsets) or offsets[0] != 0 or (np.diff(offsets) < 0).any():
            faults.append(f"{name}_offsets must begin with 0 and never fall")
        elif offsets[-1] != len(members):
            faults.append(f"{name}_offsets end at {offsets[-1]}, {name}_moves hold {len(members)}")
        if ((members < 0) | (members >= len(model.cost))).any():
            faults.append(f"{name}_moves name moves that do not exist")
    rows = len(model.row_offsets) - 1
    for name, values, length in (
        ("row_need", model.row_need, rows),
        ("row_goal", model.row_goal, rows),
        ("row_line", model.row_line, rows),
        ("row_counts", model.row_counts, len(model.row_moves)),
        ("required", model.required, len(model.cost)),
    ):
        if len(values) != length:
            faults.append(f"{name} has {len(values)} entries, {length} are needed")
    if faults:
        return faults
    if ((model.row_goal < 0) | (model.row_goal >= model.goals)).any():
        faults.append("row_goal names goals that do not exist")
    if ((model.row_line < -1) | (model.row_line >= len(model.line_offsets) - 1)).any():
        faults.append("row_line names lines that do not exist")
    if (model.cost < 0).any():
        faults.append(f"{(model.cost < 0).sum()} moves have a negative cost")
    if (model.goal_weight < 1).any():
        faults.append(f"{(model.goal_weight < 1).sum()} goals have a weight below 1")
    if (model.row_counts < 1).any():
        faults.append("row_counts must be at least 1")
    for name, values in (("costs", model.cost), ("weights", model.goal_weight), ("counts", model.row_counts)):
        if values.astype(float).sum() > _LARGEST:
            faults.append(f"the {name} add up to more than 2**52")
    for name, offsets, members in (
        ("row", model.row_offsets, model.row_moves),
        ("clique", model.clique_offsets, model.clique_moves),
        ("line", model.line_offsets, model.line_moves),
    ):
        if _repeats(offsets, members):
            faults.append(f"a {name} names a move twice")
    return faults or _line_faults(model)


def _repeats(offsets: np.ndarray, members: np.ndarray) -> bool:
    """Whether a list holds a member twice."""
    of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    rising = members[1:] > members[:-1]
    if (rising | (of[1:] != of[:-1])).all():
        return False
    key = np.sort(of * (members.max(initial=0) + 1) + members)
    return bool((key[1:] == key[:-1]).any())


def _line_faults(model: Model) -> list[str]:
    """Whether the rows of each line are neighbours in its order."""
    first, last = line_spans(model)
    on_line = model.row_line >= 0
    broken = on_line & (last - first + 1 != np.diff(model.row_offsets))
    return [f"{broken.sum()} rows are not neighbours on their line"] if broken.any() else []


def line_spans(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """
    First and last position of each row in ``line_moves``; int64 per row.

    Of a row off lines, and of one that names a move its line does not have: 0 and -2. Of an empty row: 0 and -1.
    """
    size = np.diff(model.row_offsets)
    first, last = np.zeros(model.rows, dtype=np.int64), np.full(model.rows, -1, dtype=np.int64)
    last[model.row_line < 0] = -2
    filled = np.flatnonzero((model.row_line >= 0) & (size > 0))
    if not len(filled):
        return first, last
    span = model.moves + 1
    line_of = np.repeat(np.arange(len(model.line_offsets) - 1), np.diff(model.line_offsets))
    key = line_of * span + model.line_moves
    order = np.argsort(key, kind="stable")
    entry = np.repeat(np.where((model.row_line >= 0), model.row_line, 0), size) * span + model.row_moves
    found = np.minimum(np.searchsorted(key[order], entry), len(key) - 1)
    position = np.where(key[order][found] == entry, order[found], -1)
    starts = model.row_offsets[:-1][filled]
    lows = np.minimum.reduceat(position, starts)
    highs = np.maximum.reduceat(position, starts)
    # reduceat runs to the next start: rows that are empty or off lines between two starts are cut out again.
    ends = model.row_offsets[1:][filled]
    clean = np.concatenate((ends[:-1] == starts[1:], [ends[-1] == len(position)]))
    for i in np.flatnonzero(~clean):
        lows[i], highs[i] = position[starts[i] : ends[i]].min(), position[starts[i] : ends[i]].max()
    first[filled], last[filled] = lows, highs
    outside = filled[lows < 0]
    first[outside], last[outside] = 0, -2
    return first, last
