"""
The wall left alone: how long a refresh takes on the server, and whether memory stays flat over a day of refreshes.

``python -m benchmarks.wall [refreshes] [width]``: starts the dashboard with a fast pace and a store of its own that
holds the demo's earlier weeks, opens the wall in a real browser and waits until it was fed so often (a day at one
refresh each 15 s is 5 760). Meanwhile an order changes every 20 refreshes and a new run, with new pictures, is kept
every 100. Prints the browser's memory after a garbage collection, its nodes, and the server's resident memory.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from store import Store, open_store
from store.order import Wanted
from tests.browser import chromium
from views.demo_file import kept_demo_city
from views.demo_history import fill
from views.wall.content import content
from views.wall.layout import LAYOUTS

ROOT = Path(__file__).resolve().parents[1]
FAST = {"refresh": 0.15, "turn": 0.4, "resume": 2}
_LOOKS, _CHANGE_EVERY, _RUN_EVERY = 12, 20, 100
_COMMAND = """
import sys
from pathlib import Path
import views.wall.pace as pace
pace._FILE = Path(sys.argv.pop(1))
sys.argv[0] = "streamlit"
from streamlit.web.cli import main
main()
"""


def refresh_seconds(url: str, *, times: int = 40) -> None:
    """Print what a refresh takes on the server, by its stage, without the first one, which draws the pictures."""
    city, book = kept_demo_city(), load_rulebook("zhoushan-2017")
    store = open_store(url)
    by = store.people.demo("127.0.0.1")
    phase = store.runs.newest(by, limit=1)[0].phase
    judged = assess(city, book, phase)
    for layout in LAYOUTS.values():
        run = store.runs.same(by, judged)
        began = time.perf_counter()
        first = content(store, by, city, judged, run, layout=layout)
        drawn_s = time.perf_counter() - began
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            sent = content(store, by, city, judged, store.runs.same(by, judged), layout=layout, has=first["key"])
            taken.append(time.perf_counter() - began)
        taken.sort()
        size, pictures = (sum(map(len, map(str, part.values()))) / 1e3 for part in (sent, first["pictures"]))
        print(
            f"{layout.name}: refresh median {1e3 * taken[times // 2]:.0f} ms, "
            f"p95 {1e3 * taken[int(0.95 * times)]:.0f} ms, {size:.0f} kB; "
            f"first with pictures {1e3 * drawn_s:.0f} ms, pictures {pictures:.0f} kB"
        )
    store.close()


def stay(url: str, home: Path, *, refreshes: int, width: int) -> None:
    """Print memory while the wall is fed ``refreshes`` times."""
    city, book = kept_demo_city(), load_rulebook("zhoushan-2017")
    store = open_store(url)
    judged = assess(city, book, store.runs.newest(store.people.demo("127.0.0.1"), limit=1)[0].phase)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = _started(port, home)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
            page = browser.new_page(viewport={"width": width, "height": 1080})
            page.goto(f"http://127.0.0.1:{port}/wall")
            page.wait_for_function("window.cityWall && window.cityWall.fed > 3", timeout=120_000)
            cdp = page.context.new_cdp_session(page)
            cdp.send("Performance.enable")
            _watch(store, judged, page, cdp, server.pid, refreshes)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=30)
        store.close()


def _watch(store: Store, judged: Assessment, page, cdp, pid: int, refreshes: int) -> None:
    changed = kept = 0
    looks = [refreshes * look // _LOOKS for look in range(_LOOKS + 1)]
    began = time.perf_counter()
    while looks:
        fed = page.evaluate("window.cityWall.fed")
        if fed >= looks[0]:
            looks.pop(0)
            cdp.send("HeapProfiler.collectGarbage")
            told = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
            print(
                f"{fed:6d} refreshes {time.perf_counter() - began:5.0f} s  "
                f"heap {told['JSHeapUsedSize'] / 2**20:6.1f} MB  nodes {told['Nodes']:6.0f}  "
                f"listeners {told['JSEventListeners']:5.0f}  server {_resident_mb(pid):6.0f} MB",
                flush=True,
            )
        if fed // _CHANGE_EVERY > changed:
            changed = fed // _CHANGE_EVERY
            _change_one(store, changed)
        if fed // _RUN_EVERY > kept:
            kept = fed // _RUN_EVERY
            store.runs.keep(store.people.demo("127.0.0.1"), judged)
        page.wait_for_timeout(200)


def _change_one(store: Store, number: int) -> None:
    by = store.people.demo("127.0.0.1")
    orders = store.orders.page(by, Wanted(open=True), limit=200).orders
    order = orders[number % len(orders)]
    store.orders.change(by, order.id, order.version, "note", note=f"{number}")


def _resident_mb(pid: int) -> float:
    rows = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS")) / 1024


def _started(port: int, home: Path) -> subprocess.Popen:
    slow = (ROOT / "views/wall/pace.yaml").read_text(encoding="utf-8")
    lines = [line for line in slow.splitlines() if line.split(":")[0] not in FAST]
    pace = home / "pace.yaml"
    pace.write_text("\n".join([*lines, *(f"{name}: {value}" for name, value in FAST.items())]), encoding="utf-8")
    command = [sys.executable, "-c", _COMMAND, str(pace), "run", "serve.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1"]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(600):
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return server
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the server was not up in time")


def main() -> None:
    """Both measurements, in a folder of their own."""
    given = [int(value) for value in sys.argv[1:3]]
    refreshes, width = [*given, *(1500, 1920)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {"COVERAGE_DATA_FOLDER": str(home / "data"), "COVERAGE_SETTINGS": str(home / "settings.toml")}
        os.environ |= {"COVERAGE_DEMO_HISTORY": "no"}
        (home / "data" / "store").mkdir(parents=True)
        url = f"sqlite:///{home}/data/store/coverage.db"
        fill(url=url)
        refresh_seconds(url)
        stay(url, home, refreshes=refreshes, width=width)


if __name__ == "__main__":
    main()
