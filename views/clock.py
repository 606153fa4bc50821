"""What the server does by the clock, once for all sessions: overdue orders go up one level."""

import logging

import anyio
import anyio.to_thread

from data.errors import DataError
from store import SYSTEM
from views import office

EVERY_S = 600.0


async def by_the_clock(*, every_s: float = EVERY_S) -> None:
    """Look at the orders now and then, until cancelled."""
    while True:
        await anyio.to_thread.run_sync(raise_overdue)
        await anyio.sleep(every_s)


def raise_overdue() -> None:
    """Let overdue orders go up; where the base does not answer or the settings are wrong, that is for the next time."""
    try:
        office.store().orders.raise_overdue(SYSTEM)
    except DataError as error:
        logging.getLogger(__name__).warning("%s", error)
