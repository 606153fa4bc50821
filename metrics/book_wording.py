"""Mistakes in a rule book, in Chinese: what stands there and what should."""

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from metrics.book import BoardLine, Draw, Flags, RedFlag, RuleBook, View, YellowFlag
from metrics.fields import Model
from metrics.rules import MODELS, Deduction, Fulfilled, Quota, Source, Tier
from texts import lookup, say

_NO_MEASURE = ("union_tag_invalid", "union_tag_not_found")
_PARTS: Mapping[str, type[Model]] = {
    "view": View,
    "flags": Flags,
    "red": RedFlag,
    "yellow": YellowFlag,
    "draw": Draw,
    "classes": BoardLine,
    "source": Source,
    "weight_source": Source,
    "exclusions_source": Source,
    "deduction": Deduction,
    "quotas": Quota,
    "over": Fulfilled,
    "tiers": Tier,
}


def problem(detail: ErrorDetails, model: type[Model] | None) -> str:
    """A mistake pydantic found, in Chinese: what stands there and what should."""
    kind, found, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(str(detail["loc"][-1]), _keys_beside(detail, model))
    if kind == "missing":
        return say("rulebook.fault.missing")
    if kind == "value_error":
        return _found(found) + str(context["error"])
    if kind in _NO_MEASURE:
        return expected("measure", found.get("measure"), known="、".join(MODELS))
    texts = lookup("rulebook.expected")
    name = kind if kind in texts else "other"
    return expected(name, found, **{key: _bound(value) for key, value in context.items() if key != "error"})


def keys_of(model: type[Model]) -> list[str]:
    """The keys that a part of a book may have, as YAML writes them."""
    keys = [info.alias or name for name, info in model.model_fields.items() if name != "origins"]
    return [*keys, "drop"] if model is RuleBook else keys


def shown_path(start: str, path: tuple) -> str:
    """A path as a reader counts: ``rules[11-road-density].quotas[1].need``."""
    text = start
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _keys_beside(detail: ErrorDetails, model: type[Model] | None) -> list[str]:
    """The keys that may stand where an unknown one stands."""
    for part in path_of(detail)[:-1]:
        model = _PARTS.get(part) if isinstance(part, str) else model
    return [] if model is None else keys_of(model)


def unknown_key(name: str, allowed: list[str]) -> str:
    """That there is no such key, which one may be meant, and which there are."""
    close = get_close_matches(name, allowed, n=1)
    hint = say("rulebook.fault.did_you_mean", close=close[0]) if close else ""
    return say("rulebook.fault.unknown_key", hint=hint, allowed="、".join(allowed))


def expected(name: str, found: object, **values: object) -> str:
    """What stands there and what is expected there: the text ``rulebook.expected.<name>``."""
    return _found(found) + say(f"rulebook.expected.{name}", **values)


def _found(found: object) -> str:
    if isinstance(found, dict | list | tuple):
        return ""
    return say("rulebook.fault.found", found=_shown(found))


def _bound(value: object) -> str:
    """A limit pydantic names: a number, or a list of words in English."""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace(" or ", "、").replace(", ", "、").replace("'", "")


def _shown(found: object) -> str:
    """A value as a sentence can show it: short, on one line."""
    if found is None:
        return say("rulebook.nothing")
    if isinstance(found, bool):
        return str(found).lower()
    text = " ".join(str(found).split())
    return text if len(text) <= 40 else text[:40] + "…"


def path_of(detail: ErrorDetails) -> tuple:
    """Where a mistake is, in the keys of the file: without the measure that a union of rules puts first."""
    path = tuple(detail["loc"])
    if detail["type"] in _NO_MEASURE:
        return ("measure",)
    return path[1:] if path and path[0] in MODELS else path
