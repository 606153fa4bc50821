"""What a briefing says: figures as the assessment has them, and sentences that are true of them, or are not there."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from briefing.facts import (
    Audience,
    Earlier,
    OrdersTold,
    UnitOrders,
    district_part,
    sentences,
    take,
    units_within,
)
from briefing.facts import findings_said as said
from data.errors import DataError
from tests.briefing.conftest import judged
from tests.cities import city, road

AT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(small):
    return take(*small, at=AT)


def test_figures_are_those_of_the_assessment(demo):
    briefing, assessment = take(*demo, at=AT), demo[1]
    scores = assessment.scores
    own = scores[scores["scope"] == "city"].iloc[0]
    assert briefing.own.score == own["score"]
    assert (briefing.own.passed, briefing.own.failed, briefing.own.unknown) == (
        own["passed"], own["failed"], (assessment.verdicts["status"] == "unknown").sum(),
    )  # fmt: skip
    assert briefing.own.lines + briefing.own.places == len(briefing.failing) == len(assessment.gaps)
    assert briefing.own.repair == assessment.gaps["repair_min"].sum()
    districts = scores[scores["scope"] == "district"].set_index("name")["score"]
    assert {one.name: one.score for one in briefing.districts} == districts.to_dict()
    assert sum(unit.gaps for unit in briefing.units) == assessment.gaps["unit"].notna().sum()


def test_the_small_city_is_told_as_it_was_drawn(told):
    """The gap of the one street is 50–1 950 m, cut in two at the border."""
    assert (told.own.lines, round(told.own.length_m)) == (2, 1900)
    text = said.walked(told).replace("\u202f", " ")
    assert "2段" in text and "1.9 公里" in text and "6.7 %" in text


def test_a_district_is_told_alone(small):
    west = take(*small, at=AT, audience=Audience("district", "西区"))
    assert set(west.failing["district"]) == {"西区"}
    assert [own.name for own in west.districts] == ["西区"]
    assert all(unit.score is None for unit in west.units)
    assert not said.ranked(west)


def test_the_part_of_a_district_is_that_of_its_own_briefing(small):
    whole, west = take(*small, at=AT), take(*small, at=AT, audience=Audience("district", "西区"))
    part = district_part(whole, next(own for own in whole.districts if own.name == "西区"))
    assert part.own == west.own
    assert [unit for unit in west.units if unit.gaps] == list(units_within(whole, "西区"))


def test_a_unit_is_told_alone(small):
    assessment = small[1]
    unit = assessment.gaps["unit"].iloc[0]
    briefing = take(*small, at=AT, audience=Audience("unit", unit))
    assert set(briefing.failing["unit"]) == {unit}
    assert briefing.districts == ()
    assert [line.name for line in briefing.units] == [unit]
    assert all(item.score is None for item in briefing.items)


@pytest.mark.parametrize("scope", ["district", "unit"])
def test_who_is_not_there_is_said(small, scope):
    with pytest.raises(DataError, match="没有名为“南区”"):
        take(*small, at=AT, audience=Audience(scope, "南区"))


# --- change


def _earlier(assessment, gaps: pd.DataFrame, *, step: float = 1.0) -> Earlier:
    figures = assessment.scores.assign(score=assessment.scores["score"] - step)
    judged_by = (assessment.inputs["book_id"], assessment.inputs["book"], assessment.phase)
    return Earlier.of(on=date(2026, 11, 1), judged_by=judged_by, figures=figures, gaps=gaps)


def test_the_same_run_has_changed_nothing(small):
    assessment = small[1]
    change = take(*small, at=AT, earlier=_earlier(assessment, assessment.gaps, step=0)).change
    assert (len(change.new), len(change.closed), len(change.unclear)) == (0, 0, 0)
    assert len(change.open) == len(assessment.gaps)


def test_new_closed_open_and_unclear(small):
    """Of the gaps now the first was not there; one in another district and one whose subject is gone were there."""
    assessment = small[1]
    gaps = pd.DataFrame(assessment.gaps.drop(columns="geometry"))
    known = assessment.verdicts[assessment.verdicts["status"] == "fail"].iloc[0]
    was = {"rule": known["rule"], "subject": known["subject"], "subject_name": "旧", "district": "消失区"}
    before = [was, was | {"subject": "gone", "subject_name": "没了"}]
    change = take(*small, at=AT, earlier=_earlier(assessment, pd.concat([gaps.iloc[1:], pd.DataFrame(before)]))).change
    assert len(change.new) == 1
    assert len(change.open) == len(gaps) - 1
    assert list(change.unclear["subject_name"]) == ["没了"]
    assert list(change.closed["subject_name"]) == ["旧"]


def test_stretches_that_only_touch_are_two_gaps(small):
    assessment = small[1]
    gaps = pd.DataFrame(assessment.gaps.drop(columns="geometry"))
    line = gaps[gaps["from_m"].notna()].iloc[[0]]
    before = line.assign(to_m=line["from_m"], from_m=line["from_m"] - 10.0)
    change = take(*small, at=AT, earlier=_earlier(assessment, before)).change
    assert len(change.open) == 0 and len(change.closed) == 1


def test_no_gaps_before_makes_all_new(small):
    change = take(*small, at=AT, earlier=_earlier(small[1], pd.DataFrame())).change
    assert len(change.new) == len(small[1].gaps) and not len(change.closed)


def test_a_run_by_other_rules_is_refused(small):
    earlier = replace(_earlier(small[1], small[1].gaps), phase="inspection")
    with pytest.raises(DataError, match="另一标准或另一阶段"):
        take(*small, at=AT, earlier=earlier)


def test_a_step_is_that_of_the_written_scores():
    assert said.score_step(85.25, 85.24) == 0.1  # 85.3 and 85.2
    assert said.score_step(85.24, 85.21) == 0.0
    assert said.score_step(None, 85.0) is None


# --- sentences


def test_sentences_of_changes(told):
    def sentence(now, before):
        change = take_change(told)
        return said.changed(
            replace(told, own=replace(told.own, score=now), change=replace(change, score_before=before))
        )

    assert "上升1.0分" in sentence(81.0, 80.0)
    assert "下降1.0分" in sentence(80.0, 81.0)
    assert "持平" in sentence(80.0, 80.04)
    assert "上升" not in sentence(80.0, None) and "持平" not in sentence(80.0, None)
    assert said.changed(told) == ""


def take_change(told):
    from briefing.facts.change import Change

    empty = pd.DataFrame(columns=["rule"])
    return Change(date(2026, 11, 1), True, None, {}, empty, empty, empty, empty)


def test_ties_are_said(told):
    one = told.districts[0]
    tied = tuple(replace(one, name=name, score=score) for name, score in (("甲", 90.0), ("乙", 90.0), ("丙", 70.0)))
    assert "甲、乙得分最高" in said.ranked(replace(told, districts=tied))
    same = tuple(replace(own, score=80.0) for own in tied)
    assert "3个区得分相同" in said.ranked(replace(told, districts=same))
    assert said.ranked(replace(told, districts=tied[:1])) == ""
    audience = Audience("district", "甲")
    own = replace(one, name="甲", rank=1, tied=("乙",))
    assert "与乙并列" in said.scored(replace(told, audience=audience, own=own))


def test_nothing_is_said_of_what_is_not_there(told):
    own = replace(told.own, score=None, passed=0, failed=0, unknown=3, lines=0, places=0, repairable=0, walk=None)
    none = replace(told, own=own, districts=(), units=(), items=())
    assert sentences(none) == ["测试市的对象全部待核实，暂无得分。", "3项全部待核实。"]


def test_all_passing_is_said_without_a_gap(told):
    own = replace(told.own, passed=5, failed=0, unknown=0, lines=0, places=0, repairable=0, repair=0, walk=(1.0, 500.0))
    said_now = "".join(sentences(replace(told, own=own, units=())))
    assert "没有不达标的" in said_now and "没有不达标路段" in said_now and "100.0" in said_now
    assert "须补" not in said_now and "项不达标" not in said_now


def test_repair_says_how_many_it_is_of(told):
    part = replace(told.own, lines=2, places=3, repairable=4, repair=9)
    assert "其中4项" in said.repaired(replace(told, own=part)) and "其余1项" in said.repaired(
        replace(told, own=part)
    )
    assert said.repaired(replace(told, own=replace(part, repairable=5))).startswith("以上缺口均可")


def test_orders_are_counted():
    orders = OrdersTold.of([UnitOrders("甲", 3, 1, 0), UnitOrders("乙", 2, 0, 2)])
    assert (orders.given, orders.closed, orders.overdue) == (5, 1, 2)
    assert [own.unit for own in orders.units] == ["乙", "甲"]


def test_no_districts_no_sites():
    briefing = take(*judged(city(roads=[road("路", (0, 0), (1500, 0))])), at=AT)
    assert briefing.districts == () and briefing.own.score is None
    assert sentences(briefing)
