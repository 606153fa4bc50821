"""``along``: every window of a street, on roads that are solved by hand."""

import pytest
import shapely

from metrics.assessment import Assessment
from tests.cities import building, city, district, road, site, sites_along, venue
from tests.metrics.judging import along_rule, counted_of, gaps_of, judge, reasons_of, verdict_of


def _judge(length: float, sites: list, *, window_m: float = 500, need: int = 2, **fields) -> Assessment:
    return judge(city(roads=[road("测试大道", (0, 0), (length, 0))], sites=sites), along_rule(window_m, need, **fields))


# --- windows


def test_a_dense_road_passes():
    """
    Sites every 100 m on 1 km; any closed window of 500 m holds 5 of them, the one from 101 to 601 too.

        0   1   2   3   4   5   6   7   8   9   10
        |---x---x---x---x---x---x---x---x---x---|
    """
    assessment = _judge(1000, sites_along(*range(100, 1000, 100)), need=5)
    verdict = verdict_of(assessment)
    assert verdict["status"] == "pass"
    assert (verdict["value"], verdict["required"], verdict["missing"]) == (5, 5, 0)
    assert (verdict["length_m"], verdict["pass_probability"]) == (1000, 1)
    assert gaps_of(assessment) == []


def test_a_gap_is_the_union_of_the_failing_windows():
    """
    1 km, 2 needed in 500 m; sites at 100, 300, 400, 900.

    Starts 0 to 300 hold 2 or more (300: the sites at 300 and 400). From just past 300 only 400, until 900 comes in
    at 400: [400, 900] holds both ends. Past 400 only 900. So all starts in (300, 500] fail but 400 itself:
    windows from 300 to 1000. 300 of 500 m of starts pass.
    """
    assessment = _judge(1000, sites_along(100, 300, 400, 900))
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["missing"]) == ("fail", 1, 1)
    assert gaps_of(assessment) == [(300, 1000)]
    assert verdict["pass_probability"] == pytest.approx(0.6)


def test_two_gaps_stay_apart():
    """
    3 km, 1 needed in 500 m; sites at 700, 1 000, 1 500, 2 000, 2 300.

    Starts up to 200 fail: windows 0 to 700. Then 500 m or less between sites: pass. Starts past 2 300 fail:
    windows 2 300 to 3 000. 400 of 2 500 m of starts fail.
    """
    assessment = _judge(3000, sites_along(700, 1000, 1500, 2000, 2300), need=1)
    assert gaps_of(assessment) == [(0, 700), (2300, 3000)]
    assert verdict_of(assessment)["pass_probability"] == pytest.approx(1 - 400 / 2500)
    assert list(assessment.gaps["length_m"]) == [700, 700]


def test_windows_are_closed_at_both_ends():
    """Sites at 0, 500 and 1 000 with 1 needed in 500 m: every window holds one; [0, 500] and [500, 1000] hold two."""
    assert verdict_of(_judge(1000, sites_along(0, 500, 1000), need=1))["status"] == "pass"


def test_one_millimetre_more_than_the_window_fails():
    """Sites at 0, 500.002 and 1 000: starts in (0, 0.002) hold none."""
    assessment = _judge(1000, sites_along(0, 500.002, 1000), need=1)
    assert verdict_of(assessment)["status"] == "fail"
    assert gaps_of(assessment) == [(0, 500.002)]


def test_an_empty_road_fails_everywhere():
    assessment = _judge(1200, [site("away", 600, 400)])
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["value"], verdict["missing"], verdict["pass_probability"]) == ("fail", 0, 2, 0)
    assert gaps_of(assessment) == [(0, 1200)]


# --- short streets


@pytest.mark.parametrize(("length", "required"), [(100, 1), (101, 2), (300, 3), (301, 4), (499, 5), (500, 5)])
def test_a_short_street_needs_its_part(length: float, required: int):
    """ceil(5 · L / 500): 100 m need 1, one metre more needs 2."""
    enough = sites_along(*[10.0 + i for i in range(required)])
    verdict = verdict_of(_judge(length, enough, need=5))
    assert (verdict["status"], verdict["required"], verdict["value"]) == ("pass", required, required)
    assert verdict["pass_probability"] == 1
    short = verdict_of(_judge(length, [*enough[1:], site("away", 0, 900)], need=5))
    assert (short["status"], short["missing"], short["pass_probability"]) == ("fail", 1, 0)


