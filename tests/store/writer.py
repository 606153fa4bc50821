"""A process that writes to a store until it is killed, and says what it was told is kept."""

from datetime import timedelta

import sqlalchemy as sa

from store import Person, open_store
from store.demo_history import keep_demo_history


def write_on(url: str, by: Person, number: int, told) -> None:
    """
    Note after note on one order, and the days of the calendar pushed about; each version that is kept is told.

    Parameters
    ----------
    url
        The store.
    by
        Who writes.
    number
        The order.
    told
        A ``multiprocessing.connection.Connection``, which gets each version.
    """
    kept = open_store(url)
    version = kept.orders.get(by, number).version
    while True:
        version = kept.orders.change(by, number, version, "note", note=f"第 {version} 版").version
        told.send(version)
        phases = kept.calendar.year(by, 2030)
        kept.calendar.set_year(by, 2030, [vars_later(phase) for phase in phases])


def vars_later(phase):
    """The phase with its end a day earlier, as long as there are days."""
    shorter = phase.last_on - timedelta(days=1)
    return type(phase)(phase.code, phase.name, phase.first_on, max(shorter, phase.first_on), phase.book_phase)


def fill_on(url: str, rounds, now, told) -> None:
    """
    Fill a store with the demo's earlier weeks; each row or rows that are about to be written are told.

    Parameters
    ----------
    url, rounds, now
        See `store.demo_history.keep_demo_history`.
    told
        A ``multiprocessing.connection.Connection``, which gets the name of each table; "" before anything else.
    """

    def tell(connection, _cursor, statement, *_) -> None:
        if connection.engine.url.database != ":memory:" and statement.startswith("INSERT INTO"):
            told.send(statement.split()[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", tell)
    told.send("")
    keep_demo_history(rounds, now=now, url=url)
