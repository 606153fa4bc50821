"""Runs of assessments, sites, scenarios, people, wall tokens, and the audit trail."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment, Shape
from store.migrations.tables import gap_columns, index_shapes, only_grows, text

revision = "001"
down_revision = None


def upgrade() -> None:
    """From an empty base."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _audit()
    _people()
    _runs()
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Integer, primary_key=True),
        text("city"),
        text("name"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        text("changed_by"),
        sa.UniqueConstraint("city", "name", name="scenarios_one_name"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("person", sa.Integer),
        text("name"),
        text("role"),
        text("about"),
        sa.Column("number", sa.Integer, nullable=False),
        text("act"),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("audit_of", "audit", ["about", "number"])
    op.create_index("audit_at", "audit", ["at"])
    only_grows("audit")


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        text("login", unique=True),
        text("name"),
        text("role"),
        text("unit"),
        text("district"),
        text("password", nullable=True),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", Moment),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
    )
    op.create_table(
        "wall_tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        text("name"),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("revoked_at", Moment),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        *(text(n) for n in ("by_name", "city", "city_print", "book", "book_print", "edition", "phase")),
        text("data_date", nullable=True),
        sa.Column("score", sa.Float),
        sa.Column("pass_probability", sa.Float),
        sa.Column("gap_m", sa.Float, nullable=False),
        sa.Column("gaps", sa.Integer, nullable=False),
    )
    op.create_index("runs_of", "runs", ["city", "book", "phase", "at"])
    op.create_table(
        "run_figures",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        *(sa.Column(n, sa.String, primary_key=True) for n in ("scope", "name", "class")),
        *(sa.Column(n, sa.Float) for n in ("score", "full", "pass_rate")),
        sa.Column("rank", sa.Integer),
        text("flag", nullable=True),
        *(sa.Column(n, sa.Integer, nullable=False) for n in ("passed", "failed", "unknown")),
        *(sa.Column(n, sa.Float) for n in ("deduction", "gap_m", "pass_probability")),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        *gap_columns(),
    )
    op.create_index("gaps_of", "gaps", ["run", "district", "unit"])
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer, primary_key=True),
        *(text(n) for n in ("city", "site", "name", "carrier", "themes", "condition", "unit")),
        sa.Column("geometry", Shape, nullable=False),
    )
    op.create_index("sites_of", "sites", ["city"])
    index_shapes("gaps", "sites")
