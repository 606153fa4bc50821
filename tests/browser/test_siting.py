"""选址推演 in a real browser: click, read, drag, propose, accept, undo, read again; the map stands all the while."""

import re
import time

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.siting_map import FAILING_STRETCHES
from texts import say

_MAP = ".st-key-siting_map_box iframe"
MOST_BYTES_AN_EDIT = 40_000
_PROPOSED = ["proposed", "repair", "retheme", "both"]


@pytest.fixture
def siting(visit) -> Page:
    """The page with its map."""
    page = visit.open("/siting")
    page.frame_locator(_MAP).locator("#legend span").first.wait_for(timeout=60_000)
    visit.settle()
    return page


def map_frame(page: Page):
    return page.locator(_MAP).element_handle().content_frame()


def figures(page: Page) -> dict[str, str]:
    """The numbers after the edits, by name."""
    return {
        one.get_attribute("data-figure"): one.inner_text() for one in page.locator(".figure-row b[data-figure]").all()
    }


def click_map(page: Page, x: float, y: float) -> None:
    box = page.locator(_MAP).bounding_box()
    page.mouse.click(box["x"] + x, box["y"] + y)


def told(page: Page, words: str, *, seconds: float = 15) -> None:
    page.locator(".said").filter(has_text=words).wait_for(timeout=1000 * seconds)


def press(visit: Visit, key: str) -> None:
    visit.page.locator(f".st-key-{key} button").first.click()
    visit.page.wait_for_timeout(150)
    visit.settle()


def mode(visit: Visit, name: str) -> None:
    visit.page.locator(".st-key-siting_mode button").filter(has_text=say(f"siting.modes.{name}")).click()
    visit.page.wait_for_timeout(150)
    visit.settle()


def test_click_drag_undo_leave_the_map_standing(siting, visit):
    before = figures(siting)
    frame = map_frame(siting)
    frame.evaluate("() => { window.stands = true; map.setZoom(map.getZoom() + 1, {animate: false}); }")
    zoom = frame.evaluate("() => map.getZoom()")
    mode(visit, "place")
    first, *targets = frame.evaluate(FAILING_STRETCHES)[:4]
    click_map(siting, first["x"] + 3, first["y"])
    told(siting, "已新增")
    visit.settle()
    sent, seconds = [], []
    for target in targets:
        sentence, so_far, since = siting.locator(".sentence").inner_text(), visit.bytes, time.perf_counter()
        click_map(siting, target["x"] + 3, target["y"])
        siting.wait_for_function("was => document.querySelector('.sentence').innerText !== was", arg=sentence)
        seconds.append(time.perf_counter() - since)
        visit.settle()
        sent.append(visit.bytes - so_far)
    print(f"click to numbers {sorted(seconds)} s, {sorted(sent)} bytes an edit")
    assert max(sent) < MOST_BYTES_AN_EDIT
    assert "新增 4 处" in siting.locator(".sentence").inner_text()
    assert re.search(r"离所点位置|正是所点", siting.locator(".said").inner_text())

    mode(visit, "look")
    handle = map_frame(siting).locator(".siting-handle div").bounding_box()
    siting.mouse.move(handle["x"] + 13, handle["y"] + 13)
    siting.mouse.down()
    siting.mouse.move(handle["x"] + 43, handle["y"] + 33, steps=6)
    siting.mouse.up()
    told(siting, "移到")
    visit.settle()
    assert map_frame(siting).evaluate("() => [window.stands, map.getZoom()]") == [True, zoom]
    for _ in range(5):
        press(visit, "siting_undo")
    assert figures(siting) == before
    press(visit, "siting_redo")
    assert "新增 1 处" in siting.locator(".sentence").inner_text()
    visit.go("测评标准")
    visit.go("选址推演")
    siting.frame_locator(_MAP).locator("#legend span").first.wait_for(timeout=60_000)
    assert "新增 1 处" in siting.locator(".sentence").inner_text()


