"""``open_store``: all that survives, behind one door."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.settings import settings
from store.audit import Audit
from store.base import Base, in_memory, opened, utc_now
from store.mocks import Mocks
from store.orders import Orders
from store.people import People
from store.phases import Calendar
from store.photos import Photos
from store.runs import Runs
from store.scenarios import Scenarios
from store.sessions import Sessions
from store.tokens import Tokens
from store.units import Units

_FOLDER, _FILE = "store", "coverage.db"


@dataclass(frozen=True)
class Store:
    """What must survive. Each part takes the acting person with every call."""

    base: Base
    runs: Runs
    orders: Orders
    scenarios: Scenarios
    people: People
    sessions: Sessions
    tokens: Tokens
    units: Units
    calendar: Calendar
    audit: Audit
    photos: Photos
    mocks: Mocks

    def close(self) -> None:
        """Let go of the connections."""
        self.base.engine.dispose()


def store_url() -> str:
    """The URL of this installation's store: the setting ``database_url``, else a SQLite file in the data folder."""
    return settings()["database_url"] or f"sqlite:///{Path(settings()['data_folder']) / _FOLDER / _FILE}"


def open_store(url: str | None = None, *, now: Callable[[], datetime] = utc_now) -> Store:
    """
    The store of a URL, with the newest tables.

    Parameters
    ----------
    url
        ``sqlite:///file`` or ``postgresql://user:password@host:port/base``; when None see `store_url`.
    now
        The clock.

    Raises
    ------
    StoreError
        When the base does not answer, is full, broken, or was written by a newer version of the program.
    """
    return _store_of(opened(url or store_url(), now))


def store_in_memory(now: Callable[[], datetime] = utc_now) -> Store:
    """An empty store that is nowhere but in memory, for one thread; gone when it is closed."""
    return _store_of(in_memory(now))


def _store_of(base: Base) -> Store:
    parts = (Runs, Orders, Scenarios, People, Sessions, Tokens, Units, Calendar, Audit, Photos, Mocks)
    return Store(base, *(part(base) for part in parts))
