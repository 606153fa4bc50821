"""The ledger behind the scores: what is taken out and put in again leaves no trace."""

from copy import deepcopy

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from metrics.assessment import judge_rule
from metrics.measures.findings import FAIL, PASS, UNKNOWN
from metrics.scores import Ledger, Marks, scopes
from metrics.survey import survey
from metrics.tables import marks_of, verdict_table, walk_table
from tests.cities import city, district, road, sites_along, venue
from tests.metrics.judging import along_rule, book_of, judge, within_rule


def _drawn():
    """Two districts, a street through both, a park in each; sites in the west only."""
    return city(
        districts=[district("甲区", -10, -100, 1000, 100), district("乙区", 1000, -100, 2010, 100)],
        roads=[road("测试大道", (0, 0), (2000, 0))],
        venues=[
            venue("west", "park", shapely.box(100, 20, 200, 60), unit="园林所"),
            venue("east", "park", shapely.box(1100, 20, 1200, 60)),
        ],
        sites=sites_along(50, 150, 250, 350, y=25),
    )


def _ledger():
    book = book_of(along_rule(500, 2), {**within_rule(1), "id": "park", "deduction": {"per_missing": 0.5}})
    ground = survey(_drawn(), ("primary", "secondary", "trunk"))
    rules = book.at("routine")
    judged = [(rule, judge_rule(ground, rule, book)) for rule in rules]
    marks = marks_of(verdict_table(ground, judged, "routine"), judged)
    walks = walk_table(ground, judged)
    ledger = Ledger(scopes(marks, ground.levels, book, "测试市"), marks, len(rules))
    ledger.book(marks, walks, np.arange(len(marks)))
    return book, [rule.weight for rule in rules], marks, walks, ledger


@given(st.lists(st.sampled_from([PASS, FAIL, UNKNOWN]), min_size=3, max_size=3))
def test_what_is_taken_out_and_put_in_again_changes_nothing(statuses):
    """Any other outcome booked beside the first and taken out again: the scores are those of the first."""
    book, weights, marks, walks, ledger = _ledger()
    before = ledger.table(weights, book)
    fields = {name: getattr(marks, name) for name in ("rule", "class_", "unit", "areas", "by_start", "real")}
    other = Marks(status=np.array(statuses, dtype=object), deduction=np.array([np.nan, 0.1, 1 / 3]), **fields)
    changed, rows = deepcopy(ledger), np.arange(3)
    changed.book(marks, walks, rows, sign=-1)
    changed.book(other, walks.take(slice(0, 0)), rows)
    there = changed.table(weights, book)
    assert there.loc[there["scope"] == "city", ["passed", "failed", "unknown"]].iloc[0].tolist() == [
        statuses.count(name) for name in (PASS, FAIL, UNKNOWN)
    ]
    changed.book(other, walks.take(slice(0, 0)), rows, sign=-1)
    changed.book(marks, walks, rows)
    pd.testing.assert_frame_equal(changed.table(weights, book), before)


def test_two_areas_of_one_name_are_two():
    """Both are called 城关: each has its own row, one with the park that passes and one with that which fails."""
    drawn = city(
        districts=[district("城关", 0, 0, 100, 100), district("城关", 100, 0, 200, 100)],
        venues=[venue("a", "park", shapely.box(10, 10, 90, 90)), venue("b", "park", shapely.box(110, 10, 190, 90))],
        sites=sites_along(50, y=50),
    )
    scores = judge(drawn, within_rule(1)).scores
    assert scores.loc[scores["scope"] == "district", "score"].tolist() == [100.0, 0.0]
