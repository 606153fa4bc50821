"""简报导出 started from app.py: what is asked, what is shown, and the archive."""

import io
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from data.settings import data_folder
from store.runs import Run
from tests.views.small import SCRIPT, small_city
from texts import say
from views.briefing import earlier_runs

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120


@pytest.fixture
def page(user_folder, monkeypatch) -> Iterator[AppTest]:
    """The page on the city that is solved by hand, one of its names a script."""
    monkeypatch.setenv("COVERAGE_DEMO_HISTORY", "no")
    file = data_folder("cities") / "small.gpkg"
    small_city(street=SCRIPT).write(file)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS)
    app.session_state["chosen_city"] = str(file)
    app.run()
    app.switch_page("pages/briefing.py").run()
    assert not app.exception
    yield app


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("\u202f", " ")


def test_the_page_says_what_it_found(page):
    assert "2段" in html_of(page)
    assert len(page.get("image")) == 1


def test_names_of_the_data_are_escaped(page):
    assert "<img src=x" not in html_of(page)


def test_a_district_can_be_chosen(page):
    page.selectbox(key="briefing_who").set_value(("district", "西区")).run()
    assert not page.exception
    assert "西区得分" in html_of(page)


def test_size_and_number_of_the_maps_are_asked_and_stay(page):
    page.selectbox(key="briefing_size").set_value("a3")
    page.text_input(key="briefing_approval").set_value(" 浙S(2026)12号 ").run()
    assert not page.exception
    mine = page.session_state["briefing_desk"]
    assert (mine.size, mine.approval) == ("a3", "浙S(2026)12号")
    page.switch_page("pages/standards.py").run()
    page.switch_page("pages/briefing.py").run()
    assert page.selectbox(key="briefing_size").value == "a3"
    assert page.text_input(key="briefing_approval").value == "浙S(2026)12号"


def test_runs_to_compare_with_are_older_and_the_newest_comes_first():
    def run(number: int, data_date: str | None, **other) -> Run:
        fields = {"city_print": f"c{number}", "book": "b", "book_print": "p", "phase": "routine"} | other
        at = datetime(2026, 3, number, tzinfo=UTC)
        return Run(number, at, "", "市", edition="1", data_date=data_date, score=1.0, pass_probability=None, gap_m=0.0,
                   gaps=0, **fields)  # fmt: skip

    inputs = {"book_id": "b", "book": "p", "city": "c5", "data_date": "2026-02-10"}
    shown = SimpleNamespace(inputs=inputs, phase="routine")
    kept = [
        run(9, "2026-02-20"),  # newer data
        run(8, "2026-01-05"),  # older data, judged later
        run(7, "2026-02-10", phase="inspection"),
        run(6, "2026-02-10", book="other"),
        run(5, "2026-02-10"),  # the one that is shown
        run(4, "2026-02-10"),  # the same day, kept before
        run(3, "2026-01-20"),
        run(2, None),  # judged on 2 March, no date of its data
    ]
    assert [one.id for one in earlier_runs(kept, shown)] == [4, 3, 8]
    shown.inputs["data_date"] = None
    assert [one.id for one in earlier_runs(kept, shown)] == [4, 3, 2]


def test_nothing_chosen_makes_nothing(page):
    page.get("button_group")
    page.session_state["briefing_kinds"] = []
    page.run()
    assert page.button(key="briefing_make").disabled
    assert say("brief_page.nothing") in html_of(page)


def test_the_archive_is_made_beside_the_page(page):
    page.session_state["briefing_kinds"] = ["xlsx", "docx"]
    page.run()
    page.button(key="briefing_make").click().run()
    assert not page.exception
    until = time.monotonic() + _SECONDS
    mine = page.session_state["briefing_desk"]
    while mine.job is not None and mine.job.answer() is None and time.monotonic() < until:
        time.sleep(0.2)
    page.run()
    mine = page.session_state["briefing_desk"]
    assert mine.job is None and not mine.faults
    with zipfile.ZipFile(io.BytesIO(mine.made)) as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"xlsx", "docx"}
    page.selectbox(key="briefing_who").set_value(("district", "西区")).run()
    assert not page.exception
    assert page.session_state["briefing_desk"].made, "what was made stays when something else is asked for"
