"""Ways one can walk, as straight pieces that meet at shared corners, and how far it is along them."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo.crs import check_metric, to_mm

_MM = 1000.0


@dataclass(frozen=True)
class Ways:
    """
    Straight pieces of ways. Ways are joined where they share a corner, not where they merely cross (a bridge).

    Attributes
    ----------
    pieces_mm
        x, y, x, y of both ends; (n, 4), int64, millimetres, the lexicographically smaller end first; every piece
        once, in lexicographic order.
    length_m
        Their lengths.
    nodes
        Numbers of their ends; (n, 2).
    node_count
        How many corners there are.
    """

    pieces_mm: np.ndarray
    length_m: np.ndarray
    nodes: np.ndarray
    node_count: int


@dataclass(frozen=True)
class Feet:
    """
    Where places reach the ways.

    Attributes
    ----------
    place
        Row of the place.
    piece
        Row of the piece that is nearest to it; several when equally near.
    at_m
        How far along the piece.
    off_m
        How far from the place.
    """

    place: np.ndarray
    piece: np.ndarray
    at_m: np.ndarray
    off_m: np.ndarray


@dataclass(frozen=True)
class Stretches:
    """
    The pieces cut at the feet, with the way along the network from the nearest foot to both ends.

    Attributes
    ----------
    piece
        Row of the piece.
    from_m, to_m
        Which part of the piece, measured along it.
    from_distance_m, to_distance_m
        Way to both ends; infinite beyond the limit.
    """

    piece: np.ndarray
    from_m: np.ndarray
    to_m: np.ndarray
    from_distance_m: np.ndarray
    to_distance_m: np.ndarray


def ways_of(lines: gpd.GeoSeries) -> Ways:
    """
    The straight pieces of ``lines``; missing and empty geometries have none.

    Parameters
    ----------
    lines
        Lines and multilines in a metric CRS.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic or not in metres, or a geometry is not a line.
    """
    check_metric(lines, "lines")
    geometries = lines.to_numpy()
    geometries = geometries[~(shapely.is_missing(geometries) | shapely.is_empty(geometries))]
    if not (shapely.get_dimensions(geometries) == 1).all():
        raise ValueError("ways must be lines or multilines")
    corners, line = shapely.get_coordinates(shapely.get_parts(geometries), return_index=True)
    corners = to_mm(corners)
    a, b = corners[:-1], corners[1:]
    real = (line[:-1] == line[1:]) & (a != b).any(axis=1)
    a, b = a[real], b[real]
    forward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    pieces = np.unique(np.where(forward[:, None], np.hstack([a, b]), np.hstack([b, a])), axis=0)
    corner_mm, nodes = np.unique(pieces.reshape(-1, 2), axis=0, return_inverse=True)
    along = (pieces[:, 2:] - pieces[:, :2]) / _MM
    return Ways(pieces, np.sqrt((along**2).sum(axis=1)), nodes.reshape(-1, 2), len(corner_mm))


def feet_of(ways: Ways, places: np.ndarray, *, within_m: float) -> Feet:
    """
    Where each place reaches the ways: on the nearest piece, or pieces when several are equally near.

    Parameters
    ----------
    places
        Geometries in the CRS of the ways; any kind.
    within_m
        A place further than this from every way has no foot.
    """
    lines = shapely.linestrings(ways.pieces_mm.reshape(-1, 2, 2) / _MM)
    tree = shapely.STRtree(lines)
    (place, piece), off = tree.query_nearest(places, max_distance=within_m, return_distance=True, all_matches=True)
    touch = shapely.get_point(shapely.shortest_line(lines[piece], places[place]), 0)
    at = np.clip(shapely.line_locate_point(lines[piece], touch), 0.0, ways.length_m[piece])
    order = np.lexsort((at, piece, place))
    return Feet(place[order], piece[order], at[order], off[order])


def stretches_from(ways: Ways, feet: Feet, *, limit_m: float) -> Stretches:
    """
    How far it is along the ways from the nearest foot, its distance from its place included.

    Parameters
    ----------
    limit_m
        Ways longer than this are not followed.
    """
    count = len(feet.piece)
    # Cuts of each piece in order: its start, the feet on it, its end.
    every = np.arange(len(ways.length_m))
    piece = np.concatenate([every, feet.piece, every])
    at = np.concatenate([np.zeros(len(every)), feet.at_m, ways.length_m])
    node = np.concatenate([ways.nodes[:, 0], ways.node_count + np.arange(count), ways.nodes[:, 1]])
    rank = np.repeat([0, 1, 2], [len(every), count, len(every)])
    order = np.lexsort((at, rank, piece))
    piece, at, node = piece[order], at[order], node[order]
    follows = piece[:-1] == piece[1:]
    start, end = np.flatnonzero(follows), np.flatnonzero(follows) + 1

    source = ways.node_count + count
    distance = _shortest(
        np.concatenate([node[start], np.full(count, source)]),
        np.concatenate([node[end], ways.node_count + np.arange(count)]),
        np.concatenate([at[end] - at[start], feet.off_m]),
        source,
        limit_m,
    )
    return Stretches(piece[start], at[start], at[end], distance[node[start]], distance[node[end]])


def _shortest(start: np.ndarray, end: np.ndarray, length: np.ndarray, source: int, limit_m: float) -> np.ndarray:
    """Shortest way from ``source``, the last node, to every node; of parallel edges the shortest counts."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], length[order]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    graph = coo_array((length[first], (low[first], high[first])), shape=(source + 1, source + 1)).tocsr()
    return dijkstra(graph, directed=False, indices=source, limit=limit_m)
