"""The first sight of an ad on a walk: by hand, against samples, and laws."""

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.sight import obstacles
from geo.walk import FirstSight, first_sight
from geo.ways import ways_of

CRS = 32650
CUT_M, WIDEST_DEG = 0.5, 60.0
ROUNDED_M = 1e-6  # a first sight is told in whole micrometres; that is all by which it may be off


def walls(*polygons):
    return obstacles(gpd.GeoSeries(list(polygons), crs=CRS))


def lines(*coordinates):
    return gpd.GeoSeries([shapely.LineString(c) for c in coordinates], crs=CRS)


def look(gate, ways, sites, blocks=(), *, width=np.nan, height=np.nan, facing=np.nan, **options):
    """`first_sight` for places in metres."""
    sites = np.asarray(sites, dtype=float).reshape(-1, 2)
    return first_sight(
        shapely.Point(gate),
        ways_of(ways),
        np.rint(sites * 1000).astype(np.int64),
        *(np.broadcast_to(np.asarray(value, dtype=float), len(sites)) for value in (width, height, facing)),
        walls(*blocks),
        **options,
    )


def test_site_comes_within_reach():
    """
    gate -----------------------> 150 m ---- ad at (150, 0), read from 100 m: after 50 m.
    """
    assert look((0, 0), lines([(0, 0), (200, 0)]), [(150, 0)]) == FirstSight(50.0, 0)


def test_site_in_sight_of_the_gate():
    assert look((0, 0), lines([(0, 0), (200, 0)]), [(60, 5)]) == FirstSight(0.0, 0)


def test_nothing_within_the_walk():
    """The ad is readable 100 m before it, so after 101 m: one too far."""
    assert look((0, 0), lines([(0, 0), (300, 0)]), [(201, 0)]) == FirstSight(np.inf, -1)
    assert look((0, 0), lines([(0, 0), (300, 0)]), [(200, 0)]) == FirstSight(100.0, 0)


def test_no_sites_no_ways_no_buildings():
    assert look((0, 0), lines([(0, 0), (9, 0)]), []) == FirstSight(np.inf, -1)
    assert look((0, 0), gpd.GeoSeries([], crs=CRS), [(1, 1)]) == FirstSight(np.inf, -1)


def test_wall_ends_at_a_corner():
    """
              ad (0, 30)
        [wall from x = -10 to 10, y 10..12]
    gate (0,0) --------> the corner (10, 12) frees the line when x/10 = 30/18: after 16.667 m.
    """
    seen = look((0, 0), lines([(0, 0), (50, 0)]), [(0, 30)], [shapely.box(-10, 10, 10, 12)])
    assert seen.site == 0
    assert seen.distance_m == pytest.approx(50 / 3, abs=1e-6)


def test_adjoining_walls_leave_no_gap():
    """Two buildings side by side share a corner: nothing is seen between them."""
    houses = [shapely.box(-10, 10, 0.007, 12), shapely.box(0.007, 10, 10, 12)]
    seen = look((0, 0), lines([(0, 0), (50, 0)]), [(0.003, 30)], houses)
    assert seen.distance_m == pytest.approx(10 + 12 * (10 - 0.003) / 18, abs=1e-6)


def test_narrow_opening_is_found():
    """A slit of 1 cm between two long walls shows the ad from about 1.7 cm of the way only: sampling misses it."""
    houses = [shapely.box(-90, 10, 20, 10.1), shapely.box(20.01, 10, 90, 10.1)]
    seen = look((0, 0), lines([(0, 0), (70, 0)]), [(20, 30)], houses)
    assert seen.distance_m == pytest.approx(20, abs=1e-6)


def test_own_wall_hides_from_behind():
    """
    The ad hangs on the south face of a house (y = 0); ways run on both sides.
    """
    house = [shapely.box(-20, 0, 20, 10)]
    assert look((0, -5), lines([(0, -5), (9, -5)]), [(0, 0)], house).distance_m == 0
    behind = look((0, 15), lines([(0, 15), (19, 15)]), [(0, 0)], house)
    assert behind == FirstSight(np.inf, -1)


def test_walking_straight_at_the_own_wall():
    """The way runs along the wall that carries the ad: the wall, end on, hides it until half a metre before it."""
    house = [shapely.box(0, 0, 20, 10)]
    seen = look((-30, 0), lines([(20, 0), (-30, 0)]), [(10, 0)], house, walk_m=60)
    assert seen.distance_m == pytest.approx(39.5, abs=1e-6)


