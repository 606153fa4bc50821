"""What is drawn of a street and a square, on the city of `tests.views.small`, which is solved by hand there."""

import numpy as np
import pytest
import shapely

from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from metrics.why import place_of, strip_of
from tests.cities import EAST, NORTH, district, road, site, sites_along, venue
from tests.cities import city as drawn
from tests.metrics.judging import along_rule, judge, verdict_of
from tests.views.small import FAILING, GAP, small_city
from views.strip import strip_figure

ROAD, SQUARE = "11-road-density", "5-square-view"


@pytest.fixture(scope="module")
def city():
    return small_city()


@pytest.fixture(scope="module")
def assessment(city) -> Assessment:
    return assess(city, load_rulebook("zhoushan-2017"), "routine")


def rule_of(assessment, name):
    return next(rule for rule in assessment.book.at(assessment.phase) if rule.id == name)


def street_of(assessment) -> str:
    return assessment.streets["street"].iloc[0]


def test_strip_is_the_drawing(assessment, city):
    strip = strip_of(assessment, city, rule_of(assessment, ROAD), street_of(assessment))
    assert strip.gaps == [GAP]  # joined again over the border
    assert strip.failing == [FAILING]
    assert (strip.length_m, strip.window_m, strip.need, strip.worst_count) == (2000, 500, 5, 0)
    assert 450 <= strip.worst_m <= 1050
    rejected = strip.sites[~strip.sites["counted"]].sort_values("at_m")
    assert list(rejected["at_m"]) == [1060, 1160, 1260]
    assert list(rejected["reason"]) == ["横幅", "褪色", "超距 45 米"]


def test_strip_counts_as_one_would_by_hand(assessment, city):
    strip = strip_of(assessment, city, rule_of(assessment, ROAD), street_of(assessment))
    at = strip.sites.loc[strip.sites["counted"], "at_m"].to_numpy()
    for start in np.arange(3.5, 1500.0, 7.0):
        by_hand = ((at >= start) & (at <= start + 500)).sum()
        step = np.searchsorted(strip.starts_m, start, side="right") - 1
        assert strip.counts[step] == by_hand


def test_place_shows_what_is_seen_and_what_hides(assessment, city):
    place = place_of(assessment, city, rule_of(assessment, SQUARE), "Q1")
    assert place.centre == pytest.approx((EAST + 1500, NORTH + 500))
    sites = place.sites.set_index("site")
    assert list(sites["counted"].reindex(["open1", "open2", "hidden"])) == [True, True, False]
    assert sites.loc["hidden", "reason"] == "遮挡"
    seen = shapely.points(sites["x"], sites["y"])
    assert list(shapely.contains(place.view, seen)) == list(sites["counted"])


def test_no_picture_where_sites_do_not_matter(assessment, city):
    unstated = rule_of(assessment, "7-lost")
    assert place_of(assessment, city, unstated, "") is None


# --- the strip says what the verdict says


def strip_and_verdict(town, rule: dict):
    """The strip of the only street of a town, judged by one rule, with the verdict on it."""
    judged = judge(town, rule)
    verdict = verdict_of(judged)
    strip = strip_of(judged, town, rule_of(judged, "r"), verdict["subject"])
    assert (strip.worst_count, strip.need) == (verdict["value"], verdict["required"])
    if strip.last_start_m > 0:
        step = np.searchsorted(strip.starts_m, strip.worst_m, side="right") - 1
        assert strip.counts[step] == verdict["value"]
    return strip, verdict


def straight(length: float, sites: list, **layers):
    """A town of one road along the x axis."""
    return drawn(roads=[road("测试大道", (0, 0), (length, 0))], sites=sites, **layers)


def at_counted(strip) -> list[float]:
    return sorted(strip.sites.loc[strip.sites["counted"], "at_m"])


def test_strip_counts_only_what_surely_counts():
    """400 m are one window: three sites count, one whose theme is not recorded may; six are asked for."""
    sites = [*sites_along(100, 200, 300), site("open", 350, 5, themes=None)]
    strip, verdict = strip_and_verdict(straight(400, sites), along_rule(400, 6))
    assert (verdict["status"], verdict["value"], list(strip.counts)) == ("fail", 3, [3])
    assert at_counted(strip) == [100, 200, 300] and strip.gaps == [(0, 400)]


def test_strip_fails_only_where_nothing_that_may_count_helps():
    """
    2 km, 1 needed in 500 m; sites at 600 and 1 800, and one at 1 200 whose theme is not recorded.

    Starts before 100 fail in any case (windows 0–600). From 600 on, past the site, to 1 300 only the one at 1 200 may
    help: starts in (600, 700) and (1 200, 1 300) fail in any case, those between depend on it. The windows of all three
    runs meet, at 600 and 1 200, so they are one gap, 0–1 800, and the starts between are not failing.
    """
    sites = [*sites_along(600, 1800), site("open", 1200, 5, themes=None)]
    strip, verdict = strip_and_verdict(straight(2000, sites), along_rule(500, 1))
    assert verdict["status"] == "fail"
    assert strip.gaps == [(0, 1800)]
    assert strip.failing == [(0, 100), (600, 700), (1200, 1300)]
    assert at_counted(strip) == [600, 1800]


