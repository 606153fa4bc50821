"""Slides about the city or a district: its map, its figures, its worst five, its units."""

from collections.abc import Callable, Sequence

from briefing.facts import Briefing, Standing, UnitLine, UnitOrders, district_part, units_within
from briefing.facts.findings_said import score_step
from briefing.shown import MAP_MM, Shown
from briefing.slide_blocks import COLUMN, LEFT, RIGHT, big_figures, legend, nothing_line, said_lines, titled
from briefing.slide_parts import Bars, Cell, Disc, Page, Part, Picture, table, words
from briefing.wording import place_of, step_words, text_of, where_of
from metrics.assessment import Assessment
from metrics.listing import found_of_due
from texts import numbers, say

_MAP_TOP, _MAP_HIGH = 197, 775
_MAP_WIDE = _MAP_HIGH * MAP_MM[0] / MAP_MM[1]
_UNIT_ROWS = 5


def glance(briefing: Briefing, assessment: Assessment, shown: Shown) -> Page:
    """The figures of the audience, its map and its worst five."""
    own = briefing.own
    kicker = standing_line(briefing.who, own)
    before = None if briefing.change is None else briefing.change.score_before
    return _area(briefing, assessment, own, kicker, shown.of(briefing), "", before, briefing.units)


def district_page(own: Standing) -> Callable[..., Page]:
    """Makes the page of one district."""
    def made(briefing: Briefing, assessment: Assessment, shown: Shown) -> Page:
        change = briefing.change
        before = None if change is None else change.districts.get(own.name, (None, None))[0]
        units, picture = units_within(briefing, own.name), shown.district(own.name)
        return _area(briefing, assessment, own, standing_line(own.name, own), picture, own.name, before, units)

    return made


def _area(
    briefing: Briefing,
    assessment: Assessment,
    own: Standing,
    kicker: str,
    png: bytes | None,
    district: str,
    before: float | None,
    units: Sequence[UnitLine],
) -> Page:
    title = title_of(own)
    parts = [*titled(kicker, title, own.flag, demo=briefing.demo)]
    left = COLUMN if png is not None else LEFT
    if png is not None:
        parts.append(Picture(LEFT, _MAP_TOP, _MAP_WIDE, _MAP_HIGH, png))
    parts += figures_of(briefing, own, before, left)
    listed = briefing.worst[district]
    parts += _worst(listed, assessment, left) if len(listed) else _nothing_fails(briefing, own, left)
    orders = () if district or briefing.orders is None else briefing.orders.units  # these are of the whole audience
    parts += _unit_bars(units, orders, left, 684)
    return Page(f"{own.name}　{title}", tuple(parts))


def _nothing_fails(briefing: Briefing, own: Standing, left: float) -> list[Part]:
    """In place of the worst: that there are none, and what is said of the area."""
    whole = own.name == briefing.who
    parts = nothing_line(left, 332, say("brief_slides.no_worst"))
    return parts + said_lines(briefing if whole else district_part(briefing, own), left, 400, RIGHT - left, 24)


def figures_of(briefing: Briefing, own: Standing, before: float | None, left: float) -> list[Part]:
    """Up to four big numbers; without a walk or an earlier run the counts of subjects instead."""
    window, share = (None, None) if own.walk is None else (own.walk[1], own.walk[0])
    figures = []
    if share is not None:
        number, _, unit = numbers.percent(share, failing=own.lines > 0).partition("\u202f")
        number, unit = (number, unit) if unit else (number.removesuffix("%").strip(), "%")
        figures.append((say("brief_slides.walk", window=numbers.metres(window)), number, unit))
    figures.append((say("brief_slides.lines"), numbers.whole(own.lines), say("brief_slides.of_lines")))
    figures.append((say("brief_slides.places"), numbers.whole(own.places), say("brief_slides.of_places")))
    if briefing.change is not None:
        step = score_step(own.score, before)
        figures.append((say("brief_slides.step"), step_words(step), say("brief_slides.points") if step else ""))
    else:
        figures.append((say("brief_slides.unknown"), numbers.whole(own.unknown), say("brief_slides.of_places")))
    return big_figures(figures, left, RIGHT - left)


