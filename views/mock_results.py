"""What a mock assessment found: tables by item, 街道, unit, district, 街道 × item; and beside it what was predicted."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from metrics.mock.outcome import ITEM, STREET, UNIT, Outcome
from metrics.mock.tables import SCORED, difference_table, matrix, point_table, scope_label, score_table
from metrics.scores import DISTRICT
from texts import numbers, say
from texts.escape import for_html
from views import notices
from views.mock_desk import Kept
from views.plain_tables import table_html
from views.switch import switch
from views.theme import score_colour
from views.uploads import plain_name

MATRIX, ALL_POINTS = "matrix", "all_points"
_TABLES = (ITEM, STREET, UNIT, DISTRICT, MATRIX, ALL_POINTS)
_DARK_BELOW = 80
_FIGURE = ' class="figure"'
WriteTables = Callable[..., Path]  # see briefing.mock_tables.write_tables


def show_scores(kept: Kept, write: WriteTables) -> None:
    """One table at a time, and all of them as a workbook."""
    answer = kept.answer
    with st.container(horizontal=True, key="mock_tables_head", vertical_alignment="center"):
        named = partial(_table_label, answer)
        chosen = switch(say("mock_page.tables.label"), _TABLES, named, key="mock_table")
        st.download_button(
            say("mock_page.tables.download"),
            lambda: tables_bytes(kept, write),
            file_name=f"{plain_name(kept.head.name)}_{kept.sample.code}_{say('mock_page.tables.file')}.xlsx",
            on_click="ignore",
            key="mock_tables_download",
        )
    if answer.open == len(answer.found):
        st.html(f'<p class="empty">{say("mock_page.tables.empty")}</p>')
        return
    notices.show_remarks(area_notes(kept, answer, chosen))
    book = kept.written.book
    with st.container(key="mock_table_box"):
        if chosen == MATRIX:
            st.html(matrix_html(matrix(answer, book)) + f'<p class="note">{say("mock_page.tables.cells")}</p>')
        elif chosen == ALL_POINTS:
            table = point_table(kept.sample, answer, book)
            st.dataframe(table, hide_index=True, key="mock_points_table", height=480, placeholder="")
        else:
            st.html(scores_html(score_table(answer, chosen, book)))


def show_model(kept: Kept) -> None:
    """How far the ground is as the model had predicted, and where not."""
    answer = kept.answer
    if not answer.compared:
        st.html(f'<p class="empty">{say("mock_page.model.empty")}</p>')
        return
    st.html(f'<p class="sentence">{agreement(answer)}</p>')
    row = answer.scores.iloc[0]
    told = say(
        "mock_page.model.scores",
        found=numbers.score(row["compared_score"]),
        foreseen=numbers.score(row["foreseen_score"]),
        date=for_html(kept.sample.inputs.get("data_date") or say("numbers.nothing")),
    )
    st.html(f'<p class="note">{told}</p>')
    if answer.differences.empty:
        st.html(f'<p class="empty">{say("mock_page.model.same")}</p>')
        return
    st.html(table_html(difference_table(answer), most=300))


def agreement(answer: Outcome) -> str:
    """How many of the compared rows are as predicted, how many worse and better, as HTML."""
    kinds = answer.found["against_model"].value_counts()
    unknown = int(((answer.found["foreseen_status"] == "unknown") & (answer.found["status"] != "unknown")).sum())
    text = say(
        "mock_page.model.agreement",
        compared=numbers.whole(answer.compared),
        share=f"<b>{numbers.percent(answer.agreement)}</b>",
        worse=numbers.whole(kinds.get("worse", 0)),
        better=numbers.whole(kinds.get("better", 0)),
    )
    return text + (say("mock_page.model.settled", count=numbers.whole(unknown)) if unknown else "")


def matrix_html(table: pd.DataFrame) -> str:
    """街道 × item as a table whose cells are filled by their score; the number is always inside, nothing reads —."""
    heads = "".join(f"<th>{for_html(name)}</th>" for name in (table.index.name, *table.columns))
    rows = "".join(
        f"<tr><td>{for_html(name)}</td>{''.join(_cell(value) for value in row)}</tr>"
        for name, row in zip(table.index, table.to_numpy(dtype=float), strict=True)
    )
    return f'<div class="plain-table scored"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def scores_html(table: pd.DataFrame) -> str:
    """A table of scores: a name, then numbers; points, rates and scores with one decimal, counts whole."""
    real = [pd.api.types.is_float_dtype(kind) for kind in table.dtypes]
    heads = "".join(
        f"<th{_FIGURE if place else ''}>{for_html(name)}</th>" for place, name in enumerate(table.columns)
    )
    rows = "".join(
        f"<tr><td>{for_html(row[0])}</td>"
        + "".join(
            f"<td{_FIGURE}>{numbers.decimal(cell) if decimals else numbers.whole(cell)}</td>"
            for cell, decimals in zip(row[1:], real[1:], strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f'<div class="plain-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def tables_bytes(kept: Kept, write: WriteTables) -> bytes:
    """The workbook that ``write`` makes of all tables."""
    with tempfile.TemporaryDirectory() as folder:
        written, file = kept.written, Path(folder) / "tables.xlsx"
        names = {"name": kept.head.name, "city_name": written.city_name}
        return write(written.sample, kept.answer, written.book, file, **names).read_bytes()


def area_notes(kept: Kept, answer: Outcome, chosen: str) -> list[str]:
    """What to know of a table by 街道: that the city has none, or that some points lie in none."""
    if chosen not in (STREET, MATRIX):
        return []
    if not answer.by_street:
        return [say("mock_page.tables.no_streets")]
    outside = int(kept.sample.points["street"].isna().sum())
    return [say("mock_page.tables.outside", count=numbers.whole(outside))] if outside else []


def _table_label(answer: Outcome, name: str) -> str:
    if name in SCORED:
        return say("mock_page.tables.by", what=scope_label(answer, name))
    row, column = scope_label(answer, STREET), scope_label(answer, ITEM)
    return say(f"mock_page.tables.{name}", row=row, column=column)


def _cell(value: float) -> str:
    if value != value:
        return f'<td class="figure">{say("numbers.nothing")}</td>'
    ink = "light" if value < _DARK_BELOW else "dark"
    return f'<td class="figure {ink}" style="background:{score_colour(value)}">{numbers.whole(value)}</td>'
