"""Text of a data file is data: made harmless for maps, for HTML and for spreadsheets."""

import pandas as pd

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
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def for_html(text: object) -> str:
    """``text`` as it may stand in HTML and in folium's tooltips, pop-ups, icons and names; "" for a missing one."""
    return "" if _missing(text) else str(text).translate(_FOR_MAPS)


def for_cell(value: object) -> object:
    """``value`` as it may stand in a CSV cell: a text that a spreadsheet would take for a formula gets a leading '."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def csv_bytes(table: pd.DataFrame) -> bytes:
    """
    ``table`` without its index as CSV that Excel opens in Chinese (UTF-8 with BOM), cells and headings by `for_cell`.
    """
    safe = table.rename(columns=for_cell)
    for position, (_, column) in enumerate(table.items()):
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            safe.isetitem(position, column.astype(object).map(for_cell))
    return safe.to_csv(index=False).encode("utf-8-sig")


def _missing(value: object) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
