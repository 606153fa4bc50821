"""Parts joined to streets: where centre lines continue each other, on whichever carriageway they meet."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numba import njit

from geo._streets_contacts import Contacts
from geo._streets_curve import along_each
from geo._streets_loops import touching_lines, without_loops
from geo._streets_parts import Parts

_SLACK_MM = 40_000.0
_LOOK_MM = 30_000.0
_JUMP_MM = 100_000.0
_CROSSING_MM, _FACING_COS = 50_000.0, 0.85  # divided parts of one name join over a crossing of other roads
_TURN_NAMED, _TURN_UNNAMED = 80.0, 50.0
_EASE_MM = 40_000.0
_SNARL_MM = 100_000.0  # a longer loop comes from a wrong join


@dataclass(frozen=True)
class Lines:
    """
    Streets' centre lines; ``offset`` cuts ``x, y, m`` into streets.

    ``street`` is the street of each part; ``map_offset`` cuts ``old, new`` into parts: position on the part
    (increasing) and on the street.
    """

    offset: np.ndarray
    x: np.ndarray
    y: np.ndarray
    m: np.ndarray
    street: np.ndarray
    map_offset: np.ndarray
    old: np.ndarray
    new: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Length of each street, millimetres."""
        return self.m[self.offset[1:] - 1]


def join_parts(parts: Parts, contacts: Contacts, group: np.ndarray, named: np.ndarray) -> Lines:
    """
    Parts whose ends touch and go straight on, strung together.

    Parameters
    ----------
    parts
        The centre lines.
    contacts
        Where they touch.
    group, named
        Of each part.
    """
    contacts = _with_gaps(parts, contacts, group, named)
    cost, end, other_end = _costs(contacts.part, contacts.m, contacts.other, contacts.other_m, parts.offset, parts.x,
                                  parts.y, parts.m, parts.width, group, named)  # fmt: skip
    some = np.flatnonzero(cost < 1e8)
    low, high = np.minimum(end[some], other_end[some]), np.maximum(end[some], other_end[some])
    some = some[np.lexsort((high, low, np.rint(cost[some] * 1e3)))]
    mate, at = _greedy(some, end, other_end, contacts.m, contacts.other_m, len(parts.chain))
    lines = Lines(*_string(mate, at, parts.offset, parts.x, parts.y, parts.m))
    crossed = touching_lines(lines.offset, lines.x, lines.y)
    tangled = crossed[[_longest_loop(lines, i) > _SNARL_MM for i in crossed]] if len(crossed) else crossed
    if len(tangled):
        mate[np.repeat(np.isin(lines.street, tangled), 2)] = -1
        lines = Lines(*_string(mate, at, parts.offset, parts.x, parts.y, parts.m))
        crossed = touching_lines(lines.offset, lines.x, lines.y)
    return _untangled(lines, crossed)


def _longest_loop(lines: Lines, i: int) -> float:
    """Length of the longest loop of a street's line, millimetres."""
    a, b = lines.offset[i], lines.offset[i + 1]
    return without_loops(lines.x[a:b], lines.y[a:b], lines.m[a:b])[-1]


def _untangled(lines: Lines, crossed: np.ndarray) -> Lines:
    """The lines, those ``crossed`` with their loops cut off; a position on a loop becomes the place where it starts."""
    if not len(crossed):
        return lines
    columns = [[], [], [], []]
    size = np.diff(lines.offset)
    done = 0
    for i in crossed:
        a, b = lines.offset[i], lines.offset[i + 1]
        *cut, _ = without_loops(lines.x[a:b], lines.y[a:b], lines.m[a:b])
        size[i] = len(cut[0])
        for column, whole, new in zip(columns, (lines.x, lines.y, lines.m, lines.m), cut, strict=True):
            column += [whole[done:a], new]
        done = b
    for column, whole in zip(columns, (lines.x, lines.y, lines.m, lines.m), strict=True):
        column.append(whole[done:])
    x, y, m, old = (np.concatenate(column) for column in columns)
    offset = np.concatenate(([0], np.cumsum(size)))
    street = np.repeat(lines.street, np.diff(lines.map_offset))
    return replace(lines, offset=offset, x=x, y=y, m=m, new=along_each(street, lines.new, offset, old, m))


