"""What a store refuses, in Chinese sentences that a page shows as they are."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from data.errors import DataError

if TYPE_CHECKING:
    from store.audit import Entry


class StoreError(DataError):
    """What could not be read or kept; nothing was changed."""


class Denied(StoreError):
    """The acting person may not do or see this, or is not who they were any more."""


class Conflict(StoreError):
    """
    Somebody else was first.

    Attributes
    ----------
    first
        What was changed since the version that the person saw, oldest first.
    mine
        The change that was not made, as it was asked for, so that it can be offered again.
    """

    def __init__(self, sentence: str, first: "Sequence[Entry]", mine: Mapping[str, object]):
        super().__init__(sentence)
        self.first, self.mine = tuple(first), dict(mine)
