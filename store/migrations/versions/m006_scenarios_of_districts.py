"""Scenarios belong to a district, or to the command centre and planners together: all that were there are theirs."""

import sqlalchemy as sa
from alembic import op

from store.migrations.tables import text

revision = "006"
down_revision = "005"

_NAME = "scenarios_one_name"


def upgrade() -> None:
    """After what came before."""
    with op.batch_alter_table("scenarios") as table:
        table.add_column(text("district", server_default=""))
        table.drop_constraint(_NAME, type_="unique")
        table.create_unique_constraint(_NAME, ["city", "district", "name"])
    with op.batch_alter_table("scenarios") as table:
        table.alter_column("district", existing_type=sa.String, server_default=None)
