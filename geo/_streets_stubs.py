"""What belongs to the street that passes: unnamed stubs, short side pieces, roundabouts."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from geo._streets_chains import Chains
from geo._streets_contacts import Contacts
from geo._streets_curve import along_each
from geo._streets_join import Lines
from geo.grid import bucket, grid_of_segments

_GAP_MM = 80_000.0  # an unnamed piece this short between two pieces of one name has that name
_STRAIGHT_COS = 0.5
_LOOP_MM, _STUB_UNNAMED_MM, _STUB_NAMED_MM = 150_000.0, 40_000.0, 60_000.0
_ALONG_SHARE = 0.7
_BESIDE_MM, _BESIDE_COS, _BESIDE_SHARE = 40_000.0, 0.8, 0.8
_STEP_MM = 20_000.0
_CELL_MM = 65_536


def name_gaps(chains: Chains, group: np.ndarray, named: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Group and named per edge, with short unnamed pieces between two ends of one name given to it.

    Parameters
    ----------
    chains
        The edges joined so far.
    group, named
        Per edge.
    """
    if chains.named.all() or not chains.named.any():
        return group, named
    ends = np.concatenate((chains.offset[:-1], chains.offset[1:] - 1))
    chain = np.tile(np.arange(len(chains.offset) - 1), 2)
    ends, chain = ends[chains.named[chain]], chain[chains.named[chain]]
    order = np.argsort(chains.vertex[ends], kind="stable")
    outward = np.where(ends[order] == chains.offset[chain[order]], -1, 1)
    vertex = chains.vertex[ends[order]]
    adopted = _adopt(chains.offset, chains.x, chains.y, chains.station, chains.vertex, chains.edge, chains.named,
                     chains.group, chain[order], ends[order], vertex, outward, len(group))  # fmt: skip
    return np.where(adopted >= 0, adopted, group), named | (adopted >= 0)


@njit(cache=True)
def _adopt(offset, x, y, station, vertex, edge, named, group, end_chain, end_at, end_vertex, outward, edges):
    adopted = np.full(edges, -1, np.int64)
    for c in range(len(offset) - 1):
        if named[c]:
            continue
        before = -1
        for v in range(offset[c], offset[c + 1]):
            a, b = np.searchsorted(end_vertex, vertex[v]), np.searchsorted(end_vertex, vertex[v], side="right")
            if a == b:
                continue
            if before >= 0 and station[v] - station[before] <= _GAP_MM:
                best, name = 2.0 * _STRAIGHT_COS, -1
                fa = np.searchsorted(end_vertex, vertex[before])
                fb = np.searchsorted(end_vertex, vertex[before], side="right")
                for i in range(fa, fb):
                    for j in range(a, b):
                        if group[end_chain[i]] != group[end_chain[j]]:
                            continue
                        one = _cosine(x, y, end_at[i], outward[i], before, 1)
                        other = _cosine(x, y, end_at[j], outward[j], v, -1)
                        if min(one, other) >= _STRAIGHT_COS and one + other > best:
                            best, name = one + other, group[end_chain[i]]
                if name >= 0:
                    for w in range(before, v):
                        if edge[w] >= 0:
                            adopted[edge[w]] = name
            before = v
    return adopted


@njit(cache=True)
def _cosine(x, y, end, outward, start, step):
    """Cosine between the last segment of a chain at an end and the segment that would go on."""
    ux, uy = x[end] - x[end - outward], y[end] - y[end - outward]
    wx, wy = x[start + step] - x[start], y[start + step] - y[start]
    return (ux * wx + uy * wy) / (np.hypot(ux, uy) * np.hypot(wx, wy) + 1e-9)


@dataclass(frozen=True)
class Hosts:
    """
    For each street the one it belongs to, itself mostly; ``offset`` cuts the knots ``old`` (increasing), ``new``.
    """

    host: np.ndarray
    offset: np.ndarray
    old: np.ndarray
    new: np.ndarray


