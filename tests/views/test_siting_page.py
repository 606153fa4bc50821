"""选址推演 started from app.py on the demo city: its numbers are those of the assessment, edits move and undo them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from streamlit.testing.v1 import AppTest

from metrics.assessment import assess
from metrics.listing import Filters, walk_probability
from metrics.scenario import Scenario, Site, edited_city
from store.errors import StoreError
from store.scenarios import Kept
from tests.views.small import small_city
from texts import say
from views import calls, office, siting_drafts
from views.siting_plan import goal_rules

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120  # the demo city is made once


@pytest.fixture
def page(user_folder) -> Iterator[AppTest]:
    """The page as a visitor finds it on the demo city."""
    started = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS).run()
    yield opened(started)


def opened(app: AppTest) -> AppTest:
    """The page, once its city is ready."""
    app.switch_page("pages/siting.py").run()
    for _ in range(60):
        assert not app.exception
        if any(button.key == "siting_run" for button in app.button):
            break
        app.run()
    return app


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("\u202f", " ")


def numbers_of(app: AppTest) -> dict[str, str]:
    """The numbers after the edits, by name."""
    return dict(re.findall(r'data-figure="([^"]+)">([^<]+)<', html_of(app)))


def click(app: AppTest, serial: int, *, zoom: float = 16) -> AppTest:
    """A click on the middle of the worst failing stretch."""
    gaps = calls.assessment("demo", "zhoushan-2017", "routine").gaps
    line = gaps[gaps["from_m"].notna()].sort_values("length_m").iloc[-1].geometry
    point = line.interpolate(0.5 + 0.01 * serial, normalized=True)
    degrees = gpd.GeoSeries([point], crs=gaps.crs).to_crs(4326).iloc[0]
    told = {"serial": serial, "what": "click", "lon": degrees.x, "lat": degrees.y, "zoom": zoom}
    app.session_state["siting_answer"] = told
    return app.run()


def desk_of(app: AppTest, key: str = "demo"):
    return app.session_state["siting_desks"][key]


def test_numbers_are_those_of_the_assessment(page):
    assessment = calls.assessment("demo", "zhoushan-2017", "routine")
    shown = numbers_of(page)
    assert float(shown["得分"]) == pytest.approx(assessment.scores["score"].iloc[0], abs=0.051)
    stretches = assessment.gaps[assessment.gaps["from_m"].notna()]
    assert float(shown["不达标路段"].split()[0]) == pytest.approx(stretches["length_m"].sum() / 1000, abs=0.051)
    assert int(shown["不达标场所"].split()[0]) == len(assessment.gaps) - len(stretches)
    share, _ = walk_probability(assessment, Filters())
    assert float(shown["达标概率"].split()[0]) == pytest.approx(100 * share, abs=0.051)


def test_clicks_place_sites_and_undo_takes_them_back(page):
    before = numbers_of(page)
    page.segmented_control(key="siting_mode").set_value("place").run()
    for serial in range(1, 7):
        click(page, serial)
        assert not page.exception
    changes = dict(desk_of(page).scenario.changes)
    assert len(changes) == 6 and "已新增灯杆道旗" in html_of(page)
    now = calls.city("demo")
    judged = assess(edited_city(now, changes), calls.book("zhoushan-2017"), "routine")
    stretches = judged.gaps[judged.gaps["from_m"].notna()]
    after = numbers_of(page)
    assert float(after["不达标路段"].split()[0]) == pytest.approx(stretches["length_m"].sum() / 1000, abs=0.051)
    assert after != before
    for _ in range(6):
        page.button(key="siting_undo").click().run()
    assert numbers_of(page) == before
    page.button(key="siting_redo").click().run()
    assert len(desk_of(page).scenario.changes) == 1


def test_nothing_is_lost_on_another_page(page):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.segmented_control(key="siting_how").set_value("budget").run()
    page.slider(key="siting_budget").set_value(1.5).run()
    page.switch_page("pages/standards.py").run()
    opened(page)
    assert len(desk_of(page).scenario.changes) == 1
    assert page.slider(key="siting_budget").value == 1.5
    assert page.segmented_control(key="siting_mode").value == "place"


@pytest.mark.parametrize(
    ("how", "slider", "key"), [("budget", "siting_budget", "no_budget"), ("count", "siting_sites", "no_sites_asked")]
)
def test_nothing_asked_is_told(page, how, slider, key):
    page.segmented_control(key="siting_how").set_value(how).run()
    page.slider(key=slider).set_value(0).run()
    page.button(key="siting_run").click().run()
    assert not page.exception
    assert say(f"siting.plan.{key}") in html_of(page)
    assert desk_of(page).job is None


def test_site_is_repaired_and_restored(page):
    sites = calls.city("demo").sites
    faded = sites.loc[sites["condition"] == "faded", "id"].iloc[0]
    desk_of(page).site = faded
    page.run()
    page.selectbox(key="siting_site_condition").select("good").run()
    assert not page.exception
    assert desk_of(page).scenario.changes[faded].condition == "good"
    page.button(key="siting_restore").click().run()
    assert "没有改动" in html_of(page)


def test_scenario_is_kept_opened_and_compared(page):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.text_input(key="siting_name").input("东区补点").run()
    page.button(key="siting_keep").click().run()
    assert not page.exception
    (kept,) = kept_names()
    assert (kept.name, kept.version) == ("东区补点", 1) and not desk_of(page).unsaved
    click(page, 2)
    page.button(key="siting_keep").click().run()
    assert "第 2 版" in html_of(page)
    page.button(key="siting_new").click().run()
    assert not desk_of(page).scenario.changes
    page.selectbox(key="siting_other").select("东区补点").run()
    assert not page.exception
    assert "东区补点" in html_of(page) and "新增 2 处" in html_of(page)
    press_on_shelf(page, "siting_open_0")
    assert len(desk_of(page).scenario.changes) == 2
    press_on_shelf(page, "siting_drop_0")
    assert "确定删除" in html_of(page)
    page.button(key="siting_answer_0").click().run()
    assert desk_of(page).unsaved and len(desk_of(page).scenario.changes) == 2
    assert not kept_names()


def press_on_shelf(page: AppTest, key: str) -> None:
    """Open the list of kept scenarios, which is not sent as long as it is closed, and press a button; close it."""
    assert key not in [button.key for button in page.button]
    page.session_state["siting_shelf"] = True
    page.run()
    page.button(key=key).click().run()
    page.session_state["siting_shelf"] = False
    page.run()


def kept_names() -> list[Kept]:
    """What is kept of the demo city."""
    return office.store().scenarios.all(office.store().people.demo("127.0.0.1"), "澜州市")


def kept_by(page: AppTest, name: str, text: str, version: int = 0) -> None:
    """Somebody else saves a scenario."""
    store = office.store()
    store.scenarios.keep(store.people.demo("127.0.0.1"), "澜州市", name, text, version=version)


def test_a_name_that_was_not_opened_here_is_asked_about(page):
    kept_by(page, "方案一", Scenario("方案一").to_json(calls.city("demo")))
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.button(key="siting_keep").click().run()
    assert "已有同名方案“方案一”" in html_of(page) and desk_of(page).unsaved
    page.button(key="siting_answer_1").click().run()  # keep both
    assert desk_of(page).scenario.name == "方案一（2）" and not desk_of(page).unsaved
    assert len(kept_names()) == 2


def test_who_saved_first_is_told_and_mine_stays(page):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.button(key="siting_keep").click().run()
    kept_by(page, "方案一", Scenario("方案一").to_json(calls.city("demo")), version=1)
    click(page, 2)
    page.button(key="siting_keep").click().run()
    assert "更新为第 2 版" in html_of(page) and len(desk_of(page).scenario.changes) == 2
    page.button(key="siting_answer_0").click().run()  # over theirs
    assert desk_of(page).kept == ("方案一", 3) and not desk_of(page).unsaved


def test_unsaved_edits_are_asked_about(page):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.button(key="siting_new").click().run()
    assert "尚未保存" in html_of(page)
    page.button(key="siting_answer_leave").click().run()
    assert len(desk_of(page).scenario.changes) == 1 and "尚未保存" not in html_of(page)
    page.button(key="siting_new").click().run()
    page.button(key="siting_answer_0").click().run()  # keep first
    assert not desk_of(page).scenario.changes
    assert [one.name for one in kept_names()] == ["方案一"]


def test_unsaved_edits_outlive_the_session(page, user_folder):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    click(page, 2)
    page.button(key="siting_undo").click().run()
    key = page.query_params["draft"]
    wanted = numbers_of(page)
    siting_drafts.all_written()
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    again.query_params["draft"] = key
    again.run()
    again.query_params["draft"] = key
    opened(again)
    assert numbers_of(again) == wanted and "已恢复方案" in html_of(again)
    scenario = desk_of(again).scenario
    assert len(scenario.changes) == 1 and scenario.can_redo and desk_of(again).unsaved


def test_a_store_that_does_not_answer_switches_saving_off(page, monkeypatch):
    def gone():
        raise StoreError(say("store.base.gone"))

    monkeypatch.setattr(office, "store", gone)
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    assert not page.exception
    assert "暂时不能保存和打开" in html_of(page) and len(desk_of(page).scenario.changes) == 1
    page.button(key="siting_keep").click().run()
    assert not page.exception and "没有保存" in html_of(page) and desk_of(page).unsaved


def test_scenario_with_sites_that_are_gone_opens_with_a_sentence(page):
    scenario = Scenario("旧方案")
    middle = calls.city("demo").sites.geometry.iloc[0]
    there = {"x_mm": round(middle.x * 1000), "y_mm": round(middle.y * 1000)}
    scenario.do("移动", {"不在了": Site("不在了", **there, carrier="lamp_post_flag")})
    scenario.do("拆除", {"也不在了": None})
    text = scenario.to_json(calls.city("demo")).replace('"new": true', '"new": false')
    page.file_uploader(key="siting_upload").upload("old.json", text.encode()).run()
    assert not page.exception
    assert "已不在城市数据中" in html_of(page) and len(desk_of(page).scenario.steps) == 2


def test_names_of_sites_are_escaped(page):
    hostile = "<img src=x onerror=alert(1)>`${alert(2)}`=1+1"
    scenario = Scenario("旧方案")
    middle = calls.city("demo").sites.geometry.iloc[0]
    there = {"x_mm": round(middle.x * 1000), "y_mm": round(middle.y * 1000)}
    scenario.do(hostile, {hostile: Site(hostile, **there, carrier=hostile, themes=hostile, condition=hostile)})
    page.file_uploader(key="siting_upload").upload("x.json", scenario.to_json(calls.city("demo")).encode()).run()
    desk_of(page).site = hostile
    page.run()
    assert not page.exception
    assert "&lt;img" in html_of(page) and "<img" not in html_of(page)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "`${alert(1)}`", "=1+1", "𠮷𰻞麵館", "**粗** :red[红] ~~删~~ $x$", "长" * 60]
)
def test_names_are_kept_as_typed(page, name):
    page.text_input(key="siting_name").input(name).run()
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    page.button(key="siting_keep").click().run()
    assert not page.exception
    (kept,) = kept_names()
    assert kept.name == name
    assert "<script>alert" not in html_of(page)
    press_on_shelf(page, "siting_open_0")
    assert not page.exception and desk_of(page).scenario.name == name


def test_file_that_is_no_scenario_is_told(page):
    page.file_uploader(key="siting_upload").upload("x.json", b'{"a": 1}').run()
    assert not page.exception
    assert say("scenario.fault.not_one") in html_of(page)
    page.file_uploader(key="siting_upload").upload("y.json", b"\xff\xfe\x00").run()
    assert not page.exception
    assert "不是方案文件" in html_of(page)


def test_city_without_sites_is_told(user_folder, tmp_path):
    city = small_city()
    bare = type(city)(**{**vars(city), "sites": None})
    bare.write(tmp_path / "bare.gpkg")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    app.session_state["chosen_city"] = str(tmp_path / "bare.gpkg")
    app.run()
    app.switch_page("pages/siting.py").run()
    assert not app.exception
    assert say("siting.no_sites") in html_of(app)


def test_scenario_of_another_city_is_told(page, user_folder, tmp_path):
    page.segmented_control(key="siting_mode").set_value("place").run()
    click(page, 1)
    text = desk_of(page).scenario.to_json(calls.city("demo"))
    small_city().write(tmp_path / "small.gpkg")
    page.session_state["chosen_city"] = str(tmp_path / "small.gpkg")
    opened(page)
    assert not desk_of(page, str(tmp_path / "small.gpkg")).scenario.changes, "each city has its own desk"
    page.file_uploader(key="siting_upload").upload("other.json", text.encode()).run()
    assert not page.exception
    assert "这个方案是为" in html_of(page)


def test_plan_without_gaps_says_so(page, tmp_path):
    """Banks of the small city: there are none, so nothing can be asked."""
    small_city().write(tmp_path / "small.gpkg")
    page.session_state["chosen_city"] = str(tmp_path / "small.gpkg")
    opened(page)
    desk = desk_of(page, str(tmp_path / "small.gpkg"))
    passing = calls.assessment(str(tmp_path / "small.gpkg"), "zhoushan-2017", "routine").gaps["rule"]
    desk.ask.rules = [rule for rule in goal_rules(desk.outcome_of) if rule not in set(passing)][:1]
    page.run()
    page.button(key="siting_run").click().run()
    until = time.monotonic() + _SECONDS
    while desk.job is not None and time.monotonic() < until:
        time.sleep(0.3)
        page.run()
    assert not page.exception
    assert say("siting.proof.marks.nothing_asked") in html_of(page)
    assert desk.planned.plan.proposals == ()
