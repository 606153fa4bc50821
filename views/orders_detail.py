"""One order in full: where, what is missing, by when, what was done, photos, and what can be done now."""

import base64
from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from store import Order, Person, Store, StoreError
from store.audit import Entry
from store.base import ZONE
from store.order_book import order_book
from texts import numbers, say
from texts.escape import for_html
from views.notices import notice_html
from views.orders_desk import Desk
from views.orders_photos import show_photos
from views.orders_steps import show_steps
from views.orders_words import due, entry_html, lacking, level, where

Picture = Callable[[Order], bytes | None]
SitePhotos = Callable[[Order], Sequence[tuple[str, str]]]


def show_detail(
    store: Store,
    by: Person,
    desk: Desk,
    today: date,
    units: Sequence[str],
    *,
    picture: Picture,
    site_photos: SitePhotos,
    book_title: Callable[[str], str],
) -> None:
    """The opened order; what to do when none is."""
    with st.container(key="orders_detail"):
        order = _opened(store, by, desk)
        if order is None:
            st.html(f'<p class="empty">{say("orders.detail.none")}</p>')
            return
        history = store.orders.history(by, order.id)
        st.html(head_html(order, today) + stages_html(order, history, today))
        if desk.said:
            st.html(f'<p class="said">{for_html(desk.said)}</p>')
        if order.proposed:
            st.html(f'<div class="proposal">{say("orders.detail.proposed")}</div>')
        show_steps(store, by, desk, order, today, units)
        st.html(facts_html(order, book_title(order.book)) + picture_html(picture(order)))
        show_photos(store, by, desk, order, site_photos(order))
        st.html(f'<div class="part">{say("orders.detail.history")}</div>' + "".join(map(entry_html, reversed(history))))


def _opened(store: Store, by: Person, desk: Desk) -> Order | None:
    """The opened order as it is now; None when there is none, or it is not the person's any more."""
    if desk.opened is None:
        return None
    try:
        return store.orders.get(by, desk.opened)
    except StoreError as error:
        desk.opened = None
        st.html(notice_html(str(error), fault=True))
        return None


def head_html(order: Order, today: date) -> str:
    """Place, number, unit, and the limit that runs."""
    late = order.overdue(today)
    by = due(order, today)
    told = f'<b class="fail">{by}</b>' if late else f"<b>{by}</b>"
    day = f'<span class="note">　{numbers.day(order.due_on)}</span>' if late else ""
    up = f'<div class="note">{say("orders.detail.level", level=level(order))}</div>' if level(order) else ""
    who = "　".join(for_html(text) for text in (order.unit, order.district) if text)
    return (
        f'<div class="split"><div><div class="note">{say("orders.detail.number", number=order.number)}</div>'
        f'<div class="order-place">{for_html(where(order))}</div><div class="order-who">{who}</div></div>'
        f'<div style="text-align:right"><div class="order-due">{told}{day}</div>{up}</div></div>'
    )


def stages_html(order: Order, history: Sequence[Entry], today: date) -> str:
    """The states in a row, with the day on which each was reached last; the present one marked."""
    book = order_book()
    states, reached = list(book.states), _reached(history)
    now = states.index(order.state)
    parts = []
    for place, code in enumerate(states):
        kind = "past" if place < now else "now" if place == now else ""
        kind += " late" if place == now and order.overdue(today) else ""
        day = numbers.day(reached[code]) if code in reached and place <= now else _limit_day(order, code, place > now)
        parts.append(f'<div class="{kind}"><i></i>{book.states[code].name}<small>{day}</small></div>')
    return f'<div class="stages">{"".join(parts)}</div>'


def _reached(history: Sequence[Entry]) -> dict[str, date]:
    return {str(entry.after["state"]): entry.at.astimezone(ZONE).date() for entry in history if "state" in entry.after}


def _limit_day(order: Order, code: str, ahead: bool) -> str:
    """By when a state that lies ahead has to be reached, where a limit says so."""
    limit = {"dispatched": "dispatch", "dealt": "deal", "closed": "close"}.get(code)
    if not ahead or limit is None:
        return ""
    return say("orders.detail.limit", name="≤", day=numbers.day(getattr(order, f"{limit}_by")))


def facts_html(order: Order, book: str) -> str:
    """What is missing, in words, and by which clause."""
    missing = f"<b>{lacking(order)}</b>　" if lacking(order) else ""
    clause = say(
        "orders.detail.clause", book=for_html(book), clause=for_html(order.clause), title=for_html(order.title)
    )
    return (
        f'<div class="part">{say("orders.detail.lacking")}</div>'
        f'<p class="order-text">{missing}{for_html(order.explanation)}</p><div class="note">{clause}</div>'
    )


def picture_html(picture: bytes | None) -> str:
    """The close-up of the gap."""
    if picture is None:
        return ""
    data = base64.b64encode(picture).decode()
    return f'<img class="gap-picture" src="data:image/png;base64,{data}" alt="{say("orders.detail.map_alt")}">'
