"""The sea beside coastlines."""

import numpy as np
import shapely

_A_CENTIMETRE_DEG = 1e-7
_STRAY_VOTES = 0.02  # in sharp corners a point beside one piece may lie across the next


def sea_polygons(coastlines: np.ndarray, bounds: tuple[float, float, float, float]) -> np.ndarray:
    """
    The parts of a box that are sea.

    Coastlines cut the box into faces; a face is sea when the coast around it has the face on its right hand, as
    OpenStreetMap draws coastlines. A coastline that ends within the box cuts nothing; the face that it ends in has
    coast on both hands, and rather than drown a town it is taken as land.

    Parameters
    ----------
    coastlines
        LineStrings with the water on their right, WGS 84.
    bounds
        West, south, east, north of the box, degrees.

    Returns
    -------
    numpy.ndarray
        Polygons, possibly none, in the order of their west and south edges.
    """
    box = shapely.box(*bounds)
    inside = shapely.intersection(np.asarray(coastlines, dtype=object), box)
    # Intersections keep the direction of a line; parts that only touch the box are points.
    lines = shapely.get_parts(inside)
    lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING]
    if not len(lines):
        return np.array([], dtype=object)
    network = shapely.union_all([box.exterior, *lines])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    right, left = _beside(lines)
    tree = shapely.STRtree(faces)
    for_sea, for_land = (
        np.bincount(tree.query(points, predicate="within")[1], minlength=len(faces)) for points in (right, left)
    )
    sea = faces[(for_sea > 0) & (for_land <= _STRAY_VOTES * for_sea)]
    bounds_of = shapely.bounds(sea).reshape(-1, 4)
    return sea[np.lexsort((bounds_of[:, 1], bounds_of[:, 0]))]


def _beside(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point just to the right, and one just to the left, of the middle of every piece of the lines."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    along = end - start
    length = np.hypot(*along.T)
    start, end, along = start[length > 0], end[length > 0], along[length > 0] / length[length > 0, None]
    middle, off = (start + end) / 2, np.column_stack([along[:, 1], -along[:, 0]]) * _A_CENTIMETRE_DEG
    return shapely.points(middle + off), shapely.points(middle - off)
