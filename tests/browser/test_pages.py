"""A visitor goes through every page of the navigation; faults of any kind fail (see conftest)."""

from itertools import pairwise

from tests.browser.conftest import LINKS
from texts import say


def test_every_page_of_the_navigation(visit):
    page = visit.open()
    titles = [title.strip() for title in page.locator(LINKS).all_inner_texts()]
    assert titles
    for title in titles:
        visit.go(title)
        assert page.locator('[data-testid="stMain"]').inner_text().strip(), f"{title} shows nothing"
        assert page.locator(".brand").inner_text() == say("shell.brand")
        assert page.locator(".demo-mark").inner_text() == say("shell.demo_mark")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), f"{title} scrolls sideways"


def test_header_parts_do_not_cover_each_other(visit):
    page = visit.open()
    boxes = [page.locator(part).first.bounding_box() for part in (".brand", ".whose")]
    boxes += [link.bounding_box() for link in page.locator(LINKS).all()]
    boxes.sort(key=lambda box: box["x"])
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"] + 1
    assert all(box["y"] + box["height"] <= 53 for box in boxes)


def test_address_of_a_page_opens_it_whole(visit):
    page = visit.open("/standards")
    assert page.locator(".brand").inner_text() == say("shell.brand")
    assert page.locator(".doc-title").count() == 1