def _with_gaps(parts: Parts, contacts: Contacts, group: np.ndarray, named: np.ndarray) -> Contacts:
    """The contacts, and the ends of divided parts of one name that face each other over a crossing."""
    wide = np.flatnonzero(named & (parts.width > 0.0))
    if len(wide) < 2:
        return contacts
    part = np.concatenate((wide, wide))
    vertex = np.concatenate((parts.offset[wide], parts.offset[wide + 1] - 1))
    m = np.concatenate((np.zeros(len(wide)), parts.length[wide]))
    points = shapely.points(parts.x[vertex], parts.y[vertex])
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=_CROSSING_MM)
    use = (one < other) & (group[part[one]] == group[part[other]]) & (part[one] != part[other])
    one, other = one[use], other[use]
    ahead = _ahead(parts.x, parts.y, vertex, np.repeat([1, -1], len(wide)))
    place = np.stack([parts.x[vertex], parts.y[vertex]], axis=1)
    way = place[other] - place[one]
    least = _FACING_COS * np.hypot(*way.T)
    faces = ((way * ahead[one]).sum(axis=1) >= least) & ((-way * ahead[other]).sum(axis=1) >= least)
    one, other = one[faces], other[faces]
    return Contacts(
        np.concatenate((contacts.part, part[one])),
        np.concatenate((contacts.m, m[one])),
        np.concatenate((contacts.other, part[other])),
        np.concatenate((contacts.other_m, m[other])),
    )


def _ahead(x: np.ndarray, y: np.ndarray, vertex: np.ndarray, inward: np.ndarray) -> np.ndarray:
    """Unit vectors out of lines at their end vertices."""
    ahead = np.stack([x[vertex] - x[vertex + inward], y[vertex] - y[vertex + inward]], axis=1)
    return ahead / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]


@njit(cache=True)
def _at(x, y, m, a, b, at):
    v = a + np.searchsorted(m[a:b], at, side="right") - 1
    v = min(max(v, a), b - 2)
    step = m[v + 1] - m[v]
    f = min(max((at - m[v]) / step, 0.0), 1.0) if step > 0.0 else 0.0
    return x[v] + f * (x[v + 1] - x[v]), y[v] + f * (y[v + 1] - y[v])


@njit(cache=True)
def _end_of(part, at, offset, m, slack):
    """Half number of the end a position is near: 2 part at the start, 2 part + 1 at the end, -1 for neither."""
    length = m[offset[part + 1] - 1]
    slack = min(slack, 0.35 * length)
    if at <= max(slack, 1.0) and at <= length - at:
        return 2 * part
    if length - at <= max(slack, 1.0):
        return 2 * part + 1
    return -1


