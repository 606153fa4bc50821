"""What migrations write again and again."""

import sqlalchemy as sa
from alembic import op

from store.columns import Shape

_KEPT = "what was written here is never changed"


def text(name: str, nullable: bool = False, **options) -> sa.Column:
    """A column of text."""
    return sa.Column(name, sa.String, nullable=nullable, **options)


def gap_columns() -> list[sa.Column]:
    """What orders and gaps both say of a gap."""
    return [
        *(text(n) for n in ("rule", "clause", "title", "subject", "subject_name", "class", "district", "unit")),
        *(sa.Column(n, sa.Float) for n in ("from_m", "to_m", "length_m", "missing", "repair_min")),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("geometry", Shape),
    ]


def index_shapes(*tables: str) -> None:
    """A spatial index on the geometry of tables, in PostGIS."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(f"CREATE INDEX {table}_geometry ON {table} USING gist (geometry)")


def only_grows(table: str) -> None:
    """Rows of the table are never changed nor deleted: the base itself refuses."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION '{table}: {_KEPT}'; END$$"
        )
        run = f"EXECUTE FUNCTION {table}_only_grows()"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {run}")
        op.execute(f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}")
        return
    abort = f"BEGIN SELECT RAISE(ABORT, '{table}: {_KEPT}'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {abort}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {abort}")
    # INSERT OR REPLACE deletes without asking the trigger on DELETE
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {there} {abort}")
