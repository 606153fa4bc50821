"""The forms of a mock assessment as an Excel workbook, ready to print on A4, written and read back."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from data.errors import DataError, raise_faults
from data.files import opened
from data.spreadsheet import for_cell
from data.tables import read_xlsx, sheets
from metrics.book import RuleBook
from metrics.mock import FORM_COLUMNS, Filled, Sample, filled_in, form, with_results
from metrics.mock.forms import form_title, headings
from texts import say

_WIDTHS = {"key": 14, "class": 11, "name": 18, "place": 27, "street": 11, "clause": 6, "text": 42, "need": 15}
_WIDTHS |= {"found": 11, "remark": 22}
_FONT, _SIZE, _LINE_PT, _LEAST_PT = "Noto Sans CJK SC", 11, 16.0, 33.0
_TEXT, _QUIET = "14202A", "8696A3"
_HAIR, _RULE = Side(style="hair", color="99A5AE"), Side(style="thin", color="44535F")
_TO_FILL_IN = PatternFill("solid", fgColor="F3F6F8")
_OF_POINT = ("class", "name", "place", "street")
_CENTRED = ("clause", "need", "found")


def write_forms(
    sample: Sample, book: RuleBook, path: Path | str, *, city_name: str = "", inspectors: Sequence[int] | None = None
) -> Path:
    """
    Write forms as one workbook: what it is of, then a sheet for each inspector, ready to print on A4.

    The file appears whole or not at all.

    Parameters
    ----------
    inspectors
        Whose forms; None for all.
    """
    path = Path(path)
    workbook = Workbook()
    about = workbook.active
    about.title = say("mock.about.sheet")
    for row in _about(sample, book, city_name):
        about.append([cell_text(value) for value in row])
    _lay_out_about(about)
    for inspector in inspectors or range(1, sample.inspectors + 1):
        table = form(sample, inspector, book=book)
        _write_sheet(workbook.create_sheet(form_title(inspector)), table, sample, city_name)
    save_whole(workbook, path)
    return path


def read_forms(path: Path | str, sample: Sample) -> pd.DataFrame:
    """
    What inspectors wrote into the forms of a sample, when all of it can be taken: see `checked_results`.

    Raises
    ------
    DataError
        As `look_at_forms`, and when the forms have faults: every one.
    """
    taken = look_at_forms(path, sample)
    raise_faults(list(taken.faults))
    return with_results(sample, taken.table)


def look_at_forms(path: Path | str, sample: Sample) -> Filled:
    """
    What can be taken of a file that came back, and what cannot: all its sheets that are forms, see `filled_in`.

    Raises
    ------
    DataError
        When there is no such file, it is no whole workbook, none of its sheets is a form, or it is of another sample.
    """
    with opened(path) as source:
        if source.kind != "xlsx":
            raise DataError(say("mock.fault.no_workbook", file=source.name))
        there = sheets(source)
        own = [n for n in range(1, sample.inspectors + 1) if form_title(n) in there]
        if not own:
            raise DataError(say("mock.fault.no_sheet", file=source.name))
        filled = {n: read_xlsx(source, "venues", sheet=form_title(n)).frame for n in own}
        if not any(_begins_as(sample, table) for table in filled.values()):
            raise DataError(say("mock.fault.other_sample", file=source.name, code=sample.code))
        formulas = _formulas(source.path, filled)
    taken = filled_in(sample, filled)
    return Filled(taken.table, (*taken.faults, *formulas))


def save_whole(workbook: Workbook, path: Path) -> None:
    """Save a workbook so that the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    workbook.save(draft)
    draft.replace(path)


