"""The whole assessment of a run as GeoParquet, beside the base: a folder per run that is there whole or not at all."""

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from data.errors import DataError
from metrics.assessment import Assessment
from store.columns import SRID
from store.errors import StoreError
from store.runs import Run
from texts import say

TABLES = ("verdicts", "gaps", "traces", "scores", "streets")
_INPUTS = "inputs.json"
_PART, _OLD = ".part", ".old"
_A_DAY_S = 86_400.0


def has_files(folder: Path, run: Run) -> bool:
    """Whether the tables of a run are there."""
    return _prints(folder / str(run.id)) == _expected(run)


def keep_files(folder: Path, run: Run, assessment: Assessment) -> Path:
    """
    Write the tables of an assessment into ``folder/<run>``, geometry in WGS 84; nothing is done when they are there.

    They are written under another name and moved there whole: a process that is killed leaves what was there before.

    Returns
    -------
    Path
        The folder of the run.

    Raises
    ------
    StoreError
        When they cannot be written.
    """
    target = folder / str(run.id)
    if has_files(folder, run):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_parts(folder)
        part = Path(tempfile.mkdtemp(dir=folder, prefix=f"{run.id}.", suffix=_PART))
        try:
            _write(part, run, assessment)
            _move(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise StoreError(say("store.runs.no_files")) from error
    return target


def read_files(folder: Path, run: Run) -> Mapping[str, pd.DataFrame]:
    """
    The tables of a run as they were kept.

    Raises
    ------
    StoreError
        When they are not there.
    """
    if not has_files(folder, run):
        raise StoreError(say("store.runs.files_gone"))
    return {name: _read(folder / str(run.id) / f"{name}.parquet") for name in TABLES}


def clear_parts(folder: Path, *, older_than_s: float = _A_DAY_S) -> None:
    """Remove what processes left that were killed while they wrote, and that nobody can be writing any more."""
    for path in folder.glob("*"):
        if path.suffix in (_PART, _OLD) and path.stat().st_mtime <= time.time() - older_than_s:
            shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, run: Run, assessment: Assessment) -> None:
    for name in TABLES:
        table = getattr(assessment, name)
        if isinstance(table, gpd.GeoDataFrame):
            table = table.to_crs(SRID)
        table.to_parquet(folder / f"{name}.parquet", index=False)
    (folder / _INPUTS).write_text(json.dumps(_expected(run)), encoding="utf-8")


def _move(part: Path, target: Path) -> None:
    """Put a folder in its place; one of another base that bore the same number goes."""
    try:
        part.rename(target)
    except OSError:
        if not target.exists():
            raise
        old = target.with_name(f"{part.name}{_OLD}")
        target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _expected(run: Run) -> dict[str, str]:
    return {"city": run.city_print, "book": run.book_print, "phase": run.phase, "at": run.at.isoformat()}


def _prints(target: Path) -> dict[str, str] | None:
    """What the files there are of; None without files."""
    try:
        return json.loads((target / _INPUTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _read(file: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(file) if file.stem in ("verdicts", "gaps", "streets") else pd.read_parquet(file)
    except (OSError, ValueError, DataError) as error:
        raise StoreError(say("store.runs.files_gone")) from error
