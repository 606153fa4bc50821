"""模拟测评 started from app.py: the risk of the draw, and a mock assessment from the draw to the tables."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from briefing.mock_forms import write_forms
from data.settings import data_folder
from metrics.mock import read_back
from metrics.risk import risk
from store import open_store
from store.mocks import Change
from tests.views.conftest import HERE
from tests.views.small import SCRIPT, small_city
from texts import say
from views import calls, cookies, door
from views.risk import chance, points

ROOT = Path(__file__).resolve().parents[2]
BOOK, CITY = "index-assessment", "澜州市"
_SECONDS = 120  # the demo city is made once


@pytest.fixture
def page(user_folder) -> Iterator[AppTest]:
    """The page as a visitor finds it on the demo city."""
    yield opened(started())


def started() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS).run()


def opened(app: AppTest) -> AppTest:
    app.switch_page("pages/mock.py").run()
    assert not app.exception
    return app


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("\u202f", " ")


def on_mock(app: AppTest) -> AppTest:
    app.segmented_control(key="mock_view").set_value("mock").run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> AppTest:
    """One drawn and kept."""
    on_mock(app)
    app.button(key="mock_run").click().run()
    assert not app.exception
    return app


def part(app: AppTest, name: str) -> AppTest:
    app.segmented_control(key="mock_part").set_value(name).run()
    assert not app.exception
    return app


def kept_one():
    """The store, somebody who may, and the newest mock assessment in it."""
    store = open_store()
    by = store.people.demo("127.0.0.1")
    (newest, *_) = store.mocks.all(by, CITY)
    return store, by, store.mocks.read(by, newest.id)


def filled_file(change=lambda workbook: None, *, less: int = 0) -> bytes:
    """The forms of the newest one, filled in: everything as asked for, less so many."""
    _, _, one = kept_one()
    written = read_back(one.text)
    path = write_forms(written.sample, written.book, data_folder("uploads") / "forms.xlsx")
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets[1:]:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 9).value = max(int(re.sub(r"\D", "", sheet.cell(row, 8).value)) - less, 0)
    change(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def upload(app: AppTest, **files: bytes) -> AppTest:
    uploader = app.file_uploader[0]
    for name, content in files.items():
        uploader = uploader.upload(f"{name}.xlsx", content)
    uploader.run()
    assert not app.exception
    return app


def test_the_chosen_book_draws_nothing_so_another_is_used_and_said(page):
    shown = html_of(page)
    assert "本页改用“城市文明程度指数测评 实地考察扣分口径”" in shown
    assert page.selectbox(key="mock_book_asked").value == BOOK
    assert "chosen_book" not in page.session_state


def test_the_numbers_are_those_of_the_risk(page):
    phase = page.session_state["coverage_phase"]
    found = risk(calls.city("demo"), calls.assessment("demo", BOOK, phase))
    city = found.areas.iloc[0]
    shown = html_of(page)
    assert points(city["expected_least"], city["expected_most"]).replace("\u202f", " ") in shown
    assert chance(city["full_least"], city["full_most"]).replace("\u202f", " ") in shown
    assert all(note in shown for note in found.notes)
    dearest = found.subjects.iloc[0]
    assert dearest["subject_name"] in shown
    for name in found.areas.loc[found.areas["scope"] == "district", "name"]:
        assert name in shown
    page.segmented_control(key="risk_scope").set_value("alone").run()
    alone = found.areas[found.areas["scope"] == "alone"].sort_values("expected_most").iloc[-1]
    assert points(alone["expected_least"], alone["expected_most"]).replace("\u202f", " ") in html_of(page)


def test_other_numbers_are_drawn(page):
    before = html_of(page)
    page.number_input(key=f"risk_count_{BOOK}_road").set_value(10).run()
    assert not page.exception and html_of(page) != before
    assert "随机抽 19 处" in html_of(page) and say("mock_page.typed.document") in html_of(page)
    page.button(key="risk_count_reset").click().run()
    assert "随机抽 12 处" in html_of(page)
    for code in ("road", "square", "bus_stop", "vehicle"):
        page.number_input(key=f"risk_count_{BOOK}_{code}").set_value(0).run()
    assert say("mock_page.risk.nothing_drawn") in html_of(page)


@pytest.mark.parametrize("book", ["zhoushan-2017", "strict-county", "municipal-facilities", "campaign-indicators"])
def test_books_that_deduct_nothing_say_so(page, book):
    page.selectbox(key="mock_book_asked").select(book).run()
    assert not page.exception
    assert "没有规定扣分" in html_of(page)
    on_mock(page)
    assert page.button(key="mock_run")


def test_a_city_without_sites_has_two_readings(user_folder, tmp_path):
    """Nothing is known: at best nothing is deducted, at worst everything."""
    city = small_city(street=SCRIPT, square=SCRIPT, east=SCRIPT)
    bare = type(city)(**{**vars(city), "sites": None})
    bare.write(tmp_path / "bare.gpkg")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    app.session_state["chosen_city"] = str(tmp_path / "bare.gpkg")
    opened(app.run())
    shown = html_of(app)
    assert "有 2 处待核实" in shown and "预期扣 <b>0.0–30.0 分</b>" in shown and "0.0–99.9 %" not in shown
    assert "<img src=x" not in shown


def test_drawn_kept_renamed_dropped(page):
    drawn(page)
    assert "已抽取 12 个点位" in html_of(page)
    _, _, one = kept_one()
    assert one.lines == 18 and one.name in html_of(page)
    page.text_input(key=f"mock_rename_{one.id}").input("<b>十一月</b>").run()
    page.button(key="mock_rename").click().run()
    assert "&lt;b&gt;十一月&lt;/b&gt;" in html_of(page) and "<b>十一月</b>" not in html_of(page)
    assert page.button(key="mock_drop").disabled
    page.checkbox(key=f"mock_sure_{one.id}").check().run()
    page.button(key="mock_drop").click().run()
    assert not page.exception and "已删除" in html_of(page)
    store = open_store()
    assert store.mocks.all(store.people.demo("127.0.0.1"), CITY) == []


def test_the_same_seed_draws_the_same(page):
    drawn(page)
    first = kept_one()[2]
    page.button(key="mock_new").click().run()
    page.button(key="mock_run").click().run()
    second = kept_one()[2]
    assert (first.code, first.id, first.name) == (second.code, second.id - 1, first.name)
    assert second.name.startswith(first.name)


def test_more_inspectors_than_points_is_told_and_nothing_lost(page):
    on_mock(page)
    page.number_input(key="mock_inspectors").set_value(99).run()
    page.button(key="mock_run").click().run()
    assert not page.exception
    assert "不够分给 99 组" in html_of(page) and page.number_input(key="mock_inspectors").value == 99


def test_files_of_two_inspectors_in_any_order(page):
    part(drawn(page), "typing")

    def only(number):
        def change(workbook):
            for name in workbook.sheetnames[1:]:
                if name != f"第{number}组":
                    del workbook[name]

        return filled_file(change)

    upload(page, b=only(3), a=only(1))
    assert "有 0 处" not in html_of(page)
    page.button(key="mock_files_take").click().run()
    assert not page.exception
    _, _, one = kept_one()
    assert 0 < one.filled < one.lines
    upload(page, again=only(1))
    assert re.search(r"新填 0 项，与已录入相同 [1-9]", html_of(page))
    assert page.button(key="mock_files_take").disabled


def test_faults_are_gathered_and_the_rest_is_taken_as_the_user_says(page):
    part(drawn(page), "typing")

    def spoil(workbook):
        sheet = workbook["第1组"]
        sheet["I2"], sheet["I3"] = "五处<b>", "=1+1"
        workbook["第2组"]["I1"] = "实测"

    upload(page, spoilt=filled_file(spoil), rubbish=b"PK\x03\x04", other=b"not a workbook")
    shown = html_of(page)
    assert "不是数字" in shown and "公式且没有计算结果" in shown and "表头被改动" in shown
    assert "五处&lt;b&gt;" in shown
    assert kept_one()[2].filled == 0
    page.button(key="mock_files_take").click().run()
    assert not page.exception and 0 < kept_one()[2].filled < 18


def test_two_files_that_differ_and_what_is_there(page):
    part(drawn(page), "typing")
    upload(page, one=filled_file(), two=filled_file(less=1))
    assert "在几个文件里不一样" in html_of(page)
    page.button(key="mock_files_leave").click().run()
    upload(page, one=filled_file())
    page.button(key="mock_files_take").click().run()
    before = kept_one()[2].filled
    upload(page, two=filled_file(less=1))
    assert "与已录入不同" in html_of(page) and page.button(key="mock_files_take").disabled
    page.checkbox(key="mock_overwrite").check().run()
    page.button(key="mock_files_take").click().run()
    store, by, one = kept_one()
    assert one.filled == before
    assert any(result.version == 2 for result in store.mocks.results(by, one.id))


def test_forms_of_another_draw_are_refused(page):
    part(drawn(page), "typing")
    foreign = filled_file()
    page.button(key="mock_new").click().run()
    page.number_input(key="mock_seed").set_value(77).run()
    page.button(key="mock_run").click().run()
    part(page, "typing")
    upload(page, foreign=foreign)
    assert "不是本次抽样的记录表" in html_of(page)


def test_scores_and_model(page):
    part(drawn(page), "scores")
    assert say("mock_page.tables.empty") in html_of(page)
    part(page, "typing")
    upload(page, all=filled_file())
    page.button(key="mock_files_take").click().run()
    part(page, "scores")
    assert "目前按达标率得 <b>100.0 分</b>，逐项扣分合计 <b>0 分</b>" in html_of(page)
    for table in ("street", "unit", "district", "matrix", "all_points"):
        page.segmented_control(key="mock_table").set_value(table).run()
        assert not page.exception
    part(page, "model")
    assert "与模型可比的" in html_of(page)


def test_what_others_typed_is_taken_in(page):
    part(drawn(page), "typing")
    store, by, one = kept_one()
    key = store.mocks.results(by, one.id)[0].key
    store.mocks.record(by, one.id, [Change(key, 7.0, "", 0)])
    page.run()
    assert not page.exception and "刚改了 1 项，已载入" in html_of(page)


def test_a_form_that_is_typed_into_stays_while_the_base_is_away(page, user_folder):
    part(drawn(page), "typing")
    folder = user_folder / "store"
    folder.rename(aside := folder.with_name("aside"))
    folder.write_text("a file where the folder was")
    page.run()
    assert not page.exception
    assert say("store.base.gone") in html_of(page)
    assert say("mock_page.typing.how") in html_of(page) and page.segmented_control(key="mock_part").value == "typing"
    folder.unlink()
    aside.rename(folder)
    page.run()
    assert say("store.base.gone") not in html_of(page) and say("mock_page.typing.how") in html_of(page)


def test_a_kept_one_opens_after_the_city_changed(page, tmp_path):
    """Another city of the same name: the sample is as it was drawn."""
    drawn(page)
    city = small_city()
    other = type(city)(**{**vars(city), "meta": {**city.meta, "name": CITY}})
    other.write(tmp_path / "other.gpkg")
    page.session_state["chosen_city"] = str(tmp_path / "other.gpkg")
    page.run()
    assert not page.exception
    assert "12 个点位" in html_of(page) and "样本号" in html_of(page)
    for name in ("typing", "scores", "model"):
        part(page, name)


def as_district(monkeypatch, store, district: str) -> AppTest:
    """The page as an account of the district finds it; who drew was the first account's."""
    boss = replace(store.people.first("boss", "王主任", "a long password"), until=None)
    store.people.add(boss, "gudu", "古渡", "district", district=district)
    _, token = store.sessions.open(store.people.sign_in_outside("gudu"))
    monkeypatch.setattr(door, "knock", lambda: replace(HERE, cookies={cookies.COOKIE: token}))
    return opened(started())


