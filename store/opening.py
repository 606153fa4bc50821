"""``open_store``: all that survives, behind one door."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from data.settings import data_folder, settings
from store.audit import Audit
from store.base import Base, opened, utc_now
from store.orders import Orders
from store.people import People
from store.phases import Calendar
from store.runs import Runs
from store.scenarios import Scenarios
from store.tokens import Tokens
from store.units import Units

_FILE = "coverage.db"


@dataclass(frozen=True)
class Store:
    """What must survive. Each part takes the acting person with every call."""

    base: Base
    runs: Runs
    orders: Orders
    scenarios: Scenarios
    people: People
    tokens: Tokens
    units: Units
    calendar: Calendar
    audit: Audit

    def close(self) -> None:
        """Let go of the connections."""
        self.base.engine.dispose()


def open_store(url: str | None = None, *, now: Callable[[], datetime] = utc_now) -> Store:
    """
    The store of a URL, with the newest tables.

    Parameters
    ----------
    url
        ``sqlite:///file`` or ``postgresql://user:password@host:port/base``; when None the setting ``database_url``,
        and without that a SQLite file in the user's data folder.
    now
        The clock.

    Raises
    ------
    StoreError
        When the base does not answer, is full, broken, or was written by a newer version of the program.
    """
    chosen = url or settings().get("database_url") or f"sqlite:///{data_folder('store') / _FILE}"
    base = opened(chosen, now)
    parts = (Runs, Orders, Scenarios, People, Tokens, Units, Calendar, Audit)
    return Store(base, *(part(base) for part in parts))
