"""How the city, a district or a unit stands."""

from dataclasses import dataclass

import pandas as pd

from briefing.facts.audience import Audience
from metrics.assessment import Assessment
from metrics.listing import Filters, failing_length_m, findings, narrowed, walk_probability
from metrics.measures.findings import FAIL, UNKNOWN
from metrics.scores import CITY, DISTRICT, UNIT


@dataclass(frozen=True)
class Standing:
    """
    How the city, a district or a unit stands.

    Attributes
    ----------
    score, rank, flag
        None without; the city has no rank.
    tied
        Others that have the same rank.
    passed, failed
        Subjects.
    unknown
        Findings without an answer; those of a clause that has no subject in the city are among them.
    lines, length_m, places
        Failing stretches, their metres (what fails by several rules once), and other failing findings.
    repairable, repair
        How many of the gaps new sites can repair, and the sum of the fewest each of these needs.
    walk
        The chance that a random walk passes, and how long a walk is, m; None where no street is known.
    """

    name: str
    score: float | None
    rank: int | None
    flag: str | None
    tied: tuple[str, ...]
    passed: int
    failed: int
    unknown: int
    lines: int
    length_m: float
    places: int
    repairable: int
    repair: int
    walk: tuple[float, float] | None

    @property
    def to_repair(self) -> int | None:
        """As ``repair``; None where something fails and no new site repairs any of it."""
        return None if self.lines + self.places and not self.repairable else self.repair


def standing_of(assessment: Assessment, scope: str, name: str, filters: Filters) -> Standing:
    """How the city, a district or a unit of that name stands; ``filters`` find what is theirs."""
    scores = assessment.scores[assessment.scores["scope"] == scope]
    own = (scores if scope == CITY else scores[scores["name"] == name]).iloc[0]
    listed = narrowed(findings(assessment), filters)
    failing = listed[listed["status"] == FAIL]
    lines = failing[failing["is_line"]]
    rank = None if scope == CITY or pd.isna(own["rank"]) else int(own["rank"])
    tied = scores.loc[(scores["rank"] == rank) & (scores["name"] != name), "name"] if rank is not None else ()
    repairs = failing["repair_min"].dropna()
    return Standing(
        name=name,
        score=number_or_none(own["score"]),
        rank=rank,
        flag=own["flag"] if isinstance(own["flag"], str) else None,
        tied=tuple(tied),
        passed=int(own["passed"]),
        failed=int(own["failed"]),
        unknown=int((listed["status"] == UNKNOWN).sum()),
        lines=len(lines),
        length_m=failing_length_m(lines),
        places=len(failing) - len(lines),
        repairable=len(repairs),
        repair=int(repairs.sum()),
        walk=walk_probability(assessment, filters),
    )


def districts_of(assessment: Assessment, audience: Audience) -> tuple[Standing, ...]:
    """The districts of whom a briefing is for, best first."""
    scores = assessment.scores[assessment.scores["scope"] == DISTRICT]
    if audience.scope == DISTRICT:
        scores = scores[scores["name"] == audience.name]
    if audience.scope == UNIT:
        return ()
    ordered = scores.sort_values(["score", "name"], ascending=[False, True], na_position="last")
    return tuple(standing_of(assessment, DISTRICT, name, Filters(district=name)) for name in ordered["name"])


def number_or_none(value: object) -> float | None:
    """A number of a table; None where it has none."""
    return None if value is None or pd.isna(value) else float(value)
