"""Columns and tables about streets: what most of a street is called, its id, and what became of the roads."""

from collections import Counter

import numpy as np
import pandas as pd
from numba import njit

from geo._streets_select import REASONS, Selection


def of_most_length(street, road, length, roads, column, streets) -> np.ndarray:
    """The value of ``column`` that most of each street's length has; "" when nothing is recorded."""
    out = np.full(streets, "", object)
    if column not in roads.columns:
        return out
    codes, words = pd.factorize(roads[column])
    if not len(words):
        return out
    words, number = np.unique([str(word).strip() for word in words], return_inverse=True)
    code = codes[road]
    some = code >= 0
    key, which = np.unique(street[some] * len(words) + number[code[some]], return_inverse=True)
    sums = np.bincount(which, np.rint(length[some]))
    best = np.lexsort((key, -sums, key // len(words)))
    best = best[words[key[best] % len(words)] != ""]
    owner, at = np.unique(key[best] // len(words), return_index=True)
    out[owner] = words[key[best][at] % len(words)]
    return out


def street_ids(label: np.ndarray, class_: np.ndarray) -> np.ndarray:
    """Name (or class in brackets) and a running number among its equals: stable while they are."""
    stem = np.where(label == "", [f"({word})" for word in class_], label)
    used, ids = Counter(), []
    for word in stem:
        used[word] += 1
        ids.append(f"{word}#{used[word]}")
    return np.array(ids, object)


def or_none(words: np.ndarray) -> pd.Series:
    """The words as objects, None for the empty one."""
    return pd.Series(np.where(words == "", None, words), dtype=object)


@njit(cache=True)
def count_roads(street, road, streets, roads):
    """How many roads each street has; its members stand together."""
    count, seen = np.zeros(streets, np.int64), np.full(roads, -1)
    for k in range(len(road)):
        if seen[road[k]] != street[k]:
            seen[road[k]] = street[k]
            count[street[k]] += 1
    return count


def report_of(pieces: Selection) -> pd.DataFrame:
    """Pieces and kilometres that came in, were kept, and were dropped for each reason."""
    which = [pieces.length_m[pieces.status == reason] for reason in range(len(REASONS))]
    return pd.DataFrame(
        {
            "pieces": [len(pieces.status), *(len(lengths) for lengths in which)],
            "km": [pieces.length_m.sum() / 1000.0, *(lengths.sum() / 1000.0 for lengths in which)],
        },
        index=pd.Index(["in", *REASONS], name="reason"),
    )
