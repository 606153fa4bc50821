"""How chains lie on streets: centre lines, and for each stretch of a chain where on which street it runs."""

from dataclasses import dataclass, fields

import numpy as np
from numba import njit

from geo._streets_chains import Chains
from geo._streets_curve import along, along_each
from geo._streets_join import Lines
from geo._streets_parts import Parts, Pieces

_BEND_MM = 500.0
_AGREE = 0.75


@dataclass(frozen=True)
class Layout:
    """
    Centre lines and places; all lengths millimetres.

    ``offset`` cuts ``x, y, m`` into streets; ``m`` grows along each from 0. A place is a stretch of a ``chain``;
    ``knot_offset`` cuts ``knot_t`` (station on the chain, increasing) and ``knot_m`` (position on the street) into
    places. ``width`` is the greatest mean distance of two carriageways, 0 for a street without.
    """

    offset: np.ndarray
    x: np.ndarray
    y: np.ndarray
    m: np.ndarray
    width: np.ndarray
    chain: np.ndarray
    street: np.ndarray
    knot_offset: np.ndarray
    knot_t: np.ndarray
    knot_m: np.ndarray


def lay_out(parts: Parts, pieces: Pieces, lines: Lines) -> Layout:
    """Stretches of chains on the streets their parts belong to."""
    streets = len(lines.offset) - 1
    width = np.zeros(streets)
    np.maximum.at(width, lines.street, parts.width)
    part_of_knot = np.repeat(pieces.part, np.diff(pieces.offset))
    knot_m = along_each(part_of_knot, pieces.m, lines.map_offset, lines.old, lines.new)
    return Layout(lines.offset, lines.x, lines.y, lines.m, width, pieces.chain, lines.street[pieces.part],
                  pieces.offset, pieces.t, knot_m)  # fmt: skip


@dataclass(frozen=True)
class Members:
    """
    Straight member pieces of all streets: ends in millimetres, positions ``m0, m1`` of both ends, edge, and direction.

    ``sense`` is +1 where the piece is digitised along the street and -1 where against it. ``place`` is the place of the
    layout that the piece is cut from, -1 for roundabouts.
    """

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    m0: np.ndarray
    m1: np.ndarray
    street: np.ndarray
    edge: np.ndarray
    sense: np.ndarray
    place: np.ndarray


def lay_members(chains: Chains, layout: Layout) -> Members:
    """The segments of all places, cut at the borders of places and where the position is not linear along them."""
    return Members(*_lay(chains.offset, chains.x, chains.y, chains.station, chains.edge, chains.sense,
                         layout.chain, layout.street, layout.knot_offset, layout.knot_t, layout.knot_m))  # fmt: skip


@njit(cache=True)
def _lay(offset, x, y, station, edge, sense, place_chain, place_street, knot_offset, knot_t, knot_m):
    room = 0
    for p in range(len(place_chain)):
        c = place_chain[p]
        room += offset[c + 1] - offset[c] + knot_offset[p + 1] - knot_offset[p]
    ends, ms = np.empty((room, 4)), np.empty((room, 2))
    street, of_edge, out_sense = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    place = np.empty(room, np.int64)
    n = 0
    for p in range(len(place_chain)):
        c = place_chain[p]
        a, b = knot_offset[p], knot_offset[p + 1]
        ts, ks = knot_t[a:b], knot_m[a:b]
        v = offset[c] + np.searchsorted(station[offset[c] : offset[c + 1]], ts[0], side="right") - 1
        k = 1
        while v < offset[c + 1] - 1 and station[v] < ts[-1]:
            s0, s1 = station[v], station[v + 1]
            low, high = max(s0, ts[0]), min(s1, ts[-1])
            m_low = along(low, ts, ks)
            while high > low:
                stop = high
                while k < len(ts) and ts[k] <= low:
                    k += 1
                j = k
                m_high = along(high, ts, ks)
                while j < len(ts) and ts[j] < high:
                    straight = m_low + (m_high - m_low) * (ts[j] - low) / (high - low)
                    if abs(straight - ks[j]) > _BEND_MM:
                        stop = ts[j]
                        break
                    j += 1
                m_stop = m_high if stop == high else ks[j]
                if edge[v] >= 0:
                    f0, f1 = (low - s0) / (s1 - s0), (stop - s0) / (s1 - s0)
                    ends[n, 0], ends[n, 1] = x[v] + f0 * (x[v + 1] - x[v]), y[v] + f0 * (y[v + 1] - y[v])
                    ends[n, 2], ends[n, 3] = x[v] + f1 * (x[v + 1] - x[v]), y[v] + f1 * (y[v + 1] - y[v])
                    ms[n, 0], ms[n, 1] = m_low, m_stop
                    street[n], of_edge[n], place[n] = place_street[p], edge[v], p
                    out_sense[n] = sense[v] if m_stop >= m_low else -sense[v]
                    n += 1
                low, m_low = stop, m_stop
            v += 1
    return (ends[:n, 0], ends[:n, 1], ends[:n, 2], ends[:n, 3], ms[:n, 0], ms[:n, 1], street[:n], of_edge[:n],
            out_sense[:n], place[:n])  # fmt: skip


def join_members(one: Members, other: Members) -> Members:
    """The members of both."""
    return Members(*(np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(Members)))


def flip_streets(layout: Layout, members: Members) -> tuple[Layout, Members]:
    """
    Each street from the end its pieces are digitised from, or else from the west (or south) end.

    A direction counts when at least three quarters of the member length agree on it.
    """
    streets = len(layout.offset) - 1
    length = np.hypot(members.x1 - members.x0, members.y1 - members.y0)
    total = np.bincount(members.street, length, streets)
    along = np.bincount(members.street, length * (members.sense > 0), streets)
    first, last = layout.offset[:-1], layout.offset[1:] - 1
    dx, dy = layout.x[last] - layout.x[first], layout.y[last] - layout.y[first]
    eastward = (dx < 0) | ((dx == 0) & (dy < 0))
    flip = np.where(along >= _AGREE * total, False, np.where(along <= (1 - _AGREE) * total, True, eastward))
    reach = layout.m[last]
    street_of = np.repeat(np.arange(streets), np.diff(layout.offset))
    take = np.where(flip[street_of], first[street_of] + last[street_of] - np.arange(len(street_of)),
                    np.arange(len(street_of)))  # fmt: skip
    m = np.where(flip[street_of], reach[street_of] - layout.m[take], layout.m)
    turned = Layout(layout.offset, layout.x[take], layout.y[take], m, layout.width, layout.chain, layout.street,
                    layout.knot_offset, layout.knot_t, layout.knot_m)  # fmt: skip
    f, r = flip[members.street], reach[members.street]
    return turned, Members(members.x0, members.y0, members.x1, members.y1, np.where(f, r - members.m0, members.m0),
                           np.where(f, r - members.m1, members.m1), members.street, members.edge,
                           np.where(f, -members.sense, members.sense), members.place)  # fmt: skip
