"""简报导出 in a browser: the whole look fits, and an archive can be made and saved."""

import zipfile

import pytest

from texts import say


@pytest.mark.parametrize(("wide", "high"), [(1366, 768), (1920, 1080)])
def test_main_action_is_above_the_fold(visit, wide, high):
    page = visit.open("/briefing")
    page.set_viewport_size({"width": wide, "height": high})
    page.locator(".st-key-briefing_slide_0 img").wait_for(timeout=60_000)
    box = page.locator(".st-key-briefing_make button").bounding_box()
    assert box["y"] + box["height"] <= high
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_an_archive_is_made_and_saved(visit, tmp_path):
    page = visit.open("/briefing")
    page.locator(".st-key-briefing_slide_0 img").wait_for(timeout=60_000)
    for kind in ("pptx", "docx", "png"):
        page.get_by_role("button", name=say(f"brief_page.kinds.{kind}"), exact=True).click()
        page.wait_for_timeout(700)
    page.locator(".st-key-briefing_make button").click()
    save = page.locator(".st-key-briefing_save button")
    save.wait_for(timeout=120_000)
    with page.expect_download() as download:
        save.click()
    download.value.save_as(tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        assert [name.rpartition(".")[2] for name in archive.namelist()] == ["xlsx"]
