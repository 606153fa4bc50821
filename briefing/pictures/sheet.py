"""A sheet: the size of a picture's page, its title and its map approval number."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

_FILE = Path(__file__).resolve().parents[2] / "look" / "sheets.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Size(_Part):
    """A page: its sides and margin, mm; what a pixel of the look measures on it; its type, points; its side column."""

    name: str
    long: float
    short: float
    margin: float
    px: float
    title: float
    text: float
    note: float
    side: float
    upright: bool


class Alone(_Part):
    """A picture without a page."""

    px: float
    text: float
    note: float


class Widths(_Part):
    """Widths in pixels at each of ``metres_per_px``."""

    lane: tuple[float, ...]
    secondary: tuple[float, ...]
    trunk: tuple[float, ...]
    ring: tuple[float, ...]
    stretch: tuple[float, ...]
    diamond: tuple[float, ...]
    site: tuple[float, ...]


class Measures(_Part):
    """All of look/sheets.yaml."""

    dpi: int
    most_close_ups: int
    sizes: dict[str, Size]
    alone: Alone
    metres_per_px: tuple[float, ...]
    widths: Widths
    lanes_to: float
    buildings_to: float
    sites_to: float


@cache
def measures() -> Measures:
    """The measures of pictures, read once."""
    return Measures.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Sheet:
    """
    The page of a map.

    Attributes
    ----------
    size
        ``a4``, ``a3`` or ``16x9``, see look/sheets.yaml.
    portrait
        Whether it stands upright.
    approval
        The map approval number (审图号); a blank to be filled in when empty.
    title
        What is said above the map; when empty, what was found.

    Raises
    ------
    ValueError
        When there is no such size, or it does not stand upright.
    """

    size: str = "a4"
    portrait: bool = False
    approval: str = ""
    title: str = ""

    def __post_init__(self):
        if self.size not in measures().sizes:
            raise ValueError(f"no page size {self.size!r}; there are {', '.join(measures().sizes)}")
        if self.portrait and not self.page.upright:
            raise ValueError(f"a page of {self.size} does not stand upright")

    @property
    def page(self) -> Size:
        """The measures of the page."""
        return measures().sizes[self.size]

    @property
    def width_mm(self) -> float:
        """From left to right."""
        return self.page.short if self.portrait else self.page.long

    @property
    def height_mm(self) -> float:
        """From bottom to top."""
        return self.page.long if self.portrait else self.page.short
