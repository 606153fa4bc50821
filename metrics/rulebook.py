"""Rule books out of YAML files: found, merged with the books they extend, and checked to the line."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from metrics.book import ROUTINE, BoardLine, Draw, Flags, RuleBook, View
from metrics.book_file import MAX_BYTES, Document, Fault, RuleBookError, raise_book_faults, read_document
from metrics.book_merge import Draft, merged
from metrics.book_wording import expected, keys_of, path_of, problem, shown_path, unknown_key
from metrics.fields import Model
from metrics.requirements import describe, requirement_table
from metrics.rules import MODELS, RULE, Rule, in_phase, phase_fields
from texts import say

__all__ = [
    "BoardLine",
    "Draw",
    "Flags",
    "RuleBook",
    "RuleBookError",
    "View",
    "describe",
    "load_rulebook",
    "parse_rulebook",
    "requirement_table",
    "shipped_rulebooks",
]

_DATA = Path(__file__).parents[1] / "data"
_SHIPPED = _DATA / "rulebooks"
_DEFAULTS = _DATA / "rulebook_defaults.yaml"


def shipped_rulebooks() -> list[str]:
    """The names of the books that come with the product, the fullest first."""
    return sorted((file.stem for file in _SHIPPED.glob("*.yaml")), key=lambda name: (name != "zhoushan-2017", name))


def load_rulebook(name_or_path: str | Path) -> RuleBook:
    """
    A shipped book by its name, or any book by the path of its file.

    Raises
    ------
    RuleBookError
        When there is no such book or it has mistakes: all of them, each with file, line, key and what was expected.
    """
    file = _find(str(name_or_path))
    return _assemble(_with_ancestors(_read(file), folder=file.parent, path=file.resolve()))


def parse_rulebook(text: str | bytes, *, file: str) -> RuleBook:
    """
    The book of a YAML text that somebody handed in; it may extend shipped books only.

    Parameters
    ----------
    file
        The name that mistakes are reported under.

    Raises
    ------
    RuleBookError
        As `load_rulebook`.
    """
    return _assemble(_with_ancestors(read_document(text, file=file), folder=None, path=None))


# --- finding


def _find(name: str) -> Path:
    if name in shipped_rulebooks():
        return _SHIPPED / f"{name}.yaml"
    path = Path(name)
    if not path.is_file():
        raise RuleBookError(say("rulebook.fault.not_found", name=name, shipped="、".join(shipped_rulebooks())))
    return path


def _read(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RuleBookError(say("rulebook.fault.unreadable", file=path.name)) from error
    return read_document(raw, file=path.name)


@cache
def _defaults() -> Document:
    return _read(_DEFAULTS)


def _with_ancestors(document: Document, *, folder: Path | None, path: Path | None) -> list[Document]:
    """The defaults, then every book that is extended, the oldest first, then the book itself."""
    chain, seen = [document], [path]
    while (name := chain[0].tree.get("extends")) is not None:
        parent = _parent(chain[0], name, folder)
        if parent.resolve() in seen:
            names = " → ".join([*(book.file for book in reversed(chain)), parent.name])
            raise_book_faults([_extends_fault(chain[0], say("rulebook.fault.cycle", chain=names))])
        seen.append(parent.resolve())
        folder = parent.parent
        chain.insert(0, _read(parent))
    return [_defaults(), *chain]


def _parent(document: Document, name: object, folder: Path | None) -> Path:
    if name in shipped_rulebooks():
        return _SHIPPED / f"{name}.yaml"
    if not isinstance(name, str):
        raise_book_faults([_extends_fault(document, expected("string_type", name))])
    shipped = "、".join(shipped_rulebooks())
    if folder is None:
        raise_book_faults([_extends_fault(document, say("rulebook.fault.extends_shipped", name=name, shipped=shipped))])
    parent = folder / name
    if not parent.is_file():
        raise_book_faults([_extends_fault(document, say("rulebook.fault.not_found", name=name, shipped=shipped))])
    return parent


def _extends_fault(document: Document, problem: str) -> Fault:
    return document.fault(("extends",), "extends", problem)


# --- checking


def _assemble(chain: list[Document]) -> RuleBook:
    merge = merged(chain)
    faults = merge.faults
    own_classes = _own_classes(merge.head.values)
    phases = merge.head.values.get("phases")
    rules = {
        id: rule
        for id, draft in merge.rules.items()
        if (rule := _checked_rule(id, draft, phases, own_classes, faults)) is not None
    }
    board = _board(merge.head.values.get("classes"), rules.values())
    if "origins" in merge.head.values:
        _note(merge.head, ("origins",), "origins", unknown_key("origins", keys_of(RuleBook)), faults)
    head = {**merge.head.values, "classes": board, "rules": (), "origins": {}}
    book = _validated(lambda: RuleBook.model_validate(head, context=own_classes), merge.head, "", RuleBook, faults)
    if book is not None:
        faults += _book_faults(book, merge.head)
    if not merge.rules and not any(fault.key.startswith("rules") for fault in faults):
        faults.append(chain[-1].fault(("rules",), "rules", say("rulebook.fault.no_rules")))
    raise_book_faults(faults)
    place = {line.class_: at for at, line in reversed(list(enumerate(book.classes)))}
    ordered = sorted(rules.values(), key=lambda rule: place[rule.class_])
    origins = {rule.id: merge.rules[rule.id].origins for rule in ordered}
    return book.model_copy(update={"rules": tuple(ordered), "origins": origins})


def _own_classes(head: dict) -> frozenset[str]:
    """The classes that a book names and labels itself, in its board."""
    board = head.get("classes")
    lines = [line for line in board if isinstance(line, dict)] if isinstance(board, list) else []
    return frozenset(line["class"] for line in lines if isinstance(line.get("class"), str) and line.get("label"))


def _board(given: object, rules: Iterable[Rule]) -> object:
    """The board as given, with the classes of rules it does not list put at its end."""
    if given is not None and not isinstance(given, list):
        return given
    board = list(given or [])
    listed = {BoardLine(number="0", class_=line["class"]).class_ for line in board if _names_class(line)}
    for rule in rules:
        if rule.class_ not in listed:
            listed.add(rule.class_)
            board.append({"number": rule.clause, "class": rule.class_})
    return board


def _names_class(line: object) -> bool:
    return isinstance(line, dict) and isinstance(line.get("class"), str) and bool(line["class"])


def _checked_rule(
    id: str, draft: Draft, phases: object, own_classes: frozenset[str], faults: list[Fault]
) -> Rule | None:
    """The rule of a draft, also as it is in each phase; None, and the faults noted, when it has mistakes."""
    known = phases if isinstance(phases, dict) else {}
    where, before = f"rules[{id}]", len(faults)
    model = MODELS.get(str(draft.values.get("measure")))
    rule = _validated(lambda: RULE.validate_python(draft.values, context=own_classes), draft, where, model, faults)
    if rule is None:
        return None
    for at, phase in enumerate(rule.only_in):
        if phase not in known:
            _note(draft, ("only_in", at), f"{where}.only_in", expected("phase", phase, known="、".join(known)), faults)
    for phase, values in rule.phases.items():
        path, key = ("phases", phase), f"{where}.phases.{phase}"
        others = [code for code in known if code != ROUTINE]
        if phase not in others:
            _note(draft, path, key, expected("other_phase", phase, known="、".join(others)), faults)
            continue
        allowed = phase_fields(rule)
        for name in values:
            if name not in allowed:
                _note(draft, (*path, name), f"{key}.{name}", unknown_key(name, allowed), faults)
        if all(name in allowed for name in values):
            _validated(
                lambda phase=phase: in_phase(rule, phase, own_classes=own_classes), draft, key, model, faults, path
            )
    return rule if len(faults) == before else None


def _book_faults(book: RuleBook, head: Draft) -> list[Fault]:
    """What single values cannot show: no routine phase, a class twice on the board, keys that are ours."""
    faults: list[Fault] = []
    if ROUTINE not in book.phases:
        _note(head, ("phases",), "phases", say("rulebook.fault.no_routine"), faults)
    first: dict[str, int] = {}
    for at, line in enumerate(book.classes):
        document, path = head.place(("classes", at))
        if line.class_ in first:
            problem = say("rulebook.fault.class_twice", name=line.class_, line=first[line.class_])
            faults.append(document.fault(path, f"classes[{at + 1}].class", problem))
        first.setdefault(line.class_, document.line(path))
    return faults


def _validated(
    build: Callable[[], Model],
    draft: Draft,
    where: str,
    model: type[Model] | None,
    faults: list[Fault],
    within: tuple = (),
):
    """What ``build`` makes; None, and its mistakes noted with their lines, when it cannot."""
    try:
        return build()
    except ValidationError as error:
        details = error.errors(include_url=False)
        inner = {path_of(detail)[:-1] for detail in details}
        for detail in details:
            path = path_of(detail)
            if detail["type"] == "too_short" and path in inner:
                continue  # its items were given, but are wrong themselves
            _note(draft, (*within, *path), shown_path(where, path), problem(detail, model), faults)
    return None


def _note(draft: Draft, path: tuple, key: str, problem: str, faults: list[Fault]) -> None:
    document, full = draft.place(path)
    faults.append(document.fault(full, key, problem))
