"""Slides about what is done: progress since the last run, the repair plan, the orders."""

from briefing.facts import Briefing
from briefing.facts.findings_said import gap_counts, long_day, score_step
from briefing.shown import Shown
from briefing.slide_blocks import COLUMN, LEFT, big_figures, legend, more_line, nothing_line, titled
from briefing.slide_parts import Bars, Cell, Page, table, words
from briefing.wording import place_of, step_words, text_of, where_of_gap
from metrics.assessment import Assessment
from texts import numbers, say

_CHANGED, _PROPOSED, _UNITS = 11, 12, 14


def progress(briefing: Briefing, assessment: Assessment, _shown: Shown) -> Page:
    """What has changed since the earlier run."""
    change = briefing.change
    counts = gap_counts(change)
    title = say("brief_slides.progress_title", **{name: numbers.whole(count) for name, count in counts.items()})
    parts = [*titled(say("brief_slides.progress", day=long_day(change.since)), title, None, demo=briefing.demo)]
    step = score_step(briefing.own.score, change.score_before)
    gaps = say("brief_slides.of_gaps")
    figures = [(say(f"brief_slides.{name}"), numbers.whole(count), gaps) for name, count in counts.items()]
    figures.insert(0, (say("brief_slides.step"), step_words(step), say("brief_slides.points") if step else ""))
    if briefing.orders is not None:
        late = numbers.whole(briefing.orders.overdue)
        figures.append((say("brief_slides.overdue"), late, say("brief_slides.of_orders")))
    parts += big_figures(figures, LEFT, 1776)
    titles = {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}
    head = [say(f"brief_slides.columns.{name}") for name in ("name", "where", "unit")]
    for x, name in ((LEFT, "new"), (COLUMN, "closed")):
        gaps = getattr(change, name)
        parts.append(words(x, 348, 800, say(f"brief_slides.{name}_list"), 24, bold=True))
        if gaps.empty:
            parts += nothing_line(x, 400, say(f"brief_slides.none_{name}"))
            continue
        rows = [
            (Cell(place_of(row), bold=True), Cell(where_of_gap(row, titles), "text2"), Cell(text_of(row.unit)))
            for row in gaps.head(_CHANGED).itertuples()
        ]
        parts.append(table(x, 392, (290, 330, 244), 46, head, rows))
        parts += more_line(x, 392 + 44 + 46 * len(rows), len(gaps) - len(rows))
    return Page(title, tuple(parts))


def plan_page(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    """What the plan reaches, its proof and its first proposals."""
    plan = briefing.plan
    title = say("brief_slides.plan_title", closed=numbers.whole(plan.closed), asked=numbers.whole(plan.asked))
    parts = [*titled(say("brief_slides.plan"), title, None, demo=briefing.demo)]
    proof = say("brief_slides.proved") if plan.proved else say("brief_slides.unproved", gap=numbers.percent(plan.gap))
    figures = [
        (say("brief_slides.new_sites"), numbers.whole(plan.new), say("brief_slides.sites")),
        (say("brief_slides.changed_sites"), numbers.whole(plan.changed), say("brief_slides.sites")),
        (say("brief_slides.cost"), numbers.decimal(plan.cost / 10_000), say("brief_slides.ten_thousand_yuan")),
        (say("brief_slides.score_after"), numbers.score(plan.score_after), say("brief_slides.points")),
    ]
    parts += big_figures(figures, LEFT, 1120)
    parts.append(words(1240, 262, 608, proof, 22, colour="text2", align="right"))
    shown = plan.proposals.head(_PROPOSED)
    rows = [
        (
            Cell(str(n), "text2"), Cell(say(f"brief.kinds.{row.kind}")), Cell(str(row.place), bold=True),
            Cell(str(row.closes), "text2"), Cell(numbers.whole(row.cost)),
        )
        for n, row in enumerate(shown.itertuples(), start=1)
    ]  # fmt: skip
    head = [say(f"brief_slides.columns.{name}") for name in ("number", "kind", "place", "closes", "cost")]
    parts.append(table(LEFT, 348, (64, 160, 620, 792, 140), 46, head, rows, right={0, 4}))
    parts += more_line(LEFT, 348 + 44 + 46 * len(rows), len(plan.proposals) - len(shown))
    return Page(title, tuple(parts))


def orders_page(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    """The orders of each unit."""
    orders = briefing.orders
    counts = {name: numbers.whole(getattr(orders, name)) for name in ("given", "closed", "overdue")}
    title = say("brief_slides.orders_title" if orders.given else "brief_slides.no_orders", **counts)
    parts = [*titled(say("brief_slides.orders"), title, None, demo=briefing.demo)]
    shown = orders.units[:_UNITS]
    if not shown:
        return Page(title, tuple(parts))
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
    parts.append(table(LEFT, 200, (440, 958, 228, 150), 50, head, rows, right={2, 3}))
    parts.append(
        Bars(
            540,
            244,
            900,
            50,
            tuple(own.unit for own in shown),
            tuple(float(own.closed) for own in shown),
            tuple(float(own.given - own.closed) for own in shown),
            say("brief_slides.closed_orders"),
            say("brief_slides.open_orders"),
        )
    )
    parts += legend(540, 206, say("brief_slides.closed_orders"), say("brief_slides.open_orders"))
    parts += more_line(LEFT, 244 + 50 * len(shown), len(orders.units) - len(shown))
    return Page(title, tuple(parts))
