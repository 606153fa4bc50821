"""``spacing``: stretches of street between neighbouring facilities, on roads that are solved by hand."""

import shapely

from metrics.assessment import Assessment
from tests.cities import city, road, site, venue
from tests.metrics.judging import gaps_of, judge, rule, verdict_of


def _bins(*at: float, y: float = 5.0) -> list:
    return [venue(f"b{i}", "litter_bin", shapely.Point(x, y)) for i, x in enumerate(at)]


def _judge(venues: list, *, length: float = 400, **fields) -> Assessment:
    about = rule("spacing", "road", facility_classes=["litter_bin"], **{"max_m": 100, **fields})
    return judge(city(roads=[road("测试大道", (0, 0), (length, 0))], venues=venues), about)


def test_neighbours_just_close_enough():
    """
    Bins at 60, 160, 260 and 340 on 400 m: 100 m at most between neighbours, 60 m before the first and after the last.

        0     60       160       260     340   400
        |-----o---------o---------o-------o-----|
    """
    verdict = verdict_of(_judge(_bins(60, 160, 260, 340)))
    assert (verdict["status"], verdict["value"], verdict["required"]) == ("pass", 100, 100)


def test_a_stretch_too_long_is_the_gap():
    """From 160 to 261 it is 101 m."""
    assessment = _judge(_bins(60, 160, 261, 340))
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"]) == ("fail", 101)
    assert gaps_of(assessment) == [(160, 261)]


def test_strict_spacing_fails_at_the_limit():
    assert verdict_of(_judge(_bins(60, 160, 260, 340), strict=True))["status"] == "fail"
    assert verdict_of(_judge(_bins(60, 159.9, 259, 340), strict=True))["status"] == "pass"


def test_the_lower_end_of_the_range_is_not_judged():
    assert verdict_of(_judge(_bins(60, 61, 160, 260, 340), min_m=30))["status"] == "pass"


def test_facilities_out_of_reach_do_not_help():
    """The bin at 160 stands 31 m off: from 60 to 260 it is 200 m."""
    assessment = _judge([*_bins(60, 260, 340), venue("off", "litter_bin", shapely.Point(160, 31))])
    assert gaps_of(assessment) == [(60, 260)]
    near = _judge([*_bins(60, 260, 340), venue("off", "litter_bin", shapely.Point(160, 30))])
    assert verdict_of(near)["status"] == "pass"


def test_other_facilities_do_not_help():
    assessment = _judge([*_bins(60, 260, 340), venue("t", "toilet", shapely.Point(160, 5))])
    assert verdict_of(assessment)["status"] == "fail"


def test_no_facility_on_this_street_is_a_gap_of_all_of_it():
    """Another street has bins, so bins were taken stock of."""
    assessment = _judge(_bins(60, y=900))
    assert verdict_of(assessment)["status"] == "fail"
    assert gaps_of(assessment) == [(0, 400)]


def test_a_street_shorter_than_the_spacing_needs_none():
    """No stretch of it can be longer than 100 m."""
    assert verdict_of(_judge(_bins(60, y=900), length=80))["status"] == "pass"


def test_no_facilities_of_the_class_at_all_are_unknown():
    drawn = city(roads=[road("测试大道", (0, 0), (400, 0))], sites=[site("s", 0, 0)])
    about = rule("spacing", "road", facility_classes=["litter_bin"], max_m=100)
    assert verdict_of(judge(drawn, about))["status"] == "unknown"
    other = _judge([venue("t", "toilet", shapely.Point(160, 5))])
    assert verdict_of(other)["status"] == "unknown"


def test_only_streets_of_the_classes_asked_for():
    drawn = city(
        roads=[road("主路", (0, 0), (400, 0)), road("小街", (0, 300), (400, 300), highway="residential")],
        venues=_bins(50, y=300),
    )
    about = rule("spacing", "road", facility_classes=["litter_bin"], max_m=100, where={"highway": ["residential"]})
    assert list(judge(drawn, about).verdicts["subject_name"]) == ["小街"]


def test_the_sites_layer_does_not_matter():
    """Facilities are venues; nobody needs to take stock of ads."""
    assert verdict_of(_judge(_bins(60, 160, 260, 340)))["status"] == "pass"
