"""How likely each sum of deductions is when subjects are drawn at random: exact, by counting, without simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numba import njit

MILLION = 1_000_000
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Outcomes:
    """
    What each subject may cost if it is drawn: ``millionths[offsets[i]:offsets[i + 1]]`` points with ``probability``.

    Attributes
    ----------
    offsets
        int64, one more than subjects.
    millionths
        Points × 1,000,000, int64, not negative.
    probability
        Of each; those of a subject sum to 1.
    """

    offsets: np.ndarray
    millionths: np.ndarray
    probability: np.ndarray

    @classmethod
    def of(cls, subjects: Sequence[tuple[np.ndarray, np.ndarray]]) -> "Outcomes":
        """From what each subject may cost and how likely."""
        count = [len(amounts) for amounts, _ in subjects]
        return cls(
            np.cumsum([0, *count], dtype=np.int64),
            np.concatenate([np.empty(0, dtype=np.int64), *(amounts for amounts, _ in subjects)]),
            np.concatenate([np.empty(0), *(chance for _, chance in subjects)]),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def owner(self) -> np.ndarray:
        """The subject of each outcome."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def mean(self) -> np.ndarray:
        """Expected points of each subject if it is drawn."""
        return np.bincount(self.owner, self.millionths * self.probability, len(self)) / MILLION

    def chance_of_loss(self) -> np.ndarray:
        """The probability that each subject costs anything if it is drawn."""
        return np.bincount(self.owner, self.probability * (self.millionths > 0), len(self))

    def take(self, chosen: np.ndarray) -> "Outcomes":
        """The subjects of a mask, in order."""
        keep = chosen[self.owner]
        offsets = np.append(0, np.cumsum(np.diff(self.offsets)[chosen]))
        return Outcomes(offsets, self.millionths[keep], self.probability[keep])


@dataclass(frozen=True, eq=False)
class Spread:
    """
    The distribution of a sum of deductions.

    Attributes
    ----------
    points
        The sums that may occur, ascending.
    probability
        Of each; they sum to 1.
    """

    points: np.ndarray
    probability: np.ndarray

    @property
    def mean(self) -> float:
        """The expected deduction, points."""
        return float(self.points @ self.probability)

    @property
    def full_marks(self) -> float:
        """The probability that nothing is deducted."""
        return float(self.probability[self.points == 0].sum())

    def quantile(self, part: float) -> float:
        """The smallest sum that is not exceeded with a probability of at least ``part``."""
        reached = np.cumsum(self.probability) >= part - _ROUNDING
        return float(self.points[np.argmax(reached)]) if reached.any() else float(self.points[-1])


def drawn_cells(cells: Outcomes, pool: int, drawn: int) -> np.ndarray:
    """
    The distribution of the summed deductions of a draw without replacement.

    ``drawn`` of ``pool`` subjects are drawn, every set of that size as likely as any other; those of the pool beyond
    ``cells`` cost nothing. How many of ``cells`` are among the drawn is hypergeometric; the sum of a random j-set of
    the first i is, with probability j/i, that of a random (j − 1)-set of the first i − 1 and the i-th, else that of a
    random j-set of the first i − 1: all terms are positive, so nothing cancels. The outcomes of different subjects are
    independent of each other and of the draw.

    Parameters
    ----------
    cells
        Outcomes in whole cells of a lattice instead of millionths.
    pool, drawn
        How many there are, and how many of them are drawn (at most ``pool``).

    Returns
    -------
    np.ndarray
        The probability of 0, 1, 2 … cells.
    """
    if not 0 <= drawn <= pool or len(cells) > pool:
        raise ValueError(f"cannot draw {drawn} of {pool} with {len(cells)} of them costing something")
    most = min(drawn, len(cells))
    width = int(cells.millionths.max(initial=0))
    sums = _sums_of_sets(cells.offsets, cells.millionths, cells.probability, most, most * width + 1)
    rest = pool - len(cells)
    weight = [comb(len(cells), m) * comb(rest, drawn - m) / comb(pool, drawn) for m in range(most + 1)]
    return np.asarray(weight) @ sums


@njit(cache=True)
def _sums_of_sets(offsets, cells, probability, most, width):
    sums = np.zeros((most + 1, width))
    sums[0, 0] = 1.0
    reach = 0
    for i in range(len(offsets) - 1):
        first, beyond = offsets[i], offsets[i + 1]
        for o in range(first, beyond):
            reach = max(reach, cells[o])
        for j in range(min(most, i + 1), 0, -1):
            part = j / (i + 1)
            for c in range(j * reach + 1):
                sums[j, c] *= 1.0 - part
            for c in range((j - 1) * reach + 1):
                if sums[j - 1, c] > 0.0:
                    for o in range(first, beyond):
                        sums[j, c + cells[o]] += part * probability[o] * sums[j - 1, c]
    return sums
