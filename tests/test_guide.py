"""What the guide says is true of the product: its pictures, links, controls, settings, words and commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import cli
from data.headings import columns_of, label
from data.layers import LAYERS
from data.settings import SETTINGS
from data.vocabulary import vocabulary
from store.access import RIGHTS, ROLES
from texts import lookup, say
from tools.take_pictures import PICTURES, names

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MOST_KB = 160
_ANY = "…"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path):
    return pytest.param(page, id=str(page.relative_to(ROOT)))


def seen_texts() -> Iterator[str]:
    """Every text that users see, what is put into it later as ``…``, without marks of HTML."""
    found: list[object] = [YAML(typ="safe").load(text_of(file)) for file in (ROOT / "texts" / "zh").glob("*.yaml")]
    found += [YAML(typ="safe").load(text_of(ROOT / "data" / name)) for name in ("orders.yaml", "order_sheet.yaml")]
    while found:
        one = found.pop()
        if isinstance(one, dict):
            found += one.values()
        elif isinstance(one, list):
            found += one
        elif isinstance(one, str):
            yield _plain(re.sub(r"\{[^}]*\}", _ANY, re.sub(r"<[^>]*>", "", one)))


def _plain(text: str) -> str:
    return re.sub(r"\s*…[\s…]*", _ANY, text)


def anchors(document: Path) -> set[str]:
    """The names under which the headings of a document are reached."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text_of(document), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def rows_of(page: Path, heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading: first cell -> the others."""
    part = text_of(page).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def test_every_picture_is_shown_and_can_be_made_again():
    shown = {
        Path(target).stem
        for document in DOCUMENTS
        for target in re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", text_of(document))
    }
    assert len(names()) == len(set(names()))
    assert shown == set(names()) == {file.stem for file in PICTURES.iterdir()}


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*.png")), ids=lambda file: file.stem)
def test_pictures_are_small(picture):
    assert picture.stat().st_size <= 1000 * MOST_KB


@pytest.mark.parametrize("document", [named(one) for one in DOCUMENTS])
def test_links_and_their_headings_are_there(document):
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        path, _, anchor = target.partition("#")
        if path.startswith("http"):
            continue
        there = (document.parent / path).resolve() if path else document
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert not lost


def test_every_page_is_reached_from_the_first():
    first = text_of(GUIDE / "README.md")
    assert "docs/guide/README.md" in text_of(ROOT / "README.md")
    assert [page.name for page in PAGES if page.name != "README.md" and f"]({page.name})" not in first] == []


@pytest.mark.parametrize("page", [named(one) for one in PAGES])
def test_controls_are_called_as_they_are(page):
    known = set(seen_texts())
    quoted = {_plain(one) for one in re.findall(r"「([^」]+)」", text_of(page))} - {""}
    assert sorted(quoted - known) == []


def test_faults_are_quoted_as_they_are_told():
    told = list(seen_texts())
    quoted = [re.findall(r"“([^”]+)”", cell) for cell in rows_of(GUIDE / "administrator.md", "出了问题")]
    pieces = [piece.strip() for one in quoted for whole in one for piece in whole.split(_ANY)]
    assert len(pieces) > 8
    assert [piece for piece in pieces if not any(piece in text for text in told)] == []


def test_settings_are_all_told_and_no_others():
    table = rows_of(GUIDE / "administrator.md", "设置")
    assert [name.strip("`") for name in table] == [setting.name for setting in SETTINGS]
    for setting in SETTINGS:
        if not setting.name.endswith("_folder"):
            assert table[f"`{setting.name}`"][0] == (f"`{setting.default}`" if setting.default else "空")


def test_words_are_those_of_the_vocabulary():
    table = rows_of(GUIDE / "administrator.md", "词表")
    words = vocabulary()
    lists = {"载体": "carriers", "状况": "conditions", "主题": "themes", "级别": "levels", "类型": "area_kinds"}
    told = {name: cells[0].split("、") for name, cells in table.items()}
    assert told == {
        name: [getattr(words, own).label(code) for code in getattr(words, own).codes] for name, own in lists.items()
    }


@pytest.mark.parametrize("layer", list(LAYERS))
def test_headings_are_known_and_the_required_ones_are_bold(layer):
    table = rows_of(GUIDE / "administrator.md", "导入自己的城市")
    named_ = table[say(f"city.layers.{layer}")][1]
    known = {label(layer, column): column for column in columns_of(layer)}
    said = [name for name in re.split(r"、|，及.*", named_) if name]
    assert [name for name in said if name.strip("*") not in known] == []
    bold = {known[name.strip("*")] for name in said if name.startswith("**")}
    assert bold == set(LAYERS[layer].required)


def test_roles_see_the_pages_that_are_told():
    titles, roles = lookup("shell.pages"), lookup("store.roles")
    told = {role: cells[0] for role, cells in rows_of(GUIDE / "staff.md", "谁看到什么").items()}
    for role in ROLES:
        pages = {titles[name] for name, seen_by in RIGHTS.items() if role in seen_by}
        said = set(re.findall(r"「([^」]+)」", told[roles[role]]))
        assert said == pages or (pages == set(titles.values()) and "全部页面" in told[roles[role]]), role


def command_lines() -> list[list[str]]:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", "\n".join(map(text_of, DOCUMENTS)), re.DOTALL))
    return [line.split() for line in re.findall(r"cli\.py (.+)", blocks)]


def options_of(command: str) -> set[str]:
    return {name for option in cli.main.commands[command].params for name in option.opts}


def test_commands_and_their_options_are_known():
    lines = [line for line in command_lines() if not line[0].startswith("-")]
    assert {line[0] for line in lines} == set(cli.main.commands)
    for command, *words in lines:
        assert {word for word in words if word.startswith("--")} <= options_of(command), command


@pytest.mark.parametrize("page", [named(one) for one in PAGES])
def test_options_in_the_text_are_known(page):
    known = {"--help"}.union(*map(options_of, cli.main.commands))
    assert set(re.findall(r"`(--[a-z][a-z-]+)`", text_of(page))) <= known


@pytest.mark.parametrize("page", [named(one) for one in PAGES])
def test_files_of_the_project_are_there(page):
    quoted = re.findall(r"`((?:data|static|tools|\.streamlit)/[\w./-]+)`", text_of(page))
    made_later = {"static/vendor", ".streamlit/secrets.toml"}
    assert [name for name in quoted if name not in made_later and not (ROOT / name).exists()] == []
