"""模拟测评 in a real browser: the risk; then draw, download the forms, fill them in, hand them back, read tables."""

import random

import openpyxl
import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Visit
from texts import say

_MAP = "iframe"


@pytest.fixture
def mock(visit) -> Page:
    """The page."""
    page = visit.open("/mock")
    page.locator(".risk-row.city").wait_for(timeout=60_000)
    visit.settle()
    return page


def press(visit: Visit, key: str, *, has_text: str | None = None) -> None:
    buttons = visit.page.locator(f".st-key-{key} button")
    (buttons.filter(has_text=has_text) if has_text else buttons).first.click()
    visit.page.wait_for_timeout(250)
    visit.settle()


def on_mock(visit: Visit) -> None:
    press(visit, "mock_view", has_text=say("mock_page.views.mock"))
    if visit.page.locator(".st-key-mock_new").count():
        press(visit, "mock_new")


def turn_to(visit: Visit, part: str) -> None:
    press(visit, "mock_part", has_text=say(f"mock_page.parts.{part}"))


def fits(page: Page) -> bool:
    return page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_risk_above_the_fold_and_a_place_is_looked_at(mock, visit):
    height = mock.evaluate("() => innerHeight")
    rows = mock.locator(".risk-row")
    assert rows.count() == 7 and fits(mock)
    city = mock.locator(".risk-row.city").bounding_box()
    assert city["y"] + city["height"] < height
    mock.frame_locator(f".st-key-risk_map_box {_MAP}").locator("#legend span").first.wait_for(timeout=60_000)
    row = mock.locator(".row").nth(2)
    name = row.locator(".name").inner_text()
    row.click()
    mock.locator(".why-name").filter(has_text=name).wait_for(timeout=15_000)
    visit.settle()
    press(visit, "risk_look")
    mock.locator(".st-key-coverage_why").wait_for(timeout=60_000)
    visit.settle()
    assert name in mock.locator(".st-key-coverage_why").inner_text()


def test_from_the_draw_to_the_tables(mock, visit, tmp_path):
    on_mock(visit)
    press(visit, "mock_run")
    mock.locator(".notice").filter(has_text="已抽取 12 个点位").wait_for(timeout=30_000)
    signs = mock.frame_locator(f".st-key-mock_map_box {_MAP}").locator(".mock-point")
    signs.first.wait_for(state="attached", timeout=60_000)
    assert signs.count() == 3 and fits(mock)
    with mock.expect_download() as download:
        mock.locator(".st-key-mock_forms_all button").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    workbook = openpyxl.load_workbook(file)
    chance, lines = random.Random(3), 0
    for sheet in workbook.worksheets[1:]:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 9).value = chance.randint(0, 6)
            lines += 1
    workbook.worksheets[1]["I2"] = "五处"
    workbook.save(file)

    turn_to(visit, "typing")
    mock.locator(".st-key-mock_upload input[type=file]").set_input_files(file)
    mock.locator(".faults li").filter(has_text="不是数字").wait_for(timeout=30_000)
    visit.settle()
    press(visit, "mock_files_take")
    mock.locator(".notice").filter(has_text=f"已写入 {lines - 1} 项").wait_for(timeout=15_000)
    visit.settle()
    assert f"已填 {lines - 1} / {lines} 项" in mock.locator(".sentence").first.inner_text()

    turn_to(visit, "scores")
    assert mock.locator(".st-key-mock_table_box tbody tr").count() == 5
    press(visit, "mock_table", has_text="街道×项目")
    assert mock.locator(".scored td.figure").count() > 5 and fits(mock)
    with mock.expect_download() as download:
        mock.locator(".st-key-mock_tables_download button").click()
    tables = tmp_path / "tables.xlsx"
    download.value.save_as(tables)
    assert openpyxl.load_workbook(tables).sheetnames[:4] == ["总况", "项目", "街道", "责任单位"]
    turn_to(visit, "model")
    assert "与模型可比的" in mock.locator(".sentence").nth(1).inner_text()


def form_of(visit: Visit) -> Locator:
    """The form of the first inspector, to be typed into, with the cursor on its first number."""
    visit.page.locator(".st-key-mock_form input").first.wait_for(timeout=30_000)
    visit.page.locator(".st-key-mock_form .text").first.click()
    return visit.page.locator(".st-key-mock_form")


def typed(form: Locator, name: str) -> list[str]:
    return [cell.input_value() for cell in form.locator(f"input.{name}").all()]


def test_typed_numbers_outlive_a_reload(mock, visit):
    """Typed without a pause: each Enter writes the cell and goes to the next line, an arrow to the remark."""
    on_mock(visit)
    press(visit, "mock_run")
    turn_to(visit, "typing")
    form = form_of(visit)
    for number in ("3", "12"):
        mock.keyboard.type(number)
        mock.keyboard.press("Enter")
    mock.keyboard.press("ArrowRight")
    mock.keyboard.type("褪色 -1")
    mock.keyboard.press("Enter")
    mock.locator(".sentence").filter(has_text="已填 2 /").wait_for(timeout=15_000)
    visit.settle()
    turn_to(visit, "points")
    turn_to(visit, "typing")
    mock.locator(".sentence").filter(has_text="已填 2 /").wait_for(timeout=15_000)
    mock.reload()
    mock.locator(".sentence").filter(has_text="已填 2 /").wait_for(timeout=60_000)
    visit.settle()
    form_of(visit)  # what was looked at is open again
    assert typed(form, "found")[:3] == ["3", "12", ""] and typed(form, "remark")[:3] == ["", "", "褪色 -1"]
    assert fits(mock)


def test_what_is_no_count_is_refused_visibly_and_stays_in_its_cell(mock, visit):
    """A minus, a word and a good number, typed without a pause; then the minus is put right."""
    on_mock(visit)
    press(visit, "mock_run")
    turn_to(visit, "typing")
    form = form_of(visit)
    for text in ("-3", "2个", "4"):
        mock.keyboard.type(text)
        mock.keyboard.press("Enter")
    faults = mock.locator(".faults li")
    faults.nth(1).wait_for(timeout=15_000)
    visit.settle()
    assert "“-3”" in faults.nth(0).inner_text() and "“2个”" in faults.nth(1).inner_text()
    mock.locator(".sentence").filter(has_text="已填 1 /").wait_for(timeout=15_000)
    assert typed(form, "found")[:3] == ["-3", "2个", "4"] and form.locator('[aria-invalid="true"]').count() == 2
    form.locator("input.found").first.click()
    mock.keyboard.type("3")
    mock.keyboard.press("Enter")
    mock.locator(".sentence").filter(has_text="已填 2 /").wait_for(timeout=15_000)
    visit.settle()
    turn_to(visit, "points")
    turn_to(visit, "typing")
    form_of(visit)
    assert typed(form, "found")[:3] == ["3", "2个", "4"] and faults.count() == 1
    assert form.locator('[aria-invalid="true"]').count() == 1
