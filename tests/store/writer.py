"""A process that writes to a store until it is killed, and says what it was told is kept."""

from datetime import timedelta

from store import Person, open_store


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
