"""The picture in the README, made from the demo city: start the app, open 覆盖检查, wait until all is drawn, save."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "coverage.png"
_PATIENCE_S, _SETTLED_MS = 240, 6000


def main() -> None:
    """Make the picture anew."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        own = os.environ | {"COVERAGE_DATA_FOLDER": folder, "COVERAGE_CACHE_FOLDER": folder}
        command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_up(port)
            _save(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()
    print(PICTURE.relative_to(ROOT))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(port: int) -> None:
    for _ in range(_PATIENCE_S):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    raise TimeoutError(f"no answer on port {port} for {_PATIENCE_S} s")


def _save(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
        page.goto(url)
        page.wait_for_selector(".js-plotly-plot", timeout=60_000)
        page.wait_for_timeout(_SETTLED_MS)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
