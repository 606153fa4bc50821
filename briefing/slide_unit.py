"""Slides about a unit: its worst gap close up, what is said of it, its figures and classes; then its other gaps."""

import pandas as pd

from briefing.facts import Briefing
from briefing.shown import GAP_MM, Shown
from briefing.slide_area import figures_of, standing_line, title_of
from briefing.slide_blocks import COLUMN, LEFT, RIGHT, more_line, nothing_line, said_lines, titled
from briefing.slide_flow import TOP, Block
from briefing.slide_parts import Cell, Page, Part, Picture, Table, table, words
from briefing.wording import place_of, where_of
from metrics.assessment import Assessment
from metrics.listing import found_of_due
from texts import numbers, say

_WIDE = RIGHT - COLUMN
_PICTURE_H = _WIDE * GAP_MM[1] / GAP_MM[0]
_BOTTOM, _SIZE = 985, 22
_ROW_H, _ITEM_H, _HEAD_H, _MORE_H = 50, 42, 44, 36
_MOST_GAPS = 14


def unit_glance(briefing: Briefing, assessment: Assessment, shown: Shown) -> Page:
    """All that there is to say of a unit on one page."""
    own = briefing.own
    title = title_of(own)
    before = None if briefing.change is None else briefing.change.score_before
    parts = [*titled(standing_line(briefing.who, own), title, own.flag, demo=briefing.demo)]
    parts += _left(briefing, shown)
    parts += figures_of(briefing, own, before, COLUMN)
    return Page(f"{briefing.who}　{title}", (*parts, *_right(briefing, assessment)))


def _left(briefing: Briefing, shown: Shown) -> list[Part]:
    """The first close-up that there is, with its name; below it the sentences, as many lines as there is room for."""
    parts: list[Part] = []
    y, size = TOP + 4, _SIZE + 4
    for row in briefing.worst[""].itertuples():
        if (png := shown.gap(row)) is not None:
            parts.append(Picture(LEFT, TOP, _WIDE, _PICTURE_H, png))
            name = f"{place_of(row)}　{where_of(row)}"
            parts.append(words(LEFT, TOP + _PICTURE_H + 6, _WIDE, name, 18, colour="text3"))
            y, size = TOP + _PICTURE_H + 50, _SIZE
            break
    return parts + said_lines(briefing, LEFT, y, _WIDE, size)


def _right(briefing: Briefing, assessment: Assessment) -> list[Part]:
    listed, y = briefing.worst[""], 330.0
    if listed.empty:
        parts, y = nothing_line(COLUMN, y, say("brief_slides.no_gaps")), y + 60
    else:
        parts = [words(COLUMN, y, _WIDE, say("brief_slides.worst", count=len(listed)), 24, bold=True)]
        parts.append(_gap_table(listed, assessment, COLUMN, y + 46, _WIDE))
        y += 46 + _HEAD_H + _ROW_H * len(listed)
        more = more_line(COLUMN, y, len(briefing.failing) - len(listed))
        parts, y = parts + more, y + (40 if more else 18)
    return parts + _items(briefing, y)


def _gap_table(listed: pd.DataFrame, assessment: Assessment, x: float, y: float, wide: float) -> Table:
    head = [say(f"brief_slides.columns.{name}") for name in ("name", "where", "found", "repair")]
    rows = [
        (
            Cell(place_of(row), bold=True), Cell(where_of(row), "text2"),
            Cell(found_of_due(row, assessment), "fail", True), Cell(numbers.own_repair(row)),
        )
        for row in listed.itertuples()
    ]  # fmt: skip
    return table(x, y, [share * wide for share in (0.29, 0.38, 0.23, 0.1)], _ROW_H, head, rows, right={2, 3})


def gaps_block(briefing: Briefing, assessment: Assessment) -> Block:
    """What a unit has to repair besides the worst, which its first page lists."""
    others = briefing.failing.iloc[len(briefing.worst[""]) :]

    def drawn(top: float, most: int) -> list[Part]:
        shown = others.head(most)
        parts: list[Part] = [_gap_table(shown, assessment, LEFT, top, RIGHT - LEFT)]
        return parts + more_line(LEFT, top + _HEAD_H + _ROW_H * len(shown), len(others) - len(shown))

    title = say("brief_slides.other_gaps", count=numbers.whole(len(others)))
    kicker = standing_line(briefing.who, briefing.own)
    return Block(kicker, title, min(len(others), _MOST_GAPS), _HEAD_H + _MORE_H, _ROW_H, drawn)


def _items(briefing: Briefing, y: float) -> list[Part]:
    items = sorted(briefing.items, key=lambda item: -item.failed)
    room = int((_BOTTOM - y - 40 - _HEAD_H) // _ITEM_H)
    shown = items[: room if len(items) <= room else room - 1]
    if not shown:
        return []
    head = [say(f"brief_slides.columns.{name}") for name in ("item", "passed", "failed", "unknown")]
    rows = [
        (Cell(item.label, bold=True), *(Cell(numbers.whole(n)) for n in (item.passed, item.failed, item.unknown)))
        for item in shown
    ]
    parts: list[Part] = [words(COLUMN, y, _WIDE, say("brief_slides.own_items"), 24, bold=True)]
    widths = [share * _WIDE for share in (0.58, 0.14, 0.14, 0.14)]
    parts.append(table(COLUMN, y + 42, widths, _ITEM_H, head, rows, right={1, 2, 3}))
    return parts + more_line(COLUMN, y + 42 + _HEAD_H + _ITEM_H * len(rows), len(items) - len(shown))
