"""Cells as values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.values import (
    to_dates,
    to_degrees,
    to_flags,
    to_lists,
    to_numbers,
    to_pairs,
    to_parents,
    to_sizes,
    to_texts,
)
from data.vocabulary import vocabulary


def one(parse, cell, *args):
    return [answer[0] for answer in parse(pd.Series([cell], dtype=object), *args)]


@pytest.mark.parametrize(
    ("cell", "column", "number"),
    [
        ("1.2m", "width_m", 1.2),
        ("１２", "width_m", 12),
        ("120 cm", "width_m", 1.2),
        ("1800毫米", "width_m", 1.8),
        ("1,200", "panels", 1200),
        ("3块", "panels", 3),
        ("2亩", "wall_area_m2", 4000 / 3),
        ("12㎡", "wall_area_m2", 12),
        ("东南", "facing_deg", 135),
        ("坐北朝南", "facing_deg", 180),
        ("NE", "facing_deg", 45),
        ("-90", "facing_deg", 270),
        ("90°", "facing_deg", 90),
        ("360", "facing_deg", 0),
        (3, "panels", 3),
        (2.5, "width_m", 2.5),
    ],
)
def test_numbers(cell, column, number):
    assert one(to_numbers, cell, column) == [pytest.approx(number), False]


@pytest.mark.parametrize("cell", ["约三米", "abc", "1.2.3", "3m2", "-1", "1e999", "inf", "#REF!", "=1+1", "真"])
def test_what_is_no_length(cell):
    value, bad = one(to_numbers, cell, "width_m")
    assert np.isnan(value) and bad


@pytest.mark.parametrize("cell", [None, np.nan, "", " ", "-", "无", "不详", "N/A", "/"])
def test_what_says_nothing_is_missing_and_not_bad(cell):
    value, bad = one(to_numbers, cell, "width_m")
    assert np.isnan(value) and not bad


def test_the_unit_of_the_heading_counts_where_the_cell_has_none():
    assert to_numbers(pd.Series(["120", "1.2m", 90]), "width_m", 0.01)[0].tolist() == pytest.approx([1.2, 1.2, 0.9])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6).map(lambda number: f"{number:.3f}"))))
def test_plain_numbers_come_through(cells):
    values, bad = to_numbers(pd.Series(cells, dtype=object), "width_m")
    assert not bad.any()
    assert [None if np.isnan(value) else f"{value:.3f}" for value in values] == cells


@given(st.lists(st.text(max_size=12)))
def test_no_text_breaks_a_parser(cells):
    series = pd.Series(cells, dtype=object)
    for column in ("width_m", "facing_deg", "panels", "wall_area_m2"):
        values, bad = to_numbers(series, column)
        assert len(values) == len(cells) and np.isnan(values[bad]).all()
    for parse in (to_degrees, to_dates, to_flags, to_texts, to_pairs, to_sizes, to_parents):
        parse(series)
    to_lists(series, vocabulary().themes)


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("122.1°E", 122.1),
        ("东经122.5°", 122.5),
        ("122°6'30\"", 122 + 6.5 / 60),
        ("33.5S", -33.5),
        ("１２２．１", 122.1),
    ],
)
def test_degrees(cell, degrees):
    assert one(to_degrees, cell) == [pytest.approx(degrees), False]


@pytest.mark.parametrize("cell", ["122.1,30.2", "122.1， 30.2", "(122.1 30.2)", "[122.1;30.2]"])
def test_pairs(cell):
    assert one(to_pairs, cell) == [122.1, 30.2, False]


@pytest.mark.parametrize("cell", ["1.2m×1.8m", "1.2*1.8米", "120×180cm", "宽1.2米x高1.8米"])
def test_sizes(cell):
    assert one(to_sizes, cell) == [pytest.approx(1.2), pytest.approx(1.8), False]


@pytest.mark.parametrize("cell", ["2024-5-1", "2024年5月1日", "20240501", "2024/05/01 12:30:00", "2024.5.1"])
def test_dates(cell):
    assert one(to_dates, cell) == ["2024-05-01", False]
    assert to_dates(pd.Series(["2024-13-01"]))[1].tolist() == [True]


def test_flags():
    flags, bad = to_flags(pd.Series(["是", "否", 1, 0.0, "TRUE", None, "也许"], dtype=object))
    assert flags.tolist() == [True, False, True, False, True, None, None]
    assert bad.tolist() == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("讲文明、中国梦", "civility,chinese_dream"),
        ("诚信/禁烟", "integrity,no_smoking"),
        ("诚信；诚信", "integrity"),
        ("讲文明 树新风", "civility"),
        ("诚信，飞艇", "integrity,飞艇"),
        ('["诚信", "禁烟"]', "integrity,no_smoking"),
        (["诚信", "禁烟"], "integrity,no_smoking"),
        ("", None),
        (None, None),
    ],
)
def test_lists(cell, codes):
    assert to_lists(pd.Series([cell], dtype=object), vocabulary().themes)[0] == codes


def test_a_parent_of_datav_is_its_code():
    parents = to_parents(pd.Series([{"adcode": 330900}, '{"adcode":330900}', "舟山市", None], dtype=object))
    assert parents.tolist() == ["330900", "330900", "舟山市", None]


def test_whole_numbers_as_texts_have_no_point():
    assert to_texts(pd.Series([1.0, np.nan, 2.5])).tolist() == ["1", None, "2.5"]
