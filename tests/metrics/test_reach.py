"""``reach``: walking in from the gates of a scenic area, on paths that are solved by hand."""

import shapely

from metrics.assessment import Assessment
from tests.cities import building, city, district, road, site, venue
from tests.metrics.judging import counted_of, judge, rule, verdict_of

SCENIC = shapely.box(0, -200, 600, 200)
PATH = road("步道", (-100, 0), (600, 0), highway="footway")
FAR_HOUSE = building(5000, 5000, 5010, 5010)
SMALL = {"width_m": 0.4, "height_m": 0.3}  # a diagonal of 0.5 m is seen from 19.1 m


def _judge(sites: list | None, *, gates: tuple = ((0, 0),), roads=None, buildings=None, **fields) -> Assessment:
    venues = [
        venue("v", "scenic_area", SCENIC),
        *(venue(f"g{i}", "gate", shapely.Point(x, y)) for i, (x, y) in enumerate(gates)),
    ]
    layers = {"venues": venues, "roads": roads or [PATH], "buildings": buildings or [FAR_HOUSE]}
    if sites is not None:
        layers["sites"] = sites
    return judge(city(**layers), rule("reach", "scenic_area", **fields))


def test_a_site_beside_the_path():
    """
    60 m in stands a small sign, seen from 19.1 m: after 40.9 m of walking.

        gate          sign
         |-------------x----------
    """
    assessment = _judge([site("s", 60, 0, **SMALL)])
    verdict = verdict_of(assessment)
    assert verdict["status"] == "pass"
    assert 38 <= verdict["value"] <= 43
    assert counted_of(assessment) == {"s"}


def test_a_site_too_far_in():
    """It would be seen at 119.1 m before 120: after 100.9 m; the one before it after 99.9 m."""
    assert verdict_of(_judge([site("s", 122, 0, **SMALL)]))["status"] == "fail"
    assert verdict_of(_judge([site("s", 115, 0, **SMALL)]))["status"] == "pass"


def test_it_is_the_walk_inwards_that_counts():
    """A sign outside the gate, 60 m back: it may not be met by walking in; from the gate itself it is out of sight."""
    assert verdict_of(_judge([site("s", -60, 0, **SMALL)]))["status"] == "fail"


def test_a_sign_at_the_gate():
    verdict = verdict_of(_judge([site("s", 5, 3, **SMALL)]))
    assert (verdict["status"], verdict["value"]) == ("pass", 0)


def test_a_path_that_bends():
    """In 50 m, then left: a sign 60 m up the branch is 110 m along the path; seen from 19.1 m, after 90.9 m."""
    roads = [
        road("甲", (-20, 0), (50, 0), highway="footway"),
        road("乙", (50, 0), (50, 150), highway="footway"),
    ]
    assert verdict_of(_judge([site("s", 50, 60, **SMALL)], roads=roads))["status"] == "pass"
    assert verdict_of(_judge([site("s", 50, 80, **SMALL)], roads=roads))["status"] == "fail"


def test_a_house_hides_the_site_until_the_corner():
    """A big board north of a row of houses along the path is hidden; without the houses it is seen from the gate."""
    board = site("s", 60, 60)
    row = building(-50, 20, 400, 30)
    assert verdict_of(_judge([board]))["status"] == "pass"
    assert verdict_of(_judge([board], buildings=[row]))["status"] == "fail"


def test_every_gate_is_walked_from():
    """At the west gate there is a sign, at the east gate there is none."""
    sites = [site("s", 10, 0, **SMALL)]
    assert verdict_of(_judge(sites, gates=((0, 0),)))["status"] == "pass"
    assert verdict_of(_judge(sites, gates=((0, 0), (600, 0))))["status"] == "fail"


def test_without_a_gate_nobody_knows_where_to_start():
    assert verdict_of(_judge([site("s", 10, 0)], gates=()))["status"] == "unknown"


def test_the_gate_of_another_area_is_not_ours():
    assert verdict_of(_judge([site("s", 10, 0)], gates=((3000, 0),)))["status"] == "unknown"


def test_without_paths_nobody_knows_where_to_go():
    far = road("远路", (3000, 3000), (4000, 3000))
    assert verdict_of(_judge([site("s", 400, 0, **SMALL)], roads=[far]))["status"] == "unknown"


def test_without_stock_nobody_knows():
    assert verdict_of(_judge(None))["status"] == "unknown"


def test_a_site_that_may_count():
    maybe = site("m", 10, 0, themes=None, **SMALL)
    assert verdict_of(_judge([maybe], themes=["virtue"]))["status"] == "unknown"
    sure = site("s", 12, 0, themes="遵德守礼", **SMALL)
    assert verdict_of(_judge([maybe, sure], themes=["virtue"]))["status"] == "pass"


def test_forms_that_do_not_count():
    assert verdict_of(_judge([site("s", 10, 0, carrier="横幅")]))["status"] == "fail"


def test_a_scenic_area_nobody_took_stock_of_is_unknown():
    """No site anywhere, but the district is not surveyed: that is no finding."""
    layers = {
        "venues": [venue("v", "scenic_area", SCENIC), venue("g", "gate", shapely.Point(0, 0))],
        "roads": [PATH],
        "buildings": [FAR_HOUSE],
        "sites": [site("s", 5000, 5000)],
    }
    for surveyed, status in ((None, "fail"), (False, "unknown")):
        districts = [district("甲区", -6000, -6000, 6000, 6000, surveyed=surveyed)]
        assessment = judge(city(**layers, districts=districts), rule("reach", "scenic_area"))
        assert verdict_of(assessment)["status"] == status
