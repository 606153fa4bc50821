"""The fewest places that, put on a street, make every start of a window pass."""

from collections.abc import Sequence

import numpy as np
from numba import njit

from geo.windows import Intervals

_FAR = np.int64(1) << 60


def fewest_repairs(
    positions_mm: list[np.ndarray],
    offsets: list[np.ndarray],
    needs: list[np.ndarray],
    length_mm: np.ndarray,
    window_mm: int,
    starts: Intervals,
    *,
    forms: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """
    The fewest new places after which no window fails that begins in ``starts``, and where they stand.

    From the left, the first failing window gets what it lacks at its far end, where it helps most later windows;
    for windows of one length on a line this is optimal. Least spacing is not asked for here.

    Parameters
    ----------
    positions_mm, offsets, needs
        For each demand (all places, and each quota) its places and the number asked for on each street.
    length_mm, window_mm
        As in ``failing_starts``.
    starts
        Where the windows to be repaired begin, as ``failing_starts`` returns it: open ends, but for those of the
        street.
    forms
        Of each demand: -1 when any new place counts for it, as it is without ``forms``; else the number of the form
        a new place must have, which is one form only.

    Returns
    -------
    street, at_mm
        One row per new place, sorted.
    """
    demands = len(positions_mm)
    places = np.concatenate(positions_mm) if demands else np.empty(0, dtype=np.int64)
    shift = np.concatenate(([0], np.cumsum([len(p) for p in positions_mm]))).astype(np.int64)
    bounds = np.array([offset + shift[d] for d, offset in enumerate(offsets)], dtype=np.int64)
    needs = np.array(needs, dtype=np.int64)
    form = np.full(demands, -1) if forms is None else np.array(forms)
    return _fewest_repairs(
        places.astype(np.int64),
        bounds,
        needs,
        form,
        length_mm,
        window_mm,
        starts.street,
        starts.start_mm,
        starts.end_mm,
    )


@njit(cache=True)
def _next_failure(positions, added, need, from_key, last_key, window):
    """
    The first failing start from ``from_key`` to ``last_key``, and what it lacks.

    Starts are doubled: 2s is s itself, 2s + 1 just after s. ``positions`` and ``added`` are sorted. Returns (-1, 0)
    when no start fails.
    """
    key = from_key
    while key <= last_key:
        held = 0
        leaves = _FAR
        for places in (positions, added):
            low = np.searchsorted(places, (key + 1) // 2)
            high = np.searchsorted(places, (key + 2 * window) // 2, side="right")
            held += high - low
            if low < len(places):
                leaves = min(leaves, places[low])
        if held < need:
            return key, need - held
        # As long as the first place held stays in the window nothing is lost: the next loss is just after it.
        if leaves == _FAR:
            return np.int64(-1), np.int64(0)
        key = 2 * leaves + 1
    return np.int64(-1), np.int64(0)


@njit(cache=True)
def _new_places(lacks, form, forms):
    """How many new places of each form, and at the end of no particular one, make up for what the demands lack."""
    new = np.zeros(forms + 1, dtype=np.int64)
    free = np.int64(0)
    for d in range(len(lacks)):
        if form[d] < 0:
            free = max(free, lacks[d])
        else:
            new[form[d]] = max(new[form[d]], lacks[d])
    new[forms] = max(free - new.sum(), 0)
    return new


@njit(cache=True)
def _fewest_repairs(places, bounds, needs, form, length, window, run_street, run_start, run_end):
    demands = len(needs)
    forms = max(form.max() + 1, 0)
    out_street = [np.int64(0) for _ in range(0)]
    out_at = [np.int64(0) for _ in range(0)]
    added, added_form = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    for run in range(len(run_street)):
        k = np.int64(run_street[run])
        if run == 0 or run_street[run - 1] != k:
            added, added_form = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        last = length[k] - window
        from_key = 2 * run_start[run] + min(run_start[run], 1)
        last_key = 2 * run_end[run] - (1 if run_end[run] < last else 0)
        while True:
            key, lacks = np.int64(-1), np.zeros(demands, dtype=np.int64)
            for d in range(demands):
                if needs[d, k] <= 0:
                    continue
                own = places[bounds[d, k] : bounds[d, k + 1]]
                if last <= 0:
                    start, missing = np.int64(0), needs[d, k] - len(own)
                else:
                    helpful = added[(added_form == form[d]) | (form[d] < 0)]
                    start, missing = _next_failure(own, helpful, needs[d, k], from_key, last_key, window)
                if start < 0 or (key >= 0 and start > key) or missing <= 0:
                    continue
                if start < key:
                    lacks[:] = 0
                key = start
                lacks[d] = missing
            if key < 0:
                break
            at = (key + 2 * window) // 2 if last > 0 else length[k] // 2
            new = _new_places(lacks, form, forms)
            for f in range(forms + 1):
                added = np.append(added, np.full(new[f], at, dtype=np.int64))
                added_form = np.append(added_form, np.full(new[f], f, dtype=np.int64))
                for _ in range(new[f]):
                    out_street.append(k)
                    out_at.append(at)
            if last <= 0:
                break
            from_key = key
    return np.array(out_street, dtype=np.int64), np.array(out_at, dtype=np.int64)
