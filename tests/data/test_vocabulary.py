"""The vocabulary: every code, its Chinese name, its synonyms in any spelling."""

import pytest

from data.vocabulary import read_vocabulary, split_list, vocabulary

LISTS = ("carriers", "conditions", "themes", "classes", "levels", "area_kinds", "highways")


@pytest.mark.parametrize("name", LISTS)
def test_every_code_and_its_label_mean_the_code(name):
    words = getattr(vocabulary(), name)
    for code in words:
        assert words.code(code) == code
        assert words.code(words.label(code)) == code


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("carriers", "道旗", "lamp_post_flag"),
        ("carriers", "  ＬＥＤ 屏", "screen"),
        ("carriers", "Bus-Shelter", "shelter"),
        ("carriers", "易拉宝", "roll_up"),
        ("conditions", "掉色", "faded"),
        ("themes", "核心价值观", "core_values"),
        ("classes", "公共广场", "square"),
        ("levels", "镇", "street"),
        ("area_kinds", "小区", "residential"),
        ("highways", "主干路", "primary"),
    ],
)
def test_synonyms_are_known_in_any_spelling(name, word, code):
    assert getattr(vocabulary(), name).code(word) == code


@pytest.mark.parametrize("word", ["没有这个词", "", None, 3, float("nan")])
def test_what_is_not_known_has_no_code(word):
    assert vocabulary().carriers.code(word) is None


def test_a_label_that_is_not_known_is_given_back():
    assert vocabulary().carriers.label("飞艇") == "飞艇"


def test_lists_are_separated_by_any_mark():
    assert split_list("诚信,禁烟，中国梦、健康;节约；") == ["诚信", "禁烟", "中国梦", "健康", "节约"]


def test_a_word_for_two_codes_is_an_error(tmp_path):
    file = tmp_path / "vocabulary.yaml"
    lists = "\n".join(f"{name}: {{a: [甲], b: [乙, 甲]}}" for name in LISTS)
    file.write_text(lists, encoding="utf-8")
    with pytest.raises(ValueError, match="stands for both a and b"):
        read_vocabulary(file)


def test_an_unknown_list_is_an_error(tmp_path):
    file = tmp_path / "vocabulary.yaml"
    file.write_text("colours: {red: [红]}", encoding="utf-8")
    with pytest.raises(ValueError, match="colours"):
        read_vocabulary(file)
