"""Maps without a page around them: for slides, documents and notices."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from briefing.pictures.basemap import draw_ground
from briefing.pictures.canvas import DRAWING, Box, Canvas
from briefing.pictures.closeup import MOST_STREETS, Words, around, draw_outline, draw_subject, extent_of, subject_of
from briefing.pictures.found import draw_diamonds, draw_stretches, middle_of
from briefing.pictures.furniture import corner_plates, frame
from briefing.pictures.ground import paper_ground, street_names
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import measures
from briefing.pictures.words import streets_of, write
from data.city import City
from geo.crs import WGS84
from look.tokens import colours
from metrics.assessment import Assessment


def gap_picture(
    city: City, assessment: Assessment, gap, *, width_mm: float = 90.0, height_mm: float = 60.0
) -> bytes | None:
    """
    The close-up of a gap, for a rectification notice.

    It shows the failing stretch or place, the sites that count (full) and those that do not (hollow, with the reason),
    the worst walk as a bracket, and of squares what can be seen from the centre.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there.
    gap
        Anything with ``rule``, ``subject``, ``from_m`` and ``to_m`` (metres, missing for places): a row of the gaps
        of an assessment or of a kept run, a finding, an order.
    width_mm, height_mm
        Of the picture.

    Returns
    -------
    bytes or None
        A PNG at 300 dpi; None when the assessment does not know the subject or it has no position on the map.
    """
    subject = subject_of(city, assessment, gap)
    if subject is None:
        return None
    names = street_names(assessment, city)

    def drawn(panel: Panel, note: float) -> Words:
        return draw_subject(panel, subject, assessment, names, note=note)

    return _alone(city, lambda box: extent_of(subject, box), drawn, width_mm, height_mm)


def place_picture(
    city: City,
    assessment: Assessment,
    shape: shapely.Geometry | None,
    *,
    width_mm: float = 90.0,
    height_mm: float = 60.0,
) -> bytes | None:
    """
    Where a gap was found that the assessment does not know any more: the ground there, and its shape as what fails.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there since, for the names of its streets.
    shape
        Of the gap, WGS 84: a line is a stretch, anything else a place.
    width_mm, height_mm
        Of the picture.

    Returns
    -------
    bytes or None
        A PNG at 300 dpi; None when there is no shape.
    """
    if shape is None or shape.is_empty:
        return None
    own = gpd.GeoSeries([shape], crs=WGS84).to_crs(city.crs).iloc[0]
    names = street_names(assessment, city)

    def drawn(panel: Panel, note: float) -> Words:
        clear = _draw_shape(panel, own)
        return Words(streets_of(panel, names, note, most=MOST_STREETS, lanes=True), clear)

    return _alone(city, lambda _: around(own), drawn, width_mm, height_mm)


def _alone(
    city: City,
    extent: Callable[[Box], Box],
    drawn: Callable[[Panel, float], Words],
    width_mm: float,
    height_mm: float,
) -> bytes:
    """The ground of ``extent``, above it what ``drawn`` draws, then its words and what every map carries."""
    alone = measures().alone
    with DRAWING:
        canvas = Canvas(width_mm, height_mm, colours("light").bg)
        box = (0.0, 0.0, width_mm, height_mm)
        panel = Panel.fitted(canvas, box, extent(box), city.crs, px=alone.px)
        draw_ground(panel, paper_ground(city))
        words = drawn(panel, alone.note)
        plates = corner_plates(panel, alone.note, words.clear, demo=city.is_demo)
        write(panel, words.labels, words.clear, plates, MOST_STREETS)
        frame(panel)
        return canvas.bytes("png", "")


def _draw_shape(panel: Panel, shape: shapely.Geometry) -> np.ndarray:
    """
    A shape (metres) of which nothing else is known, as what fails; what it takes on paper.

    Lines that would be shorter on paper than they are wide are a place.
    """
    least_m = panel.width("stretch") / panel.mm_per_m
    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and part.length > least_m]
    if lines:
        draw_stretches(panel, np.array(lines))
        return shapely.buffer(panel.on_paper(panel.cut(lines)), panel.width("stretch") / 2 + 2.4 * panel.px)
    if shape.area > 0:
        draw_outline(panel, shape)
    middle = np.array([middle_of(shape)])
    draw_diamonds(panel, middle)
    return shapely.buffer(panel.on_paper(middle), 0.85 * panel.width("diamond"))
