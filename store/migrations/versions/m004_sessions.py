"""Sessions of people who signed in."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "004"
down_revision = "003"


def upgrade() -> None:
    """After what came before."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("outside", sa.Boolean, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("ended_at", Moment),
    )
    op.create_index("sessions_until", "sessions", ["until"])
