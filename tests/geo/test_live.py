"""Streets whose places come and go fail where all swept anew fail."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.few import SegmentsNear
from geo.live import LiveWindows
from geo.matching import match_points
from geo.streets import build_streets
from geo.windows import failing_starts, offsets_of
from tests.cities import EAST, NORTH, layer, road

CORNER = np.array([EAST, NORTH]) * 1000
ROADS = [
    road("甲路", (0, 0), (1200, 0)),
    road("乙路", (300, -200), (300, 400)),
    road("丙路", (0, 20), (200, 20)),
    road("丁路", (500, 0), (500, 300), (900, 600)),
]
STREETS = build_streets(layer([row for row, _ in ROADS], [shape for _, shape in ROADS]))
NEAR, LENGTH = SegmentsNear(STREETS.segments), STREETS.table["length_mm"].to_numpy()
SPOT = st.tuples(st.integers(-20, 130), st.integers(-30, 70)).map(lambda spot: (10 * spot[0], 10 * spot[1]))


def mm(spots: list[tuple[float, float]]) -> np.ndarray:
    return (CORNER + np.array(spots, dtype=float).reshape(-1, 2) * 1000).astype(np.int64)


def swept(points_mm: np.ndarray, *, need: int, window_m: float, reach_m: float) -> np.ndarray:
    """Failing millimetres of each street, everything computed anew."""
    window = round(window_m * 1000)
    found = match_points(points_mm, STREETS.segments, reach_mm=round(reach_m * 1000))
    needs = np.full(len(LENGTH), need)
    fails = failing_starts(found.at_mm, offsets_of(found.street, len(LENGTH)), LENGTH, needs, window)
    total = fails.total_mm(len(LENGTH))
    short = fails.street[LENGTH[fails.street] <= window]
    total[short] = LENGTH[short]
    return total


def live(points_mm: np.ndarray, *, need: int, window_m: float, reach_m: float) -> LiveWindows:
    reach = round(reach_m * 1000)
    places = match_points(points_mm, STREETS.segments, reach_mm=reach)
    return LiveWindows(NEAR, LENGTH, places, need=need, window_mm=round(window_m * 1000), reach_mm=reach)


def test_a_place_where_it_helps():
    """
    乙路 is 600 m and asks for one place in 400 m; the other streets are not touched at (300, 200).

    Without any place all 200 m of starts fail. At 400 m from its beginning a place is met by every start.
    """
    rule = {"need": 1, "window_m": 400, "reach_m": 30}
    streets = live(mm([]), **rule)
    assert streets.gain(mm([(300, 200), (300, 395), (2000, 2000)])).tolist() == [200_000, 5_000, 0]
    before = streets.failing_mm.sum()
    assert streets.add(*mm([(300, 200)])[0].tolist()) == -200_000
    assert streets.failing_mm.sum() == before - 200_000
    assert streets.move(mm([(300, 200)])[0].tolist(), mm([(300, 395)])[0].tolist()) == 195_000
    assert streets.remove(*mm([(300, 395)])[0].tolist()) == 5_000
    with pytest.raises(ValueError, match="no place stands"):
        streets.remove(*mm([(300, 395)])[0].tolist())


@given(
    start=st.lists(SPOT, max_size=8),
    edits=st.lists(st.tuples(st.integers(0, 40), SPOT), max_size=30),
    need=st.integers(0, 4),
    window_m=st.sampled_from([100, 250, 600, 2000]),
    reach_m=st.sampled_from([0, 25, 60]),
)
def test_as_all_swept_anew(start, edits, need, window_m, reach_m):
    rule = {"need": need, "window_m": window_m, "reach_m": reach_m}
    places, streets = list(start), live(mm(start), **rule)
    for pick, spot in edits:
        before = streets.failing_mm.sum()
        if pick % 3 == 0 and places:
            changed = streets.remove(*mm([places.pop(pick % len(places))])[0].tolist())
        elif pick % 3 == 1 and places:
            old = places.pop(pick % len(places))
            places.append(spot)
            changed = streets.move(mm([old])[0].tolist(), mm([spot])[0].tolist())
        else:
            gain = streets.gain(mm([spot]))[0]
            places.append(spot)
            changed = streets.add(*mm([spot])[0].tolist())
            assert changed == -gain
        assert changed == streets.failing_mm.sum() - before
    np.testing.assert_array_equal(streets.failing_mm, swept(mm(places), **rule))


@given(st.lists(SPOT, max_size=12), st.sampled_from([0, 10, 35, 300]))
def test_a_few_points_match_as_many_do(spots, reach_m):
    mine = NEAR.match(mm(spots), reach_mm=reach_m * 1000)
    full = match_points(mm(spots), STREETS.segments, reach_mm=reach_m * 1000)
    for name in ("point", "street", "at_mm", "distance_m"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(full, name))


def test_far_more_places_than_there_was_room_for():
    rule = {"need": 3, "window_m": 250, "reach_m": 30}
    streets, spots = live(mm([]), **rule), [(10 * (i * 37 % 120), 5.0) for i in range(300)]
    for spot in spots:
        streets.add(*mm([spot])[0].tolist())
    np.testing.assert_array_equal(streets.failing_mm, swept(mm(spots), **rule))
