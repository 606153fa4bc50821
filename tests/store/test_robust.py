"""Killed while it writes, without room, without a base: nothing that was kept is lost, and one sentence tells why."""

import multiprocessing.pool
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from store import StoreError, open_store
from store.schema import audit, orders
from tests.store.conftest import PASSWORD
from tests.store.writer import write_on
from texts import say

KILLS = 50

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def order(kept, staff, assessed) -> int:
    """An order to write to."""
    return kept.orders.make(staff.command, kept.runs.keep(staff.command, assessed("west_gap"))).new[0]


def test_killed_at_any_moment_the_last_good_state_is_left(url, assessed, workshop):
    kept = open_store(url)
    boss = replace(kept.people.first("boss", "王主任", PASSWORD), until=None)
    number = kept.orders.make(boss, kept.runs.keep(boss, assessed("west_gap"))).new[0]
    random_ = random.Random(7)
    written = 0
    for turn in range(KILLS):
        receiving, sending = workshop.Pipe(duplex=False)
        child = workshop.Process(target=write_on, args=(url, boss, number, sending), daemon=True)
        child.start()
        sending.close()
        if turn % 2:  # every other time it may still be opening the store
            assert receiving.poll(30)
        time.sleep(random_.uniform(0, 0.03 if turn % 2 else 0.15))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        told = list(_received(receiving))
        written += len(told)
        _sound(url, boss, number, max(told, default=0))
    assert written >= KILLS / 2
    kept.close()


def _received(receiving):
    """What was sent whole before the sender was killed."""
    with receiving:
        try:
            while receiving.poll():
                yield receiving.recv()
        except EOFError:
            return


def _sound(url: str, boss, number: int, told: int) -> None:
    """Order, audit trail and calendar agree, and hold at least what the writer was told is kept."""
    store = open_store(url)
    version = store.orders.get(boss, number).version
    assert [entry.after["version"] for entry in store.orders.history(boss, number)] == list(range(1, version + 1))
    assert version >= told
    assert len(store.calendar.year(boss, 2030)) == 4
    if url.startswith("sqlite"):
        with store.base.open(writing=False) as connection:
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    store.close()


def test_a_full_disk_is_told_and_nothing_is_lost(kept, staff, order, kind, url):
    before = kept.orders.get(staff.command, order)
    fill, empty = {"sqlite": _full_sqlite, "postgresql": _full_postgres}[kind](kept, url)
    fill()
    with pytest.raises(StoreError, match="磁盘已满，这次改动没有写入"):
        for _ in range(200):
            kept.orders.change(
                staff.command, order, kept.orders.get(staff.command, order).version, "note", note="长" * 900
            )
    empty()
    after = kept.orders.get(staff.command, order)
    assert len(kept.orders.history(staff.command, order)) == after.version >= before.version
    kept.orders.change(staff.command, order, after.version, "note", note="又可以写了")


_WITHOUT_ROOM = """
import resource, signal, sys
from store import StoreError, open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    open_store(sys.argv[1])
except StoreError as error:
    print(error)
"""


def test_a_disk_without_a_free_byte_is_not_told_as_a_base_that_is_away(tmp_path):
    """No file may grow beyond a page: SQLite cannot make the files beside the base that it needs even to read."""
    url = f"sqlite:///{tmp_path / 'coverage.db'}"
    open_store(url).close()
    command = [sys.executable, "-c", _WITHOUT_ROOM, url]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=60, check=True)
    assert told.stdout.strip() == say("store.base.full")


def _full_sqlite(kept, url):
    """No more pages than there are: SQLite's own way to have no room."""

    def stop(connection: sqlite3.Connection, _record) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = kept.base.engine
    return lambda: sa.event.listen(engine, "connect", stop), lambda: sa.event.remove(engine, "connect", stop)


