"""覆盖检查 in a real browser: what is clicked is explained, a filter leaves the map standing, no name can run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import App, Visit, running_app
from tests.views.small import SCRIPT, small_city
from texts import say

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 1_000_000  # for the first picture of the page, beside Streamlit's own bundle
_MAP = ".st-key-coverage_map_box iframe"
# The diamonds of the map: what is told of each, where it is on the map, and how far the next one is, in pixels.
_DIAMONDS = """() => {
  const map = window.map, found = [];
  map.eachLayer((layer) => {
    if (layer.options.form !== "diamond" || layer.options.fillColor === "#fff") return;
    const at = map.latLngToContainerPoint(layer.getLatLng());
    found.push({x: at.x, y: at.y, told: layer.getTooltip().getContent().textContent});
  });
  const size = map.getSize();
  found.forEach((one) => {
    one.room = Math.min(...found.filter((other) => other !== one).map((o) => Math.hypot(o.x - one.x, o.y - one.y)));
    one.free = one.x > 60 && one.x < size.x - 60 && one.y > 80 && one.y < size.y - 60;
  });
  return found.filter((one) => one.free).sort((a, b) => b.room - a.room);
}"""


@pytest.fixture
def coverage(visit) -> Page:
    """The page with its map and its charts."""
    page = visit.open()
    _ready(page)
    visit.settle()
    return page


def _ready(page: Page, *, seconds: float = 30) -> None:
    page.frame_locator(_MAP).locator("#legend span").first.wait_for(timeout=1000 * seconds)


def _map_frame(page: Page):
    return page.locator(_MAP).element_handle().content_frame()


def test_what_is_clicked_is_explained(coverage, visit):
    """First a row of the list, then a diamond on the map; the reasons are drawn, not only told."""
    row = coverage.locator(".st-key-coverage_rows .row:not(.chosen)").first
    name = row.locator(".name").inner_text()
    row.click()
    _named(coverage, name).wait_for(timeout=10_000)
    visit.settle()
    assert coverage.locator(".row.chosen .name").filter(has_text=name).count()
    assert coverage.locator(".why-text").inner_text().strip()
    coverage.locator(".st-key-coverage_strip .barlayer path").first.wait_for(timeout=20_000)
    assert coverage.locator(".st-key-coverage_square .scatterlayer path").count()

    target = _map_frame(coverage).evaluate(_DIAMONDS)[0]
    box = coverage.locator(_MAP).bounding_box()
    coverage.mouse.click(box["x"] + target["x"], box["y"] + target["y"])
    name = target["told"].split("　")[0]
    coverage.locator(".place-head span:first-child").filter(has_text=name).first.wait_for(timeout=10_000)
    visit.settle()
    assert coverage.locator(".place-head").inner_text().startswith(name)


def _named(page: Page, name: str):
    return page.locator(".why-name, .place-head span:first-child").filter(has_text=name).first


def test_a_filter_leaves_the_map_standing(coverage, visit):
    frame = _map_frame(coverage)
    frame.evaluate("() => { window.stands = true; }")
    before, sent = coverage.locator(".sentence").inner_text(), visit.bytes
    requests = []
    coverage.on("request", lambda request: requests.append(request.url))
    coverage.locator('[class*="st-key-coverage_district"] input').click()
    coverage.locator('[role="option"]').nth(1).click()
    coverage.wait_for_function(
        "before => document.querySelector('.sentence').innerText !== before", arg=before, timeout=10_000
    )
    visit.settle()
    assert _map_frame(coverage).evaluate("() => window.stands")
    assert visit.bytes - sent < MOST_BYTES / 2
    assert requests == []


def test_first_picture_is_small_and_in_order(coverage, visit):
    assert 0 < visit.bytes < MOST_BYTES
    width = coverage.evaluate("() => innerWidth")
    boxes = [
        coverage.locator(part).first.bounding_box()
        for part in (".ranking", _MAP, ".st-key-coverage_list_box", ".st-key-coverage_why")
    ]
    ranking, middle, right, why = boxes
    assert middle["width"] >= width / 2
    assert ranking["x"] + ranking["width"] <= middle["x"] and middle["x"] + middle["width"] <= right["x"]
    assert why["y"] >= max(box["y"] + box["height"] for box in (ranking, middle, right)) - 1
    tops = {round(part.bounding_box()["y"]) for part in coverage.locator(".st-key-coverage_controls > *").all()}
    assert len(tops) == 1, "the controls do not stand in one row"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Iterator[App]:
    """The page on a city whose names are scripts, started by a script of its own that chooses this city."""
    home = tmp_path_factory.mktemp("hostile")
    small_city(street=SCRIPT, square=SCRIPT, east=SCRIPT).write(home / "city.gpkg")
    (home / "main.py").write_text(
        "import streamlit as st\n"
        "from views import calls, office, state\n"
        "from views.header import show_header\n"
        "from views.theme import apply_theme\n"
        "st.set_page_config(layout='wide')\n"
        f"state.choose_city({str(home / 'city.gpkg')!r})\n"
        "office.remember(office.store().people.demo('127.0.0.1'))\n"
        "apply_theme()\n"
        f"page = st.navigation([st.Page({str(ROOT / 'pages' / 'coverage.py')!r}, default=True)])\n"
        "show_header(calls.current().city.meta)\n"
        "page.run()\n",
        encoding="utf-8",
    )
    shutil.copytree(ROOT / "static", home / "static")
    with running_app(str(home / "main.py"), home) as started:
        yield started


def test_no_name_of_the_data_runs(hostile, browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    visitor = Visit(context.new_page(), hostile)
    page = visitor.page
    page.goto(hostile.url)
    _ready(page, seconds=120)  # this server was not made ready before
    visitor.settle()
    box = page.locator(_MAP).bounding_box()
    for row in page.locator(".st-key-coverage_rows .row").all()[:2]:
        row.click()
        visitor.settle()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # the pointer is told names as well
    page.locator(".st-key-coverage_table_box summary").click()
    visitor.settle()
    shown = page.locator(".st-key-coverage_why").inner_text()
    assert SCRIPT in page.locator(".row .name").first.inner_text()
    assert SCRIPT in shown and say("coverage.why.titles.fail") in shown
    context.close()
    assert not visitor.faults
