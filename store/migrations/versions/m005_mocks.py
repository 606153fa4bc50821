"""Mock assessments."""

revision = "005"
down_revision = "004"


def upgrade() -> None:
    """After what came before."""
