"""For whom a briefing is."""

from dataclasses import dataclass

from data.errors import DataError
from metrics.assessment import Assessment
from metrics.listing import Filters
from metrics.scores import CITY, DISTRICT, UNIT
from texts import say

SCOPES = (CITY, DISTRICT, UNIT)


@dataclass(frozen=True)
class Audience:
    """For whom a briefing is: the ``city``, a ``district`` or a ``unit``, by its name; the city has none."""

    scope: str = CITY
    name: str = ""

    @property
    def filters(self) -> Filters:
        """Which findings are theirs."""
        return Filters(**({} if self.scope == CITY else {self.scope: self.name}))


def check_audience(assessment: Assessment, audience: Audience) -> None:
    """
    Find out whether an assessment has something of whom a briefing is for.

    Raises
    ------
    DataError
        When there is no such district or unit.
    ValueError
        When it is neither the city, nor a district, nor a unit.
    """
    if audience.scope not in SCOPES:
        raise ValueError(f"no scope {audience.scope!r}")
    scores = assessment.scores
    known = scores.loc[scores["scope"] == audience.scope, "name"]
    if audience.scope != CITY and audience.name not in set(known):
        raise DataError(say(f"brief.fault.no_{audience.scope}", name=audience.name, known="、".join(known.head(20))))