def test_a_short_street_can_need_all():
    assessment = _judge(100, sites_along(10, 20, 30, 40), need=5, short="whole")
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["required"], verdict["missing"]) == ("fail", 5, 1)
    assert gaps_of(assessment) == [(0, 100)]


def test_a_short_street_can_be_exempt():
    """No walk of 500 m fits, so there is nothing that could fail; a street of just 500 m is walked."""
    away = site("away", 0, 900)
    assert set(_judge(499, [away], short="exempt").verdicts["status"]) <= {"pass", "unknown"}
    assert _judge(499, [away], short="exempt").gaps.empty
    assert verdict_of(_judge(500, [away], short="exempt"))["status"] == "fail"


def test_quotas_of_a_short_street_are_prorated_too():
    """250 m of a window of 500: 2 of 4 in all, 1 of the 2 on integrity."""
    rule = {"need": 4, "quotas": [{"title": "诚信", "themes": ["integrity"], "need": 2}]}
    both = [*sites_along(50), site("i", 60, 5, themes="诚信")]
    assert verdict_of(_judge(250, both, **rule))["status"] == "pass"
    assert verdict_of(_judge(250, sites_along(50, 60), **rule))["status"] == "fail"


# --- reach and attachment


def test_a_site_exactly_at_reach_counts():
    """30 m from the axis counts, 30.002 m does not; at the end of the road the distance is to the end."""
    sites = [
        site("on", 100, 30),
        site("off", 200, 30.002),
        site("south", 300, -30),
        site("behind", -30, 0),
        site("beyond", -30.002, 0),
    ]
    assessment = _judge(400, sites, need=1)
    assert counted_of(assessment) == {"on", "south", "behind"}
    reasons = reasons_of(assessment)
    assert reasons["off"] == "out_of_reach"
    assert reasons["beyond"] == "out_of_reach"
    traces = assessment.traces.set_index("site")
    assert traces.loc["on", ["at_m", "distance_m"]].tolist() == [100, 30]
    assert traces.loc["behind", ["at_m", "distance_m"]].tolist() == [0, 30]


def _crossing() -> list:
    """
    甲路 from west to east and 乙路 from south to north cross at (300, 300); the site is 2 m from 乙路, 5 m from 甲路.

                 乙
                 | s
        甲 ------+------
                 |
    """
    return [road("甲路", (0, 300), (600, 300)), road("乙路", (300, 0), (300, 600))]


@pytest.mark.parametrize(("attach", "streets"), [("all", {"甲路", "乙路"}), ("nearest", {"乙路"})])
def test_a_site_near_a_crossing(attach: str, streets: set[str]):
    drawn = city(roads=_crossing(), sites=[site("s", 302, 305)])
    assessment = judge(drawn, along_rule(600, 1, attach=attach))
    verdicts = assessment.verdicts.set_index("subject_name")["status"]
    assert {name for name, status in verdicts.items() if status == "pass"} == streets
    lost = assessment.traces[assessment.traces["counted"] == 0]
    assert list(lost["reason"]) == ([] if attach == "all" else ["nearer_other_street"])


def test_a_divided_avenue_counts_both_kerbs():
    """
    One-way carriageways 40 m apart: the centre line is 20 m from either; sites 25 m outside them count though they
    are 45 m from the centre line, and each counts once.

        x   x   x     y = 65
        ---------->   y = 40
        <----------   y = 0
          x   x       y = -25
    """
    roads = [
        road("大道", (1000, 0), (0, 0), oneway="yes"),
        road("大道", (0, 40), (1000, 40), oneway="yes"),
    ]
    sites = [*sites_along(200, 500, 800, y=65, prefix="n"), *sites_along(350, 650, y=-25, prefix="s")]
    assessment = judge(city(roads=roads, sites=sites), along_rule(500, 2))
    verdict = verdict_of(assessment)
    assert verdict["length_m"] == pytest.approx(1000, abs=1)
    assert len(assessment.traces) == 5
    assert counted_of(assessment) == {"n0", "n1", "n2", "s0", "s1"}
    assert list(assessment.streets["divided"]) == [True]


# --- what counts


