"""Rows that hold whenever another one does."""

import numpy as np
from numba import njit

from optimum.parts import Part


def undominated(part: Part) -> np.ndarray:
    """The rows of a part that no other row on the same line implies: within it, and needing as much or more."""
    on_line = np.flatnonzero((part.strand >= 0) & (part.covers.indptr[1:] > part.covers.indptr[:-1]))
    order = on_line[np.lexsort((-part.need[on_line], part.beyond[on_line], -part.first[on_line], part.strand[on_line]))]
    kept = np.ones(len(part.need), dtype=bool)
    kept[order] = _undominated(part.strand[order], part.beyond[order], part.need[order])
    return np.flatnonzero(kept)


@njit(cache=True)
def _undominated(strand, beyond, need):
    """Rows come with falling first place on each line: a row is implied by an earlier one that ends no later."""
    kept = np.ones(len(need), dtype=np.bool_)
    most = 0
    for i in range(len(need)):
        most = max(most, need[i])
    ends = np.empty(most + 1, dtype=np.int64)  # for each need, where the first row ends that needs as much or more
    for i in range(len(need)):
        if i == 0 or strand[i] != strand[i - 1]:
            ends[:] = np.int64(1) << 60
        if ends[need[i]] <= beyond[i]:
            kept[i] = False
            continue
        for n in range(need[i] + 1):
            ends[n] = min(ends[n], beyond[i])
    return kept
