"""What the page 选址推演 computes and says, on the city of `small`, which is solved by hand there."""

import io
import json
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from briefing.scenario_files import write_scenario
from look.sent_ground import ground_of
from metrics.assessment import assess
from metrics.plan import CurvePoint, Proposal
from metrics.rulebook import load_rulebook
from metrics.scenario import Mark, Site, edited_city
from metrics.scenario.marks import REQUIRED
from metrics.scenario.scenario import Scenario
from tests.cities import EAST, NORTH
from tests.views.small import GAP, SCRIPT, small_city
from views import siting_map, siting_shown
from views.maps import drawing_data
from views.siting_actions import accept, alter, move, place, redo, remove, restore, take_answer, undo
from views.siting_compare import comparison_html, edit_kind
from views.siting_curve import bend, curve_figure
from views.siting_desk import FORBID, MOVE, OUTLINE, PLACE, REQUIRE, Desk, Planned
from views.siting_figures import figures, flips_html, probabilities
from views.siting_map import delta
from views.siting_plan import offer_of
from views.siting_proposals import proposals_data
from views.siting_shown import shown_findings
from views.siting_store import written_bytes
from views.siting_words import change, grouped, money
from views.siting_work import Bench

GOOD_FLAG = ("lamp_post_flag", "civility", "good", 1.0, 0.6, 1.8)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(small_city(), load_rulebook("zhoushan-2017"), "routine")


@pytest.fixture
def desk(bench) -> Desk:
    return Desk(Scenario("方案一", bench.city.fingerprint))


def at(x_m: float, y_m: float) -> shapely.Point:
    return shapely.Point(EAST + x_m, NORTH + y_m)


def filling(*positions: float) -> dict[str, Site]:
    """New flags south of the street at these positions."""
    return {
        f"new{x}": Site(
            f"new{x}", round((EAST + x) * 1000), round((NORTH - 12) * 1000), "lamp_post_flag", "civility", "good"
        )
        for x in positions
    }


def clicked(bench: Bench, point: shapely.Point, *, serial: int, zoom: float = 16, what: str = "click", **more) -> dict:
    lonlat = gpd.GeoSeries([point], crs=bench.city.crs).to_crs(4326).iloc[0]
    return {"serial": serial, "what": what, "lon": lonlat.x, "lat": lonlat.y, "zoom": zoom, **more}


def test_outcome_is_what_assess_finds(bench):
    changes = filling(550, 650, 750, 850, 950) | {"o50": None, "faded": None}
    outcome = bench.outcome(changes)
    judged = assess(edited_city(bench.city, changes), bench.book, bench.phase)
    pd.testing.assert_frame_equal(pd.DataFrame(outcome.gaps), pd.DataFrame(judged.gaps))
    assert outcome.difference.city.after == judged.scores["score"].iloc[0]
    assert bench.outcome({}).difference.flips == []


def test_five_flags_close_five_hundred_metres(bench):
    """The walk from 50 m on finds five as long as it reaches 550–950 m: what fails begins at 950 m then."""
    before, after = probabilities(bench, bench.outcome(filling(550, 650, 750, 850, 950)), "")
    assert before == pytest.approx(100 / 1500)
    assert after > before
    rows = {one.name: one for one in figures(bench, bench.outcome(filling(550, 650, 750, 850, 950)), "")}
    assert rows["不达标路段"].before == pytest.approx(GAP[1] - GAP[0])
    assert rows["不达标路段"].after < rows["不达标路段"].before
    assert "全市名次" not in rows
    assert {one.name for one in figures(bench, bench.base, "东区")} >= {"得分", "全市名次"}


def test_what_was_repaired_lies_blue_below_what_still_fails(bench):
    shown = shown_findings(bench, bench.outcome(filling(550, 650, 750, 850, 950)))
    lines = shown[shown["is_line"]]
    assert set(lines["status"]) == {"pass", "fail"}
    assert lines.loc[lines["status"] == "pass", "length_m"].sum() == pytest.approx(GAP[1] - GAP[0])
    assert (shown_findings(bench, bench.base)["status"] != "pass").all()


