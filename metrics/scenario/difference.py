"""What edits make of a city: verdicts that flip, metres and probabilities of streets, scores and ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from metrics.measures.findings import FAIL, PASS
from metrics.scores import CITY, Standing


@dataclass(frozen=True)
class Flip:
    """A verdict that is another one than before; a screen that comes or goes makes or ends one (``""``)."""

    rule: str
    subject: str
    subject_name: str
    class_: str
    district: str | None
    unit: str | None
    before: str
    after: str


@dataclass(frozen=True)
class StreetChange:
    """A street of which another length fails, or that passes with another probability; metres, NaN where unknown."""

    rule: str
    subject: str
    subject_name: str
    gap_m_before: float
    gap_m: float
    pass_probability_before: float
    pass_probability: float


@dataclass(frozen=True)
class ScoreChange:
    """A score, and the rank by it (None without a score), before and after."""

    scope: str
    name: str
    before: float
    after: float
    rank_before: int | None
    rank: int | None


@dataclass(frozen=True)
class Difference:
    """
    The city after the edits beside the city before.

    Attributes
    ----------
    flips, streets
        Only what differs.
    standings_before, standings
        Scores and ranks of the city and of all areas of each level, by scope.
    gap_m_before, gap_m
        Metres of failing stretches of all streets and rules.
    """

    flips: Sequence[Flip]
    streets: Sequence[StreetChange]
    standings_before: Mapping[str, Standing]
    standings: Mapping[str, Standing]
    gap_m_before: float
    gap_m: float

    @property
    def gained(self) -> list[Flip]:
        """What passes now."""
        return [flip for flip in self.flips if flip.after == PASS]

    @property
    def lost(self) -> list[Flip]:
        """What fails now."""
        return [flip for flip in self.flips if flip.after == FAIL]

    @cached_property
    def scores(self) -> list[ScoreChange]:
        """The scores and ranks side by side."""
        return [
            ScoreChange(scope, name, float(old), float(new), int(old_rank) or None, int(rank) or None)
            for scope, then in self.standings_before.items()
            for name, old, new, old_rank, rank in zip(
                then.names,
                then.score,
                self.standings[scope].score,
                then.rank,
                self.standings[scope].rank,
                strict=True,
            )
        ]

    @property
    def city(self) -> ScoreChange:
        """The score of the city."""
        return next(change for change in self.scores if change.scope == CITY)


@dataclass(frozen=True, eq=False)
class Reading:
    """The numbers of all verdicts at one moment; ``standings`` by scope."""

    status: np.ndarray
    probability: np.ndarray
    gap_mm: np.ndarray
    present: np.ndarray
    standings: Mapping[str, Standing]

    def kept(self) -> "Reading":
        """The same numbers, which stay as they are when the verdicts change."""
        arrays = {name: getattr(self, name).copy() for name in ("status", "probability", "gap_mm", "present")}
        return replace(self, **arrays)


def difference(before: Reading, after: Reading, rows: np.ndarray, verdicts: Mapping[str, np.ndarray]) -> Difference:
    """
    What is different.

    Parameters
    ----------
    before, after
        Of the same verdicts.
    rows
        The verdicts that may differ.
    verdicts
        Who they are of, see ``metrics.tables.verdict_table``.
    """
    was = np.where(before.present[rows], before.status[rows], "")
    now = np.where(after.present[rows], after.status[rows], "")
    named = ("rule", "subject", "subject_name")
    turned = was != now
    who = (verdicts[name][rows[turned]] for name in (*named, "class", "district", "unit"))
    flips = [Flip(*facts) for facts in zip(*who, was[turned], now[turned], strict=True)]
    moved = (before.gap_mm[rows] != after.gap_mm[rows]) | ~_equal(before.probability[rows], after.probability[rows])
    own = rows[moved]
    who = (verdicts[name][own] for name in named)
    metres = ((reading.gap_mm[own] / 1000).tolist() for reading in (before, after))
    chances = (reading.probability[own].tolist() for reading in (before, after))
    streets = [StreetChange(*facts) for facts in zip(*who, *metres, *chances, strict=True)]
    return Difference(
        flips=flips,
        streets=streets,
        standings_before=before.standings,
        standings=after.standings,
        gap_m_before=float(before.gap_mm.sum()) / 1000,
        gap_m=float(after.gap_mm.sum()) / 1000,
    )


def _equal(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    return (some == others) | (np.isnan(some) & np.isnan(others))
