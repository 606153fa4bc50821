"""The rows, marks and bars of 抽查风险, on numbers that can be checked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.assessment import assess
from metrics.risk import Spread, risk
from tests.metrics.judging import book_of
from tests.metrics.risk.drawn import draw_of, stop_rule, stops
from views.risk import areas_html, areas_title, axis_marks, chance, points
from views.risk_places import places_of
from views.risk_spread import bars_of, beyond, binned, spread_figure, spread_title

BOOK = book_of(stop_rule(2, 4), draw=draw_of(bus_stop=1))


@pytest.fixture(scope="module")
def answer():
    """Four stops, one of which lacks two: a quarter of the draws costs 8."""
    city = stops(2, 2, 0, 2, east_from=2)
    return risk(city, assess(city, BOOK))


def test_words_of_a_range():
    assert points(2.0, 2.0) == "2.0 分" and points(0, 3.04) == "0.0–3.0 分"
    assert chance(0.25, 0.25).replace("\u202f", " ") == "25.0 %"
    assert chance(0.25, 1.0).endswith("100.0 %") and "25.0–" in chance(0.25, 1.0)


@given(st.floats(0.1, 5000))
def test_marks_are_few_even_and_reach_beyond(highest):
    marks = axis_marks(highest)
    assert marks[0] == 0 and marks[-1] >= highest and 3 <= len(marks) <= 7
    assert np.allclose(np.diff(marks), marks[1])


def test_rows(answer):
    html = areas_html(answer, "district")
    assert html.count('class="track"') == 1 + 2 and "2.0 分" in html
    assert areas_title(answer, "district") == "全市统一抽一轮，东区扣得最多，预期 2.0 分"
    assert "东区扣得最多，预期 4.0 分" in areas_title(answer, "alone")
    assert "满分的可能 75.0 %" in spread_title(answer).replace("\u202f", " ")


def test_bars_hold_all_the_probability(answer):
    figure = spread_figure(answer)
    assert [sum(bar.y) for bar in figure.data] == [pytest.approx(1.0)]
    assert figure.data[0].x.tolist() == [0.0, 8.0]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True))
def test_binned(amounts):
    at = np.sort(np.array(amounts, dtype=float))
    spread = Spread(at, np.full(len(at), 1 / len(at)))
    step, until = bars_of((spread,))
    where, share = binned(spread, step, until)
    assert len(where) <= 42 and share.sum() == pytest.approx(1.0)
    assert beyond(spread, 0.0) == pytest.approx(1.0)


def test_the_dearest_place_is_on_the_map(answer):
    city = stops(2, 2, 0, 2, east_from=2)
    places = places_of(answer, assess(city, BOOK))
    assert places.table["key"].tolist() == ["bus_stop|b002"] and places.rest == 0
    assert places.shapes["status"].tolist() == ["fail"] and not places.shapes["is_line"].any()
