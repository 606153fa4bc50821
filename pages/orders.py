"""整改督办: rectification orders, from the gap to the closing."""

import streamlit as st

from briefing.order_notice import PICTURE_MM, Notice, as_pdf, can_print_pdf, write_notices
from briefing.order_sheets import read_sheet, write_sheet
from briefing.pictures import gap_picture, place_picture
from data.errors import DataError
from store import Order
from store.access import COMMAND, DISTRICT
from views import calls, office, orders
from views.notices import show_why
from views.orders_cached import book_title, choices_of, drawn, keep_time, units_of
from views.orders_desk import BOARD, desk
from views.orders_detail import show_detail
from views.orders_files import Papers
from views.orders_make import show_making, take_offer
from views.orders_map import picked
from views.orders_photos import site_photos
from views.orders_words import judged_by

_PICTURE_MM = (115.0, 58.0)


@st.fragment
def _page() -> None:
    orders.apply_style()
    try:
        _show()
    except DataError as error:
        show_why(error.faults)


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
    orders.ask_orders(by, mine, choices)
    st.html(orders.sentence_html(store.orders.counts(by, city=city), by, any_=bool(choices.units)))
    if mine.view == BOARD:
        orders.show_units(store, by, mine, orders.board_wanted(mine, city, today))
        return
    if (clicked := picked()) is not None:
        mine.open_order(clicked)
    assessment = calls.assessment(now.city_key, now.book_key, now.phase)

    def close_up(order: Order, size_mm: tuple[float, float]) -> bytes | None:
        size = dict(zip(("width_mm", "height_mm"), size_mm, strict=True))
        own = gap_picture(now.city, assessment, order, **size) if judged_by(order, assessment) else None
        return own or place_picture(now.city, assessment, order.geometry, **size)

    pdf, demo = as_pdf if can_print_pdf() else None, now.city.is_demo
    papers = Papers(
        Notice, write_notices, lambda order: close_up(order, PICTURE_MM), pdf, write_sheet, read_sheet, demo=demo
    )
    units = units_of(store, by, assessment, choices)
    left, right = st.columns([780, 538], gap="small")
    with left, st.container(key="orders_left"):
        orders.show_left(store, by, mine, mine.wanted(city, today), units, now.city, papers)
    with right:
        show_detail(
            store,
            by,
            mine,
            today,
            units,
            picture=lambda order: drawn(assessment, order, lambda one: close_up(one, _PICTURE_MM)),
            site_photos=lambda order: site_photos(now.city, assessment, order),
            book_title=book_title,
        )


_page()
