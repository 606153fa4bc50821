"""The table behind the map, on the page and as a file, with cells that no spreadsheet takes for formulas."""

from io import BytesIO

import geopandas as gpd
import numpy as np
import pandas as pd

from data.spreadsheet import csv_bytes, for_cell
from metrics.assessment import Assessment
from texts import lookup, numbers, say

_WHOLE = ("length_m", "missing", "repair_min")


def findings_table(listed: gpd.GeoDataFrame, assessment: Assessment) -> pd.DataFrame:
    """
    The findings as a table with Chinese headings, one row each, in their order; numbers stay numbers.

    Parameters
    ----------
    listed
        As `metrics.listing.findings` returns it.
    """
    rules = {rule.id: rule for rule in assessment.book.at(assessment.phase)}
    table = pd.DataFrame(
        {
            "subject_name": listed["subject_name"],
            "where": [
                numbers.stretch(start, end) if np.isfinite(start) else ""
                for start, end in zip(listed["from_m"], listed["to_m"], strict=True)
            ],
            "rule_title": listed["rule"].map(lambda rule: rules[rule].title),
            "clause": listed["rule"].map(lambda rule: rules[rule].clause),
            "class_name": listed["class"].map(assessment.book.class_label),
            "district": listed["district"],
            "unit": listed["unit"],
            "status": listed["status"].map(lambda status: say(f"coverage.status.{status}")),
            "value": pd.to_numeric(listed["value"]).round(3),
            "required": pd.to_numeric(listed["required"]).round(3),
            "missing": pd.to_numeric(listed["missing"]).where(listed["counted"]),
            "repair_min": pd.to_numeric(listed["repair_min"]),
            "length_m": pd.to_numeric(listed["length_m"]),
            "explanation": listed["explanation"],
        }
    )
    table[list(_WHOLE)] = table[list(_WHOLE)].round().astype("Int64")
    return table.rename(columns=lookup("coverage.table.columns"))


def table_csv(table: pd.DataFrame) -> bytes:
    """``table`` as CSV for Excel."""
    return csv_bytes(table)


def table_xlsx(table: pd.DataFrame) -> bytes:
    """``table`` as a workbook of one sheet; a text that begins like a formula stays a text."""
    safe = table.copy()
    for name in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[name] = safe[name].astype(object).map(for_cell)
    buffer = BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        safe.to_excel(writer, sheet_name=say("coverage.download.sheet"), index=False)
        sheet = writer.sheets[say("coverage.download.sheet")]
        sheet.freeze_panes = "A2"
        for cells in sheet.columns:
            widest = max(len(str(cell.value or "")) for cell in cells[:50])
            sheet.column_dimensions[cells[0].column_letter].width = min(max(8, 2 * widest), 60)
    return buffer.getvalue()