def test_an_unknown_street_has_no_failing_starts():
    """All there is may count: nothing fails in any case, nothing surely passes."""
    town = straight(1000, sites_along(250, 500, 750, themes=None))
    strip, verdict = strip_and_verdict(town, along_rule(500, 1))
    assert (verdict["status"], verdict["value"]) == ("unknown", 0)
    assert (strip.gaps, strip.failing, at_counted(strip)) == ([], [], [])
    assert "最少 500 米：0 处" in [note.text.replace("<b>", "").replace("</b>", "") for note in notes(strip)]


def notes(strip):
    return strip_figure(strip).layout.annotations


def test_strip_does_not_fail_where_no_stock_was_taken():
    """10 km without a site, the stock taken of the first 2: windows within them fail, from starts up to 1 500."""
    districts = [district("西区", -100, -100, 2000, 100), district("东区", 2000, -100, 11000, 100, surveyed=False)]
    town = straight(10_000, [site("away", 500, 90)], districts=districts)
    strip, verdict = strip_and_verdict(town, along_rule(500, 2))
    assert (verdict["status"], strip.gaps, strip.failing) == ("fail", [(0, 2000)], [(0, 1500)])
    assert strip.worst_m == 0


def test_the_worst_window_lies_in_a_gap():
    """
    4 km, 2 needed in 500 m, no stock taken past 2 000; one site each at 400, 800, 1 200, 1 600 and 2 000.

    The surveyed part holds at least one everywhere; past 2 000 there is none, but nobody looked.
    """
    districts = [district("西区", -100, -100, 2100, 100), district("东区", 2100, -100, 5000, 100, surveyed=False)]
    town = straight(4000, sites_along(400, 800, 1200, 1600, 2000), districts=districts)
    strip, verdict = strip_and_verdict(town, along_rule(500, 2))
    assert (verdict["status"], verdict["value"]) == ("fail", 1)
    assert strip.worst_m + 500 <= strip.gaps[-1][1] <= 2100
    assert all(end + 500 <= 2100 for _, end in strip.failing)


@pytest.mark.parametrize("sites", [True, False])
def test_strip_shows_venues_that_count_as_sites(sites: bool):
    """1 km, 1 needed in 500 m: a site at 200 m, boards at 600 and, out of reach, at 800."""
    boards = [
        venue("b1", "other_carrier", shapely.Point(600, 10), name="宣传栏"),
        venue("b2", "other_carrier", shapely.Point(800, 80)),
    ]
    town = straight(1000, sites_along(200), venues=boards)
    strip, verdict = strip_and_verdict(
        town, along_rule(500, 1, facility_classes=["other_carrier"], sites=sites, reach_m=30)
    )
    assert verdict["status"] == ("pass" if sites else "fail")
    assert at_counted(strip) == ([200, 600] if sites else [600])
    assert strip.sites.set_index("at_m").loc[600, ["name", "reason"]].tolist() == ["宣传栏", "计入"]
    assert strip.failing == ([] if sites else [(0, 100)])


@pytest.mark.parametrize(("short", "need"), [("prorate", 3), ("whole", 5)])
def test_strip_of_a_short_street_asks_for_what_the_verdict_does(short: str, need: int):
    """300 m of a window of 500: three of five, or all."""
    strip, verdict = strip_and_verdict(straight(300, sites_along(100, 200)), along_rule(500, 5, short=short))
    assert (verdict["status"], strip.need, strip.worst_count) == ("fail", need, 2)
    assert (strip.gaps, strip.failing) == ([(0, 300)], [(0, 0)])


def test_strip_shows_the_quota_that_lacks_most():
    """
    1 km, in each 500 m 2 sites and 2 on integrity; sites each 100 m, one on integrity at 450.

    Every window holds five sites and at most one on integrity; past 450 it holds none.
    """
    rule = along_rule(500, 2, quotas=[{"title": "诚信", "themes": ["integrity"], "need": 2}])
    town = straight(1000, [*sites_along(*range(100, 1000, 100)), site("i", 450, 5, themes="诚信")])
    strip, verdict = strip_and_verdict(town, rule)
    assert (verdict["status"], verdict["value"], verdict["required"]) == ("fail", 0, 2)
    assert (strip.title, at_counted(strip), strip.worst_m) == ("诚信", [450], 450)
    assert strip.failing == [(0, 500)]


def test_strip_of_a_short_street_shows_the_prorated_quota():
    """250 m of a window of 500: two of four sites stand there, but none of the one on integrity."""
    rule = along_rule(500, 4, quotas=[{"title": "诚信", "themes": ["integrity"], "need": 2}])
    strip, verdict = strip_and_verdict(straight(250, sites_along(50, 60)), rule)
    assert (verdict["status"], strip.title, strip.need, strip.worst_count) == ("fail", "诚信", 1, 0)


def test_strip_counts_panels_as_the_verdict_does():
    """A board of three and one of two: five of six panels."""
    sites = [site("three", 100, 5, panels=3), site("two", 200, 5, panels=2)]
    strip, verdict = strip_and_verdict(straight(400, sites), along_rule(400, 6, count="panels"))
    assert (verdict["value"], strip.unit, list(strip.counts)) == (5, "panels", [5])


def test_strip_without_stock_counts_nothing():
    town = drawn(roads=[road("测试大道", (0, 0), (1000, 0))])
    judged = judge(town, along_rule())
    strip = strip_of(judged, town, rule_of(judged, "r"), street_of(judged))
    assert (strip.window_m, strip.need, strip.worst_count, strip.failing) == (None, None, None, [])
