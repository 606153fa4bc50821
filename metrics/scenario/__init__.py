"""What if: sites put up, moved, changed or taken away, and what that makes of a city."""

from metrics.scenario.difference import Difference, Flip, ScoreChange, StreetChange
from metrics.scenario.sites import Changes, Site, edited_city
from metrics.scenario.whatif import WhatIf

__all__ = ["Changes", "Difference", "Flip", "ScoreChange", "Site", "StreetChange", "WhatIf", "edited_city"]
