"""Ways as a network of straight pieces: by hand and against networkx."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from geo.ways import feet_of, stretches_from, ways_of

CRS = 32650


def lines(*coordinates):
    return gpd.GeoSeries([shapely.LineString(c) for c in coordinates], crs=CRS)


def test_pieces_once_each():
    """
    Two ways share the piece (0,0)-(10,0), drawn in opposite directions; a missing way and a point-like bit go.
    """
    layer = lines([(0, 0), (10, 0), (10, 5)], [(10, 0), (0, 0)], [(10, 5), (10, 5.0001), (3, 4)])
    ways = ways_of(gpd.GeoSeries([*layer, None], crs=CRS))
    assert ways.pieces_mm.tolist() == [[0, 0, 10_000, 0], [3_000, 4_000, 10_000, 5_000], [10_000, 0, 10_000, 5_000]]
    np.testing.assert_allclose(ways.length_m, [10, np.sqrt(50), 5])
    assert ways.node_count == 4


def test_feet():
    """Off the middle of a piece; nearest at a shared corner, so on both; and one too far off."""
    ways = ways_of(lines([(0, 0), (10, 0), (10, 10)]))
    feet = feet_of(ways, shapely.points([(4, 3), (12, -2), (99, 0)]), within_m=20)
    assert feet.place.tolist() == [0, 1, 1]
    assert feet.piece.tolist() == [0, 0, 1]
    np.testing.assert_allclose(feet.at_m, [4, 10, 0])
    np.testing.assert_allclose(feet.off_m, [3, np.sqrt(8), np.sqrt(8)])


def test_stretches_with_two_feet_on_a_piece():
    """
    0 --- 4 (foot, 3 m off) ----- 8 (foot on the way) -- 10 ---- 30
    """
    ways = ways_of(lines([(0, 0), (10, 0), (30, 0)]))
    feet = feet_of(ways, shapely.points([(4, 3), (8, 0)]), within_m=20)
    cut = stretches_from(ways, feet, limit_m=15)
    assert cut.piece.tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(cut.from_m, [0, 4, 8, 0])
    np.testing.assert_allclose(cut.to_m, [4, 8, 10, 20])
    np.testing.assert_allclose(cut.from_distance_m, [7, 3, 0, 2])
    np.testing.assert_allclose(cut.to_distance_m, [3, 0, 2, np.inf])


def test_distances_against_networkx():
    rng = np.random.default_rng(2)
    corners = rng.integers(0, 1000, (60, 2)).astype(float)
    pairs = rng.integers(0, 60, (120, 2))
    pairs = pairs[(corners[pairs[:, 0]] != corners[pairs[:, 1]]).any(axis=1)]
    ways = ways_of(lines(*corners[pairs]))
    source = corners[0]
    feet = feet_of(ways, np.array([shapely.Point(source)]), within_m=1)
    cut = stretches_from(ways, feet, limit_m=900)
    graph = nx.Graph()
    for a, b in corners[pairs]:
        graph.add_edge(tuple(a), tuple(b), weight=np.hypot(*(a - b)))
    expected = nx.single_source_dijkstra_path_length(graph, tuple(source), cutoff=900, weight="weight")
    ends = ways.pieces_mm[cut.piece].reshape(-1, 2, 2) / 1000
    for (a, b), near, far, start, end, length in zip(
        ends, cut.from_distance_m, cut.to_distance_m, cut.from_m, cut.to_m, ways.length_m[cut.piece], strict=True
    ):
        if start == 0:
            assert near == pytest.approx(expected.get(tuple(a), np.inf))
        if end == length:
            assert far == pytest.approx(expected.get(tuple(b), np.inf))


def test_faults():
    with pytest.raises(ValueError, match="lines"):
        ways_of(gpd.GeoSeries([shapely.Point(0, 0)], crs=CRS))
    with pytest.raises(ValueError, match="no CRS"):
        ways_of(gpd.GeoSeries([shapely.LineString([(0, 0), (1, 1)])]))