def test_every_reason_why_a_site_does_not_count():
    sites = [
        site("good", 100, 5),
        site("unmarked", 110, 5, condition=None),
        site("banner", 120, 5, carrier="横幅"),
        site("roll", 130, 5, carrier="易拉宝"),
        site("faded", 140, 5, condition="褪色"),
        site("gone", 150, 5, condition="已拆除"),
        site("other", 160, 5, themes="诚信"),
        site("both", 170, 5, themes="诚信、讲文明树新风"),
        site("strange", 180, 5, themes="不知所云"),
        site("blank", 190, 5, themes=None),
    ]
    assessment = _judge(300, sites, need=1, themes=["civility"])
    assert counted_of(assessment) == {"good", "unmarked", "both"}
    assert {id: reason for id, reason in reasons_of(assessment).items() if reason != "counted"} == {
        "banner": "carrier_excluded:banner",
        "roll": "carrier_excluded:roll_up",
        "faded": "condition:faded",
        "gone": "condition:removed",
        "other": "theme_not_asked",
        "strange": "theme_not_asked",
        "blank": "theme_unrecorded",
    }


def test_a_rule_can_exclude_other_forms_than_the_book():
    sites = [
        site("banner", 50, 5, carrier="横幅"),
        site("flag", 60, 5),
        site("faded", 70, 5, carrier="灯箱", condition="褪色"),
    ]
    assessment = _judge(100, sites, excluded_carriers=["lamp_post_flag"], excluded_conditions=[])
    assert counted_of(assessment) == {"banner", "faded"}


def test_only_the_carriers_asked_for_count():
    sites = [site("flag", 50, 5), site("board", 60, 5, carrier="宣传栏")]
    assessment = _judge(100, sites, carriers=["notice_board"])
    assert counted_of(assessment) == {"board"}
    assert reasons_of(assessment)["flag"].startswith("carrier_not_asked")


def test_panels_are_counted_where_the_rule_says_so():
    """One site of 3 panels, one of unrecorded panels (1): 4 panels, 2 sites."""
    sites = [site("a", 50, 5, panels=3), site("b", 60, 5)]
    assert verdict_of(_judge(500, sites, need=4, count="panels"))["value"] == 4
    assert verdict_of(_judge(500, sites, need=4, count="panels"))["status"] == "pass"
    assert verdict_of(_judge(500, sites, need=4))["value"] == 2


def test_quotas_hold_in_the_same_window():
    """
    1 km, windows of 500 m need 2 in all and 1 on integrity. Sites (i: integrity) at

        100   400 i   600   900

    Every start holds 2 (100 & 400; 400 & 600; 600 & 900): starts in (400, 500] hold no i: windows 400 to 1000.
    """
    sites = [*sites_along(100, 600, 900), site("i", 400, 5, themes="诚信")]
    free = _judge(1000, sites)
    assert verdict_of(free)["status"] == "pass"
    assessment = _judge(1000, sites, quotas=[{"title": "诚信", "themes": ["integrity"], "need": 1}])
    verdict = verdict_of(assessment)
    assert (verdict["status"], verdict["missing"]) == ("fail", 1)
    assert gaps_of(assessment) == [(400, 1000)]
    assert verdict["pass_probability"] == pytest.approx(0.8)
    assert "诚信" in verdict["explanation"]


def test_total_and_quota_fail_as_a_union():
    """
    1 km, windows of 500 m need 2 in all and 1 on integrity; flags at 300 and 500, integrity at 450.

    In all: starts up to 300 hold 3 ([0, 500]: 300, 450, 500); past 300 two (450, 500); past 450 one: fail in
    (450, 500]. Integrity: starts up to 450 hold it: fail in (450, 500]. Together windows 450 to 1000, 90 % pass.
    """
    sites = [*sites_along(300, 500), site("i", 450, 5, themes="诚信")]
    assessment = _judge(1000, sites, quotas=[{"title": "诚信", "themes": ["integrity"], "need": 1}])
    assert gaps_of(assessment) == [(450, 1000)]
    assert verdict_of(assessment)["pass_probability"] == pytest.approx(0.9)
    assert list(assessment.gaps["repair_min"]) == [1]


def test_two_forms_need_two_sites():
    """A landscape piece and a screen in every 500 m of 1 km, nothing is there: one of each at 500."""
    quotas = [
        {"title": "景观小品", "carriers": ["landscape"], "need": 1},
        {"title": "电子屏", "carriers": ["screen"], "need": 1},
    ]
    assessment = _judge(1000, [site("away", 500, 900)], need=1, quotas=quotas)
    assert assessment.gaps["repair_min"].sum() == 2


