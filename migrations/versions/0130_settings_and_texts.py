"""Nothing yet: the place of settings and texts."""

from __future__ import annotations

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
