"""What units made of the orders they were given, as a briefing tells it."""

from collections.abc import Sequence

from store.access import DISTRICT, UNIT, Person
from store.errors import Denied
from store.opening import Store
from store.order import Wanted
from store.order_book import order_book
from texts import say

UnitCounts = tuple[str, int, int, int]
"""Unit, its given orders, those of them that are closed, and its overdue ones, given or not."""


def unit_counts(store: Store, by: Person, wanted: Wanted) -> Sequence[UnitCounts]:
    """How many of the wanted orders each unit was given, closed, and has overdue; those found are not given yet."""
    states, counts = order_book(), {}
    for tally in store.orders.board(by, wanted):
        own = counts.setdefault(tally.unit, [0, 0, 0])
        own[0] += tally.count if tally.state != states.first else 0
        own[1] += tally.count if tally.state == states.closed else 0
        own[2] += tally.overdue
    return [(unit, *own) for unit, own in counts.items()]


def audience_counts(store: Store, by: Person, *, city: str, scope: str, name: str) -> Sequence[UnitCounts]:
    """
    The `unit_counts` of all orders of a city, or of one ``district`` or ``unit`` of it.

    Raises
    ------
    Denied
        When the person may not see orders, or not all of these: the counts would be those of a part.
    """
    own = {DISTRICT: by.district, UNIT: by.unit}
    if by.role in own and (scope, name) != (by.role, own[by.role]):
        raise Denied(say("store.access.part_of_orders", name=by.name, own=own[by.role]))
    return unit_counts(store, by, Wanted(city=city, **({scope: name} if scope in own else {})))
