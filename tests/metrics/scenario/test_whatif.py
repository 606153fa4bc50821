"""Edits judged where they matter give what the whole city judged anew gives, to the last digit."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.demo import demo_city
from data.errors import DataError
from metrics.assessment import assess
from metrics.rulebook import load_rulebook, shipped_rulebooks
from metrics.scenario import Flip, ScoreChange, StreetChange, WhatIf, edited_city
from tests.cities import building, city, district, road, site, sites_along, venue
from tests.metrics.judging import along_rule, book_of, rule, visible_rule, within_rule
from tests.metrics.scenario.drawn import CORNER_MM, drawn_town, every_measure
from tests.metrics.scenario.edits import CARRIERS, CONDITIONS, EDIT, SIZES, THEMES, changes_by, expect_same, expect_true
from tests.metrics.scenario.test_scenario import at

# --- by hand

TWO_STREETS = city(
    districts=[district("东区", -50, -50, 1050, 50), district("西区", -50, 950, 1050, 1050)],
    roads=[road("甲路", (0, 0), (1000, 0)), road("乙路", (0, 1000), (800, 1000))],
    sites=[*sites_along(300), *sites_along(300, y=1005, prefix="t")],
)
ONE_IN_500 = book_of(along_rule(500, 1))


def test_a_site_more():
    """
    Each 500 m ask for one site. 甲路 fails at starts from 300 to 500, 乙路 nowhere: the last walk starts at 300.

        甲路  0 ------ 300 * ---------- (600 *) ------ 1000
        乙路  0 ------ 300 * ------------------- 800
    """
    whatif = WhatIf(TWO_STREETS, ONE_IN_500)
    found = whatif.change({"n": at("n", 600)})
    flip = Flip("r", "甲路", "甲路", "road", "东区", None, "fail", "pass")
    assert [replace(own, subject="甲路") for own in found.flips] == [flip]
    assert found.gained == list(found.flips) and found.lost == []
    change = StreetChange("r", "甲路", "甲路", 700.0, 0.0, 0.6, 1.0)
    assert [replace(own, subject="甲路") for own in found.streets] == [change]
    assert (found.gap_m_before, found.gap_m) == (700.0, 0.0)
    # 300 of 500 m and 300 of 300 m of starts pass: 600 of 800.
    assert found.city == ScoreChange("city", "测试市", 75.0, 100.0, 1, 1)
    assert [own for own in found.scores if own.scope == "district"] == [
        ScoreChange("district", "东区", 60.0, 100.0, 2, 1),
        ScoreChange("district", "西区", 100.0, 100.0, 1, 1),
    ]


def test_a_site_less():
    """Without its one site 乙路 fails all along, and its district falls behind the other."""
    found = WhatIf(TWO_STREETS, ONE_IN_500).change({"t0": None})
    assert [(own.subject_name, own.before, own.after) for own in found.lost] == [("乙路", "pass", "fail")]
    assert (found.gap_m_before, found.gap_m) == (700.0, 1500.0)
    assert [(own.pass_probability_before, own.pass_probability) for own in found.streets] == [(1.0, 0.0)]
    assert [(own.before, own.after, own.rank_before, own.rank) for own in found.scores] == [
        (75.0, 37.5, 1, 1),
        (60.0, 60.0, 2, 1),
        (100.0, 0.0, 1, 2),
    ]


def test_a_site_moved_changed_and_put_back():
    whatif = WhatIf(TWO_STREETS, ONE_IN_500)
    own = whatif.site("s0")
    moved = whatif.change({"s0": own.moved(own.x_mm + 100_000, own.y_mm)})  # at 400: starts from 400 to 500 fail
    assert [(street.gap_m, street.pass_probability) for street in moved.streets] == [(600.0, 0.8)]
    faded = whatif.change({"s0": replace(own, condition="faded")})  # counts no more
    assert [(street.gap_m, street.pass_probability) for street in faded.streets] == [(1000.0, 0.0)]
    assert whatif.site("s0").condition == "faded"
    unknown = whatif.change({"s0": replace(own, themes=None)})  # it may count: only the starts from 300 surely fail
    assert [(street.gap_m, street.pass_probability) for street in unknown.streets] == [(700.0, 0.0)]
    assert unknown.flips == []
    back = whatif.change({"s0": own})
    assert (back.flips, back.streets, whatif.changes) == ([], [], {})


def test_squares_and_parks_gained_and_lost():
    """A house hides the only site from the square; the park has the one it needs until that is taken away."""
    town = city(
        venues=[venue("sq", "square", shapely.box(0, 0, 40, 40)), venue("pk", "park", shapely.box(200, 0, 260, 40))],
        buildings=[building(50, 0, 60, 40)],
        sites=[site("behind", 80, 20), site("inside", 230, 20)],
    )
    whatif = WhatIf(town, book_of({**visible_rule(1), "id": "view"}, {**within_rule(1), "id": "park"}))
    behind = whatif.site("behind")
    found = whatif.change({"behind": behind.moved(behind.x_mm - 35_000, behind.y_mm), "inside": None})
    assert [(flip.rule, flip.subject, flip.before, flip.after) for flip in found.flips] == [
        ("view", "sq", "fail", "pass"),
        ("park", "pk", "pass", "fail"),
    ]


def test_a_screen_makes_a_subject_and_takes_it_away():
    town = city(venues=[venue("st", "bus_stop", shapely.Point(0, 0))], sites=[site("s", 500, 0)])
    whatif = WhatIf(town, book_of(rule("rate", "bus_stop", limit=2)))
    come = whatif.change({"n": at("n", 5, carrier="screen")})
    assert [(flip.before, flip.after) for flip in come.flips] == [("", "unknown")]
    expect_same(whatif.assessment(), assess(edited_city(town, whatif.changes), whatif.book))
    assert whatif.change({"n": None}).flips == []


def test_a_screen_that_is_moved_keeps_its_plays():
    """Its plays are recorded in the layer, of which a site knows nothing."""
    town = city(
        venues=[venue("st", "bus_stop", shapely.Point(0, 0))],
        sites=[site("s", 5, 0, carrier="电子显示屏", psa_per_10_min=3.0)],
    )
    whatif = WhatIf(town, book_of(rule("rate", "bus_stop", limit=2)))
    own = whatif.site("s")
    assert whatif.change({"s": own.moved(own.x_mm + 1000, own.y_mm)}).flips == []
    assert whatif.assessment().verdicts["status"].tolist() == ["pass"]


def test_a_square_seen_from_far_outside_it():
    """Its recorded viewing point lies a kilometre east; a site there is seen."""
    lon_lat = city(venues=[venue("p", "park", shapely.Point(1000, 0))]).venues.to_crs(4326).geometry.iloc[0]
    town = city(
        venues=[venue("sq", "square", shapely.box(-20, -20, 20, 20), centre_lon=lon_lat.x, centre_lat=lon_lat.y)],
        buildings=[building(5000, 0, 5010, 10)],
        sites=[site("s", 5000, 500)],
    )
    whatif = WhatIf(town, book_of(visible_rule(1)))
    assert [flip.after for flip in whatif.change({"n": at("n", 1010)}).flips] == ["pass"]


def test_attached_to_the_nearest_street_whatever_was_edited_before():
    """A site added first, nearer to the other street, does not count for this one when this one is judged again."""
    roads = [road("甲路", (0, 0), (400, 0)), road("乙路", (0, 40), (400, 40))]
    town = city(roads=roads, sites=sites_along(900, y=900))
    whatif = WhatIf(town, book_of(along_rule(200, 1, attach="nearest", reach_m=35)))
    base = assess(town, whatif.book)
    whatif.change({"a": at("a", 200, 30)})
    whatif.change({"b": at("b", 10, -30)})
    expect_true(whatif, base)
    whatif.change({"c": at("c", 100, 20)})  # as near to both: it belongs to one of them
    expect_true(whatif, base)


# --- against the whole city judged anew


@settings(max_examples=12)
@given(
    seed=st.integers(0, 20),
    sites=st.sampled_from([1, 4, 60]),
    buildings=st.booleans(),
    edits=st.lists(EDIT, min_size=1, max_size=10),
)
def test_as_the_whole_city_judged_anew(seed: int, sites: int, buildings: bool, edits: list[tuple]):
    town, book = drawn_town(seed, sites=sites, buildings=buildings), every_measure()
    base, whatif = assess(town, book), WhatIf(town, book)
    for step, edit in enumerate(edits):
        whatif.change(changes_by(whatif, edit, CORNER_MM))
        if step in (0, 4):
            expect_true(whatif, base)
    expect_true(whatif, base)
    assert not whatif.become({}).flips
    expect_same(whatif.assessment(), base)


@pytest.mark.parametrize(
    ("name", "phase"), [*((name, "routine") for name in shipped_rulebooks()), ("zhoushan-2017", "inspection")]
)
def test_shipped_books_on_the_demo_city(name: str, phase: str):
    """Forty edits near the city's own sites, all kinds, then back to the city as it is."""
    town, book, random = demo_city(), load_rulebook(name), np.random.default_rng(7)
    base, whatif = assess(town, book, phase), WhatIf(town, book, phase)
    places = whatif.stock.xy_mm
    for _ in range(40):
        corner = places[random.integers(len(places))] + random.normal(0, 50_000, 2).astype(int)
        kinds = ["add", "add", "beside", "move", "remove", "change", "back"]
        words = (options[random.integers(len(options))] for options in (CARRIERS, THEMES, CONDITIONS, SIZES))
        edit = (kinds[random.integers(len(kinds))], int(random.integers(10**6)), 0, 0, *words, None, 1.0)
        whatif.change(changes_by(whatif, edit, corner))
    expect_true(whatif, base)
    whatif.become({})
    assert not whatif.changes and not whatif.difference().flips and not whatif.difference().streets
    expect_same(whatif.assessment(), base)


def test_a_city_whose_stock_is_empty_takes_sites():
    town = drawn_town(2, sites=4)
    town = replace(town, sites=town.sites.iloc[:0])
    whatif, book = WhatIf(town, every_measure()), every_measure()
    whatif.change({"n": at("n", 310, 100), "m": at("m", 320, 300, carrier="screen")})
    expect_true(whatif, assess(town, book))


def test_a_phase_the_book_does_not_know():
    with pytest.raises(DataError):
        WhatIf(TWO_STREETS, ONE_IN_500, "另一个阶段")
