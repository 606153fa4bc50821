"""What a mock assessment found, as a workbook of all its tables."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from briefing.mock_forms import cell_text, save_whole
from metrics.book import RuleBook
from metrics.mock.outcome import ITEM, STREET, Outcome
from metrics.mock.sample import Sample
from metrics.mock.tables import (
    SCORED,
    city_row,
    difference_table,
    matrix,
    point_table,
    scope_label,
    score_table,
    street_item_table,
)
from texts import say

_FONT, _SIZE, _WIDEST = "Noto Sans CJK SC", 11, 46
_HAIR, _RULE = Side(style="hair", color="99A5AE"), Side(style="thin", color="44535F")


def write_tables(
    sample: Sample, answer: Outcome, book: RuleBook, path: Path | str, *, name: str, city_name: str
) -> Path:
    """
    Write all tables as one workbook: head, by item, 街道, unit, district, 街道 × item, points, beside the model.

    The file appears whole or not at all.

    Parameters
    ----------
    name
        What the mock assessment is called.
    """
    path = Path(path)
    workbook = Workbook()
    _write(workbook.active, say("mock.tables.head"), _head(sample, answer, book, name, city_name))
    for scope in SCORED:
        _write(workbook.create_sheet(), scope_label(answer, scope), score_table(answer, scope, book), of=workbook)
    crossed = say("mock.tables.matrix", row=scope_label(answer, STREET), column=scope_label(answer, ITEM))
    _write(workbook.create_sheet(), crossed, matrix(answer, book).round(1).reset_index())
    _write(workbook.create_sheet(), say("mock.tables.list", crossed=crossed), street_item_table(answer, book))
    _write(workbook.create_sheet(), say("mock.tables.points"), point_table(sample, answer, book))
    _write(workbook.create_sheet(), say("mock.tables.differences"), difference_table(answer))
    save_whole(workbook, path)
    return path


def _head(sample: Sample, answer: Outcome, book: RuleBook, name: str, city_name: str) -> pd.DataFrame:
    row = city_row(answer)
    phase = str(sample.inputs["phase"])
    told = {
        "name": name,
        "city": city_name,
        "district": sample.district or say("mock.about.whole"),
        "book": book.title,
        "phase": book.phases.get(phase, phase),
        "code": sample.code,
        "seed": str(sample.seed),
        "points": len(sample.points),
        "score": None if pd.isna(row["score"]) else round(float(row["score"]), 1),
        "value": None if pd.isna(row["value"]) else round(float(row["value"]), 1),
        "full": None if pd.isna(row["full"]) else round(float(row["full"]), 1),
        "pass_rate": None if pd.isna(row["pass_rate"]) else f"{100 * row['pass_rate']:.1f}%",
        "deduction": round(answer.deduction, 2),
        "open": answer.open,
        "model": say("mock.tables.agreed", agreed=answer.agreed, compared=answer.compared),
        "date": sample.inputs["data_date"] or "",
    }
    labels = {key: say(f"mock.tables.facts.{key}") for key in told}
    item, content = say("mock.about.item"), say("mock.about.content")
    return pd.DataFrame({item: list(labels.values()), content: pd.Series(list(told.values()), dtype=object)})


def _write(sheet: Worksheet, title: str, table: pd.DataFrame, *, of: Workbook | None = None) -> None:
    """A table on a sheet, ready to be read and printed; no text becomes a formula."""
    taken = {other.title for other in of or ()}
    sheet.title = title if title not in taken else say("mock.tables.again", title=title)
    sheet.append([cell_text(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        sheet.append([None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell_text(cell) for cell in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            head = cell.row == 1
            cell.font = Font(_FONT, _SIZE, bold=head)
            cell.alignment = Alignment(wrap_text=True, vertical="center" if head else "top")
            cell.border = Border(bottom=_RULE if head else _HAIR)
    for cells in sheet.columns:
        widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(cell.value or "")) for cell in cells[:200])
        sheet.column_dimensions[cells[0].column_letter].width = min(max(9, widest + 3), _WIDEST)
    sheet.freeze_panes = "B2"
    sheet.sheet_view.showGridLines = False
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
