"""The words a city's files may use for forms, conditions, themes, venue classes, levels and kinds of areas."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("vocabulary.yaml")
_LISTS = {"carriers", "conditions", "themes", "classes", "levels", "area_kinds", "highways"}
_IGNORED = re.compile(r"[\s_\-‐-―·・.、，,;；/()'\"“”‘’]+")
_SEPARATORS = re.compile(r"[,，、;；]+")


@dataclass(frozen=True)
class Words:
    """
    One list of words: codes, each with its Chinese name and synonyms.

    Attributes
    ----------
    labels
        Code to Chinese name, in the order of the file.
    lookup
        Every accepted spelling, as `plain` gives it, to its code.
    """

    labels: Mapping[str, str]
    lookup: Mapping[str, str]

    def code(self, word: object) -> str | None:
        """The code of a code, a Chinese name or a synonym; None when the word is not known or not a text."""
        return self.lookup.get(plain(word)) if isinstance(word, str) else None

    def label(self, code: str) -> str:
        """The Chinese name of ``code``; what has none is given back as it is."""
        return self.labels.get(code, code)

    @property
    def codes(self) -> list[str]:
        """All codes, in the order of the file."""
        return list(self.labels)

    def __contains__(self, code: object) -> bool:
        return code in self.labels

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Vocabulary:
    """The lists of words; see `Words`. ``classes`` are of venues, ``levels`` of districts, ``highways`` of roads."""

    carriers: Words
    conditions: Words
    themes: Words
    classes: Words
    levels: Words
    area_kinds: Words
    highways: Words

    def of(self, layer: str, column: str) -> Words | None:
        """
        The words that may stand in a column of a City layer; None where any text may.

        Examples
        --------
        >>> vocabulary().of("sites", "carrier").code("道旗")
        'lamp_post_flag'
        """
        name = _COLUMNS.get((layer, column))
        return None if name is None else getattr(self, name)


_COLUMNS = {
    ("sites", "carrier"): "carriers",
    ("sites", "condition"): "conditions",
    ("sites", "themes"): "themes",
    ("venues", "class"): "classes",
    ("districts", "level"): "levels",
    ("areas", "kind"): "area_kinds",
    ("roads", "highway"): "highways",
}


@cache
def vocabulary() -> Vocabulary:
    """
    The vocabulary of ``data/vocabulary.yaml``, read once.

    Raises
    ------
    ValueError
        When the file has other lists than those of `Vocabulary`, an entry is not a list of texts,
        or one word stands for two codes of the same list.

    Examples
    --------
    >>> vocabulary().conditions.label("faded")
    '褪色'
    """
    return read_vocabulary(_FILE)


def read_vocabulary(file: Path) -> Vocabulary:
    """
    The vocabulary of a YAML file; what `vocabulary` does with ours.

    Raises
    ------
    ValueError
        As `vocabulary`.
    """
    entries = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    if set(entries) != _LISTS:
        raise ValueError(f"{file.name} must have the lists {sorted(_LISTS)}, not {sorted(entries)}")
    return Vocabulary(**{name: _words(name, entries[name]) for name in entries})


def plain(word: str) -> str:
    """``word`` in one spelling: half width, lower case, without spaces, '-', '_', dots, quotes and brackets."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", word).casefold())


def split_list(text: str) -> list[str]:
    """
    The parts of a list written as text, separated by ``, ， 、 ; ；``, trimmed, without the empty ones.

    Examples
    --------
    >>> split_list("诚信、 禁烟；中国梦")
    ['诚信', '禁烟', '中国梦']
    """
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _words(name: str, entries: Mapping[str, Iterable[str]]) -> Words:
    lookup: dict[str, str] = {}
    labels: dict[str, str] = {}
    for code, names in entries.items():
        if not isinstance(names, list) or not names or not all(isinstance(word, str) for word in names):
            raise ValueError(f"{name}.{code} must be a list of texts, the Chinese name first")
        labels[code] = names[0]
        for word in (code, *names):
            other = lookup.setdefault(plain(word), code)
            if other != code:
                raise ValueError(f"{name}: {word!r} stands for both {other} and {code}")
    return Words(MappingProxyType(labels), MappingProxyType(lookup))
