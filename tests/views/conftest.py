"""What tests of pages and views share: folders of their own instead of the user's."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager

from data import settings as module
from store import open_store
from tests.views.visiting import PASSWORD
from views import door, office

_KEEP_SOON = office.keep_soon
_MAIN = sys.modules["__main__"]
HERE = door.Knock("127.0.0.1", {"host": ("127.0.0.1:8501",), "origin": ("http://127.0.0.1:8501",)})


@pytest.fixture
def user_folder(monkeypatch, tmp_path) -> Iterator[Path]:
    """The user's data folder of this test, empty."""
    monkeypatch.setenv("COVERAGE_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("COVERAGE_CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("COVERAGE_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("COVERAGE_PHASE", "routine")  # whatever today is
    module.settings.cache_clear()
    yield tmp_path / "data"
    module.settings.cache_clear()


@pytest.fixture
def whole_office() -> Callable[..., None]:
    """``office.keep_soon`` as it is, which other tests do without."""
    return _KEEP_SOON


@pytest.fixture(autouse=True)
def this_machine(monkeypatch) -> None:
    """A browser on this machine, which a test of a page does not have; nothing is kept after the test."""
    monkeypatch.setattr(door, "knock", lambda: HERE)
    monkeypatch.setattr(office, "keep_soon", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def navigation_only(monkeypatch) -> None:
    """Pages come from the navigation in app.py, never from the folder's name, as serve.py has it."""
    original = PagesManager.__init__

    def without_folder(self, *args, **options):
        PagesManager.uses_pages_directory = False
        original(self, *args, **options)

    monkeypatch.setattr(PagesManager, "__init__", without_folder)


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """A run of the app takes the place of ``__main__``, from which later tests would begin their processes."""
    yield
    sys.modules["__main__"] = _MAIN


@pytest.fixture
def knocks(monkeypatch):
    """Whose browser it is."""

    def knocks_as(knocked: door.Knock) -> None:
        monkeypatch.setattr(door, "knock", lambda: knocked)

    return knocks_as


@pytest.fixture
def kept(user_folder):
    """The store of this installation."""
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def boss(kept):
    """Its first account."""
    return replace(kept.people.first("boss", "王主任", PASSWORD), until=None)
