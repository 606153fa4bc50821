"""The forms of a mock assessment as an Excel workbook, written and read back."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from data.errors import DataError
from data.files import opened
from data.spreadsheet import for_cell
from data.tables import read_xlsx, sheets
from metrics.book import RuleBook
from metrics.mock import FORM_COLUMNS, Sample, checked_results, form
from metrics.mock.forms import form_title, headings
from texts import say

_WIDTHS = {"key": 15, "class": 12, "name": 20, "place": 30, "street": 12, "clause": 6, "text": 44, "need": 11}
_WIDTH = 12
_THIN = Border(*(Side(style="thin", color="999999"),) * 4)


def write_forms(sample: Sample, book: RuleBook, path: Path | str, *, city_name: str = "") -> Path:
    """
    Write the forms of all inspectors as one workbook: what it is of, then a sheet for each, ready to print on A4.

    The file appears whole or not at all.
    """
    path = Path(path)
    workbook = Workbook()
    about = workbook.active
    about.title = say("mock.about.sheet")
    for row in _about(sample, book, city_name):
        about.append([_cell(value) for value in row])
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 18, 90
    for cell in about["B"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for inspector in range(1, sample.inspectors + 1):
        _write_sheet(workbook.create_sheet(form_title(inspector)), form(sample, inspector, book=book), sample)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    workbook.save(draft)
    draft.replace(path)
    return path


def read_forms(path: Path | str, sample: Sample) -> pd.DataFrame:
    """
    What inspectors wrote into the forms of a sample: all sheets of the file that are forms, see `checked_results`.

    Raises
    ------
    DataError
        When there is no such file, it is no whole workbook, none of its sheets is a form, it is of another sample, or
        the forms have faults: every one.
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
    return checked_results(sample, filled)


def _begins_as(sample: Sample, table: pd.DataFrame) -> bool:
    """Whether any key of a form is of the sample; a form without the column is for `checked_results` to tell."""
    key = headings()["key"]
    return key not in table or any(str(cell).startswith(sample.code) for cell in table[key])


def _about(sample: Sample, book: RuleBook, city_name: str) -> list[tuple[str, object]]:
    phase = str(sample.inputs["phase"])
    counts = [
        say("mock.about.count", label=book.class_label(code), count=count) for code, count in sample.counts.items()
    ]
    rows = {
        "item": say("mock.about.content"),
        "code": sample.code,
        "city": city_name,
        "book": book.title,
        "phase": book.phases.get(phase, phase),
        "seed": str(sample.seed),
        "counts": say("explain.joiner").join(counts),
        "points": str(len(sample.points)),
        "date": sample.inputs["data_date"] or "",
        "city_print": sample.inputs["city"],
        "book_print": sample.inputs["book"],
        "how": say("mock.about.how_text"),
    }
    return [(say(f"mock.about.{name}"), value) for name, value in rows.items()]


def _write_sheet(sheet: Worksheet, table: pd.DataFrame, sample: Sample) -> None:
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([_cell(value) for value in row])
    for place, name in enumerate(FORM_COLUMNS):
        letter = sheet.cell(1, place + 1).column_letter
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, _WIDTH)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.border, cell.alignment = _THIN, Alignment(wrap_text=True, vertical="center")
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6F0")
    found = sheet.cell(1, FORM_COLUMNS.index("found") + 1).column_letter
    numbers = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    numbers.add(f"{found}2:{found}{len(table) + 1}")
    sheet.add_data_validation(numbers)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.center.text = say("mock.about.head", sheet=sheet.title, code=sample.code)


def _cell(value: object) -> object:
    """A value as it may stand in a cell: no formula, no character a workbook cannot hold."""
    return for_cell(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value
