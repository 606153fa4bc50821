"""The recorded columns that rules read: their Chinese names and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("recorded.yaml")


@dataclass(frozen=True)
class Recorded:
    """A recorded column: its Chinese name, the unit of its numbers (may be empty) and the layer it belongs to."""

    label: str
    unit: str = ""
    layer: str = ""


@cache
def recorded_columns() -> Mapping[str, Recorded]:
    """
    The columns of ``data/recorded.yaml`` by name.

    Raises
    ------
    ValueError
        When an entry is not a name, a unit and a layer, or two columns of a layer have one name.

    Examples
    --------
    >>> recorded_columns()["wall_area_m2"].unit
    '平方米'
    """
    entries = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    for column, entry in entries.items():
        if not (isinstance(entry, list) and len(entry) == 3 and all(isinstance(part, str) for part in entry)):
            raise ValueError(f"{_FILE.name}: {column} must be a name, a unit and a layer, not {entry!r}")
    columns = {column: Recorded(*entry) for column, entry in entries.items()}
    names = [(entry.layer, entry.label) for entry in columns.values()]
    if len(set(names)) < len(names):
        raise ValueError(f"{_FILE.name}: two columns of a layer have one name")
    return MappingProxyType(columns)


def recorded(column: str) -> Recorded:
    """What is known of a column; one that is not in the file has its own name and no unit."""
    return recorded_columns().get(column, Recorded(column))
