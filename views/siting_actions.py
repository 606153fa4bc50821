"""What a click, a drag or a button does to the scenario; each answers in one sentence."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from data.vocabulary import vocabulary
from metrics.plan import Proposal
from metrics.scenario import Mark, Site
from metrics.scenario.marks import FEWEST_CORNERS, FORBIDDEN, MOST_CORNERS, REQUIRED
from texts import numbers, say
from views.picking import Click, picked_finding, picked_street
from views.siting_area import is_inside, own_rows
from views.siting_desk import AFTER, FORBID, LOOK, MOVE, OUTLINE, PLACE, REQUIRE, Desk
from views.siting_shown import shown_findings
from views.siting_words import area_words
from views.siting_work import STOCK_ZOOM, Bench, Outcome, Snapped

_SITE_PX, _MM = 11, 1000
_FAR_M = 1.0  # closer than this nobody wants to hear of
_WGS84 = "EPSG:4326"
_CIRCLE_CORNERS = 32


def take_answer(bench: Bench, desk: Desk, outcome: Outcome, told: dict) -> None:
    """Do what was clicked or dragged on the map."""
    if told["serial"] <= desk.handled:
        return
    desk.handled = told["serial"]
    click = Click(told["lon"], told["lat"], told["zoom"])
    point = _point(bench, click)
    if _is_foreign(bench, desk, point.x * _MM, point.y * _MM):
        return
    if told["what"] == "drag":
        move(bench, desk, told["id"], point)
    elif told["what"] == "area":
        _close(desk, _points(bench, told["corners"]))
    elif desk.shown != AFTER or desk.mode == LOOK:
        _choose(bench, desk, outcome, click, point)
    elif desk.mode == PLACE:
        place(bench, desk, point)
    elif desk.mode == MOVE:
        _move_chosen(bench, desk, outcome, click, point)
    elif desk.mode == FORBID:
        _forbid(desk, point)
    elif desk.mode == REQUIRE:
        _require(bench, desk, point, click)


def place(bench: Bench, desk: Desk, point: shapely.Point) -> None:
    """Put a new site at the allowed spot nearest to ``point``, metres in the city's CRS."""
    spot = bench.snapped(point, changes=desk.scenario.changes, forbidden=desk.closed_areas())
    if spot is None:
        desk.tell(say("siting.said.no_spot"), fault=True)
        return
    if _is_foreign(bench, desk, spot.x_mm, spot.y_mm):
        return
    id = desk.scenario.new_id(bench.city)
    width, height = desk.size or bench.sizes(desk.carrier)[0]
    site = Site(
        id, spot.x_mm, spot.y_mm, desk.carrier, desk.theme, "good", 1.0, width, height, facing_deg=spot.facing_deg
    )
    desk.do(say("siting.steps.new", carrier=_carrier(site), place=spot.place), {id: site})
    desk.site = id
    desk.tell(say("siting.said.placed", carrier=_carrier(site), place=spot.place, snapped=_snapped(spot)))


def move(bench: Bench, desk: Desk, id: str, point: shapely.Point) -> None:
    """Move a site to the allowed spot nearest to ``point``."""
    site = bench.site(id, desk.scenario.changes)
    if site is None or _is_foreign(bench, desk, site.x_mm, site.y_mm):
        return
    spot = bench.snapped(point, changes=desk.scenario.changes, but=id, forbidden=desk.closed_areas())
    if spot is None:
        desk.tell(say("siting.said.no_spot"), fault=True)
        return
    if _is_foreign(bench, desk, spot.x_mm, spot.y_mm):
        return
    desk.do(say("siting.steps.move", carrier=_carrier(site), place=spot.place), {id: site.moved(spot.x_mm, spot.y_mm)})
    desk.site = id
    desk.tell(say("siting.said.moved", carrier=_carrier(site), place=spot.place, snapped=_snapped(spot)))


def remove(bench: Bench, desk: Desk, id: str) -> None:
    """Take a site away."""
    site = bench.site(id, desk.scenario.changes)
    if site is None:
        return
    desk.do(say("siting.steps.remove", carrier=_carrier(site), id=id), {id: None})
    desk.site = None
    desk.tell(say("siting.said.removed", carrier=_carrier(site), id=id))


