"""The invented names of the demo city, each given once."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("names.yaml")


@cache
def gazetteer() -> Mapping:
    """The names as they stand in ``names.yaml``, read once."""
    return MappingProxyType(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))


def road_units(districts: Iterable[str], streets: Iterable[str | None]) -> list[str | None]:
    """Who answers for each street: one of the units that share the roads of its district; None without a name."""
    book = gazetteer()
    choice = {district: [book["units"][key] for key in keys] for district, keys in book["road_units"].items()}
    return [
        choice[district][sum(map(ord, street)) % len(choice[district])] if isinstance(street, str) else None
        for district, street in zip(districts, streets, strict=True)
    ]


class Names:
    """
    Gives out names of roads in an order drawn by lot; no name comes twice.

    Parameters
    ----------
    random
        Draws the order.
    """

    def __init__(self, random: np.random.Generator):
        book = gazetteer()
        self._roads = iter(random.permutation(np.array(book["roads"], dtype=object)).tolist())
        firsts, lasts = book["lanes"]["first"], book["lanes"]["last"]
        pairs = [first + last for first in firsts for last in lasts]
        self._lanes = iter(random.permutation(np.array(pairs, dtype=object)).tolist())
        self._lists = {key: iter(book[key]) for key in ("riverside_north", "riverside_south", "shore")}
        north, east, south, west = book["ring"]
        self.ring_from_north_east: tuple[str, ...] = (north, west, south, east)  # counter-clockwise
        self.motorway: Mapping[str, str] = book["motorway"]
        self.boulevard: str = book["boulevard"]

    def family(self, count: int, ends: tuple[str, str], suffix: str) -> list[str]:
        """Names of ``count`` roads in a row: one root with the two ``ends`` and what lies between them."""
        root = self._root()
        if count == 1:
            return [f"{root}{suffix}"]
        first, last = f"{root}{ends[0]}{suffix}", f"{root}{ends[1]}{suffix}"
        if count == 2:
            return [first, last]
        return [first, f"{root}{suffix}", last, *self.each(count - 3, suffix)]

    def each(self, count: int, suffix: str) -> list[str]:
        """Names of ``count`` roads that have nothing to do with each other."""
        return [f"{self._root()}{suffix}" for _ in range(count)]

    def listed(self, key: str, count: int) -> list[str]:
        """The next ``count`` names of a list of the gazetteer, then any."""
        return [next(self._lists[key], None) or f"{self._root()}路" for _ in range(count)]

    def lane(self) -> str | None:
        """The name of a lane; None when they are all given out."""
        root = next(self._lanes, None)
        return root and f"{root}巷"

    def lane_street(self) -> str | None:
        """The name of a tertiary street; None when they are all given out."""
        root = next(self._lanes, None)
        return root and f"{root}街"

    def _root(self) -> str:
        return next(self._roads)


class VenueNames:
    """
    Gives out names of venues; no name comes twice.

    Parameters
    ----------
    random
        Draws the order of the places.
    """

    _STREET = MappingProxyType(
        {
            "bus_stop": ("站", "口站", "中站", "新村站", "花园站", "公园站", "市场站", "桥站"),
            "litter_bin": ("废物箱",),
            "hydrant": ("消火栓",),
        }
    )

    def __init__(self, random: np.random.Generator):
        self._patterns = gazetteer()["venues"]
        self._places = random.permutation(np.array(gazetteer()["places"], dtype=object)).tolist()
        self._count: dict[str, int] = {}
        self._given: set[str] = set()

    def of(self, klass: str, hint: str | None) -> str:
        """The next name of a venue of ``klass``; ``hint`` is its street, or what kind of place it is."""
        while True:
            name = self._next(klass, hint)
            if name not in self._given:
                self._given.add(name)
                return name

    def _next(self, klass: str, hint: str | None) -> str:
        key = f"{klass}{hint}" if klass in self._STREET else klass
        number = self._count.get(key, 0)
        self._count[key] = number + 1
        if klass in self._STREET:
            ends = self._STREET[klass]
            if klass != "bus_stop":
                return f"{hint}{number + 1}号{ends[0]}"
            return f"{hint}{ends[number % len(ends)]}" + (
                f"（{number // len(ends) + 1}）" if number >= len(ends) else ""
            )
        patterns = self._patterns[klass]
        fixed = [pattern for pattern in patterns if "{" not in pattern]
        if number < len(fixed):
            return fixed[number]
        moving = [pattern for pattern in patterns if "{" in pattern]
        if not moving:
            return f"{fixed[number % len(fixed)]}{number // len(fixed) + 1}号"
        place = self._places[(number + 7 * len(klass)) % len(self._places)]
        again = number // len(self._places)
        name = moving[number % len(moving)].format(place=place, hint=hint, n=100 + 3 * number)
        return name if not again else f"{name}（{'东西南北中'[again - 1]}）"
