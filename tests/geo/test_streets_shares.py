"""What the metres of the map count for in a street: half where two carriageways are one, in full, or nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.streets import Streets, build_streets
from tests.geo.street_drawing import city, divided, towns

ONE_WAY = {"name": "甲路", "oneway": "yes"}
BACK = ([(1000, 20), (0, 20)], ONE_WAY)


def shares(streets: Streets) -> list[tuple[float, float, float, float]]:
    """Metres of each street: its length, and of its pieces what counts half, in full and nothing."""
    columns = streets.table[["length_mm", "merged_mm", "single_mm", "beside_mm"]]
    return [tuple(row) for row in (columns / 1000).itertuples(index=False)]


def test_two_carriageways_count_half_each():
    """
    ::

        <------ 1000 m ------
        ------- 1000 m ----->
    """
    assert shares(build_streets(city(*divided()))) == [(1000.0, 2000.0, 0.0, 0.0)]


def test_a_two_way_road_counts_in_full():
    """A ---- 300 m ---- B."""
    assert shares(build_streets(city(([(0, 0), (300, 0)], {"name": "甲路"})))) == [(300.0, 0.0, 300.0, 0.0)]


def test_a_long_one_way_end_counts_in_full():
    """
    ::

                    <------ 1000 m ------
        -- 500 m -- ------- 1000 m ----->     to half a sample of 20 m
    """
    (row,) = shares(build_streets(city(([(-500, 0), (1000, 0)], ONE_WAY), BACK)))
    assert row == pytest.approx((1500.0, 2000.0, 500.0, 0.0), abs=11.0)
    assert row[1] / 2 + row[2] == pytest.approx(row[0], abs=6.5)


def test_a_ragged_end_counts_half():
    """The southern carriageway begins 60 m further west: 1060 m and 1000 m make 1030 m."""
    assert shares(build_streets(city(([(-60, 0), (1000, 0)], ONE_WAY), BACK))) == [(1030.0, 2060.0, 0.0, 0.0)]


@pytest.mark.parametrize(
    ("third", "length"),
    [([(300, 0), (320, -15), (680, -15), (700, 0)], 410.0), ([(100, -15), (900, -15)], 800.0)],
)
def test_a_third_lane_counts_nothing(third: list[tuple[float, float]], length: float):
    """
    ::

        <------------ 1000 m ------------
        -----.-------------------.------>
              `--- third lane --'              touching the carriageway or not
    """
    east = ([(0, 0), (300, 0), (700, 0), (1000, 0)], ONE_WAY)
    assert shares(build_streets(city(east, BACK, (third, ONE_WAY)))) == [(1000.0, 2000.0, 0.0, length)]


def test_two_pairs_side_by_side_are_two_streets_each_half_its_own():
    """Main and side carriageways of one name, 20 m apart each: four lines of 1000 m, two streets of 1000 m."""
    side = ([(0, -25), (1000, -25)], ONE_WAY), ([(1000, 45), (0, 45)], ONE_WAY)
    both = shares(build_streets(city(([(0, 0), (1000, 0)], ONE_WAY), BACK, *side)))
    assert both == [(1000.0, 2000.0, 0.0, 0.0)] * 2


def test_a_roundabout_counts_nothing():
    """--400-25 m--( o )--500-25 m--, a ring of 25 m radius: 900 m, of which 850 are drawn."""
    angle = np.linspace(0, 2 * np.pi, 33)
    ring = np.stack([25 * np.cos(angle), 25 * np.sin(angle)], axis=1)
    ring[-1] = ring[0]
    roads = city(
        ([(-400, 0), ring[16]], {"name": "甲路"}),
        ([ring[0], (500, 0)], {"name": "甲路"}),
        (ring, {"junction": "roundabout"}),
    )
    (row,) = shares(build_streets(roads))
    assert row == pytest.approx((900.0, 0.0, 850.0, 64 * 25 * np.sin(np.pi / 32)), abs=0.01)


@given(
    start=st.integers(-400, 400), stop=st.integers(600, 1400), left=st.sampled_from([12, 20, 40]), east=st.booleans()
)
def test_the_length_is_half_of_what_is_merged_and_all_of_what_is_single(start, stop, left, east):
    """One carriageway from 0 to 1000 m, the other ``left`` metres beside it from ``start`` to ``stop``."""
    other = [(stop, left), (start, left)] if east else [(left, stop), (left, start)]
    one = [(0, 0), (1000, 0)] if east else [(0, 0), (0, 1000)]
    (row,) = shares(build_streets(city((one, ONE_WAY), (other, ONE_WAY))))
    assert sum(row[1:]) == pytest.approx(1000 + stop - start, abs=0.01)
    assert row[3] <= 20.0  # where the one-way end goes over into the pair
    assert row[1] / 2 + row[2] == pytest.approx(row[0], rel=0.03)
    alone = [abs(start), abs(stop - 1000)]
    assert row[2] <= sum(alone) + 40.0  # what runs alone, to a sample at each end
    assert row[2] >= sum(metres - 30.0 for metres in alone if metres > 130.0)  # shorter ends may count half


@given(roads=towns())
def test_all_metres_of_the_pieces_are_shared_out(roads):
    """Nothing is lost or counted twice; where no street is divided nothing is merged."""
    streets = build_streets(roads)
    table, segments = streets.table, streets.segments
    length = np.hypot(segments.x1 - segments.x0, segments.y1 - segments.y0)
    found = np.bincount(segments.street, length, len(table))
    shared = table[["merged_mm", "single_mm", "beside_mm"]]
    pieces = np.bincount(segments.street, minlength=len(table))
    assert (np.abs(shared.sum(axis=1) - found) <= 2 + pieces).all()
    assert (shared >= 0).all(axis=None)
    assert (table.loc[~table["divided"], "merged_mm"] == 0).all()
    assert streets.counts["merged_km"] == pytest.approx(table["merged_mm"].sum() / 1e6, abs=0.001)
