"""
The far side of `views.background` and `views.beside`: work in another process, which shares a folder with it.

In the folder lie the call, the last sentence that was told, the wish to stop once there is one, and the answer. It
appears whole or not at all. Temporary files of the work lie there too, so that they go away with it.
"""

import errno
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType

from data.errors import DataError
from texts import say

CALL, TOLD, STOP, ANSWER, TEMPORARY = "call", "told", "stop", "answer", "tmp"
OUR_FAULT, NO_ROOM = 1, 3  # exit statuses: of Python after an exception; when the answer found no room on the disk
_TOLD_EVERY_S = 0.1
_PAGES_FIRST = 5  # niceness of what stands beside the pages


class Kind(Enum):
    """How a piece of work ended."""

    DONE = "done"
    FAULTS = "faults"
    NO_MEMORY = "no_memory"


class Task:
    """
    What the work is given first: its way to tell how far it is, and to hear that it shall stop.

    Attributes
    ----------
    folder
        A folder of its own, on the disk that holds the user's data; removed when the work is over.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._told_at = float("-inf")

    def tell(self, sentence: str) -> None:
        """Let the page show ``sentence``, Chinese, instead of the last one."""
        with suppress(PermissionError):  # Windows, while the page reads the last one
            write_whole(self.folder / TOLD, sentence.encode())
        self._told_at = time.monotonic()

    def tell_sometimes(self, sentence: str) -> None:
        """As `tell`, for tight loops: what comes within a tenth of a second of the last one is passed over."""
        if time.monotonic() - self._told_at >= _TOLD_EVERY_S:
            self.tell(sentence)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop: return the best that there is."""
        return (self.folder / STOP).exists()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others see whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def dump(value: object, path: Path) -> None:
    """Pickle ``value``, in which there may be read-only mappings, to ``path``: whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        _Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    part.replace(path)


def load(path: Path) -> object:
    """What `dump` wrote."""
    with path.open("rb") as file:
        return pickle.load(file)


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: object):
        return (_read_only, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented


def _read_only(mapping: dict) -> MappingProxyType:
    return MappingProxyType(mapping)


def work_in(folder: Path) -> None:
    """Do the work that is described in ``folder`` and leave the answer there."""
    temporary = folder / TEMPORARY
    temporary.mkdir()
    tempfile.tempdir = str(temporary)
    try:
        work, arguments, options = load(folder / CALL)
        answer = Kind.DONE, work(Task(folder), *arguments, **options)
    except DataError as error:
        answer = Kind.FAULTS, tuple(error.faults)
    except MemoryError:
        answer = Kind.NO_MEMORY, None
    try:
        dump(answer, folder / ANSWER)
    except MemoryError:
        dump((Kind.NO_MEMORY, None), folder / ANSWER)
    except OSError:
        os._exit(NO_ROOM)


def answer_in(folder: Path, status: int | None) -> object:
    """
    What the work in ``folder`` returned.

    Parameters
    ----------
    status
        With which the process ended; None as long as it runs.

    Raises
    ------
    DataError
        That of the work, or one sentence that says how the process was lost.
    OSError
        When there was no room for the answer.
    """
    try:
        kind, value = load(folder / ANSWER)
    except FileNotFoundError:
        if status == NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise DataError([say("background.our_fault" if status == OUR_FAULT else "background.lost")]) from None
    except MemoryError:
        kind, value = Kind.NO_MEMORY, None
    if kind is Kind.DONE:
        return value
    raise DataError(value if kind is Kind.FAULTS else [say("background.no_memory")])


def without_task(_task: Task, work: Callable, *arguments: object) -> object:
    """``work(*arguments)``: for work that tells nothing and is not stopped."""
    return work(*arguments)


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the server holds open as long as it lives; then end at once."""
    os.read(sys.stdin.fileno(), 1)  # not through a buffer: Python cannot end while a thread waits in one
    os._exit(1)


def _be_first_to_go() -> None:
    """Where Linux runs out of memory it shall end this process, not the server."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000")


def stand() -> None:
    """
    Do the work in one folder after the other, whose paths come by standard input, until that ends; then end at once.

    A line goes out by standard output when an answer lies there; what the work itself prints goes to the log.
    """
    done = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    _be_first_to_go()
    if hasattr(os, "nice"):
        os.nice(_PAGES_FIRST)
    folders: SimpleQueue[Path] = SimpleQueue()
    threading.Thread(target=_hear, args=(folders,), daemon=True).start()
    while True:
        work_in(folders.get())
        os.write(done, b"\n")


def _hear(folders: SimpleQueue) -> None:
    """Take what is handed in, also while there is work, until the server is gone."""
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as lines:  # as in _end_with_parent
        for line in lines:
            folders.put(Path(os.fsdecode(line.removesuffix(b"\n"))))
    os._exit(0)


def main() -> None:
    """Do the work in the folder that the command line names."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _be_first_to_go()
    work_in(Path(sys.argv[1]))
