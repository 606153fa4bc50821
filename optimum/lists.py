"""Lists of lists as two arrays: taking some, turning them round, and as a sparse matrix."""

import numpy as np
from scipy.sparse import csr_array


def take_lists(offsets: np.ndarray, members: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The given lists, one after the other: offsets and members."""
    entries, taken = entries_of(offsets, which)
    return taken, members[entries]


def entries_of(offsets: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the members of the given lists lie, and their offsets among them."""
    size = offsets[which + 1] - offsets[which]
    taken = np.concatenate(([0], np.cumsum(size))).astype(np.int64)
    return np.arange(taken[-1]) + np.repeat(offsets[which] - taken[:-1], size), taken


def transposed(offsets: np.ndarray, members: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of ``count`` members the lists it is in: offsets and list numbers, ascending."""
    of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.argsort(members, kind="stable")
    begins = np.concatenate(([0], np.cumsum(np.bincount(members, minlength=count)))).astype(np.int64)
    return begins, of[order]


def numbers(which: np.ndarray, count: int) -> np.ndarray:
    """The place of each of ``count`` things in ``which``; -1 when it is not there."""
    places = np.full(count, -1, dtype=np.int64)
    places[which] = np.arange(len(which))
    return places


def matrix_of(offsets: np.ndarray, columns: np.ndarray, values: np.ndarray | None, width: int) -> csr_array:
    """A sparse matrix with a row per list; columns of -1 are left out, values are 1 without any."""
    kept = columns >= 0
    before = np.concatenate(([0], np.cumsum(kept)))
    data = np.ones(int(before[-1])) if values is None else values[kept].astype(np.float64)
    return csr_array((data, columns[kept], before[offsets]), shape=(len(offsets) - 1, width))
