"""Places as areas: where one stands to look at them, points all over them, and which part of them facilities serve."""

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.crs import check_metric, to_mm
from geo.ways import feet_of, stretches_from, ways_of

_CENTRE_TOLERANCE_M = 0.1
_MM = 1000.0
_QUARTER_PIECES = 64
_STEPS_IN_RADIUS = 25
_SPACING_TRIES, _COUNT_TOLERANCE = 6, 0.1


def viewing_centre(places: gpd.GeoSeries) -> gpd.GeoSeries:
    """
    Where one stands to judge each place: a point of the place, in whole millimetres.

    The centroid of a polygon when the polygon covers it, else the pole of inaccessibility: the centre of the largest
    circle inside, to within 0.1 m. A point is its own centre; of a line, the corner nearest to its middle. Moves with
    the place when all its coordinates are moved by whole metres.

    Parameters
    ----------
    places
        Geometries in a metric CRS.

    Returns
    -------
    gpd.GeoSeries
        Points, same index and CRS; None where the geometry is missing or empty.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic or not in metres.
    """
    check_metric(places, "places")
    known, origins, shapes = _at_origin(places)
    centres = np.full(len(places), None, dtype=object)
    centres[known] = shapely.points(origins + _centres(shapes))
    return gpd.GeoSeries(centres, index=places.index, crs=places.crs)


def inner_points(geometries: np.ndarray) -> np.ndarray:
    """
    A point of each geometry to look it up by: itself, the middle of a line, or a point inside a polygon.

    Missing geometries give missing points.
    """
    points = shapely.point_on_surface(geometries)
    lines = shapely.get_type_id(geometries) == shapely.GeometryType.LINESTRING
    points[lines] = shapely.line_interpolate_point(geometries[lines], 0.5, normalized=True)
    return points


def sample_points(polygons: gpd.GeoSeries, count: int) -> gpd.GeoSeries:
    """
    Points of a square grid all over each polygon, about ``count`` in each and at least one.

    The grid is centred on the polygon's bounding box. Its spacing is first such that ``count`` squares have the
    polygon's area, then adjusted until a tenth more or fewer points lie inside, which odd shapes may never do. When
    every grid misses the polygon, its viewing centre stands for it. The points are in whole millimetres and move with
    the polygon.

    Parameters
    ----------
    polygons
        Polygons in a metric CRS.
    count
        Wanted number of points in each.

    Returns
    -------
    gpd.GeoSeries
        Points, same CRS; the index of each polygon repeated for its points, from the south-west, row by row. Missing
        and empty polygons have none.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic or not in metres, or ``count`` is not positive.
    """
    check_metric(polygons, "polygons")
    if count < 1:
        raise ValueError(f"count is {count}; ask for at least one point")
    known, origins, shapes = _at_origin(polygons)
    sets = [
        origin + _grid_points(shape, centre, count)
        for shape, origin, centre in zip(shapes, origins, _centres(shapes), strict=True)
    ]
    index = polygons.index[np.repeat(known, [len(points) for points in sets])]
    points = shapely.points(np.concatenate([np.empty((0, 2)), *sets]))
    return gpd.GeoSeries(points, index=index, crs=polygons.crs)


def service_area(facilities: gpd.GeoSeries, radius_m: float) -> shapely.Geometry:
    """
    All places within ``radius_m`` of a facility as the crow flies: the union of discs.

    A quarter of a circle is 64 straight pieces, so a disc is too small by 0.01 %.

    Parameters
    ----------
    facilities
        Points, lines or polygons in a metric CRS.

    Raises
    ------
    ValueError
        When the CRS is missing, geographic or not in metres.
    """
    check_metric(facilities, "facilities")
    return shapely.union_all(shapely.buffer(facilities.to_numpy(), radius_m, quad_segs=_QUARTER_PIECES))


