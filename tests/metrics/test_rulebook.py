"""Rule books: requirements as sentences, phases, books that extend others, a new city's."""

import re
from pathlib import Path

import pytest

from data.errors import DataError
from metrics.requirements import plain
from metrics.rulebook import describe, load_rulebook, parse_rulebook, requirement_table
from tests.metrics.shipped import BOOKS, in_phase, shipped

DOCS = Path(__file__).parents[2] / "docs" / "guide" / "rulebooks.md"


@pytest.fixture(params=BOOKS)
def book(request):
    return shipped(request.param)


# --- requirements as sentences


def numbers_of(rule):
    """The numbers that the requirement must show, as people write them."""
    if rule.measure in ("share", "radius"):
        shown = [f"{plain(rule.limit * 100)}%"]
    elif rule.measure in ("value", "rate"):
        shown = [plain(rule.limit)]
    else:
        shown = [plain(rule.need)] if hasattr(rule, "need") else []
    for field in ("window_m", "walk_m", "max_m", "min_m", "radius_m"):
        value = getattr(rule, field, None)
        shown += [plain(value)] if value is not None else []
    if rule.measure == "value" and rule.per:
        shown.append(plain(rule.per_unit))
    for quota in getattr(rule, "quotas", ()):
        shown.append(plain(quota.need))
    for tier in getattr(rule, "tiers", ()):
        shown += [plain(value) for value in (tier.radius_m, tier.min_area_m2, tier.max_area_m2) if value]
    return shown


def test_requirements_show_their_numbers(book):
    for phase in book.phases:
        for rule in book.at(phase):
            text = describe(rule, phase, book=book)
            found = set(re.findall(r"[\d.]+%?", text)) | set(re.findall(r"[\d.]+", text))
            assert found >= set(numbers_of(rule)), (rule.id, text)
            assert not re.search(r"[{}]|None|nan", text)
            assert not re.search(r"\b[a-z]+_[a-z_]+\b", text), text


def test_requirement_of_a_road():
    rule = shipped("zhoushan-2017").rule("11-road-density")
    assert describe(rule).startswith("城区主次干道每步行 500 米，讲文明树新风公益广告不少于 5 处")


@pytest.mark.parametrize(
    ("id", "phase", "text"),
    [
        ("14-hoarding-share", "routine", "工地围墙、围挡：公益广告面积占围挡墙体面积不低于 30%"),
        ("14-hoarding-share", "inspection", "工地围墙、围挡：公益广告面积占围挡墙体面积不低于 50%"),
        ("14-hoarding-no-blank", "inspection", "工地围墙、围挡：围挡空白段长度应为 0 米"),
        ("14-hoarding-no-blank", "routine", "日常阶段不判此项"),
        ("19-hospital-share", "routine", "医院：公益广告数占广告总数高于 30%"),
        ("13-bike-share", "inspection", "公共自行车雨棚：公益广告数占广告总数应达到 100%"),
        ("20-scenic-reach", "routine", "景区景点：从景区大门往里步行 100 米内看得见公益广告，至少 1 处"),
        ("6-park-boards", "routine", "每个城市公园，宣传栏不少于 2 处"),
    ],
)
def test_requirements_read_well(id, phase, text):
    book = shipped("zhoushan-2017")
    assert describe(book.rule(id), phase, book=book) == text


def test_requirement_table(book):
    table = requirement_table(book)
    assert list(table["rule"]) == [rule.id for rule in book.rules]
    assert list(table.columns) == [
        *("rule", "clause", "title", "class", "class_label", "measure", "measure_label"),
        *("routine", "inspection", "weight", "deduction", "units", "source", "confidence", "origin", "note"),
    ]
    board = [line.class_ for line in book.classes]
    places = [board.index(code) for code in table["class"]]
    assert places == sorted(places)


# --- phases


def test_routine_is_the_base_and_books_stay_as_they_are():
    book = shipped("zhoushan-2017")
    before = book.fingerprint
    assert book.rule("12-canopy-share").limit == 0.2
    book.at("inspection")
    assert book.rule("12-canopy-share").limit == 0.2
    assert book.fingerprint == before == load_rulebook("zhoushan-2017").fingerprint


def test_rules_of_one_phase_only():
    assert "2-stop-share" not in in_phase("zhoushan-2017", "routine")
    assert "10-police-routine" not in in_phase("zhoushan-2017", "inspection")


def test_unknown_phase():
    with pytest.raises(DataError, match=r"没有“summer”阶段.*routine（日常）、inspection（迎检）"):
        shipped("zhoushan-2017").at("summer")


# --- extends


def test_origins_say_which_book_a_rule_comes_from():
    origins = shipped("strict-county").origins
    assert origins["12-canopy-share"] == ("zhoushan-2017",)
    assert origins["11-road-density"] == ("zhoushan-2017", "strict-county")
    assert origins["11-road-200"] == ("strict-county",)


def test_a_changed_rule_keeps_what_is_not_named():
    old = shipped("zhoushan-2017").rule("11-road-density")
    new = shipped("strict-county").rule("11-road-density")
    assert (new.window_m, new.units, new.weight, new.where) == (old.window_m, old.units, old.weight, old.where)
    assert new.source.confidence == "B"


