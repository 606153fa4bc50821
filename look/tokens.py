"""How the product looks: colours by their use, and the script that draws a city's map in a browser."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("tokens.yaml")
_MAP_SCRIPT = Path(__file__).with_name("map.js")


class Colours(BaseModel):
    """The colours of one ground, light or dark, by what they are used for (see tokens.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    bg: str
    line: str
    panel: str
    text1: str
    text2: str
    text3: str
    fail: str
    fail_casing: str
    pass_: str = Field(alias="pass")
    unknown: str
    action: str
    chosen: str
    red_flag: str
    red_flag_fringe: str
    yellow_flag: str
    sea: str
    outside: str
    land: str
    chosen_district: str
    green: str
    border: str
    building: str
    lane: str
    secondary: str
    trunk: str
    ring: str
    phases: tuple[str, str, str, str]
    scores: tuple[str, str, str, str, str, str]


class Tokens(BaseModel):
    """All of tokens.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    light: Colours
    dark: Colours
    score_bounds: tuple[float, ...]
    fonts: str


@cache
def tokens() -> Tokens:
    """The tokens of the product, read once."""
    return Tokens.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))


def colours(ground: str = "light") -> Colours:
    """The colours on a ``"light"`` or a ``"dark"`` ground."""
    return getattr(tokens(), ground)


def score_colour(score: float, ground: str = "light") -> str:
    """The fill of a table cell that holds ``score`` (0 to 100); the worse, the more it stands out."""
    step = sum(score >= bound for bound in tokens().score_bounds)
    return colours(ground).scores[step]


@cache
def map_script() -> str:
    """The script that draws a city's map on a Leaflet map: an expression, see its ``ground`` and ``findings``."""
    return _MAP_SCRIPT.read_text(encoding="utf-8")


def map_palette() -> dict[str, str]:
    """The colours that the map script asks for, by the names it uses."""
    light = colours()
    names = ("land", "green", "sea", "outside", "border", "lane", "secondary", "trunk", "ring", "fail", "unknown")
    own = {name: getattr(light, name) for name in names}
    return own | {"casing": light.fail_casing, "pass": light.pass_, "text": light.text1, "north": light.text2}
