"""One base, SQLite or PostgreSQL: transactions, who acts in them, and what can go wrong in plain words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool, StaticPool

from store.access import Act, Person, let_act
from store.errors import StoreError
from store.migrating import migrate
from texts import say

ZONE = ZoneInfo("Asia/Shanghai")
_WAIT_S = 15  # how long one write waits for another
_ORDER_LOCK = 20_260_402  # any number: who makes and reviews orders in PostgreSQL takes turns
_LOSING = ("full", "busy", "gone", "read_only")  # reasons that are told otherwise of a change
_SQLITE = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CANTOPEN: "gone",
    sqlite3.SQLITE_IOERR: "gone",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
}
_SQLITE_EXACTLY = {
    sqlite3.SQLITE_IOERR_SHMSIZE: "full",  # without a free byte not even the index of the log can be made to read
}
_POSTGRES = {
    "53100": "full",
    "53300": "busy",
    "55P03": "busy",
    "40P01": "busy",
    "40001": "busy",
    "25006": "read_only",
    "42501": "forbidden",
    "28000": "forbidden",
    "28P01": "forbidden",
    "0A000": "no_postgis",
    "58P01": "no_postgis",
}


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Base:
    """
    Transactions of one base.

    Parameters
    ----------
    engine
        See `sqlite_engine` and `postgres_engine`.
    now
        The clock.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now):
        self.engine, self.now = engine, now

    def today(self) -> date:
        """The day in China."""
        return self.now().astimezone(ZONE).date()

    @contextmanager
    def reading(self, by: Person, act: Act) -> Iterator[Connection]:
        """
        One look at the base by a person who may.

        Raises
        ------
        Denied
            When the person may not, or not any more.
        StoreError
            When the base does not answer.
        """
        with self.open(writing=False) as connection:
            let_act(connection, by, act, self.now())
            yield connection

    @contextmanager
    def writing(self, by: Person, act: Act) -> Iterator[Connection]:
        """One change by a person who may: all of it, or nothing. Raises as `reading`."""
        with self.open(writing=True) as connection:
            let_act(connection, by, act, self.now())
            yield connection

    @contextmanager
    def open(self, *, writing: bool, changing: bool | None = None) -> Iterator[Connection]:
        """
        One transaction by nobody yet: to sign in, to migrate.

        Parameters
        ----------
        changing
            Whether somebody wants something to be changed, who is told that it was not; left out: when ``writing``.

        Raises
        ------
        StoreError
            When the base does not answer.
        """
        changing = writing if changing is None else changing
        with in_plain_words(changing=changing), self.engine.execution_options(writing=writing).begin() as connection:
            yield connection


def take_turns(connection: Connection) -> None:
    """Until the end of the transaction nobody else makes or reviews orders (in SQLite no two ever write at once)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ORDER_LOCK})


def sqlite_engine(file: Path) -> Engine:
    """
    The engine of a SQLite file in WAL mode, which is made when it is not there.

    Each transaction opens the file anew, so that a folder that went away and came back is found again; a file that
    went away is an error and never replaced by an empty one.
    """
    with in_plain_words():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(say("store.base.gone")) from error
        made = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rwc", uri=True, timeout=_WAIT_S)
        try:
            made.execute("PRAGMA journal_mode = WAL")
        finally:
            made.close()
    address = f"{file.absolute().as_uri()}?mode=rw"
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, timeout=_WAIT_S), poolclass=NullPool
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def memory_engine() -> Engine:
    """The engine of a SQLite base that is nowhere but in memory, for one thread; gone with the engine."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgres_engine(url: sa.URL) -> Engine:
    """The engine of a PostgreSQL base; connections that broke are noticed and made anew."""
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=40,
        connect_args={"connect_timeout": 5, "options": f"-c lock_timeout={_WAIT_S}s -c timezone=UTC"},
    )


def engine_of(url: str) -> Engine:
    """
    The engine of a URL: ``sqlite:///file`` or ``postgresql://user@host/base``.

    Raises
    ------
    StoreError
        When it is no such URL.
    """
    try:
        address = sa.make_url(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(say("store.base.url")) from error
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database:
        return sqlite_engine(Path(address.database))
    if kind in ("postgresql", "postgres") and address.database:
        return postgres_engine(address)
    raise StoreError(say("store.base.url"))


def opened(url: str, now: Callable[[], datetime] = utc_now) -> Base:
    """
    The base of a URL, with the newest tables.

    Raises
    ------
    StoreError
        When it does not answer, or is of a newer version.
    """
    return _migrated(engine_of(url), now)


def in_memory(now: Callable[[], datetime] = utc_now) -> Base:
    """An empty base in memory, with the newest tables."""
    return _migrated(memory_engine(), now)


def _migrated(engine: Engine, now: Callable[[], datetime]) -> Base:
    base = Base(engine, now)
    try:
        with base.open(writing=True, changing=False) as connection:
            migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return base


@contextmanager
def in_plain_words(*, changing: bool = False) -> Iterator[None]:
    """
    Turn what a base says when it cannot into one Chinese sentence; faults of ours pass through.

    Parameters
    ----------
    changing
        Whether something was to be changed: then the sentence says that it was not.

    Raises
    ------
    StoreError
        See ``texts/zh/store.yaml``, ``base``.
    """
    try:
        yield
    except DBAPIError as error:
        reason = _reason(error.orig, error.connection_invalidated)
        if reason is None:
            raise
        raise StoreError(_sentence(reason, changing)) from error
    except sqlite3.Error as error:
        reason = _reason(error, False)
        if reason is None:
            raise
        raise StoreError(_sentence(reason, changing)) from error


def _sentence(reason: str, changing: bool) -> str:
    """What is told: of a change that was not made another sentence than of a look that failed."""
    return say(f"store.base.not_changed.{reason}" if changing and reason in _LOSING else f"store.base.{reason}")


def _reason(error: BaseException | None, lost: bool) -> str | None:
    """What went wrong, or None when it is a fault of the program."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", -1)
        return _SQLITE_EXACTLY.get(code) or _SQLITE.get(code & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state in _POSTGRES:
        return _POSTGRES[state]
    never_answered = type(error).__name__ in ("OperationalError", "ConnectionTimeout") and state is None
    return "gone" if lost or never_answered or (state or "")[:2] in ("08", "57") else None


def _prepare_sqlite(connection: sqlite3.Connection, _record) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    for pragma in ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