def _full_postgres(kept, url):
    """The server's own error for a full disk, raised where an order is written."""

    def run(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    body = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END"
    fill = (
        f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        "CREATE TRIGGER no_room BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no_room()",
    )
    return lambda: run(*fill), lambda: run("DROP TRIGGER no_room ON orders")


def test_a_base_that_goes_away_is_told_and_found_again(kept, staff, order, kind, url, request):
    version = kept.orders.get(staff.command, order).version
    away, back = {"sqlite": _sqlite_away, "postgresql": _postgres_away}[kind](url, request)
    away()
    try:
        for ask, told in (
            (lambda: kept.orders.get(staff.command, order), say("store.base.gone")),
            (lambda: kept.orders.counts(staff.command), say("store.base.gone")),
            (lambda: kept.people.sign_in("boss", "x"), say("store.base.gone")),
            (
                lambda: kept.orders.change(staff.command, order, version, "note", note="x"),
                "暂时连不上数据库，这次改动没有写入（若恰在保存的瞬间断开，恢复后请核对），此前的数据完好；恢复后可直接再试。",
            ),
            (lambda: open_store(url), say("store.base.gone")),
        ):
            with pytest.raises(StoreError) as refused:
                ask()
            assert refused.value.faults == [told]
        assert "没有写入" not in say("store.base.gone")
    finally:
        back()
    assert kept.orders.change(staff.command, order, version, "note", note="又可以写了").version == version + 1


def _sqlite_away(url, _request):
    folder = Path(sa.make_url(url).database).parent
    aside = folder.with_name(f"{folder.name}-aside")

    def away() -> None:
        folder.rename(aside)
        folder.write_text("a file where the folder was")

    def back() -> None:
        folder.unlink()
        aside.rename(folder)

    return away, back


def _postgres_away(_url, request):
    cluster = request.getfixturevalue("cluster")
    return cluster.stop, cluster.start


def test_a_file_that_went_away_is_not_replaced_by_an_empty_one(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    with pytest.raises(StoreError, match="暂时连不上数据库"):
        store.people.any()
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_told(tmp_path):
    (tmp_path / "store.db").write_bytes(b"this is no database at all" * 200)
    with pytest.raises(StoreError, match="数据库文件损坏"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def test_who_waits_too_long_for_another_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("store.base._WAIT_S", 0.05)
    file = tmp_path / "store.db"
    store = open_store(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="数据库正忙"):
        store.people.first("boss", "王主任", PASSWORD)
    other.close()
    assert not store.people.any()


def test_a_server_that_is_not_there_is_told():
    with pytest.raises(StoreError, match="暂时连不上数据库"):
        open_store("postgresql://nobody@127.0.0.1:1/base")


def test_a_backup_of_the_file_is_a_store(kept, staff, order, kind, url, tmp_path):
    if kind != "sqlite":
        pytest.skip("a PostgreSQL is backed up by its own means")
    copy = tmp_path / "copy" / "store.db"
    copy.parent.mkdir()
    with kept.base.open(writing=False) as connection:
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    shutil.copy(sa.make_url(url).database, copy)
    other = open_store(f"sqlite:///{copy}")
    assert other.orders.page(staff.command).total == 3
    other.close()


def test_two_who_write_at_once_both_come_through(kept, staff, order):
    with kept.base.open(writing=False) as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()
        assert connection.execute(sa.select(orders.c.version).where(orders.c.id == order)).scalar_one() == 2
    context = multiprocessing.pool.ThreadPool(4)
    answers = context.map(lambda n: _noted(kept, staff.command, order, n), range(8))
    context.close()
    context.join()
    assert answers.count("kept") + answers.count("conflict") == 8 and "kept" in answers
    with kept.base.open(writing=False) as connection:
        after = connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()
    assert after == rows + answers.count("kept")


def _noted(kept, by, order, n) -> str:
    try:
        kept.orders.change(by, order, 2, "note", note=str(n))
    except StoreError:
        return "conflict"
    return "kept"
