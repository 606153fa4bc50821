"""The foot of the wall: how long it is to the next phase, the orders, and how much of the streets fails."""

from texts import numbers, say
from texts.escape import for_html
from views.theme import colours
from views.wall.facts import STAGES, Facts
from views.wall.parts import change, figure


def phases_block(facts: Facts) -> str:
    """The days until the next phase, and the phases of the year with the one that today is in."""
    ahead, dark = facts.ahead, colours("dark")
    if ahead is None:
        head = f'<div class="split"><span class="label">{say("wall.phases.none")}</span></div>'
    else:
        until = say("wall.phases.until", name=ahead.phase.name)
        head = (
            f'<div class="split until"><span class="label"><span class="who">{for_html(until)}</span>'
            f"<span>{for_html(numbers.day(ahead.phase.first_on))}</span></span>"
            f'{figure(numbers.whole(ahead.days), say("wall.phases.day"), kind="countdown")}</div>'
        )
    bars = []
    for place, phase in enumerate(facts.phases):
        colour = dark.phases[min(place, len(dark.phases) - 1)]
        now = facts.phase is not None and phase.code == facts.phase.code
        state = "now" if now else "over" if phase.last_on < facts.today else "coming"
        bars.append(
            f'<div class="phase {state}"><i style="--phase:{colour}"></i><span>{for_html(phase.name)}</span></div>'
        )
    return f'{head}<div class="phases">{"".join(bars)}</div>'


def orders_block(facts: Facts) -> str:
    """Open, overdue and closed today; the open ones by stage in true proportion."""
    counts = facts.counts
    shown = (
        ("open", counts.open, ""),
        ("overdue", counts.overdue, "fail" if counts.overdue else ""),
        ("closed", counts.closed_today, ""),
    )
    cells = "".join(
        f'<div class="count"><div class="title">{say(f"wall.orders.{name}")}</div>'
        f"{figure(_told(count), kind=kind)}</div>"
        for name, count, kind in shown
    )
    total = sum(facts.stages.values())
    if not total:
        return f'{cells}<div class="stages"><div class="quiet">{say("wall.orders.none")}</div></div>'
    bars = "".join(
        f'<i class="{stage}" style="flex:{count} 1 0"></i>' for stage, count in facts.stages.items() if count
    )
    words = "".join(
        f'<span><i class="{stage}"></i>{say(f"wall.orders.stages.{stage}")}<b>{_told(facts.stages[stage])}</b></span>'
        for stage in STAGES
    )
    return f'{cells}<div class="stages"><div class="bar">{bars}</div><div class="words">{words}</div></div>'


def _told(count: int) -> str:
    """A number of orders; from ten thousand on in ten thousands."""
    return numbers.pieces(count).removesuffix("处").strip() if count >= 10_000 else numbers.whole(count)


def total_block(facts: Facts) -> str:
    """How long the failing stretches are together, against the last run."""
    title = f'<div class="title">{say("wall.total.title")}</div>'
    previous = facts.previous
    was = None if previous is None else previous.gap_m
    moved = "" if was is None else change(facts.run.gap_m / 1000, was / 1000)
    against = f'<span class="moved-by">{moved}{say("wall.against_short")}</span>' if moved else ""
    number = figure(numbers.decimal(facts.run.gap_m / 1000), say("wall.kilometres"))
    return f'{title}<div class="split base">{number}{against}</div>'
