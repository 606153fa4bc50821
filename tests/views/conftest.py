"""What tests of pages and views share: folders of their own instead of the user's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
