"""Text of a data file is data: made harmless for maps, for HTML and for spreadsheets."""

import pandas as pd

from data.spreadsheet import BYTE_ORDER_MARK, csv_text, for_cell
from texts.escape import for_html

__all__ = ["csv_bytes", "for_cell", "for_html"]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """``table`` without its index as the bytes of a CSV that Excel opens in Chinese and takes no formula from."""
    return (BYTE_ORDER_MARK + csv_text(table)).encode("utf-8", "replace")
