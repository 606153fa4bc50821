"""How long a solve may still take, whether it was called off, and who is told how far it is."""

from collections.abc import Callable
from copy import copy
from time import monotonic


class Clock:
    """
    A time limit, a stop button and a listener, asked and told by every part of a solve.

    Parameters
    ----------
    time_limit_s
        Seconds from now; None: no limit; 0: only what costs next to nothing is done.
    stop
        Asked now and then; True calls the solve off, and it stays called off.
    progress
        Told ``(value, bound)`` of the problem asked, in its units, whenever one of the two is better; None for
        what is not known yet.

    Raises
    ------
    ValueError
        When the time limit is negative or not a number.
    """

    def __init__(
        self,
        time_limit_s: float | None = None,
        stop: Callable[[], bool] | None = None,
        progress: Callable[[int | None, int | None], None] | None = None,
    ) -> None:
        if time_limit_s is not None and not time_limit_s >= 0:
            raise ValueError(f"time_limit_s must be 0 or more, not {time_limit_s}")
        self._start = monotonic()
        self._end = float("inf") if time_limit_s is None else self._start + time_limit_s
        self._stop = stop
        self._progress = progress
        self._stopped = False
        self._told: tuple[int | None, int | None] = (None, None)

    @property
    def seconds(self) -> float:
        """Since the solve began."""
        return monotonic() - self._start

    @property
    def left_s(self) -> float:
        """Until the time limit; 0 when over."""
        return max(self._end - monotonic(), 0.0)

    def over(self) -> str:
        """Why to end now: ``stopped``, ``time``, or an empty text."""
        if not self._stopped and self._stop is not None and self._stop():
            self._stopped = True
        if self._stopped:
            return "stopped"
        return "time" if monotonic() >= self._end else ""

    def inside(self, value: int | None, bound: int) -> "Clock":
        """The same clock for one part of several: what it tells is added to what the others cost and are bound by."""
        inner = copy(self)
        if self._progress is not None:
            told = self._progress
            inner._progress = lambda own, own_bound: told(
                None if value is None or own is None else value + own, bound + (own_bound or 0)
            )
        return inner

    def part(self, seconds: float) -> "Clock":
        """The same clock for a step that may take so long at most; called off, it stays so for both."""
        inner = copy(self)
        inner._end = min(self._end, monotonic() + seconds)
        inner._stop = lambda: self.over() == "stopped"
        return inner

    def tell(self, value: int | None, bound: int | None) -> None:
        """Tell the listener, if there is one and it is news."""
        if self._progress is not None and (value, bound) != self._told:
            self._told = (value, bound)
            self._progress(value, bound)
