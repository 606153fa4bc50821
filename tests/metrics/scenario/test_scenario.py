"""Scenarios: undo and redo, kept and opened again, clear sentences on what is gone or broken."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from metrics.scenario import Scenario, Site, WhatIf
from metrics.scenario.marks import FORBIDDEN, REQUIRED, Mark
from tests.cities import EAST, NORTH, city, road, site, sites_along
from tests.metrics.judging import along_rule, book_of

ONE_STREET = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=sites_along(100, 300, 500))
EMPTY_STREET = city(roads=[road("甲路", (0, 0), (1000, 0))])


def at(id: str, x: float, y: float = 5.0, **more) -> Site:
    """A lamp-post flag at a place of the drawing."""
    kept = {"carrier": "lamp_post_flag", "themes": "civility", "condition": "good", **more}
    return Site(id, round((EAST + x) * 1000), round((NORTH + y) * 1000), **kept)


def kept(scenario: Scenario, city=ONE_STREET) -> dict:
    """What a file of the scenario says."""
    return json.loads(scenario.to_json(city))


def reopened(text: str | dict, city=ONE_STREET) -> tuple[Scenario, list[str]]:
    return Scenario.from_json(text if isinstance(text, str) else json.dumps(text), city)


def small() -> Scenario:
    """One site added, one moved, one removed, and the removal undone."""
    scenario = Scenario("方案一", ONE_STREET.fingerprint)
    scenario.do("新增", {"新增-1": at("新增-1", 700.125, 4.001, width_m=2.0, facing_deg=90.0)})
    scenario.do("移动", {"s0": at("s0", 110)})
    scenario.do("拆除", {"s1": None})
    scenario.undo()
    return scenario


@given(st.lists(st.one_of(st.tuples(st.integers(0, 4), st.none() | st.integers(0, 900)), st.sampled_from("ur"))))
def test_changes_are_all_steps_in_force_put_together(actions: list):
    scenario, done, undone = Scenario("甲"), [], []
    for action in actions:
        if action == "u":
            assert scenario.can_undo == bool(done)
            assert scenario.undo() == (done[-1][0] if done else None)
            undone += [done.pop()] if done else []
        elif action == "r":
            assert scenario.can_redo == bool(undone)
            assert scenario.redo() == (undone[-1][0] if undone else None)
            done += [undone.pop()] if undone else []
        else:
            number, x = action
            step = {f"s{number}": None if x is None else at(f"s{number}", x)}
            scenario.do(f"第 {len(done)} 步", step)
            done, undone = [*done, (f"第 {len(done)} 步", step)], []
        wanted = {}
        for _, step in done:
            wanted |= step
        assert scenario.changes == wanted
    assert reopened(scenario.to_json(ONE_STREET))[0].changes == scenario.changes


def test_a_step_of_several_sites_is_one_step():
    scenario = Scenario("甲")
    scenario.do("采纳全部", {"a": at("a", 1), "b": at("b", 2)})
    assert scenario.undo() == "采纳全部"
    assert scenario.changes == {}


def test_a_site_goes_by_its_own_id():
    with pytest.raises(ValueError, match="own id"):
        Scenario("甲").do("新增", {"a": at("b", 1)})
    with pytest.raises(ValueError, match="own id"):
        WhatIf(ONE_STREET, book_of(along_rule())).change({"a": at("b", 1)})


def test_ten_thousand_edits_are_kept_and_opened():
    """Each step changes one of 300 sites; the net of all is at hand after each, and after each undo."""
    scenario = Scenario("甲", ONE_STREET.fingerprint)
    for step in range(10_000):
        scenario.do(f"第 {step} 步", {f"n{step % 300}": at(f"n{step % 300}", step % 1000)})
        assert len(scenario.changes) == min(step + 1, 300)
    again, notes = reopened(scenario.to_json(ONE_STREET))
    assert (again.done, again.changes, notes) == (10_000, scenario.changes, [])
    while again.undo():
        pass
    assert again.changes == {} and again.can_redo


def test_new_ids_are_nobodys():
    taken = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=[site("新增-1", 5, 5), site("新增-3", 9, 5)])
    scenario = Scenario("甲", taken.fingerprint)
    assert scenario.new_id(taken) == "新增-2"
    scenario.do("新增", {"新增-2": at("新增-2", 5)})
    scenario.undo()
    assert scenario.new_id(taken) == "新增-4"  # an id that was given once is not given to another site
    assert Scenario("乙").new_id(EMPTY_STREET) == "新增-1"


def test_opened_it_is_as_it_was_kept():
    scenario = small()
    again, notes = reopened(scenario.to_json(ONE_STREET))
    assert notes == []
    assert (again.name, again.city, again.done) == ("方案一", ONE_STREET.fingerprint, 2)
    assert again.steps == scenario.steps and again.changes == scenario.changes
    assert again.redo() == "拆除"
    assert again.to_json(ONE_STREET) != scenario.to_json(ONE_STREET)
    again.undo()
    assert again.to_json(ONE_STREET) == scenario.to_json(ONE_STREET)


def test_places_are_kept_in_degrees():
    entry = kept(small())["steps"][0]["changes"][0]
    assert entry["new"] and 119 < entry["site"]["lon"] < 121 and 29 < entry["site"]["lat"] < 31


def test_a_copy_goes_its_own_way():
    scenario = small()
    other = scenario.copy("方案二")
    assert (other.name, other.changes, other.can_redo) == ("方案二", scenario.changes, True)
    other.undo()
    assert len(scenario.changes) == 2 and len(other.changes) == 1


def test_sites_that_are_gone_are_named_and_nothing_is_lost():
    scenario = small()
    scenario.redo()
    other = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=sites_along(500, prefix="z"))
    again, notes = reopened(scenario.to_json(ONE_STREET), other)
    assert again.changes == scenario.changes
    assert notes == [
        "保存方案之后城市数据有变动；各步已保留，推演结果按现在的数据计算",
        "方案中拆除的 1 处点位已不在城市数据中：s1；这些拆除不再起作用",
        "方案中改动过的 1 处点位已不在城市数据中：s0；现按新增点位保留在原处，不需要的请拆除",
    ]
    whatif = WhatIf(other, book_of(along_rule()))
    whatif.become(again.changes)
    assert set(whatif.changes) == {"s0", "新增-1"}  # taking away what is not there changes nothing


def test_a_scenario_of_another_city_says_so():
    other = replace(ONE_STREET, meta={"name": "别处市"})
    _, notes = reopened(small().to_json(ONE_STREET), other)
    assert notes == ["这个方案是为“测试市”做的，当前城市是“别处市”；各步已保留，请核对点位是否合适"]


def test_a_new_site_never_takes_the_place_of_one_the_city_has():
    other = city(roads=[road("甲路", (0, 0), (1000, 0))], sites=[*sites_along(100, 300, 500), site("新增-1", 900, 5)])
    again, notes = reopened(small().to_json(ONE_STREET), other)
    assert again.changes["新增-2"] == replace(small().changes["新增-1"], id="新增-2")
    assert "新增-1" not in again.changes
    assert "“新增-1”改为“新增-2”" in notes[1]


@pytest.mark.parametrize("text", ["", "{", "新增", "[" * 100_000, '{"a": ' * 100_000, "1" * 5000, "\x00", "\ud800"])
def test_what_is_no_json_is_told(text: str):
    with pytest.raises(DataError) as caught:
        reopened(text)
    assert len(caught.value.faults) == 1 and "请选择在“选址推演”中保存的方案文件" in caught.value.faults[0]


@pytest.mark.parametrize("whole", [None, 3, [], {}, {"format": "FeatureCollection"}, {"format": "site-scenario"}])
def test_what_is_no_scenario_is_told(whole: object):
    with pytest.raises(DataError, match="这不是推演方案文件"):
        reopened(whole if isinstance(whole, dict) else json.dumps(whole))


def test_a_file_of_a_later_version_is_told():
    with pytest.raises(DataError, match="第 7 版，本系统只能打开第 2 版"):
        reopened({**kept(small()), "version": 7, "new_thing": {}})


@pytest.mark.parametrize("version", [None, 0, -1, 1.5, True, "1"])
def test_a_version_that_is_none_is_told(version: object):
    with pytest.raises(DataError, match="这不是推演方案文件"):
        reopened({**kept(small()), "version": version})


def broken_site(**values: object) -> dict:
    """The small scenario with other values in its first site."""
    whole = kept(small())
    whole["steps"][0]["changes"][0]["site"] |= values
    return whole


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"lon": None}, "没有可用的经纬度"),
        ({"lat": 91}, "没有可用的经纬度"),
        ({"lat": float("nan")}, "没有可用的经纬度"),
        ({"lon": 10**400}, "没有可用的经纬度"),
        ({"lon": True}, "没有可用的经纬度"),
        ({"lon": -70.0}, "超过 1 000 公里"),
        ({"carrier": 5}, "属性不对"),
        ({"themes": ["civility"]}, "属性不对"),
        ({"themes": "a\nb"}, "属性不对"),
        ({"width_m": "2"}, "属性不对"),
        ({"width_m": float("inf")}, "属性不对"),
        ({"panels": -1}, "属性不对"),
    ],
)
def test_sites_at_fault_are_told(values: dict, told: str):
    with pytest.raises(DataError) as caught:
        reopened(broken_site(**values))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("方案第 1 步中点位“新增-1”") and told in caught.value.faults[0]


def test_all_faults_are_told_at_once():
    whole = kept(small())
    whole |= {"name": " \n", "done": 9}
    whole["steps"] = [3, {"changes": {}}, {"label": "甲", "changes": [{"id": " a", "new": True, "site": None}]}]
    with pytest.raises(DataError) as caught:
        reopened(whole)
    assert len(caught.value.faults) == 5
    whole["steps"] = [3] * 50
    with pytest.raises(DataError) as caught:
        reopened(whole)
    assert caught.value.faults[-1] == "另有 31 处错误"


def test_texts_of_a_file_are_data():
    scenario = Scenario("{name} <b>甲</b>", ONE_STREET.fingerprint)
    scenario.do("{0}", {"{id}": at("{id}", 5), "=1+1": at("=1+1", 6)})
    again, _ = reopened(scenario.to_json(ONE_STREET))
    assert again.steps == scenario.steps and again.name == scenario.name


def test_a_city_without_a_stock_is_told():
    with pytest.raises(DataError, match="请先在“数据接入”中导入点位"):
        WhatIf(EMPTY_STREET, book_of(along_rule()))
    assert small().changes == reopened(small().to_json(EMPTY_STREET), EMPTY_STREET)[0].changes


def test_marks_go_with_the_steps():
    """An area and a spot are drawn, the area is taken back: undone, redone, kept and opened like sites."""
    corners = tuple((round((EAST + x) * 1000), round((NORTH + y) * 1000)) for x, y in ((0, 0), (100, 0), (100, 50)))
    area = Mark("forbidden-1", FORBIDDEN, corners)
    spot = Mark("required-1", REQUIRED, corners[:1], "lamp_post_flag")
    scenario = Scenario("甲", ONE_STREET.fingerprint)
    scenario.do("禁设区", {}, {area.id: area})
    scenario.do("必设点", {}, {spot.id: spot})
    scenario.do("取消禁设区", {}, {area.id: None})
    assert scenario.marks == {spot.id: spot} and scenario.new_mark_id(FORBIDDEN) == "forbidden-2"
    scenario.undo()
    assert scenario.marks == {area.id: area, spot.id: spot}
    assert scenario.marks[area.id].area.area == 2500
    again, notes = reopened(scenario.to_json(ONE_STREET))
    assert (again.marks, again.done, notes) == (scenario.marks, 2, []) and again.steps == scenario.steps
    again.redo()
    assert again.marks == {spot.id: spot} and again.changes == {}
    assert kept(scenario)["version"] == 2 and kept(small())["version"] == 1


def test_an_outline_that_crosses_itself_is_what_it_encloses():
    bow = ((0, 0), (1000, 1000), (1000, 0), (0, 1000))
    assert Mark("a", FORBIDDEN, bow).area.area == 0.5
    assert Mark("a", FORBIDDEN, ((0, 0), (1000, 0), (2000, 0))).area.is_empty


@pytest.mark.parametrize(
    "marks",
    [
        {},
        [{}],
        [{"id": 1, "mark": None}],
        [{"id": "a", "mark": {"kind": "forbidden", "points": [[120, 30], [120, 31]]}}],
        [{"id": "a", "mark": {"kind": "forbidden", "points": [[120, 30], [120, 31], ["x", 30]]}}],
        [{"id": "a", "mark": {"kind": "forbidden", "points": [[120, 30], [120, 31], [120, True]]}}],
        [{"id": "a", "mark": {"kind": "required", "points": [[120, 30]]}}],
        [{"id": "a", "mark": {"kind": "required", "points": [[120, 30]], "carrier": ""}}],
        [{"id": "a", "mark": {"kind": "other", "points": [[120, 30]]}}],
        [{"id": "a", "mark": {"kind": "forbidden", "points": [[1e400, 30], [120, 31], [120, 30]]}}],
    ],
)
def test_marks_at_fault_are_told(marks):
    whole = kept(small())
    whole["steps"][0]["marks"] = marks
    bad = json.dumps(whole).replace("Infinity", "1e400")
    with pytest.raises(DataError, match="第 1 步中的禁设区或必设点"):
        reopened(bad)
