"""``radius``: the share of an area within reach of facilities, on areas that are solved by hand."""

import math

import pytest
import shapely
import shapely.affinity

from metrics.assessment import Assessment
from tests.cities import city, district, road, venue
from tests.metrics.judging import judge, rule, verdict_of

HOMES = shapely.box(0, 0, 1000, 100)


def _judge(venues: list, *, areas: list | None = None, districts: list | None = None, **fields) -> Assessment:
    drawn = {"roads": [road("甲路", (0, 0), (1000, 0))], "venues": venues}
    drawn["areas"] = areas if areas is not None else [({"kind": "residential"}, HOMES)]
    if districts is not None:
        drawn["districts"] = districts
    about = rule("radius", "district", **{"facility_classes": ["park"], "radius_m": 300, "limit": 0.5, **fields})
    return judge(city(**drawn), about)


def _strip(radius: float) -> float:
    """The area of the strip of 100 m within ``radius`` of its west end's lower corner (0, 0)."""
    return 50 * math.sqrt(radius**2 - 100**2) + radius**2 / 2 * math.asin(100 / radius)


def test_a_circle_over_a_strip():
    """
    Homes 1 000 × 100 m, a park at the lower west corner: within 300 m lie 50 · √(300² − 100²) + 150 · 300 · asin(1/3)
    = 29 435 m², 29.4 % of the homes.
    """
    park = venue("p", "park", shapely.Point(0, 0))
    expected = _strip(300) / 100_000
    assert expected == pytest.approx(0.2944, abs=0.0001)
    verdict = verdict_of(_judge([park], limit=0.29))
    assert verdict["status"] == "pass"
    assert verdict["value"] == pytest.approx(expected, rel=0.002)
    assert verdict_of(_judge([park], limit=0.30))["status"] == "fail"


def test_circles_that_overlap_count_once():
    parks = [venue(id, "park", shapely.Point(0, 0)) for id in "ab"]
    assert verdict_of(_judge(parks))["value"] == pytest.approx(_strip(300) / 100_000, rel=0.002)


def test_a_polygon_reaches_from_its_edge():
    """A park of 100 × 100 m in the middle of the strip (450 to 550) covers 300 m to both sides: 150 to 850."""
    verdict = verdict_of(_judge([venue("p", "park", shapely.box(450, 0, 550, 100))]))
    assert verdict["value"] == pytest.approx(0.7, abs=0.001)


def test_all_covered():
    parks = [venue(f"p{i}", "park", shapely.Point(x, 50)) for i, x in enumerate((200, 500, 800))]
    verdict = verdict_of(_judge(parks, limit=1.0))
    assert (verdict["status"], verdict["value"]) == ("pass", 1)


def test_a_strict_limit():
    """Homes 450 to 550 only half covered by a park's 300 m: 50 %, not more than 50 %."""
    half = {"areas": [({"kind": "residential"}, shapely.box(700, 0, 1100, 100))]}
    park = venue("p", "park", shapely.box(500, -400, 600, 500))  # reaches to 900
    assert verdict_of(_judge([park], limit=0.5, **half))["value"] == pytest.approx(0.5, abs=1e-6)
    assert verdict_of(_judge([park], limit=0.5, strict=True, **half))["status"] == "fail"


def test_only_the_area_kinds_asked_for():
    areas = [
        ({"kind": "residential"}, shapely.box(0, 0, 100, 100)),
        ({"kind": "urban"}, shapely.box(5000, 0, 6000, 100)),
    ]
    park = venue("p", "park", shapely.Point(50, 50))
    assert verdict_of(_judge([park], areas=areas))["value"] == pytest.approx(1)
    assert verdict_of(_judge([park], areas=areas, area_kinds=["urban"]))["value"] == 0


def test_areas_that_overlap_count_once():
    areas = [
        ({"kind": "residential"}, shapely.box(0, 0, 200, 100)),
        ({"kind": "residential"}, shapely.box(100, 0, 200, 100)),
    ]
    park = venue("p", "park", shapely.box(-300, -50, -200, 150))  # reaches to 100
    assert verdict_of(_judge([park], areas=areas))["value"] == pytest.approx(0.5, abs=0.001)


