"""Every page by itself, started from app.py on the demo city, with what it must show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metrics.rulebook import load_rulebook, shipped_rulebooks
from texts import say
from views import own_books

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "views" / "rulebook_template.yaml").read_bytes()
_SECONDS = 120  # the demo city is made once


@pytest.fixture
def app(user_folder) -> Iterator[AppTest]:
    """The app as a visitor finds it."""
    started = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_SECONDS).run()
    assert not started.exception
    yield started


@pytest.fixture
def standards(app) -> AppTest:
    """The app on 测评标准."""
    shown = app.switch_page("pages/standards.py").run()
    assert not shown.exception
    return shown


def html_of(app: AppTest) -> str:
    """All that the page writes as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def test_header_says_whose_data_it_is(app):
    shown = html_of(app)
    assert say("shell.brand") in shown
    assert say("shell.demo_mark") in shown


def test_standards_shows_the_book_in_use(standards):
    book = load_rulebook("zhoushan-2017")
    shown = html_of(standards)
    assert book.title in shown and book.document in shown
    assert all(rule.title in shown for rule in book.rules)
    lost = sum(rule.measure == "unstated" for rule in book.rules)
    assert f"共 {len(book.rules)} 条" in shown and f"{lost} 条在手头文本中没有数值" in shown
    assert say("standards.in_use") in shown


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_standards_shows_every_shipped_book(standards, name):
    standards.selectbox(key="standards_viewed").select(name).run()
    assert not standards.exception
    assert load_rulebook(name).title in html_of(standards)


def test_standards_finds_clauses(standards):
    standards.text_input(key="standards_find").input("公共广场").run()
    shown = html_of(standards)
    assert "公共广场" in shown and 'class="number"><div><b>6</b>' not in shown
    standards.text_input(key="standards_find").input("<script>").run()
    assert "&lt;script&gt;" in html_of(standards) and "<script>" not in html_of(standards)


def test_book_chosen_here_holds_everywhere(standards):
    other = shipped_rulebooks()[-1]
    standards.selectbox(key="standards_viewed").select(other).run()
    standards.button(key="standards_use").click().run()
    assert standards.session_state["chosen_book"] == other
    assert say("standards.in_use") in html_of(standards)


def test_own_book_is_uploaded_used_and_dropped(standards):
    standards.file_uploader(key="standards_upload").upload("mine.yaml", TEMPLATE).run()
    assert not standards.exception
    kept = own_books.own_books()
    assert [path.name for path in kept] == ["my-city.yaml"]
    assert standards.selectbox(key="standards_viewed").value == str(kept[0])
    assert "我市公益广告实地测评标准" in html_of(standards)
    standards.button(key="standards_use").click().run()
    standards.button(key="standards_drop").click().run()
    assert not standards.exception
    assert own_books.own_books() == []
    assert load_rulebook("zhoushan-2017").title in html_of(standards)


def test_faults_of_an_uploaded_book_are_listed(standards):
    faulty = TEMPLATE.replace(b"need: 6", b"neeed: six")
    standards.file_uploader(key="standards_upload").upload("<b>mine.yaml", faulty).run()
    assert not standards.exception
    shown = html_of(standards)
    assert "neeed" in shown and "&lt;b&gt;mine.yaml" in shown and "<b>mine" not in shown
    assert own_books.own_books() == []


def test_own_book_that_went_away_is_told(standards):
    path, _ = own_books.keep_book(TEMPLATE, file="mine.yaml")
    standards.session_state["chosen_book"] = str(path)
    path.unlink()
    standards.run()
    assert not standards.exception
    assert "my-city" in html_of(standards)


def test_city_that_went_away_is_told(app):
    app.session_state["chosen_city"] = "/nowhere/gone.gpkg"
    app.run()
    assert not app.exception
    assert "gone" in html_of(app)
    assert app.session_state["chosen_city"] == "demo"
