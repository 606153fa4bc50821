"""What the chosen gaps ask for, as rows of a covering problem: so many more of these moves for each open demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numba import njit

from metrics.measures.demands import Demand, demands_of
from metrics.rules import SiteRule
from metrics.stock import COUNTS, Stock
from metrics.survey import Survey

MOVE, COUNT = np.int32, np.int16  # there may be tens of millions of both; nothing counts more than 1,000


@dataclass(frozen=True, eq=False)
class Rows:
    """
    Rows of one rule: the moves that count for each, how much, and what is needed; rows belong to goals.

    Attributes
    ----------
    offsets, moves, counts
        The moves of row i are ``moves[offsets[i]:offsets[i + 1]]``, in the order of the street where there is one.
    need, goal, demand
        Per row; goals are numbered from 0 within the rule; the number of the demand that lacks something.
    line
        Per row the street and demand along which its moves are neighbours, -1 for none.
    line_offsets, line_moves
        Of each line its moves in order.
    subject, amount_mm
        Per goal: row of the rule's findings, and millimetres of starts, 0 for a place.
    themes
        Per demand the themes it asks for; empty: any.
    """

    offsets: np.ndarray
    moves: np.ndarray
    counts: np.ndarray
    need: np.ndarray
    goal: np.ndarray
    demand: np.ndarray
    line: np.ndarray
    line_offsets: np.ndarray
    line_moves: np.ndarray
    subject: np.ndarray
    amount_mm: np.ndarray
    themes: Sequence[tuple[str, ...]]

    def renumbered(self, number: np.ndarray) -> "Rows":
        """The same rows with move i called ``number[i]``; lines keep only moves that count for some row."""
        used = np.zeros(len(number), dtype=bool)
        used[self.moves] = True
        kept = used[self.line_moves]
        before = np.concatenate(([0], np.cumsum(kept)))
        return replace(
            self,
            moves=number[self.moves].astype(MOVE),
            line_moves=number[self.line_moves[kept]],
            line_offsets=before[self.line_offsets],
        )


@dataclass(frozen=True, eq=False)
class Lacks:
    """
    What one demand lacks, a row each, and the moves that make up for it.

    Attributes
    ----------
    goal, need, line
        As in `Rows`; lines are numbered from 0 within the demand.
    first, count
        The moves of row i are ``moves[first[i]:first[i] + count[i]]``.
    moves, counts
        Of the demand, in the order of its lines.
    line_offsets
        Of each line its part of ``moves``; only 0 where there are no lines.
    """

    goal: np.ndarray
    need: np.ndarray
    line: np.ndarray
    first: np.ndarray
    count: np.ndarray
    moves: np.ndarray
    counts: np.ndarray
    line_offsets: np.ndarray


def rows_of(
    parts: Sequence[Lacks], subject: np.ndarray, amount_mm: np.ndarray, themes: Sequence[tuple[str, ...]]
) -> Rows:
    """The rows of all demands of a rule; ``subject`` and ``amount_mm`` are those of its goals."""
    filled = [_filled(part.first, part.count, part.moves, part.counts) for part in parts]
    lines = np.cumsum([0, *(len(part.line_offsets) - 1 for part in parts)])
    ends = [part.line_offsets[1:] for part in parts]
    shift = np.cumsum([0, *(int(part.line_offsets[-1]) for part in parts)])
    return Rows(
        offsets=np.concatenate(([0], np.cumsum(joined([part.count for part in parts])))).astype(np.int64),
        moves=joined([moves for moves, _ in filled], MOVE),
        counts=joined([counts for _, counts in filled], COUNT),
        need=joined([part.need for part in parts]),
        goal=joined([part.goal for part in parts]),
        demand=np.repeat(np.arange(len(parts)), [len(part.need) for part in parts]),
        line=joined([np.where(p.line >= 0, p.line + n, -1) for p, n in zip(parts, lines, strict=False)]),
        line_offsets=joined([np.zeros(1), *(end + n for end, n in zip(ends, shift, strict=False))]),
        line_moves=joined([part.moves[: part.line_offsets[-1]] for part in parts]),
        subject=np.asarray(subject, dtype=np.int64),
        amount_mm=np.asarray(amount_mm, dtype=np.int64),
        themes=themes,
    )


@njit(cache=True)
def _filled(first, count, moves, counts):
    """The moves of every row, and how much each counts."""
    total = count.sum()
    taken, weight = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int16)
    at = 0
    for row in range(len(first)):
        for entry in range(first[row], first[row] + count[row]):
            taken[at], weight[at] = moves[entry], counts[entry]
            at += 1
    return taken, weight


def joined(parts: Sequence[np.ndarray], kind: type = np.int64) -> np.ndarray:
    """All parts one after the other, whole numbers; of none an empty array."""
    return np.concatenate([np.empty(0, dtype=kind), *(np.asarray(part, dtype=kind) for part in parts)])


@dataclass(frozen=True, eq=False)
class Moved:
    """
    The moves as sites, to be counted as the sites of a city are.

    Attributes
    ----------
    survey
        The city with these sites alone.
    was
        The stock as it is; of the moves on standing sites, ``site`` is the row there, else -1.
    seen
        What is known of who is seen on which way in, kept for moves of the same place and size.
    """

    survey: Survey
    was: Stock
    site: np.ndarray
    seen: dict[tuple, bool] = field(default_factory=dict)

    def adding(self, rule: SiteRule) -> list[tuple[Demand, np.ndarray]]:
        """Each demand of the rule as the moves meet it, and which moves add to it: they count, and did not before."""
        before = [demand.state for demand in demands_of(rule, self.was)]
        after = demands_of(rule, self.survey.stock)
        stands = self.site >= 0
        adds = []
        for demand, state in zip(after, before, strict=True):
            counted = np.zeros(len(self.site), dtype=bool)
            counted[stands] = state[self.site[stands]] == COUNTS
            adds.append((demand, (demand.state == COUNTS) & ~counted))
        return adds
