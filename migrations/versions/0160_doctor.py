"""Nothing yet: the place of doctor."""

from __future__ import annotations

revision = "0160"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
