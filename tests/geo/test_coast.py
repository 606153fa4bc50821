"""Sea beside coastlines, in boxes that can be solved by hand."""

import numpy as np
from shapely.geometry import LineString, Point

from geo.coast import sea_polygons

BOX = (0.0, 0.0, 10.0, 10.0)


def areas(*lines) -> list[float]:
    return [
        round(face.area, 6) for face in sea_polygons(np.array([LineString(line) for line in lines], dtype=object), BOX)
    ]


def test_coast_across_the_box():
    """The coast runs north at x = 4: land on its left, sea on its right."""
    assert areas([(4, -1), (4, 11)]) == [60.0]
    assert areas([(4, 11), (4, -1)]) == [40.0]


def test_coast_in_pieces():
    assert areas([(4, -1), (4, 5)], [(4, 5), (4, 11)]) == [60.0]


def test_island_is_no_sea():
    """An island drawn anticlockwise, as all are: land on the left."""
    island = [(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]
    (sea,) = sea_polygons(np.array([LineString(island)], dtype=object), BOX)
    assert sea.area == 96 and not sea.contains(Point(3, 3))


def test_lagoon_is_sea():
    assert areas([(2, 2), (2, 4), (4, 4), (4, 2), (2, 2)]) == [4.0]


def test_two_coasts_of_a_strait():
    assert areas([(3, 11), (3, -1)], [(7, -1), (7, 11)]) == [30.0, 30.0]
    assert areas([(3, -1), (3, 11)], [(7, 11), (7, -1)]) == [40.0]


def test_coast_that_ends_in_the_box_or_lies_outside():
    assert areas([(4, -1), (4, 5)]) == []
    assert areas([(4, -1), (4, 5)], [(7, 7), (8, 7), (8, 8), (7, 7)]) == []
    assert areas([(20, 0), (20, 10)]) == []
    assert areas() == []
