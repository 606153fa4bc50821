"""覆盖检查 started from app.py on the demo city: it shows the numbers that the assessment's frames hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data.errors import DataError
from metrics.rulebook import load_rulebook, shipped_rulebooks
from texts import say
from views import calls

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 120  # the demo city is made once


@pytest.fixture
def app(user_folder) -> Iterator[AppTest]:
    """The page as a visitor finds it: the app opens on it."""
    started = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS).run()
    assert not started.exception
    yield started


def select(app: AppTest, name: str):
    """The control of a filter; its key also tells which choices it has."""
    return next(box for box in app.selectbox if box.key.startswith(f"coverage_{name}"))


def sentence(app: AppTest) -> str:
    """The result as a reader sees it, with ordinary spaces."""
    (html,) = [e.proto.body for e in app.get("html") if 'class="sentence"' in e.proto.body]
    return re.sub("<[^>]+>", "", html).replace("\u202f", " ")


def shown_numbers(app: AppTest) -> dict[str, float]:
    """Stretches, kilometres, places, percent and unknown as the sentence says them."""
    patterns = {
        "stretches": r"([\d ]+) 段街道",
        "kilometres": r"（([\d.]+) 公里",
        "places": r"([\d ]+) 处场所",
        "percent": r"概率为 ([\d.]+) %",
        "unknown": r"；(\d+) 项待核实",
    }
    found = {name: re.search(pattern, sentence(app)) for name, pattern in patterns.items()}
    return {name: float(match[1].replace(" ", "")) for name, match in found.items() if match}


def expected_numbers(phase: str, **wanted: str) -> dict[str, float]:
    """The same from the frames alone."""
    assessment = calls.assessment("demo", "zhoushan-2017", phase)
    gaps, verdicts = assessment.gaps, assessment.verdicts
    for column, value in wanted.items():
        gaps, verdicts = gaps[gaps[column] == value], verdicts[verdicts[column] == value]
    stretches = gaps[gaps["from_m"].notna()]
    walked = verdicts[verdicts["pass_probability"].notna()]
    length_m = walked["length_m"]
    starts = np.where(length_m > 500, length_m - 500, length_m)  # a street that is one walk counts by its length
    return {
        "stretches": len(stretches),
        "kilometres": round(stretches["length_m"].sum() / 1000, 1),
        "places": ((verdicts["status"] == "fail") & verdicts["pass_probability"].isna()).sum(),
        "percent": round(100 * (walked["pass_probability"] * starts).sum() / starts.sum(), 1),
        "unknown": (verdicts["status"] == "unknown").sum(),
    }


def test_sentence_says_what_the_assessment_found(app):
    assert sentence(app).startswith("日常标准下，")
    assert shown_numbers(app) == pytest.approx(expected_numbers("routine"))


def test_phase_changes_the_numbers(app):
    app.segmented_control(key="coverage_phase").set_value("inspection").run()
    assert not app.exception
    assert sentence(app).startswith("迎检标准下，")
    assert shown_numbers(app) == pytest.approx(expected_numbers("inspection"))
    assert app.session_state["chosen_phase"] == "inspection"


def test_district_filter(app):
    district = select(app, "district").options[1]
    select(app, "district").select(district).run()
    assert not app.exception
    assert shown_numbers(app) == pytest.approx(expected_numbers("routine", district=district))


def test_filters_that_leave_nothing_say_so(app):
    select(app, "class").select("square").run()
    select(app, "unit").select("市住建局").run()
    assert not app.exception
    assert "没有符合筛选的对象" in sentence(app)


def test_status_lists_what_is_asked_for(app):
    app.segmented_control(key="coverage_status").set_value("unknown").run()
    assert not app.exception
    assert any("待核实清单" in e.proto.body for e in app.get("html"))


def test_table_behind_the_map(app):
    app.session_state["coverage_table_box"] = True
    app.run()
    assert not app.exception
    expected = expected_numbers("routine")
    assert len(app.dataframe[0].value) == expected["stretches"] + expected["places"]


def test_every_shipped_book_can_be_chosen(app):
    for name in reversed(shipped_rulebooks()):
        app.selectbox(key="coverage_book").select(name).run()
        assert not app.exception, name
        assert app.session_state["chosen_book"] == name
    assert app.selectbox(key="coverage_book").options == [load_rulebook(name).title for name in shipped_rulebooks()]


def test_charts_come_once_the_map_stands(app):
    assert not app.get("plotly_chart")
    app.session_state["coverage_map_stands"] = True
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("page", ["coverage", "orders", "import_data", "briefing"])
def test_a_check_that_was_lost_is_told_and_can_be_asked_again(app, page, monkeypatch):
    lost = say("background.lost")

    def be_lost(*_):
        raise DataError([lost])

    with monkeypatch.context() as patched:
        patched.setattr(calls, "assessment", be_lost)
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        assert any(lost in element.proto.body for element in app.get("html"))
    app.button(key="page_again").click().run()
    assert not app.exception
    assert not any(lost in element.proto.body for element in app.get("html"))
