"""
The pictures of README and docs/guide, made from the demo city: all of them, or the scenes that show what is named.

``python tools/take_pictures.py [PICTURE ...] [--url http://127.0.0.1:8501]``

What is taken stands in pictures.yaml. The app runs on a free port of this machine with a data folder of its own, the
demo's earlier weeks made first and the phase of the rule book fixed; with ``--url`` the pictures are of an app that
runs already. Dates are those of the day, everything else is the same every time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402
from ruamel.yaml import YAML  # noqa: E402

from tests.browser import chromium  # noqa: E402
from tests.browser.conftest import App, Visit, running_app  # noqa: E402
from tests.browser.siting_map import FAILING_STRETCHES  # noqa: E402
from tools import handed_in  # noqa: E402
from tools.png import reduced  # noqa: E402

PICTURES = ROOT / "docs" / "images"
_LIST = Path(__file__).with_name("pictures.yaml")
_SIZE = (1366, 768)
_PATIENCE_MS, _SETTLE_S, _QUIET_MS, _MARGIN = 120_000, 120, 1500, 8
_OPEN_MAP = "#legend span"


def scenes() -> list[Mapping]:
    """What is taken, as pictures.yaml says it."""
    return YAML(typ="safe", pure=True).load(_LIST.read_text(encoding="utf-8"))


def names() -> list[str]:
    """The names of all pictures."""
    return [shot["name"] for scene in scenes() for shot in scene["shots"]]


def main() -> None:
    """Take the pictures anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help="; ".join(names()))
    parser.add_argument("--url", help="of an app that runs already, with its demo history")
    asked = parser.parse_args()
    wanted = set(asked.pictures or names())
    if unknown := wanted - set(names()):
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _app(asked.url, Path(folder)) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
        for scene in scenes():
            if wanted & {shot["name"] for shot in scene["shots"]}:
                context = browser.new_context(locale="zh-CN", accept_downloads=True)
                visit = Visit(context.new_page(), app)
                _take_scene(visit, scene)
                context.close()
                if visit.faults:
                    raise SystemExit(f"{scene['page']}: {visit.faults}")
        browser.close()


@contextmanager
def _app(url: str | None, home: Path) -> Iterator[App]:
    """The app to be shown, all it keeps in ``home``; or the one that runs at ``url``."""
    if url is not None:
        yield App(url, home)
        return
    own = {
        "COVERAGE_DATA_FOLDER": str(home / "data"),
        "COVERAGE_CACHE_FOLDER": str(home / "cache"),
        "COVERAGE_SETTINGS": str(home / "settings.toml"),
        "COVERAGE_PHASE": "routine",
    }
    past = [sys.executable, "-c", "from views.demo_history import fill; fill()"]
    subprocess.run(past, cwd=ROOT, env={**os.environ, **own}, check=True)
    with running_app("serve.py", home) as app:
        yield app


def _take_scene(visit: Visit, scene: Mapping) -> None:
    visit.page.set_default_timeout(_PATIENCE_MS)
    for number, shot in enumerate(scene["shots"]):
        width, height = shot.get("size", _SIZE)
        visit.page.set_viewport_size({"width": width, "height": height})
        if number == 0:
            visit.open(scene["page"])
        for step in shot["do"]:
            ((verb, object_),) = step.items()
            _STEPS[verb](visit.page, object_)
            visit.settle(_SETTLE_S)
        visit.page.wait_for_timeout(_QUIET_MS)
        visit.settle(_SETTLE_S)
        file = PICTURES / f"{shot['name']}.png"
        file.write_bytes(reduced(_taken(visit.page, shot.get("part", ()))))
        print(f"{file.relative_to(ROOT)} {file.stat().st_size / 1000:.0f} kB")


def _taken(page: Page, parts: list[str]) -> bytes:
    """The window, or the part of the page that holds all of ``parts``."""
    if not parts:
        return page.screenshot()
    page.locator(parts[0]).first.scroll_into_view_if_needed()
    boxes = [page.locator(part).first.bounding_box() for part in parts]
    left, top = (max(0, min(box[side] for box in boxes) - _MARGIN) for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + _MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + _MARGIN
    size = page.viewport_size
    clip = {"x": left, "y": top, "width": min(right, size["width"]) - left, "height": min(bottom, size["height"]) - top}
    return page.screenshot(clip=clip)


def _click(page: Page, selector: str) -> None:
    page.locator(selector).first.click()
    page.mouse.move(1, 1)
    page.wait_for_timeout(300)


def _fill(page: Page, given: list[str]) -> None:
    field = page.locator(given[0]).first
    field.fill(given[1])
    field.blur()
    page.wait_for_timeout(300)


def _wait(page: Page, selector: str) -> None:
    page.locator(selector).first.wait_for(state="attached")


def _wait_for_map(page: Page, box: str) -> None:
    page.frame_locator(f".st-key-{box} iframe").locator(_OPEN_MAP).first.wait_for()


def _click_stretch(page: Page, given: list) -> None:
    frame = page.locator(f".st-key-{given[0]} iframe")
    spot = frame.element_handle().content_frame().evaluate(FAILING_STRETCHES)[given[1]]
    box = frame.bounding_box()
    page.mouse.click(box["x"] + spot["x"] + 3, box["y"] + spot["y"])
    page.wait_for_timeout(300)


def _hand_in(page: Page, given: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = handed_in.MAKERS[given[1]](page, Path(folder))
        page.locator(given[0]).first.set_input_files(file)
        page.wait_for_timeout(2500)


def _scroll(page: Page, top_px: int) -> None:
    page.locator('[data-testid="stMain"]').evaluate("(main, top) => main.scrollTo(0, top)", top_px)


def _press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(300)


_STEPS: Mapping[str, Callable[[Page, object], None]] = {
    "click": _click,
    "fill": _fill,
    "wait": _wait,
    "map": _wait_for_map,
    "stretch": _click_stretch,
    "hand in": _hand_in,
    "scroll": _scroll,
    "press": _press,
}


if __name__ == "__main__":
    main()
