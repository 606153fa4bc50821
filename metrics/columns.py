"""Rows as arrays of one length: a table for many small steps, where a data frame would cost more than the work."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np


@dataclass(frozen=True, eq=False)
class Columns:
    """Base of tables whose every attribute is an array with one entry, or one row, for each row of the table."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: np.ndarray) -> Self:
        """The given rows (a mask or positions), in that order."""
        return type(self)(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @classmethod
    def stacked(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after the other; at least one part."""
        if len(parts) == 1:
            return parts[0]
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


def runs(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``count`` consecutive numbers from each ``first`` on: which run each belongs to, and the numbers."""
    run = np.repeat(np.arange(len(first)), count)
    return run, first[run] + np.arange(len(run)) - (np.cumsum(count) - count)[run]
