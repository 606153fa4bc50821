"""Imported cities as they lie in the user's data folder, each with a note on its import; which one pages open with."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from data.errors import DataError
from data.settings import data_folder, settings
from store import Denied, Person
from store.access import COMMAND
from texts import say
from views.worker import write_whole

DEMO = "demo"

_UNSAFE = re.compile(r'[\\/:*?"<>|\s.\x00-\x1f]+')
_LONGEST_NAME = 60
_NOTE = ".import.json"
_FIRST = "first.txt"


@dataclass(frozen=True, eq=False)
class ImportNote:
    """
    What is remembered of an import.

    Attributes
    ----------
    layers
        Of each layer ``layer``, ``read``, ``taken``, ``rejected``, ``repaired``, ``clipped``: numbers of rows.
    warnings
        Chinese sentences.
    values_left_out
        Cells that were not taken although their rows were.
    """

    layers: Sequence[Mapping[str, object]] = ()
    warnings: Sequence[str] = ()
    values_left_out: int = 0


def keep_city(file: Path, name: str, note: ImportNote) -> Path:
    """
    Move a city's file among the user's cities; a name that is taken, also by somebody else just now, gets a number.

    Returns
    -------
    Path
        Where it lies now.

    Raises
    ------
    DataError
        When it cannot be written there.
    """
    stem = _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip("_") or say("intake.unnamed")
    folder = data_folder("cities")
    target, number = folder / f"{stem}.gpkg", 2
    try:
        while not _moved(file, target):
            target, number = folder / f"{stem}_{number}.gpkg", number + 1
        _note_of(target).write_text(json.dumps(asdict(note), ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise DataError(say("import.unwritable", file=target.name, reason=error.strerror)) from error
    return target


def import_note(city_key: str) -> ImportNote | None:
    """What is remembered of the import of a city, the same object as long as it stands; None where nothing is."""
    try:
        return _read_note(_note_of(Path(city_key)).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):  # none, or not as we write them
        return None


@lru_cache(maxsize=16)
def _read_note(text: str) -> ImportNote:
    return ImportNote(**json.loads(text))


def first_city() -> str:
    """
    The city that pages open with, for everybody: ``"demo"``, or the path of an imported one.

    It is that of the setting ``city``, else the one that `open_first` was last told; one that is gone is none.
    """
    name = settings()["city"] or _told_first()
    path = data_folder("cities") / f"{name}.gpkg"
    return str(path) if name == path.stem and path.is_file() else DEMO


def open_first(by: Person, key: str) -> None:
    """
    Let pages open with the city ``key``, for everybody who has not chosen another.

    Raises
    ------
    Denied
        When ``by`` is not of the command centre.
    DataError
        When it cannot be written down.
    """
    if by.role != COMMAND:
        raise Denied(say("intake.first_denied"))
    file = data_folder("cities") / _FIRST
    try:
        write_whole(file, ("" if key == DEMO else Path(key).stem).encode())
    except OSError as error:
        raise DataError(say("import.unwritable", file=file.name, reason=error.strerror)) from error


def _told_first() -> str:
    try:
        return (data_folder("cities") / _FIRST).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):  # none, or not as we write it
        return ""


def drop_city(path: Path) -> None:
    """
    Remove an imported city; nothing happens when it is gone already.

    Raises
    ------
    ValueError
        When ``path`` is not an imported city.
    """
    if path.parent != data_folder("cities") or path.suffix != ".gpkg":
        raise ValueError(f"{path} is not an imported city")
    path.unlink(missing_ok=True)
    _note_of(path).unlink(missing_ok=True)


def _note_of(city: Path) -> Path:
    return city.with_name(city.stem + _NOTE)


def _moved(file: Path, target: Path) -> bool:
    """Whether ``file`` is now at ``target``; not when there is one already."""
    try:
        os.link(file, target)  # unlike a rename it never replaces
    except FileExistsError:
        return False
    except OSError:  # a disk without links
        if target.exists():
            return False
        file.rename(target)
        return True
    file.unlink()
    return True
