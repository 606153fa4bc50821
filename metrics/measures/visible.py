"""``visible``: enough sites can be seen by who stands in the centre of a square and looks around."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.areas import sample_points, viewing_centre
from geo.crs import to_mm
from geo.near import pairs_in_reach
from geo.sight import (
    FACING_AWAY,
    SEEN,
    TOO_FAR,
    Obstacles,
    containing_building,
    hiding_building,
    viewing_distance_mm,
    within_view,
)
from metrics.book import View
from metrics.explain import held_back, open_questions, percent, rejected, whole
from metrics.measures.demands import Demand, bounds, counted_and_reasons, demands_of, fewest_sites, unit_of, weights
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, Traces, all_of, judge, lacking, unknown
from metrics.rules import Visible
from metrics.stock import COUNTS, MAYBE, Stock
from metrics.subjects import Subjects
from metrics.survey import Survey
from texts import say

NEAR_MISS = 1.5  # sites up to so many times their viewing distance away are traced as too far


@dataclass(frozen=True)
class Looks:
    """Lines from observers to the sites near them: both ends' rows, and what becomes of each line."""

    observer: np.ndarray
    site: np.ndarray
    distance_m: np.ndarray
    state: np.ndarray  # COUNTS seen, NEVER not, MAYBE unless buildings hide it, of which nothing is known
    reason: np.ndarray


def visible(survey: Survey, rule: Visible, view: View, who: Subjects) -> Findings:
    """
    Squares from whose centre ``rule.need`` counting sites and each quota can be seen.

    The centre is the venue's own viewing point if it records one, else the centroid if that lies inside, else the
    pole of inaccessibility. A site is seen within its viewing distance, not further off its facing than the book
    allows, and when no building cuts the line. A centre inside a building is unknown: nobody stands there.

    Returns
    -------
    Findings
        Verdicts carry ``worst`` (fewest sites seen from any of the sample points all over the
        square) and ``good_share`` (share of these points from which the demand is met), NaN for squares known as a
        point only.
    """
    if survey.stock is None or not len(who):
        return _no_stock(who, rule)
    demands = demands_of(rule, survey.stock)
    weight = weights(rule, survey.stock)
    known = survey.known_stands
    centres, square, samples = (
        observers(survey, rule, who) if known is None else (known.centres, known.square, known.samples)
    )
    stands = np.vstack([centres, samples])
    walls = survey.obstacles_near(stands, reach_m(survey.stock, view))
    looks = look(survey, stands, len(who), walls, view, may_count=np.any([d.state for d in demands], axis=0))
    of_centre = looks.observer < len(who)
    surely, perhaps = seen_of(demands, looks, weight, len(stands))
    need = np.array([demand.need for demand in demands])
    met = (surely >= need[:, None]).all(axis=0)
    held = surely[:, : len(who)]
    status = all_of(judge(held, perhaps[:, : len(who)], need[:, None]))
    blind = survey.is_unsurveyed(*(centres.T / 1000)) & (status == FAIL)
    inside = holders(centres, walls) if known is None else known.inside
    status[blind | (inside >= 0)] = UNKNOWN
    worst = np.argmax(need[:, None] - held, axis=0)
    worst[status == PASS] = 0
    value, required = held[worst, np.arange(len(who))].astype(float), need[worst].astype(float)
    verdicts = {
        "value": np.where(inside >= 0, np.nan, value),
        "required": required,
        "status": status,
        "missing": lacking(status, required - value),
        "repair_min": fewest_sites(need[:, None] - held, [demand.form for demand in demands]),
        **_elsewhere(square, surely[0, len(who) :], met[len(who) :], len(who)),
    }
    traces = _traces(survey, demands, looks, of_centre)
    titles = [demands[d].title for d in worst]
    verdicts["explanation"] = _explanations(survey, who, verdicts, rule, traces, titles, inside, blind)
    return Findings(who, verdicts, traces)


def viewing_centres(survey: Survey, who: Subjects) -> np.ndarray:
    """Where one stands to judge each venue, (n, 2) in mm: its recorded point, else ``geo.areas.viewing_centre``."""
    centres = _xy_mm(viewing_centre(gpd.GeoSeries(who.geometry, crs=survey.city.crs)))
    own = survey.recorded_centres[who.row]
    return np.where(np.isfinite(own), to_mm(np.nan_to_num(own)), centres)


def _no_stock(who: Subjects, rule: Visible) -> Findings:
    nothing = np.full(len(who), np.nan)
    sentences = [say("explain.place.no_stock", name=name) for name in who.name]
    return unknown(who, float(rule.need), sentences, worst=nothing, good_share=nothing)


