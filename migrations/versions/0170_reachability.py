"""Nothing yet: the place of reachability."""

from __future__ import annotations

revision = "0170"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
