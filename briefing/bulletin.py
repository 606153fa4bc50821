"""The bulletin (通报) of a briefing as a Word file."""

from io import BytesIO
from itertools import count
from pathlib import Path

import pandas as pd
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from briefing import word
from briefing.facts import Briefing, district_part, paragraphs
from briefing.facts.findings_said import gap_counts, long_day, ordered, score_step
from briefing.office_files import packed, plain, shortened
from briefing.shown import Shown
from briefing.templates import opened_word
from briefing.wording import chinese, place_of, source_of, step_words, text_of, where_of, where_of_gap
from briefing.workbook import written_time
from metrics.assessment import Assessment
from metrics.listing import found_of_due
from metrics.scores import CITY, UNIT
from texts import numbers, say

_MOST_ROWS = 300  # of one table: the time to lay it out grows with the square
_MAP_WIDTH_MM, _DISTRICT_WIDTH_MM, _GAP_WIDTH_MM = 120.0, 84.0, 120.0
_MOST_CHANGED, _MOST_PROPOSED, _MOST_CLOSE_UPS, _MOST_SIGNS = 40, 60, 5, 60


def write_bulletin(
    briefing: Briefing, assessment: Assessment, shown: Shown, *, template: Path | None = None
) -> tuple[bytes, list[str]]:
    """
    The bulletin: findings in sentences, districts, items, units, change, orders, plan, and all gaps by unit.

    Parameters
    ----------
    briefing
        What it says.
    assessment
        Of the briefing.
    shown
        Its pictures.
    template
        A Word file of the city's own whose styles, head and foot are used.

    Returns
    -------
    tuple
        The file, and sentences on what could not be done as asked (a template that does not open).
    """
    document, notes = opened_word(template)
    own = template is not None and not notes
    if not own:
        document = word.blank()
        word.furniture(document, _head(briefing))
    paper = _Paper(document, briefing, assessment, shown)
    contents_after = paper.title()
    paper.whole()
    paper.districts()
    paper.items()
    paper.units()
    paper.changed()
    paper.orders()
    paper.plan()
    paper.appendix()
    word.contents(document, contents_after, word.bookmarks(document))
    about = document.core_properties
    about.title, about.author, about.last_modified_by = paper.name, plain(briefing.city_name, 100), ""
    about.comments, about.revision = "", 1
    about.created = about.modified = briefing.at.replace(tzinfo=None)
    file = BytesIO()
    document.save(file)
    return packed(file.getvalue()), notes


