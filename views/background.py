"""
Long work beside the page, in a process of its own: no page waits for it, and it can be stopped at any moment.

The work is a function of a module that does not import Streamlit (loading that takes a second). It is given a
`views.worker.Task` first, tells in Chinese what it does, and returns anything that can be pickled::

    def plan_sites(task: Task, city_key: str, *, seconds: float) -> Plan:
        task.tell(say("plan.reading"))
        city = City.read(city_key)
        ...
        for bound in search:
            task.tell_sometimes(say("plan.searching", gap=bound))
            if task.stopping:
                break
        return best

The page keeps the `Job` in the session, shows it while it runs, and takes the answer once::

    if ask.button(say("plan.run")):
        draft.job = start(plan_sites, now.city_key, seconds=60)
    if draft.job is not None:
        answer = draft.job.answer()
        if answer is None:
            show_job(draft.job, key="plan_job", grace_s=5)  # the page runs again by itself once there is an answer
        else:
            draft.job = None
            ...

``DataError`` of the work comes back as ``Answer.faults``, and so does, in one sentence, that the process ran out of
memory, was killed or failed by a fault of ours; the traceback of that is in the server's log. A job lives as long as
the session that holds it: other pages may be visited meanwhile. What a stopped or lost job wrote into its folder and
into temporary files is removed. Few run at once; the others wait for their turn.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from data.errors import DataError
from data.settings import data_folder
from texts import say
from texts.numbers import whole
from views import worker
from views.notices import notice_html

MOST_AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = "from views.worker import main; main()"  # -m would give its classes another module
_LOOK_EVERY_S = 0.5
_OLD_S = 86_400


@dataclass(frozen=True, eq=False)
class Answer:
    """
    How a job ended.

    Attributes
    ----------
    result
        What the work returned; None when it did not.
    faults
        Why not, one Chinese sentence each.
    stopped
        Whether the user stopped it; ``result`` is what the work returned within the time it was given, else None.
    """

    result: object = None
    faults: tuple[str, ...] = ()
    stopped: bool = False


class Job:
    """A piece of work that was asked for; see `start`."""

    def __init__(self, work: Callable, arguments: tuple, options: dict):
        self._folder = new_folder()
        worker.dump((work, arguments, options), self._folder / worker.CALL)
        self._process: subprocess.Popen | None = None
        self._answer: Answer | None = None
        self._asked_at = time.monotonic()
        self._stop_at: float | None = None
        self._lock = threading.RLock()  # a session's scripts may overlap for a moment
        self._end = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._begin()

    @property
    def told(self) -> str:
        """What the work is doing, in Chinese."""
        if self._process is None and self._answer is None:
            return say("background.waiting")
        try:
            return (self._folder / worker.TOLD).read_text(encoding="utf-8")
        except (FileNotFoundError, PermissionError):  # nothing told yet; Windows, while the next is written
            return say("background.starting")

    @property
    def seconds(self) -> float:
        """How long ago it was asked for."""
        return time.monotonic() - self._asked_at

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop_at is not None

    def answer(self) -> Answer | None:
        """How it ended; None as long as it has not. Does not wait."""
        with self._lock:
            if self._answer is None and self._has_ended():
                self._answer = self._read_answer()
                self._end()
            return self._answer

    def stop(self, grace_s: float = 0.0) -> None:
        """Let it stop; when it has not returned ``grace_s`` seconds later, it is ended without an answer."""
        with self._lock:
            if self._answer is None and self._stop_at is None:
                (self._folder / worker.STOP).touch()
                self._stop_at = time.monotonic() + grace_s

    def _begin(self) -> None:
        """Start the process, unless others have to end first."""
        with _starting:
            if sum(_runs(process) for process in _processes) >= MOST_AT_ONCE:
                return
            command = [sys.executable, "-c", _COMMAND, str(self._folder)]
            self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE)
            _processes.add(self._process)
        self._end.detach()
        self._end = weakref.finalize(self, _clear_away, self._process, self._folder)

    def _has_ended(self) -> bool:
        if self._process is None and self._stop_at is None:
            self._begin()
        if self._process is None:
            return self._stop_at is not None
        if _runs(self._process) and self._stop_at is not None and time.monotonic() >= self._stop_at:
            self._process.kill()
            self._process.wait()
        return not _runs(self._process)

    def _read_answer(self) -> Answer:
        stopped = self.stopping
        if stopped and not (self._folder / worker.ANSWER).exists():
            return Answer(stopped=True)
        try:
            status = None if self._process is None else self._process.returncode
            return Answer(result=worker.answer_in(self._folder, status), stopped=stopped)
        except DataError as error:
            return Answer(faults=tuple(error.faults), stopped=stopped)
        except OSError:
            return Answer(faults=(say("background.no_room"),), stopped=stopped)


def start(work: Callable, /, *arguments: object, **options: object) -> Job:
    """
    Have ``work(task, *arguments, **options)`` done in a process of its own.

    Parameters
    ----------
    work
        A function at the top of a module; ``task`` is a `views.worker.Task`.
    arguments, options
        Anything that can be pickled.
    """
    return Job(work, arguments, options)


def show_job(job: Job, *, key: str, grace_s: float = 0.0) -> None:
    """
    Show how far the job is, and a button that stops it; the page runs again when it has ended.

    Parameters
    ----------
    grace_s
        How long the work may take to return what it has when it is stopped.
    """
    _show(job, key, grace_s)


@st.fragment(run_every=_LOOK_EVERY_S)
def _show(job: Job, key: str, grace_s: float) -> None:
    if job.answer() is not None:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        words = {"step": job.told, "seconds": whole(int(job.seconds))}
        st.html(notice_html(say("background.running", **words)), width="stretch")
        label = say("background.stopping" if job.stopping else "background.stop")
        st.button(label, key=f"{key}_stop", on_click=job.stop, args=(grace_s,), disabled=job.stopping)


_processes: "weakref.WeakSet[subprocess.Popen]" = weakref.WeakSet()
_starting = threading.Lock()


def _runs(process: subprocess.Popen) -> bool:
    return process.poll() is None


def _clear_away(process: subprocess.Popen, folder: Path) -> None:
    """End the process and remove all that it left."""
    if _runs(process):
        process.kill()
        process.wait()
    process.stdin.close()
    shutil.rmtree(folder, ignore_errors=True)


def new_folder() -> Path:
    """A folder for a job; those that a server left which was killed are removed after a day."""
    home = data_folder("jobs")
    for folder in home.iterdir():
        with suppress(FileNotFoundError):  # it went away just now
            if folder.stat().st_mtime < time.time() - _OLD_S:
                shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=home))
