"""What a plan is asked for, and what it may do: goals, moves and their costs, spots that are forbidden or required."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely
from ruamel.yaml import YAML

from data.errors import raise_faults
from data.vocabulary import vocabulary
from metrics.book import RuleBook
from metrics.measures.findings import FAIL, Findings
from metrics.rules import Along, Presence, Reach, Rule, Visible, Within
from metrics.scores import DISTRICT
from metrics.survey import Survey
from metrics.tables import Table
from texts import say

_FILE = Path(__file__).parents[2] / "data" / "plan.yaml"
_SITE_RULES = (Along, Visible, Within, Presence, Reach)
SCORE, METRES, SUBJECTS = "score", "metres", "subjects"
WORTH = (SCORE, METRES, SUBJECTS)
FEWEST, CHEAPEST, MOST = "fewest", "cheapest", "most"
MOST_SITES, MOST_YUAN = 10**9, 1e12
_MOST_COST, _MOST_METRES = 1e9, 1000


@cache
def defaults() -> Mapping[str, object]:
    """What ``data/plan.yaml`` says."""
    return MappingProxyType(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Goals:
    """
    The gaps to close: those of these rules (ids) in these districts (names); empty: of all.

    ``worth`` says what is most when not all can be closed: points of the city's ``score``, ``metres`` of passing
    starts (a place counts as ``place_m`` of ``data/plan.yaml``), or ``subjects`` that pass.
    """

    rules: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    worth: str = SCORE

    def asked(self, rules: list[Rule]) -> list[int]:
        """Places of the rules that sites can meet, of those chosen."""
        return [
            place
            for place, rule in enumerate(rules)
            if isinstance(rule, _SITE_RULES)
            and getattr(rule, "sites", True)
            and (not self.rules or rule.id in self.rules)
        ]

    def chosen_rows(self, survey: Survey) -> np.ndarray:
        """Which districts (rows of the level and, last, none) are chosen."""
        level = survey.levels.get(DISTRICT)
        names = level.names if level is not None else np.array([None], dtype=object)
        return np.array([not self.districts or name in self.districts for name in names], dtype=bool)


@dataclass(frozen=True)
class Required:
    """A spot where a new site has to stand: whole millimetres in the city's CRS, and its carrier."""

    x_mm: int
    y_mm: int
    carrier: str


@dataclass(frozen=True)
class Offer:
    """
    What a plan may do.

    Attributes
    ----------
    carriers
        Forms a new site may have; empty: every one with a cost.
    costs
        Yuan of a new site by carrier.
    repair, retheme
        Yuan to make a site good again and to change what it shows; None: not allowed.
    spacing_m
        Least way between two new sites, and between a new one and one that stands.
    step_m
        Way between the spots looked at along a kerb.
    forbidden
        Polygons in the city's CRS in which nothing may be put up.
    required
        Spots where something has to be put up.
    within
        Names of the districts in which alone something may be put up or changed; empty: everywhere. What stands on a
        border is in both. Gaps at a border may then stay open: walks that begin here and end over there need sites
        on the other side.
    """

    carriers: tuple[str, ...] = ()
    costs: Mapping[str, float] = field(default_factory=lambda: dict(defaults()["costs"]), hash=False)
    repair: float | None = field(default_factory=lambda: defaults()["repair"])
    retheme: float | None = field(default_factory=lambda: defaults()["retheme"])
    spacing_m: float = field(default_factory=lambda: defaults()["spacing_m"])
    step_m: float = field(default_factory=lambda: defaults()["step_m"])
    forbidden: tuple[shapely.Geometry, ...] = ()
    required: tuple[Required, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms a new site may have, cheapest first."""
        chosen = self.carriers or tuple(self.costs)
        return tuple(sorted(chosen, key=lambda carrier: (self.costs[carrier], carrier)))

    def check(self) -> None:
        """
        Say everything that cannot be.

        Raises
        ------
        DataError
            Negative or missing costs, words no vocabulary knows, distances that are not positive, nothing allowed.
        """
        raise_faults([*self._form_faults(), *self._cost_faults(), *self._other_faults()])

    def _form_faults(self) -> list[str]:
        words = vocabulary().carriers
        asked = dict.fromkeys((*self.carriers, *(spot.carrier for spot in self.required)))
        faults = [
            say("plan.fault.carrier", carrier=carrier)
            for carrier in dict.fromkeys((*asked, *self.costs))
            if carrier not in words
        ]
        unpriced = [carrier for carrier in asked if carrier in words and carrier not in self.costs]
        return faults + [say("plan.fault.no_cost", carrier=words.label(carrier)) for carrier in unpriced]

    def _cost_faults(self) -> list[str]:
        words = vocabulary().carriers
        priced = {words.label(carrier) if carrier in words else carrier: cost for carrier, cost in self.costs.items()}
        changes = {say(f"plan.kinds.{name}"): getattr(self, name) for name in ("repair", "retheme")}
        priced |= {what: cost for what, cost in changes.items() if cost is not None}
        return [
            say("plan.fault.cost", what=what, cost=cost)
            for what, cost in priced.items()
            if not _is_number(cost) or not 0 <= cost < _MOST_COST
        ]

    def _other_faults(self) -> list[str]:
        faults = [
            say(f"plan.fault.{name}", value=value)
            for name in ("spacing_m", "step_m")
            if not _is_number(value := getattr(self, name)) or not 1 <= value <= _MOST_METRES
        ]
        polygonal = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
        if not all(shapely.get_type_id(area) in polygonal for area in self.forbidden):
            faults.append(say("plan.fault.forbidden"))
        if not self.costs and self.repair is None and self.retheme is None:
            faults.append(say("plan.fault.nothing"))
        return faults


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def check_goals(goals: Goals, offer: Offer, book: RuleBook, phase: str, districts: list[str]) -> None:
    """
    Say which rules or districts there are not.

    Raises
    ------
    DataError
        One sentence each.
    """
    known = [rule.id for rule in book.at(phase)]
    faults = [say("plan.fault.rule", rule=rule) for rule in goals.rules if rule not in known]
    faults += [
        say("plan.fault.district", district=name)
        for name in dict.fromkeys((*goals.districts, *offer.within))
        if name not in districts
    ]
    if goals.worth not in WORTH:
        faults.append(say("plan.fault.worth", worth=goals.worth, known="、".join(WORTH)))
    raise_faults(faults)


def failing_subjects(goals: Goals, survey: Survey, findings: Findings, verdicts: Table, rule_no: int) -> np.ndarray:
    """The subjects (rows of the findings) of one rule that fail in the chosen districts; streets, with a gap there."""
    own = np.flatnonzero(verdicts["rule_no"] == rule_no)
    if not len(findings.who):
        return np.empty(0, dtype=np.int64)
    fails = verdicts["status"][own] == FAIL
    if not goals.districts:
        return np.flatnonzero(fails)
    if findings.gaps is None:
        return np.flatnonzero(fails & np.isin(verdicts["district"][own].astype(str), goals.districts))
    inside = goals.chosen_rows(survey)[findings.gaps.district]
    return np.intersect1d(np.flatnonzero(fails), findings.gaps.subject[inside])
