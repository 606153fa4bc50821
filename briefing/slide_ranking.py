"""What ranks: a slide of districts by their scores; a block of units by their gaps beside the classes of the board."""

from collections.abc import Callable, Sequence

from briefing.facts import Briefing
from briefing.facts.findings_said import long_day, score_step
from briefing.shown import Shown
from briefing.slide_blocks import COLUMN, LEFT, more_line, or_nothing, titled
from briefing.slide_flow import Block
from briefing.slide_parts import Cell, Dots, Line, Page, Part, table, words
from briefing.wording import step_words
from metrics.assessment import Assessment
from texts import numbers, say

RANKED = 12
"""Districts on one slide."""
_LISTED, _TALLEST = 14, 160
_LOW, _HIGH, _STEP = 70, 100, 10


def ranking_from(start: int) -> Callable[..., Page]:
    """Makes the page of the districts from the place ``start`` on."""
    def made(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
        return _ranking(briefing, start)

    return made


def _ranking(briefing: Briefing, start: int) -> Page:
    """Dots on a line of scores beside the figures of each district."""
    shown = briefing.districts[start : start + RANKED]
    known = [own.score for own in briefing.districts if own.score is not None]
    title = _ranking_title(briefing)
    whole = len(briefing.districts) <= RANKED
    more = "" if whole else say("brief_slides.part", first=start + 1, last=start + len(shown))
    parts = [*titled(say("brief_slides.ranking") + more, title, None, demo=briefing.demo)]
    row_h, top = min(_TALLEST, 676 // len(shown)), 252
    size = 24 if row_h >= 60 else 20
    change = briefing.change
    before = [None if change is None else change.districts.get(own.name, (None, None))[0] for own in shown]
    low = min([_LOW, *(int(score // _STEP * _STEP) for score in [*known, *(b for b in before if b is not None)])])
    head = [say(f"brief_slides.columns.{name}") for name in ("rank", "district", "score")]
    rows = [
        (Cell(or_nothing(own.rank), "text2"), Cell(own.name, bold=True), Cell(numbers.score(own.score), bold=True))
        for own in shown
    ]
    parts.append(table(LEFT, top - 44, (80, 270, 110), row_h, head, rows, size=size, right={0, 2}))
    parts += [
        Line(LEFT + 460, top + row_h * n, 1160, top + row_h * n, "line", 1.5) for n in range(1, len(shown) + 1)
    ]
    parts.append(Line(LEFT + 460, top, 1160, top, "trunk", 1.5))
    parts.append(
        Dots(
            560, top, 560, row_h, tuple(own.name for own in shown), tuple(own.score for own in shown), tuple(before),
            low, _HIGH, say("brief_slides.score"), say("brief_slides.before"),
        )
    )  # fmt: skip
    parts.append(words(560, top - 40, 80, numbers.whole(low), 17, colour="text3"))
    parts.append(words(1020, top - 40, 100, numbers.whole(_HIGH), 17, colour="text3", align="right"))
    names = ["flag", "lines", "length", "places", "repair", *(["step"] if change is not None else [])]
    cells = []
    for own, was in zip(shown, before, strict=True):
        row = [say(f"brief.flags.{own.flag}") if own.flag else "", numbers.whole(own.lines)]
        row += [numbers.kilometres(own.length_m), numbers.whole(own.places), numbers.whole(own.to_repair)]
        row += [step_words(score_step(own.score, was))] if change is not None else []
        cells.append([Cell(text) for text in row])
    widths = [90, 100, 150, 110, 110, *([128] if change is not None else [])]
    heads = [say(f"brief_slides.columns.{name}") for name in names]
    parts.append(table(1160, top - 44, widths, row_h, heads, cells, size=size - 2, right=range(1, len(names))))
    if change is not None and any(value is not None for value in before):
        note = say("brief_slides.pale", day=long_day(change.since))
        parts.append(words(560, top + row_h * len(shown) + 16, 700, note, 17, colour="text3"))
    return Page(title, tuple(parts))


def _ranking_title(briefing: Briefing) -> str:
    known = [own for own in briefing.districts if own.score is not None]
    if not known:
        return say("brief_slides.nobody_ranked")
    best, worst = known[0], known[-1]
    if len(known) < 2 or best.score == worst.score:
        return say("brief_slides.one_score", count=numbers.whole(len(known)), score=numbers.score(best.score))
    values = {"high": numbers.score(best.score), "low": numbers.score(worst.score)}
    return say("brief_slides.ranking_title", count=numbers.whole(len(known)), **values)


def units_block(briefing: Briefing) -> Block:
    """Units with most gaps, and the classes with the lowest scores."""
    with_gaps = sum(1 for unit in briefing.units if unit.gaps)
    title = say("brief_slides.units_title", count=numbers.whole(with_gaps))
    return Block(
        kicker=say("brief_slides.units"),
        title=title if with_gaps else say("brief_slides.no_gaps"),
        rows=min(max(len(briefing.units), len(briefing.items)), _LISTED),
        fixed=88,
        row_h=48,
        draw=lambda top, rows: [*_units(briefing, top + 4, rows), *_items(briefing, top + 4, rows)],
    )


def _units(briefing: Briefing, top: float, most: int) -> list[Part]:
    shown = briefing.units[:most]
    rows = [
        (
            Cell(unit.name, bold=True), Cell(numbers.score(unit.score)), Cell(numbers.whole(unit.lines)),
            Cell(numbers.whole(unit.places)), Cell(numbers.whole(unit.repair)),
        )
        for unit in shown
    ]  # fmt: skip
    names = ("unit", "score", "lines", "places", "repair")
    return _first_rows(LEFT, top, (370, 110, 110, 110, 110), names, rows, len(briefing.units))


def _items(briefing: Briefing, top: float, most: int) -> list[Part]:
    items = sorted(briefing.items, key=lambda item: (item.score is None, item.score or 0.0, item.label))[:most]
    rows = [
        (
            Cell(item.label, bold=True), Cell(numbers.score(item.score)),
            Cell(numbers.percent(item.pass_rate, failing=item.failed > 0)),
            Cell(numbers.whole(item.failed)), Cell(numbers.whole(item.unknown)),
        )
        for item in items
    ]  # fmt: skip
    names = ("item", "score", "pass_rate", "failed", "unknown")
    return _first_rows(COLUMN, top, (384, 110, 140, 110, 120), names, rows, len(briefing.items))


def _first_rows(
    left: float, top: float, widths: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[Cell]], count: int
) -> list[Part]:
    """A table of the first rows of a list of names with figures, and how many there are besides."""
    head = [say(f"brief_slides.columns.{name}") for name in names]
    listed = table(left, top, widths, 48, head, rows, right=range(1, len(names)))
    return [listed, *more_line(left, top + 44 + 48 * len(rows), count - len(rows))]