def network_service_area(
    lines: gpd.GeoSeries, facilities: gpd.GeoSeries, radius_m: float, *, step_m: float | None = None
) -> shapely.Geometry:
    """
    All places no further than ``radius_m`` on foot from a facility, along ways.

    From a place one walks straight to the nearest way, along the ways by the shortest route, and from the facility's
    nearest way straight to the facility; the three together count. The ways are taken piece by piece of ``step_m``,
    so the edge of the area is right to half of that.

    Parameters
    ----------
    lines
        Ways one can walk, in a metric CRS. They are joined where they share a corner, not where they cross.
    facilities
        Points, lines or polygons in the same CRS.
    step_m
        Length of a piece; a twenty-fifth of the radius when not given.

    Raises
    ------
    ValueError
        When a CRS is missing, geographic, not in metres, or the two differ.
    """
    _check_same_crs(lines, facilities)
    return shapely.union_all(_network_cells(lines, facilities, radius_m, step_m))


def covered_share(areas: np.ndarray, covered: shapely.Geometry) -> np.ndarray:
    """
    The share of each area that lies in ``covered``, from 0 to 1; NaN where an area is missing or has no extent.

    Rounded to nine digits, so that what is covered whole is 1 for all the rounding of coordinates.
    """
    size = np.nan_to_num(shapely.area(areas))
    common = shapely.area(shapely.intersection(areas, covered))
    return np.round(np.divide(common, size, out=np.full(len(areas), np.nan), where=size > 0), 9)


def _check_same_crs(one: gpd.GeoSeries, other: gpd.GeoSeries) -> None:
    check_metric(one, "the first layer")
    check_metric(other, "the second layer")
    if one.crs != other.crs:
        raise ValueError(f"layers are in {one.crs.name} and {other.crs.name}: project one to the other with to_crs")


def _at_origin(places: gpd.GeoSeries) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Rows of known places, a corner of each in whole metres, and their shapes from there, rounded to millimetres.

    So nothing that is computed from the shapes depends on where on the globe they lie.
    """
    geometries = shapely.force_2d(places.to_numpy())
    known = np.flatnonzero(~(shapely.is_missing(geometries) | shapely.is_empty(geometries)))
    shapes = geometries[known]
    origins = np.floor(shapely.bounds(shapes)[:, :2])
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    shapes = shapely.set_coordinates(shapes, to_mm(corners - origins[of]) / _MM)
    return known, origins, _valid(shapes)


def _valid(geometries: np.ndarray) -> np.ndarray:
    """The same geometries, invalid ones repaired."""
    return np.where(shapely.is_valid(geometries), geometries, shapely.make_valid(geometries))


def _centres(shapes: np.ndarray) -> np.ndarray:
    """x, y of the viewing centre of each shape, metres, whole millimetres."""
    centres = to_mm(shapely.get_coordinates(shapely.centroid(shapes))) / _MM
    for i in np.flatnonzero(~shapely.covers(shapes, shapely.points(centres))):
        centres[i] = to_mm(shapely.get_coordinates(_pole(shapes[i]))[0]) / _MM
    return centres


def _pole(shape: shapely.Geometry) -> shapely.Point:
    """The centre of the largest circle inside a polygon; of what has no area, a point on it."""
    polygons = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
    if not polygons:
        return shapely.point_on_surface(shape)
    inside = shapely.MultiPolygon(polygons)
    return shapely.get_point(shapely.maximum_inscribed_circle(inside, tolerance=_CENTRE_TOLERANCE_M), 0)


def _grid_points(shape: shapely.Geometry, centre: np.ndarray, count: int) -> np.ndarray:
    """x, y of the grid's points that lie in a shape, or its centre when none does."""
    spacing = np.sqrt(shapely.area(shape) / count)
    points = centre[None, :]
    shapely.prepare(shape)
    for _ in range(_SPACING_TRIES if spacing > 0 else 0):
        grid = _square_grid(shapely.bounds(shape), spacing)
        inside = grid[shapely.intersects_xy(shape, grid)]
        points = inside if len(inside) else points
        if abs(len(inside) - count) <= _COUNT_TOLERANCE * count:
            break
        spacing *= np.sqrt(max(len(inside), 1) / count)
    return points


