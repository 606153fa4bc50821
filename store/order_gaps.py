"""Which orders are of a gap: the same rule, subject and district, and on streets a stretch that overlaps."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Row

Key = tuple[str, str, str]


class Stretches:
    """
    Rows (gaps or orders: ``rule``, ``subject``, ``district``, ``from_m``, ``to_m``) found by what they have in common.

    Two rows are of one gap when rule, subject and district are the same and their stretches share more than a point;
    places have no stretch and are of one gap by these three alone. Where a street was measured anew and only one of
    the two has a stretch, the three decide as well.
    """

    def __init__(self, rows: Iterable[Row] = ()):
        self._rows: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """One more row."""
        self._rows[_key(row)].append(row)

    def like(self, row: Row) -> list[Row]:
        """The rows of the same gap, those with the longest common stretch first."""
        own = self._rows.get(_key(row), ())
        return sorted((other for other in own if _common_m(row, other) > 0), key=lambda other: -_common_m(row, other))


def _key(row: Row) -> Key:
    return row.rule, row.subject, row.district


def _common_m(one: Row, two: Row) -> float:
    """Metres that two stretches have in common; infinite where one of them is no stretch."""
    if one.from_m is None or two.from_m is None:
        return float("inf")
    if one.from_m == one.to_m or two.from_m == two.to_m:  # a street shorter than its window fails in one start
        return float(max(one.from_m, two.from_m) <= min(one.to_m, two.to_m))
    return min(one.to_m, two.to_m) - max(one.from_m, two.from_m)
