"""Mock assessments of the whole city that are told to the districts, each its part."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "007"
down_revision = "006"


def upgrade() -> None:
    """After what came before."""
    op.add_column("mocks", sa.Column("told_at", Moment))
    op.create_table(
        "mock_parts",
        sa.Column("mock", sa.Integer, sa.ForeignKey("mocks.id"), primary_key=True),
        sa.Column("district", sa.String, primary_key=True),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("keys", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
