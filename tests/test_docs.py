"""What the README promises: its commands, its links, its tables."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from data.settings import SETTINGS
from store.access import AREA, COMMAND, DISTRICT, OWN, PLANNER, RIGHTS, UNIT, WALL, WHOLE
from texts import lookup

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAIN_FILES = [
    file
    for pattern in ("*.*", "Makefile", ".streamlit/*", "tools/*.*", ".ci/*")
    for file in ROOT.glob(pattern)
    if file.is_file()
]


def requirements(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def direct(name: str) -> list[str]:
    """The packages a file names before those which they need themselves."""
    own = (ROOT / name).read_text(encoding="utf-8").split("# What these need themselves")[0].splitlines()
    return [line.split("==")[0] for line in own if "==" in line]


@pytest.mark.parametrize("target", ["run", "test"])
def test_both_commands_stand_in_the_first_screen_and_exist(target):
    first_screen = "\n".join(README.splitlines()[:30])
    assert f"make {target}" in first_screen
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_first_screen_shows_a_picture():
    assert "docs/images/coverage.png" in "\n".join(README.splitlines()[:15])


def test_links_lead_somewhere():
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", README)
    missing = [target for target in targets if not target.startswith("http") and not (ROOT / target).exists()]
    assert targets and not missing


def test_commands_name_files_that_are_there():
    for command, file in re.findall(r"(streamlit run|python) ([\w/]+\.py)", README):
        assert (ROOT / file).exists(), f"{command} {file}"
    for file in re.findall(r"-r (requirements[\w-]*\.txt)", README):
        assert (ROOT / file).exists()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt", "requirements-assets.txt"])
def test_every_pin_is_exact_and_every_direct_dependency_is_explained(name):
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line) for line in requirements(name))
    unexplained = [package for package in direct(name) if f"| `{package}` |" not in README]
    assert not unexplained


def test_web_assets_are_explained_and_pinned():
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package, version in wanted.items():
        assert locked[f"node_modules/{package}"]["version"] == version
        assert f"| `{package}` |" in README
    assert not any("resolved" in entry for entry in locked.values())


@pytest.mark.parametrize("file", PLAIN_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_names_a_package_registry(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"pypi\.|registry\.|npmjs|index-url|find-links|files\.pythonhosted", text)


def test_every_setting_is_explained():
    missing = [setting.name for setting in SETTINGS if f"| `{setting.name}` |" not in README]
    assert not missing


def test_folders_of_the_layout_are_there():
    block = README.split("## 目录", 1)[1].split("```")[1]
    for line in block.strip().splitlines():
        name = line.split()[0]
        assert (ROOT / name).exists(), name


def test_streamlit_settings_hold_what_the_app_relies_on():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["enableStaticServing"] is True
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["maxUploadSize"] == 200


def test_the_table_of_rights_is_the_one_that_holds():
    """Page, then how far each role sees it, as `store.access.RIGHTS` has it."""
    roles, words = (COMMAND, PLANNER, DISTRICT, UNIT, WALL), {WHOLE: "全市", AREA: "本区", OWN: "本单位", None: "—"}
    head = f"| 页面 | {' | '.join({**lookup('store.roles'), WALL: '大屏链接'}[role] for role in roles)} |"
    rows = README[README.index(head) :].split("\n\n")[0].splitlines()[2:]
    told = dict(tuple(row.strip("| ").split(" | ", 1)) for row in rows)
    pages = lookup("shell.pages")
    assert told == {
        pages[page]: " | ".join(words[sees.get(role)] for role in roles) for page, sees in RIGHTS.items()
    }
