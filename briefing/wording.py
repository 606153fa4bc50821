"""Where a gap is, how a score has moved, and which section it is, in the words of every document."""

from collections.abc import Mapping

import pandas as pd

from texts import numbers, say


def place_of(row) -> str:
    """The name of the place or street of a finding."""
    return text_of(row.subject_name) or text_of(row.subject)


def text_of(value: object) -> str:
    """A text of a table; "" where there is none."""
    return value if isinstance(value, str) else ""


def where_of(row) -> str:
    """From where to where on a street, else what is asked of the place."""
    return str(row.where)


def where_of_gap(row, titles: Mapping[str, str]) -> str:
    """As `where_of`, for a row of a table of gaps; ``titles`` of the rules by id."""
    return titles.get(row.rule, row.rule) if pd.isna(row.from_m) else numbers.stretch(row.from_m, row.to_m)


def source_of(briefing) -> str:
    """Where the data of a briefing are from, and under which licence; "" when they do not say."""
    return say("brief.said.and").join(part for part in (briefing.source, briefing.licence) if part)


def step_words(step: float | None) -> str:
    """By how much a score has moved, with the sign that tells without colour."""
    if step is None:
        return say("numbers.nothing")
    return say(f"brief.step.{'same' if step == 0 else 'up' if step > 0 else 'down'}", points=numbers.decimal(abs(step)))


def chinese(number: int) -> str:
    """1 to 99 as they are written in papers: 十二; above that in digits."""
    digits = say("brief_bulletin.digits")
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    first = "" if tens == 0 else (digits[10] if tens == 1 else digits[tens] + digits[10])
    return first + (digits[ones] if ones or not tens else "")
