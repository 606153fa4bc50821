"""Orders from the gaps of an assessment: from one, from some that are ticked, or from a whole district."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from metrics.measures.findings import FAIL
from store import Person, Store, StoreError, Wanted
from store.access import Act
from store.base import ZONE
from store.order_book import order_book
from store.order_making import NOTHING, Preview
from store.runs import Run
from store.workdays import limit_after
from texts import lookup, numbers, say
from texts.escape import for_html
from views import office
from views.draft import bound
from views.notices import notice_html
from views.orders_cached import choices_of
from views.orders_desk import ALL, LIST, Desk, Making
from views.orders_list import show_rows

_ROWS, _ASKED = "orders_make_rows", "orders_make_asked"
_MOST_ROWS, _MOST_PLACES, _SAME_M = 400, 5, 1.0


@dataclass(frozen=True)
class Found:
    """The gaps of a run that a person may make orders of, and how the run is called."""

    run: Run
    gaps: Sequence
    book: str
    phase: str


def may_make(by: Person) -> bool:
    """Whether somebody makes orders at all."""
    return by.role in Act.MAKE_ORDERS.roles


def begin_making(mine: Desk) -> None:
    """Open the panel."""
    mine.making = Making()


def offer_order(*rows) -> None:
    """On the page 覆盖检查: the way from the chosen findings that fail to their orders; nothing for who makes none."""
    failing = [row for row in rows if row is not None and row.status == FAIL]
    by = office.known()
    if not failing or by is None or not may_make(by):
        return
    if st.button(say("orders.make.offer"), key="orders_offer", type="primary"):
        st.session_state[_ASKED] = [(row.rule, row.subject, row.district, row.from_m) for row in failing]
        st.switch_page("pages/orders.py")


def take_offer(mine: Desk, found: Found) -> None:
    """Open the panel with the gaps that were asked for on another page."""
    asked = st.session_state.pop(_ASKED, None)
    if asked is not None:
        own = {gap.id for gap in found.gaps for one in asked if _is_of(gap, *one)}
        mine.making = Making(single=True, chosen=own)


def _is_of(gap, rule: str, subject: str, district: str | None, from_m: float | None) -> bool:
    """Whether a gap of the run is what a finding shows: a stretch by where it begins, a place by itself."""
    if (gap.rule, gap.subject) != (rule, subject):
        return False
    if isinstance(district, str) and gap.district != district:
        return False
    return gap.from_m is None or from_m is None or math.isnan(from_m) or abs(gap.from_m - from_m) < _SAME_M


def show_making(store: Store, by: Person, mine: Desk, found: Found, today: date) -> None:
    """The whole panel: which gaps, what would become of them, and the confirmation."""
    making = mine.making
    at = numbers.moment(found.run.at.astimezone(ZONE))
    told = say(
        "orders.make.from",
        at=at,
        book=for_html(found.book),
        phase=for_html(found.phase),
        count=numbers.whole(len(found.gaps)),
    )
    st.html(f'<div class="list-title">{say("orders.make.title")}<span class="note">{told}</span></div>')
    if not found.gaps:
        st.html(f'<p class="empty">{say("orders.make.empty")}</p>')
        st.button(say("orders.make.back"), key="orders_make_back", on_click=_leave, args=(mine,))
        return
    left, right = st.columns([780, 520], gap="medium")
    with left, st.container(key="orders_making"):
        shown = _ask_scope(making, found)
        chosen = tuple(sorted(making.chosen)) if making.single else tuple(gap.id for gap in shown)
        preview = store.orders.preview(by, found.run.id, chosen) if chosen else NOTHING
        _show_gaps(store, by, making, found, shown)
    with right, st.container(key="orders_making_right"):
        _ask_rest(making, today)
        _tell(preview, single=making.single)
        _confirm(store, by, mine, found, preview)


def _ask_scope(making: Making, found: Found) -> list:
    """The gaps in view."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        bound(
            st.segmented_control,
            say("orders.make.how"),
            [False, True],
            of=making,
            to="single",
            key="orders_make_single",
            format_func=lambda single: say("orders.make.single" if single else "orders.make.whole"),
            required=True,
            label_visibility="collapsed",
        )
        districts = sorted({gap.district for gap in found.gaps if gap.district})
        rules = dict(sorted({gap.rule: gap.title for gap in found.gaps}.items()))
        _select("district", making, [ALL, *districts], lambda name: name or say("orders.make.all_districts"), 150)
        _select("rule", making, [ALL, *rules], lambda code: rules.get(code) or say("orders.make.all_rules"), 260)
    own = (making.district, making.rule)
    return [gap for gap in found.gaps if own[0] in (ALL, gap.district) and own[1] in (ALL, gap.rule)]


