"""Orders as a list to open and to tick, and as a board of units; drawn by the browser."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from string import Template

import streamlit as st

from store import Order
from store.order import Tally
from store.order_book import order_book
from texts import numbers, say
from views.orders_words import due, level, where
from views.theme import colours, tokens

_FOLDER = Path(__file__).with_name("js")


@cache
def component():
    """List and board as a component of Streamlit; registered once a process."""
    light = {name: value for name, value in colours().model_dump(by_alias=True).items() if isinstance(value, str)}
    sheet = Template((_FOLDER / "orders.css").read_text(encoding="utf-8")).substitute(light, fonts=tokens().fonts)
    script = (_FOLDER / "orders.js").read_text(encoding="utf-8")
    return st.components.v2.component("orders", html='<div class="orders"></div>', css=sheet, js=script)


def show_rows(
    rows: Sequence[dict],
    *,
    key: str,
    heads: Sequence[str],
    of: str,
    ticks: bool,
    opened: int | None = None,
    more: str = "",
    on_pick: Callable[[], None] | None = None,
    on_tick: Callable[[], None] | None = None,
) -> None:
    """
    Show rows to tick and, where ``on_pick`` is given, to open.

    Parameters
    ----------
    rows
        As `order_rows` makes them; texts are shown as they are, never as HTML.
    of
        Changes when these are other rows: then the list begins at its head.
    """
    words = {"heads": list(heads), "all": say("orders.list.all"), "more": more}
    data = {
        "rows": list(rows),
        "words": words,
        "ticks": ticks,
        "opened": opened,
        "opens": on_pick is not None,
        "of": of,
    }
    nothing = lambda: None  # noqa: E731 - the component wants a callback for every trigger
    component()(
        key=key,
        data=data,
        on_picked_change=on_pick or nothing,
        on_ticked_change=on_tick or nothing,
        on_cell_change=nothing,
    )


def order_rows(orders: Sequence[Order], today: date, chosen: Collection[int]) -> list[dict]:
    """Orders as rows of the list."""
    return [
        {
            "id": order.id,
            "name": where(order),
            "sub": say("orders.list.sub", number=order.number, title=order.title),
            "unit": order.unit,
            "district": order.district,
            "state": order.state_name,
            "mark": say("orders.list.proposed") if order.proposed else "",
            "due": due(order, today),
            "late": order.overdue(today),
            "level": _under_due(order, today),
            "ticked": order.id in chosen,
        }
        for order in orders
    ]


def _under_due(order: Order, today: date) -> str:
    told = [numbers.day(order.due_on)] if order.overdue(today) else []
    return "　".join([*told, *filter(None, [level(order)])])


def show_board(cells: Sequence[Tally], *, key: str, on_cell: Callable[[], None]) -> None:
    """Units against states: how many orders, how many of them overdue; the units with most overdue ones first."""
    nothing = lambda: None  # noqa: E731
    component()(
        key=key,
        data=board_data(cells),
        on_cell_change=on_cell,
        on_picked_change=nothing,
        on_ticked_change=nothing,
    )


def board_data(cells: Sequence[Tally]) -> dict:
    """What the board shows: heads, the sum of all units, and a row for each."""
    book = order_book()
    units: dict[str, dict[str, Tally]] = defaultdict(dict)
    for cell in cells:
        units[cell.unit][cell.state] = cell
    rows = [_board_row(unit, unit, own) for unit, own in units.items()]
    rows.sort(key=lambda row: (-row["overdue"], -row["open"], row["unit"]))
    sums = {
        state: Tally(
            "",
            state,
            sum(cell.count for cell in cells if cell.state == state),
            sum(cell.overdue for cell in cells if cell.state == state),
        )
        for state in book.states
    }
    heads = [say("orders.board.unit"), *(state.name for state in book.states.values()), say("orders.board.total")]
    all_units = _board_row("", say("orders.board.all", count=numbers.whole(len(rows))), sums)
    return {"board": True, "words": {"heads": heads}, "sum": all_units, "rows": rows, "of": "board"}


def _board_row(key: str, name: str, own: dict[str, Tally]) -> dict:
    book = order_book()
    found = [own.get(state, Tally(key, state, 0, 0)) for state in book.states]
    late = sum(cell.overdue for cell in found)
    return {
        "key": key,
        "unit": name,
        "cells": [[c.state, numbers.whole(c.count) if c.count else "", _late(c.overdue)] for c in found],
        "total": numbers.whole(sum(cell.count for cell in found)),
        "late": _late(late),
        "overdue": late,
        "open": sum(cell.count for cell in found if cell.state != book.closed),
    }


def _late(count: int) -> str:
    return say("orders.board.late", count=numbers.whole(count)) if count else ""
