"""Bringing a city in: the files handed in, what each would give, and the import itself."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from data.city import LAYERS
from data.headings import PLACE, columns_of, label
from data.importing import ImportRequest, ImportResult, LayerSource, Preview, import_city, preview
from data.settings import data_folder
from texts import say

EXTRACT = "osm"
PARTS = (EXTRACT, *LAYERS)
DATUMS = ("", "wgs84", "cgcs2000", "gcj02", "bd09")
_UNSAFE = re.compile(r'[\\/:*?"<>|\s.]+')
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """One file of a city to be: where it lies, and what the user says about it."""

    path: str
    datum: str = ""
    headings: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    class_: str = ""
    choice: str = ""

    def source(self) -> LayerSource:
        """The part as the readers take it."""
        path = Path(self.path)
        is_workbook = path.suffix.lower() == ".xlsx"
        return LayerSource(
            f"{path}:{self.choice}" if self.choice and not is_workbook else path,
            datum=self.datum or None,
            headings=self.headings,
            constants={"class": self.class_} if self.class_ else {},
            sheet=self.choice if self.choice and is_workbook else None,
        )


def keep_upload(handed) -> Path:
    """
    Keep a file that was handed in, in the user's data folder under its own name, and say where.

    The same content is kept once; so nothing is lost when the page is left.
    """
    content = handed.getbuffer()
    digest = hashlib.sha256()
    for start in range(0, len(content), _CHUNK):
        digest.update(content[start : start + _CHUNK])
    folder = data_folder("uploads") / digest.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / Path(handed.name).name
    if not target.exists():
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        part.replace(target)
    return target


def preview_part(layer: str, part: Part) -> Preview:
    """
    What a part would give as ``layer``.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    about = Path(part.path).stat() if Path(part.path).is_file() else None
    stamp = (about.st_mtime_ns, about.st_size) if about else (0, 0)
    return _preview(layer, part.path, stamp, part.datum, tuple(sorted(part.headings.items())), part.class_, part.choice)


@st.cache_resource(max_entries=24, show_spinner=False)
def _preview(layer: str, path: str, stamp, datum: str, headings: tuple, class_: str, choice: str) -> Preview:
    return preview(Part(path, datum, dict(headings), class_, choice).source(), layer)


def bring_in(
    parts: Mapping[str, Part], about: Mapping[str, str], *, strict: bool, progress
) -> tuple[ImportResult, Path]:
    """
    Import a city and keep it among the user's cities under its name; a name that is taken gets a number.

    Parameters
    ----------
    parts
        By the names of ``PARTS``.
    about
        ``name``, ``source``, ``licence``, ``data_date``, ``admin_level``.

    Raises
    ------
    DataError
        As `data.importing.import_city`; nothing is kept then.
    """
    extract = parts.get(EXTRACT)
    level = about.get("admin_level", "")
    request = ImportRequest(
        osm=extract.path if extract else None,
        admin_level=int(level) if level.isdigit() else None,
        layers={name: part.source() for name, part in parts.items() if name != EXTRACT},
        strict=strict,
        **{key: about.get(key, "") for key in ("name", "source", "licence", "data_date")},
    )
    result = import_city(request, progress=progress)
    target = _free_name(about.get("name", ""))
    result.city.write(target)
    return result, target


def _free_name(name: str) -> Path:
    stem = _UNSAFE.sub("_", name).strip("_") or say("intake.unnamed")
    folder = data_folder("cities")
    target, number = folder / f"{stem}.gpkg", 2
    while target.exists():
        target, number = folder / f"{stem}_{number}.gpkg", number + 1
    return target


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


def heading_choices(layer: str) -> dict[str, str | None]:
    """What a heading can be taken as: Chinese name to column; ``""`` keeps it beside, None leaves it out."""
    own = {label(layer, column): column for column in (*PLACE, *columns_of(layer))}
    return {**own, say("import.kept_as_extra"): "", say("import.left_out"): None}


def headings_table(found: Preview) -> pd.DataFrame:
    """The headings of a file, an example of each, and what it is taken as, for the user to change."""
    table = found.mapping.table()
    examples = [_example(found.first, heading) for heading in table["heading"]]
    return pd.DataFrame(
        {
            say("intake.heading"): table["heading"],
            say("intake.example"): examples,
            say("intake.taken_as"): table["taken_as"],
        }
    )


def _example(first: pd.DataFrame, heading: str) -> str:
    values = first.get(heading, [])
    return next((str(value) for value in values if str(value).strip()), "")


def changed_headings(layer: str, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str | None]:
    """The headings the user takes as something else than was guessed, as ``LayerSource.headings`` wants them."""
    choices, heading, taken_as = heading_choices(layer), say("intake.heading"), say("intake.taken_as")
    changed = before[taken_as].to_numpy() != after[taken_as].to_numpy()
    return {
        row[heading]: choices[row[taken_as]] for row in after[changed].to_dict("records") if row[taken_as] in choices
    }
