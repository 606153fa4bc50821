"""A street and a park whose gaps can be read off a drawing, in the states between two assessments."""

import shapely

from data.city import City
from metrics.assessment import Assessment, assess
from tests.cities import city, district, road, sites_along, venue
from tests.metrics.judging import along_rule, book_of, within_rule

ALL_ALONG = tuple(range(20, 2000, 80))
BOOK = book_of(
    {**along_rule(500, 5), "id": "walk", "title": "每 500 米 5 处"},
    {**within_rule(1), "id": "park", "title": "公园 1 处"},
)


def assessment(state: str) -> Assessment:
    """The assessment of `town`."""
    return assess(town(state), BOOK)


def town(state: str) -> City:
    """
    A street of 2 km from the west to the east district, and a park in the west with no site.

    ::

        west        |        east
        0 --------- 1000 -------- 2000     人民路 (路灯中心)
        [park]                             公园 (园林处)

    Sites stand every 80 m, at least five in any 500 m, but for what the state says:

    - ``bare``: no site at all: the street fails in both districts, the park fails
    - ``west_gap``: none between 300 and 700 m; the park fails
    - ``west_ends``: the gap is smaller, 500 to 700 m; the park fails
    - ``good``: nothing fails
    - ``east_gap``: none between 1400 and 1800 m
    - ``unknown``: no stock of sites was taken
    """
    bare = {"west_gap": (300, 700), "west_ends": (500, 700), "east_gap": (1400, 1800)}.get(state, (0, 0))
    sites = [] if state == "bare" else sites_along(*(at for at in ALL_ALONG if not bare[0] < at < bare[1]))
    if state in ("good", "east_gap"):
        sites += sites_along(150.0, y=-150.0, prefix="park")
    if state == "bare":
        sites = sites_along(5.0, y=900.0, prefix="far")
    layers = {} if state == "unknown" else {"sites": sites}
    return city(
        districts=[
            district("西区", -100, -500, 1000, 1000, unit="西区创建办"),
            district("东区", 1000, -500, 2100, 1000, unit="东区创建办"),
        ],
        roads=[road("人民路", (0, 0), (2000, 0), unit="路灯中心")],
        venues=[venue("P1", "park", shapely.box(100, -200, 200, -100), name="人民公园", unit="园林处")],
        **layers,
    )
