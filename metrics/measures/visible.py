"""``visible``: enough sites can be seen by who stands in the centre of a square and looks around."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas import sample_points, viewing_centre
from geo.crs import WGS84, to_mm
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
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, judge, trace_frame
from metrics.rules import Visible
from metrics.subjects import subjects
from metrics.survey import COUNTS, MAYBE, Survey
from texts import say

NEAR_MISS = 1.5  # sites up to so many times their viewing distance away are traced as too far


@dataclass(frozen=True)
class _Looks:
    """Lines from observers to the sites near them: both ends' rows, and what becomes of each line."""

    observer: np.ndarray
    site: np.ndarray
    distance_m: np.ndarray
    state: np.ndarray  # COUNTS seen, NEVER not, MAYBE unless buildings hide it, of which nothing is known
    reason: np.ndarray


def visible(survey: Survey, rule: Visible, view: View) -> Findings:
    """
    Squares from whose centre ``rule.need`` counting sites and each quota can be seen.

    The centre is the venue's own viewing point if it records one, else the centroid if that lies inside, else the
    pole of inaccessibility. A site is seen within its viewing distance, not further off its facing than the book
    allows, and when no building cuts the line. A centre inside a building is unknown: nobody stands there.

    Returns
    -------
    Findings
        Verdicts carry ``centre`` (a point), ``worst`` (fewest sites seen from any of the sample points all over the
        square) and ``good_share`` (share of these points from which the demand is met), NaN for squares known as a
        point only.
    """
    who = subjects(survey, rule)
    who["centre"] = viewing_centres(survey, who)
    if survey.stock is None or who.empty:
        return Findings(_unknown(who, rule))
    demands = demands_of(rule, survey.stock)
    weight = weights(rule, survey.stock)
    samples = _samples(who, rule.sample_points)
    observers = np.vstack([_xy_mm(who["centre"]), _xy_mm(samples)])
    walls = survey.obstacles_near(observers, _reach_m(survey, view))
    looks = _look(survey, observers, len(who), walls, view, may_count=np.any([d.state for d in demands], axis=0))
    of_centre = looks.observer < len(who)
    surely, perhaps = _seen(demands, looks, weight, len(observers))
    need = np.array([demand.need for demand in demands])
    met = (surely >= need[:, None]).all(axis=0)
    status = np.min([_rank(judge(surely[d], perhaps[d], need[d])) for d in range(len(need))], axis=0)
    status = np.array([FAIL, UNKNOWN, PASS], dtype=object)[status[: len(who)]]
    blind = survey.is_blind(who["centre"].to_numpy()) & (status == FAIL)
    inside = np.full(len(who), -1) if walls is None else containing_building(observers[: len(who)], walls)
    status[blind | (inside >= 0)] = UNKNOWN
    held = surely[:, : len(who)]
    worst = np.argmax(need[:, None] - held, axis=0)
    worst[status == PASS] = 0
    verdicts = who.assign(
        value=held[worst, np.arange(len(who))].astype(float),
        required=need[worst].astype(float),
        status=status,
        repair_min=fewest_sites(need[:, None] - held, [demand.form for demand in demands]),
        **_elsewhere(samples, surely[0, len(who) :], met[len(who) :], len(who)),
    )
    verdicts["missing"] = np.where(
        status == FAIL, verdicts["required"] - verdicts["value"], np.where(status == PASS, 0.0, np.nan)
    )
    verdicts.loc[inside >= 0, "value"] = np.nan
    traces = _traces(survey, demands, looks, of_centre)
    titles = np.array([demand.title for demand in demands], dtype=object)[worst]
    verdicts["explanation"] = _explanations(survey, verdicts, rule, traces, titles, inside, blind)
    return Findings(verdicts, traces)


