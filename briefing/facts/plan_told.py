"""A repair plan as a briefing tells it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pyproj import CRS

from briefing.plan_files import plan_figures, plan_table
from metrics.plan import Plan

_COLUMNS = ["kind", "carrier", "place", "closes", "cost"]


@dataclass(frozen=True, eq=False)
class PlanTold:
    """
    What a plan says of itself.

    Attributes
    ----------
    sentence
        The plan in one sentence, as it says it.
    proved
        Whether nothing better is possible, and a whole assessment found what was promised.
    gap
        How far it may be from the best, a share.
    new, changed, asked, closed
        New sites, changed ones; subjects with gaps, and how many of these close.
    cost
        Yuan.
    score_before, score_after
        Of the city; None without a score.
    proposals
        ``kind``, ``carrier``, ``place``, ``closes``, ``cost``.
    """

    sentence: str
    proved: bool
    gap: float
    new: int
    changed: int
    asked: int
    closed: int
    cost: float
    score_before: float | None
    score_after: float | None
    proposals: pd.DataFrame

    @classmethod
    def of(cls, plan: Plan, crs: CRS) -> "PlanTold":
        """What a plan for a city in ``crs`` says."""
        return cls.read(plan_figures(plan), pd.DataFrame(plan_table(plan, crs).drop(columns="geometry")))

    @classmethod
    def read(cls, figures: Mapping[str, object], proposals: pd.DataFrame) -> "PlanTold":
        """
        What a plan says of itself in its files, see `briefing.plan_files`.

        Raises
        ------
        KeyError
            When something is missing in ``figures`` or ``proposals``.
        """
        city = next((own for own in figures["scores"] if own["scope"] == "city"), {"before": None, "after": None})
        return cls(
            sentence=str(figures["sentence"]),
            proved=figures["status"] == "proved" and bool(figures["rechecked"]),
            gap=float(figures["gap"]),
            new=int(figures["new"]),
            changed=int(figures["changed"]),
            asked=int(figures["asked"]),
            closed=int(figures["closed"]),
            cost=float(figures["cost"]),
            score_before=city["before"],
            score_after=city["after"],
            proposals=proposals[_COLUMNS],
        )