def test_a_district_sees_its_points_and_results_once_they_are_told(page, monkeypatch):
    drawn(page)
    store, by, one = kept_one()
    sample = read_back(one.text).sample
    district = sample.points["district"].value_counts().index[0]
    own = sample.within(district)
    changes = [Change(key, 0.0, "", 0) for key in own.lines["key"]]
    store.mocks.record(by, one.id, changes)
    page.button(key="mock_tell").click().run()
    assert not page.exception and store.mocks.read(by, one.id).told_at is not None
    theirs = on_mock(as_district(monkeypatch, store, district))
    shown = html_of(theirs)
    assert f"通报{district}部分" in shown and f"本区 {len(own.points)} 个点位" in shown
    others = set(sample.points["subject_name"]) - set(own.points["subject_name"])
    assert others and not [name for name in others if name in shown]
    assert theirs.segmented_control(key="mock_part").options == ["点位", "成绩", "与模型对照"]
    assert not [b for b in theirs.button if b.key in ("mock_rename", "mock_drop", "mock_tell")]
    assert not [name for name in others if name in html_of(part(theirs, "scores"))]
    assert not [name for name in others if name in html_of(part(theirs, "model"))]
    store.close()


def test_what_was_told_can_be_taken_back(page):
    drawn(page)
    store, by, one = kept_one()
    page.button(key="mock_tell").click().run()
    page.button(key="mock_untell").click().run()
    assert not page.exception and store.mocks.read(by, one.id).told_at is None
    assert say("mock_page.kept.untold") in html_of(page)
    store.close()
