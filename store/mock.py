"""A mock assessment as it is kept, its lines, and what is asked of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Mock:
    """
    A mock assessment that was kept.

    Attributes
    ----------
    district
        The district that drew it; "" when the command centre or a planner did.
    code
        Of the sample.
    facts
        What a list shows of it: plain numbers and texts.
    version
        Goes up with every new name.
    told_at
        When the districts were told of one of the whole city; None when they were not.
    lines, filled
        How many lines there are, and how many hold a number.
    text
        The sample with its book; None in lists.
    part
        The district whose part of one of the whole city this is: to be looked at only; "" when it is whole.
    """

    id: int
    city: str
    district: str
    name: str
    code: str
    facts: Mapping[str, object]
    version: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    told_at: datetime | None
    lines: int
    filled: int
    text: str | None = None
    part: str = ""


@dataclass(frozen=True)
class Result:
    """One line of a form as it is kept; ``version`` 0 and no ``changed_at`` as long as nobody wrote anything."""

    key: str
    found: float | None = None
    remark: str = ""
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True)
class Change:
    """What a person writes into a line, and the version of it that they saw."""

    key: str
    found: float | None
    remark: str
    version: int


@dataclass(frozen=True)
class Recorded:
    """What became of changes: the lines as they are now; by key those that somebody else had changed meanwhile."""

    done: Mapping[str, Result]
    refused: Mapping[str, Result]
