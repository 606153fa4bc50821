"""The units that answer, and what each has to repair."""

from dataclasses import dataclass

import pandas as pd

from briefing.facts.audience import Audience
from briefing.facts.standing import number_or_none
from metrics.assessment import Assessment
from metrics.listing import narrowed
from metrics.scores import DISTRICT, UNIT


@dataclass(frozen=True)
class UnitLine:
    """
    What a unit has to repair here; score, rank and flag are of the whole city, None in a district's part.

    ``repair`` is None where something fails and no new site repairs any of it.
    """

    name: str
    score: float | None
    rank: int | None
    flag: str | None
    lines: int
    places: int
    repair: int | None

    @property
    def gaps(self) -> int:
        """Failing stretches and places."""
        return self.lines + self.places


def units_of(assessment: Assessment, audience: Audience, failing: pd.DataFrame) -> tuple[UnitLine, ...]:
    """Those of whom a briefing is for; ``failing`` are their failing findings."""
    scores = assessment.scores[assessment.scores["scope"] == UNIT].set_index("name")
    if audience.scope == UNIT:
        scores = scores.loc[[audience.name]]
    if audience.scope == DISTRICT:  # a street that goes on into another district has its verdict in none
        listed = narrowed(assessment.verdicts, audience.filters)
        scores = scores[scores.index.isin({*listed["unit"], *failing["unit"]})]
    if audience.scope == DISTRICT:
        scores = scores.assign(score=None, rank=None, flag=None)
    return unit_lines(scores, failing)


def unit_lines(scores: pd.DataFrame, failing: pd.DataFrame) -> tuple[UnitLine, ...]:
    """The units of a table of ``score``, ``rank`` and ``flag`` by name, those with most gaps first."""
    by_unit = failing.groupby("unit")
    lines, counts, repairs = by_unit["is_line"].sum(), by_unit.size(), by_unit["repair_min"].sum(min_count=1)
    told = [
        UnitLine(
            name=name,
            score=number_or_none(score),
            rank=None if pd.isna(rank) else int(rank),
            flag=flag if isinstance(flag, str) else None,
            lines=int(lines.get(name, 0)),
            places=int(counts.get(name, 0) - lines.get(name, 0)),
            repair=None if pd.isna(repairs.get(name, 0)) else int(repairs.get(name, 0)),
        )
        for name, score, rank, flag in zip(scores.index, scores["score"], scores["rank"], scores["flag"], strict=True)
    ]
    return tuple(sorted(told, key=lambda unit: (-unit.gaps, unit.name)))
