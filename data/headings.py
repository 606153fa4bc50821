"""What a file's headings are taken as: Chinese or English, with units, cut at ten bytes as a Shapefile does it."""

import collections.abc
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from data.errors import DataError
from data.layers import LAYERS
from data.recorded import recorded_columns
from data.vocabulary import plain
from texts import say

_FILE = Path(__file__).with_name("headings.yaml")
PLACE = ("lon", "lat", "lonlat", "wkt")
# Which of them say where a row lies, the first that is there.
_PLACES = (("lon", "lat"), ("lonlat",), ("wkt",))
_OPTIONAL = {("sites", "themes")}  # a stock without themes is a stock all the same: they are unknown
_BRACKETS = re.compile(r"[(\[{【〔（]([^)\]}】〕）]*)[)\]}】〕）]")
_UNITS = {
    "厘米": 0.01, "公分": 0.01, "cm": 0.01, "毫米": 0.001, "mm": 0.001, "米": 1.0, "m": 1.0,
    "平方米": 1.0, "m2": 1.0, "平米": 1.0, "亩": 2000 / 3, "公顷": 10_000.0, "ha": 10_000.0,
    "平方公里": 1e6, "km2": 1e6, "万平方米": 10_000.0, "度": 1.0, "°": 1.0, "deg": 1.0,
}  # fmt: skip
_MEASURED = re.compile(r"_(m|m2|deg)$")
_CUT_BYTES = (8, 10)  # a Shapefile keeps ten bytes of a heading: two characters may lie cut between eight and ten


