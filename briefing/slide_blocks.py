"""Blocks that slides share: head and foot, big figures, legend, and notes on what is not shown."""

from collections.abc import Sequence

from briefing.facts import Briefing, sentences
from briefing.facts.findings_said import long_day
from briefing.slide_parts import Line, Page, Part, Run, Shape, Words, fit_lines, words
from briefing.wording import source_of
from metrics.scores import RED
from texts import numbers, say

LEFT, RIGHT, COLUMN = 72, 1848, 984
"""Edges of a page, and where its right half begins; pixels."""
_FOOT = 1005


def titled(kicker: str, title: str, flag: str | None, *, demo: bool) -> list[Part]:
    """The head of a page: what it is about, what was found, and at the right its flag."""
    right = RIGHT
    parts: list[Part] = []
    if flag:
        parts += _flag(right - 100, 72, flag)
        right -= 130
    if demo:
        parts += demo_mark(right, 70)
        right -= 150
    parts.append(words(LEFT, 50, right - LEFT - 30, kicker, 22, colour="text2"))
    parts.append(words(LEFT, 84, right - LEFT - 30, title, 42, bold=True, title=True))
    return parts


def _flag(x: float, y: float, flag: str) -> list[Part]:
    """A pennant with a fringe praises, a triangle with ! warns; each with its word."""
    pole = Line(x, y, x, y + 36, "text2", 3)
    name = words(x + 36, y + 2, 70, say(f"brief.flags.{flag}"), 24)
    if flag == RED:
        cloth = ((x + 2, y + 2), (x + 28, y + 2), (x + 28, y + 22), (x + 15, y + 18), (x + 2, y + 22))
        return [pole, Shape(cloth, "red_flag", "red_flag_fringe", 2.5), name]
    cloth = ((x + 2, y + 2), (x + 28, y + 12), (x + 2, y + 23))
    marks = [Line(x + 9, y + 8, x + 9, y + 14, "text1", 2.5), Line(x + 9, y + 16, x + 9, y + 18, "text1", 2.5)]
    return [pole, Shape(cloth, "yellow_flag"), *marks, name]


def demo_mark(right: float, y: float) -> list[Part]:
    """A dashed frame that says that the data are made up."""
    corners = ((right - 118, y), (right, y), (right, y + 40), (right - 118, y + 40))
    return [
        Shape(corners, None, "text2", 1.8, dashed=True),
        words(right - 114, y + 4, 110, say("brief.demo"), 22, align="centre"),
    ]


def framed(page: Page, briefing: Briefing, number: int, total: int) -> Page:
    """The page with its foot."""
    about = "　".join(part for part in (briefing.city_name, briefing.book, basis(briefing)) if part)
    approval = say("brief_slides.approval", number=briefing.approval or say("brief_slides.blank"))
    source = say("brief_slides.source", source=source_of(briefing)) if source_of(briefing) else ""
    foot = (
        Line(LEFT, _FOOT, RIGHT, _FOOT, "text1", 2),
        words(LEFT, _FOOT + 6, 1270, about, 18, colour="text2"),
        words(LEFT, _FOOT + 33, 1270, source, 16, colour="text3"),
        words(1370, _FOOT + 10, 330, approval, 18, colour="text1", align="right"),
        words(1720, _FOOT + 10, 128, f"{number} / {total}", 18, colour="text1", align="right"),
    )
    return Page(page.title, (*page.parts, *foot))


def big_figures(
    figures: Sequence[tuple[str, str, str]], left: float, wide: float, top: float = 196
) -> list[Part]:
    """Label, number and unit of each, side by side."""
    step = wide / max(len(figures), 4)
    parts: list[Part] = []
    for number, (label, value, unit) in enumerate(figures):
        x = left + number * step
        parts.append(words(x, top, step - 20, label, 21, colour="text2"))
        runs = (Run(value, "text1", True), Run(f" {unit}", "text2", False, 22))
        parts.append(words(x, top + 30, step - 8, runs, 52 if len(value) < 8 else 40))
    return parts


def legend(x: float, y: float, first: str, second: str) -> list[Part]:
    """What the two parts of bars are."""
    parts: list[Part] = []
    for colour, text in (("text2", first), ("secondary", second)):
        parts.append(Shape(((x, y + 6), (x + 14, y + 6), (x + 14, y + 20), (x, y + 20)), colour))
        parts.append(words(x + 20, y - 1, 130, text, 17, colour="text3"))
        x += 150
    return parts


def more_line(x: float, y: float, more: int) -> list[Part]:
    """How many are not shown, if any."""
    text = say("brief_slides.more", count=numbers.whole(more))
    return [words(x, y + 6, 800, text, 17, colour="text3")] if more > 0 else []


def nothing_line(x: float, y: float, text: str) -> list[Part]:
    """A sentence in place of a table."""
    return [words(x, y, 864, text, 22, colour="text2")]


def said_lines(briefing: Briefing, x: float, y: float, wide: float, size: float) -> list[Part]:
    """What is said of the audience, each sentence on at most two lines; smaller where the page has no room for all."""
    for own_size in (size, size - 2, size - 4):
        parts, end = _said(briefing, x, y, wide, own_size)
        if end <= _FOOT - 16:
            return parts
    return [part for part in parts if part.y + part.h <= _FOOT - 16]


def _said(briefing: Briefing, x: float, y: float, wide: float, size: float) -> tuple[list[Words], float]:
    parts, step = [], round(1.65 * size)
    for text in sentences(briefing):
        for line in fit_lines(text, wide, size, most=2):
            parts.append(words(x, y, wide, line, size, colour="text2"))
            y += step
        y += 4
    return parts, y


def basis(briefing: Briefing) -> str:
    """In which phase, and by data of which day."""
    date = long_day(briefing.data_date) if briefing.data_date else say("brief_bulletin.no_date")
    return say("brief_slides.basis", phase=briefing.phase, date=date)


def or_nothing(value: int | None) -> str:
    """A whole number, — when there is none."""
    return say("numbers.nothing") if value is None else numbers.whole(value)
