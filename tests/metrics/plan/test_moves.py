"""Repairs and other themes, required and forbidden spots, and what plans say of themselves."""

import pytest

from metrics.plan import Offer, Plan, Required, plan
from metrics.scenario import WhatIf
from tests.cities import EAST, NORTH, site
from tests.metrics.judging import along_rule, book_of
from tests.metrics.plan.drawn import EVERYWHERE, box, street

CIVILITY = along_rule(600, 1, themes=["civility"])


def _kinds(found: Plan) -> list[tuple[str, str]]:
    return [(own.id, own.kind) for own in found.proposals]


@pytest.mark.parametrize(
    ("columns", "kind", "cost", "themes"),
    [
        ({"condition": "褪色"}, "repair", 150, "civility"),
        ({"themes": "诚信"}, "retheme", 100, "integrity,civility"),
        ({"themes": None}, "retheme", 100, "civility"),
        ({"themes": "没听说过"}, "retheme", 100, "civility"),
        ({"themes": "诚信", "condition": "破损"}, "repair_and_retheme", 250, "integrity,civility"),
    ],
)
def test_what_stands_is_made_to_count(columns: dict, kind: str, cost: float, themes: str):
    drawn = street(sites=[site("s", 300, 12, **columns)])
    found = plan(drawn, book_of(CIVILITY), cheapest=True)
    if columns.get("themes", "") is None:  # it may count already: nobody knows, and nothing fails
        assert found.status == "nothing_asked"
        return
    assert _kinds(found) == [("s", kind)]
    assert (found.cost, found.new, found.changed, found.rechecked) == (cost, 0, 1, True)
    site_after = found.proposals[0].site
    assert site_after.condition == "good"
    assert set(site_after.themes.split(",")) >= set(themes.split(",")) & {"civility"}


def test_an_unrecorded_theme_is_made_sure_where_two_are_needed():
    """Three needed, one counts, one may: it still fails; the one that may is changed, and one is new."""
    drawn = street(sites=[site("sure", 100, 12), site("open", 200, 12, themes=None)])
    found = plan(drawn, book_of(along_rule(600, 3, themes=["civility"])), cheapest=True)
    assert sorted(kind for _, kind in _kinds(found)) == ["new", "retheme"]
    assert found.rechecked


def test_a_condition_that_only_the_rule_excludes_is_repaired():
    drawn = street(sites=[site("s", 300, 12, condition="褪色", themes="诚信")])
    rule = along_rule(600, 1, themes=["civility"], excluded_conditions=["faded"])
    found = plan(drawn, book_of(rule), cheapest=True)
    assert (found.cost, found.rechecked) == (250, True)
    no_repair = plan(drawn, book_of(rule), cheapest=True, offer=Offer(repair=None))
    assert (no_repair.new, no_repair.rechecked) == (1, True)


def test_a_condition_that_the_rule_does_not_exclude_stays():
    drawn = street(sites=[site("s", 300, 12, condition="褪色", themes="诚信")])
    found = plan(drawn, book_of(along_rule(600, 1, themes=["civility"], excluded_conditions=[])), cheapest=True)
    assert _kinds(found) == [("s", "retheme")]
    assert (found.proposals[0].site.condition, found.rechecked) == ("faded", True)


def test_changes_are_proposed_even_where_nothing_new_may_stand():
    drawn = street(sites=[site("s", 300, 12, condition="褪色")])
    found = plan(drawn, book_of(CIVILITY), offer=Offer(forbidden=(EVERYWHERE,)))
    assert _kinds(found) == [("s", "repair")]


def test_required_spots_are_taken_and_count():
    """A spot at 300 m is required: it closes the street; at 1 m it does not, and one more is needed."""
    book = book_of(along_rule(300, 1))
    must = Required(int((EAST + 300) * 1000), int((NORTH + 12) * 1000), "sign")
    found = plan(street(), book, offer=Offer(required=(must,)))
    assert [(own.site.x_mm, own.site.carrier) for own in found.proposals] == [(must.x_mm, "sign")]
    away = Required(int((EAST + 1) * 1000), int((NORTH + 12) * 1000), "sign")
    found = plan(street(), book, offer=Offer(required=(away,)))
    assert (found.new, found.rechecked) == (2, True)


def test_forbidden_areas_are_kept_free():
    found = plan(street(), book_of(along_rule(200, 1)), offer=Offer(forbidden=(box(0, -50, 350, 50),)))
    assert all(own.site.x_mm / 1000 >= EAST + 350 for own in found.proposals)
    assert [own.subject_name for own in found.impossible] == ["人民路"]
    assert found.rechecked


def test_the_city_with_changes_is_what_is_planned_for():
    """One site is accepted; the plan for what is left needs one less, and its new ids are others."""
    drawn, book = street(), book_of(along_rule(200, 1))
    whatif = WhatIf(drawn, book)
    first = plan(drawn, book, whatif=whatif)
    accepted = first.proposals[0]
    whatif.change({accepted.id: accepted.site})
    rest = plan(drawn, book, whatif=whatif)
    assert rest.new == first.new - 1
    assert accepted.id not in rest.changes
    assert rest.rechecked
    assert whatif.changes == {accepted.id: accepted.site}


def test_of_as_many_moves_the_cheaper_are_taken():
    """A flag does where a board would too; but where the street lacks a board as well, the board does both."""
    boards = [{"need": 1, "carriers": ["notice_board"]}]
    assert plan(street(), book_of(along_rule(600, 2, quotas=boards))).cost == 4300
    assert plan(street(), book_of(along_rule(600, 1, quotas=boards))).cost == 4000


def test_what_nobody_knows_does_not_become_a_failure():
    """
    A site shows something not recorded. One rule needs it (unknown), another needs two of a second theme (fails).

    Made to show the second theme, it shows the first as well: then both rules pass.
    """
    drawn = street(sites=[site("open", 300, 12, themes=None)])
    rules = along_rule(600, 1, themes=["civility"]), along_rule(600, 2, id="two", themes=["integrity"])
    found = plan(drawn, book_of(*rules), cheapest=True)
    assert sorted(own.kind for own in found.proposals) == ["new", "retheme"]
    assert (found.difference.lost, found.rechecked) == ([], True)
    (changed,) = (own for own in found.proposals if own.kind == "retheme")
    assert set(changed.site.themes.split(",")) == {"civility", "integrity"}
    assert len(found.difference.gained) == 2
