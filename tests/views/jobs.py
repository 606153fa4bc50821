"""Pieces of work for the tests of views.background and views.beside; a process of its own imports them."""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import MappingProxyType

from data.errors import DataError
from views.worker import Task


def add(task: Task, *numbers: int, times: int = 1) -> MappingProxyType:
    return MappingProxyType({"sum": times * sum(numbers), "streamlit": "streamlit" in sys.modules})


def find_faults(task: Task) -> None:
    raise DataError(["第一处不对。", "第二处不对。"])


def fail(task: Task) -> None:
    raise RuntimeError("nobody foresaw this")


def take_too_much(task: Task) -> bytes:
    return bytes(1 << 62)


def be_killed(task: Task) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for(task: Task, file: str) -> str:
    """Go on until ``file`` is there; what can be left behind is: a temporary file and one in the job's folder."""
    (task.folder / "half.gpkg").write_text("half")
    with tempfile.NamedTemporaryFile(delete=False) as left:
        task.tell(f"正在等候 {left.name}")
    while not Path(file).exists():
        time.sleep(0.02)
    return left.name


def search(task: Task) -> int:
    """Look for something better until asked to stop; give the best."""
    best = 0
    while not task.stopping:
        best += 1
        task.tell_sometimes(f"已找到 {best}")
        time.sleep(0.01)
    return best


def who_works(noise: str = "") -> tuple[int, bool]:
    """The process, and whether Streamlit is loaded there; what it prints is in nobody's way."""
    print(noise, flush=True)
    os.system("echo noise of another program")
    return os.getpid(), "streamlit" in sys.modules


def own_temporary_file() -> str:
    """A temporary file that is left."""
    with tempfile.NamedTemporaryFile(delete=False) as left:
        return left.name


def lose_own_folder() -> int:
    """Leave no room for the answer."""
    shutil.rmtree(Path(tempfile.gettempdir()).parent)
    return os.getpid()


def begin_and_wait(begun: str) -> None:
    """Work for minutes once ``begun`` is there."""
    Path(begun).touch()
    time.sleep(600)
