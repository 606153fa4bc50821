"""A mistake in a rule book names file, line, key, what was found and what was expected; hostile files are refused."""

import re

import pytest

from data.errors import DataError
from metrics.book_file import MAX_BYTES
from metrics.rulebook import RuleBookError, load_rulebook, parse_rulebook

BOOK = """\
id: x
title: 试
document: 某办〔2026〕1号
edition: 2026
rules:
  - id: a
    clause: 1
    title: 甲
    class: road
    measure: along
    window_m: 500
    need: 5
    themes: [civility]
    quotas: [{themes: [core_values], need: 1}]
    phases: {inspection: {need: 6}}
    source: {clause: 一, confidence: A}
  - id: b
    clause: 2
    title: 乙
    class: bus_stop
    measure: share
    numerator: psa_total
    denominator: ads_total
    limit: 0.3
    source: {clause: 二, confidence: A}
"""


def faults_of(text, file="x.yaml"):
    with pytest.raises(RuleBookError) as caught:
        parse_rulebook(text, file=file)
    assert isinstance(caught.value, DataError)
    return caught.value.faults


def test_the_book_of_these_tests_is_right():
    assert len(parse_rulebook(BOOK, file="x.yaml").rules) == 2


# line of BOOK that is changed, from, to; key and words that the fault must name
MISTAKES = [
    (4, "edition: 2026", "editon: 2026", "editon", "没有这个键，是否想写 edition"),
    (1, "id: x", "id: 一 二", "id", "应为编号"),
    (7, "clause: 1", "clause: ''", "rules[a].clause", "不能留空"),
    (9, "road", "raod", "rules[a].class", "写的是“raod”，应为 data/vocabulary.yaml 中的场所类别"),
    (10, "along", "allong", "rules[a].measure", "应为测量方法之一：along、visible"),
    (11, "500", "-500", "rules[a].window_m", "写的是“-500”，应大于 0"),
    (11, "500", "0", "rules[a].window_m", "应大于 0"),
    (11, "500", "五百", "rules[a].window_m", "写的是“五百”，应为数字"),
    (11, "500", '"500"', "rules[a].window_m", "应为数字"),
    (11, "500", ".inf", "rules[a].window_m", "应为数字"),
    (11, "500", "1e999", "rules[a].window_m", "应为"),
    (11, "500", "true", "rules[a].window_m", "应为数字"),
    (11, "500", "", "rules[a].window_m", "写的是“空”，应为数字"),
    (11, "window_m: 500", "windw_m: 500", "rules[a].windw_m", "是否想写 window_m"),
    (11, "window_m: 500", "window_m: 500\n    radius_m: 5", "rules[a].radius_m", "没有这个键"),
    (12, "need: 5", "need: 5.5", "rules[a].need", "应为整数"),
    (12, "need: 5", "need: 0", "rules[a].need", "应不小于 1"),
    (12, "need: 5", "short: never", "rules[a].short", "应为以下之一：prorate、exempt、whole"),
    (12, "need: 5", "need: 5\n    sites: 1", "rules[a].sites", "应为 true 或 false"),
    (12, "need: 5", "need: 5\n    sites: no", "rules[a].sites", "应为 true 或 false"),
    (12, "need: 5", "need: 5\n    facility_classes: [厕纸]", "rules[a].facility_classes[1]", "场所类别"),
    (12, "need: 5", "need: 5\n    carriers: 道旗", "rules[a].carriers", "应为一个列表"),
    (12, "need: 5", "need: 5\n    carriers: [飞艇]", "rules[a].carriers[1]", "应为已知的载体"),
    (12, "need: 5", "need: 5\n    excluded_conditions: [旧]", "rules[a].excluded_conditions[1]", "应为已知的状况"),
    (12, "need: 5", "need: 5\n    deduction: {per_missing: -1}", "rules[a].deduction.per_missing", "应大于 0"),
    (12, "need: 5", "need: 5\n    deduction: {per_mising: 1}", "rules[a].deduction.per_mising", "per_missing"),
    (12, "need: 5", "need: 5\n    deduction: 2", "rules[a].deduction", "应为一组键值"),
    (12, "need: 5", "need: 5\n    weight: -1", "rules[a].weight", "应不小于 0"),
    (12, "need: 5", "need: 5\n    only_in: [summer]", "rules[a].only_in", "应为本书的阶段之一：routine、inspection"),
    (12, "need: 5", "need: 5\n    where: {highway: []}", "rules[a].where.highway", "应至少有 1 项"),
    (12, "need: 5", "need: 5\n    where: {highway: [true]}", "rules[a].where.highway[1]", "应为文字或数字"),
    (12, "need: 5", "need: 5\n    need: 6", "need", "第 12 行已经写过"),
    (13, "civility", "文明礼貌", "rules[a].themes[1]", "应为已知的主题（代码或中文名）：civility"),
    (14, "themes: [core_values], ", "", "rules[a].quotas[1]", "应至少写 themes（主题）或 carriers（载体）之一"),
    (14, "need: 1", "ned: 1", "rules[a].quotas[1].ned", "是否想写 need"),
    (15, "need: 6", "need: six", "rules[a].phases.inspection.need", "写的是“six”，应为整数"),
    (15, "need: 6", "neeed: 6", "rules[a].phases.inspection.neeed", "是否想写 need"),
    (15, "need: 6", "id: z", "rules[a].phases.inspection.id", "没有这个键"),
    (15, "inspection", "summer", "rules[a].phases.summer", "应为 routine 以外的阶段之一：inspection"),
    (15, "inspection", "routine", "rules[a].phases.routine", "日常的数值直接写在规则里"),
    (15, "{inspection: {need: 6}}", "{inspection: 6}", "rules[a].phases.inspection", "应为一组键值"),
    (16, "confidence: A", "confidence: D", "rules[a].source.confidence", "应为以下之一：A、B、C"),
    (17, "id: b", "id: a", "rules[a].id", "规则编号 a 重复，第 6 行已经用过"),
    (17, "id: b", "id: [b]", "rules[2].id", "应为规则编号"),
    (24, "0.3", "30", "rules[b].limit", "应不大于 1"),
    (24, "0.3", "-0.1", "rules[b].limit", "应不小于 0"),
]