def test_propose_accept_undo(siting, visit):
    before = figures(siting)
    map_frame(siting).evaluate("() => { window.stands = true; }")
    press(visit, "siting_run")
    siting.locator(".proof").wait_for(timeout=120_000)
    visit.settle()
    assert re.search(r"差距 [\d.]+", siting.locator(".proof").inner_text())
    assert "重新测评：一致" in siting.locator(".proof").inner_text()
    assert figures(siting) == before, "a proposal changes nothing until it is accepted"
    signs = f"() => Object.values(map._layers).filter((l) => {_PROPOSED}.includes(l.options.form)).length"
    proposed = map_frame(siting).evaluate(signs)
    assert proposed > 0
    siting.locator(".accept").first.click()
    told(siting, "已采纳")
    visit.settle()
    one = figures(siting)
    assert one != before and 0 < map_frame(siting).evaluate(signs) < proposed
    press(visit, "siting_accept_all")
    all_ = figures(siting)
    assert float(all_["得分"]) >= float(one["得分"]) and map_frame(siting).evaluate(signs) == 0
    assert siting.locator(".accept").count() == 0
    press(visit, "siting_undo")
    assert figures(siting) == one
    press(visit, "siting_undo")
    assert figures(siting) == before
    assert map_frame(siting).evaluate("() => window.stands")


def test_search_is_stopped(siting, visit):
    siting.locator(".st-key-siting_how button").filter(has_text=say("siting.plan.hows.all")).click()
    visit.settle()
    siting.locator(".st-key-siting_run button").first.click()
    siting.locator(".st-key-siting_job_stop button").click(timeout=30_000)
    siting.locator(".proof, .notice.fault").first.wait_for(timeout=60_000)
    visit.settle()
    assert siting.locator(".st-key-siting_run button").first.is_enabled()


def test_page_fits(siting, visit):
    """Nothing scrolls sideways; the map has half the width; what is asked and its answer are seen at once."""
    assert siting.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    map_box = siting.locator(_MAP).bounding_box()
    numbers = siting.locator(".st-key-siting_figures .figures").bounding_box()
    assert map_box["width"] >= siting.evaluate("() => innerWidth") / 2
    assert map_box["x"] + map_box["width"] <= numbers["x"]
    press(visit, "siting_run")
    siting.locator(".proof").wait_for(timeout=120_000)
    visit.settle()
    height = siting.evaluate("() => innerHeight")
    for part in (".st-key-siting_run", ".proof", ".st-key-siting_figures .figures", _MAP):
        box = siting.locator(part).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, part


def draw_area(siting: Page, corners: list[tuple[float, float]]) -> None:
    for x, y in (*corners, corners[0]):
        click_map(siting, x, y)
        siting.wait_for_timeout(100)


def test_areas_and_spots_are_drawn_and_undone(siting, visit):
    frame = map_frame(siting)
    drawn = (
        "() => Object.values(map._layers).filter((l) => l instanceof L.Polygon && l.options.pane === 'areas').length"
    )
    mode(visit, "forbid")
    draw_area(siting, [(200, 120), (330, 110), (350, 230), (220, 260)])
    told(siting, "已划出禁设区")
    visit.settle()
    assert frame.evaluate(drawn) == 1
    frame.evaluate("() => void map.setZoom(map.getZoom() + 0.5, {animate: false})")
    zoom = frame.evaluate("() => map.getZoom()")
    mode(visit, "require")
    target = frame.evaluate(FAILING_STRETCHES)[0]
    click_map(siting, target["x"] + 3, target["y"])
    told(siting, "已标出必设点")
    visit.settle()
    assert frame.evaluate("() => Object.values(map._layers).filter((l) => l.options.form === 'required').length") == 1
    assert frame.evaluate("() => map.getZoom()") == zoom and frame.evaluate(drawn) == 1
    press(visit, "siting_undo")
    press(visit, "siting_undo")
    assert frame.evaluate(drawn) == 0
    press(visit, "siting_redo")
    assert frame.evaluate(drawn) == 1


