"""CSV and Excel tables as raw rows: every cell a text, every row with its number in the file."""

import codecs
import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from openpyxl.utils.exceptions import InvalidFileException

from data._gdal import check_columns
from data.encoding import text_encoding
from data.errors import DataError
from data.files import Source
from data.headings import count_known
from data.raw import Raw, unique_headings
from texts import say

_DELIMITERS = (",", ";", "\t", "|")
_HEAD_BYTES = 1 << 18
_HEAD_ROWS = 20
_BLOCK_BYTES = 1 << 24
# What openpyxl raises on workbooks that are not what they seem.
_BROKEN_XLSX = (
    zipfile.BadZipFile,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    ParseError,
)


def read_csv(source: Source, layer: str, *, encoding: str | None = None) -> Raw:
    """
    A CSV table. Its encoding, separator (``, ; | tab``) and line of headings are found out.

    Lines above the headings (titles) are passed over; rows with more or fewer cells than headings are ``odd``.

    Parameters
    ----------
    layer
        The City layer whose headings tell the line of headings from a title.
    encoding
        When it is known; else found out.

    Raises
    ------
    DataError
        When the encoding cannot be found out, or there are no headings or a row is larger than 16 MB.
    """
    encoding = encoding or text_encoding(source.path, source.name)
    with source.path.open("rb") as file:
        head = _decoded(file.read(_HEAD_BYTES), encoding, source)
    delimiter, place, skipped_lines, headings = _layout(head, layer)
    if not headings:
        raise DataError(say("import.no_headings", file=source.name))
    check_columns(len(headings), source.name)
    if len(head.splitlines()) <= skipped_lines:  # headings and not even the end of their line
        return Raw(name=source.name, frame=pd.DataFrame(columns=headings, dtype=object), rows=np.arange(0))
    odd: list[tuple[int, str]] = []

    def keep_odd(row: pa.csv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    try:
        table = pa.csv.read_csv(
            source.path,
            read_options=pa.csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                skip_rows=skipped_lines,
                column_names=headings,
                encoding="utf8" if encoding in ("utf-8", "utf-8-sig") else encoding,
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep_odd
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise DataError(say("import.unreadable", file=source.name, reason=str(error).splitlines()[0])) from error
    rows = _rows_without(len(table), [number - skipped_lines for number, _ in odd], first=place + 1)
    odd = [(number - skipped_lines + place, text) for number, text in odd]
    frame, rows = _without_blank(table.to_pandas(), rows)
    return Raw(
        name=source.name,
        frame=frame,
        rows=rows,
        odd=tuple(entry for entry in odd if entry[1].strip(f"{delimiter} \r\n\ufeff")),
    )


def read_xlsx(source: Source, layer: str, *, sheet: str | None = None) -> Raw:
    """
    One sheet of an Excel workbook: the values of its cells, of formulas the results that Excel kept.

    Parameters
    ----------
    layer
        The City layer whose headings tell the line of headings, and the sheet where none is named.
    sheet
        Its name.

    Raises
    ------
    DataError
        When the workbook is broken, there is no such sheet, or it has no headings.
    """
    with warnings.catch_warnings(action="ignore"):
        try:
            workbook = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
        except _BROKEN_XLSX as error:
            raise DataError(say("import.broken_workbook", file=source.name)) from error
        try:
            names = [work.title for work in workbook.worksheets]
            if sheet is not None and sheet not in names:
                raise DataError(say("import.no_sheet", file=source.name, sheet=sheet, sheets="、".join(names)))
            chosen = sheet or max(
                names, key=lambda name: _best_row(_cells(workbook[name], _HEAD_ROWS), layer)[0], default=None
            )
            cells = [] if chosen is None else list(_cells(workbook[chosen]))
        except _BROKEN_XLSX as error:
            if isinstance(error, DataError):
                raise
            raise DataError(say("import.broken_workbook", file=source.name)) from error
        finally:
            workbook.close()
    _, place = _best_row(cells[:_HEAD_ROWS], layer)
    if not cells or not any(cells[place]):
        raise DataError(say("import.no_headings", file=source.name))
    width = max(column + 1 for column, cell in enumerate(cells[place]) if cell is not None)
    check_columns(width, source.name)
    headings = unique_headings(cells[place][:width])
    body = [row[:width] + [None] * (width - len(row)) for row in cells[place + 1 :]]
    beyond = tuple(
        (place + 2 + number, str(row[width:])) for number, row in enumerate(cells[place + 1 :]) if any(row[width:])
    )
    frame = pd.DataFrame(body, columns=headings, dtype=object)
    frame, rows = _without_blank(frame, np.arange(len(frame)) + place + 2)
    notes = (
        (say("import.took_sheet", file=source.name, sheet=chosen, others=len(names) - 1),)
        if len(names) > 1 and not sheet
        else ()
    )
    notes += (say("import.beyond_headings", file=source.name, count=len(beyond), row=beyond[0][0]),) if beyond else ()
    return Raw(name=source.name, frame=frame, rows=rows, layer=chosen, notes=notes)


def sheets(source: Source) -> list[str]:
    """
    The names of the sheets of a workbook.

    Raises
    ------
    DataError
        When it is broken.
    """
    with warnings.catch_warnings(action="ignore"):
        try:
            workbook = openpyxl.load_workbook(source.path, read_only=True)
        except _BROKEN_XLSX as error:
            raise DataError(say("import.broken_workbook", file=source.name)) from error
    names = [work.title for work in workbook.worksheets]
    workbook.close()
    return names


def _decoded(head: bytes, encoding: str, source: Source) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(say("import.wrong_encoding", file=source.name, encoding=encoding)) from error
    except LookupError as error:
        raise DataError(say("import.no_such_encoding", encoding=encoding)) from error


def _layout(head: str, layer: str) -> tuple[str, int, int, list[str]]:
    """Separator, number of the row of headings, lines up to and with it, and the headings."""
    best = (-1, 0)
    answer: tuple[str, int, int, list[str]] = (",", 1, 0, [])
    for delimiter in _DELIMITERS:
        rows, ends = _first_rows(head, delimiter)
        known, place = _best_row(rows, layer)
        if rows and (known, len(rows[place])) > best:
            best = (known, len(rows[place]))
            cells = rows[place] if any(rows[place]) else []
            answer = (delimiter, place + 1, ends[place], unique_headings(cells))
    return answer


def _first_rows(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first rows of a text, and the line each of them ends in."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows, ends = [], []
    try:
        for row in reader:
            rows.append([cell.strip() or None for cell in row])
            ends.append(reader.line_num)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:  # a cell larger than the csv module takes: what came before it is enough
        pass
    return rows, ends


def _best_row(rows: Iterable[list], layer: str) -> tuple[int, int]:
    """How many headings are known in the row that has most of them, and its place; else the first with content."""
    rows = list(rows)
    known = [count_known([cell for cell in row if cell], layer) for row in rows]
    if known and max(known) >= 2:
        return max(known), known.index(max(known))
    return max(known, default=0), next((place for place, row in enumerate(rows) if any(row)), 0)


def _rows_without(count: int, gone: list[int], *, first: int) -> np.ndarray:
    """The row numbers of ``count`` rows from ``first`` on, when those ``gone`` (counted from 1) are not among them."""
    everything = np.arange(first, first + count + len(gone))
    return np.delete(everything, np.array(gone, dtype=int) - 1)


def _without_blank(frame: pd.DataFrame, rows: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    full = frame.notna().any(axis=1).to_numpy()
    return frame[full].reset_index(drop=True), rows[full]


def _cells(sheet, most: int | None = None) -> Iterable[list[str | None]]:
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_row=most, values_only=True):
        cells = [_text(cell) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        yield cells


def _text(cell: object) -> str | None:
    """A cell as the text a reader of the sheet would see; whole numbers without a point."""
    if cell is None:
        return None
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip() or None