def _worst(listed, assessment: Assessment, left: float) -> list[Part]:
    """The worst five, with the numbers that stand on the map."""
    wide = RIGHT - left
    head = ["", *(say(f"brief_slides.columns.{name}") for name in ("name", "where", "found", "repair", "unit"))]
    rows = [
        (
            Cell(""), Cell(place_of(row), bold=True), Cell(where_of(row), "text2"),
            Cell(found_of_due(row, assessment), "fail", True), Cell(numbers.own_repair(row)),
            Cell(text_of(row.unit)),
        )
        for row in listed.itertuples()
    ]  # fmt: skip
    shares = (0.052, 0.218, 0.31, 0.124, 0.074, 0.222)
    parts: list[Part] = [words(left, 330, wide, say("brief_slides.worst", count=len(rows)), 24, bold=True)]
    parts.append(table(left, 376, [share * wide for share in shares], 50, head, rows, right={3, 4}))
    return parts + [Disc(left + 20, 376 + 44 + 50 * n + 25, 15, n + 1) for n in range(len(rows))]


def _unit_bars(units: Sequence[UnitLine], given: Sequence[UnitOrders], left: float, top: float) -> list[Part]:
    """The units of an area with their gaps, and with their overdue orders where there are any orders."""
    wide = RIGHT - left
    shown = [unit for unit in units if unit.gaps][:_UNIT_ROWS]
    if not shown:
        return []
    orders = {own.unit: own for own in given}
    parts: list[Part] = [words(left, top, wide, say("brief_slides.unit_gaps"), 24, bold=True)]
    row_h, y, at = 44, top + 42, left + 0.27 * wide
    parts.append(
        Bars(
            at,
            y + 44,
            0.36 * wide,
            row_h,
            tuple(unit.name for unit in shown),
            tuple(float(unit.lines) for unit in shown),
            tuple(float(unit.places) for unit in shown),
            say("brief_slides.lines_bar"),
            say("brief_slides.places_bar"),
        )
    )
    names = ["unit", "", "gaps", "repair", *(["overdue_orders"] if orders else [])]
    rows = []
    for unit in shown:
        late = orders[unit.name].overdue if unit.name in orders else 0
        cells = [Cell(unit.name, bold=True), Cell(""), Cell(numbers.whole(unit.gaps), bold=True)]
        cells += [Cell(numbers.whole(unit.repair))]
        rows.append([*cells, Cell(numbers.whole(late), "fail" if late else "text2", bool(late))] if orders else cells)
    ends = (0.105 * wide, 0.105 * wide, *((0.14 * wide,) if orders else ()))
    widths = (0.26 * wide, 0.74 * wide - sum(ends), *ends)
    head = [say(f"brief_slides.columns.{name}") if name else "" for name in names]
    parts.insert(1, table(left, y, widths, row_h, head, rows, right=range(2, len(head))))
    parts += legend(at, y + 8, say("brief_slides.lines_bar"), say("brief_slides.places_bar"))
    return parts


def standing_line(who: str, own: Standing) -> str:
    """Whose page it is, with score and rank."""
    if own.score is None:
        return say("brief_slides.no_score", who=who)
    rank = say("brief_slides.rank", rank=own.rank) if own.rank is not None else ""
    return say("brief_slides.standing", who=who, score=numbers.score(own.score)) + rank


def title_of(own: Standing) -> str:
    """What was found, in one line that is true: what fails, and what new sites can repair of it."""
    if not own.lines and not own.places:
        known = own.passed + own.failed
        return say("brief_slides.no_gaps" if known else "brief_slides.all_unknown")
    said = []
    if own.lines:
        said.append(say("brief_slides.title_lines", length=numbers.length(own.length_m)))
    if own.places:
        said.append(say("brief_slides.title_places", places=numbers.whole(own.places)))
    title = say("brief_slides.title_fails", what=say("brief.said.joiner").join(said))
    if own.repair and own.repairable == own.lines + own.places:
        title += say("brief_slides.title_repair", repair=numbers.whole(own.repair))
    return title
