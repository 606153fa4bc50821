"""Results judged and scored by the book, beside what the model had foreseen; solved by hand."""

import numpy as np
import pytest

from metrics.mock import checked_results, form, no_results, outcome, sample
from tests.metrics.judging import along_rule, book_of
from tests.metrics.mock.drawn import BOOK, judged, small

SEED = 7


@pytest.fixture(scope="module")
def points():
    return sample(small(), judged(), seed=SEED)


def as_asked(points):
    """What every line needs; of the share 3 of 10."""
    lines = points.lines
    return np.select([lines["kind"] == "part", lines["kind"] == "total"], [3.0, 10.0], lines["need"].astype(float))


def results(points, **found):
    """Everything as asked for, but for what is named: subject name and its numbers in the order of the lines."""
    filled = no_results(points).assign(found=as_asked(points))
    for name, numbers in found.items():
        number = points.points.set_index("subject_name").loc[name, "number"]
        filled.loc[points.lines["number"].to_numpy() == number, "found"] = numbers
    return filled


def judged_of(points, filled):
    return outcome(points, filled, BOOK, city_name="测试市")


def row_of(answer, scope, name, item=None):
    rows = answer.scores[(answer.scores["scope"] == scope) & (answer.scores["name"] == name)]
    rows = rows if item is None else rows[rows["item"] == item]
    assert len(rows) == 1
    return rows.iloc[0]


def stops_of(points):
    return points.points[points.points["class"] == "bus_stop"]["subject_name"].tolist()


def test_all_as_asked(points):
    answer = judged_of(points, results(points))
    assert row_of(answer, "city", "测试市")["score"] == 100
    assert (answer.deduction, answer.open) == (0, 0)
    assert (answer.found["status"] == "pass").all()


def test_scored_by_hand(points):
    """
    人民路 has 3 of 5 (−4), one stop 2 and 0 of core values (lacks 1: −4), another 0 and 0 (lacks 2: 8, capped at 6).
    Roads 1 of 2 of 10, stops 2 of 4 of 8, the vehicle 2 of 2 and, by share, 2 of 2: 5 + 4 + 2 + 2 of 22 → 59.1.
    """
    first, second = stops_of(points)[:2]
    answer = judged_of(points, results(points, 人民路=3, **{first: [2, 0], second: [0, 0]}))
    city = row_of(answer, "city", "测试市")
    assert (city["full"], city["value"], city["deduction"]) == (22, 13, 14)
    assert city["score"] == pytest.approx(100 * 13 / 22, abs=0.01)
    assert answer.deduction == 14
    item = row_of(answer, "item", "stop")
    assert (item["score"], item["passed"], item["failed"], item["deduction"]) == (50, 2, 2, 10)
    found = answer.found.set_index("subject_name")
    assert found.loc[first, ["value", "required", "missing"]].tolist() == [0, 1, 1]
    assert found.loc[second, ["value", "required", "missing"]].tolist() == [0, 2, 2]
    assert found.loc["人民路", "missing"] == 2
    office = found.loc["短街", "street"]
    assert row_of(answer, "street_item", office, "walk")["score"] == 100
    assert answer.scores[answer.scores["scope"] == "street_item"]["item"].isin(["walk", "stop", "bus", "share"]).all()
    for scope in ("street", "unit", "district"):
        rows = answer.scores[answer.scores["scope"] == scope]
        assert rows["deduction"].sum() == pytest.approx(14)
        assert rows[["passed", "failed", "unknown"]].to_numpy().sum() == len(answer.found)


def test_what_is_left_blank_is_open(points):
    """One number of two that is enough leaves the stop open; one that is not fails it."""
    first, second = stops_of(points)[:2]
    answer = judged_of(points, results(points, **{first: [2, np.nan], second: [1, np.nan]}, 人民路=np.nan))
    found = answer.found.set_index("subject_name")
    assert found.loc[[first, second, "人民路"], "status"].tolist() == ["unknown", "fail", "unknown"]
    assert answer.open == 2
    assert np.isnan(found.loc[first, "deduction"]) and found.loc[second, "deduction"] == 4
    nothing = judged_of(points, no_results(points))
    assert np.isnan(row_of(nothing, "city", "测试市")["score"])
    assert np.isnan(nothing.agreement) and nothing.differences.empty


def test_beside_the_model(points):
    """The ground as foreseen agrees; the vehicle with 2 is better than the 1 recorded, 短街 with 0 worse than 1."""
    filled = no_results(points)
    foreseen = points.foreseen.set_index(["number", "rule"])
    for place, line in enumerate(points.lines.itertuples()):
        expected = foreseen.loc[(line.number, line.rule)]
        if line.kind != "count":
            continue
        filled.loc[place, "found"] = max(line.need - expected["missing"], 0)
    same = judged_of(points, filled)
    assert (same.agreement, same.compared, len(same.differences)) == (1.0, len(same.found) - 1, 0)
    keys = points.lines.merge(points.points[["number", "subject_name"]], on="number")["subject_name"].to_numpy()
    filled.loc[(keys == "=1路") & (points.lines["rule"] == "bus"), "found"] = 2
    filled.loc[keys == "短街", "found"] = 0
    answer = judged_of(points, filled)
    assert answer.compared - answer.agreed == 2
    assert answer.compared - answer.same_status == 1
    assert set(answer.differences["sentence"]) == {
        "=1路（公交车）：实地达标，模型预计缺 1，实地更好",
        "短街（道路）：实地缺 2，模型预计缺 1，实地更差",
    }


def test_typed_results_give_the_same_as_imported(points):
    table = form(points, 1, book=BOOK)
    table["实有"] = as_asked(points)
    typed = checked_results(points, {1: table})
    assert typed["found"].tolist() == as_asked(points).tolist()
    assert judged_of(points, typed).deduction == 0


def test_another_book_or_sample(points):
    with pytest.raises(ValueError, match="another rule book"):
        outcome(points, no_results(points), book_of(along_rule()), city_name="x")
    other = sample(small(), judged(), seed=SEED + 1)
    with pytest.raises(ValueError, match="another sample"):
        outcome(points, no_results(other), BOOK, city_name="x")
