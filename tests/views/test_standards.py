"""The rule books as a reader sees them, and own ones kept and dropped."""

import html

import pytest

from metrics.rulebook import RuleBookError, load_rulebook, parse_rulebook, shipped_rulebooks
from views import own_books
from views.notices import faults_html
from views.standards import clauses, clauses_html, general_html, head_html
from views.theme import _SHEET

TEMPLATE = _SHEET.with_name("rulebook_template.yaml").read_bytes()


@pytest.fixture(scope="module", params=shipped_rulebooks())
def book(request):
    return load_rulebook(request.param)


def test_every_rule_is_a_clause_in_order(book):
    assert [clause.title for clause in clauses(book)] == [rule.title for rule in book.rules]


def test_every_requirement_of_both_phases_is_shown(book):
    shown = html.unescape(clauses_html(book, clauses(book)))
    for clause in clauses(book):
        assert clause.requirements
        assert all(text in shown for text in clause.requirements.values())
        assert clause.source.clause in shown


def test_what_the_document_lost_is_marked(book):
    lost = sum(rule.measure == "unstated" for rule in book.rules)
    every = clauses(book)
    assert sum(clause.lost for clause in every) == lost
    assert ("文本缺失" in clauses_html(book, every)) == (lost > 0)


def test_general_part_tells_what_does_not_count(book):
    shown = general_html(book)
    if "banner" in book.excluded_carriers:
        assert "横幅" in shown
    assert "红旗（表扬）" in shown
    assert f"{book.view.default_distance_m:g} 米" in shown


def test_head_names_the_document(book):
    assert html.escape(book.document) in head_html(book) or book.document in html.unescape(head_html(book))


def test_zhoushan_road_density_reads_as_in_the_document():
    every = clauses(load_rulebook("zhoushan-2017"))
    clause = next(clause for clause in every if clause.number == "11" and "500 米" in str(clause.requirements))
    assert "5" in clause.requirements["routine"]
    assert "市住建局" in clause.units


def test_search_needs_every_word():
    clause = clauses(load_rulebook("zhoushan-2017"))[0]
    assert clause.holds("") and clause.holds(f"{clause.place} {clause.title}")
    assert not clause.holds(f"{clause.title} 没有这个词")


def test_texts_of_a_book_do_not_run():
    text = TEMPLATE.decode().replace("我市公益广告实地测评标准", "<img src=x onerror=alert(1)>")
    book = parse_rulebook(text, file="own.yaml")
    assert "<img" not in head_html(book) + clauses_html(book, clauses(book))
    assert "<img" not in faults_html(["<img src=x>"])


def test_template_is_a_sound_book():
    book = parse_rulebook(TEMPLATE, file="template.yaml")
    assert book.rule("11-road-density").need == 6
    assert book.rule("my-square-core-values").need == 2


def test_own_book_is_kept_replaced_and_dropped(user_folder):
    path, book = own_books.keep_book(TEMPLATE, file="any name.yaml")
    assert own_books.own_books() == [path] == [user_folder / "rulebooks" / "my-city.yaml"]
    assert load_rulebook(path).fingerprint == book.fingerprint
    own_books.keep_book(TEMPLATE.replace(b"need: 6", b"need: 7"), file="any name.yaml")
    assert load_rulebook(path).rule("11-road-density").need == 7
    own_books.drop_book(path)
    own_books.drop_book(path)
    assert own_books.own_books() == []


def test_faulty_book_is_not_kept(user_folder):
    with pytest.raises(RuleBookError) as caught:
        own_books.keep_book(TEMPLATE.replace(b"need: 6", b"neeed: six"), file="mine.yaml")
    assert "mine.yaml" in caught.value.faults[0] and "neeed" in caught.value.faults[0]
    assert own_books.own_books() == []


def test_only_own_books_can_be_dropped(user_folder, tmp_path):
    with pytest.raises(ValueError, match="not an own rule book"):
        own_books.drop_book(tmp_path / "settings.yaml")
