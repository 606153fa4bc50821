"""Many people at once: how long a filter takes while all of them work and one has a city judged."""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
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
CLERKS = 8
FILTER, IN_BROWSER, CHANGE, CHECK = "filter", "filter in a browser", "order change", "check of another city"
_HEAD = ".st-key-coverage_list_box .block-title"
_OTHER_CITIES = 60
_THINK_S = (4.0, 12.0)  # between two actions of a person


@contextmanager
def app(home: Path):
    """The app on a free port, all it keeps in ``home``; the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(home / name.lower()) for name in ("COVERAGE_DATA_FOLDER", "COVERAGE_CACHE_FOLDER")}
    own |= {"COVERAGE_SETTINGS": str(home / "settings.toml"), "COVERAGE_PHASE": "routine"}
    own = {**os.environ, **own}
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    past = [sys.executable, "-c", "from views.demo_history import fill; fill()"]
    with (home / "server.log").open("wb") as log:
        subprocess.run(past, cwd=ROOT, env=own, stdout=log, stderr=log, check=True)  # orders to change
        server = subprocess.Popen([*command, "--server.headless", "true"], cwd=ROOT, env=own, stdout=log, stderr=log)
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


def write_cities(folder: Path) -> list[str]:
    """Many cities of the size of a district, the same but for their sites, so that each is judged; their names."""
    folder.mkdir(parents=True)
    size = SIZES["district"]
    city = grid_city(size.street_km, size.sites, size.buildings, size.squares, places=40 * size.squares)
    names = [f"another-{number:03}" for number in range(_OTHER_CITIES)]
    for number, name in enumerate(names):
        replace(city, sites=city.sites.iloc[number:]).write(folder / f"{name}.gpkg")
    return names


async def _reader(client: Client, until: float, seconds: list[float], chance: random.Random) -> None:
    """Somebody who looks at one district, class or unit after the other."""
    while monotonic() < until:
        await asyncio.sleep(chance.uniform(*_THINK_S))
        kind = chance.choice(("district", "class", "unit", "status"))
        key = next(key for key in client.widgets if key.startswith(f"coverage_{kind}"))
        seconds.append(await client.choose(key, chance.choice(client.widgets[key].options)))
    assert not client.exceptions, client.exceptions


async def _clerk(client: Client, until: float, seconds: list[float], chance: random.Random) -> None:
    """Somebody who opens one order after the other and adds a note to it."""
    while monotonic() < until:
        await asyncio.sleep(chance.uniform(*_THINK_S))
        rows = json.loads(client.widgets["orders_rows"].data)["rows"]
        await client.fire("orders_rows", "picked", chance.choice(rows)["id"])
        await client.press("orders_do_note")
        await client.type("orders_one_note", f"{monotonic():.3f}")
        seconds.append(await client.press("orders_one_confirm"))
        if "orders_one_confirm" in client.widgets:  # somebody else was first; nothing is lost, and it is said
            await client.press("orders_one_cancel")
    assert not client.exceptions, client.exceptions


async def _judge(client: Client, until: float, seconds: list[float], names: Iterator[str]) -> None:
    """Somebody who has one city after the other judged, each for the first time."""
    chance = random.Random(7)
    while monotonic() < until:
        await asyncio.sleep(chance.uniform(*_THINK_S))
        await client.go("数据接入")
        await client.choose("import_city", next(names))
        seconds.append(await client.go("覆盖检查"))
    assert not client.exceptions, client.exceptions


async def _browser(page, until: float, seconds: list[float], chance: random.Random) -> None:
    """Somebody with a real browser who turns from one list to the other."""
    head = page.locator(_HEAD)
    while monotonic() < until:
        await page.wait_for_timeout(1000 * chance.uniform(*_THINK_S))
        before = await head.inner_text()
        start = monotonic()
        buttons = page.locator(".st-key-coverage_status button:not([aria-checked='true'])")
        await buttons.nth(chance.randrange(await buttons.count())).click()
        while await head.inner_text() == before and monotonic() - start < 20:
            await page.wait_for_timeout(20)
        seconds.append(monotonic() - start)


async def _all(port: int, sessions: int, seconds: int, names: Iterator[str]) -> dict[str, list[float]]:
    """
    Seconds of each kind of action.

    All come in first, one after the other, as people do in the morning; the time runs from when all are in.
    """
    told: dict[str, list[float]] = {what: [] for what in (FILTER, IN_BROWSER, CHANGE, CHECK)}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.ARGUMENTS)
        )
        pages = [await browser.new_page(viewport={"width": 1366, "height": 768}) for _ in range(BROWSERS)]
        for page in pages:
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.locator(_HEAD).wait_for(timeout=60_000)
        clients = [await Client.open(port) for _ in range(sessions - BROWSERS)]
        judge, clerks, readers = clients[0], clients[1 : 1 + CLERKS], clients[1 + CLERKS :]
        for clerk in clerks:
            await clerk.go("整改督办")
        until = monotonic() + seconds
        people = [_browser(page, until, told[IN_BROWSER], random.Random(9 + n)) for n, page in enumerate(pages)]
        people += [_reader(client, until, told[FILTER], random.Random(n)) for n, client in enumerate(readers)]
        people += [_clerk(client, until, told[CHANGE], random.Random(99 + n)) for n, client in enumerate(clerks)]
        people.append(_judge(judge, until, told[CHECK], names))
        await asyncio.gather(*people)
        await browser.close()
        for client in clients:
            await client.close()
    return told


def main() -> None:
    """Print median and p95 of each kind of action."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = write_cities(home / "coverage_data_folder" / "cities")
        port = stack.enter_context(app(home))
        told = asyncio.run(_all(port, asked.sessions, asked.seconds, iter(names)))
    told["filter, all of them"] = told[FILTER] + told[IN_BROWSER]
    for what, taken in told.items():
        middle, slow = np.quantile(taken, (0.5, 0.95)) if taken else (np.nan, np.nan)
        print(f"{what}: {len(taken)} times, median {middle:.2f} s, p95 {slow:.2f} s")


if __name__ == "__main__":
    main()
