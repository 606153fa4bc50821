"""What if: sites put up, moved, changed or taken away, and what that makes of a city."""

from metrics.scenario.difference import Difference, Flip, ScoreChange, StreetChange
from metrics.scenario.export import change_table, compare, site_table
from metrics.scenario.gains import Gains, best_spots
from metrics.scenario.marks import Mark, Marks
from metrics.scenario.scenario import Scenario, Step
from metrics.scenario.sites import Changes, Site, edited_city
from metrics.scenario.whatif import WhatIf

__all__ = [
    "Changes",
    "Difference",
    "Flip",
    "Gains",
    "Mark",
    "Marks",
    "Scenario",
    "ScoreChange",
    "Site",
    "Step",
    "StreetChange",
    "WhatIf",
    "best_spots",
    "change_table",
    "compare",
    "edited_city",
    "site_table",
]
