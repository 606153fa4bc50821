"""A mock assessment of the whole city as each district sees it once it is told: its own points, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from store.schema import mock_parts


@dataclass(frozen=True)
class Part:
    """
    What a district sees.

    Attributes
    ----------
    text, facts
        See `store.mocks.Mock`; of the points of the district only.
    keys
        The lines of its points.
    """

    text: str
    facts: Mapping[str, object]
    keys: Sequence[str]


def keep_parts(connection: Connection, number: int, parts: Mapping[str, Part]) -> None:
    """Put the parts of a mock assessment in place of those that were there."""
    connection.execute(sa.delete(mock_parts).where(mock_parts.c.mock == number))
    rows = [
        {"mock": number, "district": name, "text": p.text, "facts": dict(p.facts), "keys": list(p.keys)}
        for name, p in parts.items()
    ]
    if rows:
        connection.execute(sa.insert(mock_parts), rows)


def parts_of(connection: Connection, district: str, numbers: Sequence[int] | None = None) -> dict[int, Row]:
    """The parts of a district by the number of the mock assessment, of all or of these."""
    asked = sa.select(mock_parts).where(mock_parts.c.district == district)
    if numbers is not None:
        asked = asked.where(mock_parts.c.mock.in_(numbers))
    return {row.mock: row for row in connection.execute(asked)}
