"""The table of ``data/osm_tags.yaml``: which OpenStreetMap tags make which layer, and which objects fit an entry."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from data.vocabulary import vocabulary

KINDS = ("point", "line", "polygon")
NAME_KEYS = ("name", "name:zh", "name:zh-Hans", "official_name")
_FILE = Path(__file__).with_name("osm_tags.yaml")
_ANY, _NO = "*", "no"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Matches(_Strict):
    """A condition on a text: the regular expression is found in it."""

    matches: Annotated[str, AfterValidator(lambda text: re.compile(text).pattern)]


Value = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
Conditions = Mapping[str, Matches | Value]


class Near(_Strict):
    """Only within ``within_m`` metres of the edge of a venue of this class."""

    class_: str = Field(alias="class")
    within_m: float = Field(gt=0)


class Merge(_Strict):
    """How far from a venue already taken an object of the same class still stands for it, metres."""

    same_name_m: float = Field(ge=0)
    any_name_m: float = Field(ge=0)
    among_m: float = Field(ge=0)


class Entry(_Strict):
    """One line of the table: what fits gives one row of ``layer``; the file's head says what the fields mean."""

    layer: Literal["roads", "buildings", "districts", "venues", "sites", "areas"]
    geometry: tuple[Literal["point", "line", "polygon"], ...]
    when: Conditions
    any: tuple[Conditions, ...] = ()
    unless: Conditions = {}
    class_: str | None = Field(None, alias="class")
    carrier: str | None = None
    kind: str | None = None
    near: Near | None = None
    merge: Merge | None = None

    @model_validator(mode="after")
    def _has_its_code(self) -> "Entry":
        codes = {"venues": "class_", "sites": "carrier", "areas": "kind"}
        words = {"venues": "classes", "sites": "carriers", "areas": "area_kinds"}
        for layer, name in codes.items():
            code = getattr(self, name)
            if (code is not None) != (self.layer == layer):
                raise ValueError(f"{name.rstrip('_')} goes with layer {layer}, and only with it")
            if code is not None and code not in getattr(vocabulary(), words[layer]):
                raise ValueError(f"{code} is no code of {words[layer]} in vocabulary.yaml")
        if not self.when:
            raise ValueError("when must name a tag")
        return self

    @property
    def code(self) -> str | None:
        """The venue class, the carrier or the kind of area that the entry gives; None for other layers."""
        return self.class_ or self.carrier or self.kind

    @property
    def leading_key(self) -> str:
        """The tag key without which no object can fit."""
        return next(iter(self.when))

    @property
    def keys(self) -> set[str]:
        """Every tag key that the conditions read."""
        keys = set(self.when) | set(self.unless) | {key for conditions in self.any for key in conditions}
        return keys - {"name"} | (set(NAME_KEYS) if "name" in keys else set())


class TagTable(_Strict):
    """The whole file."""

    area_relations: tuple[str, ...]
    district_levels: tuple[str, ...]
    extract_layers: Mapping[str, Mapping[str, str]]
    entries: tuple[Entry, ...]

    def of(self, layer: str) -> list[Entry]:
        """The entries of one layer, in the order of the file."""
        return [entry for entry in self.entries if entry.layer == layer]

    @cached_property
    def leading_keys(self) -> set[str]:
        """An object without any of these keys fits no entry."""
        return {entry.leading_key for entry in self.entries}

    def leading_keys_of(self, kind: str) -> set[str]:
        """As `leading_keys`, for geometry of one kind."""
        return {entry.leading_key for entry in self.entries if kind in entry.geometry}

    @cached_property
    def keys(self) -> set[str]:
        """Every tag key that is read, by conditions and for columns."""
        return set(_COLUMN_KEYS).union(NAME_KEYS, *(entry.keys for entry in self.entries))


_COLUMN_KEYS = (
    *("ref", "oneway", "bridge", "tunnel", "layer", "junction", "foot", "type", "operator", "phone", "contact:phone"),
    *("height", "building:height", "levels", "building:levels", "admin_level", "area"),
    *("direction", "width", "faces", "sides"),
)


