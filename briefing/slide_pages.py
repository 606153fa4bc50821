"""The slides of a briefing, laid out: cover, at a glance, ranking, districts, units, progress, plan, orders."""

from collections.abc import Callable, Sequence

from briefing.facts import Briefing, Standing, UnitLine, sentences, units_within
from briefing.facts.findings_said import gap_counts, long_day, score_step
from briefing.shown import MAP_MM, Shown
from briefing.slide_parts import Bars, Cell, Disc, Dots, Line, Page, Part, Picture, Run, Shape, table, words
from briefing.wording import place_of, step_words, where_of, where_of_gap
from briefing.workbook import written_time
from metrics.assessment import Assessment
from metrics.listing import found_of_due
from metrics.scores import CITY, RED, UNIT
from texts import numbers, say

_LEFT, _RIGHT = 72, 1848
_MAP_TOP, _MAP_HIGH = 197, 775
_MAP_WIDE = _MAP_HIGH * MAP_MM[0] / MAP_MM[1]
_COLUMN = 984
_FOOT = 1005
_ROWS, _UNIT_ROWS, _RANKED, _CHANGED = 5, 5, 12, 12
_LOW, _HIGH, _STEP = 70, 100, 10


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

    A slide whose figures are not there is not made.
    """
    makers = [_cover, _glance]
    if briefing.audience.scope == CITY:
        makers += [_ranking_from(start) for start in range(0, len(briefing.districts), _RANKED)]
        makers += [_district(own) for own in briefing.districts]
    makers.append(_units)
    for there, maker in ((briefing.change, _progress), (briefing.plan, _plan), (briefing.orders, _orders)):
        if there is not None:
            makers.append(maker)
    total, made = len(makers), []
    for number, maker in enumerate(makers[:most], start=1):
        page = maker(briefing, assessment, shown)
        tell(page.title)
        made.append(page if page.cover else _framed(page, briefing, number, total))
    return made


def _cover(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    title = say("brief_slides.title", who=briefing.who)
    parts: list[Part] = [
        words(_LEFT, 330, 1776, title, 76, bold=True, title=True),
        Line(_LEFT, 478, _RIGHT, 478, "text1", 3),
        words(_LEFT, 512, 1776, briefing.book, 30, colour="text2"),
        words(_LEFT, 572, 1776, _basis(briefing), 30, colour="text2"),
        words(_LEFT, 632, 1776, say("brief_slides.made", time=written_time(briefing.at)), 30, colour="text2"),
    ]
    if briefing.demo:
        parts += _demo_mark(_RIGHT, 80)
    return Page(title, tuple(parts), cover=True)


def _glance(briefing: Briefing, assessment: Assessment, shown: Shown) -> Page:
    """The figures of the audience, its map and its worst five."""
    own = briefing.own
    kicker = _standing_line(briefing.who, own)
    before = None if briefing.change is None else briefing.change.score_before
    if briefing.audience.scope == UNIT:
        return _unit_glance(briefing, assessment, kicker, before)
    return _area(briefing, assessment, own, kicker, shown.of(briefing), "", before, briefing.units)


def _district(own: Standing) -> Callable[..., Page]:
    def made(briefing: Briefing, assessment: Assessment, shown: Shown) -> Page:
        change = briefing.change
        before = None if change is None else change.districts.get(own.name, (None, None))[0]
        units, picture = units_within(briefing, own.name), shown.district(own.name)
        return _area(briefing, assessment, own, _standing_line(own.name, own), picture, own.name, before, units)

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
    title = _title_of(own)
    parts = [*_titled(kicker, title, own.flag, demo=briefing.demo)]
    left = _COLUMN if png is not None else _LEFT
    if png is not None:
        parts.append(Picture(_LEFT, _MAP_TOP, _MAP_WIDE, _MAP_HIGH, png))
    parts += _figures(briefing, own, before, left)
    listed = briefing.worst[district]
    parts += _worst(listed, assessment, left) if len(listed) else _nothing(left, 332, say("brief_slides.no_worst"))
    parts += _unit_bars(briefing, units, left, 684)
    return Page(f"{own.name}　{title}", tuple(parts))


def _unit_glance(briefing: Briefing, assessment: Assessment, kicker: str, before: float | None) -> Page:
    title = _title_of(briefing.own)
    parts = [*_titled(kicker, title, briefing.own.flag, demo=briefing.demo)]
    parts += _figures(briefing, briefing.own, before, _LEFT)
    listed = briefing.worst[""]
    if len(listed):
        parts += _worst(listed, assessment, _LEFT, numbered=False)
    y = 690
    for text in sentences(briefing)[:4]:
        parts.append(words(_LEFT, y, 1776, text, 22, colour="text2"))
        y += 48
    return Page(f"{briefing.who}　{title}", tuple(parts))


def _ranking_from(start: int) -> Callable[..., Page]:
    def made(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
        return _ranking(briefing, start)

    return made


def _ranking(briefing: Briefing, start: int) -> Page:
    """Dots on a line of scores beside the figures of each district."""
    shown = briefing.districts[start : start + _RANKED]
    known = [own.score for own in briefing.districts if own.score is not None]
    title = _ranking_title(briefing)
    whole = len(briefing.districts) <= _RANKED
    more = "" if whole else say("brief_slides.part", first=start + 1, last=start + len(shown))
    parts = [*_titled(say("brief_slides.ranking") + more, title, None, demo=briefing.demo)]
    row_h, top = min(88, 676 // len(shown)), 252
    change = briefing.change
    before = [None if change is None else change.districts.get(own.name, (None, None))[0] for own in shown]
    low = min([_LOW, *(int(score // _STEP * _STEP) for score in [*known, *(b for b in before if b is not None)])])
    head = [say(f"brief_slides.columns.{name}") for name in ("rank", "district", "score")]
    rows = [
        (Cell(_or_nothing(own.rank), "text2"), Cell(own.name, bold=True), Cell(numbers.score(own.score), bold=True))
        for own in shown
    ]
    parts.append(table(_LEFT, top - 44, (70, 270, 100), row_h, head, rows, right={0, 2}))
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
        row += [numbers.kilometres(own.length_m), numbers.whole(own.places), numbers.whole(own.repair)]
        row += [step_words(score_step(own.score, was))] if change is not None else []
        cells.append([Cell(text) for text in row])
    widths = [90, 100, 150, 110, 110, *([128] if change is not None else [])]
    heads = [say(f"brief_slides.columns.{name}") for name in names]
    parts.append(table(1160, top - 44, widths, row_h, heads, cells, right=range(1, len(names))))
    if change is not None and any(value is not None for value in before):
        note = say("brief_slides.pale", day=long_day(change.since))
        parts.append(words(560, top + row_h * len(shown) + 16, 700, note, 17, colour="text3"))
    return Page(title, tuple(parts))


def _units(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    """Units with most gaps, and the classes with the lowest scores."""
    most = max((unit.gaps for unit in briefing.units), default=0)
    title = say("brief_slides.units_title", count=numbers.whole(sum(1 for unit in briefing.units if unit.gaps)))
    title = title if most else say("brief_slides.no_gaps")
    parts = [*_titled(say("brief_slides.units"), title, None, demo=briefing.demo)]
    shown = briefing.units[:14]
    rows = [
        (
            Cell(unit.name, bold=True), Cell(numbers.score(unit.score)), Cell(numbers.whole(unit.lines)),
            Cell(numbers.whole(unit.places)), Cell(numbers.whole(unit.repair)),
        )
        for unit in shown
    ]  # fmt: skip
    head = [say(f"brief_slides.columns.{name}") for name in ("unit", "score", "lines", "places", "repair")]
    parts.append(table(_LEFT, 200, (370, 110, 110, 110, 110), 48, head, rows, right={1, 2, 3, 4}))
    parts += _more(_LEFT, 200 + 44 + 48 * len(shown), len(briefing.units) - len(shown))
    items = sorted(briefing.items, key=lambda item: (item.score is None, item.score or 0.0, item.label))[:14]
    rows = [
        (
            Cell(item.label, bold=True), Cell(numbers.score(item.score)),
            Cell(numbers.percent(item.pass_rate, failing=item.failed > 0)),
            Cell(numbers.whole(item.failed)), Cell(numbers.whole(item.unknown)),
        )
        for item in items
    ]  # fmt: skip
    head = [say(f"brief_slides.columns.{name}") for name in ("item", "score", "pass_rate", "failed", "unknown")]
    parts.append(table(_COLUMN, 200, (384, 110, 140, 110, 120), 48, head, rows, right={1, 2, 3, 4}))
    parts += _more(_COLUMN, 200 + 44 + 48 * len(items), len(briefing.items) - len(items))
    return Page(title, tuple(parts))


def _progress(briefing: Briefing, assessment: Assessment, _shown: Shown) -> Page:
    """What has changed since the earlier run."""
    change = briefing.change
    counts = gap_counts(change)
    title = say("brief_slides.progress_title", **{name: numbers.whole(count) for name, count in counts.items()})
    parts = [*_titled(say("brief_slides.progress", day=long_day(change.since)), title, None, demo=briefing.demo)]
    step = score_step(briefing.own.score, change.score_before)
    gaps = say("brief_slides.of_gaps")
    figures = [(say(f"brief_slides.{name}"), numbers.whole(count), gaps) for name, count in counts.items()]
    figures.insert(0, (say("brief_slides.step"), step_words(step), say("brief_slides.points") if step else ""))
    if briefing.orders is not None:
        late = numbers.whole(briefing.orders.overdue)
        figures.append((say("brief_slides.overdue"), late, say("brief_slides.of_orders")))
    parts += _big(figures, _LEFT, 1776)
    titles = {rule.id: rule.title for rule in assessment.book.at(assessment.phase)}
    head = [say(f"brief_slides.columns.{name}") for name in ("name", "where", "unit")]
    for x, name in ((_LEFT, "new"), (_COLUMN, "closed")):
        gaps = getattr(change, name)
        parts.append(words(x, 348, 800, say(f"brief_slides.{name}_list"), 24, bold=True))
        if gaps.empty:
            parts += _nothing(x, 400, say(f"brief_slides.none_{name}"))
            continue
        rows = [
            (Cell(place_of(row), bold=True), Cell(where_of_gap(row, titles), "text2"), Cell(row.unit or ""))
            for row in gaps.head(_CHANGED - 1).itertuples()
        ]
        parts.append(table(x, 392, (290, 330, 244), 46, head, rows))
        parts += _more(x, 392 + 44 + 46 * len(rows), len(gaps) - len(rows))
    return Page(title, tuple(parts))


def _plan(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    plan = briefing.plan
    title = say("brief_slides.plan_title", closed=numbers.whole(plan.closed), asked=numbers.whole(plan.asked))
    parts = [*_titled(say("brief_slides.plan"), title, None, demo=briefing.demo)]
    proof = say("brief_slides.proved") if plan.proved else say("brief_slides.unproved", gap=numbers.percent(plan.gap))
    figures = [
        (say("brief_slides.new_sites"), numbers.whole(plan.new), say("brief_slides.sites")),
        (say("brief_slides.changed_sites"), numbers.whole(plan.changed), say("brief_slides.sites")),
        (say("brief_slides.cost"), numbers.decimal(plan.cost / 10_000), say("brief_slides.ten_thousand_yuan")),
        (say("brief_slides.score_after"), numbers.score(plan.score_after), say("brief_slides.points")),
    ]
    parts += _big(figures, _LEFT, 1120)
    parts.append(words(1240, 262, 608, proof, 22, colour="text2", align="right"))
    shown = plan.proposals.head(12)
    rows = [
        (
            Cell(str(n), "text2"), Cell(say(f"brief.kinds.{row.kind}")), Cell(str(row.place), bold=True),
            Cell(str(row.closes), "text2"), Cell(numbers.whole(row.cost)),
        )
        for n, row in enumerate(shown.itertuples(), start=1)
    ]  # fmt: skip
    head = [say(f"brief_slides.columns.{name}") for name in ("number", "kind", "place", "closes", "cost")]
    parts.append(table(_LEFT, 348, (64, 160, 620, 792, 140), 46, head, rows, right={0, 4}))
    parts += _more(_LEFT, 348 + 44 + 46 * len(rows), len(plan.proposals) - len(shown))
    return Page(title, tuple(parts))


def _orders(briefing: Briefing, _assessment: Assessment, _shown: Shown) -> Page:
    orders = briefing.orders
    counts = {name: numbers.whole(getattr(orders, name)) for name in ("given", "closed", "overdue")}
    title = say("brief_slides.orders_title" if orders.given else "brief_slides.no_orders", **counts)
    parts = [*_titled(say("brief_slides.orders"), title, None, demo=briefing.demo)]
    shown = orders.units[:14]
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
    parts.append(table(_LEFT, 200, (440, 958, 228, 150), 50, head, rows, right={2, 3}))
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
    parts += _legend(540, 206, say("brief_slides.closed_orders"), say("brief_slides.open_orders"))
    parts += _more(_LEFT, 244 + 50 * len(shown), len(orders.units) - len(shown))
    return Page(title, tuple(parts))


def _figures(briefing: Briefing, own: Standing, before: float | None, left: float) -> list[Part]:
    """Four big numbers; without a walk or an earlier run the counts of subjects instead."""
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
    return _big(figures, left, _RIGHT - left)


def _big(figures: Sequence[tuple[str, str, str]], left: float, wide: float) -> list[Part]:
    step = wide / max(len(figures), 4)
    parts: list[Part] = []
    for number, (label, value, unit) in enumerate(figures):
        x = left + number * step
        parts.append(words(x, 196, step - 20, label, 21, colour="text2"))
        runs = (Run(value, "text1", True), Run(f" {unit}", "text2", False, 22))
        parts.append(words(x, 226, step - 8, runs, 52 if len(value) < 8 else 40))
    return parts


def _worst(listed, assessment: Assessment, left: float, *, numbered: bool = True) -> list[Part]:
    """The worst five, with the numbers that stand on the map."""
    wide = _RIGHT - left
    head = ["", *(say(f"brief_slides.columns.{name}") for name in ("name", "where", "found", "repair", "unit"))]
    rows = [
        (
            Cell("" if numbered else str(n), "text2"), Cell(place_of(row), bold=True), Cell(where_of(row), "text2"),
            Cell(found_of_due(row, assessment), "fail", True), Cell(numbers.whole(row.repair_min)),
            Cell(row.unit or ""),
        )
        for n, row in enumerate(listed.itertuples(), start=1)
    ]  # fmt: skip
    shares = (0.052, 0.25, 0.256, 0.128, 0.074, 0.24)
    parts: list[Part] = [words(left, 330, wide, say("brief_slides.worst", count=len(rows)), 24, bold=True)]
    parts.append(table(left, 376, [share * wide for share in shares], 50, head, rows, right={3, 4}))
    if numbered:
        parts += [Disc(left + 20, 376 + 44 + 50 * n + 25, 15, n + 1) for n in range(len(rows))]
    return parts


def _unit_bars(briefing: Briefing, units: Sequence[UnitLine], left: float, top: float) -> list[Part]:
    """The units of an area: their orders where there are any, else their gaps."""
    wide = _RIGHT - left
    shown = [unit for unit in units if unit.gaps][:_UNIT_ROWS]
    if not shown:
        return []
    orders = {own.unit: own for own in briefing.orders.units} if briefing.orders is not None else {}
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
    parts += _legend(at, y + 8, say("brief_slides.lines_bar"), say("brief_slides.places_bar"))
    return parts


def _framed(page: Page, briefing: Briefing, number: int, total: int) -> Page:
    """The page with its foot."""
    about = "　".join(part for part in (briefing.city_name, briefing.book, _basis(briefing)) if part)
    foot = (
        Line(_LEFT, _FOOT, _RIGHT, _FOOT, "text1", 2),
        words(_LEFT, _FOOT + 10, 1270, about, 18, colour="text2"),
        words(1370, _FOOT + 10, 330, say("brief_slides.approval"), 18, colour="text1", align="right"),
        words(1720, _FOOT + 10, 128, f"{number} / {total}", 18, colour="text1", align="right"),
    )
    return Page(page.title, (*page.parts, *foot))


def _titled(kicker: str, title: str, flag: str | None, *, demo: bool) -> list[Part]:
    right = _RIGHT
    parts: list[Part] = []
    if flag:
        parts += _flag(right - 100, 72, flag)
        right -= 130
    if demo:
        parts += _demo_mark(right, 70)
        right -= 150
    parts.append(words(_LEFT, 50, right - _LEFT - 30, kicker, 22, colour="text2"))
    parts.append(words(_LEFT, 84, right - _LEFT - 30, title, 42, bold=True, title=True))
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


def _demo_mark(right: float, y: float) -> list[Part]:
    corners = ((right - 118, y), (right, y), (right, y + 40), (right - 118, y + 40))
    return [
        Shape(corners, None, "text2", 1.8, dashed=True),
        words(right - 114, y + 4, 110, say("brief.demo"), 22, align="centre"),
    ]


def _legend(x: float, y: float, first: str, second: str) -> list[Part]:
    parts: list[Part] = []
    for colour, text in (("text2", first), ("secondary", second)):
        parts.append(Shape(((x, y + 6), (x + 14, y + 6), (x + 14, y + 20), (x, y + 20)), colour))
        parts.append(words(x + 20, y - 1, 130, text, 17, colour="text3"))
        x += 150
    return parts


def _more(x: float, y: float, more: int) -> list[Part]:
    text = say("brief_slides.more", count=numbers.whole(more))
    return [words(x, y + 6, 800, text, 17, colour="text3")] if more > 0 else []


def _nothing(x: float, y: float, text: str) -> list[Part]:
    return [words(x, y, 864, text, 22, colour="text2")]


def _standing_line(who: str, own: Standing) -> str:
    if own.score is None:
        return say("brief_slides.no_score", who=who)
    rank = say("brief_slides.rank", rank=own.rank) if own.rank is not None else ""
    return say("brief_slides.standing", who=who, score=numbers.score(own.score)) + rank


def _title_of(own: Standing) -> str:
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


def _ranking_title(briefing: Briefing) -> str:
    known = [own for own in briefing.districts if own.score is not None]
    if not known:
        return say("brief_slides.nobody_ranked")
    best, worst = known[0], known[-1]
    if len(known) < 2 or best.score == worst.score:
        return say("brief_slides.one_score", count=numbers.whole(len(known)), score=numbers.score(best.score))
    values = {"high": numbers.score(best.score), "low": numbers.score(worst.score)}
    return say("brief_slides.ranking_title", count=numbers.whole(len(known)), **values)


def _basis(briefing: Briefing) -> str:
    date = long_day(briefing.data_date) if briefing.data_date else say("brief_bulletin.no_date")
    return say("brief_slides.basis", phase=briefing.phase, date=date)


def _or_nothing(value: int | None) -> str:
    return say("numbers.nothing") if value is None else numbers.whole(value)