def test_facing():
    """
    The ad at (50, 10) faces east (90): it is read from the east side of it only, within 60 degrees of east.

    On y = 0, 10 m south of it, that is from x >= 50 + 10 / tan 60.
    """
    seen = look((0, 0), lines([(0, 0), (100, 0)]), [(50, 10)], facing=90.0)
    assert seen.distance_m == pytest.approx(50 + 10 / np.tan(np.radians(60)), abs=1e-6)
    assert look((0, 0), lines([(0, 0), (100, 0)]), [(50, 10)], facing=90.0, max_angle_deg=180).distance_m == 0
    wide = look((0, 0), lines([(0, 0), (100, 0)]), [(50, 10)], facing=90.0, max_angle_deg=135.0)
    assert wide.distance_m == pytest.approx(40, abs=1e-6)


def test_size_gives_the_distance():
    """0.3 m x 0.4 m has a diagonal of 0.5 m and is read from 19.1 m."""
    seen = look((0, 0), lines([(0, 0), (100, 0)]), [(50, 0)], width=0.3, height=0.4)
    assert seen.distance_m == pytest.approx(30.9, abs=1e-6)


def test_round_a_corner_and_the_shorter_branch():
    """
    Two ways lead to the square: 40 m round the west, 60 m round the east; the ad is seen where they meet.
    """
    ways = lines([(0, 0), (-10, 0), (-10, 20), (0, 20)], [(0, 0), (20, 0), (20, 20), (0, 20)])
    block = [shapely.box(-8, 2, 18, 18), shapely.box(-60, 1, -12, 60), shapely.box(22, 1, 60, 60)]
    block += [shapely.box(-8, 22, -1, 60), shapely.box(1, 22, 18, 60)]
    seen = look((0, 0), ways, [(0, 60)], block)
    assert seen.site == 0
    assert 38 < seen.distance_m < 40


def test_ways_that_only_cross_are_not_joined():
    ways = lines([(0, 0), (50, 0)], [(25, -50), (25, 50)])
    assert look((0, 0), ways, [(25, 140)]) == FirstSight(np.inf, -1)


def test_gate_is_moved_to_the_way():
    assert look((0, 29), lines([(0, 0), (200, 0)]), [(150, 0)]).distance_m == pytest.approx(50)
    assert look((0, 31), lines([(0, 0), (200, 0)]), [(150, 0)]) == FirstSight(np.inf, -1)


def test_first_of_several_and_ties():
    ways = lines([(0, 0), (200, 0)])
    assert look((0, 0), ways, [(160, 0), (130, 0), (190, 0)]) == FirstSight(30.0, 1)
    assert look((0, 0), ways, [(60, 5), (50, 5), (60, 4)]) == FirstSight(0.0, 1)


# --- against samples, each refined to where the sight opens -----------------------------------------------------------


def directions(gate, ways):
    """Every piece of the ways from either end: its ends, and how far it is to the first; by networkx."""
    graph = nx.Graph()
    for way in ways:
        for ends in pairwise(tuple(c) for c in np.round(way.coords, 3)):
            # A gate between the ends of a piece is where its walk begins, on every piece that it lies on.
            passes = gate not in ends and shapely.LineString(ends).distance(shapely.Point(gate)) == 0
            for a, b in pairwise((ends[0], gate, ends[1]) if passes else ends):
                graph.add_edge(a, b, weight=np.hypot(a[0] - b[0], a[1] - b[1]))
    near = nx.single_source_dijkstra_path_length(graph, gate, weight="weight")
    for one, other in graph.edges:
        for a, b in ((one, other), (other, one)):
            if a in near:
                yield np.array(a), np.array(b), near[a]


def seen_from(at, site, face, rings, reach_m, slack=0.0):
    """Whether a site is read from points, by shapely; ``slack`` is given to its reach and, in degrees, to its angle."""
    towards = at - np.array(site)
    distance = np.hypot(*towards.T)
    unit = towards / np.where(distance > 0, distance, 1)[:, None]
    cut = np.array(site) + unit * np.minimum(distance, CUT_M)[:, None]
    free = ~shapely.intersects(shapely.linestrings(np.stack([at, cut], axis=1)), rings) | (distance < CUT_M)
    bearing = np.degrees(np.arctan2(towards[:, 0], towards[:, 1]))
    turned = np.abs((bearing - face + 180) % 360 - 180)
    read = np.isnan(face) | (turned <= WIDEST_DEG + slack) | (distance == 0)
    return free & read & (distance <= reach_m + slack)


