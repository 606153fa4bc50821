"""Work beside the page: it answers, tells, stops, waits for its turn, and whatever ends it, nothing is left behind."""

import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.views import jobs
from texts import say
from views import background
from views.background import Answer, Job, start

_SECONDS = 60


@pytest.fixture
def left_behind(user_folder, monkeypatch) -> Iterator[Path]:
    """The folder of all jobs; in the end it must be empty."""
    monkeypatch.setattr(background, "MOST_AT_ONCE", 2)
    yield user_folder / "jobs"
    gc.collect()
    assert not list((user_folder / "jobs").iterdir())


def wait_until(holds, *, seconds: float = _SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def answer_of(job: Job) -> Answer:
    wait_until(lambda: job.answer() is not None)
    return job.answer()


def test_work_is_done_elsewhere(left_behind):
    result = answer_of(start(jobs.add, 1, 2, times=2)).result
    assert result["sum"] == 6 and not result["streamlit"]
    with pytest.raises(TypeError):
        result["sum"] = 0


def test_answer_stays_the_same(left_behind):
    job = start(jobs.add, 1)
    assert answer_of(job) is job.answer()


@pytest.mark.parametrize(
    ("work", "faults"),
    [
        (jobs.find_faults, ("第一处不对。", "第二处不对。")),
        (jobs.fail, (say("background.our_fault"),)),
        (jobs.take_too_much, (say("background.no_memory"),)),
        pytest.param(
            jobs.be_killed,
            (say("background.lost"),),
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal"),
        ),
    ],
)
def test_every_end_is_told(left_behind, work, faults):
    answer = answer_of(start(work))
    assert answer.faults == faults and answer.result is None and not answer.stopped


def test_it_tells_and_goes_on(left_behind, tmp_path):
    job = start(jobs.wait_for, str(tmp_path / "go"))
    wait_until(lambda: job.told.startswith("正在等候"))
    assert job.answer() is None
    (tmp_path / "go").touch()
    left = answer_of(job).result
    assert str(left_behind) in left and not Path(left).exists(), "temporary files go with the job's folder"


def test_stop_ends_it_at_once(left_behind, tmp_path):
    job = start(jobs.wait_for, str(tmp_path / "never"))
    wait_until(lambda: job.told.startswith("正在等候"))
    job.stop()
    answer = job.answer()
    assert answer is not None and answer.stopped and answer.result is None and not answer.faults


def test_stopped_search_gives_the_best_it_has(left_behind):
    job = start(jobs.search)
    wait_until(lambda: job.told.startswith("已找到"))
    job.stop(grace_s=_SECONDS)
    assert job.stopping
    answer = answer_of(job)
    assert answer.stopped and answer.result >= 1


def test_others_wait_for_their_turn(left_behind, tmp_path):
    first = [start(jobs.wait_for, str(tmp_path / f"go{number}")) for number in range(2)]
    waiting, given_up = start(jobs.add, 4), start(jobs.add, 5)
    assert waiting.answer() is None and waiting.told == say("background.waiting")
    given_up.stop()
    assert given_up.answer().stopped
    (tmp_path / "go0").touch()
    assert answer_of(first[0]).result
    assert answer_of(waiting).result["sum"] == 4
    first[1].stop()
    assert first[1].answer().stopped


def test_job_that_nobody_holds_is_ended(left_behind, tmp_path):
    held = [start(jobs.wait_for, str(tmp_path / "never"))]
    wait_until(lambda: held[0].told.startswith("正在等候"))
    process = held.pop()._process
    gc.collect()
    assert process.returncode is not None