@cache
def tag_table() -> TagTable:
    """The table of ``data/osm_tags.yaml``, read once."""
    return read_tag_table(_FILE)


def read_tag_table(file: Path) -> TagTable:
    """
    The table of a YAML file; what `tag_table` does with ours.

    Raises
    ------
    ValueError
        When a key is unknown, a code is not in the vocabulary, or a regular expression is wrong.
    """
    return TagTable.model_validate(YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")))


@dataclass(frozen=True, eq=False)
class Features:
    """
    OSM objects with geometry, row by row, whatever file they came from.

    Attributes
    ----------
    osm_id
        Texts such as ``n1``, ``w2``, ``r3``; the same one twice where an object came as line and as polygon.
    geometry
        Shapely geometry in WGS 84; None in `broken`.
    kind
        Index into `KINDS` of each row.
    tags
        For each tag key that is read, the values on the rows that have it (a Series indexed by row number).
    """

    osm_id: np.ndarray
    geometry: np.ndarray
    kind: np.ndarray
    tags: Mapping[str, pd.Series] = field(repr=False)

    def __len__(self) -> int:
        return len(self.osm_id)

    def column(self, key: str, rows: np.ndarray) -> np.ndarray:
        """The values of one tag on ``rows``; None where there is none."""
        if key not in self.tags:
            return np.full(len(rows), None, dtype=object)
        values = self.tags[key].reindex(rows).to_numpy(dtype=object)
        return np.where(pd.isna(values), None, values)

    def names(self, rows: np.ndarray, *, local: bool = False) -> np.ndarray:
        """
        The name of each of ``rows``: ``name`` where it is Chinese, else ``name:zh``, else ``name``; or None.

        With ``local``, ``name`` wherever there is one: pieces of one street keep one name, whichever are translated.
        """
        found = self.column("name", rows)
        foreign = np.array([name is None or not (local or _HAN.search(name)) for name in found], dtype=bool)
        for key in ("name:zh-Hans", "name:zh"):
            chinese = self.column(key, rows)
            found = np.where(foreign & np.not_equal(chinese, None), chinese, found)
        return found


_HAN = re.compile(r"[\u3400-\u9fff]")


def matching(features: Features, entry: Entry) -> np.ndarray:
    """
    The rows of ``features`` that fit ``entry`` by tags and kind of geometry (`near` and `merge` aside), ascending.

    An object that came as line and as polygon and fits as both counts as the polygon.
    """
    fits = np.isin(features.kind, [KINDS.index(kind) for kind in entry.geometry])
    for key, wanted in entry.when.items():
        fits &= _holds(features, key, wanted)
    if entry.any:
        fits &= np.logical_or.reduce(
            [np.logical_and.reduce([_holds(features, *item) for item in one.items()]) for one in entry.any]
        )
    for key, wanted in entry.unless.items():
        fits &= ~_holds(features, key, wanted)
    rows = np.flatnonzero(fits)
    order = np.argsort(-features.kind[rows], kind="stable")
    first = ~pd.Series(features.osm_id[rows][order]).duplicated().to_numpy()
    return np.sort(rows[order[first]])


def _holds(features: Features, key: str, wanted: Matches | tuple[str, ...]) -> np.ndarray:
    """On which rows one condition holds."""
    fits, test = np.zeros(len(features), dtype=bool), _test_of(wanted)
    for name in NAME_KEYS if key == "name" else (key,):
        if name in features.tags:
            values = features.tags[name]
            codes, unique = pd.factorize(values.to_numpy(dtype=object))
            yes = np.array([test(value) for value in unique], dtype=bool)
            fits[values.index.to_numpy()[yes[codes]]] = True
    return fits


def _test_of(wanted: Matches | tuple[str, ...]) -> Callable[[str], bool]:
    if isinstance(wanted, Matches):
        return lambda value: re.search(wanted.matches, value) is not None
    if wanted == (_ANY,):
        return lambda value: value != _NO
    return lambda value: not set(wanted).isdisjoint(part.strip() for part in value.split(";"))