def sampled(gate, ways, sites, blocks, facing, reach_m, walk_m, step_m):
    """The first point of the ways from which a sample sees a site, moved back by halves to where its sight opens."""
    rings = shapely.union_all([shapely.boundary(b) for b in blocks])
    best = np.inf
    for a, b, near in directions(gate, ways):
        length = np.hypot(*(b - a))
        along = np.append(np.arange(0, length, step_m), length)
        for site, face in zip(sites, facing, strict=True):
            seen = seen_from(a + (b - a) * (along / length)[:, None], site, face, rings, reach_m)
            if not seen.any():
                continue
            first = int(seen.argmax())
            low, high = along[max(first - 1, 0)], along[first]
            while near + low < best and high - low > ROUNDED_M / 100:
                middle = (low + high) / 2
                if seen_from((a + (b - a) * (middle / length))[None], site, face, rings, reach_m)[0]:
                    high = middle
                else:
                    low = middle
            if near + high <= walk_m:
                best = min(best, near + high)
    return best


small = st.integers(0, 60)
spots = st.tuples(small, small)


@settings(max_examples=60, deadline=None)
@given(
    route=st.lists(spots, min_size=2, max_size=6, unique=True),
    corners=st.lists(st.tuples(small, small, st.integers(1, 14), st.integers(1, 14)), max_size=6),
    sites=st.lists(st.tuples(small, small, st.sampled_from([np.nan, 0.0, 45.0, 200.0])), min_size=1, max_size=3),
    reach_m=st.sampled_from([12.0, 30.0, 70.0]),
)
def test_against_sampling(route, corners, sites, reach_m):
    """Exact is never later than where a sample finds that a sight opens, and where it says so, it does."""
    blocks = [shapely.box(x, y, x + w, y + h) for x, y, w, h in corners]
    ways = lines([(float(x), float(y)) for x, y in route])
    places, facing = [(x, y) for x, y, _ in sites], [f for _, _, f in sites]
    gate = tuple(map(float, route[0]))
    exact = look(gate, ways, places, blocks, facing=facing, default_distance_m=reach_m, walk_m=60.0)
    assert exact.distance_m <= sampled(gate, ways, places, blocks, facing, reach_m, 60.0, 0.02) + ROUNDED_M
    if exact.site >= 0:
        assert opens(gate, ways, places[exact.site], blocks, facing[exact.site], reach_m, exact.distance_m)


def opens(gate, ways, site, blocks, face, reach_m, distance_m):
    """Whether the site is seen from a point of the ways at this distance, or a rounding from it."""
    rings = shapely.union_all([shapely.boundary(b) for b in blocks])
    for a, b, near in directions(gate, ways):
        length = np.hypot(*(b - a))
        along = distance_m - near + np.linspace(-1, 1, 41) * ROUNDED_M
        along = np.clip(along[np.abs(along - length / 2) <= length / 2 + ROUNDED_M], 0, length)
        at = a + (b - a) * (along / length)[:, None]
        if seen_from(at, site, face, rings, reach_m, slack=ROUNDED_M).any():
            return True
    return False


def test_order_and_shift_change_nothing():
    rng = np.random.default_rng(7)
    for _ in range(20):
        corners = rng.integers(0, 80_000, (12, 2)) / 1000
        blocks = [shapely.box(x, y, x + 9, y + 7) for x, y in corners]
        sites = rng.integers(0, 80_000, (8, 2)) / 1000
        route = [tuple(p) for p in rng.integers(0, 80_000, (6, 2)) / 1000]
        ways = lines(*pairwise(route))
        base = look(route[0], ways, sites, blocks, default_distance_m=40)
        order = rng.permutation(len(sites))
        mixed = look(route[0], ways[::-1], sites[order], blocks[::-1], default_distance_m=40)
        assert mixed.distance_m == base.distance_m
        assert (base.site < 0 and mixed.site < 0) or order[mixed.site] == base.site
        shift = np.array([412_345.0, 3_312_678.0])
        moved = look(
            route[0] + shift,
            ways.translate(*shift),
            sites + shift,
            list(gpd.GeoSeries(blocks).translate(*shift)),
            default_distance_m=40,
        )
        assert moved.site == base.site
        assert moved.distance_m == pytest.approx(base.distance_m, abs=1e-6)
