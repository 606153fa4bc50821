"""What is read, judged and kept beside the pages, see `views.beside`; nothing here needs Streamlit."""

from functools import lru_cache
from pathlib import Path

from data.city import City
from metrics.assessment import Assessment, assess
from metrics.rulebook import RuleBook, load_rulebook
from store import SYSTEM, open_store
from store.keeping import keep_whole
from views.demo_file import kept_demo_city
from views.kept_cities import DEMO

Stamp = tuple[int, int]
_NO_FILE = (0, 0)


def stamp_of(key: str) -> Stamp:
    """Changes when the file at ``key`` does; the same for every key that is not a file."""
    path = Path(key)
    if not path.is_file():
        return _NO_FILE
    about = path.stat()
    return about.st_mtime_ns, about.st_size


def read_book(key: str) -> RuleBook:
    """
    The rule book ``key``: the name of a shipped one, or the path of an own one.

    Raises
    ------
    DataError
        When there is no such book, or it has faults.
    """
    return load_rulebook(Path(key) if stamp_of(key) != _NO_FILE else key)


@lru_cache(maxsize=2)
def read_city(key: str, stamp: Stamp) -> City:
    """
    The city ``key``: that of the demo, or the file of an imported one as of ``stamp``.

    Raises
    ------
    DataError
        When the file is gone or cannot be read.
    """
    return kept_demo_city() if key == DEMO else City.read(key)


def judge(city_key: str, stamp: Stamp, book_key: str, phase: str) -> Assessment:
    """``assess`` of that city by that rule book; raises as `read_city` and `read_book`."""
    return assess(read_city(city_key, stamp), read_book(book_key), phase)


def keep(url: str, folder: Path, assessment: Assessment, city: City) -> None:
    """Keep an assessment whole, as the program itself; raises as `store.keeping.keep_whole`."""
    store = open_store(url)
    try:
        keep_whole(store, SYSTEM, assessment, city, folder=folder)
    finally:
        store.close()
