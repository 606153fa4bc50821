"""All rows that are asked, by where they lie on lines."""

from dataclasses import dataclass

import numpy as np

from optimum.lists import entries_of
from optimum.model import Model, line_spans
from optimum.parts import Parts
from optimum.reduced import Reduced


@dataclass(frozen=True)
class Outline:
    """
    The asked rows of a model by where they lie; made once for all budgets.

    Attributes
    ----------
    model, parts
        The model and its parts.
    row, need, goal
        Numbers in the model, and what each row lacks.
    line, first, beyond
        The line of each row and from where to before where it reaches in ``line_moves``; -1: no line, its moves are
        named one by one.
    alone
        bool per row: a goal by itself.
    free
        bool per move: may be taken and counts for something.
    off, of
        Of the rows without a line all entries with free moves, and the row (of these) of each.
    """

    model: Model
    parts: Parts
    row: np.ndarray
    need: np.ndarray
    goal: np.ndarray
    line: np.ndarray
    first: np.ndarray
    beyond: np.ndarray
    alone: np.ndarray
    free: np.ndarray
    off: np.ndarray
    of: np.ndarray

    @classmethod
    def of_model(cls, model: Model, reduced: Reduced, parts: Parts) -> "Outline":
        """What is asked of the free moves."""
        row = parts.rows
        free = np.zeros(model.moves, dtype=bool)
        free[parts.order] = True
        total = np.concatenate(([0], np.cumsum(model.row_counts)))
        size = np.diff(model.row_offsets)[row]
        plain = total[model.row_offsets[row + 1]] - total[model.row_offsets[row]] == size
        line = np.where(plain & (size > 0), model.row_line[row], -1)
        first, last = (end[row] for end in line_spans(model))
        loose = np.flatnonzero(line < 0)
        off, offsets = entries_of(model.row_offsets, row[loose])
        of = np.repeat(loose, np.diff(offsets))
        kept = free[model.row_moves[off]]
        return cls(
            model,
            parts,
            row,
            reduced.lacks[row],
            model.row_goal[row],
            line,
            np.where(line >= 0, first, 0),
            np.where(line >= 0, last + 1, 0),
            np.bincount(model.row_goal[row], minlength=model.goals)[model.row_goal[row]] == 1,
            free,
            off[kept],
            of[kept],
        )

    def helped(self, ease: float) -> np.ndarray:
        """The numbers d of all rows: ``ease`` of what they need, 1 at least."""
        return np.clip(np.ceil(ease * self.need), 1, self.need).astype(np.int64)

    def promises(self, ease: float) -> np.ndarray:
        """What each move promises at most when left out, per unit of its cost; infinite where it costs nothing."""
        model, each = self.model, self.model.goal_weight[self.goal] / self.helped(ease)
        counts = np.minimum(model.row_counts[self.off], self.need[self.of])
        worth = self._summed(each, counts * each[self.of])
        # Sums of differences are off by rounding; what counts for nothing at all does not.
        counts_for = self._summed(np.ones(len(each)), np.ones(len(self.of))) > 0.5
        worth = np.where(self.free & counts_for, np.maximum(worth, 0) + 1e-12 * each.sum(), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(worth > 0, worth / model.cost, 0.0)

    def _summed(self, per_row: np.ndarray, per_entry: np.ndarray) -> np.ndarray:
        """For each move the sum over the rows on lines that name it, and over its entries in the others; float64."""
        model, on, places = self.model, self.line >= 0, len(self.model.line_moves)
        steps = np.zeros(places + 1)
        np.add.at(steps, self.first[on], per_row[on])
        np.subtract.at(steps, self.beyond[on], per_row[on])
        summed = np.zeros(model.moves)
        np.add.at(summed, model.line_moves, np.cumsum(steps)[:-1])
        np.add.at(summed, model.row_moves[self.off], per_entry)
        return summed

    def counted(self, mask: np.ndarray) -> np.ndarray:
        """How many moves of a mask (bool per move of the model) each row names; of those on no line, free ones."""
        total = np.concatenate(([0], np.cumsum(mask[self.model.line_moves])))
        count = total[self.beyond] - total[self.first]
        return count + np.bincount(self.of, mask[self.model.row_moves[self.off]], len(self.row)).astype(np.int64)
