"""A running app and a real browser that fails a test for what a visitor must never meet."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
LINKS = '[data-testid="stTopNavLink"], [data-testid="stSidebarNavLink"]'
BUSY = '[data-testid="stStatusWidget"], [data-testid="stSpinner"], [data-testid="stSkeleton"]'
_START_SECONDS = 120
_QUIET_MS = 700
_BASE_PATH_PROBE = re.compile(r"/\w+/_stcore/(health|host-config)")


class App:
    """A dashboard that runs for the tests: where it is, and the folder in which it keeps what users give it."""

    def __init__(self, url: str, data_folder: Path):
        self.url = url
        self.data_folder = data_folder


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[App]:
    """The dashboard, as ``make run`` starts it, on a free port of this machine, with a data folder of its own."""
    with running_app("serve.py", tmp_path_factory.mktemp("home")) as started:
        yield started


@contextmanager
def running_app(script: str, home: Path, **more: str) -> Iterator[App]:
    """The app that ``script`` starts, ``more`` in its environment, until the block ends; it keeps all in ``home``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "COVERAGE_DATA_FOLDER": str(home / "data"),
        "COVERAGE_CACHE_FOLDER": str(home / "cache"),
        "COVERAGE_SETTINGS": str(home / "settings.toml"),
        "COVERAGE_PHASE": "routine",  # whatever today is
        "COVERAGE_DEMO_HISTORY": "no",
        "PYTHONPATH": str(ROOT),
        **more,
    }
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.headless", "true"]
    log = home / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own}, stdout=out, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(server, url, log)
        yield App(url, home / "data")
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the test fails."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
        yield started
        started.close()


class Visit:
    """What one visitor saw: the page, and every fault met on the way."""

    def __init__(self, page: Page, app: App):
        self.page = page
        self.app = app
        self.faults: list[str] = []
        self.bytes = 0
        own = urlsplit(app.url).netloc
        page.on("request", lambda r: self._note_host(r.url, own))
        page.on("websocket", self._watch)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._note_console)
        page.on("response", self._note_response)
        page.on("dialog", self._dismiss)

    def open(self, path: str = "/") -> Page:
        """The page at ``path``, settled."""
        self.page.goto(self.app.url + path)
        self.page.wait_for_selector('[data-testid="stApp"]', timeout=60_000)
        self.settle()
        return self.page

    def settle(self, seconds: float = 30) -> None:
        """Wait until the app has been quiet for a while."""
        deadline, quiet_since = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            now = time.monotonic()
            busy = self.page.locator(BUSY).count() or not self.page.locator('[data-testid="stMain"]').count()
            quiet_since = None if busy else (quiet_since or now)
            if quiet_since and now - quiet_since > _QUIET_MS / 1000:
                return
            self.page.wait_for_timeout(60)
        raise AssertionError(f"the app did not settle within {seconds} s")

    def go(self, title: str) -> None:
        """Open the page ``title`` by the navigation; over the wall alone it has to be asked for."""
        if self.page.locator("html:not(.wall-menu) #city-wall .masthead").count():
            self.page.locator("#city-wall .masthead").click()
        self.page.locator(LINKS).filter(has_text=title).first.click()
        self.page.wait_for_timeout(200)
        self.settle()

    def _note_host(self, url: str, own: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
            self.faults.append(f"request to another host: {url[:200]}")

    def _note_console(self, message) -> None:
        # What did not load is noted with its address by _note_response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _note_response(self, response) -> None:
        # Opened at /standards, Streamlit asks /standards/_stcore/health to learn whether that is the base path.
        if response.status >= 400 and not _BASE_PATH_PROBE.fullmatch(urlsplit(response.url).path):
            self.faults.append(f"{response.status} {response.url}")

    def _watch(self, websocket) -> None:
        self._note_host(websocket.url, urlsplit(self.app.url).netloc)
        websocket.on("framereceived", lambda frame: setattr(self, "bytes", self.bytes + len(frame)))

    def _dismiss(self, dialog) -> None:
        self.faults.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(params=[(1366, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
def screen(request) -> tuple[int, int]:
    """The size of the visitor's screen; every test that visits runs on each."""
    return request.param


@pytest.fixture
def visit(app, browser, screen) -> Iterator[Visit]:
    """A visitor on a clean browser; any fault that was met fails the test at its end."""
    width, height = screen
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    visitor = Visit(context.new_page(), app)
    yield visitor
    exceptions = visitor.page.locator('[data-testid="stException"]').all_inner_texts()
    context.close()
    assert not visitor.faults
    assert not exceptions


def _wait_until_up(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended: {log.read_text(errors='replace')[-2000:]}"
        try:
            with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"the server was not up within {_START_SECONDS} s: {log.read_text(errors='replace')[-2000:]}")
