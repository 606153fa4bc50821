"""``within``, ``presence`` and ``rate``: what stands in and around places, solved by hand."""

import pytest
import shapely
from shapely import affinity

from metrics.assessment import Assessment
from tests.cities import EAST, NORTH, city, district, road, site, venue
from tests.metrics.judging import counted_of, judge, reasons_of, rule, verdict_of, within_rule

PARK = shapely.box(0, 0, 100, 100)


def _judge(sites: list, about: dict, *, shape: shapely.Geometry = PARK, class_: str = "park") -> Assessment:
    return judge(city(venues=[venue("v", class_, shape)], sites=sites), about)


# --- within


def test_inside_a_polygon_counts():
    """Inside, on the edge, in the hole of a pond, and a step outside."""
    park = PARK - shapely.box(40, 40, 60, 60)
    sites = [site("in", 10, 10), site("edge", 100, 50), site("pond", 50, 50), site("out", 100.01, 50)]
    assessment = _judge(sites, within_rule(2), shape=park)
    assert counted_of(assessment) == {"in", "edge"}
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["required"], verdict["missing"]) == ("pass", 2, 2, 0)


def test_a_margin_around_a_polygon_counts():
    assessment = _judge([site("at", 110, 50), site("off", 110.01, 50)], within_rule(1, margin_m=10))
    assert counted_of(assessment) == {"at"}


def test_the_reach_of_a_point_is_not_the_margin():
    """A stop is a point: 30 m around it; the margin is for polygons."""
    about = within_rule(1, "bus_stop", reach_m=30, margin_m=5)
    sites = [site("at", 30, 0), site("off", 0, 30.01)]
    assessment = _judge(sites, about, shape=shapely.Point(0, 0), class_="bus_stop")
    assert counted_of(assessment) == {"at"}
    assert reasons_of(assessment).get("off", "out_of_reach") == "out_of_reach"


def test_a_line_has_a_reach_too():
    about = within_rule(1, "hoarding", reach_m=10)
    sites = [site("at", 50, 10), site("end", -10, 0), site("off", 50, -10.01)]
    assessment = _judge(sites, about, shape=shapely.LineString([(0, 0), (100, 0)]), class_="hoarding")
    assert counted_of(assessment) == {"at", "end"}


def test_too_few_is_a_gap():
    assessment = _judge([site("a", 10, 10)], within_rule(3))
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["missing"]) == ("fail", 1, 2)
    (gap,) = assessment.gaps.to_dict("records")
    assert (gap["subject"], gap["missing"], gap["repair_min"]) == ("v", 2, 2)
    assert gap["geometry"].equals_exact(affinity.translate(PARK, EAST, NORTH), 0.001)


def test_a_quota_needs_its_own():
    """A stop: 2 ads of which 1 on core values."""
    about = within_rule(2, "bus_stop", quotas=[{"title": "核心价值观", "themes": ["core_values"], "need": 1}])
    point = {"shape": shapely.Point(0, 0), "class_": "bus_stop"}
    two, core = [site("a", 5, 0), site("b", 6, 0)], site("c", 7, 0, themes="社会主义核心价值观")
    assert verdict_of(_judge(two, about, **point))["status"] == "fail"
    assert verdict_of(_judge(two, about, **point))["missing"] == 1
    assert verdict_of(_judge([two[0], core], about, **point))["status"] == "pass"
    assert verdict_of(_judge([core], about, **point))["missing"] == 1


def test_one_new_site_can_meet_total_and_quota():
    """One of two there, and no core values: one more site, of core values, is enough."""
    about = within_rule(2, "bus_stop", quotas=[{"title": "核心价值观", "themes": ["core_values"], "need": 1}])
    assessment = _judge([site("a", 5, 0)], about, shape=shapely.Point(0, 0), class_="bus_stop")
    assert list(assessment.gaps["repair_min"]) == [1]


def test_two_forms_need_two_sites():
    """A landscape piece and a screen are asked for and nothing is there: no one site is both."""
    quotas = [
        {"title": "景观小品", "carriers": ["landscape"], "need": 1},
        {"title": "电子屏", "carriers": ["screen"], "need": 1},
    ]
    assessment = _judge([site("away", 900, 900)], within_rule(1, quotas=quotas))
    assert list(assessment.gaps["repair_min"]) == [2]


