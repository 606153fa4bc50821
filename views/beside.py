"""
Short work beside the pages that one session waits for, in one process that stays: the others' pages go on meanwhile.

Python runs one thread of the server at a time: a session whose city is judged in a thread holds all others up. Here
the work is done by a process that stands ready, with its libraries loaded and the last cities read, and the thread
that asked sleeps until the answer is there. For work of minutes, which shall be stopped or shown, see
`views.background`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from views import worker
from views.background import new_folder

_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = "from views.worker import stand; stand()"
_NEVER_BEGUN = -1
T = TypeVar("T")


class Beside:
    """
    A process that does one piece of work after the other.

    It begins with the first piece and ends with the server. When it was lost, the next piece begins another.
    """

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._closed = False
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
        OSError
            When there is no room on the disk for what is asked or answered.
        """
        folder = new_folder()
        try:
            worker.dump((worker.without_task, (work, *arguments), {}), folder / worker.CALL)
            with self._one_at_a_time:
                status = self._hand_in(folder)
            return worker.answer_in(folder, status)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """End the process, whatever it does; who waits for it is told that it was lost."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._one_at_a_time:
            if self._process is not None:
                self._end()

    def _hand_in(self, folder: Path) -> int | None:
        """Return when the answer lies in the folder, or the process has ended: then with its exit status."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            if self._closed:
                return _NEVER_BEGUN
            pipe = subprocess.PIPE
            self._process = subprocess.Popen([sys.executable, "-c", _COMMAND], cwd=_ROOT, stdin=pipe, stdout=pipe)
        try:
            self._process.stdin.write(os.fsencode(folder) + b"\n")
            self._process.stdin.flush()
            done = self._process.stdout.readline()
        except BrokenPipeError:
            done = b""
        return None if done else self._end()

    def _end(self) -> int:
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        status = self._process.wait()
        self._process = None
        return status


def beside(work: Callable[..., T], /, *arguments: object) -> T:
    """
    ``work(*arguments)`` of the process that `stands` beside the pages.

    Done here where none stands, or where the disk has no room for what two processes share.

    Raises
    ------
    DataError
        As `Beside.do`.
    """
    other = _beside
    if other is None:
        return work(*arguments)
    try:
        return other.do(work, *arguments)
    except OSError:
        return work(*arguments)


@contextmanager
def stands() -> Iterator[None]:
    """As long as this is entered a process stands beside the pages."""
    global _beside
    _beside = other = Beside()
    try:
        yield
    finally:
        _beside = None
        other.close()


_beside: Beside | None = None
