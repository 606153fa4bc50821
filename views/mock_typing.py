"""Results typed on the page: every cell goes into the store at once; what somebody else changed first is told."""

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from data.errors import DataError
from metrics.mock.forms import LONGEST_REMARK, number_fault, own_keys, ratio_pairs
from store.base import ZONE
from store.mocks import Change, Recorded, Result
from texts import numbers, say
from texts.escape import for_html
from views import notices, office
from views.mock_desk import Desk, Kept
from views.mock_form import show_form

_FORM = "mock_form"
_NO_SIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # what no base keeps
_LONGEST_SAID = 40  # characters of a remark in a sentence


def show_typing(kept: Kept, mine: Desk, inspector: int) -> None:
    """The form of an inspector to type into; below it what could not be written as it was typed."""
    look_again(kept, mine)
    if mine.wrong and not mine.said:
        tell_wrong(kept, mine)
    _show_unsaved(kept, mine)
    _show_refused(kept, mine)
    show_form(
        form_rows(kept, mine, own_keys(kept.sample, inspector)),
        key=_FORM,
        of=f"{kept.head.id}_{inspector}",
        heard=mine.heard,
        on_typed=lambda: take_typed(kept, mine, st.session_state[_FORM]["typed"]),
    )
    for sentence in slips(kept):
        notices.show_notice(sentence)
    saved = f"<b>{for_html(mine.saved)}</b>　" if mine.saved else ""
    st.html(f'<p class="note">{saved}{say("mock_page.typing.how")}</p>')


def look_again(kept: Kept, mine: Desk) -> None:
    """Take in what others wrote since this session last looked; what was typed here stays."""
    if mine.of != kept.head.id:
        mine.of, mine.pending, mine.refused, mine.wrong = kept.head.id, {}, {}, {}
        mine.known = dict(kept.results)
        return
    if dict(kept.results) != mine.known:
        others = [key for key, one in kept.results.items() if mine.known.get(key) != one]
        mine.known = dict(kept.results)
        who = sorted({kept.results[key].changed_by for key in others})
        mine.tell(say("mock_page.typing.by_others", who=say("explain.joiner").join(who), count=len(others)))


def form_rows(kept: Kept, mine: Desk, keys: list[str]) -> list[dict[str, str]]:
    """The lines of a form in their order, with what is filled in, as it was typed."""
    lines = kept.lines.loc[keys]
    points = kept.sample.points.set_index("number")
    rows = []
    for key, number, text, need in zip(keys, lines["number"], lines["text"], lines["shown"], strict=True):
        found, remark = _shown(key, mine, kept)
        point = {"point": str(number), "name": str(points.at[number, "subject_name"])}
        asked = {"place": str(points.at[number, "place"]), "text": str(text), "need": str(need)}
        typed = {"found": mine.wrong.get(key, _typed(found)), "remark": remark}
        by = mine.known[key].changed_by if key in mine.known else ""
        rows.append({"key": key, **point, **asked, **typed, "by": by, "wrong": _wrong(kept, mine, key)})
    return rows


def take_typed(kept: Kept, mine: Desk, told: Sequence[Mapping[str, object]]) -> None:
    """
    Write what was typed into the store; what cannot be written stays on the desk and is told.

    Parameters
    ----------
    told
        Cells in the order in which they were typed: ``number`` (those up to ``mine.heard`` are known), ``key`` of the
        line, ``name`` (found or remark), ``text``. They come from a browser, so that none is taken on trust.
    """
    whole = kept.lines["whole"]
    for cell in told:
        number, key, text = int(cell["number"]), str(cell["key"]), _NO_SIGN.sub("", str(cell["text"])).strip()
        if number <= mine.heard or key not in mine.known:
            continue
        mine.heard = number
        found, remark = _shown(key, mine, kept)
        if cell["name"] == "found":
            found = _take_number(mine, key, text, found, whole=bool(whole[key]))
        else:
            remark = text[:LONGEST_REMARK]
        known = mine.known[key]
        if (found, remark) == (known.found, known.remark):
            mine.pending.pop(key, None)
        else:
            mine.pending[key] = Change(key, found, remark, known.version)
    save(kept, mine)


def _take_number(mine: Desk, key: str, text: str, before: float | None, *, whole: bool) -> float | None:
    """The number that was typed; what is none stays on the desk, and the line keeps the number it had."""
    if number_fault(text, whole=whole):
        mine.wrong[key] = text
        return before
    mine.wrong.pop(key, None)
    return float(text) if text else None


def tell_wrong(kept: Kept, mine: Desk) -> None:
    """Say of every cell that cannot be taken what is wrong with it."""
    faults = [_wrong(kept, mine, key) for key in mine.wrong]
    mine.tell(say("mock_page.typing.not_all") if faults else "", faults=faults)


def _wrong(kept: Kept, mine: Desk, key: str) -> str:
    """What is wrong with what was typed as the number of a line; "" when nothing is."""
    if key not in mine.wrong:
        return ""
    text, whole = mine.wrong[key], kept.lines["whole"]
    fault = number_fault(text, whole=bool(whole[key]))
    return say(f"mock_page.typing.fault.{fault}", place=_place(kept, key), value=text[:_LONGEST_SAID])


def save(kept: Kept, mine: Desk) -> None:
    """Write what waits on the desk into the store; what was typed wrong is told."""
    waiting = {key: one for key, one in mine.pending.items() if key not in mine.refused}
    if waiting:
        try:
            answer = office.store().mocks.record(office.visitor(), kept.head.id, waiting.values())
        except DataError as error:
            tell_wrong(kept, mine)
            mine.tell(say("mock_page.typing.unsaved", count=len(waiting)), faults=[*mine.faults, *error.faults])
            return
        take_answer(mine, waiting, answer)
        done, at = len(answer.done), numbers.moment(_now())
        mine.saved = say("mock_page.typing.saved", count=done, at=at) if done else ""
    if mine.wrong or mine.unheard or (waiting and answer.refused):  # else what was said stays: the table would jump
        tell_wrong(kept, mine)


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


def _typed(found: float | None) -> str:
    """A number as somebody would type it."""
    return "" if found is None else str(int(found)) if found.is_integer() else repr(found)


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
    number = kept.lines["number"].loc[key]
    name = kept.sample.points.set_index("number")["subject_name"].loc[number]
    return say("mock_page.typing.place", number=number, name=name, key=key)


def _now():
    return office.store().base.now().astimezone(ZONE)
