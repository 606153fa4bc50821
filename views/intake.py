"""A city out of files, as the page 数据接入 asks for it: what it is made of, and what each file would give."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.city import LAYERS
from data.errors import DataError
from data.files import KINDS, most_bytes, split_layer
from data.headings import PLACE, columns_of
from data.headings import Mapping as HeadingMapping
from data.importing import ImportRequest
from data.osm import read_osm
from data.sources import LayerSource, Preview, choices, preview, read_area
from texts import say
from views.worker import Task

EXTRACT, AREA = "osm", "area"
PARTS = (EXTRACT, *LAYERS, AREA)
EPSG = "epsg"
DATUMS = ("", "wgs84", "cgcs2000", "gcj02", "bd09", EPSG)
CONSTANTS = {"venues": "class", "sites": "carrier", "areas": "kind"}  # what a whole file may be said to be
LEFT_OUT = "-"  # beside City columns: a heading that is not wanted
_LARGEST_EXTRACT_SHOWN = 30 << 20  # bytes; a larger one is read once, when it is imported
_LIGHT = 3 << 20  # bytes that are read within a second
_PACKED_EXTRACT = 8  # times as long takes a byte of an extract
_PACKED = (".zip", ".kmz", ".xlsx", ".xlsm")


@dataclass(frozen=True)
class Part:
    """
    One file of a city to be, and what the user says about it.

    Attributes
    ----------
    path
        ``path`` or ``path:layer``.
    datum
        As `data.sources.LayerSource`; "" for what the file says.
    headings
        Pairs of heading and City column; ``""`` keeps it as an additional column, None leaves it out.
    constant
        What all its rows are, of the column that ``CONSTANTS`` names; "" when the file says so itself.
    choice
        Layer, sheet or file inside; "" for the one that fits best.
    admin_level
        Of the boundaries of an extract that become districts; None for the first that is complete.
    """

    path: str
    datum: str = ""
    headings: tuple[tuple[str, str | None], ...] = ()
    constant: str = ""
    choice: str = ""
    admin_level: int | None = None

    def place(self) -> tuple[str, str | None]:
        """Where the readers find it: ``path`` or ``path:layer``, and the sheet of a workbook."""
        path, inner = split_layer(self.path)
        choice = self.choice or inner
        if not choice:
            return str(path), None
        in_workbook = path.suffix.lower() in (".xlsx", ".xlsm")
        in_packed_workbook = path.suffix.lower() == ".zip" and Path(choice).suffix.lower() not in KINDS
        return (str(path), choice) if in_workbook or in_packed_workbook else (f"{path}:{choice}", None)

    def source(self, layer: str) -> LayerSource:
        """The part as the readers take it for ``layer``."""
        path, sheet = self.place()
        return LayerSource(
            path,
            datum=self.datum or None,
            headings=dict(self.headings),
            constants={CONSTANTS[layer]: self.constant} if self.constant else {},
            sheet=sheet,
        )


@dataclass(frozen=True, eq=False)
class Look:
    """
    What is known of a part before anything is taken.

    Attributes
    ----------
    choices
        Layers, sheets or files inside to choose from; fewer than two leave no choice.
    faults
        Why nothing can be taken; empty when something can.
    found
        Of a file for one layer that could be read.
    sentence
        What would be taken, of an extract and of a study area.
    rejects
        What would not be taken.
    stopped
        Whether the user stopped the reading, so that nothing is known.
    """

    choices: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    found: Preview | None = None
    sentence: str = ""
    rejects: pd.DataFrame | None = None
    stopped: bool = False


def look_at(name: str, part: Part) -> Look:
    """What ``part`` would give as the part ``name`` of ``PARTS``."""
    look = {EXTRACT: _look_at_extract, AREA: _look_at_area}.get(name, _look_at_layer)
    try:
        return look(name, part)
    except DataError as error:
        return Look(choices=_choices(part), faults=tuple(error.faults))


def part_label(name: str) -> str:
    """The Chinese name of a part."""
    return say(f"intake.parts.{name}") if name in (EXTRACT, AREA) else say(f"city.layers.{name}")


def read_part(task: Task, name: str, part: Part) -> Look:
    """As `look_at`, for a process of its own."""
    task.tell(say("intake.reading", file=split_layer(part.path)[0].name))
    return look_at(name, part)


def stamp(path: str) -> tuple[int, int]:
    """Changes when the file does: time and size in bytes; the same for every path that leads to none."""
    try:
        about = split_layer(path)[0].stat()
    except (OSError, ValueError):
        return 0, 0
    return about.st_mtime_ns, about.st_size


def is_heavy(part: Part) -> bool:
    """Whether looking at ``part`` takes longer than a reader of the page would wait for without a word."""
    path, size = split_layer(part.path)[0], stamp(part.path)[1]
    if path.suffix.lower() == ".pbf":
        return size * _PACKED_EXTRACT > _LIGHT and size <= _LARGEST_EXTRACT_SHOWN
    if path.suffix.lower() == ".shp":
        size += stamp(str(path.with_suffix(".dbf")))[1]
    if path.suffix.lower() in _PACKED and size:
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            return False  # refused at once
    try:
        return _LIGHT < size <= most_bytes()  # what is larger is refused at once, too
    except DataError:  # the setting is no number: every reader says so
        return False


def _look_at_layer(name: str, part: Part) -> Look:
    found = preview(part.source(name), name)
    return Look(found.choices, found.faults, found, rejects=found.rejects)


def _look_at_extract(name: str, part: Part) -> Look:
    if stamp(part.path)[1] > _LARGEST_EXTRACT_SHOWN:
        return Look(sentence=say("intake.extract_later"))
    osm = read_osm(part.path, admin_level=part.admin_level)
    layers = layer_counts({name: len(osm.layers[name]) for name in LAYERS if name in osm.layers})
    level = say(f"intake.levels.{osm.admin_level}") if osm.admin_level else say("intake.no_districts")
    return Look(
        sentence=say("intake.extract_gives", layers=layers, level=level),
        rejects=osm.rejects.assign(taken=osm.rejects["column"] != "geometry"),
    )


def _look_at_area(name: str, part: Part) -> Look:
    west, south, east, north = read_area(part.place()[0], datum=part.datum or None).bounds
    return Look(choices=_choices(part), sentence=say("intake.area_is", west=west, south=south, east=east, north=north))


def _choices(part: Part) -> tuple[str, ...]:
    try:
        return tuple(choices(part.path))
    except DataError:
        return ()


def layer_counts(counts: Mapping[str, int]) -> str:
    """Layers and their numbers of rows in one phrase."""
    return say("explain.joiner").join(
        say("cli.import.layer_count", layer=say(f"city.layers.{name}"), count=count) for name, count in counts.items()
    )


def request(parts: Mapping[str, Part], *, strict: bool = False, **facts: str) -> ImportRequest:
    """
    The import of ``parts``.

    Parameters
    ----------
    parts
        By the names of ``PARTS``.
    strict, facts
        As `data.importing.ImportRequest`.
    """
    extract, area = parts.get(EXTRACT), parts.get(AREA)
    return ImportRequest(
        osm=extract.path if extract else None,
        admin_level=extract.admin_level if extract else None,
        area=area.place()[0] if area else None,
        area_datum=(area.datum or None) if area else None,
        layers={layer: part.source(layer) for layer, part in parts.items() if layer in LAYERS},
        strict=strict,
        **facts,
    )


def heading_choices(layer: str) -> list[str]:
    """What a heading can be taken as: City columns, ``""`` for an additional column, ``LEFT_OUT``."""
    return [*PLACE, *columns_of(layer), "", LEFT_OUT]


def taken_as(mapping: HeadingMapping, heading: str) -> str:
    """Which of `heading_choices` a heading is taken as."""
    if heading in mapping.ignored:
        return LEFT_OUT
    return next((column for column, given in mapping.taken.items() if given == heading), "")


def with_heading(headings: Mapping[str, str | None], heading: str, choice: str) -> dict[str, str | None]:
    """What the user says of headings, and now that ``heading`` is ``choice``; no other one gives that column then."""
    kept = {other: column for other, column in headings.items() if not choice or column != choice}
    return {**kept, heading: None if choice == LEFT_OUT else choice}
