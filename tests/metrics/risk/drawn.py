"""Small cities and books with a draw, and the same questions answered by trying every draw."""

from collections import defaultdict
from fractions import Fraction
from itertools import combinations, product

import shapely

from data.city import City
from tests.cities import city, district, road, site, sites_along, venue
from tests.metrics.judging import SOURCE, along_rule, book_of, within_rule

Chances = dict[float, Fraction]


def draw_of(**counts: int) -> dict:
    """The ``draw`` of a book."""
    return {"counts": counts, "source": SOURCE}


def stop_rule(need: int = 2, points: float = 4, **fields) -> dict:
    """So many sites within 30 m of a stop; ``points`` for each missing."""
    return within_rule(need, "bus_stop", id="stop", deduction={"per_missing": points}, **fields)


def walk_rule(window_m: float = 500, need: int = 5, points: float = 2, **fields) -> dict:
    """So many sites on each walk; ``points`` for each missing."""
    return along_rule(window_m, need, id="walk", deduction={"per_missing": points}, **fields)


def stops(*held: int, east_from: int = 10**9) -> City:
    """
    Stops 1 km apart, each with so many sites beside it, in two districts; those from ``east_from`` on lie in the east::

        西区             东区
        o--1km--o--1km--|--o--1km--o
    """
    border = east_from * 1000 - 500 if east_from < len(held) else len(held) * 1000 + 500
    return city(
        districts=[
            district("东区", border, -900, 10_000_000, 900),
            district("西区", -900, -900, border, 900),
        ]
        if east_from < len(held)
        else [district("西区", -900, -900, border, 900)],
        roads=[road("人民路", (0, 300), (1000, 300))],
        venues=[venue(f"b{i:03d}", "bus_stop", shapely.Point(1000 * i, 0)) for i in range(len(held))],
        sites=[site(f"s{i}-{j}", 1000 * i + j, 0) for i, n in enumerate(held) for j in range(n)]
        or [site("far", 0, -800)],
    )


def street(*at: float, length: float = 1000, **columns) -> City:
    """One street from west to east with sites at these metres."""
    return city(
        districts=[district("西区", -900, -900, 50_000, 900)],
        roads=[road("人民路", (0, 0), (length, 0))],
        sites=sites_along(*at, **columns) or [site("far", 0, -800)],
    )


def drawn_by_trying(subjects: list[Chances], drawn: int) -> Chances:
    """The distribution of the summed losses of ``drawn`` subjects: every set, every outcome of each."""
    sets = list(combinations(range(len(subjects)), drawn))
    found: Chances = defaultdict(Fraction)
    for chosen in sets:
        for outcome in product(*(subjects[i].items() for i in chosen)):
            chance = Fraction(1, len(sets))
            for _, likely in outcome:
                chance *= likely
            found[sum(amount for amount, _ in outcome)] += chance
    return dict(found)


def walk_by_trying(at: list[int], length: int, window: int, need: int, points: float) -> Chances:
    """What a walk costs, from the middle of every metre it may start in; all positions whole metres."""
    if length <= window:
        need = -(-need * length // window) if length < window else need
        return {points * max(need - len(at), 0): Fraction(1)}
    found: Chances = defaultdict(Fraction)
    for start in range(length - window):
        held = sum(start + 0.5 <= x <= start + 0.5 + window for x in at)
        found[points * max(need - held, 0)] += Fraction(1, length - window)
    return dict(found)


__all__ = ["book_of", "draw_of", "drawn_by_trying", "stop_rule", "stops", "street", "walk_by_trying", "walk_rule"]