CHILD = """
id: child
title: 加严
document: 某文明办〔2026〕1号
edition: 2026年度
extends: parent.yaml
drop: [b]
view: {default_distance_m: 80, source: {clause: 看得见, confidence: C, note: 试}}
rules:
  - {id: a, need: 7, source: {clause: 一, confidence: A}}
  - {id: c, clause: 3, title: 丙, class: park, measure: within, need: 1, source: {clause: 三, confidence: A}}
"""
PARENT = """
id: parent
title: 上级
document: 省文明办〔2025〕1号
edition: 2025年度
city: 某市
rules:
  - id: a
    clause: 1
    title: 甲
    class: road
    measure: along
    window_m: 500
    need: 5
    phases: {inspection: {need: 6}}
    source: {clause: 一, confidence: A}
  - {id: b, clause: 2, title: 乙, class: square, measure: visible, need: 10, source: {clause: 二, confidence: A}}
"""


@pytest.fixture
def family(tmp_path):
    (tmp_path / "parent.yaml").write_text(PARENT, encoding="utf-8")
    (tmp_path / "child.yaml").write_text(CHILD, encoding="utf-8")
    return tmp_path


def test_a_book_changes_drops_and_adds(family):
    book = load_rulebook(family / "child.yaml")
    assert [rule.id for rule in book.rules] == ["a", "c"]
    a = book.rule("a")
    assert (a.need, a.window_m, a.phases["inspection"]["need"]) == (7, 500, 6)
    assert (a.source.document, a.source.edition) == ("某文明办〔2026〕1号", "2026年度")
    assert (book.title, book.city, book.extends) == ("加严", "某市", "parent.yaml")
    assert (book.view.default_distance_m, book.view.diagonal_factor) == (80, 38.2)
    assert [line.class_ for line in book.classes] == ["road", "park"]


def test_three_generations(family):
    text = CHILD.replace("id: child", "id: grandchild").replace("extends: parent.yaml", "extends: child.yaml")
    text = text.replace("drop: [b]", "drop: [c]").replace("need: 7", "need: 8")
    (family / "grandchild.yaml").write_text(text, encoding="utf-8")
    book = load_rulebook(family / "grandchild.yaml")
    assert book.rule("a").need == 8
    assert book.origins["a"] == ("parent", "child", "grandchild")


def test_changing_the_measure_keeps_only_what_all_rules_have(family):
    text = CHILD.replace("{id: a, need: 7,", "{id: a, measure: unstated, reason: 待定,")
    (family / "child.yaml").write_text(text, encoding="utf-8")
    rule = load_rulebook(family / "child.yaml").rule("a")
    assert (rule.measure, rule.title, dict(rule.phases)) == ("unstated", "甲", {})


# --- a new city is a file


NEW_CITY = """
id: xincheng-2026
title: 新城公益广告设置标准（2026）
document: 新城文明办〔2026〕3号
edition: 2026年度
city: 新城
phases: {routine: 日常, festival: 节庆}
classes:
  - {number: "1", class: 农贸市场, label: 农贸市场}
  - {number: "2", class: 公交站点}
rules:
  - id: 1-market
    clause: 1
    title: 农贸市场公益广告
    class: 农贸市场
    measure: within
    need: 4
    count: panels
    themes: [诚信, 讲文明树新风]
    carriers: [宣传栏, LED屏]
    phases: {festival: {need: 6}}
    deduction: {per_missing: 1.5, cap: 6}
    source: {clause: 第一条, confidence: A}
  - id: 2-stop
    clause: 2
    title: 站点公益广告占比
    class: 公交站
    measure: share
    numerator: psa_total
    denominator: ads_total
    limit: 0.4
    only_in: [festival]
    source: {clause: 第二条, confidence: A}
"""


def test_a_new_citys_book_is_yaml_and_no_code():
    book = parse_rulebook(NEW_CITY, file="xincheng.yaml")
    market, stop = book.rules
    assert (market.class_, stop.class_) == ("农贸市场", "bus_stop")
    assert market.themes == ("integrity", "civility")
    assert market.carriers == ("notice_board", "screen")
    assert [rule.id for rule in book.at("routine")] == ["1-market"]
    assert [rule.need for rule in book.at("festival") if rule.id == "1-market"] == [6]
    assert "农贸市场" in describe(market, "festival", book=book)
    assert "festival" in requirement_table(book).columns


def test_a_book_may_be_bytes_with_a_byte_order_mark():
    raw = "\ufeff".encode() + NEW_CITY.replace("\n", "\r\n").encode()
    assert parse_rulebook(raw, file="x").fingerprint == parse_rulebook(NEW_CITY, file="x").fingerprint


def test_the_examples_of_the_docs_are_books():
    examples = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    books = [parse_rulebook(example, file="docs") for example in examples]
    assert [len(book.rules) for book in books] == [1, len(shipped("zhoushan-2017").rules) - 1]
    assert books[1].rule("11-road-density").need == 6


def test_the_docs_name_every_key():
    from metrics.book import RuleBook
    from metrics.book_wording import keys_of
    from metrics.rules import MODELS

    text = DOCS.read_text(encoding="utf-8")
    keys = {key for model in (RuleBook, *MODELS.values()) for key in keys_of(model)}
    assert {key for key in keys if f"`{key}`" not in text and f"`{key}:" not in text} == set()
    assert {measure for measure in MODELS if f"`{measure}`" not in text} == set()
