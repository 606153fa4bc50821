"""A visitor brings an own city along: real uploads, an import, the look at its gaps; and files that are hostile."""

import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.handed_in import SCRIPT, sites_text, write_road
from texts import say

TITLE = "数据接入"


@pytest.fixture
def page(visit):
    """数据接入, asked for roads and sites."""
    visit.open()
    visit.go(TITLE)
    for part in ("osm", "roads"):
        visit.page.locator(".st-key-import_chosen button").filter(has_text=_label(part)).click()
        visit.settle()
    return visit.page


def _label(part: str) -> str:
    return say("intake.parts.osm") if part == "osm" else say(f"city.layers.{part}")


def hand_in(visit, part: str, *files: Path) -> None:
    visit.page.locator(f".st-key-import_upload_{part} input[type=file]").set_input_files(list(files))
    visit.page.locator(f".st-key-import_kept_{part}, .notice.fault").first.wait_for()
    visit.settle()


def write_in(visit, field: str, text: str) -> None:
    entry = visit.page.locator(f".st-key-{field} input")
    entry.fill(text)
    entry.press("Enter")
    visit.settle()


def faults(page) -> list[str]:
    return page.locator(".notice.fault").all_inner_texts()


def no_english(page) -> bool:
    """Whether nothing of Streamlit's own English can be read."""
    text = page.locator('[data-testid="stMain"]').inner_text()
    return not any(
        word in text for word in ("Browse", "Drag", "Upload", "Press Enter", "Choose an option", "No results")
    )


def test_own_city_from_upload_to_its_gaps(visit, page, tmp_path):
    sites = tmp_path / "点位表.csv"
    sites.write_text(sites_text(name=SCRIPT.replace(",", "") + "{}"), encoding="gbk")
    hand_in(visit, "sites", sites)
    main = page.locator('[data-testid="stMain"]')
    assert say("intake.will_take", read=4, taken=3, rejected=1) in main.inner_text()
    hand_in(visit, "roads", write_road(tmp_path))
    assert "other_streets" in faults(page)[0], "which layer is not clear"
    page.locator(".st-key-import_choice_roads button, .st-key-import_choice_roads svg").first.click()
    page.get_by_role("option", name="main_streets").click()
    visit.settle()
    assert not faults(page) and no_english(page)
    for name in ("mapping", "first", "rejects"):
        page.locator(f".st-key-import_{name}_sites summary").click()
    page.wait_for_timeout(500)
    assert "没有坐标" in page.locator(".st-key-import_rejects_sites").inner_text()
    assert "<script>" in page.locator(".st-key-import_first_sites").inner_text()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    write_in(visit, "import_name", f"测试市{SCRIPT}")
    page.locator(".st-key-import_run button").click()
    page.locator(".st-key-import_again").wait_for(timeout=60_000)
    visit.settle()
    assert "测试市" in page.locator(".whose").inner_text() and page.locator(".demo-mark").count() == 0
    table = page.locator(".plain-table").first.inner_text()
    assert "点位表.csv" in table and "map.gpkg" in table
    assert no_english(page)

    page.locator(".st-key-import_go button").click()
    page.get_by_text("测试大道").first.wait_for(timeout=60_000)
    visit.settle()
    visit.go(TITLE)
    page.locator('[data-testid="stPopover"] button').click()
    page.locator(".st-key-import_drop button").click()
    visit.settle()
    assert page.locator(".demo-mark").count() == 1
    assert not list((visit.app.data_folder / "cities").glob("*.gpkg"))
    assert page.title() == say("shell.title"), "nothing in a file ran"


@pytest.mark.parametrize("screen", [(1366, 768)], indirect=True)
def test_hostile_files_cost_one_sentence_each(visit, page, tmp_path):
    half = tmp_path / "half.gpkg"
    content = write_road(tmp_path).read_bytes()
    half.write_bytes(content[: len(content) // 2])
    hand_in(visit, "roads", half)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("sites.csv", "w") as inner:
        for _ in range(240):
            inner.write(b"\0" * 2**20)
    hand_in(visit, "sites", bomb)
    assert [("不完整" in text, "未解开" in text) for text in faults(page)] == [(True, False), (False, True)]
    page.locator(".st-key-import_run button").click()
    page.get_by_text(say("intake.failed")).wait_for(timeout=60_000)
    visit.settle()
    visit.go("测评标准")
    visit.go(TITLE)
    assert "half.gpkg" in page.locator(".st-key-import_kept_roads").inner_text(), "what was handed in is still there"
    with urllib.request.urlopen(visit.app.url + "/_stcore/health", timeout=5) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("screen", [(1366, 768)], indirect=True)
def test_page_is_alive_while_a_large_file_is_read(visit, page, tmp_path):
    row = "s{},人民路沿线第{}号,道旗,讲文明树新风,122.01,30.05,60,别称"
    lines = sites_text().splitlines()[:1] + [row.format(number, number) for number in range(400_000)]
    (tmp_path / "large.csv").write_text("\n".join(lines), encoding="utf-8")
    page.locator(".st-key-import_upload_sites input[type=file]").set_input_files(tmp_path / "large.csv")
    told = page.locator(".st-key-import_reading_sites .notice")
    told.wait_for()
    entry = page.locator(".st-key-import_name input")
    entry.fill("测试市")
    page.locator(".st-key-import_reading_sites_stop button").click()
    page.get_by_text(say("intake.reading_stopped")).wait_for()
    visit.settle()
    assert entry.input_value() == "测试市"
    page.locator(".st-key-import_read_sites button").click()
    page.get_by_text("不采用 0 行").wait_for(timeout=120_000)
    visit.settle()
