"""测评标准: read a rule book as a document, choose it for all pages, bring an own one."""

from pathlib import Path

import streamlit as st

from metrics.rulebook import RuleBook, RuleBookError
from texts import say
from views import calls, own_books, state
from views.notices import show_faults, show_notice
from views.standards import clauses, clauses_html, general_html, head_html

_TEMPLATE = Path(__file__).parents[1] / "views" / "rulebook_template.yaml"
_VIEWED = "standards_viewed"
_UPLOAD = "standards_upload"
_OUTCOME = "standards_outcome"


def show_page() -> None:
    """The whole page."""
    key, words = _ask()
    _show_book(calls.book(key), words)
    _show_own(key)


def _ask() -> tuple[str, str]:
    """The book to be read, and the words its clauses shall hold."""
    titles = calls.books()
    if st.session_state.get(_VIEWED) not in titles:
        st.session_state[_VIEWED] = state.book_key()
    chooser, use, find = st.columns([5, 6, 4], vertical_alignment="bottom")
    key = chooser.selectbox(say("standards.chooser"), list(titles), format_func=titles.get, key=_VIEWED)
    if key == state.book_key():
        use.html(f'<div class="in-use">{say("standards.in_use")}</div>')
    else:
        use.button(say("standards.use"), key="standards_use", on_click=state.choose_book, args=(key,))
    return key, find.text_input(say("standards.find"), placeholder=say("standards.find_hint"), key="standards_find")


def _show_book(book: RuleBook, words: str) -> None:
    every = clauses(book)
    shown = [clause for clause in every if clause.holds(words)]
    places = len({clause.place for clause in every})
    lost = sum(clause.lost for clause in every)
    sentence = say("standards.counts", clauses=len(every), places=places, lost=lost)
    st.html(head_html(book) + f'<p class="sentence">{sentence}</p>')
    st.html(general_html(book))
    if words:
        show_notice(say("standards.found", count=len(shown)) if shown else say("standards.none_found", words=words))
    if shown:
        st.html(clauses_html(book, shown))


def _show_own(key: str) -> None:
    title, how = say("standards.own.title"), say("standards.own.how")
    st.html(f'<div class="own"><div class="block-title">{title}</div><p class="note">{how}</p></div>')
    label, template = say("standards.own.template"), _TEMPLATE.read_bytes()
    st.download_button(label, template, file_name=_TEMPLATE.name, mime="application/yaml", key="standards_template")
    st.file_uploader(say("standards.own.upload"), type=["yaml", "yml"], key=_UPLOAD, on_change=_take)
    sentence, faults = st.session_state.get(_OUTCOME, ("", []))
    if sentence:
        show_notice(sentence, fault=bool(faults))
    if faults:
        show_faults(faults)
    if Path(key) in own_books.own_books():
        st.button(say("standards.own.drop"), key="standards_drop", on_click=_drop, args=(key,))


def _take() -> None:
    """Keep the book that was handed in and turn to it, or remember its faults."""
    handed = st.session_state[_UPLOAD]
    if handed is None:
        st.session_state.pop(_OUTCOME, None)
        return
    try:
        path, book = own_books.keep_book(handed.getvalue(), file=handed.name)
    except RuleBookError as error:
        sentence = say("standards.own.faults", file=handed.name, count=len(error.faults))
        st.session_state[_OUTCOME] = (sentence, error.faults)
        return
    st.session_state[_OUTCOME] = (say("standards.own.taken", title=book.title, count=len(book.rules)), [])
    st.session_state[_VIEWED] = str(path)


def _drop(key: str) -> None:
    own_books.drop_book(Path(key))
    st.session_state.pop(_OUTCOME, None)
    if state.book_key() == key:
        state.choose_default_book()


show_page()
