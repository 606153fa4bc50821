"""How likely a draw of roads passes as a whole, exactly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from data.city import City
from metrics.assessment import Assessment
from metrics.measures.findings import FAIL, PASS
from metrics.risk import risk
from views.wall.pace import pace

_ROAD = "road"


@dataclass(frozen=True)
class Chance:
    """
    That all of ``drawn`` roads pass: at least and at most, whatever the unknown ones are.

    ``by_book`` tells whether the number drawn is that of the rule book.
    """

    drawn: int
    least: float
    most: float
    by_book: bool


@lru_cache(maxsize=4)
def all_pass(city: City, assessment: Assessment) -> Chance | None:
    """
    The chance that every road of a random draw passes; None where no road is walked.

    Where the rule book draws roads it is the probability of full marks on them, see `metrics.risk.risk`. Else
    ``drawn_roads`` of pace.yaml are drawn, each set as likely as any other, and walked from starts that are evenly
    spread along them, as in `passing_draws`.
    """
    draw = assessment.book.draw
    if draw is not None and _ROAD in draw.counts:
        areas = risk(city, assessment).areas
        row = areas[(areas["scope"] == "class") & (areas["name"] == _ROAD)]
        if len(row):
            return Chance(int(row["drawn"].iloc[0]), row["full_least"].iloc[0], row["full_most"].iloc[0], True)
        return None
    walked = [rule.id for rule in assessment.book.at(assessment.phase) if rule.measure == "along"]
    verdicts = assessment.verdicts
    roads = verdicts[(verdicts["rule"] == walked[0]) & verdicts["subject"].notna()] if walked else verdicts[:0]
    if not len(roads):
        return None
    known = roads["status"].isin([PASS, FAIL]).to_numpy() & roads["pass_probability"].notna().to_numpy()
    chances = roads["pass_probability"].to_numpy(dtype=float)
    drawn = min(pace().drawn_roads, len(roads))
    least, most = (passing_draws(np.where(known, chances, unknown), drawn) for unknown in (0.0, 1.0))
    return Chance(drawn, least, most, False)


def passing_draws(chances: np.ndarray, drawn: int) -> float:
    """
    The probability that ``drawn`` of the roads, drawn evenly without replacement, all pass, each by its own chance.

    The mean, over all sets, of the product of the chances in a set: the elementary symmetric polynomial by the number
    of sets. Built road by road: after ``n`` roads, ``means[k]`` is that mean over the sets of ``k`` of them.

    Examples
    --------
    >>> passing_draws(np.array([1.0, 0.5, 0.0]), 2)  # of 1·½, 1·0, ½·0
    0.16666666666666666
    """
    means = np.zeros(drawn + 1)
    means[0] = 1.0
    for count, chance in enumerate(np.asarray(chances, dtype=float), start=1):
        sizes = np.arange(1, drawn + 1)
        share = np.minimum(sizes / count, 1.0)  # of the sets of k of n roads, those with the newest road in them
        means[1:] = (1 - share) * means[1:] + share * chance * means[:-1]
    return float(means[drawn])
