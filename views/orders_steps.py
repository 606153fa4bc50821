"""Steps of orders, for one and for many: what each asks, confirmed on the spot, and what kept one from being done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from store import Conflict, Order, Person, Store, StoreError, Wanted
from store.order_book import order_book
from store.order_changes import Asked, Line
from store.photo import Photo, photo_of
from store.workdays import limit_after
from texts import numbers, say
from texts.escape import for_html
from views.draft import bound
from views.notices import faults_html, notice_html
from views.orders_desk import Desk, Step
from views.orders_words import entry_html

MOST_AT_ONCE = 5000
_SHOWN_REASONS = 12


def show_steps(store: Store, by: Person, desk: Desk, order: Order, today: date, units: Sequence[str]) -> None:
    """The steps that a person may do to the opened order now, and the one that is being filled in."""
    steps = order.steps(by)
    if not steps:
        st.html(f'<p class="empty">{say("orders.detail.none_now")}</p>')
    if desk.one.code in steps:
        _fill_in(store, by, desk, order, units)
    elif desk.one.code:
        _tell_gone(desk)
    if not desk.one.code and steps:
        with st.container(horizontal=True, gap="small", key="orders_steps"):
            for place, code in enumerate(steps):
                st.button(
                    order_book().steps[code].name,
                    key=f"orders_do_{code}",
                    type="primary" if place == 0 and code != "note" else "secondary",
                    on_click=_begin,
                    args=(desk, order, today, code),
                )


def _begin(desk: Desk, order: Order, today: date, code: str) -> None:
    desk.one.clear()
    desk.one.code, desk.version = code, order.version
    if "limit" in order_book().steps[code].asks:
        desk.one.limit_on = usual_limit(max(today, order.due_on))
    desk.conflict, desk.faults, desk.said = None, (), ""


def usual_limit(day: date) -> date:
    """As long after a day as units usually have to deal with an order: what a new limit is proposed to be."""
    limit = order_book().limits["deal"]
    return limit_after(day, limit.days, count=limit.count)


def _cancel(desk: Desk) -> None:
    desk.one.clear()
    desk.conflict, desk.faults = None, ()


def _fill_in(store: Store, by: Person, desk: Desk, order: Order, units: Sequence[str]) -> None:
    step, mine = order_book().steps[desk.one.code], desk.one
    with st.container(key="orders_step"):
        _ask(mine, order, units, key="orders_one")
        files = f"orders_one_files_{mine.serial}"
        if step.photo is not None:
            label = say("orders.steps.photos", most=order_book().photos.most_mb)
            st.file_uploader(label, accept_multiple_files=True, key=files)
        _tell_refusal(desk)
        behind = desk.conflict is not None
        with st.container(horizontal=True, gap="small"):
            label = say("orders.steps.again") if behind else say("orders.steps.confirm", step=step.name)
            version = order.version if behind else desk.version
            args = (store, by, desk, order.id, version, files)
            st.button(label, key="orders_one_confirm", type="primary", on_click=_do, args=args)
            drop = "orders.steps.drop" if behind else "orders.steps.cancel"
            st.button(say(drop), key="orders_one_cancel", on_click=_cancel, args=(desk,))


def _ask(mine: Step, order: Order | None, units: Sequence[str], *, key: str) -> None:
    """What a step asks for; ``order`` is None where it is for many."""
    step = order_book().steps[mine.code]
    if "unit" in step.asks:
        others = [unit for unit in units if order is None or unit != order.unit]
        known = [*others, mine.unit] if mine.unit and mine.unit not in others else others
        chosen = st.selectbox(
            say("orders.steps.unit"),
            known,
            index=known.index(mine.unit) if mine.unit in known else None,
            accept_new_options=True,
            placeholder=say("orders.steps.other_unit"),
            key=f"{key}_unit_{mine.serial}",
        )
        mine.unit = chosen or ""
    if "limit" in step.asks:
        bound(st.date_input, say("orders.steps.limit"), of=mine, to="limit_on", key=f"{key}_limit", format="YYYY-MM-DD")
        if order is not None and order.due_on is not None:
            st.html(f'<div class="note">{say("orders.steps.now", day=numbers.day(order.due_on))}</div>')
    words = say(f"orders.steps.{'words' if mine.code == 'note' else 'reason' if 'reason' in step.asks else 'note'}")
    if order is None:
        bound(st.text_input, words, of=mine, to="note", key=f"{key}_note", max_chars=order_book().most_note)
    else:
        bound(st.text_area, words, of=mine, to="note", key=f"{key}_note", height=68)


def _do(store: Store, by: Person, desk: Desk, number: int, version: int, files: str) -> None:
    """Do the step to the version that its reader saw; what was typed and handed in stays until it is done."""
    mine = desk.one
    try:
        photos = photos_of(st.session_state.get(files))
        asked = _asked(mine)
        given = {"note": asked.note, "limit_on": asked.limit_on, "unit": asked.unit}
        done = store.orders.change(by, number, version, asked.step, **given, photos=photos)
    except Conflict as conflict:
        desk.conflict, desk.faults = conflict, ()
    except StoreError as error:
        desk.conflict, desk.faults = None, tuple(error.faults)
    else:
        desk.said = say("orders.steps.done", number=done.number, step=order_book().steps[mine.code].name)
        desk.conflict, desk.faults = None, ()
        desk.chosen.pop(number, None)
        mine.clear()


def _asked(mine: Step) -> Asked:
    """The step with what it asks for; what was filled in for another one before is not meant."""
    asks = order_book().steps[mine.code].asks
    limit_on = mine.limit_on if "limit" in asks else None
    return Asked(mine.code, mine.note.strip(), limit_on, mine.unit.strip() if "unit" in asks else "")


def photos_of(files: Sequence | None) -> list[Photo]:
    """
    The photos in files that were handed in.

    Raises
    ------
    StoreError
        With a sentence for each that is none.
    """
    photos, faults = [], []
    for file in files or ():
        try:
            photos.append(photo_of(bytes(file.getbuffer()), name=file.name))
        except StoreError as error:
            faults += error.faults
    if faults:
        raise StoreError(faults)
    return photos


def _tell_refusal(desk: Desk) -> None:
    if desk.conflict is not None:
        entries = "".join(entry_html(entry) for entry in desk.conflict.first)
        first = f'<div class="part">{say("orders.steps.first")}</div>{entries}' if entries else ""
        st.html(notice_html(str(desk.conflict), fault=True) + first)
    elif desk.faults:
        st.html("".join(notice_html(fault, fault=True) for fault in desk.faults))


def _tell_gone(desk: Desk) -> None:
    """The step that was being filled in cannot be done any more; what was typed is shown, to be copied."""
    name = order_book().steps[desk.one.code].name
    _tell_refusal(desk)
    st.html(notice_html(say("orders.steps.impossible", step=name), fault=True))
    if desk.one.note:
        st.html(f'<p class="order-text">{for_html(desk.one.note)}</p>')
    st.button(say("orders.steps.drop"), key="orders_one_drop", on_click=_cancel, args=(desk,))


def show_many(store: Store, by: Person, desk: Desk, wanted: Wanted, total: int, units: Sequence[str]) -> None:
    """What can be done to all the orders that are ticked."""
    mine = desk.many
    with st.container(key="orders_many"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="orders_many_head"):
            chosen = say("orders.many.chosen", count=numbers.whole(len(desk.chosen)))
            st.html(f'<b class="many-said">{chosen}</b>')
            if total > len(desk.chosen):
                st.button(
                    say("orders.many.every", count=numbers.whole(min(total, MOST_AT_ONCE))),
                    key="orders_many_every",
                    on_click=_choose_all,
                    args=(store, by, desk, wanted, total),
                )
            st.button(say("orders.many.none"), key="orders_many_none", on_click=_choose_none, args=(desk,))
            able = able_counts(store, by, desk)
            codes = list(able)
            mine.code = (
                st.selectbox(
                    say("orders.many.step"),
                    codes,
                    index=codes.index(mine.code) if mine.code in codes else None,
                    format_func=lambda code: _offered(code, able[code], len(desk.chosen)),
                    placeholder=say("orders.many.pick"),
                    key=f"orders_many_step_{mine.serial}",
                    label_visibility="collapsed",
                    width=250,
                )
                or ""
            )
        if mine.code:
            _ask_many(store, by, desk, units)
        _tell_many(store, by, desk)


def _choose_all(store: Store, by: Person, desk: Desk, wanted: Wanted, total: int) -> None:
    desk.chosen = store.orders.versions(by, wanted, limit=MOST_AT_ONCE)
    desk.said = say("orders.many.most", most=numbers.whole(MOST_AT_ONCE)) if total > MOST_AT_ONCE else ""


def _choose_none(desk: Desk) -> None:
    desk.chosen = {}
    desk.many.clear()
    desk.refused, desk.behind = {}, ()


def _ask_many(store: Store, by: Person, desk: Desk, units: Sequence[str]) -> None:
    mine, step = desk.many, order_book().steps[desk.many.code]
    able = able_of(store, by, desk)
    rest = len(desk.chosen) - len(able)
    if "limit" in step.asks and mine.limit_on is None:
        mine.limit_on = usual_limit(store.base.today())
    with st.container(horizontal=True, gap="small", key="orders_many_asked"):
        _ask(mine, None, units, key="orders_many")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if not mine.sure:
            label = say("orders.many.ask", step=step.name, count=numbers.whole(len(able)))
            st.button(
                label, key="orders_many_ask", type="primary", disabled=not able, on_click=_be_sure, args=(mine, True)
            )
            told = (
                say("orders.many.unable", count=numbers.whole(rest))
                if rest
                else say("orders.many.all_able", step=step.name)
            )
            st.html(f'<span class="note">{told}</span>')
        else:
            st.html(
                f'<b class="many-said">{say("orders.many.sure", count=numbers.whole(len(able)), step=step.name)}</b>'
            )
            label, args = say("orders.many.confirm", step=step.name), (store, by, desk, able)
            st.button(label, key="orders_many_confirm", type="primary", on_click=do_many, args=args)
            st.button(say("orders.steps.cancel"), key="orders_many_cancel", on_click=_be_sure, args=(mine, False))


def _be_sure(mine: Step, sure: bool) -> None:
    mine.sure = sure


def able_counts(store: Store, by: Person, desk: Desk) -> dict[str, int]:
    """The person's steps that can be done to any of the ticked orders, and to how many of these."""
    chosen, steps = Wanted(numbers=tuple(desk.chosen)), order_book().steps
    states: Counter[str] = Counter()
    for cell in store.orders.board(by, chosen):
        states[cell.state] += cell.count
    proposed = len(store.orders.versions(by, replace(chosen, proposed=True), limit=MOST_AT_ONCE))
    counts = {
        code: proposed if step.proposed else sum(states[state] for state in step.from_)
        for code, step in steps.items()
        if by.role in step.who
    }
    return {code: count for code, count in counts.items() if count}


