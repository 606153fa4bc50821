"""
Short work beside the pages that one session waits for, in one process that stays: the others' pages go on meanwhile.

Python runs one thread of the server at a time: a session whose city is judged in a thread holds all others up. Here
the work is done by a process that stands ready, with its libraries loaded and the last cities read, and the thread
that asked sleeps until the answer is there. For work of minutes, which shall be stopped or shown, see
`views.background`.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from data.errors import DataError
from texts import say
from views import worker
from views.background import OUR_FAULT, new_folder
from views.worker import Kind

_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = "from views.worker import stand; stand()"
T = TypeVar("T")


class Standing:
    """
    A process that does one piece of work after the other.

    It begins with the first piece and ends with the server. When it was lost, the next piece begins another.
    """

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._one_at_a_time = Lock()

    def do(self, work: Callable[..., T], /, *arguments: object) -> T:
        """
        ``work(*arguments)`` of that process.

        Parameters
        ----------
        work
            A function at the top of a module that does not import Streamlit.
        arguments
            Anything that can be pickled; so must be what the work returns.

        Raises
        ------
        DataError
            That of the work, or one sentence that says that the process ran out of memory, was killed or failed by a
            fault of ours; the traceback of that is in the server's log.
        """
        folder = new_folder()
        try:
            worker.dump((worker.without_task, (work, *arguments), {}), folder / worker.CALL)
            with self._one_at_a_time:
                self._hand_in(folder)
            kind, value = worker.load(folder / worker.ANSWER)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if kind is Kind.DONE:
            return value
        raise DataError(value if kind is Kind.FAULTS else [say("background.no_memory")])

    def close(self) -> None:
        """End the process, whatever it does; who waits for it is told that it was lost."""
        if self._process is not None:
            self._process.kill()
            with self._one_at_a_time:
                if self._process is not None:
                    self._end()

    def _hand_in(self, folder: Path) -> None:
        """Return when the answer lies in the folder."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen([sys.executable, "-c", _COMMAND], cwd=_ROOT, stdin=pipe, stdout=pipe)
        try:
            self._process.stdin.write(f"{folder}\n".encode())
            self._process.stdin.flush()
            done = self._process.stdout.readline()
        except BrokenPipeError:
            done = b""
        if not done:
            raise DataError([say("background.our_fault" if self._end() == OUR_FAULT else "background.lost")])

    def _end(self) -> int:
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        status = self._process.wait()
        self._process = None
        return status


def beside(work: Callable[..., T], /, *arguments: object) -> T:
    """``work(*arguments)`` of the process that `stands` beside the pages, see `Standing.do`; without one, done here."""
    return work(*arguments) if _beside is None else _beside.do(work, *arguments)


@contextmanager
def stands() -> Iterator[None]:
    """As long as this is entered a process stands beside the pages."""
    global _beside
    _beside = Standing()
    try:
        yield
    finally:
        _beside.close()
        _beside = None


_beside: Standing | None = None