def test_facilities_count_instead_of_sites():
    """Toilets within 50 m, no ads: 600 m road, one needed in 500 m; toilets at 100 and 590 meet every window."""
    drawn = city(
        roads=[road("测试大道", (0, 0), (600, 0))],
        venues=[
            venue("t1", "toilet", shapely.Point(100, 50)),
            venue("t2", "toilet", shapely.box(580, 40, 600, 60)),
            venue("far", "toilet", shapely.Point(300, 51)),
        ],
        sites=[site("s", 300, 5)],
    )
    rule = along_rule(500, 1, sites=False, facility_classes=["toilet"], reach_m=50)
    assert verdict_of(judge(drawn, rule))["status"] == "pass"
    one = city(
        roads=[road("测试大道", (0, 0), (600, 0))],
        venues=[venue("t1", "toilet", shapely.Point(50, 50))],
        sites=[site("s", 300, 5)],
    )
    assert verdict_of(judge(one, rule))["status"] == "fail"


def test_only_streets_of_the_classes_asked_for():
    roads = [road("主路", (0, 0), (600, 0)), road("支路", (0, 300), (600, 300), highway="tertiary")]
    drawn = city(roads=roads, sites=[site("s", 0, 0)])
    main = judge(drawn, along_rule(500, 1, where={"highway": ["primary"]}))
    assert list(main.verdicts["subject_name"]) == ["主路"]
    minor = judge(drawn, along_rule(500, 1, where={"highway": ["tertiary"]}))
    assert list(minor.verdicts["subject_name"]) == ["支路"]


# --- phases


def test_a_phase_has_its_own_values():
    drawn = city(roads=[road("测试大道", (0, 0), (500, 0))], sites=sites_along(100, 200))
    rule = along_rule(500, 2, phases={"inspection": {"need": 3}})
    assert verdict_of(judge(drawn, rule))["status"] == "pass"
    strict = judge(drawn, rule, phase="inspection")
    assert (verdict_of(strict)["status"], verdict_of(strict)["phase"]) == ("fail", "inspection")


def test_a_rule_can_hold_in_one_phase_only():
    drawn = city(roads=[road("测试大道", (0, 0), (500, 0))], sites=sites_along(100))
    rules = [along_rule(500, 1), {**along_rule(500, 2), "id": "late", "only_in": ["inspection"]}]
    assert set(judge(drawn, *rules).verdicts["rule"]) == {"r"}
    assert set(judge(drawn, *rules, phase="inspection").verdicts["rule"]) == {"r", "late"}


# --- what is not known


def test_no_sites_layer_is_unknown():
    """Nobody took stock: neither a pass nor a fail, and no gap."""
    assessment = judge(city(roads=[road("测试大道", (0, 0), (1000, 0))]), along_rule(500, 1))
    verdict = verdict_of(assessment)
    assert verdict["status"] == "unknown"
    assert verdict[["missing", "deduction"]].isna().all() or verdict["deduction"] == 0
    assert assessment.gaps.empty


def test_an_empty_sites_layer_is_a_fail():
    drawn = city(roads=[road("测试大道", (0, 0), (1000, 0))], sites=[site("s", 500, 5)])
    empty = type(drawn)(crs=drawn.crs, meta=drawn.meta, roads=drawn.roads, sites=drawn.sites.iloc[:0])
    assessment = judge(empty, along_rule(500, 1))
    assert verdict_of(assessment)["status"] == "fail"
    assert gaps_of(assessment) == [(0, 1000)]


@pytest.mark.parametrize("column", [{"themes": None}, {"carrier": None}])
def test_a_site_that_may_count_makes_unknown_only_where_it_matters(column: dict):
    """
    500 m, a site of which the theme (the form) is not recorded. 1 needed: unknown without, pass with another site.
    2 needed: with nothing else fail, whatever it is.
    """
    maybe = site("maybe", 100, 5, **column)
    rule = {"themes": ["civility"], "excluded_carriers": ["banner"]}
    assert verdict_of(_judge(500, [maybe], need=1, **rule))["status"] == "unknown"
    assert verdict_of(_judge(500, [maybe, site("s", 200, 5)], need=1, **rule))["status"] == "pass"
    assert verdict_of(_judge(500, [maybe, site("s", 200, 5)], need=2, **rule))["status"] == "unknown"
    failed = _judge(500, [maybe], need=2, **rule)
    assert verdict_of(failed)["status"] == "fail"
    assert verdict_of(failed)["missing"] == 2 - verdict_of(failed)["value"]


