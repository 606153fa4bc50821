"""整改督办 from app.py on a city solved by hand: orders made, led on, refused, proposed for closing, opened again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from data.city import City
from store import Person, Store, Wanted
from tests.cities import city, district, road, site, sites_along, venue
from tests.views.small import SCRIPT, small_city
from texts import say
from views import calls, office, orders_cached
from views.orders_desk import Desk
from views.orders_files import apply_sheet, sheet_rows, unit_asks, unit_steps
from views.orders_words import notice_facts

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120
MONDAY = datetime(2026, 6, 1, 2, tzinfo=UTC)


class Office:
    """The page, the store behind it with a clock that can be turned, and the city's file."""

    def __init__(self, app: AppTest, store: Store, file: Path):
        self.app, self.store, self.file, self.time = app, store, file, MONDAY
        store.base.now = lambda: self.time

    @property
    def boss(self) -> Person:
        return self.app.session_state["office_visitor"]

    @property
    def desk(self) -> Desk:
        return self.app.session_state["orders_desk"]

    def run(self) -> "Office":
        """Run the page again; nothing may go wrong that is not told."""
        self.app.run()
        assert not self.app.exception
        return self

    def press(self, key: str) -> "Office":
        self.app.button(key=key).click()
        return self.run()

    def told(self) -> str:
        """All that stands on the page, with its tags."""
        return "\n".join(e.proto.body for e in self.app.get("html") if "<style>" not in e.proto.body)

    def turn(self, **by: float) -> None:
        """Let time pass; what is asked once in a while is asked now."""
        self.time += timedelta(**by)
        orders_cached.keep_time.clear()
        orders_cached.choices_of.clear()
        self.app.session_state["office_visitor"] = replace(self.boss, until=None)

    def becomes(self, city: City) -> None:
        """The city's data of a later day."""
        city.write(self.file)

    def order(self, number: int):
        return self.store.orders.get(self.boss, number)


def repaired() -> City:
    """The small city with sites all along the street and around the middle of the square."""
    around = [site(f"q{n}", 1455 + 8 * n, 520) for n in range(12)]
    return city(
        districts=[
            district("西区", -500, -500, 1000, 1000, unit="西区城管局"),
            district("东区", 1000, -500, 2500, 1000),
        ],
        roads=[road("测试大道", (0, 0), (2000, 0))],
        venues=[venue("Q1", "square", shapely.box(1450, 450, 1550, 550), name="望潮广场")],
        sites=[*sites_along(*range(10, 2000, 60)), *around],
    )


@pytest.fixture
def at(user_folder) -> Iterator[Office]:
    """The page of a city without orders, on Monday the 1st of June 2026."""
    file = user_folder / "cities" / "小城.gpkg"
    file.parent.mkdir(parents=True)
    small_city().write(file)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    app.session_state["chosen_city"] = str(file)
    here = Office(app, office.store(), file)
    orders_cached.keep_time.clear()
    orders_cached.choices_of.clear()
    app.switch_page("pages/orders.py")
    yield here.run()


def make_all(at: Office) -> None:
    """Orders for every gap, dispatched."""
    at.press("orders_make").press("orders_make_do").press("orders_make_confirm")


def test_from_nothing_to_orders_and_none_twice(at):
    assert "还没有整改单" in at.told()
    at.press("orders_make")
    assert "将新立" in at.told() and at.store.orders.page(at.boss).total == 0
    at.press("orders_make_do").press("orders_make_confirm")
    total = at.store.orders.page(at.boss).total
    assert total > 2 and f"已立案 {total} 张" in at.told()
    assert {order.state for order in at.store.orders.page(at.boss).orders} == {"dispatched"}
    assert f"未销号整改单 <b>{total}</b> 张" in at.told()
    for _ in range(2):
        at.run().press("orders_make")
        assert "没有要新立的整改单" in at.told() and at.app.button(key="orders_make_do").disabled
        at.press("orders_make_back")
    assert at.store.orders.page(at.boss).total == total


