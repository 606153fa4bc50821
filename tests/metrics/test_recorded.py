"""``share``, ``value`` and ``unstated``: recorded numbers against limits."""

import pandas as pd
import pytest
import shapely

from tests.cities import city, district, road, site, venue
from tests.metrics.judging import judge, rule, verdict_of

PLACE = shapely.Point(0, 0)


def _judge(about: dict, *rows: dict) -> pd.DataFrame:
    """Verdicts on venues of the rule's class with these numbers, by their ids ``v0``, ``v1`` …"""
    venues = [venue(f"v{i}", about["class"], PLACE, **row) for i, row in enumerate(rows)]
    return judge(city(venues=venues), about).verdicts.set_index("subject")


# --- share


def _share(limit: float = 0.3, **fields) -> dict:
    return rule("share", "hospital", numerator="psa_total", denominator="ads_total", limit=limit, **fields)


def test_a_share_at_its_limit_passes():
    verdicts = _judge(_share(), {"psa_total": 3, "ads_total": 10}, {"psa_total": 29, "ads_total": 100})
    assert list(verdicts["status"]) == ["pass", "fail"]
    assert list(verdicts["value"]) == [0.3, 0.29]
    assert list(verdicts["required"]) == [0.3, 0.3]


def test_a_strict_share_must_be_more():
    """More than 30 %: 3 of 10 fails, 31 of 100 passes."""
    verdicts = _judge(_share(strict=True), {"psa_total": 3, "ads_total": 10}, {"psa_total": 31, "ads_total": 100})
    assert list(verdicts["status"]) == ["fail", "pass"]


@pytest.mark.parametrize(("part", "total"), [(7, 10), (0.7, 1), (2.1, 3), (21, 30), (63, 90), (27.79, 39.7)])
def test_a_share_is_not_lost_in_the_last_digit(part: float, total: float):
    """All of these are 70 %, though 2.1 / 3 is a little less in binary."""
    assert list(_judge(_share(0.7), {"psa_total": part, "ads_total": total})["status"]) == ["pass"]


def test_a_whole_share():
    verdicts = _judge(_share(1.0), {"psa_total": 7, "ads_total": 7}, {"psa_total": 6, "ads_total": 7})
    assert list(verdicts["status"]) == ["pass", "fail"]


@pytest.mark.parametrize(
    "row", [{}, {"psa_total": 3}, {"ads_total": 10}, {"psa_total": 0, "ads_total": 0}, {"psa_total": 3, "ads_total": 0}]
)
def test_a_share_of_nothing_is_unknown(row: dict):
    assert list(_judge(_share(), row, {"psa_total": 9, "ads_total": 10})["status"]) == ["unknown", "pass"]


def test_text_in_a_number_column_is_unknown():
    """From a file a column of numbers may hold a word: that row is unknown and the others are judged."""
    verdicts = _judge(_share(), {"psa_total": "约三块", "ads_total": 10}, {"psa_total": "9", "ads_total": 10})
    assert list(verdicts["status"]) == ["unknown", "pass"]


def test_a_limit_of_a_phase():
    about = _share(0.2, phases={"inspection": {"limit": 1.0}})
    drawn = city(venues=[venue("v", "hospital", PLACE, psa_total=3, ads_total=10)])
    assert verdict_of(judge(drawn, about))["status"] == "pass"
    assert verdict_of(judge(drawn, about, phase="inspection"))["status"] == "fail"


def test_a_share_over_subjects():
    """8 of 10 schools have ten stars or more: 80 %, at the limit. With one not recorded, nobody knows."""
    about = rule("share", "school", over={"column": "stars", "op": ">=", "limit": 10}, limit=0.8)

    def status(*stars: float | None) -> set[str]:
        return set(_judge(about, *({"stars": value} for value in stars))["status"])

    assert status(*[10] * 8, 9, 3) == {"pass"}
    assert status(*[10] * 7, 9, 3, 4) == {"fail"}
    assert status(*[None] * 3) == {"unknown"}


def test_a_share_over_subjects_with_gaps_in_the_record():
    """
    4 schools, 80 % (that is all 4) needed: 3 good and 1 not recorded may still pass; 2 bad and 2 not recorded can not.
    4 good and 1 not recorded pass whatever that one has.
    """
    about = rule("share", "school", over={"column": "stars", "op": ">=", "limit": 10}, limit=0.8)

    def status(*stars: float | None) -> set[str]:
        return set(_judge(about, *({"stars": value} for value in stars))["status"])

    assert status(10, 10, 10, None) == {"unknown"}
    assert status(1, 1, None, None) == {"fail"}
    assert status(10, 10, 10, 10, None) == {"pass"}


