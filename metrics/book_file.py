"""The text of a rule book: a plain tree of values that knows the line of every key, and the faults found in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from data.errors import DataError
from texts import say

MAX_BYTES = 128 * 1024
_MOST_FAULTS = 100
_MAX_DEPTH = 12
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?([0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "True": True, "false": False, "False": False}
_HINTS = (
    ("'\\t'", "tab"),
    ("mapping values are not allowed", "colon"),
    ("could not find expected ':'", "no_colon"),
    ("end of stream", "open"),
    ("expected ',' or", "open"),
    ("expected <block end>", "indent"),
)

Path = tuple[str | int, ...]


class RuleBookError(DataError):
    """Mistakes in a rule book, one sentence each: file, line, key, what was found and what was expected."""


@dataclass(frozen=True)
class Fault:
    """One mistake and its place."""

    file: str
    line: int
    key: str
    problem: str

    def __str__(self) -> str:
        if not self.key:
            return say("rulebook.fault.at_line", file=self.file, line=self.line, problem=self.problem)
        return say("rulebook.fault.at_key", file=self.file, line=self.line, place=self.key, problem=self.problem)


@dataclass(frozen=True)
class Document:
    """
    A book's text as values.

    Attributes
    ----------
    tree
        The mapping of the file: texts, whole and decimal numbers, true and false, None, lists and mappings.
    lines
        The path of every key and list item to its line, counted from 1.
    faults
        Keys that are there twice, and the like.
    """

    file: str
    tree: dict
    lines: dict[Path, int]
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Path, key: str, problem: str) -> Fault:
        """A mistake at a path of this file."""
        return Fault(self.file, self.line(path), key, problem)


def raise_book_faults(faults: Iterable[Fault]) -> None:
    """
    Do nothing without faults, else raise them, file by file from top to bottom; of very many, the first.

    Raises
    ------
    RuleBookError
        When there are any.
    """
    found = sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.key))
    if not found:
        return
    sentences = [str(fault) for fault in found[:_MOST_FAULTS]]
    if len(found) > _MOST_FAULTS:
        sentences.append(say("rulebook.fault.more", count=len(found) - _MOST_FAULTS))
    raise RuleBookError(sentences)


def read_document(text: str | bytes, *, file: str) -> Document:
    """
    The tree of a YAML text. References (``*name``), tags and several documents in one file are refused.

    Raises
    ------
    RuleBookError
        When the text is too long, not UTF-8, empty, not YAML, nested too deep or not a mapping.
    """
    decoded = _decode(text, file)
    reader = _TreeReader(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(decoded):
            reader.take(event)
    except MarkedYAMLError as error:
        raise_book_faults([*reader.faults, _syntax_fault(error, file)])
    except YAMLError as error:
        raise RuleBookError(say("rulebook.fault.characters", file=file)) from error
    if not isinstance(reader.root, dict):
        raise RuleBookError(say("rulebook.fault.no_mapping", file=file))
    return Document(file, reader.root, reader.lines, reader.faults)


def _decode(text: str | bytes, file: str) -> str:
    raw = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    if len(raw) > MAX_BYTES:
        raise RuleBookError(say("rulebook.fault.too_long", file=file, size=len(raw) // 1024, most=MAX_BYTES // 1024))
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RuleBookError(str(Fault(file, line, "", say("rulebook.fault.not_utf8")))) from error
    if not decoded.strip():
        raise RuleBookError(say("rulebook.fault.empty", file=file))
    return decoded


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or ""
    hint = next((name for words, name in _HINTS if words in problem), "other")
    line = mark.line + 1 if mark else 1
    return Fault(file, line, "", say("rulebook.fault.syntax", hint=say(f"rulebook.syntax.{hint}")))


def _value(event: ScalarEvent) -> str | int | float | bool | None:
    """A scalar by the core rules of YAML 1.2; what is quoted or a block is text."""
    text = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


@dataclass
class _Frame:
    """A list or mapping that is being read; ``key`` is the key whose value comes next."""

    path: Path
    holder: dict | list
    key: str | None = None


class _TreeReader:
    """Builds the tree event by event, so that a hostile file is refused before it is unfolded."""

    def __init__(self, file: str):
        self.file = file
        self.root: object = None
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self._frames: list[_Frame] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(line, "documents")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._frames.pop()
        elif isinstance(event, AliasEvent):
            self._refuse(line, "alias")
        elif isinstance(event, NodeEvent):
            self._node(event, line)

    def _node(self, event: NodeEvent, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            self._refuse(line, "tag")
        if len(self._frames) >= _MAX_DEPTH:
            self._refuse(line, "deep")
        if self._expects_key():
            self._key(event, line)
        elif isinstance(event, ScalarEvent):
            self._put(_value(event), line)
        else:
            holder: dict | list = {} if isinstance(event, MappingStartEvent) else []
            self._frames.append(_Frame(self._put(holder, line), holder))

    def _expects_key(self) -> bool:
        return bool(self._frames) and isinstance(self._frames[-1].holder, dict) and self._frames[-1].key is None

    def _key(self, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            self._refuse(line, "key")
        frame = self._frames[-1]
        path = (*frame.path, event.value)
        if path in self.lines:
            first = self.lines[path]
            self.faults.append(Fault(self.file, line, event.value, say("rulebook.fault.twice", line=first)))
        else:
            self.lines[path] = line
        frame.key = event.value

    def _put(self, value: object, line: int) -> Path:
        """Hang a value where it belongs; its path."""
        if not self._frames:
            self.root = value
            return ()
        frame = self._frames[-1]
        if isinstance(frame.holder, dict):
            path = (*frame.path, frame.key)
            frame.holder[frame.key] = value
            frame.key = None
            return path
        path = (*frame.path, len(frame.holder))
        frame.holder.append(value)
        self.lines[path] = line
        return path

    def _refuse(self, line: int, reason: str) -> None:
        raise_book_faults([*self.faults, Fault(self.file, line, "", say(f"rulebook.refused.{reason}"))])