def test_a_limit_in_the_past_makes_nothing_and_loses_nothing(at):
    at.press("orders_make")
    at.desk.making.own_limit, at.desk.making.limit_on, at.desk.making.note = True, date(2026, 5, 29), "请尽快"
    at.run().press("orders_make_do").press("orders_make_confirm")
    assert "时限 2026-05-29 已过" in at.told() and at.store.orders.page(at.boss).total == 0
    assert at.app.text_area(key="orders_make_note").value == "请尽快"
    at.desk.making.limit_on = None
    at.run().press("orders_make_do").press("orders_make_confirm")
    assert "请写明新的时限" in at.told()
    at.desk.making.limit_on = date(2026, 6, 12)
    at.run().press("orders_make_do").press("orders_make_confirm")
    assert at.order(1).due_on == date(2026, 6, 12)


def test_one_gap_chosen_on_the_page_of_coverage(at):
    gap = at.store.runs.gaps(at.boss, 1)[0]
    at.app.session_state["orders_make_asked"] = [(gap.rule, gap.subject, gap.district, gap.from_m)]
    at.run()
    assert at.desk.making.chosen == {gap.id} and "将新立 1 张" in at.told()
    at.press("orders_make_do").press("orders_make_confirm")
    assert at.store.orders.page(at.boss).total == 1 and at.order(1).subject == gap.subject


def test_a_step_is_asked_for_and_confirmed(at):
    make_all(at)
    at.press("orders_do_accept").press("orders_one_confirm")
    assert at.order(1).state == "in_hand" and "已办理：签收" in at.told()
    at.press("orders_do_extend").press("orders_one_confirm")
    assert "请写明延期的原因" in at.told() and at.order(1).state == "in_hand"
    at.app.text_area(key="orders_one_note").input("连日下雨")
    at.press("orders_one_confirm")
    assert at.order(1).due_on > date(2026, 6, 4) and "连日下雨" in at.told()


def test_the_second_of_two_is_told_and_submits_again(at):
    make_all(at)
    at.press("orders_do_report")
    at.app.text_area(key="orders_one_note").input("已补 4 处").run()
    order = at.order(1)
    at.store.orders.change(at.boss, 1, order.version, "note", note="我先看到")
    at.press("orders_one_confirm")
    assert "先对整改单 2026-000001 做了“备注”" in at.told() and "我先看到" in at.told()
    assert at.app.text_area(key="orders_one_note").value == "已补 4 处", "what was typed is still there"
    assert at.order(1).state == "dispatched"
    at.press("orders_one_confirm")
    assert at.order(1).state == "dealt"
    assert at.store.orders.history(at.boss, 1)[-1].note == "已补 4 处"


def test_a_step_that_is_not_possible_any_more_keeps_what_was_typed(at):
    make_all(at)
    at.press("orders_do_accept")
    at.app.text_area(key="orders_one_note").input("收到了").run()
    for name in ("accept", "report"):
        at.store.orders.change(at.boss, 1, at.order(1).version, name)
    at.press("orders_one_confirm")
    assert "已不能做“签收”" in at.told() and "收到了" in at.told()
    at.press("orders_one_drop")
    assert "已不能做" not in at.told()


def test_many_at_once_and_those_that_others_changed_first(at):
    make_all(at)
    total = at.store.orders.page(at.boss).total
    assert len(at.desk.chosen) == total, "what was just made is chosen for the next step"
    at.store.orders.change(at.boss, 1, at.order(1).version, "note", note="x")
    at.store.orders.change(at.boss, 2, at.order(2).version, "report")
    step = next(box for box in at.app.selectbox if box.key.startswith("orders_many_step"))
    step.select("accept").run()
    at.press("orders_many_ask")
    assert at.order(3).state == "dispatched", "asked for, not confirmed yet"
    at.press("orders_many_confirm")
    assert [at.order(n).state for n in (1, 2, 3)] == ["dispatched", "dealt", "in_hand"]
    assert "1 张没有办理" in at.told() and set(at.desk.chosen) == {1, 2}
    at.press("orders_many_retry").press("orders_many_confirm")
    assert at.order(1).state == "in_hand"
    at.press("orders_many_none")
    assert at.desk.chosen == {}


