"""The page that is handed on, opened from a disk in a browser without a network."""

import pytest

from briefing.handed_on.page import map_page
from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from tests.views.small import SCRIPT, small_city


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """The page of a city whose names are scripts; it must ask for nothing, and nothing of it may run or fail."""
    city = small_city(street=SCRIPT, square="望潮广场", east=SCRIPT)
    file = tmp_path_factory.mktemp("page") / "map.html"
    file.write_text(map_page(city, assess(city, load_rulebook("zhoushan-2017"))), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page = context.new_page()
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("pageerror", lambda error: seen.append(f"error {error}"))
    page.on("console", lambda message: seen.append(f"console {message.text}"))
    page.on("dialog", lambda dialog: (seen.append("dialog"), dialog.dismiss()))
    page.goto(file.as_uri())
    page.wait_for_selector(".item")
    yield page, seen, file.as_uri()
    context.close()


def test_it_asks_for_nothing_but_itself(opened):
    page, seen, address = opened
    page.wait_for_timeout(500)
    assert seen == [address]


def test_a_gap_is_found_chosen_and_explained(opened):
    page, seen, address = opened
    assert page.locator(".item").count() >= 3
    page.get_by_role("searchbox").fill("望潮")
    assert set(page.locator(".item .name").all_inner_texts()) == {"望潮广场"}
    page.locator(".item").first.click()
    assert "望潮广场" in page.locator(".why h2").inner_text()
    assert "不计" in page.locator(".why").inner_text() and "遮挡" in page.locator(".why").inner_text()
    page.get_by_role("searchbox").fill("没有这样的地方")
    assert page.locator(".item").count() == 0 and page.locator(".empty").is_visible()
    page.get_by_role("searchbox").fill("")
    assert seen == [address]


def test_a_name_that_is_a_script_is_shown_as_it_is(opened):
    page, seen, address = opened
    item = page.locator(".item", has_text="alert").first
    item.click()
    assert page.locator(".why h2").inner_text() == SCRIPT
    assert page.locator("img").count() == 0
    assert seen == [address]


def test_layers_districts_and_clicks_on_the_map(opened):
    page, seen, address = opened
    page.get_by_label("点位").check()
    page.get_by_label("待核实").check()
    assert "待核实" in page.locator("#legend").inner_text()
    page.get_by_label("不达标场所").uncheck()
    assert page.locator("#legend").inner_text().count("0 项") >= 1
    page.get_by_label("全部区").select_option("西区")
    assert page.locator(".item").count() >= 1
    page.get_by_label("全部区").select_option("")
    page.locator(".item").first.click()
    page.wait_for_timeout(200)
    page.mouse.click(20, 740)
    assert "点一段路" in page.locator(".why").inner_text()
    assert seen == [address]