def viewing_centres(survey: Survey, who: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Where one stands to judge each subject: its recorded viewing point, else ``geo.areas.viewing_centre``."""
    centres = viewing_centre(who.geometry)
    venues = survey.city.venues
    if venues is None or who.empty:
        return centres
    own = venues[["centre_lon", "centre_lat"]].reindex(who["row"]).to_numpy(dtype=float)
    has_own = np.isfinite(own).all(axis=1)
    if has_own.any():
        points = gpd.GeoSeries(shapely.points(own[has_own]), crs=WGS84).to_crs(who.crs)
        centres.loc[has_own] = points.to_numpy()
    return centres


def _unknown(who: gpd.GeoDataFrame, rule: Visible) -> gpd.GeoDataFrame:
    return who.assign(
        value=np.nan,
        required=float(rule.need),
        status=UNKNOWN,
        missing=np.nan,
        worst=np.nan,
        good_share=np.nan,
        explanation=[say("explain.place.no_stock", name=name) for name in who["subject_name"]],
    )


def _samples(who: gpd.GeoDataFrame, count: int) -> gpd.GeoSeries:
    """Points all over the squares that have an extent, indexed by the square."""
    extended = who.geometry[shapely.area(who.geometry.array) > 0]
    if not count or extended.empty:
        return gpd.GeoSeries([], index=pd.Index([], dtype=int), crs=who.crs)
    return sample_points(extended, count)


def _xy_mm(points: gpd.GeoSeries) -> np.ndarray:
    return to_mm(shapely.get_coordinates(points.array)).reshape(-1, 2)


def _distances_mm(survey: Survey, view: View) -> np.ndarray:
    stock = survey.stock
    return viewing_distance_mm(stock.width_m, stock.height_m, **view.optics)


def _reach_m(survey: Survey, view: View) -> float:
    return NEAR_MISS * float(_distances_mm(survey, view).max(initial=0)) / 1000 + 1


def _look(
    survey: Survey, observers: np.ndarray, centres: int, walls: Obstacles | None, view: View, *, may_count: np.ndarray
) -> _Looks:
    """
    The lines from the observers to the sites around them.

    From the centres, which come first, to every site within or a little beyond its viewing distance, since each of
    them is traced; from the sample points only to those that can count.
    """
    stock = survey.stock
    reach_mm = _distances_mm(survey, view)
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
    return _Looks(observer, site, distance_m, state, reason)


def _seen(demands: list[Demand], looks: _Looks, weight: np.ndarray, observers: int) -> tuple[np.ndarray, np.ndarray]:
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


def _rank(status: np.ndarray) -> np.ndarray:
    """0 for fail, 1 for unknown, 2 for pass: the least of several is what holds of all."""
    return np.select([status == FAIL, status == UNKNOWN], [0, 1], 2)


def _elsewhere(samples: gpd.GeoSeries, seen: np.ndarray, met: np.ndarray, squares: int) -> dict[str, np.ndarray]:
    """The fewest sites seen from any sample point of each square, and the share of points that meet the demand."""
    grouped = pd.DataFrame({"worst": seen, "good_share": met.astype(float)}, index=samples.index).groupby(level=0)
    table = grouped.agg({"worst": "min", "good_share": "mean"}).reindex(range(squares))
    return {name: table[name].to_numpy() for name in table}


def _traces(survey: Survey, demands: list[Demand], looks: _Looks, chosen: np.ndarray) -> pd.DataFrame:
    site = looks.site[chosen]
    counted, reason = counted_and_reasons(demands, site)
    out_of_sight = looks.state[chosen] != COUNTS
    counted[out_of_sight] = 0
    reason[out_of_sight] = looks.reason[chosen][out_of_sight]
    return trace_frame(looks.observer[chosen], survey.stock.ids[site], counted, reason, looks.distance_m[chosen])


def _explanations(survey, verdicts, rule, traces, titles, inside, blind) -> list[str]:
    not_counted = held_back(traces)
    sentences = []
    for i, verdict in enumerate(verdicts.itertuples()):
        if inside[i] >= 0:
            name = survey.city.buildings["name"].iloc[inside[i]]
            building = name if isinstance(name, str) else ""
            sentences.append(say("explain.visible.inside_building", name=verdict.subject_name, building=building))
            continue
        if blind[i]:
            sentences.append(say("explain.place.no_stock", name=verdict.subject_name))
            continue
        reasons = not_counted.get(i, {})
        elsewhere = ""
        if np.isfinite(verdict.worst):
            elsewhere = say(
                "explain.visible.elsewhere",
                worst=whole(verdict.worst),
                share=percent(verdict.good_share),
                unit=unit_of(rule),
            )
        sentences.append(
            say(
                f"explain.visible.{verdict.status}",
                name=verdict.subject_name,
                what=titles[i],
                value=whole(verdict.value),
                need=whole(verdict.required),
                missing=whole(0 if np.isnan(verdict.missing) else verdict.missing),
                unit=unit_of(rule),
                rejected=rejected(reasons),
                open=open_questions(reasons),
                elsewhere=elsewhere,
            )
        )
    return sentences
