"""Blocks of figures and tables that share slides: as many on a page as fit, so that none is nearly empty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from briefing.facts import Briefing
from briefing.shown import Shown
from briefing.slide_blocks import LEFT, RIGHT, titled
from briefing.slide_parts import Line, Page, Part, words
from metrics.assessment import Assessment
from texts import say

TOP, _BOTTOM = 196, 990
_ROOM, _HEAD_H = _BOTTOM - TOP, 112
_LEAST_ROWS = 4
_FULL_ENOUGH = 0.45


@dataclass(frozen=True)
class Block:
    """
    Something that takes the whole width of a slide.

    Attributes
    ----------
    kicker, title
        What it is about, and what was found.
    rows
        How many rows its longest table has; on a page with others it may be asked to show fewer.
    fixed, row_h
        Its height without rows, and that of a row; pixels.
    draw
        Its parts, of its upper edge and a number of rows.
    """

    kicker: str
    title: str
    rows: int
    fixed: float
    row_h: float
    draw: Callable[[float, int], list[Part]]

    def high(self, rows: int) -> float:
        """Its height with so many rows; pixels."""
        return self.fixed + self.row_h * rows


Packed = tuple[tuple[Block, int], ...]
"""The blocks of a page from top to bottom, each with the rows that it shows."""


def packed_pages(blocks: Sequence[Block]) -> list[Packed]:
    """
    The blocks in their order on as few pages as hold them whole.

    A page that would be nearly empty goes onto the one before it, whose longest tables then show fewer rows, each at
    least some.
    """
    pages: list[list[Block]] = []
    for block in blocks:
        whole = [*pages[-1], block] if pages else []
        if whole and _height(whole, [own.rows for own in whole]) <= _ROOM:
            pages[-1].append(block)
        else:
            pages.append([block])
    merged: list[list[Block]] = []
    for page in pages:
        both = [*merged[-1], *page] if merged else []
        if both and min(_filled(merged[-1]), _filled(page)) < _FULL_ENOUGH and _fitting(both) is not None:
            merged[-1] = both
        else:
            merged.append(page)
    return [tuple(zip(page, _fitting(page) or [own.rows for own in page], strict=True)) for page in merged]


def is_nearly_empty(page: Packed) -> bool:
    """Whether blocks leave most of their page white."""
    return _filled([block for block, _ in page]) < _FULL_ENOUGH


def flow_page(page: Packed) -> Callable[..., Page]:
    """Makes the slide of a page of blocks: the first gives it its head, each other one has its own."""
    def made(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
        (first, rows), *others = page
        parts = [*titled(first.kicker, first.title, None, demo=briefing.demo), *first.draw(TOP, rows)]
        y = TOP + first.high(rows)
        for block, rows in others:
            parts.append(Line(LEFT, y + 8, RIGHT, y + 8, "trunk", 1.5))
            parts.append(words(LEFT, y + 18, RIGHT - LEFT, block.kicker, 20, colour="text2"))
            parts.append(words(LEFT, y + 48, RIGHT - LEFT, block.title, 30, bold=True))
            parts += block.draw(y + _HEAD_H, rows)
            y += _HEAD_H + block.high(rows)
        return Page(say("brief.said.and").join(block.title for block, _ in page), tuple(parts))

    return made


def _fitting(blocks: Sequence[Block]) -> list[int] | None:
    """How many rows of each fit onto one page, those of the longest cut first; None when too few would be left."""
    rows = [block.rows for block in blocks]
    while _height(blocks, rows) > _ROOM:
        longest = max(range(len(rows)), key=rows.__getitem__)
        if rows[longest] <= _LEAST_ROWS:
            return None
        rows[longest] -= 1
    return rows


def _height(blocks: Sequence[Block], rows: Sequence[int]) -> float:
    own = sum(block.high(count) for block, count in zip(blocks, rows, strict=True))
    return own + _HEAD_H * (len(blocks) - 1)


def _filled(blocks: Sequence[Block]) -> float:
    return _height(blocks, [block.rows for block in blocks]) / _ROOM
