"""A mock assessment written and read back: the same to the last row, whatever became of city and book."""

import json

import pandas as pd
import pytest

from data.errors import DataError
from metrics.assessment import assess
from metrics.mock import no_results, outcome, read_back, sample, written
from metrics.mock.asked import why_not
from metrics.rulebook import load_rulebook, shipped_rulebooks
from tests.metrics.mock.drawn import BOOK, judged, small
from tests.metrics.towns import town


@pytest.fixture(scope="module")
def points():
    return sample(small(), judged(), seed=7, inspectors=2)


def assert_same(one, other):
    for name in ("points", "lines", "foreseen"):
        left, right = (pd.DataFrame(getattr(some, name)) for some in (one, other))
        pd.testing.assert_frame_equal(left, right, check_dtype=False)
    assert (one.record, one.code, one.notes) == (other.record, other.code, other.notes)
    assert one.points.crs == other.points.crs


def test_round_trip(points):
    text = written(points, BOOK, city_name="测试市")
    back = read_back(text)
    assert_same(points, back.sample)
    assert back.book.fingerprint == BOOK.fingerprint and back.city_name == "测试市"
    assert written(back.sample, back.book, city_name=back.city_name) == text
    filled = no_results(points).assign(found=points.lines["need"].astype(float))
    one = outcome(points, filled, BOOK, city_name="测试市")
    other = outcome(back.sample, filled, back.book, city_name="测试市")
    pd.testing.assert_frame_equal(one.scores, other.scores, check_dtype=False)
    assert (one.agreed, one.compared, one.deduction) == (other.agreed, other.compared, other.deduction)


def can_be_walked(name: str) -> bool:
    """Whether a book asks something of roads or stops that can be counted on the spot."""
    rules = load_rulebook(name).rules
    return any(why_not(rule) is None and {"road", "bus_stop"} & set(rule.classes) for rule in rules)


@pytest.mark.parametrize("name", [name for name in shipped_rulebooks() if can_be_walked(name)])
def test_every_shipped_book_comes_back(name):
    ground, book = town(2, sites=10), load_rulebook(name)
    drawn = sample(ground, assess(ground, book), seed=1, counts={"road": 2, "bus_stop": 3})
    back = read_back(written(drawn, book, city_name="x"))
    assert_same(drawn, back.sample)
    assert back.book.fingerprint == book.fingerprint


@pytest.mark.parametrize("change", [lambda told: told.pop("lines"), lambda told: told.update(format="mock-9")])
def test_what_it_is_not(points, change):
    told = json.loads(written(points, BOOK, city_name="x"))
    change(told)
    with pytest.raises(DataError, match="打不开"):
        read_back(json.dumps(told))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": "mock-1"}'])
def test_texts_that_are_none(text):
    with pytest.raises(DataError, match="打不开"):
        read_back(text)


def test_a_draw_in_one_district():
    drawn = sample(small(), judged(), seed=3, district="西区")
    assert set(drawn.points["district"]) == {"西区"}
    assert drawn.record["district"] == "西区"
    with pytest.raises(DataError, match="没有可抽的对象"):
        sample(small(), judged(), seed=3, district="没有这个区")
