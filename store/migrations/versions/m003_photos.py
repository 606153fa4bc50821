"""Photos of orders."""

revision = "003"
down_revision = "002"


def upgrade() -> None:
    """After what came before."""