def _select(name: str, making: Making, choices: list[str], label, width: int) -> None:
    if getattr(making, name) not in choices:
        setattr(making, name, ALL)
    bound(
        st.selectbox,
        say(f"orders.make.{name}"),
        choices,
        of=making,
        to=name,
        key=f"orders_make_{name}",
        format_func=label,
        label_visibility="collapsed",
        width=width,
    )


def _show_gaps(store: Store, by: Person, making: Making, found: Found, shown: Sequence) -> None:
    if making.single:
        st.html(f'<div class="note">{say("orders.make.chosen", count=numbers.whole(len(making.chosen)))}</div>')
    shown = sorted(shown, key=lambda gap: gap.id not in making.chosen)[:_MOST_ROWS]
    standing = store.orders.preview(by, found.run.id, [gap.id for gap in shown]) if shown else NOTHING
    rows = [_row(gap, standing, making) for gap in shown]
    show_rows(
        rows,
        key=_ROWS,
        heads=lookup("orders.make.heads"),
        of=f"make|{making.district}|{making.rule}",
        ticks=making.single,
        on_tick=lambda: _tick(making),
    )


def _row(gap, standing: Preview, making: Making) -> dict:
    place = gap.subject_name or gap.title
    if gap.from_m is not None:
        place = say("orders.where", name=place, stretch=numbers.stretch(gap.from_m, gap.to_m))
    now, number = say("orders.make.fresh") if gap.unit else say("orders.make.nobody"), ""
    for key in ("already", "reopened", "settled"):
        if gap.id in (numbers_ := getattr(standing, key)):
            now, number = say(f"orders.make.now.{key}"), numbers_[gap.id]
    return {
        "id": gap.id,
        "name": place,
        "sub": gap.title,
        "unit": gap.unit or say("numbers.nothing"),
        "district": gap.district,
        "state": numbers.short(gap.missing) if gap.missing else say("coverage.status.fail"),
        "mark": "",
        "due": now,
        "late": False,
        "level": number,
        "ticked": gap.id in making.chosen,
    }


def _tick(making: Making) -> None:
    told = st.session_state[_ROWS]["ticked"]
    making.chosen = making.chosen | set(told["ids"]) if told["on"] else making.chosen - set(told["ids"])
    making.sure = False


def _ask_rest(making: Making, today: date) -> None:
    """Whether they are dispatched at once, by when they are to be dealt with, and a note."""
    limit = order_book().limits["deal"]
    usual = limit_after(today, limit.days, count=limit.count)
    bound(st.checkbox, say("orders.make.dispatch"), of=making, to="dispatch", key="orders_make_dispatch")
    if not making.dispatch:
        return
    key = "usual" if limit.count == "working" else "usual_calendar"
    st.html(f'<div class="make-line">{say(f"orders.make.{key}", day=numbers.day(usual), days=limit.days)}</div>')
    bound(st.checkbox, say("orders.make.own_limit"), of=making, to="own_limit", key="orders_make_own_limit")
    if making.own_limit:
        bound(
            st.date_input,
            say("orders.make.limit"),
            of=making,
            to="limit_on",
            key="orders_make_limit",
            format="YYYY-MM-DD",
        )
    bound(st.text_area, say("orders.make.note"), of=making, to="note", key="orders_make_note", height=68)


