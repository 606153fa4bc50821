"""Chance out of a seed, the same on every machine and whatever the order of the rows."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction

_RANGE = 1 << 64


def number_of(seed: int, *words: str) -> int:
    """A number of [0, 2⁶⁴) that seed and words give: evenly spread, and always the same."""
    text = "\x1f".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def stratified(subjects: Sequence[tuple[str, str]], count: int, seed: int, what: str) -> list[int]:
    """
    ``count`` of the subjects (all, where there are fewer), spread over the strata.

    Where there are enough, every stratum gives one, the one with the smallest number of `number_of`; the rest are taken
    at even steps from a random start out of the others, sorted by stratum and number: every stratum gives its share of
    them, rounded up or down.

    Parameters
    ----------
    subjects
        Stratum and id of each.
    seed, what
        Of the numbers.

    Returns
    -------
    list of int
        Places in ``subjects``, ascending.
    """
    number = [number_of(seed, what, id) for _, id in subjects]
    order = sorted(range(len(subjects)), key=lambda i: (subjects[i][0], number[i], subjects[i][1]))
    count = min(count, len(order))
    first = [i for n, i in enumerate(order) if n == 0 or subjects[order[n - 1]][0] != subjects[i][0]]
    taken = first if len(first) <= count else []
    rest = [i for i in order if i not in set(taken)]
    more = count - len(taken)
    start = Fraction(number_of(seed, what), _RANGE)
    return sorted([*taken, *(rest[int((start + k) * len(rest) / more)] for k in range(more))])