def test_of_many_only_steps_are_offered_that_some_of_them_can_take(at):
    """All are dispatched but one, which is dealt with; none is proposed for closing."""
    make_all(at)
    total = at.store.orders.page(at.boss).total
    at.store.orders.change(at.boss, 2, at.order(2).version, "report")
    at.app.run()
    step = next(box for box in at.app.selectbox if box.key.startswith("orders_many_step"))
    some, one = (say("orders.many.offered", step="{}", able=able, count=total) for able in (total - 1, 1))
    assert step.options == [
        some.format("签收"), some.format("上报整改完成"), one.format("复查合格"), one.format("退回重办"), "延期",
        some.format("转办"), "备注",
    ]  # fmt: skip
    for name in ("派发", "销号公示", "确认销号", "重新立案"):
        assert not any(name in option for option in step.options)


def test_an_order_that_is_looked_for_is_the_one_that_is_opened(at):
    """Else the next step would be done to the order seen before; what is being filled in is not taken away."""
    make_all(at)
    first, second = at.desk.opened, at.order(2 if at.desk.opened != 2 else 3)
    at.app.text_input(key="orders_text").input(second.number).run()
    assert at.desk.opened == second.id
    at.app.text_input(key="orders_text").input("").run()
    assert at.desk.opened == second.id, "it is among all"
    at.press("orders_do_note")
    at.app.text_input(key="orders_text").input(at.order(first).number).run()
    assert at.desk.opened == second.id and at.desk.one.code == "note"


def test_overdue_is_red_says_so_and_goes_up(at):
    make_all(at)
    at.turn(days=4)
    at.run()
    total = at.store.orders.page(at.boss).total
    assert f'<span class="fail">超期 {total} 张</span>' in at.told()
    assert "超期 1 天" in at.told() and "已上报区级" in at.told()
    at.app.selectbox(key="orders_urgent").select("overdue").run()
    assert at.desk.wanted("测试市", date(2026, 6, 5)).overdue
    at.turn(days=0)
    assert at.order(1).level == "district"


def test_a_later_pass_proposes_closing_and_a_later_fail_opens_again(at):
    make_all(at)
    at.turn(days=1)
    at.becomes(repaired())
    at.run()
    proposed = [o.id for o in at.store.orders.page(at.boss, Wanted(proposed=True)).orders]
    assert proposed and "待确认销号" in at.told()
    assert at.order(proposed[0]).is_open, "a person confirms"
    at.desk.open_order(proposed[0])
    at.run().press("orders_do_confirm").press("orders_one_confirm")
    assert at.order(proposed[0]).state == "closed"
    at.turn(days=1)
    at.desk.open_order(proposed[0])
    worse = small_city(square="望潮广场")
    at.becomes(City(crs=worse.crs, meta={**worse.meta, "data_date": "2026-06-03"}, **worse.layers))
    at.run()
    assert at.order(proposed[0]).state == "found"
    assert "重新立案" in at.told()
    assert not at.store.orders.page(at.boss, Wanted(proposed=True)).total, "the proposals are withdrawn"


def test_a_unit_that_was_renamed_is_called_so_everywhere(at):
    make_all(at)
    unit = at.order(1).unit
    at.store.units.rename(at.boss, unit, "并入后的单位")
    orders_cached.choices_of.clear()
    at.desk.chosen = {}
    at.run()
    assert at.order(1).unit == "并入后的单位" and "并入后的单位" in at.told()
    assert unit not in at.app.selectbox(key="orders_unit").options
    at.press("orders_make")
    assert "没有要新立的整改单" in at.told(), "the data still use the old name"


def test_a_unit_sees_its_own_and_reports(at):
    make_all(at)
    unit = at.order(1).unit
    at.store.people.add(at.boss, "own", "小李", "unit", unit=unit)
    person = replace(at.store.people.sign_in_outside("own"), until=None)
    at.app.session_state["office_visitor"] = person
    del at.app.session_state["orders_desk"]
    at.app.switch_page("pages/orders.py")
    at.run()
    keys = {button.key for button in at.app.button}
    assert "orders_make" not in keys and "orders_do_extend" not in keys
    assert at.store.orders.page(person).total == sum(
        o.unit == unit for o in at.store.orders.page(replace(person, role="unit")).orders
    )
    at.press("orders_do_report")
    at.app.text_area(key="orders_one_note").input("已补").run()
    at.press("orders_one_confirm")
    opened = at.store.orders.get(person, at.desk.opened)
    assert opened.state == "dealt" and opened.changed_by == "小李"


