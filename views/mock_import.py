"""Forms that came back as Excel: what can be taken, what cannot and why, and what differs from what is there."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from data.errors import DataError
from metrics.mock import Filled, Sample
from store.mocks import Change, Result
from texts import numbers, say
from views import notices, office
from views.mock_desk import Desk, Kept
from views.mock_typing import take_answer
from views.uploads import plain_name

LookAtForms = Callable[[Path, Sample], Filled]  # see briefing.mock_forms.look_at_forms
_SHOWN = 30


@dataclass(frozen=True)
class Given:
    """
    What files say, beside what is there.

    Attributes
    ----------
    fresh
        Lines that are still empty in the store.
    other
        Lines that hold something else there.
    same
        How many lines say what is there already.
    faults
        What cannot be taken, one sentence each, with the file's name.
    """

    fresh: Mapping[str, Change]
    other: Mapping[str, Change]
    same: int
    faults: Sequence[str]


def show_import(kept: Kept, mine: Desk, look: LookAtForms) -> None:
    """Files of any inspectors, in any order; what they say is shown before anything is written."""
    title, how = say("mock_page.files.title"), say("mock_page.files.how")
    st.html(f'<div class="block-title">{title}</div><p class="note">{how}</p>')
    handed = st.file_uploader(
        say("mock_page.files.label"),
        type=["xlsx"],
        accept_multiple_files=True,
        key=f"mock_files_{kept.head.id}_{mine.uploads}",
        label_visibility="collapsed",
    )
    if not handed:
        return
    given = given_by(kept, [(file.name, file.getvalue()) for file in handed], look)
    told = {"fresh": len(given.fresh), "other": len(given.other), "same": given.same}
    notices.show_notice(say("mock_page.files.found", **told))
    if given.faults:
        notices.show_notice(say("mock_page.files.faults", count=len(given.faults)), fault=True)
        notices.show_faults([*given.faults[:_SHOWN], *_more(len(given.faults) - _SHOWN)])
    overwrite = False
    if given.other:
        notices.show_remarks([*_differences(given, kept)[:_SHOWN], *_more(len(given.other) - _SHOWN)])
        overwrite = st.checkbox(say("mock_page.files.overwrite", count=len(given.other)), key="mock_overwrite")
    chosen = {**given.fresh, **(given.other if overwrite else {})}
    label = say("mock_page.files.take_rest" if given.faults else "mock_page.files.take", count=len(chosen))
    with st.container(horizontal=True, key="mock_take"):
        st.button(
            label, key="mock_files_take", type="primary", disabled=not chosen, on_click=_take, args=(kept, mine, chosen)
        )
        st.button(say("mock_page.files.leave"), key="mock_files_leave", on_click=_leave, args=(mine,))


def given_by(kept: Kept, files: Sequence[tuple[str, bytes]], look: LookAtForms) -> Given:
    """What files say; of a line about which two of them differ nothing is taken."""
    faults, said = [], {}
    for name, content in files:
        try:
            filled = _looked(kept.sample, kept.sample.code, content, name, look)
        except DataError as error:
            faults += [fault if name in fault else say("mock_page.files.of", file=name, fault=fault)
                       for fault in error.faults]  # fmt: skip
            continue
        faults += [say("mock_page.files.of", file=name, fault=fault) for fault in filled.faults]
        for key, found, remark in filled.table.itertuples(index=False, name=None):
            said.setdefault(key, []).append((name, None if found != found else float(found), remark))
    fresh, other, same = {}, {}, 0
    for key in (key for key in kept.results if key in said):
        numbers_ = {found for _, found, _ in said[key] if found is not None}
        if len(numbers_) > 1:
            both = say("explain.joiner").join(
                say("mock_page.files.says", file=name, value=numbers.plain(found))
                for name, found, _ in said[key]
                if found is not None
            )
            faults.append(say("mock_page.files.apart", key=key, both=both))
            continue
        remarks = dict.fromkeys(remark for _, _, remark in said[key] if remark)
        there = kept.results[key]
        change = _change(there, next(iter(numbers_), None), say("explain.stop").join(remarks))
        if (change.found, change.remark) == (there.found, there.remark):
            same += 1
        elif there.found is None or change.found == there.found:
            fresh[key] = change
        else:
            other[key] = change
    return Given(fresh, other, same, faults)


def _change(there: Result, found: float | None, remark: str) -> Change:
    """What a file adds: an empty cell takes nothing away."""
    return Change(there.key, there.found if found is None else found, (remark or there.remark)[:500], there.version)


@st.cache_data(max_entries=64, show_spinner=False)
def _looked(_sample: Sample, code: str, content: bytes, name: str, _look: LookAtForms) -> Filled:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / plain_name(name)
        file.write_bytes(content)
        return _look(file, _sample)


def _take(kept: Kept, mine: Desk, chosen: Mapping[str, Change]) -> None:
    try:
        answer = office.store().mocks.record(office.visitor(), kept.head.id, chosen.values())
    except DataError as error:
        mine.tell(say("mock_page.files.not_taken"), faults=error.faults)
        return
    take_answer(mine, chosen, answer)
    for key in answer.done:
        mine.wrong.pop(key, None)
    mine.uploads += 1
    said = "mock_page.files.taken_some" if answer.refused else "mock_page.files.taken"
    mine.tell(say(said, count=len(answer.done), refused=len(answer.refused)))


def _leave(mine: Desk) -> None:
    mine.uploads += 1
    mine.tell("")


def _differences(given: Given, kept: Kept) -> list[str]:
    return [
        say(
            "mock_page.files.differs",
            key=key,
            there=numbers.plain(kept.results[key].found),
            who=kept.results[key].changed_by,
            file=numbers.plain(change.found),
        )
        for key, change in given.other.items()
    ]


def _more(count: int) -> list[str]:
    return [say("mock_page.files.more", count=count)] if count > 0 else []
