"""Streets: what one walks along, with one centre line each, out of the short one-way pieces of a map."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numba import njit

from geo._streets_chains import Chains, join_chains
from geo._streets_contacts import find_contacts
from geo._streets_edges import Edges, cut_edges
from geo._streets_ends import even_ends
from geo._streets_join import Lines, join_parts
from geo._streets_junctions import find_junctions
from geo._streets_layout import Layout, Members, flip_streets, join_members, lay_members, lay_out
from geo._streets_matches import STEP_MM, match_samples, sample_chains
from geo._streets_order import sort_rows
from geo._streets_pairs import Records, cut_turns, find_zones, lay_on_carriers
from geo._streets_parts import Parts, Pieces, build_parts
from geo._streets_rings import ring_members
from geo._streets_select import BOTH_WAYS, DUPLICATE, REASONS, Selection, select_roads
from geo._streets_shares import Shares, share_out
from geo._streets_stubs import find_hosts, move_in, name_gaps
from geo._streets_tables import count_roads, of_most_length, or_none, report_of, street_ids
from geo.crs import check_metric

MAIN_CLASSES = ("trunk", "primary", "secondary")
"""The classes of road that inspectors walk along."""


@dataclass(frozen=True)
class Segments:
    """
    Straight pieces of the ways that make up streets, both carriageways.

    Attributes
    ----------
    x0, y0, x1, y1
        Ends in the roads' CRS; int64, whole millimetres.
    street
        Row of the street in ``Streets.table``; int32.
    m0, m1
        Position of both ends along the street's centre line from its start; int64, whole millimetres.
    road
        Row of the road in what ``build_streets`` was given; int32.
    """

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    street: np.ndarray
    m0: np.ndarray
    m1: np.ndarray
    road: np.ndarray


@dataclass(frozen=True)
class Streets:
    """
    Streets, their member pieces, their crossings, and what became of each road.

    Attributes
    ----------
    table
        One row a street: ``street`` (id), ``name`` (None when unnamed), ``class`` (highway value of most length),
        ``length_mm``, ``pieces`` (roads), ``divided``, ``unit`` (that of most length), what its pieces count for in its
        length, and the centre line. ``merged_mm`` is the length of carriageways with one that runs against them: they
        count half. ``single_mm`` counts in full, ``beside_mm`` (third lanes, stubs, roundabouts) nothing. The three are
        all its pieces, and ``length_mm`` is ``merged_mm / 2 + single_mm``, but for the crossings that it jumps and for
        bends. The order depends on names and places only.
    segments
        The member pieces with their positions.
    report
        ``pieces`` and ``km`` per reason: ``in``, ``kept``, and each reason for dropping.
    counts
        ``streets``, ``divided_streets``; kilometres of pieces ``merged_km``, ``single_km`` and ``beside_km``; ``pairs``
        of carriageways; one-way kilometres with a name, and those that found no other half; ``roundabouts``.
    road_status
        Why each road was kept or dropped; index of the roads.
    line_offset, line_xy, line_m
        Vertices of the centre lines, cut into streets by offsets: coordinates in metres, positions in millimetres.
    width_mm
        Mean distance between the two carriageways of each street, 0 where it is not divided.
    segment_level
        Of each segment, 0 on the ground, as the map tells.
    """

    table: gpd.GeoDataFrame
    segments: Segments
    report: pd.DataFrame
    counts: dict[str, float]
    road_status: pd.Series
    line_offset: np.ndarray
    line_xy: np.ndarray
    line_m: np.ndarray
    width_mm: np.ndarray
    segment_level: np.ndarray

    @cached_property
    def junctions(self) -> gpd.GeoDataFrame:
        """One point a crossing: ``streets`` (tuple of rows of ``table``) and ``name``; found when first asked for."""
        line = (self.line_offset, self.line_xy, self.line_m)
        return find_junctions(self.table, self.segments, self.segment_level, self.width_mm, line)

    def locate(self, street_rows: np.ndarray, at_mm: np.ndarray) -> np.ndarray:
        """
        Points at positions along centre lines, as (n, 2) coordinates in the CRS of the table.

        Parameters
        ----------
        street_rows
            Rows of ``table``.
        at_mm
            Positions from each street's start; beyond an end, the end.
        """
        rows = np.asarray(street_rows, np.int64)
        at = np.asarray(at_mm, np.int64)
        rows, at = np.broadcast_arrays(np.atleast_1d(rows), np.atleast_1d(at))
        return _locate(self.line_offset, self.line_xy, self.line_m, rows.ravel(), at.ravel())

    def cut(self, street_row: int, from_mm: int, to_mm: int) -> shapely.LineString:
        """The stretch of one centre line between two positions; see ``cut_many``."""
        return self.cut_many(np.array([street_row]), np.array([from_mm]), np.array([to_mm]))[0]

    def cut_many(self, street_rows: np.ndarray, from_mm: np.ndarray, to_mm: np.ndarray) -> np.ndarray:
        """
        Stretches of centre lines between two positions each, in the direction of the street.

        Parameters
        ----------
        street_rows
            Rows of ``table``.
        from_mm, to_mm
            Positions from the street's start, ``from_mm`` not greater; beyond an end, the end. Where both are equal the
            line has two equal points.
        """
        rows, start, stop = (np.asarray(a, np.int64) for a in (street_rows, from_mm, to_mm))
        xy, count = _cut(self.line_offset, self.line_xy, self.line_m, rows, start, stop)
        return shapely.linestrings(xy, indices=np.repeat(np.arange(len(rows)), count))


def build_streets(roads: gpd.GeoDataFrame, *, classes: Collection[str] = MAIN_CLASSES) -> Streets:
    """
    The streets that roads make.

    Dropped are motorways, links, tunnels, ``foot=no``, classes not asked for, and raised carriageways that run along
    above another road asked for. Pieces of one name (or else ref) and class group that continue each other are one
    street; unnamed ones join by straightest continuation. The two carriageways of a divided road become one centre
    line. Roundabouts and short unnamed stubs belong to the street that passes through. A name that branches becomes
    several streets. A street starts where its pieces are digitised from when three quarters of its length agree, or
    else at its west (or south) end.

    Parameters
    ----------
    roads
        Lines in a metric CRS. Column ``highway``; optional ``name, ref, oneway, bridge, tunnel, layer, junction, foot,
        unit``, as OSM writes them.
    classes
        Values of ``highway`` that count.

    Raises
    ------
    ValueError
        When the CRS is missing or not metric, or there is no column ``highway``.
    """
    check_metric(roads, "roads")
    if "highway" not in roads.columns:
        raise ValueError("roads have no column 'highway'")
    pieces = select_roads(roads, classes)
    edges, doubles = cut_edges(pieces)
    pieces.status[pieces.row[doubles & ~np.isin(pieces.row, pieces.row[~doubles])]] = DUPLICATE
    chains, records, parts, stretches = _carriageways(pieces, edges)
    lines, guest = _centre_lines(chains, parts, stretches, pieces.family[edges.piece])
    layout = lay_out(parts, stretches, lines)
    layout, members, evened = even_ends(layout, lay_members(chains, layout), ~stretches.own, edges.travel)
    rings, roundabouts = ring_members(pieces, edges, chains, layout)
    members = join_members(members, rings)
    shares = share_out(members, edges.travel, layout.width > 0.0, evened, guest[stretches.part])
    layout, members = flip_streets(layout, members)
    counts = {**_counts(chains, records, stretches), "roundabouts": roundabouts}
    return _streets(roads, pieces, edges, layout, members, shares, counts)


def _carriageways(pieces: Selection, edges: Edges) -> tuple[Chains, Records, Parts, Pieces]:
    """Chains, which lie on which, the centre lines of those that carry, and how each stretch lies on them."""
    rank = pieces.rank[edges.piece]
    group, named = pieces.group[edges.piece], pieces.named[edges.piece]
    chains = join_chains(pieces, edges, group, named)
    with_gaps = name_gaps(chains, group, named)
    if with_gaps[0] is not group:
        chains = join_chains(pieces, edges, *with_gaps)
    samples = sample_chains(chains)
    matches = match_samples(chains, samples, rank)
    zones = find_zones(samples, matches, chains.named)
    chains, samples, matches, zones = cut_turns(chains, samples, matches, zones)
    records = lay_on_carriers(chains, samples, matches, zones)
    parts, stretches = build_parts(chains, samples, records)
    return chains, records, parts, stretches


def _centre_lines(
    chains: Chains, parts: Parts, stretches: Pieces, family_of_edge: np.ndarray
) -> tuple[Lines, np.ndarray]:
    """Parts joined to streets, with what belongs to a street that passes moved into it, and true for those parts."""
    contacts = find_contacts(chains, stretches)
    group, named = chains.group[parts.chain], chains.named[parts.chain]
    lines = join_parts(parts, contacts, group, named)
    streets = len(lines.offset) - 1
    some = np.zeros(streets, np.int64)
    some[lines.street] = np.arange(len(parts.chain))
    width = np.zeros(streets)
    np.maximum.at(width, lines.street, parts.width)
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    family = np.zeros(len(chains.offset) - 1, np.int64)
    real = chains.edge >= 0
    family[chain_of[real]] = family_of_edge[chains.edge[real]]
    family = family[parts.chain[some]]
    hosts = find_hosts(lines, contacts, group[some], named[some], family, width)
    return move_in(lines, hosts), hosts.host[lines.street] != lines.street


def _counts(chains: Chains, records: Records, stretches: Pieces) -> dict[str, float]:
    """Pairs of carriageways, one-way kilometres with a name, and those that found no other half."""
    chain_of = np.repeat(np.arange(len(chains.offset) - 1), np.diff(chains.offset))
    oneway = (chains.edge >= 0) & (chains.travel != BOTH_WAYS) & chains.named[chain_of]
    step = np.append(np.diff(chains.station), 0.0)
    oneway_mm = np.bincount(chain_of, step * oneway, len(chains.offset) - 1)
    paired_mm = np.zeros(len(chains.offset) - 1)
    laid = ~stretches.own
    np.add.at(paired_mm, stretches.chain[laid], (stretches.high - stretches.low)[laid])
    carried = np.abs(records.s[records.offset[:-1]] - records.s[records.offset[1:] - 1])
    np.add.at(paired_mm, records.carrier, carried + STEP_MM)  # half a step beyond the sample at each end
    named = chains.named
    return {
        "pairs": len(records.chain),
        "named_oneway_km": round(float(oneway_mm.sum()) / 1e6, 3),
        "named_oneway_unpaired_km": round(float(np.maximum(oneway_mm - paired_mm, 0.0)[named].sum()) / 1e6, 3),
    }


def _streets(
    roads: gpd.GeoDataFrame,
    pieces: Selection,
    edges: Edges,
    layout: Layout,
    members: Members,
    shares: Shares,
    counts: dict[str, float],
) -> Streets:
    """Tables in canonical order."""
    road = pieces.row[edges.piece[members.edge]]
    length = np.hypot(members.x1 - members.x0, members.y1 - members.y0)
    length = np.where(edges.ring[members.edge] >= 0, 0.0, length)  # a roundabout names no street
    streets = len(layout.offset) - 1
    name = of_most_length(members.street, road, length, roads, "name", streets)
    label = np.where(name == "", of_most_length(members.street, road, length, roads, "ref", streets), name)
    class_ = of_most_length(members.street, road, length, roads, "highway", streets)
    unit = of_most_length(members.street, road, length, roads, "unit", streets)
    first = layout.offset[:-1]
    total = layout.m[layout.offset[1:] - 1] if streets else np.zeros(0)
    order = np.lexsort((total, layout.y[first], layout.x[first], class_.astype(str), label.astype(str), label == ""))
    rank = np.empty(streets, np.int64)
    rank[order] = np.arange(streets)

    line_offset, xy, line_m, lines = _drawn(layout, order, pieces.origin_mm)
    along = (rank[members.street] << 40) + np.rint(members.m0).astype(np.int64)  # by street, then by position
    by_place = sort_rows(along, members.x0 + members.y0 * 1e-9, members.x1 + members.y1 * 1e-9)
    street, road_of = rank[members.street][by_place], road[by_place]
    table = gpd.GeoDataFrame(
        {
            "street": street_ids(label[order], class_[order]),
            "name": or_none(label[order]),
            "class": class_[order],
            "length_mm": np.rint(total[order]).astype(np.int64),
            "pieces": count_roads(street, road_of, streets, len(roads)),
            "divided": layout.width[order] > 0.0,
            "unit": or_none(unit[order]),
            "merged_mm": np.rint(shares.merged[order]).astype(np.int64),
            "single_mm": np.rint(shares.single[order]).astype(np.int64),
            "beside_mm": np.rint(shares.beside[order]).astype(np.int64),
        },
        geometry=lines,
        crs=roads.crs,
    )
    east, north = pieces.origin_mm
    ends = ((members.x0, east), (members.y0, north), (members.x1, east), (members.y1, north))
    segments = Segments(
        *((np.rint(at[by_place]) + origin).astype(np.int64) for at, origin in ends),
        street.astype(np.int32),
        np.rint(members.m0[by_place]).astype(np.int64),
        np.rint(members.m1[by_place]).astype(np.int64),
        road_of.astype(np.int32),
    )
    level = pieces.level[edges.piece[members.edge]][by_place]
    shared = {f"{share}_km": float(table[f"{share}_mm"].sum()) / 1e6 for share in ("merged", "single", "beside")}
    shared = {share: round(kilometres, 3) for share, kilometres in shared.items()}
    counts = {"streets": streets, "divided_streets": int(table["divided"].sum()), **shared, **counts}
    status = pd.Series(pd.Series(REASONS).array.take(pieces.status), index=roads.index, name="status")
    return Streets(
        table, segments, report_of(pieces), counts, status, line_offset, xy, line_m, layout.width[order], level
    )


def _drawn(layout: Layout, order: np.ndarray, origin_mm: tuple[int, int]) -> tuple[np.ndarray, ...]:
    """The centre lines in an order: offsets, coordinates in metres, positions in millimetres, and as geometries."""
    count = np.diff(layout.offset)[order]
    offset = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    take = np.repeat(layout.offset[:-1][order] - offset[:-1], count) + np.arange(offset[-1])
    xy = (np.rint(np.stack([layout.x, layout.y], axis=1)[take]) + np.array(origin_mm, float)) / 1000.0
    lines = shapely.linestrings(xy, indices=np.repeat(np.arange(len(order)), count))
    return offset, xy, np.rint(layout.m[take]).astype(np.int64), lines if len(order) else np.empty(0, object)


@njit(cache=True)
def _point_at(xy, m, a, b, at):
    """The point at a position on the line of vertices a to b, and the vertex before it."""
    v = a + np.searchsorted(m[a:b], at, side="right") - 1
    v = min(max(v, a), b - 2)
    step = m[v + 1] - m[v]
    t = min(max((at - m[v]) / step, 0.0), 1.0) if step > 0 else 0.0
    return xy[v, 0] + t * (xy[v + 1, 0] - xy[v, 0]), xy[v, 1] + t * (xy[v + 1, 1] - xy[v, 1]), v


@njit(cache=True)
def _locate(offset, xy, m, rows, at):
    out = np.empty((len(rows), 2))
    for k in range(len(rows)):
        out[k, 0], out[k, 1], _ = _point_at(xy, m, offset[rows[k]], offset[rows[k] + 1], at[k])
    return out


@njit(cache=True)
def _cut(offset, xy, m, rows, start, stop):
    room = 0
    for r in rows:
        room += offset[r + 1] - offset[r] + 2
    out, count = np.empty((room, 2)), np.zeros(len(rows), np.int64)
    n = 0
    for k in range(len(rows)):
        a, b = offset[rows[k]], offset[rows[k] + 1]
        before = n
        out[n, 0], out[n, 1], v = _point_at(xy, m, a, b, start[k])
        n += 1
        ex, ey, w = _point_at(xy, m, a, b, stop[k])
        for i in range(v + 1, w + 1):
            if m[i] > start[k] and m[i] < stop[k]:
                out[n] = xy[i]
                n += 1
        out[n, 0], out[n, 1] = ex, ey
        n += 1
        count[k] = n - before
    return out[:n], count
