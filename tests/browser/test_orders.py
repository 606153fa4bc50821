"""整改督办 in a real browser: made from a gap, led on with a photo, many at once, two people at one order, files."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import App, Visit, running_app
from texts import say

_ROW = ".orders .row:not(.head)"


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    """A dashboard of this module's own: its orders are seen by no other test."""
    with running_app("serve.py", tmp_path_factory.mktemp("orders")) as started:
        yield started


@pytest.fixture
def orders(visit) -> Page:
    """The page with some orders; the first visitor makes them."""
    page = visit.open("/orders")
    if not page.locator(_ROW).count():
        make_some(visit, 4)
    return page


def press(visit: Visit, key: str) -> None:
    visit.page.locator(f".st-key-{key} button").first.click()
    visit.page.wait_for_timeout(200)
    visit.settle()


def tick(visit: Visit, *rows: int) -> None:
    """Tick rows of the list by their place."""
    for row in rows:
        visit.page.locator(_ROW).nth(row).locator(".tick").click()
        visit.page.wait_for_timeout(250)
        visit.settle()


def make_some(visit: Visit, count: int) -> None:
    """Orders of the first gaps that have none, dispatched."""
    press(visit, "orders_make")
    visit.page.locator(".st-key-orders_make_single button").filter(has_text=say("orders.make.single")).click()
    visit.settle()
    fresh = visit.page.locator(_ROW).filter(has_text=say("orders.make.fresh"))
    for _ in range(count):
        row = fresh.locator("visible=true").filter(has=visit.page.locator(".tick:not(:checked)")).first
        row.locator(".tick").click()
        visit.page.wait_for_timeout(200)
        visit.settle()
    press(visit, "orders_make_do")
    press(visit, "orders_make_confirm")
    visit.page.locator(".said").filter(has_text="已立案").wait_for()


def numbers(page: Page) -> list[str]:
    return [row.locator(".sub").first.inner_text()[:11] for row in page.locator(_ROW).all()]


