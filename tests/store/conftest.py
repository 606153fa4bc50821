"""A store in each of the two bases, a clock that can be turned, people of every role, and a town's assessments."""

import itertools
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

import store.people
from metrics.assessment import Assessment
from store import Person, Store, open_store
from store.schema import audit
from tests.store import servers, streets
from texts import lookup
from views.people_audit import OWN_WORDS, QUIET

PASSWORD = "a long password"
_NUMBER = itertools.count(1)


@dataclass
class Clock:
    """The time of a store; Monday the 1st of June 2026, ten in the morning in China, until it is turned."""

    time: datetime = field(default_factory=lambda: datetime(2026, 6, 1, 2, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        """Let time pass."""
        self.time += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Argon2 as in earnest, but with little memory and one round."""
    store.people._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield


@pytest.fixture(scope="session", autouse=True)
def _audit_has_words() -> Iterator[None]:
    """Whatever a test has a store write into the audit trail, a reader finds words for its fields."""
    words = {*lookup("people.audit.fields"), *QUIET}

    def check(_connection, clause, rows, row, _options) -> None:
        if isinstance(clause, sa.Insert) and clause.table is audit:
            for one in rows or [row]:
                if (one["about"], one["act"]) not in OWN_WORDS:
                    assert {*one["before"], *one["after"]} <= words, f"{one['act']}: fields without words"

    sa.event.listen(sa.Engine, "before_execute", check)
    yield
    sa.event.remove(sa.Engine, "before_execute", check)


@pytest.fixture(scope="session")
def cluster() -> Iterator[servers.Postgres]:
    """A PostgreSQL with PostGIS of the tests' own."""
    try:
        running = servers.new_cluster()
    except servers.Missing as missing:
        pytest.fail(str(missing))
    yield running
    running.stop()
    shutil.rmtree(running.folder)


@pytest.fixture(scope="session")
def postgres_model(cluster) -> str:
    """A base with all tables, from which others are copied."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE model")
    open_store(cluster.url("model")).close()
    return "model"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request) -> str:
    """Which base."""
    return request.param


@pytest.fixture
def empty_url(kind, request, tmp_path: Path) -> str:
    """The URL of a base without anything."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return _new_base(request.getfixturevalue("cluster"), "template0")


@pytest.fixture
def url(kind, request, tmp_path: Path) -> str:
    """The URL of a base with all tables and nothing in them."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return _new_base(request.getfixturevalue("cluster"), request.getfixturevalue("postgres_model"))


def _new_base(cluster: servers.Postgres, model: str) -> str:
    name = f"base{next(_NUMBER)}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {model}")
    return cluster.url(name)


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def kept(url, clock) -> Iterator[Store]:
    """A store in either base."""
    opened = open_store(url, now=clock)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Staff:
    """Somebody of every role; ``east`` and ``west`` are districts, ``lamps`` and ``parks`` units."""

    command: Person
    east: Person
    west: Person
    lamps: Person
    parks: Person
    planner: Person
    wall: Person


@pytest.fixture
def staff(kept: Store) -> Staff:
    """People of every role, signed in for as long as a test lets pass."""
    command = replace(kept.people.first("boss", "王主任", PASSWORD), until=None)

    def signed_in(login: str, role: str, **where: str) -> Person:
        kept.people.add(command, login, login, role, **where)
        return replace(kept.people.sign_in_outside(login), until=None)

    return Staff(
        command=command,
        east=signed_in("east", "district", district="东区"),
        west=signed_in("west", "district", district="西区"),
        lamps=signed_in("lamps", "unit", unit="路灯中心"),
        parks=signed_in("parks", "unit", unit="园林处"),
        planner=signed_in("planner", "planner"),
        wall=kept.tokens.sign_in(kept.tokens.make(command, "大厅", days=30)),
    )


@pytest.fixture(scope="session")
def assessed() -> Callable[[str], Assessment]:
    """The assessments of `tests.store.streets`, each made once."""
    made: dict[str, Assessment] = {}

    def get(state: str) -> Assessment:
        if state not in made:
            made[state] = streets.assessment(state)
        return made[state]

    return get


@pytest.fixture(scope="session")
def workshop():
    """Processes that begin at once, with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.writer", "tests.store.migrator"])
    return context
