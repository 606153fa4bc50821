"""The demo city, made once and kept in the user's cache folder until the code that makes it changes."""

import hashlib
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from data.city import City
from data.demo import demo_city
from data.errors import DataError
from data.settings import cache_folder

_ROOT = Path(__file__).resolve().parents[1]
_FOLDERS = ("data", "geo")
_LIBRARIES = ("geopandas", "numpy", "pandas", "pyarrow", "pyproj", "shapely")


def kept_demo_city() -> City:
    """The demo city as it reads from its file; made, which takes some seconds, only where it is not kept yet."""
    folder = cache_folder("demo")
    target = folder / _code_fingerprint()
    if target.exists():
        try:
            return City.read(target)
        except DataError:
            shutil.rmtree(target)
    return _make(target)


def _make(target: Path) -> City:
    """Make the city beside ``target`` and move it there whole; what older code made is removed."""
    older = [path for path in target.parent.iterdir() if not path.name.endswith(".part")]
    part = Path(tempfile.mkdtemp(dir=target.parent, suffix=".part"))
    demo_city().write(part)
    city = City.read(part)
    for path in older:
        shutil.rmtree(path, ignore_errors=True)
    try:
        part.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(part, ignore_errors=True)
    return city


def _code_fingerprint() -> str:
    """Changes when anything changes that the demo city is made with."""
    digest = hashlib.sha256()
    files = (file for folder in _FOLDERS for file in (_ROOT / folder).rglob("*") if file.suffix in (".py", ".yaml"))
    for file in sorted(files):
        digest.update(str(file.relative_to(_ROOT)).encode())
        digest.update(file.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()[:16]
