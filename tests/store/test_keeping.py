"""An assessment kept whole: once, with its files and sites, whatever is killed meanwhile."""

import multiprocessing.pool
import os
import signal

import pandas as pd
import pytest
import sqlalchemy as sa

from store import SYSTEM, Denied, StoreError, open_store
from store.keeping import keep_assessment, keep_whole
from store.run_files import TABLES, clear_parts, has_files, keep_files, read_files
from store.schema import sites
from tests.store import streets
from tests.store.migrator import migrate_until, write_until


def _killed(workshop, work, *arguments) -> object:
    """What a process told before it stood still; it is killed there."""
    receiving, sending = workshop.Pipe(duplex=False)
    child = workshop.Process(target=work, args=(*arguments, sending), daemon=True)
    child.start()
    sending.close()
    assert receiving.poll(60)
    told = receiving.recv()
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    receiving.close()
    return told


def _tables(assessment) -> dict[str, pd.DataFrame]:
    return {name: getattr(assessment, name) for name in TABLES}


def test_an_assessment_is_kept_once_however_often_it_is_asked(kept, staff, assessed, tmp_path):
    town, found = streets.town("west_gap"), assessed("west_gap")
    pool = multiprocessing.pool.ThreadPool(4)
    runs = pool.map(lambda _: keep_whole(kept, SYSTEM, found, town, folder=tmp_path / "runs"), range(8))
    pool.close()
    pool.join()
    assert len({run.id for run in runs}) == len(kept.runs.newest(staff.command)) == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [str(runs[0].id)]
    assert keep_assessment(kept, staff.planner, found) == runs[0]


def test_only_who_may_keeps_runs(kept, staff, assessed):
    for by in (staff.east, staff.lamps, staff.wall):
        with pytest.raises(Denied):
            keep_assessment(kept, by, assessed("good"))


def test_a_new_run_reviews_orders_in_the_same_breath(kept, staff, assessed, monkeypatch):
    kept.orders.make(staff.command, keep_assessment(kept, SYSTEM, assessed("west_gap")).id)

    def fails(*_):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("store.keeping.review_orders", fails)
        with pytest.raises(RuntimeError):
            keep_assessment(kept, SYSTEM, assessed("good"))
    assert len(kept.runs.newest(staff.command)) == 1  # neither the run nor the review
    keep_assessment(kept, SYSTEM, assessed("good"))
    assert kept.orders.counts(staff.command).proposed == 3


def test_tables_come_back_as_they_were(kept, assessed, tmp_path):
    found = assessed("west_gap")
    run = keep_whole(kept, SYSTEM, found, streets.town("west_gap"), folder=tmp_path)
    told = read_files(tmp_path, run)
    for name, table in _tables(found).items():
        assert list(told[name].columns) == list(table.columns)
        assert len(told[name]) == len(table)
    assert told["gaps"].crs.to_epsg() == 4326
    assert told["gaps"].to_crs(found.crs).geometry.geom_equals_exact(found.gaps.geometry, 0.001).all()
    assert told["verdicts"]["status"].tolist() == found.verdicts["status"].tolist()
    with kept.base.open(writing=False) as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(sites)).scalar_one()
    assert count == len(streets.town("west_gap").sites)


def test_a_run_without_files_is_told(kept, assessed, tmp_path):
    run = keep_assessment(kept, SYSTEM, assessed("good"))
    assert not has_files(tmp_path, run)
    with pytest.raises(StoreError, match="结果文件不在了"):
        read_files(tmp_path, run)


def test_files_of_another_base_give_way(kept, assessed, tmp_path):
    run = keep_assessment(kept, SYSTEM, assessed("good"))
    folder = tmp_path / "runs"
    (folder / str(run.id)).mkdir(parents=True)
    (folder / str(run.id) / "old").touch()
    keep_files(folder, run, assessed("good"))
    assert has_files(folder, run) and not (folder / str(run.id) / "old").exists()
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_told(kept, assessed, tmp_path):
    run = keep_assessment(kept, SYSTEM, assessed("good"))
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="没有写入"):
        keep_files(tmp_path / "file", run, assessed("good"))


@pytest.mark.parametrize("table", TABLES)
def test_killed_while_files_are_written_the_next_makes_up_for_it(url, assessed, workshop, tmp_path, table):
    folder = tmp_path / "runs"
    assert _killed(workshop, write_until, url, folder, table) == table
    kept = open_store(url)
    run = keep_assessment(kept, SYSTEM, assessed("west_gap"))
    assert run.id == 1 and not has_files(folder, run)
    keep_whole(kept, SYSTEM, assessed("west_gap"), streets.town("west_gap"), folder=folder)
    assert len(read_files(folder, run)["gaps"]) == 3
    assert len(list(folder.iterdir())) == 2
    clear_parts(folder, older_than_s=0)
    assert [path.name for path in folder.iterdir()] == ["1"]
    kept.close()


@pytest.mark.parametrize("statement", [2, 6, 14, 25])
def test_killed_while_it_migrates_the_next_start_migrates(empty_url, workshop, statement):
    assert _killed(workshop, migrate_until, empty_url, statement) == statement
    kept = open_store(empty_url)
    person = kept.people.first("boss", "王主任", "a long password")
    assert kept.orders.page(person).total == 0 and kept.sessions.open(person)
    kept.close()
