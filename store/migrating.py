"""A base brought to the newest tables, whole or not at all."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.errors import StoreError
from texts import say

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 20_260_401  # any number: two processes that open one PostgreSQL base at once take turns


def migrate(connection: Connection, *, to: str = "head") -> None:
    """
    Run the migrations that the base does not have yet, in the transaction of ``connection``.

    Raises
    ------
    StoreError
        When the base was written by a newer version of the program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    now = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if now is not None and now not in known:
        raise StoreError(say("store.base.newer", found=now, known=scripts.get_current_head()))
    if now != scripts.get_current_head():
        command.upgrade(config, to)
