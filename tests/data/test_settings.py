"""Settings: environment over file over default, and mistakes told."""

import pytest

from data import settings as module
from data.errors import DataError
from data.settings import SETTINGS, data_folder, settings


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("COVERAGE_SETTINGS", str(tmp_path / "settings.toml"))
    for setting in SETTINGS:
        monkeypatch.delenv("COVERAGE_" + setting.name.upper(), raising=False)
    module.settings.cache_clear()
    yield
    module.settings.cache_clear()


def test_defaults_hold_without_a_file():
    assert dict(settings()) == {setting.name: setting.default for setting in SETTINGS}


def test_file_over_default_and_environment_over_file(monkeypatch, tmp_path):
    text = 'rulebook = "strict-county"\ndata_folder = "/somewhere"\n'
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("COVERAGE_DATA_FOLDER", str(tmp_path / "data"))
    assert settings()["rulebook"] == "strict-county"
    assert data_folder("cities") == tmp_path / "data" / "cities"
    assert data_folder("cities").is_dir()


@pytest.mark.parametrize(
    ("text", "told"),
    [("port = 1", "port"), ("rulebook = 3", "rulebook"), ("rulebook =", "TOML"), ("\udcff", "TOML")],
)
def test_mistakes_are_told(tmp_path, text, told):
    (tmp_path / "settings.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=told):
        settings()
