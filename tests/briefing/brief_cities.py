"""Cities on which documents may break: hostile names, very many units, no districts, nothing at all."""

import shapely

from data.city import City
from tests.cities import city, district, road, site, sites_along, venue

SCRIPT = "<script>alert(1)</script>`${alert(2)}`"
FORMULA = '=HYPERLINK("http://x","y")'
LONG = "很长的名字" * 60
RARE = "𠮷龘\x0b\x00\ud800路\u202e"


def hostile_city() -> City:
    """Names that are scripts, formulas, overlong, or hold what XML cannot."""
    return city(
        districts=[
            district(SCRIPT, -500, -500, 1000, 1000, unit=FORMULA),
            district(LONG, 1000, -500, 2500, 1000, unit=LONG),
        ],
        roads=[road(FORMULA, (0, 0), (2000, 0)), road("𠮷龘路", (0, 300), (2000, 300))],
        venues=[
            venue("Q1", "square", shapely.box(1450, 450, 1550, 550), name=LONG),
            venue("Q2", "square", shapely.box(450, 450, 550, 550), name=SCRIPT),
        ],
        sites=[site("o1", 50, 5), site("o2", 1480, 500)],
    )


def plain_city() -> City:
    """A street and no districts."""
    return city(roads=[road("路", (0, 0), (1500, 0))], sites=sites_along(100, 900))


def good_city() -> City:
    """One district in which the street passes."""
    return city(
        districts=[district("好区", -500, -500, 2500, 1000)],
        roads=[road("路", (0, 0), (1500, 0))],
        sites=sites_along(*range(0, 1501, 50)),
    )


def city_of_units(count: int) -> City:
    """So many squares without an ad, each of a unit of its own."""
    return city(
        districts=[district("大区", -500, -500, 60_000, 1000)],
        venues=[
            venue(f"Q{n}", "square", shapely.box(100 * n, 0, 100 * n + 50, 50), name=f"广场{n}", unit=f"单位{n:03d}")
            for n in range(count)
        ],
        sites=[site("o1", 50_000, 900)],
    )
