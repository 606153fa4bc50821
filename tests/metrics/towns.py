"""A drawn town with something of everything, from a seed: what the laws of an assessment are tried on."""

import numpy as np
import shapely

from data.city import City
from tests.cities import building, city, district, road, site, venue

CARRIERS = ("灯杆道旗", "宣传栏", "灯箱", "电子显示屏", "景观小品", "横幅", "易拉宝")
CONDITIONS = ("完好", "完好", "完好", "完好", "褪色", "破损", None)
THEMES = (
    "讲文明树新风",
    "社会主义核心价值观",
    "讲文明树新风、中国梦",
    "文明交通",
    "文明旅游",
    "道德模范",
    "诚信",
    None,
)


def town(seed: int = 1, *, sites: int = 120, known: bool = False) -> City:
    """
    Two districts side by side, three streets from west to east (one divided), two across, and places between them.

    With ``known`` every site has its theme, its size and its facing recorded, so that nothing is unknown for them.
    """
    random = np.random.default_rng(seed)
    return city(
        districts=[
            district("东区", 700, -200, 1700, 1000, unit="东区创建办", green_cover_pct=39),
            district("西区", -100, -200, 700, 1000, unit="西区创建办", green_cover_pct=30),
        ],
        roads=_roads(),
        buildings=[
            building(*(corner := random.integers(0, (1500, 900))), *(corner + random.integers(8, 40, 2)))
            for _ in range(60)
        ],
        venues=_venues(random),
        sites=[_site(random, i, known) for i in range(sites)],
        areas=[
            ({"kind": "residential"}, shapely.box(0, 0, 600, 800)),
            ({"kind": "urban"}, shapely.box(0, 0, 1600, 800)),
        ],
    )


def _roads() -> list:
    return [
        road("人民大道", (0, 400), (1600, 400), oneway="yes", highway="trunk"),
        road("人民大道", (1600, 420), (0, 420), oneway="yes", highway="trunk"),
        road("北街", (0, 800), (1600, 800)),
        road("南街", (0, 0), (900, 0), (1600, 100), highway="secondary"),
        road("西路", (300, 0), (300, 400), (300, 420), (300, 800)),
        road("东路", (1200, 800), (1200, 420), (1200, 400), (1200, 43), highway="secondary"),
        road("小巷", (500, 0), (500, 400), highway="residential"),
    ]


def _venues(random: np.random.Generator) -> list:
    places = [
        venue("sq1", "square", shapely.box(340, 440, 420, 520), name="人民广场"),
        venue("sq2", "square", shapely.box(1240, 440, 1300, 500), name="东广场"),
        venue("pk1", "park", shapely.box(0, 500, 250, 760), name="西公园"),
        venue("pk2", "park", shapely.box(1250, 150, 1550, 380), name="东公园"),
        venue("ho1", "hospital", shapely.Point(800, 300), psa_total=4, ads_total=10),
        venue("ho2", "hospital", shapely.Point(200, 300), psa_total=3, ads_total=10),
        venue("hd1", "hoarding", shapely.LineString([(600, 700), (690, 700)]), psa_area_m2=40, wall_area_m2=100),
        venue("sc1", "scenic_area", shapely.box(900, 500, 1150, 780)),
        venue("gt1", "gate", shapely.Point(900, 420)),
    ]
    stops = [venue(f"st{i}", "bus_stop", shapely.Point(x, 395)) for i, x in enumerate((150, 650, 1100, 1500))]
    cafes = [venue(f"nc{i}", "internet_cafe", shapely.Point(*random.integers(0, (1500, 800)))) for i in range(4)]
    return [*places, *stops, *cafes]


def _site(random: np.random.Generator, number: int, known: bool) -> tuple:
    themes = [theme for theme in THEMES if theme or not known]
    along = [(0, 400, 1600, 400), (0, 810, 1600, 810), (305, 0, 305, 800), (1190, 50, 1190, 800), (0, 480, 1600, 480)]
    x0, y0, x1, y1 = along[random.integers(len(along))]
    t = random.integers(0, 1601) / 1600
    return site(
        f"s{number}",
        round(x0 + t * (x1 - x0)),
        round(y0 + t * (y1 - y0)) + int(random.integers(-12, 13)),
        carrier=CARRIERS[random.integers(len(CARRIERS))],
        condition=CONDITIONS[random.integers(len(CONDITIONS))],
        themes=themes[random.integers(len(themes))],
        panels=int(random.integers(1, 4)),
        width_m=2.0 if known or random.random() < 0.5 else None,
        height_m=1.5,
        facing_deg=float(random.integers(0, 360)) if known or random.random() < 0.5 else None,
        psa_per_10_min=float(random.integers(0, 5)),
        unit=str(random.choice(["城管局", "住建局"])),
    )
