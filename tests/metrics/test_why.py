"""What is drawn of a street and a square, on the city of `tests.views.small`, which is solved by hand there."""

import numpy as np
import pytest
import shapely

from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from metrics.why import place_of, strip_of
from tests.cities import EAST, NORTH
from tests.views.small import FAILING, GAP, small_city

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
