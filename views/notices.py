"""Sentences to the user that may hold texts of a data file: shown as they are, never as Markdown."""

import streamlit as st

from views.escape import for_html


def show_notice(sentence: str, *, fault: bool = False) -> None:
    """One sentence on a line of its own; a fault is marked so."""
    st.html(f'<p class="notice{" fault" if fault else ""}">{for_html(sentence)}</p>')
