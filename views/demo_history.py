"""The demo's earlier weeks, made once beside the server: only in a fresh store, and only of the invented city."""

import atexit
import logging
import os
import subprocess
import sys
import time as clock
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from data.demo.rounds import earlier_rounds
from data.errors import DataError
from data.settings import settings
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from store import SYSTEM, open_store
from store.base import ZONE
from store.demo_copy import is_fresh
from store.demo_history import keep_demo_history
from views.demo_file import kept_demo_city

ROUNDS = 8
_EVERY = timedelta(days=7)
_MORNING = time(7, 30)
_WAIT_S = 4.0  # the first visitors come first
_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = "from views.demo_history import main; main()"


def begin_demo_history() -> None:
    """
    Have the earlier weeks made by a process of its own, unless the setting ``demo_history`` says no; returns at once.

    What goes wrong there stands in the server's log; the demo then has no past, and nothing else is missing.
    """
    try:
        if settings()["demo_history"] == "no":
            return
    except DataError:  # the first page tells what is wrong with the settings
        return
    process = subprocess.Popen([sys.executable, "-c", _COMMAND], cwd=_ROOT, stdin=subprocess.DEVNULL)
    atexit.register(process.terminate)


def main() -> None:
    """What that process does."""
    clock.sleep(_WAIT_S)
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        fill()
    except DataError as error:
        logging.getLogger(__name__).warning("%s", error)


def fill(*, now: datetime | None = None, url: str | None = None) -> bool:
    """
    Make the earlier weeks in the store of this installation; whether it was fresh.

    Parameters
    ----------
    now
        The time; the rounds were on its day and the same day of the weeks before.
    url
        As for `store.open_store`.

    Raises
    ------
    StoreError
        When the base does not answer.
    DataError
        When the rule book of the settings cannot be read.
    """
    now = now or datetime.now(UTC)
    book, times = load_rulebook(settings()["rulebook"]), round_times(now)
    store = open_store(url, now=lambda: now)
    try:
        with store.base.open(writing=False) as connection:
            fresh = is_fresh(connection)
        campaign = store.calendar.phase_on(SYSTEM, store.base.today())
    finally:
        store.close()
    if not fresh:
        return False
    phase = settings()["phase"] or (campaign.book_phase if campaign else "")
    phase = phase if phase in book.phases else next(iter(book.phases))
    cities = earlier_rounds(kept_demo_city(), [f"{at.astimezone(ZONE):%Y-%m-%d}" for at in times])
    rounds = [(at, assess(city, book, phase)) for at, city in zip(times, cities, strict=True)]
    return keep_demo_history(rounds, now=now, url=url)


def round_times(now: datetime, *, rounds: int = ROUNDS) -> list[datetime]:
    """When the rounds took place: at half past seven of today, or now where it is earlier, and of the weeks before."""
    morning = datetime.combine(now.astimezone(ZONE).date(), _MORNING, tzinfo=ZONE)
    last = min(morning, now)
    return [morning - back * _EVERY for back in range(rounds - 1, 0, -1)] + [last]
