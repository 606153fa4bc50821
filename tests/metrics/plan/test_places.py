"""What squares, places and gates ask for; drawn so that one sees what must come out."""

import numpy as np
import shapely

from metrics.assessment import assess
from metrics.plan import Goals, Offer, plan
from metrics.plan.around import spots_beside, thinned
from metrics.plan.ground import Ground
from metrics.plan.problem import problem_of
from metrics.scenario import Site, WhatIf, edited_city
from tests.cities import building, city, road, site, venue
from tests.metrics.judging import book_of, rule, visible_rule, within_rule
from tests.metrics.plan.drawn import EAST, NORTH, but

FAR = site("far", 9000, 0)
FLAG = Offer(carriers=("lamp_post_flag",), retheme=None, repair=None)
SQUARE = venue("sq", "square", shapely.box(0, 0, 40, 40), name="人民广场")


def test_a_square_sees_what_no_building_hides():
    """Free are a patch behind a building in the east and one in the open west: the plan takes the west."""
    drawn = city(venues=[SQUARE], sites=[FAR], buildings=[building(45, -60, 46, 100)])
    offer = Offer(FLAG.carriers, forbidden=but((47, 0, 70, 40), (-30, 0, -5, 40)), repair=None, retheme=None)
    found = plan(drawn, book_of(visible_rule(1)), offer=offer)
    assert (found.new, found.rechecked) == (1, True)
    assert found.proposals[0].site.x_mm / 1000 < EAST
    assert found.proposals[0].closes == ("测试规则：人民广场",)
    only_behind = Offer(FLAG.carriers, forbidden=but((47, 0, 70, 40)), repair=None, retheme=None)
    hidden = plan(drawn, book_of(visible_rule(1)), offer=only_behind)
    assert [own.subject for own in hidden.impossible] == ["sq"]
    assert "附近没有可设点位" in hidden.impossible[0].reason


def test_a_square_with_quotas():
    """Three to be seen, one about role models, one on a board: three sites, one of them a board, one themed so."""
    quotas = [{"need": 1, "themes": ["role_model"]}, {"need": 1, "carriers": ["notice_board"]}]
    drawn = city(venues=[SQUARE], sites=[FAR], buildings=[building(500, 500, 510, 510)])
    found = plan(drawn, book_of(visible_rule(3, quotas=quotas)), cheapest=True)
    assert sorted(own.site.carrier for own in found.proposals) == ["lamp_post_flag", "lamp_post_flag", "notice_board"]
    assert any("role_model" in own.site.themes for own in found.proposals)
    assert (found.cost, found.rechecked) == (4600, True)


def test_without_buildings_nobody_knows_what_is_seen():
    """Then the square is unknown as soon as something stands there; with nothing near it fails and says why."""
    found = plan(city(venues=[SQUARE], sites=[FAR]), book_of(visible_rule(1)), offer=FLAG)
    assert "建筑物图层" in found.impossible[0].reason
    assert found.proposals == ()


def test_inside_a_park_and_within_reach_of_a_stop():
    """Two in a park of 60 m, one within 10 m of a stop: the rings around the stop are not wider than that."""
    drawn = city(
        venues=[
            venue("pk", "park", shapely.box(0, 0, 60, 60), name="公园"),
            venue("st", "bus_stop", shapely.Point(500, 0), name="车站"),
        ],
        sites=[FAR],
    )
    book = book_of(within_rule(2), rule("presence", "bus_stop", id="stop", reach_m=5))
    found = plan(drawn, book, offer=FLAG)
    assert (found.new, found.closed, found.rechecked) == (3, 2, True)
    inside = [own for own in found.proposals if own.closes == ("测试规则：公园",)]
    park = shapely.box(EAST, NORTH, EAST + 60, NORTH + 60)
    assert len(inside) == 2
    assert all(shapely.covers(park, own.site.point) for own in inside)
    (stop,) = [own for own in found.proposals if own.closes == ("测试规则：车站",)]
    assert stop.site.point.distance(shapely.Point(EAST + 500, NORTH)) <= 5
    assert {own.place for own in inside} == {"公园内"}
    assert stop.place == "车站旁 5 米"


def test_one_site_serves_two_places_that_lie_near():
    """Stops 30 m apart, 20 m of reach: one between them does for both."""
    stops = [venue("a", "bus_stop", shapely.Point(0, 0)), venue("b", "bus_stop", shapely.Point(30, 0))]
    found = plan(city(venues=stops, sites=[FAR]), book_of(rule("presence", "bus_stop", reach_m=20)), offer=FLAG)
    assert found.new == 1
    assert set(found.proposals[0].closes) == {"测试规则：a", "测试规则：b"}