def test_each_district_has_its_own_share():
    """The park at the border covers 甲区 (0 to 500) from 200 on and 乙区 (500 to 1 000) up to 800."""
    districts = [district("甲区", 0, 0, 500, 100), district("乙区", 500, 0, 1000, 100)]
    assessment = _judge([venue("p", "park", shapely.box(499, -200, 501, 300))], districts=districts)
    verdicts = assessment.verdicts.set_index("subject_name")
    assert verdicts.loc["甲区", "value"] == pytest.approx(0.602, abs=0.001)
    assert verdicts.loc["乙区", "value"] == pytest.approx(0.602, abs=0.001)
    assert list(verdicts["status"]) == ["pass", "pass"]


def test_size_makes_radius():
    """
    5 000 m² and more reach 500 m, 2 000 to 5 000 m² 300 m, smaller ones not at all. A park of 50 × 100 m at the west
    end covers 50 + 500 m; one of 40 × 100 m covers 40 + 300 m.
    """
    tiers = [
        {"radius_m": 500, "min_area_m2": 5000},
        {"radius_m": 300, "min_area_m2": 2000, "max_area_m2": 5000},
    ]
    fields = {"radius_m": None, "tiers": tiers}

    def share(width: float) -> float:
        return verdict_of(_judge([venue("p", "park", shapely.box(0, 0, width, 100))], **fields))["value"]

    assert share(50.01) == pytest.approx(0.55, abs=0.001)
    assert share(40) == pytest.approx(0.34, abs=0.001)
    assert share(10) == 0


def test_along_the_network_is_further_than_straight():
    """
    A stop on the far side of a river: straight it is 100 m, by the bridge 500 m away it is more than 1 000 m.

        homes ------------- 甲路 y = 0
        ~~~~~~~~~~~~~~~~~ |桥
        stop  ------------- 乙路 y = -100
    """
    roads = [
        road("甲路", (0, 0), (500, 0)),
        road("桥", (500, 0), (500, -100)),
        road("乙路", (0, -100), (500, -100)),
    ]
    drawn = city(
        roads=roads,
        venues=[venue("p", "bus_stop", shapely.Point(0, -100))],
        areas=[({"kind": "residential"}, shapely.box(0, 0, 60, 20))],
    )
    about = rule("radius", "district", facility_classes=["bus_stop"], radius_m=300, limit=0.9)
    assert verdict_of(judge(drawn, about))["status"] == "pass"
    walked = verdict_of(judge(drawn, {**about, "network": True}))
    assert (walked["status"], walked["value"]) == ("fail", 0)


def test_what_is_not_there_is_unknown():
    """No facility of the class, or no area of the kind: nobody took stock."""
    assert verdict_of(_judge([venue("t", "toilet", shapely.Point(0, 0))]))["status"] == "unknown"
    park = venue("p", "park", shapely.Point(0, 0))
    assert verdict_of(_judge([park], areas=[({"kind": "urban"}, HOMES)]))["status"] == "unknown"


def test_a_district_without_homes_is_unknown():
    districts = [district("甲区", 0, 0, 1000, 100), district("山区", 5000, 0, 6000, 100)]
    verdicts = _judge([venue("p", "park", shapely.Point(500, 50))], districts=districts).verdicts
    assert verdicts.set_index("subject_name").loc["山区", "status"] == "unknown"


@pytest.mark.parametrize("turn", range(0, 90, 7))
def test_what_is_covered_whole_is_covered_whole_however_it_lies(turn: int):
    """Homes in many odd pieces, all of them within 2 km of the park, at a limit of 100 %."""
    pieces = [shapely.affinity.rotate(shapely.box(x, x / 3, x + 70.7, x / 3 + 33.3), turn) for x in range(0, 900, 90)]
    areas = [({"kind": "residential"}, piece) for piece in pieces]
    park = venue("p", "park", shapely.box(400, 100, 500, 200))
    verdict = verdict_of(_judge([park], areas=areas, radius_m=2000, limit=1.0))
    assert (verdict["status"], verdict["value"]) == ("pass", 1.0)


def test_a_facility_of_no_known_size_leaves_open_what_its_size_decides():
    """A park known as a point reaches all homes if it is large, nothing if it is small."""
    tiers = [{"radius_m": 2000, "min_area_m2": 5000}]
    point, field = venue("p", "park", shapely.Point(500, 50)), venue("p", "park", shapely.box(450, 0, 550, 100))
    assert verdict_of(_judge([point], tiers=tiers, radius_m=None))["status"] == "unknown"
    assert verdict_of(_judge([field], tiers=tiers, radius_m=None))["status"] == "pass"
