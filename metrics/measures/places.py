"""``within``, ``presence`` and ``rate``: what stands inside a place or within reach of it."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.crs import to_mm
from metrics.columns import Columns
from metrics.explain import held_back, open_questions, plain_number, rejected, whole
from metrics.measures.demands import (
    Demand,
    asked_for,
    bounds,
    counted_and_reasons,
    demands_of,
    fewest_sites,
    unit_of,
    weights,
)
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, Traces, all_of, judge, lacking, unknown
from metrics.measures.recorded import recorded_rate
from metrics.rules import Presence, Rate, Within
from metrics.stock import COUNTS, eligibility
from metrics.subjects import Subjects
from metrics.survey import Survey
from texts import say

NEAR_MISS = 2  # sites up to so many times the reach away are traced as out of reach
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, eq=False)
class Near(Columns):
    """Sites at or near places: rows of both, the distance (0 inside a polygon), and whether it is within reach."""

    place: np.ndarray
    site: np.ndarray
    distance_m: np.ndarray
    inside: np.ndarray


def within(survey: Survey, rule: Within | Presence, who: Subjects) -> Findings:
    """
    Places with ``rule.need`` counting sites, and each quota, inside a polygon or within reach of a point or line.

    A site on the border of a polygon, or exactly at the reach, counts. ``presence`` is the same with a need of one.

    Returns
    -------
    Findings
        ``value`` is the number counted for the demand that lacks most, ``missing`` what it lacks.
    """
    if survey.stock is None or not len(who):
        return _no_stock(who, float(rule.need))
    near = near_sites(survey, who.geometry, rule.reach_m, rule.margin_m)
    hit = near.take(near.inside)
    demands = demands_of(rule, survey.stock)
    weight = weights(rule, survey.stock)
    counts = [bounds(demand.state[hit.site], weight[hit.site]) for demand in demands]
    surely = np.array([np.bincount(hit.place, low, len(who)) for low, _ in counts])
    perhaps = np.array([np.bincount(hit.place, high, len(who)) for _, high in counts])
    need = np.array([demand.need for demand in demands])
    status = all_of(judge(surely, perhaps, need[:, None]))
    blind = who.blind & (status == FAIL)
    status[blind] = UNKNOWN
    worst = np.argmax(need[:, None] - surely, axis=0)
    worst[status == PASS] = 0
    value, required = surely[worst, np.arange(len(who))], need[worst].astype(float)
    traces = _traces(survey, demands, near)
    verdicts = {
        "value": value,
        "required": required,
        "status": status,
        "missing": lacking(status, required - value),
        "repair_min": fewest_sites(need[:, None] - surely, [demand.form for demand in demands]),
    }
    verdicts["explanation"] = _explanations(who, verdicts, rule, traces, [demands[d].title for d in worst], blind)
    return Findings(who, verdicts, traces)


def rate(survey: Survey, rule: Rate, who: Subjects) -> Findings:
    """
    Plays per time or distance of the screens at a place, or recorded of the place itself, at least ``rule.limit``.

    Every screen has to play often enough; a place without one is not a subject.

    Returns
    -------
    Findings
        ``value`` is the rate of the slowest screen; ``missing`` how many screens are too slow.
    """
    if rule.of == "venue":
        return recorded_rate(survey, rule, who)
    if survey.stock is None or not len(who):
        return _no_stock(who, float(rule.limit))
    near = near_sites(survey, who.geometry, rule.reach_m, rule.margin_m)
    near = near.take(near.inside & _plays_what_is_asked(survey, rule)[near.site])
    plays = survey.stock.numbers(rule.column)[near.site]
    kept, place = np.unique(near.place, return_inverse=True)
    who = who.take(kept)
    if not len(kept):
        return Findings(who, {}, absent=say("explain.rate.none", title=rule.title), kept=kept)
    screens, slow = np.bincount(place), np.bincount(place, plays < rule.limit)
    value = np.full(len(kept), np.nan)
    np.fmin.at(value, place, plays)
    open_ = np.bincount(place, np.isnan(plays)) > 0
    status = np.where(slow > 0, FAIL, np.where(open_, UNKNOWN, PASS)).astype(object)
    explanation = [
        say(
            f"explain.rate.{verdict}",
            name=name,
            count=count,
            value=plain_number(slowest) if np.isfinite(slowest) else "",
            limit=plain_number(rule.limit),
        )
        for name, verdict, slowest, count in zip(who.name, status, value, screens.tolist(), strict=True)
    ]
    verdicts = {
        "value": value,
        "required": np.full(len(who), float(rule.limit)),
        "status": status,
        "missing": np.where(status == UNKNOWN, np.nan, slow),
        "explanation": np.array(explanation, dtype=object),
    }
    enough = plays >= rule.limit
    traces = Traces.of(
        place,
        survey.stock.ids[near.site],
        enough.astype(np.int8),
        np.where(enough, "counted", np.where(np.isnan(plays), "plays_unrecorded", "too_few_plays")).astype(object),
        near.distance_m,
    )
    return Findings(who, verdicts, traces, kept=kept)


def _plays_what_is_asked(survey: Survey, rule: Rate) -> np.ndarray:
    """
    Whether each site is one whose plays count: of the forms, and of the themes if the rule names any.

    A screen out of order plays nothing that could be counted: it is a matter of repair, not of the programme.
    """
    own = eligibility(
        survey.stock,
        themes=rule.themes,
        carriers=rule.carriers,
        excluded_carriers=rule.excluded_carriers or (),
        excluded_conditions=rule.excluded_conditions or (),
    )
    of_any_theme = np.array([not rule.themes and reason.startswith("theme") for reason in own.reason], dtype=bool)
    return (own.state == COUNTS) | of_any_theme


def _no_stock(who: Subjects, required: float) -> Findings:
    return unknown(who, required, [say("explain.place.no_stock", name=name) for name in who.name])


def near_sites(survey: Survey, places: np.ndarray, reach_m: float, margin_m: float) -> Near:
    """The sites inside or near each place: a polygon reaches ``margin_m`` around it, a point or line ``reach_m``."""
    stock = survey.stock
    polygonal = np.isin(shapely.get_type_id(places), _POLYGONAL)
    reach = np.where(polygonal, margin_m, reach_m)
    look = np.where(polygonal, margin_m + reach_m, NEAR_MISS * reach_m)
    shapely.prepare(places)
    place, site = stock.tree.query(places, predicate="dwithin", distance=look + 0.001)
    order = np.lexsort((site, place))
    place, site = place[order], site[order]
    distance = shapely.distance(places[place], stock.points[site])
    return Near(place, site, distance, to_mm(distance) <= to_mm(reach)[place])


def _traces(survey: Survey, demands: list[Demand], near: Near) -> Traces:
    counted, reason = counted_and_reasons(demands, near.site)
    counted[~near.inside] = 0
    reason[~near.inside] = "out_of_reach"
    return Traces.of(near.place, survey.stock.ids[near.site], counted, reason, near.distance_m)


def _explanations(who: Subjects, verdicts: dict, rule, traces: Traces, titles: list[str], blind: np.ndarray):
    status = verdicts["status"]
    told = (traces.counted == 0) & (traces.reason != "out_of_reach") & (status != PASS)[traces.subject]
    not_counted = held_back(traces.subject[told], traces.reason[told])
    polygonal = np.isin(shapely.get_type_id(who.geometry), _POLYGONAL).tolist()
    inside, reach = say("explain.place.inside"), say("explain.place.reach", reach=plain_number(rule.reach_m))
    what, unit, none = asked_for(rule), unit_of(rule), {}
    numbers = [verdicts[name].tolist() for name in ("value", "required", "missing")]
    sentences = np.empty(len(who), dtype=object)
    for i, (name, verdict, value, required, missing) in enumerate(zip(who.name, status, *numbers, strict=True)):
        if blind[i]:
            sentences[i] = say("explain.place.no_stock", name=name)
            continue
        reasons = not_counted.get(i, none)
        sentences[i] = say(
            f"explain.place.{verdict}",
            name=name,
            where=inside if polygonal[i] else reach,
            what=titles[i] or what,
            value=whole(value),
            need=whole(required),
            missing=whole(missing) if verdict == FAIL else "",
            unit=unit,
            rejected=rejected(reasons) if verdict == FAIL else "",
            open=open_questions(reasons) if verdict == UNKNOWN else "",
        )
    return sentences
