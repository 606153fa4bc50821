"""Notices to print, and sheets that go out to units without access and come back."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import streamlit as st

from data.errors import DataError
from store import Order, Person, Store, StoreError, Wanted
from store.access import UNIT
from store.order_book import order_book
from store.order_changes import Asked, Line
from texts import numbers, say
from texts.escape import for_html
from views.draft import held
from views.notices import faults_html, notice_html
from views.orders_cached import book_title
from views.orders_desk import Desk
from views.orders_words import lacking, notice_facts, where
from views.uploads import keep_uploads

MOST_NOTICES, MOST_ROWS = 300, 5000
_SHOWN = 40
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEY = "orders_papers"


@dataclass(frozen=True)
class Papers:
    """
    What makes and reads files, handed over by the page.

    Attributes
    ----------
    notice
        What stands on a notice, by name, to a notice.
    write
        Notices, with office, day, pictures and the mark of demo data, to a Word file.
    picture
        The picture on the notice of an order; None for none.
    pdf
        A Word file as a PDF; None where this machine cannot.
    sheet
        Rows, names of steps, what these ask for, and a head to a workbook.
    read
        A path and the steps by code to the ``rows`` that ask for one, and those ``refused``.
    """

    notice: Callable[..., object]
    write: Callable[..., bytes]
    picture: Callable[[Order], bytes | None]
    pdf: Callable[[bytes], bytes] | None
    sheet: Callable[..., bytes]
    read: Callable[[Path, Mapping[str, str]], object]
    demo: bool = False


@dataclass
class Made:
    """What was made last in this session, of which orders."""

    of: tuple = ()
    docx: bytes = b""
    pdf: bytes = b""
    count: int = 0
    faults: list[str] = field(default_factory=list)
    told: str = ""
    refused: list[str] = field(default_factory=list)
    serial: int = 0


def ask_papers(
    store: Store, by: Person, desk: Desk, wanted: Wanted, total: int, papers: Papers, *, city: str, today: date
) -> None:
    """A panel behind a button: notices, the sheet that goes out, the sheet that comes back."""
    made: Made = st.session_state.setdefault(_KEY, Made())
    with st.popover(say("orders.sheets.label"), key="orders_papers_box"), st.container(key="orders_papers", width=420):
        chosen = Wanted(numbers=tuple(desk.chosen)) if desk.chosen else wanted
        count = len(desk.chosen) or total
        scope = say("orders.sheets.chosen" if desk.chosen else "orders.sheets.found", count=numbers.whole(count))
        if by.role != UNIT:
            _ask_notices(store, by, desk, made, chosen, count, scope, papers, city, today)
            _offer_sheet(store, by, chosen, count, scope, papers, city, today)
        _take_sheet(store, by, made, papers)


def _ask_notices(store, by, desk, made, chosen, count, scope, papers, city, today) -> None:
    st.html(_part("notices", scope))
    desk.office = desk.office or say("orders.sheets.office_is", city=city)
    held(st.text_input, say("orders.sheets.office"), of=desk, to="office", key="orders_office", max_chars=60)
    label = say("orders.sheets.make_notices", count=numbers.whole(count))
    too_many = count > MOST_NOTICES
    if st.button(label, key="orders_notices", disabled=not 0 < count <= MOST_NOTICES):
        with st.spinner(say("orders.sheets.working")):
            _make_notices(store, by, desk, made, chosen, papers, today)
    if too_many:
        st.html(f'<div class="note">{say("orders.sheets.most", most=numbers.whole(MOST_NOTICES))}</div>')
    if made.docx:
        _offer_notices(made, papers, today)


def _make_notices(store, by, desk, made, chosen, papers, today) -> None:
    page = store.orders.page(by, chosen, sorted_by="unit", limit=MOST_NOTICES)
    by_key = {order.id: order for order in page.orders}
    notices = [papers.notice(**notice_facts(order, book_title(order.book))) for order in page.orders]
    made.docx = papers.write(
        notices,
        office=desk.office,
        on=today,
        picture=lambda notice: papers.picture(by_key[notice.key]),
        demo=papers.demo,
    )
    made.pdf, made.count = b"", len(page.orders)


def _offer_notices(made: Made, papers: Papers, today: date) -> None:
    name = say("orders.sheets.name_notices", day=today.isoformat())
    st.html(f'<div class="note">{say("orders.sheets.ready", count=numbers.whole(made.count))}</div>')
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            say("orders.sheets.save_docx"),
            made.docx,
            file_name=f"{name}.docx",
            mime=_DOCX,
            on_click="ignore",
            key="orders_save_docx",
            type="primary",
        )
        if papers.pdf is not None and not made.pdf and st.button(say("orders.sheets.make_pdf"), key="orders_make_pdf"):
            with st.spinner(say("orders.sheets.working")):
                try:
                    made.pdf = papers.pdf(made.docx)
                except DataError as error:
                    st.html(notice_html(str(error), fault=True))
        if made.pdf:
            st.download_button(
                say("orders.sheets.save_pdf"),
                made.pdf,
                file_name=f"{name}.pdf",
                mime="application/pdf",
                on_click="ignore",
                key="orders_save_pdf",
            )


def _offer_sheet(store, by, chosen, count, scope, papers, city, today) -> None:
    st.html(_part("out", scope))
    rows = min(count, MOST_ROWS)
    head = say("orders.sheets.head", city=city, day=today.isoformat(), count=rows)

    def made() -> bytes:
        page = store.orders.page(by, chosen, sorted_by="unit", limit=MOST_ROWS)
        return papers.sheet(sheet_rows(page.orders, today), list(unit_steps().values()), asks=unit_asks(), head=head)

    st.download_button(
        say("orders.sheets.save_out", count=numbers.whole(rows)),
        made,
        file_name=f"{say('orders.sheets.name_out', day=today.isoformat())}.xlsx",
        mime=_XLSX,
        on_click="ignore",
        disabled=not count,
        key="orders_save_out",
    )


def unit_steps() -> dict[str, str]:
    """The steps that a unit may do, which are those that the sheet offers: code -> name."""
    return {code: step.name for code, step in order_book().steps.items() if UNIT in step.who}


def unit_asks() -> set[str]:
    """What these steps ask for."""
    return {asked for code in unit_steps() for asked in order_book().steps[code].asks}


def sheet_rows(orders: Sequence[Order], today: date) -> list[dict[str, object]]:
    """Orders as rows of the sheet that goes out."""
    return [
        {
            "number": order.number,
            "version": order.version,
            "unit": order.unit,
            "district": order.district,
            "place": where(order).replace("\u202f", ""),
            "title": order.title,
            "found": "。".join(filter(None, [lacking(order), order.explanation])).replace("\u202f", " "),
            "state": order.state_name,
            "due": order.due_on,
            "overdue": say("orders.sheets.yes") if order.overdue(today) else "",
        }
        for order in orders
    ]


def _take_sheet(store: Store, by: Person, made: Made, papers: Papers) -> None:
    st.html(f'<div class="part">{say("orders.sheets.in")}</div>')
    handed = st.file_uploader(
        say("orders.sheets.in"), type=["xlsx"], key=f"orders_sheet_in_{made.serial}", label_visibility="collapsed"
    )
    if handed is not None:
        _show_read(store, by, made, papers, handed)
    if made.told:
        st.html(f'<p class="said">{for_html(made.told)}</p>')
    if made.refused:
        st.html(_first(made.refused))


def _show_read(store: Store, by: Person, made: Made, papers: Papers, handed) -> None:
    try:
        read = papers.read(keep_uploads([handed]), unit_steps())
    except DataError as error:
        st.html(faults_html(error.faults[:_SHOWN]))
        return
    rows, unread = read.rows, [_refusal(one.row, one.shown, one.reasons) for one in read.refused]
    if unread:
        st.html(notice_html(say("orders.sheets.unread", count=numbers.whole(len(unread))), fault=True))
        st.html(_first(unread))
    if not rows:
        st.html(notice_html(say("orders.sheets.none")))
        return
    steps = Counter(order_book().steps[row.step].name for row in rows)
    told = [say("orders.sheets.step", step=name, count=numbers.whole(count)) for name, count in steps.items()]
    joined = say("explain.joiner").join(told)
    st.html(f"<div>{for_html(say('orders.sheets.read', count=numbers.whole(len(rows)), steps=joined))}</div>")
    label = say("orders.sheets.apply", count=numbers.whole(len(rows)))
    st.button(label, key="orders_sheet_apply", type="primary", on_click=_apply, args=(store, by, made, read))


def _apply(store: Store, by: Person, made: Made, read) -> None:
    try:
        made.told, made.refused = apply_sheet(store, by, read.rows, read.refused)
    except StoreError as error:
        made.told, made.refused = "", list(error.faults)
        return
    made.serial += 1


def apply_sheet(store: Store, by: Person, rows: Sequence, unread: Sequence = ()) -> tuple[str, list[str]]:
    """
    Do what the rows of a sheet ask for: what was done, in a sentence, and why rows were left, in their order.

    ``unread`` are those that could not be understood.
    """
    lines = [Line(row.number, row.version, Asked(row.step, _note(row), row.limit_on, row.unit)) for row in rows]
    changed = store.orders.change_lines(by, lines)
    left = [(one.row, one.shown, one.reasons) for one in unread]
    left += [(row.row, row.shown, changed.refused[row.number].faults) for row in rows if row.number in changed.refused]
    refused = [_refusal(*one) for one in sorted(left, key=lambda one: one[0])]
    told = say("orders.sheets.done", count=numbers.whole(len(changed.done)))
    if refused:
        told += say("orders.sheets.refused", count=numbers.whole(len(refused)))
    return told, refused


def _refusal(row: int, shown: str, reasons: Sequence[str]) -> str:
    """Why a row was left; ``shown`` is the order's number, "" where none can be read."""
    reason = "；".join(reasons)
    if not shown:
        return say("orders.sheets.row_only", row=row, reason=reason)
    return say("orders.sheets.row", row=row, number=shown, reason=reason)


def _first(sentences: Sequence[str]) -> str:
    """So many of the sentences as can be read, and how many there are besides."""
    rest = len(sentences) - _SHOWN
    more = [say("orders.sheets.more", count=numbers.whole(rest))] if rest > 0 else []
    return faults_html([*sentences[:_SHOWN], *more])


def _note(row) -> str:
    """What was typed, and who typed it; nothing where a note is asked for and none was typed."""
    if not row.note and "reason" in order_book().steps[row.step].asks:
        return ""
    if row.who:
        return say("orders.sheets.by_sheet", note=row.note, who=row.who)
    return say("orders.sheets.by_sheet_nobody", note=row.note)


def _part(name: str, scope: str) -> str:
    head, note = say(f"orders.sheets.{name}"), say(f"orders.sheets.{name}_note")
    return f'<div class="part">{head}　<span class="note">{scope}</span></div><div class="note">{note}</div>'
