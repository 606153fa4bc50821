"""A small city with two districts and three 街道, judged by a book of three classes."""

from functools import cache

import shapely

from data.city import City
from metrics.assessment import Assessment, assess
from tests.cities import city, district, road, site, sites_along, venue
from tests.metrics.judging import SOURCE, along_rule, book_of, rule, within_rule

CORE = {"title": "核心价值观", "themes": ["core_values"], "need": 1}
BOOK = book_of(
    along_rule(500, 5, id="walk", title="道路", weight=10, deduction={"per_missing": 2}),
    within_rule(
        2, "bus_stop", id="stop", title="站点", weight=8, quotas=[CORE], deduction={"per_missing": 4, "cap": 6}
    ),
    rule("value", "vehicle", column="bus_psa", op=">=", limit=2, weight=2) | {"id": "bus", "title": "公交车"},
    rule("share", "vehicle", numerator="psa_total", denominator="ads_total", limit=0.3, weight=2)
    | {"id": "share", "title": "占比"},
    rule("spacing", "road", max_m=100, facility_classes=["litter_bin"]) | {"id": "bins", "title": "果皮箱间距"},
    draw={"counts": {"road": 2, "bus_stop": 4, "vehicle": 1, "square": 1}, "source": SOURCE},
)


@cache
def small() -> City:
    """
    人民路 (2,000 m) with a site each 100 m up to 1,000 m, 短街 (200 m) with one, six stops 300 m apart along 人民路::

        西区 (街道 甲, 乙)         | 东区 (街道 丙)
        ======人民路======================  y = 0
        b0   b1   b2   b3        | b4   b5  y = 40
    """
    stops = [venue(f"b{i}", "bus_stop", shapely.Point(150 + 300 * i, 40), name=f"站{i}") for i in range(6)]
    return city(
        districts=[
            district("西区", -100, -500, 1200, 500, unit="西区办"),
            district("东区", 1200, -500, 2600, 500, unit="东区办"),
            district("甲街道", -100, -500, 600, 500, level="street", parent="西区"),
            district("乙街道", 600, -500, 1200, 500, level="street", parent="西区"),
            district("丙街道", 1200, -500, 2600, 500, level="street", parent="东区"),
        ],
        roads=[road("人民路", (0, 0), (2000, 0)), road("短街", (2200, 0), (2200, 200))],
        venues=[*stops, venue("v1", "vehicle", shapely.Point(100, -400), name="=1路", bus_psa=1)],
        sites=[
            *sites_along(*range(0, 1001, 100)),
            site("k", 2205, 100),
            site("c0", 150, 41, themes="社会主义核心价值观"),
            site("c1", 150, 42),
        ],
    )


@cache
def judged() -> Assessment:
    """`small` judged by `BOOK`."""
    return assess(small(), BOOK)
