"""Where one more site gains most: metres of starts that pass instead of fail, for thousands of spots at once."""

import numpy as np

from geo.crs import to_mm
from geo.few import SegmentsNear
from geo.live import LiveWindows
from geo.matching import Matches, nearest_only
from metrics.measures.along import lines_of
from metrics.rules import Along
from metrics.subjects import subjects
from metrics.survey import Survey


class Gains:
    """
    What one more counting site would gain under a rule about windows along streets.

    Only the rule's own demand is looked at, not its quotas; sites that may count are taken not to.

    Parameters
    ----------
    survey
        The city as it is, or as ``WhatIf.now`` gives it.
    rule
        One that counts sites.

    Raises
    ------
    ValueError
        When the rule counts no sites, or the city has no sites layer.
    """

    def __init__(self, survey: Survey, rule: Along):
        if not rule.sites or survey.stock is None:
            raise ValueError("gains are of rules that count sites, in cities whose sites are taken stock of")
        length, window = survey.street_length_mm, int(to_mm(rule.window_m))
        rows = subjects(survey, rule).row
        rows = rows[length[rows] >= window] if rule.short == "exempt" else rows
        self._rule, self._judged = rule, np.zeros(len(length), dtype=bool)
        self._judged[rows] = True
        self._rows, self._rank = rows, np.zeros(len(length), dtype=np.int64)
        self._rank[rows] = np.arange(len(rows))
        own = lines_of(survey, rule, rows, length[rows], window)[0][0]
        at_mm, offsets = own.surely
        street = np.repeat(rows, np.diff(offsets))
        order = np.lexsort((at_mm, street))
        need = np.zeros(len(length), dtype=np.int64)
        need[rows] = own.need
        self._near, reach = SegmentsNear(survey.streets.segments), int(to_mm(rule.reach_m))
        nothing = np.zeros(len(street), dtype=np.int64)
        places = Matches(nothing, street[order], at_mm[order], nothing.astype(float))
        self._live = LiveWindows(self._near, length, places, need=need, window_mm=window, reach_mm=reach)
        self._reach = reach

    @property
    def failing_m(self) -> float:
        """Metres of starts that do not surely pass now."""
        return float(self._live.failing_mm.sum()) / 1000

    def at(self, points_mm: np.ndarray) -> np.ndarray:
        """
        Metres of starts that pass with one more counting site at a point, for each point alone.

        Parameters
        ----------
        points_mm
            (n, 2) int64, whole millimetres in the city's CRS.
        """
        if self._rule.attach != "nearest":
            return self._live.gain(points_mm) / 1000
        found = self._near.match(points_mm, reach_mm=self._reach)
        found = found.take(self._judged[found.street])
        # As the rule does it: of equally near streets that it judges the first in the order of its subjects.
        ranked = nearest_only(Matches(found.point, self._rank[found.street], found.at_mm, found.distance_m))
        found = Matches(ranked.point, self._rows[ranked.street], ranked.at_mm, ranked.distance_m)
        return self._live.gain_at(found, len(points_mm)) / 1000


def best_spots(gains: Gains, points_mm: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the ``count`` points that gain most, best first, and what each gains alone, metres."""
    gained = gains.at(points_mm)
    best = np.argsort(-gained, kind="stable")[:count]
    return best, gained[best]
