"""Sessions of people who signed in."""

revision = "004"
down_revision = "003"


def upgrade() -> None:
    """After what came before."""
