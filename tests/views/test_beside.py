"""The process beside the pages: it stays, answers each who asks, and whatever ends it, the next is answered too."""

import errno
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from data.errors import DataError
from data.settings import settings
from metrics.assessment import assess
from store import SYSTEM, open_store
from store.opening import store_url
from tests.views import jobs, small
from texts import say
from views import beside as module
from views import judging
from views.beside import Beside, beside, stands
from views.judging import stamp_of

pytestmark = pytest.mark.usefixtures("user_folder")


@pytest.fixture
def process(user_folder):
    """One that stands, and leaves nothing behind."""
    one = Beside()
    yield one
    one.close()
    assert not list((user_folder / "jobs").iterdir())


def test_one_process_does_all(process):
    told = [process.do(jobs.who_works, "\n\nanything\n") for _ in range(3)]
    assert len(set(told)) == 1
    assert told[0] != (os.getpid(), "streamlit" in sys.modules) and not told[0][1]


def test_many_ask_at_once(process):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: process.do(partial(jobs.add, None), number, number), range(24)))
    assert [one["sum"] for one in told] == [2 * number for number in range(24)]


def test_temporary_files_go_away(process):
    left = [Path(process.do(jobs.own_temporary_file)) for _ in range(2)]
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize(
    ("work", "faults"),
    [
        (jobs.find_faults, ["第一处不对。", "第二处不对。"]),
        (jobs.fail, [say("background.our_fault")]),
        (jobs.take_too_much, [say("background.no_memory")]),
        pytest.param(
            jobs.be_killed,
            [say("background.lost")],
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal"),
        ),
    ],
)
def test_every_end_is_told_and_the_next_is_answered(process, work, faults):
    with pytest.raises(DataError) as told:
        process.do(partial(work, None))
    assert list(told.value.faults) == faults
    assert process.do(partial(jobs.add, None), 1, 2)["sum"] == 3


def test_lost_while_nobody_asked(process):
    first, _ = process.do(jobs.who_works)
    os.kill(first, signal.SIGKILL)
    process._process.wait()
    assert process.do(jobs.who_works)[0] != first


def test_closed_while_it_works_those_who_wait_are_told(process, tmp_path):
    """Two wait, one for the other; no other process begins."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(process.do, jobs.begin_and_wait, str(tmp_path / "begun"))
        wait_for(tmp_path / "begun")
        second = pool.submit(process.do, jobs.who_works)
        process.close()
        for waiting in (first, second):
            with pytest.raises(DataError, match=say("background.lost")):
                waiting.result()
    assert process._process is None


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_ends_with_the_server(process):
    process.do(jobs.who_works)
    process._process.stdin.close()  # as when the server is killed
    assert process._process.wait(timeout=20) == 0


def test_it_ends_with_the_server_while_it_works(process, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(process.do, jobs.begin_and_wait, str(tmp_path / "begun"))
        wait_for(tmp_path / "begun")
        process._process.stdin.close()
        with pytest.raises(DataError, match=say("background.lost")):
            waiting.result(timeout=20)


def test_without_room_on_the_disk_it_is_done_here(process, monkeypatch):
    with pytest.raises(OSError, match="No space left"):
        process.do(jobs.lose_own_folder)
    with stands():
        elsewhere = beside(jobs.who_works)[0]
        assert elsewhere != os.getpid()

        def full() -> Path:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module, "new_folder", full)
        assert beside(jobs.who_works)[0] == os.getpid()


def test_without_a_server_it_is_done_here():
    assert beside(jobs.who_works)[0] == os.getpid()
    with stands():
        assert beside(jobs.who_works)[0] != os.getpid()
    assert beside(jobs.who_works)[0] == os.getpid() and module._beside is None


def test_judged_there_it_is_the_same(process, tmp_path):
    """Verdicts, gaps, traces and scores of a city read and judged there are those of one read and judged here."""
    path = tmp_path / "small.gpkg"
    small.small_city().write(path)
    key, book = str(path), settings()["rulebook"]
    city = process.do(judging.read_city, key, stamp_of(key))
    there = process.do(judging.judge, key, stamp_of(key), book, "routine")
    here = assess(judging.read_city.__wrapped__(key, stamp_of(key)), judging.read_book(book), "routine")
    assert city.fingerprint == here.inputs["city"] and there.inputs == here.inputs
    assert_geodataframe_equal(there.gaps, here.gaps)
    for part in ("verdicts", "traces", "scores"):
        assert len(getattr(here, part))
        assert_frame_equal(getattr(there, part), getattr(here, part))


def test_a_city_that_changed_is_read_anew(process, tmp_path):
    path = tmp_path / "small.gpkg"
    for name in ("先前广场", "后来广场"):
        small.small_city(square=name).write(path)
        city = process.do(judging.read_city, str(path), stamp_of(str(path)))
        assert name in set(city.venues["name"])


def test_kept_there_it_is_in_the_store(process, tmp_path, user_folder):
    city = small.small_city()
    found = assess(city, judging.read_book(settings()["rulebook"]), "routine")
    process.do(judging.keep, store_url(), tmp_path / "runs", found, city)
    store = open_store()
    (run,) = store.runs.newest(SYSTEM)
    store.close()
    assert run.gaps == len(found.gaps) and (tmp_path / "runs" / str(run.id) / "gaps.parquet").exists()
