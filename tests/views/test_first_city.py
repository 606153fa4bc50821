"""The city that everybody's pages open with: that of the setting, the one that the command centre set, or the demo."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import settings as module
from data.settings import data_folder
from store import Denied
from store.access import COMMAND, PLANNER, SYSTEM
from tests.cities import city, district, road
from views.kept_cities import DEMO, drop_city, first_city, open_first

ROOT = Path(__file__).resolve().parents[2]
BOSS = replace(SYSTEM, role=COMMAND)


@pytest.fixture
def own(user_folder) -> str:
    """An imported city."""
    path = data_folder("cities") / "东城.gpkg"
    street, area = road("人民路", (0, 0), (900, 0)), district("东区", 0, -200, 900, 200)
    city(roads=[street], districts=[area]).write(path)
    return str(path)


def test_without_a_word_it_is_the_demo(own):
    assert first_city() == DEMO


def test_the_command_centre_sets_it_and_takes_it_back(own):
    open_first(BOSS, own)
    assert first_city() == own
    open_first(BOSS, DEMO)
    assert first_city() == DEMO


def test_nobody_else_may(own):
    with pytest.raises(Denied, match="指挥部"):
        open_first(replace(SYSTEM, role=PLANNER), own)
    assert first_city() == DEMO


def test_one_that_is_gone_is_none(own):
    open_first(BOSS, own)
    drop_city(Path(own))
    assert first_city() == DEMO


@pytest.mark.parametrize(("name", "found"), [("东城", True), ("西城", False), ("../cities/东城", False)])
def test_the_setting_goes_before(own, monkeypatch, name, found):
    open_first(BOSS, DEMO)
    monkeypatch.setenv("COVERAGE_CITY", name)
    module.settings.cache_clear()
    assert first_city() == (own if found else DEMO)


def test_every_page_opens_with_it(own):
    open_first(BOSS, own)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not app.exception
    shown = "".join(element.value for element in app.get("html") if isinstance(element.value, str))
    assert "测试市" in shown
