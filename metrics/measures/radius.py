"""``radius``: how much of an area layer lies near enough to a facility."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from data.vocabulary import vocabulary
from geo.areas import covered_share, network_service_area, service_area
from metrics.explain import percent, plain_number
from metrics.measures.findings import FAIL, PASS, UNKNOWN, Findings, lacking
from metrics.rules import Radius
from metrics.subjects import DISTRICT, Subjects, at_places, subjects
from metrics.survey import Survey
from texts import say


def radius(survey: Survey, rule: Radius) -> Findings:
    """
    Districts (or, without districts, the city) of whose areas of the rule's kinds enough lies near a facility.

    A facility reaches ``radius_m`` straight or along the roads; with ``tiers`` as far as its size allows, where what
    one covers is covered. One known as a point has no size: it leaves open what only its size decides. Without areas
    of these kinds or facilities of these classes the answer is unknown.

    Returns
    -------
    Findings
        ``value`` is the covered share of the area, ``missing`` what it lacks to the limit.
    """
    who = _whole_areas(survey, rule)
    if not len(who):
        return Findings(who, {})
    measured = _measured(survey, rule)
    facilities = survey.venues_of(rule.facility_classes)
    value, at_most = np.full(len(who), np.nan), np.full(len(who), np.nan)
    if measured is not None and len(facilities):
        own = shapely.intersection(who.geometry, measured)
        value = covered_share(own, _covered(survey, rule, facilities, sized_only=True))
        at_most = covered_share(own, _covered(survey, rule, facilities, sized_only=False))
    meets = np.greater if rule.strict else np.greater_equal
    status = np.where(meets(value, rule.limit), PASS, np.where(meets(at_most, rule.limit), UNKNOWN, FAIL))
    status = np.where(np.isfinite(value), status, UNKNOWN).astype(object)
    verdicts = {
        "value": value,
        "required": np.full(len(who), float(rule.limit)),
        "status": status,
        "missing": lacking(status, rule.limit - value),
        "explanation": _explanations(who, value, status, rule, lacks_facilities=facilities.empty),
    }
    return Findings(who, verdicts)


def _whole_areas(survey: Survey, rule: Radius) -> Subjects:
    """The districts; a city without any is judged as a whole, by the box around its areas."""
    who = subjects(survey, rule.model_copy(update={"class_": DISTRICT, "also_classes": ()}))
    areas = survey.city.areas
    if len(who) or areas is None or areas.empty:
        return replace(who, class_=np.full(len(who), rule.class_, dtype=object))
    name = survey.city.meta.get("name") or say("explain.radius.city")
    box = np.array([shapely.box(*areas.total_bounds)], dtype=object)
    one = {"ids": [name], "names": [name], "units": [None], "row": np.array([-1])}
    return at_places(survey, **one, class_=rule.class_, geometry=box)


def _measured(survey: Survey, rule: Radius):
    """The areas the rule measures against as one geometry, None when there are none."""
    areas = survey.city.areas
    chosen = areas[areas["kind"].isin(list(rule.area_kinds))] if areas is not None else ()
    return shapely.union_all(chosen.geometry.array) if len(chosen) else None


def _covered(survey: Survey, rule: Radius, facilities: gpd.GeoDataFrame, *, sized_only: bool) -> shapely.Geometry:
    """All places near enough to a facility large enough for its radius; ones of no known size are too, or are not."""
    size = shapely.area(facilities.geometry.array)
    parts = []
    for tier in rule.reaches:
        low, high = tier.min_area_m2 or 0.0, tier.max_area_m2 or np.inf
        of_tier = (size >= low) & (size < high)
        if low or high < np.inf:
            of_tier &= size > 0
        chosen = facilities.geometry[of_tier if sized_only else of_tier | (size == 0)]
        if chosen.empty:
            continue
        if rule.network:
            parts.append(network_service_area(survey.walkable.geometry, chosen, tier.radius_m))
        else:
            parts.append(service_area(chosen, tier.radius_m))
    return shapely.union_all(parts)


def _explanations(who: Subjects, value: np.ndarray, status: np.ndarray, rule: Radius, *, lacks_facilities: bool):
    words, joiner = vocabulary(), say("explain.joiner")
    facility = joiner.join(words.classes.label(code) for code in rule.facility_classes)
    area = joiner.join(words.area_kinds.label(code) for code in rule.area_kinds)
    metres = joiner.join(plain_number(tier.radius_m) for tier in rule.reaches)
    sentences = [
        say(
            f"explain.radius.{verdict}",
            name=name,
            facility=facility,
            area=area,
            radius=metres,
            way=say(f"explain.radius.{'network' if rule.network else 'straight'}"),
            value=percent(share) if np.isfinite(share) else "",
            op=say(f"explain.ops.{'>' if rule.strict else '>='}"),
            limit=percent(rule.limit),
            missing=facility if lacks_facilities else area,
        )
        for name, verdict, share in zip(who.name, status, value, strict=True)
    ]
    return np.array(sentences, dtype=object)