# --- value


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", "fail", "pass", "pass"),
        (">", "fail", "fail", "pass"),
        ("<=", "pass", "pass", "fail"),
        ("<", "pass", "fail", "fail"),
    ],
)
def test_a_value_against_a_limit(op: str, below: str, at: str, above: str):
    about = rule("value", "community", column="office_area_m2", op=op, limit=300)
    rows = [{"office_area_m2": area} for area in (299.9, 300, 300.1)]
    assert list(_judge(about, *rows)["status"]) == [below, at, above]


def test_a_value_that_nobody_recorded_is_unknown():
    about = rule("value", "community", column="office_area_m2", op=">=", limit=300)
    verdicts = _judge(about, {"office_area_m2": None}, {"office_area_m2": 1})
    assert list(verdicts["status"]) == ["unknown", "fail"]
    assert list(_judge(about, {})["status"]) == ["unknown"]


def test_a_ratio_of_two_values():
    """One sweeper for 6 000 m²: 2 for 12 000 are enough, 2 for 12 001 are not, for nothing to sweep nobody knows."""
    about = rule("value", "cleaning_area", column="sweepers", per="swept_area_m2", per_unit=6000, op=">=", limit=1)
    areas = (12000, 12001, 0, None)
    rows = [{"sweepers": 2, "swept_area_m2": area} for area in areas]
    assert list(_judge(about, *rows)["status"]) == ["pass", "fail", "unknown", "unknown"]


def test_a_value_of_a_district():
    drawn = city(
        roads=[road("甲路", (0, 0), (100, 0))],
        districts=[
            district("甲区", 0, -10, 50, 10, green_cover_pct=38, unit="甲局"),
            district("乙区", 50, -10, 100, 10, green_cover_pct=37.9),
            district("丙区", 100, -10, 150, 10),
        ],
    )
    verdicts = judge(drawn, rule("value", "district", column="green_cover_pct", op=">=", limit=38)).verdicts
    assert dict(zip(verdicts["subject_name"], verdicts["status"], strict=True)) == {
        "甲区": "pass",
        "乙区": "fail",
        "丙区": "unknown",
    }
    assert dict(zip(verdicts["subject_name"], verdicts["district"], strict=True)) == {
        "甲区": "甲区",
        "乙区": "乙区",
        "丙区": "丙区",
    }


def test_recorded_numbers_need_no_stock_of_sites():
    """A district whose sites are not taken stock of still has its numbers."""
    drawn = city(
        roads=[road("甲路", (0, 0), (100, 0))],
        districts=[district("甲区", 0, -10, 50, 10, green_cover_pct=40, surveyed=False)],
        sites=[site("s", 0, 0)],
    )
    about = rule("value", "district", column="green_cover_pct", op=">=", limit=38)
    assert verdict_of(judge(drawn, about))["status"] == "pass"


# --- unstated


def test_what_the_document_does_not_state_is_unknown():
    about = rule("unstated", "transport_hub", reason="原文缺页")
    for venues in ([], [venue("v", "transport_hub", PLACE)]):
        assessment = judge(
            city(roads=[road("甲路", (0, 0), (100, 0))], venues=venues) if venues else _only_a_road(), about
        )
        assert set(assessment.verdicts["status"]) == {"unknown"}
        assert all("原文缺页" in text for text in assessment.verdicts["explanation"])
        assert assessment.gaps.empty


def _only_a_road():
    return city(roads=[road("甲路", (0, 0), (100, 0))])


def test_streets_and_crossings_have_no_recorded_numbers():
    """They are found, not recorded: the number of some venue must not be taken for theirs."""
    layers = {
        "roads": [road("甲路", (0, 0), (1000, 0)), road("乙路", (500, -500), (500, 500))],
        "venues": [venue("p", "park", PLACE, lamps=5)],
    }
    for class_ in ("junction", "road"):
        about = rule("value", class_, column="lamps", op=">=", limit=1)
        assert set(judge(city(**layers), about).verdicts["status"]) == {"unknown"}
