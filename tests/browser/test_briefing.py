"""简报导出 in a browser: the whole look fits, and an archive can be made and saved."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from texts import say


@pytest.mark.parametrize(("wide", "high"), [(1366, 768), (1920, 1080)])
def test_main_action_is_above_the_fold(visit, wide, high):
    page = visit.open("/briefing")
    page.set_viewport_size({"width": wide, "height": high})
    page.locator(".st-key-briefing_slide_0 img").wait_for(timeout=60_000)
    box = page.locator(".st-key-briefing_make button").bounding_box()
    assert box["y"] + box["height"] <= high
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def saved(page: Page, folder: Path) -> Path:
    """The archive, once it is made."""
    save = page.locator(".st-key-briefing_save button")
    save.wait_for(timeout=120_000)
    with page.expect_download() as download:
        save.click()
    download.value.save_as(folder / "set.zip")
    return folder / "set.zip"


def test_an_archive_is_made_and_saved(visit, tmp_path):
    page = visit.open("/briefing")
    page.locator(".st-key-briefing_slide_0 img").wait_for(timeout=60_000)
    for kind in ("pptx", "docx", "png"):
        page.get_by_role("button", name=say(f"brief_page.kinds.{kind}"), exact=True).click()
        page.wait_for_timeout(700)
    page.locator(".st-key-briefing_make button").click()
    with zipfile.ZipFile(saved(page, tmp_path)) as archive:
        assert [name.rpartition(".")[2] for name in archive.namelist()] == ["xlsx"]


def test_an_archive_is_cancelled_midway_and_made_again(visit, app, tmp_path):
    page = visit.open("/briefing")
    page.locator(".st-key-briefing_slide_0 img").wait_for(timeout=60_000)
    make, job = page.locator(".st-key-briefing_make button"), page.locator(".st-key-briefing_job")
    make.click()
    page.get_by_text(say("brief.making", name="").strip()).first.wait_for(timeout=60_000)  # it is writing by now
    folders = app.data_folder / "jobs"
    assert [*folders.iterdir()]
    page.locator(".st-key-briefing_job_stop button").click()
    make.wait_for(timeout=30_000)
    assert not job.is_visible() and not page.locator(".st-key-briefing_save").count()
    assert not [*folders.iterdir()], "what was half made is gone"
    make.click()
    with zipfile.ZipFile(saved(page, tmp_path)) as archive:
        assert archive.testzip() is None
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"pptx", "docx", "xlsx", "png"}
