"""Rectification orders as a briefing tells them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class UnitOrders:
    """How many orders a unit was given, how many of these it closed, and how many are overdue, given or not yet."""

    unit: str
    given: int
    closed: int
    overdue: int


@dataclass(frozen=True)
class OrdersTold:
    """The orders of all units that the briefing is about, those with most overdue ones first."""

    units: tuple[UnitOrders, ...]

    @classmethod
    def of(cls, units: Sequence[UnitOrders]) -> "OrdersTold":
        """Sorted by what is overdue, then by what is open, then by name."""
        return cls(tuple(sorted(units, key=lambda own: (-own.overdue, own.closed - own.given, own.unit))))

    @property
    def given(self) -> int:
        """Orders of all units."""
        return sum(own.given for own in self.units)

    @property
    def closed(self) -> int:
        """How many of them are closed."""
        return sum(own.closed for own in self.units)

    @property
    def overdue(self) -> int:
        """Overdue orders of all units."""
        return sum(own.overdue for own in self.units)
