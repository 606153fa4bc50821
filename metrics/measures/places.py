"""``within``, ``presence`` and ``rate``: what stands inside a place or within reach of it."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_mm
from metrics.explain import held_back, open_questions, plain_number, rejected, whole
from metrics.measures.demands import asked_for, bounds, counted_and_reasons, demands_of, fewest_sites, unit_of, weights
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, judge, trace_frame
from metrics.measures.recorded import recorded_rate
from metrics.rules import Presence, Rate, Within
from metrics.subjects import subjects
from metrics.survey import COUNTS, Survey, eligibility
from texts import say

NEAR_MISS = 2  # sites up to so many times the reach away are traced as out of reach
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class _Near:
    """Sites at or near places: rows of both, the distance (0 inside a polygon), and whether it is within reach."""

    place: np.ndarray
    site: np.ndarray
    distance_m: np.ndarray
    inside: np.ndarray

    def take(self, rows: np.ndarray) -> "_Near":
        return _Near(self.place[rows], self.site[rows], self.distance_m[rows], self.inside[rows])


def within(survey: Survey, rule: Within | Presence) -> Findings:
    """
    Places with ``rule.need`` counting sites, and each quota, inside a polygon or within reach of a point or line.

    A site on the border of a polygon, or exactly at the reach, counts. ``presence`` is the same with a need of one.

    Returns
    -------
    Findings
        ``value`` is the number counted for the demand that lacks most, ``missing`` what it lacks.
    """
    who = subjects(survey, rule)
    if survey.stock is None or who.empty:
        return Findings(_no_stock(who, float(rule.need)))
    near = _near(survey, who.geometry, rule.reach_m, rule.margin_m)
    hit = near.take(near.inside)
    demands = demands_of(rule, survey.stock)
    weight = weights(rule, survey.stock)
    counts = [bounds(demand.state[hit.site], weight[hit.site]) for demand in demands]
    surely = np.array([np.bincount(hit.place, low, len(who)) for low, _ in counts])
    perhaps = np.array([np.bincount(hit.place, high, len(who)) for _, high in counts])
    need = np.array([demand.need for demand in demands])
    status = np.full(len(who), PASS, dtype=object)
    for d in range(len(need)):
        one = judge(surely[d], perhaps[d], need[d])
        status[(one == UNKNOWN) & (status == PASS)] = UNKNOWN
        status[one == FAIL] = FAIL
    blind = survey.is_blind(who.geometry.to_numpy()) & (status == FAIL)
    status[blind] = UNKNOWN
    worst = np.argmax(need[:, None] - surely, axis=0)
    worst[status == PASS] = 0
    value, required = surely[worst, np.arange(len(who))], need[worst].astype(float)
    verdicts = who.assign(
        value=value,
        required=required,
        status=status,
        missing=np.where(status == FAIL, required - value, np.where(status == PASS, 0.0, np.nan)),
        repair_min=fewest_sites(need[:, None] - surely, [demand.form for demand in demands]),
    )
    traces = _traces(survey, demands, near)
    titles = [demands[d].title for d in worst]
    verdicts["explanation"] = _explanations(verdicts, rule, traces, titles, blind)
    return Findings(verdicts, traces)


def rate(survey: Survey, rule: Rate) -> Findings:
    """
    Plays per time or distance of the screens at a place, or recorded of the place itself, at least ``rule.limit``.

    Every screen has to play often enough; a place without one is not a subject.

    Returns
    -------
    Findings
        ``value`` is the rate of the slowest screen; ``missing`` how many screens are too slow.
    """
    if rule.of == "venue":
        return recorded_rate(survey, rule)
    who = subjects(survey, rule)
    if survey.stock is None or who.empty:
        return Findings(_no_stock(who, float(rule.limit)))
    near = _near(survey, who.geometry, rule.reach_m, rule.margin_m)
    near = near.take(near.inside & _plays_what_is_asked(survey, rule)[near.site])
    plays = _plays(survey, rule)[near.site]
    table = pd.DataFrame({"place": near.place, "plays": plays, "slow": plays < rule.limit, "open": np.isnan(plays)})
    per_place = table.groupby("place").agg(
        value=("plays", "min"), missing=("slow", "sum"), open=("open", "any"), screens=("slow", "size")
    )
    kept = per_place.index.to_numpy(dtype=np.int64)
    if not len(kept):
        return Findings(who.iloc[:0], absent=say("explain.rate.none", title=rule.title))
    status = np.where(per_place["missing"] > 0, FAIL, np.where(per_place["open"], UNKNOWN, PASS)).astype(object)
    verdicts = who.iloc[kept].reset_index(drop=True)
    verdicts = verdicts.assign(
        value=per_place["value"].to_numpy(),
        required=float(rule.limit),
        status=status,
        missing=np.where(status == UNKNOWN, np.nan, per_place["missing"].to_numpy().astype(float)),
    )
    verdicts["explanation"] = [
        say(
            f"explain.rate.{verdict.status}",
            name=verdict.subject_name,
            count=screens,
            value=plain_number(verdict.value) if np.isfinite(verdict.value) else "",
            limit=plain_number(rule.limit),
        )
        for verdict, screens in zip(verdicts.itertuples(), per_place["screens"], strict=True)
    ]
    enough = plays >= rule.limit
    traces = trace_frame(
        np.searchsorted(kept, near.place),
        survey.stock.ids[near.site],
        enough.astype(np.int8),
        np.where(enough, "counted", np.where(np.isnan(plays), "plays_unrecorded", "too_few_plays")),
        near.distance_m,
    )
    return Findings(verdicts, traces)


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


def _plays(survey: Survey, rule: Rate) -> np.ndarray:
    sites = survey.city.sites
    if rule.column not in sites:
        return np.full(len(sites), np.nan)
    return pd.to_numeric(sites[rule.column], errors="coerce").to_numpy(dtype=float)


def _no_stock(who: gpd.GeoDataFrame, required: float) -> gpd.GeoDataFrame:
    return who.assign(
        value=np.nan,
        required=required,
        status=UNKNOWN,
        missing=np.nan,
        explanation=[say("explain.place.no_stock", name=name) for name in who["subject_name"]],
    )


def _near(survey: Survey, places: gpd.GeoSeries, reach_m: float, margin_m: float) -> _Near:
    """The sites inside or near each place: a polygon reaches ``margin_m`` around it, a point or line ``reach_m``."""
    stock = survey.stock
    polygonal = np.isin(shapely.get_type_id(places.array), _POLYGONAL)
    reach = np.where(polygonal, margin_m, reach_m)
    look = np.where(polygonal, margin_m + reach_m, NEAR_MISS * reach_m)
    points = stock.points
    shapely.prepare(places.array)
    place, site = stock.tree.query(places.array, predicate="dwithin", distance=look + 0.001)
    order = np.lexsort((site, place))
    place, site = place[order], site[order]
    distance = shapely.distance(places.array[place], points[site])
    inside = to_mm(distance) <= to_mm(reach)[place]
    return _Near(place, site, distance, inside)


def _traces(survey: Survey, demands, near: _Near) -> pd.DataFrame:
    counted, reason = counted_and_reasons(demands, near.site)
    counted[~near.inside] = 0
    reason[~near.inside] = "out_of_reach"
    return trace_frame(near.place, survey.stock.ids[near.site], counted, reason, near.distance_m)


def _explanations(verdicts, rule, traces: pd.DataFrame, titles: list[str], blind: np.ndarray) -> list[str]:
    not_counted = held_back(traces[traces["reason"] != "out_of_reach"])
    polygonal = np.isin(shapely.get_type_id(verdicts.geometry.array), _POLYGONAL)
    inside, reach = say("explain.place.inside"), say("explain.place.reach", reach=plain_number(rule.reach_m))
    what, unit = asked_for(rule), unit_of(rule)
    columns = ["subject_name", "status", "value", "required", "missing"]
    rows = zip(*(verdicts[column].to_numpy(dtype=object).tolist() for column in columns), strict=True)
    sentences = []
    for i, (name, status, value, required, missing) in enumerate(rows):
        if blind[i]:
            sentences.append(say("explain.place.no_stock", name=name))
            continue
        reasons = not_counted.get(i, {})
        sentences.append(
            say(
                f"explain.place.{status}",
                name=name,
                where=inside if polygonal[i] else reach,
                what=titles[i] or what,
                value=whole(value),
                need=whole(required),
                missing=whole(missing) if status == FAIL else "",
                unit=unit,
                rejected=rejected(reasons) if status == FAIL else "",
                open=open_questions(reasons) if status == UNKNOWN else "",
            )
        )
    return sentences