def test_panels_and_sites():
    sites = [site("a", 10, 10, panels=4), site("b", 20, 20)]
    assert verdict_of(_judge(sites, within_rule(5, count="panels")))["status"] == "pass"
    assert verdict_of(_judge(sites, within_rule(5)))["missing"] == 3


def test_a_site_counts_for_every_place_it_is_in():
    drawn = city(
        venues=[venue("a", "park", shapely.box(0, 0, 50, 50)), venue("b", "park", shapely.box(40, 0, 90, 50))],
        sites=[site("s", 45, 20)],
    )
    assert list(judge(drawn, within_rule(1)).verdicts["status"]) == ["pass", "pass"]


def test_other_classes_are_not_judged():
    drawn = city(
        venues=[venue("a", "park", PARK), venue("b", "square", PARK), venue("c", "school", PARK)],
        sites=[site("s", 45, 20)],
    )
    assert list(judge(drawn, within_rule(1)).verdicts["subject"]) == ["a"]
    both = judge(drawn, within_rule(1, also_classes=["school"])).verdicts
    assert dict(zip(both["subject"], both["class"], strict=True)) == {"a": "park", "c": "school"}


@pytest.mark.parametrize("measure", ["within", "presence"])
def test_what_is_not_recorded(measure: str):
    """The theme is missing: may count. A theme that no vocabulary knows counts for nothing."""
    about = rule(measure, "park", themes=["civility"], **({"need": 1} if measure == "within" else {}))
    assert verdict_of(_judge([site("m", 5, 5, themes=None)], about))["status"] == "unknown"
    assert verdict_of(_judge([site("m", 5, 5, themes="不知所云")], about))["status"] == "fail"
    assert verdict_of(_judge([site("m", 5, 5, themes=None), site("s", 6, 6)], about))["status"] == "pass"


@pytest.mark.parametrize("measure", ["within", "presence"])
def test_no_stock_is_unknown_and_no_site_is_a_fail(measure: str):
    about = rule(measure, "park", **({"need": 1} if measure == "within" else {}))
    assert verdict_of(judge(city(venues=[venue("v", "park", PARK)]), about))["status"] == "unknown"
    assert verdict_of(_judge([site("away", 900, 900)], about))["status"] == "fail"


def test_an_unsurveyed_district_is_unknown():
    """The same two empty parks, one in a district that is surveyed and one in one that is not."""
    drawn = city(
        venues=[venue("a", "park", shapely.box(10, 10, 20, 20)), venue("b", "park", shapely.box(110, 10, 120, 20))],
        sites=[site("s", 50, 50)],
        districts=[district("甲区", 0, 0, 100, 100), district("乙区", 100, 0, 200, 100, surveyed=False)],
    )
    verdicts = judge(drawn, within_rule(1)).verdicts
    assert dict(zip(verdicts["subject"], verdicts["status"], strict=True)) == {"a": "fail", "b": "unknown"}
    assert list(verdicts["district"]) == ["甲区", "乙区"]


def test_enough_in_an_unsurveyed_district_passes():
    """What is known to stand there stands there."""
    drawn = city(
        venues=[venue("b", "park", shapely.box(110, 10, 120, 20))],
        sites=[site("s", 115, 15)],
        districts=[district("乙区", 100, 0, 200, 100, surveyed=False)],
    )
    assert verdict_of(judge(drawn, within_rule(1)))["status"] in ("pass", "unknown")


# --- presence


def test_a_sign_at_a_junction():
    """
    Two main roads cross at (300, 0); a sign on civil traffic 50 m off is there, one 50.1 m off is not.

                |
        --------+--------
                |  x
    """
    roads = [road("甲路", (0, 0), (600, 0)), road("乙路", (300, -300), (300, 300))]
    about = rule("presence", "junction", themes=["civil_traffic", "virtue"], reach_m=50)

    def status(*sites) -> str:
        return verdict_of(judge(city(roads=roads, sites=list(sites)), about))["status"]

    assert status(site("s", 330, 40, themes="文明交通")) == "pass"
    assert status(site("s", 330, -40, themes="遵德守礼")) == "pass"
    assert status(site("s", 330, 40.1, themes="文明交通")) == "fail"
    assert status(site("s", 330, 40, themes="诚信")) == "fail"