def test_place_snaps_and_says_how_far(bench, desk):
    """On the middle of the carriageway nothing may stand: the site goes behind the kerb."""
    place(bench, desk, at(700, 0))
    (site,) = desk.scenario.changes.values()
    off = abs(site.point.y - NORTH)
    assert 8 <= off < 20 and desk.site == site.id
    assert "离所点位置" in desk.said and not desk.unheard
    place(bench, desk, at(700, 0))
    one, other = desk.scenario.changes.values()
    assert one.point.distance(other.point) >= 10, "edited sites keep the least spacing"


def test_no_spot_changes_nothing(bench, desk):
    place(bench, desk, at(9_000, 9_000))
    assert desk.unheard and not desk.scenario.changes


def test_steps_and_back(bench, desk):
    """Put up, move, alter, take away, restore; undone to the beginning and redone to the end."""
    place(bench, desk, at(700, 0))
    id = desk.site
    move(bench, desk, id, at(800, 0))
    alter(bench, desk, id, carrier="poster_box")
    alter(bench, desk, "faded", condition="good")
    remove(bench, desk, "banner")
    end = dict(desk.scenario.changes)
    kinds = {one: edit_kind(bench.own_site(one), site) for one, site in end.items()}
    assert kinds == {id: "new", "faded": "changed", "banner": "gone"}
    restore(bench, desk, "banner")
    assert edit_kind(bench.own_site("banner"), desk.scenario.changes["banner"]) is None
    for _ in range(6):
        undo(desk)
    assert not desk.scenario.changes and not desk.scenario.can_undo
    undo(desk)
    for _ in range(5):
        redo(desk)
    assert dict(desk.scenario.changes) == end


def test_clicks_do_what_the_mode_says(bench, desk):
    def click(serial: int, x: float, y: float, **more) -> None:
        take_answer(
            bench, desk, bench.outcome(dict(desk.scenario.changes)), clicked(bench, at(x, y), serial=serial, **more)
        )

    click(1, 1160, 5)
    assert desk.site == "faded"
    click(2, 1500, 500, zoom=13)
    assert desk.site is None and desk.subject[1] == "Q1"
    desk.mode = PLACE
    click(3, 700, 0)
    assert len(desk.scenario.changes) == 1
    click(3, 900, 0)
    assert len(desk.scenario.changes) == 1, "an answer counts once"
    desk.mode, desk.radius_m = FORBID, 100
    click(4, 900, 0)
    assert desk.closed_areas()[0].area == pytest.approx(31_400, rel=0.01)
    desk.mode = PLACE
    click(5, 900, 0)
    placed = bench.site(desk.site, desk.scenario.changes)
    assert placed is None or not desk.closed_areas()[0].contains(placed.point)
    desk.mode, desk.site = MOVE, None
    click(6, 1160, 5)
    click(7, 1200, 0)
    assert edit_kind(bench.own_site("faded"), desk.scenario.changes["faded"]) == "moved"
    click(8, 1300, 0, what="drag", id="faded")
    assert abs(desk.scenario.changes["faded"].point.x - EAST - 1300) < 20
    desk.mode = FORBID
    click(9, 900, 0)
    assert not desk.forbidden, "a click into a closed area opens it"


def proposal(number: int, closes: str, kind: str = "new") -> Proposal:
    site = next(iter(filling(500 + 20 * number).values()))
    return Proposal(site.id, kind, site, 300.0, f"测试大道南侧 {number}{SCRIPT}", (closes,))


