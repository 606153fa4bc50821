"""Text of a data file stays text: in maps, in HTML, in spreadsheets."""

import html

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.spreadsheet import csv_bytes, for_cell
from texts.escape import for_html


@given(st.text())
def test_for_html_shows_what_was_there(text):
    shown = html.unescape(for_html(text))
    for line_end in "\r\n\u2028\u2029":
        text = text.replace(line_end, " ")
    assert shown == html.unescape(text) or shown == text


@given(st.text())
def test_for_html_leaves_no_sign_that_could_run(text):
    assert not set(for_html(text)) & set("<>\"'\\`${}\r\n\u2028\u2029")


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT])
def test_for_html_shows_nothing_for_a_missing_text(nothing):
    assert for_html(nothing) == ""


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "＝1", "\r=1"])
def test_for_cell_disarms_formulas(text):
    assert for_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["解放路", "a=b", -3.5, None, ""])
def test_for_cell_leaves_the_rest(value):
    assert for_cell(value) == value


def test_csv_opens_in_excel_and_runs_nothing():
    table = pd.DataFrame({"=名称": ["=HYPERLINK(1)", "解放路"], "缺": [-4, 2]})
    text = csv_bytes(table).decode("utf-8-sig")
    assert text.splitlines() == ["'=名称,缺", "'=HYPERLINK(1),-4", "解放路,2"]
    assert csv_bytes(table).startswith(b"\xef\xbb\xbf")
    assert list(table) == ["=名称", "缺"], "the caller's table is left as it was"
