"""Close-ups: a failing stretch with its worst walk, or a place with what can be seen, and which sites counted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from briefing.pictures.canvas import Box
from briefing.pictures.fonts import fitted
from briefing.pictures.found import draw_diamonds, draw_stretches, middle_of
from briefing.pictures.ground import StreetNames
from briefing.pictures.labels import Label, spots_beside
from briefing.pictures.panel import Panel
from briefing.pictures.sheet import measures
from briefing.pictures.words import streets_of
from data.city import City
from metrics.assessment import Assessment
from metrics.listing import WALKED
from metrics.rules import Rule
from metrics.why import Place, Strip, place_of, strip_of
from texts import numbers, say

_AROUND_M = 120.0  # ground shown around what is looked at
_ASPECT_ROOM = 1.25
_LEAST_M = 130.0  # ground shown around a point, so that one sees where it is
_REASON_MM = 34.0
_BRACKET_MM, _TICK_MM = 3.4, 1.3
MOST_STREETS = 8


@dataclass(frozen=True)
class WorstWalk:
    """The walk with the fewest sites: from where to where on its street (metres), what it meets and what is asked."""

    from_m: float
    to_m: float
    count: int
    need: int


@dataclass(frozen=True, eq=False)
class Subject:
    """
    What a close-up shows, in metres of the city's CRS.

    Attributes
    ----------
    rule
        As it holds in the phase.
    verdict
        Of the subject, a row of the assessment's verdicts.
    street, stretch
        The line of the street and the part in question; None for a place.
    strip
        How the street was judged; None for a place.
    walk
        The worst walk of the stretch; None where nothing is walked.
    place
        How the place was judged; None for a street and where no site matters.
    """

    rule: Rule
    verdict: pd.Series
    street: shapely.Geometry | None = None
    stretch: shapely.Geometry | None = None
    strip: Strip | None = None
    walk: WorstWalk | None = None
    place: Place | None = None

    @property
    def sites(self) -> pd.DataFrame:
        """What was looked at: ``x``, ``y``, ``counted``, ``reason``, ``name``."""
        part = self.strip or self.place
        return part.sites if part is not None else pd.DataFrame(columns=["x", "y", "counted", "reason", "name"])


def subject_of(city: City, assessment: Assessment, gap) -> Subject | None:
    """
    What a close-up of ``gap`` shows; None when the assessment does not know its subject or its stretch, or it has no
    position.

    Parameters
    ----------
    city
        The city.
    assessment
        What was found there.
    gap
        Anything with ``rule``, ``subject``, ``from_m``, ``to_m`` (metres, missing for places).
    """
    rule = next((rule for rule in assessment.book.at(assessment.phase) if rule.id == gap.rule), None)
    found = assessment.rows("verdicts", gap.rule, gap.subject) if rule is not None else ()
    verdict = found.iloc[0] if len(found) else None
    if verdict is None or verdict.geometry is None or verdict.geometry.is_empty:
        return None
    if rule.measure not in WALKED:
        return Subject(rule, verdict, place=place_of(assessment, city, rule, gap.subject))
    streets = assessment.streets
    own = streets.loc[streets["street"] == gap.subject, "geometry"]
    street = own.iloc[0] if len(own) else verdict.geometry
    strip = strip_of(assessment, city, rule, gap.subject)
    if pd.isna(gap.from_m):
        return Subject(rule, verdict, street, street, strip, _worst_walk(strip, 0.0, strip.length_m))
    stretch = substring(street, gap.from_m, gap.to_m)
    if not stretch.length:
        return None
    return Subject(rule, verdict, street, stretch, strip, _worst_walk(strip, gap.from_m, gap.to_m))


def _worst_walk(strip: Strip, from_m: float, to_m: float) -> WorstWalk | None:
    """The walk that meets the fewest of those that lie in the stretch, else of those that touch it; the first such."""
    if strip.window_m is None or not len(strip.counts):
        return None
    low, high = strip.starts_m, np.append(strip.starts_m[1:], strip.last_start_m)
    window = min(strip.window_m, strip.length_m)
    for first, last in ((from_m, to_m - window), (from_m - window, to_m)):
        start = np.maximum(low, first)
        inside = np.flatnonzero(start <= np.minimum(high, last))
        if len(inside):
            best = inside[np.argmin(strip.counts[inside])]
            at = float(start[best])
            return WorstWalk(at, min(at + window, strip.length_m), int(strip.counts[best]), strip.need)
    return None


def extent_of(subject: Subject, box: Box) -> Box:
    """West, south, east, north of what a close-up shows, metres, for a frame of the form of ``box`` (mm)."""
    if subject.stretch is not None:
        return around(subject.stretch)
    shape = subject.verdict.geometry
    counted = subject.sites[subject.sites["counted"].astype(bool)] if len(subject.sites) else subject.sites
    points = shapely.MultiPoint(counted[["x", "y"]].dropna().to_numpy(dtype=float)) if len(counted) else shapely.Point()
    west, south, east, north = shapely.union_all([shapely.envelope(shape), points]).bounds
    view_m = subject.place.view_m if subject.place is not None else _AROUND_M
    least = min(1.3 * view_m, 160.0) if shape.area > 0 else max(2.4 * view_m, _LEAST_M)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_x = max(_ASPECT_ROOM * (east - west), least) / 2
    half_y = max(_ASPECT_ROOM * (north - south), least) / 2
    return middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y


def around(shape: shapely.Geometry) -> Box:
    """West, south, east, north of the ground with a shape (metres) in its middle, and room around it."""
    west, south, east, north = shape.bounds
    margin = max(_AROUND_M, 0.08 * max(east - west, north - south))
    return west - margin, south - margin, east + margin, north + margin


@dataclass(frozen=True, eq=False)
class Words:
    """What wants to be written on a close-up, and what must not be covered (polygons, mm)."""

    labels: list[Label]
    clear: np.ndarray


def draw_subject(panel: Panel, subject: Subject, assessment: Assessment, names: StreetNames, *, note: float) -> Words:
    """
    What is to be seen of a subject, above the ground, but for its words.

    Parameters
    ----------
    note
        The size of the words, points.
    """
    draw_stretches(panel, _other_stretches(panel, subject, assessment), pale=True)
    labels: list[Label] = []
    clear: list[shapely.Geometry] = []
    if subject.stretch is not None:
        clear += _draw_street(panel, subject)
        bracket, labels = _bracket(panel, subject, note)
        clear += bracket
    else:
        _draw_place(panel, subject)
    marks, reasons = _draw_sites(panel, subject, note)
    own = [subject.verdict.subject_name] if subject.stretch is not None and subject.verdict.subject_name else []
    streets = streets_of(panel, names, note, first=own, most=MOST_STREETS, lanes=True)
    return Words(
        [*labels, *streets[:1], *reasons, *streets[1:]], np.concatenate((np.array(clear, dtype=object), marks))
    )


def _other_stretches(panel: Panel, subject: Subject, assessment: Assessment) -> np.ndarray:
    gaps = assessment.gaps
    own = (gaps["rule"] == subject.verdict.rule) & gaps["from_m"].notna()
    shapes = gaps.geometry.to_numpy()[own.to_numpy()]
    shapes = shapes[shapely.intersects(shapes, panel.seen)]
    if subject.stretch is None or not len(shapes):
        return shapes
    rest = shapely.difference(shapes, shapely.buffer(subject.stretch, 1.0))
    return rest[~shapely.is_empty(rest)]


def _draw_street(panel: Panel, subject: Subject) -> list[shapely.Geometry]:
    """The stretch in question; what it takes on paper."""
    if subject.verdict.status == "fail":
        draw_stretches(panel, np.array([subject.stretch]))
    lines = panel.on_paper(panel.cut([subject.stretch]))
    return list(shapely.buffer(lines, panel.width("stretch") / 2 + 2.4 * panel.px))


def _bracket(panel: Panel, subject: Subject, note: float) -> tuple[list[shapely.Geometry], list[Label]]:
    """The worst walk as a bracket beside its street, on the side that is freer: the room it takes, and its words."""
    walk = subject.walk
    if walk is None:
        return [], []
    line = panel.on_paper(np.array([substring(subject.street, walk.from_m, walk.to_m)]))[0]
    line = shapely.simplify(line, 0.1)
    sites = subject.sites
    points = panel.on_paper(shapely.points(sites[["x", "y"]].dropna().to_numpy(dtype=float))) if len(sites) else []
    shifted = {side: _beside(line, side * (_BRACKET_MM + panel.width("stretch") / 2)) for side in (1, -1)}
    crowd = {
        side: int((shapely.distance(points, at) < 2.0).sum()) if len(points) else 0 for side, at in shifted.items()
    }
    side = min(crowd, key=lambda one: (crowd[one], -one))
    bracket = shifted[side]
    ticks = [_tick(bracket, end, line) for end in (0, -1)]
    drawn = np.array([bracket, *ticks], dtype=object)
    colour = panel.look.fail if subject.verdict.status == "fail" else panel.look.text1
    panel.canvas.lines(drawn, panel.look.bg, 5.5 * panel.px, clip=panel.box)
    panel.canvas.lines(drawn, colour, 2.4 * panel.px, clip=panel.box, cap="butt")
    short = max(walk.need - walk.count, 0)
    unit = say(f"coverage.strip.count.{subject.strip.unit}", number=numbers.whole(walk.count))
    said = say(
        "pictures.closeup.worst" if short else "pictures.closeup.fewest",
        window=numbers.metres(walk.to_m - walk.from_m),
        count=unit,
        short=numbers.short(short),
    )
    label = Label(((said, note, True),), (), must=True, key=("walk", colour))
    wide, high = label.size_mm
    spots = []
    for rank, share in enumerate((0.5, 0.3, 0.7, 0.1, 0.9)):
        at = shapely.line_interpolate_point(bracket, share, normalized=True)
        for spot in spots_beside(at.x, at.y, wide, high, 1.2):
            away = shapely.distance(line, shapely.Point(spot.x, spot.y)) - shapely.distance(line, at)
            spots.append(type(spot)(spot.x, spot.y, 0.0, spot.cost + 0.4 * rank + (0 if away > 0 else 3.0)))
    return [shapely.buffer(bracket, 2 * panel.px)], [Label(label.rows, spots, True, key=("walk", colour))]


def _beside(line: shapely.LineString, off_mm: float) -> shapely.LineString:
    """A parallel to a line in the line's own direction; the line itself where there is none."""
    moved = [part for part in shapely.get_parts(shapely.offset_curve(line, off_mm, join_style="mitre")) if part.length]
    if not moved:
        return line
    return max(moved, key=shapely.length)