def _offered(code: str, able: int, chosen: int) -> str:
    name = order_book().steps[code].name
    if able == chosen:
        return name
    return say("orders.many.offered", step=name, able=numbers.whole(able), count=numbers.whole(chosen))


def able_of(store: Store, by: Person, desk: Desk) -> dict[int, int]:
    """Those of the ticked orders whose state lets the step be done, with the versions that were seen."""
    step = order_book().steps[desk.many.code]
    asked = Wanted(numbers=tuple(desk.chosen), states=step.from_, proposed=True if step.proposed else None)
    found = store.orders.versions(by, asked, limit=MOST_AT_ONCE)
    return {number: version for number, version in desk.chosen.items() if number in found}


def do_many(store: Store, by: Person, desk: Desk, able: dict[int, int]) -> None:
    """Do the step to all of them at once; those that are refused stay ticked, with the reason."""
    mine = desk.many
    asked = _asked(mine)
    try:
        changed = store.orders.change_lines(by, [Line(number, version, asked) for number, version in able.items()])
    except StoreError as error:
        desk.refused, desk.behind, mine.sure = dict.fromkeys(able, str(error)), (), False
        return
    desk.refused = {number: _reason(error) for number, error in changed.refused.items()}
    desk.behind = tuple(number for number, error in changed.refused.items() if isinstance(error, Conflict))
    desk.said = say("orders.many.done", count=numbers.whole(len(changed.done)), step=order_book().steps[mine.code].name)
    for order in changed.done:
        desk.chosen.pop(order.id, None)
    mine.sure = False
    if not changed.refused:
        mine.clear()


def _reason(error: StoreError) -> str:
    return "；".join(error.faults)


def _tell_many(store: Store, by: Person, desk: Desk) -> None:
    if not desk.refused:
        return
    counted = Counter(desk.refused.values()).most_common()
    lines = [
        say("orders.many.reason", reason=reason, count=count) if count > 1 else reason
        for reason, count in counted[:_SHOWN_REASONS]
    ]
    st.html(
        f'<p class="many-said">{say("orders.many.refused", count=numbers.whole(len(desk.refused)))}</p>'
        + faults_html(lines).replace('class="faults"', 'class="many-faults"')
    )
    if desk.behind:
        st.html(f'<p class="note">{say("orders.many.behind", count=numbers.whole(len(desk.behind)))}</p>')
        label = say("orders.many.retry", count=numbers.whole(len(desk.behind)))
        st.button(label, key="orders_many_retry", on_click=_retry, args=(store, by, desk))


def _retry(store: Store, by: Person, desk: Desk) -> None:
    """See the orders that others changed first as they are now, and ask again."""
    desk.chosen |= store.orders.versions(by, Wanted(numbers=desk.behind))
    desk.refused, desk.behind, desk.many.sure = {}, (), True
