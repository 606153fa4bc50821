"""Lines of sight: by hand, against shapely on whole millimetres, laws, and a real extract."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import metric_crs
from geo.sight import (
    FACING_AWAY,
    NOT_HIDDEN,
    SEEN,
    TOO_FAR,
    containing_building,
    cut_points,
    hiding_building,
    isovist,
    obstacles,
    viewing_distance_mm,
    within_view,
)

CRS = 32650
COURTYARD = shapely.Polygon(
    [(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]]
)  # a house with a yard in the middle


def houses(*polygons):
    return gpd.GeoSeries(list(polygons), crs=CRS)


def mm(*points):
    return np.rint(np.array(points, dtype=float).reshape(-1, 2) * 1000).astype(np.int64)


def hider(observer, target, *polygons, **options):
    """The building that hides one target from one observer, all in metres."""
    return int(hiding_building(mm(observer), mm(target), obstacles(houses(*polygons)), **options)[0])


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_house_between():
    """
    observer ----[ 0 ]---[ 1 ]---- target: the first one met hides it, from either side.
    """
    row = [shapely.box(10, -5, 20, 5), shapely.box(30, -5, 40, 5)]
    assert hider((0, 0), (50, 0), *row) == 0
    assert hider((50, 0), (0, 0), *row) == 1
    assert hider((0, 0), (50, 30), *row) == NOT_HIDDEN


def test_own_wall():
    """
     observer behind (5, 20)
    [ house, south face on y = 0 ]
          ad (5, 0)
     observer before (5, -20)
    """
    house = shapely.box(0, 0, 10, 10)
    assert hider((5, -20), (5, 0), house) == NOT_HIDDEN
    assert hider((5, 20), (5, 0), house) == 0


def test_sign_before_the_wall():
    """An ad 0.3 m before its wall is hidden from behind by the house, not from the front nor from along the wall."""
    house = shapely.box(0, 0, 10, 10)
    assert hider((5, -20), (5, -0.3), house) == NOT_HIDDEN
    assert hider((5, 20), (5, -0.3), house) == 0
    assert hider((-20, -0.3), (5, -0.3), house) == NOT_HIDDEN


def test_corner_touch_hides():
    """The line from (0, 0) to (20, 20) touches the corner (10, 10) of the house and nothing else."""
    assert hider((0, 0), (20, 20), shapely.box(10, 0, 20, 10)) == 0
    assert hider((0, 0), (20, 20), shapely.box(10.001, 0, 20, 10)) == NOT_HIDDEN


def test_along_a_wall_hides():
    """A line that runs along a wall touches it all the way."""
    assert hider((0, 0), (40, 0), shapely.box(10, 0, 20, 10)) == 0
    assert hider((12, 0), (15, 0), shapely.box(10, 0, 20, 10)) == 0
    assert hider((0, 0), (5, 0), shapely.box(10, 0, 20, 10)) == NOT_HIDDEN


def test_target_in_a_courtyard():
    """Walls of the yard count: hidden from the street, seen from within the yard."""
    assert hider((-20, 15), (15, 15), COURTYARD) == 0
    assert hider((11, 11), (18, 18), COURTYARD) == NOT_HIDDEN
    assert hider((11, 11), (20, 15), COURTYARD) == NOT_HIDDEN  # on the yard's wall


def test_observer_inside_a_building():
    """From inside one sees what is inside, and nothing beyond the walls."""
    assert hider((5, 5), (5, 25), shapely.box(0, 0, 10, 10)) == 0
    assert hider((5, 5), (2, 2), shapely.box(0, 0, 10, 10)) == NOT_HIDDEN
    assert hider((10, 5), (30, 5), shapely.box(0, 0, 10, 10)) == 0  # standing in the wall


def test_the_cut():
    """A wall 0.5 m before the target is touched, one at 0.499 m is not; nearer than 0.5 m all is seen."""
    assert hider((0, 0), (20, 0), shapely.box(19.5, -1, 19.9, 1)) == 0
    assert hider((0, 0), (20, 0), shapely.box(19.501, -1, 19.9, 1)) == NOT_HIDDEN
    assert hider((0, 0), (20, 0), shapely.box(18.9, -1, 19.2, 1), cut_m=1.2) == NOT_HIDDEN
    assert hider((0, 0), (0.499, 0), shapely.box(0.1, -1, 0.2, 1)) == NOT_HIDDEN
    assert hider((0, 0), (0.5, 0), shapely.box(0, -1, 0.2, 1)) == 0
    assert hider((3, 3), (3, 3), shapely.box(0, 0, 3, 3)) == NOT_HIDDEN


def test_parts_holes_and_missing_geometries():
    parts = shapely.MultiPolygon([shapely.box(10, -45, 20, -35), shapely.box(30, -45, 40, -35)])
    layer = gpd.GeoSeries([None, shapely.Polygon(), COURTYARD, parts], index=[7, 7, 3, 1], crs=CRS)
    known = obstacles(layer)
    assert hiding_building(mm((25, 15)), mm((50, 15)), known).tolist() == [2]
    assert hiding_building(mm((25, -40)), mm((50, -40)), known).tolist() == [3]
    assert containing_building(mm((15, 15), (35, -40), (50, 0), (5, 5)), known).tolist() == [-1, 3, -1, 2]


def test_no_buildings():
    empty = obstacles(houses())
    assert hiding_building(mm((0, 0)), mm((9, 9)), empty).tolist() == [NOT_HIDDEN]
    assert containing_building(mm((0, 0)), empty).tolist() == [-1]
    assert len(hiding_building(mm(), mm(), obstacles(houses(COURTYARD)))) == 0


def test_equal_walls_do_not_depend_on_row_order():
    """Two houses share the wall x = 10; the line meets it from the south end. The western house starts first."""
    west, east = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    assert hider((10, -20), (10, 30), west, east) == 0
    assert hider((10, -20), (10, 30), east, west) == 1


def test_near_takes_the_same_answers():
    rng = np.random.default_rng(3)
    corners = rng.integers(0, 900, (400, 2))
    layer = houses(*shapely.box(*corners.T, *(corners + rng.integers(5, 30, (400, 2))).T))
    eyes = mm(*rng.integers(0, 900, (10, 2)))
    observers = np.repeat(eyes, 50, axis=0)
    targets = observers + rng.integers(-70_000, 70_000, observers.shape)
    points = gpd.GeoSeries(shapely.points(eyes / 1000), crs=CRS)
    some = obstacles(layer, near=points, radius_m=100)
    everything = obstacles(layer)
    assert 0 < len(some.walls) < len(everything.walls)
    expected = hiding_building(observers, targets, everything)
    np.testing.assert_array_equal(hiding_building(observers, targets, some), expected)
    again = obstacles(layer, near=eyes / 1000, radius_m=100)
    np.testing.assert_array_equal(again.walls, some.walls)
    with pytest.raises(ValueError, match="longer than the radius"):
        hiding_building(mm((0, 0)), mm((101, 0)), some)


def test_faults():
    with pytest.raises(ValueError, match="no CRS"):
        obstacles(gpd.GeoSeries([COURTYARD]))
    with pytest.raises(ValueError, match="polygons"):
        obstacles(gpd.GeoSeries([shapely.Point(0, 0)], crs=CRS))
    with pytest.raises(ValueError, match="together"):
        obstacles(houses(COURTYARD), radius_m=5)
    with pytest.raises(ValueError, match="different CRS"):
        obstacles(houses(COURTYARD), near=gpd.GeoSeries([shapely.Point(0, 0)], crs=4549), radius_m=5)
    with pytest.raises(ValueError, match="1,000 km"):
        hiding_building(mm((0, 0)), mm((2e6, 0)), obstacles(houses(COURTYARD)))


# --- against shapely -------------------------------------------------------------------------------------------------

spot = st.tuples(st.integers(0, 40), st.integers(0, 40))
block = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 15), st.integers(1, 15), st.booleans())


def build(blocks):
    """Boxes and triangles with corners in whole metres, as drawn; they may overlap."""
    return [
        shapely.box(x, y, x + w, y + h) if square else shapely.Polygon([(x, y), (x + w, y + 1), (x + 1, y + h)])
        for x, y, w, h, square in blocks
    ]


def brute_force(observers, targets, polygons_mm, cut_mm):
    """For each line the buildings it touches, one by one, and how far from the observer."""
    cut = cut_points(observers, targets, cut_m=cut_mm / 1000)
    rings = [shapely.boundary(p) for p in polygons_mm]
    answers = []
    for observer, target, end in zip(observers, targets, cut, strict=True):
        eye = shapely.Point(observer)
        line = eye if (observer == end).all() else shapely.LineString([observer, end])
        near = ((observer - target) ** 2).sum() < cut_mm**2
        touched = [] if near else [i for i, ring in enumerate(rings) if shapely.intersects(line, ring)]
        answers.append({i: shapely.distance(eye, shapely.intersection(line, rings[i])) for i in touched})
    return answers


def check(observers, targets, polygons, cut_mm=500):
    """Hidden or not is the same as by brute force, and the building named is one that is met first."""
    known = obstacles(houses(*polygons))
    answers = hiding_building(observers, targets, known, cut_m=cut_mm / 1000)
    in_mm = [shapely.transform(p, lambda xy: np.rint(xy * 1000)) for p in polygons]
    for answer, expected in zip(answers, brute_force(observers, targets, in_mm, cut_mm), strict=True):
        assert (answer >= 0) == bool(expected)
        if expected:
            assert expected[answer] <= min(expected.values()) + 1e-6
    return answers


@settings(max_examples=150, deadline=None)
@given(st.lists(block, max_size=8), st.lists(st.tuples(spot, spot), min_size=1, max_size=12))
def test_against_brute_force_with_many_touches(blocks, pairs):
    """Everything in whole metres, so that lines touch corners and run along walls all the time."""
    check(mm(*[a for a, _ in pairs]), mm(*[b for _, b in pairs]), build(blocks))


@settings(max_examples=100, deadline=None)
@given(st.lists(block, max_size=8), st.lists(st.tuples(spot, spot), min_size=1, max_size=12))
def test_against_brute_force_in_millimetres(blocks, pairs):
    """The same drawn in millimetres, all in one cell of the grid, with a cut of 3 mm."""
    polygons = [shapely.transform(p, lambda xy: xy / 1000) for p in build(blocks)]
    check(mm(*[a for a, _ in pairs]) // 1000, mm(*[b for _, b in pairs]) // 1000, polygons, cut_mm=3)


def test_against_brute_force_over_many_cells():
    """Long lines across a town, towards all sides, with negative coordinates too."""
    rng = np.random.default_rng(11)
    corners = rng.integers(-300_000, 300_000, (120, 2)) / 1000
    sizes = rng.integers(1_000, 40_000, (120, 2)) / 1000
    polygons = list(shapely.box(*corners.T, *(corners + sizes).T))
    ends = rng.integers(-300_000, 300_000, (2, 150, 2))
    ends[1, :20, 0], ends[1, 20:40, 1] = ends[0, :20, 0], ends[0, 20:40, 1]  # straight north and straight east
    ends[0, 40:80] = ends[0, 40:80] >> 15 << 15  # on the borders of cells
    ends[1, 60:100] = ends[1, 60:100] >> 15 << 15
    answers = check(ends[0], ends[1], polygons)
    assert (answers >= 0).any()
    assert (answers < 0).any()


@settings(max_examples=100, deadline=None)
@given(st.lists(block, min_size=1, max_size=8), st.lists(spot, min_size=1, max_size=20))
def test_containing_building_against_shapely(blocks, points):
    polygons = build(blocks)
    answers = containing_building(mm(*points), obstacles(houses(*polygons)))
    for point, answer in zip(points, answers, strict=True):
        holders = [i for i, polygon in enumerate(polygons) if shapely.covers(polygon, shapely.Point(point))]
        assert answer in holders if holders else answer == -1


# --- laws ------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(block, min_size=1, max_size=8, unique=True), st.lists(st.tuples(spot, spot), min_size=1), st.randoms())
def test_row_order_and_whole_metres_change_nothing(blocks, pairs, random):
    polygons = list(dict.fromkeys(build(blocks)))
    observers, targets = mm(*[a for a, _ in pairs]), mm(*[b for _, b in pairs])
    base = hiding_building(observers, targets, obstacles(houses(*polygons)))
    order = random.sample(range(len(polygons)), len(polygons))
    mixed = hiding_building(observers, targets, obstacles(houses(*[polygons[i].reverse() for i in order])))
    np.testing.assert_array_equal(np.where(mixed < 0, -1, np.array(order)[mixed]), base)
    shift = np.array([500_123, 3_377_001])
    moved = [shapely.transform(p, lambda xy: xy + shift) for p in polygons]
    away = hiding_building(observers + 1000 * shift, targets + 1000 * shift, obstacles(houses(*moved)))
    np.testing.assert_array_equal(away, base)


def test_more_buildings_never_show_more():
    rng = np.random.default_rng(5)
    corners = rng.integers(0, 200, (60, 2))
    polygons = list(shapely.box(*corners.T, *(corners + 9).T))
    observers, targets = mm(*rng.integers(0, 200, (80, 2))), mm(*rng.integers(0, 200, (80, 2)))
    few = hiding_building(observers, targets, obstacles(houses(*polygons[:20]))) >= 0
    many = hiding_building(observers, targets, obstacles(houses(*polygons))) >= 0
    assert (many | ~few).all()


# --- what could be read ----------------------------------------------------------------------------------------------


def test_viewing_distance():
    """0.3 m x 0.4 m: 38.2 x 0.5 m; without both sizes 100 m."""
    found = viewing_distance_mm([0.3, np.nan, 3.0, 0.0], [0.4, 2.0, np.nan, 1.0])
    assert found.tolist() == [19_100, 100_000, 100_000, 100_000]
    assert viewing_distance_mm(0.3, 0.4, reading_factor=0.5, diagonal_factor=20).tolist() == 5_000
    assert viewing_distance_mm(np.nan, 0.4, default_distance_m=70).tolist() == 70_000


def test_within_view_distance_is_inclusive():
    targets = mm((0, 0), (0, 0), (0, 0))
    observers = mm((60, 80), (60.001, 80), (0, 0))
    missing = np.full(3, np.nan)
    assert within_view(observers, targets, missing, missing, missing).tolist() == [SEEN, TOO_FAR, SEEN]


def test_within_view_facing():
    """
    The ad faces east (90); observers stand around it: east, north-east by 45, north, west, and on the spot.
    """
    observers = mm((10, 0), (10, 10), (0, 10), (-10, 0), (0, 0))
    facing, missing = np.full(5, 90.0), np.full(5, np.nan)
    codes = within_view(observers, mm((0, 0)), missing, missing, facing)
    assert codes.tolist() == [SEEN, SEEN, FACING_AWAY, FACING_AWAY, SEEN]
    narrow = within_view(observers, mm((0, 0)), missing, missing, facing, max_angle_deg=45)
    assert narrow.tolist() == [SEEN, SEEN, FACING_AWAY, FACING_AWAY, SEEN]
    assert within_view(observers, mm((0, 0)), missing, missing, missing).tolist() == [SEEN] * 5
    assert within_view(observers, mm((0, 0)), missing, missing, facing, max_angle_deg=180).tolist() == [SEEN] * 5
    far = within_view(observers, mm((0, 0)), missing, missing, facing, default_distance_m=5)
    assert far.tolist() == [TOO_FAR] * 4 + [SEEN]


@given(st.floats(-720, 720), st.floats(0, 360), st.floats(0, 180))
def test_within_view_angle(facing, bearing, limit):
    """Bearings wrap round north; full turns change nothing."""
    off = abs((bearing - facing + 180) % 360 - 180)
    if abs(off - limit) < 0.01:
        return
    observer = mm(50 * np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))]))
    code = within_view(observer, mm((0, 0)), np.nan, np.nan, facing, max_angle_deg=limit)
    assert (code == SEEN).item() == (off < limit)


# --- isovist ---------------------------------------------------------------------------------------------------------


def test_isovist_in_the_open_is_a_disc():
    seen = isovist(mm((500, 700))[0], obstacles(houses()), radius_m=100)
    assert seen.area == pytest.approx(np.pi * 100**2, rel=2e-3)
    assert seen.centroid.distance(shapely.Point(500, 700)) < 0.1


def test_isovist_behind_a_wall():
    """A wall from (-10, 10) to (10, 10) takes a quarter of the disc, but for the triangle before it."""
    seen = isovist(mm((0, 0))[0], obstacles(houses(shapely.box(-10, 10, 10, 11))), radius_m=50)
    assert seen.area == pytest.approx(np.pi * 50**2 * 3 / 4 + 100, rel=2e-3)
    assert not seen.contains(shapely.Point(0, 20))
    assert seen.contains(shapely.Point(0, 9))


def test_isovist_in_a_room_and_in_a_wall():
    room = obstacles(houses(shapely.box(0, 0, 10, 10)))
    assert isovist(mm((3, 4))[0], room, radius_m=50).area == pytest.approx(100, rel=1e-3)
    assert isovist(mm((10, 4))[0], room, radius_m=50).is_empty


# --- a real town -----------------------------------------------------------------------------------------------------


def test_helsinki_against_brute_force(real_data):
    """From the squares of the centre of Helsinki to its ads and to random spots: as shapely says, line by line."""
    file = real_data / "helsinki_centre" / "helsinki_centre.gpkg"
    crs = metric_crs(24.944, 60.171)
    layers = {name: gpd.read_file(file, layer=name).to_crs(crs) for name in ("buildings", "squares", "ads")}
    eyes = mm(*shapely.get_coordinates(layers["squares"].representative_point()))
    ads = mm(*shapely.get_coordinates(layers["ads"].centroid))
    rng = np.random.default_rng(1)
    spots = eyes[rng.integers(0, len(eyes), 600)] + rng.integers(-90_000, 90_000, (600, 2))
    observers = np.concatenate([np.repeat(eyes, len(ads), axis=0), eyes[rng.integers(0, len(eyes), 600)]])
    targets = np.concatenate([np.tile(ads, (len(eyes), 1)), spots])

    buildings = layers["buildings"].geometry
    answers = hiding_building(observers, targets, obstacles(buildings))
    rings = shapely.boundary(shapely.transform(buildings.to_numpy(), lambda xy: np.rint(xy * 1000)))
    lines = shapely.linestrings(np.stack([observers, cut_points(observers, targets)], axis=1).astype(float))
    hidden = np.array([shapely.intersects(line, rings).any() for line in lines])
    hidden &= ((observers - targets) ** 2).sum(axis=1) >= 500**2
    np.testing.assert_array_equal(answers >= 0, hidden)
    assert 0 < hidden.sum() < len(hidden)
    for i in np.flatnonzero(hidden)[::5]:
        met = shapely.distance(shapely.Point(observers[i]), shapely.intersection(lines[i], rings))
        assert met[answers[i]] <= np.nanmin(met) + 1e-3

    within = containing_building(spots, obstacles(buildings))
    covers = shapely.covers(shapely.transform(buildings.to_numpy(), lambda xy: np.rint(xy * 1000))[:, None],
                            shapely.points(spots)[None, :])  # fmt: skip
    np.testing.assert_array_equal(within >= 0, covers.any(axis=0))
    assert covers[within[within >= 0], np.flatnonzero(within >= 0)].all()
