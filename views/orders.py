"""The parts of the page 整改督办 that put the others together: controls, the sentence, list, board and map."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from data.city import City
from store import Person, Store, Wanted
from store.access import UNIT
from store.order import Counts, Page
from store.order_book import order_book
from store.order_lists import Choices
from texts import lookup, numbers, say
from views import calls, office
from views.draft import bound
from views.orders_cached import gaps_of
from views.orders_desk import ALL, BOARD, MAP, OPEN, PAGE, VIEWS, Desk
from views.orders_files import Papers, ask_papers
from views.orders_list import order_rows, show_board, show_rows
from views.orders_make import Found, begin_making, may_make
from views.orders_map import MOST_DRAWN, Drawn, show_map
from views.orders_steps import show_many
from views.theme import colours

_ROWS, _CELLS = "orders_rows", "orders_cells"
_WIDTHS = {"state": 126, "district": 108, "unit": 152, "rule": 132, "urgent": 132, "level": 108}  # pixels


def apply_style() -> None:
    """Put the page's style sheet on it; once a run."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    labels = "\n".join(
        f'.st-key-orders_{name} .react-aria-ComboBox [role="group"]::before'
        f' {{ content: "{say(f"orders.controls.{name}")}"; }}'
        for name in _WIDTHS
    )
    sheet = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return Template(sheet).substitute(light, labels=labels)


def city_name(now: calls.Current) -> str:
    """The name under which orders of the city are kept: that of its assessments."""
    return now.city.meta.get("name") or say("shell.unnamed_city")


def found_of(store: Store, by: Person, now: calls.Current) -> Found:
    """The run of the present assessment, and its gaps in the person's area."""
    assessment = calls.assessment(now.city_key, now.book_key, now.phase)
    run = office.run_of(assessment)
    return Found(run, gaps_of(store, by, run.id), assessment.book.title, assessment.book.phases[assessment.phase])


def _ask_view(by: Person, desk: Desk) -> None:
    """List, map or board; a unit has its list."""
    if by.role == UNIT:
        return
    bound(
        st.segmented_control,
        say("orders.views.label"),
        list(VIEWS),
        of=desk,
        to="view",
        key="orders_view",
        format_func=lambda view: say(f"orders.views.{view}"),
        required=True,
        label_visibility="collapsed",
    )


def _ask_filters(by: Person, desk: Desk, choices: Choices) -> None:
    """What to look at: state, district, unit, rule, limit, level, text."""
    states = {ALL: say("orders.controls.all_states"), OPEN: say("orders.controls.open")}
    states |= {code: state.name for code, state in order_book().states.items()}
    urgents = {ALL: say("orders.controls.urgents.all")}
    urgents |= {code: say(f"orders.controls.urgents.{code}") for code in ("overdue", "today", "proposed")}
    if desk.view != BOARD:
        _select("state", desk, states)
    if by.role != UNIT:
        if len(choices.districts) > 1 or desk.filters.district:
            _select("district", desk, _named("district", choices.districts))
        if desk.view != BOARD:
            _select("unit", desk, _named("unit", choices.units))
        _select("rule", desk, {ALL: say("orders.controls.all_rules"), **choices.rules})
        levels = order_book().level_names
        _select("level", desk, {ALL: say("orders.controls.all_levels"), **levels})
    _select("urgent", desk, urgents)
    bound(
        st.text_input,
        say("orders.controls.text"),
        of=desk.filters,
        to="text",
        key="orders_text",
        placeholder=say("orders.controls.text"),
        label_visibility="collapsed",
        width=150,
    )
    if desk.filters.text != desk.text_seen:
        desk.text_seen = desk.filters.text
        desk.look_elsewhere()


def _named(name: str, choices: Sequence[str]) -> dict[str, str]:
    return {ALL: say(f"orders.controls.all_{name}s"), **{one: one for one in choices}}


def _select(name: str, desk: Desk, choices: dict[str, str]) -> None:
    kept = getattr(desk.filters, name)
    if kept not in choices:
        choices = {**choices, kept: kept}
    chosen = st.selectbox(
        say(f"orders.controls.{name}"),
        list(choices),
        index=list(choices).index(kept),
        format_func=choices.get,
        key=f"orders_{name}",
        required=True,
        label_visibility="collapsed",
        width=_WIDTHS[name],
    )
    if chosen != kept:
        setattr(desk.filters, name, chosen)
        desk.look_elsewhere()


def _ask_making(by: Person, desk: Desk) -> None:
    """The way to new orders."""
    if may_make(by):
        label = say("orders.controls.make")
        st.button(label, key="orders_make", type="primary", on_click=begin_making, args=(desk,))


def sentence_html(counts: Counts, by: Person, *, any_: bool) -> str:
    """How it stands, in one sentence."""
    if not any_:
        return f'<p class="sentence">{say("orders.sentence.none_make" if may_make(by) else "orders.sentence.none")}</p>'
    said = [say("orders.sentence.open", count=numbers.whole(counts.open))]
    overdue = say("orders.sentence.overdue", count=numbers.whole(counts.overdue))
    said.append(overdue if counts.overdue else say("orders.sentence.on_time"))
    for name in ("due_today", "proposed", "closed_today"):
        if count := getattr(counts, name):
            key = {"due_today": "today", "closed_today": "closed"}.get(name, name)
            said.append(say(f"orders.sentence.{key}", count=numbers.whole(count)))
    return f'<p class="sentence">{say("orders.sentence.joiner").join(said)}{say("orders.sentence.end")}</p>'


