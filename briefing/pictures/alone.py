"""Maps without a page around them: for slides, documents and notices."""

from briefing.pictures.basemap import draw_ground
from briefing.pictures.canvas import DRAWING, Canvas
from briefing.pictures.closeup import MOST_STREETS, draw_subject, extent_of, subject_of
from briefing.pictures.furniture import corner_plates, frame
from briefing.pictures.ground import paper_ground, street_names
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import measures
from briefing.pictures.words import write
from data.city import City
from data.look import colours
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
    alone = measures().alone
    with DRAWING:
        canvas = Canvas(width_mm, height_mm, colours("light").bg)
        box = (0.0, 0.0, width_mm, height_mm)
        panel = Panel.fitted(canvas, box, extent_of(subject, box), city.crs, px=alone.px)
        draw_ground(panel, paper_ground(city))
        words = draw_subject(panel, subject, assessment, street_names(assessment, city), note=alone.note)
        plates = corner_plates(panel, alone.note, words.clear, demo=city.is_demo)
        write(panel, words.labels, words.clear, plates, MOST_STREETS)
        frame(panel)
        return canvas.bytes("png", "")
