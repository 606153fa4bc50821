"""The roads of the demo city, drawn as OSM draws them: one-way carriageways, ways cut at every junction."""

from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from data.demo.drafts import MEDIAN_HALF_M, Drafts, carriageways
from data.demo.expressways import draw_links, draw_motorway, draw_ring
from data.demo.ground import NORTH, SOUTH, WEST, Ground
from data.demo.kerbs import Kerb
from data.demo.names import Names
from data.demo.noding import Lines, node, split_long, without_specks, without_stubs
from data.demo.plane import place, shore_road
from data.demo.quarters import Quarters, lanes

MAIN = ("trunk", "primary", "secondary")
_LOWER = {"trunk": "secondary", "primary": "secondary", "secondary": "tertiary", "tertiary": "tertiary"}
_ALONG = (
    "tertiary",
    "secondary",
    "primary",
    "secondary",
    "tertiary",
    "primary",
    "secondary",
    "primary",
    "secondary",
    "primary",
    "tertiary",
)
_ACROSS = {-5: "tertiary", -4: "secondary", -3: "primary", -2: "secondary", -1: "secondary",
           1: "secondary", 2: "primary", 3: "tertiary", 4: "primary", 5: "secondary", 6: "tertiary"}  # fmt: skip
_BRIDGES = (0, 1, 2, 3, 5, 6, 7, 8, 9)  # the avenues that cross the river
_PER_EDGE = 22  # corners of an avenue between two others
_BEYOND_M = 24.0  # an avenue is drawn past the one it ends at; the stub is cut off
_STUB_M, _SPECK_M = 38.0, 3.0
LONGEST_M = 390.0
_ROUNDABOUTS = ((3, -2), (8, 5), (1, -2), (6, 5), (3, 3), (8, -2))
_ROUNDABOUT_M = 36.0
_TOO_NEAR_M = 45.0  # a lane that runs this near beside a main road is left out


def lay_roads(
    ground: Ground, quarters: Quarters, names: Names, random: np.random.Generator
) -> tuple[pd.DataFrame, list[Kerb]]:
    """
    All roads, one row a way, and the kerbs of the main ones.

    Returns
    -------
    tuple
        A frame with the columns of the roads layer but ``osm_id`` and ``unit``, and ``geometry`` in metres of the
        plan; and a list of `Kerb`, as the roads were drawn before they were cut.
    """
    drafts = Drafts()
    _draw_avenues(drafts, quarters, names, random)
    draw_ring(drafts, names)
    draw_motorway(drafts, names)
    draw_links(drafts)
    _draw_roundabouts(drafts)
    _draw_lanes(drafts, quarters, names, random)
    wet = shapely.buffer(ground.wet, 14.0, quad_segs=2)
    for outline in (wet, *ground.hills):
        for ring in shapely.get_rings(outline):
            drafts.add(shapely.get_coordinates(ring), highway="cutter")
    return _cut(drafts, ground, wet), drafts.kerbs


def _draw_avenues(drafts: Drafts, quarters: Quarters, names: Names, random: np.random.Generator) -> None:
    for a, klass in enumerate(_ALONG):
        shore = _shore_crossings(a)
        breaks = np.sort(np.concatenate([[SOUTH, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, NORTH], shore]))
        b = _between(breaks)
        middle = (breaks[1:] + breaks[:-1]) / 2
        edges = [_edge(quarters, klass, (a - 1, low), (a, low)) for low in np.floor(middle).astype(int)]
        inland = a < shore_road(middle) + 0.012
        river = np.abs(middle) < 1
        edges = [
            (klass if a in _BRIDGES else None) if wet else (edge if dry else None)
            for edge, dry, wet in zip(edges, inland, river, strict=True)
        ]
        chunks = _chunks(edges, random, stop=int(np.flatnonzero(river)[0]))
        called = _called(names, klass, len(chunks) - 1, ("南", "北"), random, boulevard=a == 5)
        _draw(drafts, place(np.full_like(b, a), b), edges, chunks, called)
    for b, klass in _ACROSS.items():
        end = float(shore_road(b)) + 0.003
        breaks = np.array([WEST, *range(0, int(end - 0.2) + 1), end])
        a = _between(breaks)
        low = np.floor((breaks[1:] + breaks[:-1]) / 2).astype(int)
        edges = [_edge(quarters, klass, (column, b), (column, b - 1)) for column in low]
        chunks = _chunks(edges, random)
        count = len(chunks) - 1
        if abs(b) == 1:
            called = names.listed("riverside_north" if b > 0 else "riverside_south", count)
        else:
            called = _called(names, klass, count, ("西", "东"), random)
        _draw(drafts, place(a, np.full_like(a, b)), edges, chunks, called)
    b = np.linspace(-4.6, 6, 12 * _PER_EDGE + 1)
    edges = ["primary" if 1 <= low < 5.4 else "secondary" for low in b[:-1:_PER_EDGE]]
    chunks = _chunks(edges, random)
    _draw(drafts, place(shore_road(b), b), edges, chunks, names.listed("shore", len(chunks) - 1))


