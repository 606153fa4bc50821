"""Whole sheets: the map of a city, of a district, and of a gap."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from briefing.pictures.basemap import draw_ground, legend_of_ground
from briefing.pictures.canvas import DRAWING, Box, Canvas
from briefing.pictures.closeup import MOST_STREETS, Subject, draw_subject, extent_of, subject_of
from briefing.pictures.fonts import drawable, fitted, width_mm
from briefing.pictures.found import Found, draw_found, found, worst
from briefing.pictures.furniture import corner_plates, demo_mark, demo_size, frame
from briefing.pictures.ground import paper_ground, street_names
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import Sheet, measures
from briefing.pictures.side import Column
from briefing.pictures.street_strip import draw_strip
from briefing.pictures.titles import (
    approval_line,
    area_line,
    basis_line,
    closeup_rows,
    closeup_title,
    found_title,
    joined,
    lacking_line,
    legend_counts,
    repair_line,
    source_line,
)
from briefing.pictures.words import covered, districts_of, numbers_of, streets_of, write
from data.city import City
from look.ground import extent, main_districts
from look.tokens import colours
from metrics.assessment import Assessment, city_label
from texts import numbers, say

_MM_PER_POINT = 25.4 / 72
_ROOM = 0.04  # of the extent, around it
_MOSTLY_EMPTY = 2.0  # how many times longer a city may be than what was judged in it, to be shown whole
_COLUMN_GAP_MM = 6.0
_SIDE_SHARE = 0.30  # of an upright page's height, for what else stands beside the map
_STRIP_MM = 44.0
_MOST_REASON_LINES = 12
_CITY_STREETS, _DISTRICT_STREETS = 12, 18
_PAPER_RATIO = ("a4", "a3")  # a slide has no scale as a number: who knows how large it is shown


@dataclass(frozen=True)
class _Layout:
    """Where things stand on a sheet, mm."""

    map: Box
    side: Box
    strip: Box | None


def city_map(city: City, assessment: Assessment, *, sheet: Sheet | None = None, format: str = "png") -> bytes:
    """
    The map of a whole city: what fails and what is unknown, the districts with their scores, the worst five.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there.
    sheet
        The page; A4 lying when None.
    format
        ``png`` (300 dpi) or ``pdf`` (vector, its fonts in it). The same input gives the same bytes.

    Raises
    ------
    ValueError
        When there is no such format.
    """
    return _area_sheet(city, assessment, None, sheet or Sheet(), format)


def district_map(
    city: City, assessment: Assessment, district: str, *, sheet: Sheet | None = None, format: str = "png"
) -> bytes:
    """
    The map of one district, the others dimmed; see `city_map`.

    Raises
    ------
    ValueError
        When there is no such district or format.
    """
    if district not in paper_ground(city).districts:
        raise ValueError(f"no district {district!r}")
    return _area_sheet(city, assessment, district, sheet or Sheet(), format)


def gap_map(
    city: City, assessment: Assessment, gap, *, sheet: Sheet | None = None, format: str = "png"
) -> bytes | None:
    """
    The close-up of a gap as a sheet: the map as `gap_picture` draws it, the reason, and the strip of the street.

    Parameters
    ----------
    gap
        As for `gap_picture`.

    Returns
    -------
    bytes or None
        None when the assessment does not know the subject or it has no position on the map.

    Raises
    ------
    ValueError
        When there is no such format.
    """
    subject = subject_of(city, assessment, gap)
    return None if subject is None else _gap_sheet(city, assessment, subject, gap, sheet or Sheet(), format)


def city_picture(city: City, assessment: Assessment, *, width_mm: float, height_mm: float) -> bytes:
    """The map of a city alone, for a slide or a document: a PNG at 300 dpi."""
    return _area_picture(city, assessment, None, width_mm, height_mm)


def district_picture(city: City, assessment: Assessment, district: str, *, width_mm: float, height_mm: float) -> bytes:
    """
    The map of a district alone, for a slide or a document: a PNG at 300 dpi; its numbers are those of `worst`.

    Raises
    ------
    ValueError
        When there is no such district.
    """
    if district not in paper_ground(city).districts:
        raise ValueError(f"no district {district!r}")
    return _area_picture(city, assessment, district, width_mm, height_mm)


def _area_picture(city: City, assessment: Assessment, district: str | None, width: float, height: float) -> bytes:
    alone = measures().alone
    with DRAWING:
        canvas = Canvas(width, height, colours("light").bg)
        panel = Panel.fitted(canvas, (0, 0, width, height), _extent(city, assessment, district), city.crs, px=alone.px)
        shown, listed = found(assessment, district), worst(assessment, district)
        _draw_area(
            panel, city, assessment, district, shown, listed, text=alone.text, note=alone.note, demo=city.is_demo
        )
        return canvas.bytes("png", "")


def _area_sheet(city: City, assessment: Assessment, district: str | None, sheet: Sheet, format: str) -> bytes:
    page = sheet.page
    shown, listed = found(assessment, district), worst(assessment, district)
    title = sheet.title or found_title(assessment, district)
    with DRAWING:
        canvas = Canvas(sheet.width_mm, sheet.height_mm, colours("light").bg)
        layout = _layout(sheet, strip=False)
        panel = Panel.fitted(canvas, layout.map, _extent(city, assessment, district), city.crs, px=page.px)
        _draw_area(panel, city, assessment, district, shown, listed, text=page.text, note=page.note, demo=False)
        columns = _columns(panel, sheet, layout.side)
        columns[0].heading(say("pictures.legend.title"))
        columns[0].legend(legend_counts(shown))
        columns[0].legend(_ground_rows(panel, city), columns=2)
        if len(listed):
            if len(columns) == 1:
                columns[0].gap(1.2)
            columns[-1].heading(say("pictures.worst.title", count=len(listed)))
            columns[-1].worst(listed, assessment)
        _around(canvas, sheet, city, assessment, kicker=area_line(assessment, city, district), title=title, panel=panel)
        return canvas.bytes(format, title)


def _draw_area(
    panel: Panel,
    city: City,
    assessment: Assessment,
    district: str | None,
    shown: Found,
    listed: gpd.GeoDataFrame,
    *,
    text: float,
    note: float,
    demo: bool,
) -> None:
    """The map itself, with its words and its frame."""
    ground = paper_ground(city)
    draw_ground(panel, ground, chosen=district)
    draw_found(panel, shown)
    failing = covered(panel, shown)
    plates = corner_plates(panel, note, failing, demo=demo)
    labels = numbers_of(panel, listed, note)
    if district is None:
        labels += districts_of(panel, ground, _scores(assessment), text, failing)
        most = _CITY_STREETS
    else:
        others = {name: () for name in ground.districts if name != district}
        labels += districts_of(panel, ground, others, note, failing)
        most = _DISTRICT_STREETS
    worst_streets = [name for name in listed.loc[listed["is_line"], "subject_name"] if isinstance(name, str)]
    area = None if district is None else ground.districts[district]
    names = street_names(assessment, city)
    streets = streets_of(panel, names, note, first=worst_streets, most=most, lanes=False, within=area)
    write(panel, [*labels, *streets], failing, plates, most)
    frame(panel)


def _gap_sheet(city: City, assessment: Assessment, subject: Subject, gap, sheet: Sheet, format: str) -> bytes:
    page, verdict = sheet.page, subject.verdict
    class_name = assessment.book.class_label(verdict["class"])
    title = sheet.title or closeup_title(subject, gap, verdict.subject_name or class_name)
    with DRAWING:
        canvas = Canvas(sheet.width_mm, sheet.height_mm, colours("light").bg)
        layout = _layout(sheet, strip=subject.strip is not None)
        panel = Panel.fitted(canvas, layout.map, extent_of(subject, layout.map), city.crs, px=page.px)
        draw_ground(panel, paper_ground(city))
        words = draw_subject(panel, subject, assessment, street_names(assessment, city), note=page.note)
        plates = corner_plates(panel, page.note, words.clear, demo=False)
        write(panel, words.labels, words.clear, plates, 2 * MOST_STREETS)
        frame(panel)
        columns = _columns(panel, sheet, layout.side)
        columns[0].heading(say("pictures.legend.title"))
        columns[0].legend(closeup_rows(panel, subject), columns=2 if sheet.portrait else 1)
        columns[0].legend(_ground_rows(panel, city), columns=2)
        if len(columns) == 1:
            columns[0].gap(1.2)
        columns[-1].heading(say(f"pictures.closeup.why.{verdict.status}"))
        columns[-1].paragraph(verdict.explanation, colour=panel.look.text1, most=_MOST_REASON_LINES)
        columns[-1].paragraph(repair_line(assessment, verdict, gap), colour=panel.look.text1, most=2)
        columns[-1].gap()
        source = say(
            "coverage.why.source", document=assessment.book.title, clause=subject.rule.clause, rule=subject.rule.title
        )
        columns[-1].paragraph(source, colour=panel.look.text2, most=5)
        if layout.strip is not None:
            draw_strip(panel, subject, layout.strip, page, gap)
        about = [city_label(city), verdict.district, class_name, verdict.unit]
        _around(canvas, sheet, city, assessment, kicker=joined(about), title=title, panel=panel)
        return canvas.bytes(format, title)


def _layout(sheet: Sheet, *, strip: bool) -> _Layout:
    """A lying page has its column to the right of the map, an upright one below it."""
    page = sheet.page
    left, right = page.margin, sheet.width_mm - page.margin
    top = sheet.height_mm - page.margin - (1.6 * page.text + 1.55 * page.title) * _MM_PER_POINT
    bottom = page.margin + 3.6 * page.note * _MM_PER_POINT
    strip_high = _STRIP_MM * page.note / 7.5 if strip else 0.0
    if sheet.portrait:
        foot = bottom + _SIDE_SHARE * sheet.height_mm * 0.74
        side = (left, bottom, right, foot - _COLUMN_GAP_MM)
        under = (left, foot, right, foot + strip_high)
        return _Layout((left, foot + strip_high, right, top), side, under if strip else None)
    side = (right - page.side, bottom, right, top)
    edge = right - page.side - _COLUMN_GAP_MM
    under = (left, bottom, edge, bottom + strip_high)
    return _Layout((left, bottom + strip_high, edge, top), side, under if strip else None)


def _columns(panel: Panel, sheet: Sheet, box: Box) -> list[Column]:
    """The columns beside the map; two side by side on an upright page."""
    if not sheet.portrait:
        return [Column(panel, sheet.page, box)]
    middle = (box[0] + box[2]) / 2
    halves = ((box[0], middle - _COLUMN_GAP_MM / 2), (middle + _COLUMN_GAP_MM / 2, box[2]))
    return [Column(panel, sheet.page, (left, box[1], right, box[3])) for left, right in halves]


def _around(
    canvas: Canvas, sheet: Sheet, city: City, assessment: Assessment, *, kicker: str, title: str, panel: Panel
) -> None:
    """Title and foot of a sheet."""
    page, look = sheet.page, colours("light")
    left, right = page.margin, sheet.width_mm - page.margin
    y = sheet.height_mm - page.margin
    demo_mm = demo_size(page.text)[0] + 4.0 if city.is_demo else 0.0
    if city.is_demo:
        demo_mark(canvas, right, y, page.text)
    y -= 0.9 * page.text * _MM_PER_POINT
    canvas.text(left, y, fitted(kicker, right - left - demo_mm, page.text), page.text, look.text2)
    y -= 1.35 * page.title * _MM_PER_POINT
    canvas.text(left, y, fitted(title, right - left, page.title, True), page.title, look.text1, bold=True)
    y = page.margin + 2.9 * page.note * _MM_PER_POINT
    canvas.rule((left, y), (right, y), look.text1, 0.35)
    scale = say("pictures.foot.scale", ratio=numbers.whole(panel.ratio)) if sheet.size in _PAPER_RATIO else ""
    lacking = lacking_line(list(canvas.lacking))
    rows = ((basis_line(assessment), approval_line(sheet)), (joined([source_line(city), lacking]), scale))
    for words, end in rows:
        y -= 1.35 * page.note * _MM_PER_POINT
        canvas.text(right, y, end, page.note, look.text1, at="right")
        room = right - left - width_mm(drawable(end), page.note) - 4.0
        canvas.text(left, y, fitted(words, room, page.note), page.note, look.text2)


def _ground_rows(panel: Panel, city: City) -> list[tuple[str, str]]:
    return [(kind, say(f"pictures.legend.{kind}")) for kind in legend_of_ground(panel, paper_ground(city))]


def _extent(city: City, assessment: Assessment, district: str | None) -> Box:
    """
    West, south, east, north of what a map of the city or of a district shows, metres.

    The whole city with all its islands, unless what was judged lies in a small part of it.
    """
    if district is not None:
        bounds = paper_ground(city).districts[district].bounds
    else:
        bounds = _judged(city, assessment)
        if city.districts is not None and len(main_districts(city)):
            whole = tuple(float(edge) for edge in main_districts(city).total_bounds)
            bounds = whole if _longer(whole) <= _MOSTLY_EMPTY * _longer(bounds) else bounds
    west, south, east, north = bounds
    room = _ROOM * _longer(bounds)
    return west - room, south - room, east + room, north + room


def _judged(city: City, assessment: Assessment) -> Box:
    """Where streets were walked and something has a verdict; else where the city's data are."""
    shapes = [frame.geometry.dropna() for frame in (assessment.streets, *_placed(assessment))]
    bounds = np.array([part.total_bounds for part in shapes if len(part)])
    if not len(bounds) or not np.isfinite(bounds).all():
        return extent(city)
    return (*(float(edge) for edge in bounds[:, :2].min(axis=0)), *(float(edge) for edge in bounds[:, 2:].max(axis=0)))


def _placed(assessment: Assessment) -> list[gpd.GeoDataFrame]:
    shown = found(assessment)
    return [shown.lines, shown.places, shown.unknown_places]


def _longer(bounds: Box) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def _scores(assessment: Assessment) -> dict[str, tuple[str, ...]]:
    """What stands below the name of each district: its score, nothing where nothing was judged."""
    scores = assessment.scores
    rows = scores[scores["scope"] == "district"]
    return {name: (numbers.score(score),) for name, score in zip(rows["name"], rows["score"], strict=True)}
