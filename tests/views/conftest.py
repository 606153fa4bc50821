"""What tests of pages and views share: folders of their own instead of the user's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager

from data import settings as module


@pytest.fixture
def user_folder(monkeypatch, tmp_path) -> Iterator[Path]:
    """The user's data folder of this test, empty."""
    monkeypatch.setenv("COVERAGE_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("COVERAGE_CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("COVERAGE_SETTINGS", str(tmp_path / "settings.toml"))
    module.settings.cache_clear()
    yield tmp_path / "data"
    module.settings.cache_clear()


@pytest.fixture(autouse=True)
def navigation_only(monkeypatch) -> None:
    """Pages come from the navigation in app.py, never from the folder's name, as serve.py has it."""
    original = PagesManager.__init__

    def without_folder(self, *args, **options):
        PagesManager.uses_pages_directory = False
        original(self, *args, **options)

    monkeypatch.setattr(PagesManager, "__init__", without_folder)
