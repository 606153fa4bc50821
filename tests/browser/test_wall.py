"""指挥大屏 as it hangs on a wall: legible, whole, turning, held by a click, and never blank."""

from collections.abc import Iterator

import pytest

from metrics.assessment import assess
from metrics.rulebook import load_rulebook
from store import SYSTEM, open_store
from store.keeping import keep_assessment
from tests.browser.wall import FAST, feed, wall_page
from tests.views.small import SCRIPT, small_city
from views.wall.content import content
from views.wall.layout import NORMAL, WIDE, layout_of

_BETWEEN, _WIDEST = layout_of("normal-2560"), layout_of("normal-3440")
_TEXTS = """() => {
  const found = [], root = document.querySelector("#city-wall").shadowRoot;
  const scale = root.querySelector(".stage").getBoundingClientRect().height / 1080;
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const part = walk.currentNode.parentElement;
    if (part.tagName === "STYLE" || !walk.currentNode.textContent.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect(), style = getComputedStyle(part);
    if (!box.width || style.visibility === "hidden" || style.display === "none") continue;
    let left = box.left, right = box.right;
    const block = part.closest(".block").getBoundingClientRect();
    left = Math.max(left, block.left); right = Math.min(right, block.right);
    if (right > left) found.push({text: walk.currentNode.textContent, left: left / scale, right: right / scale,
      size: parseFloat(style.fontSize)});
  }
  return found;
}"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """What is sent of the small city on each stage; one district and a place with hostile names."""
    town = small_city(east=SCRIPT, square=SCRIPT)
    judged = assess(town, load_rulebook("zhoushan-2017"), "routine")
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('wall')}/wall.db")
    run = keep_assessment(store, SYSTEM, judged)
    by = store.people.demo("127.0.0.1")
    store.orders.make(by, run.id, None)
    told = {one.name: content(store, by, town, judged, run, layout=one) for one in (NORMAL, _BETWEEN, _WIDEST, WIDE)}
    store.close()
    return {name: data | {"pace": data["pace"] | FAST} for name, data in told.items()}


@pytest.fixture
def normal(browser, sent) -> Iterator:
    """A wall of 1920×1080 that was fed once."""
    page = wall_page(browser, 1920)
    feed(page, sent["normal"])
    page.wait_for_selector("#city-wall .stage:not(.loading)", state="attached")
    yield page
    assert not page.faults
    page.close()


@pytest.mark.parametrize(
    ("width", "height", "stage"),
    [
        (1366, 768, 1920),
        (2560, 1080, 2560),
        (2560, 1440, 1920),
        (3519, 1080, 3440),
        (3520, 1080, 3840),
        (3840, 1080, 3840),
    ],
)
def test_the_stage_is_scaled_as_a_whole(browser, sent, width, height, stage):
    page = wall_page(browser, width, height)
    feed(page, sent[{1920: "normal", 3840: "wide"}.get(stage, f"normal-{stage}")])
    page.wait_for_selector("#city-wall .stage:not(.loading)", state="attached")
    box = page.locator("#city-wall .stage").bounding_box()
    scale = min(width / stage, height / 1080)
    assert box["width"] == pytest.approx(stage * scale, abs=1) and box["height"] == pytest.approx(1080 * scale, abs=1)
    assert box["x"] == pytest.approx((width - stage * scale) / 2, abs=1)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.close()


def test_no_text_is_small_and_none_crosses_the_seam_of_two_panels(browser, sent):
    page = wall_page(browser, 3840)
    feed(page, sent["wide"])
    page.wait_for_selector("#city-wall .stage:not(.loading)", state="attached")
    texts = page.evaluate(_TEXTS)
    assert len(texts) > 50
    assert min(one["size"] for one in texts) >= 22
    assert not [one for one in texts if one["right"] > 1880.5 and one["left"] < 1959.5]
    assert not page.faults
    page.close()


_LEAVING = """() => [...document.querySelector("#city-wall").shadowRoot.querySelectorAll(".block")]
  .filter((one) => one.dataset.place !== "ticker" && getComputedStyle(one).display !== "none"
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.dataset.place)"""


def test_between_the_two_stages_the_map_grows(browser, sent):
    page = wall_page(browser, 2560)
    feed(page, sent[_BETWEEN.name])
    page.wait_for_selector("#city-wall .stage:not(.loading)", state="attached")
    parts = {
        name: page.locator(f"#city-wall [data-place='{name}']").bounding_box() for name in ("map", "ranking", "total")
    }
    assert parts["map"]["width"] == _BETWEEN.map_width == 2560 - 1920 + NORMAL.map_width
    assert parts["map"]["x"] + parts["map"]["width"] < parts["ranking"]["x"]
    assert all(part["x"] + part["width"] <= 2560 for part in parts.values())
    assert page.evaluate(_LEAVING) == []
    assert not page.faults
    page.close()


def test_names_are_text_and_nothing_leaves_its_block(normal):
    shown = normal.locator("#city-wall").evaluate("host => host.shadowRoot.querySelector('.stage').textContent")
    assert "<img src=x onerror" in shown
    assert normal.locator("#city-wall .stage img[src='x']").count() == 0
    assert normal.evaluate(_LEAVING) == []


def test_it_turns_by_itself_and_a_click_holds_it_for_a_while(normal, sent):
    first = normal.locator("#city-wall .district.chosen").get_attribute("data-district")
    chosen = "document.querySelector('#city-wall').shadowRoot.querySelector('.district.chosen').dataset.district"
    normal.wait_for_function(f"{chosen} !== '{first}'")
    held = normal.locator("#city-wall .district").first
    held.click()
    normal.wait_for_timeout(1100)  # more than two turns
    assert normal.locator("#city-wall .district.chosen").get_attribute("data-district") == "0"
    assert normal.locator("#city-wall .card .pause").count() == 1
    normal.wait_for_selector("#city-wall .card .pause", state="detached", timeout=5000)


def test_a_click_on_the_map_chooses_its_district(normal, sent):
    names = sent["normal"]["pictures"]["names"]
    box = normal.locator("#city-wall .hit").first.bounding_box()
    normal.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    normal.wait_for_timeout(100)
    assert normal.locator("#city-wall .card .who").inner_text() == names[0]


def test_without_a_good_refresh_the_picture_stays_and_says_so_until_there_is_one(normal, sent):
    feed(normal, {"late": "暂时连不上数据库"})
    normal.wait_for_selector("#city-wall .stage.stale", state="attached", timeout=5000)
    assert normal.locator("#city-wall .still").inner_text().startswith("数据停在 ")
    assert normal.locator("#city-wall .score").inner_text().strip()
    feed(normal, {key: value for key, value in sent["normal"].items() if key != "pictures"})
    assert normal.locator("#city-wall .stage.stale").count() == 0
    assert normal.locator("#city-wall .at-map > img").count() == 2


def test_pictures_come_once_and_nothing_is_left_behind(normal, sent):
    bare = {key: value for key, value in sent["normal"].items() if key != "pictures"}
    asked = normal.evaluate("asked")
    assert asked[-1] == ["screen", f"normal|{sent['normal']['key']}"]
    still = {"pace": bare["pace"] | {"turn": 999}}
    feed(normal, bare | still)
    normal.wait_for_timeout(400)
    count = normal.evaluate("document.querySelector('#city-wall').shadowRoot.querySelectorAll('*').length")
    for turn in range(30):
        feed(normal, bare | still | {"time": f"{turn}"})
        feed(normal, sent["normal"] | still | {"key": f"other{turn}"})
    normal.wait_for_timeout(400)
    after = normal.evaluate("document.querySelector('#city-wall').shadowRoot.querySelectorAll('*').length")
    assert after == count


def test_who_may_not_see_it_any_more_sees_a_sentence_and_no_data(normal):
    feed(normal, {"denied": "大屏链接无效、已过期或已撤销，请向指挥部索取新链接。"})
    assert "已撤销" in normal.locator("#city-wall .notice").inner_text()
    assert normal.locator("#city-wall .score").count() == 0
    assert normal.locator("#city-wall .district").count() == 0


def test_the_page_of_the_app(visit):
    page = visit.open("/wall")
    page.wait_for_selector("#city-wall .stage:not(.loading)", state="attached", timeout=60_000)
    assert page.locator("#city-wall .demo").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    host = page.locator("#city-wall").bounding_box()
    assert (host["x"], host["y"]) == (0, 0) and host["height"] == page.viewport_size["height"]
    visit.go("覆盖检查")
    assert page.locator("#city-wall").count() == 0
    assert page.locator(".brand").is_visible()


def test_who_comes_by_the_navigation_keeps_it_and_sees_the_wall(visit):
    """Also after having been elsewhere, and when the screen gets wider: each stage is asked of the server anew."""
    page, shown = visit.open("/"), "#city-wall .stage:not(.loading)"
    for _ in range(2):
        visit.go("指挥大屏")
        page.wait_for_selector(shown, state="attached", timeout=20_000)
        assert page.locator(".brand").is_visible()
        assert page.locator("#city-wall").bounding_box()["y"] > 0
        visit.go("测评标准")
        assert page.locator("#city-wall").count() == 0
    visit.go("指挥大屏")
    page.wait_for_selector(shown, state="attached", timeout=20_000)
    page.set_viewport_size({"width": 3840, "height": 1080})
    page.wait_for_selector("#city-wall .stage.wide:not(.loading)", state="attached", timeout=20_000)
