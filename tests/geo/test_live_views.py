"""Who would see a new site: as line by line."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.live_views import LiveViews
from geo.sight import hiding_building, obstacles
from tests.cities import CRS, EAST, NORTH

CORNER = np.array([EAST, NORTH]) * 1000
PLACE = st.tuples(st.integers(0, 400), st.integers(0, 400))


def mm(places) -> np.ndarray:
    return (CORNER + np.array(places, dtype=float).reshape(-1, 2) * 1000).astype(np.int64)


def around(boxes, reach_m: float, stands: np.ndarray):
    """Obstacles of boxes in metres from the corner."""
    shapes = [shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north) for west, south, east, north in boxes]
    return obstacles(gpd.GeoSeries(shapes, crs=CRS), near=stands / 1000, radius_m=reach_m)


def test_a_wall_between():
    """
    One stands at 0, 10 and 20 on the x axis; a wall stands across it from 12 to 14; a site stands at 30, and at 5.

        o----o--|##|--o----*
        0   10  12 14 20   30
    """
    stands = mm([(0, 0), (10, 0), (20, 0)])
    walls = around([(12, -5, 14, 5)], 50, stands)
    views = LiveViews(stands[:1], np.array([0, 0]), stands[1:], walls, reach_m=50)
    point, square, centre, seeing = views.seen(mm([(30, 0), (5, 0), (0, 300)]))
    assert (point.tolist(), square.tolist()) == ([0, 1], [0, 0])
    assert (centre.tolist(), seeing.tolist()) == ([False, True], [1, 1])


def test_no_spots_and_no_samples():
    stands = mm([(0, 0), (100, 0)])
    none = np.empty(0, dtype=np.int64)
    views = LiveViews(stands, none, stands[:0], around([(40, -5, 60, 5)], 70, stands), reach_m=70)
    assert [len(column) for column in views.seen(stands[:0])] == [0, 0, 0, 0]
    assert [column.tolist() for column in views.seen(mm([(30, 0)]))] == [[0], [0], [True], [0]]


@given(
    squares=st.lists(st.tuples(PLACE, st.lists(PLACE, max_size=4)), min_size=1, max_size=5),
    boxes=st.lists(st.tuples(PLACE, st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=12),
    spots=st.lists(PLACE, max_size=8),
    reach_m=st.sampled_from([20, 100, 250]),
)
def test_as_line_by_line(squares, boxes, spots, reach_m):
    centres = mm([centre for centre, _ in squares])
    square = np.repeat(np.arange(len(squares)), [len(samples) for _, samples in squares])
    samples = mm([place for _, own in squares for place in own])
    walls = around([(x, y, x + w, y + h) for (x, y), w, h in boxes], reach_m, np.vstack((centres, samples)))
    found = LiveViews(centres, square, samples, walls, reach_m=reach_m).seen(mm(spots))
    wanted = []
    for i, spot in enumerate(mm(spots)):
        for k in range(len(squares)):
            own = np.vstack((centres[k : k + 1], samples[square == k]))
            near = ((own - spot) ** 2).sum(axis=1) <= (reach_m * 1000) ** 2
            sees = np.zeros(len(own), dtype=bool)
            sees[near] = hiding_building(own[near], np.broadcast_to(spot, own[near].shape), walls) < 0
            if sees.any():
                wanted.append((i, k, bool(sees[0]), int(sees[1:].sum())))
    assert sorted(zip(*(column.tolist() for column in found), strict=True)) == wanted
