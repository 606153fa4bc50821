"""Results typed on the page: every cell goes into the store at once; what somebody else changed first is told."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from data.errors import DataError
from metrics.mock.forms import LONGEST_REMARK, number_fault, own_keys, ratio_pairs
from store.base import ZONE
from store.mocks import Change, Recorded, Result
from texts import numbers, say
from texts.escape import for_html
from views import notices, office
from views.mock_desk import Desk, Kept

_EDITOR = "mock_editor"
_ROW_PX, _MOST_PX = 36, 560
_LONGEST_SAID = 40  # characters of a remark in a sentence
_WIDTHS = {"point": 48, "name": 128, "text": 300, "need": 112, "found": 84, "remark": 136, "by": 76, "place": 260}


def show_typing(kept: Kept, mine: Desk, inspector: int) -> None:
    """The form of an inspector to type into; below it what could not be written as it was typed."""
    look_again(kept, mine)
    _show_unsaved(kept, mine)
    _show_refused(kept, mine)
    keys = own_keys(kept.sample, inspector)
    editor = f"{_EDITOR}_{kept.head.id}_{inspector}_{mine.serial}"
    if mine.table is None or mine.table_of != editor or editor not in st.session_state:
        mine.table, mine.table_of = form_table(kept, mine, keys), editor
    table = mine.table  # as long as it is the same one the browser keeps the cursor where it is
    text = {name: say(f"mock_page.typing.columns.{name}") for name in table.columns}
    st.data_editor(
        table,
        key=editor,
        hide_index=True,
        num_rows="fixed",
        disabled=[name for name in table.columns if name not in ("found", "remark")],
        height=min(_MOST_PX, _ROW_PX * (len(table) + 1)),
        row_height=_ROW_PX,
        placeholder="",
        column_config={
            **{name: st.column_config.TextColumn(text[name], width=width) for name, width in _WIDTHS.items()},
            "found": st.column_config.NumberColumn(
                text["found"], min_value=0.0, max_value=1e9, width=_WIDTHS["found"]
            ),
            "remark": st.column_config.TextColumn(
                text["remark"], max_chars=LONGEST_REMARK, width=_WIDTHS["remark"]
            ),
        },
        on_change=take_typed,
        args=(kept, mine, keys, editor),
    )
    for sentence in slips(kept):
        notices.show_notice(sentence)
    saved = f"<b>{for_html(mine.saved)}</b>　" if mine.saved else ""
    st.html(f'<p class="note">{saved}{say("mock_page.typing.how")}</p>')


def look_again(kept: Kept, mine: Desk) -> None:
    """Take in what others wrote since this session last looked; what was typed here stays."""
    if mine.of != kept.head.id:
        mine.of, mine.pending, mine.refused = kept.head.id, {}, {}
        mine.known = dict(kept.results)
        mine.serial += 1
        return
    if dict(kept.results) != mine.known:
        others = [key for key, one in kept.results.items() if mine.known.get(key) != one]
        mine.known = dict(kept.results)
        mine.serial += 1
        who = sorted({kept.results[key].changed_by for key in others})
        mine.tell(say("mock_page.typing.by_others", who=say("explain.joiner").join(who), count=len(others)))


def form_table(kept: Kept, mine: Desk, keys: list[str]) -> pd.DataFrame:
    """The lines of a form on the index of their order, with what is filled in."""
    lines = kept.sample.lines.set_index("key").loc[keys]
    points = kept.sample.points.set_index("number")
    shown = [_shown(key, mine, kept) for key in keys]
    number = lines["number"].to_numpy()
    return pd.DataFrame(
        {
            "point": [str(n) for n in number],
            "name": [str(points.at[n, "subject_name"]) for n in number],
            "text": lines["text"].astype(str).tolist(),
            "need": lines["shown"].astype(str).tolist(),
            "found": pd.Series([found for found, _ in shown], dtype="Float64"),
            "remark": [remark for _, remark in shown],
            "by": [mine.known[key].changed_by if key in mine.known else "" for key in keys],
            "place": [str(points.at[n, "place"]) for n in number],
        }
    )


def take_typed(kept: Kept, mine: Desk, keys: list[str], editor: str) -> None:
    """Write what was typed into the store; what cannot be written stays on the desk and is told."""
    edited: Mapping[int, Mapping[str, object]] = st.session_state[editor]["edited_rows"]
    lines = kept.sample.lines.set_index("key")
    faults = []
    for row, cells in edited.items():
        key = keys[int(row)]
        found, remark = _shown(key, mine, kept)
        found = cells.get("found", found)
        found = None if found is None or pd.isna(found) else float(found)
        remark = str(cells.get("remark", remark) or "").strip()[:LONGEST_REMARK]
        if found is not None and (fault := number_fault(repr(found), whole=bool(lines.at[key, "whole"]))):
            faults.append(say(f"mock_page.typing.fault.{fault}", key=key, value=numbers.plain(found)))
            continue
        known = mine.known[key]
        if (found, remark) == (known.found, known.remark):
            mine.pending.pop(key, None)
        else:
            mine.pending[key] = Change(key, found, remark, known.version)
    save(kept, mine, faults)


def save(kept: Kept, mine: Desk, faults: list[str] | tuple[str, ...] = ()) -> None:
    """Write what waits on the desk into the store."""
    waiting = {key: one for key, one in mine.pending.items() if key not in mine.refused}
    if not waiting:
        mine.tell(say("mock_page.typing.not_all") if faults else "", faults=faults)
        return
    try:
        answer = office.store().mocks.record(office.visitor(), kept.head.id, waiting.values())
    except DataError as error:
        mine.tell(say("mock_page.typing.unsaved", count=len(waiting)), faults=[*faults, *error.faults])
        return
    take_answer(mine, waiting, answer)
    mine.saved = say("mock_page.typing.saved", count=len(answer.done), at=numbers.moment(_now())) if answer.done else ""
    if faults:
        mine.tell(say("mock_page.typing.not_all"), faults=faults)
    elif answer.refused or mine.unheard:  # else what was said before stays: without it the table would jump
        mine.tell("")


def take_answer(mine: Desk, asked: Mapping[str, Change], answer: Recorded) -> None:
    """What was written is known; what was refused stays, beside what stands there."""
    mine.known.update(answer.done)
    for key in answer.done:
        mine.pending.pop(key, None)
    for key, theirs in answer.refused.items():
        mine.refused[key] = (asked[key], theirs)
        mine.known[key] = theirs


def settle(kept: Kept, mine: Desk, key: str, *, take_mine: bool) -> None:
    """Decide about a line that two people filled in differently."""
    change, theirs = mine.refused.pop(key)
    mine.pending.pop(key, None)
    mine.serial += 1
    if take_mine:
        mine.pending[key] = Change(key, change.found, change.remark, theirs.version)
        save(kept, mine)
    else:
        mine.tell(say("mock_page.typing.left", place=_place(kept, key)))


def slips(kept: Kept) -> list[str]:
    """Parts that are larger than their total."""
    told = []
    for part, total in ratio_pairs(kept.sample):
        more, all_ = kept.results[part].found, kept.results[total].found
        if more is not None and all_ is not None and more > all_:
            words = {"value": numbers.plain(more), "total": numbers.plain(all_)}
            told.append(say("mock_page.typing.slip", key=part, **words))
    return told


def _shown(key: str, mine: Desk, kept: Kept) -> tuple[float | None, str]:
    one: Change | Result = mine.pending.get(key) or mine.known.get(key) or kept.results[key]
    return one.found, one.remark


def _show_unsaved(kept: Kept, mine: Desk) -> None:
    waiting = [key for key in mine.pending if key not in mine.refused]
    if waiting:
        st.button(
            say("mock_page.typing.again", count=len(waiting)), key="mock_save_again", on_click=save, args=(kept, mine)
        )


def _show_refused(kept: Kept, mine: Desk) -> None:
    for key, (change, theirs) in list(mine.refused.items()):
        told = say(
            "mock_page.typing.refused",
            place=for_html(_place(kept, key)),
            who=for_html(theirs.changed_by),
            at=numbers.moment(theirs.changed_at.astimezone(ZONE)) if theirs.changed_at else "",
            theirs=for_html(_said(theirs)),
            mine=for_html(_said(change)),
        )
        words, own, other = st.columns([8, 2, 2], vertical_alignment="center")
        words.html(f'<p class="notice fault">{told}</p>')
        for column, take_mine in ((own, True), (other, False)):
            name = "mine" if take_mine else "theirs"
            column.button(
                say(f"mock_page.typing.take_{name}"),
                key=f"mock_{name}_{key}",
                on_click=settle,
                args=(kept, mine, key),
                kwargs={"take_mine": take_mine},
                width="stretch",
            )


def _said(one: Change | Result) -> str:
    found = say("mock_page.typing.empty") if one.found is None else numbers.plain(one.found)
    remark = one.remark if len(one.remark) <= _LONGEST_SAID else f"{one.remark[: _LONGEST_SAID - 1]}…"
    return found if not remark else say("mock_page.typing.with_remark", found=found, remark=remark)


def _place(kept: Kept, key: str) -> str:
    """Which line of the table is meant: its point, and its key on the form."""
    number = kept.sample.lines.set_index("key")["number"].loc[key]
    name = kept.sample.points.set_index("number")["subject_name"].loc[number]
    return say("mock_page.typing.place", number=number, name=name, key=key)


def _now():
    return office.store().base.now().astimezone(ZONE)
