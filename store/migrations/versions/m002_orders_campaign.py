"""Orders, units that were renamed, and the campaign calendar."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment
from store.migrations.tables import gap_columns, index_shapes, text

revision = "002"
down_revision = "001"
_GAP = ["city", "rule", "subject", "district"]


def upgrade() -> None:
    """After runs and people."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        *(text(n) for n in ("city", "book", "phase")),
        *gap_columns(),
        text("state"),
        sa.Column("is_open", sa.Boolean, nullable=False),
        text("level"),
        *(sa.Column(n, sa.Date, nullable=False) for n in ("found_on", "dispatch_by", "deal_by", "close_by")),
        *(sa.Column(n, sa.Date) for n in ("due_on", "raised_for")),
        sa.Column("proposed", sa.Boolean, nullable=False),
        *(sa.Column(n, sa.Integer, sa.ForeignKey("runs.id"), nullable=False) for n in ("first_run", "last_run")),
        sa.Column("closed_at", Moment),
        sa.Column("closed_on", sa.Date),
        sa.Column("changed_at", Moment, nullable=False),
        text("changed_by"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("orders_due", "orders", ["is_open", "due_on"])
    op.create_index("orders_unit", "orders", ["unit", "state", "due_on"])
    op.create_index("orders_district", "orders", ["district", "state", "due_on"])
    op.create_index("orders_closed", "orders", ["closed_on"])
    op.create_index("orders_gap", "orders", _GAP)
    place = sa.text("is_open AND from_m IS NULL")
    op.create_index("orders_one_open_place", "orders", _GAP, unique=True, sqlite_where=place, postgresql_where=place)
    index_shapes("orders")
    op.create_table("unit_names", sa.Column("old", sa.String, primary_key=True), text("new"))
    op.create_table(
        "campaign",
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("code", sa.String, primary_key=True),
        text("name"),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        text("book_phase"),
    )
