"""What holds of the streets of any roads."""


import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets import build_streets
from tests.geo.street_drawing import check_positions, city, summary, towns


@settings(max_examples=40, deadline=None)
@given(roads=towns(), seed=st.integers(0, 9), shift=st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)))
def test_row_order_whole_metre_shifts_and_drawing_of_two_way_roads_change_nothing(roads, seed, shift):
    base = build_streets(roads)
    shuffled = roads.sample(frac=1, random_state=seed)
    moved = roads.set_geometry(roads.translate(*shift))
    assert summary(build_streets(shuffled)) == summary(base)
    other = build_streets(moved)
    assert summary(other) == summary(base)
    assert (other.segments.x0 - base.segments.x0 == shift[0] * 1000).all()
    assert (other.segments.m0 == base.segments.m0).all()
    two_way = roads["oneway"] == "no"
    drawn_back = roads.set_geometry(roads.geometry.where(~two_way, roads.reverse()))
    assert sorted(build_streets(drawn_back).table["length_mm"]) == sorted(base.table["length_mm"])


@settings(max_examples=40, deadline=None)
@given(roads=towns())
def test_every_piece_lies_on_its_street(roads):
    check_positions(build_streets(roads), most_off_m=60.0)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_tangles_of_any_kind_become_simple_streets(seed: int):
    """Random lines over few places, with roundabouts, bridges, doubles and folds: nothing breaks, in any order."""
    random = np.random.default_rng(seed)
    places = random.integers(0, 600, (10, 2))
    rows = []
    for _ in range(random.integers(1, 20)):
        points = places[random.integers(0, 10, random.integers(2, 6))]
        tags = {
            "name": random.choice([None, "甲", "乙"]),
            "oneway": random.choice(["yes", "no", "-1"]),
            "highway": random.choice(["primary", "secondary"]),
            "junction": random.choice([None] * 5 + ["roundabout"]),
            "bridge": random.choice([None] * 4 + ["yes"]),
        }
        rows.append((points if (points[0] != points[1]).any() else [(0, 0), (600, 600)], tags))
    roads = city(*rows)
    streets = build_streets(roads)
    check_positions(streets, most_off_m=600.0)
    assert summary(build_streets(roads.sample(frac=1, random_state=1))) == summary(streets)
