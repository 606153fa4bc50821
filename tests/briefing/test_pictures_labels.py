"""Where words stand: never on each other, never on what fails where there is other room, never beyond the frame."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from briefing.pictures import words
from briefing.pictures.labels import Label, Spot, place, spots_along, spots_around, spots_within
from briefing.pictures.maps import city_map, district_map
from briefing.pictures.sheet import Sheet

FRAME = (0.0, 0.0, 100.0, 80.0)
spots = st.lists(
    st.builds(Spot, st.floats(-10, 110), st.floats(-10, 90), st.floats(-90, 90), st.floats(0, 5)),
    min_size=1,
    max_size=8,
)
labels = st.lists(
    st.builds(
        Label,
        st.just((("名", 9, False),)),
        spots,
        st.booleans(),
        st.floats(2, 30),
        st.floats(2, 10),
    ),
    max_size=10,
)
boxes = st.lists(
    st.tuples(st.floats(0, 90), st.floats(0, 70), st.floats(1, 30), st.floats(1, 30)).map(
        lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=6,
)


@given(labels, boxes, boxes)
def test_labels_keep_clear_of_each_other_of_plates_and_of_what_fails(wanted, failing, taken):
    failing = np.array(failing, dtype=object)
    placed = place(wanted, FRAME, failing=failing, taken=taken)
    frame = shapely.box(*FRAME)
    for k, one in enumerate(placed):
        assert frame.covers(one.box)
        before = [*taken, *(other.box for other in placed[:k])]
        assert not any(one.box.intersects(other) for other in before)
        if any(one.box.intersects(shape) for shape in failing):
            assert one.label.must
            assert not [s for s in one.label.spots if _is_clean(one.label, s, [*before, *failing], frame)]


def _is_clean(label, spot, others, frame) -> bool:
    """Whether a label could stand at a spot without touching anything: a turned box, made by another way."""
    wide, high = label.size_mm
    box = shapely.box(-wide / 2, -high / 2, wide / 2, high / 2)
    turn = np.radians(spot.turn)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    box = shapely.transform(box, lambda points: points @ matrix + [spot.x, spot.y])
    return frame.buffer(-1e-6).covers(box) and not any(box.buffer(1e-6).intersects(other) for other in others)


def test_what_must_stand_covers_what_fails_rather_than_nothing():
    everywhere = np.array([shapely.box(*FRAME)], dtype=object)
    spot = [Spot(50, 40)]
    assert len(place([Label((("1", 8, True),), spot, True)], FRAME, failing=everywhere)) == 1
    assert place([Label((("1", 8, True),), spot)], FRAME, failing=everywhere) == []


def test_names_of_streets_lie_along_them_and_never_upside_down():
    line = shapely.LineString([(80, 10), (10, 60)])
    for spot in spots_along(np.array([line]), 20, 4, beside_mm=(0.0, 3.0, -3.0)):
        assert -90 < spot.turn <= 90
        assert np.isclose(np.tan(np.radians(spot.turn)), -50 / 70, atol=1e-6)
        assert line.distance(shapely.Point(spot.x, spot.y)) < 3.0 + 1e-6
    assert spots_along(np.array([shapely.LineString([(0, 0), (5, 0)])]), 20, 4, beside_mm=(0.0,)) == []
    bend = shapely.LineString([(0, 0), (10, 0), (10, 10)])
    assert spots_along(np.array([bend]), 18, 4, beside_mm=(0.0,)) == []


def test_names_of_districts_stand_within_them():
    ring = shapely.Polygon([(0, 0), (60, 0), (60, 60), (0, 60)], [[(10, 10), (50, 10), (50, 50), (10, 50)]])
    assert all(ring.contains(shapely.Point(s.x, s.y)) for s in spots_within(ring, np.empty(0, dtype=object), room=5))
    assert len(spots_around(5, 5, steps_mm=[2, 4], turns=8)) == 16


def test_on_the_maps_of_the_demo_city_no_word_lies_on_another_and_none_on_what_fails(demo, monkeypatch):
    seen = []

    def watched(labels, frame, *, failing, taken=()):
        placed = place(labels, frame, failing=failing, taken=taken)
        seen.append((placed, failing, taken))
        return placed

    monkeypatch.setattr(words, "place", watched)
    city_map(*demo)
    for district in ("东澜新区", "青屏区"):
        district_map(*demo, district, sheet=Sheet("16x9"))
    for placed, failing, taken in seen:
        shapes = np.array([one.box for one in placed])
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        assert (one == other).all() and len(placed) > 8
        assert not any(shape.intersects(plate) for shape in shapes for plate in taken)
        covering, _ = shapely.STRtree(failing).query(shapes, predicate="intersects")
        assert len(covering) == 0, [placed[k].label.rows for k in covering]
        assert {one.label.key[1] for one in placed if one.label.key[0] == "number"} == {1, 2, 3, 4, 5}