def test_board_and_map_show_the_same_orders(at):
    make_all(at)
    for view in ("map", "board", "list"):
        at.desk.view = view
        at.run()
    at.desk.filters.text = "没有这样的地方"
    at.run()
    assert "没有符合筛选的整改单" in at.told()


def test_a_sheet_comes_back_a_changed_row_is_refused_the_rest_taken(at):
    make_all(at)
    listed = at.store.orders.page(at.boss).orders
    rows = sheet_rows(listed, date(2026, 6, 1))
    assert rows[0]["number"] == "2026-000001" and rows[0]["version"] == 2
    at.store.orders.change(at.boss, 1, 2, "accept", note="电话签收")

    class Row:
        def __init__(self, number: int):
            self.row, self.number, self.version, self.step = number + 1, number, 2, "accept"
            self.note, self.who, self.unit, self.limit_on, self.shown = "收到", "老张", "", None, f"2026-{number:06d}"

    told, refused = apply_sheet(at.store, at.boss, [Row(1), Row(2)])
    assert "已办理 1 行" in told and len(refused) == 1
    assert "第 2 行（2026-000001）" in refused[0] and "先对整改单 2026-000001 做了“签收”" in refused[0]
    assert at.store.orders.history(at.boss, 2)[-1].note == "收到（办理表回填，经办人：老张）"
    assert "已办理 0 行" in apply_sheet(at.store, at.boss, [Row(1), Row(2)])[0], "the same sheet twice does nothing"


def test_a_row_that_is_wrong_is_told_beside_those_that_the_store_left(at):
    make_all(at)

    class Row:
        row, number, version, step, shown = 4, 1, 1, "accept", "2026-000001"
        note, who, unit, limit_on = "", "", "", None

    class Wrong:
        row, shown, reasons = 2, "2026-000009", ("办理“签字”不在可选范围：签收、上报整改完成、备注。",)

    class Strange:
        row, shown, reasons = 9, "", ("编号“x”不是整改单编号（如 2026-000123）。",)

    told, refused = apply_sheet(at.store, at.boss, [Row()], [Wrong(), Strange()])
    assert "3 行没有办理" in told and [line.split("：")[0] for line in refused] == [
        "第 2 行（2026-000009）",
        "第 4 行（2026-000001）",
        "第 9 行",
    ]


def test_a_notice_knows_what_the_unit_has_done(at):
    make_all(at)
    standing = [notice_facts(at.order(1), "书")["standing"]]
    for name in ("accept", "report", "recheck", "close"):
        order = at.store.orders.change(at.boss, 1, at.order(1).version, name)
        standing.append(notice_facts(order, "书")["standing"])
    assert standing == ["", "", "dealt", "rechecked", "closed"]


def test_the_sheet_offers_a_unit_its_own_steps():
    assert list(unit_steps().values()) == ["签收", "上报整改完成", "备注"] and unit_asks() == {"reason"}


def test_an_order_can_go_to_any_unit_of_the_city(at):
    """Only one gap has an order; those that answer for anything else are offered all the same."""
    assessment = calls.assessment(str(at.file), "zhoushan-2017", "routine")
    run = office.run_of(assessment)
    at.store.orders.make(at.boss, run.id, [at.store.runs.gaps(at.boss, run.id)[0].id])
    at.store.units.rename(at.boss, "市教育局", "市教育体育局")
    orders_cached.choices_of.clear()
    at.run().press("orders_do_transfer")
    (asked,) = [box for box in at.app.selectbox if str(box.key).startswith("orders_one_unit")]
    known = {*assessment.verdicts["unit"].dropna()} - {"", at.order(at.desk.opened).unit}
    assert "市教育局" in known and set(asked.options) == known - {"市教育局"} | {"市教育体育局"}


def test_hostile_names_are_text(at):
    small_city(street=SCRIPT, square=SCRIPT, east=SCRIPT).write(at.file)
    at.run()
    make_all(at)
    for view in ("list", "map", "board"):
        at.desk.view = view
        assert "<img src=x" not in at.run().told()