def _tick(bracket: shapely.LineString, end: int, line: shapely.LineString) -> shapely.LineString:
    """The short stroke from an end of a bracket towards its street."""
    tip = np.array(bracket.coords[end])
    foot = np.array(line.interpolate(line.project(shapely.Point(tip))).coords[0])
    way = foot - tip
    length = np.hypot(*way)
    return (
        shapely.LineString([tip, tip + way * min(1.0, _TICK_MM / length)]) if length else shapely.LineString([tip, tip])
    )


def _draw_place(panel: Panel, subject: Subject) -> None:
    look, place, shape = panel.look, subject.place, subject.verdict.geometry
    thin = 1.3 * panel.px
    if place is not None and place.view is not None:
        panel.fill(np.array([place.view]), look.sea, alpha=0.85)
        houses = place.buildings[place.buildings.intersects(panel.around)].to_numpy()
        panel.fill(houses, look.building)
        panel.lines(shapely.boundary(np.array([place.view])), look.pass_, 0.8 * panel.px, alpha=0.6)
        _sight_lines(panel, place)
    if shape.area > 0:
        draw_outline(panel, shape)
    if place is not None and place.view is None and shape.area == 0:
        circle = shapely.boundary(shapely.buffer(np.array([shape]), place.view_m, quad_segs=32))
        panel.lines(circle, look.text2, thin, dashes_mm=(4 * panel.px, 4 * panel.px), cap="butt")
    if place is not None and place.centre is not None:
        _cross(panel, place.centre)
    else:
        draw_diamonds(panel, np.array([middle_of(shape)]))