@pytest.mark.parametrize(("line", "old", "new", "key", "words"), MISTAKES)
def test_a_mistake_names_its_place(line, old, new, key, words):
    lines = BOOK.splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    at = line + new.count("\n")
    faults = faults_of("\n".join(lines))
    assert any(fault.startswith(f"x.yaml 第 {at} 行，{key}：") and words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("old", "key", "line"),
    [
        ("title: 试\n", "title", 1),
        ("edition: 2026\n", "edition", 1),
        ("    window_m: 500\n", "rules[a].window_m", 6),
        ("    measure: along\n", "rules[a].measure", 6),
        ("    source: {clause: 一, confidence: A}\n", "rules[a].source", 6),
        ("    limit: 0.3\n", "rules[b].limit", 17),
    ],
)
def test_what_is_missing_is_named(old, key, line):
    faults = faults_of(BOOK.replace(old, "", 1))
    at = line if line < BOOK[: BOOK.index(old)].count("\n") + 1 else line - 1
    assert any(fault.startswith(f"x.yaml 第 {at} 行，{key}：") for fault in faults), faults


def test_a_ratio_needs_both_numbers():
    faults = faults_of(BOOK.replace("    denominator: ads_total\n", ""))
    assert faults == [
        "x.yaml 第 17 行，rules[b]：应写 numerator 和 denominator（两列之比），或只写 over（达标对象之比），二者取一"
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("measure: along, window_m: 9, need: 1, sites: false", "应写 facility_classes"),
        ("measure: value, column: c, op: '>=', limit: 1, per_unit: 5", "应写 per"),
        ("measure: value, column: c, op: '=', limit: 1", "应为以下之一：>=、<=、>、<"),
        ("measure: spacing, facility_classes: [toilet], max_m: 10, min_m: 20", "min_m 应小于 max_m"),
        ("measure: spacing, facility_classes: [], max_m: 10", "应至少有 1 项"),
        ("measure: radius, facility_classes: [toilet], limit: 1", "radius_m（一个半径）或 tiers"),
        ("measure: radius, facility_classes: [toilet], limit: 1, radius_m: 5, area_kinds: [火星]", "应为已知的用地"),
        (
            "measure: radius, facility_classes: [park], limit: 1, min_area_m2: 5, tiers: [{radius_m: 5}]",
            "应写在各档里",
        ),
        (
            "measure: radius, facility_classes: [park], limit: 1, radius_m: 5, min_area_m2: 9, max_area_m2: 5",
            "min_area_m2 应小于 max_area_m2",
        ),
        ("measure: visible, need: 1, sample_points: -1", "应不小于 0"),
        ("measure: reach, walk_m: 0", "应大于 0"),
        ("measure: rate, limit: 1, of: street", "应为以下之一：sites、venue"),
        ("measure: presence, need: 2", "没有这个键"),
        ("measure: unstated", "缺少这一项"),
    ],
)
def test_mistakes_of_single_measures(rule, words):
    text = f"{BOOK}  - {{id: c, clause: 3, title: 丙, class: park, {rule}, source: {{clause: 三, confidence: A}}}}\n"
    faults = faults_of(text)
    assert any(fault.startswith("x.yaml 第 26 行，rules[c]") and words in fault for fault in faults), faults