def find_hosts(
    lines: Lines, contacts: Contacts, group: np.ndarray, named: np.ndarray, family: np.ndarray, width: np.ndarray
) -> Hosts:
    """
    The street each short or parallel piece belongs to.

    A piece that leaves a street and comes back to it, a short stub, and an undivided carriageway beside a street of its
    own name go with it. ``group, named, family`` (class group) and ``width`` (0 for undivided) are per street.
    """
    length = lines.length
    host, start, stop = _touched(lines, contacts, length, group, named, family, width)
    beside = _beside(lines, length, group, named, width, host)
    streets = len(length)
    final = np.arange(streets)
    guests = np.flatnonzero(host >= 0)
    knots: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for i in guests[np.lexsort((guests, -np.rint(length[guests])))].tolist():
        old, new = beside.get(i, (np.array([0.0, length[i]]), np.array([start[i], stop[i]])))
        if host[i] in knots:  # itself the guest of another
            new = np.interp(new, *knots[host[i]])
        knots[i] = old, new
        final[i] = final[host[i]]
    sizes = np.full(streets, 2)
    sizes[guests] = [len(knots[i][0]) for i in guests.tolist()]
    offset = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    old_all, new_all = np.zeros(offset[-1]), np.zeros(offset[-1])
    stay = host < 0
    old_all[offset[1:][stay] - 1] = new_all[offset[1:][stay] - 1] = length[stay]
    for i, (old, new) in knots.items():
        old_all[offset[i] : offset[i + 1]], new_all[offset[i] : offset[i + 1]] = old, new
    return Hosts(final, offset, old_all, new_all)


def _touched(lines, contacts, length, group, named, family, width):
    """Host, and positions on it of both ends, of streets that touch one; -1 for the others."""
    both = [(contacts.part, contacts.m, contacts.other, contacts.other_m),
            (contacts.other, contacts.other_m, contacts.part, contacts.m)]  # fmt: skip
    part, m, other, other_m = (np.concatenate(arrays) for arrays in zip(*both, strict=True))
    one, two = lines.street[part], lines.street[other]
    at, on = _moved(lines, part, m), _moved(lines, other, other_m)
    size = np.rint(length)
    longer = (size[two] > size[one]) | ((size[two] == size[one]) & (two < one))
    kin = (group[one] == group[two]) | (~named[one] & (family[one] == family[two]))
    use = longer & kin & (one != two)
    one, two, at, on = one[use], two[use], at[use], on[use]
    order = np.lexsort((on, at, two, -size[two], one))
    return _choose(one[order], two[order], at[order], on[order], length, group, named, width, lines.offset, lines.x,
                   lines.y, lines.m)  # fmt: skip


