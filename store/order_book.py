"""``data/orders.yaml``, typed: the states, steps and limits of orders."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

import data
from store.access import COMMAND, DISTRICT, UNIT
from texts import lookup

_FILE = Path(data.__file__).with_name("orders.yaml")
LimitName = Literal["dispatch", "deal", "close"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class State(_Strict):
    """A state: its name, and the limit that runs in it; none once the order is closed."""

    name: str
    limit: LimitName | None = None


class Limit(_Strict):
    """So many days after the day on which it starts."""

    name: str
    days: int = Field(ge=0)
    count: Literal["working", "calendar"]


class Step(_Strict):
    """What can be done to an order, see the file."""

    name: str
    from_: tuple[str, ...] = Field(alias="from")
    to: str | None = None
    who: tuple[Literal["command", "district", "unit"], ...]
    asks: tuple[Literal["reason", "limit", "unit"], ...] = ()
    restarts: tuple[LimitName, ...] = ()
    proposed: bool = False
    photo: str | None = None


class PhotoLimits(_Strict):
    """What is taken as a photo, and how it is kept."""

    kinds: Mapping[str, str]
    most_mb: int = Field(gt=0)
    most_megapixels: int = Field(gt=0)
    longest_px: int = Field(gt=0)
    quality: int = Field(ge=1, le=95)
    most: int = Field(gt=0)


class OrderBook(_Strict):
    """All of the file."""

    states: Mapping[str, State]
    limits: Mapping[LimitName, Limit]
    steps: Mapping[str, Step]
    levels: tuple[str, ...]
    level_names: Mapping[str, str]
    most_note: int = Field(gt=0)
    photos: PhotoLimits
    reopen_within_days: int = Field(ge=0)
    statutory: Mapping[int, frozenset[date]]

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> "OrderBook":
        named = {state for step in self.steps.values() for state in (*step.from_, *([step.to] if step.to else []))}
        if unknown := named - set(self.states):
            raise ValueError(f"steps name states that are not there: {sorted(unknown)}")
        if self.levels != (UNIT, DISTRICT, COMMAND) or set(self.level_names) != set(self.levels):
            raise ValueError("levels are unit, district, command, each with a name")
        if sum(state.limit is None for state in self.states.values()) != 1:
            raise ValueError("exactly one state, the closed one, has no limit")
        if strange := {step.photo for step in self.steps.values()} - {None, *self.photos.kinds}:
            raise ValueError(f"steps name kinds of photos that are not there: {sorted(strange)}")
        return self

    @property
    def first(self) -> str:
        """The state in which an order begins."""
        return next(iter(self.states))

    @property
    def closed(self) -> str:
        """The state in which it ends."""
        return next(code for code, state in self.states.items() if state.limit is None)

    def step_name(self, code: str) -> str:
        """What a step, or what the program does by itself, is called."""
        return self.steps[code].name if code in self.steps else lookup("store.orders.steps")[code]


@cache
def order_book() -> OrderBook:
    """
    The order book of the program.

    Raises
    ------
    pydantic.ValidationError
        When the file is not one.
    """
    return OrderBook.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))