def cell_text(value: object) -> object:
    """A value as it may stand in a cell: no formula, no character a workbook cannot hold."""
    return for_cell(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value


def _begins_as(sample: Sample, table: pd.DataFrame) -> bool:
    """Whether any key of a form is of the sample; a form without the column is for `filled_in` to tell."""
    key = headings()["key"]
    return key not in table or any(str(cell).startswith(sample.code) for cell in table[key])


def _formulas(path: Path, filled: dict[int, pd.DataFrame]) -> list[str]:
    """Cells that hold a formula whose result nobody kept: they read as empty."""
    titles = headings()
    workbook = load_workbook(path, read_only=True)
    faults = []
    for inspector, table in filled.items():
        if titles["key"] not in table or titles["found"] not in table:
            continue
        empty = set(table.loc[table[titles["found"]].isna(), titles["key"]])
        head: dict[str, int] = {}
        for row in workbook[form_title(inspector)].iter_rows(values_only=True):
            texts = [str(cell).strip() if cell is not None else "" for cell in row]
            if not head:
                if {titles["key"], titles["found"]} <= set(texts):
                    head = {name: texts.index(titles[name]) for name in ("key", "found")}
                continue
            key, found = (texts[place] if place < len(texts) else "" for place in head.values())
            if key in empty and found.startswith("="):
                faults.append(say("mock.fault.formula", sheet=form_title(inspector), key=key))
    workbook.close()
    return faults


def _about(sample: Sample, book: RuleBook, city_name: str) -> list[tuple[str, object]]:
    phase = str(sample.inputs["phase"])
    counts = [
        say("mock.about.count", label=book.class_label(code), count=count) for code, count in sample.counts.items()
    ]
    rows = {
        "item": say("mock.about.content"),
        "code": sample.code,
        "city": city_name,
        "district": sample.district or say("mock.about.whole"),
        "book": book.title,
        "phase": book.phases.get(phase, phase),
        "seed": str(sample.seed),
        "counts": say("explain.joiner").join(counts),
        "points": str(len(sample.points)),
        "date": sample.inputs["data_date"] or "",
        "city_print": sample.inputs["city"],
        "book_print": sample.inputs["book"],
        "how": say("mock.about.how_text"),
        "notes": "\n".join(sample.notes),
    }
    return [(say(f"mock.about.{name}"), value) for name, value in rows.items()]


def _lay_out_about(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 78
    for name, value in sheet.iter_rows():
        name.font, value.font = Font(_FONT, _SIZE, color=_QUIET), Font(_FONT, _SIZE, color=_TEXT)
        for cell in (name, value):
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), Border(bottom=_HAIR)
        lines = sum(max(1, ceil(_display_width(line) / 76)) for line in str(value.value or "").split("\n"))
        sheet.row_dimensions[name.row].height = 8 + _LINE_PT * lines
    _on_a4(sheet, "portrait")


def _write_sheet(sheet: Worksheet, table: pd.DataFrame, sample: Sample, city_name: str) -> None:
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([cell_text(value) for value in row])
    for place, name in enumerate(FORM_COLUMNS):
        sheet.column_dimensions[sheet.cell(1, place + 1).column_letter].width = _WIDTHS[name]
    for cell in sheet[1]:
        cell.font = Font(_FONT, _SIZE, bold=True, color=_TEXT)
        cell.border = Border(bottom=_RULE, top=_RULE)
        cell.alignment = Alignment(vertical="center", horizontal=_side(FORM_COLUMNS[cell.column - 1]))
    sheet.row_dimensions[1].height = 24
    point = sample.lines.set_index("key")["number"]
    before = None
    for cells in sheet.iter_rows(min_row=2):
        number = point[str(cells[0].value)]
        _lay_out_line(cells, first=number != before)
        before = number
    for cell in sheet[sheet.max_row]:
        cell.border = Border(top=cell.border.top, bottom=_RULE)
    found = sheet.cell(1, FORM_COLUMNS.index("found") + 1).column_letter
    numbers = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    numbers.error = say("mock.about.only_numbers")
    numbers.add(f"{found}2:{found}{len(table) + 1}")
    sheet.add_data_validation(numbers)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _on_a4(sheet, "landscape")
    head, foot = sheet.oddHeader, sheet.oddFooter
    head.left.text = city_name.replace("&", "&&")[:60]
    head.center.text, head.center.size = say("mock.about.head", sheet=sheet.title), 14
    head.right.text = say("mock.about.code_of", code=sample.code)
    foot.left.text, foot.right.text = say("mock.about.signed"), say("mock.about.page")


def _lay_out_line(cells: Sequence[Cell], *, first: bool) -> None:
    """One line of a form; what it repeats of its point stands back."""
    lines = 1
    for cell, name in zip(cells, FORM_COLUMNS, strict=True):
        repeated = name in _OF_POINT and not first
        bold = name in ("name", "need") and not repeated
        cell.font = Font(_FONT, _SIZE - 2 if name == "key" else _SIZE, bold=bold, color=_QUIET if repeated else _TEXT)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=_side(name))
        cell.border = Border(top=_RULE if first else _HAIR)
        if name in ("found", "remark"):
            cell.fill = _TO_FILL_IN
            cell.border = Border(top=cell.border.top, left=_HAIR, right=_HAIR)
        lines = max(lines, ceil(1.08 * _display_width(str(cell.value or "")) / (_WIDTHS[name] - 1)))
    cells[0].parent.row_dimensions[cells[0].row].height = min(max(_LEAST_PT, 6 + _LINE_PT * lines), 400)


def _side(name: str) -> str:
    return "center" if name in _CENTRED else "left"


def _display_width(text: str) -> int:
    """Of a text in half-width characters."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)


def _on_a4(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.7, 0.35, 0.3
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
