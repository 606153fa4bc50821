"""Where and what could help: spots, forms and standing sites near the subjects that are to pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import to_mm
from metrics.book import RuleBook
from metrics.measures import along, places, visible
from metrics.measures.demands import demands_of
from metrics.measures.findings import PASS, Findings
from metrics.measures.reach import gates_of, look_m, walkable_inside
from metrics.plan.around import spots_at, spots_beside, thinned
from metrics.plan.asked import joined
from metrics.plan.ground import Ground
from metrics.plan.kerbs import gap_spots
from metrics.plan.moves import new_moves, stock_after
from metrics.plan.offer import Goals, Offer
from metrics.rules import Along, Presence, Reach, Rule, Visible, Within
from metrics.scenario.whatif import WhatIf
from metrics.stock import COUNTS, MAYBE, Stock
from metrics.survey import Survey

_BITS = 30  # so many rules are told apart at once


@dataclass(frozen=True, eq=False)
class Asked:
    """A rule (by its place among all), what was found, and which subjects (rows of that) are to pass."""

    place: int
    rule: Rule
    findings: Findings
    subjects: np.ndarray


def may_show(whatif: WhatIf, sites: np.ndarray) -> dict[int, list[tuple[str, ...]]]:
    """
    Of sites (rows of the stock) whose themes are not recorded, those that somebody near who does not pass may count on.

    A site made to show something else has to show these too: else what nobody knows would become a failure.
    """
    survey, judged, _ = whatif.now()
    sites = sites[survey.stock.themes.codes[sites] < 0]
    alone = survey.excerpt(survey.stock.take(sites), matches={}, walls=None)
    found: dict[int, list[tuple[str, ...]]] = {}
    for place in Goals().asked([rule for rule, _ in judged]) if len(sites) else ():
        rule, findings = judged[place]
        if not len(findings.who):
            continue
        near = _near(
            alone, Asked(place, rule, findings, np.flatnonzero(findings.verdicts["status"] != PASS)), whatif.book
        )
        for demand in demands_of(rule, alone.stock):
            for row in near[demand.state[near] == MAYBE].tolist():
                found.setdefault(int(sites[row]), []).append(demand.themes)
    return found


def _near(survey: Survey, asked: Asked, book: RuleBook) -> np.ndarray:
    """The sites (rows) of a survey so near that they may count for what is asked, and perhaps some more."""
    rule, who = asked.rule, asked.findings.who.take(asked.subjects)
    if not len(who) or not len(survey.stock):
        return np.empty(0, dtype=np.int64)
    if isinstance(rule, Along):
        return np.unique(along.on_streets(survey.site_matches(int(to_mm(rule.reach_m))), who.row).point)
    if isinstance(rule, Within | Presence):
        return np.unique(places.near_sites(survey, who.geometry, rule.reach_m, rule.margin_m).site)
    if isinstance(rule, Visible):
        centres, far = visible.viewing_centres(survey, who), visible.reach_m(survey.stock, book.view)
        around = shapely.points(centres / 1000)
    else:
        around, far = who.geometry, look_m(survey.stock, rule, book.view)
    return np.unique(survey.stock.tree.query(around, predicate="dwithin", distance=far)[1])


def useful_sites(survey: Survey, book: RuleBook, asked: Sequence[Asked]) -> np.ndarray:
    """The sites that stand near enough to help when changed."""
    return np.unique(joined([_near(survey, one, book) for one in asked]))


def spots_for(ground: Ground, asked: Sequence[Asked], offer: Offer) -> np.ndarray:
    """Free spots around all failing subjects, (n, 2) mm; those behind kerbs first."""
    survey, step_mm = ground.survey, int(to_mm(offer.step_m))
    streets, found = [], [np.empty((0, 2), dtype=np.int64)]
    for one in asked:
        if isinstance(one.rule, Along):
            streets.append(one.findings.gaps.take(np.isin(one.findings.gaps.subject, one.subjects)))
            continue
        places_ = gpd.GeoSeries(one.findings.who.geometry[one.subjects], crs=survey.city.crs)
        if isinstance(one.rule, Reach):
            found += [
                spots_beside(walkable_inside(survey, place), gate, offer.step_m, walk_m=one.rule.walk_m)
                for place in places_
                for gate in gates_of(survey, place, survey.venues_of([one.rule.gate_class]))
            ]
        else:
            found.append(spots_at(places_, offer.step_m, reach_m=getattr(one.rule, "reach_m", np.inf)))
    around = np.vstack(found)
    around = around[ground.allowed(around)]
    kerbs = gap_spots(survey, streets, ground, step_mm)
    return thinned(np.vstack([kerbs, around]), int(to_mm(offer.spacing_m)))


def forms_at(
    survey: Survey, book: RuleBook, asked: Sequence[Asked], spots: np.ndarray, offer: Offer
) -> list[tuple[str, ...]]:
    """The forms worth putting up at each spot, given the rules whose subjects it is near."""
    blank = new_moves([("",)] * len(spots), replace(offer, required=(), costs={"": 0}))
    alone = survey.excerpt(stock_after(survey.stock, blank, spots), matches={}, walls=None)
    near = np.zeros((len(spots), len(asked)), dtype=bool)
    for nth, one in enumerate(asked):
        near[_near(alone, one, book), nth] = True
    kind = np.zeros(len(spots), dtype=np.int64)
    for begin in range(0, len(asked), _BITS):
        some = near[:, begin : begin + _BITS]
        _, kind = np.unique((kind << _BITS) + some @ (1 << np.arange(some.shape[1])), return_inverse=True)
    _, example = np.unique(kind, return_index=True)
    own = [[asked[nth].rule for nth in np.flatnonzero(near[place])] for place in example]
    forms = [_useful_forms(rules, survey.stock, offer) for rules in own]
    return [forms[number] for number in kind.tolist()]


def _useful_forms(rules: Sequence[Rule], stock: Stock, offer: Offer) -> tuple[str, ...]:
    """The forms accepted by some demand, without those of which one as cheap is accepted by all the same ones."""
    forms, by_form = offer.forms, accepted_forms(rules, stock, offer)
    useful: list[int] = []
    for place in range(len(forms)):
        own = by_form[place]
        if own.any() and not any((by_form[other] >= own).all() for other in useful):
            useful.append(place)
    return tuple(forms[place] for place in useful)


def accepted_forms(rules: Sequence[Rule], stock: Stock, offer: Offer) -> np.ndarray:
    """(forms, demands): which forms of new sites count for which demands of the rules."""
    moves = new_moves([offer.forms], replace(offer, required=()))
    made = stock_after(stock, moves, np.zeros((len(moves), 2), dtype=np.int64))
    accepted = [demand.state == COUNTS for rule in rules for demand in demands_of(rule, made)]
    return np.array(accepted, dtype=bool).reshape(len(accepted), len(moves)).T