def test_a_reload_loses_nothing(siting, visit):
    mode(visit, "place")
    targets = map_frame(siting).evaluate(FAILING_STRETCHES)
    for target in targets[:2]:
        click_map(siting, target["x"] + 3, target["y"])
        told(siting, "已新增")
        visit.settle()
    press(visit, "siting_undo")
    wanted = siting.locator(".sentence").inner_text()
    assert "draft=" in siting.url
    siting.reload()
    siting.frame_locator(_MAP).locator("#legend span").first.wait_for(timeout=60_000)
    visit.settle()
    told(siting, "已恢复方案")
    assert siting.locator(".sentence").inner_text() == wanted
    press(visit, "siting_redo")
    assert "新增 2 处" in siting.locator(".sentence").inner_text()


def open_store(siting: Page) -> None:
    siting.locator(".st-key-siting_store button").first.click()
    siting.locator(".st-key-siting_name input").wait_for()


def open_shelf(siting: Page) -> None:
    """Open the list of kept scenarios."""
    open_store(siting)
    siting.locator(".st-key-siting_shelf summary").click()
    siting.locator(".st-key-siting_kept .kept").first.wait_for()


def save_as(visit: Visit, name: str) -> None:
    """Name the scenario and save it."""
    siting = visit.page
    open_store(siting)
    field = siting.locator(".st-key-siting_name input")
    field.fill(name)
    field.press("Enter")
    visit.settle()
    press(visit, "siting_keep")
    siting.keyboard.press("Escape")
    visit.settle()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "`${alert(1)}`=1+1", "**𠮷𰻞** :red[x] $y$", "=1+1", "长" * 60], ids=range(5)
)
def test_hostile_names_are_shown_as_typed(siting, visit, screen, name):
    name = f"{name[:52]}{screen[0]}"
    mode(visit, "place")
    target = map_frame(siting).evaluate(FAILING_STRETCHES)[0]
    click_map(siting, target["x"] + 3, target["y"])
    told(siting, "已新增")
    save_as(visit, name)
    told(siting, "已保存")
    assert (
        f"“{name}”" in siting.locator(".said").inner_text() and f"“{name}”" in siting.locator(".sentence").inner_text()
    )
    short = name if len(name) <= 10 else f"{name[:10]}…"
    assert short in siting.locator(".st-key-siting_store button").first.inner_text()
    open_shelf(siting)
    assert name in siting.locator(".st-key-siting_kept").inner_text()
    assert siting.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def place_until_it_counts(visit: Visit, targets: list[dict]) -> None:
    """Add sites, one to each stretch, until a figure differs: one alone may close no window."""
    before = figures(visit.page)
    for number, target in enumerate(targets, start=2):
        click_map(visit.page, target["x"] + 3, target["y"])
        visit.page.locator(".sentence").filter(has_text=f"新增 {number} 处").wait_for()
        visit.settle()
        if figures(visit.page) != before:
            return


def test_two_browsers_on_one_scenario(siting, visit, app, browser, screen):
    """The second to save is told who was first, keeps what it has, and may put it beside."""
    name = f"同改{screen[0]}"
    mode(visit, "place")
    targets = map_frame(siting).evaluate(FAILING_STRETCHES)
    click_map(siting, targets[0]["x"] + 3, targets[0]["y"])
    told(siting, "已新增")
    save_as(visit, name)
    told(siting, "已保存")
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]}, locale="zh-CN")
    other = Visit(context.new_page(), app)
    page = other.open("/siting")
    page.frame_locator(_MAP).locator("#legend span").first.wait_for(timeout=60_000)
    other.settle()
    assert "尚未改动" in page.locator(".sentence").inner_text(), "what one edits the other does not see"
    open_shelf(page)
    number = page.locator(".st-key-siting_kept .kept").all_inner_texts().index(name)
    press(other, f"siting_open_{number}")
    page.keyboard.press("Escape")
    mode(other, "place")
    place_until_it_counts(other, targets[1:])
    save_as(other, name)
    told(page, "第 2 版")
    assert figures(siting) != figures(page)
    click_map(siting, targets[2]["x"] + 3, targets[2]["y"])
    told(siting, "已新增")
    visit.settle()
    save_as(visit, name)
    assert "更新为第 2 版" in siting.locator(".asked").inner_text()
    assert "新增 2 处" in siting.locator(".sentence").inner_text()
    press(visit, "siting_answer_1")
    told(siting, f"{name}（2）")
    context.close()
    assert not other.faults
