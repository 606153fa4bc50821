"""Runs, their figures and trend; scenarios."""

import dataclasses

import pytest

from store import Conflict, StoreError
from tests.cities import city, road, sites_along


def test_a_run_tells_what_was_judged_and_how_it_came_out(kept, staff, assessed, clock):
    west = assessed("west_gap")
    run = kept.runs.keep(staff.command, west)
    told = kept.runs.newest(staff.wall)[0]
    assert (told.id, told.at, told.by_name, told.city, told.phase) == (run, clock(), "王主任", "测试市", "routine")
    assert (told.city_print, told.book_print) == (west.inputs["city"], west.inputs["book"])
    assert (told.gaps, told.gap_m) == (3, 1060)
    assert told.pass_probability == west.pass_probability
    assert told.data_date == "2026-01-31"


def test_every_scope_has_its_figures(kept, staff, assessed):
    west = assessed("west_gap")
    table = kept.runs.figures(staff.wall, kept.runs.keep(staff.command, west))
    assert len(table) == len(west.scores)
    known = table.set_index(["scope", "name", "class"])
    assert known.loc[("district", "西区", ""), "gap_m"] == 1000
    assert known.loc[("unit", "路灯中心", ""), "gap_m"] == 1060
    assert known.loc[("class", "road", "road"), "pass_probability"] == pytest.approx(west.pass_probability)
    own = west.scores[(west.scores["scope"] == "district") & (west.scores["name"] == "西区")].iloc[0]
    told = known.loc[("district", "西区", "")]
    assert (told["score"], told["rank"], told["passed"]) == (own["score"], own["rank"], own["passed"])


def test_the_trend_is_of_one_scope_by_one_book_and_oldest_first(kept, staff, assessed, clock):
    for state in ("bare", "west_gap", "good"):
        kept.runs.keep(staff.command, assessed(state))
        clock.turn(days=1)
    where = {"city": "测试市", "book": "test", "phase": "routine"}
    scores = [point.score for point in kept.runs.trend(staff.wall, **where)]
    assert scores == sorted(scores) and scores[-1] == 100
    gaps = [point.gap_m for point in kept.runs.trend(staff.wall, **where, scope="district", name="东区")]
    assert gaps == [1000, 60, 0]
    assert kept.runs.trend(staff.wall, **{**where, "phase": "inspection"}) == []


def test_the_trend_of_a_unit_goes_on_under_its_new_name(kept, staff, assessed):
    kept.runs.keep(staff.command, assessed("bare"))
    kept.units.rename(staff.command, "路灯中心", "照明中心")
    where = {"city": "测试市", "book": "test", "phase": "routine", "scope": "unit"}
    assert len(kept.runs.trend(staff.wall, **where, name="照明中心")) == 1


def test_a_run_that_is_not_there_is_told(kept, staff):
    for ask in (kept.runs.figures, kept.runs.gaps):
        with pytest.raises(StoreError, match="没有这次测评记录"):
            ask(staff.command, 99)


def test_sites_are_kept_as_they_are_now(kept, staff):
    for places in ((10, 20, 30), (10,)):
        kept.runs.keep_sites(
            staff.command, city(roads=[road("人民路", (0, 0), (90, 0))], sites=sites_along(*places)), name="测试市"
        )
    assert kept.audit.entries(staff.command, about="run")[0].after == {"city": "测试市", "sites": 1}


def test_a_scenario_is_kept_by_name_and_read_again(kept, staff):
    assert kept.scenarios.keep(staff.planner, "测试市", " 方案  甲 ", "{1}") == 1
    assert kept.scenarios.keep(staff.planner, "测试市", "方案 甲", "{2}", version=1) == 2
    assert kept.scenarios.read(staff.command, "测试市", "方案 甲").text == "{2}"
    assert [(one.name, one.version, one.text) for one in kept.scenarios.all(staff.command, "测试市")] == [
        ("方案 甲", 2, None)
    ]
    kept.scenarios.drop(staff.planner, "测试市", "方案 甲")
    kept.scenarios.drop(staff.planner, "测试市", "方案 甲")
    with pytest.raises(StoreError, match="没有方案“方案 甲”"):
        kept.scenarios.read(staff.planner, "测试市", "方案 甲")


def test_the_second_who_saves_a_scenario_is_told_who_was_first_and_keeps_the_text(kept, staff):
    kept.scenarios.keep(staff.planner, "测试市", "甲", "old")
    kept.scenarios.keep(staff.planner, "测试市", "甲", "first", version=1)
    with pytest.raises(Conflict, match="“planner”已于 06-01 10:00 先保存了方案“甲”") as told:
        kept.scenarios.keep(staff.command, "测试市", "甲", "second", version=1)
    assert told.value.mine["text"] == "second"
    assert [entry.name for entry in told.value.first] == ["planner"]
    assert kept.scenarios.read(staff.planner, "测试市", "甲").text == "first"


@pytest.mark.parametrize("name", ["", "   ", "长" * 61])
def test_a_scenario_needs_a_name(kept, staff, name):
    with pytest.raises(StoreError, match="给方案起个名字"):
        kept.scenarios.keep(staff.planner, "测试市", name, "{}")


def test_a_point_is_plain(kept, staff, assessed):
    kept.runs.keep(staff.command, assessed("good"))
    point = kept.runs.trend(staff.wall, city="测试市", book="test", phase="routine")[0]
    assert {type(value) for value in dataclasses.asdict(point).values()} <= {
        int,
        float,
        str,
        type(None),
        type(point.at),
    }
