"""What a district's account sees of the city on the pages: its own area, by the one table of rights."""

import json
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from briefing.scenario_files import spreadsheet_of_sites
from metrics.listing import findings
from metrics.rulebook import load_rulebook
from metrics.scenario import Site
from metrics.scenario.scenario import Scenario
from store import open_store
from store.access import RIGHTS
from tests.cities import city, district, road, site
from tests.views.conftest import HERE
from tests.views.test_pages import html_of
from tests.views.visiting import opened
from texts import say
from views import calls, cookies, door, mock_book, siting_actions, siting_area, siting_map
from views.ranking import ranking_html
from views.siting_desk import Desk
from views.siting_shown import shown_findings
from views.siting_work import Bench

BOOK = load_rulebook("zhoushan-2017")
MINE, OTHER = "西区", "东区"


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Two districts of 3 km, a road of 6 km through both with sites each 800 m: both fail."""
    sites = [site(f"S{at}", at, 5) for at in range(400, 6000, 800)]
    town = city(
        districts=[district(MINE, 0, -900, 3000, 900), district(OTHER, 3000, -900, 6000, 900)],
        roads=[
            road("长街", (0, 0), (6000, 0)),
            road("西街", (100, 300), (2900, 300)),
            road("东街", (3100, 300), (5900, 300)),
        ],
        sites=sites,
    )
    return Bench(town, BOOK, "routine")


def desk_of(bench: Bench, area: str = MINE) -> Desk:
    return Desk(Scenario("方案", bench.city.fingerprint), area=area)


def told(bench: Bench, x: float, y: float, **more) -> dict:
    """A click of the map at a place in metres of the drawing."""
    there = bench.city.roads.geometry.iloc[0].coords[0]
    point = gpd.GeoSeries([shapely.Point(there[0] + x, there[1] + y)], crs=bench.city.crs).to_crs(4326).iloc[0]
    return {"serial": more.pop("serial", 1), "what": "click", "lon": point.x, "lat": point.y, "zoom": 17, **more}


def test_the_map_shows_what_lies_in_the_area_and_no_sites_of_others(bench):
    shown = shown_findings(bench, bench.base, area=MINE)
    assert set(shown["district"]) == {MINE} and len(shown) < len(shown_findings(bench, bench.base))
    assert len(siting_area.own_rows(bench, MINE)) == 4 and len(siting_area.own_rows(bench, "")) == len(bench.stock)
    _, _, own = siting_map._base(bench, MINE)
    _, _, whole = siting_map._base(bench)
    mine, others = (json.dumps(name)[1:-1] for name in ("西街", "东街"))
    assert others in whole and others not in own and mine in own


@pytest.mark.parametrize("mode", ["look", "place", "move", "forbid", "require"])
def test_a_click_elsewhere_changes_nothing_and_is_told(bench, mode):
    mine = desk_of(bench)
    mine.mode = mode
    siting_actions.take_answer(bench, mine, bench.base, told(bench, 4500, 300))
    assert not mine.scenario.steps and mine.subject is None and mine.site is None
    assert mine.unheard and mine.said == say("siting.said.not_own", area=MINE)


def test_a_click_in_ones_own_area_places_a_site(bench):
    mine = desk_of(bench)
    mine.mode = "place"
    siting_actions.take_answer(bench, mine, bench.base, told(bench, 1500, 300))
    assert len(mine.scenario.changes) == 1 and not mine.unheard


def test_a_site_of_others_cannot_be_dragged_nor_ones_own_to_others(bench):
    mine = desk_of(bench)
    for serial, (id, to) in enumerate((("S4400", 1500), ("S1200", 4500)), start=1):
        answer = told(bench, to, 300, serial=serial, what="drag", id=id)
        siting_actions.take_answer(bench, mine, bench.base, answer)
        assert not mine.scenario.changes and mine.unheard


def test_a_district_that_the_city_does_not_have_sees_nothing(bench):
    assert shown_findings(bench, bench.base, area="南区").empty
    assert not len(siting_area.own_rows(bench, "南区"))
    assert not siting_area.is_inside(bench, "南区", 0, 0)


def test_what_is_handed_on_holds_the_sites_of_the_area_and_the_edited_ones(bench):
    moved = bench.own_site("S4400").moved(*bench.stock.xy_mm[0].tolist())
    own = siting_area.own_city(bench, MINE, {"S4400": moved})
    ids = set(spreadsheet_of_sites(own, {"S4400": moved}).iloc[:, 0].astype(str)) | set(own.sites["id"])
    assert {"S400", "S1200", "S2000", "S2800", "S4400"} == ids & set(bench.city.sites["id"])
    assert siting_area.own_city(bench, "", {}) is bench.city


def test_flips_of_others_are_not_told(bench):
    x, y = bench.city.roads.geometry.iloc[0].coords[0]
    spots = {f"N{at}": (int((x + at) * 1000), int((y + 305) * 1000)) for at in range(3150, 5900, 50)}
    new = {id: Site(id, *spot, "lamp_post_flag", "civility") for id, spot in spots.items()}
    flips = bench.outcome(new).difference.flips
    assert {flip.district for flip in flips} >= {OTHER}
    assert not siting_area.own_flips(bench.outcome(new).difference, MINE).flips


def test_scores_of_all_are_published_what_fails_is_told_of_ones_own(bench):
    assessment = bench.assessed
    everywhere = findings(assessment)
    own, whole = ranking_html(assessment, everywhere, only=MINE), ranking_html(assessment, everywhere)
    assert MINE in own and OTHER in own
    assert (own.count('class="split note"'), whole.count('class="split note"')) == (1, 2)


def test_the_risk_and_the_mock_assessment_hold_ones_own_only(bench):
    own = mock_book._within(bench.assessed, MINE)
    assert set(own.verdicts["district"].dropna()) == set(own.gaps["district"]) == {MINE}
    assert len(own.verdicts) < len(bench.assessed.verdicts)


@pytest.fixture
def as_role(user_folder, monkeypatch):
    """The app as somebody of a role finds it."""
    kept = open_store()
    boss = replace(kept.people.first("boss", "王主任", "a long password"), until=None)

    def signed_in(role: str, **where: str) -> AppTest:
        kept.people.add(boss, role, "某某", role, **where)
        _, token = kept.sessions.open(kept.people.sign_in_outside(role))
        monkeypatch.setattr(door, "knock", lambda: replace(HERE, cookies={cookies.COOKIE: token}))
        return opened()

    yield signed_in
    kept.close()


@pytest.mark.parametrize(
    ("role", "where"), [("planner", {}), ("district", {"district": "古渡区"}), ("unit", {"unit": "市城管局"})]
)
def test_who_may_not_see_a_page_does_not_get_it(as_role, role, where):
    app = as_role(role, **where)
    for page in RIGHTS:
        if role not in RIGHTS[page]:
            with pytest.raises(ValueError, match="Could not find a navigation page"):
                app.switch_page(f"pages/{page}.py")


def test_a_district_on_coverage_siting_and_mock_sees_its_own(as_role):
    app = as_role("district", district="古渡区")
    assessment = calls.assessment("demo", "zhoushan-2017", "routine")
    others = set(assessment.gaps.loc[assessment.gaps["district"] != "古渡区", "subject_name"].dropna()) - set(
        assessment.verdicts.loc[assessment.verdicts["district"] == "古渡区", "subject_name"].dropna()
    )
    assert not [name for name in others if f">{name}<" in html_of(app)]
    app.switch_page("pages/siting.py").run()
    for _ in range(60):
        if any(button.key == "siting_run" for button in app.button):
            break
        app.run()
    assert not app.exception
    assert not [one for one in app.selectbox if one.key == "siting_scope"] and "古渡区得分" in html_of(app)
    assert not [one for one in app.multiselect if one.key == "siting_districts"]
    app.switch_page("pages/mock.py").run()
    assert not app.exception
    assert "古渡区预期扣" in html_of(app) and "全市预期扣" not in html_of(app)
    names = set(assessment.verdicts["district"].dropna()) - {"古渡区"}
    assert not [name for name in names if name in html_of(app)]
