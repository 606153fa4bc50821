"""The arrows of the house: which folder may import which, and where the big libraries may be used."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = {"geo", "data", "look", "optimum", "metrics", "briefing", "store", "views", "pages", "texts"}
MAY_IMPORT = {
    "texts": set(),
    "geo": set(),
    "data": {"geo", "texts"},
    "look": {"data", "texts"},
    "optimum": set(),
    "metrics": {"geo", "optimum", "texts", "data.city", "data.vocabulary", "data.recorded", "data.errors"},
    "briefing": {"geo", "look", "metrics", "data", "texts"},
    "store": {"geo", "data", "texts", "metrics.assessment"},
    "views": {"look", "metrics", "data", "texts", "store"},
    "pages": EVERYTHING - {"pages"},
}
ONLY_IN = {
    "streamlit": ("app.py", "serve.py", "pages", "views"),
    "streamlit_folium": ("views",),
    "folium": ("views", "briefing"),
    "plotly": ("views", "briefing"),
    "osmnx": ("data",),
    "requests": ("data",),
    "highspy": ("optimum",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "sqlite3": ("store",),
}
FILES = [file for folder in MAY_IMPORT for file in (ROOT / folder).rglob("*.py")] + list(ROOT.glob("*.py"))


def imports(file: Path) -> set[str]:
    """Dotted names of all that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert not any(node.level for node in froms), f"{file}: imports are absolute here"
    return plain | {f"{node.module}.{alias.name}" for node in froms for alias in node.names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_follow_the_arrows(file):
    place = file.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT.get(place, EVERYTHING) | {place}
    for name in imports(file):
        if name.split(".")[0] in EVERYTHING:
            assert any(name == door or name.startswith(door + ".") for door in allowed), f"{place} must not use {name}"
        if places := ONLY_IN.get(name.split(".")[0]):
            assert place in places, f"{name} belongs in {places}"
