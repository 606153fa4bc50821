"""What a plan says: what to do, how good that is at best, what it makes of the city, and whether that holds."""

from dataclasses import dataclass

import numpy as np

from metrics.plan.offer import CHEAPEST, FEWEST, METRES, SCORE, SUBJECTS
from metrics.scenario.difference import Difference
from metrics.scenario.sites import Site

UNITS = {SCORE: "score_points", METRES: "passing_start_m", SUBJECTS: "subjects"}
_SAME = 1e-6  # points or metres


@dataclass(frozen=True)
class Proposal:
    """
    One thing to do.

    Attributes
    ----------
    id
        Of the site: a new one, or one of the city's.
    kind
        ``new``, ``repair``, ``retheme`` or ``repair_and_retheme``.
    site
        The site as it will be.
    cost
        Yuan.
    place
        Where, in words.
    closes
        What it helps to close, in words, without repetition.
    beyond
        The district it lies in, where the plan is for others; "" where it lies in one of these.
    """

    id: str
    kind: str
    site: Site
    cost: float
    place: str
    closes: tuple[str, ...]
    beyond: str = ""


@dataclass(frozen=True)
class Impossible:
    """A gap that nothing can close, and why."""

    rule: str
    subject: str
    subject_name: str
    reason: str


@dataclass(frozen=True)
class Recheck:
    """
    What a plan promises beside what a whole assessment of the changed city finds.

    Attributes
    ----------
    subjects_promised, subjects_open
        Streets and places that are to have no gap left, and of these how many have one.
    points_promised, points_found
        Points of the city's score: those of the gaps that are closed, and by how much the score is higher.
    starts_m_promised
        Metres of starts of walks that come to pass.
    score_promised, score_found
        The score of the city afterwards.
    gap_m_promised, gap_m_found
        Metres of failing stretches left.
    lost
        How many pass no longer.
    """

    subjects_promised: int
    subjects_open: int
    points_promised: float
    points_found: float
    starts_m_promised: float
    score_promised: float
    score_found: float
    gap_m_promised: float
    gap_m_found: float
    lost: int

    @property
    def wrong(self) -> int:
        """How much does not hold: open subjects, those that pass no longer, numbers that are others than promised."""
        numbers = (
            _differs(self.score_promised, self.score_found),
            _differs(self.gap_m_promised, self.gap_m_found),
            self.points_found < self.points_promised - _SAME,
        )
        return self.subjects_open + self.lost + sum(map(int, numbers))


def _differs(one: float, other: float) -> bool:
    return not (np.isnan(one) and np.isnan(other)) and not abs(one - other) <= _SAME


@dataclass(frozen=True)
class Plan:
    """
    What to do, how good that is at best, and what it makes of the city.

    Attributes
    ----------
    proposals
        What to do, in the order of the streets and places.
    aim, worth
        ``fewest``, ``cheapest`` or ``most``; and of what the most, see ``Goals``.
    status
        ``proved``, ``best_found`` or ``nothing_asked``, see ``optimum.answer.Answer``.
    ended
        Why the search ended: ``done``, ``time``, ``stopped``, ``solver``, ``tried``.
    value, bound
        What was made small (new sites, or yuan) or large (points of the score, metres, subjects), and how small or
        large it may at best be.
    gap
        How far the plan may be from the best, as a share of ``value``; of new sites and changes together for the
        fewest.
    new, changed, cost
        How many new sites, how many changed ones, and yuan for all.
    asked, closed
        How many streets and places have gaps to be closed, and of how many all are.
    impossible
        What cannot be closed, and why.
    difference
        What the plan makes of the city.
    recheck
        What was promised beside what a whole ``assess`` of the changed city finds.
    seconds
        Time per step.
    sentence
        All this in one Chinese sentence.
    """

    proposals: tuple[Proposal, ...]
    aim: str
    worth: str
    status: str
    ended: str
    value: float
    bound: float
    gap: float
    new: int
    changed: int
    cost: float
    asked: int
    closed: int
    impossible: tuple[Impossible, ...]
    difference: Difference
    recheck: Recheck
    seconds: dict[str, float]
    sentence: str

    @property
    def rechecked(self) -> bool:
        """Whether the whole assessment found all that the plan promises."""
        return self.recheck.wrong == 0

    @property
    def unit(self) -> str:
        """What ``value`` and ``bound`` count: ``new_sites``, ``yuan``, or what ``Goals.worth`` says."""
        return {FEWEST: "new_sites", CHEAPEST: "yuan"}.get(self.aim, UNITS[self.worth])

    @property
    def changes(self) -> dict[str, Site]:
        """The sites as they will be, by id."""
        return {proposal.id: proposal.site for proposal in self.proposals}


@dataclass(frozen=True)
class CurvePoint:
    """What so many moves reach at best: the score, of which at most ``bound`` is possible; ``cost`` in yuan."""

    sites: int
    score: float
    bound: float
    cost: float
