"""The photos of an order: shown, added, taken away again; and those that the city's data name for its sites."""

from collections.abc import Sequence

import streamlit as st

from data.city import City
from metrics.assessment import Assessment
from store import Order, Person, Store, StoreError
from store.base import ZONE
from store.order_book import order_book
from store.photos import KeptPhoto
from texts import numbers, say
from texts.escape import for_html
from views.notices import notice_html
from views.orders_desk import Desk
from views.orders_steps import photos_of
from views.switch import switch

_COLUMNS = 3
_MOST_SITES = 6


def show_photos(store: Store, by: Person, desk: Desk, order: Order, of_sites: Sequence[tuple[str, str]]) -> None:
    """All photos of an order, what the city's data say of those of its sites, and the way to add some."""
    st.html(f'<div class="part">{say("orders.detail.photos")}</div>')
    kept = store.photos.of(by, order.id)
    if not kept:
        st.html(f'<p class="note">{say("orders.photos.none")}</p>')
    _show_kept(store, by, desk, order, kept)
    if of_sites:
        st.html(site_photos_html(of_sites))
    if order.is_open and "note" in order.steps(by):
        _ask_more(store, by, desk, order)
    for fault in desk.photo_faults:
        st.html(notice_html(fault, fault=True))


def _show_kept(store: Store, by: Person, desk: Desk, order: Order, kept: Sequence[KeptPhoto]) -> None:
    """The photos side by side; the browser fetches each once."""
    kinds = order_book().photos.kinds
    columns = st.columns(_COLUMNS, gap="small") if kept else ()
    for place, photo in enumerate(kept):
        at = numbers.moment(photo.at.astimezone(ZONE))
        with columns[place % _COLUMNS], st.container(key=f"orders_photo_{photo.id}"):
            st.image(photo.content, width="stretch")
            told = say("orders.photos.by", kind=kinds.get(photo.kind, photo.kind), at=at, by=photo.by_name)
            st.html(f'<div class="note">{for_html(told)}</div>')
            if photo.removable(by, is_open=order.is_open):
                _ask_removal(store, by, desk, order.id, photo.id)


def _ask_removal(store: Store, by: Person, desk: Desk, number: int, photo: int) -> None:
    """The way to take a photo away, which asks once more."""
    key, args = f"orders_photo_remove_{photo}", (store, by, desk, number, photo)
    if desk.photo_sure != photo:
        st.button(say("orders.photos.remove"), key=key, type="tertiary", on_click=_be_sure, args=(desk, photo))
        return
    st.html(f'<div class="note">{say("orders.photos.sure")}</div>')
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(say("orders.photos.remove"), key=f"{key}_sure", on_click=_remove, args=args)
        st.button(say("orders.steps.cancel"), key=f"{key}_not", type="tertiary", on_click=_be_sure, args=(desk, None))


def _be_sure(desk: Desk, photo: int | None) -> None:
    desk.photo_sure = photo


def _remove(store: Store, by: Person, desk: Desk, number: int, photo: int) -> None:
    desk.photo_sure = None
    try:
        store.photos.remove(by, number, photo)
    except StoreError as error:
        desk.photo_faults = tuple(error.faults)
        return
    desk.photo_faults, desk.said = (), say("orders.photos.removed")


def _ask_more(store: Store, by: Person, desk: Desk, order: Order) -> None:
    limits = order_book().photos
    with st.expander(say("orders.photos.label", most=limits.most_mb), key="orders_photo_box"):
        kind = switch(
            say("orders.photos.kind"),
            limits.kinds,
            limits.kinds.get,
            key=f"orders_photo_kind_{order.id}",
            default="after" if order.state in ("in_hand", "dealt", "rechecked") else "before",
        )
        files = f"orders_photo_files_{order.id}_{desk.serial}"
        st.file_uploader(
            say("orders.detail.photos"), accept_multiple_files=True, key=files, label_visibility="collapsed"
        )
        args, empty = (store, by, desk, order.id, kind, files), not st.session_state.get(files)
        st.button(say("orders.photos.add"), key="orders_photo_add", disabled=empty, on_click=_add, args=args)


def _add(store: Store, by: Person, desk: Desk, number: int, kind: str, files: str) -> None:
    try:
        added = store.photos.add(by, number, kind, photos_of(st.session_state.get(files)))
    except StoreError as error:
        desk.photo_faults = tuple(error.faults)
        return
    desk.serial, desk.photo_faults = desk.serial + 1, ()
    desk.said = say("orders.photos.added", count=added) if added else say("orders.photos.already")


def site_photos(city: City, assessment: Assessment, order: Order) -> list[tuple[str, str]]:
    """Names and photos, as the city's data have them, of the sites that were looked at for an order's gap."""
    if city.sites is None or "photo" not in city.sites:
        return []
    seen = assessment.rows("traces", order.rule, order.subject)["site"]
    own = city.sites[city.sites["id"].isin(seen) & (city.sites["photo"].fillna("").str.strip() != "")]
    names = own["name"].where(own["name"].fillna("") != "", own["id"])
    return list(zip(names, own["photo"], strict=True))


def site_photos_html(photos: Sequence[tuple[str, str]]) -> str:
    """What the city's data say of photos of sites, the first few."""
    told = [say("orders.photos.site", name=name, photo=photo) for name, photo in photos[:_MOST_SITES]]
    if len(photos) > _MOST_SITES:
        told.append(say("orders.photos.more_sites", count=numbers.whole(len(photos) - _MOST_SITES)))
    lines = "".join(f"<div>{for_html(line)}</div>" for line in told)
    return f'<div class="site-photos"><b>{say("orders.photos.sites")}</b>{lines}</div>'
