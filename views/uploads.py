"""Files that were handed in: kept in the user's data folder, so that nothing is lost when the page is left."""

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from data.errors import DataError
from data.files import KINDS
from data.settings import data_folder
from texts import say

_CHUNK = 1 << 20
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\ud800-\udfff]+')
_LONGEST_STEM, _LONGEST_ENDING = 180, 40  # bytes; with what is added while it is written fewer than 255
_DAYS_KEPT = 7


def keep_uploads(handed: Sequence) -> Path:
    """
    Keep the files of one upload side by side under their own names, and say where the one to be read lies.

    Of a Shapefile that is the .shp, beside which the rest lies. The same content is kept once; what was handed in
    more than a week ago is removed.

    Parameters
    ----------
    handed
        Files with ``name`` and ``getbuffer()``, as Streamlit gives them; at least one.

    Raises
    ------
    DataError
        When it is not clear which of several files is to be read, or they cannot be written.
    """
    names = [plain_name(file.name) for file in handed]
    first = _to_be_read(names)
    folder = data_folder("uploads")
    home = folder / _fingerprint(names, handed)
    try:
        _remove_old(folder)
        home.mkdir(exist_ok=True)
        home.touch()
        for name, file in zip(names, handed, strict=True):
            part = home / (name + ".part")
            part.write_bytes(file.getbuffer())
            part.replace(home / name)
    except OSError as error:
        raise DataError(say("import.unwritable", file=first, reason=error.strerror)) from error
    return home / first


def _to_be_read(names: Sequence[str]) -> str:
    shapes = [name for name in names if name.lower().endswith(".shp")]
    data = [name for name in names if Path(name).suffix.lower() in KINDS]
    if len(names) > 1 and len(shapes) != 1 and len(data) != 1:
        raise DataError(say("intake.one_file", names=say("explain.joiner").join(names)))
    return (shapes or data or names)[0]


def plain_name(name: str) -> str:
    """A name without folders or signs that have a meaning in paths, short enough for any file system."""
    path = Path(_UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ") or "_")
    return _cut(path.stem, _LONGEST_STEM) + _cut(path.suffix, _LONGEST_ENDING)


def _cut(text: str, most: int) -> str:
    """So much of a text as takes no more bytes."""
    return text.encode()[:most].decode(errors="ignore")


def _fingerprint(names: Sequence[str], handed: Sequence) -> str:
    digest = hashlib.sha256()
    for name, file in zip(names, handed, strict=True):
        digest.update(name.encode("utf-8", "replace") + b"\0")
        content = file.getbuffer()
        for start in range(0, len(content), _CHUNK):
            digest.update(content[start : start + _CHUNK])
    return digest.hexdigest()[:16]


def _remove_old(folder: Path) -> None:
    oldest = time.time() - _DAYS_KEPT * 86400
    for home in folder.iterdir():
        if home.stat().st_mtime < oldest:
            shutil.rmtree(home, ignore_errors=True)
