"""Small tables to be read: hairlines, Chinese headings, every text of a data file escaped."""

import pandas as pd

from texts import say
from texts.escape import for_html
from texts.numbers import plain

_MOST_ROWS = 50


def table_html(table: pd.DataFrame, *, most: int = _MOST_ROWS) -> str:
    """
    The first rows of ``table`` without its index as HTML; numbers stand at the right, missing ones read —.

    Where there are more than ``most`` rows, a line below says how many are not shown.
    """
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]
    marks = [' class="figure"' if number else "" for number in numeric]
    heads = "".join(f"<th{mark}>{for_html(name)}</th>" for mark, name in zip(marks, table.columns, strict=True))
    rows = "".join(_row(row, marks, numeric) for row in table.head(most).itertuples(index=False, name=None))
    more = say("intake.more_rows", count=len(table) - most) if len(table) > most else ""
    body = f'<div class="plain-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    return body + (f'<p class="note">{more}</p>' if more else "")


def _row(row: tuple, marks: list[str], numeric: list[bool]) -> str:
    shown = (plain(cell) if number else for_html(cell) for cell, number in zip(row, numeric, strict=True))
    return "<tr>" + "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, shown, strict=True)) + "</tr>"
