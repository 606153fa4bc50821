"""Many people at once: how long a filter takes while all of them work and one has a city judged."""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from playwright.async_api import async_playwright

from benchmarks.client import Client
from benchmarks.synthetic import SIZES, grid_city
from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = 3
_OTHER_CITY = "another"
_THINK_S = (4.0, 12.0)  # between two actions of a person


@contextmanager
def app(home: Path):
    """The app on a free port, all it keeps in ``home``; the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(home / name.lower()) for name in ("COVERAGE_DATA_FOLDER", "COVERAGE_CACHE_FOLDER")}
    own |= {"COVERAGE_SETTINGS": str(home / "settings.toml"), "COVERAGE_PHASE": "routine"}
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=ROOT, env={**os.environ, **own}, stdout=log, stderr=log
        )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int) -> None:
    deadline = monotonic() + 180
    while monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except (URLError, TimeoutError, ConnectionError):
            continue
    raise SystemExit("the app did not start")


async def _reader(port: int, until: float, seconds: list[float], chance: random.Random) -> None:
    """Somebody who looks at one district, class or unit after the other."""
    client = await Client.open(port)
    while monotonic() < until:
        await asyncio.sleep(chance.uniform(*_THINK_S))
        kind = chance.choice(("district", "class", "unit", "status"))
        key = next(key for key in client.widgets if key.startswith(f"coverage_{kind}"))
        seconds.append(await client.choose(key, chance.choice(client.widgets[key].options)))
    assert not client.exceptions, client.exceptions
    await client.close()


async def _judge(port: int, until: float, seconds: list[float]) -> None:
    """Somebody who has another city judged by one book after the other."""
    client = await Client.open(port)
    await client.go("数据接入")
    await client.choose("import_city", _OTHER_CITY)
    await client.go("覆盖检查")
    turn = 0
    while monotonic() < until:
        books = client.widgets["coverage_book"].options
        turn += 1
        seconds.append(await client.choose("coverage_book", books[turn % len(books)]))
    await client.close()


async def _browser(page, port: int, until: float, seconds: list[float], chance: random.Random) -> None:
    """Somebody with a real browser who turns from one list to the other."""
    await page.goto(f"http://127.0.0.1:{port}/")
    head = page.locator(".st-key-coverage_list_box .block-title")
    await head.wait_for(timeout=60_000)
    while monotonic() < until:
        await page.wait_for_timeout(1000 * chance.uniform(*_THINK_S))
        before = await head.inner_text()
        start = monotonic()
        buttons = page.locator(".st-key-coverage_status button:not([aria-checked='true'])")
        await buttons.nth(chance.randrange(await buttons.count())).click()
        while await head.inner_text() == before and monotonic() - start < 20:
            await page.wait_for_timeout(20)
        seconds.append(monotonic() - start)


async def _all(port: int, sessions: int, seconds: int) -> dict[str, list[float]]:
    told: dict[str, list[float]] = {"filter": [], "filter in a browser": [], "check of another city": []}
    until = monotonic() + seconds
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.ARGUMENTS)
        )
        pages = [await browser.new_page(viewport={"width": 1366, "height": 768}) for _ in range(BROWSERS)]
        seen = told["filter in a browser"]
        people = [_browser(page, port, until, seen, random.Random(9 + n)) for n, page in enumerate(pages)]
        people += [_reader(port, until, told["filter"], random.Random(n)) for n in range(sessions - BROWSERS - 1)]
        people.append(_judge(port, until, told["check of another city"]))
        await asyncio.gather(*people)
        await browser.close()
    return told


def main() -> None:
    """Print median and p95 of each kind of action."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cities = home / "coverage_data_folder" / "cities"
        cities.mkdir(parents=True)
        size = SIZES["district"]
        city = grid_city(size.street_km, size.sites, size.buildings, size.squares, places=40 * size.squares)
        city.write(cities / f"{_OTHER_CITY}.gpkg")
        port = stack.enter_context(app(home))
        told = asyncio.run(_all(port, asked.sessions, asked.seconds))
    for what, taken in told.items():
        middle, slow = np.quantile(taken, (0.5, 0.95)) if taken else (np.nan, np.nan)
        print(f"{what}: {len(taken)} times, median {middle:.2f} s, p95 {slow:.2f} s")


if __name__ == "__main__":
    main()
