"""Tables for spreadsheets: no text of ours is taken for a formula."""

import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # tells Excel that a CSV is UTF-8


def for_cell(value: object) -> object:
    """``value`` as it may stand in a cell: a text that a spreadsheet would take for a formula gets a leading ``'``."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def csv_text(table: pd.DataFrame) -> str:
    """``table`` without its index as CSV, cells and headings by `for_cell`, missing cells empty."""
    safe = table.rename(columns=for_cell)
    for position, (_, column) in enumerate(table.items()):
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            safe.isetitem(position, column.astype(object).map(for_cell))
    return safe.to_csv(index=False, lineterminator="\n")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """``table`` without its index as the bytes of a CSV that Excel opens in Chinese and takes no formula from."""
    return (BYTE_ORDER_MARK + csv_text(table)).encode("utf-8", "replace")
