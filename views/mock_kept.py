"""The mock assessments that were kept: which one is open; to be renamed, and deleted after a second question."""

import pandas as pd
import streamlit as st

from data.errors import DataError
from store import Conflict
from store.base import ZONE
from store.mocks import Mock
from texts import numbers, say
from texts.escape import for_html
from views import office
from views.mock_desk import NEW, PARTS, POINTS, TYPING, Desk, Kept
from views.mock_telling import ask_telling, may_tell

_WIDTH = 420


def ask_open(kept: list[Mock], mine: Desk) -> int:
    """Which one is open, `NEW` to draw one; the newest unless asked."""
    there = {one.id: one for one in kept}
    if mine.open != NEW and mine.open not in there:
        mine.open = kept[0].id if kept else NEW
    st.session_state["mock_open"] = mine.open
    st.selectbox(
        say("mock_page.kept.label"),
        [*there, NEW],
        format_func=lambda number: _label(there.get(number)),
        key="mock_open",
        on_change=_open,
        args=(mine,),
        label_visibility="collapsed",
        width=_WIDTH,
    )
    return mine.open


def ask_changes(kept: Kept, mine: Desk) -> None:
    """Another name; away with it, after a second question; a new draw."""
    number = kept.head.id
    if kept.head.part:
        st.button(say("mock_page.kept.new"), key="mock_new", on_click=_turn_to_new, args=(mine,))
        return
    with st.popover(say("mock_page.kept.change"), key="mock_change"):
        name = st.text_input(
            say("mock_page.kept.name"), value=kept.head.name, max_chars=60, key=f"mock_rename_{number}"
        )
        st.button(say("mock_page.kept.rename"), key="mock_rename", on_click=_rename, args=(kept, mine, name))
        if may_tell(kept):
            ask_telling(kept, mine)
        filled = numbers.whole(kept.head.filled)
        sure = st.checkbox(
            say("mock_page.kept.sure", filled=filled, lines=numbers.whole(kept.head.lines)), key=f"mock_sure_{number}"
        )
        st.button(say("mock_page.kept.drop"), key="mock_drop", disabled=not sure, on_click=_drop, args=(kept, mine))
    st.button(say("mock_page.kept.new"), key="mock_new", on_click=_turn_to_new, args=(mine,))


def ask_part(kept: Kept, mine: Desk) -> str:
    """Which part of it is shown; who was only told of it types nothing."""
    parts = [part for part in PARTS if not (kept.head.part and part == TYPING)]
    mine.part = mine.part if mine.part in parts else parts[0]
    st.session_state["mock_part"] = mine.part
    st.segmented_control(
        say("mock_page.parts.label"),
        parts,
        format_func=lambda part: say(f"mock_page.parts.{'points_only' if kept.head.part and part == POINTS else part}"),
        key="mock_part",
        required=True,
        on_change=_turn_to_part,
        args=(mine,),
        label_visibility="collapsed",
    )
    return mine.part


def kept_table(kept: list[Mock]) -> pd.DataFrame:
    """Those that were kept, the newest first: name, when and by whom drawn, how much is filled in, by which book."""
    rows = [
        (
            one.name,
            numbers.moment(one.made_at.astimezone(ZONE)),
            one.made_by,
            f"{one.filled}\u00a0/\u00a0{one.lines}",
            str(one.facts.get("points", "")),
            str(one.facts.get("seed", "")),
            one.code,
            say("mock_page.kept.by", book=one.facts.get("book", ""), phase=one.facts.get("phase", "")),
        )
        for one in kept
    ]
    names = ("name", "at", "who", "filled", "points", "seed", "code", "book")
    return pd.DataFrame(rows, columns=[say(f"mock_page.kept.columns.{name}") for name in names])


def head_html(kept: Kept) -> str:
    """What it is of, how much is filled in, and what came of it."""
    head, sample = kept.head, kept.sample
    phase = str(sample.inputs["phase"])
    answer = kept.answer
    row = answer.scores.iloc[0]
    words = {
        "name": for_html(head.name),
        "points": numbers.whole(len(sample.points)),
        "inspectors": numbers.whole(sample.inspectors),
        "filled": numbers.whole(sum(one.found is not None for one in kept.results.values())),
        "lines": numbers.whole(len(kept.results)),
    }
    if row["full"] and answer.open < len(answer.found):
        came = say("mock_page.kept.came", score=numbers.score(row["score"]), points=numbers.plain(answer.deduction))
    else:
        came = say("mock_page.kept.nothing")
    facts = say(
        "mock_page.kept.facts",
        book=for_html(kept.written.book.title),
        phase=for_html(kept.written.book.phases.get(phase, phase)),
        code=head.code,
        seed=sample.seed,
        who=for_html(head.made_by),
        at=numbers.moment(head.made_at.astimezone(ZONE)),
        date=for_html(sample.inputs.get("data_date") or say("numbers.nothing")),
    )
    sentence = say(f"mock_page.kept.{'sentence_of_part' if head.part else 'sentence'}", **words)
    if head.part:
        facts += "　" + say("mock_page.kept.part", district=for_html(head.part))
    elif head.told_at is not None:
        facts += "　" + say("mock_page.kept.told_at", at=numbers.moment(head.told_at.astimezone(ZONE)))
    return f'<p class="sentence">{sentence}{came}</p><p class="note">{facts}</p>'


def _label(one: Mock | None) -> str:
    if one is None:
        return say("mock_page.kept.draw_new")
    told = {"name": one.name, "filled": numbers.whole(one.filled), "lines": numbers.whole(one.lines)}
    return say("mock_page.kept.entry", **told)


def _open(mine: Desk) -> None:
    mine.open, mine.inspector = st.session_state["mock_open"], 1
    mine.tell("")


def _turn_to_part(mine: Desk) -> None:
    mine.part = st.session_state["mock_part"]
    mine.tell("")


def _turn_to_new(mine: Desk) -> None:
    mine.open = NEW
    mine.tell("")


def _rename(kept: Kept, mine: Desk, name: str) -> None:
    try:
        office.store().mocks.rename(office.visitor(), kept.head.id, name, version=kept.head.version)
    except Conflict as conflict:
        mine.tell(say("mock_page.kept.not_renamed", name=str(conflict.mine["name"])), faults=conflict.faults)
    except DataError as error:
        mine.tell(say("mock_page.kept.not_renamed", name=name), faults=error.faults)
    else:
        mine.tell(say("mock_page.kept.renamed", name=" ".join(name.split())))


def _drop(kept: Kept, mine: Desk) -> None:
    try:
        office.store().mocks.drop(office.visitor(), kept.head.id)
    except DataError as error:
        mine.tell(say("mock_page.kept.not_dropped"), faults=error.faults)
        return
    mine.open = None
    mine.tell(say("mock_page.kept.dropped", name=kept.head.name))
