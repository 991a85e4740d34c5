"""Nothing yet: the place of people."""

from __future__ import annotations

revision = "0110"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