def restore(bench: Bench, desk: Desk, id: str) -> None:
    """Make a site what it is in the city; a new one goes."""
    own = bench.own_site(id)
    desk.do(say("siting.steps.restore", id=id), {id: own})
    desk.site = id if own is not None else None
    desk.tell(say("siting.said.restored", id=id))


def alter(bench: Bench, desk: Desk, id: str, **fields: object) -> None:
    """Give a site another carrier, theme, condition or size."""
    site = bench.site(id, desk.scenario.changes)
    if site is None or all(getattr(site, name) == value for name, value in fields.items()):
        return
    changed = replace(site, **fields)
    words = say("explain.joiner").join(say(f"siting.fields.{name}") for name in fields if name != "height_m")
    desk.do(say("siting.steps.alter", what=words, id=id), {id: changed})
    desk.tell(say("siting.said.altered", what=words, id=id))


def accept(desk: Desk, proposals: list[Proposal]) -> None:
    """Take proposals into the scenario, in one step."""
    if not proposals:
        return
    if len(proposals) == 1:
        label = say("siting.steps.accept", place=proposals[0].place)
    else:
        label = say("siting.steps.accept_all", count=numbers.whole(len(proposals)))
    put_up = {(proposal.site.x_mm, proposal.site.y_mm) for proposal in proposals}
    done = {mark.id: None for mark in desk.required_spots if mark.points_mm[0] in put_up}
    desk.do(label, {proposal.site.id: proposal.site for proposal in proposals}, done)
    desk.tell(say("siting.said.accepted", count=numbers.whole(len(proposals))))


def undo(desk: Desk) -> None:
    """Take the last step back."""
    if desk.scenario.can_undo:
        desk.scenario.undo()
        desk.tell(say("siting.said.undone"))


def redo(desk: Desk) -> None:
    """Take a step that was undone again."""
    if desk.scenario.can_redo:
        desk.scenario.redo()
        desk.tell(say("siting.said.redone"))


def _choose(bench: Bench, desk: Desk, outcome: Outcome, click: Click, point: shapely.Point) -> None:
    """A site, else a proposal's site, else a stretch or place, else a street."""
    desk.tell("")
    id = _site_at(bench, desk, click, point)
    if id is not None:
        desk.site = id
        return
    desk.site = None
    shown = shown_findings(bench, outcome, area=desk.area)
    key = picked_finding(click, shown)
    if key is not None:
        desk.subject = tuple(key.split("|", 1))
        return
    street = picked_street(click, bench.assessed.streets)
    own = bench.assessed.verdicts
    rules = own.loc[(own["subject"] == street) & own["pass_probability"].notna(), "rule"]
    if street is not None and len(rules):
        desk.subject = (rules.iloc[0], street)


def _site_at(bench: Bench, desk: Desk, click: Click, point: shapely.Point) -> str | None:
    """The id of the site that was clicked: an edited one before one of the city's own."""
    reach_m, changes = _SITE_PX * click.metres_per_pixel, desk.scenario.changes
    edited = [there for id, site in changes.items() if (there := site or bench.own_site(id)) is not None]
    if edited:
        places = np.array([(site.x_mm, site.y_mm) for site in edited], dtype=float) / _MM
        off = np.hypot(*(places - (point.x, point.y)).T)
        if off.min() <= reach_m:
            return edited[int(np.argmin(off))].id
    if click.zoom < STOCK_ZOOM or not len(bench.stock):
        return None
    away = np.full(len(bench.stock), np.inf)
    mine = own_rows(bench, desk.area)
    away[mine] = np.hypot(*(bench.stock.xy_mm[mine] / _MM - (point.x, point.y)).T)
    away[[row for id in changes if (row := bench.row(id)) is not None]] = np.inf
    row = int(np.argmin(away))
    return str(bench.stock.ids[row]) if away[row] <= reach_m else None


