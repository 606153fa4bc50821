"""Pieces of a picture in SVG: paths of whole tenths of a pixel, texts that can break nothing, and the data URI."""

import base64
import re
from collections.abc import Iterable

import numpy as np
import shapely

from texts.escape import for_html
from views.wall.frame import Frame

TENTHS = 10
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def path(shapes: Iterable, frame: Frame, *, shift_px: float = 0.4) -> str:
    """
    The ``d`` of a path through lines or polygons.

    Parameters
    ----------
    shapes
        Geometries in the city's metric CRS; points, empty and missing ones give nothing.
    shift_px
        How far a simplified line may lie from the real one.
    """
    drawn = frame.drawn(_there(shapes))
    parts = shapely.get_parts(shapely.simplify(drawn, shift_px))
    kind = shapely.get_type_id(parts)
    rings, lines = shapely.get_rings(parts[kind == 3]), parts[(kind == 1) | (kind == 2)]
    return "".join([*(_steps(ring) + "z" for ring in rings), *(_steps(line) for line in lines)])


def _there(shapes: Iterable) -> np.ndarray:
    array = np.asarray(list(shapes), dtype=object)
    return shapely.get_parts(array[~(shapely.is_missing(array) | shapely.is_empty(array))])


def _steps(line: shapely.Geometry) -> str:
    """From the first point in steps of tenths of a pixel; a line that has shrunk to a point gives nothing."""
    points = np.rint(shapely.get_coordinates(line) * TENTHS).astype(int)
    moves = np.diff(points, axis=0)
    moves = moves[np.any(moves != 0, axis=1)]
    if not len(moves):
        return ""
    return f"M{points[0, 0]} {points[0, 1]}l" + " ".join(map(str, moves.ravel().tolist()))


def words(text: object) -> str:
    """Text of a data file as it may stand in XML: escaped, without the signs that XML knows nothing of."""
    return _NO_XML.sub("", for_html(text))


def picture(body: str, frame: Frame, fonts: str) -> str:
    """``body`` (in tenths of a pixel) as a whole picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{frame.width}" height="{frame.height}" '
        f'viewBox="0 0 {frame.width * TENTHS} {frame.height * TENTHS}" font-family="{words(fonts)}">{body}</svg>'
    )


def data_uri(svg: str) -> str:
    """A picture that needs no request."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8", "replace")).decode()
