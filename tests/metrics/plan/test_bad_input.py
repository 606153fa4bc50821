"""What cannot be: each ends in a clear Chinese sentence, and nothing is lost."""

import re

import numpy as np
import pytest
import shapely

from data.city import City
from data.errors import DataError
from metrics.plan import Goals, Offer, Required, benefit_curve, plan
from metrics.scenario import WhatIf
from tests.cities import EAST, NORTH, building, district, road, site, venue
from tests.cities import city as city_of
from tests.metrics.judging import along_rule, book_of, rule, visible_rule
from tests.metrics.plan.drawn import EVERYWHERE, street

BOOK = book_of(along_rule(300, 1))
CITY = street()
FLAG = Offer(carriers=("lamp_post_flag",), repair=None, retheme=None)


def _required(east: float, north: float = 12.0) -> Required:
    return Required(round((EAST + east) * 1000), round((NORTH + north) * 1000), "sign")


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf"), 1e12, "300", None, True])
def test_costs_that_are_none(cost):
    with pytest.raises(DataError, match=r"灯杆道旗.*费用.*应为 0 到 10 亿元"):
        plan(CITY, BOOK, offer=Offer(costs={"lamp_post_flag": cost}))


def test_repairs_at_a_negative_price_and_odd_distances_are_said_together():
    with pytest.raises(DataError) as caught:
        plan(CITY, BOOK, offer=Offer(repair=-1, retheme=float("nan"), spacing_m=0, step_m=float("nan")))
    text = str(caught.value)
    assert all(word in text for word in ("修复", "增补题材", "最小间距", "备选点步长"))


def test_words_nobody_knows():
    with pytest.raises(DataError, match="飞艇"):
        plan(CITY, BOOK, offer=Offer(carriers=("飞艇",)))
    with pytest.raises(DataError, match="单价"):
        plan(CITY, BOOK, offer=Offer(carriers=("screen",), costs={"sign": 3}))
    with pytest.raises(DataError, match=re.escape("没有规则“{x}”")):
        plan(CITY, BOOK, goals=Goals(rules=("{x}",)))
    with pytest.raises(DataError, match=re.escape("没有名为“<b>{0}</b>”的区")):
        plan(CITY, BOOK, goals=Goals(districts=("<b>{0}</b>",)))
    with pytest.raises(DataError, match="无法识别"):
        plan(CITY, BOOK, goals=Goals(worth="gold"))
    with pytest.raises(DataError, match="没有规则"):
        benefit_curve(WhatIf(CITY, BOOK), goals=Goals(rules=("x",)))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"sites": -1}, "点位数为 -1"),
        ({"sites": 1.5}, "点位数为 1.5"),
        ({"sites": 10**12}, "点位数为"),
        ({"budget": -0.01}, "预算为 -0.01"),
        ({"budget": float("nan")}, "预算为 nan"),
        ({"budget": float("inf")}, "预算为 inf"),
        ({"sites": 1, "budget": 1}, "只能给一个"),
        ({"time_limit_s": -1}, "时间上限为 -1"),
        ({"time_limit_s": float("nan")}, "时间上限为 nan"),
    ],
)
def test_limits_that_are_none(limit: dict, words: str):
    with pytest.raises(DataError, match=words):
        plan(CITY, BOOK, **limit)


def test_nothing_is_allowed():
    with pytest.raises(DataError, match="无从规划"):
        plan(CITY, BOOK, offer=Offer(costs={}, repair=None, retheme=None))
    with pytest.raises(DataError, match="禁设区应为面"):
        plan(CITY, BOOK, offer=Offer(forbidden=(shapely.Point(0, 0),)))


def test_no_sites_layer():
    with pytest.raises(DataError, match="点位"):
        plan(city_of(roads=[road("人民路", (0, 0), (600, 0))]), BOOK)


def test_no_gaps():
    found = plan(street(100, 250, 400, 550), BOOK)
    assert (found.status, found.proposals, found.asked) == ("nothing_asked", (), 0)
    assert found.sentence == "所选范围内没有增设或修复点位能补的缺口。"


def test_a_city_without_what_the_rules_ask_about():
    book = book_of(along_rule(300, 1), visible_rule(1, id="view"), rule("reach", "park", id="gate", walk_m=50))
    park = venue("pk", "park", shapely.box(0, 0, 60, 60))
    assert plan(city_of(venues=[park], sites=[site("far", 9000, 0)]), book).status == "nothing_asked"


def test_all_unknown():
    """No stock was taken in the only district: nothing is known to fail, so nothing is asked."""
    drawn = city_of(
        districts=[district("新区", -100, -100, 700, 900, surveyed="否")],
        roads=[road("人民路", (0, 0), (600, 0))],
        venues=[venue("pk", "park", shapely.box(0, 100, 60, 160))],
        sites=[site("far", 9000, 0)],
    )
    found = plan(drawn, book_of(along_rule(300, 1), rule("presence", "park", id="park")))
    assert (found.status, found.proposals) == ("nothing_asked", ())
    points = benefit_curve(WhatIf(drawn, BOOK), sites=(0, 2))
    assert [point.cost for point in points] == [0, 0]


