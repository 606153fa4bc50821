"""The roads of the demo city, drawn as OSM draws them: one-way carriageways, ways cut at every junction."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from data.demo.ground import NORTH, SOUTH, WEST, Ground
from data.demo.names import Names
from data.demo.noding import ELEVATED, GROUND, RAMP, Lines, node, split_long, without_stubs
from data.demo.plane import place, shore_road
from data.demo.quarters import Quarters, lanes

MAIN = ("trunk", "primary", "secondary")
HALF_WIDTH_M = {"motorway": 7.0, "trunk": 7.0, "primary": 6.0, "secondary": 7.5, "tertiary": 5.0, "residential": 3.5}
_LOWER = {"trunk": "secondary", "primary": "secondary", "secondary": "tertiary", "tertiary": "tertiary"}
_ALONG = ("tertiary", "secondary", "primary", "secondary", "tertiary", "primary", "secondary", "primary", "secondary", "primary", "tertiary")
_ACROSS = {-5: "tertiary", -4: "secondary", -3: "primary", -2: "secondary", -1: "secondary",
           1: "secondary", 2: "primary", 3: "tertiary", 4: "primary", 5: "secondary", 6: "tertiary"}  # fmt: skip
_BRIDGES = (0, 1, 2, 3, 5, 6, 7, 8, 9)  # the avenues that cross the river
_MEDIAN_HALF_M = {"trunk": 17.0, "primary": 12.5, "motorway": 13.0}  # from the centre line to a carriageway
_PER_EDGE = 22  # corners of an avenue between two others
_BEYOND_M = 24.0  # an avenue is drawn past the one it ends at; the stub is cut off
_STUB_M = 38.0
_LONGEST_M = 390.0
_RING = (-720.0, 260.0, 3720.0, 3180.0, 2.5)  # x, y, half width, half height in metres, squareness
_ROUNDABOUTS = ((3, -2), (8, 3), (1, -2), (6, 5), (3, 3), (8, -2))
_ROUNDABOUT_M = 36.0
_TOO_NEAR_M = 45.0  # a lane that runs this near beside a main road is left out


@dataclass(frozen=True)
class Kerb:
    """
    The two edges of a named main road, both drawn in the same direction.

    Attributes
    ----------
    name, highway
        Of the road.
    right, left
        The middle of the carriageway at either side, metres; the same line twice when there is only one.
    """

    name: str
    highway: str
    right: np.ndarray
    left: np.ndarray


@dataclass
class _Drafts:
    """Lines to be cut, with what is written on each."""

    parts: list[np.ndarray] = field(default_factory=list)
    tags: list[dict] = field(default_factory=list)
    kerbs: list["Kerb"] = field(default_factory=list)

    def add(self, xy: np.ndarray, *, stratum: int = GROUND, **tags: str | None) -> None:
        self.parts.append(np.asarray(xy, dtype=float))
        self.tags.append({"stratum": stratum, **tags})


def lay_roads(ground: Ground, quarters: Quarters, names: Names, random: np.random.Generator) -> tuple[pd.DataFrame, list[Kerb]]:
    """
    All roads, one row a way, and the kerbs of the main ones.

    Returns
    -------
    tuple
        A frame with the columns of the roads layer but ``osm_id`` and ``unit``, and ``geometry`` in metres of the
        plan; and a list of `Kerb`, as the roads were drawn before they were cut.
    """
    drafts = _Drafts()
    _draw_avenues(drafts, quarters, names, random)
    _draw_ring(drafts, names)
    _draw_motorway(drafts, names)
    _draw_links(drafts)
    for centre in _ROUNDABOUTS:
        turn = np.linspace(0, 2 * np.pi, 25)[:, None]
        circle = place(*centre) + _ROUNDABOUT_M * np.hstack([np.cos(turn), np.sin(turn)])
        circle[-1] = circle[0]
        drafts.add(circle, highway="secondary", oneway="yes", junction="roundabout")
    _draw_lanes(drafts, quarters, names, random)
    wet = shapely.buffer(ground.wet, 14.0, quad_segs=2)
    for outline in (wet, *ground.hills):
        for ring in shapely.get_rings(outline):
            drafts.add(shapely.get_coordinates(ring), highway="cutter")
    return _cut(drafts, ground, wet), drafts.kerbs


def _draw_avenues(drafts: _Drafts, quarters: Quarters, names: Names, random: np.random.Generator) -> None:
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


def _called(names: Names, klass: str, count: int, ends: tuple[str, str], random: np.random.Generator, *, boulevard: bool = False) -> list[str]:
    if boulevard:
        return [names.boulevard] * count
    if klass == "primary":
        return names.family(count, ends, "大道" if count == 1 else "路")
    return names.each(count, "街" if ends[0] == "南" and random.uniform() < 0.5 else "路")


def _draw(drafts: _Drafts, xy: np.ndarray, edges: list, chunks: list[int], called: list[str]) -> None:
    """One avenue: its runs of equal class, each as one line or as two carriageways, in pieces of one name."""
    changes = [0, *(i for i in range(1, len(edges)) if edges[i] != edges[i - 1]), len(edges)]
    for first, last in zip(changes[:-1], changes[1:], strict=True):
        klass = edges[first]
        if klass is None:
            continue
        dead_start = first == 0 or edges[first - 1] is None
        dead_end = last == len(edges) or edges[last] is None
        line = _longer(xy[first * _PER_EDGE : last * _PER_EDGE + 1], dead_start, dead_end)
        divided = klass in _MEDIAN_HALF_M
        sides = _carriageways(line, _MEDIAN_HALF_M[klass], not dead_start, not dead_end) if divided else [line]
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


def _carriageways(line: np.ndarray, half_m: float, taper_start: bool, taper_end: bool) -> list[np.ndarray]:
    """The two sides of ``line``: the first runs with it on its right, the second lies on its left (not yet reversed)."""
    step = np.gradient(line, axis=0)
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / np.hypot(*step.T)[:, None]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    wide = np.full(len(line), half_m)
    if taper_start:
        wide *= np.clip(along / 90, 0, 1)
    if taper_end:
        wide *= np.clip((along[-1] - along) / 90, 0, 1)
    return [line + wide[:, None] * normal, line - wide[:, None] * normal]


def _ring_line() -> np.ndarray:
    x, y, wide, high, square = _RING
    turn = np.linspace(0, 2 * np.pi, 401) + np.pi / 4
    cos, sin = np.cos(turn), np.sin(turn)
    swing = 1 + 0.018 * np.sin(3 * turn + 1) + 0.012 * np.sin(5 * turn)
    radius = swing / (np.abs(cos) ** square + np.abs(sin) ** square) ** (1 / square)
    return np.column_stack([x + wide * radius * cos, y + high * radius * sin])


def _draw_ring(drafts: _Drafts, names: Names) -> None:
    """The closed ring road: its outer carriageway runs counter-clockwise, its inner one clockwise."""
    line = _ring_line()
    line[-1] = line[0]
    step = np.roll(line[:-1], -1, axis=0) - np.roll(line[:-1], 1, axis=0)
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / np.hypot(*step.T)[:, None]
    quarter = len(normal) // 4
    sides = [line[:-1] + sign * _MEDIAN_HALF_M["trunk"] * normal for sign in (1, -1)]
    outer, inner = (np.concatenate([side, side[:1]]) for side in sides)
    for k, name in enumerate(names.ring_from_north_east):
        part = slice(k * quarter, (k + 1) * quarter + 1)
        drafts.kerbs.append(Kerb(name, "trunk", outer[part], inner[part]))
        drafts.add(outer[part], highway="trunk", name=name, oneway="yes")
        drafts.add(inner[part][::-1], highway="trunk", name=name, oneway="yes")


def _draw_motorway(drafts: _Drafts, names: Names) -> None:
    """The elevated motorway that comes from the south, goes round the city in the west and leaves it in the north."""
    knots_a = np.array([0.62, 0.6, 0.55, 0.5, 0.55, 1.05, 2.0, 3.5, 5, 6.5, 7.9, 8.5, 8.7])
    knots_b = np.array([-5.62, -4, -2, 0, 2.5, 4.6, 5.42, 5.5, 5.52, 5.5, 5.55, 5.95, 6.6])
    at = np.linspace(0, len(knots_a) - 1, 420)
    kernel = np.hanning(41) / np.hanning(41).sum()
    a, b = (np.convolve(np.pad(np.interp(at, np.arange(len(k)), k), 20, mode="reflect", reflect_type="odd"), kernel, "valid") for k in (knots_a, knots_b))
    for sign, side in zip((1, -1), _carriageways(place(a, b), _MEDIAN_HALF_M["motorway"], False, False), strict=True):
        drafts.add(side[::sign], stratum=ELEVATED, highway="motorway", name=names.motorway["name"], ref=names.motorway["ref"], oneway="yes", bridge="yes", layer="1")


def _draw_links(drafts: _Drafts) -> None:
    """Ramps where main avenues cross the motorway, right-turn lanes where they cross the ring road."""
    fast = [(kerb, "trunk_link") for kerb in drafts.kerbs if kerb.highway == "trunk"]
    motorway = [part for part, tag in zip(drafts.parts, drafts.tags, strict=True) if tag["highway"] == "motorway"]
    fast.append((Kerb("", "motorway", motorway[0], motorway[1][::-1]), "motorway_link"))
    for road, link in fast:
        far = 95.0 if link == "trunk_link" else 260.0
        for avenue in (kerb for kerb in drafts.kerbs if kerb.highway == "primary" or link == "motorway_link"):
            crossing = shapely.intersection(shapely.linestrings(road.right), shapely.linestrings((avenue.right + avenue.left) / 2))
            if shapely.get_type_id(crossing) != 0 or shapely.is_empty(crossing):
                continue
            for ramp in _ramps(shapely.get_coordinates(crossing)[0], road, avenue, far):
                drafts.add(ramp, stratum=RAMP, highway=link, oneway="yes")


def _ramps(centre: np.ndarray, road: Kerb, avenue: Kerb, far_m: float) -> list[np.ndarray]:
    """Curves in the quadrants of a crossing, from corner to corner of the carriageways, in the direction of travel."""
    ramps = []
    for side, outwards in ((road.right, 1), (road.left, -1)):
        middle = int(np.argmin(np.hypot(*(side - centre).T)))
        for ahead in (-1, 1):  # before and behind the crossing, along the drawing
            leave = _corner_at(side, middle, ahead, far_m)
            across = side[min(middle + 1, len(side) - 1)] - side[max(middle - 1, 0)]
            away = np.array([across[1], -across[0]]) * outwards
            lane = min((avenue.right, avenue.left), key=lambda line: np.hypot(*(line - leave).T).min())
            crossing = int(np.argmin(np.hypot(*(lane - centre).T)))
            way = 1 if (lane[min(crossing + 1, len(lane) - 1)] - lane[max(crossing - 1, 0)]) @ away > 0 else -1
            join = _corner_at(lane, crossing, way, min(far_m, 130.0))
            if min(np.hypot(*(leave - centre)), np.hypot(*(join - centre))) < 50:
                continue  # the road ends here
            bend = centre + 0.22 * (leave - centre) + 0.22 * (join - centre)
            t = np.linspace(0, 1, 9)[:, None]
            curve = (1 - t) ** 2 * leave + 2 * t * (1 - t) * bend + t**2 * join
            curve[0], curve[-1] = leave, join
            ramps.append(curve if ahead * outwards < 0 else curve[::-1])
    return ramps


def _corner_at(line: np.ndarray, start: int, way: int, far_m: float) -> np.ndarray:
    """The corner of ``line`` about ``far_m`` from the one at ``start``, forwards (1) or backwards (-1)."""
    reach = line[start:] if way > 0 else line[start::-1]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(reach, axis=0).T))])
    return reach[int(np.argmin(np.abs(along - far_m)))]


def _draw_lanes(drafts: _Drafts, quarters: Quarters, names: Names, random: np.random.Generator) -> None:
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


def _cut(drafts: _Drafts, ground: Ground, wet: shapely.Geometry) -> pd.DataFrame:
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
    keep = (highway != "cutter") & ~(small & (over_water | in_hill) & ~((highway == "tertiary") & ~in_hill)) & ~(at_sea & ~raised)
    circles = shapely.buffer(shapely.points(place(*np.array(_ROUNDABOUTS).T)), _ROUNDABOUT_M - 1.5)
    keep &= ~shapely.intersects(shapely.union_all(circles), middle) | raised
    keep &= ~_beside(lines.geometry, small, lines.geometry[main])
    lines, tags = lines.take(keep), tags[keep].reset_index(drop=True)
    tags.loc[over_water[keep] & main[keep], ["bridge", "layer"]] = ["yes", "1"]
    tags.loc[over_water[keep] & (highway[keep] == "tertiary"), ["bridge", "layer"]] = ["yes", "1"]
    tags.loc[in_hill[keep] & (highway[keep] != "motorway_link"), ["bridge", "tunnel", "layer"]] = [None, "yes", "-1"]
    stay = without_stubs(lines, _STUB_M)
    lines, tags = lines.take(stay), tags[stay].reset_index(drop=True)
    lines, origin = split_long(lines, _LONGEST_M)
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


def along_kerbs(
    kerbs: list[Kerb],
    every_m: float | np.ndarray,
    random: np.random.Generator,
    *,
    offset_m: tuple[float, float],
    both_sides: bool = False,
    jitter: float = 0.16,
) -> pd.DataFrame:
    """
    Places along kerbs, left and right by turns.

    Parameters
    ----------
    kerbs
        The roads.
    every_m
        From one place to the next, metres.
    random
        Draws positions, sides and offsets.
    offset_m
        Least and greatest distance from the edge of the carriageway, metres.
    both_sides
        Two places at each position, one on either side.
    jitter
        How far a place may lie from its turn, as a share of ``every_m``.

    Returns
    -------
    pandas.DataFrame
        ``kerb`` (number), ``name``, ``at_m``, ``out_x``, ``out_y`` (unit vector away from the road) and ``geometry``.
    """
    parts = []
    for number, kerb in enumerate(kerbs):
        length = float(np.hypot(*np.diff(kerb.right, axis=0).T).sum())
        count = int(length / every_m)
        at = (np.arange(count) + 0.5 + random.uniform(-jitter, jitter, count)) * length / max(count, 1)
        side = np.where((np.arange(count) + int(random.integers(2))) % 2 == 0, 1, -1)
        if both_sides:
            at, side = np.repeat(at, 2) + np.tile([0, 40], count), np.tile([1, -1], count)
        away = HALF_WIDTH_M[kerb.highway] + random.uniform(*offset_m, len(at))
        xy, out = beside(kerb, np.clip(at / length, 0, 1), side, away)
        parts.append(pd.DataFrame({"kerb": number, "name": kerb.name, "at_m": at, "out_x": out[:, 0], "out_y": out[:, 1], "geometry": shapely.points(xy)}))
    return pd.concat(parts, ignore_index=True)


def beside(kerb: Kerb, share: np.ndarray, side: np.ndarray, away_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points at a share of the kerb's length, ``away_m`` from the middle of the right (1) or left (-1) carriageway."""
    xy, direction = np.empty((len(share), 2)), np.empty((len(share), 2))
    for sign, line in ((1, kerb.right), (-1, kerb.left)):
        chosen = side == sign
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        at = share[chosen] * along[-1]
        step = np.diff(line, axis=0)
        step /= np.hypot(*step.T)[:, None]
        segment = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(step) - 1)
        xy[chosen] = line[segment] + (at - along[segment])[:, None] * step[segment]
        direction[chosen] = step[segment]
    out = np.column_stack([direction[:, 1], -direction[:, 0]]) * side[:, None]
    return xy + away_m[:, None] * out, out
