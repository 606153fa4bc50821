"""The slides of a briefing, laid out: cover, at a glance, ranking, districts; then units, progress, plan, orders."""

from collections.abc import Callable

from briefing.facts import Briefing
from briefing.shown import Shown
from briefing.slide_area import district_page, glance
from briefing.slide_blocks import LEFT, RIGHT, basis, demo_mark, framed
from briefing.slide_flow import flow_page, is_nearly_empty, packed_pages
from briefing.slide_parts import Line, Page, Part, words
from briefing.slide_ranking import RANKED, ranking_from, units_block
from briefing.slide_unit import gaps_block, unit_glance
from briefing.slide_work import orders_block, plan_block, progress
from briefing.workbook import written_time
from metrics.assessment import Assessment
from metrics.scores import CITY, UNIT
from texts import say


def pages_of(
    briefing: Briefing,
    assessment: Assessment,
    shown: Shown,
    *,
    most: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Page]:
    """
    All slides, or the first ``most``; ``tell`` is called with the title of each once it is laid out.

    What has no figures is not told; what is short shares a slide with what comes before or behind it.
    """
    of_unit = briefing.audience.scope == UNIT
    makers = [cover, unit_glance if of_unit else glance]
    if briefing.audience.scope == CITY:
        if len(briefing.districts) > 1:  # one alone has nobody to be ranked with
            makers += [ranking_from(start) for start in range(0, len(briefing.districts), RANKED)]
        makers += [district_page(own) for own in briefing.districts]
    blocks = [] if of_unit else [units_block(briefing)]
    if of_unit and briefing.change is None and len(briefing.failing) > len(briefing.worst[""]):
        blocks.append(gaps_block(briefing, assessment))
    if briefing.change is not None:
        blocks.append(progress(briefing, assessment))
    if briefing.plan is not None:
        blocks.append(plan_block(briefing.plan))
    if briefing.orders is not None:
        blocks.append(orders_block(briefing.orders))
    pages = packed_pages(blocks)
    if of_unit:  # its first page says all of it in sentences and counts
        pages = [page for page in pages if not is_nearly_empty(page)]
    makers += [flow_page(page) for page in pages]
    total, made = len(makers), []
    for number, maker in enumerate(makers[:most], start=1):
        page = maker(briefing, assessment, shown)
        tell(page.title)
        made.append(page if page.cover else framed(page, briefing, number, total))
    return made


def cover(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    """What the slides are about, by what was judged, and when they were made."""
    title = say("brief_slides.title", who=briefing.who)
    parts: list[Part] = [
        words(LEFT, 330, 1776, title, 76, bold=True, title=True),
        Line(LEFT, 478, RIGHT, 478, "text1", 3),
        words(LEFT, 512, 1776, briefing.book, 30, colour="text2"),
        words(LEFT, 572, 1776, basis(briefing), 30, colour="text2"),
        words(LEFT, 632, 1776, say("brief_slides.made", time=written_time(briefing.at)), 30, colour="text2"),
    ]
    if briefing.demo:
        parts += demo_mark(RIGHT, 80)
    return Page(title, tuple(parts), cover=True)
