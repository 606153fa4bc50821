"""Small drawn cities with gaps that a handful of moves can close, and books for them."""

import numpy as np
import shapely

from data.city import City
from metrics.book import RuleBook
from metrics.plan import Offer
from tests.cities import EAST, NORTH, building, city, road, site, sites_along, venue
from tests.metrics.judging import along_rule, book_of, rule, visible_rule

EVERYWHERE = shapely.box(EAST - 1e5, NORTH - 1e5, EAST + 1e5, NORTH + 1e5)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle of the drawing in the city's CRS."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def but(*free: tuple[float, float, float, float]) -> tuple[shapely.Geometry, ...]:
    """Everything is forbidden but these rectangles of the drawing."""
    return (shapely.difference(EVERYWHERE, shapely.union_all([box(*corners) for corners in free])),)


def street(*at: float, length: float = 600, **layers) -> City:
    """A street from west to east with sites at these metres."""
    sites = [*sites_along(*at, y=12), *layers.pop("sites", [])] or [site("far", -5000, 0)]
    return city(roads=[road("人民路", (0, 0), (length, 0))], sites=sites, **layers)


def crossing(seed: int) -> tuple[City, RuleBook, Offer]:
    """Two streets that cross, a stop and a square at them, sites in all conditions: a few moves close some gaps."""
    random = np.random.default_rng(seed)
    drawn = city(
        roads=[
            road("人民路", (0, 0), (250, 0), (int(random.integers(380, 560)), 0)),
            road("解放路", (250, -200), (250, 0), (250, int(random.integers(120, 320)))),
        ],
        buildings=[building(*(corner := random.integers((150, 20), (330, 80))), *(corner + 20))],
        venues=[
            venue("st", "bus_stop", shapely.Point(int(random.integers(60, 400)), 14)),
            venue("sq", "square", shapely.box(270, 20, 330, 70)),
        ],
        sites=[_site(random, number) for number in range(int(random.integers(1, 6)))],
    )
    quotas = [{"need": 1, "themes": ["our_values"]}, {"need": 1, "carriers": ["notice_board", "screen"]}]
    rules = [
        along_rule(
            int(random.choice([200, 260, 420])),
            int(random.integers(1, 3)),
            attach=str(random.choice(["all", "nearest"])),
            short=str(random.choice(["prorate", "exempt", "whole"])),
            count=str(random.choice(["sites", "panels"])),
            quotas=quotas[: random.integers(0, 3)],
            facility_classes=["bus_stop"] if random.random() < 0.3 else [],
        ),
        rule("presence", "bus_stop", id="stop", reach_m=30, themes=["civility"], weight=2),
        visible_rule(
            int(random.integers(1, 3)), id="view", quotas=quotas[:1] if random.random() < 0.4 else [], weight=3
        ),
    ]
    offer = Offer(
        carriers=("lamp_post_flag", "notice_board") if random.random() < 0.5 else ("lamp_post_flag",),
        step_m=int(random.choice([110, 130, 170])),
        spacing_m=int(random.choice([10, 60, 120])),
        retheme=None if random.random() < 0.3 else 100,
        forbidden=(box(272, 22, 328, 68),),
    )
    return drawn, book_of(*rules[: random.integers(1, 4)]), offer


def _site(random: np.random.Generator, number: int) -> tuple:
    along = random.random() < 0.6
    at, off = int(random.integers(0, 400)), int(random.choice([-13, 13]))
    return site(
        f"s{number}",
        *((at, off) if along else (250 + off, at - 200)),
        themes=str(random.choice(["讲文明树新风", "我们的价值观", "诚信"])),
        condition=str(random.choice(["完好", "完好", "褪色"])),
        carrier=str(random.choice(["灯杆道旗", "宣传栏"])),
        panels=int(random.integers(1, 3)),
    )
