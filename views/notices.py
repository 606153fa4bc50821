"""Sentences to the user that may hold texts of a data file: shown as they are, never as Markdown."""

from collections.abc import Iterable

import streamlit as st

from texts import say
from texts.escape import for_html

_ABOVE = "notices_above"


def show_notice(sentence: str, *, fault: bool = False) -> None:
    """One sentence on a line of its own; a fault is marked so."""
    st.html(notice_html(sentence, fault=fault))


def show_above(sentence: str) -> None:
    """What stands above the page in this run, "" for nothing: a fault that `show_why` need not say again."""
    st.session_state[_ABOVE] = sentence
    if sentence:
        show_notice(sentence, fault=True)


def show_why(faults: Iterable[str]) -> None:
    """Why a page cannot be shown, and a way to try again; what stands above it already is not said twice."""
    for fault in faults:
        if fault != st.session_state.get(_ABOVE):
            show_notice(fault, fault=True)
    st.button(say("shell.again"), key="page_again")


def show_not_yours(page: str) -> None:
    """That a page is not for the visitor's account."""
    show_notice(say("shell.not_yours", page=say(f"shell.pages.{page}")), fault=True)


def show_faults(faults: Iterable[str]) -> None:
    """Sentences about what a user gave, one a line, numbered."""
    st.html(faults_html(faults))


def show_remarks(sentences: Iterable[str]) -> None:
    """What the user should know, one sentence a line; nothing when there is none."""
    if lines := "".join(f"<li>{for_html(sentence)}</li>" for sentence in sentences):
        st.html(f'<ul class="remarks">{lines}</ul>')


def notice_html(sentence: str, *, fault: bool = False) -> str:
    """What `show_notice` shows."""
    return f'<p class="notice{" fault" if fault else ""}">{for_html(sentence)}</p>'


def faults_html(faults: Iterable[str]) -> str:
    """Sentences as a numbered list; their texts are data and are escaped."""
    return f'<ol class="faults">{"".join(f"<li>{for_html(fault)}</li>" for fault in faults)}</ol>'
