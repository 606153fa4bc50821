"""Text of a data file is data: made harmless for maps, for HTML and for spreadsheets."""

import pandas as pd

from data.spreadsheet import BYTE_ORDER_MARK, csv_text, for_cell

__all__ = ["csv_bytes", "for_cell", "for_html"]

# Folium writes texts into JavaScript template literals, so the signs that end one, or begin an expression in one,
# become numeric entities as well; the browser shows all of them as the signs they stand for.
_FOR_MAPS = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\\": "&#92;",
        "`": "&#96;",
        "$": "&#36;",
        "{": "&#123;",
        "}": "&#125;",
        "\r": " ",
        "\n": " ",
        "\u2028": " ",
        "\u2029": " ",
    }
)


def for_html(text: object) -> str:
    """``text`` as it may stand in HTML and in folium's tooltips, pop-ups, icons and names; "" for a missing one."""
    return "" if _missing(text) else str(text).translate(_FOR_MAPS)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """``table`` without its index as the bytes of a CSV that Excel opens in Chinese and takes no formula from."""
    return (BYTE_ORDER_MARK + csv_text(table)).encode("utf-8", "replace")


def _missing(value: object) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