def _samples(survey: Survey, who: Subjects, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points all over the squares that have an extent: row of the square, and x, y in mm."""
    extended = np.flatnonzero(shapely.area(who.geometry) > 0)
    if not count or not len(extended):
        return np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.int64)
    points = sample_points(gpd.GeoSeries(who.geometry[extended], index=extended, crs=survey.city.crs), count)
    return points.index.to_numpy(), _xy_mm(points)


def _xy_mm(points: gpd.GeoSeries) -> np.ndarray:
    return to_mm(shapely.get_coordinates(points.array)).reshape(-1, 2)


def _distances_mm(stock: Stock, view: View) -> np.ndarray:
    return viewing_distance_mm(stock.width_m, stock.height_m, **view.optics)


def reach_m(stock: Stock, view: View) -> float:
    """How far from where one stands a site of the stock, or a wall before it, can matter, metres."""
    return NEAR_MISS * float(_distances_mm(stock, view).max(initial=0)) / 1000 + 1


def observers(survey: Survey, rule: Visible, who: Subjects) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Where one stands to judge squares, whole millimetres.

    Returns
    -------
    centres, square, samples
        The centre of each square (n, 2); of each sample point all over the squares, the row of its square and x, y.
    """
    return viewing_centres(survey, who), *_samples(survey, who, rule.sample_points)


def holders(centres: np.ndarray, walls: Obstacles | None) -> np.ndarray:
    """The building (row) that holds each centre, -1 where none does or none is known."""
    return np.full(len(centres), -1) if walls is None else containing_building(centres, walls)


def look(
    survey: Survey, observers: np.ndarray, centres: int, walls: Obstacles | None, view: View, *, may_count: np.ndarray
) -> Looks:
    """
    The lines from the observers to the sites around them.

    From the centres, which come first, to every site within or a little beyond its viewing distance, since each of
    them is traced; from the sample points only to those that can count.
    """
    stock = survey.stock
    reach_mm = _distances_mm(stock, view)
    candidates = np.flatnonzero(may_count)
    near = pairs_in_reach(observers[:centres], stock.xy_mm, to_mm(NEAR_MISS * reach_mm / 1000))
    beside = pairs_in_reach(observers[centres:], stock.xy_mm[candidates], reach_mm[candidates])
    observer = np.concatenate((near[0], beside[0] + centres))
    site = np.concatenate((near[1], candidates[beside[1]]))
    origin, target = observers[observer], stock.xy_mm[site]
    sight = within_view(
        origin,
        target,
        stock.width_m[site],
        stock.height_m[site],
        stock.facing_deg[site],
        max_angle_deg=view.max_angle_deg,
        **view.optics,
    )
    state = np.where(sight == SEEN, COUNTS, 0).astype(np.int8)
    reason = np.select([sight == TOO_FAR, sight == FACING_AWAY], ["too_far", "facing_away"], "").astype(object)
    seen = np.flatnonzero(sight == SEEN)
    if walls is None:
        state[seen], reason[seen] = MAYBE, "sight_unknown"
    else:
        hidden_by = hiding_building(origin[seen], target[seen], walls, cut_m=view.cut_m)
        hidden = hidden_by >= 0
        state[seen[hidden]] = 0
        reason[seen[hidden]] = [f"hidden:{row}" for row in hidden_by[hidden]]
    distance_m = np.sqrt(((origin - target) ** 2).sum(axis=1)) / 1000
    return Looks(observer, site, distance_m, state, reason)


def seen_of(demands: list[Demand], looks: Looks, weight: np.ndarray, observers: int) -> tuple[np.ndarray, np.ndarray]:
    """For each demand and observer, how many counting sites are surely seen and how many may be."""
    surely, perhaps = [], []
    for demand in demands:
        state = demand.state[looks.site]
        both = np.where((state == COUNTS) & (looks.state == COUNTS), COUNTS, MAYBE)
        both[(state == 0) | (looks.state == 0)] = 0
        low, high = bounds(both, weight[looks.site])
        surely.append(np.bincount(looks.observer, low, observers))
        perhaps.append(np.bincount(looks.observer, high, observers))
    return np.array(surely), np.array(perhaps)


def _elsewhere(square: np.ndarray, seen: np.ndarray, met: np.ndarray, squares: int) -> dict[str, np.ndarray]:
    """The fewest sites seen from any sample point of each square, and the share of points that meet the demand."""
    worst = np.full(squares, np.inf)
    np.minimum.at(worst, square, seen)
    points = np.bincount(square, minlength=squares)
    good = np.bincount(square, met, squares)
    return {
        "worst": np.where(points > 0, worst, np.nan),
        "good_share": np.divide(good, points, out=np.full(squares, np.nan), where=points > 0),
    }


def _traces(survey: Survey, demands: list[Demand], looks: Looks, chosen: np.ndarray) -> Traces:
    site = looks.site[chosen]
    counted, reason = counted_and_reasons(demands, site)
    out_of_sight = looks.state[chosen] != COUNTS
    counted[out_of_sight] = 0
    reason[out_of_sight] = looks.reason[chosen][out_of_sight]
    return Traces.of(looks.observer[chosen], survey.stock.ids[site], counted, reason, looks.distance_m[chosen])


def _explanations(survey, who: Subjects, verdicts: dict, rule, traces: Traces, titles, inside, blind) -> np.ndarray:
    out = traces.counted == 0
    not_counted = held_back(traces.subject[out], traces.reason[out])
    columns = ("status", "value", "required", "missing", "worst", "good_share")
    rows = zip(who.name, *(verdicts[column].tolist() for column in columns), strict=True)
    sentences = np.empty(len(who), dtype=object)
    for i, (name, status, value, required, missing, worst, good_share) in enumerate(rows):
        if inside[i] >= 0:
            building = survey.city.buildings["name"].iloc[inside[i]]
            known = building if isinstance(building, str) else ""
            sentences[i] = say("explain.visible.inside_building", name=name, building=known)
            continue
        if blind[i]:
            sentences[i] = say("explain.place.no_stock", name=name)
            continue
        reasons = not_counted.get(i, {})
        elsewhere = ""
        if np.isfinite(worst):
            elsewhere = say(
                "explain.visible.elsewhere", worst=whole(worst), share=percent(good_share), unit=unit_of(rule)
            )
        sentences[i] = say(
            f"explain.visible.{status}",
            name=name,
            what=titles[i],
            value=whole(value),
            need=whole(required),
            missing=whole(0 if np.isnan(missing) else missing),
            unit=unit_of(rule),
            rejected=rejected(reasons),
            open=open_questions(reasons),
            elsewhere=elsewhere,
        )
    return sentences
