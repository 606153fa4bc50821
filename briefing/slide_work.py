"""Blocks of slides about what is done: progress since the last run, the repair plan, the orders."""

import pandas as pd

from briefing.facts import Briefing, OrdersTold, PlanTold
from briefing.facts.findings_said import gap_counts, long_day, score_step
from briefing.slide_blocks import COLUMN, LEFT, RIGHT, big_figures, legend, more_line
from briefing.slide_flow import Block
from briefing.slide_parts import Bars, Cell, Part, table, words
from briefing.wording import place_of, step_words, text_of, where_of_gap
from metrics.assessment import Assessment
from texts import numbers, say

_CHANGED, _PROPOSED, _UNITS = 11, 12, 14
_FIGURES_H, _HEAD_H, _MORE_H = 152, 44, 36
_ROW_H, _ORDER_H = 46, 50
_LISTS = ("new", "closed", "open")


def progress(briefing: Briefing, assessment: Assessment) -> Block:
    """What has changed since the earlier run, and the first gaps that are new and closed, or else open."""
    change = briefing.change
    counts = gap_counts(change)
    values = {name: numbers.whole(count) for name, count in counts.items()}
    listed = [(name, gaps) for name in _LISTS if not (gaps := getattr(change, name)).empty][:2]

    def drawn(top: float, rows: int) -> list[Part]:
        parts = big_figures(_progress_figures(briefing, counts), LEFT, RIGHT - LEFT, top)
        wide = RIGHT - (COLUMN if len(listed) == 2 else LEFT)
        for x, (name, gaps) in zip((LEFT, COLUMN), listed, strict=False):
            parts.append(words(x, top + _FIGURES_H, 800, say(f"brief_slides.{name}_list"), 24, bold=True))
            parts += _gap_list(gaps, assessment, x, wide, top + _FIGURES_H + _HEAD_H, rows)
        return parts

    return Block(
        kicker=say("brief_slides.progress", day=long_day(change.since)),
        title=say("brief_slides.progress_title", **values),
        rows=min(max((len(gaps) for _, gaps in listed), default=0), _CHANGED),
        fixed=_FIGURES_H + (2 * _HEAD_H + _MORE_H if listed else 0),
        row_h=_ROW_H,
        draw=drawn,
    )


def _progress_figures(briefing: Briefing, counts: dict[str, int]) -> list[tuple[str, str, str]]:
    step = score_step(briefing.own.score, briefing.change.score_before)
    gaps = say("brief_slides.of_gaps")
    figures = [(say("brief_slides.step"), step_words(step), say("brief_slides.points") if step else "")]
    figures += [(say(f"brief_slides.{name}"), numbers.whole(count), gaps) for name, count in counts.items()]
    if briefing.orders is not None:
        late = numbers.whole(briefing.orders.overdue)
        figures.append((say("brief_slides.overdue"), late, say("brief_slides.of_orders")))
    return figures


def _gap_list(gaps: pd.DataFrame, assessment: Assessment, x: float, wide: float, y: float, most: int) -> list[Part]:
    titles = {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}
    head = [say(f"brief_slides.columns.{name}") for name in ("name", "where", "unit")]
    rows = [
        (Cell(place_of(row), bold=True), Cell(where_of_gap(row, titles), "text2"), Cell(text_of(row.unit)))
        for row in gaps.head(most).itertuples()
    ]
    parts: list[Part] = [table(x, y, [share * wide for share in (0.335, 0.382, 0.283)], _ROW_H, head, rows)]
    return parts + more_line(x, y + _HEAD_H + _ROW_H * len(rows), len(gaps) - len(rows))


def plan_block(plan: PlanTold) -> Block:
    """What the plan reaches, its proof and its first proposals."""
    proof = say("brief_slides.proved") if plan.proved else say("brief_slides.unproved", gap=numbers.percent(plan.gap))
    figures = [
        (say("brief_slides.new_sites"), numbers.whole(plan.new), say("brief_slides.sites")),
        (say("brief_slides.changed_sites"), numbers.whole(plan.changed), say("brief_slides.sites")),
        (say("brief_slides.cost"), numbers.decimal(plan.cost / 10_000), say("brief_slides.ten_thousand_yuan")),
        (say("brief_slides.score_after"), numbers.score(plan.score_after), say("brief_slides.points")),
    ]
    head = [say(f"brief_slides.columns.{name}") for name in ("number", "kind", "place", "closes", "cost")]

    def drawn(top: float, most: int) -> list[Part]:
        rows = [
            (
                Cell(str(n), "text2"), Cell(say(f"brief.kinds.{row.kind}")), Cell(str(row.place), bold=True),
                Cell(str(row.closes), "text2"), Cell(numbers.whole(row.cost)),
            )
            for n, row in enumerate(plan.proposals.head(most).itertuples(), start=1)
        ]  # fmt: skip
        parts = big_figures(figures, LEFT, 1120, top)
        parts.append(words(1240, top + 66, 608, proof, 22, colour="text2", align="right"))
        y = top + _FIGURES_H
        parts.append(table(LEFT, y, (64, 160, 620, 792, 140), _ROW_H, head, rows, right={0, 4}))
        return parts + more_line(LEFT, y + _HEAD_H + _ROW_H * len(rows), len(plan.proposals) - len(rows))

    return Block(
        kicker=say("brief_slides.plan"),
        title=say("brief_slides.plan_title", closed=numbers.whole(plan.closed), asked=numbers.whole(plan.asked)),
        rows=min(len(plan.proposals), _PROPOSED),
        fixed=_FIGURES_H + _HEAD_H + _MORE_H,
        row_h=_ROW_H,
        draw=drawn,
    )


def orders_block(orders: OrdersTold) -> Block:
    """The orders of each unit."""
    counts = {name: numbers.whole(getattr(orders, name)) for name in ("given", "closed", "overdue")}
    return Block(
        kicker=say("brief_slides.orders"),
        title=say("brief_slides.orders_title" if orders.given else "brief_slides.no_orders", **counts),
        rows=min(len(orders.units), _UNITS),
        fixed=_HEAD_H + _MORE_H if orders.units else 0,
        row_h=_ORDER_H,
        draw=lambda top, most: _orders(orders, top, most) if orders.units else [],
    )


def _orders(orders: OrdersTold, top: float, most: int) -> list[Part]:
    shown = orders.units[:most]
    rows = [
        (
            Cell(own.unit, bold=True),
            Cell(""),
            Cell(f"{numbers.whole(own.closed)} / {numbers.whole(own.given)}", bold=True),
            Cell(numbers.whole(own.overdue), "fail" if own.overdue else "text2", bool(own.overdue)),
        )
        for own in shown
    ]
    head = [say(f"brief_slides.columns.{name}") if name else "" for name in ("unit", "", "done", "overdue")]
    closed, still_open = say("brief_slides.closed_orders"), say("brief_slides.open_orders")
    return [
        table(LEFT, top, (440, 958, 228, 150), _ORDER_H, head, rows, right={2, 3}),
        Bars(
            540,
            top + _HEAD_H,
            900,
            _ORDER_H,
            tuple(own.unit for own in shown),
            tuple(float(own.closed) for own in shown),
            tuple(float(own.given - own.closed) for own in shown),
            closed,
            still_open,
        ),
        *legend(540, top + 6, closed, still_open),
        *more_line(LEFT, top + _HEAD_H + _ORDER_H * len(shown), len(orders.units) - len(shown)),
    ]