def test_what_the_words_of_a_failing_verdict_say_adds_up():
    """Two needed, one site without a theme: none can be confirmed, and the sentence may not count it twice."""
    verdict = verdict_of(_judge(500, [site("maybe", 100, 5, themes=None)], need=2, themes=["civility"]))
    assert verdict["value"] == 0


def test_a_site_that_may_count_only_matters_in_its_windows():
    """
    2 km, 1 needed in 500 m; sites at 500, 1 000 (theme not recorded), 1 500. Starts in (500, 1 000) hold none but
    perhaps the one at 1 000: unknown. Without a site past 1 500 nothing changes: [1 500, 2 000] holds one.
    """
    sites = [*sites_along(500, 1500), site("maybe", 1000, 5, themes=None)]
    assessment = _judge(2000, sites, need=1, themes=["civility"])
    assert verdict_of(assessment)["status"] == "unknown"
    assert assessment.gaps.empty
    sure = _judge(2000, [*sites, site("no", 1800, 5, themes="诚信")], need=1, themes=["integrity"])
    assert verdict_of(sure)["status"] == "fail"


def _two_districts(surveyed_east: bool, *at: float) -> Assessment:
    """甲区 from 0 to 1 000, 乙区 from 1 000 to 2 000; 1 needed in 500 m."""
    return judge(
        city(
            roads=[road("测试大道", (0, 0), (2000, 0))],
            sites=sites_along(*at),
            districts=[
                district("甲区", -10, -100, 1000, 100, unit="甲局"),
                district("乙区", 1000, -100, 2010, 100, unit="乙局", surveyed=surveyed_east),
            ],
        ),
        along_rule(500, 1),
    )


def test_an_unsurveyed_district_is_unknown():
    """Sites at 400 and 900: all windows in 甲区 pass; in 乙区 nobody looked."""
    assert verdict_of(_two_districts(True, 400, 900))["status"] == "fail"
    unknown = _two_districts(False, 400, 900)
    assert verdict_of(unknown)["status"] == "unknown"
    assert unknown.gaps.empty


def test_a_surveyed_district_fails_beside_an_unsurveyed_one():
    """
    Only a site at 200: starts in (200, 500] lie in 甲区 and fail, and so do their windows from 200 to 1 000. A window
    that reaches into 乙区 is not known to fail.
    """
    assessment = _two_districts(False, 200)
    assert verdict_of(assessment)["status"] == "fail"
    assert gaps_of(assessment) == [(200, 1000)]


def test_gaps_are_cut_by_district():
    """Only a site at 200: windows from 200 to 2 000 fail, 800 m in 甲区 and 1 000 m in 乙区."""
    assessment = _two_districts(True, 200)
    gaps = assessment.gaps[["district", "from_m", "to_m", "length_m"]].to_records(index=False).tolist()
    assert gaps == [("甲区", 200, 1000, 800), ("乙区", 1000, 2000, 1000)]
    assert [round(shapely.length(line)) for line in assessment.gaps.geometry] == [800, 1000]
    assert assessment.gaps["repair_min"].sum() == 3  # at 700, 1 200 and 1 700, each 500 m behind the one before


def test_buildings_do_not_matter_along_a_street():
    drawn = city(
        roads=[road("测试大道", (0, 0), (500, 0))], sites=[site("s", 100, 20)], buildings=[building(50, 5, 150, 15)]
    )
    assert verdict_of(judge(drawn, along_rule(500, 1)))["status"] == "pass"


def test_no_roads_is_unknown():
    drawn = city(venues=[venue("p", "park", shapely.box(0, 0, 10, 10))], sites=[site("s", 5, 5)])
    assessment = judge(drawn, along_rule(500, 1))
    assert list(assessment.verdicts["status"]) == ["unknown"]


def test_deduction_is_per_missing_site():
    """5 needed, 2 there: 3 missing at 2 points each, at most 5 where there is a cap."""
    sites = sites_along(100, 200)
    assert verdict_of(_judge(500, sites, need=5, deduction={"per_missing": 2.0}))["deduction"] == 6
    assert verdict_of(_judge(500, sites, need=5, deduction={"per_missing": 2.0, "cap": 5.0}))["deduction"] == 5
    assert verdict_of(_judge(500, sites, need=2, deduction={"per_missing": 2.0}))["deduction"] == 0