def draw_outline(panel: Panel, shape: shapely.Geometry) -> None:
    """The outline of a place (metres)."""
    outline = shapely.get_parts(shapely.boundary(np.array([shape])))
    panel.lines(outline, panel.look.bg, 3.2 * panel.px)
    panel.lines(outline, panel.look.text1, 1.5 * panel.px, dashes_mm=(5 * panel.px, 4 * panel.px), cap="butt")


def _sight_lines(panel: Panel, place: Place) -> None:
    counted = place.sites[place.sites["counted"].astype(bool) & place.sites["x"].notna()]
    ends = counted[["x", "y"]].to_numpy(dtype=float)
    if len(ends):
        starts = np.broadcast_to(np.array(place.centre), ends.shape)
        panel.lines(shapely.linestrings(np.stack((starts, ends), axis=1)), panel.look.pass_, 1.3 * panel.px)


def _cross(panel: Panel, centre: tuple[float, float]) -> None:
    at = panel.on_paper(np.array([shapely.Point(centre)]))[0]
    arm = 6 * panel.px
    strokes = [[(at.x - arm, at.y), (at.x + arm, at.y)], [(at.x, at.y - arm), (at.x, at.y + arm)]]
    for colour, width in ((panel.look.bg, 4.5), (panel.look.text1, 2.0)):
        panel.canvas.lines(shapely.linestrings(strokes), colour, width * panel.px, clip=panel.box)


