"""Orders as an Excel sheet for units without access: written to be filled in, and read when it comes back."""

import re
import unicodedata
import warnings
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

import data
from data.errors import DataError
from data.files import opened
from data.spreadsheet import for_cell
from texts import lookup, say

_FILE = Path(data.__file__).with_name("order_sheet.yaml")
_MB, _HEAD_ROWS = 1 << 20, 20
_NUMBER = re.compile(r"^\s*'?\s*(\d{4})\s*[-－—]\s*0*(\d{1,9})\s*$")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")
_HEAD, _TYPED = PatternFill("solid", fgColor="DDE6F0"), PatternFill("solid", fgColor="FFF6D9")
_LATE = Font(color="CF3A1E", bold=True)
# What openpyxl raises on workbooks that are not what they seem.
_BROKEN = (
    *(zipfile.BadZipFile, InvalidFileException, LookupError, ValueError, TypeError),
    *(AttributeError, EOFError, ParseError),
)


class _Column(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    also: tuple[str, ...] = ()
    width: float
    required: bool = False
    typed: bool = False
    asks: str = ""


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Mapping[str, _Column]
    most_rows: int = Field(gt=0)
    most_mb: int = Field(gt=0)
    most_cell: int = Field(gt=0)


@dataclass(frozen=True)
class Filled:
    """
    A row that asks for a step.

    Attributes
    ----------
    row
        Its number in the file.
    number, version
        The order's id, and the version that the sheet was made from.
    step
        The code of the step.
    note, limit_on, unit, who
        What was typed; "" and None for nothing.
    shown
        The order's number as it stands in the sheet.
    """

    row: int
    number: int
    version: int
    step: str
    note: str
    limit_on: date | None
    unit: str
    who: str
    shown: str


@dataclass(frozen=True)
class Refused:
    """A row that cannot be understood: its number in the file, the order's as far as it is one, and why, in words."""

    row: int
    shown: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """A workbook that came back: the rows that ask for a step, and those that are wrong, each in their order."""

    rows: tuple[Filled, ...]
    refused: tuple[Refused, ...]


@cache
def _sheet() -> _Sheet:
    return _Sheet.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8")))


def write_sheet(
    rows: Sequence[Mapping[str, object]], steps: Sequence[str], *, asks: Collection[str] = (), head: str
) -> bytes:
    """
    A workbook: a sheet of orders to be filled in, and one that says how.

    Parameters
    ----------
    rows
        Each with the columns of ``data/order_sheet.yaml`` that are not typed; ``due`` a date or None.
    steps
        The names of the steps that may be asked for, to choose from.
    asks
        What these steps ask for; columns that none of them asks for are left out.
    head
        What the sheet is of, for the instructions.
    """
    columns = {name: one for name, one in _sheet().columns.items() if not one.asks or one.asks in asks}
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = say("orders_sheet.sheet")
    sheet.append([column.name for column in columns.values()])
    for row in rows:
        sheet.append([_cell(row.get(name)) for name in columns])
    _lay_out(sheet, columns, len(rows))
    _offer(sheet, list(columns).index("step") + 1, ",".join(steps), len(rows))
    asked = [column for column in columns.values() if column.asks]
    _instruct(workbook.create_sheet(say("orders_sheet.how")), steps, asked, head)
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def read_sheet(path: Path | str, steps: Mapping[str, str]) -> Read:
    """
    The rows of a workbook in which a step is asked for; one that is wrong does not keep the others from being taken.

    Every cell is taken as the text that stands in it, never as a formula.

    Parameters
    ----------
    path
        Where the file lies.
    steps
        The steps that the sheet offers: code -> name.

    Raises
    ------
    DataError
        When there is no such file, it is no workbook, too large, or lacks columns. Then no row is taken.
    """
    with opened(path) as source:
        if source.kind != "xlsx":
            raise DataError(say("orders_sheet.no_workbook", file=source.name))
        _check_size(source.path, source.name)
        with warnings.catch_warnings(action="ignore"):
            try:
                return _filled(source.path, source.name, {name: code for code, name in steps.items()})
            except _BROKEN as error:
                if isinstance(error, DataError):
                    raise
                raise DataError(say("import.broken_workbook", file=source.name)) from error


def _check_size(path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        total = sum(member.file_size for member in archive.infolist())
    if total > _sheet().most_mb * _MB:
        raise DataError(say("orders_sheet.too_large", file=name, most=_sheet().most_mb))


def _filled(path: Path, name: str, codes: Mapping[str, str]) -> Read:
    workbook = openpyxl.load_workbook(path, read_only=True)
    try:
        best: list[str] | None = None
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            found, missing = _headings(rows)
            if found and not missing:
                return _rows(rows, found, codes, name)
            if found and (best is None or len(missing) < len(best)):
                best = missing
        wanted = best or [column.name for column in _sheet().columns.values() if column.required]
        raise DataError(say("orders_sheet.no_columns", file=name, names=say("explain.joiner").join(wanted)))
    finally:
        workbook.close()


def _headings(rows: Iterable[tuple[int, Sequence]]) -> tuple[dict[str, int], list[str]]:
    """Where each column stands, and the names of required ones that are missing, in the first row that has headings."""
    known = {_plain(word): code for code, column in _sheet().columns.items() for word in (column.name, *column.also)}
    best: tuple[dict[str, int], list[str]] = ({}, [])
    for number, row in rows:
        found: dict[str, int] = {}
        for place, cell in enumerate(row[:200]):
            if isinstance(cell, str) and (code := known.get(_plain(cell))):
                found.setdefault(code, place)
        missing = [c.name for code, c in _sheet().columns.items() if c.required and code not in found]
        if len(found) > len(best[0]):
            best = found, missing
        if (found and not missing) or number == _HEAD_ROWS:
            break
    return best


def _plain(text: str) -> str:
    """A heading without what stands in brackets, spaces, colons and stars."""
    bare = re.sub(r"\(.*$", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\s*:]", "", bare).casefold()


def _rows(
    rows: Iterable[tuple[int, Sequence]], found: Mapping[str, int], codes: Mapping[str, str], name: str
) -> Read:
    most, filled, refused, first = _sheet().most_rows, [], [], {}
    for number, row in rows:
        if number > most:
            raise DataError(say("orders_sheet.too_many", file=name, most=most))
        cells = {code: row[place] if place < len(row) else None for code, place in found.items()}
        if not _text(cells.get("step")):
            continue
        one, wrong = _row(number, cells, codes)
        if one is not None and one.number in first:
            wrong = [say("orders_sheet.twice", first=first[one.number])]
        if one is None or wrong:
            shown = _text(cells.get("number"))
            refused.append(Refused(number, shown if _NUMBER.match(shown) else "", tuple(wrong)))
            continue
        first[one.number] = number
        filled.append(one)
    return Read(tuple(filled), tuple(refused))


def _row(number: int, cells: Mapping[str, object], codes: Mapping[str, str]) -> tuple[Filled | None, list[str]]:
    """A row, or None, and what is wrong with it."""
    shown, step = _text(cells.get("number")), _text(cells.get("step"))
    match, version = _NUMBER.match(shown), _text(cells.get("version"))
    limit, limit_fault = _date(cells.get("limit"))
    long = [code for code in ("note", "who", "to_unit") if len(_text(cells.get(code))) > _sheet().most_cell]
    checks = {
        say("orders_sheet.bad_number", value=shown[:40]): match is None,
        say("orders_sheet.bad_version", value=version[:40]): re.fullmatch(r"\d{1,9}", version) is None,
        say("orders_sheet.bad_step", value=step[:40], steps=say("explain.joiner").join(codes)): (
            step not in codes
        ),
        say("orders_sheet.bad_limit", value=_text(cells.get("limit"))[:40]): limit_fault,
        say("orders_sheet.too_long", most=_sheet().most_cell): bool(long),
    }
    wrong = [sentence for sentence, is_wrong in checks.items() if is_wrong]
    if wrong:
        return None, wrong
    texts = {code: _text(cells.get(code)) for code in ("note", "who", "to_unit")}
    order = int(match[2])
    return (
        Filled(number, order, int(version), codes[step], texts["note"], limit, texts["to_unit"], texts["who"], shown),
        [],
    )


def _text(cell: object) -> str:
    """A cell as it reads; what our own writing marks as a text loses its mark."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text.startswith("'") else text


def _date(cell: object) -> tuple[date | None, bool]:
    """A day, and whether what stands there is none."""
    if isinstance(cell, datetime):
        return cell.date(), False
    if isinstance(cell, date):
        return cell, False
    text = _text(cell)
    if not text:
        return None, False
    match = _DAY.match(text)
    try:
        return (date(*map(int, match.groups())), False) if match else (None, True)
    except ValueError:
        return None, True


def _cell(value: object) -> object:
    """A value as it may stand in a cell: no formula, no character a workbook cannot hold."""
    return for_cell(ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]) if isinstance(value, str) else value


def _lay_out(sheet: Worksheet, columns: Mapping[str, _Column], count: int) -> None:
    """Widths, frozen head, filter; what is to be filled in stands out, the rest is locked against slips."""
    for place, (name, column) in enumerate(columns.items(), start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(1, place)
        head.font, head.fill = Font(bold=True), _TYPED if column.typed else _HEAD
        head.alignment = Alignment(vertical="center")
        for row in range(2, count + 2):
            cell = sheet.cell(row, place)
            cell.alignment = Alignment(vertical="top", wrap_text=name in ("place", "found", "note", "title"))
            cell.protection = Protection(locked=not column.typed)
            if column.typed:
                cell.fill = _TYPED
            if name in ("due", "limit"):
                cell.number_format = "yyyy-mm-dd"
            if name == "overdue" and cell.value:
                cell.font = _LATE
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(count + 1, 2)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _offer(sheet: Worksheet, place: int, choices: str, count: int) -> None:
    """Let the cells of a column, counted from 1, be chosen from a list."""
    letter = get_column_letter(place)
    choice = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
    choice.error, choice.errorTitle = say("orders_sheet.choose"), say("orders_sheet.sheet")
    choice.add(f"{letter}2:{letter}{max(count + 1, 2)}")
    sheet.add_data_validation(choice)


def _instruct(sheet: Worksheet, steps: Sequence[str], asked: Sequence[_Column], head: str) -> None:
    """How to fill in the sheet; ``asked`` are the columns that only some steps ask for."""
    joiner = say("explain.joiner")
    more = say("orders_sheet.more", names=joiner.join(column.name for column in asked)) if asked else ""
    told = {"steps": joiner.join(steps), "more": more}
    lines = [say(f"orders_sheet.lines.{name}", **told) for name in lookup("orders_sheet.lines")]
    sheet.append([_cell(head)])
    for line in lines:
        sheet.append([line])
    sheet.column_dimensions["A"].width = 100
    for cell in sheet["A"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=14)