def test_proposals_are_grouped_and_accepted(bench, desk):
    proposals = [proposal(1, "甲"), proposal(2, "乙"), proposal(3, "甲")]
    assert [(name, len(own)) for name, own in grouped(proposals)] == [("甲", 2), ("乙", 1)]
    plan = type("Plan", (), {"proposals": tuple(proposals)})
    desk.planned = Planned(plan, "score", ("", ""), {})
    accept(desk, [proposals[0], proposals[2]])
    assert [one.id for one in desk.waiting()] == [proposals[1].id]
    data = proposals_data(proposals, {proposals[1].id})
    assert [group["number"] for group in data["groups"]] == ["", "1"]
    assert json.dumps(data)
    undo(desk)
    assert len(desk.waiting()) == 3


def test_bend_is_where_more_stops_paying():
    """20, 20, 4, 2 points for each ten sites: after 20 sites each brings less than a quarter of 2."""
    points = [CurvePoint(n, score, score, 300.0 * n) for n, score in ((0, 40), (10, 60), (20, 80), (30, 84), (40, 86))]
    assert bend(points) == (20, pytest.approx(0.4))
    assert bend(points[:3]) is None and bend(points[:1]) is None
    assert len(curve_figure(points, placed=20).data) >= 4
    assert curve_figure(points, placed=None).data


def test_changes_in_words():
    assert change(1.0, 3.5, lambda v: f"{v:.1f}", least=0.1) == "▲ 2.5"
    assert change(1.0, 0.99, lambda v: f"{v:.1f}", least=0.1) == "▼ 不到 0.1"
    assert change(1.0, 1.0, str, least=0.1) == change(None, 1.0, str, least=0.1) == "不变"
    assert (money(300), money(148_000)) == ("300 元", "14.8 万元")


def test_names_of_the_data_are_escaped():
    hostile = Bench(small_city(square=SCRIPT, street=SCRIPT), load_rulebook("zhoushan-2017"), "routine")
    flags = {
        f"s{n}": Site(f"s{n}", round((EAST + 1480 + n) * 1000), round((NORTH + 510) * 1000), *GOOD_FLAG)
        for n in range(0, 40, 4)
    }
    outcome = hostile.outcome(flags)
    assert outcome.difference.gained
    shown = flips_html(hostile, outcome.difference)
    assert "<img" not in shown and "&lt;img" in shown


def test_tables_hold_all_sites(bench, tmp_path):
    changes = filling(550) | {"banner": None}
    table = pd.read_csv(io.BytesIO(written_bytes(write_scenario, bench.city, changes, "csv")))
    assert len(table) == len(bench.city.sites)
    assert {"经度", "纬度"} <= set(table.columns) and "new550" in set(table["编号"])
    package = tmp_path / "scenario.gpkg"
    package.write_bytes(written_bytes(write_scenario, bench.city, changes, "gpkg"))
    assert len(gpd.read_file(package, layer="sites")) == len(bench.city.sites)
    assert len(gpd.read_file(package, layer="changes")) == 2


def test_scenarios_side_by_side(bench):
    html = comparison_html(bench, bench.outcome(filling(550)), bench.outcome({}), ("甲<b>", "乙"), "")
    assert "甲&lt;b&gt;" in html and "新增 1 处" in html and "没有改动" in html


def test_a_site_does_not_stand_in_its_own_way(bench, desk):
    """Dragged two metres it goes two metres; where it stood another may stand."""
    place(bench, desk, at(700, -12))
    id, first = desk.site, desk.scenario.changes[desk.site]
    move(bench, desk, id, at(702, -12))
    assert "正是所点的位置" in desk.said
    assert desk.scenario.changes[id].point.distance(first.point) == pytest.approx(2, abs=0.01)
    move(bench, desk, "faded", at(1300, -12))
    was = bench.own_site("faded").point
    place(bench, desk, shapely.Point(was.x, NORTH - 12))
    assert "正是所点的位置" in desk.said
    assert desk.scenario.changes[desk.site].point.distance(was) < 20


