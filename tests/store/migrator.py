"""Processes that are killed at a chosen moment: while a base is migrated, while the files of a run are written."""

import time
from pathlib import Path

import sqlalchemy as sa

from store import SYSTEM, open_store, run_files
from store.keeping import keep_whole
from tests.store import streets


def migrate_until(url: str, statement: int, told) -> None:
    """Open the store, and stand still before the statement of this number that writes."""
    count = 0

    def stand_still(_connection, _cursor, text, *_) -> None:
        nonlocal count
        count += text.lstrip().upper().startswith(("CREATE", "INSERT", "UPDATE", "ALTER"))
        if count == statement:
            told.send(count)
            time.sleep(600)

    sa.event.listen(sa.Engine, "before_cursor_execute", stand_still)
    open_store(url)
    told.send(0)


def write_until(url: str, folder: Path, table: str, told) -> None:
    """Keep an assessment whole, and stand still after this table of it was written."""
    for kind in (run_files.gpd.GeoDataFrame, run_files.pd.DataFrame):
        own = kind.to_parquet

        def patched(frame, path, own=own, **options):
            own(frame, path, **options)
            if Path(path).stem == table:
                told.send(table)
                time.sleep(600)

        kind.to_parquet = patched
    found = streets.assessment("west_gap")
    keep_whole(open_store(url), SYSTEM, found, streets.town("west_gap"), folder=folder)
    told.send("")
