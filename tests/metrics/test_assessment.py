"""Assessments: what is written down and how it adds up, solved by hand."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from briefing.files import write_assessment
from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from tests.cities import building, city, district, road, site, sites_along, venue
from tests.metrics.judging import along_rule, gaps_of, judge, rule, verdict_of, visible_rule, within_rule
from tests.metrics.towns import town

ROOT = Path(__file__).resolve().parents[2]


@cache
def _judged_town() -> Assessment:
    return assess(town(), load_rulebook("zhoushan-2017"))


# --- by hand


def test_the_sentence_a_district_head_can_check():
    """
    5 needed in 500 m on 1 400 m. Three sites at 300, three at 412, then 600, 800, 900, two at 1 036 and two at 1 100.

    Past 412 only 600, 800 and 900 are left, until at 536 the two at 1 036 come in: windows 412 to 1 036 hold 3.
    Before: [300, 800] and on hold three at 412, 600, 800. Past 600: 800, 900, two and two.
    In the gap stand a banner and a faded flag that do not count.
    """
    sites = [
        *sites_along(300, 300, 300, 412, 412, 412, 600, 800, 900, 1036, 1036, 1100, 1100),
        site("b", 700, 5, carrier="横幅"),
        site("f", 750, 5, condition="褪色"),
    ]
    drawn = city(roads=[road("测试大道", (0, 0), (1400, 0))], sites=sites)
    assessment = judge(drawn, along_rule(500, 5, themes=["civility"]))
    verdict = verdict_of(assessment)
    assert gaps_of(assessment) == [(412, 1036)]
    assert (verdict["value"], verdict["missing"]) == (3, 2)
    assert verdict["pass_probability"] == pytest.approx(1 - 124 / 900)
    assert verdict["explanation"].startswith(
        "测试大道 自起点 412 米至 1 036 米：任选 500 米步行段内最少 3 处，应不少于 5 处，缺 2 处；"
        "横幅 1 处、褪色 1 处不计"
    )


def _two_districts() -> Assessment:
    """
    甲区: a road of 1 km on which 60 % of the starts pass, two parks of which one passes. 乙区: a road that passes.

    Weights: road 15, park 8. 甲区: (15 · 0.6 + 8 · 0.5) / 23 = 56.5. 乙区: 15 / 15 = 100. The city: 800 m of 1 000 m
    of starts pass, and one park of two: (15 · 0.8 + 8 · 0.5) / 23 = 69.6.
    """
    drawn = city(
        districts=[
            district("甲区", -50, -50, 1050, 450, unit="甲局"),
            district("乙区", -50, 450, 1050, 900, unit="乙局"),
            district("丙区", 2000, 0, 3000, 900, unit="丙局"),
        ],
        roads=[road("甲路", (0, 0), (1000, 0)), road("乙路", (0, 600), (1000, 600))],
        sites=[
            *sites_along(100, 300, 400, 900),
            *sites_along(*range(0, 1001, 100), y=605, prefix="t"),
            site("in", 510, 210),
        ],
        venues=[
            venue("full", "park", shapely.box(500, 200, 520, 220)),
            venue("bare", "park", shapely.box(700, 200, 720, 220)),
        ],
    )
    return judge(
        drawn,
        along_rule(500, 2, weight=15.0, deduction={"per_missing": 2.0}),
        {**within_rule(1, weight=8.0, deduction={"per_missing": 3.0}), "id": "park"},
        flags={
            "red": {"top": 1, "min_score": 90.0},
            "yellow": {"below_score": 80.0},
            "source": {"document": "测试文件", "edition": "1", "clause": "1", "confidence": "C"},
        },
    )


def _scores(assessment: Assessment, scope: str) -> pd.DataFrame:
    return assessment.scores[assessment.scores["scope"] == scope].set_index("name")


def test_scores_by_hand():
    assessment = _two_districts()
    districts = _scores(assessment, "district")
    assert districts.loc["甲区", "score"] == pytest.approx(100 * 13 / 23)
    assert districts.loc["乙区", "score"] == pytest.approx(100)
    assert pd.isna(districts.loc["丙区", "score"])
    assert _scores(assessment, "city")["score"].tolist() == pytest.approx([100 * 16 / 23])
    classes = assessment.scores[assessment.scores["scope"] == "class"].set_index("class")
    assert classes.loc["road", "score"] == pytest.approx(80)
    assert classes.loc["park", "score"] == pytest.approx(50)
    cross = assessment.scores[assessment.scores["scope"] == "district_class"].set_index(["name", "class"])["score"]
    assert cross.loc[[("甲区", "road"), ("甲区", "park"), ("乙区", "road")]].tolist() == pytest.approx([60, 50, 100])
    units = _scores(assessment, "unit")["score"]
    assert units["甲局"] == pytest.approx(100 * 13 / 23)
    assert units["乙局"] == pytest.approx(100)


def test_deductions_by_hand():
    """One site short on the road (2 points) and in the park (3 points)."""
    assessment = _two_districts()
    assert sorted(assessment.verdicts["deduction"]) == [0, 0, 2, 3]
    assert _scores(assessment, "district")["deduction"].to_dict() == {"甲区": 5, "乙区": 0, "丙区": 0}


def test_ranks_and_flags():
    """The red flag commends the best, the yellow one warns; who has no score has neither rank nor flag."""
    districts = _scores(_two_districts(), "district")
    assert districts["rank"].fillna(0).to_dict() == {"乙区": 1, "甲区": 2, "丙区": 0}
    assert districts["flag"].fillna("").to_dict() == {"乙区": "red", "甲区": "yellow", "丙区": ""}


def test_no_red_flag_for_the_best_of_the_bad():
    """乙区 alone has 60 %: first, but below 90."""
    drawn = city(
        districts=[district("乙区", -50, -50, 1050, 450)],
        roads=[road("甲路", (0, 0), (1000, 0))],
        sites=sites_along(100, 300, 400, 900),
    )
    (row,) = _scores(judge(drawn, along_rule(500, 2)), "district").to_dict("records")
    assert (row["rank"], row["flag"]) == (1, "yellow")


def test_equal_scores_share_a_rank():
    drawn = city(
        districts=[district(name, x, -50, x + 600, 50) for name, x in (("甲区", 0), ("乙区", 600), ("丙区", 1200))],
        roads=[road(f"{k}号路", (600 * k + 20, 0), (600 * k + 580, 0)) for k in range(3)],
        sites=[site("a", 300, 5), site("b", 900, 5)],
    )
    ranks = _scores(judge(drawn, along_rule(500, 1)), "district")["rank"]
    assert ranks.to_dict() == {"甲区": 1, "乙区": 1, "丙区": 3}


def test_unknown_starts_are_not_passed():
    """
    A site at 200 on 2 km, one needed in 500 m; the east half is not surveyed. Starts up to 200 pass, up to 500 fail,
    and what is further east nobody knows: 200 of the 500 m that are known.
    """
    drawn = city(
        roads=[road("测试大道", (0, 0), (2000, 0))],
        sites=sites_along(200),
        districts=[district("甲区", -10, -100, 1000, 100), district("乙区", 1000, -100, 2010, 100, surveyed=False)],
    )
    assessment = judge(drawn, along_rule(500, 1))
    assert verdict_of(assessment)["pass_probability"] == pytest.approx(0.4)
    assert _scores(assessment, "city")["score"].tolist() == pytest.approx([40])
    assert _scores(assessment, "district").loc["甲区", "score"] == pytest.approx(40)


def test_units_in_charge():
    """The subject's own unit, else the lead unit of the rule, else that of the district."""
    drawn = city(
        districts=[district("甲区", -10, -10, 1000, 100, unit="甲局")],
        venues=[
            venue("own", "park", shapely.box(0, 0, 10, 10), unit="园林所"),
            venue("other", "park", shapely.box(50, 0, 60, 10)),
        ],
        sites=[site("s", 500, 50)],
    )
    assessment = judge(drawn, within_rule(1), {**within_rule(1, units=["城管局"]), "id": "led"})
    units = assessment.verdicts.set_index(["rule", "subject"])["unit"].to_dict()
    assert units[("r", "own")] == units[("led", "own")] == "园林所"
    assert units[("r", "other")] == "甲局"
    assert units[("led", "other")] == "城管局"


