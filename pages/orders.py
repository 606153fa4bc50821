"""整改督办: rectification orders, from the gap to the closing."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from briefing.order_notice import Notice, as_pdf, can_print_pdf, write_notices
from briefing.order_notice_map import close_up
from briefing.order_sheets import read_sheet, write_sheet
from data.city import City
from store import Order, StoreError
from store.access import COMMAND, DISTRICT
from views import calls, office, orders
from views.notices import show_notice
from views.orders_cached import book_title, choices_of, keep_time
from views.orders_desk import BOARD, MAP, desk
from views.orders_detail import show_detail
from views.orders_files import Papers, ask_papers
from views.orders_make import show_making, take_offer
from views.orders_map import MOST_DRAWN, Drawn, picked, show_map
from views.orders_steps import show_many
from views.orders_words import notice_facts

_PICTURE_PX, _PRINTED_PX = (720, 300), (860, 400)


@st.fragment
def _page() -> None:
    orders.apply_style()
    try:
        _show()
    except StoreError as error:
        for fault in error.faults:
            show_notice(fault, fault=True)


def _show() -> None:
    store, by, mine, now = office.store(), office.visitor(), desk(), calls.current()
    keep_time(store)
    today, city = store.base.today(), orders.city_name(now)
    if by.role in (COMMAND, DISTRICT):
        found = orders.found_of(store, by, now)
        take_offer(mine, found)
        if mine.making is not None:
            show_making(store, by, mine, found, today)
            return
    choices = choices_of(store, by, city)
    with st.container(horizontal=True, key="orders_controls", gap="small", vertical_alignment="center"):
        orders.ask_view(by, mine)
        orders.ask_filters(by, mine, choices)
        with st.container(horizontal=True, key="orders_ends", gap="small"):
            orders.ask_making(by, mine)
    st.html(orders.sentence_html(store.orders.counts(by, city=city), by, any_=bool(choices.units)))
    if mine.view == BOARD:
        orders.show_units(store, by, mine, orders.board_wanted(mine, city, today))
        return
    if (clicked := picked()) is not None:
        mine.open_order(clicked)
    wanted = mine.wanted(city, today)
    left, right = st.columns([780, 538], gap="small")
    with left, st.container(key="orders_left"):
        if mine.view == MAP:
            page = store.orders.page(by, wanted, limit=MOST_DRAWN)
            show_map(now.city, Drawn(page.orders, page.total, mine.opened, mine.filters.district or None), today)
        else:
            page = orders.page_of(store, by, mine, wanted)
            with orders.list_head(mine, page):
                ask_papers(store, by, mine, wanted, page.total, _papers(now.city), city=city, today=today)
            orders.show_list(by, mine, page, today)
            if mine.chosen:
                show_many(store, by, mine, wanted, page.total, choices.units)
    with right:
        show_detail(store, by, mine, today, choices.units, lambda order: _picture(now.city, order), book_title)


def _picture(city: City, order: Order) -> bytes | None:
    width, height = _PICTURE_PX
    return close_up(city, order.geometry, width=width, height=height)


def _papers(city: City) -> Papers:
    def notices(listed: Sequence[Order], issued_by: str, on: date) -> bytes:
        shapes, (width, height) = {order.id: order.geometry for order in listed}, _PRINTED_PX
        return write_notices(
            [Notice(**notice_facts(order, book_title(order.book))) for order in listed],
            office=issued_by,
            on=on,
            picture=lambda notice: close_up(city, shapes[notice.key], width=width, height=height),
            demo=city.meta.get("demo") == "1",
        )

    return Papers(
        notices,
        as_pdf if can_print_pdf() else None,
        lambda rows, steps, head: write_sheet(rows, steps, head=head),
        read_sheet,
    )


_page()
