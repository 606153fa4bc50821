"""
The best choice on a line when moves have prices and closed rows earn their weight, exactly.

From left to right, a partial choice that ends with the move at place j is told by the value of the rows that end
before j (earned less paid) and by the places of the last moves taken, as many as the largest need. Of two such with
the same last place, one is dropped when the other has at least its value and all its places lie at least as far
right: whatever follows, the other closes the same rows. It is dropped too when the rows that its earlier places can
still help to close are worth less than what it lags behind a choice that begins anew at j.
"""

import numpy as np
from numba import njit

_NOWHERE = np.int64(-1)


@njit(cache=True)
def best_priced(moves, first, last, need, weight, clique_first, clique_last, price, limit):
    """
    The largest weight less price on one line, and the moves that earn it.

    Parameters
    ----------
    moves
        How many there are.
    first, last, need, weight
        Of each row: the places it reaches from and to (both in it), what it needs (1 or more), what it earns.
    clique_first, clique_last
        Of each clique: the places it reaches from and to.
    price
        float64 per move, 0 or more.
    limit
        How many partial choices may be looked at.

    Returns
    -------
    value, taken, looked_at
        float64, bool per move, and how many partial choices were looked at; beyond the limit the value is no bound.
    """
    rows = len(first)
    depth = 1
    for r in range(rows):
        depth = max(depth, need[r])
    begins, by_last = _by_last(moves, last)
    # The earliest place a row asks for that ends at q or later; the first place that conflicts with q.
    earliest = np.full(moves + 1, moves, dtype=np.int64)
    for q in range(moves - 1, -1, -1):
        earliest[q] = earliest[q + 1]
        for e in range(begins[q], begins[q + 1]):
            earliest[q] = min(earliest[q], first[by_last[e]])
    conflict = np.arange(moves)
    for c in range(len(clique_first)):
        for q in range(clique_first[c], clique_last[c] + 1):
            conflict[q] = min(conflict[q], clique_first[c])
    # The earliest place that matters at q or later, to a row or by a conflict.
    matters = np.minimum(earliest, moves)
    soonest = np.int64(moves)
    for q in range(moves - 1, -1, -1):
        soonest = min(soonest, conflict[q])
        matters[q] = min(earliest[q], soonest)
    reach = 1
    for r in range(rows):
        reach = max(reach, last[r] - first[r] + 1)
    helped = _helped(moves, reach, first, last, need, weight, depth)

    size = 1024
    value = np.empty(size, dtype=np.float64)
    places = np.empty((size, depth), dtype=np.int64)
    parent = np.empty(size, dtype=np.int64)
    following = np.empty(size, dtype=np.int64)
    head = np.full(moves + 1, _NOWHERE, dtype=np.int64)
    fresh = np.zeros(moves + 1, dtype=np.float64)  # best value of the rows before q when nothing taken matters any more
    fresh_from = np.full(moves + 1, _NOWHERE, dtype=np.int64)
    count = 0
    new = np.empty(depth, dtype=np.int64)
    finished = True
    for j in range(moves + 1):
        if j > 0 and fresh[j - 1] > fresh[j]:
            fresh[j], fresh_from[j] = fresh[j - 1], fresh_from[j - 1]
        if j == moves:
            break
        anew = fresh[j] - price[j]
        if count + 1 > size:
            value, places, parent, following, size = _grown(value, places, parent, following, size)
        if earliest[j] <= j:
            new[:] = _NOWHERE
            new[0] = j
            kept, head[j] = _insert(value, places, following, head[j], count, anew, new, depth, helped[:, j])
            if kept:
                parent[count] = fresh_from[j]
                count += 1
        label = head[j]
        while label >= 0:
            if depth > 1 and places[label, 1] >= 0:
                back = j - places[label, 1]
                if value[label] + helped[1, j, min(back, reach)] <= anew:
                    label = following[label]
                    continue
            earned = value[label]
            for q in range(j, moves):
                for e in range(begins[q], begins[q + 1]):
                    row = by_last[e]
                    if places[label, need[row] - 1] >= first[row]:
                        earned += weight[row]
                ahead = q + 1
                if matters[ahead] > j:
                    if earned > fresh[ahead]:
                        fresh[ahead], fresh_from[ahead] = earned, label
                    break
                if conflict[ahead] <= j:
                    continue
                now = earned - price[ahead]
                new[0] = ahead
                for d in range(1, depth):
                    before = places[label, d - 1]
                    new[d] = before if before >= earliest[ahead] else _NOWHERE
                lag = now - (fresh[ahead] - price[ahead])
                if depth > 1 and new[1] >= 0 and lag + helped[1, ahead, min(ahead - new[1], reach)] <= 0:
                    continue
                if count + 1 > size:
                    value, places, parent, following, size = _grown(value, places, parent, following, size)
                helps = helped[:, ahead]
                kept, head[ahead] = _insert(value, places, following, head[ahead], count, now, new, depth, helps)
                if kept:
                    parent[count] = label
                    count += 1
                    if count > limit:
                        finished = False
                        break
            if not finished:
                break
            label = following[label]
        if not finished:
            break
    taken = np.zeros(moves, dtype=np.bool_)
    label = fresh_from[moves]
    while label >= 0:
        taken[places[label, 0]] = True
        label = parent[label]
    return fresh[moves], taken, count


@njit(cache=True)
def _by_last(moves, last):
    begins = np.zeros(moves + 2, dtype=np.int64)
    for q in last:
        begins[q + 1] += 1
    for q in range(1, moves + 2):
        begins[q] += begins[q - 1]
    fill = begins.copy()
    order = np.empty(len(last), dtype=np.int64)
    for row in range(len(last)):
        order[fill[last[row]]] = row
        fill[last[row]] += 1
    return begins, order


@njit(cache=True)
def _helped(moves, reach, first, last, need, weight, depth):
    """Weight of the rows that need more than n and hold both place j and place j − d: entry [n, j, d]."""
    helped = np.zeros((depth, moves, reach + 1), dtype=np.float64)
    for row in range(len(first)):
        for n in range(1, need[row]):
            for j in range(first[row] + 1, last[row] + 1):
                for d in range(1, j - first[row] + 1):
                    helped[n, j, d] += weight[row]
    return helped


@njit(cache=True)
def _grown(value, places, parent, following, size):
    more = size * 2
    new_value = np.empty(more, dtype=np.float64)
    new_places = np.empty((more, places.shape[1]), dtype=np.int64)
    new_parent = np.empty(more, dtype=np.int64)
    new_following = np.empty(more, dtype=np.int64)
    new_value[:size], new_places[:size] = value, places
    new_parent[:size], new_following[:size] = parent, following
    return new_value, new_places, new_parent, new_following, more


@njit(cache=True)
def _insert(value, places, following, head, slot, now, new, depth, helped):
    """Put a partial choice into its list unless another makes up for it; drop those it makes up for."""
    before = _NOWHERE
    label = head
    while label >= 0:
        after = following[label]
        lead = value[label] - now
        # Where the one is first ahead of the other by place, only rows that hold that place and need more can tell.
        if lead >= 0:
            d = 1
            while d < depth and places[label, d] >= new[d]:
                d += 1
            if d == depth or lead >= helped[d, new[0] - new[d]]:
                return False, head
        if lead <= 0:
            d = 1
            while d < depth and places[label, d] <= new[d]:
                d += 1
            if d == depth or -lead >= helped[d, new[0] - places[label, d]]:
                if before < 0:
                    head = after
                else:
                    following[before] = after
                label = after
                continue
        before = label
        label = after
    value[slot] = now
    places[slot] = new
    following[slot] = head
    return True, slot
