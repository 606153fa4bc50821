"""What failing streets ask for, and what closes them; streets that are solved by hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
import shapely

from data.city import City
from data.errors import DataError
from metrics.assessment import Assessment, assess
from metrics.book import RuleBook
from metrics.plan import Goals, Offer, Plan, Proposal, plan
from metrics.scenario import edited_city
from tests.cities import EAST, city, district, road, site, venue
from tests.metrics.judging import along_rule, book_of, gaps_of, judge
from tests.metrics.plan.drawn import street

FLAG = Offer(carriers=("lamp_post_flag",), retheme=None, repair=None)


def test_one_site_closes_two_windows_of_an_empty_street():
    """A window of 300 m on 600 m needs one site: one at 300 m is in all of them."""
    found = plan(street(), book_of(along_rule(300, 1)), offer=FLAG)
    assert (found.status, found.new, found.changed, found.closed) == ("proved", 1, 0, found.asked)
    (proposal,) = found.proposals
    assert proposal.place == "人民路南侧，距西端 300 米"
    assert proposal.closes == ("测试规则：人民路",)
    assert proposal.cost == 300
    assert found.rechecked
    assert "已证明" in found.sentence


def test_what_stands_counts():
    """With a site at 100 m the windows that start after it fail: one more, at 400 m or less, and 300 m or more."""
    found = plan(street(100), book_of(along_rule(300, 1)), offer=FLAG)
    assert found.new == 1
    assert 300 <= _east(found.proposals[0]) <= 400


def test_a_crossing_site_counts_for_both_streets_or_for_the_nearest():
    """Two streets of 300 m cross at 100 m; the window is 300 m: one site at the crossing serves both."""
    drawn = city(
        roads=[road("人民路", (0, 0), (100, 0), (300, 0)), road("解放路", (100, -100), (100, 0), (100, 200))],
        sites=[site("far", 9000, 0)],
    )
    assert plan(drawn, book_of(along_rule(300, 1)), offer=FLAG).new == 1
    assert plan(drawn, book_of(along_rule(300, 1, attach="nearest")), offer=FLAG).new == 2


def test_quotas_by_theme_are_met_by_the_same_sites_and_by_form_by_others():
    """Two sites needed; one of a theme, one a notice board, which costs more: one flag and one board, both themed."""
    quotas = [{"need": 1, "themes": ["our_values"]}, {"need": 1, "carriers": ["notice_board"]}]
    found = plan(street(), book_of(along_rule(600, 2, quotas=quotas)), cheapest=True)
    assert sorted(own.site.carrier for own in found.proposals) == ["lamp_post_flag", "notice_board"]
    assert found.cost == 4300
    assert any("our_values" in own.site.themes for own in found.proposals)
    assert found.rechecked


def test_panels_count_and_a_site_without_panels_helps_nobody():
    """Three panels needed: a faded site of two, repaired, and one new; one whose panels are 0 is not proposed."""
    faded = {"condition": "褪色"}
    drawn = street(sites=[site("two", 100, 12, panels=2, **faded), site("zero", 200, 12, panels=0, **faded)])
    found = plan(drawn, book_of(along_rule(600, 3, count="panels")), cheapest=True)
    assert sorted(own.kind for own in found.proposals) == ["new", "repair"]
    assert {own.id for own in found.proposals if own.kind == "repair"} == {"two"}
    assert found.cost == 450


def test_a_short_street_needs_its_part():
    """200 m of a window of 500 m that needs 5: 2."""
    assert plan(street(length=200), book_of(along_rule(500, 5)), offer=FLAG).new == 2
    assert plan(street(length=200), book_of(along_rule(500, 5, short="whole")), offer=FLAG).new == 5
    assert plan(street(length=200), book_of(along_rule(500, 5, short="exempt")), offer=FLAG).status == "nothing_asked"


def test_facilities_count_as_sites():
    """A stop in the middle is one of the two needed."""
    drawn = street(venues=[venue("st", "bus_stop", shapely.Point(300, 10))])
    found = plan(drawn, book_of(along_rule(600, 2, facility_classes=["bus_stop"])), offer=FLAG)
    assert found.new == 1


def test_facilities_alone_cannot_be_put_up():
    drawn = street(venues=[venue("st", "bus_stop", shapely.Point(3000, 10))])
    found = plan(drawn, book_of(along_rule(300, 1, sites=False, facility_classes=["bus_stop"])), offer=FLAG)
    assert (found.status, found.proposals) == ("nothing_asked", ())


def test_in_a_chosen_district_no_gap_is_left_and_elsewhere_nothing_is_done():
    """1 200 m, half in each district; with 200 m windows the west half takes sites up to 200 m beyond the border."""
    drawn = street(
        length=1200, districts=[district("西区", -50, -300, 600, 300), district("东区", 600, -300, 1250, 300)]
    )
    book = book_of(along_rule(200, 1))
    assert plan(drawn, book, offer=FLAG).new == 5
    found = plan(drawn, book, goals=Goals(districts=("西区",)), offer=FLAG)
    assert found.rechecked
    assert found.new == 3
    assert max(map(_east, found.proposals)) <= 800
    after = judge_after(drawn, book, found)
    assert set(after.gaps["district"].dropna()) == {"东区"}
    assert {flip.before for flip in found.difference.flips} == set()
    both = plan(drawn, book, goals=Goals(districts=("西区", "东区")), offer=FLAG)
    assert both.new == 5


def test_districts_that_are_not_chosen_ask_nothing():
    drawn = street(
        length=400, districts=[district("西区", -50, -300, 600, 300), district("东区", 600, -300, 1250, 300)]
    )
    assert plan(drawn, book_of(along_rule(200, 1)), goals=Goals(districts=("东区",))).status == "nothing_asked"


def test_a_half_without_stock_asks_nothing():
    """What fails whatever stands in the east half: windows that do not touch it."""
    drawn = street(
        length=1200,
        districts=[district("西区", -50, -300, 600, 300), district("东区", 600, -300, 1250, 300, surveyed="否")],
    )
    found = plan(drawn, book_of(along_rule(200, 1)), offer=FLAG)
    assert found.new == 2
    assert max(map(_east, found.proposals)) <= 600
    assert found.rechecked


def test_spacing_and_existing_sites_are_kept():
    """Ten sites in 100 m with 10 m between them; one stands at 50 m: none nearer than that to it."""
    found = plan(street(50, length=100), book_of(along_rule(100, 6)), offer=FLAG)
    assert found.new == 5
    spots = sorted([50.0, *map(_east, found.proposals)])
    assert min(b - a for a, b in pairwise(spots)) >= 10
    crowded = plan(street(50, length=100), book_of(along_rule(100, 12)), offer=Offer(FLAG.carriers, spacing_m=40))
    assert crowded.status == "proved"
    assert [own.subject_name for own in crowded.impossible] == ["人民路"]
    assert "缺" in crowded.impossible[0].reason
    assert "没有可设的点位" in crowded.sentence


def test_the_gaps_really_close():
    drawn, book = street(100, 130, length=900), book_of(along_rule(200, 2))
    found = plan(drawn, book, offer=FLAG)
    assert gaps_of(judge(drawn, along_rule(200, 2)))
    assert judge_after(drawn, book, found).gaps.empty


def judge_after(drawn: City, book: RuleBook, found: Plan) -> Assessment:
    """The city after the plan, judged as a whole."""
    return assess(edited_city(drawn, found.changes), book)


def _east(proposal: Proposal) -> float:
    """Metres from the corner of the drawing, east."""
    return proposal.site.x_mm / 1000 - EAST


def test_a_plan_within_a_district_ends_at_its_border():
    """
    1 200 m, half in each district, one site for each 200 m: the third of the west half stands on the border.

    Three sites for each 200 m, 10 m apart and no further than 12 m from the street, which is 20 m wide: at most two
    on the border, one on either side, so that walks from the last metres before it lack one. What is put up over there
    closes these too, and is told to lie in the east.
    """
    halves = [district("西区", -50, -300, 600, 300), district("东区", 600, -300, 1250, 300)]
    drawn, west = street(length=1200, districts=halves), Goals(districts=("西区",))
    inside = replace(FLAG, within=("西区",))
    one = plan(drawn, book_of(along_rule(200, 1)), goals=west, offer=inside)
    assert (one.status, one.new, one.impossible) == ("proved", 3, ())
    assert max(map(_east, one.proposals)) == 600 and not any(own.beyond for own in one.proposals)
    assert set(judge_after(drawn, book_of(along_rule(200, 1)), one).gaps["district"].dropna()) == {"东区"}

    book = book_of(along_rule(200, 3, reach_m=12))
    found = plan(drawn, book, goals=west, offer=inside)
    assert found.rechecked and max(map(_east, found.proposals)) <= 600
    assert found.new == 9 and "西区" in found.impossible[0].reason
    gaps = judge_after(drawn, book, found).gaps
    (left,) = gaps[gaps["district"] == "西区"]["length_m"]
    assert 9 <= left <= 10

    free = plan(drawn, book, goals=west, offer=FLAG)
    over = [own for own in free.proposals if _east(own) > 600]
    assert free.rechecked and over and all(own.beyond == "东区" and "（在东区）" in own.place for own in over)
    assert not any(own.beyond for own in free.proposals if _east(own) <= 600)
    assert f"其中 {len(over)} 处不在所选的区内（东区）" in free.sentence
    assert "西区" not in set(judge_after(drawn, book, free).gaps["district"].dropna())


def test_a_neighbours_site_is_not_mended_within_a_district():
    """A faded flag just over the border would do for the west half's last walks: within, a new one is put up."""
    halves = [district("西区", -50, -300, 600, 300), district("东区", 600, -300, 1250, 300)]
    faded = site("faded", 600.05, 12, condition="褪色")
    drawn = street(100, 200, 300, 401, length=1200, districts=halves, sites=[faded])
    west, book = Goals(districts=("西区",)), book_of(along_rule(200, 1))
    free = plan(drawn, book, goals=west, offer=Offer(FLAG.carriers, retheme=None), cheapest=True)
    assert {own.id for own in free.proposals} == {"faded"} and free.proposals[0].beyond == "东区"
    within = plan(drawn, book, goals=west, offer=Offer(FLAG.carriers, within=("西区",)), cheapest=True)
    assert "faded" not in {own.id for own in within.proposals}
    assert max(map(_east, within.proposals)) <= 600


def test_districts_that_are_not_there_are_told():
    with pytest.raises(DataError, match="没有名为“南区”的区"):
        plan(street(), book_of(along_rule(200, 1)), offer=replace(FLAG, within=("南区",)))