def test_the_district_of_a_wall():
    """A hoarding lies where its middle lies, though its end touches the border."""
    drawn = city(
        districts=[district("甲区", 700, 0, 1700, 1000), district("乙区", -100, 0, 700, 1000)],
        venues=[venue("w", "hoarding", shapely.LineString([(600, 700), (700, 700)]), psa_area_m2=4, wall_area_m2=9)],
    )
    about = rule("share", "hoarding", numerator="psa_area_m2", denominator="wall_area_m2", limit=0.3)
    assert verdict_of(judge(drawn, about))["district"] == "乙区"


@pytest.mark.parametrize("phase", ["routine", "inspection"])
def test_all_22_clauses_are_on_the_board(phase: str):
    """Whatever a city lacks is unknown, and said so."""
    assessment = assess(city(roads=[road("甲路", (0, 0), (100, 0))]), load_rulebook("zhoushan-2017"), phase)
    assert {clause.rstrip("abc") for clause in assessment.verdicts["clause"]} >= {str(n) for n in range(1, 23)}
    assert set(assessment.verdicts["status"]) == {"unknown"}
    assert assessment.verdicts["explanation"].str.len().min() > 0
    assert assessment.gaps.empty
    board = {line.class_ for line in assessment.book.classes}
    assert set(assessment.scores.loc[assessment.scores["scope"] == "class", "class"]) >= board


# --- files


