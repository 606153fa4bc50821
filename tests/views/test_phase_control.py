"""The phase by the campaign, another one for this session, and the header that tells which."""

import pytest

from data import settings as module
from store import Phase, open_store
from tests.views.test_pages import html_of
from tests.views.visiting import opened
from texts import say
from views import office, state


@pytest.fixture
def reception(user_folder, monkeypatch) -> None:
    """Today is in a phase in which inspectors are received."""
    monkeypatch.setenv("COVERAGE_PHASE", "")
    module.settings.cache_clear()
    kept = open_store()
    day = kept.base.today()
    kept.calendar.set_year(kept.people.demo("127.0.0.1"), day.year, [Phase("x", "某阶段", day, day, "inspection")])
    kept.close()
    office.campaign_changed()


def test_another_phase_is_said_and_taken_back(reception):
    app = opened()
    assert app.button_group(key="coverage_phase").value == "inspection"
    assert "<b>某阶段</b>" in html_of(app) and not _says_instead(app)
    app.button_group(key="coverage_phase").set_value("routine").run()
    assert not app.exception
    assert _says_instead(app)
    assert app.switch_page("pages/standards.py").run().session_state[state._PHASE] == "routine"
    app.switch_page("pages/coverage.py").run()
    app.button_group(key="coverage_phase").set_value("inspection").run()
    assert not _says_instead(app)
    assert state._PHASE not in app.session_state


def _says_instead(app) -> bool:
    """Whether the header tells of the routine phase in place of that of today: the last word of its styles."""
    shown = html_of(app)
    assert say("people.phases.instead", name="日常") in shown
    last = shown.rindex(".campaign .routine { display: ")
    return shown[last:].startswith(".campaign .routine { display: inline")