def _move_chosen(bench: Bench, desk: Desk, outcome: Outcome, click: Click, point: shapely.Point) -> None:
    """The first click says which site, the next one where to."""
    if desk.site is None or bench.site(desk.site, desk.scenario.changes) is None:
        desk.site = _site_at(bench, desk, click, point)
        desk.tell(say("siting.said.move_what" if desk.site is None else "siting.said.move_where"))
        return
    move(bench, desk, desk.site, point)
    desk.site = None


def _is_foreign(bench: Bench, desk: Desk, x_mm: float, y_mm: float) -> bool:
    """Whether a place is not the visitor's to look at and edit; then it is told."""
    if is_inside(bench, desk.area, x_mm, y_mm):
        return False
    desk.tell(say("siting.said.not_own", area=desk.area), fault=True)
    return True


def _forbid(desk: Desk, point: shapely.Point) -> None:
    """Keep a circle free of new sites; a click into an area opens it again."""
    inside = [mark for mark in desk.forbidden if mark.area.covers(point)]
    if inside:
        desk.do(say("siting.steps.open"), {}, {inside[-1].id: None})
        desk.tell(say("siting.said.opened"))
    elif desk.radius_m == OUTLINE:
        desk.tell(say("siting.hints.forbid"))
    else:
        ring = point.buffer(desk.radius_m, quad_segs=_CIRCLE_CORNERS // 4).exterior
        _close(desk, shapely.get_coordinates(ring)[:-1])


def _close(desk: Desk, corners: np.ndarray) -> None:
    """Keep what these corners, (n, 2) metres, enclose free of new sites."""
    id = desk.scenario.new_mark_id(FORBIDDEN)
    area = Mark(id, FORBIDDEN, tuple(map(tuple, np.rint(corners * _MM).astype(np.int64).tolist())))
    if not FEWEST_CORNERS <= len(corners) <= MOST_CORNERS or area.area.is_empty:
        desk.tell(say("siting.said.no_area"), fault=True)
        return
    desk.do(say("siting.steps.forbid"), {}, {id: area})
    desk.tell(say("siting.said.forbidden", area=area_words(area.area.area)))


def _require(bench: Bench, desk: Desk, point: shapely.Point, click: Click) -> None:
    """Have plans put something up here; a click on such a spot takes it away again."""
    reach_mm = _SITE_PX * click.metres_per_pixel * _MM
    for mark in desk.required_spots:
        (x_mm, y_mm) = mark.points_mm[0]
        if np.hypot(x_mm - point.x * _MM, y_mm - point.y * _MM) <= reach_mm:
            desk.do(say("siting.steps.release"), {}, {mark.id: None})
            desk.tell(say("siting.said.released"))
            return
    spot = bench.snapped(point, changes=desk.scenario.changes, forbidden=desk.closed_areas())
    if spot is None:
        desk.tell(say("siting.said.no_spot"), fault=True)
        return
    if _is_foreign(bench, desk, spot.x_mm, spot.y_mm):
        return
    id = desk.scenario.new_mark_id(REQUIRED)
    carrier = vocabulary().carriers.label(desk.required)
    desk.do(
        say("siting.steps.require", carrier=carrier, place=spot.place),
        {},
        {id: Mark(id, REQUIRED, ((spot.x_mm, spot.y_mm),), desk.required)},
    )
    desk.tell(say("siting.said.required", carrier=carrier, place=spot.place, snapped=_snapped(spot)))


def _point(bench: Bench, click: Click) -> shapely.Point:
    return shapely.Point(_points(bench, [[click.lon, click.lat]])[0])


def _points(bench: Bench, degrees: list[list[float]]) -> np.ndarray:
    """Places in the city's CRS, (n, 2) metres."""
    lon, lat = np.array(degrees, dtype=float).T
    return shapely.get_coordinates(gpd.GeoSeries.from_xy(lon, lat, crs=_WGS84).to_crs(bench.city.crs).array)


def _carrier(site: Site) -> str:
    return vocabulary().carriers.label(site.carrier) if site.carrier else say("siting.site.one")


def _snapped(spot: Snapped) -> str:
    if spot.moved_m < _FAR_M:
        return say("siting.said.exact")
    return say("siting.said.snapped", distance=numbers.metres(spot.moved_m))