def sites_in_view(panel: Panel, subject: Subject) -> pd.DataFrame:
    """The sites of a subject that its close-up shows; none where they would be too small to be seen."""
    sites = subject.sites
    if not len(sites) or panel.metres_per_px > measures().sites_to:
        return sites.iloc[:0]
    sites = sites[sites["x"].notna()].drop_duplicates("site")
    return sites[shapely.intersects(shapely.points(sites[["x", "y"]].to_numpy(dtype=float)), panel.seen)]


def _draw_sites(panel: Panel, subject: Subject, note: float) -> tuple[np.ndarray, list[Label]]:
    """The sites in view; what they take on paper, and the reasons of those that do not count as labels."""
    sites = sites_in_view(panel, subject)
    if not len(sites):
        return np.empty(0, dtype=object), []
    at = panel.on_paper(shapely.points(sites[["x", "y"]].to_numpy(dtype=float)))
    radius = panel.width("site")
    counted = sites["counted"].to_numpy(dtype=bool)
    site_marks(panel, at[~counted], radius, counted=False)
    site_marks(panel, at[counted], radius, counted=True)
    labels = []
    order = np.argsort(sites["distance_m"].to_numpy(dtype=float), kind="stable")
    for k in order:
        if counted[k]:
            continue
        row = ((fitted(str(sites["reason"].iloc[k]), _REASON_MM, note - 1), note - 1, False),)
        wide, high = Label(row, ()).size_mm
        labels.append(Label(row, spots_beside(at[k].x, at[k].y, wide, high, radius * 0.9), key=("reason", k)))
    return shapely.buffer(at, radius * 1.1), labels


def site_marks(panel: Panel, at: np.ndarray, radius: float, *, counted: bool, clip: Box | None = None) -> None:
    """Full dots for sites that count, hollow ones for those that do not; points in mm."""
    if not len(at):
        return
    look = panel.look
    fill, rim = (look.text1, look.bg) if counted else (look.bg, look.text1)
    width = (1.0 if counted else 1.5) * panel.px * 72 / 25.4
    discs = shapely.buffer(at, radius if counted else radius * 0.9, quad_segs=8)
    panel.canvas.fill(discs, fill, clip=clip or panel.box, edgecolor=rim, linewidth=width)
