"""What the random draw costs, on cities that are solved by hand and by trying every draw."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError
from metrics.assessment import assess
from metrics.book import Draw
from metrics.risk import risk
from metrics.risk.risk import AREA_COLUMNS, SUBJECT_COLUMNS
from metrics.rules import Source
from tests.cities import city, district, road, site, venue
from tests.metrics.judging import book_of, rule
from tests.metrics.risk.drawn import (
    draw_of,
    drawn_by_trying,
    stop_rule,
    stops,
    street,
    walk_by_trying,
    walk_rule,
)
from tests.metrics.towns import town


def risk_of(city_, *rules, draw=None, phase="routine", **head):
    book = book_of(*rules, draw=draw, **head) if draw else book_of(*rules, **head)
    return risk(city_, assess(city_, book, phase))


def row_of(answer, scope, name=None) -> pd.Series:
    rows = answer.areas[answer.areas["scope"] == scope]
    rows = rows if name is None else rows[rows["name"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


def assert_spread(spread, expected):
    found = dict(zip(spread.points.tolist(), spread.probability.tolist(), strict=True))
    wanted = {float(amount): float(chance) for amount, chance in expected.items() if chance}
    assert found.keys() == wanted.keys()
    assert found == pytest.approx(wanted, abs=1e-12)


def test_two_of_four_stops():
    """
    Four stops hold 2, 2, 1 and 0 of 2 sites, 4 points each: they cost 0, 0, 4, 8. Of the six pairs one costs 0,
    two cost 4, two 8, and one 12: 6 on average, full marks in 1 of 6.
    """
    answer = risk_of(stops(2, 2, 1, 0), stop_rule(), draw=draw_of(bus_stop=2))
    least, most = answer.spreads["city", "测试市"]
    for spread in (least, most):
        assert_spread(spread, {0: Fraction(1, 6), 4: Fraction(2, 6), 8: Fraction(2, 6), 12: Fraction(1, 6)})
    row = row_of(answer, "city")
    assert row["expected_least"] == row["expected_most"] == pytest.approx(6)
    assert row["full_least"] == row["full_most"] == pytest.approx(1 / 6)
    assert (row["low_least"], row["high_most"], row["drawn"], row["subjects"], row["unknown"]) == (0, 12, 2, 4, 0)
    assert answer.subjects["subject"].tolist() == ["b003", "b002", "b000", "b001"]
    assert answer.subjects["share_most"].tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert answer.subjects["drawn"].tolist() == [0.5] * 4
    assert (answer.step_points, answer.left_out) == (0.0, ())
    assert list(answer.areas) == AREA_COLUMNS
    assert list(answer.subjects) == SUBJECT_COLUMNS


def test_a_districts_part_and_a_district_alone():
    """
    Stops that cost 0, 4 | 8 (the third lies in the east); 2 of 3 are drawn. The east is hit in 2 of 3 draws: 16/3. The
    west's 4 is drawn in 2 of 3: 8/3. Alone, the east has one stop to draw, and loses 8 for sure.
    """
    answer = risk_of(stops(2, 1, 0, east_from=2), stop_rule(), draw=draw_of(bus_stop=2))
    assert_spread(answer.spreads["district", "东区"][0], {0: Fraction(1, 3), 8: Fraction(2, 3)})
    assert_spread(answer.spreads["district", "西区"][0], {0: Fraction(1, 3), 4: Fraction(2, 3)})
    assert_spread(answer.spreads["alone", "东区"][0], {8: Fraction(1)})
    assert_spread(answer.spreads["alone", "西区"][0], {4: Fraction(1)})
    assert row_of(answer, "district", "东区")["drawn"] == pytest.approx(2 / 3)
    assert row_of(answer, "alone", "东区")["drawn"] == 1
    assert row_of(answer, "city")["expected_most"] == pytest.approx(8)


def test_a_draw_in_one_district_is_the_district_alone():
    """What is asked of one district only is what the whole answer has of it alone; nothing is told of others."""
    place = stops(2, 1, 0, east_from=2)
    book = book_of(stop_rule(), draw=draw_of(bus_stop=2))
    whole_city = assess(place, book, "routine")
    for name in sorted(whole_city.verdicts["district"].dropna().unique()):
        own, alone = risk(place, whole_city, district=name), row_of(risk(place, whole_city), "alone", name)
        row = row_of(own, "city", name)
        assert row.drop(["scope", "name"]).to_dict() == alone.drop(["scope", "name"]).to_dict()
        assert set(own.areas["scope"]) == {"city", "class"} and set(own.subjects["district"]) == {name}


def test_a_walk_of_unequal_starts():
    """
    1,000 m with sites at 100, 200, 300, 400 and 900 m; 5 of 500 m. A walk from 0–100 m holds 4, 100–200 m 3, 200–300 m
    2, 300–400 m 1, 400–500 m 1 (that at 900 m): missing 1, 2, 3, 4, 4 with a fifth each, 2 points each.
    """
    answer = risk_of(street(100, 200, 300, 400, 900), walk_rule(), draw=draw_of(road=3))
    fifth = Fraction(1, 5)
    assert_spread(answer.spreads["city", "测试市"][0], {2: fifth, 4: fifth, 6: fifth, 8: 2 * fifth})
    assert row_of(answer, "city")["expected_least"] == pytest.approx(5.6)
    assert any("不足抽取数" in note for note in answer.notes)


def test_a_street_fails_as_often_as_the_assessment_says():
    """Sites each 100 m up to 1,000 m of 2,000 m: what is lost when, and how often the walk fails."""
    ground = street(*range(0, 1001, 100), length=2000)
    assessment = assess(ground, book_of(walk_rule(), draw=draw_of(road=1)))
    answer = risk(ground, assessment)
    assert answer.subjects["fail_most"].iloc[0] == pytest.approx(1 - assessment.verdicts["pass_probability"].iloc[0])
    tried = walk_by_trying(list(range(0, 1001, 100)), 2000, 500, 5, 2)
    assert_spread(answer.spreads["city", "测试市"][0], tried)


def test_a_short_street_is_walked_whole():
    """250 m need 3 of 5: with one site 2 are missing, for sure."""
    answer = risk_of(street(10, length=250), walk_rule(), draw=draw_of(road=1))
    assert_spread(answer.spreads["city", "测试市"][1], {4: Fraction(1)})


def test_a_cap_holds_for_each_subject():
    capped = {"per_missing": 2, "cap": 5}
    answer = risk_of(street(length=1000), walk_rule() | {"deduction": capped}, draw=draw_of(road=1))
    assert_spread(answer.spreads["city", "测试市"][0], {5: Fraction(1)})


def test_rules_of_one_walk_and_of_another():
    """
    Two rules on 500 m are one walk, that on 200 m another: from 0–100 m the long walk of 600 m holds the site, then
    not. It lacks nothing (½ of the starts of 500 m: site at 50 m) by both rules at once, never by one of them.
    """
    rules = [walk_rule(need=1, points=2), walk_rule(need=1, points=3) | {"id": "walk-2"}]
    answer = risk_of(street(50, length=600), *rules, draw=draw_of(road=1))
    assert_spread(answer.spreads["city", "测试市"][0], {0: Fraction(1, 2), 5: Fraction(1, 2)})
    shorter = walk_rule(window_m=200, need=1, points=10) | {"id": "walk-3"}
    answer = risk_of(street(50, length=600), rules[0], shorter, draw=draw_of(road=1))
    eighth = Fraction(1, 8)  # 50 of the 400 m from which 200 m may start
    expected = {0: eighth / 2, 2: eighth / 2, 10: (1 - eighth) / 2, 12: (1 - eighth) / 2}
    assert_spread(answer.spreads["city", "测试市"][0], expected)


def test_rules_on_one_place_add_up():
    theme = {"title": "核心价值观", "themes": ["core_values"], "need": 1}
    answer = risk_of(
        stops(0, 2),
        stop_rule(),
        stop_rule(need=1, points=1) | {"id": "more"},
        stop_rule(need=2, points=4, quotas=[theme]) | {"id": "quota"},
        draw=draw_of(bus_stop=1),
    )
    # The first lacks 2 + 1 + 2 sites: 8 + 1 + 8; the second only one of core values: 4.
    assert_spread(answer.spreads["city", "测试市"][0], {17: Fraction(1, 2), 4: Fraction(1, 2)})


def test_unknown_answers_are_bounds():
    """One stop of two has a site whose theme nobody recorded: it costs 0 or 4; the other costs 8 in any case."""
    ground = city(
        districts=[district("西区", -900, -900, 5000, 900)],
        roads=[road("人民路", (0, 300), (1000, 300))],
        venues=[venue(f"b{i}", "bus_stop", shapely.Point(1000 * i, 0)) for i in range(2)],
        sites=[site("a", 0, 0), site("b", 1, 0, themes=None)],
    )
    answer = risk_of(ground, stop_rule(), draw=draw_of(bus_stop=1))
    least, most = answer.spreads["city", "测试市"]
    assert_spread(least, {0: Fraction(1, 2), 8: Fraction(1, 2)})
    assert_spread(most, {4: Fraction(1, 2), 8: Fraction(1, 2)})
    row = row_of(answer, "city")
    assert (row["expected_least"], row["expected_most"]) == pytest.approx((4, 6))
    assert (row["full_least"], row["full_most"], row["unknown"]) == (0, 0.5, 1)
    assert any("资料不全" in note for note in answer.notes)


def test_a_place_that_fails_in_any_case_may_lack_less():
    """Of 3 asked for a stop has one site that counts and one that may: it lacks 1 or 2."""
    ground = city(
        roads=[road("人民路", (0, 300), (1000, 300))],
        venues=[venue("b0", "bus_stop", shapely.Point(0, 0))],
        sites=[site("a", 0, 0), site("b", 1, 0, themes=None), site("c", 50, 0)],
    )
    answer = risk_of(ground, stop_rule(need=3), draw=draw_of(bus_stop=1))
    assert_spread(answer.spreads["city", "测试市"][0], {4: Fraction(1)})
    assert_spread(answer.spreads["city", "测试市"][1], {8: Fraction(1)})


def test_a_street_in_a_district_without_stock():
    """Nothing was taken stock of: 0 or all 5, whatever the start."""
    ground = city(
        districts=[district("西区", -900, -900, 5000, 900, surveyed=False)],
        roads=[road("人民路", (0, 0), (1000, 0))],
        sites=[site("far", 0, -800)],
    )
    answer = risk_of(ground, walk_rule(), draw=draw_of(road=1))
    assert_spread(answer.spreads["city", "测试市"][0], {0: Fraction(1)})
    assert_spread(answer.spreads["city", "测试市"][1], {10: Fraction(1)})


def test_a_city_without_stock():
    ground = city(roads=[road("人民路", (0, 0), (1000, 0))], venues=[venue("b0", "bus_stop", shapely.Point(0, 0))])
    answer = risk_of(ground, walk_rule(), stop_rule(), draw=draw_of(road=3, bus_stop=3))
    row = row_of(answer, "city")
    assert (row["expected_least"], row["expected_most"]) == (0, 18)
    assert (row["full_least"], row["full_most"]) == (0, 1)


def test_recorded_numbers():
    """A recorded number that is missing is 0 at worst; a ratio without a total may lack anything."""
    ground = city(
        roads=[road("人民路", (0, 0), (1000, 0))],
        venues=[venue("v0", "vehicle", shapely.Point(0, 0)), venue("v1", "vehicle", shapely.Point(9, 0), bus_psa=2)],
    )
    two = rule("value", "vehicle", column="bus_psa", op=">=", limit=2, deduction={"per_missing": 4})
    answer = risk_of(ground, two, draw=draw_of(vehicle=1))
    assert_spread(answer.spreads["city", "测试市"][1], {0: Fraction(1, 2), 8: Fraction(1, 2)})
    ratio = rule(
        "share", "vehicle", numerator="psa_total", denominator="ads_total", limit=0.3, deduction={"per_missing": 1}
    )
    with pytest.raises(DataError, match="扣分没有上限"):
        risk_of(ground, ratio, draw=draw_of(vehicle=1))
    answer = risk_of(ground, ratio | {"deduction": {"per_missing": 1, "cap": 3}}, draw=draw_of(vehicle=1))
    assert_spread(answer.spreads["city", "测试市"][1], {3: Fraction(1)})


def test_too_many_sums_are_rounded_outwards():
    """Deductions of millionths of points: the distribution is rounded to 0.01, and says so; the mean is exact."""
    ground = stops(*([0] * 7), *([1] * 3))
    rules = [stop_rule(points=1.000001), stop_rule(need=1, points=7.3) | {"id": "more"}]
    answer = risk_of(ground, *rules, draw=draw_of(bus_stop=3))
    assert answer.step_points == pytest.approx(0.01)
    row = row_of(answer, "city")
    mean = 3 * (7 * 9.300002 + 3 * 1.000001) / 10
    assert row["expected_least"] == row["expected_most"] == pytest.approx(mean, rel=1e-12)
    least, most = answer.spreads["city", "测试市"]
    assert mean - 0.031 < least.mean <= mean <= most.mean < mean + 0.031
    assert any("0.01" in note for note in answer.notes)


def test_what_is_not_drawn_or_not_deducted_for():
    park = rule("within", "park", need=1, deduction={"per_missing": 3}) | {"id": "park"}
    free = rule("within", "bus_stop", need=9) | {"id": "free"}
    answer = risk_of(stops(1, 2), stop_rule(), park, free, draw=draw_of(bus_stop=1, park=2))
    assert answer.left_out == ("park",)
    assert_spread(answer.spreads["city", "测试市"][0], {0: Fraction(1, 2), 4: Fraction(1, 2)})
    assert any("未计入" in note for note in answer.notes)


def test_a_book_without_a_draw():
    ground = stops(1)
    assessment = assess(ground, book_of(stop_rule()))
    with pytest.raises(DataError, match="没有规定随机抽取的数量"):
        risk(ground, assessment)
    source = Source(document="d", edition="1", clause="1", confidence="C")
    own = risk(ground, assessment, draw=Draw(counts={"bus_stop": 1}, source=source))
    assert_spread(own.spreads["city", "测试市"][0], {4: Fraction(1)})


def test_another_city():
    with pytest.raises(ValueError, match="another city"):
        risk(stops(1), assess(stops(2), book_of(stop_rule(), draw=draw_of(bus_stop=1))))


def test_places_outside_all_districts():
    ground = city(
        districts=[district("西区", -900, -900, 500, 900)],
        roads=[road("人民路", (0, 300), (1000, 300))],
        venues=[venue(f"b{i}", "bus_stop", shapely.Point(1000 * i, 0)) for i in range(2)],
        sites=[site("far", 0, -800)],
    )
    answer = risk_of(ground, stop_rule(), draw=draw_of(bus_stop=1))
    parts = answer.areas[answer.areas["scope"] == "district"]
    assert parts["name"].tolist() == ["西区", "不在任何区内"]
    assert parts["expected_most"].tolist() == [4, 4]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.integers(1, 4), st.integers(0, 7))
def test_stops_tried(held, drawn, east_from):
    answer = risk_of(stops(*held, east_from=east_from or 10**9), stop_rule(3, 2), draw=draw_of(bus_stop=drawn))
    subjects = [{2 * max(3 - n, 0): Fraction(1)} for n in held]
    tried = drawn_by_trying(subjects, min(drawn, len(held)))
    for spread in answer.spreads["city", "测试市"]:
        assert_spread(spread, tried)
    parts = answer.areas[answer.areas["scope"] == "district"]
    assert parts["expected_most"].sum() == pytest.approx(row_of(answer, "city")["expected_most"])
    assert parts["drawn"].sum() == pytest.approx(min(drawn, len(held)))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 60), max_size=12), st.integers(5, 60), st.integers(1, 4))
def test_walks_tried(at, length, need):
    """Sites at every tenth metre of a street of ``length`` × 10 m, walks of 200 m."""
    at = [10 * x for x in at if x <= length]
    answer = risk_of(
        street(*at, length=10 * length), walk_rule(window_m=200, need=need, points=3), draw=draw_of(road=1)
    )
    assert_spread(answer.spreads["city", "测试市"][1], walk_by_trying(at, 10 * length, 200, need, 3))


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.data())
def test_laws_on_a_town(seed, data):
    """Bounds bracket what recording the unknown says; a site less costs nothing less; probabilities are whole."""
    rules = [
        walk_rule(),
        stop_rule(),
        rule("visible", "square", need=4, sample_points=0, deduction={"per_missing": 2, "cap": 5}) | {"id": "view"},
    ]
    draw = draw_of(road=2, bus_stop=2, square=1)
    before = town(seed, sites=40)
    answer = risk_of(before, *rules, draw=draw)
    for pair in answer.spreads.values():
        for spread in pair:
            assert spread.probability.sum() == pytest.approx(1)
            assert (spread.probability >= 0).all() and (np.diff(spread.points) > 0).all()
            assert spread.points.max() <= 2 * 10 + 2 * 8 + 5
        for part in (0.05, 0.5, 0.95):
            assert pair[0].quantile(part) <= pair[1].quantile(part)
    areas = answer.areas
    for name in ("expected", "low", "high", "full"):
        assert (areas[f"{name}_least"] <= areas[f"{name}_most"] + 1e-12).all()
    for reading, name in enumerate(("expected_least", "expected_most")):
        means = [answer.spreads[key][reading].mean for key in zip(areas["scope"], areas["name"], strict=True)]
        assert means == pytest.approx(areas[name].tolist())
    recorded = before.sites.copy()
    themes = data.draw(st.sampled_from(["讲文明树新风", "诚信"]))
    recorded["themes"] = recorded["themes"].where(recorded["themes"].notna(), themes)
    known = risk_of(type(before).from_layers({**before.layers, "sites": recorded}, before.meta), *rules, draw=draw)
    row, low, high = row_of(known, "city"), *(row_of(answer, "city")[f"expected_{x}"] for x in ("least", "most"))
    assert low - 1e-9 <= row["expected_least"] and row["expected_most"] <= high + 1e-9
    fewer = before.sites.drop(index=data.draw(st.sampled_from(list(before.sites.index))))
    worse = risk_of(type(before).from_layers({**before.layers, "sites": fewer}, before.meta), *rules, draw=draw)
    for name in ("expected_least", "expected_most"):
        assert (worse.areas[name] >= areas[name] - 1e-9).all()


def test_the_same_twice():
    ground = town(3)
    rules = [walk_rule(), stop_rule()]
    first, second = (risk_of(ground, *rules, draw=draw_of(road=2, bus_stop=1)) for _ in range(2))
    pd.testing.assert_frame_equal(first.areas, second.areas)
    pd.testing.assert_frame_equal(first.subjects, second.subjects)