class _Paper:
    """The bulletin while it is written: sections and tables are numbered as they come."""

    def __init__(self, document: Word, briefing: Briefing, assessment: Assessment, shown: Shown):
        self._document, self._briefing, self._assessment, self._shown = document, briefing, assessment, shown
        self._sections, self._tables, self._figures = count(1), count(1), count(1)
        self.name = say("brief_bulletin.title", who=plain(briefing.who, 60))

    def title(self):
        """The head of the paper; gives the paragraph behind which the contents stand."""
        document, briefing = self._document, self._briefing
        if briefing.demo:
            mark = word.body(document, say("brief.demo"), indent=False, align=WD_ALIGN_PARAGRAPH.RIGHT, size=12)
            mark.runs[0].font.bold = True
        paragraph = word.body(document, self.name, indent=False, align=WD_ALIGN_PARAGRAPH.CENTER, size=22)
        paragraph.paragraph_format.space_before = Pt(12)
        word.set_font(paragraph.runs[0], word.TITLE)
        paragraph.runs[0].font.bold = True
        date = long_day(briefing.data_date) if briefing.data_date else say("brief_bulletin.no_date")
        about = say("brief_bulletin.about", book=briefing.book, phase=briefing.phase, date=date)
        made = say("brief_bulletin.made", time=written_time(briefing.at))
        approval = say("brief_bulletin.approval", number=briefing.approval or say("brief_bulletin.blank"))
        source = say("brief_bulletin.source", source=source_of(briefing)) if source_of(briefing) else ""
        for text in (about, "　".join(part for part in (made, approval) if part), *([source] if source else [])):
            word.body(document, text, indent=False, align=WD_ALIGN_PARAGRAPH.CENTER, size=11)
        head = word.body(document, say("brief_bulletin.contents"), indent=False, size=14)
        head.paragraph_format.space_before = Pt(14)
        word.set_font(head.runs[0], word.HEADING)
        return head

    def whole(self) -> None:
        """How all of the audience stands, and its map."""
        self._section("whole")
        self._say(self._briefing)
        if (png := self._shown.of(self._briefing)) is not None:
            self._figure(png, say("brief_bulletin.figures.map", who=self._briefing.who), width_mm=_MAP_WIDTH_MM)
        self._worst("")
        if self._briefing.audience.scope == UNIT:
            self._close_ups()

    def districts(self) -> None:
        """The ranking, then each district with its map, its worst five and its units."""
        briefing = self._briefing
        if briefing.audience.scope != CITY or not briefing.districts:
            return
        self._section("districts")
        self._ranking()
        for number, own in enumerate(briefing.districts, start=1):
            word.heading(self._document, say("brief_bulletin.part", number=chinese(number), name=own.name), 2)
            part = district_part(briefing, own)
            self._say(part)
            if (png := self._shown.district(own.name)) is not None:
                self._figure(png, say("brief_bulletin.figures.map", who=own.name), width_mm=_DISTRICT_WIDTH_MM)
            self._worst(own.name)
            self._unit_table(part, say("brief_bulletin.tables.units_of", who=own.name))

    def items(self) -> None:
        """The classes of the board."""
        if not self._briefing.items:
            return
        self._section("items")
        scored = self._briefing.audience.scope != UNIT
        names = ("label", *(("score", "full", "pass_rate", "rank") if scored else ()), "passed", "failed", "unknown")
        rows = []
        for item in self._briefing.items:
            values = (numbers.score(item.score), numbers.plain(item.full), _rate(item), _rank(item.rank))
            counts = (numbers.whole(item.passed), numbers.whole(item.failed), numbers.whole(item.unknown))
            rows.append([item.label, *(values if scored else ()), *counts])
        self._table("items", names, rows, mm=[44, *([15] * (len(names) - 1))], right=range(1, len(names)))

    def units(self) -> None:
        """The units that answer."""
        if self._briefing.units:
            self._section("units")
            self._unit_table(self._briefing, say("brief_bulletin.tables.units", who=self._briefing.who))

    def changed(self) -> None:
        """What is new, closed and still open since the earlier run."""
        change = self._briefing.change
        if change is None:
            return
        self._section("changed")
        orders = self._briefing.orders
        counts = gap_counts(change) | ({} if orders is None else {"overdue": orders.overdue})
        rows = [[say(f"brief_bulletin.change.{name}"), numbers.whole(number)] for name, number in counts.items()]
        self._table("changed", ("what", "count"), rows, mm=[90, 30], right=[1])
        for name in ("new", "closed", "unclear"):
            self._gap_table(getattr(change, name), say(f"brief_bulletin.tables.{name}"), most=_MOST_CHANGED)

    def orders(self) -> None:
        """Orders by unit."""
        orders = self._briefing.orders
        if orders is None:
            return
        self._section("orders")
        word.body(self._document, ordered(self._briefing))
        rows = [
            [own.unit, numbers.whole(own.given), numbers.whole(own.closed), numbers.whole(own.overdue)]
            for own in orders.units
        ]
        if rows:
            self._table("orders", ("unit", "given", "closed", "overdue"), rows, mm=[70, 22, 22, 22], right=[1, 2, 3])

    def plan(self) -> None:
        """What the plan says, and its proposals."""
        plan = self._briefing.plan
        if plan is None:
            return
        self._section("plan")
        word.body(self._document, plan.sentence)
        shown = plan.proposals.head(_MOST_PROPOSED)
        rows = [
            [str(n), say(f"brief.kinds.{row.kind}"), row.place, row.closes, numbers.whole(row.cost)]
            for n, row in enumerate(shown.itertuples(), start=1)
        ]
        if rows:
            names = ("number", "kind", "place", "closes", "cost")
            self._table("plan", names, rows, mm=[8, 20, 51, 55, 24], right=[0, 4])
            self._rest(len(plan.proposals) - len(shown))

    def appendix(self) -> None:
        """All gaps, unit by unit."""
        heading = word.heading(self._document, say("brief_bulletin.appendix"), 1)
        heading.paragraph_format.page_break_before = True
        failing = self._briefing.failing
        if failing.empty:
            word.body(self._document, say("brief_bulletin.no_gaps"))
            return
        units = failing["unit"].where(failing["unit"].notna(), "")
        rows: list[list[str] | word.Band] = []
        for unit in sorted(units.unique(), key=lambda name: (name == "", name)):
            own = failing[units == unit]
            name = shortened(unit, _MOST_SIGNS) or say("brief_bulletin.no_unit")
            rows.append(word.Band(say("brief_bulletin.unit_gaps", unit=name, count=numbers.whole(len(own)))))
            rows += [
                [str(n), place_of(row), text_of(row.district), where_of(row), *_counts(row, self._assessment)]
                for n, row in enumerate(own.itertuples(), start=1)
            ]
        names = ("number", "place", "district", "where", "found", "repair")
        for number, part in enumerate(_parts(rows)):
            key = "gaps_more" if number else "gaps"
            self._table(key, names, part, mm=[8, 35, 19, 53, 31, 12], right=[0, 4, 5])
        self._beside(failing)

    def _section(self, name: str) -> None:
        number = chinese(next(self._sections))
        word.heading(self._document, say("brief_bulletin.section", number=number, title=_title(name)), 1)

    def _say(self, briefing: Briefing) -> None:
        """What was found in one paragraph, what stands out or has changed in another."""
        for part in paragraphs(briefing):
            word.body(self._document, part)

    def _figure(self, png: bytes, text: str, *, width_mm: float) -> None:
        word.picture(self._document, png, width_mm=width_mm)
        paragraph = word.caption(self._document, say("brief_bulletin.figure"), next(self._figures), text)
        paragraph.paragraph_format.keep_with_next = False

    def _table(self, key: str, names, rows, *, mm, right=(), title: str | None = None) -> None:
        text = say(f"brief_bulletin.tables.{key}", who=title or self._briefing.who)
        word.caption(self._document, say("brief_bulletin.table"), next(self._tables), text)
        head = [say(f"brief_bulletin.columns.{name}") for name in names]
        word.table(self._document, head, rows, mm=mm, right=right)

    def _ranking(self) -> None:
        change = self._briefing.change
        names = ["rank", "name", "score", *(["step"] if change is not None else [])]
        names += ["passed", "failed", "unknown", "lines", "length", "places", "repair"]
        rows = []
        for own in self._briefing.districts:
            step = []
            if change is not None:
                before, _ = change.districts.get(own.name, (None, None))
                step = [step_words(score_step(own.score, before))]
            flag = f"（{say(f'brief.flags.{own.flag}')}）" if own.flag else ""
            counts = (own.passed, own.failed, own.unknown, own.lines)
            row = [_rank(own.rank), own.name + flag, numbers.score(own.score), *step, *map(numbers.whole, counts)]
            row += [numbers.kilometres(own.length_m)]
            rows.append([*row, *map(numbers.whole, (own.places, own.to_repair))])
        widths = [12, 33, 12, *([16] if change is not None else []), 11, 14.5, 14.5, 11, 18, 11, 11]
        self._table("ranking", names, rows, mm=widths, right=[0, *range(2, len(names))])

    def _worst(self, district: str) -> None:
        listed = self._briefing.worst[district]
        if listed.empty:
            return
        rows = [
            [str(n), place_of(row), where_of(row), *_counts(row, self._assessment), text_of(row.unit)]
            for n, row in enumerate(listed.itertuples(), start=1)
        ]
        names = ("number", "place", "where", "found", "repair", "unit")
        who = district or self._briefing.who
        self._table("worst", names, rows, mm=[8, 31, 46, 30, 11, 32], right=[0, 3, 4], title=who)
        self._beside(listed)

    def _beside(self, listed: pd.DataFrame) -> None:
        """Under a table of findings: what is meant where they are repaired in the next district."""
        if (listed["is_line"] & (listed["repair_min"] == 0)).any():
            word.body(self._document, say("brief_bulletin.beside"), indent=False, size=9)

    def _close_ups(self) -> None:
        for row in self._briefing.worst[""].head(_MOST_CLOSE_UPS).itertuples():
            if (png := self._shown.gap(row)) is not None:
                self._figure(png, f"{place_of(row)}　{where_of(row)}", width_mm=_GAP_WIDTH_MM)

    def _unit_table(self, briefing: Briefing, title: str) -> None:
        if not briefing.units:
            return
        scored = any(unit.score is not None for unit in briefing.units)
        names = ("name", *(("score", "rank") if scored else ()), "lines", "places", "repair")
        rows = []
        for unit in briefing.units:
            standing = [numbers.score(unit.score), _rank(unit.rank)] if scored else []
            flag = f"（{say(f'brief.flags.{unit.flag}')}）" if unit.flag else ""
            counts = map(numbers.whole, (unit.lines, unit.places, unit.repair))
            rows.append([unit.name + flag, *standing, *counts])
        word.caption(self._document, say("brief_bulletin.table"), next(self._tables), title)
        head = [say(f"brief_bulletin.columns.{name}") for name in names]
        widths = [60, *([18, 18] if scored else []), 22, 22, 18]
        word.table(self._document, head, rows, mm=widths, right=range(1, len(names)))

    def _gap_table(self, gaps: pd.DataFrame, title: str, *, most: int) -> None:
        if gaps.empty:
            return
        rules = {rule.id: rule.title for rule in self._assessment.book.at(self._assessment.phase)}
        rows = [
            [place_of(row), text_of(row.district), where_of_gap(row, rules), text_of(row.unit)]
            for row in gaps.head(most).itertuples()
        ]
        word.caption(self._document, say("brief_bulletin.table"), next(self._tables), title)
        head = [say(f"brief_bulletin.columns.{name}") for name in ("place", "district", "where", "unit")]
        word.table(self._document, head, rows, mm=[42, 23, 60, 33])
        self._rest(len(gaps) - most)

    def _rest(self, more: int) -> None:
        if more > 0:
            word.body(self._document, say("brief_bulletin.rest", count=numbers.whole(more)), size=10.5)