def _shore_crossings(a: int) -> np.ndarray:
    """Where the avenue ``a`` meets the road along the shore."""
    b = np.linspace(SOUTH, NORTH, 20001)
    gap = shore_road(b) + 0.003 - a
    return b[:-1][np.diff(np.sign(gap)) != 0]


def _between(breaks: np.ndarray) -> np.ndarray:
    """``_PER_EDGE`` steps between each two of ``breaks``."""
    return np.interp(np.arange((len(breaks) - 1) * _PER_EDGE + 1) / _PER_EDGE, np.arange(len(breaks)), breaks)


def _edge(quarters: Quarters, klass: str, *beside: tuple[int, int]) -> str | None:
    """The class of a piece of avenue between two quarters: lower at the city's edge, none in the wild."""
    kinds = {quarters.kind(*key) for key in beside}
    if kinds & {"old", "city", "new"}:
        return klass
    if "edge" in kinds:
        return _LOWER[klass]
    return _LOWER[klass] if klass == "primary" else None


def _chunks(edges: list, random: np.random.Generator, *, stop: int | None = None) -> list[int]:
    """Where names change: edges 0 = first < ... < last = len(edges), two or three apart, and at ``stop``."""
    cuts, at = [0], 0
    while at < len(edges):
        at += int(random.integers(2, 4))
        if stop is not None and cuts[-1] < stop <= at:
            at = stop
        cuts.append(min(at, len(edges)))
    if cuts[-1] - cuts[-2] < 2 and len(cuts) > 2:
        cuts.pop(-2)
    return cuts


def _called(
    names: Names, klass: str, count: int, ends: tuple[str, str], random: np.random.Generator, *, boulevard: bool = False
) -> list[str]:
    if boulevard:
        return [names.boulevard] * count
    if klass == "primary":
        return names.family(count, ends, "大道" if count == 1 else "路")
    return names.each(count, "街" if ends[0] == "南" and random.uniform() < 0.5 else "路")


def _draw(drafts: Drafts, xy: np.ndarray, edges: list, chunks: list[int], called: list[str]) -> None:
    """One avenue: its runs of equal class, each as one line or as two carriageways, in pieces of one name."""
    changes = [0, *(i for i in range(1, len(edges)) if edges[i] != edges[i - 1]), len(edges)]
    for first, last in pairwise(changes):
        klass = edges[first]
        if klass is None:
            continue
        dead_start = first == 0 or edges[first - 1] is None
        dead_end = last == len(edges) or edges[last] is None
        line = _longer(xy[first * _PER_EDGE : last * _PER_EDGE + 1], dead_start, dead_end)
        divided = klass in MEDIAN_HALF_M
        sides = carriageways(line, MEDIAN_HALF_M[klass], not dead_start, not dead_end) if divided else [line]
        for name, low, high in zip(called, chunks[:-1], chunks[1:], strict=True):
            low, high = max(low, first), min(high, last)
            if low >= high:
                continue
            cut = slice((low - first) * _PER_EDGE, (high - first) * _PER_EDGE + 1)
            if klass in MAIN:
                drafts.kerbs.append(Kerb(name, klass, sides[0][cut], sides[-1][cut]))
            for side, part in enumerate(sides):
                part = part[cut][:: -1 if side else 1]
                drafts.add(part, highway=klass, name=name, oneway="yes" if divided else None)


def _longer(line: np.ndarray, start: bool, end: bool) -> np.ndarray:
    """``line`` with its first or last corner moved outwards by ``_BEYOND_M``."""
    line = line.copy()
    for at, inner in ((0, 1), (-1, -2)):
        if (start, end)[at]:
            step = line[at] - line[inner]
            line[at] += step / np.hypot(*step) * _BEYOND_M
    return line