def _tell(preview: Preview, *, single: bool) -> None:
    """What would become of the gaps, and how many go to which unit."""
    new = sum(len(gaps) for gaps in preview.new.values())
    said = [
        f"<b>{say('orders.make.preview', new=numbers.whole(new), units=len(preview.new))}</b>"
        if new
        else say("orders.make.preview_none")
    ]
    if preview.reopened:
        said.append(say("orders.make.reopened", count=numbers.whole(len(preview.reopened))))
    if preview.already:
        said.append(say("orders.make.already", count=numbers.whole(len(preview.already))))
    if preview.settled:
        key = "settled_single" if single else "settled"
        said.append(say(f"orders.make.{key}", count=numbers.whole(len(preview.settled))))
    if preview.homeless:
        places = say("explain.joiner").join(preview.homeless[:_MOST_PLACES])
        places = say("orders.make.and_more", places=places) if len(preview.homeless) > _MOST_PLACES else places
        said.append(say("orders.make.homeless", count=numbers.whole(len(preview.homeless)), places=for_html(places)))
    units = "".join(
        f"<div><span>{for_html(unit)}</span><b>{numbers.whole(len(gaps))}</b></div>"
        for unit, gaps in sorted(preview.new.items(), key=lambda one: (-len(one[1]), one[0]))
    )
    st.html(f'<div class="make-line">{"<br>".join(said)}</div><div class="make-units">{units}</div>')


def _confirm(store: Store, by: Person, mine: Desk, found: Found, preview: Preview) -> None:
    making = mine.making
    count = len(preview.makeable(settled=making.single))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if making.sure:
            st.html(f'<b class="many-said">{say("orders.make.sure", count=numbers.whole(count))}</b>')
            args = (store, by, mine, found, preview)
            st.button(say("orders.make.confirm"), key="orders_make_confirm", type="primary", on_click=_make, args=args)
            st.button(say("orders.make.cancel"), key="orders_make_cancel", on_click=_be_sure, args=(making, False))
            return
        label = say("orders.make.button" if making.dispatch else "orders.make.button_only", count=numbers.whole(count))
        st.button(
            label, key="orders_make_do", type="primary", disabled=not count, on_click=_be_sure, args=(making, True)
        )
        st.button(say("orders.make.back"), key="orders_make_back", on_click=_leave, args=(mine,))
    for fault in mine.faults:
        st.html(notice_html(fault, fault=True))


def _be_sure(making: Making, sure: bool) -> None:
    making.sure = sure


def _leave(mine: Desk) -> None:
    mine.making, mine.faults = None, ()


def _make(store: Store, by: Person, mine: Desk, found: Found, preview: Preview) -> None:
    making = mine.making
    own_limit = making.dispatch and making.own_limit
    limit = making.limit_on if own_limit else None
    try:
        if own_limit and limit is None:
            raise StoreError(say("store.orders.needs_limit"))
        made = store.orders.make(
            by,
            found.run.id,
            preview.makeable(settled=making.single),
            dispatch=making.dispatch,
            limit_on=limit,
            note=making.note,
        )
    except StoreError as error:
        mine.faults, making.sure = tuple(error.faults), False
        return
    said = [say("orders.make.done", new=numbers.whole(len(made.new)), units=len(preview.new))]
    if made.reopened:
        said.append(say("orders.make.done_again", count=numbers.whole(len(made.reopened))))
    if already := len(preview.already) + len(made.already):
        said.append(say("orders.make.done_already", count=numbers.whole(already)))
    only = (*made.new, *made.reopened)
    choices_of.clear()
    _leave(mine)
    mine.view, mine.page, mine.only = LIST, 0, only or None
    mine.chosen = store.orders.versions(by, Wanted(numbers=only)) if only else {}
    mine.said = say("orders.sentence.joiner").join(said) + say("orders.sentence.end")
    mine.open_order(only[0] if only else None)
