"""``cli.py brief``: what it writes, and how it ends on bad input."""

import json
from pathlib import Path

import pyogrio
import pytest
from click.testing import CliRunner, Result
from docx import Document
from PIL import Image
from pptx import Presentation

from cli import main
from data.settings import settings
from store import Store, Wanted, open_store
from tests.views.small import small_city


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("COVERAGE_DATA_FOLDER", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ``check``, and its city beside it."""
    folder = tmp_path_factory.mktemp("judged")
    small_city().write(folder / "city.gpkg")
    assert _run("check", folder / "city.gpkg", "--out", folder / "out").exit_code == 0
    return folder


def _is_refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr, result.stderr
    assert "Traceback" not in result.stderr


def test_brief_writes_beside_the_assessment(judged):
    result = _run("brief", judged / "out", "--pptx", "--docx", "--png", "--xlsx", "--json")
    assert result.exit_code == 0, result.output
    files = [Path(file) for file in json.loads(result.stdout)["files"]]
    assert {file.suffix for file in files} == {".pptx", ".docx", ".png", ".xlsx"}
    assert all(file.parent == judged / "out" and file.stat().st_size for file in files)
    assert len(Presentation(next(file for file in files if file.suffix == ".pptx")).slides) >= 3


def test_given_the_time_two_briefs_are_equal(judged, tmp_path):
    arguments = ("brief", judged / "out", "--pptx", "--docx", "--xlsx", "--at", "2026-11-18T07:30:00", "--out")
    contents = []
    for name in ("one", "two"):
        assert _run(*arguments, tmp_path / name).exit_code == 0
        contents.append({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]


def test_since_and_district(judged, tmp_path):
    result = _run("brief", judged / "out", "--docx", "--since", judged / "out", "--district", "西区", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    document = Document(next(tmp_path.glob("*.docx")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "与2026年1月31日的评定相比，得分持平，缺口新增0项" in text


def test_maps_of_a_district_of_a_size_with_a_number(judged, tmp_path):
    asked = ("--png", "--kmz", "--gpkg", "--district", "西区", "--size", "16x9", "--approval", "浙S(2026)12号")
    result = _run("brief", judged / "out", *asked, "--out", out := tmp_path / "out")
    assert result.exit_code == 0, result.output
    names = {file.name for file in out.iterdir()}
    assert names == {"地图_西区.png", "外业地图_西区.kmz", "地图数据_西区.gpkg"}
    with Image.open(out / "地图_西区.png") as image:
        assert image.size[0] / image.size[1] == pytest.approx(16 / 9, rel=0.01)
    assert set(pyogrio.read_dataframe(out / "地图数据_西区.gpkg", layer="gap_lines")["district"]) == {"西区"}
    assert "审图号" in _run("brief", "--help").output


def test_archive(judged, tmp_path):
    result = _run("brief", judged / "out", "--xlsx", "--kmz", "--zip", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert [file.suffix for file in tmp_path.iterdir() if file.is_file()] == [".zip"]


def test_refusals(judged, tmp_path):
    _is_refused(_run("brief", judged / "out"), "请指明要写什么")
    _is_refused(_run("brief", tmp_path, "--pptx"), "不是 check 的输出文件夹")
    _is_refused(_run("brief", judged / "out", "--pptx", "--district", "南区"), "没有名为“南区”的区", "西区")
    _is_refused(_run("brief", judged / "out", "--pptx", "--district", "西区", "--unit", "甲"), "只能用一个")
    _is_refused(_run("brief", judged / "out", "--pptx", "--plan", tmp_path), "不是 plan 的输出文件夹")
    _is_refused(
        _run("brief", judged / "out", "--pptx", "--city", tmp_path / "no.gpkg"), "找不到评定时的城市文件", "no.gpkg"
    )


def test_a_city_that_was_changed_since_is_refused(tmp_path):
    small_city().write(tmp_path / "city.gpkg")
    assert _run("check", tmp_path / "city.gpkg", "--out", tmp_path / "out").exit_code == 0
    small_city(street="另一条路").write(tmp_path / "city.gpkg")
    _is_refused(_run("brief", tmp_path / "out", "--pptx"), "与评定时不同", "重新运行 check")


def test_another_book_is_refused(judged):
    _is_refused(_run("brief", judged / "out", "--pptx", "--book", "strict-county"), "与评定时不同")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"inputs": 3}'])
def test_a_spoilt_summary_is_refused(tmp_path, content):
    (tmp_path / "summary.json").write_text(content, encoding="utf-8")
    _is_refused(_run("brief", tmp_path, "--pptx"), "不是 check 的输出文件夹")


@pytest.fixture
def ordered(judged) -> Store:
    """The store of this installation with the run of ``judged``, an order for each gap, and an account of each role."""
    result = _run("check", judged / "city.gpkg", "--keep", "--out", judged / "out", "--json")
    assert result.exit_code == 0, result.output
    store = open_store()
    command = store.people.first("zhihuibu", "指挥部", "a long password")
    store.people.add(command, "xiqu", "西区", "district", district="西区")
    store.orders.make(command, json.loads(result.stdout)["run"])
    yield store
    store.close()


def _said(folder: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(next(folder.glob("*.docx"))).paragraphs)


def test_orders_are_told_as_the_account_sees_them(judged, tmp_path, ordered):
    command = ordered.people.sign_in_outside("zhihuibu")
    counts = {}
    for scope, asked in (("city", ()), ("west", ("--district", "西区"))):
        made = _run("brief", judged / "out", "--docx", *asked, "--orders-as", "zhihuibu", "--out", tmp_path / scope)
        assert made.exit_code == 0, made.output
        page = ordered.orders.page(command, **({"wanted": Wanted(district="西区")} if asked else {}))
        counts[scope] = page.total
        assert f"整改单共下达{page.total}张" in _said(tmp_path / scope)
    assert 0 < counts["west"] < counts["city"]
    asked = ("--docx", "--district", "西区", "--orders-as", "xiqu")
    own = _run("brief", judged / "out", *asked, "--out", tmp_path / "own")
    assert own.exit_code == 0, own.output
    assert f"整改单共下达{counts['west']}张" in _said(tmp_path / "own")
    assert _run("brief", judged / "out", "--docx", "--out", tmp_path / "none").exit_code == 0
    assert "整改单" not in _said(tmp_path / "none")


def test_orders_that_an_account_does_not_see_whole_are_refused(judged, tmp_path, ordered):
    asked = ("brief", judged / "out", "--docx", "--out", tmp_path, "--orders-as")
    _is_refused(_run(*asked, "xiqu"), "只能看到“西区”的整改单")
    _is_refused(_run(*asked, "xiqu", "--district", "东区"), "只能看到“西区”的整改单")
    _is_refused(_run(*asked, "nobody"), "还没有开通")
    _is_refused(_run(*asked, "demo"), "系统里已有账号")
    assert not list(tmp_path.glob("*.docx")), "nothing is written before that"


def test_without_accounts_the_demo_reads_the_orders(judged, tmp_path):
    result = _run("brief", judged / "out", "--docx", "--orders-as", "demo", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "尚未下达整改单" in _said(tmp_path / "out")
