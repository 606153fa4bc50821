"""Mock assessments and their results."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment
from store.migrations.tables import text

revision = "005"
down_revision = "004"


def upgrade() -> None:
    """After what came before."""
    op.create_table(
        "mocks",
        sa.Column("id", sa.Integer, primary_key=True),
        *(text(n) for n in ("city", "district", "name", "code")),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        text("made_by"),
        sa.Column("changed_at", Moment, nullable=False),
        sa.UniqueConstraint("city", "district", "name", name="mocks_one_name"),
    )
    op.create_table(
        "mock_results",
        sa.Column("mock", sa.Integer, sa.ForeignKey("mocks.id"), primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("found", sa.Float),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", Moment),
        text("changed_by"),
    )