def test_all_mistakes_are_told_at_once():
    text = BOOK.replace("500", "-1").replace("0.3", "3").replace("title: 试", "titel: 试")
    faults = faults_of(text)
    assert len(faults) == 4
    assert [int(re.search(r"第 (\d+) 行", fault)[1]) for fault in faults] == [1, 2, 11, 24]


def test_very_many_mistakes_are_counted():
    faults = faults_of("rules:\n" + "- 5\n" * 500)
    assert len(faults) == 101
    assert re.match(r"另有 \d+ 处错误", faults[-1])


@pytest.mark.parametrize(
    ("extra", "key", "words"),
    [
        ("phases: {inspection: 迎检}", "phases", "缺少 routine"),
        ("classes: [{number: 1, class: road}, {number: 2, class: 道路}]", "classes[2].class", "类别 road 重复"),
        ("classes: [{number: 1, class: 集市}]", "classes[1].class", "应为 data/vocabulary.yaml 中的场所类别"),
        ("classes: {road: 1}", "classes", "应为一个列表"),
        ("view: {cut_m: 1}", "view.source", "没有写来源"),
        ("view: {cut_m: 1, max_angle_deg: 200, source: {clause: 看, confidence: A}}", "view.max_angle_deg", "180"),
        ("view: 5", "view", "应为一组键值"),
        ("flags: {red: {top: 0}, source: {clause: 旗, confidence: A}}", "flags.red.top", "应不小于 1"),
        ("flags: {green: 1, source: {clause: 旗, confidence: A}}", "flags.green", "没有这个键"),
        ("draw: {counts: {road: 0}, source: {clause: 抽, confidence: A}}", "draw.counts.road", "应不小于 1"),
        ("draw: {counts: {road: 3}}", "draw.source", "缺少这一项"),
        ("excluded_carriers: [banner]", "excluded_carriers", "exclusions_source"),
        ("weight_source: {confidence: C}", "weight_source.clause", "缺少这一项"),
        ("origins: {}", "origins", "没有这个键"),
        ("drop: [a]", "drop", "没有这条规则"),
        ("drop: a", "drop", "应为一个列表"),
    ],
)
def test_mistakes_of_the_book_itself(extra, key, words):
    faults = faults_of(BOOK + extra)
    assert any(f"，{key}：" in fault and words in fault and "第 26 行" in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a:\n\t- b", "第 2 行：不符合 YAML 写法，缩进或值前用了制表符"),
        ("a: 1\nb: c: d", "第 2 行：不符合 YAML 写法，此处不应再出现冒号"),
        ("a: 1\nb： 2\nc: 3", "全角冒号"),
        ("a: [1, 2", "引号或括号没有闭合"),
        ('a: "x', "引号或括号没有闭合"),
        ("a: 1\n  b: 2", "第 2 行：不符合 YAML 写法"),
        ("", "x.yaml：文件是空的"),
        (" \n\t\n", "x.yaml：文件是空的"),
        ("# 只有注释\n", "不是“键: 值”的形式"),
        ("- a\n- b", "不是“键: 值”的形式"),
        ("随便一句话", "不是“键: 值”的形式"),
        ("a: 1\n---\nb: 2", "第 2 行：一个文件里有几份 YAML 文档"),
        ("a: &k 1\nb: *k", "第 2 行：使用了引用"),
        ("a: 1\nb: !!python/object:os.system rm", "第 2 行：使用了类型标记"),
        ("a: !x 1", "第 1 行：使用了类型标记"),
        ("a: " + "[" * 40, "嵌套层数过多"),
        ("? [a]\n: b", "键应为一个词"),
        ("a: \x00", "控制字符"),
        (b"a: 1\nb: \xc4\xe3\xba\xc3", "x.yaml 第 2 行：文件不是 UTF-8 编码（可能是 GBK）"),
        ("a: \ud800", "不是 UTF-8"),
        ("rules: []", "rules"),
    ],
)
def test_what_is_no_yaml_says_so(text, words):
    assert any(words in fault for fault in faults_of(text))


