"""The points of a mock assessment and what the model foresees of them."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataError
from metrics.assessment import assess
from metrics.mock import form, sample
from metrics.rulebook import load_rulebook
from tests.cities import EAST, city, district, road, venue
from tests.metrics.judging import along_rule, book_of, within_rule
from tests.metrics.mock.drawn import BOOK, judged, small
from tests.metrics.towns import town


def drawn(seed=7, **options):
    return sample(small(), judged(), seed=seed, **options)


def assert_same(one, other):
    pd.testing.assert_frame_equal(pd.DataFrame(one.points), pd.DataFrame(other.points))
    pd.testing.assert_frame_equal(one.lines, other.lines)
    pd.testing.assert_frame_equal(one.foreseen, other.foreseen)
    assert (one.record, one.code, one.notes) == (other.record, other.code, other.notes)


def test_the_same_seed_gives_the_same_points():
    assert_same(drawn(7), drawn(7))
    codes = {drawn(seed).code for seed in range(20)}
    assert len(codes) == 20
    assert len({tuple(drawn(seed).points["subject"].tolist()) for seed in range(20)}) > 1


def test_the_order_of_rows_does_not_matter():
    ground = small()
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in ground.layers.items()}
    other = type(ground).from_layers(turned, ground.meta)
    assert_same(drawn(7), sample(other, assess(other, BOOK), seed=7))


def test_what_is_drawn_and_recorded():
    """Both streets, four of six stops from both districts, the vehicle; there is no square."""
    answer = drawn(7, inspectors=3)
    assert answer.points["class"].value_counts().to_dict() == {"bus_stop": 4, "road": 2, "vehicle": 1}
    stops = answer.points[answer.points["class"] == "bus_stop"]
    assert set(stops["district"]) == {"西区", "东区"}
    assert answer.points["number"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert answer.points["inspector"].tolist() == [1, 1, 1, 2, 2, 3, 3]
    assert answer.record == {
        "seed": 7,
        "counts": {"road": 2, "bus_stop": 4, "vehicle": 1, "square": 1},
        "inspectors": 3,
        "district": "",
        "city": small().fingerprint,
        "book": BOOK.fingerprint,
        "book_id": "test",
        "edition": "1",
        "phase": "routine",
        "data_date": "2026-01-31",
    }
    assert [note.partition("没有")[1:] for note in answer.notes[:1]] == [("没有", "可抽的对象，本次未抽")]
    assert answer.notes[1:] == ("未列入记录表：果皮箱间距（设施间距要走完整条路逐段丈量，走一段得不出结论）",)


def test_walks_lie_on_their_street():
    """人民路 is walked for 500 m from a random start, 短街 whole; a stop is told by the street it is at."""
    points = drawn(7).points.set_index("subject_name")
    walk, short = points.loc["人民路"], points.loc["短街"]
    assert 0 <= walk["from_m"] <= 1500 and walk["to_m"] == pytest.approx(walk["from_m"] + 500)
    assert walk["geometry"].x - EAST == pytest.approx((walk["from_m"] + walk["to_m"]) / 2, abs=1)
    assert walk["place"].startswith("自起点") and "起点在" in walk["place"]
    assert (short["from_m"], short["to_m"]) == pytest.approx((0, 200), abs=0.5)
    assert short["place"] == "全长 200 米"
    assert "人民路" in points.loc["=1路", "place"] or points.loc["=1路", "place"].startswith("东经 120.")
    assert all("人民路" in place for place in points[points["class"] == "bus_stop"]["place"])
    starts = [drawn(seed).points.set_index("subject_name").loc["人民路", "from_m"] for seed in range(60)]
    assert min(starts) < 300 and max(starts) > 1200


def test_the_street_office_of_a_walk_is_that_of_its_middle():
    for seed in range(10):
        walk = drawn(seed).points.set_index("subject_name").loc["人民路"]
        middle = walk["geometry"].x - EAST
        expected = "甲街道" if middle < 600 else "乙街道" if middle < 1200 else "丙街道"
        assert walk["street"] == expected


def test_what_is_asked():
    """A walk asks for one number, a stop for two; the short street for its part: ⌈5 × 200 / 500⌉ = 2."""
    answer = drawn(7)
    lines = answer.lines.merge(answer.points[["number", "subject_name"]], on="number")
    assert lines.groupby("rule").size().to_dict() == {"walk": 2, "stop": 8, "bus": 1, "share": 2}
    assert lines[lines["subject_name"] == "短街"]["need"].tolist() == [2]
    assert lines[lines["subject_name"] == "人民路"]["shown"].tolist() == ["不少于 5"]
    stop = lines[lines["rule"] == "stop"].iloc[:2]
    assert stop["need"].tolist() == [2, 1] and stop["text"].iloc[1] == "其中：核心价值观"
    assert lines["key"].is_unique and lines["key"].str.startswith(answer.code).all()


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_what_is_foreseen_of_a_walk(seed):
    """Sites each 100 m from 0 to 1,000: those from start to start + 500, both ends in."""
    answer = drawn(seed)
    row = answer.points.set_index("subject_name").loc["人民路"]
    foreseen = answer.foreseen.set_index(["number", "rule"]).loc[(row["number"], "walk")]
    held = sum(row["from_m"] <= x <= row["to_m"] for x in range(0, 1001, 100))
    # West or east end as start: the street may be told from either.
    from_west = "西端" in row["place"]
    held = held if from_west else sum(row["from_m"] <= 2000 - x <= row["to_m"] for x in range(0, 1001, 100))
    assert foreseen["value"] == held
    assert foreseen["missing"] == max(5 - held, 0)
    assert foreseen["status"] == ("pass" if held >= 5 else "fail")


def test_what_is_foreseen_of_places_is_what_was_assessed():
    answer = drawn(7)
    verdicts = judged().verdicts.set_index(["rule", "subject"])
    for row in answer.foreseen.merge(answer.points[["number", "class", "subject"]], on="number").itertuples():
        if row.rule != "walk":
            verdict = verdicts.loc[(row.rule, row.subject)]
            assert (row.status, row.unit) == (verdict["status"], verdict["unit"])
            assert row.value == pytest.approx(verdict["value"], nan_ok=True)


def test_a_town_with_unknown_answers():
    """Walks of what nobody recorded are open; the same start by two windows is one walk of the longer."""
    ground = town(3, sites=30)
    book = book_of(along_rule(500, 5, id="a"), along_rule(200, 1, id="b"), within_rule(1, "bus_stop", id="c"))
    answer = sample(ground, assess(ground, book), seed=1, counts={"road": 9, "bus_stop": 9})
    walks = answer.points[answer.points["class"] == "road"]
    assert ((walks["to_m"] - walks["from_m"]) <= 500.001).all()
    lines = answer.foreseen[answer.foreseen["number"].isin(walks["number"])]
    assert set(lines["rule"]) == {"a", "b"}
    assert set(answer.foreseen["status"]) <= {"pass", "fail", "unknown"}
    assert lines["missing"].isna().eq(lines["status"] == "unknown").all()


def test_a_city_without_stock_foresees_nothing():
    ground = type(small()).from_layers({**small().layers, "sites": None}, small().meta)
    answer = sample(ground, assess(ground, BOOK), seed=1)
    known = answer.foreseen[~answer.foreseen["rule"].isin(["bus", "share"])]
    assert (known["status"] == "unknown").all() and np.isnan(known["missing"]).all()


def test_faults():
    with pytest.raises(DataError) as caught:
        drawn(-1, inspectors=0, counts={"road": -2})
    assert len(caught.value.faults) == 3
    with pytest.raises(DataError, match="只抽到 1 个点，不够分给 2 组"):
        drawn(1, inspectors=2, counts={"road": 1})
    with pytest.raises(DataError, match="没有可抽的对象"):
        drawn(1, counts={"road": 0})
    with pytest.raises(DataError, match="最多 5000 个"):
        drawn(1, counts={"road": 6000})
    with pytest.raises(DataError, match="没有规定抽取数量"):
        sample(small(), assess(small(), load_rulebook("zhoushan-2017")), seed=1)
    with pytest.raises(ValueError, match="another city"):
        sample(town(1), judged(), seed=1)


def test_a_square_is_told_by_the_street_beside_it_and_by_its_district():
    """广场 40 m beside 人民路, 街道 unknown: no form speaks in degrees, and each says at least the district."""
    square = venue("sq", "square", shapely.box(1000, 30, 1040, 70), name="人民路广场")
    one = city(
        districts=[district("西区", -100, -500, 2600, 500)], roads=[road("人民路", (0, 0), (2000, 0))], venues=[square]
    )
    book = book_of(within_rule(2, "square", id="square", title="广场"))
    (row,) = form(sample(one, assess(one, book), seed=1, counts={"square": 1}), 1).to_dict("records")
    assert row["名称"] == "人民路广场" and row["街道"] == "西区"
    assert row["位置"].startswith("人民路北侧，距") and "°" not in row["位置"]
