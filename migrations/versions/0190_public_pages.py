"""Nothing yet: the place of public pages."""

from __future__ import annotations

revision = "0190"
down_revision = "0180"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
