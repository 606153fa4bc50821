"""What is asked on the page 选址推演 before anything is lost: one line with its answers, no window of its own."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from texts import say
from texts.escape import for_html
from views.siting_desk import Desk, Question


def ask(desk: Desk, sentence: str, **answers: Callable[[], None]) -> None:
    """Ask before something is done; ``answers`` are keys of the texts and what each does. To leave it is always one."""
    desk.question = Question(sentence, [(say(f"siting.answers.{key}"), do) for key, do in answers.items()])


def before_leaving(desk: Desk, then: Callable[[], None], keep: Callable[[], bool]) -> None:
    """
    Do ``then``, at once when nothing would be lost.

    Parameters
    ----------
    keep
        Keeps the scenario; whether that was done.
    """
    if not desk.unsaved:
        then()
        return
    sentence = say("siting.questions.unsaved", name=desk.scenario.name)
    ask(desk, sentence, keep_first=lambda: then() if keep() else None, go_on=then)


def show_question(desk: Desk) -> None:
    """The question that waits for an answer, if any."""
    question = desk.question
    if question is None:
        return
    with st.container(horizontal=True, key="siting_question", gap="small", vertical_alignment="center"):
        st.html(f'<p class="asked">{for_html(question.sentence)}</p>', width="content")
        for number, (label, do) in enumerate(question.answers):
            st.button(label, key=f"siting_answer_{number}", on_click=partial(_answer, desk, question, do))
        st.button(
            say("siting.answers.leave"), key="siting_answer_leave", on_click=partial(_answer, desk, question, None)
        )


def _answer(desk: Desk, question: Question, do: Callable[[], None] | None) -> None:
    if desk.question is not question:  # answered twice, or by a click on what another run showed
        return
    desk.question = None
    if do is not None:
        do()