@dataclass(frozen=True)
class Mapping:
    """
    What the headings of one file are taken as.

    Attributes
    ----------
    layer
        The City layer they are read for.
    headings
        All of them, in the order of the file.
    taken
        City column (or recorded number, or one of ``PLACE``) to heading.
    factors
        City column to what its numbers are multiplied by, where the heading names a unit.
    extra
        Headings that are kept as additional columns, under their own names.
    ignored
        Headings that the user does not want.
    missing
        Columns that the layer requires and no heading gives; ``"place"`` when nothing says where a row lies.
    """

    layer: str
    headings: tuple[str, ...]
    taken: dict[str, str]
    factors: dict[str, float]
    extra: tuple[str, ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per heading as in the file: ``heading``, ``column`` (None: additional) and ``taken_as``."""
        by_heading = {heading: column for column, heading in self.taken.items()}
        other = {
            **dict.fromkeys(self.extra, say("import.kept_as_extra")),
            **dict.fromkeys(self.ignored, say("import.left_out")),
        }
        columns = [by_heading.get(heading) for heading in self.headings]
        taken_as = [
            label(self.layer, column) if column else other[heading]
            for heading, column in zip(self.headings, columns, strict=True)
        ]
        return pd.DataFrame({"heading": self.headings, "column": columns, "taken_as": taken_as}, dtype=object)

    def faults(self, file: str) -> list[str]:
        """One sentence for what is missing, with the headings that are there; nothing when all is there."""
        if not self.missing:
            return []
        wanted = "、".join(label(self.layer, column) for column in self.missing)
        headings = "、".join([*self.taken.values(), *self.extra]) or say("import.none")
        return [
            say("import.missing_columns", file=file, layer=layer_label(self.layer), wanted=wanted, headings=headings)
        ]


def map_headings(
    headings: collections.abc.Iterable[str],
    layer: str,
    *,
    overrides: collections.abc.Mapping[str, str | None] | None = None,
    constants: collections.abc.Collection[str] = (),
    has_geometry: bool = True,
) -> Mapping:
    """
    What each heading of a file is taken as.

    A heading that is no column of the layer is kept as an additional column. Of several headings that mean the same
    column, the one listed first in ``headings.yaml`` is taken.

    Parameters
    ----------
    headings
        Of the file, in its order, without double ones.
    layer
        A name of ``LAYERS``.
    overrides
        Heading to column, as the user wants it; ``""`` keeps it as an additional column, None leaves it out.
    constants
        Columns that get one value for all rows and need no heading.
    has_geometry
        False for a table, whose columns must say where a row lies.

    Raises
    ------
    DataError
        When an override names a heading that is not there, or two give the same column.

    Examples
    --------
    >>> mapping = map_headings(["名称", "载体形式", "经度", "纬度", "宽度（cm）", "备注"], "sites", has_geometry=False)
    >>> mapping.taken["carrier"], mapping.factors["width_m"], mapping.extra, mapping.missing
    ('载体形式', 0.01, ('备注',), ('id',))
    """
    headings = [str(heading) for heading in headings]
    overrides = dict(overrides or {})
    _check_overrides(headings, overrides, layer)
    taken = {column: heading for heading, column in overrides.items() if column}
    factors = {column: _unit(heading) for column, heading in taken.items()}
    for rank, heading, column, factor in _guesses([h for h in headings if h not in overrides], layer, has_geometry):
        if column not in taken and column not in constants and rank >= 0:
            taken[column] = heading
            factors[column] = factor
    taken = {column: heading for heading in headings for column, given in taken.items() if given == heading}
    used = {*taken.values(), *(heading for heading, column in overrides.items() if column is None)}
    return Mapping(
        layer=layer,
        headings=tuple(headings),
        taken=taken,
        factors={column: factor for column, factor in factors.items() if factor != 1.0 and _MEASURED.search(column)},
        extra=tuple(heading for heading in headings if heading not in used),
        ignored=tuple(heading for heading, column in overrides.items() if column is None),
        missing=_missing(layer, {*taken, *constants}, has_geometry),
    )


def columns_of(layer: str) -> dict[str, str]:
    """The columns that a heading of ``layer`` can be taken as, places left out, with their kinds as in ``LAYERS``."""
    named = dict.fromkeys(_headings()[layer], "number")
    standard = {c: kind for c, kind in LAYERS[layer].columns.items() if not c.startswith("original_")}
    return {**named, **standard}


def label(layer: str, column: str) -> str:
    """The Chinese name of a column of ``layer``; one that has none is given back as it is."""
    if column == "place":
        return say("import.place")
    words = _headings()["place"].get(column) or _headings()[layer].get(column)
    return words[0] if words else column


def layer_label(layer: str) -> str:
    """The Chinese name of a layer."""
    return say(f"city.layers.{layer}")


def count_known(headings: collections.abc.Iterable[object], layer: str) -> int:
    """How many of the headings are known for ``layer``: what tells a line of headings from a title or a row."""
    return len({column for _, _, column, _ in _guesses([h for h in headings if isinstance(h, str)], layer, False)})


@cache
def _headings() -> dict[str, dict[str, list[str]]]:
    """The headings of ``headings.yaml`` and, before them, the names of recorded columns."""
    headings = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    for column, entry in recorded_columns().items():
        headings[entry.layer][column] = [entry.label, *headings[entry.layer].get(column, [])]
    return headings


@cache
def _lookup(layer: str, has_geometry: bool) -> dict[str, tuple[str, int]]:
    """Each accepted heading, plain, to its column and its rank among that column's headings."""
    entries = dict(_headings()[layer])
    if not has_geometry:
        entries = {**entries, **_headings()["place"]}
    found: dict[str, tuple[str, int]] = {}
    for column, words in entries.items():
        for rank, word in enumerate((column, *words)):
            found.setdefault(plain(word), (column, rank))
    return found


def _guesses(headings: list[str], layer: str, has_geometry: bool) -> list[tuple[int, str, str, float]]:
    """Rank, heading, column and unit factor of every heading that is known, the best ranks first."""
    lookup = _lookup(layer, has_geometry)
    found = []
    for heading in headings:
        spelling, factor = _spelling(heading)
        column, rank = lookup.get(spelling, (None, 0))
        if column is None:
            bare, unit = _without_unit(spelling)
            column, rank = lookup.get(bare, (None, 0))
            factor = unit if column else factor
        if column is None:
            column, rank = _cut(heading, spelling, lookup)
        if column is not None:
            found.append((rank, heading, column, factor))
    return sorted(found, key=lambda guess: guess[0])


def _spelling(heading: str) -> tuple[str, float]:
    """A heading in the spelling of the lookup, without brackets and stars, and the factor of the unit in brackets."""
    text = unicodedata.normalize("NFKC", heading)
    factor = _unit(heading)
    bare = plain(_BRACKETS.sub("", text)).strip("*:?#")
    return (bare or plain(text), factor)


def _unit(heading: str) -> float:
    inside = [plain(part).replace("²", "2") for part in _BRACKETS.findall(unicodedata.normalize("NFKC", heading))]
    known = [_UNITS[part.removeprefix("单位:")] for part in inside if part.removeprefix("单位:") in _UNITS]
    return known[0] if known else 1.0


def _without_unit(spelling: str) -> tuple[str, float]:
    for unit in sorted(_UNITS, key=len, reverse=True):
        if spelling.endswith(unit) and len(spelling) > len(unit):
            return spelling.removesuffix(unit), _UNITS[unit]
    return spelling, 1.0


def _cut(heading: str, spelling: str, lookup: dict[str, tuple[str, int]]) -> tuple[str | None, int]:
    """The only column that a heading cut at ten bytes can be the beginning of."""
    least, most = _CUT_BYTES
    sizes = [len(heading.encode(encoding, errors="replace")) for encoding in ("utf-8", "gb18030")]
    if not any(least <= size <= most for size in sizes) or len(spelling) < 3:
        return None, 0
    columns = {column for word, (column, _) in lookup.items() if word.startswith(spelling)}
    return (columns.pop(), 99) if len(columns) == 1 else (None, 0)


def _check_overrides(headings: list[str], overrides: dict[str, str | None], layer: str) -> None:
    faults = [
        say("import.no_heading", heading=heading, headings="、".join(headings))
        for heading in overrides
        if heading not in headings
    ]
    columns = [column for column in overrides.values() if column]
    faults += [
        say("import.double_column", column=label(layer, column))
        for column in sorted({c for c in columns if columns.count(c) > 1})
    ]
    if faults:
        raise DataError(faults)


def _missing(layer: str, given: set[str], has_geometry: bool) -> tuple[str, ...]:
    missing = [c for c in LAYERS[layer].required if c not in given and (layer, c) not in _OPTIONAL]
    if not has_geometry and not any(given.issuperset(place) for place in _PLACES):
        missing.append("place")
    return tuple(missing)