def test_a_yaml_bomb_is_refused():
    layers = "\n".join(f"k{at}: &k{at} [{', '.join([f'*k{at - 1}'] * 9)}]" for at in range(1, 30))
    (fault,) = faults_of("k0: &k0 [x]\n" + layers)
    assert "第 2 行：使用了引用" in fault


def test_a_huge_file_is_refused(tmp_path):
    file = tmp_path / "huge.yaml"
    file.write_bytes(b"a: 1\n" * 2_000_000)
    for read in (lambda: load_rulebook(file), lambda: parse_rulebook(file.read_bytes(), file="huge.yaml")):
        with pytest.raises(RuleBookError, match=f"超过 {MAX_BYTES // 1024} KB"):
            read()


# --- finding and extending


def test_an_unknown_name_lists_the_shipped_books(tmp_path):
    with pytest.raises(RuleBookError, match=r"找不到规则书“zhoushan”；应为随系统提供的 zhoushan-2017、"):
        load_rulebook("zhoushan")
    with pytest.raises(RuleBookError, match="找不到规则书"):
        load_rulebook(tmp_path)


def test_a_cycle_is_an_error(tmp_path):
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{one}.yaml").write_text(f"id: {one}\nextends: {other}.yaml\n", encoding="utf-8")
    with pytest.raises(
        RuleBookError, match=r"c\.yaml 第 2 行，extends：规则书互相引用成环：a\.yaml → b\.yaml → c\.yaml → a\.yaml"
    ):
        load_rulebook(tmp_path / "a.yaml")


def test_a_book_cannot_extend_itself(tmp_path):
    (tmp_path / "a.yaml").write_text("id: a\nextends: a.yaml\n", encoding="utf-8")
    with pytest.raises(RuleBookError, match="成环"):
        load_rulebook(tmp_path / "a.yaml")


def test_the_parent_must_exist(tmp_path):
    (tmp_path / "a.yaml").write_text("id: a\nextends: none.yaml\n", encoding="utf-8")
    with pytest.raises(RuleBookError, match=r"a\.yaml 第 2 行，extends：找不到规则书“none\.yaml”"):
        load_rulebook(tmp_path / "a.yaml")


def test_an_upload_reads_no_file_of_the_server(tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    for target in (str(secret), "../../etc/passwd", "[a]"):
        (fault,) = faults_of(f"id: x\nextends: {target}\n")
        assert fault.startswith("x.yaml 第 2 行，extends：")
        assert "hunter2" not in fault


def test_a_change_needs_its_own_source():
    head = "id: x\ntitle: t\ndocument: d\nedition: e\nextends: zhoushan-2017\n"
    (fault,) = faults_of(head + "rules:\n  - {id: 12-canopy-share, limit: 0.4}\n")
    assert fault.startswith("x.yaml 第 7 行，rules[12-canopy-share].source：改动了上级规则书的数值却没有写来源")


def test_a_mistake_in_a_parent_names_the_parents_file(tmp_path):
    (tmp_path / "p.yaml").write_text(BOOK.replace("500", "-1"), encoding="utf-8")
    (tmp_path / "a.yaml").write_text("id: a\ntitle: t\ndocument: d\nedition: e\nextends: p.yaml\n", encoding="utf-8")
    with pytest.raises(RuleBookError, match=r"^p\.yaml 第 11 行，rules\[a\]\.window_m：写的是“-1”，应大于 0$"):
        load_rulebook(tmp_path / "a.yaml")


def test_a_mistake_in_a_change_names_the_line_of_the_change(tmp_path):
    (tmp_path / "p.yaml").write_text(BOOK, encoding="utf-8")
    child = "id: a\ntitle: t\ndocument: d\nedition: e\nextends: p.yaml\nrules:\n- id: a\n  need: no\n"
    (tmp_path / "a.yaml").write_text(child + "  source: {clause: 一, confidence: A}\n", encoding="utf-8")
    with pytest.raises(RuleBookError, match=r"^a\.yaml 第 8 行，rules\[a\]\.need：写的是“no”，应为整数$"):
        load_rulebook(tmp_path / "a.yaml")


def test_dropping_what_is_not_there():
    text = "id: x\ntitle: t\ndocument: d\nedition: e\nextends: index-assessment\ndrop: [road-density, 99-none]\n"
    (fault,) = faults_of(text)
    assert fault.startswith(
        "x.yaml 第 6 行，drop：写的是“99-none”，上级规则书中没有这条规则；可删除的规则：square-view、"
    )


def test_script_and_braces_stay_text():
    (fault,) = faults_of(BOOK.replace("along", "'<script>{key}</script>'"))
    assert "<script>{key}</script>" in fault
