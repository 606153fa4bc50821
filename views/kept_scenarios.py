"""The scenarios of 选址推演 that users keep: one JSON file each in the user's data folder."""

import re
from pathlib import Path

from data.errors import DataError
from data.settings import data_folder
from texts import say
from views.worker import write_whole

_UNSAFE = re.compile(r'[\\/:*?"<>|\s.\x00-\x1f]+')
_LONGEST_NAME = 60


def kept_scenarios() -> list[Path]:
    """The files of all kept scenarios, by name."""
    return sorted(_folder().glob("*.json"))


def file_name(name: str) -> str:
    """``name`` as it may be the name of a file, without an ending."""
    return _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip("_") or say("siting.store.first_name")


def keep_scenario(name: str, text: str) -> Path:
    """
    Keep a scenario's JSON under its name; one of the same name is replaced.

    Raises
    ------
    DataError
        When it cannot be written.
    """
    target = _folder() / f"{file_name(name)}.json"
    try:
        write_whole(target, text.encode())
    except OSError as error:
        raise DataError(say("siting.store.unwritable", name=target.name, reason=error.strerror)) from error
    return target


def read_scenario(path: Path) -> str:
    """
    The JSON of a kept scenario.

    Raises
    ------
    DataError
        When it is gone or cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(say("siting.store.unreadable", name=path.name)) from error


def drop_scenario(path: Path) -> None:
    """
    Remove a kept scenario; nothing happens when it is gone already.

    Raises
    ------
    ValueError
        When ``path`` is not a kept scenario.
    """
    if path.parent != _folder() or path.suffix != ".json":
        raise ValueError(f"{path} is not a kept scenario")
    path.unlink(missing_ok=True)


def _folder() -> Path:
    return data_folder("scenarios")