def photo(folder: Path, name: str = "现场.jpg") -> Path:
    """A photo with a position in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    Image.new("RGB", (2400, 1800), "#7f8f8a").save(folder / name, "JPEG", exif=exif)
    return folder / name


def test_an_order_is_led_on_with_a_photo(orders, visit, tmp_path):
    if orders.locator(".st-key-orders_many_none").count():
        press(visit, "orders_many_none")
    row = orders.locator(_ROW).filter(has_text="已派发").first
    row.click()
    visit.settle()
    press(visit, "orders_do_report")
    orders.locator(".st-key-orders_one_note textarea").fill("已补设 4 处")
    orders.locator(".st-key-orders_one_note textarea").blur()
    visit.settle()
    (tmp_path / "假.jpg").write_bytes(b"no photo")
    chooser = orders.locator(".st-key-orders_step input[type=file]")
    chooser.set_input_files([str(photo(tmp_path)), str(tmp_path / "假.jpg")])
    orders.wait_for_timeout(800)
    visit.settle()
    press(visit, "orders_one_confirm")
    assert "“假.jpg”不是能打开的照片" in orders.locator(".st-key-orders_step").inner_text()
    assert orders.locator(".st-key-orders_one_note textarea").input_value() == "已补设 4 处", "nothing typed is lost"
    gone = '[data-testid="stFileChipDeleteBtn"]'
    orders.locator(f".st-key-orders_step {gone} button, .st-key-orders_step button{gone}").nth(1).click()
    visit.settle()
    press(visit, "orders_one_confirm")
    detail = orders.locator(".st-key-orders_detail")
    assert "已办理：上报整改完成" in detail.inner_text() and "已补设 4 处" in detail.inner_text()
    picture = detail.locator('[data-testid="stImage"] img').first
    picture.wait_for()
    content = orders.request.get(picture.evaluate("one => one.src")).body()
    with Image.open(BytesIO(content)) as kept:
        assert max(kept.size) <= 1600 and not kept.getexif()


def test_many_are_led_on_at_once(orders, visit):
    if orders.locator(".st-key-orders_many_none").count():
        press(visit, "orders_many_none")
    before = numbers(orders)
    tick(visit, 0, 1, 2)
    assert say("orders.many.chosen", count=3) in orders.locator(".st-key-orders_many").inner_text()
    orders.locator('[class*="st-key-orders_many_step"] button').first.click()
    orders.get_by_role("option").filter(has_text="备注").first.click()
    visit.settle()
    orders.locator(".st-key-orders_many_note input").fill("请周五前回复")
    orders.locator(".st-key-orders_many_note input").blur()
    visit.settle()
    press(visit, "orders_many_ask")
    press(visit, "orders_many_confirm")
    assert not orders.locator(".st-key-orders_many").count() and numbers(orders) == before
    assert "请周五前回复" in orders.locator(".st-key-orders_detail").inner_text()


def test_two_people_at_one_order(orders, visit, browser, app):
    if orders.locator(".st-key-orders_many_none").count():
        press(visit, "orders_many_none")
    orders.locator(_ROW).last.click()
    visit.settle()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    other = Visit(context.new_page(), app)
    other.open("/orders")
    other.page.locator(_ROW).last.click()
    other.settle()
    press(visit, "orders_do_note")
    press(other, "orders_do_note")
    for one, text in ((visit, "我后提交"), (other, "我先提交")):
        one.page.locator(".st-key-orders_one_note textarea").fill(text)
        one.page.locator(".st-key-orders_one_note textarea").blur()
        one.settle()
    press(other, "orders_one_confirm")
    press(visit, "orders_one_confirm")
    told = orders.locator(".st-key-orders_step").inner_text()
    assert "先对整改单" in told and "我先提交" in told
    assert orders.locator(".st-key-orders_one_note textarea").input_value() == "我后提交"
    press(visit, "orders_one_confirm")
    history = orders.locator(".st-key-orders_detail").inner_text()
    assert "我先提交" in history and "我后提交" in history
    context.close()
    assert not other.faults


def test_map_and_board_lead_to_orders(orders, visit):
    orders.locator(".st-key-orders_view button").filter(has_text=say("orders.views.map")).click()
    frame = orders.frame_locator(".st-key-orders_map_box iframe")
    frame.locator("#legend span").first.wait_for(timeout=60_000)
    visit.settle()
    orders.locator(".st-key-orders_view button").filter(has_text=say("orders.views.board")).click()
    visit.settle()
    cell = orders.locator(".orders .line:not(.head):not(.sum) .cell.total").first
    count = int(cell.locator("b").inner_text())
    cell.click()
    orders.wait_for_timeout(300)
    visit.settle()
    assert orders.locator(_ROW).count() == count


def test_notices_and_the_sheet_that_comes_back(orders, visit, tmp_path):
    press(visit, "orders_papers_box")
    press(visit, "orders_notices")
    with orders.expect_download() as given:
        orders.locator(".st-key-orders_save_docx button").click()
    assert given.value.suggested_filename.endswith(".docx") and given.value.path().stat().st_size > 20_000
    with orders.expect_download() as given:
        orders.locator(".st-key-orders_save_out button").click()
    sheet = tmp_path / "back.xlsx"
    given.value.save_as(sheet)
    workbook = openpyxl.load_workbook(sheet)
    heads = [cell.value for cell in workbook.worksheets[0][1]]
    for name, value in (("办理", "备注"), ("说明", "表格里写的")):
        workbook.worksheets[0].cell(2, heads.index(name) + 1).value = value
    workbook.save(sheet)
    orders.locator('.st-key-orders_papers input[type="file"]').set_input_files(str(sheet))
    orders.wait_for_timeout(800)
    visit.settle()
    press(visit, "orders_sheet_apply")
    assert "办理表已办理 1 行" in orders.locator(".st-key-orders_papers").inner_text()


def test_the_page_fits(orders):
    assert orders.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert orders.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight <= innerHeight + 60")
    left = orders.locator(".st-key-orders_left").bounding_box()
    right = orders.locator(".st-key-orders_detail").bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    first = orders.locator(".st-key-orders_steps button").first.bounding_box()
    assert first["y"] + first["height"] < 700, "the first step is above the fold"


def test_after_a_step_was_cancelled_the_issuing_office_is_still_there(orders, visit):
    orders.locator(_ROW).filter(has_text="已派发").first.click()
    visit.settle()
    press(visit, "orders_do_extend")
    press(visit, "orders_one_cancel")
    orders.get_by_text(say("orders.sheets.label"), exact=True).click()
    visit.settle()
    assert orders.locator(".st-key-orders_office input").input_value().endswith("指挥部")


def test_a_day_that_is_not_chosen_shows_no_english(orders, visit):
    orders.locator(_ROW).filter(has_text="已派发").first.click()
    visit.settle()
    press(visit, "orders_do_extend")
    field = orders.locator(".st-key-orders_one_limit")
    parts = field.locator('[role="spinbutton"]')
    assert parts.count() == 3
    for part in parts.all():
        part.click()
        for _ in range(4):
            part.press("Backspace")
    shown = "e => getComputedStyle(e).color"
    assert field.locator('[role="spinbutton"][data-placeholder]').count() == 3
    for part in field.locator('[role="spinbutton"], [data-type="literal"]').all():
        assert part.evaluate(shown).endswith(", 0)"), part.inner_text()
    parts.first.press_sequentially("2030")
    assert not parts.first.evaluate(shown).endswith(", 0)")
    press(visit, "orders_one_cancel")