@njit(cache=True)
def _inward(half, at, offset, x, y, m):
    """Place of a position near an end, and the unit vector from there into the part."""
    a, b = offset[half // 2], offset[half // 2 + 1]
    px, py = _at(x, y, m, a, b, at)
    qx, qy = _at(x, y, m, a, b, at + _LOOK_MM if half % 2 == 0 else at - _LOOK_MM)
    length = np.hypot(qx - px, qy - py)
    if length == 0.0:
        return px, py, 0.0, 0.0
    return px, py, (qx - px) / length, (qy - py) / length


@njit(cache=True)
def _costs(part, pm, other, om, offset, x, y, m, width, group, named):
    cost = np.full(len(part), 1e9)
    one_end, other_end = np.full(len(part), -1, np.int64), np.full(len(part), -1, np.int64)
    for k in range(len(part)):
        p, q = part[k], other[k]
        if group[p] != group[q]:
            continue
        slack = _SLACK_MM + (width[p] + width[q]) / 2
        i, j = _end_of(p, pm[k], offset, m, slack), _end_of(q, om[k], offset, m, slack)
        if i < 0 or j < 0:
            continue
        px, py, ux, uy = _inward(i, pm[k], offset, x, y, m)
        qx, qy, wx, wy = _inward(j, om[k], offset, x, y, m)
        turn = 180.0 - np.degrees(np.arccos(min(max(ux * wx + uy * wy, -1.0), 1.0)))
        jump = np.hypot(qx - px, qy - py)
        if turn <= (_TURN_NAMED if named[p] else _TURN_UNNAMED) and jump <= _JUMP_MM:
            cost[k], one_end[k], other_end[k] = turn + jump / 1_000.0, i, j
    return cost, one_end, other_end


@njit(cache=True)
def _greedy(some, end, other_end, m, other_m, parts):
    """Mate of each end, cheapest first, and the position it is left at."""
    mate, at = np.full(2 * parts, -1, np.int64), np.zeros(2 * parts)
    for k in some:
        i, j = end[k], other_end[k]
        if mate[i] < 0 and mate[j] < 0 and i // 2 != j // 2:
            mate[i], mate[j] = j, i
            at[i], at[j] = m[k], other_m[k]
    return mate, at


@njit(cache=True)
def _string(mate, at, offset, x, y, m):
    """Lines along mates: offsets, places, positions, the street of each part and its map of positions."""
    parts = len(offset) - 1
    room = len(x) + 8 * parts
    lx, ly, lm = np.empty(room), np.empty(room), np.empty(room)
    l_offset = np.zeros(parts + 1, np.int64)
    street = np.full(parts, -1, np.int64)
    span = np.zeros(parts, np.int64)
    old, new = np.empty(room), np.empty(room)
    start = np.zeros(parts, np.int64)
    n, k, streets = 0, 0, 0
    for closed in range(2):
        for p0 in range(parts):
            if street[p0] >= 0:
                continue
            if closed or mate[2 * p0] < 0:
                half = 2 * p0
            elif mate[2 * p0 + 1] < 0:
                half = 2 * p0 + 1
            else:
                continue
            begin = n
            while half >= 0 and street[half // 2] < 0:
                p = half // 2
                street[p] = streets
                a, b = offset[p], offset[p + 1]
                back = half % 2 == 1
                length = m[b - 1]
                enter = at[half] if mate[half] >= 0 else (length if back else 0.0)
                leave = at[half ^ 1] if mate[half ^ 1] >= 0 else (0.0 if back else length)
                ease_in, ease_out = _ease(mate, at, half, offset, x, y, m), _ease(mate, at, half ^ 1, offset, x, y, m)
                sign = -1.0 if back else 1.0
                s0, s1 = enter + sign * ease_in, leave - sign * ease_out
                if (s1 - s0) * sign < 0.0:
                    s0 = s1 = (enter + leave) / 2
                start[p] = k
                px, py = _at(x, y, m, a, b, s0)
                gap = np.hypot(px - lx[n - 1], py - ly[n - 1]) if n > begin else 0.0
                base = lm[n - 1] if n > begin else 0.0
                if ease_in > 0.0 or gap > 0.0:
                    old[k], new[k] = enter, base + gap / 2
                    k += 1
                if n == begin or gap > 1e-6:
                    lx[n], ly[n], lm[n] = px, py, base + gap
                    n += 1
                old[k], new[k] = s0, lm[n - 1]
                k += 1
                i = b - 1 if back else a
                while a <= i < b:
                    if (m[i] - s0) * sign > 0.0 and (s1 - m[i]) * sign > 0.0:
                        lx[n], ly[n] = x[i], y[i]
                        lm[n] = lm[n - 1] + np.hypot(lx[n] - lx[n - 1], ly[n] - ly[n - 1])
                        old[k], new[k] = m[i], lm[n]
                        n += 1
                        k += 1
                    i += -1 if back else 1
                if s1 != s0:
                    lx[n], ly[n] = _at(x, y, m, a, b, s1)
                    lm[n] = lm[n - 1] + np.hypot(lx[n] - lx[n - 1], ly[n] - ly[n - 1])
                    old[k], new[k] = s1, lm[n]
                    n += 1
                    k += 1
                if ease_out > 0.0:
                    old[k], new[k] = leave, np.nan
                    k += 1
                span[p] = k - start[p]
                half = mate[half ^ 1]
            if half >= 0 and n >= begin + 3:
                gap = np.hypot(lx[begin] - lx[n - 1], ly[begin] - ly[n - 1])
                if gap > 1e-6:
                    lx[n], ly[n], lm[n] = lx[begin], ly[begin], lm[n - 1] + gap
                    n += 1
            streets += 1
            l_offset[streets] = n
    m_offset = np.zeros(parts + 1, np.int64)
    o, w = np.empty(k), np.empty(k)
    total = 0
    for p in range(parts):
        for i in range(span[p]):
            o[total + i], w[total + i] = old[start[p] + i], new[start[p] + i]
        if span[p] and np.isnan(w[total + span[p] - 1]):
            j = start[p] + span[p] - 1
            # the middle of the way over to the next part, which begins half a gap further on
            w[total + span[p] - 1] = new[j - 1] + _half_gap(new, j, p, start, span, street, l_offset, lm)
        if span[p] > 1 and o[total] > o[total + span[p] - 1]:
            for i in range(span[p] // 2):
                a, b = total + i, total + span[p] - 1 - i
                o[a], o[b] = o[b], o[a]
                w[a], w[b] = w[b], w[a]
        total += span[p]
        m_offset[p + 1] = total
    return l_offset[: streets + 1], lx[:n], ly[:n], lm[:n], street, m_offset, o[:total], w[:total]


@njit(cache=True)
def _half_gap(new, j, p, start, span, street, l_offset, lm):
    """Half the way from the end of a part's points to the next point of its street."""
    a, b = l_offset[street[p]], l_offset[street[p] + 1]
    v = a + np.searchsorted(lm[a:b], new[j - 1], side="right")
    return (lm[v] - new[j - 1]) / 2 if v < b else 0.0


@njit(cache=True)
def _ease(mate, at, half, offset, x, y, m):
    """How far before a sideways step to the next part the line leaves this one, so that it slants."""
    other = mate[half]
    if other < 0:
        return 0.0
    p, q = half // 2, other // 2
    px, py = _at(x, y, m, offset[p], offset[p + 1], at[half])
    qx, qy = _at(x, y, m, offset[q], offset[q + 1], at[other])
    jump = np.hypot(qx - px, qy - py)
    return min(1.5 * jump, 0.3 * min(m[offset[p + 1] - 1], m[offset[q + 1] - 1]), _EASE_MM)
