"""
The fewest moves on lines, exactly, all lines at once.

Let S(i) be how many of the first i moves of a line are taken. A row from place f to before l asks
S(l) − S(f) ≥ need, a clique S(l) − S(f) ≤ 1, a move 0 ≤ S(i+1) − S(i) ≤ 1: a system of difference constraints. Its
least solution with S = 0 at the beginning is the longest path from there, found by sweeps to and fro until nothing
changes (Bellman and Ford in an order that suits a line); it is whole, and least at every place at once, so its end is
the fewest moves. A longest path that comes back to the beginning with more than 0 shows that the rows and cliques
contradict each other.
"""

import numpy as np
from numba import njit

from optimum.parts import Parts


def fewest_on_lines(parts: Parts, needs: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    The fewest moves of each line so that all its rows hold.

    Parameters
    ----------
    needs
        int64 for each of ``parts.rows``.
    which
        Numbers of the parts to solve; lines.

    Returns
    -------
    taken, possible
        bool for each place of ``parts.order``, and per entry of ``which`` whether all rows can hold; nothing is taken
        on a line where they cannot.
    """
    return _fewest(
        parts.offsets,
        parts.row_offsets,
        parts.row_first,
        parts.row_beyond,
        needs,
        parts.clique_offsets,
        parts.clique_first,
        parts.clique_beyond,
        which,
    )


@njit(cache=True)
def _grouped(keys, low, high):
    """Positions of keys (between low and high) sorted by key: where each key begins, and the positions."""
    begins = np.zeros(high - low + 2, dtype=np.int64)
    for key in keys:
        begins[key - low + 1] += 1
    for i in range(1, len(begins)):
        begins[i] += begins[i - 1]
    fill = begins.copy()
    order = np.empty(len(keys), dtype=np.int64)
    for i in range(len(keys)):
        order[fill[keys[i] - low]] = i
        fill[keys[i] - low] += 1
    return begins, order


@njit(cache=True)
def _fewest(offsets, row_offsets, row_first, row_beyond, needs, clique_offsets, clique_first, clique_beyond, which):
    taken = np.zeros(offsets[-1], dtype=np.bool_)
    possible = np.ones(len(which), dtype=np.bool_)
    for w in range(len(which)):
        part = which[w]
        begin, end = offsets[part], offsets[part + 1]
        rows = slice(row_offsets[part], row_offsets[part + 1])
        cliques = slice(clique_offsets[part], clique_offsets[part + 1])
        total, fits = longest_paths(
            end - begin,
            row_first[rows] - begin,
            row_beyond[rows] - begin,
            needs[rows],
            clique_first[cliques] - begin,
            clique_beyond[cliques] - begin,
        )
        possible[w] = fits
        if fits:
            for i in range(end - begin):
                taken[begin + i] = total[i + 1] > total[i]
    return taken, possible


@njit(cache=True)
def longest_paths(moves, row_first, row_beyond, needs, clique_first, clique_beyond):
    """Least S with S(0) = 0, and whether there is one; see the module."""
    total = np.zeros(moves + 1, dtype=np.int64)
    row_begins, by_beyond = _grouped(row_beyond, 0, moves)
    clique_begins, by_first = _grouped(clique_first, 0, moves)
    changed = True
    while changed:
        changed = False
        for i in range(1, moves + 1):
            least = max(total[i], total[i - 1])
            for e in range(row_begins[i], row_begins[i + 1]):
                row = by_beyond[e]
                least = max(least, total[row_first[row]] + needs[row])
            if least > total[i]:
                total[i] = least
                changed = True
        for i in range(moves - 1, -1, -1):
            least = max(total[i], total[i + 1] - 1)
            for e in range(clique_begins[i], clique_begins[i + 1]):
                least = max(least, total[clique_beyond[by_first[e]]] - 1)
            if least > total[i]:
                total[i] = least
                changed = True
        if total[0] > 0:
            return total, False
    return total, True
