"""Rows in an order: grouped by a whole number, or sorted by a key with few ties."""

import numpy as np
from numba import njit


@njit(cache=True)
def group_rows(number, groups):
    """
    Where each of so many groups begins, and the rows group by group as they come; a negative number is in none.

    One entry more than there are groups. Two passes instead of a sort.
    """
    starts = np.zeros(groups + 1, np.int64)
    for n in number:
        if n >= 0:
            starts[n + 1] += 1
    for g in range(groups):
        starts[g + 1] += starts[g]
    rows, free = np.empty(starts[groups], np.int64), starts.copy()
    for row in range(len(number)):
        if number[row] >= 0:
            rows[free[number[row]]] = row
            free[number[row]] += 1
    return starts, rows


def sort_rows(key: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """The rows by ``key``, and where that is equal by the others, the first of them first."""
    order = np.argsort(key, kind="stable")
    tied = np.zeros(len(order) + 1, bool)
    tied[1:-1] = np.diff(key[order]) == 0
    places = np.flatnonzero(tied[:-1] | tied[1:])
    some = order[places]
    order[places] = some[np.lexsort([other[some] for other in (*others[::-1], key)])]
    return order
