"""Which Chromium the browser tests drive: the one named by CHROMIUM, the machine's own, or Playwright's."""

import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without --no-sandbox Chromium does not start as root; the rest keeps it from asking its maker anything.
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-quic")


def executable() -> str | None:
    """The path of the browser; None for the one that Playwright brings."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name)) and _runs(path)), None)


def works() -> bool:
    """Whether there is a browser to test with."""
    if path := executable():
        return _runs(path)
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _runs(path: str) -> bool:
    """Whether ``path`` is a browser, not the stub that asks for a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