def test_two_divided_roads_have_one_junction():
    """Four carriageways cross in four nodes: one junction, named after both roads."""
    roads = [
        road("甲路", (0, 0), (600, 0), oneway="yes"),
        road("甲路", (600, 20), (0, 20), oneway="yes"),
        road("乙路", (300, -300), (300, 300), oneway="yes"),
        road("乙路", (280, 300), (280, -300), oneway="yes"),
    ]
    assessment = judge(
        city(roads=roads, sites=[site("s", 0, 0)]), rule("presence", "junction", themes=["virtue"], reach_m=50)
    )
    verdict = verdict_of(assessment)
    assert set(verdict["subject_name"].split("—")) == {"甲路", "乙路"}
    assert verdict["status"] == "fail"


def test_presence_needs_one():
    about = rule("presence", "internet_cafe", themes=["no_minors"], reach_m=30)
    at = {"shape": shapely.Point(0, 0), "class_": "internet_cafe"}
    verdict = verdict_of(_judge([site("s", 30, 0, themes="未成年人禁入")], about, **at))
    assert (verdict["status"], verdict["required"]) == ("pass", 1)
    missing = verdict_of(_judge([site("s", 31, 0, themes="未成年人禁入")], about, **at))
    assert (missing["status"], missing["missing"]) == ("fail", 1)


def test_presence_of_any_theme():
    """No theme asked for: any recorded one will do, and so do excluded forms not."""
    about = rule("presence", "school", reach_m=50)
    at = {"shape": shapely.Point(0, 0), "class_": "school"}
    assert verdict_of(_judge([site("s", 5, 0, themes="诚信")], about, **at))["status"] == "pass"
    assert verdict_of(_judge([site("s", 5, 0, carrier="横幅")], about, **at))["status"] == "fail"
    assert verdict_of(_judge([site("s", 5, 0, themes=None)], about, **at))["status"] == "unknown"


# --- rate


def _screens(*plays: float | None) -> Assessment:
    sites = [site(f"s{i}", 5 + i, 0, carrier="电子显示屏", psa_per_10_min=value) for i, value in enumerate(plays)]
    about = rule("rate", "bus_stop", limit=2)
    return _judge([*sites, site("flag", 4, 0)], about, shape=shapely.Point(0, 0), class_="bus_stop")


def test_every_screen_plays_often_enough():
    verdict = verdict_of(_screens(2, 3))
    assert (verdict["status"], verdict["value"], verdict["required"]) == ("pass", 2, 2)


def test_one_screen_that_plays_too_rarely_fails():
    verdict = verdict_of(_screens(5, 1.9))
    assert (verdict["status"], verdict["value"]) == ("fail", 1.9)


def test_plays_that_nobody_recorded_are_unknown():
    """Unless another screen fails for sure."""
    assert verdict_of(_screens(5, None))["status"] == "unknown"
    assert verdict_of(_screens(1, None))["status"] == "fail"


def test_a_stop_without_a_screen_is_not_judged():
    assert list(_screens().verdicts["status"]) == ["unknown"]
    drawn = city(
        venues=[venue("a", "bus_stop", shapely.Point(0, 0)), venue("b", "bus_stop", shapely.Point(900, 0))],
        sites=[site("s", 5, 0, carrier="电子显示屏", psa_per_10_min=4)],
    )
    verdicts = judge(drawn, rule("rate", "bus_stop", limit=2)).verdicts
    assert verdicts.loc[verdicts["status"] != "unknown", "subject"].tolist() == ["a"]


def test_the_rate_of_a_venue_itself():
    """TV on a bus: 2 of every 5 stops."""
    about = rule("rate", "vehicle", of="venue", column="tv_psa_per_5_stops", limit=2, carriers=[])
    drawn = city(
        venues=[
            venue(id, "vehicle", shapely.Point(0, 0), tv_psa_per_5_stops=plays)
            for id, plays in (("a", 2), ("b", 1), ("c", None))
        ]
    )
    verdicts = judge(drawn, about).verdicts
    assert dict(zip(verdicts["subject"], verdicts["status"], strict=True)) == {"a": "pass", "b": "fail", "c": "unknown"}