def _moved(lines: Lines, part: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Positions on parts as positions on their streets."""
    return along_each(part, m, lines.map_offset, lines.old, lines.new)


@njit(cache=True)
def _choose(one, two, at, on, length, group, named, width, offset, x, y, m):
    streets = len(length)
    host = np.full(streets, -1, np.int64)
    start, stop = np.zeros(streets), np.zeros(streets)
    k = 0
    while k < len(one):
        i = one[k]
        end = k
        while end < len(one) and one[end] == i:
            end += 1
        same_group = False
        slack = min(0.2 * length[i], 20_000.0)
        a = k
        while a < end and host[i] < 0:
            b = a
            while b < end and two[b] == two[a]:
                b += 1
            j = two[a]
            if at[a] <= slack and length[i] - at[b - 1] <= slack:
                gain = abs(on[b - 1] - on[a])
                same_group = group[i] == group[j]
                side = same_group and named[i] and width[i] == 0.0 and gain >= _ALONG_SHARE * length[i]
                if (length[i] <= _LOOP_MM and same_group) or length[i] <= _STUB_NAMED_MM or side:
                    host[i], start[i], stop[i] = j, on[a], on[b - 1]
            a = b
        if host[i] < 0 and length[i] <= (_STUB_NAMED_MM if named[i] else _STUB_UNNAMED_MM):
            j = two[k]
            near, far = (0.0, length[i]) if at[k] < length[i] / 2 else (length[i], 0.0)
            moved = on[k] + _advance(i, near, far, j, on[k], offset, x, y, m)
            moved = min(max(moved, 0.0), length[j])
            host[i] = j
            start[i], stop[i] = (on[k], moved) if near == 0.0 else (moved, on[k])
        k = end
    return host, start, stop


@njit(cache=True)
def _place(street, at, offset, x, y, m):
    a, b = offset[street], offset[street + 1]
    v = min(max(a + np.searchsorted(m[a:b], at, side="right") - 1, a), b - 2)
    step = max(m[v + 1] - m[v], 1e-9)
    f = min(max((at - m[v]) / step, 0.0), 1.0)
    ux, uy = x[v + 1] - x[v], y[v + 1] - y[v]
    return x[v] + f * ux, y[v] + f * uy, ux / step, uy / step


@njit(cache=True)
def _advance(stub, near, far, host, on, offset, x, y, m):
    """How far along the host the far end of a stub lies from its near end."""
    px, py, _, _ = _place(stub, near, offset, x, y, m)
    qx, qy, _, _ = _place(stub, far, offset, x, y, m)
    _, _, ux, uy = _place(host, on, offset, x, y, m)
    return (qx - px) * ux + (qy - py) * uy


def _beside(lines, length, group, named, width, host) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Knots of undivided named streets that run beside a longer one of their group; enters their hosts too."""
    peers = np.bincount(group, minlength=1)[group] > 1 if len(group) else named
    candidates = np.flatnonzero(named & (width == 0.0) & (host < 0) & peers)
    if not len(candidates):
        return {}
    street_of = np.repeat(np.arange(len(length)), np.diff(lines.offset))
    first = np.flatnonzero((np.diff(street_of) == 0) & (named & peers)[street_of[:-1]])
    segments = np.stack([lines.x[first], lines.y[first], lines.x[first + 1], lines.y[first + 1]], axis=1)
    grid = grid_of_segments(np.rint(segments).astype(np.int64), cell_mm=_CELL_MM)
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for i in candidates:
        count = max(int(length[i] // _STEP_MM), 2)
        at = (np.arange(count) + 0.5) * length[i] / count
        j, on = _alongside(i, at, group, length, width, street_of, first, *grid, lines.offset, lines.x, lines.y,
                           lines.m)  # fmt: skip
        if not (j >= 0).any():
            continue
        best = np.bincount(j[j >= 0]).argmax()
        seen = j == best
        if seen.mean() < _BESIDE_SHARE:
            continue
        t, m = at[seen], on[seen]
        m = np.maximum.accumulate(m) if m[-1] >= m[0] else np.minimum.accumulate(m)
        sign = 1.0 if m[-1] >= m[0] else -1.0
        ends = np.clip([m[0] - sign * t[0], m[-1] + sign * (length[i] - t[-1])], 0.0, length[best])
        host[i] = best
        found[i] = np.concatenate(([0.0], t, [length[i]])), np.concatenate((ends[:1], m, ends[1:]))
    return found


@njit(cache=True)
def _alongside(i, at, group, length, width, street_of, first, starts, items, shift, x_bits, y_bits, offset, x, y, m):
    """Per position on street i the nearest parallel longer street of its group and the position there."""
    street, on = np.full(len(at), -1, np.int64), np.zeros(len(at))
    for k in range(len(at)):
        px, py, ux, uy = _place(i, at[k], offset, x, y, m)
        near = np.inf
        r = 2.0 * _BESIDE_MM
        for row in range(int(py - r) >> shift, (int(py + r) >> shift) + 1):
            for column in range(int(px - r) >> shift, (int(px + r) >> shift) + 1):
                b = bucket(column, row, x_bits, y_bits)
                for n in items[starts[b] : starts[b + 1]]:
                    v = first[n]
                    j = street_of[v]
                    if j == i or group[j] != group[i] or length[j] < length[i] or (length[j] == length[i] and j > i):
                        continue
                    wx, wy = x[v + 1] - x[v], y[v + 1] - y[v]
                    step = max(np.hypot(wx, wy), 1e-9)
                    if abs(ux * wx + uy * wy) < _BESIDE_COS * step:
                        continue
                    t = min(max(((px - x[v]) * wx + (py - y[v]) * wy) / step, 0.0), step)
                    vx, vy = x[v] + t * wx / step - px, y[v] + t * wy / step - py
                    distance = np.hypot(vx, vy)
                    if distance > _BESIDE_MM + width[j] / 2 or abs(vx * ux + vy * uy) > 0.5 * distance + 5_000.0:
                        continue
                    if distance < near:
                        near, street[k], on[k] = distance, j, m[v] + t
    return street, on


def move_in(lines: Lines, hosts: Hosts) -> Lines:
    """The lines of the streets that stay, and every part's map onto them."""
    stay = np.flatnonzero(hosts.host == np.arange(len(hosts.host)))
    number = np.full(len(hosts.host), -1, np.int64)
    number[stay] = np.arange(len(stay))
    sizes = np.diff(lines.offset)
    keep = np.repeat(number >= 0, sizes)
    street_of_knot = np.repeat(lines.street, np.diff(lines.map_offset))
    new = lines.new.copy()
    moved = np.flatnonzero(hosts.host[street_of_knot] != street_of_knot)
    new[moved] = along_each(street_of_knot[moved], new[moved], hosts.offset, hosts.old, hosts.new)
    return replace(
        lines,
        offset=np.concatenate(([0], np.cumsum(sizes[stay]))),
        x=lines.x[keep],
        y=lines.y[keep],
        m=lines.m[keep],
        street=number[hosts.host[lines.street]],
        new=new,
    )
