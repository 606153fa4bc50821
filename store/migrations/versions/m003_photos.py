"""Photos of orders, kept in the base itself; and what lists and boards of very many orders look up."""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment
from store.migrations.tables import text

revision = "003"
down_revision = "002"


def upgrade() -> None:
    """After what came before."""
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), nullable=False),
        text("kind"),
        sa.Column("at", Moment, nullable=False),
        sa.Column("person", sa.Integer),
        text("by_name"),
        text("digest"),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("order_id", "digest", name="photos_once"),
    )
    op.create_index("orders_list", "orders", ["city", "is_open", "due_on", "proposed", "closed_on"])
    op.create_index("orders_board", "orders", ["city", "unit", "state", "due_on"])
