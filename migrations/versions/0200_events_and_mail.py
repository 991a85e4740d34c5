"""Nothing yet: the place of events and mail."""

from __future__ import annotations

revision = "0200"
down_revision = "0190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
