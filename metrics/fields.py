"""The kinds of values a rule book holds: numbers within their bounds, words of the vocabularies, classes."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, Strict, ValidationInfo

from data.vocabulary import vocabulary
from texts import say

Number = Annotated[float, Strict()]
Metres = Annotated[float, Strict(), Field(gt=0)]
Margin = Annotated[float, Strict(), Field(ge=0)]
Part = Annotated[float, Strict(), Field(ge=0, le=1)]
Count = Annotated[int, Strict(), Field(ge=1)]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Field(min_length=1)]
Operator = Literal[">=", "<=", ">", "<"]


def _word_of(name: str) -> Callable[[str], str]:
    def code(word: str) -> str:
        words = getattr(vocabulary(), name)
        known = words.code(word)
        if known is None:
            raise ValueError(say("rulebook.expected.word", list=say(f"rulebook.lists.{name}"), codes="、".join(words)))
        return known

    return code


def _class_code(word: str, info: ValidationInfo) -> str:
    """The code of a class; without a context (the classes the book names itself) any word will do."""
    known = vocabulary().classes.code(word)
    if known is None and info.context is not None and word not in info.context:
        raise ValueError(say("rulebook.expected.class"))
    return known or word


def _accepted(value: object) -> str | float:
    """A value that a column is compared with: a text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(say("rulebook.expected.accepted"))
    return value if isinstance(value, str) else float(value)


def check_range(model: BaseModel, low: str, high: str) -> None:
    smallest, largest = getattr(model, low), getattr(model, high)
    if smallest is not None and largest is not None and smallest >= largest:
        raise ValueError(say("rulebook.expected.range", low=low, high=high))


Carrier = Annotated[Text, AfterValidator(_word_of("carriers"))]
Condition = Annotated[Text, AfterValidator(_word_of("conditions"))]
Theme = Annotated[Text, AfterValidator(_word_of("themes"))]
Accepted = Annotated[str | float, PlainValidator(_accepted)]
ClassCode = Annotated[Text, AfterValidator(_class_code)]
AreaKind = Annotated[Text, AfterValidator(_word_of("area_kinds"))]


class Model(BaseModel):
    """What every part of a book has in common: frozen, and no key but those it names."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        coerce_numbers_to_str=True,
        str_strip_whitespace=True,
    )