def test_areas_and_spots_are_drawn_and_taken_back(bench, desk):
    """An outline of four corners keeps 550–850 m free; what has to stand in it cannot, beside it it can."""
    around = bench.outcome({})

    def draw(serial: int, *corners: tuple[float, float]) -> None:
        places = gpd.GeoSeries([at(*corner) for corner in corners], crs=bench.city.crs).to_crs(4326)
        told = clicked(bench, at(*corners[0]), serial=serial, what="area")
        take_answer(bench, desk, around, told | {"corners": [[one.x, one.y] for one in places]})

    desk.mode, desk.radius_m = FORBID, OUTLINE
    draw(1, (550, -150), (850, -150), (850, 150), (550, 150))
    (area,) = desk.closed_areas()
    assert area.area == pytest.approx(90_000, rel=1e-4) and "90 000 平方米" in plain(desk.said)
    draw(2, (0, 0), (10, 0), (20, 0))
    assert desk.unheard and len(desk.forbidden) == 1, "a line encloses nothing"
    desk.mode = REQUIRE
    take_answer(bench, desk, around, clicked(bench, at(700, -12), serial=3))
    assert desk.unheard and not desk.required_spots
    take_answer(bench, desk, around, clicked(bench, at(1100, -12), serial=4))
    spot = desk.required_spots[-1]
    assert (spot.carrier, len(desk.required_spots)) == ("lamp_post_flag", 1)
    offer = offer_of(desk)
    assert offer.forbidden == (area,) and offer.required[0].carrier == "lamp_post_flag"
    assert (offer.required[0].x_mm, offer.required[0].y_mm) == spot.points_mm[0]
    take_answer(bench, desk, around, clicked(bench, at(1100, -12), serial=5))
    assert not desk.required_spots
    desk.mode = FORBID
    take_answer(bench, desk, around, clicked(bench, at(700, 0), serial=6))
    assert not desk.forbidden
    while desk.scenario.can_undo:
        undo(desk)
    assert not desk.scenario.marks and not desk.scenario.changes


def test_a_required_spot_is_done_when_its_proposal_is_accepted(bench, desk):
    one = proposal(1, "甲")
    at_mm = (one.site.x_mm, one.site.y_mm)
    desk.do("必设点", {}, {"required-1": Mark("required-1", REQUIRED, (at_mm,), "lamp_post_flag")})
    accept(desk, [one])
    assert not desk.required_spots and one.site.id in desk.scenario.changes
    undo(desk)
    assert desk.required_spots


def test_old_proposals_wait_out_of_sight_while_others_are_sought(desk):
    one = proposal(1, "甲")
    plan = SimpleNamespace(proposals=(one,))
    desk.planned = Planned(plan, "score", ("", ""), {})
    assert desk.waiting() == [one]
    desk.job = object()
    assert desk.waiting() == []


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


ROWS = st.dictionaries(st.sampled_from("abc"), st.lists(st.lists(st.integers(0, 3), max_size=2), max_size=6))


@given(was=ROWS, now=ROWS)
def test_what_differs_makes_the_one_of_the_other(was, now):
    """As the script of the map puts it together: the rows that stay, then the new ones; each row once is enough."""
    was = {name: was.get(name, []) for name in "abc"} | {"legend": ["x"], "origin": 1}
    now = {name: now.get(name, []) for name in "abc"} | {"legend": ["y"], "origin": 1}
    told = delta(was, now)
    assert "origin" not in told and told["legend"] == {"now": ["y"]}
    for name in "abc":
        own = told.get(name, {"gone": [], "new": []})
        made = [row for place, row in enumerate(was[name]) if place not in own["gone"]] + own["new"]
        assert {repr(row) for row in made} == {repr(row) for row in now[name]}


def test_the_map_without_edits_travels_once(bench):
    base, _, _ = siting_map._base(bench)
    ground = ground_of(bench.city)
    assert delta(base, drawing_data(siting_shown.drawing_of(bench, bench.base, chosen=None), ground.origin)) == {}
    edited = siting_shown.drawing_of(bench, bench.outcome(filling(550, 650)), chosen=None)
    told = delta(base, drawing_data(edited, ground.origin))
    assert told and len(json.dumps(told)) < len(json.dumps(base))
