"""Shares and ratios on the spot: two numbers, compared exactly; what cannot be counted says why."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from metrics.assessment import assess
from metrics.mock import filled_in, form, no_results, outcome, sample
from metrics.mock.asked import asked, why_not
from metrics.rulebook import load_rulebook, shipped_rulebooks
from tests.cities import city, district, venue
from tests.metrics.judging import SOURCE, book_of, rule

SHARE = rule("share", "hoarding", numerator="psa_total", denominator="ads_total", limit=0.3) | {"id": "share"}
AREA = rule("share", "hoarding", numerator="psa_area_m2", denominator="wall_area_m2", limit=0.5, strict=True)
PER = rule("value", "hoarding", column="sweepers", op=">=", limit=1, per="wall_area_m2", per_unit=6000.0)
RATE = rule("rate", "hoarding", limit=2)
BOOK = book_of(
    SHARE,
    AREA | {"id": "area"},
    PER | {"id": "per"},
    RATE | {"id": "rate"},
    draw={"counts": {"hoarding": 1}, "source": SOURCE},
)


@pytest.fixture(scope="module")
def points():
    ground = city(
        districts=[district("西区", -500, -500, 500, 500)],
        venues=[venue("h1", "hoarding", shapely.box(0, 0, 50, 50), ads_total=10, psa_total=3)],
    )
    return sample(ground, assess(ground, BOOK), seed=1)


def judged(points, rule_id, part, total):
    numbers = np.full(len(points.lines), np.nan)
    own = np.flatnonzero((points.lines["rule"] == rule_id).to_numpy())
    numbers[own] = [part, total][: len(own)]
    answer = outcome(points, no_results(points).assign(found=numbers), BOOK, city_name="测试市")
    return answer.found.set_index("rule").loc[rule_id]


@pytest.mark.parametrize(
    ("rule_id", "part", "total", "status", "missing"),
    [
        ("share", 3, 10, "pass", 0),
        ("share", 2, 10, "fail", 1),
        ("share", 0, 7, "fail", 3),
        ("share", 3, 0, "unknown", np.nan),
        ("share", 0, 0, "unknown", np.nan),
        ("share", np.nan, 10, "unknown", np.nan),
        ("share", 11, 10, "unknown", np.nan),
        ("area", 50, 100, "fail", 1),
        ("area", 50.5, 100, "pass", 0),
        ("per", 2, 12000, "pass", 0),
        ("per", 1, 12000, "fail", 0.5),
    ],
)
def test_two_numbers_by_hand(points, rule_id, part, total, status, missing):
    row = judged(points, rule_id, part, total)
    assert row["status"] == status
    assert row["missing"] == pytest.approx(missing, nan_ok=True)


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_share_is_compared_exactly(points, part, total):
    """3 of 10 is 30 %, neither more nor less, whatever floats say."""
    row = judged(points, "share", part, total)
    if part > total:
        assert row["status"] == "unknown"
    else:
        assert row["status"] == ("pass" if Fraction(part, total) >= Fraction(3, 10) else "fail")
        lack = row["missing"]
        assert Fraction(part + int(lack), total) >= Fraction(3, 10) if lack else True


def test_what_is_asked_of_a_share(points):
    lines = points.lines[points.lines["rule"] == "share"]
    assert lines["kind"].tolist() == ["part", "total"] and lines["whole"].tolist() == [True, True]
    assert lines["shown"].tolist() == ["占比不少于 30%", ""]
    assert lines["text"].iloc[0].endswith("填其中的公益广告数") and lines["text"].iloc[1] == "填广告总数"
    area = points.lines[points.lines["rule"] == "area"]
    assert area["whole"].tolist() == [False, False] and area["shown"].iloc[0] == "占比多于 50%"
    assert points.lines[points.lines["rule"] == "per"]["shown"].iloc[0].endswith("的数不少于 1")
    slowest = points.lines[points.lines["rule"] == "rate"]["text"]
    assert slowest.empty or "播放最少的一块屏" in slowest.iloc[0]


def test_a_part_larger_than_its_total_is_told(points):
    table = form(points, 1)
    keys = points.lines.loc[points.lines["rule"] == "share", "key"].tolist()
    table.loc[table["编号"] == keys[0], "实有"] = "11"
    table.loc[table["编号"] == keys[1], "实有"] = "10"
    taken = filled_in(points, {1: table})
    assert taken.table.empty
    assert [fault.partition("比下一行的总数 10 还多")[1] for fault in taken.faults] == ["比下一行的总数 10 还多"]


@pytest.mark.parametrize("name", shipped_rulebooks())
def test_every_rule_is_asked_or_says_why_not(name):
    book = load_rulebook(name)
    for phase in book.phases:
        for one in book.at(phase):
            if (reason := why_not(one)) is None:
                lines = asked(one, book, phase, length_m=800.0)
                assert lines and all(line.text and line.need >= 0 for line in lines)
            else:
                assert reason in ("unstated", "radius", "spacing", "over", "district")