def show_left(
    store: Store, by: Person, desk: Desk, wanted: Wanted, units: Sequence[str], city: City, papers: Papers
) -> None:
    """The orders that are wanted, as a list or on the map, with what can be done to many of them."""
    today = store.base.today()
    if desk.view == MAP:
        page = store.orders.page(by, wanted, limit=MOST_DRAWN)
        show_map(city, Drawn(page.orders, page.total, desk.opened, desk.filters.district or None), today)
        return
    page = page_of(store, by, desk, wanted)
    with list_head(desk, page):
        ask_papers(store, by, desk, wanted, page.total, papers, city=wanted.city, today=today)
    show_list(by, desk, page, today)
    if desk.chosen:
        show_many(store, by, desk, wanted, page.total, units)


def page_of(store: Store, by: Person, desk: Desk, wanted: Wanted) -> Page:
    """
    The page of the list that is looked at; the first where the others are gone.

    Its first order is opened when none is, or when the one that is does not belong to what is looked for now; an
    order for which something is being filled in stays.
    """
    asked = {"sorted_by": desk.sorted_by, "limit": PAGE}
    page = store.orders.page(by, wanted, offset=desk.page * PAGE, **asked)
    if desk.page and not page.orders:
        desk.page = 0
        page = store.orders.page(by, wanted, **asked)
    if not page.orders:
        if not desk.one.code:  # nothing is found: the one seen before is none of it
            desk.open_order(None)
    elif desk.opened is None or (desk.elsewhere and not desk.one.code and _is_strange(store, by, desk, wanted)):
        desk.open_order(page.orders[0].id)
    desk.elsewhere = False
    return page


def _is_strange(store: Store, by: Person, desk: Desk, wanted: Wanted) -> bool:
    """Whether the opened order is none of those that are looked for."""
    if wanted.numbers is not None and desk.opened not in wanted.numbers:
        return True
    return not store.orders.versions(by, replace(wanted, numbers=(desk.opened,)))


def show_list(by: Person, desk: Desk, page: Page, today: date) -> None:
    """A page of the list."""
    if not page.orders:
        st.html(f'<p class="empty">{say("orders.list.empty")}</p>')
        return
    desk.seen = {order.id: order.version for order in page.orders}
    show_rows(
        order_rows(page.orders, today, desk.chosen),
        key=_ROWS,
        heads=lookup("orders.list.heads"),
        of=f"{desk.page}|{desk.filters}|{desk.sorted_by}|{desk.only}",
        ticks=by.role != UNIT,
        opened=desk.opened,
        on_pick=lambda: _pick(desk),
        on_tick=lambda: _tick(desk),
    )


@contextmanager
def list_head(desk: Desk, page: Page) -> Iterator[None]:
    """The head of the list, with the ways to its other pages; what else stands there comes between."""
    total, first = numbers.whole(page.total), desk.page * PAGE
    told = say("orders.list.only" if desk.only is not None else "orders.list.found", count=total)
    if page.total > PAGE:
        last = numbers.whole(min(first + PAGE, page.total))
        told = say("orders.list.page", first=numbers.whole(first + 1), last=last, count=total)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="orders_list_head"):
        title = f'<div class="list-title">{say("orders.list.title")}<span class="note">{told}</span></div>'
        st.html(title, width="stretch")
        if desk.only is not None:
            st.button(say("orders.controls.clear"), key="orders_clear", on_click=desk.look_elsewhere)
        if page.total > PAGE:
            on, back = first + PAGE < page.total, desk.page > 0
            st.button(say("orders.list.back"), key="orders_back", disabled=not back, on_click=_turn, args=(desk, -1))
            st.button(say("orders.list.on"), key="orders_on", disabled=not on, on_click=_turn, args=(desk, 1))
        bound(
            st.selectbox,
            say("orders.list.sorted"),
            ["due", "newest", "unit"],
            of=desk,
            to="sorted_by",
            key="orders_sorted",
            format_func=lambda name: say(f"orders.list.sorts.{name}"),
            label_visibility="collapsed",
            width=104,
        )
        yield


def ask_orders(by: Person, desk: Desk, choices: Choices) -> None:
    """The row of controls."""
    with st.container(horizontal=True, key="orders_controls", gap="small", vertical_alignment="center"):
        _ask_view(by, desk)
        _ask_filters(by, desk, choices)
        with st.container(horizontal=True, key="orders_ends", gap="small"):
            _ask_making(by, desk)


def _turn(desk: Desk, by: int) -> None:
    desk.page += by


def _pick(desk: Desk) -> None:
    desk.said = ""
    desk.open_order(int(st.session_state[_ROWS]["picked"]))


def _tick(desk: Desk) -> None:
    told = st.session_state[_ROWS]["ticked"]
    for number in told["ids"]:
        if not told["on"]:
            desk.chosen.pop(number, None)
        elif number in desk.seen:
            desk.chosen.setdefault(number, desk.seen[number])
    desk.many.sure = False


def show_units(store: Store, by: Person, desk: Desk, wanted: Wanted) -> None:
    """The board of units."""
    with st.container(key="orders_whole"):
        cells = store.orders.board(by, wanted)
        if not cells:
            st.html(f'<p class="empty">{say("orders.list.empty")}</p>')
            return
        show_board(cells, key=_CELLS, on_cell=lambda: _open_cell(desk))
        st.html(f'<div class="note">{say("orders.board.note")}</div>')


def _open_cell(desk: Desk) -> None:
    """From a number on the board to its orders."""
    told = st.session_state[_CELLS]["cell"]
    desk.look_elsewhere()
    desk.view = "list"
    desk.filters.unit, desk.filters.state = told["unit"], told["state"] or ALL


def board_wanted(desk: Desk, city: str, today: date) -> Wanted:
    """What the board counts: its own rows and columns are the units and states."""
    return replace(desk.wanted(city, today), states=(), open=None, unit=None, numbers=None)