def test_nothing_stands_in_buildings_water_or_on_carriageways():
    """A park with a house, a pond and a road through it."""
    drawn = city(
        venues=[venue("pk", "park", shapely.box(0, 0, 100, 100))],
        sites=[FAR],
        buildings=[building(0, 0, 45, 100)],
        areas=[({"kind": "water"}, shapely.box(60, 50, 100, 100))],
        roads=[road("公园路", (52, -50), (52, 150), highway="tertiary")],
    )
    found = plan(drawn, book_of(within_rule(6)), offer=FLAG)
    assert (found.new, found.rechecked) == (6, True)
    x, y = (np.array([(own.site.x_mm, own.site.y_mm) for own in found.proposals]) / 1000 - (EAST, NORTH)).T
    assert (x >= 45).all()
    assert (np.abs(x - 52) >= 6).all()
    assert ((x <= 60) | (y <= 50)).all()


def _scenic(**more) -> dict:
    """A scenic area of 400 m with gates in the west and east; the path between them is straight."""
    return {
        "venues": [
            venue("sc", "scenic_area", shapely.box(0, 0, 400, 100), name="景区"),
            venue("west", "gate", shapely.Point(0, 50)),
            venue("east", "gate", shapely.Point(400, 50)),
        ],
        "roads": [({"highway": "footway"}, shapely.LineString([(0, 50), (400, 50)]))],
        "buildings": [building(900, 900, 910, 910)],
        **more,
    }


REACH = rule("reach", "scenic_area", walk_m=100)


def test_each_gate_without_a_site_in_sight_gets_one():
    """From the west gate something is seen already: one new site near the east gate closes the place."""
    drawn = city(sites=[site("w", 40, 55), FAR], **_scenic())
    found = plan(drawn, book_of(REACH), offer=FLAG)
    assert (found.status, found.new, found.asked, found.rechecked) == ("proved", 1, 1, True)
    assert found.proposals[0].site.x_mm / 1000 - EAST > 200
    assert found.proposals[0].closes == ("测试规则：景区",)
    both = plan(city(sites=[FAR], **_scenic()), book_of(REACH), offer=FLAG)
    assert (both.new, both.asked, both.rechecked) == (2, 1, True)


def test_a_faded_site_on_the_way_is_repaired_rather():
    drawn = city(sites=[site("w", 40, 55), site("e", 350, 55, condition="褪色")], **_scenic())
    found = plan(drawn, book_of(REACH))
    assert [(own.id, own.kind) for own in found.proposals] == [("e", "repair")]
    assert found.rechecked


def test_which_spots_help_a_gate_is_what_an_assessment_of_each_says():
    """Two buildings beside the path throw shadows on it: of all spots around the east gate some are not seen."""
    layers = _scenic(buildings=[building(330, 40, 385, 48), building(340, 52, 350, 99)])
    drawn = city(sites=[site("w", 40, 55), FAR], **layers)
    book = book_of(rule("reach", "scenic_area", walk_m=20))
    whatif = WhatIf(drawn, book)
    problem = problem_of(whatif, Goals(), FLAG)
    survey, _, _ = whatif.now()
    gate, path = shapely.Point(EAST + 400, NORTH + 50), drawn.roads.geometry
    spots = spots_beside(path, gate, 10, walk_m=20)
    spots = thinned(spots[Ground(survey, (), 10).allowed(spots)], 10_000)
    helps = set(map(tuple, problem.xy_mm.tolist()))
    assert len(helps) >= 10
    for x, y in spots.tolist():
        changes = {"n": Site("n", x, y, "lamp_post_flag", "civility", "good")}
        (status,) = assess(edited_city(drawn, changes), book).verdicts["status"]
        assert (status == "pass") == ((x, y) in helps)


def test_a_spot_behind_a_building_does_not_help_a_gate():
    """Only a patch that a house hides from the path is free."""
    drawn = city(sites=[site("w", 40, 55), FAR], **_scenic(buildings=[building(300, 56, 399, 58)]))
    offer = Offer(FLAG.carriers, repair=None, retheme=None, forbidden=but((380, 60, 396, 80)))
    found = plan(drawn, book_of(rule("reach", "scenic_area", walk_m=10)), offer=offer)
    assert [own.subject for own in found.impossible] == ["sc"]
    assert "没有可设的点位" in found.sentence