def test_the_columns_of_the_files(tmp_path: Path):
    write_assessment(_judged_town(), tmp_path)
    columns = {
        layer: [*pyogrio.read_info(tmp_path / "assessment.gpkg", layer=layer)["fields"]]
        for layer in pyogrio.list_layers(tmp_path / "assessment.gpkg")[:, 0]
    }
    assert "styleQML" in columns.pop("layer_styles")  # what QGIS draws them with
    assert {layer: " ".join(names) for layer, names in columns.items()} == {
        "verdicts": "rule clause subject subject_name class district unit phase value required status missing"
        " deduction length_m pass_probability explanation",
        "gaps": "rule subject subject_name district unit from_m to_m length_m missing repair_min",
        "streets": "street name class length_m pieces divided",
        "traces": "rule subject site counted reason at_m distance_m",
    }
    assert (tmp_path / "scores.csv").read_text("utf-8").splitlines()[
        0
    ] == "scope,name,class,score,full,pass_rate,rank,flag"
    for layer in ("verdicts", "gaps", "streets"):
        frame = gpd.read_file(tmp_path / "assessment.gpkg", layer=layer)
        assert frame.crs.to_epsg() == 4326
        assert len(frame) == len(getattr(_judged_town(), layer))
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    statuses = _judged_town().verdicts["status"].value_counts().to_dict()
    assert summary["status"] == {"pass": 0, "fail": 0, "unknown": 0} | statuses
    assert summary["street_m"] == pytest.approx(_judged_town().streets["length_m"].sum(), abs=0.01)
    assert {*pd.read_csv(tmp_path / "scores.csv")["scope"]} <= {"city", "district", "unit", "class", "district_class"}


RUN = """
import sys
from metrics.assessment import assess
from briefing.files import write_assessment
from metrics.rulebook import load_rulebook
from tests.metrics.towns import town

write_assessment(assess(town(), load_rulebook("zhoushan-2017")), sys.argv[1])
"""


def test_two_runs_give_the_same_bytes(tmp_path: Path):
    """Here twice, and in a process of its own with other hashes; only the seconds differ."""
    write_assessment(_judged_town(), tmp_path / "one")
    write_assessment(assess(town(), load_rulebook("zhoushan-2017")), tmp_path / "two")
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", RUN, str(tmp_path / "three")], check=True, cwd=ROOT, env=environment)
    for other in ("two", "three"):
        for name in ("assessment.gpkg", "scores.csv"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / other / name).read_bytes(), (other, name)
        summaries = [json.loads((tmp_path / run / "summary.json").read_text("utf-8")) for run in ("one", other)]
        assert {**summaries[0], "seconds": 0} == {**summaries[1], "seconds": 0}


def test_places_have_no_length_and_streets_have():
    gaps = _judged_town().gaps
    on_street = gaps["rule"] == "11-road-density"
    assert gaps.loc[on_street, ["from_m", "to_m", "length_m"]].notna().all(axis=None)
    assert gaps.loc[~on_street, ["from_m", "to_m", "length_m"]].isna().all(axis=None)
    assert len(gaps[~on_street])


def test_progress_names_every_rule():
    told: list[str] = []
    book = load_rulebook("zhoushan-2017")
    assess(city(roads=[road("甲路", (0, 0), (100, 0))]), book, progress=told.append)
    assert told == [one.id for one in book.at("routine")]


def test_a_phase_that_the_book_does_not_know():
    with pytest.raises(ValueError, match="reception"):
        assess(city(roads=[road("甲路", (0, 0), (100, 0))]), load_rulebook("zhoushan-2017"), "reception")


def test_words_of_the_data_are_only_words():
    """A street named like a template, a building like a formula: they are shown as they are."""
    drawn = city(
        roads=[road("{name} %s <b>路</b>", (0, 0), (600, 0))],
        venues=[venue("q", "square", shapely.box(-20, -20, 20, 20), name="=1+1")],
        buildings=[building(-10, 40, 10, 50, name="{0}")],
        sites=[site("=s", 0, 60)],
    )
    assessment = judge(drawn, along_rule(500, 3), {**visible_rule(2), "id": "view"})
    assert verdict_of(assessment)["explanation"].startswith("{name} %s <b>路</b>")
    assert verdict_of(assessment, rule="view")["explanation"].startswith("=1+1")


def test_a_street_that_is_one_walk_counts_by_its_length():
    """
    甲路 1 500 m has 1 000 m of starts, all passing; 乙路 300 m, far away, is one walk that fails: 1 000 of 1 300 m.
    """
    roads = [road("甲路", (0, 0), (1500, 0)), road("乙路", (0, 5000), (300, 5000))]
    drawn = city(roads=roads, sites=sites_along(*range(50, 1500, 50)))
    assessment = judge(drawn, along_rule())
    assert verdict_of(assessment, "甲路")["status"] == "pass"
    assert verdict_of(assessment, "乙路")["pass_probability"] == 0
    assert assessment.pass_probability == pytest.approx(1000 / 1300)


def test_rows_of_a_rule_and_a_subject_are_those_a_comparison_finds():
    """By bisection in each of the sorted tables, also for a rule or a subject that is not there."""
    judged = _judged_town()
    for table in ("verdicts", "gaps", "traces"):
        rows = getattr(judged, table)
        known = rows[["rule", "subject"]].drop_duplicates().iloc[::7]
        absent = [("no-rule", "x"), (rows["rule"][0], "\uffff")]
        for name, subject in [*known.itertuples(index=False, name=None), *absent]:
            expected = rows[(rows["rule"] == name) & (rows["subject"] == subject)]
            assert judged.rows(table, name, subject).equals(expected)