def test_no_candidates():
    found = plan(CITY, BOOK, offer=Offer(forbidden=(EVERYWHERE,)))
    assert (found.proposals, found.new) == ((), 0)
    assert found.sentence == "所选缺口附近没有可设的点位，原因已逐一列出。"
    assert [own.subject_name for own in found.impossible] == ["人民路"]
    assert "附近没有可设点位" in found.impossible[0].reason


def test_no_form_that_counts():
    found = plan(CITY, book_of(along_rule(300, 1, carriers=["screen"])), offer=FLAG)
    assert "请允许更多载体" in found.impossible[0].reason


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"sites": 0}, "在 0 处之内补不上任何一处缺口"),
        ({"budget": 0}, "在预算 0 元之内补不上任何一处缺口，一种做法至少需要 300 元"),
        ({"budget": 299.99}, "在预算 299.99 元之内补不上任何一处缺口，一种做法至少需要 300 元"),
    ],
)
def test_a_limit_within_which_nothing_can_be_done_says_so(limit: dict, words: str):
    found = plan(CITY, BOOK, offer=FLAG, **limit)
    assert (found.status, found.proposals, found.value, found.bound) == ("proved", (), 0, 0)
    assert found.sentence == words + "。"


def test_required_spots_too_close_together():
    with pytest.raises(DataError, match="第 1 个与第 2 个相距 3 米；最小间距为 10 米"):
        plan(CITY, BOOK, offer=Offer(required=(_required(300), _required(303))))


def test_required_spots_dearer_than_the_limit():
    both = Offer(required=(_required(100), _required(300)))
    with pytest.raises(DataError, match="指定点位共需 1 000 元，超出预算 900 元"):
        plan(CITY, BOOK, offer=both, budget=900)
    with pytest.raises(DataError, match="共 2 处，超出 1 处"):
        plan(CITY, BOOK, offer=both, sites=1)
    assert [point.sites for point in benefit_curve(WhatIf(CITY, BOOK), offer=both, sites=(0, 2, 3))] == [2, 3]


def test_required_spots_where_nothing_may_stand():
    with pytest.raises(DataError, match="第 1 个指定点位在禁设区内"):
        plan(CITY, BOOK, offer=Offer(required=(_required(300),), forbidden=(EVERYWHERE,)))
    with pytest.raises(DataError, match="第 2 个指定点位距现有点位不足 10 米"):
        plan(street(300), BOOK, offer=Offer(required=(_required(100), _required(303))))
    pond = [({"kind": "water"}, shapely.box(200, 5, 220, 30))]
    drawn = street(buildings=[building(90, 11, 110, 20)], areas=pond)
    with pytest.raises(DataError) as caught:
        plan(drawn, BOOK, offer=Offer(required=(_required(100), _required(210), _required(300, 3.0), _required(400))))
    assert [fault.split("，")[0] for fault in caught.value.faults] == [
        "第 1 个指定点位在建筑物内",
        "第 2 个指定点位在水面上",
        "第 3 个指定点位在车行道上",
    ]


def test_required_spots_where_nothing_is_asked():
    found = plan(street(100, 250, 400, 550), BOOK, offer=Offer(required=(_required(320),)))
    assert found.new == 1
    assert "方案只含指定的 1 处" in found.sentence


def test_stopped_at_once_and_no_time():
    for limit in ({"stop": lambda: True}, {"time_limit_s": 0}):
        for aim in ({}, {"cheapest": True}, {"sites": 1}, {"budget": 1000}):
            found = plan(CITY, BOOK, offer=FLAG, **limit, **aim)
            assert found.status in ("proved", "best_found")
            assert found.rechecked
            assert found.sentence.endswith("。")
            if found.status == "best_found":
                assert "已按要求停止" in found.sentence or "已到时间上限" in found.sentence


def test_a_solver_that_answers_nothing(monkeypatch: pytest.MonkeyPatch):
    from optimum import highs
    from tests.metrics.plan.drawn import crossing

    nothing = highs.Outcome("solver", None, np.inf, -np.inf)
    for module in ("highs", "tied", "most", "reduced", "strands", "priced"):
        monkeypatch.setattr(f"optimum.{module}.solve", lambda *_, **__: nothing, raising=False)
    for seed in (7, 10):
        drawn, book, offer = crossing(seed)
        for aim in ({}, {"cheapest": True}, {"sites": 2}, {"budget": 700}):
            found = plan(drawn, book, offer=offer, **aim)
            assert found.rechecked
            assert found.sentence.endswith("。")


def test_names_with_braces_and_markup():
    name = "<b>{0}{name}</b>%s\\n"
    drawn = city_of(
        roads=[road(name, (0, 0), (600, 0))],
        venues=[venue("pk", "park", shapely.box(700, 700, 760, 760), name=name)],
        sites=[site("far", 9000, 0)],
    )
    found = plan(drawn, book_of(along_rule(300, 1), rule("presence", "park", id="p")), offer=FLAG)
    assert {own.closes[0] for own in found.proposals} == {f"测试规则：{name}"}
    assert {own.place for own in found.proposals} == {f"{name}南侧，距西端 300 米", f"{name}内"}


def test_the_city_is_left_as_it_was():
    before = CITY.sites.copy()
    plan(CITY, BOOK)
    assert CITY.sites.equals(before)
    assert isinstance(CITY, City)
