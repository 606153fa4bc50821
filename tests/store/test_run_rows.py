"""Rows of a run: which gap the sentence of its street is about."""

import geopandas as gpd
import pytest

from metrics.assessment import assess
from store import run_rows
from store.run_rows import gap_rows
from tests.cities import city, district, road, sites_along
from tests.metrics.judging import along_rule, book_of
from tests.store import streets

BOOK = book_of({**along_rule(500, 5), "id": "walk", "title": "每 500 米 5 处"})


def test_a_lesser_gap_says_that_the_sentence_is_of_the_worst():
    """Sites every 80 m, none between 300 and 700 m, and two less at 3 060 and 3 140 m, where fewer lack."""
    sites = [at for at in range(20, 4000, 80) if not 300 < at < 700 and at not in (3060, 3140)]
    town = city(
        districts=[district("西区", -100, -500, 4100, 1000)],
        roads=[road("人民路", (0, 0), (4000, 0))],
        sites=sites_along(*sites),
    )
    worst, lesser = gap_rows(assess(town, BOOK))
    assert worst["missing"] > lesser["missing"]
    assert "自起点" in worst["explanation"] and "最差处" not in worst["explanation"]
    assert lesser["explanation"] == f"该路最差处：{worst['explanation']}"


@pytest.mark.parametrize("state", ["bare", "west_gap"])
def test_the_only_gap_of_a_subject_has_its_own_sentence(state):
    rows = gap_rows(streets.assessment(state))
    first = {}
    for row in rows:
        first.setdefault((row["rule"], row["subject"]), row)
    assert all("最差处" not in row["explanation"] for row in first.values())
    assert {row["subject_name"] for row in first.values()} == {"人民路", "人民公园"}


def test_a_stretch_that_a_border_cuts_is_counted_whole():
    """
    Two hydrants at most 400 m apart: 1 000 m without one, cut in halves at the border, and 600 m; each lacks as many.

    ::

        0 .. 500 | 500 .. 1000   1000 .. 1400 ok ...  2000 .. 2600
    """
    gaps = gpd.GeoDataFrame(
        {
            "rule": "far",
            "subject": "S1",
            "district": ["西区", "东区", "东区"],
            "missing": 2.0,
            "from_m": [0.0, 500.0, 2000.0],
            "to_m": [500.0, 1000.0, 2600.0],
            "length_m": [500.0, 500.0, 600.0],
        }
    )
    assert run_rows._explained(gaps, {"far": "spacing"}) == {0}
    assert run_rows._explained(gaps.assign(district="东区"), {"far": "spacing"}) == {2}