def _draw_roundabouts(drafts: Drafts) -> None:
    """Circles around some crossings, in the class of the roads that meet there."""
    main = shapely.union_all([shapely.linestrings(kerb.right) for kerb in drafts.kerbs])
    turn = np.linspace(0, 2 * np.pi, 25)[:, None]
    for centre in place(*np.array(_ROUNDABOUTS).T):
        circle = centre + _ROUNDABOUT_M * np.hstack([np.cos(turn), np.sin(turn)])
        circle[-1] = circle[0]
        highway = "secondary" if shapely.dwithin(main, shapely.points(centre), _ROUNDABOUT_M) else "tertiary"
        drafts.add(circle, highway=highway, oneway="yes", junction="roundabout")


def _draw_lanes(drafts: Drafts, quarters: Quarters, names: Names, random: np.random.Generator) -> None:
    """Tertiary streets and lanes of all quarters; a tertiary street that goes on in the next quarter is one line."""
    plan, tags = [], []
    for quarter in quarters.built:
        for run, collector in lanes(quarter, random):
            at = np.arange(0, len(run) - 1 + 1e-9, 1 / 6)
            plan.append(np.column_stack([np.interp(at, np.arange(len(run)), run[:, axis]) for axis in (0, 1)]))
            if collector:
                tags.append({"highway": "tertiary", "name": names.lane_street()})
            else:
                tags.append({"highway": "residential", "name": names.lane() if random.uniform() < 0.3 else None})
    sizes = np.cumsum([len(part) for part in plan])[:-1]
    both = np.concatenate(plan)
    for part, tag in zip(np.split(place(both[:, 0], both[:, 1]), sizes), tags, strict=True):
        drafts.add(part, **tag)


def _cut(drafts: Drafts, ground: Ground, wet: shapely.Geometry) -> pd.DataFrame:
    """The drafts cut at junctions and at water, without what cannot be; bridges and tunnels marked."""
    columns = ["stratum", "highway", "name", "ref", "oneway", "bridge", "tunnel", "layer", "junction"]
    tags = pd.DataFrame(drafts.tags, columns=columns).astype(object).where(lambda frame: frame.notna(), None)
    lines, origin = node(Lines.of(drafts.parts), tags["stratum"].to_numpy(int))
    tags = tags.iloc[origin].reset_index(drop=True)
    middle = shapely.line_interpolate_point(lines.geometry, 0.5, normalized=True)
    highway = tags["highway"].to_numpy(str)
    main = np.isin(highway, MAIN)
    over_water = shapely.intersects(wet, middle)
    in_hill = shapely.intersects(shapely.union_all(ground.hills), middle)
    at_sea = shapely.intersects(ground.sea, middle) | ~shapely.intersects(ground.mainland, middle)
    small = np.isin(highway, ["tertiary", "residential"])
    raised = np.char.startswith(highway, "motorway")
    keep = (
        (highway != "cutter")
        & ~(small & (over_water | in_hill) & ~((highway == "tertiary") & ~in_hill))
        & ~(at_sea & ~raised)
    )
    circles = shapely.buffer(shapely.points(place(*np.array(_ROUNDABOUTS).T)), _ROUNDABOUT_M - 1.5)
    keep &= ~shapely.intersects(shapely.union_all(circles), middle) | raised
    keep &= ~_beside(lines.geometry, small, lines.geometry[main])
    lines, tags = lines.take(keep), tags[keep].reset_index(drop=True)
    tags.loc[over_water[keep] & main[keep], ["bridge", "layer"]] = ["yes", "1"]
    tags.loc[over_water[keep] & (highway[keep] == "tertiary"), ["bridge", "layer"]] = ["yes", "1"]
    tags.loc[in_hill[keep] & (highway[keep] != "motorway_link"), ["bridge", "tunnel", "layer"]] = [None, "yes", "-1"]
    lines, stay = without_specks(lines, _SPECK_M)
    tags = tags[stay].reset_index(drop=True)
    stay = without_stubs(lines, _STUB_M)
    lines, tags = lines.take(stay), tags[stay].reset_index(drop=True)
    lines, origin = split_long(lines, LONGEST_M)
    roads = tags.iloc[origin].reset_index(drop=True).drop(columns="stratum")
    roads["geometry"] = lines.geometry
    return roads


def _beside(lines: np.ndarray, small: np.ndarray, main: np.ndarray) -> np.ndarray:
    """Small streets of which a quarter, half and three quarters of the length lie right beside a main road."""
    tree = shapely.STRtree(main)
    near = small.copy()
    for share in (0.25, 0.5, 0.75):
        point = shapely.line_interpolate_point(lines, share, normalized=True)
        hit = np.zeros(len(lines), dtype=bool)
        hit[tree.query(point, predicate="dwithin", distance=_TOO_NEAR_M)[0]] = True
        near &= hit
    return near & (shapely.length(lines) > 60)