def _square_grid(bounds: np.ndarray, spacing: float) -> np.ndarray:
    """x, y of a grid centred on a box, from the south-west, row by row, in whole millimetres."""
    west, south, east, north = bounds
    columns, rows = int(np.ceil((east - west) / spacing)), int(np.ceil((north - south) / spacing))
    x = (west + east) / 2 + spacing * (np.arange(columns) - (columns - 1) / 2)
    y = (south + north) / 2 + spacing * (np.arange(rows) - (rows - 1) / 2)
    return to_mm(np.column_stack([np.tile(x, rows), np.repeat(y, columns)])) / _MM


def _network_cells(
    lines: gpd.GeoSeries, facilities: gpd.GeoSeries, radius_m: float, step_m: float | None
) -> np.ndarray:
    """What is served from each short piece of way: the places nearest to it that are within what is left to walk."""
    ways = ways_of(lines)
    feet = feet_of(ways, facilities.to_numpy(), within_m=radius_m)
    stretches = stretches_from(ways, feet, limit_m=radius_m)
    at, left = _middles(ways, stretches, radius_m, step_m or radius_m / _STEPS_IN_RADIUS)
    if not (left > 0).any():
        return np.empty(0, dtype=object)

    # A point further than twice the radius from all that are reached takes nothing from their cells.
    near = np.isfinite(cKDTree(at[left > 0]).query(at, distance_upper_bound=2 * radius_m)[0])
    at, left = at[near], left[near]
    origin = np.floor(at.min(axis=0))
    cells = _nearest_cells(at - origin, radius_m)[left > 0]
    at, left = at[left > 0], left[left > 0]
    cells = shapely.transform(cells, lambda xy: xy + origin)
    beyond = np.flatnonzero(_farthest(cells, at) > left)
    discs = shapely.buffer(shapely.points(at[beyond]), left[beyond], quad_segs=_QUARTER_PIECES)
    cells[beyond] = shapely.intersection(cells[beyond], discs)
    return cells


def _middles(ways, stretches, radius_m: float, step_m: float) -> tuple[np.ndarray, np.ndarray]:
    """x, y of the middle of each short piece of way, each once, and how far one may still walk from there, metres."""
    length = stretches.to_m - stretches.from_m
    parts = np.maximum(np.ceil(length / step_m), 1).astype(np.int64)
    of = np.repeat(np.arange(len(parts)), parts)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(parts) - parts, parts)
    along = length[of] * (nth + 0.5) / parts[of]
    distance = np.minimum(stretches.from_distance_m[of] + along, stretches.to_distance_m[of] + length[of] - along)
    piece = stretches.piece[of]
    share = ((stretches.from_m[of] + along) / ways.length_m[piece])[:, None]
    ends = ways.pieces_mm[piece] / _MM
    at = to_mm(ends[:, :2] * (1 - share) + ends[:, 2:] * share)
    order = np.lexsort((distance, at[:, 1], at[:, 0]))
    at, distance = at[order], distance[order]
    first = np.ones(len(at), bool)
    first[1:] = (at[1:] != at[:-1]).any(axis=1)
    return at[first] / _MM, radius_m - distance[first]


def _nearest_cells(at: np.ndarray, radius_m: float) -> np.ndarray:
    """The places nearer to each point than to any other: Voronoi cells, in the order of the points."""
    west, south, east, north = *at.min(axis=0), *at.max(axis=0)
    frame = shapely.box(west - radius_m, south - radius_m, east + radius_m, north + radius_m)
    if len(at) == 1:
        return np.array([frame], dtype=object)
    cells = shapely.voronoi_polygons(shapely.multipoints(at), extend_to=frame, ordered=True)
    # A cell is convex; its hull is the same cell without the rounding faults that points on one circle bring about.
    return shapely.convex_hull(shapely.get_parts(cells))


def _farthest(cells: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Distance from each point to the farthest corner of its cell."""
    corners, of = shapely.get_coordinates(cells, return_index=True)
    farthest = np.zeros(len(cells))
    np.maximum.at(farthest, of, np.sqrt(((corners - at[of]) ** 2).sum(axis=1)))
    return farthest
