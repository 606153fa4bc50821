"""Rule books laid over each other: the defaults, the books that are extended, the book itself."""

from dataclasses import dataclass, field

from metrics.book_file import Document, Fault
from metrics.book_wording import expected
from metrics.rules import RuleBase
from texts import say

_OWN = frozenset({"id", "title", "document", "edition", "extends", "note"})  # never inherited
_MERGED = frozenset({"view", "flags"})  # changed field by field
_SOURCES = ("weight_source", "exclusions_source")


@dataclass(frozen=True)
class Draft:
    """Values that are not checked yet, and where each was written: the latest place last."""

    values: dict
    places: tuple[tuple[Document, tuple], ...]
    origins: tuple[str, ...] = ()

    def place(self, path: tuple) -> tuple[Document, tuple]:
        """The document and path that a value comes from: the latest that writes its first key."""
        for document, root in reversed(self.places):
            if path and (*root, path[0]) in document.lines:
                return document, (*root, *path)
        document, root = self.places[-1]
        return document, root


@dataclass
class Merge:
    """What is left of a chain of books once they are laid over each other."""

    head: Draft
    rules: dict[str, Draft] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def merged(chain: list[Document]) -> Merge:
    """
    The books of a chain, oldest first, laid over each other: heads key by key, rules by their ids.

    A later book inherits all but a book's own name and edition; it changes single keys of a rule, adds rules, and
    drops those of its ``drop``. What it changes must name its source.
    """
    merge = Merge(Draft({}, ()))
    for document in chain:
        merge.faults += document.faults
        _merge_head(merge, document)
        _drop(merge, document)
        _merge_rules(merge, document)
    return merge


def _merge_head(merge: Merge, document: Document) -> None:
    values = {key: value for key, value in merge.head.values.items() if key not in _OWN}
    for key, value in document.tree.items():
        if key in ("rules", "drop"):
            continue
        if key in _MERGED and isinstance(value, dict):
            if "source" not in value:
                merge.faults.append(document.fault((key,), f"{key}.source", say("rulebook.fault.change_source")))
            old = values.get(key)
            value = {**(old if isinstance(old, dict) else {}), **_with_edition(value, document)}
        elif key == "draw" and isinstance(value, dict):
            value = _with_edition(value, document)
        elif key in _SOURCES:
            value = _with_edition({"source": value}, document)["source"]
        values[key] = value
    if "exclusions_source" not in document.tree:
        merge.faults += [
            document.fault((key,), key, say("rulebook.fault.exclusions_source"))
            for key in ("excluded_carriers", "excluded_conditions")
            if key in document.tree
        ]
    merge.head = Draft(values, (*merge.head.places, (document, ())))


def _drop(merge: Merge, document: Document) -> None:
    dropped = document.tree.get("drop", [])
    if not isinstance(dropped, list):
        merge.faults.append(document.fault(("drop",), "drop", expected("list", dropped)))
        return
    for at, id in enumerate(dropped):
        if not isinstance(id, str) or id not in merge.rules:
            known = "、".join(merge.rules) or say("rulebook.none")
            merge.faults.append(
                document.fault(("drop", at), "drop", say("rulebook.fault.drop_unknown", id=id, known=known))
            )
        else:
            del merge.rules[id]


def _merge_rules(merge: Merge, document: Document) -> None:
    rules = document.tree.get("rules", [])
    if not isinstance(rules, list):
        merge.faults.append(document.fault(("rules",), "rules", expected("list", rules)))
        return
    first: dict[str, int] = {}
    for at, rule in enumerate(rules):
        path = ("rules", at)
        if not isinstance(rule, dict):
            merge.faults.append(document.fault(path, f"rules[{at + 1}]", expected("mapping", rule)))
            continue
        id = rule.get("id")
        if not isinstance(id, str):
            merge.faults.append(document.fault((*path, "id"), f"rules[{at + 1}].id", expected("id", id)))
            continue
        if id in first:
            problem = say("rulebook.fault.id_twice", id=id, line=first[id])
            merge.faults.append(document.fault((*path, "id"), f"rules[{id}].id", problem))
            continue
        first[id] = document.line(path)
        _merge_rule(merge, id, rule, document, path)


def _merge_rule(merge: Merge, id: str, rule: dict, document: Document, path: tuple) -> None:
    origin = str(document.tree.get("id", document.file))
    old = merge.rules.get(id)
    values = _with_edition(rule, document)
    if old is None:
        merge.rules[id] = Draft(values, ((document, path),), (origin,))
        return
    if "source" not in rule:
        merge.faults.append(document.fault(path, f"rules[{id}].source", say("rulebook.fault.change_source")))
    base = old.values
    if rule.get("measure", base.get("measure")) != base.get("measure"):
        common = {info.alias or name for name, info in RuleBase.model_fields.items()}
        base = {key: value for key, value in base.items() if key in common - {"phases"}}
    merge.rules[id] = Draft({**base, **values}, (*old.places, (document, path)), (*old.origins, origin))


def _with_edition(part: dict, document: Document) -> dict:
    """The part with the document and edition of its file filled into its source."""
    source = part.get("source")
    if not isinstance(source, dict):
        return part
    known = {key: document.tree[key] for key in ("document", "edition") if key in document.tree}
    return {**part, "source": {**known, **source}}
