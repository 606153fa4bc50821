"""How fast the wall moves and how much of it is shown: pace.yaml, typed."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("pace.yaml")


class Pace(BaseModel):
    """See pace.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    refresh: float = Field(gt=0)
    turn: float = Field(gt=0)
    resume: float = Field(gt=0)
    stale_after: int = Field(ge=1)
    fade_ms: int = Field(ge=0, le=300)
    ticker_px: float = Field(gt=0)
    news: int = Field(ge=1)
    rounds: int = Field(ge=2)
    drawn_roads: int = Field(ge=1)


@cache
def pace() -> Pace:
    """The pace of this installation, read once."""
    return Pace.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))
