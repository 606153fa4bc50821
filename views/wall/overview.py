"""The left column: the score, the chance that a walk passes, and the trend."""

from collections.abc import Sequence
from datetime import datetime

from metrics.assessment import Assessment
from metrics.listing import Filters, walk_probability
from store.base import ZONE
from store.runs import Point
from texts import numbers, say
from texts.escape import for_html
from views.theme import colours
from views.wall.chance import Chance
from views.wall.facts import Facts
from views.wall.parts import change, figure

_USUAL = len("88.8")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 372, 176, 44, 30, 146


def score_block(facts: Facts) -> str:
    """城市综合得分, against the last run."""
    run, previous = facts.run, facts.previous
    title = f'<div class="title">{say("wall.score.title")}</div>'
    if run.score is None:
        return f'{title}<div>{figure(say("wall.score.none"), kind="unknown-score")}</div>'
    told = numbers.score(run.score)
    kind = "full" if len(told) > _USUAL else ""
    number = f'<div class="score">{figure(told, say("wall.score.unit"), kind=kind)}</div>'
    return f"{title}{number}<div class=\"against\">{_against(run.score, previous)}</div>"


def _against(score: float, previous: Point | None) -> str:
    if previous is None or previous.score is None:
        return f'<span class="quiet">{say("wall.first_run")}</span>'
    if numbers.decimal(abs(score - previous.score)) == numbers.decimal(0):
        return f'<span class="quiet">{say("wall.same")}</span>'
    against = say("wall.against", day=numbers.day(previous.at.astimezone(ZONE)))
    return f'{change(score, previous.score)}<span class="quiet">{for_html(against)}</span>'


def probability_block(facts: Facts, assessment: Assessment, chance: Chance | None) -> str:
    """任走一段的达标概率, and that a whole draw of roads passes, with its rule."""
    walked = walk_probability(assessment, Filters())
    if walked is None or facts.run.pass_probability is None:
        title = f'<div class="title">{say("wall.chance.title_none")}</div>'
        return f'{title}<div>{figure(numbers.whole(None))}</div><div class="quiet">{say("wall.chance.none")}</div>'
    title = say("wall.chance.title", window=f"{numbers.metres(walked[1])}")
    share = numbers.percent(facts.run.pass_probability).removesuffix("%").strip()
    parts = [
        f'<div class="title">{for_html(title)}</div>',
        f'<div class="probability">{figure(share, say("wall.chance.unit"))}</div>',
    ]
    if chance is not None:
        told = say("wall.chance.drawn", count=chance.drawn)
        parts.append(f'<div class="drawn"><span>{told}</span><b>{for_html(told_chance(chance))}</b></div>')
        parts.append(f'<div class="rule">{say("wall.chance.by_book" if chance.by_book else "wall.chance.how")}</div>')
    return "".join(parts)


def told_chance(chance: Chance) -> str:
    """One number, or from what to what it is where some roads are unknown."""
    least, most = numbers.percent(chance.least), numbers.percent(chance.most)
    if least == most:
        return least
    return say("wall.chance.between", least=_bare(least), most=_bare(most))


def _bare(share: str) -> str:
    return share.removesuffix("%").strip()


def trend_block(facts: Facts) -> str:
    """The scores of the last runs: one line, its last value written at its end."""
    points = [point for point in facts.trend if point.score is not None]
    if len(points) < 2:
        only = f'<div class="quiet">{say("wall.trend.waiting")}</div>'
        return f'<div class="title">{say("wall.trend.title_one")}</div>{only}'
    return f'<div class="title">{say("wall.trend.title", count=len(points))}</div>{_line(points, facts.changed)}'


def _line(points: Sequence[Point], changed: Sequence[int]) -> str:
    dark = colours("dark")
    low, high, step = _span([point.score for point in points])

    def y(score: float) -> float:
        return _BOTTOM - (score - low) / (high - low) * (_BOTTOM - _TOP)

    def x(place: int) -> float:
        return _LEFT + 8 + place * (_WIDTH - _LEFT - 22) / (len(points) - 1)

    at = [(x(place), y(point.score)) for place, point in enumerate(points)]
    grid = "".join(
        f'<path d="M{_LEFT} {y(mark):.1f}H{_WIDTH}" stroke="{dark.line}" stroke-width="1.5"/>'
        f'<text x="0" y="{y(mark) + 8:.1f}" fill="{dark.text3}">{mark}</text>'
        for mark in range(low, high + 1, step)
    )
    line = " ".join(f"{left:.1f},{top:.1f}" for left, top in at)
    dots = "".join(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4.5" fill="{dark.text1}"/>' for left, top in at[:-1])
    (last_x, last_y), last = at[-1], numbers.score(points[-1].score)
    note = "".join(
        f'<path d="M{at[place][0]:.1f} {at[place][1] + 8:.1f}V{_BOTTOM - 4}" stroke="{dark.text3}" stroke-width="1.5"/>'
        f'<text x="{min(at[place][0] + 6, _WIDTH - 112):.1f}" y="{_BOTTOM - 8}" fill="{dark.text2}">'
        f'{say("wall.trend.changed")}</text>'
        for place, point in list(enumerate(points))[-1:0:-1]
        if point.run in changed
    )
    axis = "".join(
        f'<text x="{x(place):.1f}" y="{_HEIGHT}" text-anchor="{anchor}" fill="{dark.text3}">'
        f"{_day(points[place].at)}</text>"
        for place, anchor in ((0, "start"), (len(points) - 1, "end"))
    )
    above = last_y - 16 if last_y - 16 > 22 else last_y + 36
    return (
        f'<svg class="trend" width="{_WIDTH}" height="{_HEIGHT + 6}" viewBox="0 0 {_WIDTH} {_HEIGHT + 6}">{grid}{note}'
        f'<polyline points="{line}" fill="none" stroke="{dark.text1}" stroke-width="3.5" stroke-linejoin="round"/>'
        f'{dots}<circle cx="{last_x:.1f}" cy="{last_y:.1f}" r="8.5" fill="{dark.text1}"/>'
        f'<text class="end" x="{_WIDTH}" y="{above:.1f}" text-anchor="end" fill="{dark.text1}">{last}</text>'
        f"{axis}</svg>"
    )


def _span(scores: Sequence[float]) -> tuple[int, int, int]:
    """From where to where the axis goes, and its step: fives, wider where the scores are."""
    step = 5
    while True:
        low, high = int(min(scores) // step * step), int(-(-max(scores) // step) * step)
        high = max(high, low + 2 * step) if low + 2 * step <= 100 else high
        low = min(low, high - 2 * step)
        if (high - low) // step <= 3:
            return max(low, 0), high, step
        step *= 2


def _day(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return say("wall.trend.axis", month=local.month, day=local.day)