def _parts(rows: list) -> list[list]:
    """The rows of the list of gaps as tables that programs lay out quickly; each begins with a band."""
    parts: list[list] = [[]]
    band = rows[0]
    for row in rows:
        if len(parts[-1]) >= _MOST_ROWS - isinstance(row, word.Band):  # no band is the last row
            again = word.Band(say("brief_bulletin.continued", unit=band.text))
            parts.append([] if isinstance(row, word.Band) else [again])
        band = row if isinstance(row, word.Band) else band
        parts[-1].append(row)
    return parts


def _head(briefing: Briefing) -> str:
    parts = (say("brief.demo") if briefing.demo else "", briefing.city_name, say("brief_bulletin.short"))
    return "　".join(part for part in parts if part)


def _title(name: str) -> str:
    return say(f"brief_bulletin.sections.{name}")


def _rate(item) -> str:
    return numbers.percent(item.pass_rate, failing=item.failed > 0)


def _rank(rank: int | None) -> str:
    return say("numbers.nothing") if rank is None else numbers.whole(rank)


def _counts(row, assessment: Assessment) -> tuple[str, str]:
    """Found / due, and the fewest sites that repair it."""
    found = found_of_due(row, assessment).replace(" / ", "\u00a0/ ")  # where it has to, a line breaks behind the stroke
    return found, numbers.own_repair(row)
